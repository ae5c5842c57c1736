# Neo4j Community with the Graph Data Science that ringleader's own lock pins, verified by SHA-256.
# compose.yaml builds it; the versions are those of ringleader/engine/releases.py.
FROM python:3.13-slim-bookworm AS plugins
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/ringleader \
    && /opt/ringleader/bin/pip install --no-cache-dir --only-binary :all: \
        --require-hashes --requirement /tmp/run.txt
COPY ringleader /app/ringleader
WORKDIR /app
RUN RINGLEADER_CACHE=/tmp/cache /opt/ringleader/bin/python -m ringleader.engine.plugins \
        --engine 2026.08.1 /plugins

FROM neo4j:2026.08.1-community
COPY --from=plugins --chmod=0644 /plugins/ /var/lib/neo4j/plugins/
