"""Activities are read from files, tables and objects, and every row is used, left out or bad."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Activity, Money
from custinsights.errors import (
    BadRowsError,
    InvalidValue,
    MissingColumn,
    NaiveTime,
    SeveralCurrencies,
    UnknownName,
)
from tests.history.plainly import columns

NOON = dt.datetime(2024, 3, 5, 12, tzinfo=dt.UTC)
HEADER = "id,customer,email,time,event,lot,result,campaign,channel,amount,currency,rating"
ROWS = """
1,c7,ada@example.com,2024-03-05 12:00,Bid,12,Won,spring,online,45.00,EUR,
2,,ADA@example.com,2024-03-05 12:01,Page View,12,,,,,,
3,,bo@example.com,2024-03-06 09:00,survey response,nps,,,,,,9.5
4,,,2024-03-06 10:00,visit,,,,,,,
3,,bo@example.com,2024-03-06 09:00,survey response,nps,,,,,,9.5
5,c7,,2024-03-07 10:00,visits,,,,,,,
6,c7,,not a time,visit,,,,,,,
7,c7,,2024-03-07 10:00,,,,,,,,
8,c7,,2024-03-07 11:00,bid,,,,,-4,EUR,
"""


def read(text: str = HEADER + ROWS, **more: Any) -> ci.ActivityHistory:
    """Read a table of activities in Paris."""
    told = {"timezone": "Europe/Paris", "kinds": {"page view": "product_viewed"}}
    return ci.read_activities(io.BytesIO(text.encode()), **{**told, **more})


@pytest.mark.covers("B02", "B13", "B14")
def test_a_file_is_read() -> None:
    """Headers that are words for our fields are used; people are told by id, then e-mail."""
    history = read(errors="report")
    assert columns(history)["activities"] == [
        ("bo@example.com", _at(6, 8, 0), "survey_response", "nps", *[None] * 3, NOTHING, 9500),
        ("c7", _at(5, 11, 0), "bid", "12", "won", "spring", "online", 4500, NOTHING),
        ("c7", _at(5, 11, 1), "product_viewed", "12", *[None] * 3, NOTHING, NOTHING),
    ]
    assert history.currency == "EUR"
    assert history.context.has_times
    assert str(history.observed_until) == "2024-03-07 23:00:00+00:00"


NOTHING = -(2**63)


def _at(day: int, hour: int, minute: int) -> int:
    moment = dt.datetime(2024, 3, day, hour, minute, tzinfo=dt.UTC)
    return int(moment.timestamp()) * 1_000_000


def test_rows_are_conserved() -> None:
    """Used, left out and bad rows are all the rows, each for its reason."""
    report = read(errors="report").load_report
    left = {entry.reason: entry.rows for entry in report.left_out}
    assert (report.rows_read, report.rows_used, left) == (9, 3, {"identity": 1, "duplicate": 1})
    assert {kind.kind: kind.rows for kind in report.bad} == {
        "nearly the kind 'visit'": 1,
        "unreadable date": 1,
        "no kind of activity": 1,
        "negative amount": 1,
    }
    with pytest.raises(BadRowsError, match="4 of 9 rows cannot be read"):
        read()


def test_two_rows_of_one_id_must_agree() -> None:
    """Rows of one id complete each other; where they contradict, they are bad."""
    text = "id,customer,at,kind,subject\n1,c7,2024-03-05,bid,\n1,c7,2024-03-05,bid,12\n"
    assert [row[3] for row in columns(read(text))["activities"]] == ["12"]
    report = read(text).load_report
    assert (report.rows_used, report.rows_left_out) == (1, 1)
    with pytest.raises(BadRowsError, match="activities of which two rows tell different things"):
        read(text + "1,c7,2024-03-05,bid,13\n")


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("email", "a@x.com", "b@x.com"),
        ("customer", "c7", "c8"),
        ("phone", "+33140205050", "+33140205051"),
    ],
)
def test_one_activity_is_of_one_person(field: str, one: str, other: str) -> None:
    """Rows of one id that name two people contradict each other."""
    text = f"id,{field},at,kind\n1,{one},2024-03-05,bid\n1,{{}},2024-03-05,bid\n"
    with pytest.raises(BadRowsError, match="two rows tell different things"):
        read(text.format(other))
    history = read(text.format(f" {one} "))
    assert (history.people, len(history.activities or ())) == (1, 1)


@pytest.mark.parametrize(
    "rows",
    ["1,c7,,2024-03-05,bid\n1,,a@x.com,2024-03-05,bid\n", "1,c7,,2024-03-05,bid\n2,c8,,no,bid\n"],
)
def test_who_did_nothing_that_is_used_is_nobody(rows: str) -> None:
    """People of rows that are left out or bad are not in the history."""
    history = read("id,customer,email,at,kind\n" + rows, errors="report")
    assert history.customer_ids.tolist() == ["c7"]


def test_without_ids_every_row_is_one() -> None:
    """Two equal rows without an id are two activities."""
    text = "customer,at,kind\n7,2024-03-05 10:00,visit\n7,2024-03-05 10:00,visit\n"
    history = read(text)
    assert len(history.activities or ()) == 2
    assert history.customer_ids.tolist() == [7]


def test_objects_are_read_as_they_are() -> None:
    """Objects keep all that they say; who is nobody is left out."""
    history = ci.read_activities(
        [
            Activity("7", NOON, "bid", subject="12", amount=Money("5.50", "EUR"), outcome="won"),
            Activity("8", NOON, "survey_response", score="4.5", campaign="spring", id=3),
            Activity(None, NOON, "visit", channel="web"),
        ],
        timezone="Europe/Paris",
    )
    assert columns(history)["activities"] == [
        ("7", _at(5, 12, 0), "bid", "12", "won", None, None, 550, NOTHING),
        ("8", _at(5, 12, 0), "survey_response", None, None, "spring", None, NOTHING, 4500),
    ]
    assert history.load_report.rows_left_out == 1


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_frames_are_read(library: str) -> None:
    """A frame is a table in memory."""
    frames = pytest.importorskip(library)
    told = {"customer": [1, 2], "at": [NOON, NOON], "score": [9, 10]}
    make = {"pyarrow": "table"}.get(library, "DataFrame")
    history = ci.read_activities(getattr(frames, make)(told), kind="survey_response")
    assert [(row[0], row[8]) for row in columns(history)["activities"]] == [(1, 9000), (2, 10_000)]


def test_currencies() -> None:
    """Amounts are in one currency, or one is picked and the others are left out."""
    text = "customer,at,kind,amount,currency\n7,2024-03-05,bid,1,EUR\n7,2024-03-05,bid,2,USD\n"
    text += "8,2024-03-05,visit,,\n"
    with pytest.raises(
        SeveralCurrencies,
        match=r"The activities are in 2 currencies: EUR \(1 row, EUR 1.00\).* and counted\)\.$",
    ):
        read(text)
    picked = read(text, currency="EUR")
    assert [row[7] for row in columns(picked)["activities"]] == [100, NOTHING]
    assert [entry.detail for entry in picked.load_report.left_out] == ["USD"]
    plain = "customer,at,kind,amount\n7,2024-03-05,bid,1.5\n"
    with pytest.raises(InvalidValue, match="in which currency the amounts in 'amount'"):
        read(plain)
    assert read(plain, currency="JPY").load_report.notes == (("rounded_values", 1),)


@pytest.mark.parametrize(
    ("text", "more", "error", "says"),
    [
        ("customer,kind\n7,bid\n", {}, MissingColumn, "the time of the activity"),
        ("customer,at\n7,2024-01-01\n", {}, MissingColumn, "the kind of the activity"),
        (
            "customer,at,kind\n7,2024-01-01,bid\n",
            {"observed_until": "2000-01-01"},
            InvalidValue,
            "lies before all rows",
        ),
        ("at,kind\n2024-01-01,bid\n", {}, MissingColumn, "the customer"),
        ("customer,at\n7,2024-01-01\n", {"kind": "bids"}, UnknownName, "kind of activity"),
        (HEADER, {"kinds": {"x": "visits"}}, UnknownName, "kind of activity"),
        (HEADER, {"kinds": ["x"]}, InvalidValue, "option kinds="),
        (HEADER, {"columns": {"customr": "id"}}, UnknownName, "field"),
        (HEADER, {"errors": "skip"}, InvalidValue, "bad rows"),
        ("customer,at,kind\n7,2024-01-01 10:00,bid\n", {"timezone": None}, NaiveTime, "zone"),
    ],
)
def test_what_cannot_be_read_is_told(
    text: str, more: dict[str, Any], error: type[Exception], says: str
) -> None:
    """Columns that are missing, words that mean nothing, and options that are wrong."""
    with pytest.raises(error, match=says):
        read(text, **more)


def test_who_is_who_with_orders_of_a_file() -> None:
    """Activities join orders that were read by id, e-mail address and phone number."""
    orders = ci.read_orders(
        io.BytesIO(
            b"customer,email,phone,placed_at,amount\n"
            b"c7,ada@example.com,+49 30 1234567,2024-03-01,10\n"
            b",bo@example.com,,2024-03-02,20\n"
        ),
        currency="EUR",
        timezone="Europe/Paris",
    )
    done = ci.read_activities(
        io.BytesIO(
            b"customer,email,phone,at,kind\n"
            b",Ada@Example.com,,2024-03-01 10:00,visit\n"
            b",,(+49) 301234567,2024-03-01 11:00,call\n"
            b"c7,,,2024-03-01 12:00,visit\n"
            b"c9,bo@example.com,,2024-03-01 12:00,visit\n"
            b",eve@example.com,,2024-03-01 12:00,visit\n"
        ),
        timezone="Europe/Paris",
    )
    both = orders.with_activities(done)
    told = [(row[0], row[2]) for row in columns(both)["activities"]]
    assert told == [
        ("bo@example.com", "visit"),
        ("c7", "visit"),
        ("c7", "call"),
        ("c7", "visit"),
        ("eve@example.com", "visit"),
    ]
    assert both.people == 3


def test_histories_with_activities_are_combined() -> None:
    """What two histories of one source tell alike counts once; amounts are converted."""
    first = ci.read_activities(
        {"customer": [1, 1], "at": [NOON, NOON], "amount": [5, 6]}, kind="bid", currency="EUR"
    )
    again = first.where(customers=[1])
    orders = ci.OrderHistory.from_arrays(
        customer=[1], placed_at=[NOON], amount=[10], currency="USD", timezone="UTC"
    )
    twice = ci.combine([first, again])
    assert [row[7] for row in columns(twice)["activities"]] == [500, 600]
    assert twice.load_report.rows_left_out == 2
    rates = {("EUR", NOON.date()): "2"}
    whole = ci.combine([orders, first], currency="USD", rates=rates)
    assert [row[7] for row in columns(whole)["activities"]] == [1000, 1200]
    visits = ci.read_activities({"customer": [1], "at": [NOON]}, kind="visit")
    assert ci.combine([orders, visits]).currency == "USD"
    left = ci.combine([orders, first], currency="USD")
    assert columns(left)["activities"] == []
    assert [entry.rows for entry in left.load_report.left_out] == [2]


def test_nothing_to_read() -> None:
    """An empty list is no source, and a table without rows is a history of nobody."""
    with pytest.raises(InvalidValue, match=r"nothing to read.*objects of Activity.*without rows"):
        ci.read_activities([])
    assert len(ci.read_activities({"customer": [], "at": [], "kind": []})) == 0
