"""Every page of the console: whoever looks, on whatever screen, and when something is missing.

RINGLEADER_SHOTS names a folder for screenshots of every page, wide, dark and on a phone.
"""

import os
from pathlib import Path

import judged_world
import pytest
from browser_pages import accessible, expect, settled
from judged_worlds import GUEST, RING, SECOND

SHOTS = os.environ.get("RINGLEADER_SHOTS")


def test_an_observer_sees_pseudonyms_only(enter, world, service):
    ring = judged_world.rings(world)[tuple(RING)]
    page = enter(role="observer", name="olga", place=f"/rings/{ring}")
    settled(page)
    told = page.locator("body").inner_text()
    assert "account-" in told
    assert not [name for name in (*RING, "203.0.113.", "template-a") if name in told]
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("link", name="Graph")).to_be_hidden()
    page.goto(f"{service[0]}/changes")
    settled(page)
    assert not [name for name in RING if name in page.locator("body").inner_text()]


def test_a_wrong_token_an_unknown_account_and_a_lost_service_are_said(enter, service):
    page = enter(quiet=False)
    page.goto(f"{service[0]}/accounts/nobody")
    expect(page.get_by_role("alert")).to_contain_text("there is no account 'nobody'")
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.unroute("**/v1/**")
    page.goto(service[0])
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Token").fill("rl_00000000_x")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("The token is not known.")
    assert page.evaluate("document.cookie") == ""
    assert (
        page.evaluate("Object.keys(sessionStorage).length + Object.keys(localStorage).length") == 0
    )


PLACES = [
    "/",
    "/rings/RING",
    f"/accounts/{GUEST}",
    "/identifiers/Device/image-a",
    "/changes?since=2020-01-01",
    "/search?q=write",
    "/ask",
    "/ask/identifiers-by-accounts?run=1",
    f"/graph?start=Account%7C{RING[0]}",
    "/compare?one=RING&other=SECOND",
    "/runs",
    "/jobs",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("look", ["wide", "dark", "phone"])
def test_every_page_is_accessible_and_a_phone_scrolls_down_only(enter, world, place, look):
    names = judged_world.rings(world)
    for word, members in (("RING", RING), ("SECOND", SECOND)):
        place = place.replace(word, names[tuple(members)])
    width = 390 if look == "phone" else 1280
    page = enter(role="lead", name="lea", place=place, width=width, dark=look == "dark")
    settled(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not {"null", "undefined", "NaN"} & set(page.locator("main").inner_text().split())
    if SHOTS:
        name = place.strip("/").replace("/", "-").partition("?")[0] or "queue"
        page.screenshot(path=Path(SHOTS) / f"{name}-{look}.png", full_page=True)


def test_the_door_is_accessible(enter, browser, service):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(service[0])
    expect(page.get_by_label("Token")).to_be_focused()
    accessible(page)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "sign-in.png")
    page.close()
