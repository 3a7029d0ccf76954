"""What is known of people stays with them, whatever is done to the history."""

from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import Calendar, PurchasePolicy
from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import (
    ALWAYS,
    NO_INSTANT,
    ContactColumns,
    Labels,
    OrderColumns,
    People,
    Products,
    TagRow,
    uncoded,
)
from custinsights.history.columnar.uniting import united_people, united_products
from custinsights.history.facts import Facts
from custinsights.history.orders import OrderHistory

DAY = 86_400_000_000
BORN = np.array(["1990-01-31", "NaT", "2000-02-29"], dtype="M8[D]")
PEOPLE = People(
    ids=np.array(["cy", "ada", "dee"], dtype=object),
    created_at=np.array([3 * DAY, NO_INSTANT, 90 * DAY]),
    birthday=BORN,
    coordinates=np.array([[48.9, 2.4], [np.nan, np.nan], [-33.9, 151.2]]),
    labels={"country": Labels.encode(["FR", None, "AU"])},
    attributes={
        "size": np.array([41.0, np.nan, 38.5]),
        "likes": Labels.encode(["seas", "cities", None]),
        "member_since": np.array(["2019-12-24", "NaT", "NaT"], dtype="M8[D]"),
        "is_local": np.array([1, 0, -1], dtype=np.int8),
    },
    tags=(TagRow(person=0, name="vip", since=5 * DAY), TagRow(person=2, name="Local")),
)
CONTACTS = {
    "email": ContactColumns(
        np.array(["cy", "ada", "cy", "bo", "cy"], dtype=object),
        Labels.encode(["c@x", "a@x", "b@x", "b@x", "c@x"]),
    )
}


def history() -> OrderHistory:
    """Return three orders of ada and bo, and what is known of ada, cy and dee."""
    orders = OrderColumns(
        customer=np.array(["bo", "ada", "ada"], dtype=object),
        placed_at=np.array([10, 20, 30]) * DAY,
        amount=np.array([100, 200, 300]),
        order_id=np.array([1, 2, 3]),
        labels={"order_status": Labels.encode(["paid", "pending", "paid"])},
    )
    return OrderHistory.of(
        orders, people=PEOPLE, contacts=CONTACTS, currency="EUR", calendar=Calendar()
    )


def told(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return what is known of each person, by identity; what is not known is left out."""
    table, ids = facts.people_table, facts.customer_ids.tolist()
    found: dict[str, dict[str, Any]] = {one: {} for one in ids}
    columns: dict[str, Any] = {**table.labels, **table.attributes}
    columns |= {"created_at": table.created_at, "birthday": table.birthday}
    columns |= {"coordinates": table.coordinates}
    for name, column in columns.items():
        values = column.texts() if isinstance(column, Labels) else column
        for one, value in zip(ids, [] if values is None else values.tolist(), strict=True):
            is_nan = np.isnan(value).any() if isinstance(value, float | list) else False
            if value not in (None, NO_INSTANT, -1) and not is_nan:
                found[one][name] = value
    if table.tags is not None:
        for code, name in zip(table.tags.customer, table.tags.name.texts(), strict=True):
            found[ids[code]].setdefault("tags", []).append(name)
    for kind, held in table.contacts.items():
        for code, text in zip(held.customer, held.value.texts(), strict=True):
            found[ids[code]].setdefault(kind, []).append(text)
    return found


ADA = {"likes": "cities", "is_local": 0, "email": ["a@x"]}
BO = {"email": ["b@x"]}
CY = {
    "created_at": 3 * DAY,
    "birthday": BORN[0].item(),
    "coordinates": [48.9, 2.4],
    "country": "FR",
    "size": 41.0,
    "likes": "seas",
    "member_since": np.datetime64("2019-12-24").item(),
    "is_local": 1,
    "tags": ["vip"],
    "email": ["b@x", "c@x"],
}
DEE = {
    "created_at": 90 * DAY,
    "birthday": BORN[2].item(),
    "coordinates": [-33.9, 151.2],
    "country": "AU",
    "size": 38.5,
    "tags": ["Local"],
}


def test_people_are_known_by_all_that_the_table_says() -> None:
    """Every column lies at its customer, and contacts with everybody who has them."""
    assert told(history()) == {"ada": ADA, "bo": BO, "cy": CY, "dee": DEE}


def test_what_is_known_goes_with_the_people() -> None:
    """Parts, single customers, chosen ones and earlier times keep what is known of who is left."""
    whole = history()
    parts = [told(part) for part in whole.partition(3)]
    assert {one: known for part in parts for one, known in part.items()} == told(whole)
    assert told(whole.history_of("cy")) == {"cy": CY}
    assert told(whole.where(customers=["dee", "bo"])) == {"bo": BO, "dee": DEE}
    assert set(told(whole.up_to("1970-02-15"))) == {"ada", "bo", "cy"}
    both = attrs.evolve(PurchasePolicy(), counted_statuses=frozenset({"paid", "pending"}))
    assert told(whole.with_policy(both)) == told(whole)


def test_nothing_personal_shows() -> None:
    """The table does not tell where and when somebody was born or lives, nor a contact."""
    shown = repr(history().people_table) + repr(CONTACTS["email"])
    for personal in ("1990", "48.9", "seas", "c@x", "b@x"):
        assert personal not in shown


def people(**columns: Any) -> People:
    """Return a table of ada and bo."""
    return People(ids=np.array(["ada", "bo"], dtype=object), **columns)


def test_appended_histories_know_what_both_know() -> None:
    """What the second knows adds to the first, tags and contacts of both are carried."""
    other = OrderHistory.of(
        OrderColumns(
            customer=np.array(["cy"], dtype=object),
            placed_at=np.array([40 * DAY]),
            amount=np.array([5]),
            order_id=np.array([4]),
        ),
        people=People(
            ids=np.array(["bo", "cy"], dtype=object),
            created_at=np.array([2 * DAY, 1 * DAY]),
            labels={"country": Labels.encode(["NL", "BE"])},
            attributes={"size": np.array([40.0, 39.0])},
            tags=(TagRow(person=0, name="vip"), TagRow(person=1, name="vip", since=5 * DAY)),
        ),
        contacts={"phone": ContactColumns(np.array(["cy"], dtype=object), Labels.encode(["0049"]))},
        currency="EUR",
        calendar=Calendar(),
    )
    assert told(history().append(other)) == {
        "ada": ADA,
        "bo": {**BO, "created_at": 2 * DAY, "country": "NL", "size": 40.0, "tags": ["vip"]},
        "cy": {**CY, "created_at": 1 * DAY, "phone": ["0049"]},
        "dee": DEE,
    }


def test_the_first_rank_is_believed_and_the_smallest_value_among_equals() -> None:
    """Whatever the order of the tables; the first creation counts, and tags of all of them."""
    first = people(
        created_at=np.array([5, NO_INSTANT]),
        labels={"country": Labels.encode([None, "NL"])},
        attributes={"size": np.array([np.nan, 2.0])},
        tags=(TagRow(person=0, name="vip"),),
    )
    second = people(
        created_at=np.array([3, 7]),
        birthday=np.array(["1990-01-31", "NaT"], dtype="M8[D]"),
        labels={"country": Labels.encode(["US", "AT"])},
        attributes={"size": np.array([4.0, 1.0])},
        tags=(TagRow(person=0, name="vip"), TagRow(person=0, name="vip", since=9)),
    )
    for tables in ([first, second], [second, first]):
        for ranks, country, size in (((0, 1), "NL", 2.0), ((1, 1), "AT", 1.0)):
            given = ranks if tables[0] is first else ranks[::-1]
            found = united_people(tables, given)
            assert uncoded(found.ids).tolist() == ["ada", "bo"]
            assert found.created_at is not None
            assert found.created_at.tolist() == [3, 7]
            assert found.labels["country"].texts().tolist() == ["US", country]
            assert found.attributes["size"].tolist() == [4.0, size]  # type: ignore[union-attr]
            assert found.birthday is not None
            assert str(found.birthday[0]) == "1990-01-31"
            assert found.tags.since.tolist() == [NO_INSTANT, 9]
            assert found.tags.until.tolist() == [ALWAYS, ALWAYS]


def test_an_attribute_of_two_kinds_is_refused() -> None:
    """A size that is a number here and a text there is not one attribute."""
    number = people(attributes={"size": np.array([1.0, 2.0])})
    text = people(attributes={"size": Labels.encode(["L", "M"])})
    with pytest.raises(Incompatible, match="attribute 'size' differ: 'number' and 'text'"):
        united_people([text, number], [0, 0])


TEXTS = st.sampled_from([None, "x", "y"])
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), TEXTS), max_size=6)


@given(st.lists(st.tuples(ROWS, st.integers(0, 2)), min_size=1, max_size=4), st.randoms())
def test_united_tables_do_not_depend_on_their_order(
    tables: list[tuple[list[tuple[str, str | None]], int]], dice: Any
) -> None:
    """Of each person the smallest text of the lowest rank that has one is believed."""

    def united(given: list[tuple[list[tuple[str, str | None]], int]]) -> dict[str, str | None]:
        made = [
            People(
                ids=np.array([who for who, _ in rows], dtype=object),
                labels={"country": Labels.encode([text for _, text in rows])},
            )
            for rows, _ in given
        ]
        found = united_people(made, [rank for _, rank in given])
        return dict(zip(uncoded(found.ids).tolist(), found.labels["country"].texts(), strict=True))

    expected: dict[str, str | None] = {}
    for who in {who for rows, _ in tables for who, _ in rows}:
        said = [(rank, t) for rows, rank in tables for w, t in rows if w == who and t is not None]
        expected[who] = min(said)[1] if said else None
    assert united(tables) == expected
    dice.shuffle(tables)
    assert united(tables) == expected


def test_products_of_several_tables_are_one() -> None:
    """A product is what the first rank says of it, and else what the others say."""
    first = Products(
        ids=("b", "a"),
        labels={"title": Labels.encode([None, "Lighthouse"])},
        numbers={"price": np.array([100, NO_INSTANT])},
    )
    second = Products(
        ids=("a", "c"),
        labels={"title": Labels.encode(["Boat", "Vase"]), "sale": Labels.encode(["May", None])},
        numbers={"price": np.array([50, 70])},
        keywords=(("oil",), ()),
    )
    for tables, ranks in (([first, second], [0, 1]), ([None, second, first], [0, 2, 1])):
        found, codes = united_products(tables, ranks)
        assert found is not None
        assert found.ids == ("a", "b", "c")
        assert found.labels["title"].texts().tolist() == ["Lighthouse", None, "Vase"]
        assert found.labels["sale"].texts().tolist() == ["May", None, None]
        assert found.numbers["price"].tolist() == [50, 100, 70]
        assert found.keywords == (("oil",), (), ())
        for table, code in zip(tables, codes, strict=True):
            assert (table is None) == (code is None)
            if table is not None and code is not None:
                assert [found.ids[at] for at in code.tolist()] == list(table.ids)
    assert united_products([None, None], [0, 0]) == (None, [None, None])
