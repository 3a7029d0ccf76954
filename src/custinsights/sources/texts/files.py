"""From bytes to rows of cells: compression, encoding, delimiter, and rows that are damaged.

A file is opened with `opened` and read in chunks of rows, each with its line numbers. A row that
cannot be trusted (a cell too many, a byte that is no UTF-8) is told apart here and never dropped.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import BinaryIO, TypeAlias, cast

import attrs
import numpy as np

from custinsights.errors import UnreadableFile
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.sources.texts.opening import (
    Source,
    name_of,
    open_bytes,
    reason_of,
    refuse_other_kinds,
)
from custinsights.sources.texts.quotes import END, LINE_ENDS, height, swallowing

Progress: TypeAlias = Callable[[int, int], object]
"""Called now and then with the bytes done and the bytes in total (as they lie on the disk)."""

Places: TypeAlias = Callable[[Sequence[str]], Mapping[str, int]]
"""The place of every field in a header."""

CHUNK = 1 << 10  # so many rows stay in the cache until their columns are coded
_BUFFER = 1 << 18
_LOOK = 1 << 16
_DELIMITERS = ",;\t|"
_BLANKS = ""
"""Stands for a file whose cells are parted by any number of blanks."""
_MARK = "\ufeff"  # what some systems write before the header
_LONE = re.compile("[\ud800-\udfff\0]")

NUL, NOT_UTF8 = "NUL character", "not UTF-8"
CELLS, LONG_CELL, OPEN_QUOTE = "wrong number of cells", "cell too long", "quote never closed"
TRUNCATED, DAMAGED = "truncated gzip", "damaged gzip"
_TOLD = {
    LONG_CELL: f"a cell holds more than {csv.field_size_limit():,} characters",
    TRUNCATED: "the data ends here, and what should follow is lost",
    DAMAGED: "the data cannot be unpacked from here on",
    NOT_UTF8: "what follows is no text",
}


@attrs.frozen
class Unread:
    """A row that did not become cells: what is wrong with it, in which line, what stands there.

    An open quote swallows the rows after it; they are counted with the row that it is in.
    """

    kind: str
    line: int
    cell: str
    rows: int = 1


@attrs.frozen(eq=False)
class Chunk:
    """Some rows of a file.

    Parameters
    ----------
    rows
        The cells of each row, as many as the header has.
    lines
        int64[n], the line of the file in which each row begins.
    marked
        Rows (positions in `rows`) that hold a character which a text cannot hold, the column of
        the cell, and the kind.
    unread
        Rows that are not in `rows`.
    notes
        What else was passed over, and how often: blank rows, repeated headers.
    sections
        int64[n], how many repeated headers stand above each row: what follows one is an export of
        its own.
    """

    rows: list[list[str]]
    lines: IntArray
    marked: list[tuple[int, int, str]]
    unread: list[Unread]
    notes: dict[str, int]
    sections: IntArray


def _by_name(header: Sequence[str]) -> Mapping[str, int]:
    """Return the place of every cell of a header, where nothing tells the fields."""
    return {cell: at for at, cell in enumerate(header)}


@attrs.define(eq=False, slots=False)
class RowFile:
    """An open file of rows; iterate over `chunks` once."""

    name: str
    header: list[str]
    first_line: int
    _reader: Iterator[list[str]]
    _counter: _Counter
    _delimiter: str
    _written: Sequence[str]
    _section: int = 0
    _places: Places = _by_name

    def chunks(self, places: Places = _by_name) -> Iterator[Chunk]:
        """Yield the rows after the header, chunk by chunk.

        Parameters
        ----------
        places
            Where a header has the fields that are read. A row that has the same ones in the same
            places is the header again, also where it calls them otherwise.

        Raises
        ------
        UnreadableFile
            There is a header again, with other columns or in another order.
        """
        self._places = places
        line = self.first_line
        is_open = True
        while is_open:
            rows: list[list[str]] = []
            failed = ""
            try:
                rows.extend(islice(self._reader, CHUNK))
                is_open = len(rows) == CHUNK
            except csv.Error:
                failed = LONG_CELL
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                failed = TRUNCATED if isinstance(error, EOFError) else DAMAGED
            except UnicodeError:
                failed = NOT_UTF8
            except OSError as error:
                raise UnreadableFile(self.name, *reason_of(error)) from error
            next_line = getattr(self._reader, "line_num", line + len(rows))
            unread: list[Unread] = []
            if failed:
                is_open = failed == LONG_CELL
                start = line + height(rows) + 1
                swallowed = next_line + 1 - start
                kind = OPEN_QUOTE if swallowed > 1 else failed
                unread.append(Unread(kind, start, _TOLD.get(kind, ""), max(swallowed, 1)))
            elif rows and rows[-1] and rows[-1][-1].endswith(END):
                next_line -= 1
                if rows[-1] == [END]:
                    rows.pop()
            if rows or unread:
                yield self._settled(rows, line, next_line, unread)
            line = next_line

    def _settled(
        self, rows: list[list[str]], line: int, next_line: int, unread: list[Unread]
    ) -> Chunk:
        """Tell the rows that have the header's cells from the others."""
        lines = np.arange(line + 1, line + 1 + len(rows), dtype=np.int64)
        if next_line - line != len(rows) or unread:
            heights = [height([row]) for row in rows]
            lines = line + 1 + np.cumsum([0, *heights], dtype=np.int64)[:-1]
        notes: dict[str, int] = {}
        width = len(self.header)
        keep = np.ones(len(rows), dtype=np.bool_)
        for at, lost in self._swallowed(rows, lines, next_line):
            keep[at] = False
            unread.append(lost)
        if set(map(len, rows)) != {width}:
            for at, row in enumerate(rows):
                if len(row) == width or not keep[at]:
                    continue
                keep[at] = False
                if any(row):
                    told = f"{len(row)} cells, the header has {width}"
                    unread.append(Unread(CELLS, int(lines[at]), told))
        if not all(map(any, rows)):
            is_blank = np.fromiter((not any(row) for row in rows), np.bool_, len(rows))
            notes["blank_rows"] = sum(1 for row in rows if row and not any(row))
            keep &= ~is_blank
        repeated, sections = self._repeated(rows, lines, keep)
        if len(repeated):
            notes["repeated_headers"] = len(repeated)
            keep[repeated] = False
        if not keep.all():
            rows = [rows[at] for at in np.flatnonzero(keep).tolist()]
            lines, sections = lines[keep], sections[keep]
        return Chunk(rows, lines, self._marked(rows), unread, notes, sections)

    def _repeated(
        self, rows: list[list[str]], lines: IntArray, keep: BoolArray
    ) -> tuple[IntArray, IntArray]:
        """Find the rows that are the header again, and how many of these stand above each row."""
        found: list[int] = []
        if not self._starts.isdisjoint([row[0] for row in rows if row]):
            begins = [at for at, row in enumerate(rows) if keep[at] and row[0] in self._starts]
            found = [at for at in begins if self._is_header(rows[at], int(lines[at]))]
        at = np.array(found, dtype=np.int64)
        sections = self._section + np.searchsorted(at, np.arange(len(rows)), side="right")
        self._section += len(found)
        return at, sections

    @cached_property
    def _starts(self) -> frozenset[str]:
        """What a header can begin with: one of its cells, behind a byte order mark or not."""
        cells = {self._written[0], *filter(None, self._written)}
        return frozenset(
            start for cell in cells for start in (cell, f"{_MARK}{cell}", f'{_MARK}"{cell}"')
        )

    def _is_header(self, row: list[str], line: int) -> bool:
        """Tell whether a row is the header again; its columns must be in the same order."""
        cells = [row[0].removeprefix(_MARK).strip('"'), *row[1:]]
        ours, theirs = (self._places(list(map(str.strip, one))) for one in (self.header, cells))
        if ours == theirs:
            return True
        shared = len(ours.keys() & theirs.keys())
        if shared > 1 and 2 * shared > len(ours):
            raise UnreadableFile(
                self.name,
                f"it goes on with other columns, or in another order, from line {line} on",
                "Save what follows as a file of its own, and read both",
            )
        return False

    def _swallowed(
        self, rows: list[list[str]], lines: IntArray, next_line: int
    ) -> Iterator[tuple[int, Unread]]:
        """Find the rows in which a quote is never closed, and how many lines that costs."""
        at_end = bool(rows and rows[-1] and rows[-1][-1].endswith(END))
        if not rows or not (at_end or next_line + 1 - lines[0] != len(rows)):
            return
        for at, row in enumerate(rows):
            column = swallowing(row, len(self.header), self._delimiter)
            if column is not None:
                line = int(lines[at])
                n = next_line + 1 - line if row[column].endswith(END) else height([row])
                line += height([row[:column]]) - 1
                lost = "1 line is lost" if n == 1 else f"{n:,} lines are lost"
                told = f"the quote is opened in line {line}, {lost}"
                yield at, Unread(OPEN_QUOTE, line, told, n)

    def _marked(self, rows: list[list[str]]) -> list[tuple[int, int, str]]:
        """Find the cells with a NUL or a byte that is no UTF-8."""
        if not self._counter.is_suspicious or not _LONE.search("".join(map("".join, rows))):
            return []
        marked = []
        for at, row in enumerate(rows):
            found = [(column, _LONE.search(cell)) for column, cell in enumerate(row)]
            for column, match in found:
                if match:
                    marked.append((at, column, NUL if match[0] == "\0" else NOT_UTF8))
                    break
        return marked


@attrs.define(eq=False, slots=False)
class _Counter(io.RawIOBase):
    """A stream of bytes that tells its caller how far it is, and whether all of it is UTF-8."""

    stream: BinaryIO
    tell_progress: Callable[[int], object] | None
    is_suspicious: bool = False
    _decoder: codecs.IncrementalDecoder = attrs.field(
        factory=lambda: codecs.getincrementaldecoder("utf-8")("strict")
    )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # of any buffer, from Python 3.12
        # read1 hands over what there is, so that a gzip file cut short loses no more than its end
        data: bytes = getattr(self.stream, "read1", self.stream.read)(len(buffer))
        buffer[: len(data)] = data
        if not self.is_suspicious:
            try:
                self.is_suspicious = "\0" in self._decoder.decode(data)
            except UnicodeDecodeError:
                self.is_suspicious = True
        if self.tell_progress is not None:
            self.tell_progress(len(data))
        return len(data)


def readable(text: str) -> str:
    """Return a text that can be shown: what is no character as the replacement character."""
    return _LONE.sub(lambda found: "␀" if found[0] == "\0" else "\ufffd", text)


@contextlib.contextmanager
def opened(source: Source, progress: Callable[[int], object] | None = None) -> Iterator[RowFile]:
    """Open a CSV file, compressed or not, and read its header.

    Parameters
    ----------
    source
        A path or a binary file.
    progress
        Called with the number of further bytes read from the disk.

    Raises
    ------
    UnreadableFile
        The file is absent, empty, no text, or damaged before its first row.
    """
    name = name_of(source)
    with open_bytes(source) as stream:
        try:
            disk = io.BufferedReader(_Counter(stream, progress), _BUFFER)
            start = disk.peek(4)[:4]
            is_gzip = start[:2] == b"\x1f\x8b"
            inner = cast("BinaryIO", gzip.GzipFile(fileobj=disk)) if is_gzip else disk
            counter = _Counter(inner, None)
            buffered = io.BufferedReader(counter, _BUFFER)
            look = buffered.peek(_LOOK)[:_LOOK]
        except (EOFError, OSError, zlib.error) as error:
            raise UnreadableFile(name, *reason_of(error)) from error
        refuse_other_kinds(name, look)
        encoding, errors = _encoding(look)
        text = io.TextIOWrapper(buffered, encoding, errors, newline="")
        try:
            yield _with_header(name, text, look.decode(encoding, "replace"), counter)
        except UnicodeError as error:
            raise UnreadableFile(name, *reason_of(error)) from error
        finally:
            with contextlib.suppress(Exception):
                text.detach()


def _with_header(name: str, text: io.TextIOWrapper, look: str, counter: _Counter) -> RowFile:
    if look[:4].lower() == "sep=":
        text.readline()
        look = look.partition("\n")[2]
    delimiter = _delimiter(look)
    by_blanks = delimiter == _BLANKS
    reader: Iterator[list[str]] = (
        map(str.split, text) if by_blanks else csv.reader(chain(text, [END]), delimiter=delimiter)
    )
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):  # noqa: B007 - used after the loop
            if any(cells):
                break
        else:
            cells = [END]
    except csv.Error as error:
        reason = "its first row is longer than any header"
        raise UnreadableFile(name, reason, "Save it as CSV") from error
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(name, *reason_of(error)) from error
    if cells == [END]:
        raise UnreadableFile(name, "it is empty", "Export it again")
    if cells[-1].endswith(END):
        raise UnreadableFile(name, "a quote in its first row is never closed", "Close it")
    if _LONE.search("".join(cells)):
        raise UnreadableFile(name, *reason_of(UnicodeError()))
    header = [cell.strip() for cell in cells]
    first_line = getattr(reader, "line_num", line)
    return RowFile(name, header, first_line, reader, counter, delimiter, cells)


def _delimiter(look: str) -> str:
    """Find what parts the cells: what parts the first lines into most cells, as many in each."""
    lines = [line for line in LINE_ENDS.split(look) if line.strip()][:6]
    best, most = ",", 1
    for delimiter in _DELIMITERS:
        with contextlib.suppress(csv.Error):
            widths = [len(row) for row in csv.reader(lines[:1], delimiter=delimiter)]
            if widths and widths[0] > most:
                best, most = delimiter, widths[0]
    if most == 1 and lines and len(lines[0].split()) > 1:
        widths = [len(line.split()) for line in lines]
        if len(set(widths[:-1] or widths)) == 1:  # the last line looked at may be cut
            return _BLANKS
    return best


def _encoding(look: bytes) -> tuple[str, str]:
    if look[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16", "strict"
    return "utf-8-sig", "surrogateescape"
