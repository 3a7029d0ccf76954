"""How does a database tell many rows as columns?"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from custinsights.domain import Money, Order, OrderLine, Refund
from custinsights.repositories.order_rows import orders_of
from custinsights.repositories.sql import open_store
from tests.hostile import HOSTILE

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def order(number: int, coupon: str | None) -> Order:
    """Return an order in which some columns are told and others not."""
    price = Money(number, "EUR")
    return Order(
        id=f"{number:03}",
        customer=None if number % 3 == 0 else f"c{number % 7}",
        placed_at=NOON,
        lines=[OrderLine(f"p{number}", 1, price), OrderLine("p", 2, price)][: number % 3],
        total=price if number % 3 == 0 else None,
        refunds=[Refund(refunded_at=NOON, amount=price)] if number % 4 == 1 else [],
        coupon=coupon,
        channel="web" if number % 2 else None,
    )


@pytest.mark.parametrize("rows", [7, 65_536])
def test_what_was_written_is_read_as_columns(where: str, rows: int) -> None:
    """Every text comes out as it went in, whatever is in it, and nothing stays nothing."""
    store = open_store(where)
    texts = [one.replace("\0", "") for one in HOSTILE]  # no Order has a NUL
    told = [order(at, coupon) for at, coupon in enumerate([None, *texts, None])]
    with store.begin() as work:
        work.orders.add(*told)
    with store.begin(read_only=True) as work:
        read = [one for page in work.orders.scan(batch_rows=rows) for one in orders_of(page)]
        assert read == [work.orders.get(one.id) for one in told]
        assert [one.coupon for one in read] == [one.coupon for one in told]
        assert [one.channel for one in read] == [one.channel for one in told]
    store.close()


def test_a_page_is_read_in_few_questions_and_no_row_by_itself(where: str) -> None:
    """A page of orders costs a question each for orders, people, lines and refunds."""
    store = open_store(where)
    with store.begin() as work:
        work.orders.add(*(order(at, None) for at in range(1, 60)))
    asked: list[str] = []
    event.listen(
        store._engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: asked.append(statement),
    )
    with store.begin(read_only=True) as work:
        pages = work.orders.scan()
        asked.clear()
        [page] = pages
        assert len(page) == 59
        assert len(asked) == 5  # the last one is for refunds with keys of their own
    store.close()
