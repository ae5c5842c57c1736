"""Placeholders of stored queries: what they stand for, and what a wrong one says."""

import pytest

from ringleader.catalogue import parse
from ringleader.catalogue.templates import PLACEHOLDERS, rendered
from ringleader.errors import CatalogueError
from ringleader.schema import BUILT_IN, Schema

WITH_API_KEY = Schema.of({"api_key": {"table": "requests"}})


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        ("identifiers", "Ip|Device|PromptCluster|PaymentMethod|EmailDomain|Phone|Mailbox|Subnet"),
        (
            "uses",
            "USED_IP|USED_DEVICE|SENT|PAID_WITH|REGISTERED_WITH|HAS_PHONE|HAS_MAILBOX|USED_SUBNET",
        ),
        ("independent_uses", "USED_IP|USED_DEVICE|SENT|PAID_WITH|HAS_PHONE|HAS_MAILBOX"),
        ("timed_uses", "USED_IP|USED_DEVICE|SENT|PAID_WITH|USED_SUBNET"),
        ("request_uses", "USED_IP|USED_DEVICE|SENT|USED_SUBNET"),
        ("payment_uses", "PAID_WITH"),
        (
            "key_of:n",
            "coalesce(n.address, n.device_id, n.prompt_cluster_id, n.payment_method_id, n.domain, "
            "n.phone, n.mailbox, n.cidr)",
        ),
        (
            "code_of: use",
            "CASE WHEN use:USED_IP THEN 0 WHEN use:USED_DEVICE THEN 1 WHEN use:SENT THEN 2 "
            "WHEN use:PAID_WITH THEN 3 WHEN use:REGISTERED_WITH THEN 4 WHEN use:HAS_PHONE THEN 5 "
            "WHEN use:HAS_MAILBOX THEN 6 ELSE 7 END",
        ),
    ],
)
def test_a_placeholder_lists_the_identifiers_in_the_order_of_their_codes(placeholder, text):
    assert rendered("{{ " + placeholder + " }}", BUILT_IN) == text


def test_an_identifier_of_the_settings_is_in_every_list():
    assert rendered("{{ request_uses }}", WITH_API_KEY) == (
        "USED_IP|USED_DEVICE|SENT|USED_SUBNET|USED_API_KEY"
    )
    assert rendered("{{ timed_uses }}", WITH_API_KEY).endswith("|USED_SUBNET|USED_API_KEY")
    assert "ELSE 8 END" in rendered("{{ code_of:use }}", WITH_API_KEY)
    assert "(n:ApiKey {api_key: $key})" in rendered("{{ named:n:$key }}", WITH_API_KEY)
    for name, placeholder in PLACEHOLDERS.items():
        text = ":".join((name, *placeholder.arguments))
        told = rendered("{{ " + text + " }}", WITH_API_KEY)
        if name not in ("payment_uses", "code_of", "stands"):
            assert "ApiKey" in told or "API_KEY" in told or "api_key" in told, name


@pytest.mark.parametrize(
    ("placeholder", "message"),
    [
        ("usages", "there is no placeholder 'usages'"),
        ("key_of", "expected {{ key_of:node }}"),
        ("uses:n", "expected {{ uses }}"),
        ("key_of:n) DELETE n //", "expected {{ key_of:node }}"),
    ],
)
def test_a_wrong_placeholder_is_named_with_its_file(tmp_path, placeholder, message):
    path = tmp_path / "q.cypher"
    path.write_text(
        "// name: q\n// question: Who?\n// column n: string\n// mode: read\n"
        "MATCH (n)-[:{{ " + placeholder + " }}]->() RETURN n\n"
    )
    with pytest.raises(CatalogueError) as error:
        parse(path)
    assert str(path) in str(error.value) and message in str(error.value)
