"""What tests of pages in a browser share."""

import shutil

from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

expect = playwright.expect
expect.set_options(timeout=30_000)  # a busy machine takes its time
CHROMIUM = shutil.which("chromium")
OFFLINE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EVIL = "<img src=x onerror=\"document.title='ran'\">"


def settled(page):
    """Wait until the page has its heading and nothing loads."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main[aria-busy]")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def accessible(page):
    """No serious finding of axe-core."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        (one["id"], [node["html"][:120] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
