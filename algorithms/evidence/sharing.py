"""Who shares what, as arrays: what linking works on.

Positions follow from names alone, so that nothing depends on the order of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ringleader.schema import BUILT_IN, Schema
from ringleader.subnets import subnet

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Masks = NDArray[np.uint64]
# Days with events, a bit for each day modulo 64, 0 where unknown: of uses by their positions, and
# by those of their accounts and identifiers.
Days = Callable[[Ints], Masks]
LookUp = Callable[[Ints, Ints], Masks]

CONTACT_FAMILY = {
    "transferred": "payment",
    "referred": "registration",
    "invited": "registration",
}
UNIX_MS = 1000.0
UNKNOWN = -1  # stands for an unknown time in the lists of the stored queries
# What identifiers belong to, with its family of evidence: the issuer of a card, the proxy of an
# address and who runs that.
FAMILY_OF_ORIGIN = {"Bin": "payment", "Proxy": "network", "ProxyOperator": "network"}


@dataclass(frozen=True)
class Origins:
    """What identifiers belong to, as if the accounts that use them used it.

    Attributes:
        labels: Of each origin, in the order of :data:`FAMILY_OF_ORIGIN`.
        keys: Key of each, in the order of label and key.
        user: Account of each use, one for each account and origin.
        used: Origin of each use, in order.
    """

    labels: NDArray[np.object_]
    keys: NDArray[np.object_]
    user: Ints
    used: Ints


_NOTHING: Ints = np.zeros(0, dtype=np.int64)


def _nothing() -> Ints:
    return np.zeros(0, dtype=np.int64)


NO_ORIGINS = Origins(_NOTHING.astype(object), _NOTHING.astype(object), _NOTHING, _NOTHING)


@dataclass(frozen=True)
class Sharing:
    """Accounts, the identifiers they share, and their direct contacts.

    Attributes:
        accounts: Account ids, sorted; every other array counts accounts by position here.
        account_number: The store's own number of each, by which it is found cheapest.
        opened: Opening times in seconds since 1970, NaN where unknown.
        ended: When an account got a status that ends it, NaN where it has not.
        declarer: Account of each declaration of an organization, in the order of accounts.
        declared: Code of the organization that it declares.
        label: Code of each identifier's label, its place in ``schema.labels``.
        keys: Key of each identifier, in the order of label and key.
        identifier_number: The store's own number of each.
        network: Code of the subnet that each address lies in, -1 for what is no address.
        sharers: Number of accounts of each identifier.
        user: Account of each use of an identifier, in the order of identifiers.
        used: Identifier of each use.
        share: Part of the account's activity with that label that the identifier carries.
        days: Days with events of uses by their positions, a bit for each day modulo 64.
        activity: Events of each account with each label, shape (accounts, labels).
        degree: Number of identifiers that it uses, shared or not, shape (accounts, labels).
        contacts: Pairs of accounts in direct contact, shape (contacts, 2), lower position first.
        contact_kinds: Kind of each contact.
        payment_breadth: Number of payment methods that each account paid with.
        pinned: What analysts said of each identifier, 0 where nothing
            (:mod:`ringleader.algorithms.evidence.hubs`).
        known_hubs: Keys of identifiers that a list names as hubs.
        origins: What identifiers belong to, be they shared or not.
        schema: What accounts can share; labels, families and groups are coded by its order.
        good: Positions of identifiers that the settings know to be good: they count nothing.
        exempt: Positions of accounts that the settings know to be good: they are in no ring.
    """

    accounts: NDArray[np.object_]
    account_number: Ints
    opened: Floats
    ended: Floats
    declarer: Ints
    declared: Ints
    label: Ints
    keys: NDArray[np.object_]
    identifier_number: Ints
    network: Ints
    sharers: Ints
    user: Ints
    used: Ints
    share: Floats
    days: Days
    activity: Floats
    degree: Ints
    contacts: Ints
    contact_kinds: NDArray[np.object_]
    payment_breadth: Ints
    pinned: Ints
    known_hubs: frozenset[str] = field(default_factory=frozenset)
    origins: Origins = NO_ORIGINS
    schema: Schema = BUILT_IN
    good: Ints = field(default_factory=_nothing)
    exempt: Ints = field(default_factory=_nothing)

    @property
    def labels(self) -> NDArray[np.object_]:
        """Label of each identifier."""
        return np.array(self.schema.labels, dtype=object)[self.label]

    @property
    def family(self) -> Ints:
        """Code of each identifier's family."""
        return family_codes(self.schema)[self.label]

    @property
    def group(self) -> Ints:
        """Code of each identifier's group, -1 for supporting evidence."""
        return group_codes(self.schema)[self.family]

    @property
    def contact_family(self) -> Ints:
        """Code of the family of each contact."""
        names = self.schema.family_names
        families = [names.index(CONTACT_FAMILY.get(k, "registration")) for k in self.contact_kinds]
        return np.array(families, dtype=np.int64)

    @cached_property
    def opening_rank(self) -> Ints:
        """Place of each account in the order of openings.

        Accounts without a time come last; ties are broken by account id, so that the order of input
        does not matter.
        """
        order = np.argsort(np.nan_to_num(self.opened, nan=np.inf), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return rank

    @cached_property
    def by_opening(self) -> Ints:
        """Positions of uses, identifier by identifier, by the order of the accounts' openings."""
        return np.argsort(self.used * max(len(self.accounts), 1) + self.opening_rank[self.user])

    def place(self, user: Ints, used: Ints) -> Ints:
        """Positions of uses, by their accounts and identifiers; each of them is one."""
        keys = self.used * max(len(self.accounts), 1) + self.user
        return np.searchsorted(keys, used * max(len(self.accounts), 1) + user).astype(np.int64)

    def without(self, uses: Flags, contacts: Flags) -> Sharing:
        """The same without some uses and contacts; what accounts did keeps its shares.

        Args:
            uses: Which uses to leave out.
            contacts: Which contacts to leave out.
        """
        kept = np.flatnonzero(~uses)
        used = self.used[kept]
        return replace(
            self,
            user=self.user[kept],
            used=used,
            share=self.share[kept],
            days=lambda asked: self.days(kept[asked]),
            sharers=np.bincount(used, minlength=len(self.keys)).astype(np.int64),
            contacts=self.contacts[~contacts],
            contact_kinds=self.contact_kinds[~contacts],
        )

    @cached_property
    def listed(self) -> Flags:
        """Whether a list names the identifier as a hub."""
        if not self.known_hubs:
            return np.zeros(len(self.keys), dtype=bool)
        return np.fromiter((key in self.known_hubs for key in self.keys), bool, len(self.keys))

    @cached_property
    def known_good(self) -> Flags:
        """Whether the settings know the identifier to be good, and no analyst says otherwise."""
        good = np.zeros(len(self.keys), dtype=bool)
        good[self.good] = True
        return good & (self.pinned <= 0)

    @property
    def known(self) -> Flags:
        """Whether activity of each account and family is known, shape (accounts, families)."""
        families, of_label = len(self.schema.families), family_codes(self.schema)
        known = np.zeros((len(self.accounts), families), dtype=bool)
        for label, family in enumerate(of_label):
            known[:, family] |= self.activity[:, label] > 0
        # Direct contacts are known for all accounts.
        known[:, ~np.isin(np.arange(families), of_label)] = True
        return known

    def name(self, identifier: int) -> tuple[str, str]:
        """Label and key of an identifier."""
        return self.schema.labels[self.label[identifier]], str(self.keys[identifier])

    def missing_families(self) -> tuple[str, ...]:
        """Families of identifiers of which two accounts share none in these data."""
        there = set(np.unique(self.family).tolist())
        return tuple(
            family.name
            for code, family in enumerate(self.schema.families)
            if family.group and code not in there
        )

    def groups_in_data(self) -> set[str]:
        """The independent kinds of evidence that the data hold at all."""
        schema = self.schema
        present = {schema.groups[code] for code in np.unique(self.group) if code >= 0}
        for kind in set(self.contact_kinds):
            group = schema.family_by_name[CONTACT_FAMILY.get(kind, "registration")].group
            if group:
                present.add(group)
        return present


def family_codes(schema: Schema) -> Ints:
    """For each label of ``schema.labels`` the code of its family."""
    names = schema.family_names
    return np.array([names.index(schema.family_of(n)) for n in schema.labels], dtype=np.int64)


def group_codes(schema: Schema) -> Ints:
    """For each family of ``schema.families`` the code of its group, -1 for none."""
    groups = [family.group for family in schema.families]
    return np.array([schema.groups.index(g) if g else -1 for g in groups], dtype=np.int64)


@dataclass(frozen=True)
class Uses:
    """Uses of identifiers, one entry per account and identifier, in any order.

    Attributes:
        user: Position of the account.
        used: Position of the identifier; -1 for one that nobody else uses.
        label: Code of its label.
        events: How often.
    """

    user: Ints
    used: Ints
    label: Ints
    events: Floats


def assemble(
    people: pd.DataFrame,
    identifiers: pd.DataFrame,
    uses: Uses,
    contacts: pd.DataFrame,
    look_up: LookUp,
    known_hubs: Collection[str] = (),
    origins: Origins = NO_ORIGINS,
    schema: Schema = BUILT_IN,
) -> Sharing:
    """Arrays in an order that depends on names alone.

    Args:
        people: Accounts in the order of ``account_id``, with ``number`` (the store's own),
            ``opened`` and ``ended`` (milliseconds since 1970, ``UNKNOWN`` where unknown), and
            ``organizations``, a list of those that it declares.
        identifiers: Those of two accounts or more, in the order of ``label`` (its code) and
            ``key``, with their ``number``.
        uses: Who used them, and what nobody else uses.
        contacts: ``account_a``, ``account_b`` (the later name), ``kind``.
        look_up: Tells on which days accounts used identifiers.
        known_hubs: Keys of identifiers that are known to be shared by strangers.
        origins: What identifiers belong to.
        schema: What accounts can share; labels are coded by its order.
    """
    accounts = len(people)
    width = len(schema.labels)
    # Together a use's account and label are its cell in the table of activity.
    cell = uses.user.astype(np.int64) * width + uses.label
    activity = np.bincount(cell, uses.events, minlength=accounts * width).astype(float)
    # An attempt that failed is nobody's use: anybody can make one with anybody's card.
    paid = uses.user[(uses.label == schema.labels.index("PaymentMethod")) & (uses.events > 0)]
    shared = np.flatnonzero((uses.used >= 0) & (uses.events > 0))
    key = uses.used[shared].astype(np.int64) * max(accounts, 1) + uses.user[shared]
    shared = shared[np.argsort(key)]
    user, used = uses.user[shared].astype(np.int64), uses.used[shared].astype(np.int64)
    position = pd.Series(np.arange(accounts), index=people["account_id"], dtype=np.int64)
    pairs = contacts.sort_values(["account_a", "account_b", "kind"], ignore_index=True)
    ends = [position.reindex(pairs[c]).to_numpy(np.int64) for c in ("account_a", "account_b")]
    declarations = people["organizations"].explode().dropna()
    return Sharing(
        accounts=people["account_id"].to_numpy(object),
        account_number=people["number"].to_numpy(np.int64),
        opened=seconds(people["opened"].to_numpy(np.int64)),
        ended=seconds(people["ended"].to_numpy(np.int64)),
        declarer=declarations.index.to_numpy(np.int64),
        declared=np.asarray(pd.factorize(declarations)[0], dtype=np.int64),
        label=identifiers["label"].to_numpy(np.int64),
        keys=identifiers["key"].to_numpy(object),
        identifier_number=identifiers["number"].to_numpy(np.int64),
        network=_networks(identifiers, schema),
        sharers=np.bincount(used, minlength=len(identifiers)).astype(np.int64),
        user=user,
        used=used,
        share=uses.events[shared] / np.maximum(activity[cell[shared]], 1.0),
        days=_DaysAskedFor(user, used, look_up),
        activity=activity.reshape(accounts, width),
        degree=np.bincount(cell[uses.events > 0], minlength=accounts * width).reshape(
            accounts, width
        ),
        contacts=np.sort(np.column_stack(ends), axis=1) if len(pairs) else np.zeros((0, 2), int),
        contact_kinds=pairs["kind"].to_numpy(object),
        payment_breadth=np.bincount(paid, minlength=accounts).astype(np.int64),
        pinned=np.zeros(len(identifiers), dtype=np.int64),
        known_hubs=frozenset(known_hubs),
        origins=origins,
        schema=schema,
    )


def _networks(identifiers: pd.DataFrame, schema: Schema) -> Ints:
    """Code of the subnet of each address, -1 for what is no address."""
    addresses = np.flatnonzero(identifiers["label"] == schema.labels.index("Ip"))
    subnets = [subnet(key) for key in identifiers["key"].iloc[addresses]]
    codes = np.full(len(identifiers), -1, dtype=np.int64)
    codes[addresses] = pd.factorize(np.array(subnets, dtype=object))[0]
    return codes


class _DaysAskedFor:
    """Days of uses, read on demand: few are needed, and each is expensive to read.

    Args:
        user: Account of each use.
        used: Its identifier.
        look_up: Tells on which days accounts used identifiers.
    """

    def __init__(self, user: Ints, used: Ints, look_up: LookUp) -> None:
        self._user, self._used, self._look_up = user, used, look_up
        self._known = np.zeros(len(user), dtype=bool)
        # Pages that are never written take no memory.
        self._days = np.empty(len(user), dtype=np.uint64)

    def __call__(self, uses: Ints) -> Masks:
        new = np.unique(uses[~self._known[uses]])
        if len(new):
            self._days[new] = self._look_up(self._user[new], self._used[new])
            self._known[new] = True
        return self._days[uses]


def seconds(milliseconds: Ints) -> Floats:
    """Seconds of milliseconds, NaN where these are ``UNKNOWN``."""
    known: Floats = np.where(milliseconds == UNKNOWN, np.nan, milliseconds / UNIX_MS)
    return known
