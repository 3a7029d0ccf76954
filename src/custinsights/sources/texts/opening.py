"""Where do the bytes of a source come from, and are they a table at all?

A path is opened and closed here; a file that the caller opened stays open.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from custinsights.errors import InvalidValue, UnreadableFile

Source: TypeAlias = str | os.PathLike[str] | BinaryIO
"""A path, or a binary file that is open for reading."""

_OTHER_KINDS = (
    (re.compile(rb"PK\x03\x04"), "it is a spreadsheet or a zip archive, not a CSV file"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "it is a spreadsheet, not a CSV file"),
    (re.compile(rb"%PDF"), "it is a PDF, not a CSV file"),
    (re.compile(rb"\x1f\x8b"), "it is compressed twice"),
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "it is a web page, not a CSV file"),
    (re.compile(rb'\s*(\{\s*"|\[\s*[\[{])'), "it is JSON, not a CSV file"),
)
_AGAIN = "Export or download it again"
_FAULTS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (FileNotFoundError, "there is no such file", "Check its name and its folder"),
    (IsADirectoryError, "it is a folder", "Name the files in it"),
    (PermissionError, "permission is denied", "Ask for the right to read it"),
    (EOFError, "its gzip data ends before the first row", _AGAIN),
    ((zlib.error, gzip.BadGzipFile), "its gzip data is damaged", _AGAIN),
    (UnicodeError, "it is no UTF-8 text", "Save it as CSV in UTF-8"),
    (BaseException, "the system cannot read it", ""),
)


def is_table(given: Any) -> bool:
    """Tell whether this is a table in memory: a frame, or a mapping of names to columns."""
    has_columns = any(hasattr(type(given), name) for name in ("columns", "schema"))
    return isinstance(given, Mapping) or has_columns


def name_of(source: Source) -> str:
    """Return what a file is called in reports: its name without the folders above it."""
    if isinstance(source, str | os.PathLike):
        return Path(source).name
    return Path(str(getattr(source, "name", "file"))).name


def refuse_no_file(source: Any) -> None:
    """Refuse what is neither a path nor a file that is open and gives bytes."""
    given, is_file = type(source).__name__, False
    if isinstance(source, str | os.PathLike):
        given, is_file = "", bool(os.fspath(source))
    elif callable(getattr(source, "read", None)):
        try:
            piece = source.read(0)
        except (OSError, ValueError) as error:
            reason = "it is closed, or not open for reading"
            raise UnreadableFile(name_of(source), reason, "Open it with mode 'rb'") from error
        is_file = isinstance(piece, bytes)
        given = "a file that is open as text" if isinstance(piece, str) else given
    if not is_file:
        raise InvalidValue("this is no file", given, "a path, or a file opened in binary mode")


def size_of(source: Source) -> int:
    """Return the bytes of a file; 0 where only reading could tell."""
    if isinstance(source, str | os.PathLike):
        with contextlib.suppress(OSError, ValueError):
            return Path(source).stat().st_size
    return 0


def starts_with(source: Source, magic: bytes) -> bool:
    """Tell whether a file begins with some bytes; leave an open one where it was."""
    with open_bytes(source) as stream:
        if not (hasattr(stream, "seekable") and stream.seekable()):
            return False
        at = stream.tell()
        try:
            return stream.read(len(magic)) == magic
        except OSError as error:
            raise UnreadableFile(name_of(source), *reason_of(error)) from error
        finally:
            stream.seek(at)


@contextlib.contextmanager
def open_bytes(source: Source) -> Iterator[BinaryIO]:
    """Open a path; leave a file open that was open before."""
    if not isinstance(source, str | os.PathLike):
        yield source
        return
    try:
        stream = Path(source).open("rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        raise UnreadableFile(os.fspath(source), *reason_of(error)) from error
    with stream:
        yield stream


def refuse_other_kinds(name: str, look: bytes) -> None:
    """Refuse a file whose first bytes say that it is no table of texts."""
    for start, reason in _OTHER_KINDS:
        if start.match(look):
            raise UnreadableFile(name, reason, "Save the orders as CSV")
    if not look.strip():
        raise UnreadableFile(name, "it is empty", "Export it again")


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return why a file cannot be read, and what to do."""
    return next((why, advice) for kinds, why, advice in _FAULTS if isinstance(error, kinds))
