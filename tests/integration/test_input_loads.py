"""What overlaps counts once over all loads, and a load can be taken back."""

import json

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from load_world import everything, load, nodes, relationships, write_csv

from ringleader.errors import InputError
from ringleader.keys import KEY_FILE
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.undo import undo

HEAD = "account_id,timestamp,ip,device_id,request_id,model"


def at(minute):
    return f"2026-03-01T10:{minute:02}:00Z"


def rows(*minutes):
    return [
        ("a" if m % 2 else "b", at(m), f"198.51.100.{m % 3}", "d", f"r{m}", f"m{m % 4 // 2}")
        for m in minutes
    ]


def written(path, head, *lines):
    """A CSV file, or the same as Parquet, which is grouped before it is checked."""
    write_csv(path.with_suffix(".csv"), head, *lines)
    if path.suffix == ".parquet":
        table = pyarrow.csv.read_csv(path.with_suffix(".csv"))
        pq.write_table(table, path)
        path.with_suffix(".csv").unlink()
    return path


def events(graph, type_="USED_IP"):
    return sum(p["events"] for _, _, p in relationships(graph, type_))


# 7
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_log_that_is_read_twice_counts_once(graph, tmp_path, ending):
    first = load(graph, "requests", written(tmp_path / f"1.{ending}", HEAD, *rows(*range(30))))
    again = load(graph, "requests", written(tmp_path / f"2.{ending}", HEAD, *rows(*range(20, 60))))
    assert (first.loaded, again.loaded, again.duplicates) == (30, 30, 10)
    assert events(graph) == 60
    assert events(graph, "REQUESTED") == 60
    third = load(graph, "requests", written(tmp_path / f"3.{ending}", HEAD, *rows(*range(60))))
    assert (third.loaded, events(graph)) == (0, 60)


def test_payments_with_an_id_count_once_as_they_ended(graph, tmp_path):
    head = "account_id,payment_method_id,timestamp,outcome,payment_id"
    one = [("a", "pm", at(m), "succeeded", f"p{m}") for m in range(9)]
    load(graph, "payments", write_csv(tmp_path / "1.csv", head, *one))
    more = [*one, ("a", "pm", at(9), "pending", "p9"), ("a", "pm", at(10), "card_declined", "p9")]
    summary = load(graph, "payments", write_csv(tmp_path / "2.csv", head, *more))
    assert (summary.loaded, summary.duplicates) == (1, 10)
    [(_, _, paid)] = relationships(graph, "PAID_WITH")
    assert (paid["events"], paid["failed"]) == (10, 1)


def test_rows_without_an_id_are_said_to_repeat(graph, tmp_path):
    head = "account_id,payment_method_id,timestamp"
    one = [("a", "pm", at(m)) for m in range(50)]
    load(graph, "payments", write_csv(tmp_path / "1.csv", head, *one))
    summary = load(graph, "payments", write_csv(tmp_path / "2.csv", head, *one, ("b", "pm", at(1))))
    [said] = [text for name, text in summary.notes.items() if "seem to repeat" in name]
    assert said.startswith("50 (of ")
    assert summary.loaded == 51


def taken_back(graph, batch):
    with Workspace(graph.settings.home / "scratch") as workspace:
        return undo(graph, workspace, graph.settings.home, batch)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_load_is_taken_back_exactly(graph, tmp_path, which):
    accounts = "account_id,created_at,email,status,status_at"
    jobs = [
        ("accounts", write_csv(tmp_path / "a.csv", accounts,
                               ("a", at(0), "a@x.org", "active", at(1)),
                               ("b", at(3), "b@y.org", None, None))),
        ("requests", write_csv(tmp_path / "r1.csv", HEAD, *rows(*range(0, 30, 2)))),
        ("requests", write_csv(tmp_path / "r2.csv", HEAD, *rows(*range(1, 45, 2)))),
        ("accounts", write_csv(tmp_path / "a2.csv", accounts,
                               ("a", at(0), "a@x.org", "banned", at(9)),
                               ("c", at(5), "c@z.org", None, None))),
    ]  # fmt: skip
    left = [job for number, job in enumerate(jobs) if number != which + 1]
    for table, path in left:
        load(graph, table, path)
    wanted = everything(graph, batches=False)
    graph.write("MATCH (n) DETACH DELETE n", name="clear")
    batches = [load(graph, table, path).batch_id for table, path in jobs]
    taken_back(graph, batches[which + 1][:12])
    assert everything(graph, batches=False) == wanted
    assert len(nodes(graph, "Batch")) == len(left)
    # It can be loaded again, and counts again.
    summary = load(graph, *jobs[which + 1])
    assert summary.loaded == summary.read


def test_a_load_that_another_relies_on_is_taken_back_after_it(graph, tmp_path):
    one = load(graph, "requests", write_csv(tmp_path / "1.csv", HEAD, *rows(*range(10))))
    path = write_csv(tmp_path / "2.csv", HEAD, *rows(*range(5, 20)))
    two = load(graph, "requests", path)
    with pytest.raises(InputError, match="has left out 5 rows") as caught:
        taken_back(graph, one.batch_id)
    assert f"load undo {two.batch_id[:12]}" in caught.value.hint
    taken_back(graph, two.batch_id)
    taken_back(graph, one.batch_id)
    assert (load(graph, "requests", path).loaded, events(graph)) == (15, 15)


def test_a_load_that_is_not_recorded_is_not_taken_back(graph, tmp_path):
    one = load(graph, "requests", write_csv(tmp_path / "1.csv", HEAD, *rows(1, 2)))
    two = load(graph, "requests", write_csv(tmp_path / "2.csv", HEAD, *rows(3, 4)))
    before = everything(graph)
    import shutil

    shutil.rmtree(graph.settings.home / "loads" / one.batch_id)
    for batch in (one.batch_id, two.batch_id):
        with pytest.raises(InputError, match="not recorded") as caught:
            taken_back(graph, batch)
        assert "--bulk" in caught.value.hint
    assert everything(graph) == before
    with pytest.raises(InputError, match="begin"):
        taken_back(graph, "nothing")


# 14
def test_another_key_stops_a_load(graph, tmp_path):
    path = write_csv(tmp_path / "1.csv", HEAD, *rows(1))
    load(graph, "requests", path)
    key = graph.settings.home / KEY_FILE
    kept = key.read_text()
    try:
        key.write_text("ab" * 32 + "\n")
        with pytest.raises(InputError, match="another key") as caught:
            load(graph, "requests", write_csv(tmp_path / "2.csv", HEAD, *rows(2)))
        assert str(KEY_FILE) in caught.value.hint
    finally:
        key.write_text(kept)


# 8
OUTCOMES = {
    "failed": (
        "cancelled", "card_declined", "insufficient_funds", "blocked", "unpaid", " failed ",
        "requires_payment_method", "Card Declined", "FAILED", "do-not-honor", "do_not_honour",
        "Do not honour!", "CardDeclined", "card.declined", "Refused", "charge.failed", "EXPIRED",
        "payment_intent.payment_failed", "declined by issuer", "InsufficientFunds", "NSF",
        "failed: insufficient funds", "transaction_not_allowed", "CaptureFailed", "not_approved",
        "processor_declined", "restricted_card", "try_again_later", "authorization_expired",
    ),
    "disputed": ("chargeback", "disputed", "Charge Back", "charge.dispute.created", "ChargeBack"),
    "refunded": ("refunded", "partially_refunded", "charge.refunded", "PartiallyRefunded"),
    "": ("succeeded", "paid", "pending", None, "Succeeded", "refund_failed", "requires_capture",
         "SentForSettle"),
}  # fmt: skip


def test_outcomes_of_payments(graph, tmp_path):
    head = "account_id,payment_method_id,timestamp,outcome"
    wanted = {f"{kind}-{n}": kind for kind, words in OUTCOMES.items() for n in range(len(words))}
    rows = [
        (f"{kind}-{n}", "pm", f"2026-03-01T10:{n:02}:00Z", word)
        for kind, words in OUTCOMES.items()
        for n, word in enumerate(words)
    ]
    summary = load(graph, "payments", write_csv(tmp_path / "1.csv", head, *rows))
    found = {
        account: "".join(name for name in ("failed", "disputed", "refunded") if paid[name])
        for account, _, paid in relationships(graph, "PAID_WITH")
    }
    assert found == wanted
    said = summary.notes["outcomes read by a part of the word"]
    assert "charge_failed as failed (1)" in said and "ringleader.toml" in said
    assert "outcomes that are not known, counted as paid" not in summary.notes


def test_unknown_outcomes_are_named(graph, tmp_path):
    head = "account_id,payment_method_id,outcome"
    summary = load(graph, "payments", write_csv(tmp_path / "1.csv", head, ("a", "pm", "gwiffed")))
    assert "gwiffed (1)" in summary.notes["outcomes that are not known, counted as paid"]


def test_times_of_another_clock_are_loaded_again_with_its_zone(graph, ringleader, tmp_path):
    write_csv(tmp_path / "logs.csv", "Konto;Zeit;IP", ("a;24.07.2026 02:31:00;198.51.100.1",))
    said = '[map]\naccount_id = "Konto"\nip = "IP"\ntimestamp = {{ column = "Zeit", {} }}\n'
    form = 'format = "%d.%m.%Y %H:%M:%S"'
    for entry, hour in ((form, "02:31"), (f'{form}, zone = "Europe/Berlin"', "00:31")):
        (tmp_path / "ours.toml").write_text(said.format(entry))
        ringleader("load", "requests", "logs.csv", "--mapping", "ours.toml")
        [(_, _, use)] = relationships(graph, "USED_IP")
        assert use["first_seen"].startswith(f"2026-07-24T{hour}:00")


# 17
def test_numbers_with_decimal_commas_are_loaded_as_they_are_meant(graph, ringleader, tmp_path):
    """From the TOML to the graph: 1.200 is one thousand two hundred, and not one and a bit."""
    head = "account_id;timestamp;ip;input_tokens;output_tokens"
    numbers = ("1.200;7,0", "12.345.678;1'000", "5;1 200", "1.000;3", "1,5;12.50", ";1.20.0")
    rows = [f"a;2026-03-01T10:0{n}:00Z;203.0.113.7;{text}" for n, text in enumerate(numbers)]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    said = tmp_path / "said.toml"
    said.write_text(
        "[map.requests]\n"
        'input_tokens = { column = "input_tokens", decimal = "," }\n'
        'output_tokens = { column = "output_tokens", decimal = "," }\n'
    )
    dry = ringleader("load", "requests", path, "--mapping", said, "--dry-run", "--format", "json")
    assert [(row["read"], row["would_load"]) for row in json.loads(dry.stdout)] == [(6, 6)]
    assert f"for example {path}, line 6: input_tokens: not a whole number" in dry.stderr
    assert "('1,5')" in dry.stderr
    assert relationships(graph, "USED_IP") == []
    ringleader("load", "requests", path, "--mapping", said)
    [(_, _, used)] = relationships(graph, "USED_IP")
    assert used["input_tokens"] == 1_200 + 12_345_678 + 5 + 1_000
    assert used["output_tokens"] == 7 + 1_000 + 1_200 + 3


def test_a_dry_run_says_what_a_load_would_do(graph, ringleader, tmp_path):
    rows = ("a,2026-03-01,203.0.113.7", "b,yesterday,203.0.113.8", "c,2026-03-01,x.y")
    path = write_csv(tmp_path / "r.csv", "account_id,timestamp,ip", *(r.split(",") for r in rows))
    dry = ringleader("load", "requests", path, "--dry-run")
    done = ringleader("load", "requests", path)
    assert graph.read("MATCH (a:Account) RETURN a.account_id AS id") == [{"id": "a"}]
    for line in (
        f"for example {path}, line 3: timestamp: not a UTC time, or not between 2000 and 2099 "
        "('yesterday')",
        f"for example {path}, line 4: ip: not an IP address ('x.y')",
    ):
        assert line in dry.stderr and line in done.stderr
    assert "quarantined 1: ip: not an IP address" in dry.stderr
    assert "quarantine file" not in dry.stderr and "quarantine file" in done.stderr
