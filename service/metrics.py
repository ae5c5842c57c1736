"""Figures of the service for Prometheus; no figure names an account or a ring."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_METHODS = frozenset({"GET", "POST"})


class Metrics:
    """Counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Counter(
            "ringleader_requests",
            "Requests by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "ringleader_request_seconds",
            "How long requests took.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._checks = Counter(
            "ringleader_checks", "Checked accounts by code.", ("code",), registry=registry
        )
        self._age = Gauge(
            "ringleader_run_age_seconds", "Age of the run of the last check.", registry=registry
        )
        self.inside = Gauge(
            "ringleader_work_inside", "Pieces of work that run or wait.", registry=registry
        )
        self.breaker = Gauge(
            "ringleader_breaker_open", "1 while the database is not asked.", registry=registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        told = method if method in _METHODS else "other"
        self._requests.labels(told, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def checks(self, codes: Iterable[str], age: float) -> None:
        """Count checked accounts."""
        for code in codes:
            self._checks.labels(code).inc()
        self._age.set(age)

    def text(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self._registry)
