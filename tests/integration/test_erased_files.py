"""What an erasure leaves in the files of the managed server: what the page says, no more."""

import pytest
from test_secrets import holding

from ringleader import Connection
from ringleader.engine import ensure_running, stop
from ringleader.settings import load_settings

pytestmark = [pytest.mark.server, pytest.mark.restarts, pytest.mark.long, pytest.mark.timeout(600)]
GONE = "erased-account-with-a-name-of-its-own"
CLIENT = "client-of-nobody-else-but-the-erased-account"


def settings_of(home):
    flags = {"server.heap": "1g", "server.page_cache": "128m", "server.port": 17687}
    return load_settings(flags, env={"RINGLEADER_HOME": str(home)}, cwd=home)


def write_inputs(folder, uses):
    rows = [f"{account},2026-01-02T00:00:00Z,203.0.113.7,{client}" for account, client in uses]
    (folder / "accounts.csv").write_text("\n".join(["account_id", *dict(uses)]) + "\n")
    head = "account_id,timestamp,ip,device_id"
    (folder / "requests.csv").write_text("\n".join([head, *rows]) + "\n")


def test_an_erased_account_is_left_in_the_files_of_neo4j_only(tmp_path):
    home, inputs = tmp_path / "home", tmp_path / "inputs"
    home.mkdir()
    inputs.mkdir()
    write_inputs(inputs, [(GONE, CLIENT), ("other", "common")])
    ensure_running(settings_of(home))
    try:
        with Connection(settings_of(home)) as r:
            r.load("accounts", inputs / "accounts.csv")
            r.load("requests", inputs / "requests.csv")
            assert any(path.startswith("loads/") for path in holding(home, GONE))
            r.forget(GONE)
        stop(settings_of(home))
        for name in (GONE, CLIENT):
            # docs/life-of-data.md: deleted records, indexes and logs of transactions.
            left = holding(home, name)
            assert {path.rpartition("/data/")[0] for path in left} == {"server"}, left
        # A database that is built anew holds nothing of it.
        write_inputs(inputs, [("other", "common")])
        with Connection(settings_of(home)) as r:
            r.load_all(inputs, bulk=True, overwrite=True)
        stop(settings_of(home))
        for name in (GONE, CLIENT):
            assert holding(home, name) == []
    finally:
        stop(settings_of(home))
