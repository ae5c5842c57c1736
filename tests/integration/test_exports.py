"""Every format says what the graph says, opens in the programs it is for, hides what it must."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import igraph
import networkx as nx
import pyarrow.parquet as pq
import pytest
import stix2
import stix2validator
from export_world import FORMULA, MEMBERS, ODD, RAW, lines
from pymisp import MISPEvent

from ringleader.errors import InputError, WrongUsage
from ringleader.exports.findings import THINGS
from ringleader.exports.handover import FORMATS
from ringleader.exports.pseudonyms import OPEN
from ringleader.indications import TLP
from ringleader.keys import EXPORT_KEY, load_key

ODD_IN_XML = ODD.replace("\x0b", "\ufffd")
R1, R2 = ("Ring", "ring-r1"), ("Ring", "ring-r2")


def test_rings_as_rows(exported):
    rows = lines(exported("rings", "jsonl"))
    assert [(r["ring_id"], r["account_id"], r["score"], r["campaign_id"]) for r in rows] == [
        ("ring-r1", ODD, 18.0, "campaign-k"),
        ("ring-r1", FORMULA, 12.0, "campaign-k"),
        ("ring-r1", "carol-1", 6.0, "campaign-k"),
        ("ring-r2", "dan-22", 10.0, None),
        ("ring-r2", "eve-33", 10.0, None),
    ]
    assert rows[1] == {
        "ring_id": "ring-r1",
        "account_id": FORMULA,
        "score": 12.0,
        "ring_score": 18.0,
        "ring_size": 3,
        "families": ["payment", "network", "registration"],  # one in a hundred is a chance find
        "single_family": False,
        "on_word": False,
        "status": "banned",
        "created_at": "2026-01-01T00:00:00Z",
        "campaign_id": "campaign-k",
        "found_at": None,
        "run": "run-2",
    }


def test_accounts_as_rows(exported):
    rows = {row["account_id"]: row for row in lines(exported("accounts", "jsonl"))}
    assert set(rows) == {*MEMBERS["r1"], *MEMBERS["r2"]}
    assert rows[ODD] == {
        "account_id": ODD,
        "status": "active",
        "status_at": None,
        "created_at": "2026-01-02T00:00:00Z",
        "country": None,
        "channel": None,
        "rings": ["ring-r1"],
        "campaigns": ["campaign-k"],
        "score": 18.0,
        "links": 2,
        "families": ["network", "payment", "registration", "prompt"],
        "family_bits": [4.0, 4.0, 0.75, 0.25],
        "evidence": [
            "payment|PaymentMethod|pm|visa",
            "network|Ip|2001:db8:7::1",
            "network|Ip|203.0.113.7",
            "registration|CONTACTED|referred",
            "prompt|others|",
        ],
        "evidence_bits": [4.0, 2.0, 2.0, 0.75, 0.25],
        "subnets": ["203.0.113.0/24", "2001:db8:7::/64"],
        "asns": [64500],
        "events": 9,
        "first_seen": "2026-01-03T12:00:00Z",
        "last_seen": "2026-01-06T01:00:00Z",
        "run": "run-2",
    }
    # The halves of all links add up to the ring.
    assert sum(sum(rows[account]["evidence_bits"]) for account in MEMBERS["r1"]) == 18.0


def test_links_as_rows_are_those_of_the_run_in_force(exported):
    rows = lines(exported("links", "jsonl"))
    assert [(r["account_a"], r["account_b"], r["weight"], r["ring_id"]) for r in rows] == [
        (FORMULA, ODD, 12.0, "ring-r1"),
        (FORMULA, "outside-9", 3.0, None),
        (ODD, "carol-1", 6.0, "ring-r1"),
        ("dan-22", "eve-33", 10.0, "ring-r2"),
    ]
    assert rows[0]["evidence"] == ["payment|PaymentMethod|pm|visa", "network|Ip|203.0.113.7"]


def test_campaigns_as_rows_hold_whatever_detection_says(exported):
    (row,) = lines(exported("campaigns", "jsonl"))
    assert (row["campaign_id"], row["ring_ids"], row["members"]) == ("campaign-k", ["ring-r1"], 3)
    assert (row["capabilities"], row["requests"], row["operators"]) == (
        ["coding"],
        18,
        ["Hide My Traffic"],
    )


def test_csv_agrees_with_json_lines_and_runs_nothing(exported):
    rows = list(csv.DictReader(io.StringIO(exported("rings", "csv").read_text(encoding="utf-8"))))
    assert [row["account_id"] for row in rows] == [
        ODD,
        "'" + FORMULA,
        "carol-1",
        "dan-22",
        "eve-33",
    ]
    assert rows[0]["families"] == "payment, network, registration"
    raw = exported("rings", "csv", raw=True).read_text(encoding="utf-8")
    assert [row["account_id"] for row in csv.DictReader(io.StringIO(raw))][1] == FORMULA


def test_parquet_has_the_declared_types_even_of_columns_without_values(exported):
    table = pq.read_table(exported("accounts", "parquet"))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds["asns"] == "list<element: int64>"
    assert kinds["status_at"] == "timestamp[us, tz=UTC]"
    assert table.to_pandas().set_index("account_id").loc["carol-1", "links"] == 1
    rings = pq.read_table(exported("rings", "parquet")).to_pylist()
    assert [r["account_id"] for r in rings] == [ODD, FORMULA, "carol-1", "dan-22", "eve-33"]
    nothing = pq.read_table(exported("campaigns", "parquet", ring_id="ring-r2"))
    assert nothing.num_rows == 0
    assert str(nothing.schema.field("ring_ids").type) == "list<element: string>"


EDGES = {
    ("Account:carol-1", "Ip:2001:db8:7::1", "USED_IP", 2.0),
    ("Account:carol-1", "Ring:ring-r1", "MEMBER_OF", 6.0),
    (f"Account:{FORMULA}", "Ip:203.0.113.7", "USED_IP", 2.0),
    (f"Account:{FORMULA}", "PaymentMethod:pm|visa", "PAID_WITH", 4.0),
    (f"Account:{FORMULA}", "Ring:ring-r1", "MEMBER_OF", 12.0),
    (f"Account:{ODD_IN_XML}", "Ip:2001:db8:7::1", "USED_IP", 2.0),
    (f"Account:{ODD_IN_XML}", "Ip:203.0.113.7", "USED_IP", 2.0),
    (f"Account:{ODD_IN_XML}", "PaymentMethod:pm|visa", "PAID_WITH", 4.0),
    (f"Account:{ODD_IN_XML}", "Ring:ring-r1", "MEMBER_OF", 18.0),
    ("Account:dan-22", "Device:client-5f", "USED_DEVICE", 5.0),
    ("Account:dan-22", "Ring:ring-r2", "MEMBER_OF", 10.0),
    ("Account:eve-33", "Device:client-5f", "USED_DEVICE", 5.0),
    ("Account:eve-33", "Ring:ring-r2", "MEMBER_OF", 10.0),
    ("Asn:64500", "Subnet:203.0.113.0/24", "IN_ASN", None),
    ("Campaign:campaign-k", "Ring:ring-r1", "PART_OF", None),
    ("Ip:2001:db8:7::1", "Subnet:2001:db8:7::/64", "IN_SUBNET", None),
    ("Ip:203.0.113.7", "Proxy:proxy-hide", "EXIT_OF", None),
    ("Ip:203.0.113.7", "Subnet:203.0.113.0/24", "IN_SUBNET", None),
}


def edges(graph):
    return {
        (*sorted((one, other)), data["relation"], data.get("weight"))
        for one, other, data in graph.edges(data=True)
    }


def test_graphml_opens_in_networkx_and_igraph(exported):
    path = exported("rings", "graphml")
    graph = nx.read_graphml(path)
    assert edges(graph) == EDGES
    assert graph.nodes["Ring:ring-r1"]["families"] == "payment, network, registration"
    assert graph.nodes["Account:dan-22"] == {
        "label": "dan-22",
        "kind": "Account",
        "status": "active",
    }
    again = igraph.Graph.Read_GraphML(str(path))
    names = [f"{v['kind']}:{v['label']}" for v in again.vs]
    assert {tuple(sorted((names[e.source], names[e.target]))) for e in again.es} == {
        edge[:2] for edge in EDGES
    }
    assert not again.is_directed()


def test_gexf_opens_in_networkx_with_what_gephi_looks_for(exported):
    path = exported("rings", "gexf")
    graph = nx.read_gexf(path)
    unweighted = {(one, other, kind) for one, other, kind, _ in EDGES}
    assert {edge[:3] for edge in edges(graph)} == unweighted
    assert graph.edges["Account:dan-22", "Device:client-5f"]["weight"] == 5.0
    root = ET.parse(path).getroot()
    space = {"g": "http://www.gexf.net/1.2draft", "viz": "http://www.gexf.net/1.2draft/viz"}
    nodes = root.findall(".//g:node", space)
    assert all(n.find("viz:color", space) is not None and n.get("label") for n in nodes)
    kinds = {a.get("type") for a in root.findall(".//g:attribute", space)}
    assert kinds <= {"string", "long", "double", "boolean"}
    assert "None" not in {v.get("value") for v in root.findall(".//g:attvalue", space)}
    assert root.find("g:meta", space).get("lastmodifieddate") == "2026-02-02"  # of the run


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("pseudonymise", [False, True], ids=["named", "pseudonymised"])
def test_stix_passes_the_validator_of_oasis_and_the_parser(exported, thing, pseudonymise):
    text = exported(thing, "stix", pseudonymise=pseudonymise).read_text(encoding="utf-8")
    checked = stix2validator.validate_string(text, stix2validator.ValidationOptions(version="2.1"))
    assert checked.is_valid, checked
    # Ids by content (version 5) are what the standard allows and the validator advises against.
    assert all("is not a valid UUIDv4" in str(warning) for warning in checked.warnings)
    bundle = stix2.parse(text, allow_custom=False)
    marking = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
    ids = {found["id"] for found in bundle.objects}
    for found in bundle.objects:
        if found["type"] != "marking-definition":
            assert found["object_marking_refs"] == [marking]
        for name in found:
            if name.endswith(("_ref", "_refs")):
                refs = found[name] if name.endswith("s") else [found[name]]
                assert set(refs) <= ids, name


def stix_objects(path, type_):
    return [o for o in json.loads(path.read_bytes())["objects"] if o["type"] == type_]


def test_stix_says_what_the_graph_says(exported):
    path = exported("rings", "stix")
    users = {o["id"]: o["user_id"] for o in stix_objects(path, "user-account")}
    assert set(users.values()) == {*MEMBERS["r1"], *MEMBERS["r2"]}
    groups = {o["name"]: o for o in stix_objects(path, "grouping")}
    for ring, members in MEMBERS.items():
        held = groups[f"ring-{ring}"]["object_refs"]
        assert {users[ref] for ref in held if ref in users} == set(members)
    # Three kinds of evidence, and one.
    assert (groups["ring-r1"]["confidence"], groups["ring-r2"]["confidence"]) == (85, 15)
    v4, v6 = stix_objects(path, "ipv4-addr"), stix_objects(path, "ipv6-addr")
    assert [o["value"] for o in v4 + v6] == ["203.0.113.7", "2001:db8:7::1"]
    seen = {
        (users[o["object_refs"][0]], o["object_refs"][1], o["number_observed"], o["last_observed"])
        for o in stix_objects(path, "observed-data")
    }
    assert seen == {
        (FORMULA, v4[0]["id"], 5, "2026-01-04T00:00:00Z"),
        (ODD, v4[0]["id"], 7, "2026-01-05T00:00:00Z"),
        (ODD, v6[0]["id"], 2, "2026-01-06T01:00:00Z"),
        ("carol-1", v6[0]["id"], 3, "2026-01-06T02:00:00Z"),
    }
    (campaign,) = stix_objects(path, "campaign")
    assert (campaign["first_seen"], campaign["objective"]) == (
        "2026-01-03T00:00:00Z",
        "capabilities: coding",
    )
    notes = {o["abstract"]: o["content"] for o in stix_objects(path, "note")}
    assert notes["Why ring-r2 is taken for a ring"] == (
        "device: Device client-5f, shared by 2 members, 10.0 bits"
    )


def test_an_address_under_a_pseudonym_is_no_address(exported):
    path = exported("rings", "stix", pseudonymise=True)
    assert stix_objects(path, "ipv4-addr") == stix_objects(path, "ipv6-addr") == []
    names = {o["name"].partition("-")[0] for o in stix_objects(path, "infrastructure")}
    assert names == {"ip", "proxy"}
    event = MISPEvent()
    event.load_file(exported("rings", "misp", pseudonymise=True))
    assert not [a for a in event.attributes if a.type in ("ip-src", "domain")]


@pytest.mark.parametrize("tlp", TLP)
def test_the_traffic_light_is_that_of_first(exported, tlp):
    (marking,) = stix_objects(exported("rings", "stix", tlp=tlp), "marking-definition")
    extension = marking["extensions"]["extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"]
    assert (marking["name"], extension["tlp_2_0"]) == (f"TLP:{tlp.upper()}", tlp)
    event = MISPEvent()
    event.load_file(exported("rings", "misp", tlp=tlp))
    assert [tag.name for tag in event.tags] == [f"tlp:{tlp}"]


def test_misp_event_opens_in_pymisp(exported):
    event = MISPEvent()
    event.load_file(exported("rings", "misp"))
    assert (event.distribution, event.date.isoformat()) == (0, "2026-02-02")
    accounts = [o for o in event.objects if o.name == "user-account"]
    ids = {o.uuid: o.get_attributes_by_relation("user-id")[0].value for o in accounts}
    assert set(ids.values()) == {*MEMBERS["r1"], *MEMBERS["r2"]}
    rings = {o.comment: o for o in event.objects if o.name == "annotation"}
    for ring, members in MEMBERS.items():
        refs = rings[f"ring-{ring}"].references
        assert {ids[r.referenced_uuid] for r in refs if r.comment == "member"} == set(members)
    assert {(a.type, a.category, a.value) for a in event.attributes} == {
        ("ip-src", "Network activity", "203.0.113.7"),
        ("ip-src", "Network activity", "2001:db8:7::1"),
        ("ip-src", "Network activity", "203.0.113.0/24"),
        ("ip-src", "Network activity", "2001:db8:7::/64"),
        ("AS", "Network activity", "64500"),
        ("other", "Financial fraud", "pm|visa"),
        ("text", "Other", "client-5f"),
        ("text", "Other", "proxy-hide"),
        ("campaign-name", "Attribution", "campaign-k"),
    }
    # Strangers may share an address: nothing is to be blocked on sight.
    everything = [*event.attributes, *(a for o in event.objects for a in o.attributes)]
    assert not any(a.to_ids for a in everything)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("thing", THINGS)
def test_two_exports_of_one_run_are_the_same_bytes(exported, thing, format_):
    assert exported(thing, format_).read_bytes() == exported(thing, format_).read_bytes()


def names_in(export_graph):
    """Every text of every node but what is openly coarse: channels, kinds, systems, runs."""
    for row in export_graph.read("MATCH (n) RETURN labels(n)[0] AS label, properties(n) AS said"):
        if row["label"] not in ("Asn", "Run", "Batch", "Review"):
            for name, value in row["said"].items():
                values = value if isinstance(value, list) else [value]
                yield from (v for v in values if isinstance(v, str) and name not in OPEN)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("thing", THINGS)
def test_nothing_raw_leaves_under_pseudonyms(exported, export_graph, thing, format_):
    """Every name in the graph is looked for in the bytes, as it is and as JSON and XML have it."""
    path = exported(thing, format_, pseudonymise=True)
    content = path.read_bytes()
    if format_ == "parquet":  # which compresses
        content = json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
    for name in {*RAW, *names_in(export_graph)}:
        spellings = {name, json.dumps(name)[1:-1], name.replace("&", "&amp;").replace("<", "&lt;")}
        for spelling in spellings:
            assert spelling.encode() not in content, name
    assert b"account-" in content or thing == "campaigns"
    # The same scan finds the names where they may be.
    named = exported(thing, format_).read_bytes()
    assert format_ == "parquet" or b"ring-r1" in named or b"carol-1" in named


def test_pseudonyms_are_the_same_in_every_export_and_differ_by_key(
    exported, tmp_path, export_graph
):
    key = tmp_path / "other.key"
    key.write_text("ab" * 32)
    rings = {r["account_id"] for r in lines(exported("rings", "jsonl", pseudonymise=True))}
    accounts = lines(exported("accounts", "jsonl", pseudonymise=True))
    assert rings == {r["account_id"] for r in accounts}
    assert len(rings) == 5
    # The subnet of an address is known although nobody can tell which: members share it.
    named = {r["account_id"]: r["subnets"] for r in lines(exported("accounts", "jsonl"))}
    assert sorted(len(r["subnets"]) for r in accounts) == sorted(map(len, named.values()))
    assert len({subnet for r in accounts for subnet in r["subnets"]}) == 2
    assert {asn for r in accounts for asn in r["asns"]} == {64500}
    others = lines(exported("rings", "jsonl", pseudonymise=True, key_file=key))
    assert not rings & {r["account_id"] for r in others}
    same = tmp_path / "same.key"
    same.write_text(load_key(export_graph.settings.home, EXPORT_KEY).hex())
    again = lines(exported("rings", "jsonl", pseudonymise=True, key_file=same))
    assert rings == {r["account_id"] for r in again}
    with pytest.raises(WrongUsage, match="--pseudonymise"):
        exported("rings", "csv", key_file=key)
    with pytest.raises(InputError, match="absent"):
        exported("rings", "csv", pseudonymise=True, key_file=tmp_path / "absent")
