"""A campaign's requests by day, in two lines."""

from ringleader.algorithms.explanation.presentation import daily_lines


def asked(day, requests):
    return {"day": day, "requests": requests}


def test_a_bar_for_each_day_and_the_pivot():
    days = [asked("2026-03-01", 1), asked("2026-03-03", 40), asked("2026-03-03", 40)]
    pivot = {
        "model": "m2",
        "released": "2026-03-02",
        "day": "2026-03-03",
        "before": 0.0,
        "after": 0.48,
    }
    bars = "  requests by day, 2026-03-01 to 2026-03-03: ▁ █ (most 80 on 2026-03-03)"
    assert daily_lines(days, pivot) == [
        bars,
        "  pivot: m2 (first asked by any account on 2026-03-02) has 48% of its requests from "
        "2026-03-03 on, 0% before",
    ]
    assert daily_lines(days, None) == [bars]


def test_without_requests_by_day_it_says_so():
    assert daily_lines([], None) == ["  requests by day: unknown"]
