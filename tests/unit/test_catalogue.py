"""Headers against bodies, and what a malformed file says."""

import datetime

import pytest

from ringleader.catalogue import get, load_catalogue, parse
from ringleader.errors import CatalogueError, WrongUsage

GOOD = """// name: q
// question: Who?
// param account_id: string
// param limit: integer = 5
// param since: datetime = 1970-01-01T00:00:00Z
// column account_id: string
// mode: read
MATCH (a:Account {account_id: $account_id})
WHERE a.created_at >= $since AND a.note <> '$not_a_parameter' // nor $this
RETURN a.account_id AS account_id LIMIT $limit
"""


def written(tmp_path, text, name="q"):
    path = tmp_path / f"{name}.cypher"
    path.write_text(text)
    return path


def test_a_header_is_read_whole(tmp_path):
    query = parse(written(tmp_path, GOOD))
    assert (query.name, query.question, query.mode) == ("q", "Who?", "read")
    assert [(p.name, p.type, p.required) for p in query.params] == [
        ("account_id", "string", True),
        ("limit", "integer", False),
        ("since", "datetime", False),
    ]
    assert [c.name for c in query.columns] == ["account_id"]
    assert query.text.startswith("MATCH")


def test_values_are_converted_and_defaults_filled(tmp_path):
    query = parse(written(tmp_path, GOOD))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert query.bind({"account_id": "42", "limit": "7"}) == {
        "account_id": "42",
        "limit": 7,
        "since": epoch,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "query q needs 'account_id'"),
        ({"account_id": "x", "odd": "1"}, "query q has no parameter 'odd'"),
        ({"account_id": "x", "limit": "many"}, "q.limit is 'many'; expected integer"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(tmp_path, given, message):
    with pytest.raises(WrongUsage, match=message):
        parse(written(tmp_path, GOOD)).bind(given)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("// question: Who?\n", "", ":1: the header lacks 'question'"),
        ("// mode: read\n", "", ":1: the header lacks 'mode'"),
        ("mode: read", "mode: both", "neither read nor write"),
        ("name: q", "name: other", "is not the file's name"),
        ("// param limit: integer = 5\n", "", "differ: $limit"),
        ("LIMIT $limit", "", "differ: $limit"),
        ("limit: integer = 5", "limit: integr = 5", ":4: expected `name: type"),
        ("limit: integer = 5", "limit: integer = five", ":4: default is 'five'"),
        ("// question: Who?", "// question: Who?\n// question: Why?", ":3: a second 'question'"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, old, new, message):
    with pytest.raises(CatalogueError) as caught:
        parse(written(tmp_path, GOOD.replace(old, new)))
    assert message in caught.value.message


def test_an_own_query_that_cannot_be_used_is_named_and_left_out(tmp_path, capsys):
    written(tmp_path, GOOD.replace("name: q", "name: accounts-on-ip"), "accounts-on-ip")
    written(tmp_path, GOOD.replace("name: q", "name: other"), "renamed")
    written(tmp_path, GOOD)
    missing = tmp_path / "missing"
    assert set(load_catalogue([tmp_path, missing])) == {"q", *load_catalogue()}
    assert get("accounts-on-ip", [tmp_path, missing]) == get("accounts-on-ip")
    with pytest.raises(CatalogueError, match="name 'other' is not the file's name"):
        get("renamed", [tmp_path, missing])
    ends = "; it is left out (ringleader query check)"
    assert capsys.readouterr().err.splitlines() == [
        f"note: {tmp_path}/accounts-on-ip.cypher:1: name 'accounts-on-ip' is taken by "
        f"{get('accounts-on-ip').path}{ends}",
        f"note: {tmp_path}/renamed.cypher:1: name 'other' is not the file's name{ends}",
        f"note: folder of queries {missing} does not exist{ends}",
    ]


def test_every_stored_query_parses_and_asks_a_question():
    catalogue = load_catalogue()
    assert len([q for q in catalogue.values() if q.mode == "read"]) >= 15
    for query in catalogue.values():
        if query.mode == "read":
            assert query.question.endswith("?"), query.path
            assert query.columns, query.path
