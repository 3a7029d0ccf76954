"""How is a table beside the orders read? As these are, but for what its rows stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.errors import BadRowsError, InvalidValue
from custinsights.history.columnar.columns import IntArray, Labels
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.sources.beside.single import Typed
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.frames import sheet_of_frame
from custinsights.sources.orders.identity import INTEGER
from custinsights.sources.orders.ledger import Ledger
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import UNKNOWN_CURRENCY, ParsedRows
from custinsights.sources.reading import progress_function, read_sheet, sources_of
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.files import Progress
from custinsights.sources.texts.opening import Source, is_table

Table: TypeAlias = Source | Iterable[Source] | Any
"""Files, or a table in memory: a frame of pandas, polars or pyarrow, a mapping of arrays."""

_BETWEEN = str.maketrans(";|", ",,")


def read_rows(
    table: Table,
    find: Callable[[Sequence[str]], OrderFormat],
    needs: Sequence[str],
    options: Options,
    progress: Progress | None,
) -> ParsedRows:
    """Read the rows of files, or of a table in memory, which must have one of some fields."""
    told = progress_function(progress)
    if is_table(table):
        format, sheet = sheet_of_frame(table, find, needs)
    else:
        format, sheet = read_sheet(sources_of(table), find, needs, told)
    return ParsedRows(
        sheet,
        Ledger(sheet),
        format,
        zone=options.zone(format.timezone),
        dayfirst=options.dayfirst,
        decimal=options.decimal,
    )


def are_texts(rows: ParsedRows, field: str) -> bool:
    """Tell whether the ids of a field are texts: by their type, or because one is no number."""
    column = rows.sheet.columns.get(field)
    if isinstance(column, Texts):
        is_whole = all(not name or INTEGER.fullmatch(name.strip("' ")) for name in column.names)
        return rows.sheet.has_text_ids(field) or not is_whole
    return False


def number(rows: ParsedRows, field: str) -> Typed:
    """Return a field as floats, NaN where it is blank."""
    found = rows.decimals(field)
    return Typed(found.digits / 10.0**found.places, ~rows.is_blank(field) & ~found.wrong, np.nan)


def currencies(rows: ParsedRows, options: Options, field: str) -> Labels:
    """Return the currency of each row's amount in a field, missing where nothing says it."""
    says = rows.currency_cells() if rows.has("currency") else Labels.missing(len(rows))
    if options.currency is not None:
        names = (*says.names, options.currency)
        says = Labels(np.where(says.codes < 0, np.int32(len(names) - 1), says.codes), names)
    rows.use_currency(says.codes.astype(np.int64), says.names)
    if rows.has(field):
        is_lost = (says.codes < 0) & ~rows.is_blank(field)
        if is_lost.any() and not rows.has("currency"):
            raise InvalidValue(
                f"nothing says in which currency the amounts in {field!r} are",
                None,
                "the code of a currency, or a column that holds it",
                "Pass currency='EUR' or another code, or columns={'currency': 'the header'}",
            )
        rows.ledger.bad(is_lost, UNKNOWN_CURRENCY, "currency")
    return says


def settled_report(rows: ParsedRows, options: Options) -> LoadReport:
    """Return the load report of rows that stand for no money; refuse bad ones, if that is asked."""
    none = np.zeros(len(rows), dtype=np.int64)
    report = rows.ledger.report(none, none - 1, (), rounded=rows.rounded)
    if options.errors == "raise" and report.bad:
        raise BadRowsError(report)
    return report


def split(column: Texts) -> tuple[list[list[str]], IntArray]:
    """Return the words in each distinct text, which commas, semicolons or bars part.

    Of words that differ in case alone the first is kept.

    Returns
    -------
    tuple
        The words of each distinct text, and int64[n], which of these each row has.
    """
    words = []
    for text in column.names:
        found: dict[str, str] = {}
        for part in map(str.strip, text.translate(_BETWEEN).split(",")):
            found.setdefault(part.casefold(), part)
        words.append([part for part in found.values() if part])
    return words, column.codes.astype(np.int64)


def spread(words: Sequence[Sequence[str]], codes: IntArray) -> tuple[IntArray, Labels]:
    """Return a row for each word of each row: the row that has it, and the word."""
    lengths = np.array([len(one) for one in words], dtype=np.int64)
    flat = Labels.encode([word for one in words for word in one])
    starts = np.cumsum(lengths) - lengths
    counts = lengths.take(codes)
    at = ragged_rows(starts.take(codes), counts)
    return np.repeat(np.arange(len(codes)), counts), flat.take(at)
