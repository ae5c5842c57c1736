"""What is secret or personal is only where the pages say so: every byte of a run is read."""

import os
import stat
import subprocess
import sys

import psutil
import pyarrow.parquet as pq
import pytest

from ringleader.engine import managed_connection, stop
from ringleader.errors import SettingsError
from ringleader.loaders.workspace import Workspace
from ringleader.settings import load_settings

pytestmark = [pytest.mark.server, pytest.mark.restarts, pytest.mark.timeout(900)]
# Marks that nothing else can hold by chance. What may be kept of each: the mail's domain and keyed
# hashes, a phone's country, a keyed hash of the prompt's skeleton, nothing of a card and of values.
MARKS = {
    "mailbox": "zqmailboxzq",
    "phone": "4155550142",
    "prompt": "zqpromptzq",
    "prompt in the middle": "qzprivateqz",
    "card": "4111111111111111",
    "card with spaces": "4111 1111 1111 1111",
    "value in a statement": "zqvaluezq",
    "parameter of a statement": "zqparameterzq",
}
SETTINGS = '[server]\nheap = "1g"\npage_cache = "128m"\n'


def settings_of(home):
    return load_settings(env={"RINGLEADER_HOME": str(home)}, cwd=home)


def write_inputs(folder):
    accounts = ["account_id,created_at,email,phone"]
    requests = ["account_id,timestamp,ip,device_id,prompt"]
    payments = ["account_id,payment_method_id,first_seen,kind"]
    for n in range(12):
        accounts.append(
            f"a{n},2026-01-0{1 + n % 9},{MARKS['mailbox']}{n}@marked.example,+1{MARKS['phone']}"
        )
        requests.append(
            f"a{n},2026-02-01T00:00:{n:02}Z,203.0.113.{n % 3},d{n % 2},"
            f"Write to {MARKS['prompt']}{n} about number {n} of our catalogue please"
        )
    # One that nobody else sends anything like: no exemplar of it is kept.
    requests.append(
        "a1,2026-02-01T00:01:00Z,203.0.113.1,d1,"
        f"Remember that {MARKS['prompt in the middle']} is mine"
    )
    payments += [f"a1,{MARKS['card']},2026-01-01,card", f"a2,{MARKS['card with spaces']},,card"]
    payments += ["a3,fingerprint-of-a-card,2026-01-01,card"]
    for name, lines in (("accounts", accounts), ("requests", requests), ("payments", payments)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home after a day of work under the widest umask, and its secrets."""
    home, inputs = tmp_path_factory.mktemp("work") / "home", tmp_path_factory.mktemp("inputs")
    temporary = tmp_path_factory.mktemp("temporary")
    write_inputs(inputs)
    here = tmp_path_factory.mktemp("here")
    (here / "ringleader.toml").write_text(SETTINGS)
    env = {**os.environ, "RINGLEADER_HOME": str(home), "TMPDIR": str(temporary)}
    lines = []

    def run(*words, code=0, input=None):
        with subprocess.Popen(
            [sys.executable, "-m", "ringleader", *map(str, words)],
            cwd=here, env=env, umask=0, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            out, err = process.communicate(input)
        assert process.returncode == code, err
        return out + err

    try:
        said = run("server", "start")
        for table in ("accounts", "requests", "payments"):
            said += run("load", table, inputs / f"{table}.csv")
        said += run("detect")
        value = f"MATCH (n {{account_id: '{MARKS['value in a statement']}'}}) RETURN n"
        said += run("cypher", value)
        said += run("cypher", f"CREATE (n {{x: '{MARKS['value in a statement']}'}})", code=1)
        more = ("-p", f"x={MARKS['parameter of a statement']}")
        said += run("cypher", "RETURN size($x) AS x", *more)
        said += run("export", "accounts", "--output", here / "accounts.csv")
        said += run("report", "--output", here / "report.html")
        token = run("serve", "token", "add", "ann", "--role", "analyst").splitlines()[0]
        state = managed_connection(settings_of(home))
        lines = [" ".join(psutil.Process(state.pid).cmdline())]
        secrets = {"password": (home / "server" / "password").read_text().strip()}
        secrets |= {path.name: path.read_text().strip() for path in (home / "keys").glob("*.key")}
        secrets["token"] = token.split("_", 2)[2]
        said += run("server", "stop")
        yield {
            "home": home, "here": here, "temporary": temporary, "secrets": secrets,
            "said": said, "lines": lines,
        }  # fmt: skip
    finally:
        stop(settings_of(home))


def forms(text):
    """How a text can stand in a file."""
    return {text.encode(), text.encode("utf-16-le"), text.encode().hex().encode()}


def holding(folder, text):
    """Files below a folder that hold a text, Parquet unpacked, by their path from there."""
    wanted, found = forms(text), []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += repr(pq.read_table(path).to_pylist()).encode()
        if any(form in data for form in wanted):
            found.append(str(path.relative_to(folder)))
    return found


@pytest.mark.parametrize("mark", MARKS)
def test_nothing_personal_is_left_anywhere(made, mark):
    for place in ("home", "here", "temporary"):
        assert holding(made[place], MARKS[mark]) == [], place
    assert MARKS[mark] not in made["said"]


def test_the_search_would_find_it(made, tmp_path):
    (tmp_path / "file").write_bytes(b"..." + MARKS["mailbox"].encode("utf-16-le"))
    assert holding(tmp_path, MARKS["mailbox"]) == ["file"]
    assert holding(made["home"], "marked.example"), "the domain is kept, in the store"
    assert holding(made["home"], "fingerprint-of-a-card")


def test_secrets_are_in_their_files_only(made):
    places = {"password": ["server/password"], "token": []}
    for name, secret in made["secrets"].items():
        assert len(secret) >= 32
        assert holding(made["home"], secret) == places.get(name, [f"keys/{name}"])
        assert holding(made["here"], secret) == holding(made["temporary"], secret) == []
        assert secret not in " ".join(made["lines"])
        assert secret not in made["said"]


def test_everything_is_its_owners_alone_under_the_widest_umask(made):
    home = made["home"]
    open_ = [
        f"{path.relative_to(home.parent)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (home, *home.rglob("*"))
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    ]
    assert open_ == []
    # What was asked for with --output follows the umask of the user.
    assert stat.S_IMODE((made["here"] / "report.html").stat().st_mode) == 0o666


def test_links_in_the_folder_of_copies_are_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "dear").write_text("dear")
    scratch = tmp_path / "home" / "scratch"
    scratch.mkdir(parents=True)
    (scratch / "load-999999999-x").symlink_to(elsewhere)
    with Workspace(scratch) as workspace:
        assert workspace.folder.stat().st_mode & 0o077 == 0
        assert not workspace.folder.is_symlink()
    assert (elsewhere / "dear").read_text() == "dear"


def test_a_data_folder_that_everybody_can_write_to_is_refused(tmp_path, ringleader):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(SettingsError, match="everybody can write"):
        settings_of(shared)
    result = ringleader("doctor", env={"RINGLEADER_HOME": str(shared)}, check=False)
    assert result.returncode == 2 and "chmod go-w" in result.stderr
    assert list(shared.iterdir()) == []
    shared.chmod(0o755)
    assert settings_of(shared).home == shared


def test_the_log_holds_no_hash_that_can_be_tried_out(tmp_path, graph):
    """An unkeyed hash of an address is undone by trying all of them."""
    import hashlib
    import json

    from ringleader import audit
    from ringleader.adhoc import run_reading

    statement = "MATCH (i:Ip {address: '203.0.113.7'}) RETURN i"
    run_reading(graph, statement)
    [line] = audit.latest(graph.settings.home, 1)
    text = json.dumps(line)
    for part in (statement, "203.0.113.7", "'203.0.113.7'"):
        for algorithm in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            assert hashlib.new(algorithm, part.encode()).hexdigest() not in text
    assert audit.runs_of(graph.settings.home, statement)[0] == line
