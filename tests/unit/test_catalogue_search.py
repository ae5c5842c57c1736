"""Questions find the stored queries that answer them."""

import pytest

from ringleader.catalogue import load_catalogue
from ringleader.catalogue.search import search

QUESTIONS = [query for query in load_catalogue().values() if not query.internal]


def found(text):
    return [query.name for query in search(QUESTIONS, text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("proxy newest", "newest-accounts-behind-proxy"),
        ("who shares a card?", "accounts-on-payment-method"),
        ("share card", "accounts-on-payment-method"),
        ("What happened to the members of this ring?", "ring-timeline"),
        ("which accounts were opened minutes after a ban", "replacements-behind-proxy"),
        ("near misses", "near-misses-of-ring"),
        ("failed payments", "accounts-with-failed-payments"),
        ("replacments", "replacements-of-account"),  # as typed in a hurry
        ("organisations rings", "organizations-in-rings"),
        ("path between two accounts", "path-between-accounts"),
    ],
)
def test_the_query_that_is_meant_comes_among_the_first(text, name):
    assert name in found(text)[:3]


def test_a_mistyped_word_finds_what_is_meant():
    assert found("tmeline")[0] == "ring-timeline"


def test_words_that_nothing_has_find_nothing():
    assert found("zebra") == []
    assert found("zebra crossing timeline") == []


def test_words_that_say_nothing_find_all():
    assert found("which of the") == [query.name for query in QUESTIONS]
