"""Every parser of ours answers, or raises an error of ours, whatever it is given."""

import json
from pathlib import Path

import pytest
from fuzzing import SETTINGS, answers, files, kept, nearly
from hypothesis import given

from ringleader import audit_chain
from ringleader.adhoc import check_text, typed
from ringleader.algorithms.parameters import parameters as detection
from ringleader.catalogue.queries import parse as parse_query
from ringleader.cypher_text import is_complete, masked, parameters, statements, tokens
from ringleader.errors import QueryError
from ringleader.exports.matching.files import _MAGIC, open_envelope
from ringleader.jobs.cron import due_times, following, on_calendar
from ringleader.jobs.cron import parse as parse_cron
from ringleader.jobs.definitions import read_jobs
from ringleader.loaders.contract import BY_NAME
from ringleader.loaders.indicators.reading import read_indicators
from ringleader.loaders.lifecycle.retention import Terms
from ringleader.loaders.mapping import Mapping, read_mapping
from ringleader.loaders.sources.files import inspect
from ringleader.loaders.sources.json_documents import opened
from ringleader.loaders.sources.reference_lists import as_table, list_file, recognise
from ringleader.loaders.validation.addresses import canonical, networks
from ringleader.loaders.validation.addresses import masked as masked_address
from ringleader.loaders.validation.card_numbers import holds_card
from ringleader.loaders.workspace import Workspace
from ringleader.questions import parse_parameters
from ringleader.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
CYPHER = (
    "MATCH (n:Account {account_id: 'a'}) WHERE n.x > 1.5 RETURN n // comment\n;",
    "CALL db.labels() YIELD label RETURN [x IN [1] | COUNT { MATCH (n) RETURN n }] AS `a``b`",
    "CYPHER 25 EXPLAIN LET x = $p RETURN \"it's\" + 'x' /* y */",
    "CREATE (:Evil) SET n.x = 0x1F",
)
CYPHER_PIECES = ("LOAD CSV FROM ", "CALL dbms.listConfig()", "//", "/*", "*/", "$`a`", "PROFILE ")
MAPPINGS = tuple(p.read_text() for p in sorted((ROOT / "loaders" / "presets").glob("*.toml"))[:12])
QUERIES = tuple(
    p.read_text() for p in sorted((ROOT / "cypher").glob("*/*.cypher"))[::15] if p.is_file()
)
TOML = (
    '[server]\nheap = "1g"\nport = 7687\n[retention]\nuses = 180\n[retention.uses_of]\nip = 90\n',
    '[identifiers.api_key]\nlabel = "ApiKey"\nkey = "api_key"\ncolumn = "api_key"\n',
    '[jobs.nightly]\nschedule = "0 3 * * *"\n[[jobs.nightly.steps]]\nstep = "load"\n'
    'table = "requests"\nsources = ["logs/{yesterday}/*.csv"]\n[[jobs.nightly.steps]]\n'
    'step = "notify"\nurl = "https://hooks.example/x"\nkey_env = "K"\n',
    '[detect]\nresolution = 1.0\n[known_good]\ncidrs = ["10.0.0.0/8"]\n',
    '[payments]\nfailed = ["x"]\n[load]\nchunk_size = 500\nignore_addresses = ["private"]\n',
)
CRON = ("0 3 * * *", "*/5 0-6 1,15 jan-mar mon", "59 23 31 12 *", "0 0 29 2 *", "1-5/2 * * * 0")
LISTS = (
    "# list\n203.0.113.0/24\n198.51.100.7\n2001:db8::/32\n",
    "AS64500 # Example Hosting\nAS64501\n",
    "203.0.113.1-203.0.113.9\n198.51.100.0 255.255.255.0\n",
    "asn,name\n64500,Example\n",
    '{"prefixes": [{"ip_prefix": "203.0.113.0/24", "region": "x"}], "ipv6_prefixes": []}',
    "ip_start,ip_end,country\n203.0.113.0,203.0.113.255,DE\n",
)
DOCUMENTS = (
    '{"account_id": "a", "timestamp": "2026-01-01T00:00:00Z", "ip": "203.0.113.1"}\n' * 3,
    '[{"account_id": "a"}, {"account_id": "b", "deep": {"x": [1, {"y": null}]}}]',
    '{"Records": [{"eventTime": "2026-01-01T00:00:00Z"}]}',
    "account_id,timestamp\n\"a\",2026-01-01\n'b',\n",
)
STIX = (
    json.dumps(
        {
            "type": "bundle",
            "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
            "objects": [
                {
                    "type": "indicator",
                    "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                    "pattern": "[ipv4-addr:value = '203.0.113.1' OR domain-name:value = 'x.y']",
                    "pattern_type": "stix",
                    "valid_from": "2026-01-02T00:00:00Z",
                    "created": "2026-01-02T00:00:00Z",
                    "modified": "2026-01-02T00:00:00Z",
                    "confidence": 80,
                    "object_marking_refs": [
                        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
                    ],
                }
            ],
        }
    ),
    json.dumps(
        {
            "Event": {
                "uuid": "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
                "timestamp": "1767312000",
                "Tag": [{"name": "tlp:amber"}],
                "Attribute": [{"type": "ip-src", "value": "203.0.113.1", "uuid": "x"}],
            }
        }
    ),
    "value,kind,source\n203.0.113.1,ip,Partner\n198.51.100.0/24,cidr,Partner\n",
)
STIX_PIECES = ('"revoked": true', "[file:hashes.MD5 = 'x']", '"valid_until": "x"', '"pattern": 5')
ADDRESSES = (
    "203.0.113.1", "2001:db8::1", "::ffff:1.2.3.4", "203.0.113.***", "203.0.113.0/24", "1.2.3.4:80",
    "[2001:db8::1]:443", "203.0.113.1, 10.0.0.1", "4111 1111 1111 1111", "fe80::1%eth0",
)  # fmt: skip
PAIRS = ("id=x", "n:=5", 'list:=["a", 1]', "a=b=c", ":=", "x:={}")
LOG = ('{"time": "2026-01-01T00:00:00.000Z", "n": 1, "digest": "a", "chain": "b"}\n' * 3,)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def workspace(place):
    with Workspace(place / "scratch") as made:
        yield made


def written(place, name, data):
    path = place / name
    path.write_bytes(data)
    return path


@SETTINGS
@given(nearly(CYPHER, CYPHER_PIECES))
def test_cypher(text):
    assert "".join(token.text for token in tokens(text)) == text

    def read(text):
        masked(text), parameters(text), is_complete(text)
        for one in statements(text):
            check_text(typed(one).text)

    answers("cypher", read, text)


@SETTINGS
@given(nearly(CYPHER, CYPHER_PIECES))
def test_no_value_of_a_statement_is_in_its_masked_form(text):
    assert [token for token in tokens(masked(text)) if token.kind == "string"] == []


@SETTINGS
@given(files(MAPPINGS))
def test_mappings(place, data):
    path = written(place, "mapping.toml", data)
    answers("mapping", lambda _: read_mapping(path, BY_NAME["requests"]), data)


@SETTINGS
@given(files(QUERIES))
def test_query_headers(place, data):
    path = written(place, "query-of-somebody.cypher", data)
    answers("query", lambda _: parse_query(path), data)


@SETTINGS
@given(files(TOML))
def test_settings(place, data):
    path = written(place, "ringleader.toml", data)

    def read(_):
        found = load_settings(config=path, env={"RINGLEADER_HOME": str(place)}, cwd=place)
        schema = found.schema
        Terms.of(found.section("retention"), schema)
        detection(found.section("detect"))
        read_jobs(found)

    answers("settings", read, data)


@SETTINGS
@given(nearly(CRON, ("L", "W", "#2", "@daily", "60", "7", "*/0", "TUE")))
def test_schedules(text):
    def read(text):
        parse_cron(text, "schedule")
        assert len(due_times(text, 3)) == 3
        on_calendar(text)
        from datetime import UTC, datetime

        following(text, datetime(2026, 1, 1, tzinfo=UTC))

    answers("cron", read, text)


@SETTINGS
@given(files(LISTS))
def test_reference_lists(place, workspace, data):
    path = written(place, "list.txt", data)

    def read(_):
        form = recognise(path)
        if form and form != "mmdb":
            as_table(workspace, [list_file(path, form, "vpn", "somebody")])

    answers("list", read, data)


@SETTINGS
@given(files(DOCUMENTS))
def test_documents(place, workspace, data):
    def read(_):
        for ending in ("jsonl", "json", "csv"):
            path = written(place, f"document.{ending}", data)
            list(opened(workspace, [path], None, Mapping(BY_NAME["requests"])))
            inspect(path)

    answers("document", read, data)


@SETTINGS
@given(files(STIX, STIX_PIECES))
def test_indicators(place, data):
    path = written(place, "feed.json", data)
    answers("indicators", lambda _: read_indicators(path), data)


@SETTINGS
@given(nearly(ADDRESSES))
def test_addresses_and_cards(text):
    def read(text):
        canonical(text), masked_address(text), masked_address(text, zeroed=True)
        networks(text), holds_card(text)

    answers("address", read, text)


@SETTINGS
@given(nearly(PAIRS))
def test_parameters(text):
    answers("parameters", lambda text: parse_parameters([text]), text)


@SETTINGS
@given(files((f"{_MAGIC.decode()}{'ab' * 32}\n" + '{"kind": "ask"}\nbody',), ("é",)))
def test_files_of_partners(place, data):
    path = written(place, "question.match", data)
    answers("match", lambda _: open_envelope(path, bytes(32), "ask", "purpose"), data)


@SETTINGS
@given(files(LOG))
def test_audit_logs(place, data):
    home = place / "home"
    audit_chain.append(home, {"event": "first"})
    (home / audit_chain.FILE).write_bytes(data)
    answers("audit", lambda _: audit_chain.verify(home), data)


REPEATED = {
    "cypher": lambda place, data: check_text(typed(data.decode("utf-8", "replace")).text),
    "mapping": lambda place, data: read_mapping(
        written(place, "m.toml", data), BY_NAME["requests"]
    ),
    "query": lambda place, data: parse_query(written(place, "query-of-somebody.cypher", data)),
    "indicators": lambda place, data: read_indicators(written(place, "feed.json", data)),
    "cron": lambda place, data: parse_cron(data.decode("utf-8", "replace"), "schedule"),
}


def test_what_was_found_before(place):
    for name, parse in REPEATED.items():
        for data in kept(name):
            answers(name, lambda data, parse=parse: parse(place, data), data)


def test_a_parser_that_fails_is_noticed():
    with pytest.raises(ZeroDivisionError):
        answers("cypher", lambda _: 1 / 0, "x")
    answers("cypher", lambda _: check_text("CALL dbms.x()"), "x")
    with pytest.raises(QueryError):
        check_text("CALL dbms.x()")
