"""Planted operators: balanced traits, new accounts, and nothing of what was there is changed."""

import numpy as np

from ringleader.algorithms.evaluation.planting import SIZES, TRAITS, planted, varied
from ringleader.algorithms.evidence.sharing import Sharing
from ringleader.schema import BUILT_IN

LABELS = BUILT_IN.labels
KINDS = ("Ip", "Device", "PromptCluster", "PaymentMethod")


def world(accounts=2000, seed=3):
    """Accounts that share an address, a client, prompts and cards with few others."""
    rng = np.random.default_rng(seed)
    label = np.repeat([LABELS.index(name) for name in KINDS], 400)
    used = np.concatenate([rng.integers(0, 400, accounts) + 400 * k for k in range(len(KINDS))])
    user = np.tile(np.arange(accounts), len(KINDS))
    order = np.lexsort((user, used))
    user, used = user[order], used[order]
    activity = np.zeros((accounts, len(LABELS)))
    activity[:, [LABELS.index(name) for name in KINDS]] = 5.0
    none = np.zeros(0, dtype=np.int64)
    return Sharing(
        accounts=np.array([f"a{n:05}" for n in range(accounts)], dtype=object),
        account_number=np.arange(accounts),
        opened=rng.random(accounts) * 1e7,
        ended=np.full(accounts, np.nan),
        declarer=none,
        declared=none,
        label=label,
        keys=np.array([f"k{n:05}" for n in range(len(label))], dtype=object),
        identifier_number=accounts + np.arange(len(label)),
        network=np.full(len(label), -1, dtype=np.int64),
        sharers=np.bincount(used, minlength=len(label)),
        user=user,
        used=used,
        share=np.ones(len(user)),
        days=lambda uses: np.zeros(len(uses), dtype=np.uint64),
        activity=activity,
        degree=(activity > 0).astype(np.int64),
        contacts=np.zeros((0, 2), dtype=np.int64),
        contact_kinds=np.zeros(0, dtype=object),
        payment_breadth=np.zeros(accounts, dtype=np.int64),
        pinned=np.zeros(len(label), dtype=np.int64),
    )


def test_planting_keeps_every_use_that_was_there():
    before = world()
    after, made = planted(before, 24, seed=1)
    old = after.user < len(before.accounts)
    there = set(zip(before.user.tolist(), before.used.tolist(), strict=True))
    assert set(zip(after.user[old].tolist(), after.used[old].tolist(), strict=True)) == there
    assert len(after.accounts) == len(before.accounts) + sum(len(o.members) for o in made)
    assert after.sharers.tolist() == np.bincount(after.used, minlength=len(after.keys)).tolist()


def test_planting_gives_uses_and_accounts_in_the_order_that_detection_expects():
    after, _ = planted(world(), 24, seed=1)
    assert sorted(after.accounts.tolist()) == after.accounts.tolist()
    key = after.used * len(after.accounts) + after.user
    assert (np.diff(key) > 0).all()
    assert len(np.unique(np.concatenate([after.account_number, after.identifier_number]))) == (
        len(after.accounts) + len(after.keys)
    )


def test_planting_draws_every_value_of_every_trait_equally_often():
    _, made = planted(world(), 24, seed=1)
    for trait, (_, values) in TRAITS.items():
        counts = [sum(o.traits[trait] == value for o in made) for value in values]
        assert max(counts) - min(counts) <= 1, trait
    assert {int(o.traits["size"]) for o in made} == {size for size in SIZES if size <= 100}


def test_planting_of_the_same_seed_is_the_same():
    one, other = (planted(world(), 12, seed=5)[0] for _ in range(2))
    assert one.user.tolist() == other.user.tolist()
    assert one.used.tolist() == other.used.tolist()


def test_a_varied_ring_shares_what_is_its_own_only_among_its_copy():
    before = world()
    ring = np.arange(20)
    own = np.unique(before.used[before.user < 20])[:10]
    after, made = varied(before, ring, own, seed=1)
    assert [len(o.members) for o in made] == [5, 10, 20]
    assert after.sharers[own].tolist() == before.sharers[own].tolist()
    assert len(after.keys) > len(before.keys)
