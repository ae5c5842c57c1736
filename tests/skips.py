"""Skipped tests: what is missing is named, and CI accepts only what it cannot install.

A reason that begins with NEEDS says what is missing. `.ci/run` installs the rest of what tests ask
for, so there a skip that is not listed here is a failure: otherwise tests stop running unnoticed.
"""

import os

import pytest

# What `.ci/run` cannot install.
ALLOWED = (
    "NEEDS ../shared/",  # data beside the repository
    "NEEDS THE COMPOSE PLUGIN OF THE DOCKER CLIENT",  # Debian has no such package
    "NEEDS A USER OTHER THAN ROOT",
    "NEEDS THE CYPHER OF A LATER NEO4J",  # on RINGLEADER_TEST_ENGINE=5.26
)


def in_ci():
    """Whether this run is the one that must not miss a test."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def must_not_skip(report):
    """Turn the skip of a report into a failure where CI does not allow its reason."""
    if not (in_ci() and report.skipped and isinstance(report.longrepr, tuple)):
        return  # an expected failure is reported as a skip too, but not with a place
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not reason.startswith(ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"CI must not skip this: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    must_not_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    must_not_skip(report)
    return report
