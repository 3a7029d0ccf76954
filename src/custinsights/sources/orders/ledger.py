"""What becomes of every row: used, left out for a reason, or bad of a kind; nothing else.

The first reason that is found for a row stays. So the rows read are always the rows used, left out
and bad together, and the same holds of their money.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.domain.contacts import masked
from custinsights.domain.load_report import BadCell, BadRows, LeftOut, LoadReport
from custinsights.history.columnar.columns import BoolArray, IntArray, locked
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts.examples import shown

_MOST_EXAMPLES = 5
_BAD = "bad"


@attrs.frozen
class _Fate:
    reason: str
    detail: str


_SKIPPED = _Fate("skipped", "")


class Ledger:
    """The fate of each row of a sheet.

    Parameters
    ----------
    sheet
        The rows; their files and lines name the examples.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._fates: list[_Fate] = []
        self._fate = np.full(len(sheet), -1, dtype=np.int16)
        self._is_open = locked(self._fate < 0)
        self._examples: dict[str, list[BadCell]] = {}
        self._notes: dict[str, int] = {}
        self._skipped = 0
        for name, times in sheet.notes.items():
            self.note(name, times)

    @property
    def is_open(self) -> BoolArray:
        """bool[n], the rows that nothing speaks against so far; it cannot be changed."""
        return self._is_open

    @property
    def is_bad(self) -> BoolArray:
        """bool[n], the rows that cannot be read."""
        bad = [code for code, fate in enumerate(self._fates) if fate.reason == _BAD]
        return np.isin(self._fate, bad) if bad else np.zeros(len(self._fate), dtype=np.bool_)

    def bad(self, rows: BoolArray, kind: str, field: str) -> None:
        """Call rows bad, of a kind that the cell of a field shows."""
        new = self._settle(rows, _Fate(_BAD, kind))
        examples = self._examples.setdefault(kind, [])
        for row in new[: _MOST_EXAMPLES - len(examples)].tolist():
            cell = self._sheet.cell(row, field)
            header = self._sheet.headers.get(field, field)
            examples.append(self._example(row, header, shown(cell, field)))

    def bad_cell(self, row: int, kind: str, header: str, cell: str) -> None:
        """Call one row bad for a cell that need not be in a column of ours."""
        rows = np.zeros(len(self._fate), dtype=np.bool_)
        rows[row] = True
        if len(self._settle(rows, _Fate(_BAD, kind))):
            examples = self._examples.setdefault(kind, [])
            if len(examples) < _MOST_EXAMPLES:
                examples.append(self._example(row, header, masked(cell)))

    def take_over(self, parts: Ledger, of: IntArray) -> None:
        """Call rows bad of which a part is; `of` is the row in which each part lies."""
        for code, fate in enumerate(parts._fates):
            rows = np.zeros(len(self._fate), dtype=np.bool_)
            rows[of[parts._fate == code]] = True
            if len(self._settle(rows, fate)):
                examples = self._examples.setdefault(fate.detail, [])
                examples += parts._examples[fate.detail][: _MOST_EXAMPLES - len(examples)]
        for name, times in parts.notes:
            self.note(name, times)

    def skip(self, rows: BoolArray) -> None:
        """Pass over rows that tell nothing new; they count as neither read nor left out."""
        new = self._settle(rows, _SKIPPED)
        self._skipped += len(new)
        self.note("skipped_rows", len(new))

    def leave_out(self, rows: BoolArray, reason: str, detail: str = "") -> None:
        """Leave good rows out for a reason."""
        self._settle(rows, _Fate(reason, detail))

    def note(self, name: str, times: int) -> None:
        """Count something that was decided on the way."""
        if times:
            self._notes[name] = self._notes.get(name, 0) + int(times)

    @property
    def notes(self) -> tuple[tuple[str, int], ...]:
        """What was decided on the way, and how often."""
        return tuple(self._notes.items())

    @property
    def rows_read(self) -> int:
        """How many rows the files have."""
        return len(self._fate) - self._skipped + sum(kind.rows for kind in self._sheet.unread)

    def report(
        self, money: IntArray, currency: IntArray, names: Sequence[str], *, rounded: int = 0
    ) -> LoadReport:
        """Return the load report of the rows as they are settled, with their money."""
        left_out = self.left_out(money, currency, names)
        bad = self.bad_rows(money, currency, names)
        gone = sum(entry.rows for entry in left_out) + sum(kind.rows for kind in bad)
        notes = [*self.notes, ("rounded_values", rounded)]
        return LoadReport(
            sources=self._sheet.files,
            rows_read=self.rows_read,
            rows_used=self.rows_read - gone,
            left_out=left_out,
            bad=bad,
            notes=[note for note in notes if note[1]],
        )

    def left_out(self, money: IntArray, currency: IntArray, names: Sequence[str]) -> list[LeftOut]:
        """Return what was left out, with the money of the rows in the currencies of the rows."""
        return [
            LeftOut(fate.reason, fate.detail, rows, sums)
            for fate, rows, sums in self._summed(money, currency, names)
            if fate.reason != _BAD and fate != _SKIPPED
        ]

    def bad_rows(self, money: IntArray, currency: IntArray, names: Sequence[str]) -> list[BadRows]:
        """Return what is bad, with the money of the rows that could be read."""
        found = [
            BadRows(fate.detail, rows, tuple(self._examples[fate.detail]), sums)
            for fate, rows, sums in self._summed(money, currency, names)
            if fate.reason == _BAD
        ]
        return [*found, *self._sheet.unread]

    def _summed(
        self, money: IntArray, currency: IntArray, names: Sequence[str]
    ) -> list[tuple[_Fate, int, tuple[tuple[str, int], ...]]]:
        """Add the rows and the money of each fate; a row of currency -1 has no money."""
        if not self._fates:
            return []
        fates = self._fate.astype(np.int64)
        rows = RowGroups(fates, len(self._fates)).sizes()
        width = max(len(names), 1)
        cells = RowGroups(
            np.where((fates >= 0) & (currency >= 0), fates * width + currency, -1),
            len(self._fates) * width,
        )
        sums, sizes = cells.sums(money), cells.sizes()
        return [
            (
                fate,
                int(rows[code]),
                tuple(
                    (name, int(sums[code * width + at]))
                    for at, name in enumerate(names)
                    if sizes[code * width + at]
                ),
            )
            for code, fate in enumerate(self._fates)
            if rows[code]
        ]

    def _settle(self, rows: BoolArray, fate: _Fate) -> IntArray:
        """Give open rows a fate; return those that got it."""
        if not rows.any():
            return np.empty(0, dtype=np.int64)
        new = np.flatnonzero(rows & self._is_open)
        if len(new):
            if fate not in self._fates:
                self._fates.append(fate)
            self._fate[new] = self._fates.index(fate)
            self._is_open = locked(self._fate < 0)
        return new

    def _example(self, row: int, header: str, cell: str) -> BadCell:
        file = self._sheet.files[int(self._sheet.file[row])]
        place = "row" if self._sheet.is_typed else "line"
        return BadCell(file, int(self._sheet.line[row]), header, cell, place)
