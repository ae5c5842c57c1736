"""Who shares what, as arrays: the one reading of the graph that linking works on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringleader.catalogue import get
from ringleader.graph import Graph
from ringleader.schema import IDENTIFIERS, NODE_BY_LABEL
from ringleader.schema_types import Family

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FAMILIES: tuple[str, ...] = tuple(str(family) for family in Family)
# Kinds of evidence that fail together are one: a shared office, VPN image or build farm explains
# address and device at once. Registration and timing support and never stand alone.
GROUP_OF_FAMILY: dict[str, str | None] = {
    "network": "environment",
    "device": "environment",
    "payment": "payment",
    "prompt": "prompt",
    "registration": None,
    "timing": None,
}
GROUPS: tuple[str, ...] = ("environment", "payment", "prompt")
CONTACT_FAMILY = {"transferred": "payment", "referred": "registration", "invited": "registration"}
UNIX_MS = 1000.0
UNKNOWN = -1.0  # stands for an unknown time in the lists of the stored query


def family_of_label(label: str) -> str:
    """The family of evidence that sharing a node of this label gives."""
    family = NODE_BY_LABEL[label].family
    return str(family) if family else "registration"


@dataclass(frozen=True)
class Sharing:
    """Accounts, the identifiers they share, and their direct contacts.

    Attributes:
        accounts: Account ids, sorted; every other array counts accounts by position here.
        opened: Opening times in seconds since 1970, NaN where unknown.
        declarer: Account of each declaration of an organization, in the order of accounts.
        declared: Code of the organization that it declares.
        labels: Label of each identifier.
        keys: Key of each identifier, in the order of label and key.
        sharers: Number of accounts of each identifier.
        user: Account of each use of an identifier.
        used: Identifier of each use.
        share: Part of the account's activity with that label that the identifier carries.
        first: First use in seconds since 1970, NaN where unknown.
        last: Last use.
        contacts: Pairs of accounts in direct contact, shape (contacts, 2), lower position first.
        contact_kinds: Kind of each contact.
        payment_breadth: Number of payment methods of each account.
        known_hubs: Keys of identifiers that a list names as hubs.
    """

    accounts: NDArray[np.object_]
    opened: Floats
    declarer: Ints
    declared: Ints
    labels: NDArray[np.object_]
    keys: NDArray[np.object_]
    sharers: Ints
    user: Ints
    used: Ints
    share: Floats
    first: Floats
    last: Floats
    contacts: Ints
    contact_kinds: NDArray[np.object_]
    payment_breadth: Ints
    known_hubs: frozenset[str] = field(default_factory=frozenset)

    @property
    def family(self) -> Ints:
        """Code of each identifier's family in :data:`FAMILIES`."""
        code = {label: FAMILIES.index(family_of_label(label)) for label in IDENTIFIERS}
        return np.array([code[label] for label in self.labels], dtype=np.int64)

    @property
    def group(self) -> Ints:
        """Code of each identifier's group in :data:`GROUPS`, -1 for supporting evidence."""
        codes = group_codes()
        return codes[self.family] if len(self.labels) else np.zeros(0, dtype=np.int64)

    @property
    def listed(self) -> NDArray[np.bool_]:
        """Whether a list names the identifier as a hub."""
        return np.array([key in self.known_hubs for key in self.keys], dtype=bool)

    def groups_in_data(self) -> set[str]:
        """The independent kinds of evidence that the data hold at all."""
        present = {GROUPS[code] for code in np.unique(self.group) if code >= 0}
        for kind in set(self.contact_kinds):
            group = GROUP_OF_FAMILY[CONTACT_FAMILY.get(kind, "registration")]
            if group:
                present.add(group)
        return present


def group_codes() -> Ints:
    """For each family in :data:`FAMILIES` the code of its group, -1 for none."""
    groups = [GROUP_OF_FAMILY[family] for family in FAMILIES]
    return np.array([GROUPS.index(g) if g else -1 for g in groups], dtype=np.int64)


def read_sharing(graph: Graph, known_hubs: Collection[str] = ()) -> Sharing:
    """Read what linking needs: identifiers of two accounts or more, and direct contacts.

    Args:
        graph: The graph, with the number of accounts counted on every identifier.
        known_hubs: Keys of identifiers that are known to be shared by strangers.
    """
    uses = graph.frame(get("shared-identifiers"))
    columns = ["accounts", "events", "first_seen", "last_seen"]
    # The rows come in the order of the store; nothing below may depend on it.
    uses = uses.explode(columns, ignore_index=True).rename(columns={"accounts": "account_id"})
    for column in ("events", "first_seen", "last_seen"):
        uses[column] = uses[column].astype(float)
    times = uses[["first_seen", "last_seen"]]
    uses[["first_seen", "last_seen"]] = times.where(times != UNKNOWN)
    return assemble(
        graph.frame(get("accounts-to-link")),
        uses,
        graph.frame(get("account-activity")),
        graph.frame(get("direct-contacts")),
        known_hubs,
    )


def assemble(
    people: pd.DataFrame,
    uses: pd.DataFrame,
    activity: pd.DataFrame,
    contacts: pd.DataFrame,
    known_hubs: Collection[str] = (),
) -> Sharing:
    """Arrays in an order that depends on names alone.

    Args:
        people: ``account_id``, ``opened`` (milliseconds since 1970), and ``organizations``, a
            list of those that it declares.
        uses: One row per account and identifier: ``account_id``, ``label``, ``identifier``,
            ``events``, ``first_seen`` and ``last_seen`` (milliseconds).
        activity: Rows of the stored query ``account-activity``.
        contacts: ``account_a``, ``account_b`` (the later name), ``kind``.
        known_hubs: Keys of identifiers that are known to be shared by strangers.
    """
    people = people.sort_values("account_id", ignore_index=True)
    position = pd.Series(np.arange(len(people)), index=people["account_id"], dtype=np.int64)
    activity = activity.set_index("account_id").reindex(people["account_id"])
    uses = uses.sort_values(["label", "identifier", "account_id"], ignore_index=True)
    names = pd.MultiIndex.from_frame(uses[["label", "identifier"]])
    used, identifiers = pd.factorize(names)
    user = position.reindex(uses["account_id"]).to_numpy(np.int64)
    whole = np.zeros(len(uses))
    for label in IDENTIFIERS:
        mine = (uses["label"] == label).to_numpy(bool)
        if mine.any():
            whole[mine] = activity[label].to_numpy(float)[user[mine]]
    pairs = contacts.sort_values(["account_a", "account_b", "kind"], ignore_index=True)
    ends = [position.reindex(pairs[c]).to_numpy(np.int64) for c in ("account_a", "account_b")]
    declarations = people["organizations"].explode().dropna()
    labels = np.array([label for label, _ in identifiers], dtype=object)
    keys = np.array([key for _, key in identifiers], dtype=object)
    return Sharing(
        accounts=people["account_id"].to_numpy(object),
        opened=_seconds(people["opened"]),
        declarer=declarations.index.to_numpy(np.int64),
        declared=np.asarray(pd.factorize(declarations)[0], dtype=np.int64),
        labels=labels,
        keys=keys,
        sharers=np.bincount(used, minlength=len(keys)).astype(np.int64),
        user=user,
        used=np.asarray(used, dtype=np.int64),
        share=uses["events"].to_numpy(float) / np.maximum(whole, 1.0),
        first=_seconds(uses["first_seen"]),
        last=_seconds(uses["last_seen"]),
        contacts=np.sort(np.column_stack(ends), axis=1) if len(pairs) else np.zeros((0, 2), int),
        contact_kinds=pairs["kind"].to_numpy(object),
        payment_breadth=activity["payment_methods"].fillna(0).to_numpy(np.int64),
        known_hubs=frozenset(known_hubs),
    )


def _seconds(milliseconds: pd.Series) -> Floats:
    return pd.to_numeric(milliseconds).to_numpy(float, na_value=np.nan) / UNIX_MS
