"""Statements as text: where they end, what they name, what of them a log may hold."""

import pytest

from ringleader.cypher_text import is_complete, masked, parameters, statements, tokens

AWKWARD = (
    "RETURN 'a;\\'b', \"c;\", `d;``e` // f;\n; /* g; */ MATCH (n {x: $p, y: $`q r`}) RETURN n.z;"
)


def test_tokens_are_the_whole_statement():
    assert "".join(token.text for token in tokens(AWKWARD)) == AWKWARD


def test_statements_end_in_semicolons_outside_of_quotes_and_comments():
    assert statements(AWKWARD) == [
        "RETURN 'a;\\'b', \"c;\", `d;``e` // f;",
        "/* g; */ MATCH (n {x: $p, y: $`q r`}) RETURN n.z",
    ]
    assert statements("; // nothing\n ;") == []


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("RETURN 1;", True),
        ("RETURN 1; // done", True),
        ("RETURN 1", False),
        ("RETURN ';", False),
        ("RETURN 1 // ;", False),
        ("RETURN 1 /* ;", False),
        ("", False),
    ],
)
def test_a_statement_is_complete_with_its_semicolon(text, complete):
    assert is_complete(text) is complete


def test_parameters_in_strings_and_comments_do_not_count():
    text = "RETURN $a, '$b', \"$c\", `$d`, $`f` // $e\n/* $f */"
    assert parameters(text) == {"a", "f"}


def test_values_are_masked_and_names_are_not():
    text = "MATCH (n:Account {account_id: 'acc_1'}) // acc_1\nWHERE n.x > 10.5 RETURN n.`a 1`"
    assert masked(text) == "MATCH (n:Account {account_id: ?}) WHERE n.x > ?.? RETURN n.`a 1`"
    assert "acc" not in masked("RETURN 'acc") + masked('RETURN "acc\\" acc')
