"""Card numbers and e-mail addresses are found wherever they hide, and shown nowhere."""

import hashlib
import random
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.validation.card_numbers import holds_card, shown
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.validation.values import NO_NAME
from ringleader.loaders.workspace import Workspace

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "pm_4111111111111111",
    "card4111111111111111",
    "card:4111111111111111:x",
    "4111.1111.1111.1111",
    "4111_1111_1111_1111",
    "4111 - 1111 - 1111 - 1111",
    "4111 1111 1111 1111 12/26",
    "4111111111111111/12/26",
    "%B4111111111111111^X",
    ";4111111111111111=2612",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\u200b111111111111",
    "４１１１１１１１１１１１１１１１",
    "٤١١١١١١١١١١١١١١١",
    "378282246310005",
)
NO_CARDS = (
    "fp_a4111111111111111b",
    "4111111111111111a0",
    "b4111111111111111",
    "4111111111111112",
    "41111111111111110000000",
    "1769904000000000",
    "pm_1MqLiJLkdIwHu7ixUEgbFdYF",
)


@pytest.mark.parametrize("text", CARDS)
def test_cards(text):
    assert holds_card(text)
    assert "1111" not in shown(f"it is {text} indeed", 120)


@pytest.mark.parametrize("text", NO_CARDS)
def test_no_cards(text):
    assert not holds_card(text)
    assert shown(text, 120) == text


def test_fingerprints_pass():
    chance = random.Random(1)
    hashes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(20_000)]
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(20_000)]
    assert not any(map(holds_card, hashes + ids))


def test_masks_for_display():
    assert shown("ann@mail.example has 4111 1111 1111 1111, yes", 120) == "<email> has <card>, yes"
    assert shown("x" * 200, 120) == "x" * 120


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_payments_with_cards_are_refused(tmp_path, format_):
    ids = [*CARDS, *NO_CARDS, "fp"]
    countries = ["DE"] * (len(ids) - 1) + ["4111-1111-1111-1111"]
    columns = {
        "account_id": ["a"] * len(ids), "payment_method_id": ids, "issuer_country": countries
    }  # fmt: skip
    path = tmp_path / f"payments.{format_}"
    if format_ == "csv":
        lines = [",".join(row) for row in zip(*columns.values(), strict=True)]
        path.write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    else:
        pq.write_table(pa.table(columns), path)
    with Workspace(tmp_path / "scratch") as workspace:
        prepared = validate(workspace, [inspect(path)], Mapping(BY_NAME["payments"]), ("api",))
        kept = {row["payment_method_id"] for row in workspace.rows(prepared.rows)}
        refused = list(prepared.refusals())
    assert kept == set(NO_CARDS)
    assert (prepared.read, prepared.refused) == (len(ids), len(CARDS) + 1)
    assert [row.column for row in refused] == ["payment_method_id"] * len(CARDS) + [
        "issuer_country"
    ]
    assert {row.value for row in refused} == {"(not shown)"}
    assert all("Luhn" in row.reason for row in refused)


def test_emails_in_prompts(tmp_path):
    path = tmp_path / "prompts.csv"
    path.write_text(
        "prompt_cluster_id,label,capability\n"
        "ann@mail.example,x,coding\nc1,asked by ann@mail.example,coding\nc2,x,ann@mail.example\n"
    )
    with Workspace(tmp_path / "scratch") as workspace:
        prepared = validate(workspace, [inspect(path)], Mapping(BY_NAME["prompts"]), ("api",))
        rows = [(row["prompt_cluster_id"], row["label"]) for row in workspace.rows(prepared.rows)]
        refused = [(row.column, row.reason, row.value) for row in prepared.refusals()]
    assert rows == [("c1", "asked by <email>"), ("c2", "x")]
    assert refused == [
        ("prompt_cluster_id", "holds an e-mail address", "<email>"),
        ("capability", NO_NAME, "<email>"),
    ]
