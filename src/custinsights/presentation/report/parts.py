"""What is a section of the report made of?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.errors import counted
from custinsights.presentation.cells import MISSING, shown
from custinsights.presentation.figures import Figure
from custinsights.results.table import Column, Table

__all__ = [
    "NOTHING",
    "Band",
    "Card",
    "Chart",
    "HeatTable",
    "Listing",
    "Part",
    "Section",
    "Switch",
    "Tile",
    "Tiles",
    "name_of",
    "without_blanks",
    "written",
]


NOTHING = "Nothing to show: no order that counts falls here."


def written(column: Column, timezone: str = "UTC") -> list[str]:
    """Return what stands in each cell of a column, without the blanks that align text."""
    return [text.strip() for text in shown(column, timezone)]


@attrs.frozen(kw_only=True)
class Band:
    """The band that is thought healthy, drawn on a line from 0 to 1.

    Parameters
    ----------
    says : str
        The band, and where the value lies to it, in words.
    low, high : float
        Where it begins and ends on the line.
    at : float, optional
        Where the value lies.
    """

    says: str
    low: float
    high: float
    at: float | None


@attrs.frozen(kw_only=True)
class Card:
    """A headline number.

    Parameters
    ----------
    name, value, unit : str
        What it is, how it reads, and in what.
    change, since : str
        How it has changed, such as ``+4.2%``, and since when; blank where untold.
    rises : bool, optional
        Whether it has grown; None where untold.
    trend : sequence of float or None
        Its course over the months, for a sparkline.
    band : Band, optional
        What is thought healthy.
    definition, details : str
        What it means; numerator, denominator, interval.
    is_told : bool
        Whether there is a number but 0.
    """

    name: str
    value: str
    unit: str = ""
    change: str = ""
    since: str = ""
    rises: bool | None = None
    trend: Sequence[float | None] = ()
    band: Band | None = None
    definition: str = ""
    details: str = ""
    is_told: bool = True


@attrs.frozen(kw_only=True)
class Chart:
    """A figure with what it shows in words, and its numbers as a table.

    Parameters
    ----------
    title, says : str
        What it shows.
    figure : dict
        The figure as Plotly has it.
    table : Table
        The numbers, and others that go with them.
    series : tuple of str
        Which columns are drawn along the first.
    rows : int, optional
        How many rows of the table are drawn, and shown below; all unless told.
    """

    title: str
    figure: Figure
    says: str
    table: Table
    series: tuple[str, ...]
    rows: int | None = None


@attrs.frozen
class Switch:
    """Parts of which one is shown at a time, by the word for each."""

    name: str
    parts: Mapping[str, Part]


@attrs.frozen
class Tile:
    """A group of customers as a tile."""

    name: str
    lines: tuple[str, ...]
    share: float


@attrs.frozen
class Tiles:
    """Groups side by side, each as wide as its share asks; the rows are those of a segment set."""

    title: str
    table: Table

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """A tile for each row: how many customers, which part of all, what they spent."""
        segment, customers, share, spent = map(
            self.table.column, ("segment", "customers", "share", "total_spent")
        )
        lines = (
            [counted(people, "customer") for people in customers.values.tolist()],
            [f"{text} of all" for text in written(share)],
            [f"{text} {spent.unit}" for text in written(spent)],
        )
        parts = np.nan_to_num(share.values).tolist()
        return tuple(map(Tile, written(segment), zip(*lines, strict=True), parts))


@attrs.frozen(eq=False, kw_only=True)
class HeatTable:
    """A table whose cells are shaded by their values.

    Parameters
    ----------
    title, says : str
        What it shows.
    corner : str
        What the rows are; behind a backslash what the columns are.
    down, across : sequence of str
        The labels of rows and columns.
    numbers : array
        float64[rows, columns]; NaN where there is nothing to know yet.
    kind : {"count", "share", "number"}
        How they are written.
    shades : array
        float64[rows, columns], 0 to 1; NaN leaves a cell empty.
    hatched : array, optional
        bool[rows, columns], cells that are only partly known.
    """

    title: str
    says: str
    corner: str
    down: Sequence[str]
    across: Sequence[str]
    numbers: npt.NDArray[np.float64]
    kind: str = "count"
    shades: npt.NDArray[np.float64]
    hatched: npt.NDArray[np.bool_] | None = None

    @property
    def texts(self) -> list[list[str]]:
        """What stands in each cell; in short, so that many fit side by side."""
        return [[_in_short(number, self.kind) for number in row] for row in self.numbers.tolist()]

    @property
    def table(self) -> Table:
        """The same as rows and columns of numbers."""
        rows, _, _ = self.corner.partition(" \\")
        columns = [Column(rows, "label", self.down)]
        for at, (name, numbers) in enumerate(zip(self.across, self.numbers.T, strict=True)):
            missing = np.isnan(numbers)
            is_count = self.kind == "count"
            values = np.where(missing, 0, numbers).astype(np.int64) if is_count else numbers
            partly = None if self.hatched is None else self.hatched[:, at]
            columns.append(Column(name, self.kind, values, missing, provisional=partly))
        return Table(self.title, columns)


def _in_short(number: float, kind: str) -> str:
    """Return a number as it stands in a narrow cell; none is a dot, so that others stand out."""
    if np.isnan(number):
        return ""
    if kind == "share":
        return f"{100 * number:.0f}%"
    return f"{number:,.0f}" if number or kind != "count" else MISSING


@attrs.frozen
class Listing:
    """A table of rows, of which a page shows the first; its key is its name for a program.

    Its notes are sentences without which it alone would be read wrongly.
    """

    table: Table
    rows: int = 15
    key: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the rows are."""
        return self.table.title


Part: TypeAlias = Chart | Switch | Tiles | HeatTable | Listing | tuple[Card, ...]


@attrs.frozen(kw_only=True)
class Section:
    """One question of the report with its answer.

    Parameters
    ----------
    key : str
        Its anchor in the page.
    title, about : str
        What it asks, and in a few words how to read the answer.
    parts : tuple of Part
        What it shows; nothing where the history does not hold what it needs.
    remarks : tuple of str
        Sentences without which it would be read wrongly, or why it shows nothing.
    """

    key: str
    title: str
    about: str = ""
    parts: tuple[Part, ...] = ()
    remarks: tuple[str, ...] = ()


def without_blanks(section: Section) -> Section:
    """Return a section without parts in which nothing stands; it says which these are."""
    parts = [_told(part) for part in section.parts]
    blank = [name_of(part) for part, told in zip(section.parts, parts, strict=True) if told is None]
    kept = tuple(part for part in parts if part is not None)
    remarks = list(section.remarks)
    if kept and blank:
        remarks.append(f"Nothing to show of: {', '.join(blank)}.")
    elif not kept and (blank or not remarks):
        remarks = [NOTHING]
    return attrs.evolve(section, parts=kept, remarks=tuple(remarks))


def _told(part: Part) -> Part | None:
    """Return what is left of a part without what is blank in it."""
    if isinstance(part, Switch):
        told = {name: _told(one) for name, one in part.parts.items()}
        kept = {name: one for name, one in told.items() if one is not None}
        return Switch(part.name, kept) if kept else None
    return part if _holds_something(part) else None


def _holds_something(part: Chart | Tiles | HeatTable | Listing | tuple[Card, ...]) -> bool:
    if isinstance(part, Chart):
        return any(map(_has_number, part.figure["data"]))
    if isinstance(part, HeatTable):
        return bool(np.any(part.shades > 0))
    if isinstance(part, Tiles):
        return any(tile.share for tile in part.tiles)
    if isinstance(part, Listing):
        return len(part.table) > 0 and not _is_all_zero(part.table)
    return any(card.is_told for card in part)


def _is_all_zero(table: Table) -> bool:
    """Return whether a table has numbers, and none but 0."""
    numbers = [column for column in table.columns if column.kind not in {"label", "instant"}]
    told = (np.where(column.absent, 0, column.values) for column in numbers)
    return bool(numbers) and not any(np.any(values) for values in told)


def _has_number(trace: Mapping[str, Any]) -> bool:
    """Return whether a series has a number but 0."""
    along = "x" if trace.get("orientation") == "h" else "y"
    return any(trace[along])


def name_of(part: Part) -> str:
    """Return what a part is called in a sentence."""
    if isinstance(part, Switch):
        return name_of(next(iter(part.parts.values())))
    if isinstance(part, tuple):
        return "the headlines"
    first = part.title.partition(" ")[0]
    return part.title if first.isupper() else part.title[:1].lower() + part.title[1:]
