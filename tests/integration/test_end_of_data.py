"""Retention and erasure: what ends is gone everywhere, and detection is as if it had never been."""

import json
import os
from datetime import UTC, datetime

import judged_world
import judged_worlds
import pytest
from ending_world import emptied, loaded_pair
from judged_worlds import RING, SECOND
from load_world import nodes

from ringleader import Connection, audit_chain
from ringleader.algorithms.detect import detect
from ringleader.algorithms.explanation.explain import explain
from ringleader.algorithms.explanation.presentation import summary_lines
from ringleader.algorithms.parameters import Parameters
from ringleader.api import lifecycle
from ringleader.errors import SettingsError, WrongUsage
from ringleader.loaders.lifecycle.retention import Terms
from ringleader.schema import BUILT_IN
from ringleader.settings import load_settings

P = Parameters()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TERMS = """
[retention]
uses = 180
contacts = 180
accounts = 180
"""


def with_terms(graph, tmp_path, text):
    (tmp_path / "ringleader.toml").write_text(text)
    env = {"RINGLEADER_HOME": str(graph.settings.home)}
    return load_settings(config=tmp_path / "ringleader.toml", env=env)


def found(graph):
    """What a detection says, names of runs and rings aside."""
    detect(graph, P)
    rings = graph.read(
        "MATCH (r:Ring {state: 'live'})<-[m:MEMBER_OF]-(a) WITH r, a, m ORDER BY a.account_id "
        "RETURN r.size AS size, r.score AS score, r.families AS families, r.family_bits AS bits, "
        "r.needed AS needed, r.expected_false AS chance, "
        "collect([a.account_id, m.score]) AS members "
        "ORDER BY members[0][0]"
    )
    links = graph.read(
        "MATCH (a)-[l:LINKED]->(b) RETURN a.account_id AS a, b.account_id AS b, l.weight AS bits, "
        "l.evidence AS evidence ORDER BY a, b"
    )
    shared = graph.read(
        "MATCH (n) WHERE n.accounts IS NOT NULL AND NOT n:Run AND NOT n:Campaign "
        "RETURN labels(n)[0] AS label, coalesce(n.address, n.device_id, n.prompt_cluster_id, "
        "n.payment_method_id, n.domain) AS key, n.accounts AS accounts, n.verdict AS verdict "
        "ORDER BY label, key"
    )
    return [rings, links, shared]


@pytest.fixture(scope="module")
def never(connection):
    """A detection on a graph that never had the second ring."""
    emptied(connection)
    kept = [row for row in judged_worlds.uses() if row[0] not in SECOND]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judged_world, "uses", lambda: kept)
        patch.setattr(judged_world, "SECOND", [])
        judged_world.built(connection)
    said = found(connection)
    assert [{name for name, _ in ring["members"]} for ring in said[0]] == [{*RING}]
    return said


@pytest.fixture
def world(never, graph):
    judged_world.built(graph)
    rings = {tuple(sorted(n for n, _ in ring["members"])): ring for ring in found(graph)[0]}
    assert tuple(SECOND) in rings
    return graph


AGE = """
MATCH (a:Account) WHERE a.account_id IN $names
SET a.created_at = datetime('2024-01-01')
WITH a MATCH (a)-[use]->() WHERE use.last_seen IS NOT NULL
SET use.last_seen = datetime('2025-01-01'), use.first_seen = datetime('2024-06-01')
"""


def test_after_retention_a_detection_equals_one_without_the_data(world, never, tmp_path):
    graph = world
    graph.write(AGE, {"names": SECOND}, name="age")
    ring = judged_world.rings(graph)[tuple(SECOND)]
    settings = with_terms(graph, tmp_path, TERMS)
    counted = lifecycle.retention(graph, settings, as_of=NOW, dry_run=True)
    assert judged_world.rings(graph)[tuple(SECOND)] == ring
    ended = lifecycle.retention(graph, settings, as_of=NOW, dry_run=False)
    numbers = {row["what"]: row["ended"] for row in ended}
    # Accounts lose their last use only when uses end, so a dry run cannot count them.
    assert {row["what"]: row["ended"] for row in counted} == {**numbers, "accounts": 0}
    assert numbers == {
        "USED_IP": 10, "USED_DEVICE": 10, "SENT": 30, "PAID_WITH": 10,
        "USED_SUBNET": 0, "CONTACTED": 0, "REQUESTED": 0, "accounts": 10,
    }  # fmt: skip
    assert {row["before"] for row in ended} == {"2025-09-02T00:00:00Z"}
    assert [node["ended_members"] for node in nodes(graph, "Ring") if node["ring_id"] == ring] == [
        10
    ]
    again = lifecycle.retention(graph, settings, as_of=NOW, dry_run=False)
    assert {row["ended"] for row in again} == {0}
    assert found(graph) == never


def test_after_an_erasure_a_detection_equals_one_without_the_data(world, never):
    graph = world
    graph.write(
        "MATCH (a:Account {account_id: 'second00'}) "
        "CREATE (:Review {review_id: 'x', target: 'second00', target_kind: 'account', "
        "verdict: 'watched', members: ['second00']})-[:DECIDED]->(a), "
        "(:Indicator {indicator_id: 'i', label: 'Account', key: 'second00'})-[:INDICATES]->(a)",
        name="decide",
    )
    r = Connection(graph.settings, graph=graph)
    counted = r.forget(SECOND, dry_run=True)
    assert (counted.asked, counted.found) == (10, 10)
    receipt = r.forget(SECOND)
    assert receipt.removed["accounts"] == 10
    # Six templates, one image, four addresses, ten cards.
    assert receipt.removed["identifiers that only they used"] == 21
    left = str(graph.read("MATCH (n) RETURN properties(n) AS said"))
    assert "second0" not in left
    assert "template-b" not in left
    assert found(graph) == never
    assert r.forget("second00").found == 0


def test_a_ring_says_why_it_lost_members(world):
    Connection(world.settings, graph=world).forget(SECOND[:2])
    [ring] = [name for members, name in judged_world.rings(world).items() if SECOND[2] in members]
    lines = summary_lines(explain(world, ring))
    assert "  2 of its members have been removed since it was found: erased on request" in lines


@pytest.fixture
def loaded(graph, tmp_path):
    return loaded_pair(graph, tmp_path)


def test_requests_to_models_lose_their_old_days(loaded, tmp_path):
    settings = with_terms(loaded, tmp_path, "[retention]\nuses = 20\n[retention.uses_of]\nip = 8")
    ended = lifecycle.retention(loaded, settings, as_of=NOW, dry_run=False)
    assert {row["what"]: (row["days"], row["ended"]) for row in ended} == {
        "USED_IP": (8, 3), "USED_DEVICE": (20, 1), "SENT": (20, 0), "PAID_WITH": (20, 0),
        "USED_SUBNET": (20, 0), "REQUESTED": (20, 1),
    }  # fmt: skip
    asked = loaded.read("MATCH (a)-[m:REQUESTED]->() RETURN a.account_id AS a, m ORDER BY a")
    day = (datetime(2026, 2, 20, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    for row in asked:
        assert row["m"]["daily"] == [day * 1_000_000_000 + 1]
        assert row["m"]["events"] == 1
        assert row["m"]["active_hours"] == [(day * 24 + 2) % (64 * 24)]
    assert nodes(loaded, "Ip") == []
    assert nodes(loaded, "Subnet") == []


def test_files_of_the_data_folder_end_by_their_age(loaded, tmp_path):
    graph, home = loaded, tmp_path / "home"
    (home / "quarantine").mkdir(parents=True)
    step = home / "loads" / "b1"
    step.mkdir(parents=True)
    for path in (home / "quarantine/old.jsonl", home / "quarantine/new.jsonl", step / "complete",
                 step / "step-00-Ip.parquet", step / "ids.parquet"):  # fmt: skip
        path.write_text("{}")
        if "new" not in path.name:
            os.utime(path, (0, 0))
    audit_chain.append(home, {"time": "2025-01-01T00:00:00Z", "event": "old"})
    audit_chain.append(home, {"time": "2026-02-28T00:00:00Z", "event": "young"})
    from ringleader.loaders.lifecycle.retention import retain

    terms = Terms({"quarantine": 30, "records": 30, "audit": 30}, {})
    for dry_run in (True, False):
        rows = retain(graph, home, terms, as_of=NOW, dry_run=dry_run)
        assert {row["what"]: row["ended"] for row in rows} == {
            "quarantine": 1, "records": 1, "audit": 1,
        }  # fmt: skip
    assert [path.name for path in (home / "quarantine").iterdir()] == ["new.jsonl"]
    assert [path.name for path in step.iterdir()] == ["ids.parquet"]
    assert audit_chain.verify(home).sound


MASKED = """
CREATE (a:Account {account_id: 'a'}), (b:Account {account_id: 'b'}), (c:Account {account_id: 'c'}),
       (one:Subnet {cidr: '198.51.100.0/24'}), (two:Subnet {cidr: '203.0.113.0/24'}),
       (a)-[:USED_SUBNET {last_seen: datetime('2026-02-28')}]->(one),
       (b)-[:USED_SUBNET {last_seen: datetime('2026-02-28')}]->(two),
       (c)-[:USED_IP {last_seen: datetime('2026-02-28')}]->(:Ip {address: '203.0.113.1'})
         -[:IN_SUBNET]->(two)
"""


def test_a_subnet_stays_while_an_account_or_an_address_needs_it(graph, tmp_path):
    graph.write(MASKED, name="masked")
    settings = with_terms(graph, tmp_path, "[retention]\nuses = 30")
    lifecycle.retention(graph, settings, as_of=NOW, dry_run=False)
    assert len(nodes(graph, "Subnet")) == 2
    r = Connection(graph.settings, graph=graph)
    # c uses an address of what b used, so it is not b's alone.
    assert r.forget("b").removed["identifiers that only they used"] == 0
    assert len(nodes(graph, "Subnet")) == 2
    assert r.forget("c").removed["identifiers that only they used"] == 2
    assert r.forget("a").removed["identifiers that only they used"] == 1
    assert nodes(graph, "Subnet") == []


HISTORY = """
CREATE (:Run {run_id: 'r1', state: 'done', finished_at: datetime('2025-01-01')}),
       (:Run {run_id: 'r2', state: 'done', finished_at: datetime('2025-02-01')}),
       (:Ring {ring_id: 'gone', state: 'retired', retired_at: datetime('2025-01-01')}),
       (:Ring {ring_id: 'kept', state: 'retired', retired_at: datetime('2025-01-01')})
         <-[:DECIDED]-(:Review {review_id: 'v'}),
       (job:Job {job: 'nightly'}),
       (job)<-[:RUN_OF]-(:JobRun {job_run_id: 'j1', state: 'done',
                                  started_at: datetime('2025-01-01')}),
       (job)<-[:RUN_OF]-(:JobRun {job_run_id: 'j2', state: 'done',
                                  started_at: datetime('2025-01-02')}),
       (:Account {account_id: 'a'})-[:LINKED {run: 'r2'}]->(:Account {account_id: 'b'}),
       (c:PromptCluster {prompt_cluster_id: 'c', exemplar: 'raw'}),
       (:Account {account_id: 'x'})-[:SENT {last_seen: datetime('2025-01-01')}]->(c),
       (d:PromptCluster {prompt_cluster_id: 'd', exemplar: 'raw'}),
       (:Account {account_id: 'y'})-[:SENT {last_seen: datetime('2026-02-28')}]->(d),
       (:PromptCluster {prompt_cluster_id: 'unsent', exemplar: 'raw'})
"""


def test_history_links_and_exemplars_end(graph, tmp_path):
    graph.write(HISTORY, name="history")
    text = "[retention]\n" + "".join(
        f"{kind} = 90\n" for kind in ("exemplars", "links", "rings", "runs", "jobs")
    )
    settings = with_terms(graph, tmp_path, text)
    for dry_run in (True, False):
        rows = lifecycle.retention(graph, settings, as_of=NOW, dry_run=dry_run)
        assert {row["what"]: row["ended"] for row in rows} == dict.fromkeys(
            ("exemplars", "links", "rings", "runs", "jobs"), 1
        )
    assert [node["run_id"] for node in nodes(graph, "Run")] == ["r2"]
    assert [node["ring_id"] for node in nodes(graph, "Ring")] == ["kept"]
    assert [node["job_run_id"] for node in nodes(graph, "JobRun")] == ["j2"]
    assert graph.read("MATCH ()-[l:LINKED]->() RETURN l") == []
    assert {n["prompt_cluster_id"]: n.get("exemplar") for n in nodes(graph, "PromptCluster")} == {
        "c": None, "d": "raw", "unsent": "raw",
    }  # fmt: skip


def test_a_job_ends_data_and_counts_it(loaded, tmp_path, ringleader):
    (tmp_path / "ringleader.toml").write_text(
        '[retention]\nuses = 1\naccounts = 1\n\n[[jobs.tidy.steps]]\nstep = "retention"\n'
        '\n[[jobs.tidy.steps]]\nstep = "forget"\nagain = true\n'
    )
    ringleader("job", "run", "tidy")
    history = json.loads(ringleader("job", "history", "tidy", "--format", "json").stdout)
    retention, forget = history[0]["steps"]
    counts = {row["what"]: row["ended"] for row in retention["counts"]}
    assert (counts["USED_IP"], counts["accounts"]) == (3, 2)
    assert forget["rows"] == 0
    assert nodes(loaded, "Account") == []


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"us": 3}, "there is no 'us'"),
        ({"uses": 0}, "uses is 0"),
        ({"uses": True}, "uses is True"),
        ({"uses_of": {"phone": 3}}, "there is no 'uses_of.phone'"),
        ({"uses_of": 3}, "uses_of is 3"),
    ],
)
def test_wrong_terms_are_refused(section, says):
    with pytest.raises(SettingsError, match=says):
        Terms.of(section, BUILT_IN)


def test_without_terms_nothing_ends(graph, tmp_path):
    with pytest.raises(WrongUsage, match="everything is kept"):
        lifecycle.retention(graph, with_terms(graph, tmp_path, ""), as_of=None, dry_run=True)
