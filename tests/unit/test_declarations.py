"""Identifiers of the settings file: what follows from a declaration, and what a wrong one says."""

import pytest

from ringleader.algorithms.evidence.sharing import family_codes, group_codes
from ringleader.errors import SettingsError
from ringleader.loaders.contract import tables
from ringleader.schema import BUILT_IN, Schema
from ringleader.settings import load_settings

DECLARED = {
    "api_key": {"table": "requests", "hashed": True, "odds": 0.1, "display": "API key"},
    "wallet": {"table": "payments", "column": "wallet_address", "family": "payment"},
}


def test_built_in_codes_stay_what_they_are():
    assert BUILT_IN.labels[:5] == ("Ip", "Device", "PromptCluster", "PaymentMethod", "EmailDomain")
    assert BUILT_IN.family_names == (
        *("network", "payment", "device", "prompt", "timing", "registration", "contact"),
        "subnet",
    )
    assert BUILT_IN.groups == ("environment", "payment", "prompt", "contact")
    assert family_codes(BUILT_IN).tolist() == [0, 2, 3, 1, 5, 6, 6, 7]
    assert group_codes(BUILT_IN).tolist() == [0, 1, 0, 2, -1, -1, 3, -1]
    assert {family.name: family.odds for family in BUILT_IN.families} == {
        "network": 0.2,
        "payment": 0.04,
        "device": 0.1,
        "prompt": 0.2,
        "timing": 1.0,
        "registration": 0.4,
        "contact": 0.04,
        "subnet": 0.4,
    }


def test_everything_follows_from_a_declaration():
    schema = Schema.of(DECLARED)
    assert schema.labels == (*BUILT_IN.labels, "ApiKey", "Wallet")
    assert schema.groups == (*BUILT_IN.groups, "api_key")
    assert schema.family_of("Wallet") == "payment"
    assert schema.family_by_name["api_key"].odds == 0.1
    assert schema.node_by_label["ApiKey"].key == "api_key"
    used, paid = (schema.relationship_by_type[n] for n in ("USED_API_KEY", "PAID_WITH_WALLET"))
    assert {"events", "input_tokens", "hours"} <= {prop.name for prop in used.properties}
    assert [prop.name for prop in paid.properties][:2] == ["events", "failed"]
    contract = tables(schema)
    assert contract["requests"].column("api_key").sensitive
    assert not contract["payments"].column("wallet_address").sensitive
    assert contract["requests"].identifiers == ("api_key",)
    assert tables(BUILT_IN)["requests"].identifiers == ()


def test_a_built_in_declaration_can_be_changed():
    schema = Schema.of({"phone": {"column": "msisdn", "region": "DE", "hashed": False}})
    assert schema.labels == BUILT_IN.labels
    assert "msisdn" in tables(schema)["accounts"].names
    assert "phone" not in tables(schema)["accounts"].names


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"api_key": {}}, "[identifiers.api_key] lacks table"),
        ({"api_key": {"table": "proxies"}}, "[identifiers.api_key]: table is 'proxies'"),
        ({"api_key": {"table": "requests", "color": "red"}}, "there is no 'color'"),
        ({"api_key": {"table": "requests", "normaliser": "upper"}}, "normaliser is 'upper'"),
        ({"api_key": {"table": "requests", "odds": 0}}, "odds is 0"),
        ({"api_key": {"table": "requests", "hashed": "yes"}}, "hashed is 'yes'"),
        ({"API": {"table": "requests"}}, "lower-case letters"),
        ({"api_key": "requests"}, "it is a table"),
        ({"ip": {"table": "accounts"}}, "[identifiers.ip] is built in"),
        ({"wallet": {"table": "payments", "family": "payment", "odds": 1}}, "odds belong to"),
        ({"status": {"table": "accounts"}}, "status is a property of Account already"),
        ({"ring": {"table": "accounts"}}, "the label Ring exists already"),
    ],
)
def test_a_wrong_declaration_is_named(section, message):
    with pytest.raises(SettingsError) as error:
        Schema.of(section)
    assert message in str(error.value)


def test_settings_carry_the_schema(tmp_path):
    (tmp_path / "ringleader.toml").write_text('[identifiers.session]\ntable = "requests"\n')
    assert load_settings(env={}, cwd=tmp_path).schema.labels[-1] == "Session"
