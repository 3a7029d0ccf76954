"""What is a section of the report made of?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.presentation.cells import shown
from custinsights.presentation.figures import Figure
from custinsights.results.table import Column, Table

__all__ = [
    "Card",
    "Chart",
    "HeatTable",
    "Listing",
    "Part",
    "Section",
    "Switch",
    "Tile",
    "Tiles",
    "written",
]


def written(column: Column, timezone: str = "UTC") -> list[str]:
    """Return what stands in each cell of a column, without the blanks that align text."""
    return [text.strip() for text in shown(column, timezone)]


@attrs.frozen(kw_only=True)
class Card:
    """A headline number.

    Parameters
    ----------
    name, value, unit : str
        What it is, how it reads, and in what.
    change : str
        How it has changed since the earlier window, such as ``+4.2%``; blank where untold.
    rises : bool, optional
        Whether it has grown; None where untold.
    trend : sequence of float or None
        Its course over the months, for a sparkline.
    target : str
        The band that is thought healthy, and where the value lies to it; blank without one.
    definition, details : str
        What it means; numerator, denominator, interval.
    """

    name: str
    value: str
    unit: str = ""
    change: str = ""
    rises: bool | None = None
    trend: Sequence[float | None] = ()
    target: str = ""
    definition: str = ""
    details: str = ""


@attrs.frozen(kw_only=True)
class Chart:
    """A figure with what it shows in words, and its numbers as a table."""

    title: str
    figure: Figure
    says: str
    table: Table


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
    """Groups side by side, each as wide as its share asks."""

    title: str
    tiles: tuple[Tile, ...]


@attrs.frozen(eq=False, kw_only=True)
class HeatTable:
    """A table whose cells are shaded by their values.

    Parameters
    ----------
    title, says : str
        What it shows.
    corner : str
        What the rows are.
    down, across : sequence of str
        The labels of rows and columns.
    texts : sequence of sequence of str
        What stands in each cell; blank where there is nothing to know yet.
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
    texts: Sequence[Sequence[str]]
    shades: npt.NDArray[np.float64]
    hatched: npt.NDArray[np.bool_] | None = None


@attrs.frozen
class Listing:
    """A table of rows."""

    table: Table
    rows: int = 15


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
