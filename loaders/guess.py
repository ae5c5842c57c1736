"""What foreign columns are likely to be, by their names: for warnings and for first mappings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ringleader.loaders.contract import Table, Type

# Names that exports give to columns of the contract, without signs between their words.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "account_id": (
        "accountid", "account", "userid", "user", "uid", "customerid", "customer", "memberid",
        "clientid", "principal", "principalid", "username", "userarn", "accountnumber",
        "subscriberid", "tenantid", "consumerid",
    ),
    "timestamp": (
        "time", "ts", "datetime", "date", "eventtime", "occurredat", "requesttime", "loggedat",
        "starttime", "receivedat", "createdat", "created",
    ),
    "ip": (
        "ipaddress", "ipaddr", "clientip", "remoteaddr", "remoteip", "remoteaddress", "sourceip",
        "srcip", "sourceipaddress", "callerip", "calleripaddress", "userip", "cip", "addr",
        "address", "clientaddress", "clientipaddress",
    ),
    "user_agent": ("useragent", "ua", "httpuseragent", "agent", "clientuseragent"),
    "device_id": (
        "deviceid", "device", "fingerprint", "devicefingerprint", "ja4", "ja3", "ja4fingerprint",
        "tlsfingerprint", "visitorid", "browserid", "machineid",
    ),
    "request_id": ("requestid", "reqid", "traceid", "eventid", "rayid", "insertid"),
    "model": ("modelid", "modelname", "engine"),
    "endpoint": ("path", "uri", "url", "route", "operation", "method"),
    "input_tokens": ("prompttokens", "tokensin", "inputtokencount", "inputtokens"),
    "output_tokens": ("completiontokens", "tokensout", "outputtokencount", "outputtokens"),
    "prompt": ("prompttext", "input", "message"),
    "payment_method_id": (
        "paymentmethodid", "paymentmethod", "cardfingerprint", "fingerprint", "cardid",
        "paymentfingerprint", "instrumentid",
    ),
    "payment_id": ("paymentid", "chargeid", "transactionid", "paymentintent", "pspreference"),
    "outcome": ("status", "result", "paymentstatus", "resultcode"),
    "kind": ("type", "funding", "paymenttype", "proxytype"),
    "bin": ("cardbin", "iin", "first6"),
    "issuer_country": ("issuercountry", "cardcountry", "bankcountry", "issuingcountry"),
    "amount": ("value", "total", "price"),
    "currency": ("currencycode", "ccy"),
    "created_at": ("createdat", "created", "signupdate", "signedupat", "registeredat", "joinedat",
                   "createdtime", "creationdate", "opened"),
    "email": ("emailaddress", "mail", "emailaddr", "useremail"),
    "phone_country": ("phonecountry", "phonecountrycode"),
    "organization_id": ("organizationid", "orgid", "organization", "org", "organisation",
                        "organisationid", "companyid", "company", "workspaceid"),
    "country": ("countrycode", "geo", "countryname"),
    "plan": ("tier", "subscription", "planname"),
    "status": ("state", "accountstatus"),
    "status_at": ("statusat", "updatedat", "bannedat"),
    "address": ("network", "cidr", "prefix", "ip", "range", "subnet", "ipaddress", "ipprefix"),
    "operator": ("provider", "owner", "company"),
    "other_account_id": ("otheraccountid", "referredid", "inviteeid", "recipientid", "referrerid"),
    "label": ("verdict", "decision", "class"),
    "decided_at": ("decidedat", "reviewedat"),
    "decided_by": ("decidedby", "reviewer", "analyst"),
}  # fmt: skip


def plain(name: str) -> str:
    """A name in lower case without signs: ``IP Address`` and ``ip_address`` are ``ipaddress``."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def likely(table: Table, names: Iterable[str]) -> dict[str, str]:
    """The foreign column that each column of the contract is likely to come from.

    Args:
        table: The table.
        names: Names of foreign columns; of nested fields with dots.
    """
    given = list(names)
    found: dict[str, str] = {}
    for column in table.columns:
        wanted = (plain(column.name), *SYNONYMS.get(column.name, ()))
        ranked = [
            (wanted.index(form), position, name)
            for position, name in enumerate(given)
            for form in (plain(name), plain(name.rpartition(".")[2]))
            if form in wanted and name not in found.values()
        ]
        if ranked and column.type is not Type.PROMPT:
            found[column.name] = min(ranked)[2]
    return found
