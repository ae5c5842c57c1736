"""How values of identifiers are brought into one form, so that equal things have equal keys.

A normaliser takes a value and a region (a country, for numbers without a country code) and returns
the value in its one form, or None if it is no such value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

__all__ = ["NORMALISERS", "Normaliser", "domain_of", "mailbox_of", "plain_email"]

Normaliser = Callable[[str, str], str | None]

# Domains of one provider: mail to the same name at any of them arrives in one mailbox.
_ALIASES = {
    "googlemail.com": "gmail.com",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "ya.ru": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
}
# Providers that ignore dots in the name.
_DOTLESS = frozenset({"gmail.com"})
# Providers that separate the part that they ignore by another sign than a plus.
_SEPARATORS = {"yahoo.com": "-"}


def domain_of(email: str) -> str:
    """The domain of an address in lower case, international names in their ASCII form."""
    return _in_ascii(email.rpartition("@")[2])


@lru_cache(100_000)
def _in_ascii(domain: str) -> str:
    domain = domain.strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def plain_email(email: str) -> str:
    """An address as it is written, in lower case, the domain as in :func:`domain_of`."""
    return f"{email.rpartition('@')[0].strip().lower()}@{domain_of(email)}"


def mailbox_of(email: str, _region: str = "") -> str | None:
    """The address of the mailbox that mail to an address arrives in.

    Lower case, without a plus part, for Gmail without dots, and with one name for the several
    domains of one provider. An address whose name is nothing but such a part stays as it is.
    """
    name, at, domain = plain_email(email.strip()).rpartition("@")
    if not at or not name or not domain:
        return None
    domain = _ALIASES.get(domain, domain)
    kept = name.partition(_SEPARATORS.get(domain, "+"))[0]
    if domain in _DOTLESS:
        kept = kept.replace(".", "")
    return f"{kept or name}@{domain}"


def _phone(value: str, region: str) -> str | None:
    """A number in its international form (E.164), by Google's rules for every country."""
    import phonenumbers

    text = value.strip()
    if text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, region.strip().upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _strip(value: str, _region: str) -> str | None:
    return value.strip() or None


def _lower(value: str, _region: str) -> str | None:
    return value.strip().casefold() or None


NORMALISERS: dict[str, Normaliser] = {
    "lower": _lower,
    "strip": _strip,
    "phone": _phone,
    "email": mailbox_of,
}
