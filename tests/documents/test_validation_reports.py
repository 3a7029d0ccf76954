"""The page on forecasts shows what validation prints of published data."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

import custinsights as ci
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import MODELS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "forecasts-held-to-the-truth.rst"


def cdnow() -> Any:
    """Return the papers' sample."""
    return to_history(cdnow_sample())


def report_of(history: Any, until: str) -> str:
    """Return the block of a page: each model beside the past rate, and one calibration."""
    found = [ci.validate(model, history, until=until) for model in MODELS]
    shown = [repr(one) for one in found] + [repr(found[0].calibration())]
    return ".. code-block:: text\n\n" + indent("\n\n".join(shown), "   ")


@pytest.mark.parametrize(
    ("history", "until"),
    [(cdnow, "1997-10-01"), (ci.datasets.load_online_retail, "2011-09-01")],
    ids=["CDNOW", "Online Retail"],
)
def test_the_page_shows_what_validation_prints(history: Any, until: str) -> None:
    """Every block of the page is what is printed today."""
    assert report_of(history(), until) in PAGE.read_text(encoding="utf-8")
