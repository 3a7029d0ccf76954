"""What is known of every customer? Traits by name, one row per known person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import TRAIT_KINDS, Trait, entries
from custinsights.analyses.declaring.tally import MONEY
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, Labels
from custinsights.history.columnar.threads import in_threads
from custinsights.history.context import Context
from custinsights.history.facts import BLOCK, Facts, check_history
from custinsights.history.orders import When
from custinsights.history.selection import is_known
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

T = TypeVar("T")

ITEMS = "items"
USUAL = (
    "order_count",
    "total_spent",
    "average_order_value",
    "median_order_value",
    "first_order_at",
    "last_order_at",
    "days_since_last_order",
    "average_gap_days",
    "median_gap_days",
    "customer_country",
)
"""The traits of a table for which none are named; ``units`` joins them where items are known."""


def _names(
    given: str | Trait | Iterable[str | Trait] | None,
) -> tuple[str | Trait, ...] | None:
    if given is None:
        return None
    items = entries("names", given, Trait)
    names = [item if isinstance(item, str) else item.name for item in items]
    if len(set(names)) != len(names):
        raise InvalidValue("the traits name something twice", names, "each name once")
    return items


@attrs.frozen
class Traits(Analysis[CustomerTable, CustomerTable]):
    """The analysis behind `traits`; its state is the `CustomerTable` itself."""

    names: tuple[str | Trait, ...] | None = attrs.field(default=None, converter=_names)
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the table of a history or of a part of one."""
        check_history(history)
        context = history.context
        as_of = context.instant(self.as_of)
        wanted = [
            self.catalog.trait(item) if isinstance(item, str) else item
            for item in (usual(history) if self.names is None else self.names)
        ]
        values = evaluate(history, wanted, as_of)
        columns = {
            trait.name: _column(trait, column, context)
            for trait, column in zip(wanted, values, strict=True)
        }
        table = CustomerTable(
            history.customer_ids,
            columns,
            provenance(context, as_of, wanted),
            f"{len(wanted)} trait{'' if len(wanted) == 1 else 's'} of each customer",
            parts_of(history),
        )
        known = is_known(history, as_of)
        return table if known is None else table.take(np.flatnonzero(known))

    def finish(self, state: CustomerTable) -> CustomerTable:
        """Return the merged table."""
        refuse_other(CustomerTable, "the state to finish", state)
        return state


def traits(
    history: Facts,
    names: str | Trait | Sequence[str | Trait] | None = None,
    *,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> CustomerTable:
    """Return traits of every person known at an instant, prospects too.

    Parameters
    ----------
    history
        An order history, or a part of one.
    names
        Names in the catalog, or traits; default: the usual ones.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    CustomerTable
        One row per known person, in the order of the ids.

    Raises
    ------
    UnknownName
        If a name is in neither the catalog nor an installed package.

    Notes
    -----
    Cost: a few passes over the columns that the traits touch; medians sort the orders once.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> traits(history, ["order_count", "total_spent"]).to_dicts()[0]
    {'customer': 'ada', 'order_count': 2, 'total_spent': Decimal('17.00')}
    """
    return Traits(names, as_of=as_of, catalog=catalog)(history)


def in_blocks(history: Facts, as_of: int, work: Callable[[CountedHistory], T]) -> list[T]:
    """Apply `work` to what counts of every block of customers, in threads; results in order."""
    cuts = history.cuts_by_orders(BLOCK).tolist()
    _ = history.context.clock.day_table  # made once, before threads share it
    return in_threads(
        lambda block: work(CountedHistory(history.part(*block), as_of)),
        list(pairwise(cuts)) or [(0, 0)],
    )


def evaluate(history: Facts, wanted: Sequence[Trait], as_of: int) -> list[Any]:
    """Evaluate traits over all people, block by block, and return their raw columns."""

    def work(view: CountedHistory) -> list[AnyArray | Labels]:
        return [checked(trait, trait.of(view), view.people) for trait in wanted]

    found = in_blocks(history, as_of, work)
    return [_together(list(columns)) for columns in zip(*found, strict=True)]


def _together(columns: list[AnyArray | Labels]) -> AnyArray | Labels:
    first = columns[0]
    if isinstance(first, Labels):
        coded = [column for column in columns if isinstance(column, Labels)]
        names = tuple(sorted({name for column in coded for name in column.names}))
        return Labels(np.concatenate([column.renamed(names).codes for column in coded]), names)
    return np.concatenate([c for c in columns if isinstance(c, np.ndarray)])


_HELD = {
    "b": "truth values",
    "i": "int64",
    "iu": "whole numbers",
    "fiu": "numbers",
    "OTU": "texts",
}


def checked(trait: Trait, values: Any, people: int, called: str = "") -> AnyArray | Labels:
    """Refuse what is not one value of the trait's kind per person; `called` says whose it is."""
    called = called or f"the trait {trait.name!r}"
    if isinstance(values, Labels) and trait.kind == "label":
        values.check(called, people)
        return values
    array = np.asarray(values)
    is_of_kind = array.dtype.kind in TRAIT_KINDS[trait.kind] or array.shape == (0,)
    if array.shape != (people,) or not is_of_kind:
        raise InvalidValue(
            what=f"{called} does not give one {trait.kind} per person",
            given=f"{array.dtype} of shape {array.shape}",
            allowed=f"{_HELD[TRAIT_KINDS[trait.kind]]} of shape ({people},) for a {trait.kind}",
        )
    return Labels.encode(array) if trait.kind == "label" else array


def exponent_of(kind: str, unit: str, currency: str) -> int:
    """Return how many decimals of a trait's values are kept in whole numbers."""
    if kind == "money" or unit == MONEY:
        return minor_exponent(currency)
    return 3 if kind == "quantity" or unit == ITEMS else 0


def _column(trait: Trait, values: Any, context: Context) -> Column:
    exponent = exponent_of(trait.kind, trait.unit, context.currency)
    is_money = trait.kind == "money" or trait.unit == MONEY
    unit = context.currency if is_money else trait.unit
    if trait.kind == "label":
        return Column(trait.name, "label", values.texts(), unit=unit)
    if trait.kind == "number":
        return Column(trait.name, "number", values / float(10**exponent), unit=unit)
    if trait.kind == "flag":
        return Column(trait.name, "flag", values, unit=unit)
    whole = values.astype(np.int64, copy=False)
    return Column(trait.name, trait.kind, whole, unit=unit, exponent=exponent)


def usual(history: Facts) -> tuple[str, ...]:
    """Return the names of the traits of a table for which none are named."""
    return (*USUAL, "units") if "units" in history.numbers else USUAL
