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


@pytest.fixture
def store(monkeypatch):
    """A local S3 with one bucket; its file system."""
    import pyarrow.fs
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "a secret",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    files = pyarrow.fs.S3FileSystem(
        endpoint_override=f"http://{host}:{port}", allow_bucket_creation=True
    )
    files.create_dir("logs")

    def put(path, text):
        with files.open_output_stream(f"logs/{path}") as stream:
            stream.write(text.encode())

    yield put
    running.stop()
