"""Objects of the domain and their records are the same thing twice."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given

from custinsights.domain import Address, Customer, Money, Note, Order, OrderLine, Segment, TagChange
from custinsights.domain.records import object_of, record_of
from custinsights.errors import CustInsightsError, InvalidValue, NaiveTime, UnknownName
from custinsights.testing import objects

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


@given(objects.everything())
def test_an_object_comes_back_from_its_record(thing: Any) -> None:
    """Nothing is lost on the way through JSON, and the record of what comes back is the same."""
    record = json.loads(json.dumps(record_of(thing), allow_nan=False))
    again = object_of(type(thing), record)
    assert again == thing
    assert attrs.asdict(again) == attrs.asdict(thing)  # also what compares without case
    assert record_of(again) == record


def test_what_a_record_looks_like() -> None:
    """Defaults are left away; money, quantities and times are texts, which say it exactly."""
    line = OrderLine("cloth", "1.5", Money("3.33", "EUR"))
    order = Order(id=7, customer=None, placed_at=NOON, lines=[line], labels={"utm_source": "x"})
    assert record_of(order) == {
        "id": 7,
        "customer": None,
        "placed_at": "2024-03-05T12:00:00+00:00",
        "lines": [
            {
                "product": "cloth",
                "quantity": "1.5",
                "unit_price": {"amount": "3.33", "currency": "EUR"},
            }
        ],
        "fulfilment": {"status": "unfulfilled"},
        "labels": {"utm_source": "x"},
    }
    day = date(1980, 2, 29)
    known: dict[str, Any] = {"size": 40, "vip": True, "since": day, "lot": "1980-02-29"}
    customer = Customer("c7", birthday=day, attributes=known, addresses=[Address(city="Lyon")])
    assert record_of(customer) == {
        "id": "c7",
        "addresses": [{"city": "Lyon"}],
        "birthday": "1980-02-29",
        "attributes": {
            "size": 40.0,
            "vip": True,
            "since": {"date": "1980-02-29"},
            "lot": "1980-02-29",
        },
    }


def test_one_instant_has_one_record() -> None:
    """Whatever the zone, an instant is written in UTC, so that equal records are equal instants."""
    change = TagChange("c7", "VIP", "added", NOON, by="Kim", why="asked")
    elsewhere = attrs.evolve(change, at=datetime.fromisoformat("2024-03-05T21:00:00+09:00"))
    assert record_of(change) == record_of(elsewhere)
    assert record_of(change) != record_of(attrs.evolve(change, tag="vip"))


@pytest.mark.parametrize(
    ("wanted", "record", "error", "says"),
    [
        (Segment, ["Big"], InvalidValue, "The record of a Segment is no mapping: 'list' was given"),
        (Segment, {"name": "Big"}, InvalidValue, "record of a Segment lacks 'rule': 'name' was"),
        (Segment, {"nam": "Big"}, UnknownName, "no field of a Segment named 'nam'. Did you mean"),
        (Segment, {"name": "Big", "rule": 7}, InvalidValue, "rule in the record of a Segment is n"),
        (Order, {"id": "1", "customer": 1.0, "placed_at": "x"}, InvalidValue, "'float' was given"),
        (Order, {"id": "1", "customer": None, "placed_at": "soon"}, InvalidValue, "placed_at in t"),
        (Order, {"id": "1", "customer": None, "placed_at": "2024-03-05"}, NaiveTime, "time zone"),
        (Customer, {"id": True}, InvalidValue, "The id in the record of a Customer.*'bool'"),
        (Customer, {"id": "c1", "addresses": "Paris"}, InvalidValue, "allowed is a list"),
        (
            Customer,
            {"id": "c1", "addresses": ["Paris"]},
            InvalidValue,
            "record of an Address is",
        ),
        (Customer, {"id": "c1", "attributes": {"a": None}}, InvalidValue, "One of the attri"),
        (Customer, {"id": "c1", "attributes": {"a": {"date": 1}}}, InvalidValue, "of the attribut"),
        (Customer, {"id": "c1", "attributes": []}, InvalidValue, "allowed is a mapping"),
        (OrderLine, {"product": "p", "quantity": 1, "unit_price": 1}, InvalidValue, "quantity in"),
        (
            OrderLine,
            {"product": "p", "quantity": "1", "unit_price": 1},
            InvalidValue,
            "'amount' as",
        ),
        (OrderLine, {"product": "p", "quantity": "x", "unit_price": 1}, InvalidValue, "a Decimal"),
        (
            Note,
            {"id": "n", "customer": "c1", "texts": []},
            InvalidValue,
            "texts of a Note are",
        ),
    ],
)
def test_a_malformed_record_is_refused(
    wanted: type, record: Any, error: type[Exception], says: str
) -> None:
    """What is wrong with a record is said: the field, what was given, what is allowed."""
    with pytest.raises(error, match=says):
        object_of(wanted, record)


@pytest.mark.parametrize(
    "record",
    [
        {"id": "c1", "name": ["Anna Smith"]},
        {"id": "c1", "birthday": "1980-13-29 Anna Smith"},
        {"id": "c1", "addresses": [{"street": {"Anna Smith": 1}}]},
    ],
)
def test_no_error_shows_what_is_personal(record: Mapping[str, Any]) -> None:
    """The value of a field may be personal: only its kind is told."""
    with pytest.raises(CustInsightsError) as refused:
        object_of(Customer, record)
    assert "Anna" not in str(refused.value)
