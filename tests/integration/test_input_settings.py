"""What depends on the folder, the settings and the order of loads is said, or refused."""

import json
import shutil

import judged_world
from load_world import everything, load, relationships, write_csv

HEAD = "account_id,payment_method_id,outcome"


# 15
def test_a_run_with_other_settings_names_them(graph, ringleader, tmp_path):
    judged_world.built(graph)
    assert "other settings" not in ringleader("detect").stderr
    (tmp_path / "ringleader.toml").write_text(
        '[detect]\nmin_ring_size = 6\n[known_good]\ndomains = ["firm.example"]\n'
    )
    (tmp_path / "hubs.txt").write_text("nothing\n")
    [said] = [
        line
        for line in ringleader("detect", "--known-hubs", "hubs.txt").stderr.splitlines()
        if "other settings" in line
    ]
    assert "known hubs: identifiers 0 → 1" in said
    assert "known_good.domains none → firm.example" in said
    assert "min_ring_size 5 → 6" in said


# 8
def test_words_of_the_settings_are_outcomes(graph, ringleader, tmp_path):
    words = {"gwiffed": "failed", "clawed back": "disputed", "pending": "failed", "paid_out": None}
    rows = [(f"a{n}", "pm", word) for n, word in enumerate(words)]
    write_csv(tmp_path / "payments.csv", HEAD, *rows)
    (tmp_path / "ringleader.toml").write_text(
        '[payments]\nfailed = ["Gwiffed", "pending"]\ndisputed = ["clawed-back"]\n'
    )
    said = ringleader("load", "payments", "payments.csv").stderr
    assert "outcomes that are not known, counted as paid: paid_out (1)" in said
    counts = {
        start: {name for name in ("failed", "disputed", "refunded") if p[name]}
        for start, _, p in relationships(graph, "PAID_WITH")
    }
    assert counts == {f"a{n}": {kind} - {None} for n, kind in enumerate(words.values())}


# 25
def test_a_list_that_cannot_be_read_names_the_option(ringleader, tmp_path):
    (tmp_path / "list.txt").write_text("fe80 something\nelse 12\n")
    done = ringleader("load", "proxies", "list.txt", "--as", "cidr", "--dry-run", check=False)
    assert "quarantined 2: address: neither an IP address" in done.stderr
    assert "nothing is loaded; of a list, say which format it is: --as" in done.stderr
    (tmp_path / "list.json").write_text('{"who": "knows"}\n')
    done = ringleader("load", "proxies", "list.json", "--as", "json", "--dry-run", check=False)
    assert done.returncode == 1
    assert "--as" in done.stderr.splitlines()[-1]


# 7
def test_loads_are_listed_and_taken_back(graph, ringleader, tmp_path):
    write_csv(tmp_path / "1.csv", HEAD, ("a", "pm", "paid"), ("b", "pm", "failed"))
    write_csv(tmp_path / "2.csv", HEAD, ("c", "pm", "paid"), ("", "pm", "paid"))
    ringleader("load", "payments", "1.csv")
    before = everything(graph, batches=False)
    ringleader("load", "payments", "2.csv")
    listed = json.loads(ringleader("loads", "list", "--format", "json").stdout)
    assert [
        (row["table"], row["files"], row["state"], row["rows"], row["quarantined"])
        for row in listed
    ] == [("payments", ["2.csv"], "done", 1, 1), ("payments", ["1.csv"], "done", 2, 0)]
    assert all(row["started_at"] <= row["finished_at"] for row in listed)
    latest = ringleader("loads", "list", "--limit", 1, "--format", "json").stdout
    assert [row["files"] for row in json.loads(latest)] == [["2.csv"]]
    undone = ringleader("load", "undo", listed[0]["batch"])
    assert "of payments (2.csv) was taken back" in undone.stderr
    assert everything(graph, batches=False) == before


def test_a_load_that_cannot_be_taken_back_says_what_to_do(graph, ringleader, tmp_path):
    write_csv(tmp_path / "1.csv", HEAD, ("a", "pm", "paid"))
    batch = load(graph, "payments", tmp_path / "1.csv").batch_id
    before = everything(graph)

    def refused(*args):
        done = ringleader("load", "undo", *args, check=False)
        assert done.returncode != 0
        assert everything(graph) == before
        return done.stderr.splitlines()[-2:]

    assert refused() == ["error: load undo needs one batch", "  try: ringleader loads list"]
    error, hint = refused("0000")
    assert "no loads have a batch id that begins with '0000'" in error
    assert hint == "  try: ringleader loads list"
    graph.write("MATCH (b:Batch) SET b.state = 'open'", name="fixture")
    before = everything(graph)
    error, hint = refused(batch[:8])
    assert "was interrupted" in error
    assert "run the same load again" in hint
    graph.write("MATCH (b:Batch) SET b.state = 'done'", name="fixture")
    shutil.rmtree(graph.settings.home / "loads" / batch)
    before = everything(graph)
    error, hint = refused(batch[:8])
    assert "is not recorded" in error
    assert "ringleader load all FOLDER --bulk --overwrite" in hint
