"""What cannot be is refused in our own words by every method of a history, an empty one too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custinsights.analyses.builtin.dimensions import BUILT_IN
from custinsights.domain.calendar import Calendar
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import CustInsightsError, InvalidValue, MissingData, UnknownName
from custinsights.history.columnar.columns import PRODUCT_COLUMNS, TEXT_COLUMNS
from custinsights.history.orders import OrderHistory
from custinsights.history.views.counted import CountedHistory
from custinsights.sources.texts.vocabulary import LABELS, PRODUCT_LABELS


def made(**changed: Any) -> OrderHistory:
    """Return three orders of two people, some columns changed."""
    columns: dict[str, Any] = {
        "customer": [1, 2, 1],
        "placed_at": ["2024-01-05", "2024-01-06", "2024-02-01"],
        "amount": [10, 5, 0],
        "mood": ["good", None, None],
        "coupon": [None, "X", None],
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return OrderHistory.from_arrays(**(columns | changed))


def nobody() -> OrderHistory:
    """Return a history without orders."""
    return made(customer=[], placed_at=[], amount=[], mood=[], coupon=[])


WRONG: list[tuple[Callable[[Any], object], type[CustInsightsError], str]] = [
    (lambda h: h.with_policy("paid"), InvalidValue, "policy is no PurchasePolicy: 'paid'"),
    (lambda h: h.with_policy(None), InvalidValue, "policy is no PurchasePolicy: None"),
    (lambda h: h.append("x"), InvalidValue, "no order history.*read_orders"),
    (lambda h: h.append(None), InvalidValue, "no order history"),
    (lambda h: h.where(customers=5), InvalidValue, "several identities: 'int'.*history_of"),
    (lambda h: h.where(customers=[True, False]), UnknownName, "no customer named True"),
    (lambda h: h.where(customers=[None]), UnknownName, "no customer named None"),
    (lambda h: h.where(orders=5), InvalidValue, "one truth value per order"),
    (lambda h: h.up_to(None), InvalidValue, "no time: None"),
    (lambda h: h.up_to("soon"), InvalidValue, "neither a date nor a time: 'soon'"),
    (lambda h: h.partition(0), InvalidValue, "number of parts is wrong: 0.*from 1 up"),
    (lambda h: h.partition("a"), InvalidValue, "number of parts is wrong: 'a'"),
    (lambda h: h.partition(n=True), InvalidValue, "number of parts is wrong: True"),
    (lambda h: h.partition(2.0), InvalidValue, r"number of parts is wrong: 2\.0"),
    (lambda h: h.history_of([]), UnknownName, r"no customer named \[\]"),
    (lambda h: h.history_of(customer=True), UnknownName, "no customer named True"),
    (lambda h: h.for_lines(product="p"), MissingData, "order lines"),
    (
        lambda h: h.number("amont"),
        UnknownName,
        "number column named 'amont'. Did you mean 'amount'",
    ),
    (lambda h: h.number(["amount"]), UnknownName, "number column named"),
    (lambda h: h.number("discount"), MissingData, "asked needs a column 'discount'.*Map the"),
    (lambda h: h.label("cupon"), UnknownName, "text column named 'cupon'. Did you mean 'coupon'"),
    (lambda h: h.label("moood"), UnknownName, "Did you mean 'mood'"),
    (lambda h: h.label("amount"), UnknownName, "text column named 'amount'"),
    (lambda h: h.label(5), UnknownName, "text column named 5"),
    (lambda h: h.label([]), UnknownName, r"text column named \[\]"),
    (lambda h: h.has("contry"), UnknownName, "column named 'contry'. Did you mean 'country'"),
    (lambda h: h.has("discont"), UnknownName, "Did you mean 'discount'"),
    (lambda h: h.has([]), UnknownName, r"column named \[\]"),
    (lambda h: h.has(None), UnknownName, "column named None"),
]


@pytest.mark.parametrize("history", [made, nobody])
@pytest.mark.parametrize(("ask", "error", "says"), WRONG)
def test_what_a_history_is_asked(
    history: Callable[[], OrderHistory],
    ask: Callable[[OrderHistory], object],
    error: type[CustInsightsError],
    says: str,
) -> None:
    """The message names what is wrong, also where there is no order to which it would matter."""
    with pytest.raises(error, match=says):
        ask(history())


@pytest.mark.parametrize("name", [*TEXT_COLUMNS, "mood"])
def test_a_column_that_is_not_there_is_unknown(name: str) -> None:
    """A name that histories may hold means that nothing is known; so does an own one that is."""
    history = made()
    held = {"mood": [True, False, False], "coupon": [False, False, True]}
    expected = held.get(name, [False] * 3)
    assert history.has(name).tolist() == expected
    assert [text is not None for text in history.label(name).texts()] == expected


def test_numbers_are_there_or_not() -> None:
    """A number column that the source lacks has nothing; the amount is one that none lacks."""
    assert made().has("discount").tolist() == [False] * 3
    assert made().has("amount").tolist() == [True, False, True]
    assert made(tip=[0, 1, 0]).has("tip").tolist() == [False, False, True]


def test_every_name_of_ours_is_known() -> None:
    """What the readers read and the dimensions group by can be looked up in any history."""
    texts = {one.name for one in BUILT_IN if one.kind in {"text", "place"}}
    assert texts | LABELS <= set(TEXT_COLUMNS)
    lines = {one.name for one in BUILT_IN if one.kind == "line_text"}
    assert lines | set(PRODUCT_LABELS.values()) <= set(PRODUCT_COLUMNS)


def test_a_label_of_customers() -> None:
    """What customers have may come from their table or their orders; other names are refused."""
    view = CountedHistory(made(), made().context.observed_until)
    assert view.customer_label("mood").texts().tolist() == [None, None]
    assert view.customer_label("coupon").texts().tolist() == [None, "X"]
    assert view.customer_label("acquisition_channel").texts().tolist() == [None, None]
    with pytest.raises(UnknownName, match=r"label of customers named 'contry'.*'country'"):
        view.customer_label("contry")


@pytest.mark.parametrize("name", ["sum", "mean", "first", "last"])
@pytest.mark.parametrize("values", [None, 5, [], [1, 2], np.ones(4), np.ones((3, 1)), "abc"])
def test_per_customer_takes_one_value_per_order(name: str, values: object) -> None:
    """A column of another length would be added up for the wrong people."""
    view = CountedHistory(made(), made().context.observed_until)
    with pytest.raises(InvalidValue, match=r"one value per counted order.*of shape \(3,\)"):
        getattr(view, f"{name}_per_customer")(values)
    assert getattr(view, f"{name}_per_customer")([1, 2, 3]).shape == (2,)


COLUMNS = (
    "customer",
    "placed_at",
    "amount",
    "order_id",
    "goods",
    "goods_minor",
    "units",
    "coupon",
    "mood",
)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("values", [5, "x", b"x", {}, 1.5, object(), np.array(5)])
def test_a_column_is_a_column(column: str, values: object) -> None:
    """One value, a text or a mapping is no column."""
    with pytest.raises(InvalidValue, match=r"must be one column|must hold texts"):
        made(**{column: values})


def test_the_row_that_is_wrong_is_named() -> None:
    """One value is told in the singular; times are told between which years they may lie."""
    with pytest.raises(InvalidValue, match=r"1 such value, in row 2.*years 1900 to 2199"):
        made(placed_at=["2024-01-05", "2024-01-06", "1850-01-01"])
    with pytest.raises(InvalidValue, match="2 such values, the first in the rows 0, 2"):
        made(amount=["x", 1, "y"])


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"policy": "paid"}, "policy is no PurchasePolicy: 'paid'"),
        ({"timezone": 5}, "names no zone: 5"),
        ({"timezone": None, "calendar": "Europe/Paris"}, "calendar is no Calendar"),
        ({"observed_until": 5}, "no time: 5"),
    ],
)
@pytest.mark.parametrize(
    "history",
    [made, lambda **more: made(customer=[], placed_at=[], amount=[], mood=[], coupon=[], **more)],
)
def test_options_are_what_they_are_called(
    history: Callable[..., OrderHistory], option: dict[str, Any], says: str
) -> None:
    """Options are checked whether or not there is an order that they concern."""
    with pytest.raises(InvalidValue, match=says):
        history(**option)


def test_a_zone_may_be_given_as_itself() -> None:
    """A ZoneInfo reads the times as its name does."""
    named, itself = made(), made(timezone=ZoneInfo("Europe/Paris"))
    assert itself.calendar == named.calendar == Calendar("Europe/Paris")
    assert itself.placed_at.tolist() == named.placed_at.tolist()


@pytest.mark.parametrize("n", [2, np.int64(2), np.uint8(2)])
def test_a_number_of_parts_of_any_library(n: int) -> None:
    """The integers of numpy count as Python's own."""
    assert [part.context.part for part in made().partition(n)] == [(0, 2), (1, 2)]


def test_a_history_is_itself_only() -> None:
    """Two histories are compared by what they answer, as the class says."""
    history = made()
    assert history == history  # noqa: PLR0124 - that is the rule
    assert history != made()
    assert len({history, made()}) == 2


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        (made, "3 orders of 2 people, 2024-01-05 to 2024-02-02 Europe/Paris, EUR>"),
        (lambda: made().history_of(2), "1 order of 1 person, 2024-01-05 to 2024-02-02 "),
        (nobody, "0 orders of 0 people, Europe/Paris, EUR>"),
    ],
)
def test_a_history_says_what_it_is(history: Callable[[], OrderHistory], shown: str) -> None:
    """One is in the singular, and where nobody looked there is no span to show."""
    assert repr(history()).startswith(f"<OrderHistory: {shown}")


def test_an_empty_history_shows_the_span_it_was_told() -> None:
    """A shop that was open and sold nothing was observed."""
    told = {"observed_from": "2024-01-01", "observed_until": dt.date(2024, 2, 1)}
    history = made(customer=[], placed_at=[], amount=[], mood=[], coupon=[], **told)
    assert "2024-01-01 to 2024-02-01 Europe/Paris" in repr(history)
    assert history.with_policy(PurchasePolicy()).people == 0
