# Everything here works from a fresh clone with Python 3.11+, git and make; `make help` lists it.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
READY := $(VENV)/.ready
AIRFLOW := .airflow
# A terminal sees pip's bars; a log does not.
PIP := $(BIN)/python -m pip install --disable-pip-version-check $(shell test -t 2 || echo --quiet)
# Two processes, each with a server of its own, on two cores; a module stays in one of them. The
# longest modules come first in the order of collection.
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder
HOP_DATA ?= ../shared/data/hop
DEMO := demo

.DEFAULT_GOAL := help
.PHONY: help setup airflow spark demo bench truth sensitivity kills soak fuzz sbom audit relock test test-all coverage smoke lint format types unit example-hop lock docs clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv with the locked dependencies

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found"; echo "  try: make PYTHON=/path/to/python3"; exit 1; }
	@echo "creating .venv with $(PYTHON): some hundred MB of packages from the package index, one to three minutes"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

airflow: $(AIRFLOW)/.ready ## an environment with Airflow, whose own parser a test then asks

# Its pins are its own: they would not agree with ours.
$(AIRFLOW)/.ready: requirements/airflow.txt
	"$(PYTHON)" -m venv $(AIRFLOW)
	$(AIRFLOW)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/airflow.txt
	@touch $@

spark: $(VENV)/.spark ## pyspark beside the rest, for tests of it: 450 MB (Java 17 or 21 is needed besides)

# Apart from what everybody needs: it is larger than all of that.
$(VENV)/.spark: $(READY) requirements/spark.txt
	$(PIP) --require-hashes -r requirements/spark.txt
	@touch $@

demo: $(READY) ## sample -> load -> detect -> explain -> export, on a local Neo4j
	@$(BIN)/python examples/run.py demo --folder $(DEMO)

bench: $(READY) ## the benchmarks, side by side with plain references (SIZE=smoke|tenth|seed)
	$(BIN)/python -m benchmarks --size $(or $(SIZE),seed)

truth: $(READY) ## how well rings are found, against the truth (SEEDS="1 2", ACCOUNTS=60000, METHODS="ours shared-neighbours")
	$(BIN)/python -m benchmarks.truth --seeds $(or $(SEEDS),1 2 3 4 5) --accounts $(or $(ACCOUNTS),60000) \
		--campaign-accounts $(or $(CAMPAIGN_ACCOUNTS),100000) $(METHODS:%=--method %) $(if $(wildcard $(HOP_DATA)),--hop $(HOP_DATA))

sensitivity: $(READY) ## what moves when a parameter of detection is halved or doubled (SEED=1, ACCOUNTS=60000)
	$(BIN)/python -m benchmarks.sensitivity --seed $(or $(SEED),1) --accounts $(or $(ACCOUNTS),60000)

example-hop: $(READY) ## the same on a real airdrop review (HOP_DATA=folder, HOP_HUBS=1)
	@$(BIN)/python examples/run.py hop --folder $(DEMO)/hop --data $(HOP_DATA) $(if $(HOP_HUBS),--known-hubs)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY) ## format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy

unit: $(READY) ## the tests that need no server
	$(PYTEST) tests/unit

test: lint types ## format, lint, types and the tests, on a real Neo4j (JOBS=processes)
	$(PYTEST) $(if $(ALL),,-m "not long") $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

test-all: ## the same with the long tests: before a release, and every night
	$(MAKE) test ALL=1

coverage: ## every test, with the coverage of lines and branches and its floor
	$(MAKE) test ALL=1 COVERAGE=1

smoke: $(READY) ## loads, detection and the catalogue on the long-term release of Neo4j
	RINGLEADER_TEST_ENGINE=5.26 $(PYTEST) -m smoke

kills: $(READY) ## kill loads, detections, restores and the server at random (ROUNDS=20)
	$(BIN)/python -m benchmarks.kills --rounds $(or $(ROUNDS),20)

soak: $(READY) ## the service under checks while loads and detections run (MINUTES=120)
	$(BIN)/python -m benchmarks.soak --minutes $(or $(MINUTES),120)

fuzz: $(READY) ## every parser with many nearly right inputs; what breaks one is kept (EXAMPLES=20000)
	RINGLEADER_FUZZ=$(or $(EXAMPLES),20000) $(BIN)/python -m pytest --timeout 0 tests/unit/test_fuzz.py

sbom: $(READY) ## write sbom.json (CycloneDX): packages, files of the servers, hashes, licences
	$(BIN)/python docs/bill_of_materials.py

audit: $(READY) ## look for known weaknesses of the pinned packages (needs an index that knows them)
	$(BIN)/python -m pip_audit --require-hashes --disable-pip --requirement requirements/run.txt

relock: $(READY) ## resolve the versions of the two servers again, and write their locks
	$(BIN)/python -m ringleader.engine.relock

docs: $(READY) ## regenerate the pages of docs/ that are derived from the code
	$(BIN)/python docs/generate.py

lock: ## pin the dependencies again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --extra dev --output-file requirements/dev.txt pyproject.toml requirements/build.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --extra serve --extra watch --output-file requirements/run.txt pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --output-file requirements/airflow.txt requirements/airflow.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-header --output-file requirements/spark.txt requirements/spark.in

clean: ## remove the environment and what the demo wrote (not the downloaded server)
	-RINGLEADER_HOME=$(DEMO)/home $(BIN)/ringleader server stop
	-RINGLEADER_HOME=$(DEMO)/hop $(BIN)/ringleader server stop
	rm -rf $(VENV) $(AIRFLOW) $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis
