"""A look at what came: what is right in form and hardly what was meant; --strict refuses."""

import pytest
from load_world import everything, load, write_csv

from ringleader.errors import InputError

HEAD = "account_id,timestamp,ip,device_id"
T = "2026-03-01T10:00:00Z"


def requests(path, *rows):
    return write_csv(path, HEAD, *rows)


def good(number):
    return [(f"a{n}", T, f"198.51.100.{n}", f"d{n}") for n in range(number)]


# 2
def test_nothing_is_said_of_good_rows(graph, tmp_path):
    summary = load(graph, "requests", requests(tmp_path / "1.csv", *good(40)), strict=True)
    assert summary.look == ()


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_value_that_too_many_share_is_named_with_the_line_that_drops_it(graph, tmp_path, dry_run):
    rows = [*good(60), *((f"x{n}", T, f"203.0.113.{n}", "app") for n in range(12))]
    path = requests(tmp_path / "1.csv", *rows)
    with pytest.raises(InputError, match="device_id 'app' stands in 17% of the rows"):
        load(graph, "requests", path, strict=True)
    [said] = load(graph, "requests", path, dry_run=dry_run).look
    assert 'device_id = { column = "device_id", null = ["app"] }' in said


def test_a_balancer_s_addresses_are_named(graph, tmp_path):
    rows = [(f"a{n}", T, f"10.0.0.{n % 3}", f"d{n}") for n in range(30)]
    [said] = load(graph, "requests", requests(tmp_path / "1.csv", *rows)).look
    assert "100% of the addresses are private" in said


def test_one_value_in_a_column_is_named(graph, tmp_path):
    rows = [(f"a{n % 2}", T, f"198.51.100.{n % 2}", "d") for n in range(30)]
    [said] = load(graph, "requests", requests(tmp_path / "1.csv", *rows)).look
    assert said.startswith("device_id 'd' stands in 100%")


def test_accounts_that_the_accounts_table_does_not_know(graph, tmp_path):
    accounts = write_csv(
        tmp_path / "a.csv", "account_id,country", *((f"a{n}", "DE") for n in range(40))
    )
    load(graph, "accounts", accounts)
    payments = [(f"cus_{n}", f"pm{n}") for n in range(30)]
    path = write_csv(tmp_path / "p.csv", "account_id,payment_method_id", *payments)
    before = everything(graph)
    with pytest.raises(InputError, match="30 of 30 accounts are not in the accounts table"):
        load(graph, "payments", path, strict=True)
    assert everything(graph) == before
    load(graph, "requests", requests(tmp_path / "1.csv", *good(40)), strict=True)


def test_times_that_are_not_plausible(graph, tmp_path):
    rows = [(f"a{n}", "2095-01-01", f"198.51.100.{n}", f"d{n}") for n in range(3)]
    summary = load(graph, "requests", requests(tmp_path / "1.csv", *rows))
    assert any("reach into the future, to 2095-01-01" in said for said in summary.look)


# 9
def test_a_column_that_looks_like_one_of_the_contract(graph, tmp_path):
    rows = [(f"a{n}", T, f"198.51.100.{n}") for n in range(3)]
    path = write_csv(tmp_path / "1.csv", "account_id,timestamp,Client IP", *rows)
    with pytest.raises(InputError, match='"Client IP" is not mapped and looks like ip'):
        load(graph, "requests", path, strict=True)
    [said] = load(graph, "requests", path).look
    assert 'write ip = "Client IP" under [map.requests]' in said
