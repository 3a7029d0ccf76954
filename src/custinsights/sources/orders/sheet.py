"""The rows of one or more files as columns of cells, each row with the place it came from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

import attrs
import numpy as np

from custinsights.domain.load_report import BadCell, BadRows
from custinsights.history.columnar.columns import AnyArray, CodeArray, IntArray
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.texts.coding import ColumnCoder, as_written
from custinsights.sources.texts.columns import Cells, Texts, Values, one_below_another
from custinsights.sources.texts.files import RowFile, readable
from custinsights.sources.texts.vocabulary import kind_of


@attrs.frozen(eq=False, slots=False)
class Sheet:
    """Columns by field, all of one length.

    Parameters
    ----------
    columns
        The cells of each field that the source has.
    headers
        What the source calls each field.
    files
        The names of the files; one that has its header again is a further file from there on.
    file
        int32[n], the file of each row.
    line
        int64[n], the line of the file, or the row of the frame; a range where none is passed over.
    marked
        Rows that hold what no text can hold: row, header, cell, kind.
    unread
        Rows that did not become cells, by kind.
    notes
        What was passed over, and how often.
    is_typed
        Whether the source knows numbers from texts; if not, ids that are written as integers are.
    text_ids
        Fields whose ids stay texts although they are written as integers.
    formats
        The name of each file's format, where a file has one.
    parts
        The names of the formats where there are several, first that which tells the orders.
    """

    columns: Mapping[str, Cells]
    headers: Mapping[str, str]
    files: Sequence[str]
    file: CodeArray
    line: IntArray | range
    marked: Sequence[tuple[int, str, str, str]] = ()
    unread: Sequence[BadRows] = ()
    notes: Mapping[str, int] = attrs.field(factory=dict)
    is_typed: bool = False
    text_ids: frozenset[str] = frozenset()
    formats: Sequence[str] = ()
    parts: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.line)

    @property
    def lines(self) -> IntArray:
        """int64[n], the line or the row that each row comes from."""
        return np.arange(len(self)) if isinstance(self.line, range) else self.line

    def has_text_ids(self, field: str) -> bool:
        """Tell whether the ids of a field are texts by their type, however they are written."""
        column = self.columns.get(field)
        return field in self.text_ids or (
            self.is_typed and isinstance(column, Texts) and field != "phone"
        )

    @cached_property
    def part(self) -> IntArray:
        """int64[n], the place of each row's format among `parts`."""
        places = {name: at for at, name in enumerate(self.parts)}
        of_file = np.array([places.get(name, 0) for name in self.formats], dtype=np.int64)
        return of_file.take(self.file) if self.parts else np.zeros(len(self), dtype=np.int64)

    def with_parts(self, fields: Mapping[str, Collection[str]]) -> Sheet:
        """Return the sheet with some fields of the files of each format, blank in other files."""
        parts = attrs.evolve(self, parts=tuple(fields))
        columns: dict[str, Cells] = {}
        for field, column in self.columns.items():
            wanted = [field in names for names in fields.values()]
            if not any(wanted):
                continue
            has = np.array(wanted).take(parts.part)
            if isinstance(column, Values):
                columns[field] = attrs.evolve(column, missing=column.missing | ~has)
            else:
                codes = np.where(has, column.codes, np.int32(len(column.names)))
                columns[field] = Texts(codes, [*column.names, ""]).distinct()
        return attrs.evolve(parts, columns=columns)

    def cell(self, row: int, field: str) -> str:
        """Return the text of one cell."""
        column = self.columns.get(field)
        if column is None:
            return ""
        if isinstance(column, Texts):
            return readable(column.names[int(column.codes[row])])
        if column.missing[row]:
            return ""
        cell = str(column.array[row])
        is_amount = not self.is_typed and column.array.dtype.kind == "f"
        return as_written(cell) if is_amount else cell


class SheetWriter:
    """Collects the rows of files, one file after another, into one sheet.

    The texts of a field are coded in one table for all files.
    """

    def __init__(self) -> None:
        self._columns: dict[str, ColumnCoder] = {}
        self._headers: dict[str, str] = {}
        self._files: list[str] = []
        self._formats: list[str] = []
        self._file: list[AnyArray] = []
        self._line: list[IntArray] = []
        self._marked: list[tuple[int, str, str, str]] = []
        self._unread: dict[str, BadRows] = {}
        self._notes: dict[str, int] = {}
        self._rows = 0

    def add(self, file: RowFile, positions: Mapping[str, int], format: OrderFormat) -> None:
        """Read all rows of a file, of which some fields stand in the given columns."""
        fields = list(positions)
        for field in fields:
            if field not in self._columns:
                self._columns[field] = ColumnCoder(kind_of(field))
                self._columns[field].add_blanks(self._rows)  # in the files before
            self._headers.setdefault(field, file.header[positions[field]])
        pick = _picker([positions[field] for field in fields], len(file.header))
        number = len(self._files)
        self._files.append(file.name)
        self._formats.append(format.name)
        for chunk in file.chunks(format.positions):
            n = len(chunk.rows)
            cells = zip(*pick(chunk.rows), strict=True) if n else ()
            for field, column in zip(fields, cells, strict=False):
                self._columns[field].add(column)
            for field in self._columns.keys() - positions.keys():
                self._columns[field].add_blanks(n)
            self._file.append((number + chunk.sections).astype(np.int32))
            sections = chunk.notes.get("repeated_headers", 0)
            self._files += sections * [file.name]
            self._formats += sections * [format.name]
            self._line.append(chunk.lines)
            for at, column_at, kind in chunk.marked:
                cell = readable(chunk.rows[at][column_at])
                self._marked.append((self._rows + at, file.header[column_at], cell, kind))
            for row in chunk.unread:
                before = self._unread.get(row.kind, BadRows(row.kind, 0))
                example = BadCell(file.name, row.line, "", readable(row.cell))
                examples = (*before.examples, example)[:5]
                self._unread[row.kind] = BadRows(row.kind, before.rows + row.rows, examples)
            for name, times in chunk.notes.items():
                self._notes[name] = self._notes.get(name, 0) + times
            self._rows += n

    def sheet(self) -> Sheet:
        """Return what was read."""
        columns = {field: coder.column() for field, coder in self._columns.items()}
        return Sheet(
            columns,
            self._headers,
            self._files,
            _joined(self._file, np.int32),
            _joined(self._line, np.int64),
            self._marked,
            list(self._unread.values()),
            self._notes,
            formats=self._formats,
        )


def stacked(sheets: Sequence[Sheet]) -> Sheet:
    """Return the rows of several sheets as one; a field that one of them lacks is blank there."""
    if len(sheets) == 1:
        return sheets[0]
    fields = dict.fromkeys(field for sheet in sheets for field in sheet.columns)
    file_starts = np.cumsum([0, *(len(sheet.files) for sheet in sheets)])
    row_starts = np.cumsum([0, *map(len, sheets)]).tolist()
    return Sheet(
        {
            field: one_below_another(
                [sheet.columns.get(field) or Texts.same("", len(sheet)) for sheet in sheets]
            )
            for field in fields
        },
        {field: name for sheet in reversed(sheets) for field, name in sheet.headers.items()},
        [name for sheet in sheets for name in sheet.files],
        np.concatenate(
            [sheet.file + start for sheet, start in zip(sheets, file_starts, strict=False)]
        ).astype(np.int32),
        np.concatenate([sheet.lines for sheet in sheets]),
        [
            (row + start, *rest)
            for sheet, start in zip(sheets, row_starts, strict=False)
            for row, *rest in sheet.marked
        ],
        [kind for sheet in sheets for kind in sheet.unread],
        {name: times for sheet in sheets for name, times in sheet.notes.items()},
        is_typed=all(sheet.is_typed for sheet in sheets),
        formats=[name for sheet in sheets for name in sheet.formats],
    )


def _joined(parts: Sequence[AnyArray], dtype: type) -> AnyArray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _picker(
    positions: Sequence[int], width: int
) -> Callable[[list[list[str]]], Iterable[Sequence[str]]]:
    """Return what takes the wanted columns of rows, in the order wanted."""
    if list(positions) == list(range(width)):
        return lambda rows: rows
    if len(positions) == 1:
        at = positions[0]
        return lambda rows: ([row[at]] for row in rows)
    return lambda rows: map(itemgetter(*positions), rows)
