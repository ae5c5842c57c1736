"""The simulated campaign: what its knobs declare."""

import ipaddress

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest

from ringleader.loaders.contract import TABLE_NAMES
from ringleader.scenario.knobs import read_knobs
from ringleader.scenario.population import sizes, totals
from ringleader.scenario.simulate import simulate

RESERVED = [
    ipaddress.ip_network(net) for net in ("198.18.0.0/15", "100.64.0.0/10", "2001:db8::/32")
]
KNOBS = read_knobs()
LOOK_ALIKES = {
    "carrier_nat": 400,
    "campus": 200,
    "corporate_vpn": 80,
    "undeclared_firm": 60,
    "family": 72,
    "prepaid_bin": 100,
    "bootcamp": 60,
    "ci_fleet": 40,
    "reseller": 50,
    "traveller": 40,
    "public_vpn": 60,
    "exit_household": 15,
    "proxy_customer": 20,
}
OPERATORS = {"hydra": 120, "card_sharers": 60, "careful": 12}
BUSY = "ring-card_sharers_busy-000"


def path_of(folder, table, format="parquet"):
    return folder / (table if table == "requests" else f"{table}.{format}")


class Campaign:
    """The small campaign, its tables as data frames; requests know their account's truth."""

    def __init__(self, folder):
        self.folder = folder
        self.written = {w.table: w for w in simulate(folder, accounts=3_000, seed=7, threads=2)}
        for table in TABLE_NAMES:
            setattr(self, table, ds.dataset(path_of(folder, table)).to_table().to_pandas())
        truth = self.labels[["account_id", "label", "ring_id", "campaign"]]
        for table in ("requests", "accounts", "payments"):
            frame = getattr(self, table)
            names = [c for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)]
            frame = frame.astype(dict.fromkeys(names, "object")).merge(truth, on="account_id")
            setattr(self, table, frame)

    def of(self, table, cohort):
        frame = getattr(self, table)
        return frame[frame.campaign == cohort]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    return Campaign(tmp_path_factory.mktemp("campaign") / "small")


def test_sizes_and_totals_at_every_scale(campaign):
    assert campaign.labels.campaign.value_counts().to_dict() == {
        "honest": 3_000 - sum(LOOK_ALIKES.values()),
        **LOOK_ALIKES,
        **OPERATORS,
    }
    names = [c.name for c in KNOBS.cohorts]
    fraudulent = [c.fraudulent for c in KNOBS.cohorts]
    for accounts, operators in (
        (100_000, {"hydra": 2_000, "card_sharers": 330, "card_sharers_busy": 30, "careful": 40}),
        (
            1_000_000,
            {"hydra": 20_000, "card_sharers": 3_300, "card_sharers_busy": 300, "careful": 400},
        ),
    ):
        made = sizes(KNOBS, accounts)
        assert made[~np.array(fraudulent)].sum() == accounts
        assert {n: s for n, s, f in zip(names, made, fraudulent, strict=True) if f} == operators
    asked = dict(zip(names, totals(KNOBS, made, 1_000_000, 60_000_000), strict=True))
    assert {name: int(asked[name]) for name in ("honest", *names[-4:])} == {
        "honest": 60_000_000,
        "hydra": 13_000_000,
        "card_sharers": 2_650_000,
        "card_sharers_busy": 750_000,
        "careful": 150_000,
    }


def test_requests_are_split_as_declared(campaign):
    sent = campaign.requests.groupby("campaign").size()
    assert sent[list(OPERATORS)].to_dict() == {
        "hydra": 120 * 650,
        "card_sharers": round(48 * 2_650_000 / 3_300) + 12 * 2_500,
        "careful": 12 * 375,
    }
    assert sent.drop(list(OPERATORS)).sum() == 180_000


def test_every_account_is_labelled_once_and_rings_are_fraud(campaign):
    assert campaign.labels.account_id.tolist() == sorted(
        campaign.labels.account_id, key=campaign.accounts.account_id.tolist().index
    )
    assert campaign.labels.account_id.is_unique
    assert ((campaign.labels.label == "fraud") == campaign.labels.ring_id.notna()).all()
    assert set(campaign.requests.account_id) <= set(campaign.labels.account_id)


def test_addresses_are_reserved_and_domains_are_examples(campaign):
    for ip in campaign.requests.ip.dropna().unique():
        address = ipaddress.ip_address(ip)
        assert any(address in net for net in RESERVED if net.version == address.version), ip
        assert str(address) == ip
    assert campaign.accounts.email.str.endswith(".example").all()


def test_accounts_send_between_sign_up_and_ban(campaign):
    seen = campaign.requests.groupby("account_id").timestamp.agg(["min", "max"])
    rows = campaign.accounts.set_index("account_id").loc[seen.index]
    assert (seen["min"] >= rows.created_at).all()
    banned = rows.status == "banned"
    assert banned.sum() > 40
    assert (seen["max"][banned] < rows.status_at[banned]).all()


def test_channels_differ_in_what_they_tell_and_honest_people_use_them_all(campaign):
    requests = campaign.requests
    assert requests.ip.isna().equals(requests.channel == "bedrock")
    assert requests.device_id.isna().equals(requests.channel == "vertex")
    honest = campaign.accounts[campaign.accounts.label == "benign"].channel.value_counts()
    assert honest["api"] > honest["bedrock"] > honest["vertex"] > 100
    used = {name: set(campaign.of("requests", name).channel) for name in OPERATORS}
    assert used == {
        "hydra": {"api", "bedrock", "vertex"},
        "card_sharers": {"api", "bedrock", "vertex"},
        "careful": {"api", "bedrock"},
    }


def test_only_the_busy_are_busier_than_one_honest_in_a_hundred(campaign):
    days = campaign.requests.assign(day=campaign.requests.timestamp.dt.date)
    rate = days.groupby(["label", "account_id"]).day.agg(lambda day: len(day) / day.nunique())
    busy = campaign.labels[campaign.labels.ring_id == BUSY].account_id
    others = rate["fraud"].drop(busy)
    assert others.max() < rate["benign"].quantile(0.99)
    # Thousands of exchanges each are reported of these; still many honest accounts are as busy.
    assert rate["fraud"][busy].max() < rate["benign"].quantile(0.997)
    sent = campaign.requests[campaign.requests.label == "benign"].groupby("account_id").size()
    assert sent.nlargest(len(sent) // 20).sum() > 0.4 * sent.sum(), "a heavy tail"


def test_hydra_replaces_every_banned_account_within_minutes(campaign):
    hydra = campaign.of("accounts", "hydra")
    banned = hydra[hydra.status == "banned"]
    assert len(banned) == 48
    low, high = next(c for c in KNOBS.cohorts if c.name == "hydra").replacement_minutes
    taken = set()
    for row in banned.itertuples():
        wait = (hydra.created_at - row.status_at).dt.total_seconds() / 60
        heirs = hydra[(wait >= low - 1) & (wait <= high) & (hydra.ring_id == row.ring_id)]
        assert len(heirs) >= 1
        taken |= set(heirs.account_id)
    assert len(taken) >= len(banned)
    days = (banned.status_at - pd.Timestamp("2026-01-01", tz="UTC")).dt.days
    assert days.min() < 20 and days.max() > 50, "spread over the period"


def test_hydra_rotates_over_homes_that_others_have_too(campaign):
    mine = campaign.of("requests", "hydra").dropna(subset="ip")
    assert mine.groupby("account_id").ip.nunique().median() > 40
    homes = mine[~mine.ip.str.startswith("198.")]
    assert len(homes) == len(mine)
    others = campaign.requests[campaign.requests.label == "benign"]
    shared = set(mine.ip) & set(others.ip.dropna())
    assert len(shared) > 100
    exits = campaign.of("requests", "exit_household").dropna(subset="ip")
    assert set(exits.ip) & set(mine.ip)
    listed = set(campaign.proxies[campaign.proxies.kind == "residential"].address)
    assert 0.1 < np.mean([ip in listed for ip in set(mine.ip) if ":" not in ip]) < 0.5
    devices = mine.dropna(subset="device_id").groupby("device_id").account_id.nunique()
    assert len(devices) == 10 and devices.min() >= 3
    cards = campaign.of("payments", "hydra").groupby("payment_method_id").account_id.nunique()
    assert cards.max() == 1, "every account its own wallet"


def test_card_sharers_have_dozens_of_accounts_a_card(campaign):
    paid = campaign.of("payments", "card_sharers")
    assert set(paid.kind) == {"prepaid"} and set(paid.bin) == {"400777"}
    per_card = paid.groupby("payment_method_id").account_id.nunique()
    assert len(per_card) == 8 and per_card.min() >= 5 and per_card.mean() > 12
    sent = campaign.of("requests", "card_sharers")
    ips = sent[sent.ring_id != BUSY].ip.dropna().unique()
    assert len(ips) == 12
    listed = campaign.proxies[campaign.proxies.kind == "datacentre"].address
    nets = [ipaddress.ip_network(net) for net in listed]
    assert all(any(ipaddress.ip_address(ip) in net for net in nets) for ip in ips)


def test_the_busy_come_through_every_channel_and_ask_what_their_operator_asks(campaign):
    busy = campaign.requests[campaign.requests.ring_id == BUSY]
    assert busy.groupby("account_id").size().between(2_000, 3_200).all()
    assert set(busy.channel) == {"api", "bedrock", "vertex"}
    others = campaign.of("requests", "card_sharers")
    others = others[others.ring_id != BUSY]
    asked = [
        set(frame[frame.capability == "tool_use"].prompt_cluster_id.value_counts().index[:4])
        for frame in (busy, others)
    ]
    assert len(asked[0] & asked[1]) == 4, "one operator: the same targets"
    assert not set(busy.ip.dropna()) & set(others.ip)


def test_the_proxy_network_of_hydra_has_other_customers_and_a_second_operator(campaign):
    network = set(campaign.of("requests", "hydra").ip.dropna())
    busy = campaign.requests[campaign.requests.ring_id == BUSY]
    for tenants in (campaign.of("requests", "proxy_customer"), busy):
        assert len(set(tenants.ip.dropna()) & network) > 20


def test_card_sharers_are_synchronised_to_the_minute(campaign):
    def together(frame):
        many = frame.groupby(frame.timestamp.dt.floor("min")).account_id.nunique()
        return (many >= 4).mul(many).sum() / many.sum()

    sent = campaign.of("requests", "card_sharers")
    assert together(sent[sent.ring_id != BUSY]) > 0.2
    assert together(campaign.of("requests", "hydra")) < 0.1


def test_hydra_moves_half_its_traffic_to_a_new_model_within_a_day(campaign):
    day = (campaign.requests.timestamp - pd.Timestamp("2026-01-01", tz="UTC")).dt.days
    new = (campaign.requests.model == "large-2").groupby([campaign.requests.campaign, day]).mean()
    assert new["hydra"].loc[:39].max() == 0 and new["honest"].loc[:39].max() == 0
    assert 0.15 < new["hydra"][40] < 0.35 and 0.42 < new["hydra"][41] < 0.55
    assert new["honest"][41] < 0.12 and 0.25 < new["honest"][59] < 0.45


def test_the_careful_have_few_machines_and_cards_and_homes_of_their_own(campaign):
    sent, paid = campaign.of("requests", "careful"), campaign.of("payments", "careful")
    assert sent.device_id.nunique() == 3 and paid.payment_method_id.nunique() == 2
    assert sent.dropna(subset="ip").groupby("ip").account_id.nunique().max() == 1


@pytest.mark.parametrize(
    ("operator", "target", "also"),
    [
        ("hydra", "coding", {"tool_use", "agentic"}),
        ("card_sharers", "tool_use", {"agentic", "computer_use"}),
        ("careful", "reasoning", {"rubric_grading", "policy_rewrites"}),
    ],
)
def test_operators_target_capabilities_among_ordinary_prompts(campaign, operator, target, also):
    mine, other = campaign.of("requests", operator), campaign.requests
    asked = mine.groupby("prompt_cluster_id").account_id.nunique()
    of = mine.groupby("prompt_cluster_id").capability.first()
    common = asked[asked >= 0.25 * mine.account_id.nunique()].index
    shared = [name for name in common if of[name] in {target, *also}]
    assert sum(of[name] == target for name in shared) >= 4
    assert {of[name] for name in shared} == {target, *also}
    assert 0.35 < mine.prompt_cluster_id.isin(shared).mean() < 0.8, "among ordinary prompts"
    benign = other[(other.label == "benign") & other.prompt_cluster_id.isin(shared)]
    assert benign.account_id.nunique() > 3, "honest people ask it as well"


def test_look_alikes_share_what_their_name_says(campaign):
    def ips(cohort):
        return campaign.of("requests", cohort).dropna(subset="ip")

    assert ips("carrier_nat").ip.nunique() == 4
    assert ips("carrier_nat").groupby("ip").account_id.nunique().min() > 50
    assert ips("campus").ip.value_counts().head(6).sum() > 0.5 * len(ips("campus"))
    assert campaign.of("accounts", "campus").email.str.split("@").str[1].nunique() == 1
    for firm, declared in (("corporate_vpn", 0.5), ("undeclared_firm", 0)):
        assert campaign.of("requests", firm).device_id.nunique() == 1
        staff = campaign.of("accounts", firm)
        assert abs(staff.organization_id.notna().mean() - declared) < 0.15
        assert staff.organization_id.nunique() == (declared > 0)
    family = campaign.of("payments", "family")
    assert set(family.groupby("payment_method_id").account_id.nunique()) == {4}
    prepaid = campaign.of("payments", "prepaid_bin")
    assert set(prepaid.bin) == {"400999"} and set(prepaid.kind) == {"prepaid"}
    assert prepaid.groupby("payment_method_id").account_id.nunique().max() == 1
    lesson = campaign.of("requests", "bootcamp")
    assert lesson.timestamp.max() - lesson.timestamp.min() < pd.Timedelta(hours=1)
    assert lesson.prompt_cluster_id.nunique() == 5 and lesson.account_id.nunique() > 50
    fleet = campaign.of("requests", "ci_fleet")
    assert fleet.device_id.nunique() == 1 and 20 < fleet.ip.nunique() <= 40
    reseller = campaign.of("accounts", "reseller")
    assert reseller.organization_id.nunique() == 1 and reseller.organization_id.notna().all()
    assert campaign.of("payments", "reseller").payment_method_id.nunique() == 1
    road = ips("traveller").groupby("account_id").agg(ips=("ip", "nunique"), n=("ip", "size"))
    assert road[road.n > 100].ips.min() > 5
    vpn = campaign.proxies[campaign.proxies.kind == "vpn"].address
    nets = [ipaddress.ip_network(net) for net in vpn]
    hidden = ips("public_vpn").ip
    behind = [any(ipaddress.ip_address(ip) in net for net in nets) for ip in hidden.unique()]
    assert np.mean(behind) > 0.5


def test_background_is_not_tidy(campaign):
    honest = campaign.of("requests", "honest")
    homes = honest[honest.ip.str.startswith("100.", na=False)]
    strangers = homes.groupby("ip").account_id.nunique()
    assert (strangers > 1).mean() > 0.05, "addresses are not reassigned"
    clients = honest.groupby("device_id").account_id.nunique()
    assert clients.max() > 20 and (clients == 1).mean() > 0.9, "popular builds, own installations"
    prompts = honest.groupby("prompt_cluster_id").account_id.nunique().sort_values()
    assert prompts.iloc[-1] > 10 * prompts.median()
    assert 0.02 < (campaign.payments.outcome == "failed").mean() < 0.08
    opened = campaign.of("accounts", "honest").created_at
    assert opened.dt.day_of_week.ge(5).mean() < 0.2
    assert campaign.contacts.kind.eq("referred").all() and len(campaign.contacts) > 50


def test_requests_come_in_bursts_by_day(campaign):
    honest = campaign.of("requests", "honest").sort_values(["account_id", "timestamp"])
    gap = honest.groupby("account_id").timestamp.diff().dt.total_seconds().dropna()
    assert gap.median() < 120 and gap.std() > 3 * gap.mean()
    by_hour = honest.timestamp.dt.hour.value_counts(normalize=True)
    assert by_hour.max() < 0.1
    weekend = honest.timestamp.dt.day_of_week.ge(5).mean()
    assert 0.14 < weekend < 0.26


def distance(one, other):
    """Kolmogorov-Smirnov: the greatest distance of two distributions."""
    points = np.sort(np.concatenate([one, other]))
    shares = [np.searchsorted(np.sort(x), points, "right") / len(x) for x in (one, other)]
    return np.abs(shares[0] - shares[1]).max()


def test_sizes_and_gaps_have_the_shape_of_the_real_trace(campaign, shared):
    for kind, rows in (
        ("code", campaign.requests[campaign.requests.capability == "coding"]),
        ("conv", campaign.requests[campaign.requests.capability != "coding"]),
    ):
        name = f"data/azure_llm_trace/data/AzureLLMInferenceTrace_{kind}.csv"
        real = pd.read_csv(shared(name), parse_dates=["TIMESTAMP"])
        assert distance(rows.input_tokens, real.ContextTokens) < 0.06
        assert distance(rows.output_tokens, real.GeneratedTokens) < 0.12
        if kind == "code":  # a tool's calls come as close together
            gaps = real.TIMESTAMP.sort_values().diff().dt.total_seconds().dropna()
            ours = rows.sort_values(["account_id", "timestamp"]).groupby("account_id")
            ours = ours.timestamp.diff().dt.total_seconds().dropna()
            assert distance(ours[ours < 4], gaps[gaps < 4]) < 0.15
        else:  # strangers' arrivals in a busy hour: as irregular as real ones
            busy = rows[rows.timestamp.dt.floor("h") == rows.timestamp.dt.floor("h").mode()[0]]
            spread = [
                gaps.std() / gaps.mean()
                for gaps in (
                    frame.sort_values().diff().dt.total_seconds().dropna()
                    for frame in (real.TIMESTAMP, busy.timestamp)
                )
            ]
            assert 0.7 < spread[1] / spread[0] < 1.5
