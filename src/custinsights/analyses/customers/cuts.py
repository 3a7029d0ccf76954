"""Against what is one customer judged? The cut points of a whole population, as a small value."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.traits import evaluate, exponent_of
from custinsights.analyses.declaring.declarations import TRAIT_KINDS
from custinsights.analyses.measuring.measured import check_alike, parts_of
from custinsights.domain.fields import looked_up, named, refuse_other, whole_number
from custinsights.domain.frozen import frozen
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.distribution import Distribution
from custinsights.history.orders import When

RECENCY, FREQUENCY, MONETARY = "days_since_last_order", "order_count", "total_spent"
SCORED = (RECENCY, FREQUENCY, MONETARY)
"""The traits that RFM scores: recency, frequency, monetary value."""

Mark: TypeAlias = tuple[str, Decimal, bool]
"""A trait, a share of the customers, and whether more than it is meant."""

MARKED = "marked "
"""Stands before a trait whose distribution is taken for a mark."""

EXACT = decimal.Context(prec=400)
"""For numbers that are shifted by some decimals and must stay what they are."""

SCORINGS = ("rank", "quantile")
VIP_SHARE_OF_TEN, CASUAL_SHARE_OF_TEN = 1, 3
MOST_BINS = 10


def sortable(values: AnyArray) -> IntArray:
    """Return known values as whole numbers in the same order: floats by their bits."""
    if values.dtype.kind != "f":
        return values.astype(np.int64, copy=False)
    known = values[~np.isnan(values)] + 0.0
    bits = known.astype(np.float64, copy=False).view(np.int64)
    return np.where(bits < 0, np.iinfo(np.int64).min - bits, bits)


def unsorted(value: int) -> float:
    """Return the float that `sortable` made a whole number of."""
    bits = np.int64(value)
    whole = np.array([np.iinfo(np.int64).min - bits if bits < 0 else bits], dtype=np.int64)
    return float(whole.view(np.float64)[0])


def checked_bins(bins: int) -> int:
    """Return a number of scores that makes sense."""
    return whole_number("the number of scores is wrong", bins, 2, MOST_BINS)


def _whole(values: Any, what: str) -> IntArray:
    """Return whole numbers; floats would be cut."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise InvalidValue(f"{what} is judged by whole numbers", str(array.dtype), "integers")
    return array.astype(np.int64, copy=False)


@attrs.frozen(kw_only=True)
class Cuts:
    """The cut points of a population: enough to judge one customer in a web request.

    Parameters
    ----------
    customers
        How many customers N they were taken from.
    bins
        How many scores there are.
    thresholds
        Trait -> ``bins - 1`` whole numbers, ascending; the score is 1 plus how many of them a
        value exceeds. Days since the last order are taken negative, for fewer are better.
    flat
        Traits with one distinct value, which all score in the middle.
    vip_above, casual_below
        The value tiers: more minor units than the one is VIP, fewer than the other Casual; None
        where nobody is.
    marks
        (trait, share, whether more than the share is meant) -> the value, in natural units, that
        a customer must exceed for so large a share of the customers to have a smaller one: what
        ``percentile(trait)`` in a rule is judged against. Infinite where nobody can, NaN where
        there are no customers.
    as_of, currency
        Of the history.
    """

    customers: int
    bins: int
    thresholds: Mapping[str, tuple[int, ...]] = attrs.field(hash=False, converter=frozen)
    flat: frozenset[str] = frozenset()
    vip_above: int | None = None
    casual_below: int | None = None
    marks: Mapping[Mark, Decimal] = attrs.field(default=frozen({}), hash=False, converter=frozen)
    as_of: dt.datetime
    currency: str

    @property
    def is_small(self) -> bool:
        """Whether there are fewer customers than bins, so that some scores cannot occur."""
        return self.customers < self.bins

    def score(self, trait: str, values: Any) -> AnyArray:
        """Return the scores, 1 (worst) to bins (best), of values of a trait.

        Parameters
        ----------
        trait
            One of `SCORED`.
        values
            Whole numbers: days, orders or minor units.
        """
        thresholds = looked_up("trait that is scored", trait, self.thresholds)
        array = _whole(values, trait)
        if trait in self.flat:
            return np.full(array.shape, (self.bins + 1) // 2, dtype=np.int64)
        better = -array if trait == RECENCY else array
        scores = np.ones(array.shape, dtype=np.int8)
        for threshold in thresholds:
            scores += better > threshold
        return scores.astype(np.int64)

    def tier(self, spent: Any) -> AnyArray:
        """Return 0 for VIP, 1 for Regular, 2 for Casual, of totals spent in minor units."""
        array = _whole(spent, MONETARY)
        return value_tiers(array, self.vip_above, self.casual_below)


@attrs.frozen(eq=False, kw_only=True)
class Population:
    """The state behind `Cuts`: how recency, frequency and value are distributed; mergeable."""

    context: Context
    as_of: int
    distributions: Mapping[str, Distribution]
    parts: frozenset[int | str] = frozenset()

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged: as of when they were taken."""
        return {"as-of instants": to_datetime(self.as_of)}

    def __add__(self, other: Population) -> Population:
        if not isinstance(other, Population):
            return NotImplemented
        check_alike(self, other)
        return attrs.evolve(
            self,
            distributions={
                name: found + other.distributions[name]
                for name, found in self.distributions.items()
            },
            parts=self.parts | other.parts,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Population):
            return NotImplemented
        return self.as_of == other.as_of and self.distributions == other.distributions


@attrs.frozen
class CutPoints(Analysis[Population, Cuts]):
    """The analysis behind `cuts`; `marks` are those that a rule is judged against."""

    bins: int = attrs.field(default=5, converter=checked_bins)
    scoring: str = attrs.field(default="rank", validator=named("scoring", SCORINGS))
    as_of: When | None = None
    marks: frozenset[Mark] = frozenset()
    catalog: Catalog = DEFAULT

    def summarise(self, history: Facts) -> Population:
        """Return the distributions of a history or of a part of one."""
        check_history(history)
        as_of = history.context.instant(self.as_of)
        columns = scored_columns(history, as_of)
        marked = [self.catalog.trait(name) for name in sorted({mark[0] for mark in self.marks})]
        for trait, values in zip(marked, evaluate(history, marked, as_of), strict=True):
            columns[MARKED + trait.name] = sortable(values.take(columns["code"]))
        del columns["code"]
        return Population(
            context=attrs.evolve(history.context, part=None),
            as_of=as_of,
            distributions={name: Distribution.of(values) for name, values in columns.items()},
            parts=parts_of(history),
        )

    def finish(self, state: Population) -> Cuts:
        """Return the cut points of a merged population."""
        found = cuts_of(
            {name: state.distributions[name] for name in SCORED},
            bins=self.bins,
            scoring=self.scoring,
            as_of=state.as_of,
            currency=state.context.currency,
        )
        marks = {mark: self._mark(state, mark) for mark in self.marks}
        return attrs.evolve(found, marks=marks)

    def _mark(self, state: Population, mark: Mark) -> Decimal:
        """Return the value to exceed for a share of the customers to have a smaller one."""
        name, share, is_more = mark
        found, customers = state.distributions[MARKED + name], state.distributions[MONETARY].total
        least = share * customers
        needed = math.floor(least) + 1 if is_more else math.ceil(least)
        if not customers or needed <= 0:
            return Decimal("-inf" if customers else "nan")
        if needed > found.total:
            return Decimal("inf")
        value = found.values[np.searchsorted(found.up_to, needed, side="left")]
        trait, currency = self.catalog.trait(name), state.context.currency
        decimals = exponent_of(trait.kind, trait.unit, currency)
        is_whole = TRAIT_KINDS[trait.kind] == "iu"
        exact = Decimal(int(value)) if is_whole else Decimal(unsorted(value))
        return exact.scaleb(-decimals, EXACT)


def check_cuts(cuts: Cuts, currency: str) -> None:
    """Refuse what is no `Cuts`, and cuts in minor units of another currency."""
    advice = "Make them with rule.cuts(history), or with custinsights.cuts(history)"
    refuse_other(Cuts, "what the customers are judged against", cuts, advice)
    if cuts.currency != currency:
        raise Incompatible("the currencies of the cuts and the history", cuts.currency, currency)


def cuts(
    history: Facts, *, bins: int = 5, scoring: str = "rank", as_of: When | None = None
) -> Cuts:
    """Return the cut points against which `rfm` and `tiers` judge, as a value to keep.

    Parameters
    ----------
    history
        An order history; people without a counted order are left out.
    bins
        How many scores, 2 to 10.
    scoring
        ``"rank"``: 1 + (bins · customers with a strictly worse value) // customers, so that equal
        values get equal scores; ``"quantile"``: 1 + how many of the type-7 quantiles at 1/bins,
        2/bins, ... a value exceeds.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    """
    return CutPoints(bins, scoring, as_of)(history)


def scored_columns(history: Facts, as_of: int) -> dict[str, IntArray]:
    """Return codes, recency, frequency and value of the people with a counted order."""
    wanted = [DEFAULT.traits[name] for name in SCORED]
    recency, frequency, monetary = evaluate(history, wanted, as_of)
    codes = np.flatnonzero(frequency)
    if len(codes) < len(frequency):
        recency, frequency, monetary = (
            column.take(codes) for column in (recency, frequency, monetary)
        )
    return {
        "code": codes,
        RECENCY: recency.astype(np.int64),
        FREQUENCY: frequency,
        MONETARY: monetary,
    }


def cuts_of(
    distributions: Mapping[str, Distribution],
    *,
    bins: int,
    scoring: str,
    as_of: int,
    currency: str,
) -> Cuts:
    """Return the cut points of distributions of recency, frequency and value."""
    better = {name: _ascending(name, found) for name, found in distributions.items()}
    spent = distributions[MONETARY]
    return Cuts(
        customers=spent.total,
        bins=bins,
        thresholds={name: _thresholds(found, bins, scoring) for name, found in better.items()},
        flat=frozenset(name for name, found in better.items() if len(found.values) == 1),
        vip_above=vip_above(spent),
        casual_below=casual_below(spent),
        as_of=to_datetime(as_of),
        currency=currency,
    )


def _ascending(name: str, found: Distribution) -> Distribution:
    """Return a distribution from the worst value to the best."""
    if name != RECENCY:
        return found
    return Distribution(-found.values[::-1], found.counts[::-1])


def _thresholds(found: Distribution, bins: int, scoring: str) -> tuple[int, ...]:
    total = found.total
    if not total:
        return (0,) * (bins - 1)
    if scoring == "quantile":
        return tuple(_quantile_floor(found, step, bins) for step in range(1, bins))
    # The score is at least j + 1 when bins · (values strictly smaller) reaches j · total: that is
    # when the value exceeds the smallest one up to which so many lie.
    places = np.searchsorted(found.up_to * bins, np.arange(1, bins) * total, side="left")
    return tuple(found.values.take(places).tolist())


def _quantile_floor(found: Distribution, step: int, bins: int) -> int:
    """Return the whole part of the type-7 quantile step / bins: whole numbers exceed both alike."""
    position, rest = divmod(step * (found.total - 1), bins)
    low = int(found.values[np.searchsorted(found.up_to, position, side="right")])
    if not rest:
        return low
    high = int(found.values[np.searchsorted(found.up_to, position + 1, side="right")])
    return low + (high - low) * rest // bins


def value_tiers(spent: IntArray, vip: int | None, casual: int | None) -> IntArray:
    """Return 0 (VIP) above the one total, 2 (Casual) below the other, else 1 (Regular)."""
    tiers = np.ones(spent.shape, dtype=np.int64)
    if casual is not None:
        tiers[spent < casual] = 2
    if vip is not None:
        tiers[spent > vip] = 0
    return tiers


def vip_above(spent: Distribution) -> int | None:
    """Return the largest total that is too common to be VIP; None where nobody is."""
    total = spent.total
    equal_or_better = total - spent.up_to + spent.counts
    too_common = np.flatnonzero(10 * equal_or_better > VIP_SHARE_OF_TEN * total)
    return int(spent.values[too_common[-1]]) if len(too_common) else None


def casual_below(spent: Distribution) -> int | None:
    """Return the smallest total that is too common to be Casual; None where nobody is."""
    too_common = np.flatnonzero(10 * spent.up_to > CASUAL_SHARE_OF_TEN * spent.total)
    return int(spent.values[too_common[0]]) if len(too_common) else None
