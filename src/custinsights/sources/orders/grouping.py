"""Which rows make one order, and which orders are there twice.

Rows of one order share its id within a file. Inside a file, what says two things of one order is
an error; the same again is left out. Of an order in several files that is taken which was watched
until last, of equal ones the later file's.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import attrs
import numpy as np

from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.row_groups import NO_ROW, LoneRows, RowGroups, coded, repeated
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.columns import Texts, Values

NO_ORDER_ID = "no order id"
TWO_CUSTOMERS = "two customers under one order id"
TWO_CURRENCIES = "two currencies under one order id"
TWO_STATUSES = "two statuses under one order id"
TWO_ORDERS = "two orders under one order id"
TWO_LINES = "two lines under one line id"
REST_OF_BAD = "other lines of a bad order"


@attrs.frozen(eq=False)
class OrderRows:
    """The rows of each order.

    Parameters
    ----------
    groups
        The order of each row: -1 for refunds, and for rows that something spoke against when the
        orders were settled.
    named
        The order that each row names in its file, whatever speaks against the row; -1 for refunds.
    keys
        The rows of equal (source, order id), whatever their file; -1 without id.
    is_settled
        Whether `groups` are numbered in the order of their first row.
    """

    rows: ParsedRows
    groups: RowGroups
    named: RowGroups
    keys: RowGroups
    is_settled: bool = False

    @property
    def is_single(self) -> bool:
        """Whether every order is one row."""
        return self.rows.format.layout == "orders"

    def settled(self) -> OrderRows:
        """Return the orders that are left, numbered in the order of their first row."""
        is_left = self.rows.ledger.is_open & self.named.holds
        if self.is_settled and np.array_equal(is_left, self.groups.holds):
            return self
        return attrs.evolve(self, groups=self.named.kept(is_left), is_settled=True)

    def row_of(self, field: str) -> IntArray:
        """Return the row that says a field of each order: the first one that says anything."""
        if self.is_single:
            return self.groups.first()
        return self.groups.first(~self.rows.is_blank(field))

    def texts(self, field: str) -> Texts:
        """Return a field of each order as texts, blank where no row says it."""
        if self.is_single:
            return first_texts(self.rows.texts(field), self.groups)
        return taken(self.rows.texts(field), self.row_of(field))

    def numbers(self, field: str) -> IntArray:
        """Return an amount of each order in minor units, 0 where no row says it."""
        at = self.row_of(field)
        return np.where(at >= 0, picked(self.rows.minor(field), at), 0)


class Signatures:
    """A number for each row that is equal where all of its cells are; made when it is asked for."""

    def __init__(self, rows: ParsedRows) -> None:
        self._rows = rows

    @cached_property
    def values(self) -> AnyArray:
        """uint64[n], the numbers."""
        mixed = np.zeros(len(self._rows), dtype=np.uint64)
        for field in sorted(self._rows.sheet.columns):
            column = self._rows.sheet.columns[field]
            texts = column.texts() if isinstance(column, Values) else column.distinct()
            mixed = (mixed ^ texts.codes.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
        return mixed

    def equal(self, others: IntArray) -> BoolArray:
        """Return bool[n], the rows that are equal to another row each."""
        return np.equal(self.values, picked(self.values, others))


def taken(column: Texts, at: IntArray) -> Texts:
    """Return the texts in some rows, blank for row -1."""
    codes = np.where(at >= 0, picked(column.codes, at), np.int32(len(column.names)))
    return Texts(codes, [*column.names, ""])


def first_texts(column: Texts, groups: RowGroups) -> Texts:
    """Return the text in the first row of each group."""
    return attrs.evolve(column, codes=groups.of_first(column.codes))


def picked(values: AnyArray, at: AnyArray) -> AnyArray:
    """Return the values in some rows; what stands for row -1 does not matter."""
    return values.take(at, mode="wrap") if len(values) else np.zeros(len(at), dtype=values.dtype)


def most_frequent(groups: RowGroups, texts: Texts) -> Labels:
    """Return the text that most rows of each group have, of equally many the first by letter."""
    labels = texts.labels()
    width = max(len(labels.names), 1)
    pairs = np.where(
        (groups.codes >= 0) & (labels.codes >= 0), groups.codes * width + labels.codes, -1
    )
    told = RowGroups.by(pairs)
    rows = told.first()
    rows = rows[rows >= 0]
    times = told.sizes()
    best = np.full(groups.count, -1, dtype=np.int64)
    most = np.zeros(groups.count, dtype=np.int64)
    found = sorted(
        zip(
            groups.codes[rows].tolist(),
            labels.codes[rows].tolist(),
            times[told.codes[rows]].tolist(),
            strict=True,
        )
    )
    for group, label, count in found:
        if count > most[group]:
            best[group], most[group] = label, count
    codes = np.where(best < 0, len(labels.names), best).astype(np.int32)
    return Texts(codes, [*labels.names, ""]).labels()


def group(rows: ParsedRows, is_refund: BoolArray, ends: IntArray) -> OrderRows:
    """Find the orders of the rows that nothing speaks against, and judge orders that clash.

    `ends` says until when each file was watched.
    """
    ledger, sheet = rows.ledger, rows.sheet
    if not rows.has("order_id"):
        named = without(is_refund, LoneRows(len(rows)))
        keys = RowGroups(repeated(-1, len(rows)), 0)
        return OrderRows(rows, named, named, keys).settled()
    ids = rows.key_codes("order_id")
    ledger.bad((ids < 0) & ~is_refund, NO_ORDER_ID, "order_id")
    parts: list[AnyArray] = [ids]
    if rows.has("source"):
        parts.append(rows.texts("source").codes)
    keys = RowGroups.by(*parts)
    in_file = RowGroups.by(keys.codes, sheet.file) if len(sheet.files) > 1 else keys
    named = without(is_refund, in_file)
    found = without(~ledger.is_open, named)
    signatures = Signatures(rows)
    if rows.format.layout == "orders":
        _judge_doubles(rows, found, signatures)
    else:
        _judge_lines(rows, found, signatures)
    _judge_refunds(rows, is_refund & ledger.is_open, keys, signatures)
    orders = OrderRows(rows, found, named, keys)
    spread_bad(orders)
    if len(sheet.files) > 1:
        by_time = np.argsort(np.argsort(ends, kind="stable"))
        told = RowGroups.by(keys.codes, sheet.part)
        _supersede(rows, found, told, signatures, by_time.take(sheet.file))
    if sheet.parts:
        orders = _joined(orders)
    return orders.settled()


def without(rows: BoolArray, groups: RowGroups) -> RowGroups:
    """Return groups without some rows."""
    if not (rows & groups.holds).any():
        return groups
    return RowGroups(np.where(rows, -1, groups.codes), groups.count)


def _joined(orders: OrderRows) -> OrderRows:
    """Make one order of what files of several formats tell of it; leave out what has no order.

    A bad row counts against its order unless other rows of its format tell the same.
    """
    rows, keys, part = orders.rows, orders.keys.codes, orders.rows.sheet.part
    is_open = rows.ledger.is_open
    told = RowGroups.by(np.where(orders.named.codes >= 0, keys, -1), part)
    is_told = told.spread(told.any(is_open), default=False)
    is_left = is_open | (rows.ledger.is_bad & ~is_told)
    named = RowGroups.by(np.where(is_left & (orders.named.codes >= 0), keys, -1))
    is_lone = (named.codes >= 0) & ~named.spread(named.any(part == 0), default=False)
    if rows.has("payment_refunded"):
        of_none = is_lone & is_open & (rows.decimals("payment_refunded").digits != 0)
        rows.ledger.note("refunds_without_their_order", int(np.count_nonzero(of_none)))
    for at, name in enumerate(rows.sheet.parts):
        rows.ledger.leave_out(is_lone & (part == at), "no_order", name)
    joined = OrderRows(rows, named, named, orders.keys)
    spread_bad(joined)
    return joined


def spread_bad(orders: OrderRows) -> None:
    """Where the total of an order is told, call it bad with one of its lines.

    The total holds all of its lines: without one of them it is not true.
    """
    rows, named = orders.rows, orders.named
    if not orders.is_single and rows.has("amount"):
        is_bad = rows.ledger.is_bad
        if is_bad.any():
            is_hurt = named.spread(named.any(is_bad), default=False)
            rows.ledger.bad(is_hurt, REST_OF_BAD, "order_id")


def _judge_doubles(rows: ParsedRows, found: RowGroups, signatures: Signatures) -> None:
    """Where a row is an order: leave out what is the same again, refuse what is not."""
    is_again = found.is_again
    if not is_again.any():
        return
    is_same = is_again & signatures.equal(found.spread(found.first(), NO_ROW))
    clashes = found.any(is_again & ~is_same)
    _refuse_clashes(rows, found, clashes)
    rows.ledger.leave_out(is_same, "duplicate")


def _judge_refunds(
    rows: ParsedRows, is_refund: BoolArray, keys: RowGroups, signatures: Signatures
) -> None:
    """Leave out refunds that are there twice: in a later file, or in this one if rows are no lines.

    An order may be refunded several times, so that only rows equal in everything are the same.
    """
    file, is_one_each = rows.sheet.file.astype(np.int64), rows.format.layout == "orders"
    if not is_refund.any() or not (is_one_each or len(rows.sheet.files) > 1):
        return
    by_key = without(~is_refund, keys)
    is_doubtful = by_key.spread(by_key.sizes() > 1, default=False)
    if not is_doubtful.any():
        return
    same = RowGroups.by(np.where(is_doubtful, keys.codes, -1), coded(signatures.values)[0])
    newest = -same.least(-file, is_doubtful, 0)
    is_old = is_doubtful & (file < same.spread(newest))
    if is_one_each:
        first = same.spread(same.first(is_doubtful & ~is_old), NO_ROW)
        is_old |= is_doubtful & (first != np.arange(len(rows)))
    rows.ledger.leave_out(is_old, "duplicate")


def _judge_lines(rows: ParsedRows, found: RowGroups, signatures: Signatures) -> None:
    """Where a row is a line: lines and orders that are there twice, and orders that clash."""
    ledger = rows.ledger
    if rows.has("line_id"):
        lines = RowGroups.by(found.codes, rows.key_codes("line_id"))
        is_again = lines.is_again
        if is_again.any():
            is_same = is_again & signatures.equal(lines.spread(lines.first(), NO_ROW))
            ledger.bad(is_again & ~is_same, TWO_LINES, "line_id")
            ledger.leave_out(is_same, "duplicate")
    if rows.format.layout == "first_line":
        _judge_blocks(rows, found, signatures)
    no_clash = np.zeros(found.count, dtype=np.bool_)
    _refuse_clashes(rows, found, no_clash)


def _judge_blocks(rows: ParsedRows, found: RowGroups, signatures: Signatures) -> None:
    """Find orders of which the first line is there twice: the whole order is, or they clash."""
    is_head = ~rows.is_blank("amount") & (found.codes >= 0)
    double = np.flatnonzero(found.sizes(is_head) > 1)
    if not len(double):
        return
    is_double = np.zeros(found.count, dtype=np.bool_)
    is_double[double] = True
    members: dict[int, list[int]] = {}
    for row in np.flatnonzero(found.spread(is_double, default=False)).tolist():
        members.setdefault(int(found.codes[row]), []).append(row)
    is_same = np.zeros(len(rows), dtype=np.bool_)
    clashes = np.zeros(found.count, dtype=np.bool_)
    for order, lines in members.items():
        starts = [at for at, row in enumerate(lines) if is_head[row]]
        bounds = [0, *starts[1:], len(lines)]
        blocks = [lines[low:high] for low, high in pairwise(bounds)]
        seen = [signatures.values[block].tolist() for block in blocks]
        if all(block == seen[0] for block in seen):
            is_same[[row for block in blocks[1:] for row in block]] = True
        else:
            clashes[order] = True
    _refuse_clashes(rows, found, clashes)
    rows.ledger.leave_out(is_same, "duplicate")


def _refuse_clashes(rows: ParsedRows, found: RowGroups, clashes: BoolArray) -> None:
    """Call orders bad that say two things of one matter; `clashes` do so in some other way."""
    for kind, fields in (
        (TWO_CUSTOMERS, ("customer_id", "email", "phone")),
        (TWO_CURRENCIES, ("currency",)),
        (TWO_STATUSES, ("order_status",)),
    ):
        is_judged = np.zeros(found.count, dtype=np.bool_)
        for field in fields:
            if not rows.has(field):
                continue
            says = ~rows.texts(field).is_blank & (found.codes >= 0)
            codes = rows.texts(field).codes.astype(np.int64)
            first = found.spread(found.first(says), NO_ROW)
            differs = says & (codes != picked(codes, first))
            differs &= ~found.spread(is_judged, default=False)
            rows.ledger.bad(found.spread(found.any(differs), default=False), kind, field)
            is_judged |= found.any(says)
    if clashes.any():
        rows.ledger.bad(found.spread(clashes, default=False), TWO_ORDERS, "order_id")


def _supersede(
    rows: ParsedRows, found: RowGroups, keys: RowGroups, signatures: Signatures, file: IntArray
) -> None:
    """Of an order in several files keep the latest file's; say whether the earlier differed."""
    ledger = rows.ledger
    is_sale = (found.codes >= 0) & ledger.is_open
    by_key = RowGroups(np.where(is_sale, keys.codes, -1), keys.count)
    latest = -by_key.least(-file, is_sale, 0)
    is_old = is_sale & (file < by_key.spread(latest))
    if not is_old.any():
        return
    sales = RowGroups(np.where(is_sale, found.codes, -1), found.count)
    content = sales.sums(signatures.values) ^ sales.sizes().astype(np.uint64)
    is_newest = is_sale & (file == by_key.spread(latest))
    newest = by_key.spread(by_key.first(is_newest), NO_ROW)
    of_newest = picked(sales.codes, newest)
    is_equal = picked(content, sales.codes) == picked(content, of_newest)
    ledger.leave_out(is_old & is_equal, "duplicate")
    ledger.leave_out(is_old & ~is_equal, "duplicate", "updated")
    ledger.note("updated_orders", int(np.count_nonzero(sales.any(is_old & ~is_equal))))
