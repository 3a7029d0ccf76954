"""The rows of one or more files as columns of cells, each row with the place it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from operator import itemgetter

import attrs
import numpy as np

from custinsights.domain.load_report import BadCell, BadRows
from custinsights.history.columns import AnyArray, CodeArray, IntArray
from custinsights.sources.columns import Cells, Texts
from custinsights.sources.files import RowFile, readable


@attrs.frozen(eq=False)
class Sheet:
    """Columns by field, all of one length.

    Parameters
    ----------
    columns
        The cells of each field that the source has.
    headers
        What the source calls each field.
    files
        The names of the files.
    file
        int32[n], the file of each row; later files are newer.
    line
        int64[n], the line of the file, or the row of the frame.
    marked
        Rows that hold what no text can hold: row, header, cell, kind.
    unread
        Rows that did not become cells, by kind.
    notes
        What was passed over, and how often.
    """

    columns: Mapping[str, Cells]
    headers: Mapping[str, str]
    files: Sequence[str]
    file: CodeArray
    line: IntArray
    marked: Sequence[tuple[int, str, str, str]] = ()
    unread: Sequence[BadRows] = ()
    notes: Mapping[str, int] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.line)

    def cell(self, row: int, field: str) -> str:
        """Return the text of one cell."""
        column = self.columns.get(field)
        if column is None:
            return ""
        if isinstance(column, Texts):
            return readable(column.names[int(column.codes[row])])
        return "" if column.missing[row] else str(column.array[row])


class SheetWriter:
    """Collects the rows of files, one file after another, into one sheet.

    The texts of a field are coded in one table for all files, so that equal texts are equal codes.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._tables: dict[str, defaultdict[str, int]] = {
            field: defaultdict(count().__next__) for field in fields
        }
        self._codes: dict[str, list[AnyArray]] = {field: [] for field in fields}
        self._headers: dict[str, str] = {}
        self._files: list[str] = []
        self._file: list[AnyArray] = []
        self._line: list[IntArray] = []
        self._marked: list[tuple[int, str, str, str]] = []
        self._unread: dict[str, BadRows] = {}
        self._notes: dict[str, int] = {}
        self._rows = 0

    def add(self, file: RowFile, positions: Mapping[str, int]) -> None:
        """Read all rows of a file, of which some fields stand in the given columns."""
        fields = list(positions)
        for field in fields:
            self._headers.setdefault(field, file.header[positions[field]])
        pick = _picker([positions[field] for field in fields], len(file.header))
        number = len(self._files)
        self._files.append(file.name)
        for chunk in file.chunks():
            n = len(chunk.rows)
            cells = zip(*pick(chunk.rows), strict=True) if n else ()
            for field, column in zip(fields, cells, strict=False):
                table = self._tables[field]
                codes = np.fromiter(map(table.__getitem__, column), np.int32, n)
                self._codes[field].append(codes)
            for field in self._tables.keys() - positions.keys():
                blank = self._tables[field][""]
                self._codes[field].append(np.full(n, blank, dtype=np.int32))
            self._file.append(np.full(n, number, dtype=np.int32))
            self._line.append(chunk.lines)
            for at, column_at, kind in chunk.marked:
                cell = readable(chunk.rows[at][column_at])
                self._marked.append((self._rows + at, file.header[column_at], cell, kind))
            for row in chunk.unread:
                before = self._unread.get(row.kind, BadRows(row.kind, 0))
                example = BadCell(file.name, row.line, "", readable(row.cell))
                examples = (*before.examples, example)[:5]
                self._unread[row.kind] = BadRows(row.kind, before.rows + 1, examples)
            for name, times in chunk.notes.items():
                self._notes[name] = self._notes.get(name, 0) + times
            self._rows += n

    def sheet(self) -> Sheet:
        """Return what was read."""
        columns = {
            field: Texts(_joined(codes, np.int32), list(self._tables[field]))
            for field, codes in self._codes.items()
        }
        return Sheet(
            columns,
            self._headers,
            self._files,
            _joined(self._file, np.int32),
            _joined(self._line, np.int64),
            self._marked,
            list(self._unread.values()),
            self._notes,
        )


def _joined(parts: Sequence[AnyArray], dtype: type) -> AnyArray:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _picker(
    positions: Sequence[int], width: int
) -> Callable[[list[list[str]]], object]:
    """Return what takes the wanted columns of rows, in the order wanted."""
    if list(positions) == list(range(width)):
        return lambda rows: rows
    if len(positions) == 1:
        at = positions[0]
        return lambda rows: ([row[at]] for row in rows)
    return lambda rows: map(itemgetter(*positions), rows)
