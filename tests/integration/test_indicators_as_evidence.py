"""`[indicators.evidence]`: a believed source's word makes a ring, which says so everywhere."""

import csv
import json
from datetime import UTC, datetime, timedelta

import judged_world
import pytest
from judged_worlds import RING, SECOND

from ringleader.exports.report import one_ring

LONE = [f"lone{n}" for n in range(8)]
NOW = datetime.now(UTC)
BELIEVED = '[indicators.evidence]\n"Partner X" = 60\n'


@pytest.fixture
def world(graph, tmp_path):
    """Two rings, and eight accounts that share nothing but a client which a partner names."""
    judged_world.built(graph)
    graph.write(
        "MERGE (d:Device {device_id: 'lone-image'}) WITH d UNWIND $names AS name "
        "CREATE (a:Account {account_id: name, created_at: datetime('2025-07-01')}) "
        "CREATE (a)-[:USED_DEVICE {events: 30, days: range(0, 40), "
        "first_seen: datetime('2026-01-01'), last_seen: datetime('2026-02-10')}]->(d) "
        "CREATE (a)-[:USED_IP {events: 30, days: range(0, 40)}]->(:Ip {address: 'of ' + name})",
        {"names": LONE},
        name="fixture",
    )
    named(tmp_path)
    return graph


def named(tmp_path, confidence=80, since=NOW, revoked=False, source="Partner X"):
    (tmp_path / "feed.csv").write_text(
        "value,kind,source,tlp,confidence,valid_from,revoked\n"
        f"lone-image,device,{source},red,{confidence},{since.isoformat()},{revoked}\n"
    )


def settings(tmp_path, text):
    (tmp_path / "ringleader.toml").write_text(text)


def test_nobody_is_accused_by_default_and_the_setting_is_a_setting_of_the_run(
    world, ringleader, tmp_path
):
    ringleader("load", "indicators", "feed.csv")
    ringleader("detect")
    before = judged_world.rings(world)
    assert set(before) == {tuple(RING), tuple(SECOND)}
    scores = "MATCH (r:Ring) RETURN r.ring_id AS ring, r.score AS score, r.named_by AS named_by"
    plain = {row["ring"]: row for row in world.read(scores, name="scores")}
    assert {row["named_by"] for row in plain.values()} == {None}

    settings(tmp_path, BELIEVED)
    shown = ringleader("detect", "--parameters", "--format", "json").stdout
    [row] = [row for row in json.loads(shown) if row["parameter"] == "indicators.evidence"]
    assert row["value"] == "Partner X = 60"
    shadow = json.loads(ringleader("detect", "--shadow", "--format", "json").stdout)
    rings = [(row["change"], row["accounts"]) for row in shadow if row["ring_id"]]
    assert rings == [("new", LONE)]
    assert judged_world.rings(world) == before

    said = ringleader("detect").stderr
    assert "indicators.evidence.Partner X none → 60" in said
    assert "1 of the rings is one on the word of others ([indicators.evidence])" in said
    after = judged_world.rings(world)
    assert set(after) == {*before, tuple(LONE)}
    found = {row["ring"]: row for row in world.read(scores, name="scores")}
    ring = after[tuple(LONE)]
    assert found.pop(ring)["named_by"] == ["Partner X"]
    assert found == plain

    # Again changes nothing, and without the setting the ring goes.
    ringleader("detect")
    assert judged_world.rings(world) == after
    settings(tmp_path, "")
    assert "indicators.evidence.Partner X 60 → none" in ringleader("detect").stderr
    assert judged_world.rings(world) == before


def test_a_ring_on_word_says_so_everywhere(world, ringleader, tmp_path):
    ringleader("load", "indicators", "feed.csv")
    settings(tmp_path, BELIEVED)
    ringleader("detect")
    ring = judged_world.rings(world)[tuple(LONE)]

    assert f"{ring} (Partner X)" in ringleader("rings", "list").stderr
    told = ringleader("rings", "explain", ring).stderr
    assert "it is a ring on the word of Partner X ([indicators.evidence])" in told
    assert "against it: if Partner X is wrong, or names what strangers share" in told
    assert "the word of Partner X keeps it" in told
    assert "these data hold one independent kind" not in told
    assert "expected by chance" not in told
    [checked] = json.loads(ringleader("check", LONE[0], "--format", "json").stdout)
    assert checked["code"] == "member"
    assert "the ring rests on the word of Partner X" in checked["rings"][0]["against"]
    # Who comes later is near, and not accused by one kind of evidence.
    new = ringleader("check", "--given", "device_id=lone-image", "--format", "json")
    assert json.loads(new.stdout)[0]["code"] == "near"
    # The partner's name and its TLP:RED go to nobody outside.
    letter = ringleader("rings", "explain", ring, "--account", LONE[0], "--letter").stdout
    assert "what others have told us about some of these things" in letter
    assert "Partner" not in letter
    ringleader("export", "rings", "--output", "rings.csv")
    with (tmp_path / "rings.csv").open(newline="") as file:
        marked = {(row["ring_id"] == ring, row["on_word"]) for row in csv.DictReader(file)}
    assert marked == {(True, "true"), (False, "false")}
    ringleader("export", "rings", "--output", "rings.stix.json")
    exported = (tmp_path / "rings.stix.json").read_text()
    assert exported.count("it rests on the word of others about these") >= 1
    assert "Partner" not in exported
    page = one_ring(world, ring)
    assert page["single"]
    assert (
        "It is a ring on the word of Partner X, which names what its members live on; no second "
        "independent kind of evidence supports it."
    ) in page["against"]


@pytest.mark.parametrize(
    "how",
    [
        {"confidence": 59},
        {"since": NOW - timedelta(days=180)},  # half of 80 is left
        {"revoked": True},
        {"source": "Somebody"},
    ],
)
def test_a_word_that_is_weak_old_taken_back_or_not_believed_makes_no_ring(
    world, ringleader, tmp_path, how
):
    named(tmp_path, **how)
    ringleader("load", "indicators", "feed.csv")
    settings(tmp_path, BELIEVED)
    ringleader("detect")
    assert set(judged_world.rings(world)) == {tuple(RING), tuple(SECOND)}


def test_a_rejected_ring_does_not_return_on_the_same_word(world, ringleader, tmp_path):
    ringleader("load", "indicators", "feed.csv")
    settings(tmp_path, BELIEVED)
    ringleader("detect")
    ring = judged_world.rings(world)[tuple(LONE)]
    ringleader("review", "reject", ring, "--note", "a school", "--by", "ann")
    ringleader("detect")
    assert set(judged_world.rings(world)) == {tuple(RING), tuple(SECOND)}


def test_a_wrong_setting_is_refused_before_anything_is_done(world, ringleader, tmp_path):
    for text in ('"Partner X" = 0', '"Partner X" = true', '"Partner X" = "yes"'):
        settings(tmp_path, f"[indicators.evidence]\n{text}\n")
        done = ringleader("detect", check=False)
        assert done.returncode == 2
        assert "[indicators.evidence]: 'Partner X' is" in done.stderr
    assert judged_world.rings(world) == {}
