"""How well prompts of one meaning are clustered, and at what cost.

``python -m benchmarks.meanings`` clusters the templates of ``scenario/templates.toml``: by text
alone, and by meaning as well. The cost is measured with distinct texts of a dozen random words of
them, so that most become clusters of their own: the dearest case.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow as pa

from ringleader.loaders.enrichment import prompt_meanings
from ringleader.loaders.enrichment.prompt_clusters import Clusters
from ringleader.loaders.enrichment.prompt_meanings import Meanings
from ringleader.loaders.enrichment.prompt_skeletons import masked
from ringleader.loaders.workspace import Workspace
from ringleader.scenario import crossed

KEY = b"benchmark of meanings" * 2
TEMPLATES = crossed.FILE.with_name("templates.toml")
WORDS = 12
GERMAN = 3  # its place among the wordings of a template


def figures(wordings: Sequence[Sequence[str]], others: Sequence[str], clusters: Clusters) -> str:
    """Clusters, their purity, and the recall of pairs of wordings of one template.

    Args:
        wordings: Wordings of each template.
        others: What means none of them, and nothing in common.
        clusters: Clusters them.
    """
    of = {text: n for n, texts in enumerate(wordings) for text in texts}
    of |= {text: -n for n, text in enumerate(others, start=1)}
    found, new = clusters.assign(of)
    mostly: dict[str, Counter[int]] = {}
    for text, cluster in found.items():
        mostly.setdefault(cluster, Counter())[of[text]] += 1
    pure = sum(counts.most_common(1)[0][1] for counts in mostly.values()) / len(of)
    pairs = [(a, b) for a, b in combinations(of, 2) if of[a] == of[b]]
    together = sum(found[a] == found[b] for a, b in pairs)
    of_templates = len({found[text] for text in of if of[text] >= 0})
    return (
        f"{len(wordings)} | {of_templates} | {len(new)} | {pure:.3f} | {together / len(pairs):.3f}"
    )


def skeletons(texts: Sequence[str]) -> list[str]:
    """Texts as a load masks them, in their order.

    Args:
        texts: Raw prompts.
    """
    with TemporaryDirectory() as folder, Workspace(Path(folder) / "scratch") as workspace:
        given = pa.table({"place": list(range(len(texts))), "prompt": list(texts)})
        table = workspace.take("prompts", given)
        rows = workspace.rows(table.select("place", skeleton=masked(table.prompt)))
        found = {row["place"]: row["skeleton"] for row in rows}
    return [found[place] for place in range(len(texts))]


def seconds_per_million(texts: Sequence[str], meaning: bool) -> float:
    """Seconds of processor time that clustering takes, for a million.

    Args:
        texts: Distinct texts.
        meaning: Whether to compare by meaning, too.
    """
    clusters = Clusters(KEY, meanings=Meanings(KEY) if meaning else None)
    begin = time.process_time()
    clusters.assign(texts)
    return (time.process_time() - begin) / len(texts) * 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.meanings")
    parser.add_argument("--skeletons", type=int, default=20_000, help="distinct texts for the cost")
    arguments = parser.parse_args()
    chosen = prompt_meanings.CLOSE
    said = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))
    print(
        "| templates | by | bound | templates | clusters of them | all | purity | recall of pairs |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    others = skeletons(said["others"])
    # Masks take capitalised words for names, and German nouns with them.
    for part, left_out in product(("chosen_on", "judged_on"), (None, GERMAN)):
        name = part if left_out is None else f"{part}, without German"
        templates = [
            [text for place, text in enumerate(skeletons(texts)) if place != left_out]
            for texts in said[part]
        ]
        print(f"| {name} | text | | {figures(templates, others, Clusters(KEY))} |")
        for bound in (0.5, 0.55, 0.6, 0.65, 0.7):
            prompt_meanings.CLOSE = bound
            clusters = Clusters(KEY, meanings=Meanings(KEY))
            print(f"| {name} | meaning | {bound} | {figures(templates, others, clusters)} |")
    prompt_meanings.CLOSE = chosen
    words = sorted(
        {word for texts in said["judged_on"] for t in texts for word in t.lower().split()}
    )
    chance = Random(1)
    texts = sorted({" ".join(chance.choices(words, k=WORDS)) for _ in range(arguments.skeletons)})
    for meaning in (False, True):
        name = "text and meaning" if meaning else "text"
        seconds = seconds_per_million(texts, meaning)
        print(f"{name}: {seconds:,.0f} s of processor time for a million skeletons")


if __name__ == "__main__":
    main()
