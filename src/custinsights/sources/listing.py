"""How is a table of customers or products read? As orders are, but for what its rows stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.load_report import LoadReport
from custinsights.errors import BadRowsError, InvalidValue
from custinsights.history.columns import IntArray, Labels
from custinsights.history.ordering import ragged_rows
from custinsights.sources.columns import Texts
from custinsights.sources.files import Progress
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.generic import named_columns
from custinsights.sources.frames import sheet_of_frame
from custinsights.sources.ledger import Ledger
from custinsights.sources.opening import Source
from custinsights.sources.options import Options
from custinsights.sources.reading import progress_function, read_sheet, sources_of
from custinsights.sources.rows import UNKNOWN_CURRENCY, ParsedRows
from custinsights.sources.vocabulary import Words, fields_named, plain

Table: TypeAlias = Source | Iterable[Source] | Any
"""Files, or a table in memory: a frame of pandas, polars or pyarrow, a mapping of arrays."""

_BETWEEN = str.maketrans(";|", ",,")


@attrs.frozen(kw_only=True)
class Listing:
    """What there is to know of one kind of table.

    Parameters
    ----------
    words
        The names of its fields.
    built_in
        The formats with headers of their own.
    generic
        Makes the format of told columns.
    needs
        Fields of which a table must have one.
    """

    words: Words
    built_in: Mapping[str, OrderFormat]
    generic: Callable[[Mapping[str, str | Sequence[str]]], OrderFormat]
    needs: Sequence[str]

    def asked(
        self, wanted: str | OrderFormat | None, columns: Mapping[str, str | Sequence[str]] | None
    ) -> Callable[[Sequence[str]], OrderFormat]:
        """Return what finds the format of a header, once what is asked for is there."""
        told = {} if columns is None else columns
        named = fields_named(told, words=self.words)
        if wanted is None or wanted == "generic":
            made = self.generic(named)
            return lambda header: made if named else self._found(header, is_generic=bool(wanted))
        format = looked_up("format", wanted, self.built_in) if isinstance(wanted, str) else wanted
        refuse_other(OrderFormat, "the option format=", format)
        return lambda header: _told(format, named, header)

    def _found(self, header: Sequence[str], *, is_generic: bool) -> OrderFormat:
        """Return the format whose own headers are there, else that of our own words."""
        known = [one for one in self.built_in.values() if one.recognises(header) and not is_generic]
        if known:
            return _told(max(known, key=lambda one: len(one.recognised_by)), {}, header)
        return self.generic(named_columns(header, self.words))


def _told(
    format: OrderFormat, named: Mapping[str, str | Sequence[str]], header: Sequence[str]
) -> OrderFormat:
    """Return a format with told columns; a header that begins with ``*`` is how one ends."""
    columns = dict(format.columns)
    for field, wanted in format.columns.items():
        if isinstance(wanted, str) and wanted.startswith("*"):
            ending = plain(wanted[1:])
            found = [cell for cell in header if plain(cell).endswith(ending)]
            columns[field] = found[0] if found else wanted
    return attrs.evolve(format, columns={**columns, **named})


def read_rows(
    table: Table,
    kind: Listing,
    find: Callable[[Sequence[str]], OrderFormat],
    options: Options,
    progress: Progress | None,
) -> ParsedRows:
    """Read the rows of files, or of a table in memory."""
    told = progress_function(progress)
    if isinstance(table, Mapping) or any(hasattr(type(table), n) for n in ("columns", "schema")):
        format, sheet = sheet_of_frame(table, find, kind.needs)
    else:
        format, sheet = read_sheet(sources_of(table), find, kind.needs, told)
    return ParsedRows(
        sheet,
        Ledger(sheet),
        format,
        zone=options.zone(format.timezone),
        dayfirst=options.dayfirst,
        decimal=options.decimal,
    )


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
