"""What has every fitted model in common? Its parameters, how sure they are, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

import attrs
import numpy as np

from custinsights.analyses.prediction.fitting import GIVEN, Convergence
from custinsights.analyses.prediction.horizons import as_float
from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue, NoModel
from custinsights.history.columnar.columns import FloatArray
from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table


def with_remarks(provenance: Provenance, remarks: Iterable[str]) -> Provenance:
    """Return where a forecast comes from: whence the purchases do, and what models say beside."""
    return attrs.evolve(provenance, remarks=(*provenance.remarks, *remarks))


@attrs.frozen(eq=False, repr=False)
class FittedModel(Presented):
    """Parameters of a model with what is known of them.

    Parameters
    ----------
    params
        The parameters by the names of the papers, each above zero.
    unit
        What the parameters are in: the unit of time of the purchase summary, or the currency.
    log_likelihood
        Of the customers it was fitted to; NaN where it was not fitted.
    covariance
        float64[p, p] of the parameters in their order; empty where it was not fitted.
    convergence
        Whether to believe it.
    customers
        How many it was fitted to.
    purchases
        The purchase summary that it was fitted to, of which it tells unless another one is given.
    """

    params: Mapping[str, float] = attrs.field(converter=frozen)
    unit: str
    log_likelihood: float = float("nan")
    covariance: FloatArray = attrs.field(factory=lambda: np.full((0, 0), np.nan))
    convergence: Convergence = GIVEN
    customers: int = 0
    purchases: CustomerTable | None = None

    NAMES: ClassVar[tuple[str, ...]]

    @params.validator
    def _are_parameters(self, _field: object, params: Mapping[str, float]) -> None:
        """Refuse parameters that are none; of a fit that did not converge they are NaN."""
        may_be_unknown = not self.convergence
        are_right = tuple(params) == self.NAMES and all(
            isinstance(one, int | float)
            and (0 < as_float(one) < np.inf or (may_be_unknown and np.isnan(one)))
            for one in params.values()
        )
        if not are_right:
            what = f"these are no parameters of {type(self).__name__}"
            given = ", ".join(f"{name}={one}" for name, one in params.items())
            raise InvalidValue(what, given, f"{', '.join(self.NAMES)}, each a number above 0")

    @property
    def standard_errors(self) -> Mapping[str, float]:
        """The standard error of each parameter: the root of its variance; NaN where unknown."""
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.diag(self.covariance)).tolist()
        return dict(zip(self.NAMES, errors or [np.nan] * len(self.NAMES), strict=True))

    def table(self) -> Table:
        """Return the parameters with their standard errors, and the verdict as notes."""
        verdict, errors = self.convergence, self.standard_errors
        notes = [f"Fitted to {self.customers:,} customers: {verdict.reason}."]
        if not self.customers:
            notes = [f"{verdict.reason[:1].upper()}{verdict.reason[1:]}."]
        if self.purchases is not None:  # and nobody observed all of the time before its as_of
            notes += self.purchases.provenance.notes()[1:]
        if not verdict:
            notes.append(f"Not to be used. {verdict.advice}.")
        return Table(
            type(self).__name__,
            [
                Column("parameter", "label", list(self.params)),
                Column("value", "number", np.array([*self.params.values()], dtype=np.float64)),
                Column("standard_error", "number", np.array([*errors.values()], dtype=np.float64)),
            ],
            notes=notes,
        )

    def remarks(self, *, are_drawn: bool) -> tuple[str, ...]:
        """Return what else a reader has to know of what it tells, with bounds or without."""
        unsure = [name for name, error in self.standard_errors.items() if np.isnan(error)]
        if not are_drawn or not unsure:
            return ()
        return (f"The bounds take {', '.join(unsure)} for certain: nothing tells how sure.",)

    def asked(self, summary: CustomerTable | None) -> CustomerTable:
        """Return the customers who are asked about.

        Raises
        ------
        NoModel
            The model has not converged, or was not fitted and no customers are given.
        """
        name = type(self).__name__
        if not self.convergence:
            raise NoModel(name, self.convergence.reason, self.convergence.advice)
        found = self.purchases if summary is None else summary
        if found is None:
            advice = "Give what custinsights.purchase_summary(history) returns"
            raise NoModel(name, "it was fitted to nobody, and no customers are given", advice)
        return found
