"""Indicators of servers: what was added since the last pull, over safe roads, once."""

import json

import pytest
from feed_servers import FIRST, PASSWORD, SECOND, USER, indicator, misp, taxii
from load_world import nodes

from ringleader import Connection
from ringleader.errors import (
    ConnectionFailed,
    InputError,
    NotFound,
    SettingsError,
    WrongUsage,
)
from ringleader.loaders.indicators.login import Visit, read_login, require_safe

LOGIN = {"RINGLEADER_FEED_USER": USER, "RINGLEADER_FEED_PASSWORD": PASSWORD}
RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
OWN = "marking-definition--11111111-1111-4111-8111-111111111111"


@pytest.fixture
def r(graph, monkeypatch):
    for name, value in LOGIN.items():
        monkeypatch.setenv(name, value)
    graph.write("CREATE (:Ip {address: '203.0.113.3'})", name="address")
    return Connection(graph.settings, graph=graph)


def stored(r):
    found = nodes(r.graph, "Indicator")
    return sorted((i["key"], i["source"], i["tlp"], i["revoked"]) for i in found)


def asked_since(server):
    """What `added_after` each call for objects had."""
    calls = [e for e in server.asked if e["PATH_INFO"].endswith("/objects/")]
    return [e["QUERY_STRING"] for e in calls]


def test_a_pull_takes_what_was_added_since_the_last_one(r):
    marking = {
        "type": "marking-definition", "spec_version": "2.1", "id": OWN,
        "created": "2026-01-01T00:00:00.000Z", "definition_type": "statement", "name": "TLP:GREEN",
        "definition": {"statement": "ours"},
    }  # fmt: skip
    with taxii() as server:
        server.add(
            marking,
            indicator(1, "203.0.113.1"),
            indicator(2, "203.0.113.2", object_marking_refs=[RED]),
            indicator(3, "203.0.113.3", object_marking_refs=[OWN]),
            indicator(4, "203.0.113.4"),
        )
        server.add(indicator(9, "198.51.100.9"), collection=SECOND)
        done = r.pull_indicators(f"{server.url}/taxii2/")
        assert [(f.title, f.read, f.written) for f in done.feeds] == [
            ("Partner X", 4, 4), ("Partner Y", 1, 1),
        ]  # fmt: skip
        assert done.linked == 1
        first = [
            ("198.51.100.9", "Partner Y", "amber", False),
            ("203.0.113.1", "Partner X", "amber", False),
            ("203.0.113.2", "Partner X", "red", False),
            ("203.0.113.3", "Partner X", "green", False),
            ("203.0.113.4", "Partner X", "amber", False),
        ]
        assert stored(r) == first
        assert len(asked_since(server)) == 4  # three pages of two objects, and one
        server.asked.clear()

        # The marking came with the first pull: it is asked for again, by its id.
        server.add(
            indicator(5, "203.0.113.5", object_marking_refs=[OWN]),
            indicator(1, "203.0.113.1", modified="2026-02-01T00:00:00.000Z", revoked=True),
        )
        again = r.pull_indicators(f"{server.url}/api/", "Partner X")
        assert [(f.read, f.mark) for f in again.feeds] == [(2, "2026-03-01T00:00:08.000000Z")]
        assert any("added_after" in query for query in asked_since(server))
        assert stored(r) == sorted(
            [row for row in first if row[0] != "203.0.113.1"]
            + [
                ("203.0.113.1", "Partner X", "amber", True),
                ("203.0.113.5", "Partner X", "green", False),
            ]
        )
        # Nothing is new, by the address of the collection itself; another source is another pull.
        url = f"{server.url}/api/collections/{FIRST}/"
        none = r.pull_indicators(url)
        assert [(f.read, f.mark) for f in none.feeds] == [(0, "2026-03-01T00:00:08.000000Z")]


def test_an_interrupted_pull_is_repeated_and_loses_nothing(r, monkeypatch):
    from ringleader.loaders.indicators import storing

    with taxii() as server:
        server.add(indicator(1, "203.0.113.1"))
        kept = storing.write_indicators
        monkeypatch.setattr(storing, "write_indicators", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            r.pull_indicators(f"{server.url}/api/")
        monkeypatch.setattr(storing, "write_indicators", kept)
        assert r.pull_indicators(f"{server.url}/api/").feeds[0].read == 1
        assert len(nodes(r.graph, "Indicator")) == 1


def test_a_marking_that_nobody_defines_counts_as_red(r):
    with taxii() as server:
        server.add(indicator(1, "203.0.113.1", object_marking_refs=[OWN]))
        r.pull_indicators(f"{server.url}/api/collections/{FIRST}/", source="Z")
    assert stored(r) == [("203.0.113.1", "Z", "red", False)]


def test_a_login_is_needed_and_goes_nowhere_else(r, monkeypatch, ringleader, tmp_path):
    with taxii() as server:
        server.add(indicator(1, "203.0.113.1"))
        root = server.backend.data["/discovery"]
        monkeypatch.setenv("RINGLEADER_FEED_PASSWORD", "wrong")
        with pytest.raises(ConnectionFailed, match="refuses the login") as refused:
            r.pull_indicators(f"{server.url}/taxii2/")
        assert "wrong" not in str(refused.value)
        file = tmp_path / "login.toml"
        file.write_text(f'user = "{USER}"\npassword = "{PASSWORD}"\n')
        file.chmod(0o644)
        with pytest.raises(SettingsError, match="others can read"):
            r.pull_indicators(f"{server.url}/taxii2/", credentials=file)
        file.chmod(0o600)
        asked = ["indicators", "pull", f"{server.url}/taxii2/", "--credentials", file]
        rows = json.loads(
            ringleader(*asked, "--collection", "Partner X", "--format", "json").stdout
        )
        assert [(row["feed"], row["read"]) for row in rows] == [("Partner X", 1)]
        feeds = json.loads(ringleader("indicators", "feeds", "--format", "json").stdout)
        assert [row["url"] for row in feeds] == [f"{server.url}/api/collections/{FIRST}/"]
        with pytest.raises(NotFound, match="no collection 'Z'"):
            r.pull_indicators(f"{server.url}/taxii2/", "Z", credentials=file)
        root["api_roots"] = ["http://192.0.2.1/api/"]
        with pytest.raises(InputError, match="elsewhere"):
            r.pull_indicators(f"{server.url}/taxii2/", credentials=file)
    with pytest.raises(ConnectionFailed, match="does not answer"):
        r.pull_indicators(f"{server.url}/taxii2/")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://taxii.example.org/", "not encrypted"),
        ("http://127.0.0.1.example.org/", "not encrypted"),
        ("https://u:p@taxii.example.org/", "leave user and password out"),
        ("ftp://taxii.example.org/", "no address"),
        ("https://taxii.example.org:x/", "Port"),
    ],
)
def test_other_roads_are_refused(url, why):
    with pytest.raises(WrongUsage, match=why):
        require_safe(url)


def test_a_login_is_shown_nowhere(tmp_path):
    login = read_login(None, {"RINGLEADER_FEED_TOKEN": "secret"})
    assert (login.header, "secret" in repr(login)) == ("Bearer secret", False)
    assert read_login(None, {"RINGLEADER_FEED_TOKEN": "Token t"}).header == "Token t"
    assert read_login(None, {}).header == ""
    assert "secret" not in repr(vars(Visit("https://a.example/"))), "no login unless it is given"
    file = tmp_path / "login.toml"
    file.write_text('key = "x"\n')
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="have key"):
        read_login(file)


def event(number, value, published, **said):
    attribute = {"uuid": f"u{number}", "type": "ip-src", "value": value, "timestamp": "1767312000"}
    return {
        "Event": {
            "info": "campaign", "Orgc": {"name": "Org"}, "timestamp": "1767312000",
            "publish_timestamp": str(published), "Attribute": [{**attribute, **said}],
        }
    }  # fmt: skip


def test_events_of_a_misp_instance_are_pulled(r, monkeypatch, ringleader):
    with misp() as server:
        server.events = [event(n, f"198.51.100.{n}", 1767312000 + n) for n in range(101)]
        with pytest.raises(WrongUsage, match="key of a user"):
            r.pull_indicators(server.url, misp=True)
        monkeypatch.setenv("RINGLEADER_FEED_TOKEN", "wrong")
        with pytest.raises((ConnectionFailed, InputError)) as refused:
            r.pull_indicators(server.url, misp=True)
        assert "wrong" not in refused.value.message
        monkeypatch.setenv("RINGLEADER_FEED_TOKEN", server.key)
        [feed] = r.pull_indicators(server.url, misp=True).feeds
        assert (feed.read, feed.mark) == (101, "1767312100")
        assert [asked["page"] for _, asked in server.asked] == [1, 2]
        # The same second again changes nothing; a deleted attribute revokes what it named.
        server.events.append(
            event(3, "198.51.100.3", 1767312500, deleted=True, timestamp="1767312400")
        )
        out = ringleader(
            "indicators", "pull", "--misp", server.url, "--format", "json",
            env={"RINGLEADER_FEED_TOKEN": server.key},
        )  # fmt: skip
        assert [(row["read"], row["mark"]) for row in json.loads(out.stdout)] == [(2, "1767312500")]
        assert server.asked[-1][1]["publish_timestamp"] == "1767312100"
        found = {row[0]: row[1:] for row in stored(r)}
        assert len(found) == 101
        assert found["198.51.100.3"] == ("Org", "amber", True)
        assert found["198.51.100.4"] == ("Org", "amber", False)
        with pytest.raises(InputError, match="sends on to http://192.0.2.1/"):
            r.pull_indicators(f"{server.url}/away", misp=True)


def test_a_job_pulls(r, tmp_path, ringleader):
    with taxii() as server:
        server.add(indicator(1, "203.0.113.1"))
        (tmp_path / "ringleader.toml").write_text(
            "[[jobs.feeds.steps]]\nstep = 'pull'\ncollection = ['Partner X']\n"
            f"url = '{server.url}/taxii2/'\n"
        )
        ringleader("job", "run", "feeds", env=LOGIN)
    assert [row[0] for row in stored(r)] == ["203.0.113.1"]
