"""Which orders of a file would take the place of others that have their ids?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.contacts import hidden_if_contact
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, BoolArray, Labels
from custinsights.history.columnar.localtime import to_datetime
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.stored import Known
from custinsights.sources.importing.found import FoundOrders

__all__ = ["others", "refuse_others"]

_AT_ONCE = 20_000


def others(
    work: UnitOfWork, orders: FoundOrders, customers: Sequence[str | None], calendar: Calendar
) -> BoolArray:
    """Return bool by order: those whose id is that of another order, of somebody else's other day.

    Parameters
    ----------
    customers
        Whose each of them is.
    calendar
        By whose days two orders lie apart.
    """
    is_other = np.zeros(len(orders), dtype=np.bool_)
    placed = np.asarray(orders.orders["placed_at"]).tolist()
    for row, known in _known(work, orders):
        if known.customer != customers[row]:
            days = (calendar.local_date(to_datetime(at)) for at in (known.placed_at, placed[row]))
            is_other[row] = len({*days}) > 1
    return is_other


def refuse_others(orders: FoundOrders, is_other: BoolArray) -> None:
    """Refuse orders whose ids are those of other orders."""
    rows = np.flatnonzero(is_other)
    if len(rows):
        source, name = (_texts(orders.orders[one])[rows[0]] for one in ("source", "id"))
        system = f"the source {hidden_if_contact(source)!r}" if source else "no named source"
        raise InvalidValue(
            "orders with these ids are there, of other people and on other days",
            f"{len(rows)} of {system}, such as {hidden_if_contact(name)!r}",
            "for each source one order by one id",
            "Say from which system the file comes: source='spring fair', at a shell --source; "
            "errors='report' leaves such orders out and counts them",
        )


def _known(work: UnitOfWork, orders: FoundOrders) -> Iterator[tuple[int, Known]]:
    """Yield the rows of orders that are there, with what is known of these."""
    sources, ids = (_texts(orders.orders[name]) for name in ("source", "id"))
    for source in sorted(set(sources)):
        rows = [row for row, one in enumerate(sources) if one == source]
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            found = work.orders.known(source, [ids[row] for row in some])
            yield from ((row, found[ids[row]]) for row in some if ids[row] in found)


def _texts(column: Labels | AnyArray) -> list[str]:
    texts: list[str] = (column.texts() if isinstance(column, Labels) else column).tolist()
    return texts
