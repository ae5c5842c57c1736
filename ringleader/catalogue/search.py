"""Which stored queries answer a question: ranked by the words they have in common."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping

from ringleader.catalogue import Query

# Words that every question has; they tell nothing.
_SAY_NOTHING = """
a an and any are as at by did do does for from have how i in is it its me more most my of on or show
some than that the their them these they this those to was were what when where which who whose why
with
"""
_EMPTY = frozenset(_SAY_NOTHING.split())
# What people say, and what the catalogue says.
_SAME = {"card": "payment", "address": "ip", "cluster": "prompt", "group": "ring", "vpn": "proxy"}
# A word in a name says more than one in a question, and that more than a parameter or column.
_NAME, _QUESTION, _COLUMN = 3.0, 2.0, 1.0
# How alike a mistyped word has to be, and what it is worth.
_ALIKE, _TYPO = 0.8, 0.5
# A query has to have this share of the words; of one or two words, all.
_ENOUGH = 0.6


def search(queries: Iterable[Query], text: str) -> list[Query]:
    """The queries that a text asks for, the best first.

    Rare words count more: each by log(N/n), where n of N queries have it.

    Args:
        queries: Where to look.
        text: Words or a question; mistyped words are found.

    Returns:
        The queries that have enough of the words. All of them, in their order, if the text holds
        only words that say nothing.
    """
    listed = list(queries)
    wanted = list(dict.fromkeys(_words(text)))
    if not wanted:
        return listed
    indexes = [_index(query) for query in listed]
    known = {word for index in indexes for word in index}
    needed = len(wanted) if len(wanted) < 3 else math.ceil(_ENOUGH * len(wanted))
    meant = [_meant(word, known) for word in wanted]
    ranked = []
    for place, (query, index) in enumerate(zip(listed, indexes, strict=True)):
        score, found = 0.0, 0
        for words in meant:
            worth = max((index.get(word, 0.0) * how for word, how in words.items()), default=0.0)
            if worth:
                found += 1
                having = sum(any(word in other for word in words) for other in indexes)
                score += worth * math.log(1 + len(listed) / having)
        if found >= needed:
            ranked.append((-found, -score, place, query))
    return [query for *_, query in sorted(ranked, key=lambda entry: entry[:3])]


def _words(text: str) -> list[str]:
    return [_stem(w) for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in _EMPTY]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def _index(query: Query) -> dict[str, float]:
    """Each word of a query with what it is worth there."""
    names = [*(c.name for c in query.columns), *(p.name for p in query.params)]
    fields = (
        (_COLUMN, " ".join(names)),
        (_QUESTION, query.question),
        (_NAME, query.name),
    )
    return {word: weight for weight, text in fields for word in _words(text.replace("_", " "))}


def _meant(word: str, known: set[str]) -> Mapping[str, float]:
    """The words of the catalogue that a word may stand for, each with how surely."""
    found = {word: 1.0} if word in known else {}
    for said, same in _SAME.items():
        if _stem(said) == word:
            found[_stem(same)] = 1.0
    if not found:
        found = dict.fromkeys(difflib.get_close_matches(word, known, 3, _ALIKE), _TYPO)
    return found
