"""What a report says of rings, and the page that it is written to."""

import base64
import gzip
import hashlib
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from report_world import EVIL, ReportWorld

from ringleader.exports.page import PARTS, SCRIPTS, policy, write_page
from ringleader.exports.pseudonyms import hiding, namer
from ringleader.exports.report import batches, blocks
from ringleader.exports.report_drawing import (
    HEIGHT,
    IDENTIFIERS_DRAWN,
    MEMBERS_DRAWN,
    WIDTH,
    drawing,
)
from ringleader.exports.report_ring import ITEMS_TOLD, as_it_is

NOW = datetime(2026, 2, 13, tzinfo=UTC)


def told(world, name=as_it_is):
    return dict(blocks(world.read, world.run(), world.standing(), name, NOW))


def page_of(world):
    file = io.BytesIO()
    write_page(file, blocks(world.read, world.run(), world.standing(), as_it_is, NOW))
    return file.getvalue().decode()


def test_items_add_up_to_the_score():
    world = ReportWorld(rings=1, size=130, near=1, shared=ITEMS_TOLD + 24)
    ring = told(world)["ring-0"]
    assert len(ring["items"]) == ITEMS_TOLD
    assert sum(number for _, number, _ in ring["rest"]) == 24
    whole = sum(item["bits"] for item in ring["items"]) + sum(bits for *_, bits in ring["rest"])
    assert whole == pytest.approx(ring["score"], abs=0.01)
    assert sum(bits for _, bits in ring["families"]) == pytest.approx(ring["score"])
    assert ring["score"] == pytest.approx(world.score("ring-0000"))


def test_members_identifiers_and_their_hours():
    world = ReportWorld()
    ring = told(world)["ring-0"]
    assert [m["name"] for m in ring["members"]] == world.accounts("ring-0000")
    assert ring["members"][0]["hours"] == [0] * 8 + [1 + h % 4 for h in range(8, 20)] + [0] * 4
    shared = {key: (label, users) for _, label, key, users in world.identifiers("ring-0000")}
    assert {item["name"] for item in ring["items"]} == set(shared)
    graph = ring["graph"]
    assert len(graph["members"]) == 12
    drawn = {
        (ring["members"][graph["members"][m][0]]["name"],
         ring["items"][graph["identifiers"][i][0]]["name"])
        for m, i in graph["edges"]
    }  # fmt: skip
    assert drawn == {(user, key) for key, (_, users) in shared.items() for user in users}


def test_what_speaks_against_a_ring_is_told():
    world = ReportWorld()
    found = told(world)
    against = " ".join(found["ring-0"]["against"])
    assert "1 member was decided to be innocent: acc-0000-001." in against
    assert "5 of 8 identifiers are also used outside the ring" in against
    assert "2 members openly declare the organization org." in against
    assert "acc-0000-011 has 49.0 bits, the median member has 54.5" in against
    assert "innocent" not in " ".join(found["ring-1"]["against"])
    assert found["ring-0"]["dissolution"]["complete"]
    assert found["ring-0"]["dissolution"]["without"]


def test_a_ring_on_one_kind_of_evidence_says_so():
    world = ReportWorld(rings=1)
    standing = [type(ring)(**{**vars(ring), "single_family": True}) for ring in world.standing()]
    found = dict(blocks(world.read, world.run(), standing, as_it_is, NOW))
    assert any("one kind of evidence only" in line for line in found["ring-0"]["against"])
    assert any("1 ring rests on one kind" in line for line in found["overview"]["caveats"])


def test_a_ring_on_the_word_of_others_says_so_and_of_whom_by_the_name_that_is_shown():
    world = ReportWorld(rings=1)
    standing = [type(ring)(**{**vars(ring), "named_by": ["X"]}) for ring in world.standing()]
    shown = dict(blocks(world.read, world.run(), standing, lambda label, key: f"~{key}", NOW))
    [ring] = [block for block in shown.values() if "against" in block]
    assert any("on the word of ~X, which names" in line for line in ring["against"])
    overview = shown["overview"]
    assert any("1 ring rests on the word of others" in line for line in overview["caveats"])
    assert [line["single"] for line in overview["rings"]] == [True]


def test_the_overview_says_what_is_missing():
    overview = told(ReportWorld())["overview"]
    assert [line["id"] for line in overview["rings"]] == ["ring-0000", "ring-0001", "ring-0002"]
    assert overview["rings"][0]["decisions"] == [("benign", 1)]
    assert any("No registration evidence is loaded" in line for line in overview["caveats"])
    assert any("came through reseller has an address" in line for line in overview["caveats"])
    assert not any("api" in line for line in overview["caveats"])
    assert overview["run"]["parameters"][0]["parameter"] == "min_ring_size"
    (campaign,) = overview["campaigns"]
    assert campaign["shared"] == [
        {"family": "network", "label": "Proxy", "name": "proxy-9", "bits": 7.5}
    ]
    assert ["targets", ["reasoning (1,200)"]] in campaign["facts"]


def test_every_name_passes_through_one_function():
    world = ReportWorld(evil=True)
    shown = json.dumps(told(world, lambda label, key: f"<{label}>"), ensure_ascii=False)
    assert EVIL not in shown
    assert json.dumps(EVIL)[1:-1] not in json.dumps(told(world, lambda label, key: f"<{label}>"))
    for label in ("Account", "Ip", "PaymentMethod", "Ring", "Campaign", "Review.note", "Proxy"):
        assert f"<{label}>" in shown


def test_pseudonyms_hide_names_and_leave_what_names_nobody():
    hidden = hiding(namer(b"key" * 16))
    shown = json.dumps(told(ReportWorld(), hidden))
    for name in ("acc-0000", "ip-0000", "proxy-9", "campaign-1", "ring-0000", '"ann"', "Hide"):
        assert name not in shown
    assert hidden("Account", "acc") == namer(b"key" * 16)("Account", "acc")
    assert hidden("PromptCluster.capability", "coding") == "coding"
    assert hidden("Asn.name", "Carrier") == "Carrier"
    assert "reasoning (1,200)" in shown


def test_rings_are_read_together_up_to_so_many_links():
    rings = ReportWorld(rings=5, size=10, near=2).standing()
    sizes = [[ring.links for ring in batch] for batch in batches(rings, links=50)]
    assert sizes == [[20, 20], [20, 20], [20]]
    assert [len(batch) for batch in batches(rings, links=1)] == [1] * 5


def test_a_drawing_is_bounded_and_the_same_every_time():
    members = [f"a{n}" for n in range(MEMBERS_DRAWN + 30)]
    identifiers = [("Ip", f"ip{n}") for n in range(IDENTIFIERS_DRAWN + 10)]
    users = {item: members[n : n + 9] for n, item in enumerate(identifiers)}
    made = drawing(members, identifiers, users)
    assert made == drawing(members, identifiers, users)
    assert [n for n, *_ in made["members"]] == list(range(MEMBERS_DRAWN))
    assert [n for n, *_ in made["identifiers"]] == list(range(IDENTIFIERS_DRAWN))
    assert all(
        0 <= x <= WIDTH and 0 <= y <= HEIGHT for _, x, y in (*made["members"], *made["identifiers"])
    )
    assert drawing([], [], {}) == {"members": [], "identifiers": [], "edges": []}
    assert drawing(["a"], [], {})["edges"] == []


def test_the_page_names_its_style_and_script_by_hash():
    page = page_of(ReportWorld())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)[1]
    allowed = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert allowed == policy(style, script)
    for text in (style, script):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'; ")
    assert "unsafe" not in allowed
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|http-equiv", "", page)


def test_names_in_the_data_cannot_end_their_block():
    page = page_of(ReportWorld(evil=True))
    assert "onerror" not in page
    assert page.count("<script") == page.count("</script>") == 3 + 2 + 1
    block = re.search(r'id="data-ring-0">([^<]*)<', page)[1]
    assert EVIL in json.loads(gzip.decompress(base64.b64decode(block)))["members"][0]["name"]


def test_the_same_rings_make_the_same_bytes():
    assert page_of(ReportWorld()) == page_of(ReportWorld())


def test_the_scripts_make_no_markup_and_reach_nothing():
    for name in SCRIPTS:
        text = (PARTS / name).read_text(encoding="utf-8")
        for word in (
            "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(",
            "fetch(", "XMLHttp", "WebSocket", "sendBeacon", "localStorage", "sessionStorage",
            "cookie", "</script", "setTimeout(\"",
        ):  # fmt: skip
            assert word not in text, f"{name}: {word}"
    assert {path.name for path in Path(PARTS).iterdir()} == {*SCRIPTS, "page.css", "page.html"}
