"""Why an account is in no ring, groups made elsewhere, the classical way, the known-good list."""

import json

import judged_world
import numpy as np
import pytest
from judged_worlds import CROWD, FIRM, GUEST, RING, SECOND, SINGLE
from scipy import sparse

from ringleader.algorithms.detect import SHARED_NEIGHBOURS, detect
from ringleader.algorithms.evidence.hub_verdicts import pin
from ringleader.algorithms.evidence.reading import read_sharing
from ringleader.algorithms.explanation.explain import explain
from ringleader.algorithms.explanation.standing import standings
from ringleader.algorithms.judging.membership import belongs, compared
from ringleader.algorithms.judging.view import View
from ringleader.algorithms.parameters import Parameters
from ringleader.api import findings
from ringleader.api.checking import check
from ringleader.api.given_groups import read_groups
from ringleader.api.why import why, why_not
from ringleader.catalogue import get
from ringleader.errors import InputError, NotFound

P = Parameters()
BOTH = {tuple(RING), tuple(SECOND)}


@pytest.fixture
def world(graph):
    return judged_world.built(graph)


def test_figures_of_why_are_those_of_the_engine(world):
    detect(world, P)
    rings = {name: members for members, name in judged_world.rings(world).items()}
    assert set(rings.values()) == BOTH
    sharing = read_sharing(world)
    names = sorted(rings)
    at = {str(name): place for place, name in enumerate(sharing.accounts)}
    column = np.repeat(np.arange(2), [len(rings[name]) for name in names])
    row = [at[account] for name in names for account in rings[name]]
    shape = (len(at), 2)
    view = View(sharing, P)
    cells = compared(view, sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape))
    joins = belongs(view, cells)
    entries = {
        (str(sharing.accounts[a]), names[g]): n
        for n, (a, g) in enumerate(zip(cells.account, cells.group, strict=True))
    }
    seen = 0
    for account in [*RING, *SECOND, SINGLE, GUEST, FIRM[0], CROWD[0]]:
        for found in standings(sharing, rings, account, P):
            place = entries.get((account, found.ring_id))
            told = [factor.bits for factor in found.factors]
            if place is None:
                assert told == [0.0] * len(told)
                assert not found.belongs
                continue
            seen += 1
            used = [code for code, name in enumerate(view.kind.names(apart=False)) if name]
            assert told == pytest.approx(cells.bits[place, used].tolist())
            assert [f.lives for f in found.factors] == cells.lives[place, used].tolist()
            assert found.belongs == bool(joins[place])
            assert found.inside == (account in rings[found.ring_id])
            assert found.prior == pytest.approx(np.log2(len(at) / found.size))
    assert seen == len(RING) + len(SECOND) + 1


def test_why_names_what_is_missing_with_its_parameter(world):
    detect(world, P)
    ring = judged_world.rings(world)[tuple(RING)]
    single = why_not(world, SINGLE)
    assert single.rings == (ring,)
    assert "one kind alone (prompt)" in str(single)
    assert "It uses 1 that the ring owns, addresses included" in str(single)
    [prompt] = [row for row in single.factors.rows if row["kind"] == "prompt"]
    assert (prompt["identifiers"], prompt["owned"], prompt["ring_identifiers"]) == (1, 1, 6)
    assert prompt["lives"]
    assert prompt["share"] == 1.0
    guest = str(why_not(world, GUEST, ring))
    assert "carry 2% of its activity, less than 25% (living_share)" in guest
    assert "it lives on no identifier of the ring by any kind" in guest
    assert f"{RING[0]} is in {ring} (12 accounts)" in str(why_not(world, RING[0]))
    stranger = why_not(world, CROWD[0])
    assert stranger.rings == ()
    # `check` gives the same reason.
    assert str(stranger).endswith(f"{CROWD[0]}: {check(world, {'account_id': CROWD[0]}).reason}")
    assert "set aside as organization: 100% of its 20 accounts" in str(why_not(world, FIRM[0]))
    with pytest.raises(NotFound, match="no ring 'ring-x'"):
        why_not(world, SINGLE, "ring-x")
    with pytest.raises(NotFound, match="no account 'nobody'"):
        why_not(world, "nobody")


def test_why_writes_nothing(world):
    detect(world, P)
    before = world.read("MATCH (n) RETURN count(n) AS n, sum(n.accounts) AS a", name="count")
    world.write("MATCH (i:PromptCluster) SET i.accounts = -1", name="fixture")
    why_not(world, SINGLE)
    [row] = world.read("MATCH (i:PromptCluster) RETURN max(i.accounts) AS most", name="count")
    assert row["most"] == -1
    assert before


def test_why_of_two_accounts_says_what_counts_and_what_the_other_lacks(world):
    detect(world, P)
    ring = judged_world.rings(world)[tuple(RING)]
    pin(world, "template-a0", "benign", "a popular one", "ann")
    told = why(world, SINGLE, RING[0])
    [row] = told.shared.rows
    assert (row["identifier"], row["accounts"]) == ("template-a0", 7)
    assert row["counts"] == "no: pinned as widely shared"
    assert row["bits"] == pytest.approx(np.log2(444 / 7), abs=0.01)
    assert told.rings == ()
    assert f"{SINGLE} is not in {ring} (12 accounts)" in str(told)
    both = why(world, RING[0], RING[1])
    assert both.rings == (ring,)
    assert {row["counts"] for row in both.shared.rows} == {"yes"}


@pytest.mark.parametrize("algorithm", ["leiden", "louvain"])
def test_the_classical_way_writes_rings_that_can_be_explained(world, algorithm):
    found = detect(world, P, algorithm=algorithm, method=SHARED_NEIGHBOURS)
    rings = judged_world.rings(world)
    assert tuple(RING) in rings
    assert tuple(SECOND) in rings
    # The method has no judge: a firm is accused, once for each of its tasks.
    assert {tuple(FIRM[n::3]) for n in range(3)} <= set(rings)
    assert not [m for m in rings if set(m) & {*CROWD, GUEST}]
    told = explain(world, rings[tuple(RING)])
    assert told.score == pytest.approx(sum(item.bits for item in told.items), abs=1e-6)
    # Each member but the first brings how rare the identifier is.
    bits = {item.key: item.bits for item in told.items}
    assert bits["image-a"] == pytest.approx(11 * np.log2(444 / 12))
    assert bits["template-a0"] == pytest.approx(5 * np.log2(444 / 7))
    [run] = world.read("MATCH (run:Run) RETURN run.algorithm AS how", name="run")
    assert run["how"] == f"shared-neighbours, {algorithm}"
    assert not [info for info in world.gds().graph.list() if "ringleader" in info.graph_name]
    # The same again: rings keep their names, links are those of the run.
    again = detect(world, P, algorithm=algorithm, method=SHARED_NEIGHBOURS)
    assert judged_world.rings(world) == rings
    assert [ring.member_bits for ring in again.rings] == [r.member_bits for r in found.rings]


def test_the_classical_way_finds_nothing_in_an_empty_graph(graph):
    assert detect(graph, P, method=SHARED_NEIGHBOURS).rings == []
    graph.write("CREATE (:Account {account_id: 'a'})", name="fixture")
    assert detect(graph, P, method=SHARED_NEIGHBOURS).rings == []


def test_the_classical_way_passes_over_what_is_pinned(world):
    for key in ("192.0.2.1", "firm-image", "firm-task0", "firm-task1", "firm-task2"):
        pin(world, key, "widely-shared", "a customer", "ann")
    detect(world, P, method=SHARED_NEIGHBOURS)
    assert set(judged_world.rings(world)) == BOTH


def test_groups_made_elsewhere_are_judged_as_they_are(world, tmp_path):
    groups = dict.fromkeys(RING, "a") | dict.fromkeys(FIRM, "firm")
    groups |= dict.fromkeys(CROWD[:10], "crowd") | {"nobody": "crowd", SECOND[0]: "few"}
    found = detect(world, P, groups=groups)
    assert set(judged_world.rings(world)) == {tuple(RING)}
    told = {group.group: group for group in found.judged}
    assert told["a"].strong
    assert told["a"].reasons == ()
    assert told["a"].score >= told["a"].needed
    assert told["firm"].reasons[0].startswith("set aside as organization")
    assert (told["crowd"].accounts, told["crowd"].unknown) == (10, 1)
    assert "need here (false_rings)" in told["crowd"].reasons[0]
    assert told["few"].reasons[0] == "it has 1 account; a ring has 5 or more (min_ring_size)"
    # The strong group is worth what detection itself finds it to be.
    own = next(ring for ring in detect(world, P).rings if ring.members == tuple(RING))
    assert own.score == pytest.approx(found.rings[0].score)


def test_rings_import_reads_a_file(world, ringleader, tmp_path):
    rows = [f"{name},a" for name in RING] + [f"{name},c" for name in CROWD[:6]]
    (tmp_path / "groups.csv").write_text("account_id,group\n" + "\n".join(rows) + "\n")
    out = ringleader("rings", "import", "groups.csv", "--format", "jsonl").stdout
    told = {row["group"]: row for row in map(json.loads, out.splitlines())}
    assert told["a"]["ring"]
    assert not told["c"]["ring"]
    assert told["c"]["missing"]
    assert set(judged_world.rings(world)) == {tuple(RING)}
    shown = ringleader("why", CROWD[0], "--format", "jsonl")
    assert "it has nothing in common with any ring" in shown.stderr


def test_files_of_groups_are_checked(tmp_path):
    file = tmp_path / "groups.csv"
    file.write_text("account_id,group\na,1\nb,1\na,2\n")
    with pytest.raises(InputError, match="account 'a' is in two groups"):
        read_groups(file)
    file.write_text("account,group\na,1\n")
    with pytest.raises(InputError, match="account_id"):
        read_groups(file)
    file.write_text("account_id,group\n")
    with pytest.raises(InputError, match="no account"):
        read_groups(file)
    lines = tmp_path / "groups.jsonl"
    lines.write_text('{"account_id": "a", "group": 7}\n{"account_id": "b", "group": 7}\n')
    assert read_groups(lines) == {"a": "7", "b": "7"}
    with pytest.raises(InputError, match="no such file"):
        read_groups(tmp_path / "none.csv")


def test_known_good_domains_and_identifiers(world, ringleader, tmp_path):
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (d:EmailDomain {domain: 'mail.partner.example'}) MERGE (a)-[:REGISTERED_WITH]->(d)",
        {"names": RING},
        name="fixture",
    )
    settings = tmp_path / "ringleader.toml"
    settings.write_text('[known_good]\ndomains = ["partner.example"]\n')
    ringleader("detect")
    assert set(judged_world.rings(world)) == {tuple(SECOND)}
    shown = ringleader("detect", "--parameters", "--format", "jsonl").stdout
    rows = {row["parameter"]: row for row in map(json.loads, shown.splitlines())}
    assert rows["known_good.domains"]["value"] == "partner.example"
    ringleader("detect", "--method", "shared-neighbours")
    assert tuple(SECOND) in judged_world.rings(world)
    assert tuple(RING) not in judged_world.rings(world)
    # Without its client and its addresses one kind is left of the second ring.
    settings.write_text(
        '[known_good]\ncidrs = ["203.0.113.0/24"]\nclients = ["image-a", "image-b"]\n'
    )
    ringleader("detect")
    assert judged_world.rings(world) == {}
    settings.write_text('[known_good]\ncidrs = ["the office"]\n')
    wrong = ringleader("detect", check=False)
    assert wrong.returncode == 2
    assert "[known_good] cidrs holds 'the office'" in wrong.stderr


def test_known_good_organizations(world, ringleader, tmp_path):
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (o:Organization {organization_id: 'partner'}) MERGE (a)-[:IN_ORGANIZATION]->(o)",
        # Too few for the innocent explanation `organization` to see them by itself.
        {"names": RING[:2]},
        name="fixture",
    )
    ringleader("detect")
    assert set(judged_world.rings(world)) == BOTH
    (tmp_path / "ringleader.toml").write_text('[known_good]\norganizations = ["partner"]\n')
    ringleader("detect")
    assert set(judged_world.rings(world)) == {tuple(RING[2:]), tuple(SECOND)}
    doctor = ringleader("doctor", check=False).stdout
    assert "known_good.organizations" in doctor


def test_what_several_rings_use_is_owned(world):
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (p:PromptCluster {prompt_cluster_id: 'common'}) "
        "MERGE (a)-[u:SENT]->(p) SET u.events = 3",
        {"names": [*RING, *SECOND]},
        name="fixture",
    )
    world.write(
        "UNWIND $names AS name MATCH (a:Account {account_id: name}) "
        "MERGE (p:PromptCluster {prompt_cluster_id: 'topic3'}) "
        "MERGE (a)-[u:SENT]->(p) SET u.events = 1",
        {"names": RING[:3]},
        name="fixture",
    )
    detect(world, P)
    assert set(judged_world.rings(world)) == BOTH
    rows = {row["identifier"]: row for row in findings.hubs(world).rows}
    assert rows["common"]["verdict"] == "owned"
    assert "22 of its accounts are in 2 rings, 0 in none" in rows["common"]["reasons"]
    assert rows["topic3"]["verdict"] == "widely shared"
    told = explain(world, judged_world.rings(world)[tuple(RING)])
    assert {item.outside for item in told.items if item.key.startswith("template")} == {0, 1}
    outside = [
        {row["identifier"]: row["outside"] for row in world.read(get(query), given)}
        for query, given in (
            ("outside-users", {"ring_id": told.ring_id}),
            ("ring-identifiers", {"ring_id": told.ring_id, "limit": 50}),
            ("report-identifiers", {"ring_ids": [told.ring_id]}),
        )
    ]
    # The second ring uses `common` as well; one account of no ring uses template-a0.
    assert [(found["common"], found["template-a0"]) for found in outside] == [(0, 1)] * 3
    shared = {row["identifier"] for row in findings.hubs(world, verdict="widely-shared").rows}
    assert shared == {row["identifier"] for row in findings.hubs(world, verdict="benign").rows}
    assert "topic3" in shared
    # Verdicts of earlier versions are shown in today's words.
    world.write("MATCH (p {prompt_cluster_id: 'topic3'}) SET p.verdict = 'benign'", name="fixture")
    [row] = findings.hub(world, "topic3").rows
    assert row["verdict"] == "widely shared"
