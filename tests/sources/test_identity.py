"""A row is the person's whom its id, e-mail or phone names, whatever the order of the rows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.history.columnar.columns import Labels
from custinsights.sources.orders.identity import NOBODY, resolve
from tests.sources.reading import bad_kinds, left_out, owners, read

Row = tuple[str, str, str]
KINDS = ("customer_id", "email", "phone")


def persons(
    rows: list[Row], kinds: tuple[str, ...] = KINDS, *, beside: int = 0
) -> list[str | None]:
    """Resolve rows of (id, e-mail, phone), of which the last ones are no rows of the source."""
    columns = {
        kind: Labels.encode([row[at] or None for row in rows]) for at, kind in enumerate(KINDS)
    }
    found = resolve(columns, kinds, beside=beside)
    return [None if code == NOBODY else found.names[code] for code in found.codes.tolist()]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("7", "a@x", "111111")], ["7"]),
        ([("", "a@x", "")], ["a@x"]),
        ([("", "", "111111")], ["phone:111111"]),
        ([("", "", "")], [None]),
        ([("7", "a@x", ""), ("", "a@x", "")], ["7", "7"]),
        ([("7", "", "111111"), ("", "", "111111")], ["7", "7"]),
        ([("7", "a@x", ""), ("8", "a@x", ""), ("", "a@x", "")], ["7", "8", None]),
        ([("7", "a@x", ""), ("8", "a@x", "222222"), ("", "a@x", "222222")], ["7", "8", "8"]),
        ([("7", "", "111111"), ("", "b@x", "111111"), ("", "b@x", "")], ["7", "7", "7"]),
        ([("", "a@x", "111111"), ("", "", "111111")], ["a@x", "a@x"]),
        ([("", "a@x", "1"), ("", "b@x", "1"), ("", "", "1")], ["a@x", "b@x", None]),
        ([("a@x", "", ""), ("", "a@x", "")], ["a@x", "a@x"]),
        ([("111111", "", ""), ("", "", "111111")], ["111111", "phone:111111"]),
    ],
)
def test_persons_are_told_by_id_then_email_then_phone(
    rows: list[Row], expected: list[str | None]
) -> None:
    """A row without an id is the one person who has its e-mail, else its phone."""
    assert persons(rows) == expected


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "", "7", "8", "a@x"]),
        st.sampled_from(["", "a@x", "b@x"]),
        st.sampled_from(["", "1", "2"]),
    ),
    max_size=6,
)


@given(ROWS, ROWS)
def test_customers_beside_the_rows_take_nobody_away(rows: list[Row], known: list[Row]) -> None:
    """Whose row the source by itself tells is somebody's too with customers known beside it."""
    alone = persons(rows)
    found = persons([*rows, *known], beside=len(known))[: len(rows)]
    assert all(after for before, after in zip(alone, found, strict=True) if before)


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        ([("", "a@x", "")], [("7", "a@x", "")], ["7", "7"]),
        ([("", "a@x", "")], [("7", "a@x", ""), ("8", "a@x", "")], ["a@x", "7", "8"]),
        ([("7", "a@x", ""), ("", "a@x", "")], [("8", "a@x", "")], ["7", "7", "8"]),
        ([("7", "a@x", ""), ("8", "a@x", ""), ("", "a@x", "")], [], ["7", "8", None]),
        ([("7", "b@x", "")], [("7", "a@x", ""), ("8", "a@x", ""), ("", "a@x", "")], None),
    ],
)
def test_what_only_customers_beside_share_is_a_person_in_the_source(
    rows: list[Row], known: list[Row], expected: list[str | None] | None
) -> None:
    """Without customers known beside the rows it would be theirs, and so it stays."""
    told = ["7", "7", "8", None] if expected is None else expected
    assert persons([*rows, *known], beside=len(known)) == told


def test_kinds_are_tried_in_the_order_given() -> None:
    """The first kind of identity that is asked for decides."""
    rows = [("7", "a@x", ""), ("8", "a@x", "")]
    assert persons(rows, ("email", "customer_id")) == ["a@x", "a@x"]
    assert persons(rows, ("phone",)) == [None, None]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "", "7", "8"]),
            st.sampled_from(["", "a@x", "b@x"]),
            st.sampled_from(["", "111111", "222222"]),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_the_rows_does_not_matter(rows: list[Row], dice: random.Random) -> None:
    """Rows in any order are the same persons', and equal rows are one person's."""
    expected = dict(zip(rows, persons(rows), strict=True))
    shuffled = [*rows]
    dice.shuffle(shuffled)
    assert dict(zip(shuffled, persons(shuffled), strict=True)) == expected
    for row, person in expected.items():
        if row[0]:
            assert person == row[0]
        if not any(row):
            assert person is None


def test_orders_of_a_guest_find_their_customer() -> None:
    """An order without an id belongs to the customer who has its e-mail, however it is written."""
    history = read(
        "order_id,customer,email,phone,placed_at,amount",
        "1,7,Ada@X.org,'+1 555 0100,2024-01-05,1.00",
        "2,0,ada@x.org ,,2024-01-06,1.00",
        "3,,,1-555-0100,2024-01-07,1.00",
        "4,,n/a,,2024-01-08,1.00",
    )
    assert owners(history) == {1: 7, 2: 7, 3: 7}
    assert left_out(history) == [("identity", "", 1)]


@pytest.mark.parametrize("ids", [("1", "7.21045E+12"), ("7,21045e+12", "c1"), ("'7E+12", "c1")])
def test_ids_that_a_spreadsheet_has_rounded_name_nobody(ids: tuple[str, str]) -> None:
    """What several ids became when their last figures were lost is no order and no person."""
    order, customer = ids
    lines = ("order_id;customer;placed_at;amount", f"{order};{customer};2024-01-05;1.00")
    assert bad_kinds(*lines, "2;E+1;2024-01-06;1.00") == {"id that a spreadsheet has rounded": 1}


def test_identity_of_a_line_file_is_the_orders() -> None:
    """What one line of an order says of its customer holds for the order."""
    history = read(
        "order_id,email,phone,placed_at,product,unit_price",
        "1,,555010,2024-01-05,p1,1.00",
        "1,ada@x.org,,2024-01-05,p2,1.00",
        "2,,555010,2024-01-06,p1,1.00",
    )
    assert owners(history) == {1: "ada@x.org", 2: "ada@x.org"}


def test_people_whom_left_out_orders_name_are_unknown() -> None:
    """What is left out tells nothing about who anybody is."""
    history = read(
        "order_id,customer,email,placed_at,amount,currency",
        "1,7,ada@x.org,2024-01-05,1.00,USD",
        "2,,ada@x.org,2024-01-06,1.00,EUR",
        currency="EUR",
    )
    assert owners(history) == {2: "ada@x.org"}
