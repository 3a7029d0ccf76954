"""How does a file come about that is whole or not there at all, and safe in a spreadsheet?

It is written beside its place, under another name, and then renamed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from custinsights.errors import InvalidValue

__all__ = ["starts_formula", "written_whole"]

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the start of a formula, in its narrow and its wide form."""


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula where nobody says that it is none."""
    return text.lstrip(" ").startswith(_FORMULA_STARTS)


@contextmanager
def written_whole(target: object) -> Iterator[Path]:
    """Give the path of a draft, which takes the place of the target when the block has ended.

    What stood there before stays when the block fails, and nothing is left beside it. A link is
    followed, permissions are kept, and a pipe or device gets what is in the draft.

    Parameters
    ----------
    target : path
        Where the file shall be.

    Yields
    ------
    Path
        Where to write it.

    Raises
    ------
    InvalidValue
        The target is no path, is a folder, or its folder is not there.
    """
    if not isinstance(target, str | PathLike):
        what = "no file can be written to this"
        raise InvalidValue(what, type(target).__name__, "the path of a file")
    place = Path(target).resolve()
    if not place.parent.is_dir():
        advice = "Make the folder first"
        raise InvalidValue("there is no such folder", str(target), "a path in a folder", advice)
    if place.is_dir():
        raise InvalidValue("this is a folder", str(target), "the path of a file")
    if place.exists() and not place.is_file():  # a pipe or a device cannot be replaced
        with TemporaryDirectory() as elsewhere:
            draft = Path(elsewhere) / "draft"
            yield draft
            with draft.open("rb") as source, place.open("wb") as stream:
                shutil.copyfileobj(source, stream)
        return
    with TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as beside:
        draft = Path(beside) / place.name
        yield draft
        if place.exists():
            shutil.copymode(place, draft)
        draft.replace(place)
