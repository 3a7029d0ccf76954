"""Every metric of the catalog by every dimension that it admits keeps the laws of `measure`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache, reduce
from operator import add

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.plan import check
from custinsights.domain import Money, Spend
from custinsights.errors import MissingData, Refused
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.testing.rows import in_another_order, under_other_names, with_another_future
from custinsights.testing.strategies import as_ofs, rows
from tests.laws.kernels import Kernel
from tests.laws.test_measure_laws import columns_of, shuffled, state_bytes

FEW = settings(max_examples=6, suppress_health_check=list(HealthCheck))
AGES = tuple((d.name, "age") for d in ci.DEFAULT.dimensions.values() if d.of_customers)
BY = ((), *((name,) for name in ci.DEFAULT.dimensions), *AGES)
SOME = st.lists(st.sampled_from(BY), min_size=6, max_size=6)
SPENT = (
    Spend("2022", Money("9000.00", "USD"), channel="etsy"),
    Spend("2023-02", Money("300.00", "USD"), channel="fair", kind="other"),
    Spend("2023-Q2", Money("1200.00", "USD")),
)


def admits(name: str, by: tuple[str, ...], *, windowed: bool) -> bool:
    """Tell whether a metric may be asked by dimensions."""
    dimensions = tuple(map(ci.DEFAULT.dimension, by))
    try:
        check(ci.DEFAULT.metric(name), dimensions, has_window=windowed)
    except Refused:
        return False
    return True


def asked(
    history: OrderHistory, by: tuple[str, ...], as_of: datetime | None = None
) -> Measure | None:
    """Ask for all metrics that the dimensions admit; new and returning are of all time."""
    windowed = "customer_type" in by
    names = [name for name in told(history) if admits(name, by, windowed=windowed)]
    window = (history.observed_from, history.observed_until) if windowed else None
    return Measure(names, by=by, window=window, as_of=as_of) if names else None


@cache
def told(history: OrderHistory) -> tuple[str, ...]:
    """Return the metrics for which the history has the columns."""
    return tuple(name for name in ci.DEFAULT.metrics if is_told(history, name))


def is_told(history: OrderHistory, name: str) -> bool:
    """Tell whether a history can answer at all."""
    by = () if admits(name, (), windowed=False) else ("cohort_month", "age")
    try:
        Measure(name, by=by).summarise(history)
    except MissingData:
        return False
    return True


def questions(
    history: OrderHistory, as_of: datetime | None = None, every: Iterable[tuple[str, ...]] = BY
) -> Iterator[Measure]:
    """Yield the questions that the history has the columns for."""
    nobody = history.where(customers=[])
    for by in every:
        measure = asked(history, by, as_of)
        with suppress(MissingData):
            if measure is not None:
                measure.summarise(nobody)
                yield measure


def test_every_pair_is_asked() -> None:
    """The gallery with activities and spend tells every metric; no pair that is admitted lacks."""
    history = the_gallery()
    assert told(history) == tuple(ci.DEFAULT.metrics)
    pairs = {(m, d) for one in questions(history) for m in one.metrics for d in one.by}
    admitted = {
        (name, dimension)
        for by in BY
        for dimension in by
        for name in ci.DEFAULT.metrics
        if admits(name, by, windowed="customer_type" in by)
    }
    assert pairs == admitted
    assert {name for name, _ in pairs} == set(ci.DEFAULT.metrics)
    assert {name for _, name in pairs} == set(ci.DEFAULT.dimensions)


@cache
def the_gallery() -> OrderHistory:
    """Return the invented shop, with all that people did and what was spent to win them."""
    return ci.datasets.gallery(activities=True).with_spend(SPENT)


@pytest.mark.parametrize("kernel", [Kernel.WHOLE, Kernel.SPARSE_BLOCKS], ids=["whole", "blocks"])
def test_parts_and_rows_of_the_gallery(kernel: Kernel) -> None:
    """In a shop of a hundred stories parts add up, and the order of the rows changes no byte."""
    history = the_gallery()
    other, parts = shuffled(history, 5), history.partition(2)
    with kernel.used(orders={Kernel.WHOLE: None, Kernel.SPARSE_BLOCKS: 1500}[kernel]):
        for measure in questions(history):
            whole = state_bytes(measure.summarise(history))
            assert state_bytes(reduce(add, map(measure.summarise, parts))) == whole, measure.by
            assert state_bytes(measure.summarise(other)) == whole, measure.by


def in_parts(measure: Measure, history: OrderHistory) -> bytes:
    """Return the state that parts add up to."""
    return state_bytes(reduce(add, map(measure.summarise, history.partition(3))))


@FEW
@given(data=st.data())
def test_parts_rows_and_names(data: st.DataObject) -> None:
    """Parts by customer, rows in another order and people under other names: the same bytes."""
    shop = data.draw(rows())
    history, seed = shop.history(), data.draw(st.integers(0, 99))
    others = (in_another_order(shop, seed), under_other_names(shop, seed)[0])
    same = [one.history() for one in others]
    for measure in questions(history, to_datetime(data.draw(as_ofs(shop))), data.draw(SOME)):
        whole = state_bytes(measure.summarise(history))
        assert in_parts(measure, history) == whole, measure.by
        for other in same:
            assert state_bytes(measure.summarise(other)) == whole, measure.by


@FEW
@given(data=st.data())
def test_nothing_at_or_after_as_of_matters(data: st.DataObject) -> None:
    """Whatever is done, spent, ordered or paid back at as_of or later changes no cell."""
    shop = data.draw(rows())
    as_of = data.draw(as_ofs(shop))
    history = shop.history()
    later = with_another_future(shop, as_of, data.draw(st.integers(0, 99))).history()
    for measure in questions(history, to_datetime(as_of), data.draw(SOME)):
        assert columns_of(measure(later)) == columns_of(measure(history)), measure.by
