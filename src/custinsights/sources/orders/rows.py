"""The rows of a sheet, parsed: what each field says in each row, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from custinsights.domain.currencies import CURRENCIES, SIGNS, minor_exponent
from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import AnyArray, BoolArray, CodeArray, IntArray, Labels
from custinsights.history.columnar.instants import FIRST_YEAR, LAST_YEAR, Instants, Times
from custinsights.history.columnar.localtime import DAY
from custinsights.history.columnar.row_groups import coded, repeated
from custinsights.history.columnar.time_texts import TOO_FAR
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.orders.ledger import Ledger
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Cells, Texts, Values
from custinsights.sources.texts.examples import shown
from custinsights.sources.texts.vocabulary import Kind, kind_of, status_word
from custinsights.sources.texts.zones import zone_named

UTC = ZoneInfo("UTC")
LARGEST_AMOUNT = 10**14
"""Minor units and thousandths beyond which a number is a mistake, and many could not be summed."""

DATE, NUMBER, TOO_LARGE = "unreadable date", "unreadable number", "number too large"
FAR_DATE = f"date outside the years {FIRST_YEAR} to {LAST_YEAR}"
UNKNOWN_CURRENCY, UNKNOWN_STATUS = "unknown currency", "unknown status"
UNKNOWN_WORD = "unknown word"
UNKNOWN_ZONE = "unknown time zone"
NO_ID, NO_TEXT = "id that is no text or whole number", "value that is no text"
ROUNDED_ID = "id that a spreadsheet has rounded"
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?!\d).*")
_OF_NUMBERS_AND_TIMES: frozenset[Kind] = frozenset({"money", "quantity", "time"})

_OF_PAYMENTS = frozenset({"payment_gross", "payment_refunded"})
"""Amounts that may be in another currency than those of their orders."""


class ParsedRows:
    """The rows of a sheet as a format reads them; each field is parsed once.

    Parameters
    ----------
    sheet, ledger
        The rows, and what becomes of them.
    format
        How they are read.
    zone
        The zone of times without one.
    dayfirst
        Whether the day comes first in a date; None lets the column tell.
    decimal
        Which mark stands before decimals where the column does not tell; None refuses to guess.

    Attributes
    ----------
    currency, currencies
        int64[n], the currency of each row as a code into the names; -1 where it is not known.
        Amounts can be read once `use_currency` has told it.
    exponent
        The decimals of each row's currency, one number where all have the same.
    rounded
        How many values rounding changed so far.
    """

    def __init__(
        self,
        sheet: Sheet,
        ledger: Ledger,
        format: OrderFormat,
        *,
        zone: ZoneInfo | None,
        dayfirst: bool | None,
        decimal: str | None,
    ) -> None:
        self.sheet, self.ledger, self.format = sheet, ledger, format
        self._zone = zone
        self._dayfirst = format.dayfirst if dayfirst is None else dayfirst
        self._dates = (
            re.compile(format.date_pattern) if format.date_pattern and dayfirst is None else None
        )
        self._decimal = decimal or format.decimal
        self._texts: dict[str, Texts] = {}
        self._numbers: dict[str, Decimals] = {}
        self._whole: dict[str, IntArray] = {}
        self._computed: dict[str, Texts | Decimals | cells.Numbers] = {}
        for row, header, cell, kind in sheet.marked:
            ledger.bad_cell(row, kind, header, cell)
        for field, column in sheet.columns.items():
            if self.kind(field) not in _OF_NUMBERS_AND_TIMES:
                is_id = self.kind(field) in {"identity", "key"} or field == "product"
                ledger.bad(cells.no_texts(column, is_id=is_id), NO_ID if is_id else NO_TEXT, field)
            if self.kind(field) == "key" or field == "customer_id":
                ledger.bad(cells.rounded(column), ROUNDED_ID, field)
        self.currency: IntArray = repeated(-1, len(sheet))
        self.currencies: tuple[str, ...] = ()
        self.exponent: int | IntArray = 2
        self.rounded = 0

    def __len__(self) -> int:
        return len(self.sheet)

    def has(self, field: str) -> bool:
        """Tell whether the source has a field, or the format works it out."""
        return field in self.sheet.columns or field in self.format.computed

    @property
    def fields(self) -> list[str]:
        """The fields that the source has or the format works out."""
        return list(dict.fromkeys([*self.sheet.columns, *self.format.computed]))

    def kind(self, field: str) -> Kind:
        """Return how a field is read."""
        return self.format.kind(field)

    def texts(self, field: str) -> Texts:
        """Return a field as texts, blank where the source does not have it."""
        if field not in self._texts:
            self._texts[field] = self._read_texts(field)
        return self._texts[field]

    def key_codes(self, field: str) -> CodeArray:
        """Return int32[n], equal for equal ids, -1 where a row has none."""
        column = self._column(field)
        if isinstance(column, Values) and column.array.dtype.kind in "iu":
            codes, is_blank = coded(column.array)[0], column.missing
        else:
            texts = self.texts(field)
            codes, is_blank = texts.codes, texts.is_blank
        return np.where(is_blank, np.int32(-1), codes) if is_blank.any() else codes

    def integer_ids(self, field: str) -> IntArray | None:
        """Return ids that came as integers, 0 where there is none; None where they did not."""
        column = self._column(field)
        if not isinstance(column, Values) or column.array.dtype.kind not in "iu":
            return None
        return column.filled().astype(np.int64, copy=False)

    def is_blank(self, field: str) -> BoolArray:
        """bool[n], where a row says nothing in a field."""
        column = self._column(field)
        if isinstance(column, Decimals):
            return np.zeros(len(self), dtype=np.bool_)
        if column is None:
            return np.ones(len(self), dtype=np.bool_)
        if isinstance(column, cells.Numbers):
            return column.is_blank
        return column.stripped.is_blank if isinstance(column, Texts) else column.missing

    def decimals(self, field: str) -> Decimals:
        """Return a field as exact numbers, 0 where it is blank; wrong ones make their rows bad."""
        if field not in self._numbers:
            self._numbers[field] = self._read_numbers(field)
        return self._numbers[field]

    def use_currency(self, codes: IntArray, names: Sequence[str]) -> None:
        """Tell the currency of each row, as a code into names, or -1."""
        self.currency, self.currencies = codes, tuple(names)
        exponents = [minor_exponent(name) for name in names] or [2]
        table = np.array([*exponents, 2], dtype=np.int64)
        is_one = len(set(exponents)) == 1
        self.exponent = exponents[0] if is_one else table.take(codes, mode="wrap")
        if "currency" not in self.format.computed:
            self._refuse_signs()

    def currency_cells(self) -> Labels:
        """Return the currency that each row says, missing where it says none or no known one."""
        column, unknown = cells.currencies(self._cells("currency"))
        self.ledger.bad(unknown, UNKNOWN_CURRENCY, "currency")
        known = frozenset(CURRENCIES)
        return column.mapped(lambda code: code if code in known else "").labels()

    def minor(self, field: str) -> IntArray:
        """Return a field as minor units of each row's currency."""
        if field not in self._whole:
            self._whole[field] = self.whole(self.decimals(field), self.exponent, field)
        return self._whole[field]

    def thousandths(self, field: str) -> IntArray:
        """Return a field as thousandths."""
        if field not in self._whole:
            self._whole[field] = self.whole(self.decimals(field), 3, field)
        return self._whole[field]

    def whole(
        self, numbers: Decimals, exponent: int | IntArray, field: str, *, counts: bool = True
    ) -> IntArray:
        """Scale numbers, count what rounding changed, and call bad what is too large."""
        whole, changed, wrong = numbers.scaled(exponent)
        wrong = wrong & ~numbers.wrong
        if len(whole) and not -LARGEST_AMOUNT <= whole.min() <= whole.max() <= LARGEST_AMOUNT:
            wrong |= np.abs(whole) > LARGEST_AMOUNT
        self.ledger.bad(wrong, TOO_LARGE, field)
        if counts:
            self.rounded += int(np.count_nonzero(changed & ~wrong))
        return np.where(wrong, 0, whole) if wrong.any() else whole

    def instants(self, field: str) -> tuple[Instants, BoolArray]:
        """Return a field as instants and bool[n] where there is one.

        A cell that holds something else makes its row bad.
        """
        column = self._cells(field)
        header = self.sheet.headers.get(field, field)
        found, is_blank = cells.times(
            column,
            dayfirst=self._dayfirst,
            dates=self._dates,
            what=repr(header),
            show=partial(shown, field=field),
        )
        instants = self._placed(found, f"the column {header!r}")
        self.ledger.bad(found.kinds == TOO_FAR, FAR_DATE, field)
        self.ledger.bad(instants.wrong & ~is_blank, DATE, field)
        return instants, ~instants.wrong

    def days(self, field: str) -> AnyArray:
        """Return a field as datetime64[D], NaT where it is blank.

        A cell that holds something else makes its row bad, also a year without its century.
        """
        column = self._cells(field)
        if isinstance(column, Texts):
            column = column.mapped(
                lambda text: "?" if _SHORT_YEAR.fullmatch(text.strip()) else text
            )
        header = self.sheet.headers.get(field, field)
        found, is_blank = cells.times(
            column,
            dayfirst=self._dayfirst,
            what=repr(header),
            show=partial(shown, field=field),
        )
        is_day = ~found.wrong
        self.ledger.bad(found.kinds == TOO_FAR, FAR_DATE, field)
        self.ledger.bad(~is_day & ~is_blank, DATE, field)
        days = (found.walls // DAY).astype("M8[D]")
        return np.where(is_day, days, np.datetime64("NaT", "D"))

    def statuses(self, words: Mapping[str, str]) -> Texts:
        """Return the state of each row's order in our words; a blank cell stays blank."""
        known = {**self.format.statuses, **words}
        for field, few in self.format.words.items():
            if field in self.sheet.columns:
                said = self.texts(field).mapped(status_word)
                self.ledger.bad(~said.where(few.__contains__), UNKNOWN_WORD, field)
        column = self.texts("order_status")
        self.ledger.bad(
            column.where(lambda word: bool(word) and word not in known),
            UNKNOWN_STATUS,
            "order_status",
        )
        return column.mapped(lambda word: known.get(word, "") if word else "")

    def says_refunded(self) -> BoolArray:
        """bool[n], where the state of the order says that all of it was given back."""
        words = self.format.refunded_statuses
        return self.texts("order_status").where(lambda word: word in words)

    def _refuse_signs(self) -> None:
        """Call rows bad whose amounts bear the sign of another currency than their own."""
        for field, column in self.sheet.columns.items():
            if kind_of(field) != "money" or field in _OF_PAYMENTS:
                continue
            for sign, is_there in cells.signs(column):
                fits = np.array([*(name in SIGNS[sign] for name in self.currencies), True])
                is_other = is_there & ~fits.take(self.currency, mode="wrap")
                self.ledger.bad(is_other, f"sign {sign} of another currency", field)

    def _placed(self, times: Times, what: str) -> Instants:
        """Place times in the zones that their rows name, and without one in the zone of all."""
        if not self.has("time_zone"):
            return times.placed_in(self._zone, what)
        names = self.texts("time_zone").distinct()
        rows, placed = [], []
        for code, name in enumerate(names.names):
            at = np.flatnonzero(names.codes == code)
            zone = zone_named(name) if name else self._zone
            if name and zone is None:
                self.ledger.bad(names.codes == code, UNKNOWN_ZONE, "time_zone")
                zone = UTC
            rows.append(at)
            placed.append(times.take(at).placed_in(zone, what))
        back = np.argsort(np.concatenate([*rows, np.empty(0, dtype=np.int64)]), kind="stable")
        return Instants.one_below_another(placed).take(back)

    def _column(self, field: str) -> Cells | Decimals | cells.Numbers | None:
        """Return a field as it comes: worked out by the format, else from the source."""
        column = self.sheet.columns.get(field)
        if field in self.format.computed:
            if field not in self._computed:
                self._computed[field] = self.format.computed[field](self)
            return self._computed[field]
        if field in self.format.converters and column is not None:
            return cells.as_texts(column).mapped(self.format.converters[field])
        return column

    def part(self, sheet: Sheet, format: OrderFormat) -> ParsedRows:
        """Return rows that lie in cells of these; no spreadsheet has changed how they look."""
        zone = self._zone
        return ParsedRows(sheet, Ledger(sheet), format, zone=zone, dayfirst=None, decimal=None)

    def _cells(self, field: str) -> Cells:
        """Return the cells of a field, blank where there are none."""
        column = self._column(field)
        if column is None or isinstance(column, Decimals | cells.Numbers):
            return Texts.same("", len(self))
        return column

    def _read_texts(self, field: str) -> Texts:
        read = _READERS.get(field, cells.keys if self.kind(field) == "key" else cells.labels)
        texts = read(self._cells(field))
        fallback = self.format.fallbacks.get(field)
        if fallback is not None and self.has(fallback):
            texts = texts.or_else(read(self._cells(fallback)))
        return texts if self.kind(field) == "label" else texts.distinct()

    def _read_numbers(self, field: str) -> Decimals:
        column = self._column(field)
        if isinstance(column, Decimals):
            self.ledger.bad(column.wrong, NUMBER, field)
            return column
        if column is None or (isinstance(column, Texts) and not any(column.names)):
            return zeros(len(self))
        if isinstance(column, cells.Numbers):
            read = column
        else:
            header = self.sheet.headers.get(field, field)
            show = partial(shown, field=field)
            read = cells.numbers(column, decimal=self._decimal, what=repr(header), show=show)
        self.ledger.bad(read.wrong, NUMBER, field)
        keep = ~(read.wrong | read.is_blank)
        found = read.decimals
        if keep.all():
            return found
        return Decimals(
            np.where(keep, found.digits, 0), np.where(keep, found.places, 0), read.wrong
        )


def zeros(n: int) -> Decimals:
    """Return n times the number 0."""
    return Decimals(repeated(0, n), repeated(0, n), np.zeros(n, dtype=np.bool_))


_READERS: Mapping[str, Callable[[Cells], Texts]] = {
    "customer_id": cells.customer_ids,
    "email": cells.emails,
    "phone": cells.phones,
    "product": cells.keys,
    "currency": lambda column: cells.currencies(column)[0],
    "order_status": lambda column: cells.labels(column).mapped(status_word),
}
