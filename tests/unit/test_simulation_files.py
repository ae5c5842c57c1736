"""The folder of a simulation: reproducible, within the contract, whole or as it was."""

import filecmp
import json
from dataclasses import replace

import pandas as pd
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from ringleader.errors import WrongUsage
from ringleader.loaders.contract import BY_NAME, TABLE_NAMES
from ringleader.loaders.load import LoadOptions, load_files
from ringleader.loaders.mapping import read_mapping
from ringleader.loaders.sources.files import expand, inspect
from ringleader.loaders.workspace import Workspace
from ringleader.scenario import simulate as module
from ringleader.scenario.knobs import read_knobs
from ringleader.scenario.population import sizes
from ringleader.scenario.providers import provider_of
from ringleader.scenario.simulate import simulate
from ringleader.settings import load_settings


def path_of(folder, table, format="parquet"):
    return folder / (table if table == "requests" else f"{table}.{format}")


def files(folder):
    return sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())


def different(one, other):
    names = files(one)
    assert names == files(other)
    return [name for name in names if not filecmp.cmp(one / name, other / name, shallow=False)]


@pytest.fixture(scope="module")
def brief(tmp_path_factory):
    """Write a campaign of few requests, with so little in memory that a day has many slices."""
    folder = tmp_path_factory.mktemp("brief")
    given = read_knobs()
    knobs = replace(given, sections={**given.sections, "scale": {**given["scale"], "rows": 60}})

    def write(name, **options):
        if not (folder / name).exists():
            simulate(folder / name, accounts=2_000, requests=6_000, knobs=knobs, **options)
        return folder / name

    return write


def test_the_same_seed_writes_the_same_bytes_on_any_number_of_threads(brief):
    one, three = brief("one", threads=1), brief("three", threads=3)
    assert pq.ParquetFile(one / "requests/2026-02-01.parquet").num_row_groups > 2
    assert different(one, three) == []
    assert different(one, brief("other", seed=8)) == files(one)


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_every_table_keeps_the_contract(brief, tmp_path, format):
    settings = load_settings(env={"RINGLEADER_HOME": str(tmp_path)}, cwd=tmp_path)
    written = brief("one" if format == "parquet" else format, format=format)
    rows = json.loads((written / module.MANIFEST).read_text())["rows"]
    for table in TABLE_NAMES:
        with Workspace(tmp_path / "scratch") as workspace:
            found = [inspect(path) for path in expand([str(path_of(written, table, format))])]
            said = read_mapping(None, BY_NAME[table])
            wanted = LoadOptions(strict=True, dry_run=True)
            summary = load_files(None, settings, workspace, found, said, wanted)
        assert (summary.read, summary.quarantined) == (rows[table], 0), table
        assert summary.read > 0 and not summary.unknown


def test_csv_says_the_same(brief):
    csv, parquet = brief("csv", format="csv"), brief("one")
    for name in ("accounts.", "payments.", "labels.", "requests/2026-01-05."):
        said = pd.read_csv(csv / f"{name}csv", dtype=str, keep_default_na=False)
        told = pq.read_table(parquet / f"{name}parquet").to_pandas()
        assert list(said.columns) == list(told.columns)
        for column in told:
            if isinstance(told[column].dtype, pd.DatetimeTZDtype):
                assert (pd.to_datetime(said[column], format="ISO8601") == told[column]).all()
            else:
                text = told[column].astype("object").where(told[column].notna(), "")
                assert said[column].tolist() == text.astype(str).tolist()


def test_nothing_is_left_of_what_was_interrupted(tmp_path, monkeypatch):
    target = tmp_path / "campaign"
    simulate(target, accounts=2_000, requests=1_000)
    before = (target / module.MANIFEST).read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "requests_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(target, accounts=2_000, requests=2_000)
    assert (target / module.MANIFEST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["campaign"]


def test_a_simulation_is_replaced_and_nothing_else(tmp_path):
    target = tmp_path / "campaign"
    simulate(target, accounts=2_000, requests=1_000)
    simulate(target, accounts=2_000, requests=2_000)
    assert json.loads((target / module.MANIFEST).read_text())["requests"] == 2_000
    assert [path.name for path in tmp_path.iterdir()] == ["campaign"]
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work")
    with pytest.raises(WrongUsage, match="no simulation"):
        simulate(other, accounts=2_000, requests=1_000)
    assert (other / "thesis.txt").read_text() == "years of work"


def test_too_few_accounts_for_the_cohorts_is_an_error():
    with pytest.raises(WrongUsage, match="too few"):
        sizes(read_knobs(), 1_000)


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_campaign_over_several_providers_is_split_by_account(tmp_path, format):
    whole, parts = tmp_path / "whole", tmp_path / "three"
    simulate(whole, accounts=2_000, requests=2_000, format=format)
    written = simulate(parts, accounts=2_000, requests=2_000, format=format, providers=3)
    assert sorted(path.name for path in parts.iterdir()) == [
        "provider-1", "provider-2", "provider-3", "simulation.json",
    ]  # fmt: skip
    read = pq.read_table if format == "parquet" else pa_csv.read_csv
    accounts = [set(read(p / f"accounts.{format}")["account_id"].to_pylist())
                for p in sorted(parts.glob("provider-*"))]  # fmt: skip
    everybody = set(read(whole / f"accounts.{format}")["account_id"].to_pylist())
    assert set.union(*accounts) == everybody
    assert sum(map(len, accounts)) == len(everybody)
    assert all(len(some) > len(everybody) / 4 for some in accounts)
    labels = read(whole / f"labels.{format}")
    fraud = {row["account_id"] for row in labels.to_pylist() if row["label"] == "fraud"}
    assert all(len(some & fraud) > 3 for some in accounts)
    days = sorted(path.name for path in (whole / "requests").iterdir())
    for n, some in enumerate(accounts, start=1):
        place = parts / f"provider-{n}"
        assert sorted(path.name for path in (place / "requests").iterdir()) == days
        asked = read(place / "requests" / days[0])["account_id"].to_pylist()
        assert {provider_of(account, 3) for account in asked} == {n - 1}
        rows = read(place / f"contacts.{format}").to_pylist()
        assert all({row["account_id"], row["other_account_id"]} <= some for row in rows)
        assert (
            read(place / f"proxies.{format}").num_rows == read(whole / f"proxies.{format}").num_rows
        )
    split = sum(one.rows for one in written if one.table == "requests")
    assert split == json.loads((whole / module.MANIFEST).read_text())["rows"]["requests"]
    assert all(one.path.exists() for one in written)
