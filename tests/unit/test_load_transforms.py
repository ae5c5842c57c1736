"""The pure middle of the loaders: typing, aggregation, keys, files, lists."""

import datetime
import stat

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringleader.errors import InputError
from ringleader.keys import keyed_hash, load_key
from ringleader.loaders.aggregation import aggregate
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.mapping import ColumnMap, Mapping
from ringleader.loaders.sources import reference_lists
from ringleader.loaders.sources.files import expand, inspect
from ringleader.loaders.validation.quarantine import records
from ringleader.loaders.validation.validate import validate
from ringleader.loaders.workspace import Workspace
from ringleader.loaders.writing.batches import batch_id
from ringleader.output import emit
from ringleader.schema.normalisers import domain_of, plain_email

CHANNELS = ("api", "azure", "bedrock", "vertex")


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


def clean(workspace, path, table, **columns):
    mapping = Mapping(BY_NAME[table], columns)
    prepared = validate(workspace, [inspect(path)], mapping, CHANNELS)
    return prepared, workspace.rows(prepared.rows)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-01", "2026-02-01T00:00:00"),
        ("2026-02-01T10:11:12Z", "2026-02-01T10:11:12"),
        ("2026-02-01T10:11:12.345678", "2026-02-01T10:11:12.345678"),
        ("2026-02-01 10:00:00+02:00", "2026-02-01T08:00:00"),
        ("1769904000", "2026-02-01T00:00:00"),
        ("1769904000.5", "2026-02-01T00:00:00.500000"),
        ("1769904000123", "2026-02-01T00:00:00.123000"),
        ("1769904000000000", "2026-02-01T00:00:00"),
        ("infinity", None),
        ("1e300", None),
        ("2026-02-30", None),
        ("01/02/2026", None),
        ("-1", None),
    ],
)
def test_timestamps(workspace, tmp_path, text, moment):
    path = tmp_path / "contacts.csv"
    path.write_text(f"account_id,other_account_id,timestamp\na,b,{text}\n")
    _, rows = clean(workspace, path, "contacts")
    assert [row["timestamp"].isoformat() for row in rows] == ([moment] if moment else [])


def test_units_nested_fields_casts_values_and_constants(workspace, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"user": {"id": 7}, "at": 1769904000000000, "in": "12.0", "where": "cloud1", "extra": 1}\n'
    )
    prepared, rows = clean(
        workspace,
        path,
        "requests",
        account_id=ColumnMap("user.id"),
        timestamp=ColumnMap("at", unit="us"),
        input_tokens=ColumnMap("in", cast="decimal"),
        channel=ColumnMap("where", values=(("cloud1", "bedrock"),)),
        model=ColumnMap(None, const="m"),
    )
    (row,) = rows
    assert (row["account_id"], row["channel"], row["model"]) == ("7", "bedrock", "m")
    assert (row["input_tokens"], row["timestamp"].isoformat()) == (12, "2026-02-01T00:00:00")
    assert prepared.unknown == ("extra",)


def test_nested_parquet_and_missing_mapped_column(workspace, tmp_path):
    import pyarrow.parquet as pq

    path = tmp_path / "log.parquet"
    day = datetime.date(2026, 2, 1)
    pq.write_table(pa.table({"user": [{"id": {"text": "a"}}], "day": [day]}), path)
    columns = {"account_id": ColumnMap("user.id.text"), "timestamp": ColumnMap("day")}
    _, (row,) = clean(workspace, path, "requests", **columns)
    assert (row["account_id"], row["timestamp"].isoformat()) == ("a", "2026-02-01T00:00:00")
    with pytest.raises(InputError, match="has no column 'user.name'"):
        clean(workspace, path, "requests", **columns, model=ColumnMap("user.name"))


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("xyz"),
        st.integers(0, 100 * 24 * 60),
        st.sampled_from([*CHANNELS, None]),
        st.none() | st.integers(0, 50),
    ),
    min_size=1,
    max_size=40,
)
_BASE = datetime.datetime(2026, 2, 1)


def activity(workspace, events):
    table = pa.table(
        {
            "account_id": pa.array([e[0] for e in events], pa.string()),
            "ip": pa.array([e[1] for e in events], pa.string()),
            "timestamp": pa.array(
                [_BASE + datetime.timedelta(minutes=e[2]) for e in events], pa.timestamp("us")
            ),
            "channel": pa.array([e[3] for e in events], pa.string()),
            "input_tokens": pa.array([e[4] for e in events], pa.int64()),
            "output_tokens": pa.array([e[4] for e in events], pa.int64()),
        }
    )
    pairs = workspace.keep(
        "pairs", aggregate.activity(workspace.take("events", table), "ip", CHANNELS)
    )
    rows = workspace.rows(aggregate.listed(pairs, CHANNELS))
    return sorted(rows, key=lambda r: (r["start"], r["end"]))


@settings(max_examples=25, deadline=None)
@given(events=EVENTS, shuffled=st.randoms(use_true_random=False))
def test_aggregation_against_python_in_any_order(tmp_path_factory, events, shuffled):
    expected = {}
    for account, ip, minute, channel, tokens in events:
        group = expected.setdefault((account, ip), [0, [], set(), set(), set(), None])
        group[0] += 1
        group[1].append(int((_BASE - datetime.datetime(1970, 1, 1)).total_seconds() + minute * 60))
        group[2] |= {channel} - {None}
        group[3].add(minute // 60 % 24)
        group[4].add((group[1][-1] // 86_400) % 64)
        group[5] = group[5] if tokens is None else (group[5] or 0) + tokens
    with Workspace(tmp_path_factory.mktemp("scratch")) as workspace:
        found = activity(workspace, events)
        again = list(events)
        shuffled.shuffle(again)
        assert activity(workspace, again) == found
    assert found == [
        {
            "start": account,
            "end": ip,
            "events": count,
            "input_tokens": tokens,
            "output_tokens": tokens,
            "channels": sorted(channels),
            "hours": sorted(hours),
            "days": sorted(days),
            "first_seen": min(moments) * 1000,
            "last_seen": max(moments) * 1000,
        }
        for (account, ip), (count, moments, channels, hours, days, tokens) in sorted(
            expected.items()
        )
    ]


def test_every_day_of_64_has_its_entry(workspace):
    year = [("a", "x", day * 24 * 60, None, None) for day in range(365)]
    assert [row["days"] for row in activity(workspace, year)] == [list(range(64))]
    # 2026-02-01 is day 20,485, which is 5 modulo 64; day 58 after it has the highest bit.
    [row] = activity(workspace, [year[58], year[59]])
    assert row["days"] == [0, 63]


def test_requests_of_a_model_by_day_and_hour(workspace):
    at = [(0, "m"), (59, "m"), (60, "m"), (24 * 60, "m"), (64 * 24 * 60, "m"), (5, None)]
    table = pa.table(
        {
            "account_id": ["a"] * len(at),
            "model": pa.array([model for _, model in at], pa.string()),
            "timestamp": pa.array(
                [_BASE + datetime.timedelta(minutes=minute) for minute, _ in at], pa.timestamp("us")
            ),
        }
    )
    rows = workspace.take("events", table)
    found = workspace.rows(aggregate.requested(rows).order_by("end"))
    assert found == [
        {
            "start": "a",
            "end": "m",
            "events": 5,
            # Midnight of 2026-02-01, day 20,485, is hour 5 * 24 modulo 64 days.
            "active_hours": [120, 121, 144],
            "daily": [20_485_000_000_003, 20_486_000_000_001, 20_549_000_000_001],
            "first_seen": 1_769_904_000_000,
        },
        {
            "start": "a",
            "end": "unknown",
            "events": 1,
            "active_hours": [120],
            "daily": [20_485_000_000_001],
            "first_seen": 1_769_904_300_000,
        },
    ]


def test_counts_of_several_tallies_add_by_number(workspace):
    base = 1_000_000_000
    entries = [20_486 * base + 1, 20_485 * base + 3, 20_485 * base + 4]
    table = workspace.take("tallies", pa.table({"entries": [entries, []]}))
    found = workspace.rows(table.select(total=aggregate.tallied(table.entries)))
    wanted = [20_485 * base + 7, 20_486 * base + 1]
    assert sorted((row["total"] for row in found), key=len) == [[], wanted]


def test_chunks_have_one_size_and_order(workspace):
    table = workspace.take("numbers", pa.table({"n": list(range(1000, 0, -1))}))
    chunks = list(workspace.chunks(table.order_by("n"), 7))
    assert [len(chunk) for chunk in chunks] == [7] * 142 + [6]
    assert [row["n"] for chunk in chunks for row in chunk] == list(range(1, 1001))


def test_key_is_made_once_and_closed_to_others(tmp_path):
    key = load_key(tmp_path)
    assert load_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "keys" / "hmac.key").stat().st_mode) == 0o600
    assert keyed_hash(key, "ab", "c") != keyed_hash(key, "a", "bc")
    (tmp_path / "keys" / "hmac.key").write_text("short")
    with pytest.raises(InputError, match=r"hmac\.key"):
        load_key(tmp_path)


def test_email_domains():
    assert domain_of("Ann@Exämple.ORG.") == "xn--exmple-cua.org"
    assert plain_email(" Ann@Mail.Example") == "ann@mail.example"


def test_batch_id_is_of_content():
    one = batch_id("requests", "m", ("api", "vertex"), ["1", "2"])
    assert one == batch_id("requests", "m", ("vertex", "api"), ["2", "1"])
    assert one != batch_id("payments", "m", ("api", "vertex"), ["1", "2"])
    assert one != batch_id("requests", "n", ("api", "vertex"), ["1", "2"])


@pytest.mark.parametrize(
    ("name", "neighbour"),
    [
        ("logs[1].csv", "logs1.csv"),
        ("a?b.csv", "axb.csv"),
        ("country=fr/a*.csv", "country=fr/ab.csv"),
    ],
)
def test_a_file_is_read_as_it_is_called_and_no_other(workspace, tmp_path, name, neighbour):
    for file, account in ((name, "meant"), (neighbour, "other")):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(f"account_id,country\n{account},de\n")
    [path] = [path for path in expand([str(tmp_path / name)]) if path.name != "ab.csv"]
    _, rows = clean(workspace, path, "accounts")
    assert [(row["account_id"], row["country"]) for row in rows] == [("meant", "de")]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_folder_s_name_says_nothing_about_the_rows_in_it(workspace, tmp_path, suffix):
    path = tmp_path / "country=fr" / "account_id=other" / f"a.{suffix}"
    path.parent.mkdir(parents=True)
    emit([{"account_id": "meant", "country": "de"}], output=path, format=suffix)
    _, rows = clean(workspace, path, "accounts")
    assert [(row["account_id"], row["country"]) for row in rows] == [("meant", "de")]


def test_lines_that_end_in_different_ways_are_told_as_such(workspace, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"account_id,country\r\na1,de\na2,de\r\n")
    with pytest.raises(InputError, match=r"a\.csv: its lines end in different ways"):
        clean(workspace, path, "accounts")


def test_json_that_is_nested_without_end_costs_its_line_only(workspace, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"account_id": "a1"}\n' + '{"a":' * 100_000 + "\n")
    prepared, rows = clean(workspace, path, "accounts")
    assert [row["account_id"] for row in rows] == ["a1"]
    assert prepared.refused == 1


def test_a_name_that_no_file_can_have_is_told(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        expand(["a" * 5000 + ".csv"])


def test_expand(tmp_path):
    for name in ("b.csv", "a.jsonl.gz", "notes.md", "c.parquet"):
        (tmp_path / name).write_text("x")
    names = [path.name for path in expand([str(tmp_path)])]
    assert names == ["a.jsonl.gz", "b.csv", "c.parquet"]
    both = expand([str(tmp_path / "*.csv"), str(tmp_path / "b.csv")])
    assert [path.name for path in both] == ["b.csv"]
    with pytest.raises(InputError, match="no such file"):
        expand([str(tmp_path / "*.xml")])


def test_records_know_their_lines(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('h\n"a\nb"\n\nc\n"d""\n"\ne')
    starts = [line for line, _ in records(path, quoted=True)]
    assert starts == [1, 2, 4, 5, 6, 8]
    assert [line for line, _ in records(path, quoted=False)] == list(range(1, 9))


@pytest.mark.parametrize(
    ("name", "text", "format_"),
    [
        ("list.txt", "# c\n1.2.3.0/24\n", "cidr"),
        ("tor-exit.lst", "1.2.3.4\n", "tor"),
        ("asn.txt", "AS123 # x\n", "asn"),
        ("bad.csv", "ASN,Entity\n1,x\n", "asn-csv"),
        ("proxies.csv", "address,kind\n1.2.3.4,vpn\n", None),
        ("x.mmdb", "", "mmdb"),
        ("x.jsonl", "1.2.3.4", None),
    ],
)
def test_lists_are_recognised(tmp_path, name, text, format_):
    path = tmp_path / name
    path.write_text(text)
    assert reference_lists.recognise(path) == format_


def test_workspace_removes_what_killed_processes_left(tmp_path):
    dead = tmp_path / "load-999999999-x"
    alive = tmp_path / "load-1-x"
    dead.mkdir()
    alive.mkdir()
    with Workspace(tmp_path) as workspace:
        assert stat.S_IMODE(workspace.folder.stat().st_mode) == 0o700
        assert not dead.exists() and alive.exists()
        folder = workspace.folder
    assert not folder.exists()
