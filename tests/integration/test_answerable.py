"""Every decision and every look has its line in the audit log, with who, from where and on what."""

import json

import judged_world
import pytest
from judged_worlds import GUEST, RING, SECOND
from service_world import judged, running, settings_of, token

from ringleader.audit import FILE, subject

# Routes that show no ring and no account.
OPEN = {
    "/v1/me",
    "/v1/session",
    "/v1/audit",
    "/v1/queries",
    "/v1/runs",
    "/v1/parameters",
    "/v1/jobs",
    "/v1/pins/effect",
    "/v1/shadow",  # has a line as soon as there is a difference to show (test_serve_shadow)
}


@pytest.fixture(scope="module")
def world(connection):
    return judged(connection)


def lines(home):
    file = home / FILE
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_every_page_with_rings_or_accounts_writes_who_looked(world, server, tmp_path):
    ring, second = (judged_world.rings(world)[tuple(m)] for m in (RING, SECOND))
    given = {
        "/v1/rings/{ring_id}": f"/v1/rings/{ring}",
        "/v1/rings/{ring_id}/page": f"/v1/rings/{ring}/page",
        "/v1/rings/{ring_id}/near": f"/v1/rings/{ring}/near",
        "/v1/compare": f"/v1/compare?one={ring}&other={second}",
        "/v1/accounts/{account_id}": f"/v1/accounts/{RING[0]}",
        "/v1/identifier": "/v1/identifier?label=Device&key=image-a",
        "/v1/search": f"/v1/search?text={RING[0]}",
        "/v1/around": f"/v1/around?label=Account&key={RING[0]}",
        "/v1/path": f"/v1/path?one={RING[0]}&other={RING[1]}",
        "/v1/why-not": f"/v1/why-not?account={GUEST}",
        "/v1/changes": "/v1/changes?since=2020-01-01",
    }
    with running(settings_of(server, tmp_path)) as client:
        who = token(tmp_path, "lead", "lea")
        paths = client.get("/v1/openapi.json").json()["paths"]
        shown = [path for path, ways in paths.items() if "get" in ways and path not in OPEN]
        shown = [path for path in shown if path.startswith("/v1/")]
        assert {"/v1/queue", "/v1/rings", "/v1/decisions"} | set(given) == set(shown)
        for path in shown:
            before = len(lines(tmp_path))
            answer = client.get(given.get(path, path), headers=who)
            assert answer.status_code == 200, (path, answer.text)
            new = lines(tmp_path)[before:]
            assert len(new) == 1, path
            assert (new[0]["by"], new[0]["role"], new[0]["address"]) == ("lea", "lead", "127.0.0.1")
    hashed = subject(tmp_path, RING[0])
    assert sum(hashed in one.get("subjects", ()) for one in lines(tmp_path)) >= 3
    assert RING[0] not in (tmp_path / FILE).read_text()


def test_a_command_that_shows_or_decides_has_its_line(world, ringleader, tmp_path):
    ring = judged_world.rings(world)[tuple(RING)]
    home = tmp_path / "home"
    elsewhere = {
        "RINGLEADER_HOME": str(home),
        "NEO4J_URI": world.settings.uri,
        "NEO4J_PASSWORD": world.settings.password,
    }
    (home).mkdir()
    commands = (
        ("rings", "list"),
        ("rings", "show", ring),
        ("rings", "explain", ring),
        ("rings", "explain", ring, "--account", RING[0]),
        ("rings", "history", ring),
        ("why", GUEST),
        ("check", RING[0]),
        ("find", RING[0]),
        ("changes", "--since", "2020-01-01"),
        ("hubs", "show", "image-a"),
        ("hubs", "list"),
        ("campaigns", "list"),
        ("export", "rings", "--output", str(tmp_path / "rings.csv")),
        ("report", "--output", str(tmp_path / "report.html")),
        ("query", "run", "account-summary", "-p", f"account_id={RING[0]}"),
        ("review", "queue"),
        ("review", "list"),
        ("review", "watch", RING[0], "--note", "x", "--by", "ann"),
        ("review", "assign", ring, "--to", "ann", "--by", "ann"),
        ("review", "withdraw", RING[0], "--note", "y", "--by", "bob"),
        ("hubs", "pin", "image-b", "owned", "--note", "x", "--by", "ann"),
        ("hubs", "unpin", "image-b"),
    )
    for words in commands:
        before = len(lines(home))
        ringleader(*words, env=elsewhere)
        assert len(lines(home)) == before + 1, words
    told = {one["event"]: one for one in lines(home)}
    assert set(told) == {"look", "decide", "assign", "pin"}
    assert (told["decide"]["by"], told["decide"]["verdict"]) == ("bob", "withdraw")
    assert told["decide"]["subjects"] == [subject(home, RING[0])]
    # What is refused is not done, and what fails has no line.
    before = len(lines(home))
    assert ringleader("rings", "show", "ring-none", env=elsewhere, check=False).returncode
    ringleader("review", "watch", "nobody", "--note", "x", env=elsewhere, check=False)
    assert [one["event"] for one in lines(home)[before:]] == ["look"]


def test_who_is_logged_in_decides_as_nobody_else(world, ringleader, tmp_path):
    ring = judged_world.rings(world)[tuple(SECOND)]
    world.run_in_batches(
        "CREATE USER ann IF NOT EXISTS SET PASSWORD 'a-long-password' CHANGE NOT REQUIRED", name="x"
    )
    login = {
        "RINGLEADER_HOME": str(tmp_path),
        "NEO4J_URI": world.settings.uri,
        "NEO4J_USERNAME": "ann",
        "NEO4J_PASSWORD": "a-long-password",
    }
    decide = ("review", "watch", ring, "--note", "x")
    try:
        refused = ringleader(*decide, "--by", "bob", env=login, check=False)
        assert refused.returncode == 2
        assert "you are logged in as ann, so you cannot decide as bob" in refused.stderr
        for words in (
            ("review", "assign", ring, "--to", "bob", "--by", "bob"),
            ("hubs", "pin", "image-b", "owned", "--note", "x", "--by", "bob"),
            ("entities", "add", "Rotor", "--source", "X", "--note", "x", "--by", "bob"),
        ):
            assert ringleader(*words, env=login, check=False).returncode == 2, words
        ringleader(*decide, env=login)
        ringleader(*decide, "--by", "ann", env=login)
        (tmp_path / "ringleader.toml").write_text('[review]\nlogin = "shared"\n')
        ringleader(*decide, "--by", "bob", env=login)
    finally:
        world.run_in_batches("DROP USER ann IF EXISTS", name="x")
    by = [one["by"] for one in lines(tmp_path) if one["event"] == "decide"]
    assert by == ["ann", "ann", "bob"]
    rows = world.read(
        "MATCH (r:Review {target: $ring}) RETURN r.decided_by AS by ORDER BY r.decided_at",
        {"ring": ring},
        name="x",
    )
    assert [row["by"] for row in rows] == by
