"""A drawn ring: whole in itself, escaped, every time the same, honest about what is left out."""

import re
from xml.etree import ElementTree

from ringleader.ring_drawing import draw

EVIL = '<script>alert(1)</script>"&'
SUMMARY = {
    "ring_id": "ring-x",
    "size": 3,
    "score": 12.34,
    "families": ["device", "network"],
    "members": [{"account_id": name} for name in ("a", "b", EVIL)],
}
SHARED = [
    {"label": "Device", "identifier": EVIL, "members": ["a", "b", EVIL], "outside": 0},
    {"label": "Ip", "identifier": "203.0.113.7", "members": ["a", "b"], "outside": 4},
]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(drawing):
    root = ElementTree.fromstring(drawing.svg)
    titles = [title.text for title in root.iter(f"{SVG}title")]
    return titles, len(list(root.iter(f"{SVG}line")))


def test_members_and_what_they_share_are_drawn():
    titles, lines = drawn(draw(SUMMARY, SHARED))
    assert set(titles) == {
        "account a",
        "account b",
        f"account {EVIL}",
        f"Device {EVIL}: 3 members, 0 others",
        "Ip 203.0.113.7: 2 members, 4 others",
    }
    assert lines == 5


def test_nothing_runs_and_nothing_is_fetched():
    html = draw(SUMMARY, SHARED)._repr_html_()
    assert "<script" not in html
    assert not re.search(r"(href|src|url\(|@import|on\w+=)", html)
    assert html.count("http") == html.count('xmlns="http://www.w3.org/2000/svg"')


def test_the_picture_is_the_same_every_time():
    assert draw(SUMMARY, SHARED).svg == draw(SUMMARY, SHARED).svg


def test_what_is_left_out_is_told():
    made = draw(SUMMARY, SHARED, most_members=2, most_identifiers=1)
    titles, lines = drawn(made)
    assert len(titles) == 3
    assert lines == 2
    assert made.caption.endswith("not drawn: 1 members and 1 identifiers")


def test_a_ring_that_shares_nothing_still_draws():
    assert len(drawn(draw(SUMMARY, []))[0]) == 3
