"""What every stored query answers on the sample: the examples of the catalogue page.

``python docs/examples.py`` simulates the sample, loads it, detects, asks every question, and
writes ``docs/examples.json``, from which ``docs/generate.py`` takes them. It wants an empty
database of its own: set RINGLEADER_HOME to a folder for it.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

from ringleader.catalogue import Query, get, load_catalogue
from ringleader.graph import Graph
from ringleader.output import emit, plain

FILE = Path(__file__).resolve().parent / "examples.json"
ROWS, ENTRIES = 3, 3
# What differs from run to run: names and times of loads and detections.
PASSING = ("run", "run_id", "batch_id", "started_at", "finished_at", "found_at", "parameters")
PASSING_OF = {"ring-history": ("at",)}
ACCOUNTS = 3_000


def stand_ins(graph: Graph) -> dict[str, str]:
    """What an example asks for, by the name of the parameter: things that the sample holds."""

    def first(name: str, column: str, **given: Any) -> str:
        query = get(name)
        return str(graph.read(query, query.bind(given))[0][column])

    ring = first("list-rings", "ring_id")
    found = {
        name: first("identifiers-by-accounts", "identifier", kind=kind)
        for name, kind in (
            ("payment_method_id", "PaymentMethod"),
            ("device_id", "Device"),
            ("prompt_cluster_id", "PromptCluster"),
        )
    }
    return {
        **found,
        "ring_id": ring,
        "campaign_id": first("list-campaigns", "campaign_id"),
        "account_id": first("replacements-behind-proxy", "banned", minutes=60),
        "one": first("strongest-links", "account_a"),
        "other": first("strongest-links", "account_b"),
        "address": first("identifiers-by-accounts", "identifier", kind="Ip"),
        "cidr": first("bursts-of-openings", "cidr"),
        "organization_id": "org_eab7acd5b3f84b98",  # half of corporate_vpn declares it
        "number": "64500",
        "proxy": first("proxies-by-accounts", "operator"),
        "since": "2026-02-01",
    }


def example(graph: Graph, query: Query, given: dict[str, str]) -> dict[str, str]:
    """How a query is asked, and the first rows of its answer."""
    values = {p.name: given[p.name] for p in query.params if p.required}
    call = "".join(f" -p {name}={shlex.quote(value)}" for name, value in values.items())
    rows = graph.read(query, query.bind(values), limit=ROWS + 1)
    passing = PASSING + PASSING_OF.get(query.name, ())
    shown = [
        {name: "…" if name in passing else _short(value) for name, value in row.items()}
        for row in rows[:ROWS]
    ]
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        emit(shown, [column.name for column in query.columns])
    more = "and more\n" if len(rows) > ROWS else ""
    return {"call": f"ringleader query run {query.name}{call}", "answer": text.getvalue() + more}


def _short(value: Any) -> Any:
    if isinstance(value, list) and len(value) > ENTRIES:
        return [*map(str, plain(value[:ENTRIES])), f"… {len(value)} in all"]
    return [str(entry) for entry in plain(value)] if isinstance(value, list) else value


def examples(graph: Graph) -> dict[str, dict[str, str]]:
    """An example of every question, by its name; the sample must be loaded, and rings detected."""
    given = stand_ins(graph)
    questions = [query for query in load_catalogue().values() if not query.internal]
    return {q.name: example(graph, q, given) for q in sorted(questions, key=lambda q: q.name)}


def text_of(made: dict[str, dict[str, str]]) -> str:
    """The file's text."""
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Fill a database with the sample and write the examples."""
    import subprocess
    import sys

    from ringleader.settings import load_settings

    def ringleader(*arguments: object) -> None:
        subprocess.run([sys.executable, "-m", "ringleader", *map(str, arguments)], check=True)

    with tempfile.TemporaryDirectory() as folder:
        ringleader("simulate", "--accounts", ACCOUNTS, "--output", Path(folder) / "sample")
        ringleader("server", "start")
        ringleader("load", "all", Path(folder) / "sample")
        ringleader("detect")
    with Graph.connect(load_settings()) as graph:
        FILE.write_text(text_of(examples(graph)), encoding="utf-8")
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
