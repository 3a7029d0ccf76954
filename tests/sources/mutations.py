"""What befalls an export on its way: the corpus, as data.

A mutation of a table takes its rows, the header first, and a `Pick` that chooses among n things;
one of bytes takes the written file. Any number of them follow one another.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

Table: TypeAlias = list[list[str]]
Pick: TypeAlias = Callable[[int], int]
"""Chooses one of n things: a number from 0 to n - 1."""

HUGE = "x" * 140_000

NUMBERS = (
    *("10.00", "0", "3.5", "-2.00", " 7.25 ", "$1,250.00", "1,23,456.78", "'-1.00", "+4"),
    *("0.125", "1.123456789012", "1e3", "1e308", "-1e308", "1e400", "NaN", "inf", "-Infinity"),
    *("99999999999999999999", "9" * 200, "-0", "(5.00)", "12 34", "1_000", "٣", "½", "0x10"),
)
TIMES = (
    *("2024-02-29", "2024-02-29 10:00:00", "2023-02-29", "1900-02-29", "2100-02-29"),
    *("2023-11-05 01:30:00", "2023-03-12 02:30:00", "2024-10-27 02:30", "2024-03-31 01:30"),
    *("1850-01-01", "1970-01-01", "1970-01-01 00:00:00", "2100-12-31", "9999-12-31", "0001-01-01"),
    *("2024-01-05T10:00-0500", "2024-01-05T10:00:00Z", "2024-13-01", "2024-01-05 25:00", "soon"),
    *("2024-01-05 10:00 +99:99", "2024-06-30 23:59:60", "45292", "1704448800", "January 5, 2024"),
)
TEXTS = (
    *("", " ", "=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "'=1", "\t=1", "nan", "None"),
    *("NULL", "N/A", "0", "0.0", "7.0", "1e5", "ada@example.com", "+1 555 010 0000", "\0", "a\0b"),
    *("\u2028", "\u200b", "\ufeff", "é", "e\u0301", "😀", "\u202eabc", "a\r\nb", "a\nb", "\r", '"'),
    *(
        '""',
        ",",
        ";",
        "|",
        "\t",
        "a;b|c,d",
        "name:x|total:1",
        "total:|quantity:",
        ":",
        "\\",
        "x" * 500,
    ),
)
WORDS = (
    *("paid", "PAID", "refunded", "Refunded", "pending", "on hold", "on-hold", "voided", "failed"),
    *("odd", "EUR", "eur", "JPY", "XXQ", "US", "Europe/Paris", "Nowhere", "true", "1", "Refund"),
)
CELLS = tuple(dict.fromkeys((*NUMBERS, *TIMES, *TEXTS, *WORDS)))
"""What a cell may hold. What means this or that by its whole column is in `IN_DOUBT`."""

IN_DOUBT = (
    *("1,234", "1.234", "1.234,56", "3,50", "3/4/2024", "13/1/2024", "1/13/2024", "03.04.2024"),
    *("07/16/22", "1 234,50", "€5", "5 €", "1'234.50", "29/2/2023", HUGE),
)


def _cells(options: tuple[str, ...]) -> Callable[[Table, Pick], Table]:
    def mutated(table: Table, pick: Pick) -> Table:
        if len(table) == 1:
            return table
        row, at = 1 + pick(len(table) - 1), pick(len(table[0]))
        return _with_cell(table, row, at, options[pick(len(options))])

    return mutated


def _with_cell(table: Table, row: int, at: int, cell: str) -> Table:
    changed = [list(one) for one in table]
    if at < len(changed[row]):
        changed[row][at] = cell
    return changed


def _column_of(table: Table, pick: Pick) -> Table:
    at, cell = pick(len(table[0])), CELLS[pick(len(CELLS))]
    return [table[0], *([*row[:at], cell, *row[at + 1 :]] for row in table[1:])]


def _columns(places: Callable[[int, Pick], list[int]]) -> Callable[[Table, Pick], Table]:
    def mutated(table: Table, pick: Pick) -> Table:
        width = len(table[0])
        order = places(width, pick)
        return [[row[at] for at in order if at < len(row)] for row in table]

    return mutated


def _without(width: int, pick: Pick) -> list[int]:
    lost = pick(width)
    return [at for at in range(width) if at != lost or width == 1]


def _turned(width: int, pick: Pick) -> list[int]:
    first = pick(width)
    return [*range(first, width), *range(first)]


def _renamed(table: Table, pick: Pick) -> Table:
    at = pick(len(table[0]))
    return [[*table[0][:at], "Renamed", *table[0][at + 1 :]], *table[1:]]


def _other_case(table: Table, _pick: Pick) -> Table:
    return [[f" {name.swapcase()} " for name in table[0]], *table[1:]]


def _other_column(table: Table, pick: Pick) -> Table:
    """Give a column a second one of its name, with what stands in another."""
    at, other = pick(len(table[0])), pick(len(table[0]))
    return [
        [*row, table[0][at] if row is table[0] else row[other] if other < len(row) else ""]
        for row in table
    ]


def _rows(change: Callable[[Table, Pick], Table]) -> Callable[[Table, Pick], Table]:
    return lambda table, pick: [table[0], *(change(table[1:], pick) if len(table) > 1 else [])]


def _row_at(rows: Table, pick: Pick, change: Callable[[list[str]], Table]) -> Table:
    at = pick(len(rows))
    return [*rows[:at], *change(rows[at]), *rows[at + 1 :]]


DOUBTFUL = "a cell in doubt"
"""The mutation that makes a whole column decide what a cell means."""

TABLES: Mapping[str, Callable[[Table, Pick], Table]] = {
    DOUBTFUL: _cells(IN_DOUBT),
    "a cell": _cells(CELLS),
    "a number": _cells(NUMBERS),
    "a time": _cells(TIMES),
    "a text": _cells(TEXTS),
    "a word": _cells(WORDS),
    "a column of one cell": _column_of,
    "columns backwards": _columns(lambda width, _pick: [*range(width)][::-1]),
    "columns turned": _columns(_turned),
    "a column dropped": _columns(_without),
    "a column twice": _columns(lambda width, pick: [*range(width), pick(width)]),
    "a header twice": _other_column,
    "a column renamed": _renamed,
    "headers in another case": _other_case,
    "rows backwards": _rows(lambda rows, _pick: rows[::-1]),
    "a row twice": _rows(lambda rows, pick: [*rows, rows[pick(len(rows))]]),
    "a row twice in a row": _rows(lambda rows, pick: _row_at(rows, pick, lambda row: [row, row])),
    "a row dropped": _rows(lambda rows, pick: _row_at(rows, pick, lambda _row: [])),
    "rows lost from the end": _rows(lambda rows, pick: rows[: pick(len(rows))]),
    "a blank row": _rows(
        lambda rows, pick: _row_at(rows, pick, lambda row: [row, [""] * len(row)])
    ),
    "an empty line": _rows(lambda rows, pick: _row_at(rows, pick, lambda row: [[], row])),
    "a cell too many": _rows(lambda rows, pick: _row_at(rows, pick, lambda row: [[*row, "x"]])),
    "a cell too few": _rows(lambda rows, pick: _row_at(rows, pick, lambda row: [row[:-1]])),
    "a row torn": _rows(
        lambda rows, pick: _row_at(
            rows, pick, lambda row: [row[: len(row) // 2], row[len(row) // 2 :]]
        )
    ),
    "header only": lambda table, _pick: table[:1],
}


_ERRORS = {"utf-8": "surrogatepass", "utf-8-sig": "surrogatepass", "utf-16": "surrogatepass"}
"""How to write half a character, in encodings that hold every other."""


@attrs.frozen(kw_only=True)
class Style:
    """How a table is written: what stands between cells and lines, in which encoding, how often."""

    delimiter: str = ","
    end: str = "\n"
    encoding: str = "utf-8"
    quotes_all: bool = False
    times: int = 1

    def written(self, table: Table) -> bytes:
        """Write a table, one export below the other where it is to be there several times."""
        lines = (self.delimiter.join(map(self._quoted, row)) + self.end for row in table)
        data = "".join(lines).encode(self.encoding, _ERRORS.get(self.encoding, "replace"))
        return self.times * data

    def _quoted(self, cell: str) -> str:
        if self.quotes_all or set(cell) & {*'"\r\n', self.delimiter}:
            return '"' + cell.replace('"', '""') + '"'
        return cell

    def read_back(self, table: Table) -> Table:
        """Return a table as it is for whoever takes its bytes for UTF-8 or UTF-16."""
        if self.encoding in _ERRORS:
            return table
        return [
            [
                cell.encode(self.encoding, "replace").decode("utf-8", "surrogateescape")
                for cell in row
            ]
            for row in table
        ]


STYLES: Mapping[str, Style] = {
    "as it is": Style(),
    "byte order mark": Style(encoding="utf-8-sig"),
    "CRLF": Style(end="\r\n"),
    "semicolons": Style(delimiter=";", end="\r\n", encoding="utf-8-sig"),
    "tabs": Style(delimiter="\t"),
    "bars": Style(delimiter="|"),
    "all quoted": Style(quotes_all=True),
    "UTF-16": Style(encoding="utf-16"),
    "cp1252": Style(encoding="cp1252"),
    "Latin-1": Style(encoding="latin-1"),
    "two exports": Style(times=2),
    "three exports with marks": Style(times=3, encoding="utf-8-sig", end="\r\n"),
}


def _cut(data: bytes, pick: Pick) -> bytes:
    return data[: pick(len(data) + 1)]


def _overwritten(data: bytes, pick: Pick) -> bytes:
    at = pick(len(data) + 1)
    junk = bytes(pick(256) for _ in range(pick(9)))
    return data[:at] + junk + data[at + pick(20) :]


def _with(junk: bytes) -> Callable[[bytes, Pick], bytes]:
    def mutated(data: bytes, pick: Pick) -> bytes:
        at = pick(len(data) + 1)
        return data[:at] + junk + data[at:]

    return mutated


def _packed(change: Callable[[bytes, Pick], bytes]) -> Callable[[bytes, Pick], bytes]:
    return lambda data, pick: change(gzip.compress(data, mtime=0), pick)


BYTES: Mapping[str, Callable[[bytes, Pick], bytes]] = {
    "nothing left": lambda _data, _pick: b"",
    "only blanks": lambda _data, _pick: b" \r\n\n",
    "cut": _cut,
    "overwritten": _overwritten,
    "a NUL": _with(b"\0"),
    "no UTF-8": _with(b"\xe9"),
    "half a character": _with(b"\xf0\x9f"),
    "a quote": _with(b'"'),
    "a line end": _with(b"\n"),
    "a carriage return": _with(b"\r"),
    "a mark in the middle": _with(b"\xef\xbb\xbf"),
    "without its first line": lambda data, _pick: data.partition(b"\n")[2],
    "again in another style": lambda data, _pick: data + data.replace(b",", b";"),
    "again with columns backwards": lambda data, _pick: (
        data + b"\n".join(b",".join(line.split(b",")[::-1]) for line in data.split(b"\n"))
    ),
    "UTF-16 without its mark": lambda data, _pick: data.decode("utf-8", "replace").encode(
        "utf-16-le"
    ),
    "UTF-16, half of it": lambda data, pick: _cut(
        data.decode("utf-8", "replace").encode("utf-16"), pick
    ),
    "packed": _packed(lambda data, _pick: data),
    "packed and cut": _packed(_cut),
    "packed and overwritten": _packed(_overwritten),
    "packed twice": _packed(lambda data, _pick: gzip.compress(data, mtime=0)),
}
