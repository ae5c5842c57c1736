"""The service on a real database: what it answers, to whom, and what it does when it cannot."""

import json
import os
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import httpx
import judged_world
import pytest
from judged_worlds import CROWD, GUEST, RING, SECOND, SINGLE
from service_world import judged, running, settings_of, token

from benchmarks.checks import measured
from ringleader.api.checking import Checker
from ringleader.audit import FILE, subject
from ringleader.audit_chain import erase, verify
from ringleader.errors import SettingsError
from ringleader.loaders.lifecycle.scrubbing import names_one
from ringleader.service.app import build
from ringleader.service.tokens import Tokens


@pytest.fixture(scope="module")
def world(connection):
    return judged(connection)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def client(world, server, home):
    with running(settings_of(server, home)) as client:
        yield client


def lines(home):
    return [json.loads(line) for line in (home / FILE).read_text().splitlines()]


def test_one_account_and_many_are_checked_as_the_api_does(client, world, home):
    who = token(home, "machine", "sign-up")
    told = client.post("/v1/check", json={"account_id": RING[0]}, headers=who)
    assert told.status_code == 200
    expected = Checker(world).check([RING[0]])[0]
    assert told.json()["code"] == "member"
    assert told.json()["rings"][0]["by_kind"] == dict(expected.rings[0].by_kind)
    asked = [{"account_id": name} for name in (RING[0], SINGLE, GUEST, CROWD[0], "nobody")]
    many = client.post("/v1/check", json=asked, headers=who).json()
    assert [one["code"] for one in many] == [
        "member",
        "near",
        "touches",
        "nothing-known",
        "unknown-account",
    ]
    thousand = client.post(
        "/v1/check", json=[{"account_id": name} for name in (CROWD * 3)[:1_000]], headers=who
    )
    assert len(thousand.json()) == 1_000
    given = {"ip": "203.0.113.1", "device_id": "image-a", "prompt_cluster_id": ["template-a1"]}
    assert client.post("/v1/check", json=given, headers=who).json()["code"] == "joins"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ([], 422),
        ({"ip": "here"}, 422),
        ({"address": "203.0.113.1"}, 422),
        ([{"account_id": "a"}] * 1_001, 422),
        ({"account_id": 7}, 422),
    ],
)
def test_what_cannot_be_checked_is_said(client, home, body, status):
    told = client.post("/v1/check", json=body, headers=token(home, "machine"))
    assert (told.status_code, set(told.json())) == (status, {"error", "hint"})


def test_roles_decide_who_may_what(client, home):
    calls = {
        "check": lambda who: client.post("/v1/check", json={"account_id": "a"}, headers=who),
        "read": lambda who: client.get("/v1/rings", headers=who),
        "decide": lambda who: client.post(
            "/v1/decisions",
            json={"targets": ["nobody"], "verdict": "watch", "note": "n"},
            headers=who,
        ),
    }
    may = {
        role: {name for name, call in calls.items() if call(token(home, role)).status_code != 403}
        for role in ("machine", "observer", "viewer", "analyst", "lead", "auditor")
    }
    assert may == {
        "machine": {"check"},
        "observer": {"read"},
        "viewer": {"read"},
        "analyst": {"check", "read", "decide"},
        "lead": {"check", "read", "decide"},
        "auditor": {"read"},
    }
    for call in calls.values():
        told = call({})
        assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")
        assert call({"Authorization": "Bearer rl_00000000_x"}).status_code == 401


def test_a_revoked_token_ends_at_once_and_no_secret_is_kept(client, home):
    who = token(home, "viewer", "temporary")
    assert client.get("/v1/me", headers=who).json()["name"] == "temporary"
    secret = who["Authorization"].rpartition("_")[2]
    file = home / "service" / "tokens.json"
    assert secret not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    [mine] = [one for one in Tokens(home).listed() if one.name == "temporary"]
    Tokens(home).revoke(mine.token_id)
    assert client.get("/v1/me", headers=who).status_code == 401


def test_decisions_bear_the_name_of_the_token_and_are_written_down(client, world, home):
    analyst = token(home, "analyst", "bob")
    body = {"targets": [SINGLE], "verdict": "watch", "note": "seen twice"}
    told = client.post("/v1/decisions", json=body, headers=analyst)
    assert told.status_code == 201
    assert (told.json()[0]["by"], told.json()[0]["verdict"]) == ("bob", "watched")
    rows = client.get("/v1/decisions", params={"target": SINGLE}, headers=analyst).json()["rows"]
    assert [(row["decided_by"], row["note"]) for row in rows] == [("bob", "seen twice")]
    two = {**body, "targets": [SINGLE, GUEST]}
    assert client.post("/v1/decisions", json=two, headers=analyst).status_code == 403
    lead = token(home, "lead", "eve")
    assert client.post("/v1/decisions", json=two, headers=lead).status_code == 201
    unknown = {**body, "targets": ["nobody"]}
    assert client.post("/v1/decisions", json=unknown, headers=lead).status_code == 404
    hashed = subject(home, SINGLE)
    written = [line for line in lines(home) if line.get("event") == "decide"]
    assert [(line["by"], line["role"]) for line in written] == [("bob", "analyst"), ("eve", "lead")]
    assert written[0]["subjects"] == [hashed]
    assert written[0]["address"] == "127.0.0.1"
    assert SINGLE not in json.dumps(written)
    # Who asks to be forgotten is found by the hash.
    assert erase(home, lambda line: names_one(line, frozenset({hashed})), dry_run=True) == 3
    assert verify(home).sound
    told = client.get("/v1/audit", params={"limit": 3}, headers=token(home, "auditor")).json()
    assert (told["problems"], len(told["lines"])) == ([], 3)
    assert [line["by"] for line in told["lines"] if line.get("event") == "decide"] == ["eve", "bob"]
    assert client.get("/v1/audit", headers=lead).status_code == 403


def test_rings_accounts_and_queries_are_read_and_looks_are_written_down(client, world, home):
    viewer = token(home, "viewer", "carl")
    rows = client.get("/v1/rings", headers=viewer).json()["rows"]
    assert {row["size"] for row in rows} == {len(RING), len(SECOND)}
    ring = next(row["ring_id"] for row in rows if row["size"] == len(RING))
    page = client.get(f"/v1/rings/{ring}", headers=viewer).json()
    assert {row["account_id"] for row in page["members"]} == set(RING)
    assert sum(row["bits"] for row in page["evidence"]) == pytest.approx(page["score"], abs=0.1)
    account = client.get(f"/v1/accounts/{RING[0]}", headers=viewer).json()
    assert account["summary"]["rings"] == [ring]
    assert account["check"]["code"] == "member"
    assert account["membership"]
    assert client.get("/v1/accounts/nobody", headers=viewer).status_code == 404
    assert client.get("/v1/rings/ring-none", headers=viewer).status_code == 404
    looks = [line["subjects"] for line in lines(home) if line.get("by") == "carl"]
    assert looks == [[], [ring], [subject(home, RING[0])]]
    names = {one["name"] for one in client.get("/v1/queries", headers=viewer).json()}
    assert "accounts-on-ip" in names and "check" not in names
    asked = {"parameters": {"address": "203.0.113.0"}, "limit": 2}
    told = client.post("/v1/queries/accounts-on-ip", json=asked, headers=viewer).json()
    assert (len(told["rows"]), told["cut"]) == (2, True)
    typed = {**viewer, "Content-Type": "application/json"}
    for name, body, status in (
        ("nothing", {}, 404),
        ("accounts-on-ip", {}, 422),
        ("write-rings", {"parameters": {"run": "r", "rows": []}}, 422),
        ("accounts-on-ip", {"parameters": {"address": "\ud800"}}, 422),
        ("accounts-on-ip", {"parameters": {"address": 2**70}}, 422),
    ):
        told = client.post(f"/v1/queries/{name}", content=json.dumps(body), headers=typed)
        assert told.status_code == status, (name, told.text)


def test_health_figures_and_headers(client, world, home):
    assert client.get("/health/live").json()["status"] == "alive"
    ready = client.get("/health/ready")
    assert ready.json()["run"].startswith("run-")
    assert ready.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in ready.headers["content-security-policy"]
    assert "server" not in ready.headers
    client.post("/v1/check", json={"account_id": RING[0]}, headers=token(home, "machine"))
    text = client.get("/metrics").text
    assert 'ringleader_checks_total{code="member"}' in text
    assert 'route="/v1/check",status="200"' in text
    assert RING[0] not in text
    document = client.get("/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "mailbox" not in document["components"]["schemas"]["Known"]["properties"]
    assert "email" in document["components"]["schemas"]["Known"]["properties"]


def test_the_command_serves_and_stops_when_told(world, server, tmp_path, ringleader):
    made = ringleader("serve", "token", "add", "ann", "--role", "viewer")
    assert made.stdout.startswith("rl_")
    listed = json.loads(ringleader("serve", "token", "list", "--format", "json").stdout)
    assert [(one["name"], one["role"]) for one in listed][-1] == ("ann", "viewer")
    process = subprocess.Popen(
        [sys.executable, "-m", "ringleader", "serve", "--port", "0"],
        env={**os.environ, "RINGLEADER_HOME": str(server.home)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stderr.readline()
        port = int(first.split("127.0.0.1:")[1].split(",")[0])
        who = {"Authorization": f"Bearer {made.stdout.strip()}"}
        for _ in range(200):
            try:
                told = httpx.get(f"http://127.0.0.1:{port}/v1/rings", headers=who, timeout=30)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert len(told.json()["rows"]) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
    ringleader("serve", "token", "revoke", listed[-1]["token_id"])
    wrong = ringleader("serve", "token", "revoke", listed[-1]["token_id"], check=False)
    assert "there is no token" in wrong.stderr


def test_the_load_generator_holds_checks_against_bare_reads(world, server):
    figures = measured(world, server, clients=2, seconds=0.2, calls=20, seed=1)
    assert [figure.what for figure in figures] == [
        "check by the Python API, p50",
        "check by the Python API, p99",
        "check by the Python API, 2 clients",
        "check over HTTP, p50",
        "check over HTTP, p99",
        "check over HTTP, 2 clients",
        "1,000 accounts in one call",
    ]
    assert all(figure.ours > 0 for figure in figures)
    assert all(figure.ratio for figure in figures[:-1])
    # Its token is gone again.
    assert "benchmark" not in {one.name for one in Tokens(server.home).listed()}


def test_changes_are_feeds_for_readers_that_know_a_password(client, world, home):
    secret = token(home, "viewer", "reader")["Authorization"].split()[1]
    told = client.get("/changes.json", auth=("reader", secret))
    assert told.headers["content-type"] == "application/feed+json"
    feed = told.json()
    assert feed["version"].endswith("/1.1")
    rings = set(judged_world.rings(world).values())
    new = {item["url"].rpartition("/")[2] for item in feed["items"] if item["tags"] == ["new"]}
    assert new == rings
    assert not [name for name in (*RING, *SECOND) if name in told.text]
    rss = client.get("/changes.rss", auth=("reader", secret))
    assert rss.headers["content-type"].startswith("application/rss+xml")
    channel = ElementTree.fromstring(rss.content).find("channel")
    assert len({item.findtext("guid") for item in channel.iter("item")}) == len(feed["items"])
    asked = client.get("/changes.rss")
    assert (asked.status_code, asked.headers["www-authenticate"][:5]) == (401, "Basic")
    assert client.get("/changes.json", auth=("reader", "rl_00000000_x")).status_code == 401


def test_a_session_needs_its_second_secret_for_writes_and_ends(client, world, home):
    secret = token(home, "analyst", "sam")["Authorization"].split()[1]
    told = client.post("/v1/session", json={"token": secret})
    cookie = told.headers["set-cookie"]
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    name, value = cookie.partition(";")[0].split("=", 1)
    assert name == "__Host-ringleader"
    with httpx.Client(base_url=client.base_url, cookies={name: value}) as browser:
        csrf = browser.get("/v1/session").json()["me"]["csrf"]
        assert csrf == told.json()["csrf"]
        body = {"targets": [SINGLE], "verdict": "watch", "note": "n"}
        assert browser.post("/v1/decisions", json=body).status_code == 403
        wrong = {"x-csrf-token": "x" * len(csrf)}
        assert browser.post("/v1/decisions", json=body, headers=wrong).status_code == 403
        right = {"x-csrf-token": csrf}
        elsewhere = {**right, "origin": "https://evil.example"}
        assert browser.post("/v1/decisions", json=body, headers=elsewhere).status_code == 403
        assert browser.post("/v1/decisions", json=body, headers=right).status_code == 201
        assert browser.delete("/v1/session", headers=right).status_code == 204
        browser.cookies.set(name, value)
        assert browser.get("/v1/me").status_code == 401
    # A revoked token ends its session.
    value = client.post("/v1/session", json={"token": secret}).headers["set-cookie"]
    pair = dict([value.partition(";")[0].split("=", 1)])
    with httpx.Client(base_url=client.base_url, cookies=pair) as browser:
        assert browser.get("/v1/me").json()["name"] == "sam"
        Tokens(home).revoke(secret.split("_")[1])
        assert browser.get("/v1/me").status_code == 401
        assert browser.get("/v1/session").json() == {"me": None, "provider": False}


def test_a_proxy_is_believed_only_where_the_settings_name_it(world, server, tmp_path):
    said = {"x-user": "pia", "x-groups": "staff, fraud", "x-forwarded-for": "6.6.6.6, 198.51.100.9"}
    more = {
        "serve.user_header": "x-user",
        "serve.group_header": "x-groups",
        "serve.roles": ["fraud=analyst"],
    }
    for proxies, expected in ((["127.0.0.1"], 200), (["10.0.0.0/8"], 401)):
        read = settings_of(server, tmp_path, **more, **{"serve.proxies": proxies})
        with running(read) as client:
            told = client.get("/v1/me", headers=said)
            assert told.status_code == expected
            if expected == 200:
                assert (told.json()["name"], told.json()["role"]) == ("pia", "analyst")
                client.get(f"/v1/accounts/{SINGLE}", headers=said)
                assert lines(tmp_path)[-1]["address"] == "198.51.100.9"
                other = {**said, "x-groups": "sales"}
                assert client.get("/v1/me", headers=other).status_code == 401
    with pytest.raises(SettingsError, match="believed from nobody"):
        build(settings_of(server, tmp_path, **{"serve.user_header": "x-user"}))


def test_an_observer_reads_pseudonyms_and_no_names(client, world, home):
    olga = token(home, "observer", "olga")
    ring = judged_world.rings(world)[tuple(RING)]
    page = client.get(f"/v1/rings/{ring}/page", headers=olga)
    rows = client.get("/v1/changes", params={"since": "2020-01-01"}, headers=olga)
    queue = client.get("/v1/queue", headers=olga)
    assert {row["ring_id"] for row in queue.json()["rows"]} >= {ring}
    for told in (page, rows, queue):
        assert told.status_code == 200
        assert not [name for name in (*RING, *SECOND, "image-a", "203.0.113") if name in told.text]
    for place in (f"accounts/{RING[0]}", "search?text=a", "queries", f"rings/{ring}", "decisions"):
        assert client.get(f"/v1/{place}", headers=olga).status_code == 403
