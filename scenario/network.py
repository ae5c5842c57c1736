"""Addresses: homes whose addresses move on, exits that many share, and how they are written.

An address is one number: an IPv4 address as it is, an IPv6 one as area, home and device with the
62nd bit set. All are reserved: homes are of RFC 6598 and RFC 3849, the rest of RFC 2544.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringleader.errors import WrongUsage
from ringleader.scenario.campaign import Draw, World
from ringleader.scenario.draws import Floats, Hashes, Ints, Mask, below, mix, unit

HOMES_NET = 0x6440_0000  # 100.64.0.0/10
HOMES_AREAS = 1 << 14  # its /24s
SHARED_NET = 0xC612_0000  # 198.18.0.0/15
SHARED_SUBNETS = 1 << 9
IPV6 = 1 << 62
_PER_SUBNET = 250
# Primes: multiplying by any number below deals all of an area's addresses anew, each once.
_HOSTS, _HOMES = 251, 65_521


@dataclass(frozen=True)
class Network:
    """Where everything is.

    Attributes:
        areas: Number of areas that homes are distributed over.
        first: By group: its first own address as a number of order, or its first exit home.
        household: By group: whether its exits are homes.
        phones: First address of the carriers, and how many.
        vpns: First address of public VPNs, and how many.
        hotels: First address of hotels, and how many.
    """

    areas: int
    first: Ints
    household: Ints
    phones: tuple[int, int]
    vpns: tuple[int, int]
    hotels: tuple[int, int]


@functools.lru_cache(maxsize=2)
def network(world: World) -> Network:
    """Lay out the addresses of a world.

    Raises:
        WrongUsage: There are not enough reserved addresses.
    """
    knobs = world.knobs["network"]
    groups = world.groups
    household = np.array([c.household for c in world.knobs.cohorts])[groups.cohort]
    own = np.where(household, 0, groups.exits)
    homes = world.homes + np.cumsum(groups.exits * household) - groups.exits * household
    # Listed groups have subnets of their own; others share subnets where a block is smaller.
    block = int(knobs["block"])
    alone = np.array([bool(c.listed) or block == _PER_SUBNET for c in world.knobs.cohorts])
    alone = alone[groups.cohort]
    whole = -(-np.where(alone, own, 0) // _PER_SUBNET)
    parts = np.where(alone, 0, -(-own // block) * block)
    place = np.where(
        alone,
        (np.cumsum(whole) - whole) * _PER_SUBNET,
        whole.sum() * _PER_SUBNET + np.cumsum(parts) - parts,
    )
    first = np.where(household, homes, place)
    used = int(whole.sum() + -(-parts.sum() // _PER_SUBNET))
    pools = []
    people = int((world.people.phone > 0).sum())
    for size in (
        max(4, people // knobs["phones_per_exit"]),
        knobs["vpn_exits"] * knobs["vpn_providers"],
        min(knobs["hotel_exits"], max(50, len(world.people) // 100)),
    ):
        pools.append((used * _PER_SUBNET, size))
        used += -(-size // _PER_SUBNET)
    all_homes = world.homes + world.exit_homes
    areas = min(HOMES_AREAS, -(-all_homes // knobs["homes_per_area"]))
    if used > SHARED_SUBNETS or all_homes > areas * (_HOSTS - 1):
        raise WrongUsage(
            f"there are not enough reserved addresses for {len(world.people):,} accounts",
            hint="ringleader simulate --accounts 1000000",
        )
    return Network(areas, first, household.astype(np.int64), *pools)


def shared_address(number: Ints) -> Ints:
    """The address of a number of order among those that are no homes."""
    result: Ints = SHARED_NET + (number // _PER_SUBNET) * 256 + 1 + number % _PER_SUBNET
    return result


def is_ipv6(world: World, area: Ints) -> Mask:
    """Whether the areas have IPv6."""
    share = world.knobs["network"]["ipv6_areas"]
    result: Mask = unit(mix(world.seed, Draw.FAMILY, area)) < share
    return result


def lease(world: World, area: Ints, day: Ints | int) -> Ints:
    """Which lease of the areas' addresses a day, counted from the first, is in."""
    lengths = np.array(world.knobs["network"]["lease_days"])
    drawn = mix(world.seed, Draw.LEASE, area)
    length = lengths[below(drawn, len(lengths))]
    phase = np.where(length >= world.knobs.days, 0, below(mix(drawn), length))
    result: Ints = (np.asarray(day) + phase) // length
    return result


def home_address(world: World, home: Ints, day: Ints | int, device: Ints) -> Ints:
    """The address of homes on a day, counted from the first.

    An area's addresses are reassigned with every lease: each home has one, no two the same, and
    strangers have it later.

    Args:
        world: The world.
        home: Numbers of homes.
        day: The day, or one for each home.
        device: Who uses it; an IPv6 device has its own end of the address, a new one each day.
    """
    areas = network(world).areas
    area, place = home % areas, home // areas + 1
    deal = mix(world.seed, Draw.LEASE, area, lease(world, area, day))
    v4 = HOMES_NET + area * 256 + place * (1 + below(deal, _HOSTS - 1)) % _HOSTS
    privacy = below(mix(world.seed, Draw.PRIVACY, device, day), 1 << 24)
    prefix = place * (1 + below(deal, _HOMES - 1)) % _HOMES
    v6 = IPV6 | (area << 40) | (prefix << 24) | privacy
    return np.where(is_ipv6(world, area), v6, v4)


def session_address(world: World, rng: np.random.Generator, account: Ints, day: int) -> Ints:
    """Where sessions of a day come from.

    Args:
        world: The world.
        rng: Random numbers.
        account: The account of every session.
        day: The day, counted from the first.
    """
    people, knobs, net = world.people, world.knobs["network"], network(world)
    drawn, pick = rng.random(len(account)), mix(rng.integers(0, 1 << 62, len(account)))
    slot, group = people.slot[account], people.group[account]
    result = np.full(len(account), -1, dtype=np.int64)
    use = world.cohort_knob("exits_use", account)
    left = drawn >= use
    chosen = ~left
    result[chosen] = _exit(world, net, slot[chosen], group[chosen], pick[chosen], day)
    # Where it is not from the exits, the draw begins again on what is left.
    again = (drawn - use) / np.maximum(1 - use, 1e-9)
    sources: tuple[tuple[Floats, tuple[int, int], Ints], ...] = (
        (people.phone[account], net.phones, _phone(world, net, slot, pick)),
        (people.vpn[account], net.vpns, _vpn(world, slot, pick)),
        (
            world.cohort_knob("hotel_use", account),
            net.hotels,
            below(mix(world.seed, Draw.HOTEL, slot, day // knobs["stay_days"]), net.hotels[1]),
        ),
    )
    for share, (first, _), place in sources:
        here = left & (again < share)
        result[here] = shared_address(first + place[here])
        again = (again - share) / np.maximum(1 - share, 1e-9)
        left &= ~here
    result[left] = home_address(world, people.home[account[left]], day, account[left])
    return result


def _exit(world: World, net: Network, slot: Ints, group: Ints, pick: Hashes, day: int) -> Ints:
    """One of the addresses that a group shares or rents, of those that the account uses."""
    each = np.array([c.exits_each for c in world.knobs.cohorts])[world.groups.cohort[group]]
    group = world.groups.network[group]
    some = mix(world.seed, Draw.EXIT, slot, below(pick, np.maximum(each, 1)))
    place = below(np.where(each > 0, some, pick), world.groups.exits[group])
    number = net.first[group] + place
    home = net.household[group] > 0
    result = shared_address(number)
    # A proxy's exit is a device of the household, whoever is behind it.
    result[home] = home_address(world, number[home], day, number[home] + (1 << 40))
    return result


def _phone(world: World, net: Network, slot: Ints, pick: Hashes) -> Ints:
    """One of the addresses of an account's carrier."""
    size = net.phones[1]
    carriers: int = min(world.knobs["network"]["carriers"], max(1, size // 4))
    each = size // carriers
    carrier: Ints = below(mix(world.seed, Draw.CARRIER, slot), carriers)
    return carrier * each + below(pick, each)


def _vpn(world: World, slot: Ints, pick: Hashes) -> Ints:
    """One of the addresses of an account's VPN."""
    knobs = world.knobs["network"]
    exits = int(knobs["vpn_exits"])
    provider = below(mix(world.seed, Draw.CARRIER, slot, 1), knobs["vpn_providers"])
    return provider * exits + below(pick, exits)


_OCTETS = pa.array([str(n) for n in range(256)])
_GROUPS = pa.array([f"{n:x}" for n in range(1 << 16)])


def written(addresses: Ints) -> pa.Array:
    """Addresses as text."""
    v6 = addresses >= IPV6
    parts = [
        _joined(_OCTETS, addresses[~v6], (24, 16, 8, 0), 0xFF, ".", ()),
        _joined(
            _GROUPS,
            addresses[v6],
            (40, 24),
            0xFFFF,
            ":",
            ("2001", "db8"),
            _ends(addresses[v6]),
        ),
    ]
    order = np.empty(len(addresses), dtype=np.int64)
    order[~v6] = np.arange((~v6).sum())
    order[v6] = (~v6).sum() + np.arange(v6.sum())
    return pa.concat_arrays(parts).take(pa.array(order))


def home_network(addresses: Ints) -> pa.Array:
    """What a reputation list would name: an IPv4 address, or the /64 of an IPv6 home."""
    v6 = addresses >= IPV6
    text = written(addresses)
    nets = _joined(_GROUPS, addresses, (40, 24), 0xFFFF, ":", ("2001", "db8"), tail="::/64")
    return pc.if_else(pa.array(v6), nets, text)


def _ends(addresses: Ints) -> list[Ints]:
    """The last four groups of IPv6 addresses; none is 0, so that there is one way to write it."""
    ends = mix(addresses)
    return [1 + below(mix(ends, n), (1 << 16) - 1) for n in range(4)]


def _joined(
    table: pa.Array,
    addresses: Ints,
    shifts: tuple[int, ...],
    mask: int,
    separator: str,
    head: tuple[str, ...],
    ends: list[Ints] | None = None,
    tail: str = "",
) -> pa.Array:
    groups = [(addresses >> shift) & mask for shift in shifts] + (ends or [])
    words = [table.take(pa.array(group)) for group in groups]
    if not len(addresses):
        return pa.array([], type=pa.string())
    text = pc.binary_join_element_wise(*head, *words, separator)
    return pc.binary_join_element_wise(text, pa.scalar(tail), "") if tail else text
