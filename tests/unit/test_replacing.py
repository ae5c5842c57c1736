"""How much it says that an account starts where another stopped."""

import math

import pytest

from ringleader.algorithms.checking.replacing import LEAST_BITS, Stops, predecessors

HOUR, DAY = 3_600.0, 86_400.0
NOW = 400 * DAY
ACCOUNTS = 100_000
# One account a day has lost access for a year.
USUAL = [n * DAY for n in range(365)]


def found(name="old", stopped=NOW, hours=0.5, users=60):
    shared = [["Ip", "192.0.2.1", users]]
    return {
        "account_id": name,
        "status": "banned",
        "stopped": stopped,
        "hours": hours,
        "shared": shared,
    }


def test_who_starts_where_the_only_one_stopped_is_named():
    [one] = predecessors([found()], ACCOUNTS, Stops([*USUAL, NOW]))
    usual = 366 / (NOW / HOUR)
    assert one.bits == pytest.approx(math.log2(ACCOUNTS / 60) - math.log2(usual * 0.5))
    assert one.bits > LEAST_BITS


def test_after_a_wave_of_bans_everybody_follows_somebody():
    wave = Stops([*USUAL, *[NOW] * 1_000])
    assert predecessors([found()], ACCOUNTS, wave) == ()
    # Those who were banned later than the account was opened say nothing.
    later = Stops([*USUAL, NOW, *[NOW + 0.5 * HOUR + 1] * 1_000])
    assert predecessors([found()], ACCOUNTS, later)
    # The same wave, and evidence of two rare kinds: that is no chance even then.
    rare = found()
    rare["shared"] = [["Ip", "192.0.2.1", 2], ["Device", "d", 2], ["PaymentMethod", "p", 2]]
    [one] = predecessors([rare], ACCOUNTS, wave)
    assert one.bits == pytest.approx(3 * math.log2(ACCOUNTS / 2) - math.log2(999), abs=0.01)


def test_accounts_of_one_operator_that_are_banned_together_do_not_speak_against_each_other():
    mine = [found(f"old{n}") for n in range(20)]
    together = Stops([*USUAL, *[NOW] * 20])
    assert len(predecessors(mine, ACCOUNTS, together)) == 3
    assert predecessors(mine[:1], ACCOUNTS, together) == ()


def test_nothing_is_known_of_stops():
    assert Stops().an_hour == 0 and Stops().last == -math.inf
    assert predecessors([], ACCOUNTS, Stops()) == ()
