# ruff: noqa: N818 - what is wrong names an error; that it is one, its base says
"""What can go wrong where one customer is judged by all, or by models of all?"""

import attrs

from custinsights.errors.root import CustInsightsError
from custinsights.errors.wording import sentences

__all__ = ["NeedsCuts", "NeedsModels", "NoModel"]


@attrs.define(auto_exc=True, eq=False)
class NeedsCuts(CustInsightsError, ValueError):
    """A question that compares one customer with all, asked without the cuts of all."""

    what: str
    advice: str = "Make them with cuts(history) on the whole history and pass cuts="

    def __str__(self) -> str:
        fact = f"{self.what!r} judges a customer against all customers, and no cuts were given"
        return sentences(fact, self.advice)


@attrs.define(auto_exc=True, eq=False)
class NoModel(CustInsightsError, ValueError):
    """A model that cannot tell what it is asked, for it has not converged or speaks of others."""

    model: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return sentences(f"{self.model} tells nothing here: {self.reason}", self.advice)


@attrs.define(auto_exc=True, eq=False)
class NeedsModels(CustInsightsError, ValueError):
    """A question that only models of the whole population answer, asked without them."""

    what: str
    advice: str = (
        "Fit them with models = custinsights.fit_models(history) on the whole history and pass "
        "catalog=custinsights.DEFAULT.with_models(models)"
    )

    def __str__(self) -> str:
        fact = f"{self.what!r} is told by models fitted to all customers, and none were given"
        return sentences(fact, self.advice)
