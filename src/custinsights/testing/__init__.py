"""How do I prove that my part fits? The laws of the library, run on random histories.

Needs the extra ``testing``, which brings Hypothesis.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from custinsights.testing.dimensions import check_dimension
from custinsights.testing.outcomes import Outcome
from custinsights.testing.repositories import STORE_PARTS, check_repository
from custinsights.testing.segment_functions import check_segment_function
from custinsights.testing.sources import check_source
from custinsights.testing.tallies import check_tally
from custinsights.testing.traits import check_anchor, check_trait

if TYPE_CHECKING:
    from custinsights.testing.strategies import histories

__all__ = [
    "STORE_PARTS",
    "Outcome",
    "check_anchor",
    "check_dimension",
    "check_repository",
    "check_segment_function",
    "check_source",
    "check_tally",
    "check_trait",
    "histories",
]


def __getattr__(name: str) -> Any:
    if name == "histories":
        return import_module(f"{__name__}.strategies").histories
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
