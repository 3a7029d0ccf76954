"""What do several histories hold twice? Orders of one id, refunds of no order, activities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import attrs
import numpy as np

from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.errors import InvalidValue, counted
from custinsights.history.building.joining import Columns, rearranged
from custinsights.history.building.laying import marks
from custinsights.history.columnar.columns import BoolArray, IntArray, Labels, OrderColumns
from custinsights.history.columnar.identities import code_together
from custinsights.history.columnar.row_groups import NO_ROW, RowGroups, coded
from custinsights.history.columnar.uniting import below_each_other
from custinsights.sources.orders.grouping import picked
from custinsights.sources.texts.columns import Texts


@attrs.frozen(eq=False)
class Origins:
    """Where the rows of several histories come from, once they lie one below the other.

    Parameters
    ----------
    keys
        int64[n], equal for orders of one source and id, -1 where an order has no id.
    is_of_unknown
        bool[n], the orders of which no source is known.
    of_order, of_refund, of_activity
        The history of each order, refund and activity.
    sources
        The sources of each history; 0 is an unknown one.
    strength
        By history: of two that tell of the same order the one of the larger number is taken.
    """

    keys: IntArray
    is_of_unknown: BoolArray
    of_order: IntArray
    of_refund: IntArray
    of_activity: IntArray
    sources: Sequence[frozenset[int]]
    strength: IntArray

    @classmethod
    def of(cls, parts: Sequence[Columns], ranks: Sequence[int], names: Sequence[str]) -> Origins:
        """Look at histories before their columns are put together.

        Of two histories the one of the lower rank is taken, of equal ranks the later one. `names`
        are the sources of those whose orders tell none; blank if unknown.
        """
        orders = [part.orders for part in parts]
        labels = [one.labels.get("source", Labels.missing(len(one))) for one in orders]
        told = below_each_other(labels)
        source = told.codes.astype(np.int64) + 1
        number = {name: n for n, name in enumerate(dict.fromkeys((*told.names, *names)), start=1)}
        usual = [frozenset({number[name] if name else 0}) for name in names]
        of_order = _numbers(map(len, orders))
        ids = Texts.of(chain.from_iterable(map(_id_texts, orders)))
        keys = RowGroups.by(np.where(ids.is_blank, -1, ids.codes), source)
        sources = [frozenset(source[of_order == at].tolist()) for at in range(len(parts))]
        weakest_first = sorted(range(len(parts)), key=lambda at: (-ranks[at], at))
        return cls(
            keys.codes,
            source == 0,
            of_order,
            _numbers(len(part.refunds) for part in parts),
            _numbers(0 if p.activities is None else len(p.activities) for p in parts),
            [one or none for one, none in zip(sources, usual, strict=True)],
            np.argsort(np.array(weakest_first, dtype=np.int64)),
        )


def _numbers(lengths: Iterable[int]) -> IntArray:
    sizes = list(lengths)
    return np.repeat(np.arange(len(sizes)), sizes)


def _id_texts(orders: OrderColumns) -> list[str]:
    if orders.order_id is None:
        return [""] * len(orders)
    return list(map(str, orders.order_id.tolist()))


def comparable_ids(parts: Sequence[Columns]) -> list[Columns]:
    """Return histories with order ids of one kind: texts, where some have texts."""
    kinds = {part.orders.order_id.dtype.kind for part in parts if part.orders.order_id is not None}
    if len(kinds) < 2:  # noqa: PLR2004 - integers and texts
        return list(parts)
    return [
        part
        if part.orders.order_id is None
        else attrs.evolve(
            part,
            orders=attrs.evolve(
                part.orders, order_id=np.array([*_id_texts(part.orders), None], dtype=object)[:-1]
            ),
        )
        for part in parts
    ]


def rows_and_money(
    columns: Columns, orders: BoolArray | None = None, refunds: BoolArray | None = None
) -> tuple[int, int]:
    """Return the rows of the sources behind some orders and refunds (all), and their money.

    A refund that a column of an order tells has no row of its own.
    """
    rows, money = 0, 0
    for stream, some, sign in ((columns.orders, orders, 1), (columns.refunds, refunds, -1)):
        at = np.arange(len(stream)) if some is None else np.flatnonzero(some)
        behind = np.ones(len(at), np.int64) if stream.rows is None else stream.rows.take(at)
        rows += int(behind.sum())
        money += sign * int(stream.amount.take(at)[(behind > 0) | (sign > 0)].sum())
    return rows, money


def once(
    columns: Columns, origins: Origins, currency: str
) -> tuple[Columns, LoadReport, dict[str, int]]:
    """Leave out what one history tells of an order or a refund that another one tells better.

    Parameters
    ----------
    columns
        Of all histories, one below the other.

    Returns
    -------
    tuple
        What is left, what was left out (how many rows less are used), and notes.

    Raises
    ------
    InvalidValue
        Orders of histories that name no source have one id and are not the same; or two histories
        tell different parts of an order.
    """
    orders, refunds = columns.orders, columns.refunds
    _, (customer, owner) = code_together([orders.customer, refunds.customer])
    found = RowGroups(origins.keys, int(origins.keys.max(initial=-1)) + 1)
    strength = origins.strength.take(origins.of_order)
    has_key = found.codes >= 0
    newest = found.spread(-found.least(-strength, has_key, 0))
    is_old = has_key & (strength < newest)
    taken = found.spread(found.first(has_key & (strength == newest)), NO_ROW)
    differs = (orders.placed_at != picked(orders.placed_at, taken)) | (
        customer != picked(customer, taken)
    )
    _refuse_strangers(is_old & origins.is_of_unknown & differs)
    _refuse_parts(columns, origins, is_old & ~origins.is_of_unknown, taken)
    content = _contents(columns, customer)
    is_updated = is_old & (content != picked(content, taken))
    is_again = _is_again(_alike_refunds(columns, owner), origins.of_refund, origins)
    is_done = _is_again(_alike_activities(columns), origins.of_activity, origins)
    report = LoadReport()
    for detail, some in (("", is_old & ~is_updated), ("updated", is_updated)):
        back = np.append(some, np.False_).take(refunds.order) | (is_again & (detail == ""))
        rows, money = rows_and_money(columns, some, back)
        rows += 0 if detail else int(np.count_nonzero(is_done))
        if rows:
            sums = ((currency, money),)
            report += LoadReport(left_out=[LeftOut("duplicate", detail, rows, sums)])
    kept = np.append(~is_old, np.True_)
    notes = {
        "updated_orders": int(np.count_nonzero(is_updated)),
        "orders_without_id": int(np.count_nonzero(~has_key)),
    }
    if not (is_old.any() or is_again.any() or is_done.any()):
        return columns, report, notes
    stay = np.flatnonzero(kept.take(refunds.order) & ~is_again)
    left = rearranged(columns, np.flatnonzero(~is_old), stay, activities=np.flatnonzero(~is_done))
    return left, report, notes


def _refuse_strangers(clashes: BoolArray) -> None:
    if clashes.any():
        raise InvalidValue(
            "orders of several histories have one id, and are of other people or other times; "
            "nothing says of which source they are",
            counted(int(np.count_nonzero(clashes)), "such order"),
            "the same orders under the same ids, or orders whose source is known",
            "Name the sources: combine({'shop': ..., 'fair': ...})",
        )


def _refuse_parts(columns: Columns, origins: Origins, is_old: BoolArray, taken: IntArray) -> None:
    """Refuse histories of which one tells what was in the orders, and the other what was paid.

    An order that was changed is told by both in the same way. So it is not where only one of them
    has lines, and the amounts are others, or the one that is taken knows less of refunds.
    """
    orders, refunds, lines = columns.orders, columns.refunds, columns.lines
    if lines is None or not is_old.any():
        return
    has_lines = RowGroups(origins.of_order, len(origins.sources)).any(
        RowGroups(lines.order, len(orders)).sizes() > 0
    )
    of_order = has_lines.take(origins.of_order)
    back = RowGroups(refunds.order, len(orders)).sums(refunds.amount)
    clashes = is_old & (of_order != picked(of_order, taken))
    clashes &= (orders.amount != picked(orders.amount, taken)) | (back > picked(back, taken))
    if clashes.any():
        raise InvalidValue(
            "two histories of one source tell different parts of the same orders: one has their "
            "lines, the other has not, and they come to other amounts or refunds",
            counted(int(np.count_nonzero(clashes)), "such order"),
            "histories that each tell their orders in full",
            "Read the files of both in one call, such as read_orders([orders, items])",
        )


def _contents(columns: Columns, customer: IntArray) -> IntArray:
    """Return a number for each order that is equal where all that is told of it is."""
    orders, refunds, lines = columns.orders, columns.refunds, columns.lines
    everything = np.arange(len(orders))
    told = [customer, orders.placed_at, orders.amount]
    told += [orders.numbers[name] for name in sorted(orders.numbers)]
    told += [orders.labels[name].codes.astype(np.int64) for name in sorted(orders.labels)]
    hanging = [refunds.amount, refunds.refunded_at, refunds.product]
    told.append(marks(refunds.order, everything, len(orders), hanging))
    if lines is not None:
        hanging = [lines.product, lines.quantity, lines.amount]
        told.append(marks(lines.order, everything, len(orders), hanging))
    return marks(everything, everything, len(orders), told)


def _alike_refunds(columns: Columns, owner: IntArray) -> RowGroups:
    """Group the refunds of no order that are told alike."""
    refunds = columns.refunds
    return RowGroups.by(
        np.where(refunds.order < 0, owner, -1),
        coded(refunds.refunded_at)[0],
        coded(refunds.amount)[0],
        refunds.product + 1,
    )


def _alike_activities(columns: Columns) -> RowGroups:
    """Group the activities that are told alike."""
    held = columns.activities
    if held is None:
        return RowGroups(np.empty(0, dtype=np.int64), 0)
    _, (owner,) = code_together([held.customer])
    texts = [column.codes + 1 for _, column in sorted(held.labels.items())]
    numbers = [coded(column)[0] for column in held.numbers.values()]
    return RowGroups.by(owner, coded(held.at)[0], *texts, *numbers)


def _is_again(groups: RowGroups, of: IntArray, origins: Origins) -> BoolArray:
    """Return which grouped rows a history of the same source holds already.

    Parameters
    ----------
    of
        The history of each row.
    """
    is_again = np.zeros(len(of), dtype=np.bool_)
    is_shared = groups.any(of != groups.spread(picked(of, groups.first())))
    members: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in np.flatnonzero(groups.spread(is_shared, default=False)).tolist():
        members[int(groups.codes[row])][int(of[row])].append(row)
    for by_history in members.values():
        strongest_first = sorted(by_history, key=lambda at: -int(origins.strength[at]))
        for place, history in enumerate(strongest_first):
            known = max(
                (
                    len(by_history[other])
                    for other in strongest_first[:place]
                    if origins.sources[other] & origins.sources[history]
                ),
                default=0,
            )
            is_again[by_history[history][:known]] = True
    return is_again
