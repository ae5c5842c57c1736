"""Accounts are found by e-mail address and phone number, which are stored as hashes only."""

import json

import pytest
from load_world import load, write_csv

import ringleader as rl
from ringleader.api.lookup import find_accounts
from ringleader.errors import InputError, WrongUsage
from ringleader.keys import KEY_FILE

HEAD = "account_id,email,phone,phone_country,status"


@pytest.fixture
def people(graph, tmp_path):
    load(graph, "accounts", write_csv(
        tmp_path / "a.csv", HEAD,
        ("a", "Ann.Lee+x@gmail.com", "030 1234567", "DE", "active"),
        ("b", "annlee@googlemail.com", None, None, None),
        ("c", "bob@x.org", "+49 30 1234567", None, None),
    ))  # fmt: skip
    return graph


def found(graph, **asked):
    answer = find_accounts(graph, **asked)
    return [(row["account_id"], ", ".join(row["found_by"])) for row in answer.rows]


# 27
@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"email": " ann.lee+x@GMAIL.com "}, [("a", "e-mail address"), ("b", "mailbox")]),
        ({"email": "a.n.n.lee@googlemail.com"}, [("a", "mailbox"), ("b", "mailbox")]),
        ({"email": "nobody@x.org"}, []),
        ({"phone": "030/123 45 67", "region": "de"}, [("a", "phone"), ("c", "phone")]),
        ({"phone": "0049 30 1234567"}, [("a", "phone"), ("c", "phone")]),
        (
            {"phone": "+49301234567", "email": "bob@x.org"},
            [("c", "e-mail address, phone"), ("a", "phone")],
        ),
    ],
)
def test_accounts_are_found(people, asked, wanted):
    assert found(people, **asked) == wanted


@pytest.mark.parametrize(
    ("asked", "says", "hint"),
    [
        ({}, "nothing to look for", "--email"),
        ({"email": "ann"}, "'ann' is no e-mail address", "--email"),
        ({"phone": "030 1234567"}, "is no phone number", "--region"),
    ],
)
def test_what_cannot_be_looked_for(people, asked, says, hint):
    with pytest.raises(WrongUsage, match=says) as caught:
        found(people, **asked)
    assert hint in caught.value.hint


def test_hashes_of_another_key_are_not_compared(people):
    key = people.settings.home / KEY_FILE
    kept = key.read_text()
    try:
        key.write_text("cd" * 32 + "\n")
        with pytest.raises(InputError, match="another key"):
            found(people, email="bob@x.org")
    finally:
        key.write_text(kept)


def test_the_command_and_the_api_find_the_same(people, ringleader):
    done = ringleader("find", "--email", "annlee@gmail.com", "--format", "json")
    rows = json.loads(done.stdout)
    assert [row["account_id"] for row in rows] == ["a", "b"]
    assert "annlee" not in done.stdout + done.stderr
    with rl.connect(home=people.settings.home) as r:
        assert r.find(email="annlee@gmail.com")["account_id"].tolist() == ["a", "b"]
