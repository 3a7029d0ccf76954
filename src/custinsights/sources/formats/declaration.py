"""What a format of orders is: a declaration, from which the shared machinery reads its files.

A format says which header holds which field, what one row stands for, and what the shop's words
for the states of an order mean. What must be worked out of several columns is a small function of
the rows; nothing else in a format is code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import attrs

from custinsights.history.amounts import Decimals
from custinsights.history.columns import BoolArray
from custinsights.sources.columns import Texts
from custinsights.sources.vocabulary import Kind, plain

Layout: TypeAlias = Literal["orders", "lines", "first_line"]
"""What a row is: an order; a line, with or without the order's fields; a line, and only the first
line of an order has the order's fields."""


@runtime_checkable
class Rows(Protocol):
    """The parsed rows of a file, as the functions of a format see them."""

    def __len__(self) -> int: ...

    def has(self, field: str) -> bool:
        """Tell whether the file has the field."""
        ...

    def texts(self, field: str) -> Texts:
        """Return a field as texts, blank where the file does not have it."""
        ...

    def decimals(self, field: str) -> Decimals:
        """Return a field as exact numbers, 0 where it is blank."""
        ...


Mask: TypeAlias = Callable[[Rows], BoolArray]
Computed: TypeAlias = Callable[[Rows], Decimals | Texts]


@attrs.frozen(kw_only=True)
class OrderFormat:
    """How the files of one shop system are read.

    Parameters
    ----------
    name
        The name under which ``read_orders(format=)`` knows it.
    columns
        Our field to the header, or to several of which the first that is there holds it.
    recognised_by
        Headers that together only this format has. Order, case and blanks do not matter.
    needs
        Fields without which the file cannot be read.
    layout
        What a row stands for.
    statuses
        The shop's word for the state of an order (casefolded) to one of
        `custinsights.domain.statuses.ORDER_STATUSES`; the empty word is a blank cell.
    refunded_statuses
        Words that mean a full refund where no amount of it is given.
    dayfirst
        Whether the day comes first in dates such as 3/4/2024; None lets the column tell.
    decimal
        The mark before decimals, where the system writes all numbers with it; None lets the
        column tell.
    timezone
        The zone of times without one, where the system writes all in the same.
    currency
        The currency, where the system writes all in the same.
    source
        What the orders' label ``source`` says; None leaves it to a column.
    kinds
        How to read fields of the format's own, which `computed` works with.
    computed
        Fields worked out of others, row by row: numbers, or texts that are read like cells.
    skip_rows
        Which rows tell nothing new, such as a row of totals; they are counted in the notes.
    refund_rows, tip_rows
        Which rows are refunds and no sales; which lines are a tip and no product.
    fallbacks
        The field that fills another one's blank cells.
    addresses
        Prefixes of country, region and city, in the order in which an order's address is looked
        for: the first that says anything is taken whole.
    """

    name: str
    columns: Mapping[str, str | Sequence[str]]
    recognised_by: frozenset[str] = attrs.field(default=frozenset())
    needs: Sequence[str] = ("placed_at",)
    layout: Layout = "orders"
    statuses: Mapping[str, str] = attrs.field(factory=dict)
    refunded_statuses: frozenset[str] = attrs.field(default=frozenset())
    dayfirst: bool | None = None
    decimal: Literal[".", ","] | None = None
    timezone: str | None = None
    currency: str | None = None
    source: str | None = None
    kinds: Mapping[str, Kind] = attrs.field(factory=dict)
    computed: Mapping[str, Computed] = attrs.field(factory=dict)
    skip_rows: Mask | None = None
    refund_rows: Mask | None = None
    tip_rows: Mask | None = None
    fallbacks: Mapping[str, str] = attrs.field(factory=dict)
    addresses: Sequence[str] = ("",)

    def recognises(self, header: Sequence[str]) -> bool:
        """Tell whether a header is this format's."""
        if not self.recognised_by:
            return False
        return {plain(name) for name in self.recognised_by} <= {plain(cell) for cell in header}

    def positions(self, header: Sequence[str]) -> dict[str, int]:
        """Return the place of each field in a header; fields that it lacks are left out."""
        places = {plain(cell): at for at, cell in reversed([*enumerate(header)])}
        found = {}
        for field, wanted in self.columns.items():
            for name in (wanted,) if isinstance(wanted, str) else wanted:
                if plain(name) in places:
                    found[field] = places[plain(name)]
                    break
        return found
