"""Indicators as read: one shape of three formats; what does not fit is counted, never guessed."""

import json
from datetime import UTC, datetime

import pytest
import stix2

from ringleader.errors import InputError, SettingsError
from ringleader.indications import HALF_LIVES, Indication, Seen, believed, decayed, half_lives
from ringleader.loaders.indicators.reading import read_indicators
from ringleader.loaders.indicators.shape import Defaults
from ringleader.loaders.indicators.storing import rows_of
from ringleader.schema import BUILT_IN

T = "2026-01-02T00:00:00Z"
AMBER_STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"


def bundle(tmp_path, *patterns, **said):
    partner = stix2.Identity(name="Partner X", identity_class="organization")
    made = [
        stix2.Indicator(
            pattern=pattern, pattern_type="stix", valid_from=T, created=T, modified=T,
            created_by_ref=partner.id, **said,
        )
        for pattern in patterns
    ]  # fmt: skip
    path = tmp_path / "feed.json"
    path.write_text(stix2.Bundle(partner, *made, allow_custom=True).serialize())
    return path


def values(found):
    return [(one.kind, one.value) for one in found.indicators]


def test_patterns_that_name_values_are_taken_and_others_are_counted(tmp_path):
    path = bundle(
        tmp_path,
        "[ipv4-addr:value = '203.0.113.1']",
        "[ipv4-addr:value ISSUBSET '198.51.100.0/23' OR domain-name:value = 'Mail.example']",
        "[ipv6-addr:value IN ('2001:db8:0::1', '2001:db8::2')]",
        "[email-addr:value = 'a.b+c@gmail.com'] OR [user-account:user_id = 'acct-1']",
        "[network-traffic:extensions.'tls-ext'.ja4 = 't13d']",
        "[ipv4-addr:value = '203.0.113.9' AND ipv4-addr:value = '203.0.113.6']",
        "[ipv4-addr:value = '203.0.113.9'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.8']",
        "[ipv4-addr:value != '203.0.113.7']",
        "[file:name = 'a.exe']",
        confidence=70,
        object_marking_refs=[AMBER_STRICT],
    )
    found = read_indicators(path)
    assert values(found) == [
        ("ip", "203.0.113.1"), ("cidr", "198.51.100.0/23"), ("email_domain", "Mail.example"),
        ("ip", "2001:db8::1"), ("ip", "2001:db8::2"), ("mailbox", "a.b+c@gmail.com"),
        ("account", "acct-1"), ("device", "t13d"),
    ]  # fmt: skip
    assert dict(found.left_out) == {
        "pattern that asks for several things at once": 3,
        "kind that accounts do not share (file)": 1,
    }
    one = found.indicators[0]
    at = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp() * 1000)
    assert (one.source, one.tlp, one.confidence, one.valid_from, one.modified, one.revoked) == (
        "Partner X", "amber+strict", 70, at, at, False,
    )  # fmt: skip
    assert read_indicators(path, Defaults(source="Feed", tlp="red")).indicators[0].source == "Feed"


def test_a_misp_event_is_read_with_its_tags_and_deletions(tmp_path):
    path = tmp_path / "event.json"
    event = {
        "info": "campaign", "Orgc": {"name": "Org"}, "timestamp": "1767312000",
        "Tag": [{"name": "tlp:clear"}, {"name": "tlp:green"}],
        "Attribute": [
            {"uuid": "u1", "type": "ip-src", "value": "203.0.113.1", "timestamp": "1767312000"},
            {"uuid": "u2", "type": "domain", "value": "x.example", "deleted": True,
             "Tag": [{"name": "tlp:red"}]},
            {"uuid": "u3", "type": "sha256", "value": "00"},
        ],
        "Object": [{"Attribute": [
            {"uuid": "u4", "type": "ip-dst|port", "value": "203.0.113.0/24|443"},
        ]}],
    }  # fmt: skip
    path.write_text(json.dumps({"response": [{"Event": event}]}))
    found = read_indicators(path)
    assert [(i.ref, i.kind, i.value, i.source, i.tlp, i.revoked) for i in found.indicators] == [
        ("u1", "ip", "203.0.113.1", "Org", "green", False),
        ("u2", "email_domain", "x.example", "Org", "red", True),
        ("u4", "cidr", "203.0.113.0/24", "Org", "green", False),
    ]
    assert found.indicators[0].valid_from == 1767312000000
    assert found.left_out == {"kind that accounts do not share (sha256)": 1}


def test_a_watchlist_is_read_and_kinds_of_addresses_are_seen(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "# ours\nvalue,kind,tlp,confidence,valid_until,note\n"
        "203.0.113.1,,TLP:RED,90,2026-12-31,seen twice\n203.0.113.7/32,,,,,\n"
        "203.0.113.0/25,,,,,\na@b.example,,,,,\nx,device,white,,,\nx,,,,,\n"
        "203.0.113.2,ip,,,soon,\nno address,ip,,,,\n"
    )
    found = read_indicators(path, Defaults(confidence=40))
    assert [(i.kind, i.value, i.tlp, i.confidence) for i in found.indicators] == [
        ("ip", "203.0.113.1", "red", 90), ("ip", "203.0.113.7", "amber", 40),
        ("cidr", "203.0.113.0/25", "amber", 40), ("mailbox", "a@b.example", "amber", 40),
        ("device", "x", "clear", 40),
    ]  # fmt: skip
    assert found.indicators[0].source == "list"
    assert found.left_out == {
        "value whose kind is not said": 1,
        "time or confidence that cannot be read": 1,
        "value that is no address": 1,
    }


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", "{", "a,b\n1,2\n"])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(InputError):
        read_indicators(path)


def test_values_get_the_form_of_the_graph_and_hashed_ones_are_not_kept(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("value,kind\nA.B+x@Gmail.com,mailbox\nMail.EXAMPLE,email_domain\nq,odd\n")
    rows, left_out = rows_of(read_indicators(path).indicators, BUILT_IN, tmp_path)
    assert [(row["label"], row["kind"]) for row in rows] == [
        ("Mailbox", "mailbox"), ("EmailDomain", "email_domain"),
    ]  # fmt: skip
    assert rows[1]["key"] == "mail.example"
    assert len(rows[0]["key"]) == 64
    assert left_out == {"kind that is not known (odd)": 1}


def test_confidence_is_halved_by_each_half_life_of_its_kind():
    since, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)  # 60 days
    assert decayed(80, "ip", since, now, HALF_LIVES) == 20
    assert decayed(80, "ip", since, now, half_lives({"half_life": {"ip": 60}})) == 40
    assert decayed(80, "ip", None, now, HALF_LIVES) == 80
    assert decayed(80, "ip", now, since, HALF_LIVES) == 80
    for wrong in ({"half": {}}, {"half_life": 3}, {"half_life": {"ip": 0}}):
        with pytest.raises(SettingsError):
            half_lives(wrong)


def test_nobody_is_believed_unless_the_settings_say_from_which_confidence_on():
    assert believed({}) == believed({"half_life": {"ip": 3}}) == {}
    assert believed({"evidence": {"X": 60}}) == {"X": 60}
    for wrong in (True, {"X": 0}, {"X": 101}, {"X": True}, {"X": "60"}, {"X": 0.5}):
        with pytest.raises(SettingsError, match="indicators"):
            believed({"evidence": wrong})


def test_sightings_of_others_are_read_with_who_saw_and_their_markings(tmp_path):
    mine, there, here = (
        stix2.Identity(name=name, identity_class="organization") for name in ("P", "A", "B")
    )
    named = stix2.Indicator(
        pattern="[ipv4-addr:value = '203.0.113.1']", pattern_type="stix", valid_from=T, created=T,
        modified=T, created_by_ref=mine.id,
    )  # fmt: skip
    seen = stix2.Sighting(
        sighting_of_ref=named.id, created=T, modified=T, created_by_ref=mine.id, count=14,
        first_seen="2026-01-03T00:00:00Z", last_seen="2026-01-09T00:00:00Z",
        where_sighted_refs=[there.id, here.id], object_marking_refs=[AMBER_STRICT],
    )  # fmt: skip
    once = stix2.Sighting(
        sighting_of_ref=named.id, created=T, modified=T, created_by_ref=mine.id, revoked=True
    )
    other = stix2.Sighting(sighting_of_ref=f"malware--{named.id[11:]}", created=T, modified=T)
    path = tmp_path / "feed.json"
    path.write_text(stix2.Bundle(mine, there, here, named, seen, once, other).serialize())
    found = read_indicators(path)
    at = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp() * 1000)
    day = 86_400_000
    assert [
        (s.ref, s.of, s.observer, s.tlp, s.events, s.first_seen, s.last_seen, s.modified, s.revoked)
        for s in found.sightings
    ] == [
        (seen.id, named.id, "A, B", "amber+strict", 14, at + day, at + 7 * day, at, False),
        (once.id, named.id, "P", "amber", 1, None, None, at, True),
    ]
    assert found.left_out == {"sighting of what is no indicator": 1}
    assert len(found.indicators) == 1


def test_who_has_seen_it_is_told_as_far_as_the_marking_allows():
    seen = tuple(
        Seen(name, tlp, 2, "2026-03-01T00:00:00+00:00")
        for name, tlp in (("A", "green"), ("B", "red"), ("C", "amber"), ("D", "green"))
    )
    one = Indication("X", "amber", "Ip", "203.0.113.7", 60, 42, None, 12, "", seen)
    assert one.words.endswith(
        "confidence 42 (of 60); also seen by A (2 times, last on 2026-03-01, TLP:GREEN), "
        "B (2 times, last on 2026-03-01, TLP:RED), C (2 times, last on 2026-03-01, TLP:AMBER), "
        "1 more"
    )
    assert one.within("green") is None
    assert [s.observer for s in one.within("amber").seen_by] == ["A", "C", "D"]
