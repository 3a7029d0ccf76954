"""How does a result leave the library?

The one reference upwards: results know nothing of text, frames or files, but a reader wants
``result.to_pandas()``. So each method here is one line that calls presentation by name, and
nothing of presentation is loaded before somebody asks for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from os import PathLike
from typing import Any, TextIO

__all__ = ["Pictured", "Presented", "match_in_words", "sentence"]


def _presentation(room: str) -> Any:
    return import_module(f"custinsights.presentation.{room}")


def sentence(explained: Any) -> str:
    """What an explanation found, in words."""
    return str(_presentation("explanations").sentence(explained))


def match_in_words(match: Any) -> str:
    """Why a product matches a customer, in words."""
    return str(_presentation("explanations").match_in_words(match))


class Presented(ABC):
    """Gives a result with a ``table()`` every way out: dicts, CSV, XLSX, frames, text and HTML.

    An attrs class that mixes this in says ``repr=False``, or attrs writes a ``repr`` over it.
    """

    __slots__ = ()

    @abstractmethod
    def table(self) -> Any:
        """The result as a `Table`: every class that mixes this in supplies it."""

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict per row: Decimal money, aware instants, None for missing."""
        return list(_presentation("records").to_dicts(self.table()))

    def to_csv(self, path: str | PathLike[str] | TextIO) -> None:
        """Write the rows to a CSV file or an open text file; safe to open in a spreadsheet."""
        _presentation("records").write_csv(self.table(), path)

    def to_xlsx(self, path: str | PathLike[str]) -> None:
        """Write the rows to a spreadsheet, numbers as numbers and dates as dates; texts never run.

        A second sheet holds the notes and definitions. Needs the extra ``report``.
        """
        provenance = getattr(self, "provenance", None)
        _presentation("spreadsheet").write_xlsx(self.table(), path, provenance)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`; money in float64 major units, missing as NaN, None or NaT."""
        return _presentation("frames").to_pandas(self.table())

    def to_polars(self) -> Any:
        """A `polars.DataFrame`; money in float64 major units, missing as null."""
        return _presentation("frames").to_polars(self.table())

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`; money in float64 major units, missing as null."""
        return _presentation("frames").to_arrow(self.table())

    def __repr__(self) -> str:
        return str(_presentation("text").as_text(self.table()))

    def _repr_html_(self) -> str:
        return str(_presentation("html").as_html(self.table()))


class Pictured(Presented):
    """Gives a result that makes a picture the way there."""

    __slots__ = ()

    def plot(self, what: str | Sequence[str] | None = None) -> Any:
        """A `plotly.graph_objects.Figure`: of all metrics of a cube, of groups, else of a number.

        ``what`` chooses a metric or a column, of a cube also several.
        """
        return _presentation("plots").plot(self, what)
