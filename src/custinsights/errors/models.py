# ruff: noqa: N818
"""What can go wrong where something is predicted?"""

import attrs

from custinsights.errors.root import CustInsightsError
from custinsights.errors.wording import sentences

__all__ = ["NoModel"]


@attrs.define(auto_exc=True, eq=False)
class NoModel(CustInsightsError, ValueError):
    """A model that cannot tell what it is asked, for it has not converged or speaks of others."""

    model: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return sentences(f"{self.model} tells nothing here: {self.reason}", self.advice)
