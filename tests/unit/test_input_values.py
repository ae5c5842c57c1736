"""Values as exports write them: placeholders, blanks, numbers that are names, bad extras."""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ringleader.loaders.aggregation.usage import group_requests
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace

CHANNELS = ("api", "bedrock")
HEAD = "account_id,timestamp,ip,device_id,request_id"
DAY = "2026-03-01"
USAGE = {}  # of grouped requests, by the id of their clean table


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


def prepared(workspace, path, table="requests", ignored=(), **mapping):
    said = Mapping(BY_NAME[table], **mapping)
    clean = validate(workspace, [inspect(path)], said, CHANNELS, ignored)
    if table == "requests":
        usage, clean = group_requests(clean, clean.rows, said, CHANNELS)
        USAGE[id(clean)] = usage
    return clean


def csv(path, head, *rows):
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def parquet(path, head, *rows):
    names = head.split(",")
    columns = {n: pa.array([r.split(",")[i] or None for r in rows]) for i, n in enumerate(names)}
    pq.write_table(pa.table(columns), path)
    return path


def used(workspace, found, column):
    """Accounts and what they used."""
    if usage := USAGE.get(id(found)):
        return sorted((r["start"], r["end"]) for r in workspace.rows(usage.pairs[column]))
    rows = workspace.rows(found.rows)
    return sorted((r["account_id"], r[column]) for r in rows if r[column] is not None)


# 1
@pytest.mark.parametrize("write", [csv, parquet])
def test_placeholders_are_no_identifiers(workspace, tmp_path, write):
    rows = (f"a,{DAY},198.51.100.7,NULL,NULL", f"b,{DAY},198.51.100.8,NULL,NULL")
    found = prepared(workspace, write(tmp_path / "r.x", HEAD, *rows).rename(
        tmp_path / ("r.csv" if write is csv else "r.parquet")))  # fmt: skip
    assert (found.loaded, found.duplicates) == (2, 0)
    assert used(workspace, found, "ip") == [("a", "198.51.100.7"), ("b", "198.51.100.8")]
    assert used(workspace, found, "device_id") == []
    assert found.absent["device_id"] == 2


WORDS = ["\\N", "null", "NULL", "N/A", "n/a", "NaN", "None", "-", "--", "unknown", "0000", "<NA>",
         "(null)", "00000000-0000-0000-0000-000000000000", "undefined", "nil", "[NONE]", "#N/A",
         "{00000000-0000-0000-0000-000000000000}", " null ", "'NULL'", "00:00:00:00:00:00",
         "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "000000000000000000000000",
         # Words in any dress, and what programs, spreadsheets and other languages write.
         "<null>", "(not set)", "NotSet", "not-set", "#N/A N/A", "#NA", "#REF!", "#DIV/0!", "-nan",
         "1.#QNAN", "-1.#IND", "{}", "[]", "()", "null null", "None;None", "undefined undefined",
         "[object Object]", "nullptr", "System.DBNull", "${null}", "%NULL%", "N\\A", "n.v.", "k.A.",
         "no_device", "Unknown Device", "not found", "[REDACTED]", "xxx", "unbekannt", "未知", "–",
         # Nothing, written as a number, a network card, a UUID or a hash.
         "02:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "FF-FF-FF-FF-FF-FF", "ffffffffffff", "0" * 64,
         "0x" + "0" * 40, "0000-0000-0000-0000", "urn:uuid:00000000-0000-0000-0000-000000000000",
         "9774d56d682e549c", "d41d8cd98f00b204e9800998ecf8427e",
         "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]  # fmt: skip
# Names that are not far from one.
NAMES = ["nana", "nil-1", "ND", "KA", "na1", "no", "x", "xx", "0", "10", "f00", "02:00:00:00:00:01",
         "nobody", "nullable", "unknown-7", "ffffffe", "e3b0c442", "ключ",
         "d41d8cd98f00b204e9800998ecf8427f", "émile", "#1", "anna", "0a00",
         "00000000-0000-0000-0000-000000000001"]  # fmt: skip


@pytest.mark.parametrize("write", [csv, parquet])
def test_placeholders_in_any_case_and_dress(workspace, tmp_path, write):
    path = tmp_path / ("r.csv" if write is csv else "r.parquet")
    rows = [f"a{number},{DAY},{word}" for number, word in enumerate(WORDS)]
    rows += [f"b,{DAY},{name}" for name in NAMES]
    found = prepared(workspace, write(path, "account_id,timestamp,device_id", *rows))
    assert used(workspace, found, "device_id") == sorted(("b", name) for name in NAMES)
    assert found.loaded == len(WORDS) + len(NAMES)
    assert found.absent == {"device_id": len(WORDS)}


@pytest.mark.parametrize("write", [csv, parquet])
def test_addresses_of_mail_that_stand_for_none(workspace, tmp_path, write):
    path = tmp_path / ("a.csv" if write is csv else "a.parquet")
    none = ["null", "none@none.com", "NULL@NULL", "unknown@unknown.org", "x1@mail.invalid", "n/a"]
    some = ["na@firm.example", "null@firm.com", "nina@none.org"]
    rows = [f"a{n},{text}" for n, text in enumerate([*none, *some])]
    found = prepared(workspace, write(path, "account_id,email", *rows), "accounts")
    emails = [row["email"] for row in workspace.rows(found.rows)]
    assert sorted(filter(None, emails)) == sorted(some)
    assert found.absent == {"email": len(none)}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("accounts", "organization_id"),
        ("accounts", "email"),
        ("payments", "bin"),
        ("requests", "prompt_cluster_id"),
        ("requests", "ip"),
    ],
)
def test_placeholders_in_every_identifying_column(workspace, tmp_path, table, column):
    needed = {"requests": f",{DAY}", "payments": ",pm1", "accounts": ""}[table]
    names = {"requests": ",timestamp", "payments": ",payment_method_id", "accounts": ""}[table]
    path = csv(tmp_path / "t.csv", f"account_id{names},{column}", f"a{needed},\\N")
    found = prepared(workspace, path, table)
    assert [row[column] for row in workspace.rows(found.rows)] == [None]
    assert (found.reasons, found.absent) == ({}, {column: 1})


@pytest.mark.parametrize("write", [csv, parquet])
def test_a_placeholder_for_an_account_costs_its_row(workspace, tmp_path, write):
    path = tmp_path / ("r.csv" if write is csv else "r.parquet")
    found = prepared(workspace, write(path, "account_id,timestamp", f"NULL,{DAY}", f"b,{DAY}"))
    assert [row["account_id"] for row in workspace.rows(found.rows)] == ["b"]
    assert found.reasons == {"account_id: missing": 1}


def test_a_mapping_adds_and_removes_placeholders(workspace, tmp_path):
    rows = (f"a,{DAY},app", f"b,{DAY},unknown", f"c,{DAY},none")
    path = csv(tmp_path / "r.csv", "account_id,timestamp,device_id", *rows)
    columns = {"device_id": ColumnMap("device_id", null=("App", "!unknown"))}
    found = prepared(workspace, path, columns=columns)
    assert used(workspace, found, "device_id") == [("b", "unknown")]
    found = prepared(workspace, path, null=("app",))
    assert used(workspace, found, "device_id") == []


def test_words_that_a_mapping_replaces_say_something(workspace, tmp_path):
    path = csv(tmp_path / "l.csv", "account_id,label", "a,none", "b,sybil")
    values = (("none", "benign"), ("sybil", "fraud"))
    columns = {"label": ColumnMap("label", values=values)}
    found = prepared(workspace, path, "labels", columns=columns)
    assert sorted(row["label"] for row in workspace.rows(found.rows)) == ["benign", "fraud"]


def test_a_country_is_no_placeholder(workspace, tmp_path):
    path = csv(tmp_path / "a.csv", "account_id,country,status", "a,NA,unknown", "b,NULL,-")
    rows = sorted(workspace.rows(prepared(workspace, path, "accounts").rows), key=str)
    assert [(row["country"], row["status"]) for row in rows] == [("NA", "unknown"), (None, None)]


NOBODY = ["0.0.0.0", "127.0.0.1", "169.254.169.254", "255.255.255.255", "224.0.0.1", "::", "::1",
          "fe80::1", "::ffff:127.0.0.1", "168.63.129.16", "fd00:ec2::254",
          "127.0.0.1:443", "fd20:ce::254", "localhost", "unix:", "gce-internal-ip", "AWS Internal",
          "private", "cloudtrail.amazonaws.com", "ip-10-0-0-1.ec2.internal"]  # fmt: skip


@pytest.mark.parametrize("write", [csv, parquet])
def test_addresses_of_nobody_are_no_evidence(workspace, tmp_path, write):
    path = tmp_path / ("r.csv" if write is csv else "r.parquet")
    rows = [f"a{number},{DAY},{address}" for number, address in enumerate(NOBODY)]
    rows += [f"b,{DAY},10.0.0.1", f"b,{DAY},198.51.100.1"]
    write(path, "account_id,timestamp,ip", *rows)
    found = prepared(workspace, path)
    assert used(workspace, found, "ip") == [("b", "10.0.0.1"), ("b", "198.51.100.1")]
    assert (found.loaded, found.unroutable) == (len(NOBODY) + 2, len(NOBODY))
    found = prepared(workspace, path, ignored=("private",))
    assert used(workspace, found, "ip") == [("b", "198.51.100.1")]


# 5
def test_numbers_that_are_names(workspace, tmp_path):
    path = tmp_path / "r.parquet"
    table = {"account_id": [9001.0, 9002.5, 2.0**60], "timestamp": [DAY] * 3}
    pq.write_table(pa.table(table), path)
    found = prepared(workspace, path)
    assert sorted(row["account_id"] for row in workspace.rows(found.rows)) == ["9001", "9002.5"]
    assert found.refused == 1


@pytest.mark.parametrize(
    ("values", "plain"),
    [
        (pa.array(["9001", "9001"]).cast(pa.int64()).cast(pa.decimal128(25, 2)), "9001"),
        (pa.array([b"a ", b"a"]), "a"),
        (pa.array(["a   ", "\ta"]), "a"),
        (pa.array(["9001.0", "9001"]), "9001"),
        (pa.array([b"a  ", b"a  "], pa.binary(3)), "a"),
    ],
)
def test_one_account_however_its_id_is_typed(workspace, tmp_path, values, plain):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"account_id": values, "timestamp": [DAY] * 2}), path)
    found = prepared(workspace, path)
    assert {row["account_id"] for row in workspace.rows(found.rows)} == {plain}


def test_bytes_that_are_no_text_are_refused(workspace, tmp_path):
    path = tmp_path / "r.parquet"
    pq.write_table(pa.table({"account_id": [b"\xff\xfe", b"b"], "timestamp": [DAY] * 2}), path)
    found = prepared(workspace, path)
    assert [row["account_id"] for row in workspace.rows(found.rows)] == ["b"]
    assert found.refused == 1


def test_values_are_stripped_as_headers_are(workspace, tmp_path):
    path = csv(tmp_path / "r.csv", "timestamp, account_id", f"{DAY}, a", f"{DAY},a\u00a0")
    found = prepared(workspace, path)
    assert [row["account_id"] for row in workspace.rows(found.rows)] == ["a", "a"]


def test_a_number_that_a_spreadsheet_shortened_is_refused(workspace, tmp_path):
    path = csv(tmp_path / "r.csv", "account_id,timestamp", f"1.23457E+11,{DAY}", f"1e5,{DAY}")
    found = prepared(workspace, path)
    assert [row["account_id"] for row in workspace.rows(found.rows)] == ["1e5"]


# 9
def test_columns_match_in_any_case(workspace, tmp_path):
    path = csv(tmp_path / "r.csv", "Account_ID,TIMESTAMP,IP", f"a,{DAY},198.51.100.7")
    found = prepared(workspace, path)
    assert used(workspace, found, "ip") == [("a", "198.51.100.7")]
    assert found.unknown == ()


# 17
AMOUNTS = {
    "12,50": ("12.50", None), "1.234,50": ("1234.50", None), "12.50 EUR": (None, "12.50"),
    "€ 1.234,50": ("1234.50", None), "$1,234.50": (None, "1234.50"), "-3,5": ("-3.5", None),
    "1'234,5": ("1234.5", None), "1 234": ("1234", "1234"), "1.234": ("1234", "1.234"),
    "1,234": ("1.234", "1234"), "12": ("12", "12"), "1.2.3": (None, None), "x": (None, None),
}  # fmt: skip


@pytest.mark.parametrize("decimal", [",", "."])
def test_a_mapping_says_how_numbers_are_written(workspace, tmp_path, decimal):
    path = tmp_path / "p.parquet"
    table = {
        "account_id": [f"a{n}" for n in range(len(AMOUNTS))],
        "payment_method_id": ["pm"] * len(AMOUNTS),
        "amount": list(AMOUNTS),
    }
    pq.write_table(pa.table(table), path)
    columns = {"amount": ColumnMap("amount", decimal=decimal)}
    found = prepared(workspace, path, "payments", columns=columns)
    amounts = {row["account_id"]: row["amount"] for row in workspace.rows(found.rows)}
    wanted = [pair[decimal == "."] for pair in AMOUNTS.values()]
    assert amounts == {
        f"a{n}": None if text is None else Decimal(text) for n, text in enumerate(wanted)
    }
    assert found.notes == {"amount: not a decimal number": wanted.count(None)}


@pytest.mark.parametrize(
    ("table", "column", "value", "kept"),
    [
        ("payments", "amount", '"12,50"', None),
        ("payments", "amount", '"1.234,50"', None),
        ("payments", "amount", "$12.50", None),
        ("payments", "bin", "424242.0", "424242"),
        ("payments", "bin", "4242", None),
        ("payments", "kind", "debit", "card"),
        ("payments", "kind", "unknown", None),
        ("payments", "kind", "cowrie", None),
        ("payments", "currency", "XXX", None),
        ("requests", "input_tokens", "1200.0", 1200),
        ("requests", "input_tokens", "many", None),
        ("requests", "channel", "Bedrock", "bedrock"),
        ("requests", "channel", "pigeon", None),
        ("requests", "capability", "magic?", None),
        ("accounts", "email", "a b@c.de", None),
        ("accounts", "email", "nobody", None),
        ("accounts", "email", " ann@x.org ", "ann@x.org"),
    ],
)
def test_a_bad_extra_costs_itself_and_not_its_row(workspace, tmp_path, table, column, value, kept):
    needed = {"requests": f",{DAY}", "payments": ",pm1", "accounts": ""}[table]
    names = {"requests": ",timestamp", "payments": ",payment_method_id", "accounts": ""}[table]
    path = csv(tmp_path / "t.csv", f"account_id{names},{column}", f"a{needed},{value}")
    found = prepared(workspace, path, table)
    assert [row[column] for row in workspace.rows(found.rows)] == [kept]
    assert found.reasons == {}
    said = list(found.refusals())
    assert [row.row_kept for row in said] == ([True] if found.notes else [])
