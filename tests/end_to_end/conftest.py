"""A browser; the console in it, with hostile names; and reports in it."""

import pytest
from browser_pages import CHROMIUM, EVIL, OFFLINE, expect
from judged_worlds import RING
from playwright import sync_api as playwright
from report_world import ReportWorld, written
from service_world import judged, running, settings_of, token


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("NEEDS chromium, WHICH IS NOT HERE: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def world(connection):
    judged(connection)
    connection.write(
        "MATCH (a:Account {account_id: $name}) SET a.status = $evil, a.plan = $evil "
        "WITH a MATCH (p:PromptCluster {prompt_cluster_id: 'template-a0'}) "
        "SET p.exemplar = $evil + ' write reviews' "
        "MERGE (m:Model {model: 'm1'}) MERGE (a)-[r:REQUESTED]->(m) "
        "SET r.daily = [20454000000007, 20456000000003]",
        {"name": RING[0], "evil": EVIL},
        name="fixture",
    )
    return connection


@pytest.fixture(scope="module")
def service(world, server, tmp_path_factory):
    home = tmp_path_factory.mktemp("console")
    (home / "ringleader.toml").write_text(
        "[serve]\naccount_link = 'https://admin.example/{account_id}'\n"
        "[jobs.nightly]\n[[jobs.nightly.steps]]\nstep = 'query'\nname = 'what-is-loaded'\n"
    )
    with running(settings_of(server, home)) as client:
        yield str(client.base_url), home


@pytest.fixture
def enter(browser, service):
    """Open a page as somebody; at the end nothing has complained, and nobody else was asked."""
    base, home = service
    wrong, contexts = [], []

    def foreign(url):
        if not url.startswith((base, "data:")):
            wrong.append(url)

    def opened(role="analyst", name="ann", place="/", width=1280, quiet=True, dark=False):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
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


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A page of thirty rings, more than one part of the list."""
    return written(tmp_path_factory.mktemp("report") / "report.html", ReportWorld(rings=30))


@pytest.fixture(scope="module")
def evil(tmp_path_factory):
    """A page in which every name is markup."""
    return written(tmp_path_factory.mktemp("evil") / "report.html", ReportWorld(evil=True))


@pytest.fixture
def show(browser):
    """Open a page; at the end nothing has complained and nothing was asked of any network."""
    told, contexts = [], []

    def opened(path, place="", width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda asked: told.append(asked.url) if asked.url != page.url else None)
        page.goto(f"file://{path}{place}")
        page.wait_for_selector("html[data-ready]")
        told[:] = [line for line in told if not line.startswith(f"file://{path}")]
        return page

    opened.told = told
    yield opened
    for context in contexts:
        context.close()
    assert told == []
