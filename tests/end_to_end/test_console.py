"""The console in a real browser: from the queue to a decision, and what is hostile stays text."""

import re

import judged_world
from browser_pages import EVIL, accessible, expect
from judged_worlds import CROWD, RING, SECOND

from ringleader.api import casework, reviewing


def test_a_morning_from_the_queue_to_a_decision(enter, world):
    names = judged_world.rings(world)
    ring = names[tuple(RING)]
    page = enter()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("link", name="new 2")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    opened = page.locator("tr.here a").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(opened)
    # Addresses last.
    page.goto(page.url.rpartition("/")[0] + "/" + ring)
    expect(page.get_by_role("heading", level=1)).to_contain_text(ring)
    members = page.locator("section", has=page.get_by_role("heading", name="Members"))
    expect(members.locator("tbody tr")).to_have_count(len(RING))
    admin = members.get_by_role("link", name="open").first
    assert admin.get_attribute("href").removeprefix("https://admin.example/") in RING
    # What is markup in the data is text on the page.
    expect(members.locator("td", has_text="<img").first).to_have_text(EVIL)
    expect(page.locator("blockquote").first).to_contain_text("<img")
    assert page.title() != "ran"
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("Assigned to ann.")).to_be_visible()
    decision = page.get_by_role("button", name="Decide", exact=True)
    expect(decision).to_be_disabled()
    page.get_by_label("reject").check()
    expect(page.locator("#effect-ring")).to_contain_text("Removes 12 accounts at the next run")
    page.get_by_label("watch").check()
    expect(page.locator("#effect-ring")).to_contain_text("Changes nothing but what lists show")
    page.locator("#note-ring").fill("same cards as last week")
    decision.click()
    expect(page.locator("table .state.watched")).to_have_text("watched")
    rows = reviewing.decisions(world, ring).rows
    noted = [(row["decided_by"], row["note"]) for row in rows]
    assert noted == [("ann", "same cards as last week")]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as Markdown").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    told = page.evaluate("navigator.clipboard.readText()")
    assert f"# Suspected ring `{ring}`" in told
    assert f"| `{RING[3]}` |" in told
    assert "`<img src=x" in told
    page.goto(page.url.partition("/rings")[0] + "/?state=watched")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("nav.filters [aria-current='true']")).to_have_text("watched 1")
    # A filter is in the address, and going back takes it away.
    page.get_by_label("Owner").select_option("ann")
    expect(page).to_have_url(re.compile("state=watched&owner=ann$"))
    page.go_back()
    expect(page).to_have_url(re.compile("state=watched$"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_second_of_two_analysts_is_told(enter, world):
    ring = judged_world.rings(world)[tuple(SECOND)]
    mine = enter(name="bob", place=f"/rings/{ring}", quiet=False)
    mine.get_by_label("reject").check()
    expect(mine.locator("#effect-ring")).to_contain_text("Removes 10 accounts")
    reviewing.decide(world, world.settings, [ring], "watch", note="mine", by="eve")
    casework.assign(world, world.settings, [ring], "eve", by="eve")
    mine.locator("#note-ring").fill("a ring")
    mine.get_by_role("button", name="Decide", exact=True).click()
    expect(mine.get_by_role("alert")).to_contain_text(f'eve on {ring}: watched, "mine"')
    assert [row["decided_by"] for row in reviewing.decisions(world, ring).rows] == ["eve"]
    mine.get_by_role("button", name="Take it").click()
    expect(mine.get_by_role("alert").last).to_contain_text("eve took")
    mine.get_by_role("button", name="Show it as it is now").first.click()
    expect(mine.get_by_text("Assigned to eve.")).to_be_visible()
    expect(mine.locator("table .state.watched")).to_be_visible()


def test_a_lead_decides_on_several_rings_with_one_note(enter, world):
    page = enter(role="lead", name="lea")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("heading", name="2 rings chosen")).to_be_visible()
    page.get_by_label("reject").check()
    told = page.locator("#effect-bulk")
    expect(told).to_contain_text("2 decisions: removes 22 accounts at the next run.")
    page.get_by_label("confirm").check()
    expect(told).to_contain_text("2 decisions: keeps 22 accounts.")
    page.locator("#note-bulk").fill("one operator")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator("td .state.confirmed")).to_have_count(2)
    rows = reviewing.decisions(world).rows
    assert {(row["verdict"], row["note"]) for row in rows} == {("confirmed", "one operator")}
    page.get_by_label("Choose").first.check()
    page.get_by_label("Choose").last.check()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two rings")
    expect(page.locator("main")).to_contain_text("Members of both use 0 identifiers.")


def test_one_box_leads_to_accounts_identifiers_and_words(enter, world, service):
    page = enter(role="viewer", name="carl")
    page.keyboard.press("/")
    page.keyboard.type(RING[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(RING[0])
    expect(page.locator(".lead")).to_contain_text("joins: in ring-")
    expect(page.get_by_role("button", name="Decide", exact=True)).to_have_count(0)
    for text, heading, holds in (
        ("image-a", "device image-a", "Used by 12 accounts"),
        ("203.0.113.0/30", "Search", "4 things found"),
        ("write reviews", "Search", "write reviews"),
        ("nothing of this name", "Search", "nothing is named"),
    ):
        page.get_by_label("Search rings").fill(text)
        page.get_by_label("Search rings").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.locator("main")).to_contain_text(holds)
    page.get_by_role("link", name="Changes").click()
    expect(page.locator("tbody tr")).to_have_count(4)  # two rings, and a campaign of each
    page.goto(f"{service[0]}/accounts/{CROWD[0]}")
    page.get_by_role("button", name="Compare as detection does").click()
    expect(page.locator("main")).to_contain_text(
        f"{CROWD[0]}: it has nothing in common with any ring"
    )


def test_an_identifier_is_pinned_after_its_effect_is_shown(enter, world, service):
    page = enter(place="/identifiers/Device/image-a")
    page.get_by_label("widely shared").check()
    expect(page.locator("#effect-pin")).to_contain_text(
        "Counts nothing from the next run on; ring-"
    )
    page.locator("#note-pin").fill("a public image")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator("main")).to_contain_text("Pinned as widely shared by ann")
    page.get_by_label("take the pin back").check()
    page.locator("#note-pin").fill("it is not")
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.get_by_text("Pinned as")).to_have_count(0)


def test_the_graph_expands_hides_hubs_finds_ways_and_goes_back(enter, world):
    page = enter(place=f"/graph?start=Account%7C{RING[0]}")
    nodes = page.locator("svg.network g[role=img]")
    expect(nodes).to_have_count(7)  # the account, and what it uses
    expect(page.locator(".panel")).to_contain_text("in ring-")
    device = page.get_by_role("img", name="device image-a")
    device.click()
    page.get_by_role("button", name="Who else uses it").click()
    expect(nodes).to_have_count(18)
    page.get_by_role("button", name="Undo").click()
    expect(nodes).to_have_count(7)
    page.get_by_label("Hide hubs").check()
    page.locator("#hub").fill("11")
    page.locator("#hub").blur()
    expect(nodes).to_have_count(6)
    expect(page.locator("main")).to_contain_text("1 hub hidden")
    page.get_by_label("Way from").fill("single")
    page.get_by_label("to", exact=True).fill(RING[5])
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("status").first).to_contain_text("single – template-a0 – ")
    # With the keyboard alone: select, expand.
    page.locator("svg.network").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    before = nodes.count()
    page.keyboard.press("e")
    expect(nodes).not_to_have_count(before)


def test_three_hundred_nodes_stay_fluid(enter, world, service):
    page = enter(place="/graph?start=" + "&start=".join(f"Device%7Cclient{n}" for n in range(7)))
    nodes = page.locator("svg.network g[role=img]")
    expect(nodes.nth(250)).to_be_attached(timeout=20_000)
    # Each answer to a key or the wheel is drawn within a tenth of a second, the slowest of ten.
    slowest = page.evaluate(
        """async () => {
          const net = document.querySelector("svg.network");
          net.focus();
          let slowest = 0;
          for (const key of ["ArrowRight", "ArrowDown", "+", "-", "ArrowLeft", "ArrowUp", "+", "0",
                             "ArrowRight", "Enter"]) {
            const began = performance.now();
            net.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            slowest = Math.max(slowest, performance.now() - began);
          }
          return slowest;
        }"""
    )
    print(f"{nodes.count()} nodes, the slowest of ten answers took {slowest:.0f} ms")
    assert slowest < 250  # on a busy machine; docs/serve.md has the figure of a quiet one


def test_questions_become_forms_and_only_a_lead_types_cypher(enter, service):
    page = enter(place="/ask")
    expect(page.get_by_text("A statement of your own")).to_have_count(0)
    page.get_by_label("Find a question").fill("used this IP address")
    page.get_by_role("link", name="Which accounts used this IP address").click()
    page.get_by_label("address").fill("203.0.113.0")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("link", name=RING[0])).to_be_visible()
    assert "address=203.0.113.0" in page.url
    page.reload()  # the address has the answer
    expect(page.locator("tbody tr")).to_have_count(4)
    lead = enter(role="lead", name="lea", place="/ask", quiet=False)
    lead.get_by_text("A statement of your own").click()
    lead.get_by_label("Cypher that reads").fill("MATCH (r:Ring) RETURN count(r) AS rings")
    lead.get_by_role("button", name="Run").click()
    expect(lead.locator(".result tbody")).to_contain_text("2")
    lead.get_by_label("Cypher that reads").fill("MATCH (r:Ring) DELETE r")
    lead.get_by_role("button", name="Run").click()
    expect(lead.get_by_role("alert")).to_contain_text("DELETE writes")


def test_a_shadow_run_shows_the_difference_and_publishes_nothing(enter, world, service):
    names = judged_world.rings(world)
    # A confirmed ring stays, however small; tests before this one confirm both.
    if reviewing.decisions(world).rows:
        reviewing.decide(world, world.settings, [*names.values()], "withdraw", note="no", by="ann")
    page = enter(role="lead", name="lea", place="/runs")
    card = page.locator("section", has=page.get_by_role("heading", name="Shadow run"))
    card.get_by_text("Parameters").click()
    card.get_by_label("min ring size").fill("11")
    card.get_by_role("button", name="Start a shadow run").click()
    expect(card.get_by_text("is under way (algorithm leiden, min ring size 11)")).to_be_visible()
    expect(card.get_by_role("heading", name="min ring size 11")).to_be_visible(timeout=120_000)
    rows = card.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(names[tuple(SECOND)])
    expect(rows.locator(".state.gone")).to_have_text("gone")
    expect(rows).to_contain_text(SECOND[0])
    expect(card).to_contain_text("nothing was written")
    accessible(page)
    assert judged_world.rings(world) == names


def test_an_analyst_starts_no_shadow_run(enter):
    page = enter(name="bob", place="/runs")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("heading", name="Shadow run")).to_have_count(0)


def test_runs_and_jobs(enter, world):
    page = enter(role="lead", name="lea", place="/runs")
    runs = page.get_by_role("region", name="Detections").locator("tbody tr")
    expect(runs).to_have_count(1)
    expect(runs).to_contain_text("nothing")
    page.goto(page.url.replace("/runs", "/jobs"))
    page.get_by_role("button", name="Start nightly").click()
    expect(page.get_by_text("nightly was started")).to_be_visible()
    expect(page.locator("section", has_text="Runs").last).to_contain_text("done", timeout=60_000)
