"""One form for values that mean the same, and none for what is no such value."""

import pytest

from ringleader.schema.normalisers import NORMALISERS


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("Ann.Lee+shop@GoogleMail.com", "annlee@gmail.com"),
        ("a.n.n.lee@gmail.com", "annlee@gmail.com"),
        ("ann.lee+x+y@mail.example", "ann.lee@mail.example"),  # dots count elsewhere
        ("ann-one@yahoo.com", "ann@yahoo.com"),
        ("ann-one@mail.example", "ann-one@mail.example"),
        ("ann@pm.me", "ann@proton.me"),
        (" Ann@Ex\u00e4mple.ORG. ", "ann@xn--exmple-cua.org"),
        ("+tag@mail.example", "+tag@mail.example"),
        ("no address", None),
        ("@mail.example", None),
    ],
)
def test_an_address_leads_to_its_mailbox(written, mailbox):
    assert NORMALISERS["email"](written, "") == mailbox


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("+49 (0)30 1234567", "", "+49301234567"),
        ("0049 30 1234567", "", "+49301234567"),
        ("030/1234567", "de", "+49301234567"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("030 1234567", "", None),
        ("1", "DE", None),
        ("call me", "DE", None),
    ],
)
def test_a_phone_number_has_its_international_form(written, region, number):
    assert NORMALISERS["phone"](written, region) == number


def test_text_is_stripped_or_lowered():
    assert NORMALISERS["strip"](" Doc 7 ", "") == "Doc 7"
    assert NORMALISERS["lower"](" DOC 7 ", "") == "doc 7"
    assert NORMALISERS["strip"]("  ", "") is None
