"""The console in a real browser: from the queue to a decision, and what is hostile stays text."""

import shutil

import judged_world
import pytest
from judged_worlds import GUEST, RING, SECOND
from playwright import sync_api as playwright
from service_world import running, token

from ringleader.algorithms.detect import detect
from ringleader.algorithms.parameters import Parameters
from ringleader.api import reviewing
from ringleader.settings import load_settings

expect = playwright.expect
CHROMIUM = shutil.which("chromium")
EVIL = "<img src=x onerror=\"document.title='ran'\">"


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("NEEDS chromium, WHICH IS NOT HERE: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def world(connection):
    connection.run_in_batches(
        "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS", name="empty"
    )
    judged_world.built(connection)
    connection.write(
        "MATCH (a:Account {account_id: $name}) SET a.status = $evil, a.plan = $evil",
        {"name": RING[0], "evil": EVIL},
        name="fixture",
    )
    detect(connection, Parameters())
    return connection


@pytest.fixture(scope="module")
def service(world, server, tmp_path_factory):
    home = tmp_path_factory.mktemp("console")
    flags = {
        "neo4j.uri": server.uri,
        "neo4j.username": server.username,
        "neo4j.password": server.password,
    }

    def read(replaced):
        return load_settings({**flags, **replaced}, env={"RINGLEADER_HOME": str(home)}, cwd=home)

    with running(read) as client:
        yield str(client.base_url), home


@pytest.fixture
def enter(browser, service):
    """Open a page as somebody; at the end nothing has complained, and nobody else was asked."""
    base, home = service
    wrong, contexts = [], []

    def foreign(url):
        if not url.startswith((base, "data:")):
            wrong.append(url)

    def opened(role="analyst", name="ann", place="/", width=1280, quiet=True):
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        if quiet:
            page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: foreign(asked.url))
        page.goto(base + place)
        page.get_by_label("Token").fill(token(home, role, name)["Authorization"].split()[1])
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#who")).to_have_text(f"{name}, {role}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def test_a_morning_from_the_queue_to_a_decision(enter, world):
    names = judged_world.rings(world)
    ring = names[tuple(RING)]
    page = enter()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("link", name="new 2")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    opened = page.locator("tr.here a").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(opened)
    # Addresses last.
    page.goto(page.url.rpartition("/")[0] + "/" + ring)
    expect(page.get_by_role("heading", level=1)).to_have_text(ring)
    members = page.locator("section", has_text="Members").locator("tbody tr")
    expect(page.get_by_role("link", name=RING[0])).to_be_visible()
    assert members.count() >= len(RING)
    # What is markup in the data is text on the page.
    expect(page.locator("td", has_text="<img")).to_have_text(EVIL)
    assert page.title() != "ran"
    page.get_by_label("watch").check()
    expect(page.locator("#effect")).to_have_text("Nothing changes but what lists show.")
    page.get_by_label("reject").check()
    expect(page.locator("#effect")).to_contain_text("these 12 accounts used until now counts no")
    page.get_by_label("watch").check()
    page.locator("#note").fill("same cards as last week")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".state.watched")).to_have_text("watched")
    rows = reviewing.decisions(world, ring).rows
    noted = [(row["decided_by"], row["note"]) for row in rows]
    assert noted == [("ann", "same cards as last week")]
    page.goto(page.url.partition("/rings")[0] + "/?state=watched")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("[aria-current='true']")).to_have_text("watched 1")


def test_the_second_of_two_analysts_is_told(enter, world):
    ring = judged_world.rings(world)[tuple(SECOND)]
    mine = enter(name="bob", place=f"/rings/{ring}")
    expect(mine.get_by_label("watch")).to_be_visible()
    reviewing.decide(world, world.settings, [ring], "watch", note="mine", by="eve")
    mine.get_by_label("reject").check()
    mine.locator("#note").fill("a ring")
    mine.get_by_role("button", name="Decide").click()
    expect(mine.get_by_role("alert")).to_contain_text('eve decided meanwhile: watched, "mine"')
    assert [row["decided_by"] for row in reviewing.decisions(world, ring).rows] == ["eve"]


def test_an_account_and_changes_and_who_may_not_decide(enter, world):
    page = enter(role="viewer", name="carl")
    page.keyboard.press("/")
    page.keyboard.type(RING[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(RING[0])
    expect(page.locator(".lead")).to_contain_text("joins: in ring-")
    expect(page.get_by_role("button", name="Decide")).to_have_count(0)
    page.get_by_role("link", name="Changes").click()
    expect(page.locator("tbody tr")).to_have_count(4)  # two rings, and a campaign of each


def test_a_wrong_token_and_an_unknown_account_are_said(enter, service):
    page = enter(quiet=False)
    page.goto(f"{service[0]}/accounts/nobody")
    expect(page.get_by_role("alert")).to_contain_text("there is no account 'nobody'")
    page.evaluate("sessionStorage.setItem('ringleader-token', 'rl_00000000_x')")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The token is not known.")


def test_a_phone_scrolls_down_only(enter):
    page = enter(place=f"/accounts/{GUEST}", width=390)
    expect(page.get_by_role("heading", level=1)).to_have_text(GUEST)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert "null" not in page.locator("main").inner_text()
