"""How much do the best customers bring? Top shares, the Gini coefficient, the Lorenz curve."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.errors import InvalidValue, counted
from custinsights.results.door import Presented
from custinsights.results.freezing import frozen_array
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table

IntArray: TypeAlias = npt.NDArray[np.int64]
FloatArray: TypeAlias = npt.NDArray[np.float64]

SHOWN = ("0.01", "0.05", "0.1", "0.2", "0.3", "0.5")
"""The shares of the customers in the table."""


def _as_share(given: float | Fraction | Decimal) -> Fraction:
    """Return a share of the customers exactly; a float means its shortest decimal."""
    kinds = int | float | Fraction | Decimal
    if isinstance(given, kinds) and not isinstance(given, bool) and 0 <= given <= 1:
        return given if isinstance(given, Fraction) else Fraction(str(given))
    raise InvalidValue("the share of the customers is none", given, "a number from 0 to 1")


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Concentration(Presented):
    """How the total spent is spread over the customers whose own is positive.

    Parameters
    ----------
    values, counts
        int64[m], the distinct totals, ascending, in minor units, and how many customers have each.
    excluded, balance
        How many customers are left out because their total is zero or less, and what they sum to.
    exponent
        Decimals of the currency.
    provenance
        Of what, as of when.
    """

    values: IntArray = attrs.field(converter=frozen_array)
    counts: IntArray = attrs.field(converter=frozen_array)
    excluded: int
    balance: int
    exponent: int
    provenance: Provenance

    def __eq__(self, other: object) -> bool:
        """Tell whether two hold the same."""
        if not isinstance(other, Concentration):
            return NotImplemented
        names = ("excluded", "balance", "exponent", "provenance")
        return all(getattr(self, name) == getattr(other, name) for name in names) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("values", "counts")
        )

    @property
    def customers(self) -> int:
        """How many customers have a positive total."""
        return int(self.counts.sum())

    @property
    def total(self) -> int:
        """What they spent together, minor units."""
        return int((self.values * self.counts).sum())

    def top_share(self, p: float | Fraction | Decimal) -> float:
        """Return what the best share p of the customers spent of all; NaN without customers.

        ``top_share(0.2)`` is the share of the best fifth. Where p cuts through a customer, so much
        of what that one spent counts: 10 % of 15 customers are the best one and half the next.
        """
        share = _as_share(p)
        if not self.customers:
            return float("nan")
        wanted = share * self.customers
        counts, values = self.counts[::-1], self.values[::-1]
        reached = np.cumsum(counts)
        whole = int(np.searchsorted(reached, int(wanted), side="right"))
        before = int(reached[whole - 1]) if whole else 0
        held = Fraction(int((values[:whole] * counts[:whole]).sum()))
        if whole < len(values):
            held += (wanted - before) * int(values[whole])
        return float(held / self.total)

    @property
    def gini(self) -> float:
        """The Gini coefficient: 0 where all spent the same, near 1 where one spent nearly all.

        The mean difference of two customers ÷ twice the mean, exact before the last division; NaN
        without customers.

        References
        ----------
        Gini, C. (1912). Variabilità e mutabilità. Bologna.
        """
        n, total = self.customers, self.total
        if not n:
            return float("nan")
        values, counts = self.values.astype(object), self.counts.astype(object)
        ranks = 2 * (np.cumsum(counts) - counts) + counts + 1  # twice the mean rank of each total
        weighed = int((values * counts * ranks).sum())
        return float(Fraction(weighed - (n + 1) * total, n * total))

    @property
    def lorenz(self) -> tuple[FloatArray, FloatArray]:
        """The Lorenz curve: shares of the customers, poorest first, and of what they spent.

        Two arrays of float64, from 0 to 1, with a point where the totals of customers differ;
        between two points it is a straight line. Without customers the point 0, 0.
        """
        customers = np.concatenate([[0], np.cumsum(self.counts)])
        spent = np.concatenate([[0], np.cumsum(self.values * self.counts)])
        return customers / max(self.customers, 1), spent / max(self.total, 1)

    def table(self) -> Table:
        """Return what the best 1 %, 5 %, 10 %, 20 %, 30 % and 50 % of the customers spent."""
        shares = [self.top_share(Fraction(share)) for share in SHOWN]
        notes = list(self.provenance.notes())
        if self.excluded:
            money = Decimal(self.balance).scaleb(-self.exponent)
            notes.append(
                f"Left out, for their total is not positive: {counted(self.excluded, 'customer')}, "
                f"together {money:,} {self.provenance.currency}."
            )
        return Table(
            f"what the best of {counted(self.customers, 'customer')} spent",
            [
                Column("customers_share", "share", np.array([float(share) for share in SHOWN])),
                Column("spent_share", "share", np.array(shares, dtype=np.float64)),
            ],
            notes=notes,
            timezone=self.provenance.calendar.timezone,
        )
