"""What several modules of tests on a server share."""

from datetime import datetime, timedelta

import export_world
import pytest
from jobs_world import DAY, RING


@pytest.fixture(scope="module")
def export_graph(connection):
    """The small graph of findings that exports are tested on."""
    return export_world.built(connection)


@pytest.fixture
def exported(export_graph, tmp_path):
    """A function that exports a thing of that graph and gives the file."""
    return export_world.exporter(export_graph, tmp_path)


@pytest.fixture
def tables(tmp_path):
    """A ring of eight, and strangers who share one address."""
    opened = datetime(2026, 1, 4)
    lines = {"accounts": ["account_id,created_at"]}
    lines["payments"] = ["account_id,payment_method_id,timestamp"]
    lines["requests"] = ["account_id,timestamp,ip,device_id"]
    for n, account in enumerate([*RING, *(f"nat{n}" for n in range(150))]):
        mine = account in RING
        when = opened + timedelta(hours=(5 if mine else 10) * n)
        lines["accounts"].append(f"{account},{when.isoformat()}Z")
        lines["payments"].append(f"{account},{'shared' if mine else account},2026-01-10T00:00:00Z")
        seen = f"198.51.100.{n},shared" if mine else f"198.18.9.1,{account}"
        lines["requests"].append(f"{account},2026-01-{10 + n % 10}T00:00:00Z,{seen}")
    for table, rows in lines.items():
        (tmp_path / f"{table}-{DAY}.csv").write_text("\n".join(rows) + "\n")
    return tmp_path
