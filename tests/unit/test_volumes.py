"""What accounts of a campaign did adds up; times, channels and proxies are those of any."""

from dataclasses import replace

import numpy as np
from sharing_worlds import world

from ringleader.algorithms.campaigns.volumes import kinds, proxies, volume
from ringleader.algorithms.evidence.sharing import Origins


def row(requests, first, last, channels, capabilities):
    return {
        "requests": requests,
        "input_tokens": 10 * requests,
        "output_tokens": requests,
        "first_seen": first,
        "last_seen": last,
        "channels": channels,
        "capabilities": capabilities,
    }


def test_what_accounts_did_adds_up():
    made = volume(
        [
            row(7, 3, 9, [["api"], ["api", "bedrock"]], [["coding", 4], ["other", 3]]),
            row(5, 2, 8, [["vertex"]], [["reasoning", 3], ["coding", 1]]),
            row(0, None, None, [], []),
        ]
    )
    assert made == {
        "requests": 12,
        "input_tokens": 120,
        "output_tokens": 12,
        "first_seen": 2,
        "last_seen": 9,
        "channels": ["api", "bedrock", "vertex"],
        # Of equals by name.
        "capabilities": ["coding", "other", "reasoning"],
        "capability_requests": [5, 3, 3],
    }


def test_accounts_that_did_nothing_have_no_times():
    made = volume([])
    assert (made["requests"], made["first_seen"], made["last_seen"]) == (0, None, None)


def test_requests_are_counted_by_the_kind_that_saw_most():
    uses = [
        *(("a", "Ip", f"i{n}", 4) for n in range(3)),
        ("a", "PromptCluster", "p", 12),
        ("b", "Ip", "i", 5),
        ("b", "PromptCluster", "p", 3),
        ("c", "Device", "d", 2),
        ("paid", "PaymentMethod", "m", 9),
    ]
    sharing = world(uses)
    told = dict(zip(sharing.accounts, kinds(sharing, np.arange(4)), strict=True))
    assert told == {"a": "SENT", "b": "USED_IP", "c": "USED_DEVICE", "paid": None}


def test_proxies_are_those_of_two_accounts_the_most_used_first():
    accounts = dict.fromkeys("abcx", 0)
    uses = {"p1": "ab", "p2": "abc", "p3": "ax", "p4": "bc"}
    pairs = [(n, "abcx".index(a)) for n, used_by in enumerate(uses.values()) for a in used_by]
    used, user = np.array(pairs).T
    origins = Origins(
        np.array(["Bin", "Proxy", "Proxy", "Proxy"], object),
        np.array(list(uses), object),
        user,
        used,
    )
    sharing = replace(world([], accounts), origins=origins)
    assert proxies(sharing, ["a", "b", "c", "gone"]) == ["p2", "p4"]
    assert proxies(sharing, ["a", "b"]) == ["p2"]
    assert proxies(sharing, ["a", "b", "c", "x"]) == ["p2", "p3", "p4"]
    assert proxies(sharing, []) == []
