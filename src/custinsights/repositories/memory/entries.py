"""How are orders, refunds and activities kept by (source, id), and found again?"""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any

import attrs

from custinsights.repositories.batches import NOTHING
from custinsights.repositories.memory.tables import Entry, Tables
from custinsights.repositories.order_rows import OrderRow
from custinsights.repositories.rows import Row
from custinsights.repositories.stored import Key

__all__ = ["complete", "keep", "parted", "shown"]


def complete(kinds: Mapping[str, str], row: Row) -> Row:
    """Return a row with every column but that of the order in the batch; nothing said is None."""
    told = {name: row.get(name) for name in kinds if kinds[name] != "row"}
    return {name: None if value == {} else value for name, value in told.items()}


def keep(
    tables: Tables,
    table: dict[tuple[str, str], Entry],
    row: OrderRow,
    repository: str,
    suffix: tuple[str, ...] = (),
    *,
    observed_until: int | None = None,
) -> str:
    """Keep a row by source and id, and return whether it was added, changed, older or the same."""
    place = (row.order["source"] or "", row.order["id"])
    named = tables.named(row.order["customer"])
    row = attrs.evolve(row, order={**row.order, "source": place[0], "customer": None})
    entry = table.get(place)
    if entry is None:
        what, person, before = "added", named, None
    else:
        person = entry.person if tables.is_one(entry.person, named) else named
        if (entry.row, entry.person) == (row, person):
            until = max(entry.observed_until or NOTHING, observed_until or NOTHING)
            table[place] = attrs.evolve(entry, observed_until=None if until == NOTHING else until)
            return "same"
        if observed_until is not None and observed_until < (entry.observed_until or NOTHING):
            return "older"
        what, before = "changed", _before(tables, entry, row, person)
    is_told = repository == "orders" and not suffix
    number = tables.tell(repository, (*place, *suffix), what, before if is_told else None)
    if observed_until is None and entry is not None:
        observed_until = entry.observed_until
    table[place] = Entry(person, row, number, observed_until)
    return what


def _before(tables: Tables, entry: Entry, row: OrderRow, person: int | None) -> dict[str, Any]:
    """Return what of an order is another now, as it was; addresses are personal."""
    old, new = entry.row.order, row.order
    before = {name: was for name, was in old.items() if was != new[name] and name != "addresses"}
    if entry.person != person:
        before["customer"] = None if entry.person is None else tables.id_of(entry.person)
    for name in ("lines", "refunds"):
        was = getattr(entry.row, name)
        if was != getattr(row, name):
            before[name] = [*was]
    return deepcopy(before)


def shown(tables: Tables, entry: Entry) -> OrderRow:
    """Return the row of an entry with the id of whose it is today."""
    customer = None if entry.person is None else tables.id_of(entry.person)
    row: OrderRow = deepcopy(entry.row)
    return attrs.evolve(row, order={**row.order, "customer": customer})


def parted(
    tables: Tables,
    table: Mapping[tuple[str, str], Entry],
    since: int,
    customers: Collection[Key] | None,
    batch_rows: int,
) -> Iterator[list[OrderRow]]:
    """Yield what was written since a change, of some customers or all, by key, in parts."""
    wanted = tables.wanted(customers)
    rows = [
        shown(tables, entry)
        for _, entry in sorted(table.items(), key=lambda item: item[0])
        if entry.change > since and _whose(tables, entry) in wanted
    ]
    for first in range(0, len(rows), batch_rows):
        yield rows[first : first + batch_rows]


def _whose(tables: Tables, entry: Entry) -> int | None:
    """Return whose an entry is: a refund that names an order that is here is its customer's."""
    named = entry.row.order.get("names")
    order = None if named is None else tables.orders.get((entry.row.order["source"], named))
    return entry.person if order is None else order.person
