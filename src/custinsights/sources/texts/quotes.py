"""A quote that is opened and never closed: which rows it swallowed."""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE_ENDS = re.compile(r"\r\n|\r|\n")
END = "\U0010fffe end of file"
"""A line after the last: it is a row of its own, or ends the cell whose quote is still open."""


def height(rows: Sequence[Sequence[str]]) -> int:
    """How many lines of the file the rows took: one each, and one for each end inside a cell."""
    inside = sum(
        len(LINE_ENDS.findall(cell)) for row in rows for cell in row if "\n" in cell or "\r" in cell
    )
    return len(rows) + inside


def swallowing(row: Sequence[str], width: int, delimiter: str) -> int | None:
    r"""Find the cell whose quote is never closed: it holds the end of the file, or other rows.

    The next quote that opens a cell closes it, so that its text and a quote follow there. A cell
    of several lines that is closed as it should be is none.

    Examples
    --------
    >>> swallowing(["1", "ring twice,\nplease", "9"], 3, ",")
    >>> swallowing(["1", 'ring twice,8\n2,leave it"', "9"], 3, ",")
    1
    """
    for at, cell in enumerate(row):
        if cell.endswith(END):
            return at
        if "\n" not in cell and "\r" not in cell:
            continue
        first, *middle, last = (line.count(delimiter) for line in LINE_ENDS.split(cell))
        if len(row) != width:
            if cell.endswith('"') or max(*middle, last, 0) >= max(width - 1, 1):
                return at
        elif (
            cell.endswith('"')
            and (first, last) == (width - 1 - at, at)
            and all(count >= width - 1 for count in middle)
        ):
            return at
    return None
