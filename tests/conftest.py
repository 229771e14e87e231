"""Rules for all tests."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# A busy computer is no fault of the code's. In CI hypothesis has a profile of its own: the same examples each time.
settings.register_profile("spicegate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if os.environ.get("CI") != "true":
    settings.load_profile("spicegate")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test of real programs that would be skipped fails: nobody reads the skips there."""
    report = yield
    real = item.get_closest_marker("e2e") or item.get_closest_marker("compose")
    if report.skipped and real and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longreprtext}"
    return report
