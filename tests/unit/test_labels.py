"""Of several decisions about an account the latest counts."""

from datetime import UTC, datetime
from random import Random

from ringleader.algorithms.evaluation.labels import latest
from ringleader.algorithms.evaluation.metrics import Label


def decision(account, label, ring=None, day=None, by="ann"):
    at = None if day is None else datetime(2026, 3, day, tzinfo=UTC)
    return {
        "account_id": account,
        "label": label,
        "ring_id": ring,
        "decided_at": at,
        "decided_by": by,
        "campaign": None,
    }


ROWS = [
    decision("appealed", "fraud", "r1", 3),
    decision("appealed", "benign", None, 9, "bob"),
    decision("caught", "fraud", "r1", 8),
    decision("caught", "benign", None, None),
    decision("moved", "fraud", "r2", 2),
    decision("moved", "fraud", "r1", 5),
    decision("agreed", "fraud", "r1", 1),
    decision("agreed", "fraud", "r1", 2, "bob"),
    decision("undated", "benign"),
]


def test_the_latest_decision_counts_in_any_order():
    expected = {
        "appealed": Label("benign", None, "bob"),
        "caught": Label("fraud", "r1", "ann"),
        "moved": Label("fraud", "r1", "ann"),
        "agreed": Label("fraud", "r1", "bob"),
        "undated": Label("benign", None, "ann"),
    }
    for seed in range(5):
        rows = Random(seed).sample(ROWS, len(ROWS))
        assert latest(rows, "decided_by") == (expected, 3)
