"""Crossed traits: drawn in balance from the seed, and visible in the tables as declared."""

import filecmp
import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest

from ringleader.errors import InputError
from ringleader.scenario.crossed import FILE, balanced, read_design
from ringleader.scenario.simulate import simulate

KINDS = ["environment", "payment", "prompts"]


class Crossed:
    """A small crossed world; requests and payments know their account's operator or cohort."""

    def __init__(self, folder):
        self.folder = folder
        self.design = read_design(8_000, 3)
        simulate(folder, accounts=8_000, seed=3, threads=2, design=self.design)
        self.traits = pd.read_csv(folder / "traits.csv").set_index("operator")
        self.cohorts = pd.read_csv(folder / "cohorts.csv")
        self.stolen = pd.read_csv(folder / "stolen.csv", parse_dates=["since"])
        truth = None
        for table in ("labels", "accounts", "requests", "payments"):
            path = folder / ("requests" if table == "requests" else f"{table}.parquet")
            frame = ds.dataset(path).to_table().to_pandas()
            names = [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]
            frame = frame.astype(dict.fromkeys(names, "object"))
            if truth is None:
                truth = frame[["account_id", "label", "ring_id", "campaign"]]
            else:
                frame = frame.merge(truth, on="account_id")
            setattr(self, table, frame)

    def sharing(self, frame, column):
        """Part of each operator's accounts that use something which mostly they use."""
        uses = frame[["account_id", "campaign", column]].dropna().drop_duplicates()
        users = uses.groupby(column).account_id.nunique()
        of = uses.groupby(["campaign", column]).account_id.nunique().rename("own").reset_index()
        of = of[(of.own >= 2) & (of.own >= 0.5 * of[column].map(users))]
        common = uses.merge(of, on=["campaign", column]).groupby("campaign").account_id.nunique()
        return (common.reindex(self.traits.index).fillna(0) / self.traits["size"]).to_dict()


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    return Crossed(tmp_path_factory.mktemp("crossed") / "world")


@pytest.mark.parametrize("seed", range(5))
def test_every_value_of_every_trait_is_drawn_equally_often(seed):
    design = read_design(60_000, seed)
    assert len(design.operators) == 56
    assert Counter(o.size for o in design.operators) == dict.fromkeys(
        (6, 12, 25, 60, 120, 250, 600), 8
    )
    for trait in design.operators[0].traits:
        found = Counter(o.traits[trait] for o in design.operators)
        assert len(found) in (3, 4) and max(found.values()) - min(found.values()) <= 1, trait
    least = {kind: sum(kind in o.shared for o in design.operators) for kind in KINDS}
    assert least["payment"] == 28 and least["prompts"] == 42 and least["environment"] > 20
    sent = sum(o.size * o.volume for o in design.operators)
    assert sent + 60_000 * 30 <= 3_100_000


def test_draws_follow_from_the_seed_and_traits_from_no_other():
    one, again, other = (read_design(60_000, seed).operators for seed in (1, 1, 2))
    assert one == again and one != other
    pairs = [
        (o.traits["opening"], o.traits["addresses"])
        for s in range(20)
        for o in read_design(60_000, s).operators
    ]
    counted = Counter(pairs).values()
    assert len(counted) == 16 and max(counted) < 2 * min(counted)


def test_balanced_draws_differ_by_one_at_most():
    drawn = Counter(balanced(np.random.default_rng(5), ["a", "b", "c"], 11))
    assert sorted(drawn.values()) == [3, 4, 4]


def test_the_same_seed_writes_the_same_bytes(crossed, tmp_path):
    simulate(tmp_path / "w", accounts=8_000, seed=3, threads=1, design=read_design(8_000, 3))
    files = [p.relative_to(crossed.folder) for p in crossed.folder.rglob("*") if p.is_file()]
    assert len(files) == 90 + 6 + 3 + 1
    for name in files:
        assert filecmp.cmp(crossed.folder / name, tmp_path / "w" / name, shallow=False), name


def test_every_account_has_one_label_and_honest_ones_one_cohort(crossed):
    labels = crossed.labels
    assert labels.account_id.is_unique and crossed.accounts.account_id.is_unique
    assert set(labels.account_id) == set(crossed.accounts.account_id)
    benign = labels[labels.label == "benign"].set_index("account_id").campaign
    said = crossed.cohorts.set_index("account_id").cohort
    assert said.index.is_unique and said.to_dict() == benign.to_dict()
    fraud = labels[labels.label == "fraud"]
    assert fraud.campaign.value_counts().to_dict() == crossed.traits["size"].to_dict()
    assert fraud.groupby("campaign").ring_id.unique().str[0].to_dict() == (
        crossed.traits.ring_id.to_dict()
    )
    sent = crossed.requests.groupby("campaign").size()
    # A stolen account's own history counts beside what the operator sends.
    exact = crossed.traits[crossed.traits.opening != "stolen"]
    assert sent[exact.index].to_dict() == (exact["size"] * exact.volume).to_dict()


def test_kinds_are_shared_as_the_traits_say(crossed):
    found = {
        "addresses": crossed.sharing(crossed.requests, "ip"),
        "client": crossed.sharing(crossed.requests, "device_id"),
        "payment": crossed.sharing(crossed.payments, "payment_method_id"),
        "prompts": crossed.sharing(crossed.requests, "prompt_cluster_id"),
    }
    for name, row in crossed.traits.iterrows():
        seen = {
            "environment": max(
                found["client"][name],
                found["addresses"][name] if row.addresses == "exclusive" else 0,
            ),
            "payment": found["payment"][name],
            "prompts": found["prompts"][name],
        }
        for kind in KINDS:
            share = seen[kind]
            assert share >= 0.5 if row[f"shares_{kind}"] else share < 0.2, (name, kind, share)
    kinds = crossed.traits[[f"shares_{kind}" for kind in KINDS]].sum(axis=1)
    assert (kinds == crossed.traits.kinds_shared).all()


def test_accounts_are_opened_as_the_traits_say(crossed):
    start = pd.Timestamp("2026-01-01", tz="UTC")
    opened = crossed.accounts.groupby("campaign").created_at.agg(["min", "max"])
    used = crossed.requests.groupby("campaign").timestamp.agg(["min", "max"])
    day = pd.Timedelta(days=1)
    for name, row in crossed.traits.iterrows():
        low, high = opened.loc[name]
        if row.opening == "two_days":
            assert low >= start and high - low <= 2 * day
        elif row.opening == "three_months":
            assert low >= start and high - low <= 85 * day
        else:
            assert high < start
        if row.opening == "aged":
            assert high < start - 364 * day and used.loc[name, "min"] >= start


def test_stolen_accounts_have_an_owner_with_a_history(crossed):
    of = crossed.labels.merge(crossed.traits.opening, left_on="campaign", right_index=True)
    assert set(crossed.stolen.account_id) == set(of[of.opening == "stolen"].account_id)
    requests = crossed.requests.merge(crossed.stolen[["account_id", "since"]], on="account_id")
    before = requests[requests.timestamp < requests.since]
    assert before.account_id.nunique() > 0.2 * len(crossed.stolen)
    own = before.dropna(subset="device_id").groupby("device_id").account_id.nunique()
    assert (own == 1).mean() > 0.8
    operators = {c.name: c for c in crossed.design.knobs.cohorts if c.fraudulent}
    for name in requests.campaign.unique():
        if operators[name].devices_least:
            shared = requests[(requests.campaign == name) & requests.device_id.notna()]
            late = shared[shared.timestamp >= shared.since].device_id.value_counts()
            assert not set(late.index[:1]) & set(before.device_id.dropna())


def test_stolen_cards_are_those_of_honest_people(crossed):
    paid = crossed.payments
    honest = set(paid[paid.label == "benign"].payment_method_id)
    for name, row in crossed.traits.iterrows():
        mine = paid[paid.campaign == name]
        if row.opening == "stolen":  # the owners pay, too
            continue
        if row.payment == "none":
            assert mine.empty
        elif row.payment == "stolen_cards":
            assert set(mine.payment_method_id) <= honest
        else:
            assert not set(mine.payment_method_id) & honest
        if row.payment == "one_issuer":
            assert mine.bin.nunique() == 1
            assert mine.groupby("payment_method_id").account_id.nunique().max() == 1
    mine = paid[paid.campaign.isin(crossed.traits.index[crossed.traits.payment == "stolen_cards"])]
    assert (mine.outcome == "failed").mean() > 0.25


def test_a_rented_network_has_two_operators_and_customers(crossed):
    tenants = [c for c in crossed.design.knobs.cohorts if c.rents]
    assert min(Counter(c.rents for c in tenants).values()) >= 2
    seen = crossed.requests.dropna(subset="ip").groupby("ip").campaign.agg(set)
    met = 0
    for network in {c.rents for c in tenants}:
        both = [c.name for c in tenants if c.rents == network]
        met += any(len(users & set(both)) > 1 and "proxy_customer" in users for users in seen)
    assert met >= 1


def test_synchronised_operators_begin_in_the_same_minutes(crossed):
    def share(name):
        mine = crossed.requests[crossed.requests.campaign == name]
        many = mine.groupby(mine.timestamp.dt.floor("min")).account_id.nunique()
        return (many >= 2).mul(many).sum() / many.sum()

    big = crossed.traits[crossed.traits["size"] >= 60]
    timing = {name: share(name) for name in big.index}
    together = [timing[n] for n in big.index[big.timing == "synchronised"]]
    apart = [timing[n] for n in big.index[big.timing == "flat"]]
    assert np.median(together) > 3 * np.median(apart)


def test_weekly_classes_meet_three_times_a_week_apart(crossed):
    sent = crossed.requests[crossed.requests.campaign == "weekly_class"]
    sent = sent.merge(crossed.cohorts[["account_id", "group"]], on="account_id")
    days = sent.groupby("group").timestamp.agg(lambda t: sorted(t.dt.date.unique()))
    assert len(days) >= 4
    for of_group in days:
        gaps = {(b - a).days for a, b in itertools.pairwise(of_group)}
        assert gaps <= {1, 6, 7, 8} and len(of_group) <= 6
    assert max(len(d) for d in days) >= 3


def test_look_alikes_are_crossed_too(crossed):
    kinds = Counter(c.kind for c in crossed.design.knobs.cohorts if not c.fraudulent)
    assert {
        "family",
        "undeclared_firm",
        "campus",
        "carrier_nat",
        "class",
        "weekly_class",
        "bootcamp",
        "hackathon",
        "ci_fleet",
        "reseller",
        "vpn_customer",
        "shared_flat",
        "internet_cafe",
        "prepaid_bin",
        "tutorial",
        "viral_client",
        "contractors",
        "donated_credits",
        "exit_household",
        "proxy_customer",
    } <= set(kinds)
    firms = [c for c in crossed.design.knobs.cohorts if c.kind == "undeclared_firm"]
    for name in ("group", "exits_least", "devices_least", "cards_least"):
        counted = Counter(getattr(c, name) for c in firms)
        assert len(counted) > 1 and max(counted.values()) - min(counted.values()) <= 1
    assert set(crossed.cohorts.cohort) == {k for k in kinds if k} | {"honest"}


def test_a_design_of_ones_own_is_checked(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(FILE.read_text().replace("exits_each = 3", "exit_each = 3"))
    with pytest.raises(InputError, match="exit_each"):
        read_design(8_000, 1, mine)
    mine.write_text(FILE.read_text().replace("600]", "2_500]"))
    assert max(o.size for o in read_design(250_000, 1, mine).operators) == 2_500
