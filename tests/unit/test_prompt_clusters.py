"""Prompts become skeletons, and skeletons that are nearly the same become one cluster."""

import random

import pyarrow as pa
import pytest

from ringleader.loaders.enrichment.prompt_clusters import Clusters
from ringleader.loaders.enrichment.prompt_skeletons import masked
from ringleader.loaders.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "scratch") as made:
        yield made


@pytest.mark.parametrize(
    ("prompt", "skeleton"),
    [
        ("What is 12 + 35?", "what is <number> + <number>?"),
        ("Ask ann@mail.example or https://x.example/a?b=1 now", "ask <email> or <url> now"),
        ('Summarise "a long\nstory" please', "summarise <quote> please"),
        ("Fix `x = 1` and\n```python\nprint(1)\n```", "fix <code> and <code>"),
        ("please ask Alice Smith about it, Bob", "please ask <name> about it, <name>"),
        ("don't stop, it's fine", "don't stop, it's fine"),
        ("say 'hello there' twice", "say <quote> twice"),
        ("ids a1, b2, c3", "ids <number>"),
        ("  \n ", None),
    ],
)  # fmt: skip
def test_masks(workspace, prompt, skeleton):
    table = workspace.take("prompts", pa.table({"prompt": [prompt]}))
    ((row),) = workspace.rows(table.select(skeleton=masked(table.prompt)))
    assert row["skeleton"] == skeleton


TEMPLATES = [
    "solve the following problem step by step and explain every step of your reasoning: <number>",
    "write a python function that takes a list of <name> and returns the sorted unique values",
    "call the tool <quote> with the arguments <code> and report what it says in one sentence",
]


def variants(chance):
    words = ["please", "now", "thanks", "quickly", "again"]
    return [f"{t} {chance.choice(words)}" for t in TEMPLATES for _ in range(4)] + TEMPLATES


def test_clusters_do_not_depend_on_order_and_are_joined_later():
    key, chance = b"k" * 32, random.Random(5)
    texts = sorted(set(variants(chance)))
    found, new = Clusters(key).assign(texts)
    groups = {frozenset(t for t in texts if found[t] == cluster) for cluster in found.values()}
    assert groups == {frozenset(t for t in texts if t.startswith(start)) for start in TEMPLATES}
    shuffled = list(texts)
    chance.shuffle(shuffled)
    assert Clusters(key).assign(shuffled) == (found, new)
    known = {cluster.prompt_cluster_id: cluster.signature for cluster in new}
    later, none = Clusters(key, lambda _: known).assign([f"{TEMPLATES[0]} at once", TEMPLATES[1]])
    assert none == []
    assert later == {
        f"{TEMPLATES[0]} at once": found[TEMPLATES[0]],
        TEMPLATES[1]: found[TEMPLATES[1]],
    }
    assert set(Clusters(b"other" * 8).assign(texts)[0].values()).isdisjoint(found.values())


def test_only_clusters_that_share_a_band_need_be_known():
    key, chance = b"k" * 32, random.Random(7)
    words = ["".join(chance.choices("abcdefghij", k=5)) for _ in range(40)]

    def prompts(number):
        texts = [chance.choices(words, k=30) for _ in range(number)]
        near = [[chance.choice(words) if chance.random() < 0.08 else w for w in t] for t in texts]
        return {" ".join(text) for text in texts + near}

    earlier, day = prompts(150), prompts(50)
    day |= {text.replace(words[0], words[1], 1) for text in sorted(earlier)[:100]}
    _, clusters = Clusters(key).assign(earlier)
    whole = {cluster.prompt_cluster_id: cluster.signature for cluster in clusters}
    read = {}

    def sharing(bands):
        found = {c.prompt_cluster_id: c.signature for c in clusters if set(bands) & set(c.bands)}
        read.update(found)
        return found

    found, new = Clusters(key, sharing).assign(day)
    assert (found, new) == Clusters(key, lambda _: whole).assign(day)
    joined = set(found.values()) & set(whole)
    assert joined <= set(read) < set(whole)
    assert len(joined) > 20
    assert len(new) > 20


def test_short_and_odd_skeletons():
    found, new = Clusters(b"k" * 32).assign(["hi", "a", "ÄÖ\U0001f600", "x" * 2000])
    assert len(set(found.values())) == len(new) == 4
