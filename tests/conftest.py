"""What every test shares: Hypothesis without a clock, and markers that name real checklist ids."""

import os

import pytest
from hypothesis import settings

from docs._ext.checklist import COVERAGE, entries

# A busy machine must not fail a law; an unattended run must fail the same way twice.
settings.register_profile("custinsights", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("custinsights")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a `covers` marker that names an id the checklist does not have."""
    known = entries().keys()
    for item in items:
        for marker in item.iter_markers("covers"):
            if unknown := sorted(set(marker.args) - known):
                message = f"{item.nodeid} covers {', '.join(unknown)}: not in {COVERAGE.name}"
                raise pytest.UsageError(message)
