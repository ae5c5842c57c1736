"""Who is simulated: honest people, honest people who look guilty, and three operators."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from scenario.world import DAY, DAYS, HOUR, START, World


def honest(world: World, prompts: Sequence[str], count: int) -> None:
    """People at home: an address of their own that changes now and then, an own device and card."""
    pool: list[str] = []
    for number in range(count):
        if number % 60 == 0:
            pool = world.addresses(200)
        domain = {"domain": f"{world.name('corp')}.example"} if world.rng.random() < 0.1 else {}
        world.add(
            ips=world.some(pool, 1, 3),
            prompts=world.some(prompts, 1, 6),
            cohort="honest",
            **domain,
        )


def carrier_nat(world: World, prompts: Sequence[str], count: int) -> None:
    """Phones of one carrier: hundreds of strangers on four addresses."""
    exits = world.addresses(4)
    for _ in range(count):
        world.add(
            ips=world.some(exits, 1, 4), prompts=world.some(prompts, 1, 5), cohort="carrier_nat"
        )


def campus(world: World, prompts: Sequence[str], count: int) -> None:
    """Students: a few addresses, one mail domain, the same course work."""
    exits, course = world.addresses(6), world.some(prompts, 8, 8)
    for _ in range(count):
        world.add(
            ips=world.some(exits, 1, 3),
            prompts=[*world.some(course, 1, 3), *world.some(prompts, 0, 3)],
            domain="campus.example",
            cohort="campus",
        )


def corporate_vpn(world: World, prompts: Sequence[str], count: int) -> None:
    """Staff of one declared organization: one VPN, one device image."""
    exits, image = world.addresses(2), world.name("dev")
    for _ in range(count):
        world.add(
            ips=exits,
            devices=[image],
            prompts=world.some(prompts, 1, 5),
            domain="corporate.example",
            organization="org_corporate",
            cohort="corporate_vpn",
            cards=[],
            hours=(8, 18),
        )


def families(world: World, prompts: Sequence[str], count: int) -> None:
    """Three or four people with one card and one address at home."""
    for _ in range(count):
        home, card = world.addresses(1), [world.name("pm")]
        for _ in range(int(world.rng.integers(3, 5))):
            world.add(ips=home, cards=card, prompts=world.some(prompts, 1, 5), cohort="family")


def bootcamp(world: World, prompts: Sequence[str], count: int) -> None:
    """A class: signed up the same day, the same prompts in the same hour from one room."""
    room, lesson = world.addresses(1), world.some(prompts, 5, 5)
    day = world.moment(20, 40)
    for _ in range(count):
        world.add(
            created=day + int(world.rng.integers(0, 3 * HOUR)),
            ips=[*room, *world.addresses(1)],
            prompts=lesson,
            cohort="bootcamp",
            burst=day + 4 * HOUR,
        )


def ci_fleet(world: World, prompts: Sequence[str], count: int) -> None:
    """Build jobs of many firms on one cloud: changing cloud addresses, one client library."""
    cloud, library = world.addresses(40), world.name("dev")
    for _ in range(count):
        world.add(
            ips=world.some(cloud, 5, 12),
            devices=[library],
            prompts=world.some(prompts, 1, 3),
            domain=f"{world.name('corp')}.example",
            requests=world.volume(60),
            cohort="ci_fleet",
            hours=(0, 24),
        )


def prepaid(world: World, prompts: Sequence[str], count: int) -> None:
    """People with prepaid cards of one issuer."""
    pool = world.addresses(200)
    for _ in range(count):
        world.add(
            ips=world.some(pool, 1, 2),
            cards=[world.name("pm")],
            card_kind="prepaid",
            bin="400999",
            prompts=world.some(prompts, 1, 4),
            cohort="prepaid_bin",
        )


def hydra(world: World, targets: Sequence[str], count: int) -> None:
    """Operator 1: rotates residential proxies; a banned account is replaced within minutes."""
    exits = [address for _ in range(12) for address in world.addresses(20)]
    devices = [world.name("dev") for _ in range(10)]
    for network in sorted({str(ipaddress.ip_network(f"{a}/24", strict=False)) for a in exits}):
        world.proxies.append(_proxy(network, "Rotor", "residential"))
    born = world.moment(5, 10)
    for number in range(count):
        banned = int(born + world.rng.uniform(10, 20) * DAY) if number % 3 == 0 else None
        world.add(
            created=born,
            ips=world.some(exits, 10, 20),
            devices=world.some(devices, 1, 2),
            cards=[world.name("pm")],
            card_kind="wallet",
            prompts=world.some(targets, 4, 6),
            requests=int(world.rng.integers(30, 60)),
            cohort="hydra",
            ring="ring-hydra",
            banned=banned,
            hours=(0, 24),
        )
        reborn = banned is not None and banned < START + DAYS * DAY and number % 6 == 0
        born = (
            banned + int(world.rng.integers(5, 40)) * 60
            if reborn and banned
            else world.moment(5, 45)
        )
    for address in world.some(exits, 15, 15):  # households behind the same exits
        world.add(ips=[address], prompts=world.some(targets, 0, 1), cohort="honest")


def card_sharers(world: World, targets: Sequence[str], count: int) -> None:
    """Operator 2: few prepaid cards over many accounts, through a datacentre."""
    exits, cards = world.addresses(12), [world.name("pm") for _ in range(6)]
    world.proxies.append(
        _proxy(str(ipaddress.ip_network(f"{exits[0]}/24", strict=False)), "Rack", "datacentre")
    )
    for _ in range(count):
        world.add(
            created=world.moment(15, 25),
            ips=world.some(exits, 2, 4),
            cards=world.some(cards, 1, 2),
            card_kind="prepaid",
            bin="400777",
            prompts=world.some(targets, 3, 5),
            requests=int(world.rng.integers(20, 50)),
            cohort="card_sharers",
            ring="ring-cards",
            channel="bedrock" if world.rng.random() < 0.3 else "api",
        )


def careful(world: World, prompts: Sequence[str], count: int) -> None:
    """Operator 3: small, own homes, but three machines and two cards between them."""
    cards = [world.name("pm") for _ in range(2)]
    devices = [world.name("dev") for _ in range(3)]
    for _ in range(count):
        world.add(
            created=world.moment(10, 50),
            ips=world.addresses(2),
            devices=world.some(devices, 1, 2),
            cards=world.some(cards, 1, 2),
            prompts=world.some(prompts, 3, 5),
            cohort="careful",
            ring="ring-careful",
        )


def _proxy(address: str, operator: str, kind: str) -> dict[str, str]:
    return {"address": address, "operator": operator, "kind": kind, "source": "sample"}
