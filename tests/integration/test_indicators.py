"""Indicators in the graph: what they name is shown as a hint, is no evidence, and goes back out."""

import json

import judged_world
import pytest
from judged_worlds import RING
from load_world import nodes, relationships

from ringleader import Connection
from ringleader.errors import WrongUsage

UUID = "9f0c5a52-6c57-4e6a-8d1b-0a6f7a4d1c3e"


@pytest.fixture(scope="module")
def judged(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(connection)
    connection.write(
        "MATCH (i:Ip) WHERE i.address STARTS WITH '203.0.113.' "
        "MERGE (s:Subnet {cidr: '203.0.113.0/24'}) MERGE (i)-[:IN_SUBNET]->(s)",
        name="subnets",
    )
    r = Connection(connection.settings, graph=connection)
    r.detect()
    return r


@pytest.fixture
def r(judged):
    judged.graph.write("MATCH (i:Indicator) DETACH DELETE i", name="empty")
    return judged


def feed(tmp_path, text, name="feed.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


FEED = f"""value,kind,source,tlp,confidence,valid_from,id,revoked,valid_until
203.0.113.0,ip,Partner X,amber,80,2020-01-01,indicator--{UUID},,
203.0.112.0/23,cidr,Partner Y,green,60,2026-01-01,{UUID.replace("9", "8", 1)},,
203.0.113.0/31,cidr,Partner Z,clear,60,2026-01-01,z,,
image-a,device,Partner X,red,60,2026-01-01,{UUID.replace("9", "7", 1)},,
ring00,account,Partner X,amber,60,2026-01-01,a,,
{"a29e9cdd9d4ea03bde4b7ef19a1f8d4f2c0b2ddc8bd0de7c8b5e65bcd4f1a5f5"},account,P,amber,60,,h,,
203.0.113.1,ip,Old,amber,60,2026-01-01,o,,2026-01-02
203.0.113.2,ip,Back,amber,60,2026-01-01,b,yes,
192.0.2.200,ip,Nobody,amber,60,2026-01-01,n,,
"""


def test_indicators_are_tied_to_what_they_name_and_again_changes_nothing(r, tmp_path):
    path = feed(tmp_path, FEED)
    loaded = r.load_indicators(path)
    assert (loaded.read, loaded.written, loaded.left_out) == (9, 9, {})
    ties = r.graph.read(
        "MATCH (i:Indicator)-[:INDICATES]->(n) RETURN i.source AS source, labels(n)[0] AS label, "
        "coalesce(n.address, n.cidr, n.device_id, n.account_id) AS key ORDER BY source, label, key"
    )
    assert [tuple(row.values()) for row in ties] == [
        ("Back", "Ip", "203.0.113.2"),
        ("Old", "Ip", "203.0.113.1"),
        ("Partner X", "Account", "ring00"),
        ("Partner X", "Device", "image-a"),
        ("Partner X", "Ip", "203.0.113.0"),
        ("Partner Y", "Subnet", "203.0.113.0/24"),
        ("Partner Z", "Ip", "203.0.113.0"),
        ("Partner Z", "Ip", "203.0.113.1"),
    ]
    assert loaded.linked == len(ties)
    before = nodes(r.graph, "Indicator")
    assert r.load_indicators(path) == loaded
    assert nodes(r.graph, "Indicator") == before
    with pytest.raises(WrongUsage):
        r.load_indicators(path, tlp="purple")


def test_an_account_is_named_by_its_hash(r, tmp_path):
    import hashlib

    hashed = hashlib.sha256(b"ring03").hexdigest()
    r.load_indicators(feed(tmp_path, f"value,kind\n{hashed},account\n"))
    rows = r.graph.read("MATCH (:Indicator)-[:INDICATES]->(n) RETURN n.account_id AS named")
    assert rows == [{"named": "ring03"}]


def test_an_explanation_says_who_names_what_and_rings_stay_as_they_are(r, tmp_path):
    rings = judged_world.rings(r.graph)
    ring = rings[tuple(RING)]
    score = r.explain(ring).score
    r.load_indicators(feed(tmp_path, FEED))
    lines = [line for line in r.explain(ring).lines if line.startswith("named by")]
    assert [line.split(", confidence")[0] for line in lines] == [
        "named by Partner X, TLP:RED: Device image-a, used by 12 of them",
        "named by Partner Y, TLP:GREEN: Subnet 203.0.113.0/24, used by 12 of them",
        "named by Partner X, TLP:AMBER: Ip 203.0.113.0, used by 3 of them",
        "named by Partner Z, TLP:CLEAR: Ip 203.0.113.0, used by 3 of them",
        "named by Partner Z, TLP:CLEAR: Ip 203.0.113.1, used by 3 of them",
    ]
    # Six years are more than seventy half-lives of an address.
    old = [line for line in lines if "Partner X, TLP:AMBER: Ip" in line]
    assert old[0].endswith("confidence 0 (of 80, since 2020-01-01)")
    assert not any("Old" in line or "Back" in line for line in lines)
    assert any("Account ring00, one of them" in line for line in r.why_not("ring00").lines)
    r.detect()
    assert judged_world.rings(r.graph) == rings
    assert r.explain(ring).score == score


def test_a_later_version_replaces_values_and_an_earlier_one_does_not(r, tmp_path):
    def bundle(modified, pattern, revoked=False):
        item = {
            "type": "indicator", "spec_version": "2.1", "id": f"indicator--{UUID}",
            "created": "2026-01-01T00:00:00Z", "modified": modified, "pattern": pattern,
            "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z", "revoked": revoked,
        }  # fmt: skip
        text = json.dumps({"type": "bundle", "id": f"bundle--{UUID}", "objects": [item]})
        return feed(tmp_path, text, "b.json")

    two = "[ipv4-addr:value = '203.0.113.0'] OR [ipv4-addr:value = '203.0.113.1']"
    one = "[ipv4-addr:value = '203.0.113.1']"
    r.load_indicators(bundle("2026-01-01T00:00:00Z", two))
    assert len(nodes(r.graph, "Indicator")) == 2
    r.load_indicators(bundle("2026-02-01T00:00:00Z", one, revoked=True))
    [left] = nodes(r.graph, "Indicator")
    assert (left["key"], left["revoked"]) == ("203.0.113.1", True)
    r.load_indicators(bundle("2026-01-15T00:00:00Z", one))
    assert nodes(r.graph, "Indicator")[0]["revoked"] is True


def test_sightings_name_nobody_and_honour_tlp(r, tmp_path, ringleader):
    r.load_indicators(feed(tmp_path, FEED))
    back = tmp_path / "back.json"
    done = r.sightings(back, source="Partner X")
    # The account has an id that is none of STIX or MISP.
    assert (done.written, done.left_out, done.unknown) == (2, 0, 1)
    text = back.read_text()
    assert "ring0" not in text
    made = {item["type"]: item for item in json.loads(text)["objects"] if "count" in item}
    objects = [item for item in json.loads(text)["objects"] if item["type"] == "sighting"]
    assert {item["sighting_of_ref"] for item in objects} == {
        f"indicator--{UUID}", f"indicator--{UUID.replace('9', '7', 1)}",
    }  # fmt: skip
    assert made["sighting"]["first_seen"].startswith("2026-01-01")
    result = ringleader("indicators", "sightings", tmp_path / "all.json", "--tlp", "green")
    assert "1 sightings" in result.stderr
    # Amber and red ones that were sighted: two addresses or clients, and the account.
    assert "3 were left out: their TLP does not allow it" in result.stderr
    rows = json.loads(ringleader("indicators", "list", "--format", "json").stdout)
    assert {row["source"]: row["state"] for row in rows if row["source"] in ("Old", "Back")} == {
        "Old": "ended", "Back": "revoked",
    }  # fmt: skip


def own_sightings(graph):
    """What this installation has seen, by source and key of the indicator."""
    rows = graph.read(
        "MATCH (:Observer {name: ''})-[seen:SIGHTED]->(i:Indicator) RETURN i.source AS source, "
        "i.key AS key, properties(seen) AS seen",
        name="sightings",
    )
    return {(row["source"], row["key"]): row["seen"] for row in rows}


def test_what_was_seen_here_is_noted_once_and_follows_the_data(r, tmp_path):
    r.load_indicators(feed(tmp_path, FEED))
    seen = own_sightings(r.graph)
    used = {
        pair: (one["accounts"], one["accounts_in_rings"], one["events"])
        for pair, one in seen.items()
    }
    assert used == {
        # The guest's one request through the proxy is seen as well.
        ("Partner X", "203.0.113.0"): (4, 3, 91),
        ("Partner X", "image-a"): (12, 12, 360),
        ("Partner X", "ring00"): (1, 1, 0),
        ("Partner Y", "203.0.112.0/23"): (23, 22, 661),
        ("Partner Z", "203.0.113.0/31"): (7, 6, 181),
        ("Old", "203.0.113.1"): (3, 3, 90),
        ("Back", "203.0.113.2"): (3, 3, 90),
    }
    device = seen["Partner X", "image-a"]
    assert str(device["first_seen"])[:10] == "2026-01-01"
    assert str(device["last_seen"])[:10] == "2026-02-10"
    rows = {row["key"]: row for row in r.indicators("Partner X").to_dict("records")}
    assert (rows["image-a"]["accounts"], rows["image-a"]["accounts_in_rings"]) == (12, 12)
    r.load_indicators(feed(tmp_path, FEED))
    r.detect()
    assert own_sightings(r.graph) == seen
    # Whoever is erased is seen no more, at once.
    r.graph.write(
        "CREATE (a:Account {account_id: 'late'})-[:USED_DEVICE {events: 7}]->(:Device "
        "{device_id: 'late-image'})",
        name="fixture",
    )
    r.load_indicators(feed(tmp_path, "value,kind,source\nlate-image,device,L\n", "late.csv"))
    assert own_sightings(r.graph)["L", "late-image"]["accounts"] == 1
    r.forget("late")
    assert own_sightings(r.graph) == seen


def test_what_partners_have_seen_is_kept_told_and_passed_on_by_its_marking(r, tmp_path):
    ids = [f"sighting--{UUID}", f"sighting--{UUID.replace('9', '6', 1)}"]
    who = {"type": "identity", "id": f"identity--{UUID}", "name": "Bank A"}

    def sightings(*changes):
        made = [
            {
                "type": "sighting", "spec_version": "2.1", "id": id_,
                "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
                "sighting_of_ref": f"indicator--{UUID}", "count": 14, "created_by_ref": who["id"],
                "first_seen": "2026-01-03T00:00:00Z", "last_seen": "2026-03-01T00:00:00Z", **change,
            }
            for id_, change in zip(ids, changes, strict=False)
        ]  # fmt: skip
        text = json.dumps({"type": "bundle", "id": f"bundle--{UUID}", "objects": [who, *made]})
        return r.load_indicators(feed(tmp_path, text, "seen.json"))

    unknown = sightings({})
    assert (unknown.sightings, unknown.left_out) == (
        0, {"sighting of an indicator that is not known": 1},
    )  # fmt: skip
    r.load_indicators(feed(tmp_path, FEED))
    assert sightings({}, {"count": 2, "last_seen": "2026-02-01T00:00:00Z"}).sightings == 2

    def told():
        lines = r.explain(judged_world.rings(r.graph)[tuple(RING)]).lines
        return [line.partition("; also seen by ")[2] for line in lines if "also seen" in line]

    assert told() == ["Bank A (16 times, last on 2026-03-01, TLP:AMBER)"]
    [row] = [row for row in r.indicators().to_dict("records") if row["seen_by"]]
    assert (row["source"], row["key"], row["seen_by"]) == ("Partner X", "203.0.113.0", ["Bank A"])
    before = relationships(r.graph, "SIGHTED")
    assert sightings({}, {"count": 2, "last_seen": "2026-02-01T00:00:00Z"}).sightings == 2
    assert sightings({"modified": "2025-01-01T00:00:00Z", "count": 99}).sightings == 1
    assert relationships(r.graph, "SIGHTED") == before
    later = "2026-04-01T00:00:00Z"
    sightings({"modified": later, "count": 20}, {"modified": later, "revoked": True})
    assert told() == ["Bank A (20 times, last on 2026-03-01, TLP:AMBER)"]
    # What others saw does not go out as ours.
    r.sightings(tmp_path / "back.json", source="Partner X")
    objects = json.loads((tmp_path / "back.json").read_text())["objects"]
    assert [o["count"] for o in objects if o.get("sighting_of_ref") == f"indicator--{UUID}"] == [91]


def test_loads_and_jobs_take_indicators(r, tmp_path, ringleader):
    path = feed(tmp_path, "value\n203.0.113.3\nno\n")
    asked = ["load", "indicators", path, "--source", "P", "--tlp", "red", "--format", "json"]
    result = ringleader(*asked)
    assert json.loads(result.stdout) == [
        {"table": "indicators", "read": 1, "written": 1, "linked": 1, "sightings": 0, "left_out": 1}
    ]
    assert "1 indicators were left out: value whose kind is not said" in result.stderr
    [made] = nodes(r.graph, "Indicator")
    assert (made["source"], made["tlp"]) == ("P", "red")
    refused = ringleader("load", "accounts", path, "--tlp", "red", check=False)
    assert "are for indicators" in refused.stderr
    assert relationships(r.graph, "CONTACTED") == []
