"""Which rows lie packed in the cells of others, such as the lines of an order in its one row?

They become a sheet of their own, which is read by the same means as any other. What makes one of
them bad makes the row bad in which it lies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.history.columnar.columns import IntArray
from custinsights.sources.formats.declaration import Packed
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts.columns import Texts, one_below_another

UNREADABLE = "unreadable list in a cell"
_WORD = r"[a-z_][\w-]*:"
_NEXT = re.compile(rf"\|(?={_WORD})")
_BEGIN = re.compile(_WORD)


@attrs.frozen(eq=False)
class Parts:
    """Rows that lay packed in the cells of others.

    Parameters
    ----------
    rows
        The rows themselves, field by field.
    of
        int64[m], the row in which each of them lay.
    """

    rows: ParsedRows
    of: IntArray


def unpack(rows: ParsedRows, packed: Packed) -> Parts | None:
    """Return the rows that lie in cells; None where the source has no column of such cells."""
    fields = [field for field in rows.fields if rows.format.stem(field) == packed.field]
    if not fields:
        return None
    places: list[IntArray] = []
    tables: list[list[Mapping[str, str]]] = []
    codes: list[IntArray] = []
    for field in fields:
        cells = rows.texts(field)
        found = [split(text, packed) for text in cells.names]
        rows.ledger.bad(cells.of_each([one is None for one in found], np.bool_), UNREADABLE, field)
        sizes = cells.of_each([len(one or ()) for one in found], np.int64)
        starts = np.cumsum([0, *(len(one or ()) for one in found)])
        at = np.repeat(np.arange(len(rows)), sizes)
        nth = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places.append(at)
        codes.append(starts[cells.codes[at]] + nth)
        tables.append([part for one in found for part in one or ()])
    of = np.concatenate(places)
    words = list(dict.fromkeys(word for table in tables for part in table for word in part))
    positions = packed.rows.positions(words)
    columns = {
        field: one_below_another(
            [
                Texts.of(part.get(words[place], "") for part in table).take(at)
                for table, at in zip(tables, codes, strict=True)
            ]
        )
        for field, place in positions.items()
    }
    sheet = Sheet(
        columns,
        {field: f"{packed.field}: {words[place]}" for field, place in positions.items()},
        rows.sheet.files,
        rows.sheet.file[of],
        rows.sheet.lines[of],
    )
    parts = rows.part(sheet, packed.rows)
    parts.use_currency(rows.currency[of], rows.currencies)
    return Parts(parts, of)


def split(text: str, packed: Packed) -> list[dict[str, str]] | None:
    """Return what each row in a cell says after each word; None where the cell is no such list.

    A word that is not among the columns belongs to the text before it; behind a number it tells
    something else of the row. Such words alone tell of something else altogether, which is no row.

    Examples
    --------
    >>> from custinsights.sources.formats.orders import BUILT_IN
    >>> lines = BUILT_IN["woocommerce_webtoffee"].lines
    >>> split("name:Mat A|b:c|quantity:2|tax:1", lines)
    [{'name': 'Mat A|b:c', 'quantity': '2'}]
    >>> split("giftcard-name:XY", lines), split("two mats", lines)
    ([], None)
    """
    fields = packed.rows.field_of
    if packed.separator is None:
        pieces = [text]
    else:
        first = next(iter(fields))
        pieces = re.split(rf"{re.escape(packed.separator)}(?={re.escape(first)}:)", text)
    found = []
    for piece in filter(str.strip, pieces):
        part: dict[str, str] = {}
        last = ""
        for chunk in _NEXT.split(piece):
            word, _, value = chunk.partition(":")
            if word in fields:
                part[word], last = value, word
            elif not _BEGIN.match(chunk):
                return None
            elif last and packed.rows.kind(fields[last]) == "label":
                part[last] += f"|{chunk}"
        if part:
            found.append(part)
    return found
