"""Dossiers, letters and appeals: what goes to others names nobody, and an appeal is answered."""

import json

import judged_world
import pytest
from judged_worlds import RING, SECOND
from stix2validator import validate_string

from ringleader import Connection
from ringleader.errors import InputError, NotFound, WrongUsage
from ringleader.keys import EXPORT_KEY, load_key

CAMPAIGN = """
MATCH (one:Ring {ring_id: $one}), (other:Ring {ring_id: $other}), (run:Run {state: 'done'})
WITH one, other, run ORDER BY run.finished_at DESC LIMIT 1
CREATE (c:Campaign {campaign_id: 'campaign-x', rings: 2, accounts: 22, run: run.run_id,
  shared: ['payment|PaymentMethod|card-9', 'device|Device|image-a'], shared_bits: [9.5, 3.0],
  capabilities: ['coding', 'reasoning'], capability_requests: [30, 10], channels: ['api'],
  requests: 12345, input_tokens: 10, output_tokens: 20, proxies: [], operators: ['Rotor'],
  first_seen: datetime('2026-01-01'), last_seen: datetime('2026-02-10')})
CREATE (one)-[:PART_OF]->(c), (other)-[:PART_OF]->(c)
"""


@pytest.fixture(scope="module")
def r(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(connection)
    made = Connection(connection.settings, graph=connection)
    made.detect()
    rings = judged_world.rings(connection)
    given = {"one": rings[tuple(RING)], "other": rings[tuple(SECOND)]}
    connection.write("MATCH (c:Campaign) DETACH DELETE c", name="no campaign")
    connection.write(CAMPAIGN, given, name="campaign")
    connection.write(
        "MATCH (a:Account {account_id: 'ring00'}), (m:Device {device_id: 'image-a'}) "
        "CREATE (a)-[:REQUESTED {daily: [20455000000007, 20462000000003]}]"
        "->(:Model {model: 'm1'}), "
        "(:Indicator {indicator_id: 'i', source: 'X', tlp: 'red', confidence: 50, kind: 'device', "
        "modified: datetime()})-[:INDICATES]->(m), "
        "(:Indicator {indicator_id: 'j', source: 'Y', tlp: 'green', confidence: 50, "
        "kind: 'device', modified: datetime()})-[:INDICATES]->(m)",
        name="more",
    )
    made.rings_by_name = given
    return made


def test_a_dossier_says_what_when_how_much_and_names_nobody(r, tmp_path):
    path = tmp_path / "dossier.md"
    done = r.dossier("campaign-x", path)
    assert (done.format, done.accounts, done.kept_back) == ("markdown", 22, 1)
    text = path.read_text()
    for account in (*RING, *SECOND):
        assert account not in text
    for name in ("image-a", "203.0.113", "card-9", "campaign-x", *r.rings_by_name.values()):
        assert name not in text
    for said in (
        "**TLP:AMBER**", "| accounts | 22 in 2 rings |", "| seen | 2026-01-01 to 2026-02-10 |",
        "| requests, at least | 12,345 |", "| targets | coding 75 %, reasoning 25 % |",
        "| 2025-12-29 | 7 | m1 7 |", "| 2026-01-05 | 3 | m1 3 |",
        "- Y (TLP:GREEN) names Device `device-",
        "- 1 indicators and claims are left out: their TLP does not allow it.",
    ):  # fmt: skip
        assert said in text, said
    assert done.infrastructure == text.count("| Ip |") + text.count("| Device |") + text.count(
        "| PromptCluster |"
    )
    # The same campaign has the same pseudonyms, under the key of exports.
    again = tmp_path / "again.md"
    r.dossier("campaign-x", again)
    assert again.read_text().splitlines()[4:] == text.splitlines()[4:]


def test_infrastructure_in_the_clear_still_names_no_account(r, tmp_path):
    path = tmp_path / "dossier.md"
    r.dossier("campaign-x", path, infrastructure=True, tlp="red")
    text = path.read_text()
    assert "| Device | `image-a` | 12 | 0 | 2026-01-01 | 2026-02-10 |" in text
    assert "X (TLP:RED) names Device `image-a`" in text
    assert "ring00" not in text
    assert "card-9" not in text
    r.dossier("campaign-x", path, names=True)
    assert "card-9" in path.read_text()


def test_stix_and_misp_have_the_same_and_are_valid(r, tmp_path, ringleader):
    stix, misp = tmp_path / "d.stix.json", tmp_path / "d.misp.json"
    ringleader("export", "campaign", "campaign-x", "--output", stix, "--infrastructure")
    text = stix.read_text()
    assert validate_string(text).is_valid
    objects = json.loads(text)["objects"]
    kinds = [item["type"] for item in objects]
    assert (kinds.count("campaign"), kinds.count("grouping")) == (1, 2)
    assert kinds.count("user-account") == 22
    assert "203.0.113.0" in text
    assert "ring00" not in text
    ringleader("export", "campaign", "campaign-x", "--output", misp)
    event = json.loads(misp.read_text())
    assert sum(item["name"] == "user-account" for item in event["Object"]) == 22
    assert "203.0.113" not in misp.read_text()
    missing = ringleader("export", "campaign", "none", check=False)
    assert "there is no campaign 'none'" in missing.stderr
    with pytest.raises(WrongUsage, match="a dossier is no csv"):
        r.dossier("campaign-x", tmp_path / "d.csv")


def test_a_campaign_is_attributed_by_people_with_history_and_tlp(r, tmp_path, ringleader):
    path = tmp_path / "dossier.md"
    r.dossier("campaign-x", path)
    assert "## Whom it is attributed to\n\nNobody.\n" in path.read_text()
    add = ["entities", "add", "Rotor  Group", "--source", "X", "--note", "sells accounts"]
    ringleader(*add, "--alias", "Rotor", "--by", "ann")
    r.add_entity("rotor", source="Y", note="a firm in Z", kind="organization", by="bob")
    said = {"source": "X", "note": "the same cards", "by": "ann"}
    for confidence in ("40", "60"):
        ringleader(
            "campaigns", "attribute", "campaign-x", "ROTOR", "--confidence", confidence,
            "--source", "X", "--note", "the same cards", "--by", "ann",
        )  # fmt: skip
    r.attribute("campaign-x", "Rotor Group", confidence=90, tlp="red", **{**said, "source": "Z"})
    [row] = json.loads(ringleader("campaigns", "list", "--format", "json").stdout)
    assert row["attributed_to"] == [
        "Rotor Group (confidence 90, Z)",
        "Rotor Group (confidence 60, X)",
    ]
    shown = ringleader("campaigns", "show", "campaign-x").stderr
    assert "attributed to Rotor Group (confidence 60, X): the same cards" in shown
    # A dossier of TLP:AMBER leaves the red claim out, and counts it beside the red indicator.
    done = r.dossier("campaign-x", path)
    text = path.read_text()
    assert "- Rotor Group (organization), confidence 60 of 100, says X on " in text
    assert "confidence 90" not in text
    assert done.kept_back == 2
    assert "confidence 90 of 100, says Z" in (
        r.dossier("campaign-x", path, tlp="red"), path.read_text()
    )[1]  # fmt: skip
    # Withdrawn, it is in the history only; also once the campaign is gone.
    r.attribute("campaign-x", "rotor", confidence=0, **said)
    r.attribute("campaign-x", "rotor", confidence=0, **{**said, "source": "Z"})
    r.dossier("campaign-x", path, tlp="red")
    assert "## Whom it is attributed to\n\nNobody.\n" in path.read_text()
    history = r.entity("Rotor Group")
    told = history[["source", "confidence", "state", "campaign_found"]].fillna(-1)
    assert told.values.tolist() == [
        ["X", -1, "in force", -1], ["Y", -1, "in force", -1], ["X", 40, "replaced", True],
        ["X", 60, "replaced", True], ["Z", 90, "replaced", True], ["X", 0, "withdrawn", True],
        ["Z", 0, "withdrawn", True],
    ]  # fmt: skip
    assert set(history["accounts"].dropna()) == {22}
    [listed] = r.entities().to_dict("records")
    assert (listed["name"], listed["kind"], listed["claims"], list(listed["campaigns"])) == (
        "Rotor Group", "organization", 7, [],
    )  # fmt: skip
    # A name belongs to one: neither as an alias of another nor as an entity of its own.
    r.add_entity("Other", source="Y", note="x")
    for taken in ("rotor", "ROTOR  group"):
        with pytest.raises(InputError, match="is a name of Rotor Group already"):
            r.add_entity("Other", aliases=["new", taken], source="Y", note="x")
    assert list(r.entities().set_index("name").loc["Other", "aliases"]) == []
    with pytest.raises(NotFound, match="there is no entity called 'else'"):
        r.attribute("campaign-x", "else", confidence=1, **said)
    with pytest.raises(NotFound, match="no campaign 'c'"):
        r.attribute("c", "rotor", confidence=1, **said)
    with pytest.raises(WrongUsage, match="needs a source and a note"):
        r.add_entity("rotor", source=" ", note="x")


def test_a_letter_names_nobody_else_no_identifier_and_no_threshold(r, tmp_path, ringleader):
    ring = r.rings_by_name["one"]
    (tmp_path / "ringleader.toml").write_text('[review]\nappeals = "appeals@provider.example"\n')
    args = ["rings", "explain", ring, "--account", "ring00", "--letter"]
    text = ringleader(*args).stdout
    assert text.startswith("Statement of reasons for account ring00\n")
    for account in RING[1:]:
        assert account not in text
    for name in (ring, "image-a", "template-a", "203.0.113", "bits", "threshold"):
        assert name not in text
    # Dates and the reference aside, no figure could be compared with anything.
    words = text.split("What was found")[1].replace("2026-01-01", "").replace("2026-02-10", "")
    reference = text.split("Reference: ")[1][:12]
    assert not any(
        letter.isdigit() for letter in words.replace(reference, "").replace("ring00", "")
    )
    for said in (
        "operated together with more than ten other accounts",
        "- network addresses that your account used, between 2026-01-01 and 2026-02-10",
        "- programs or devices that your account used, between",
        "- requests that your account sent, which follow the same templates, between",
        "No person has decided on it yet.",
        "Write to appeals@provider.example and give the reference",
    ):
        assert said in text, said
    assert "means of payment" not in text.split("What you can do")[0]
    refused = ringleader("rings", "explain", ring, "--letter", check=False)
    assert refused.returncode == 2
    with pytest.raises(NotFound):
        r.letter(ring, "person000")
    assert load_key(r.settings.home, EXPORT_KEY).hex() not in text


def test_an_appeal_is_open_until_it_is_answered_and_a_granted_one_is_a_decision(
    r, ringleader, tmp_path
):
    ring = r.rings_by_name["other"]
    with pytest.raises(NotFound, match="nobody has decided on"):
        r.appeal("second03", note="not me")
    r.review(ring, "confirm", note="one buyer", by="ann")
    ringleader("review", "appeal", "second03", "--note", "we are a school")
    ringleader("review", "appeal", "second04", "--note", "not me")
    with pytest.raises(WrongUsage, match="an appeal of second03 is open"):
        r.appeal("second03", note="again")
    rows = r.query("appeals", state="open")
    assert rows[["account_id", "verdict", "decided_by", "days_open"]].values.tolist() == [
        ["second03", "confirmed", "ann", 0], ["second04", "confirmed", "ann", 0],
    ]  # fmt: skip
    # An open appeal changes nothing.
    assert r.decisions()["verdict"].tolist() == ["confirmed"]
    ringleader("review", "answer", "second03", "granted", "--note", "a school", "--by", "bob")
    ringleader("review", "answer", "second04", "upheld", "--note", "same card", "--by", "bob")
    listed = json.loads(ringleader("review", "appeals", "--format", "json").stdout)
    told = {row["account_id"]: (row["state"], row["closed_by"], row["answer"]) for row in listed}
    assert told == {
        "second03": ("granted", "bob", "a school"), "second04": ("upheld", "bob", "same card"),
    }  # fmt: skip
    latest = r.decisions("second03").iloc[0]
    assert (latest["verdict"], latest["note"]) == ("rejected", "appeal granted: a school")
    # Decisions travel with their appeals; what is answered here stays.
    file = tmp_path / "decisions.jsonl"
    ringleader("review", "list", "--history", "--format", "jsonl", "--output", file)
    before = r.query("appeals").to_dict("records")
    r.graph.write("MATCH (a:Appeal) DETACH DELETE a", name="empty")
    r.graph.write("MATCH (v:Review) DETACH DELETE v", name="empty")
    for _ in range(2):
        ringleader("review", "import", file)
        assert r.query("appeals").to_dict("records") == before
    file.write_text(file.read_text().replace('"state": "granted"', '"state": "open"'))
    ringleader("review", "import", file)
    assert r.query("appeals").to_dict("records") == before
    file.write_text(file.read_text().replace('"state": "open"', '"state": "lost"'))
    refused = ringleader("review", "import", file, check=False)
    assert "no such appeal" in refused.stderr
    assert ringleader("review", "list", "--history", "--format", "csv").stdout.count("a school") > 1
    with pytest.raises(NotFound, match="has no open appeal"):
        r.answer_appeal("second03", "upheld", note="x", by="bob")
    r.detect()
    members = [set(found) for found in judged_world.rings(r.graph)]
    assert not any("second03" in found for found in members)
    assert any("second04" in found for found in members)
    r.forget("second04")
    assert r.query("appeals", state="upheld").empty
