"""Does the same export say the same, however it is written and cut, and is nothing lost?"""

from __future__ import annotations

import re
from collections import Counter

import attrs

from custinsights.errors import CustInsightsError, InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.sources.texts.vocabulary import plain
from custinsights.testing.exports import Case, Export, answer_of, money_of
from custinsights.testing.scenes import differing
from custinsights.testing.watching import watched

_OFFSET = re.compile(r"(?<=\d)\s?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$")
_CLOCK = re.compile(r"\d:\d\d")
_EAST, _WEST = "Pacific/Auckland", "America/Los_Angeles"


def every_row_read(case: Case) -> str | None:
    """Find rows of the example that cannot be read, and that it tells of nobody."""
    history = case.history
    bad = history.load_report.bad
    if bad:
        return "; ".join(map(str, bad))
    if not len(history.amount) and not case.format.anonymous:
        return f"the example has no order that counts: {history.load_report}"
    if len(history.amount) and not history.amount.any():
        return "every order comes to 0"
    return None


def any_column_order(case: Case) -> str | None:
    """Find what depends on the order of the columns."""
    for what, turn in (("backwards", -1), ("from the middle on", 1)):

        def turned(export: Export, turn: int = turn) -> Export:
            places = [*range(len(export.header))]
            half = len(places) // 2
            return export.with_columns(
                places[::-1] if turn < 0 else [*places[half:], *places[:half]]
            )

        other = case.read(case.changed(turned))
        if broken := _differs(case, other, f"with its columns {what}"):
            return broken
    return None


def saved_by_a_spreadsheet(case: Case) -> str | None:
    """Find what depends on how the file is written."""
    for encoding, end, delimiter in (("utf-8-sig", "\r\n", ";"), ("utf-16", "\r\n", "\t")):
        files = [one.data(delimiter=delimiter, end=end, encoding=encoding) for one in case.exports]
        told = f"with {delimiter!r} between the cells, in {encoding}"
        if broken := _differs(case, case.read_bytes(files), told):
            return broken
    return None


def without_what_is_optional(case: Case) -> str | None:
    """Find orders that come to something else where a column is missing that is not required."""
    whole = _amounts(case.history)
    for name in case.exports[0].header:
        if _is_needed(case, name):
            continue

        def lessened(export: Export, name: str = name) -> Export:
            return export.with_columns([at for at, n in enumerate(export.header) if n != name])

        try:
            other = _amounts(case.read(case.changed(lessened)))
        except CustInsightsError as error:
            return f"without the column {name!r}, which nothing requires: {str(error).rstrip('.')}"
        except Exception as error:  # noqa: BLE001 - whatever a format's function raises
            return f"without the column {name!r} it raises {type(error).__name__}: {error}"
        shared = whole.keys() & other.keys()
        first = next((key for key in sorted(shared, key=str) if whole[key] != other[key]), None)
        if first is not None:
            return (
                f"{first[0]} comes to {whole[first]}, and to {other[first]} without the column "
                f"{name!r}"
            )
    return None


def _is_needed(case: Case, header: str) -> bool:
    """Tell whether a header is one by which the format is known, or of a field that it needs."""
    format = case.format
    people = {"customer_id", "email", "phone"}
    fields = {*format.required, *people, *format.adds, "order_id"}
    headers = {plain(name) for field in fields for name in case.headers(field)}
    known = {plain(name) for name in format.recognised_by}
    return plain(header) in headers | known


def twice_is_once(case: Case) -> str | None:
    """Find orders that count twice where the same file comes twice, or again below itself."""
    again = case.read([*case.exports, *case.exports])
    if broken := _differs(case, again, "where the same file comes twice"):
        return broken
    files = [one.data() + one.data() for one in case.exports]
    return _differs(case, case.read_bytes(files), "where the file stands below itself")


def any_order_of_orders(case: Case) -> str | None:
    """Find what depends on which order comes first, or on which file it is in."""

    def backwards(export: Export) -> Export:
        orders = export.by_order(case.format)
        return export.with_rows([row for order in reversed(orders) for row in order])

    if broken := _differs(case, case.read(case.changed(backwards)), "with the last order first"):
        return broken
    split: list[Export] = []
    for export in case.exports:
        orders = export.by_order(case.format)
        half = len(orders) // 2
        split += [
            export.with_rows([row for order in part for row in order])
            for part in (orders[:half], orders[half:])
        ]
    return _differs(case, case.read(split), "where two files have half of the orders each")


def rows_conserved(case: Case) -> str | None:
    """Find rows that are neither used nor left out nor bad, and orders that are skipped."""
    history = case.history
    if lost := rows_lost(case, history, [*case.exports, *case.beside]):
        return lost
    if case.format.skip_rows is None:
        return None
    whole = attrs.evolve(case, format=attrs.evolve(case.format, skip_rows=None)).history
    more = whole.load_report.rows_used - history.load_report.rows_used
    return f"skip_rows passes over {more} rows that are orders" if more > 0 else None


def rows_lost(case: Case, history: OrderHistory, exports: list[Export]) -> str | None:
    """Return that the report of a history does not add up to the rows of some tables."""
    report = history.load_report
    there = sum(any(map(str.strip, row)) for export in exports for row in export.rows)
    skipped = dict(report.notes).get("skipped_rows", 0)
    if report.balances and there == report.rows_read + skipped:
        return None
    return (
        f"of {there} rows, {report.rows_used} are used, {report.rows_left_out} left out, "
        f"{report.rows_bad} bad and {skipped} skipped by {case.format.name!r}"
    )


def money_conserved(case: Case) -> str | None:
    """Find orders that come to something else where they are read alone."""
    summed: Counter[str] = Counter()
    for export in case.exports:
        for order in export.by_order(case.format):
            try:
                summed.update(money_of(case.read([export.with_rows(order)])))
            except InvalidValue:
                return None  # what a column means shows in several rows alone
    whole = money_of(case.history)
    if whole == +summed or case.beside or len(case.exports) > 1:
        return None
    return f"all orders come to {dict(whole)} minor units, and one by one to {dict(summed)}"


def zones_heeded(case: Case) -> str | None:
    """Find times whose offset, or whose missing offset, makes no difference."""
    if not len(case.history.amount):
        return None
    east, west = (_times(case.read(case.exports, timezone=zone)) for zone in (_EAST, _WEST))
    shared = east.keys() & west.keys()
    moves = any(east[key] != west[key] for key in shared)
    with_offset = case.changed(lambda export: _with_other_offsets(case, export))
    has_offsets = with_offset != [*case.exports]
    is_told = has_offsets or case.format.timezone is not None or _has_zones(case)
    if moves and is_told:
        return "times are read in timezone=, although the file or the format tells their zone"
    if not moves and not is_told:
        return "the file tells no zone, and timezone= makes no difference"
    if has_offsets and _times(case.read(with_offset)) == _times(case.history):
        return "another offset in the cells makes no difference"
    return None


def _has_zones(case: Case) -> bool:
    return "time_zone" in {*case.format.columns, *case.format.computed}


def _with_other_offsets(case: Case, export: Export) -> Export:
    """Return the table with another offset in the cells that tell when an order was placed."""
    places = case.format.positions(export.header)
    read = {*places.values()}
    if "placed_at" not in case.format.computed:
        read &= {places.get("placed_at", -1)}

    def moved(cell: str) -> str:
        return _OFFSET.sub(" +05:45", cell) if _CLOCK.search(cell) else cell

    return export.with_rows(
        [
            [moved(cell) if at in read else cell for at, cell in enumerate(row)]
            for row in export.rows
        ]
    )


def same_again(case: Case) -> str | None:
    """Find what differs from one reading to the next, and functions that ask the clock."""
    history, seen = watched(lambda: case.read(case.exports))
    if seen:
        return f"it calls {' and '.join(seen)}"
    again = case.read(case.exports)
    if history.load_report != again.load_report:
        return "the load report is another one when read again"
    return _differs(case, again, "when read again")


def _differs(case: Case, other: OrderHistory, what: str) -> str | None:
    return differing(answer_of(case.history), answer_of(other), what)


def _amounts(history: OrderHistory) -> dict[tuple[object, ...], object]:
    return {key: value for key, value in answer_of(history).items() if key[1:] == ("amount",)}


def _times(history: OrderHistory) -> dict[tuple[object, ...], object]:
    return {key: value for key, value in answer_of(history).items() if key[1:] == ("placed_at",)}
