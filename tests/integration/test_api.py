"""The Python API on a real server: frames load like files, findings come as frames and results."""

import detect_world
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from load_world import everything, nodes

import ringleader as rl

ACCOUNTS = {
    "account_id": ["a1", "a2", "a3"],
    "created_at": ["2026-01-02T03:04:05Z", "2026-01-03T00:00:00Z", None],
    "country": ["DE", None, "FR"],
}


@pytest.fixture
def r(graph):
    """A connection on the empty test database."""
    return rl.Connection(graph.settings, graph=graph)


@pytest.fixture
def found(graph):
    """A connection on a database with two rings, after a detection."""
    detect_world.build(graph)
    connection = rl.Connection(graph.settings, graph=graph)
    return connection, connection.detect()


def loaded(r, graph, source):
    """A load of accounts into the empty graph, and the accounts that it leaves."""
    graph.run_in_batches("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", name="empty")
    return r.load("accounts", source), nodes(graph, "Account")


def test_frames_of_every_kind_load_like_a_file(r, graph, tmp_path):
    import duckdb
    import ibis

    pandas = pd.DataFrame(ACCOUNTS)
    file = tmp_path / "accounts.csv"
    pandas.to_csv(file, index=False)
    result, expected = loaded(r, graph, file)
    assert (result.read, result.loaded, result.quarantined) == (3, 3, 0)
    polars = pl.DataFrame(ACCOUNTS)
    indexed = pandas.set_index("account_id")
    arrow = pa.table(ACCOUNTS)
    memory, con = ibis.memtable(pandas), ibis.duckdb.connect()
    con.con.register("given", arrow)
    query = con.table("given").filter(lambda t: t.account_id != "nobody")
    relation = duckdb.from_arrow(arrow)
    for source in (pandas, indexed, polars, arrow, memory, query, relation, [polars]):
        result, there = loaded(r, graph, source)
        assert (result.read, result.loaded) == (3, 3), type(source)
        assert there == expected, type(source)


def test_the_same_frame_again_changes_nothing_whatever_library_holds_it(r, graph):
    first = r.load("accounts", pd.DataFrame(ACCOUNTS))
    before = everything(graph)
    again = r.load("accounts", pd.DataFrame(ACCOUNTS))
    assert (again.loaded, again.tables[0].batch_id, len(again.skipped)) == (0, None, 1)
    assert again.skipped[0].name.startswith("frame ")
    in_batches = pl.DataFrame(ACCOUNTS)
    r.load("accounts", in_batches)
    r.load("accounts", pl.concat([in_batches[:1], in_batches[1:]], rechunk=False))
    assert everything(graph) == before
    changed = r.load("accounts", pd.DataFrame(ACCOUNTS)[:2])
    assert changed.loaded == 2
    assert changed.tables[0].batch_id not in (None, first.tables[0].batch_id)


def test_missing_numbers_and_times_of_a_frame_are_unknown_and_bad_rows_are_quarantined(r, graph):
    frame = pd.DataFrame(
        {
            "account_id": ["a1", "a1", None],
            "timestamp": pd.to_datetime(["2026-02-01", "2026-02-02", "2026-02-03"], utc=True),
            "ip": ["192.0.2.1", "192.0.2.1", "192.0.2.2"],
            "input_tokens": [12.0, float("nan"), 3.0],
        }
    )
    result = r.load("requests", frame)
    assert (result.read, result.loaded, result.quarantined) == (3, 2, 1)
    [file] = result.quarantine
    assert '"column": "account_id"' in file.read_text() and '"row": 3' in file.read_text()
    [row] = graph.read("MATCH (:Account)-[u:USED_IP]->() RETURN u.events AS events")
    assert row["events"] == 2


def test_a_mapping_applies_to_a_frame_and_a_frame_that_is_no_table_is_refused(r, tmp_path):
    mapping = tmp_path / "ours.toml"
    mapping.write_text('[map.accounts]\naccount_id = "user"\n[where.accounts]\nkind = ["human"]\n')
    frame = pl.DataFrame({"user": ["u1", "bot"], "kind": ["human", "robot"]})
    result = r.load("accounts", frame, mapping=mapping)
    assert (result.loaded, result.messages[0]) == (
        1,
        "the frame: skipped 1 records that the mapping's conditions exclude",
    )
    assert r.cypher("MATCH (a:Account) RETURN a.account_id AS id")["id"].tolist() == ["u1"]
    with pytest.raises(rl.InputError, match="the DataFrame cannot be read as a table"):
        r.load("accounts", pd.DataFrame({"account_id": ["a", 1, object()]}))
    with pytest.raises(rl.WrongUsage, match="a dict is no source of rows"):
        r.load("accounts", {"account_id": ["a"]})
    with pytest.raises(rl.WrongUsage, match="there is no table 'account'"):
        r.load("account", frame)
    with pytest.raises(rl.WrongUsage, match="a load needs files"):
        r.load("accounts", [])


def test_detection_returns_rings_stages_and_a_table_for_notebooks(found):
    r, run = found
    assert {ring.members for ring in run.rings} == {
        tuple(detect_world.BOTS),
        tuple(detect_world.CARDS),
    }
    assert run.rings[0].score >= run.rings[1].score > 0
    assert sum(run.stages.values()) == pytest.approx(run.seconds, abs=0.1)
    assert run.summary.rows[0]["accounts_in_rings"] == 20
    shown = run._repr_html_()
    assert run.run in shown and all(ring.ring_id in shown for ring in run.rings)
    frame = r.rings()
    assert frame["ring_id"].tolist() == [ring.ring_id for ring in run.rings]
    assert frame["size"].tolist() == [ring.size for ring in run.rings]
    assert r.rings(limit=1)["ring_id"].tolist() == [run.rings[0].ring_id]
    assert run.frame["ring_id"].tolist() == frame["ring_id"].tolist()


def test_an_explanation_adds_up_and_shows_itself(found):
    r, run = found
    ring = run.rings[0]
    why = r.explain(ring.ring_id)
    assert why.frame["bits"].sum() == pytest.approx(ring.score, abs=0.1)
    assert why.families == pytest.approx(dict(ring.families))
    assert str(why).startswith(f"{ring.ring_id}: {ring.size} accounts")
    cut = r.explain(ring.ring_id, limit=1).frame["evidence"].tolist()
    assert cut == ["4 more of network", "PromptCluster pc-ring"]
    member = r.explain(ring.ring_id, ring.members[0])
    assert member.frame["bits"].sum() == pytest.approx(member.score, abs=0.1)
    assert r.members(ring.ring_id)["account_id"].tolist()[0] in ring.members
    assert r.history(ring.ring_id)["event"].tolist() == ["found"]
    assert r.draw(ring.ring_id).ring_id == ring.ring_id
    with pytest.raises(rl.NotFound, match="no ring 'ring-none'"):
        r.explain("ring-none")


def test_why_two_accounts_belong_together_or_do_not(found):
    r, _ = found
    one, other = detect_world.CARDS[:2]
    together = r.why(one, other)
    assert together.shared.frame["identifier"].tolist() == ["dev-ring", "pm-ring"]
    assert together.bits > 0 and len(together.rings) == 1
    assert "share 2 identifiers" in str(together)
    apart = r.why(one, detect_world.BOTS[0])
    assert (apart.bits, apart.rings, len(apart.frame)) == (None, (), 0)
    assert "share no identifier" in str(apart) and "no link between them" in str(apart)
    nat = r.why(*detect_world.NAT[:2])
    assert nat.bits is None and "198.18.9.1" in nat.frame["identifier"].tolist()
    with pytest.raises(rl.NotFound, match="no account 'nobody'"):
        r.why(one, "nobody")


def test_a_decision_is_honoured_by_the_next_detection(found):
    r, run = found
    ring = run.rings[0].ring_id
    [made] = r.review(ring, "reject", note="one firm", by="ann")
    assert (made.target, made.verdict, made.by) == (ring, "rejected", "ann")
    assert made.members == run.rings[0].size and "a ring by itself" in made.returns_when
    assert ring not in [found.ring_id for found in r.detect().rings]
    assert r.decisions()["note"].tolist() == ["one firm"]
    with pytest.raises(rl.WrongUsage, match="no verdict 'refuse'"):
        r.review(ring, "refuse", note="x")
    with pytest.raises(rl.WrongUsage, match="needs a note"):
        r.review(ring, "watch", note=" ")


def test_questions_are_frames_that_warn_of_what_is_unknown(found):
    r, _ = found
    assert len(r.query("accounts-on-ip", address="198.18.9.1", limit=500)) == 150
    with pytest.warns(rl.RingleaderWarning, match="stopped after 50 rows, the query's default"):
        r.query("accounts-on-ip", address="198.18.9.1")
    with pytest.warns(rl.RingleaderWarning, match="no account 'nobody'"):
        assert r.query("account-summary", account_id="nobody").empty
    with pytest.warns(rl.RingleaderWarning, match="Acount"):
        assert r.cypher("MATCH (a:Acount) RETURN a.account_id AS id").empty
    with pytest.raises(rl.QueryError):
        r.cypher("MATCH (n) DETACH DELETE n")
    with pytest.raises(rl.WrongUsage, match="only questions are run"):
        r.query("write-rings", run="x", rows=[])
    with pytest.raises(rl.CatalogueError):
        r.query("no-such-query")
    assert "accounts-on-ip" in r.queries("which accounts use an address")["name"].tolist()


def test_exports_and_the_report_are_files(found, tmp_path):
    r, run = found
    made = r.export("rings", tmp_path / "rings.csv")
    assert (made.format, made.run, made.rows) == ("csv", run.run, 20)
    assert len(pd.read_csv(tmp_path / "rings.csv")) == 20
    page = r.report(tmp_path / "report.html", limit=1)
    assert (page.rings, page.path.exists()) == (1, True)
    with pytest.raises(rl.WrongUsage, match="cannot be exported"):
        r.export("dogs", tmp_path / "dogs.csv")
    with pytest.raises(rl.WrongUsage, match="--raw is for csv"):
        r.export("rings", tmp_path / "rings.jsonl", raw=True)


def test_labels_score_the_rings(found, tmp_path):
    r, _ = found
    file = tmp_path / "labels.csv"
    accounts = [*detect_world.CARDS, *detect_world.BOTS, *detect_world.CLASS]
    fraud = {*detect_world.CARDS, *detect_world.BOTS}
    rows = [f"{a},{'fraud' if a in fraud else 'benign'}" for a in accounts]
    file.write_text("account_id,label\n" + "\n".join(rows) + "\n")
    made = r.evaluate(file)
    assert (made.score("account_precision"), made.score("account_recall")) == (1.0, 1.0)
    assert "evidence" in made.frame["kind"].tolist()
    assert "pair_recall" in made.frame and "pair_recall" not in made.answer.brief
    with pytest.raises(rl.NotFound, match="no label"):
        r.evaluate()


def test_a_connection_opens_when_it_is_needed_and_again_after_close(server, monkeypatch):
    monkeypatch.setenv("RINGLEADER_HOME", str(server.home))
    with rl.connect(home=server.home) as r:
        assert r._graph is None
        assert r.cypher("RETURN 1 AS one")["one"].tolist() == [1]
        first = r.graph
        r.close()
        assert r.cypher("RETURN 2 AS two")["two"].tolist() == [2] and r.graph is not first
        assert r.gds.graph.list() == [] and r.gds is r.gds
    with (
        rl.connect(uri="bolt://127.0.0.1:1", password="x") as r,
        pytest.raises(rl.ConnectionFailed),
    ):
        r.rings()


def test_simulating_and_a_dry_run_need_no_server(tmp_path):
    said = []
    with rl.connect(home=tmp_path / "home", say=said.append) as r:
        made = r.simulate(tmp_path / "sample", accounts=2_000, requests=2_000)
        assert (made.folder / "labels.parquet").exists()
        assert "requests" in made.frame["table"].tolist()
        dry = r.load("accounts", made.folder / "accounts.parquet", dry_run=True)
    assert dry.loaded == dry.read > 2_000
    assert dry.rows[0]["would_load"] == dry.loaded and dry.tables[0].dry_run
    assert any("would write" in message for message in dry.messages)
    assert "no database answers" in said[0]


def test_a_job_of_the_settings_runs_and_says_what_each_step_did(server, graph, tmp_path):
    (tmp_path / "ringleader.toml").write_text(
        '[[jobs.nightly.steps]]\nstep = "load"\ntable = "accounts"\nsources = "accounts.csv"\n'
        '[[jobs.nightly.steps]]\nstep = "query"\nname = "runs"\noutput = "{job}.csv"\n'
    )
    (tmp_path / "accounts.csv").write_text("account_id\na1\na2\n")
    with rl.connect(config=tmp_path / "ringleader.toml", home=server.home) as r:
        done = rl.run_job(r, "nightly")
        assert done.frame["step"].tolist() == ["load accounts", "query runs"]
        assert done.steps.rows[0]["counts"][0]["loaded"] == 2
        assert (done.rings, done.new_rings, (tmp_path / "nightly.csv").exists()) == ((), (), True)
        with pytest.raises(rl.NotFound, match="no job 'weekly'"):
            rl.run_job(r, "weekly")


def test_the_server_of_a_connection_starts_once_and_passes_the_checks(server):
    with rl.connect(home=server.home) as r:
        state = r.start_server()
        assert (state.already_running, state.uri) == (True, server.uri)
        checks = r.doctor().set_index("check")["outcome"]
        assert checks["server"] == checks["login"] == "ok"
