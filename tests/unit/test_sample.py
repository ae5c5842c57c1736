"""The sample is reproducible, whole, and made of reserved addresses only."""

import csv
import filecmp
import ipaddress

import pyarrow.parquet as pq

from scenario.sample import build, write
from scenario.world import BENCHMARK_NET


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    one, two = write(tmp_path / "1", scale=0.1), write(tmp_path / "2", scale=0.1)
    other = write(tmp_path / "3", seed=8, scale=0.1)
    assert all(filecmp.cmp(one[table], two[table], shallow=False) for table in one)
    assert not filecmp.cmp(one["accounts"], other["accounts"], shallow=False)


def test_every_account_is_labelled_and_rings_are_the_operators(tmp_path):
    paths = write(tmp_path, scale=0.1)
    with paths["labels"].open() as file:
        labels = list(csv.DictReader(file))
    with paths["accounts"].open() as file:
        accounts = [row["account_id"] for row in csv.DictReader(file)]
    assert [row["account_id"] for row in labels] == accounts
    assert len(set(accounts)) == len(accounts)
    sizes = {}
    for row in labels:
        sizes[row["ring_id"]] = sizes.get(row["ring_id"], 0) + 1
        assert (row["label"] == "fraud") == bool(row["ring_id"])
    del sizes[""]
    assert sizes == {"ring-hydra": 120, "ring-cards": 60, "ring-careful": 12}


def test_addresses_are_reserved_for_benchmarks(tmp_path):
    table = pq.read_table(write(tmp_path, scale=0.1)["requests"])
    assert all(ipaddress.ip_address(ip) in BENCHMARK_NET for ip in table["ip"].unique().to_pylist())


def test_look_alikes_are_there():
    cohorts = {account.cohort for account in build(scale=0.1).accounts if not account.ring}
    assert cohorts == {
        "honest",
        "carrier_nat",
        "campus",
        "corporate_vpn",
        "family",
        "bootcamp",
        "ci_fleet",
        "prepaid_bin",
    }
