"""How does a file come about so that it is whole or not there at all?

It is written beside its place, under another name, and then renamed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from custinsights.errors import InvalidValue

__all__ = ["written_whole"]


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
