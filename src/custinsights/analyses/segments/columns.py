"""How do the values of customers compare with what a rule writes?

Every column answers with a mask of those for whom a comparison is true; where a value is unknown
neither a comparison nor its opposite is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.analyses.customers.cuts import EXACT
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    BoolArray,
    FloatArray,
    IntArray,
    Labels,
)
from custinsights.history.columnar.localtime import LocalClock, date_of
from custinsights.history.context import Context

COMPARES: Mapping[str, Callable[..., BoolArray]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ROUND = {"<": ROUND_CEILING, ">=": ROUND_CEILING, "<=": ROUND_FLOOR, ">": ROUND_FLOOR}


@attrs.frozen(eq=False)
class Numbers:
    """Whole numbers, never unknown, or floats, NaN where unknown, in units of 10 ** -decimals."""

    values: AnyArray
    decimals: int = 0

    @property
    def natural(self) -> FloatArray:
        """float64, in natural units."""
        return self.values / float(10**self.decimals)

    @property
    def is_known(self) -> BoolArray:
        """Where a value is known."""
        if self.values.dtype.kind == "f":
            return ~np.isnan(self.values)
        return np.ones(len(self.values), dtype=np.bool_)

    def take(self, rows: IntArray) -> Numbers:
        """Return the values of some rows."""
        return Numbers(self.values.take(rows), self.decimals)

    def told(self, row: int) -> Decimal | float | None:
        """Return one value in natural units: exactly where whole numbers are kept."""
        value = self.values[row].item()
        if isinstance(value, float):
            return None if math.isnan(value) else value / float(10**self.decimals)
        return Decimal(value).scaleb(-self.decimals, EXACT) if self.decimals else value

    def compare(self, sign: str, number: Decimal) -> BoolArray:
        """Compare with a written number, exactly: whole numbers are never turned into floats."""
        scaled = number if not number.is_finite() else number.scaleb(self.decimals, EXACT)
        if self.values.dtype.kind == "f":
            found = COMPARES[sign](self.values, float(scaled))
            return found & ~np.isnan(self.values) if sign == "!=" else found
        if scaled.is_nan():
            return np.zeros(len(self.values), dtype=np.bool_)
        if not scaled.is_finite() or abs(scaled) >= np.iinfo(np.int64).max:
            is_above = scaled > 0
            holds = (sign in ("<", "<=")) == is_above if sign not in ("==", "!=") else sign == "!="
            return np.full(len(self.values), holds, dtype=np.bool_)
        if scaled == scaled.to_integral_value():
            return COMPARES[sign](self.values, int(scaled))
        if sign in ("==", "!="):
            return np.full(len(self.values), sign == "!=", dtype=np.bool_)
        return COMPARES[sign](self.values, int(scaled.to_integral_value(_ROUND[sign])))


@attrs.frozen(eq=False)
class Times:
    """Local days of instants or dates, by number; unknown where the mask says."""

    days: IntArray
    is_known: BoolArray

    def take(self, rows: IntArray) -> Times:
        """Return the values of some rows."""
        return Times(self.days.take(rows), self.is_known.take(rows))

    def told(self, row: int) -> date | None:
        """Return one day."""
        return date_of(int(self.days[row])) if self.is_known[row] else None

    def compare(self, sign: str, days: IntArray) -> BoolArray:
        """Compare with a local day, or with one in each row."""
        return COMPARES[sign](self.days, days) & self.is_known


@attrs.frozen(eq=False)
class Texts:
    """Labels, unknown where there is none."""

    labels: Labels

    @property
    def is_known(self) -> BoolArray:
        """Where there is a label."""
        return self.labels.codes >= 0

    def take(self, rows: IntArray) -> Texts:
        """Return the values of some rows."""
        return Texts(self.labels.take(rows))

    def told(self, row: int) -> str | None:
        """Return one label."""
        return self.labels.name_of(row)

    def among(self, options: Collection[str], *, inside: bool) -> BoolArray:
        """Tell which labels are among some texts, or among none of them."""
        table = [(name in options) == inside for name in self.labels.names]
        return np.array([*table, False], dtype=np.bool_).take(self.labels.codes)


@attrs.frozen(eq=False)
class Flags:
    """True or false; unknown where the mask says, None being nowhere."""

    values: BoolArray
    known: BoolArray | None = None

    @property
    def is_known(self) -> BoolArray:
        """Where it is true or false."""
        return np.ones(len(self.values), dtype=np.bool_) if self.known is None else self.known

    def take(self, rows: IntArray) -> Flags:
        """Return the values of some rows."""
        return Flags(self.values.take(rows), None if self.known is None else self.known.take(rows))

    def told(self, row: int) -> bool | None:
        """Return one flag."""
        return bool(self.values[row]) if self.is_known[row] else None

    def where(self, *, true: bool) -> BoolArray:
        """Tell for whom it is true, or for whom it is false."""
        found = self.values if true else ~self.values
        return found if self.known is None else found & self.known


Held: TypeAlias = Numbers | Times | Texts | Flags
"""The values of customers that a rule compares."""

KINDS = {Numbers: "numbers", Times: "times or dates", Texts: "texts", Flags: "True and False"}
"""What columns hold, in words."""


def attribute_column(column: Labels | AnyArray) -> Held:
    """Return a further column of the customer table as values to compare."""
    if isinstance(column, Labels):
        return Texts(column)
    if column.dtype.kind == "M":
        known = ~np.isnat(column)
        return Times(column.astype("datetime64[D]").astype(np.int64), known)
    if column.dtype == np.int8:
        return Flags(column == 1, column >= 0)
    return Numbers(column)


def of_kind(values: AnyArray | Labels, kind: str, decimals: int) -> Held:
    """Return the values of a trait, other than instants, as values to compare."""
    if isinstance(values, Labels):
        return Texts(values)
    return Flags(values) if kind == "flag" else Numbers(values, decimals)


def days_of(instants: IntArray, context: Context) -> Times:
    """Return instants, unknown where there is none, as local days."""
    known = instants != NO_INSTANT
    covered = np.where(known, instants, context.first)
    clock = context.clock
    if len(covered) and not (context.first <= covered.min() and covered.max() <= context.last):
        clock = LocalClock.over(context.calendar.zone, int(covered.min()), int(covered.max()))
    return Times(clock.days(covered).astype(np.int64), known)
