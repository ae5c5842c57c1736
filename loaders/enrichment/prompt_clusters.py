"""Skeletons of prompts to clusters of nearly equal ones.

Only distinct skeletons are ever compared, by MinHash over their character 5-grams in an LSH index.

A cluster is a leader and whatever resembles it: every skeleton joins the most similar leader of
those that have a band of its signature, or becomes one. Leaders of earlier loads come first: their
signatures are in the graph, so a new day's prompts join the clusters of the days before. Bands are
nodes, so no other leaders are read. Within a load skeletons are taken in the order of a keyed hash,
which does not depend on the order of the input. The id of a cluster is that hash of its leader.

Where prompts are compared by meaning as well (:mod:`..prompt_meanings`), a skeleton that resembles
no leader joins the leader that means the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH

from ringleader.keys import keyed_hash
from ringleader.loaders.enrichment.prompt_meanings import Meanings
from ringleader.loaders.enrichment.prompt_skeletons import EXEMPLAR_LENGTH

# Estimated Jaccard similarity of 5-grams from which two skeletons are one cluster: one word in
# twelve may differ.
SIMILARITY = 0.7
# Error of the estimate about 0.04; a signature takes 684 characters in the graph.
PERMUTATIONS = 128
# A signature is cut into so many bands of so many values. What is as similar as the bound above has
# a band in common in 44 of 100 cases, 0.8 in 87, 0.9 in 99.9; half as similar, in one of 1,000.
BANDS, VALUES = 14, 9
# Skeletons whose bands are asked for at once.
PAGE = 5_000
_GRAM = 5
_SCHEME = "affine32"


@dataclass(frozen=True)
class Cluster:
    """A cluster that a load found.

    Attributes:
        prompt_cluster_id: Its id.
        exemplar: The start of its leader's skeleton; kept where five accounts or more sent such.
        signature: The leader's signature as text.
        bands: The ids of its bands.
        meaning: The leader's vector as text; None where prompts are compared by text only.
    """

    prompt_cluster_id: str
    exemplar: str
    signature: str
    bands: tuple[str, ...]
    meaning: str | None = None


class Clusters:
    """Leaders so far, and where each skeleton belongs.

    Args:
        key: Key of the hashes; it seeds the permutations too, so that a signature does not let
            others test which prompt it came from.
        known: Gives of ids of bands the signatures of earlier clusters that have one of them, by
            the cluster's id.
        meanings: Compares by meaning, too; None does not.
    """

    def __init__(
        self,
        key: bytes,
        known: Callable[[list[str]], Mapping[str, str]] = lambda bands: {},
        meanings: Meanings | None = None,
    ) -> None:
        self._key = key
        self._meanings = meanings
        seed = int(keyed_hash(key, "minhash seed")[:8], 16)
        self._template = MinHash(PERMUTATIONS, seed=seed, hashfunc=int, scheme=_SCHEME)
        self._leaders: dict[str, MinHash] = {}
        self._index = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, VALUES))
        self._known = known

    def assign(self, skeletons: Iterable[str]) -> tuple[dict[str, str], list[Cluster]]:
        """Give every skeleton its cluster.

        Args:
            skeletons: Distinct skeletons.

        Returns:
            The cluster's id by skeleton, and the clusters that are new.
        """
        found: dict[str, str] = {}
        new: list[Cluster] = []
        named = iter(sorted((keyed_hash(self._key, s), s) for s in skeletons))
        while page := [(*each, self._sketch(each[1])) for each in islice(named, PAGE)]:
            self._learn({band for *_, sketch in page for band in _bands(sketch)})
            if self._meanings is not None:
                alone = [text for _, text, sketch in page if self._nearest(sketch) is None]
                self._meanings.open_page(alone)
            for name, skeleton, sketch in page:
                leader = self._nearest(sketch)
                if leader is None and self._meanings is not None:
                    leader = self._meanings.nearest(skeleton)
                if leader is None:
                    leader = "p-" + name[:32]
                    self._lead(leader, sketch)
                    meaning = self._meanings.lead(leader, skeleton) if self._meanings else None
                    start = skeleton[:EXEMPLAR_LENGTH]
                    new.append(Cluster(leader, start, _text(sketch), _bands(sketch), meaning))
                found[skeleton] = leader
        return found, new

    def _learn(self, bands: set[str]) -> None:
        """Make leaders of the earlier clusters that have one of the bands."""
        for cluster, signature in sorted(self._known(sorted(bands)).items()):
            if cluster not in self._leaders:
                self._lead(cluster, self._parse(signature))

    def _nearest(self, sketch: MinHash) -> str | None:
        best: tuple[float, str] | None = None
        for name in self._index.query(sketch):
            candidate = (-float(sketch.jaccard(self._leaders[name])), name)
            if -candidate[0] >= SIMILARITY and (best is None or candidate < best):
                best = candidate
        return best[1] if best else None

    def _lead(self, name: str, sketch: MinHash) -> None:
        self._leaders[name] = sketch
        self._index.insert(name, sketch, check_duplication=False)

    def _sketch(self, skeleton: str) -> MinHash:
        sketch = self._template.copy()
        sketch.update_batch(_grams(skeleton).tolist())
        return sketch

    def _parse(self, signature: str) -> MinHash:
        values = np.frombuffer(base64.b64decode(signature), dtype="<u4")
        sketch = self._template.copy()
        sketch.hashvalues = values.astype(sketch.hashvalues.dtype)
        return sketch


def _text(sketch: MinHash) -> str:
    return base64.b64encode(sketch.hashvalues.astype("<u4").tobytes()).decode("ascii")


def _bands(sketch: MinHash) -> tuple[str, ...]:
    """The ids of a signature's bands."""
    bands = sketch.hashvalues.astype("<u4")[: BANDS * VALUES].reshape(BANDS, VALUES)
    return tuple(
        hashlib.sha256(bytes([place]) + band.tobytes()).hexdigest()[:32]
        for place, band in enumerate(bands)
    )


def _grams(skeleton: str) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Distinct hashes of the character 5-grams of a text."""
    points = np.frombuffer(skeleton.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    if len(points) < _GRAM:
        points = np.pad(points, (0, _GRAM - len(points)))
    hashes = np.zeros(len(points) - _GRAM + 1, dtype=np.uint64)
    for offset in range(_GRAM):
        end = len(points) - _GRAM + 1 + offset
        hashes = hashes * np.uint64(1_000_003) + points[offset:end]
    return np.unique(hashes & np.uint64(0xFFFFFFFF))
