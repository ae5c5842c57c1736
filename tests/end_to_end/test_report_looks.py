"""How the report looks in a real browser: by day and by night, on phones, on paper."""

import pytest

CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#ring-0000"])
def test_text_can_be_read_by_day_and_by_night(show, report, scheme, place):
    page = show(report, place, color_scheme=scheme)
    page.wait_for_selector("a.row, .network")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (_luminance(_rgb(ground)) < 0.1) == (scheme == "dark")
    found = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter(e =>
          [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
          && e.getClientRects().length && !e.closest("svg, button:disabled, .off, .unseen, .skip")
        ).map(e => {
          let ground = e;
          while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") {
            ground = ground.parentElement;
          }
          return [e.textContent.trim().slice(0, 40), getComputedStyle(e).color,
                  getComputedStyle(ground).backgroundColor];
        })"""
    )
    assert len(found) > 60
    poor = [
        (text, round(ratio, 2))
        for text, ink, paper in found
        if (ratio := _contrast(_rgb(ink), _rgb(paper))) < CONTRAST
    ]
    assert poor == []


def _rgb(colour):
    return [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]


def _luminance(rgb):
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [c / 255 for c in rgb]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(ink, paper):
    low, high = sorted([_luminance(ink), _luminance(paper)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("place", ["", "#ring-0000"])
def test_nothing_scrolls_sideways(show, report, evil, width, place):
    for path in (report, evil):
        page = show(path, place, width=width)
        page.wait_for_selector("a.row, .network")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_has_every_row_and_no_controls(show, report):
    page = show(report)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("a.row").count() == 30
    assert not page.get_by_label("Search rings").is_visible()
    assert page.locator(".pager button:visible").count() == 0
    assert len(page.pdf()) > 10_000
