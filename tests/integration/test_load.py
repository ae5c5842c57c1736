"""Every table into a real Neo4j: exactly these nodes and relationships, however it is loaded."""

import json

import pytest
from load_world import T, everything, load, nodes, relationships, requests_file, write_csv

from ringleader.keys import keyed_hash, load_key

pytestmark = pytest.mark.smoke


def when(hour):
    return f"2026-02-01T{hour:02}:00:00.000000000+00:00"


def test_accounts(graph, tmp_path):
    path = write_csv(
        tmp_path / "accounts.csv",
        "account_id,created_at,email,phone_country,organization_id,country,plan,status,status_at,channel",
        (
            "a",
            T.format("00"),
            "Ann@Exämple.org",
            "DE",
            "org",
            "DE",
            "pro",
            "banned",
            T.format("05"),
            "api",
        ),
        ("b", 1769904000, "ann@xn--exmple-cua.org", None, None, None, None, None, None, "bedrock"),
        ("c", None, None, None, None, None, None, None, None, None),
    )
    summary = load(graph, "accounts", path)
    hashed = keyed_hash(load_key(graph.settings.home), "ann@xn--exmple-cua.org")
    assert nodes(graph, "Account") == [
        {"account_id": "a", "channel": "api", "country": "DE", "created_at": when(0),
         "email_hash": hashed, "phone_country": "DE", "plan": "pro", "status": "banned",
         "status_at": when(5)},
        {"account_id": "b", "channel": "bedrock", "created_at": when(0), "email_hash": hashed},
        {"account_id": "c"},
    ]  # fmt: skip
    assert relationships(graph, "REGISTERED_WITH") == [
        ("a", "xn--exmple-cua.org", {}),
        ("b", "xn--exmple-cua.org", {}),
    ]
    mailbox = keyed_hash(load_key(graph.settings.home), "mailbox", "ann@xn--exmple-cua.org")
    assert relationships(graph, "HAS_MAILBOX") == [("a", mailbox, {}), ("b", mailbox, {})]
    assert relationships(graph, "IN_ORGANIZATION") == [("a", "org", {})]
    assert (summary.read, summary.loaded, summary.quarantined) == (3, 3, 0)
    assert "ann@" not in everything(graph).lower()
    assert summary.notes == {}


def test_one_mailbox_and_one_phone_are_one_however_they_are_written(graph, tmp_path):
    path = write_csv(
        tmp_path / "accounts.csv",
        "account_id,email,phone,phone_country",
        ("a", "Ann.Lee+one@googlemail.com", "+49 30 1234567", None),
        ("b", "annlee@gmail.com", "030 1234567", "DE"),
        ("c", "ann.lee@mail.example", "030 1234567", None),  # whose number that is, nobody knows
    )
    summary = load(graph, "accounts", path)
    key = load_key(graph.settings.home)
    gmail = keyed_hash(key, "mailbox", "annlee@gmail.com")
    other = keyed_hash(key, "mailbox", "ann.lee@mail.example")
    phone = keyed_hash(key, "phone", "+49301234567")
    assert relationships(graph, "HAS_MAILBOX") == sorted(
        [("a", gmail, {}), ("b", gmail, {}), ("c", other, {})]
    )
    assert relationships(graph, "HAS_PHONE") == [("a", phone, {}), ("b", phone, {})]
    assert summary.notes == {
        "distinct values that are no phone number, left out (without a country code they need "
        "phone_country)": 1
    }
    assert "1234567" not in everything(graph)


def test_account_ids_that_look_like_addresses_are_kept_and_told(graph, tmp_path):
    path = write_csv(tmp_path / "accounts.csv", "account_id", ("ann@x.org",), ("b",))
    summary = load(graph, "accounts", path)
    assert nodes(graph, "Account") == [{"account_id": "ann@x.org"}, {"account_id": "b"}]
    assert summary.notes == {"account ids that look like e-mail addresses, kept as they are": 1}


ACCOUNTS = "account_id,status,status_at"
# In whatever order they come, in one load or several, the latest status stands.
STATES = [
    ("a", "banned", T.format("05")),
    ("a", "active", T.format("02")),
    ("a", None, T.format("06")),
    ("b", "active", None),
    ("b", "banned", T.format("05")),
    ("c", "banned", T.format("05")),
    ("d", "active", None),
]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("together", [True, False])
def test_the_latest_status_stands_whatever_was_loaded_last(graph, tmp_path, order, together):
    rows = STATES[::order]
    for number, part in enumerate([rows] if together else [[row] for row in rows]):
        load(graph, "accounts", write_csv(tmp_path / f"{number}.csv", ACCOUNTS, *part))
    assert nodes(graph, "Account") == [
        {"account_id": "a", "status": "banned", "status_at": when(5)},
        {"account_id": "b", "status": "banned", "status_at": when(5)},
        {"account_id": "c", "status": "banned", "status_at": when(5)},
        {"account_id": "d", "status": "active"},
    ]


def test_a_status_of_no_time_or_the_same_gives_way_to_what_is_loaded_later(graph, tmp_path):
    earlier = [("c", "banned", T.format("05")), ("d", "active", None)]
    later = [("c", "review", T.format("05")), ("d", "banned", None)]
    load(graph, "accounts", write_csv(tmp_path / "1.csv", ACCOUNTS, *earlier))
    load(graph, "accounts", write_csv(tmp_path / "2.csv", ACCOUNTS, *later))
    assert nodes(graph, "Account") == [
        {"account_id": "c", "status": "review", "status_at": when(5)},
        {"account_id": "d", "status": "banned"},
    ]


def test_organizations_and_domains_of_an_account_add_up(graph, tmp_path):
    header = "account_id,email,organization_id"
    load(graph, "accounts", write_csv(tmp_path / "1.csv", header, ("a", "a@old.example", "old")))
    load(graph, "accounts", write_csv(tmp_path / "2.csv", header, ("a", "a@new.example", "new")))
    assert relationships_pairs(graph, "IN_ORGANIZATION") == [("a", "new"), ("a", "old")]
    assert relationships_pairs(graph, "REGISTERED_WITH") == [
        ("a", "new.example"),
        ("a", "old.example"),
    ]


def test_requests(graph, tmp_path):
    load(graph, "requests", requests_file(tmp_path / "requests.csv"))
    assert nodes(graph, "Account") == [{"account_id": "a"}, {"account_id": "b"}]
    assert nodes(graph, "Ip") == [{"address": "198.51.100.7"}, {"address": "2001:db8::1"}]
    assert nodes(graph, "Device") == [{"device_id": "d1", "user_agent": "ua2"}]
    assert nodes(graph, "PromptCluster") == [{"capability": "coding", "prompt_cluster_id": "pc1"}]
    assert relationships(graph, "IN_SUBNET") == [
        ("198.51.100.7", "198.51.100.0/24", {}),
        ("2001:db8::1", "2001:db8::/64", {}),
    ]
    both = {
        "channels": ["api", "bedrock"], "days": [5], "events": 2, "first_seen": when(1),
        "hours": [1, 3], "input_tokens": 15, "last_seen": when(3), "output_tokens": 3,
    }  # fmt: skip
    late = {
        "days": [5], "events": 1, "first_seen": when(23), "hours": [23],
        "input_tokens": 1, "last_seen": when(23), "output_tokens": 1,
    }  # fmt: skip
    six = {
        "channels": ["api"], "days": [5], "events": 1, "first_seen": when(2), "hours": [2],
        "input_tokens": 0, "last_seen": when(2), "output_tokens": 0,
    }  # fmt: skip
    assert relationships(graph, "USED_IP") == [
        ("a", "198.51.100.7", both),
        ("a", "2001:db8::1", six),
        ("b", "198.51.100.7", late),
    ]
    assert relationships(graph, "USED_DEVICE") == [("a", "d1", both), ("b", "d1", late)]
    asked = {"active_hours": [121, 122, 123], "daily": [20_485_000_000_003], "events": 3}
    assert relationships(graph, "REQUESTED") == [
        ("a", "unknown", asked),
        ("b", "unknown", {"active_hours": [143], "daily": [20_485_000_000_001], "events": 1}),
    ]
    assert nodes(graph, "Model") == [{"first_seen": when(1), "model": "unknown"}]
    assert relationships(graph, "SENT") == [("a", "pc1", both), ("b", "pc1", late)]
    (batch,) = nodes(graph, "Batch")
    assert (batch["table"], batch["state"], batch["rows"]) == ("requests", "done", 4)


def test_requests_of_a_model_add_up_by_day_over_loads(graph, tmp_path):
    header = "account_id,timestamp,model"
    for number, hours in enumerate((("01", "02"), ("02", "23"))):
        rows = [("a", T.format(hour), "m1") for hour in hours] + [("a", "2026-02-03", "m2")]
        load(graph, "requests", write_csv(tmp_path / f"{number}.csv", header, *rows))
    assert relationships(graph, "REQUESTED") == [
        ("a", "m1", {"active_hours": [121, 122, 143], "daily": [20_485_000_000_004], "events": 4}),
        ("a", "m2", {"active_hours": [168], "daily": [20_487_000_000_002], "events": 2}),
    ]


def test_payments(graph, tmp_path):
    path = write_csv(
        tmp_path / "payments.csv",
        "account_id,payment_method_id,timestamp,kind,bin,issuer_country,amount,currency,outcome",
        ("a", "fp1", T.format("01"), "prepaid", "400000", "US", "9.99", "usd", "succeeded"),
        ("a", "fp1", T.format("02"), "prepaid", "400000", "US", "9.99", "EUR", "declined"),
        ("b", "fp1", None, None, None, None, None, None, None),
    )
    load(graph, "payments", path)
    assert nodes(graph, "PaymentMethod") == [
        {"bin": "400000", "issuer_country": "US", "kind": "prepaid", "payment_method_id": "fp1"}
    ]
    assert relationships(graph, "PAID_WITH") == [
        ("a", "fp1", {"currencies": ["EUR", "USD"], "days": [5], "events": 2, "failed": 1,
                      "disputed": 0, "refunded": 0, "first_seen": when(1), "hours": [1, 2],
                      "last_seen": when(2)}),
        ("b", "fp1", {"disputed": 0, "events": 1, "failed": 0, "refunded": 0}),
    ]  # fmt: skip


def test_contacts(graph, tmp_path):
    path = write_csv(
        tmp_path / "contacts.csv",
        "account_id,other_account_id,kind,timestamp",
        ("a", "b", "transferred", T.format("01")),
        ("a", "b", "transferred", T.format("04")),
        ("a", "b", "referred", None),
        ("b", "z", "invited", None),
        ("a", "a", "invited", None),
    )
    summary = load(graph, "contacts", path)
    assert relationships(graph, "CONTACTED") == [
        ("a", "b", {"events": 1, "kind": "referred"}),
        ("a", "b", {"events": 2, "kind": "transferred", "first_seen": when(1),
                    "last_seen": when(4)}),
        ("b", "z", {"events": 1, "kind": "invited"}),
    ]  # fmt: skip
    assert summary.notes == {"with itself, left out": 1}


def test_contacts_of_known_accounts_only(graph, tmp_path):
    graph.write("CREATE (:Account {account_id: 'known'})", name="prepare")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text("[options.contacts]\nknown_accounts_only = true\n[map.contacts]\n")
    path = write_csv(
        tmp_path / "contacts.csv",
        "account_id,other_account_id,kind",
        ("a", "known", "transferred"),
        ("a", "exchange", "transferred"),
        ("b", "a", "referred"),
    )
    summary = load(graph, "contacts", path, mapping=mapping)
    pairs = [(start, end) for start, end, _ in relationships(graph, "CONTACTED")]
    assert pairs == [("a", "known"), ("b", "a")]
    assert summary.notes["with unknown accounts, left out"] == 1


def test_labels(graph, tmp_path):
    path = write_csv(
        tmp_path / "labels.csv",
        "account_id,label,ring_id,campaign,decided_at,decided_by",
        ("a", "fraud", "r1", "hydra", T.format("01"), "ann"),
        ("b", "benign", None, None, None, None),
    )
    load(graph, "labels", path)
    fraud, benign = sorted(nodes(graph, "Review"), key=lambda r: r["label"], reverse=True)
    assert {k: v for k, v in fraud.items() if k != "review_id"} == {
        "label": "fraud", "ring": "r1", "campaign": "hydra", "decided_at": when(1),
        "decided_by": "ann",
    }  # fmt: skip
    assert set(relationships_pairs(graph, "DECIDED")) == {
        (fraud["review_id"], "a"),
        (benign["review_id"], "b"),
    }


def relationships_pairs(graph, type_):
    return [(start, end) for start, end, _ in relationships(graph, type_)]


def test_given_prompt_clusters_are_masked_and_win_over_requests(graph, tmp_path):
    clusters = write_csv(
        tmp_path / "prompts.csv",
        "prompt_cluster_id,label,capability,exemplar",
        ("pc1", "chains", "reasoning", "tell ann@mail.example about 4111111111111111"),
    )
    load(graph, "prompts", clusters)
    load(graph, "requests", requests_file(tmp_path / "requests.csv"))
    assert nodes(graph, "PromptCluster") == [
        {"prompt_cluster_id": "pc1", "label": "chains", "capability": "reasoning",
         "exemplar": "tell <email> about <number>"}
    ]  # fmt: skip


def prompt_rows(*prompts):
    return "".join(
        json.dumps({"account_id": account, "timestamp": T.format("01"), "prompt": prompt}) + "\n"
        for account, prompt in prompts
    )


def test_raw_prompts_join_the_clusters_of_earlier_days_and_are_not_kept(graph, tmp_path):
    first, second = tmp_path / "day1.jsonl", tmp_path / "day2.jsonl"
    template = "Solve the following problem step by step and show all reasoning: what is {}?"
    first.write_text(
        prompt_rows(
            ("a", template.format("17 + 4")),
            ("b", template.format("1,000 * 3")),
            ("c", 'Write a Python function that parses "secret payload" into a list of records'),
        )
    )
    second.write_text(prompt_rows(("d", template.format("99 - 1") + " Thanks")))
    load(graph, "requests", first)
    clusters = dict(relationships_pairs(graph, "SENT"))
    assert clusters["a"] == clusters["b"] != clusters["c"]
    load(graph, "requests", second)
    assert dict(relationships_pairs(graph, "SENT"))["d"] == clusters["a"]
    assert len(nodes(graph, "PromptCluster")) == 2
    whole = everything(graph)
    assert "secret payload" not in whole and "17 + 4" not in whole and "1,000" not in whole


def test_a_prompt_of_few_accounts_leaves_no_exemplar(graph, tmp_path):
    ours = "Solve the following problem step by step and show all reasoning: what is {}?"
    theirs = "Draft a letter to the landlord about the broken heating and the rent since autumn {}"
    path = tmp_path / "day.jsonl"
    path.write_text(
        prompt_rows(
            *((f"a{n}", ours.format(n)) for n in range(5)),
            *((f"b{n}", theirs.format(n)) for n in range(4)),
            *(("b0", theirs.format(n)) for n in range(10, 20)),  # as often as they like
        )
    )
    load(graph, "requests", path)
    clusters = dict(relationships_pairs(graph, "SENT"))
    told = {
        node["prompt_cluster_id"]: node.get("exemplar") for node in nodes(graph, "PromptCluster")
    }
    assert told == {
        clusters["a0"]: "solve the following problem step by step and show all reasoning: what is "
        "<number>?",
        clusters["b0"]: None,
    }
    assert "landlord" not in everything(graph)
