"""What a result cannot answer is refused in our own words, whatever it is asked with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.errors import CustInsightsError, InvalidValue, UnknownName
from custinsights.results.table import Column, Table


@cache
def result(name: str) -> Any:
    """Return a result on the gallery."""
    history = ci.datasets.gallery()
    asked: dict[str, Callable[[], Any]] = {
        "cube": lambda: ci.measure(history, ["orders", "repeat_rate"], by="month"),
        "traits": lambda: ci.traits(history),
        "tiers": lambda: ci.tiers(history, "value"),
        "overview": lambda: ci.overview(history),
        "cohorts": lambda: ci.cohorts(history),
        "table": lambda: ci.traits(history).table(),
    }
    return asked[name]()


NO_NAMES = [None, 5, True, "x", b"x", [], ["orders"], {}, object(), float("nan"), np.ones(2)]
ASKED: list[tuple[str, Callable[[Any, Any], object]]] = [
    ("cube", lambda cube, name: cube[name]),
    ("cube", lambda cube, name: cube.minor(name)),
    ("cube", lambda cube, name: cube.numerator(name)),
    ("cube", lambda cube, name: cube.interval(name)),
    ("cube", lambda cube, name: cube.is_small(name)),
    ("cube", lambda cube, name: cube.growth(name)),
    ("cube", lambda cube, name: cube.labels(name)),
    ("cube", lambda cube, name: cube.at(month=name)),
    ("cube", lambda cube, name: cube.at(**{str(name): "2024-01"})),
    ("cube", lambda cube, name: cube.without(name)),
    ("cube", lambda cube, name: cube.drill("day", month=name)),
    ("cube", lambda cube, name: cube.orders(month=name)),
    ("traits", lambda table, name: table[name]),
    ("traits", lambda table, name: table.minor(name)),
    ("traits", lambda table, name: table.column(name)),
    ("traits", lambda table, name: table.row(name)),
    ("tiers", lambda segments, name: segments.members(name)),
    ("tiers", lambda segments, name: segments.sizes[str(name)]),
    ("overview", lambda overview, name: overview[name]),
    ("table", lambda table, name: table.column(name)),
]


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize(("what", "ask"), ASKED)
def test_what_is_no_name_is_unknown(
    what: str, ask: Callable[[Any, Any], object], name: object
) -> None:
    """Any value that names nothing is an unknown name, also one by which nothing can be found."""
    with pytest.raises(UnknownName, match=r"There is no .* named"):
        ask(result(what), name)


def test_a_segment_of_another_space_is_unknown() -> None:
    """VIP by value is no group of RFM, and the other way round."""
    tiers = result("tiers")
    assert tiers.members("value:vip") == tiers.members("VIP")
    with pytest.raises(UnknownName, match=r"no segment named 'rfm:vip'.*'VIP', 'Regular'"):
        tiers.members("rfm:vip")
    assert tiers.sizes["value:vip"] == tiers.sizes["VIP"]
    with pytest.raises(UnknownName, match=r"no segment named 'recency:vip'.*'VIP', 'Regular'"):
        tiers.sizes["recency:vip"]


@pytest.mark.parametrize("other", [1, None, "x", {}])
@pytest.mark.parametrize("what", ["cube", "traits", "tiers", "overview", "cohorts"])
def test_only_results_add_up(what: str, other: object) -> None:
    """What is no result is refused as Python refuses it; nothing equals it either."""
    with pytest.raises(TypeError, match=r"unsupported operand type"):
        _ = result(what) + other
    assert result(what) != "x"


def test_tables_that_differ_say_in_what() -> None:
    """The message names the first thing that differs, and both sides of it."""
    history = ci.datasets.gallery()
    first, second = history.partition(2)
    for other, says in (
        (ci.traits(second, "total_spent"), r"The columns of the tables differ: 'order_count' and"),
        (ci.traits(second, "order_count", as_of="2024-01-01"), r"The as-of instants of the tables"),
    ):
        with pytest.raises(ci.errors.Incompatible, match=says):
            _ = ci.traits(first, "order_count") + other
    with pytest.raises(InvalidValue, match=r"counted twice.*parts of disjoint customers"):
        _ = ci.traits(first, "order_count") + ci.traits(first, "order_count")


@pytest.mark.parametrize(
    ("make", "given", "error", "says"),
    [
        (Column, (None, "count", [1]), InvalidValue, "name of a Column is no text"),
        (Column, ("a", [], [1]), UnknownName, "kind of column"),
        (Column, ("a", "count", [1], None, 5), InvalidValue, "unit of a Column is no text"),
        (Table, (5, ()), InvalidValue, "title of a Table is no text"),
        (Column, ("a", "count", 5), InvalidValue, "single value"),
        (Column, ("a", "label", "abc"), InvalidValue, "single value"),
        (Table, ("t", 5), InvalidValue, "single value"),
        (Table, ("t", [5]), InvalidValue, "columns of a Table is no Column"),
        (Table, ("t", (), "one"), InvalidValue, "single value"),
    ],
)
def test_a_table_is_made_of_columns(
    make: Callable[..., object],
    given: tuple[object, ...],
    error: type[CustInsightsError],
    says: str,
) -> None:
    """A text is one value and not its letters, and columns are columns."""
    with pytest.raises(error, match=says):
        make(*given)


def test_where_nothing_was_observed_there_is_no_instant() -> None:
    """A history of nobody has no as-of instant of its own, and shows none."""
    nobody = ci.OrderHistory.from_arrays(customer=[], placed_at=[], amount=[], currency="EUR")
    assert "Nothing was observed." in repr(ci.measure(nobody, "orders"))
    assert "1970" not in repr(ci.measure(nobody, "orders"))
    assert "As of 2024-01-01" in repr(ci.measure(nobody, "orders", as_of="2024-01-01"))


@pytest.mark.parametrize("name", ["traits", "table"])
@pytest.mark.parametrize("rows", [[10**6], [-(10**6)], ["a"], [True], [[0]]], ids=repr)
def test_rows_that_a_table_does_not_have_are_refused(name: str, rows: Any) -> None:
    """Rows are whole numbers of the table: a mask, or a row beyond, is said to be none."""
    table = result(name)
    with pytest.raises(InvalidValue, match=r"A table of \d+ rows is asked for rows"):
        table.take(rows)
    nobody = table.take([])
    with pytest.raises(InvalidValue, match="of 0 rows"):
        nobody.take([0])
    assert len(nobody.take([])) == 0
    assert table.take([-1]).to_dicts() == table.take([len(table) - 1]).to_dicts()
