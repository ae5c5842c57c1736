"""Matching: both sides find what they both see, the rest stays hidden, files are of use once."""

import json
from dataclasses import replace

import pytest

from ringleader import Connection, audit_chain
from ringleader.errors import InputError, RingleaderError, WrongUsage
from ringleader.exports.matching import files, intersection, protocol
from ringleader.exports.matching.agreements import body_limit
from ringleader.exports.matching.protocol import Terms
from ringleader.keys import keyed_hash, read_key

PURPOSE = "fraud, case 4711"
WORLD = """
UNWIND $rows AS row
MERGE (a:Account {account_id: row[0]})
FOREACH (x IN CASE row[1] WHEN 'Ip' THEN [1] ELSE [] END |
  MERGE (n:Ip {address: row[2]}) MERGE (a)-[:USED_IP]->(n))
FOREACH (x IN CASE row[1] WHEN 'Device' THEN [1] ELSE [] END |
  MERGE (n:Device {device_id: row[2]}) MERGE (a)-[:USED_DEVICE]->(n))
FOREACH (x IN CASE WHEN a.account_id STARTS WITH 'r' THEN [1] ELSE [] END |
  MERGE (r:Ring {ring_id: 'ring'}) MERGE (a)-[:MEMBER_OF]->(r))
"""
# What two members of rings use, what strangers use; the second world is another firm's.
HERE = [
    *(("r1", "Ip", f"203.0.113.{n}") for n in range(4)),
    *(("r2", "Ip", f"203.0.113.{n}") for n in range(4)),
    ("r1", "Device", "image-one"), ("r2", "Device", "image-one"), ("r3", "Device", "image-one"),
    ("x", "Ip", "198.51.100.1"), ("y", "Ip", "198.51.100.1"),
    # Two members use it, and most of its users are strangers: no identifier of rings.
    *((name, "Device", "popular") for name in ("r1", "r2", "x", "y", "z")),
]  # fmt: skip
THERE = [
    *(("r7", "Ip", f"203.0.113.{n}") for n in range(2, 6)),
    *(("r8", "Ip", f"203.0.113.{n}") for n in range(2, 6)),
    ("r7", "Device", "image-one"), ("r8", "Device", "image-one"),
    *((f"r{n}", "Ip", "203.0.113.2") for n in range(10, 20)),
    ("z", "Ip", "198.51.100.1"),
]  # fmt: skip


class Side:
    """A firm: a data folder of its own, and the one database with its world in it."""

    def __init__(self, graph, home, rows):
        home.mkdir()
        self.graph, self.home, self.rows = graph, home, rows
        self.path = home.parent

    def __enter__(self):
        self.graph.write("MATCH (n) DETACH DELETE n", name="empty")
        self.graph.write(WORLD, {"rows": [list(row) for row in self.rows]}, name="world")
        return self


@pytest.fixture
def firms(graph, tmp_path):
    here = Side(graph, tmp_path / "here", HERE)
    there = Side(graph, tmp_path / "there", THERE)
    Side.__exit__ = lambda *_: None
    key = tmp_path / "partner.key"
    Connection(graph.settings, graph=graph).match_key(key)
    return here, there, Terms(key, PURPOSE)


def asked(here, terms):
    with here:
        return protocol.ask(here.graph, here.home, here.path / "request.match", terms)


def answered(there, terms, name="response.match"):
    with there:
        request = there.path / "request.match"
        return protocol.answer(there.graph, there.home, request, there.path / name, terms)


def test_both_learn_what_both_have_and_nothing_else(firms, tmp_path):
    here, there, terms = firms
    request = asked(here, terms)
    assert (request.step, request.mine, request.matched) == ("asked", 5, None)
    response = answered(there, terms)
    assert (response.mine, response.theirs) == (5, 5)
    for name in ("request.match", "response.match"):
        content = (tmp_path / name).read_bytes()
        assert b"203.0.113" not in content
        assert b"image-one" not in content.partition(b"}")[0]
    with here:
        share = tmp_path / "result.match"
        done = protocol.finish(
            here.graph, here.home, tmp_path / "response.match", terms, share=share
        )
    assert [(row["kind"], row["value"], row["accounts"], row["in_rings"]) for row in done.rows] == [
        ("device", "image-one", 3, 3), ("ip", "203.0.113.2", 2, 2), ("ip", "203.0.113.3", 2, 2),
    ]  # fmt: skip
    assert (done.mine, done.theirs, done.matched) == (5, 5, 3)
    with there:
        told = protocol.receive(there.graph, there.home, share, terms)
    assert [(row["value"], row["accounts"], row["theirs"]) for row in told.rows] == [
        ("203.0.113.2", 12, "2 to 4"), ("image-one", 2, "2 to 4"), ("203.0.113.3", 2, "2 to 4"),
    ]  # fmt: skip
    assert not list((here.home / "matches").glob("*.parquet"))
    assert "secrets" not in next((here.home / "matches").glob("*-asked.json")).read_text()
    lines = (here.graph.settings.home / audit_chain.FILE).read_text().splitlines()[-4:]
    steps = [json.loads(line)["event"] for line in lines]
    assert steps == ["match asked", "match answered", "match finished", "match received"]
    assert not any("203.0.113" in line or "image-one" in line for line in lines)


def test_each_side_chooses_what_it_puts_in(firms, tmp_path):
    here, there, terms = firms
    wide = replace(terms, scope="all", kinds=("ip",))
    assert asked(here, wide).mine == 5
    with pytest.raises(InputError, match="more than agreed here: ip"):
        answered(there, replace(terms, kinds=("device",)))
    # The answering side puts in what rings use, whatever was asked.
    assert answered(there, terms).mine == 4
    with here:
        done = protocol.finish(here.graph, here.home, tmp_path / "response.match", wide)
    assert {row["value"] for row in done.rows} == {"203.0.113.2", "203.0.113.3"}
    asked(here, wide)
    assert answered(there, wide, "wide.match").mine == 5
    with here:
        done = protocol.finish(here.graph, here.home, tmp_path / "wide.match", wide)
    assert {row["value"] for row in done.rows} == {"203.0.113.2", "203.0.113.3", "198.51.100.1"}


def test_only_the_size_is_learned_where_only_the_size_is_asked(firms, tmp_path):
    here, there, terms = firms
    size = replace(terms, reveal="size")
    asked(here, terms)
    with pytest.raises(InputError, match="which they are"):
        answered(there, size)
    asked(here, size)
    answered(there, size)
    with here:
        response = tmp_path / "response.match"
        with pytest.raises(WrongUsage, match="only the size was asked for"):
            protocol.finish(here.graph, here.home, response, size, share=tmp_path / "r")
        done = protocol.finish(here.graph, here.home, response, size)
    assert (done.matched, done.rows) == (3, ())


def test_files_are_bound_to_key_purpose_and_date_and_are_of_use_once(firms, tmp_path, monkeypatch):
    here, there, terms = firms
    asked(here, terms)
    other_key = tmp_path / "other.key"
    Connection(here.graph.settings, graph=here.graph).match_key(other_key)
    with pytest.raises(InputError, match="was not made with this key"):
        answered(there, replace(terms, key=other_key))
    with pytest.raises(InputError, match="for the purpose"):
        answered(there, replace(terms, purpose="marketing"))
    answered(there, terms)
    with pytest.raises(InputError, match="was answered before"):
        answered(there, terms, "again.match")
    response = tmp_path / "response.match"
    with here:
        protocol.finish(here.graph, here.home, response, terms)
        with pytest.raises(InputError, match="was finished before"):
            protocol.finish(here.graph, here.home, response, terms)
        with pytest.raises(InputError, match="answers no request that was made here"):
            protocol.finish(here.graph, there.home, response, terms)
    changed = bytearray(response.read_bytes())
    changed[-1] ^= 1
    response.write_bytes(changed)
    with pytest.raises(InputError, match="or was changed"):
        files.open_envelope(response, read_key(terms.key), "response", PURPOSE)
    late = replace(terms, days=-1)
    asked(here, late)
    with pytest.raises(InputError, match="expired at"):
        answered(there, terms)
    (tmp_path / "none").write_text("nothing")
    with pytest.raises(InputError, match="is no file of"):
        files.open_envelope(tmp_path / "none", b"k" * 32, "request", PURPOSE)


def test_how_often_and_how_much_a_partner_may_ask_is_limited(firms):
    here, there, terms = firms
    asked(here, terms)
    with pytest.raises(WrongUsage, match="5 identifiers are more than 4"):
        answered(there, replace(terms, most=4))
    # What a partner says of its set counts no more than what is in it.
    request, key = here.path / "request.match", read_key(terms.key)
    told = files.open_envelope(request, key, "request", PURPOSE)
    files.write_envelope(request, key, "request", {**told.said, "size": 1}, told.body)
    with pytest.raises(WrongUsage, match="5 identifiers are more than 4"):
        answered(there, replace(terms, most=4))
    with pytest.raises(InputError, match="does not hold what it says"):
        answered(there, terms)
    files.write_envelope(request, key, "request", told.said, intersection._joined([b"\xff"]))
    with pytest.raises(InputError, match="the request is damaged"):
        answered(there, terms)
    for n in range(2):
        asked(here, terms)
        answered(there, replace(terms, per_day=2), f"{n}.match")
    asked(here, terms)
    with pytest.raises(InputError, match="2 requests of this partner were answered"):
        answered(there, replace(terms, per_day=2))


def test_large_sets_go_in_parts_side_by_side(monkeypatch):
    items = [f"{n * 7919:064x}"[::-1] for n in range(300)]
    mine, theirs = items[:200], items[100:]
    keys, request = intersection.ask(mine, 3, True)
    assert len(keys) == 3
    response = intersection.answer(theirs, request, True)
    assert set(intersection.matched(mine, keys, response, True)) == set(items[100:200])
    with pytest.raises(InputError, match="cut short"):
        intersection.matched(mine, keys, response[:-1], True)
    with pytest.raises(InputError, match="does not fit"):
        intersection.matched(mine, keys[:2], response, True)
    monkeypatch.setattr(intersection, "PART", 10)
    assert (intersection.parts_of(0), intersection.parts_of(10), intersection.parts_of(11)) == (
        1,
        1,
        2,
    )


def test_documents_are_no_larger_than_their_bound():
    """Bounds of the service: an item more may cost no more than what it is allowed."""
    number = 2_000
    items = [keyed_hash(b"k" * 32, str(n)) for n in range(number)]
    _, request = intersection.ask(items, 1, True)
    response = intersection.answer(items, request, True)
    result = json.dumps(dict.fromkeys(items, "100 to 999")).encode()
    for kind, body in (("request", request), ("response", response), ("result", result)):
        terms = Terms("x.key", PURPOSE, most=number)
        without = body_limit(replace(terms, most=0), kind)
        assert 0.6 < len(body) / (body_limit(terms, kind) - without) <= 1.0, kind


def test_a_damaged_response_is_said_in_one_line():
    keys, _ = intersection.ask(["0a" * 32], 1, True)
    with pytest.raises(InputError, match="the response is damaged"):
        intersection.matched(["0a" * 32], keys, intersection._joined([b"\xff", b"\xff"]), True)


def test_a_result_that_says_something_else_is_refused(firms, tmp_path):
    here, there, terms = firms
    asked(here, terms)
    answered(there, terms)
    key = read_key(terms.key)
    said = files.open_envelope(tmp_path / "response.match", key, "response", PURPOSE).said
    for body in (b"[]", b'{"a": "\\u001b[2J"}', b"\xff", b'{"a": []}', b"[" * 100_000):
        files.write_envelope(tmp_path / "r", key, "result", {**said, "kind": "result"}, body)
        with there, pytest.raises(InputError, match="does not say what both have"):
            protocol.receive(there.graph, there.home, tmp_path / "r", terms)


def test_what_nobody_answered_in_time_is_forgotten(firms):
    here, _, terms = firms
    late = asked(here, replace(terms, days=-1))
    assert (here.home / "matches" / f"{late.id}-asked.parquet").exists()
    again = asked(here, terms)
    kept = {path.name for path in (here.home / "matches").glob("*.parquet")}
    assert kept == {f"{again.id}-asked.parquet"}
    old = json.loads((here.home / "matches" / f"{late.id}-asked.json").read_text())
    assert "secrets" not in old


def test_an_empty_side_matches_nothing(firms, tmp_path):
    here, there, terms = firms
    there.rows = [("z", "Ip", "192.0.2.1")]
    asked(here, terms)
    assert answered(there, terms).mine == 0
    with here:
        done = protocol.finish(here.graph, here.home, tmp_path / "response.match", terms)
    assert done.matched == 0


def test_the_commands_do_it(firms, tmp_path, ringleader):
    here, there, _ = firms
    args = ["--key", tmp_path / "partner.key", "--purpose", PURPOSE]
    with here:
        ringleader("match", "ask", tmp_path / "q", *args, "--kind", "ip")
    with there:
        said = ringleader("match", "answer", tmp_path / "q", tmp_path / "p", *args)
        assert "4 identifiers, 4 there" in said.stderr
    done = ringleader("match", "finish", tmp_path / "p", *args, "--share", tmp_path / "r",
                      "--format", "json")  # fmt: skip
    assert [row["value"] for row in json.loads(done.stdout)] == ["203.0.113.2", "203.0.113.3"]
    assert "2 of 4 identifiers are there too (of 4)" in done.stderr
    read = ringleader("match", "read", tmp_path / "r", *args, "--format", "json")
    assert [row["theirs"] for row in json.loads(read.stdout)] == ["2 to 4", "2 to 4"]
    refused = ringleader("match", "key", tmp_path / "partner.key", check=False)
    assert "is there already" in refused.stderr


def test_without_the_library_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "private_set_intersection.python", None)
    with pytest.raises(RingleaderError) as refused:
        intersection.ask(["00" * 32], 1, True)
    assert refused.value.hint == "pip install 'ringleader[match]'"
