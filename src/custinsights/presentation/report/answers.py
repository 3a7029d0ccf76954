"""What does a section of the report say in rows: on a screen, in a spreadsheet, to a program?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from custinsights.domain import Calendar
from custinsights.presentation.spreadsheet import Chart
from custinsights.results.table import Table

__all__ = ["Answer", "days"]


def days(calendar: Calendar, start: datetime, end: datetime) -> str:
    """The days that a half-open span touches, the last one included."""
    first = calendar.local_date(start)
    return f"{first} to {calendar.local_date(end - timedelta(microseconds=1))}"


@attrs.frozen(eq=False, kw_only=True)
class Answer:
    """One question of the report, answered.

    Parameters
    ----------
    key : str
        Its name in the JSON.
    title, about : str
        What it is about, and in a few words how to read it.
    records : Table, optional
        The rows as a program wants them; None where there are none.
    document : object, optional
        What stands in the JSON in place of the records.
    view : Table, optional
        The rows as a screen wants them.
    telling : sequence of int
        Which rows of the view tell most, the most telling first; the first ones where it is blank.
    sheet : Table, optional
        The rows as a spreadsheet wants them; the records where nothing is told.
    charts : tuple of Chart
        What is drawn beside them there.
    is_heat : bool, default False
        Whether the numbers are shaded there.
    bars : str, default ""
        The share column of the view that is also drawn as bars.
    is_grid : bool, default False
        Whether the view is a grid of shares, to be printed tightly.
    is_cut : bool, default False
        Whether columns that do not fit are left out and counted, as they are in a grid.
    on_screen : tuple of str
        Sentences on the view that hold for no other rows.
    remarks : tuple of str
        Sentences without which the rows would be read wrongly, or why there are none.
    """

    key: str
    title: str
    about: str = ""
    records: Table | None = None
    document: Any = None
    view: Table | None = None
    telling: Sequence[int] = ()
    sheet: Table | None = None
    charts: tuple[Chart, ...] = ()
    is_heat: bool = False
    bars: str = ""
    is_grid: bool = False
    is_cut: bool = False
    on_screen: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def rows(self) -> Table | None:
        """The rows as a spreadsheet wants them, None where there are none."""
        return self.records if self.sheet is None else self.sheet

    def in_brief(self, most: int) -> tuple[Answer, int]:
        """Return it with so many rows of the view, those that tell most, and how many are left."""
        if self.view is None or (left := len(self.view) - most) <= 0:
            return self, 0
        rows = sorted(self.telling[:most]) or range(most)
        return attrs.evolve(self, view=self.view.take(rows), telling=()), left

    @property
    def data(self) -> Any:
        """What stands in the JSON; a record of part of a period lists what holds only for that."""
        if self.document is not None:
            return self.document
        if self.records is None:
            return []
        marks = {c.name: c.provisional for c in self.records.columns if c.provisional is not None}
        records = self.records.to_dicts()
        if any(mark.any() for mark in marks.values()):
            for row, record in enumerate(records):
                record["provisional"] = [name for name, mark in marks.items() if mark[row]]
        return records
