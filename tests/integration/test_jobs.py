"""Jobs on a real Neo4j: what they leave, and what they leave alone when they must not run."""

import json
import time

import pytest
from jobs_world import (
    DAY,
    RING,
    STEPS,
    app_of,
    declare,
    detections,
    leases,
    run,
    standing,
    states,
)
from prometheus_client.parser import text_string_to_metric_families as read_metrics
from webhook_receiver import KEY_TEXT, listening, verified

from ringleader.catalogue import get
from ringleader.errors import (
    DeliveryFailed,
    FindingsFound,
    InputError,
    SettingsError,
)
from ringleader.jobs.definitions import get_job
from ringleader.jobs.history import runs


def test_a_job_does_its_steps_and_says_exactly_what_it_did(graph, server, tables):
    folder = tables / "metrics"
    folder.mkdir()
    declare(tables, head='[jobs.nightly]\nmetrics = "metrics"')
    result = run(server, tables)
    [ring], links = standing(graph)
    assert ring["members"] == RING
    assert result.findings.new == [{"ring_id": ring["ring_id"], "size": 8}]
    exported = (tables / f"nightly-{DAY}.csv").read_text().splitlines()
    assert sorted(line.split(",")[1] for line in exported[1:]) == RING
    [row] = runs(graph, "nightly", None, 20)
    detection = graph.read(get("current-run"))[0]["run_id"]
    seconds = [step.pop("seconds") for step in row["steps"]]
    assert all(0 < each < row["seconds"] for each in seconds)
    [detect] = [step for step in row["steps"] if step["step"] == "detect"]
    assert detect["counts"][0].pop("seconds") > 0

    def load(table, nodes, relationships):
        known = {"load": table, "read": 158, "loaded": 158, "quarantined": 0, "duplicates": 0}
        batch = graph.read(
            "MATCH (b:Batch {table: $t}) RETURN left(b.batch_id, 12) AS id", {"t": table}
        )[0]["id"]
        created = {"nodes_created": nodes, "relationships_created": relationships}
        counts = {**known, "files_skipped": 0, **created, "batch": batch}
        return {"step": f"load {table}", "state": "done", "rows": 1, "counts": [counts]}

    found = {"run": detection, "accounts": 158, "links": len(links), "rings": 1}
    assert row["steps"] == [
        load("accounts", 158, 0),
        load("payments", 151, 158),
        # 9 addresses in 2 subnets, 151 clients, requests by day to a model without a name
        load("requests", 9 + 2 + 151 + 1, 158 + 158 + 9 + 158),
        {"step": "query loads-not-finished", "state": "done", "rows": 0},
        {
            "step": "detect",
            "state": "done",
            "rows": 1,
            "counts": [{**found, "accounts_in_rings": 8}],
        },
        {"step": "export rings", "state": "done", "counts": [{"rows": 8, "run": detection}]},
    ]
    assert (row["state"], row["error"], row["date"]) == ("done", None, "2026-02-23")
    assert (row["rings"], row["new_rings"]) == (1, [ring["ring_id"]])
    assert sorted(row["versions"]) == ["gds", "neo4j", "python", "ringleader"]
    assert row["parameters"] == get_job(app_of(server, tables).settings, "nightly").declared
    assert leases(graph) == []

    again = run(server, tables)  # nothing is new, nothing changes
    assert (again.findings.rings, again.findings.new) == (result.findings.rings, [])
    assert standing(graph) == ([ring], links)
    assert states(graph) == ["done", "done"]
    metrics = {
        sample.name: sample.value
        for file in folder.glob("*.prom")
        for family in read_metrics(file.read_text())
        for sample in family.samples
        if sample.name != "ringleader_job_step_duration_seconds"
    }
    assert abs(metrics.pop("ringleader_job_end_timestamp_seconds") - time.time()) < 60
    assert abs(metrics.pop("ringleader_job_success_timestamp_seconds") - time.time()) < 60
    assert metrics.pop("ringleader_job_duration_seconds") == again.seconds
    assert metrics == {
        "ringleader_job_success": 1,
        "ringleader_job_rings": 1,
        "ringleader_job_ring_members": 8,
        "ringleader_job_new_rings": 0,
    }


def test_a_step_that_fails_publishes_nothing_and_later_steps_do_not_begin(graph, server, tables):
    folder = tables / "metrics"
    folder.mkdir()
    declare(tables, head='[jobs.nightly]\nmetrics = "metrics"')
    run(server, tables)
    detected = detections(graph)
    success = (folder / "ringleader_nightly_done.prom").read_text()
    # A load that never ended is what the fourth step looks for; the fifth would detect.
    graph.write("CREATE (:Batch {batch_id: 'b', table: 'contacts', state: 'open'})", name="fixture")
    graph.write("MATCH (a:Account {account_id: 'card7'}) DETACH DELETE a", name="fixture")
    before = standing(graph)
    with pytest.raises(FindingsFound, match=r"job nightly, step 4 \(query\): .* found 1 row"):
        run(server, tables)
    assert standing(graph) == before
    assert detections(graph) == detected
    row = runs(graph, "nightly", None, 1)[0]
    steps = [(step["step"], step["state"]) for step in row["steps"]]
    assert steps[2:] == [("load requests", "done"), ("query loads-not-finished", "failed")]
    assert (row["state"], row["new_rings"]) == ("failed", [])
    assert "step 4 (query)" in row["error"]
    figures = (folder / "ringleader_nightly.prom").read_text()
    assert 'success{ringleader_job="nightly"} 0.0' in figures
    assert (folder / "ringleader_nightly_done.prom").read_text() == success

    graph.write("MATCH (b:Batch {batch_id: 'b'}) DELETE b", name="fixture")
    (tables / f"accounts-{DAY}.csv").unlink()
    with pytest.raises(InputError, match=r"step 1 \(load\)"):
        run(server, tables)
    assert standing(graph) == before
    assert leases(graph) == []


def test_a_step_detects_in_every_way_that_the_command_does(graph, server, tables):
    loads = STEPS[: STEPS.index('[[jobs.nightly.steps]]\nstep = "query"')]
    begin = '[[jobs.nightly.steps]]\nstep = "detect"\n'
    ways = [
        "",
        'shadow = true\nset = { min_ring_size = 9 }\noutput = "shadow.jsonl"',
        'method = "shared-neighbours"\nalgorithm = "louvain"',
        'keep_links = "all"\nseed = 7\nset = { min_ring_size = 6 }',
        "null = 1\nseed = 7",
    ]
    declare(tables, loads + "\n".join(begin + way for way in ways))
    run(server, tables)
    [row] = runs(graph, "nightly", None, 1)
    first, shadow, neighbours, kept, null = [s for s in row["steps"] if s["step"] == "detect"]
    assert [s["counts"][0]["rings"] for s in (first, neighbours, kept)] == [1, 1, 1]
    assert shadow["counts"] == [{"change": "gone", "rings": 1}]
    [gone] = (tables / "shadow.jsonl").read_text().splitlines()
    assert json.loads(gone)["accounts_left"] == RING
    assert [count["identifiers"] for count in null["counts"]] == ["as they are", "permuted, 1"]
    recorded = graph.read(
        "MATCH (r:Run) RETURN r.algorithm AS how, r.parameters AS given ORDER BY r.started_at"
    )
    assert [one["how"] for one in recorded] == ["leiden", "shared-neighbours, louvain", "leiden"]
    given = json.loads(recorded[2]["given"])
    assert (given["min_ring_size"], given["seed"], given["keep_links"]) == (6, 7, "all")


def test_a_folder_that_is_not_there_is_told_before_anything_runs(graph, server, tables):
    declare(tables, head='[jobs.nightly]\nmetrics = "nowhere"')
    with pytest.raises(SettingsError, match="nowhere, which is no folder"):
        run(server, tables)
    assert graph.read("MATCH (n) RETURN n") == []


def test_what_is_new_stays_new_until_the_receiver_has_taken_it(graph, server, tables, monkeypatch):
    monkeypatch.setattr("ringleader.jobs.notify.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    with listening() as receiver:
        notify = '[[jobs.nightly.steps]]\nstep = "notify"\nkey_env = "HOOK_KEY"\nattempts = 2\n'
        declare(tables, f'{STEPS}{notify}url = "{receiver.url}"')
        receiver.statuses = [500, 500]
        with pytest.raises(DeliveryFailed, match=r"step 7 \(notify\): 127.0.0.1 answers 500"):
            run(server, tables)
        [ring], _ = standing(graph)  # it is published, but nobody was told
        assert [new["ring_id"] for new in run(server, tables).findings.new] == [ring["ring_id"]]
        assert run(server, tables).findings.new == []
    assert states(graph) == ["done", "done", "failed"]
    # Two attempts, the one that was taken, and none where nothing is new: all the same message.
    assert len(receiver.taken) == 3
    assert len({headers["webhook-id"] for _, headers, _ in receiver.taken}) == 1
    _, headers, body = receiver.taken[-1]
    assert verified(headers, body)
    assert json.loads(body)["data"]["new_rings"] == [{"ring_id": ring["ring_id"], "size": 8}]
    assert not any(account.encode() in body for account in RING)
    shown = json.dumps(graph.read("MATCH (r:JobRun) RETURN r.parameters AS p, r.error AS e"))
    assert "127.0.0.1" in shown and "hidden" not in shown and KEY_TEXT not in shown


def test_a_failed_night_is_told_and_changes_are_told_once(graph, server, tables, monkeypatch):
    monkeypatch.setattr("ringleader.jobs.notify.BACKOFF_SECONDS", 0.01)
    monkeypatch.setenv("HOOK_KEY", KEY_TEXT)
    with listening() as receiver:
        where = f'key_env = "HOOK_KEY"\nurl = "{receiver.url}"\n'
        failing = '[[jobs.nightly.steps]]\nstep = "query"\nname = "runs"\nfail_if_rows = true\n'
        told = f'[[jobs.nightly.steps]]\nstep = "notify"\nwhen = "changes"\n{where}'
        alarm = f'[[jobs.nightly.on_failure]]\nstep = "notify"\n{where}'
        declare(tables, STEPS + told + failing + alarm)
        with pytest.raises(FindingsFound, match="query runs found"):
            run(server, tables)
        first, second = (json.loads(body) for _, _, body in receiver.taken)
        assert first["type"] == "ringleader.changes"
        assert {row["change"] for row in first["data"]["changes"]} == {"new"}
        assert second["type"] == "ringleader.job_failed"
        assert "step 8 (query)" in second["data"]["error"]
        receiver.taken.clear()
        declare(tables, STEPS + told + alarm)
        run(server, tables)  # no run was done: the ring is told again, under the same id
        run(server, tables)  # and now it is no change any more
        [(_, _, body)] = receiver.taken
        assert json.loads(body)["data"]["changes"] == first["data"]["changes"]
        receiver.taken.clear()
        graph.write(
            "CREATE (new:Account {account_id: 'late', created_at: datetime('2026-02-23T09:00Z')}) "
            "CREATE (old:Account {account_id: 'old', created_at: datetime('2026-02-22T09:00Z')}) "
            "WITH new, old MATCH (:Account {account_id: $member})-[:PAID_WITH]->(card) "
            "UNWIND [new, old] AS account CREATE (account)-[:PAID_WITH {events: 1}]->(card)",
            {"member": RING[0]},
            name="fixture",
        )
        declare(tables, told)
        run(server, tables)
        [(_, _, body)] = receiver.taken
        [near] = json.loads(body)["data"]["changes"]
        assert (near["change"], near["size"], near["newcomers"]) == ("newcomers", len(RING), 1)
        assert "late" not in body.decode()


def test_only_what_tells_somebody_may_follow_a_failure(graph, server, tables):
    declare(tables, STEPS + '[[jobs.nightly.on_failure]]\nstep = "detect"\n')
    with pytest.raises(SettingsError, match="tells nobody"):
        run(server, tables)


def test_interrupted_it_says_so_and_gives_the_lock_back(graph, server, tables, monkeypatch):
    declare(tables)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("ringleader.algorithms.detect._publish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(server, tables)
    assert (states(graph), leases(graph)) == (["interrupted"], [])
    monkeypatch.undo()
    run(server, tables)
    assert [ring["members"] for ring in standing(graph)[0]] == [RING]
    assert detections(graph) == ["done"]


def test_the_command_line_runs_lists_and_tells(graph, ringleader, tables):
    head = '[jobs.nightly]\nschedule = "0 3 * * *"\nfail_on_findings = true'
    declare(tables, head=head)
    result = ringleader(
        *("job", "run", "nightly", "--date", DAY, "--log-format", "json", "--format", "json"),
        check=False,
    )
    assert result.returncode == 3
    [row] = json.loads(result.stdout)
    assert (row["steps"], row["rings"], row["new_rings"]) == (6, 1, 1)
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert {line.get("run") for line in lines} == {row["job_run"]}
    assert {line.get("step") for line in lines[:-1]} == {None, 1, 2, 3, 4, 5, 6}
    assert (lines[-1]["level"], lines[-1]["event"]) == ("findings", "1 new rings of 8 accounts")
    assert all(line["timestamp"].endswith("Z") for line in lines)
    listed = ringleader("job", "history", "--format", "json").stdout
    assert [each["job_run_id"] for each in json.loads(listed)] == [row["job_run"]]
