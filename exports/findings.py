"""Export: findings as rows of a stored query, or as a small graph.

Tables take rows, which stream; formats that know relations take a :class:`Subgraph`, which is
built in memory: rings, their members, and the identifiers that tie them, each tie with its bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ringleader.catalogue import get
from ringleader.errors import NotFound
from ringleader.graph import Graph
from ringleader.schema import BUILT_IN, Schema

Key = tuple[str, str]  # label and key of a node
# Things that can be exported, each with the stored query of its rows.
THINGS = {
    "rings": "export-rings",
    "accounts": "export-accounts",
    "links": "export-links",
    "campaigns": "export-campaigns",
}
# Evidence that is no identifier: contacts, and what is too small to be kept by name.
NAMELESS = ("CONTACTED", "others")


@dataclass(frozen=True)
class Run:
    """The detection whose findings are exported."""

    run_id: str
    finished_at: datetime


@dataclass(frozen=True)
class Selection:
    """Which findings.

    Attributes:
        thing: One of :data:`THINGS`.
        run: The detection in force.
        rings: Only these rings; None means all.
    """

    thing: str
    run: Run
    rings: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Node:
    """A node: its label and key, and what is known of it."""

    label: str
    key: str
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> Key:
        """What ties refer to."""
        return self.label, self.key


@dataclass(frozen=True)
class Tie:
    """A relation between two nodes, by their ids."""

    relation: str
    start: Key
    end: Key
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Subgraph:
    """Findings as nodes and ties, in a stable order.

    Attributes:
        thing: What it shows, one of :data:`THINGS`.
        run: The detection that found it.
        nodes: By id.
        schema: What accounts can share, and how each is shown.
    """

    thing: str
    run: Run
    nodes: dict[Key, Node] = field(default_factory=dict)
    _ties: dict[tuple[Any, ...], Tie] = field(default_factory=dict)
    schema: Schema = BUILT_IN

    @property
    def ties(self) -> list[Tie]:
        """The ties, in the order of the rows that they come from."""
        return list(self._ties.values())

    def add(self, label: str, key: str, **properties: Any) -> Key:
        """Add a node, or what is newly said of it; returns its id."""
        node = self.nodes.setdefault((label, key), Node(label, key))
        node.properties.update({k: v for k, v in properties.items() if v is not None})
        return node.id

    def tie(self, relation: str, start: Key, end: Key, **properties: Any) -> None:
        """Add a tie between nodes that are there; within one ring a second one says nothing new."""
        known = {k: v for k, v in properties.items() if v is not None}
        identity = (relation, start, end, known.get("ring_id"))
        self._ties.setdefault(identity, Tie(relation, start, end, known))

    def of(self, label: str) -> list[Node]:
        """The nodes of a label."""
        return [node for node in self.nodes.values() if node.label == label]


def current_run(graph: Graph) -> Run:
    """The detection in force.

    Raises:
        NotFound: None has finished.
    """
    rows = graph.read(get("current-run"))
    if not rows:
        raise NotFound("no detection has finished", hint="ringleader detect")
    return Run(rows[0]["run_id"], _native(rows[0]["finished_at"]))


def changed_rings(graph: Graph, since: str) -> tuple[str, ...]:
    """The rings that are new since a run, or have other members than they had then.

    Raises:
        NotFound: There is no such run, or it never finished.
    """
    rows = graph.read(get("changed-rings"), {"since": since})
    if not rows:
        raise NotFound(f"there is no finished run {since!r}", hint="ringleader query run runs")
    return tuple(rows[0]["ring_ids"])


def columns(thing: str) -> dict[str, str]:
    """Columns of the rows of a thing, with their types."""
    return {column.name: column.type for column in get(THINGS[thing]).columns}


def rows(graph: Graph, selection: Selection) -> tuple[dict[str, str], Iterator[dict[str, Any]]]:
    """The findings as rows that stream.

    Returns:
        Columns with their types, and the rows.
    """
    named = columns(selection.thing)
    found = _stream(graph, THINGS[selection.thing], selection)
    if "properties" not in named:
        return named, found
    # Few rows: what their nodes hold decides the columns.
    listed = [{**row.pop("properties"), **row} for row in found]
    more = {name: "any" for row in listed for name in sorted(row)}
    named = {name: type_ for name, type_ in named.items() if name != "properties"}
    return {**named, **{n: t for n, t in more.items() if n not in named}}, iter(listed)


def subgraph(graph: Graph, selection: Selection) -> Subgraph:
    """The findings as a graph.

    * rings: rings, their members, campaigns, and the identifiers that tie them
    * accounts: the same without rings and campaigns
    * links: accounts and their links
    * campaigns: campaigns, with their rings as above
    """
    made = Subgraph(selection.thing, selection.run, schema=graph.schema)
    if selection.thing == "links":
        for row in _stream(graph, "export-links", selection):
            one, other = (made.add("Account", row.pop(name)) for name in ("account_a", "account_b"))
            made.tie("LINKED", one, other, **row)
        return made
    if selection.thing == "accounts":
        for row in _stream(graph, "export-accounts", selection):
            made.add("Account", row.pop("account_id"), **row)
    else:
        campaigns = list(_stream(graph, "export-campaigns", selection))
        if selection.thing == "campaigns":
            inside = {ring for row in campaigns for ring in row["ring_ids"]}
            selection = Selection(selection.thing, selection.run, tuple(sorted(inside)))
        for row in campaigns:
            made.add("Campaign", row["campaign_id"], **row["properties"])
        _add_rings(made, _stream(graph, "export-rings", selection))
    _add_evidence(
        made, _stream(graph, "export-evidence", selection), _stream(graph, "export-uses", selection)
    )
    return made


def _stream(graph: Graph, name: str, selection: Selection) -> Iterator[dict[str, Any]]:
    stored = get(name)
    given: dict[str, Any] = {"rings": None if selection.rings is None else list(selection.rings)}
    if any(param.name == "run" for param in stored.params):
        given["run"] = selection.run.run_id
    for row in graph.stream(stored, stored.bind(given)):
        yield {name: _native(value) for name, value in row.items()}


def _native(value: Any) -> Any:
    """A value with times as Python has them."""
    if isinstance(value, Mapping):
        return {name: _native(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_native(item) for item in value]
    return value.to_native() if hasattr(value, "to_native") else value


def _add_rings(made: Subgraph, members: Iterable[dict[str, Any]]) -> None:
    for row in members:
        ring = made.add(
            "Ring",
            row["ring_id"],
            score=row["ring_score"],
            size=row["ring_size"],
            families=row["families"],
            single_family=row["single_family"],
            on_word=row["on_word"],
            found_at=row["found_at"],
            run=row["run"],
        )
        account = made.add(
            "Account", row["account_id"], status=row["status"], created_at=row["created_at"]
        )
        made.tie("MEMBER_OF", account, ring, weight=row["score"])
        if row["campaign_id"] is not None:
            made.tie("PART_OF", ring, made.add("Campaign", row["campaign_id"]))


def _add_evidence(
    made: Subgraph, evidence: Iterable[dict[str, Any]], uses: Iterable[dict[str, Any]]
) -> None:
    """Add what ties members, with how each used it; what is shared and no evidence stays out."""
    used = {(row["account_id"], row["label"], row["key"]): row for row in uses}
    for row in evidence:
        family, label, key = row["evidence"].split("|", 2)
        if label in NAMELESS:
            continue
        use = used.get((row["account_id"], label, key), {})
        identifier = made.add(label, key, family=family)
        made.tie(
            use.get("relation", "SHARES"),
            ("Account", row["account_id"]),
            identifier,
            weight=row["bits"],
            links=row["links"],
            ring_id=row["ring_id"],
            events=use.get("events"),
            first_seen=use.get("first_seen"),
            last_seen=use.get("last_seen"),
        )
        if use:
            _add_network(made, identifier, use)


def _add_network(made: Subgraph, address: Key, use: Mapping[str, Any]) -> None:
    """Add where an address lies, once."""
    node = made.nodes[address]
    if use["subnet"] is None or "subnet" in node.properties:
        return
    node.properties["subnet"] = use["subnet"]
    subnet = made.add("Subnet", use["subnet"])
    made.tie("IN_SUBNET", address, subnet)
    if use["asn"] is not None:
        node.properties["asn"] = use["asn"]
        made.tie("IN_ASN", subnet, made.add("Asn", str(use["asn"]), name=use["asn_name"]))
    for proxy in use["proxies"]:
        made.tie("EXIT_OF", address, made.add("Proxy", proxy.pop("proxy_id"), **proxy))
