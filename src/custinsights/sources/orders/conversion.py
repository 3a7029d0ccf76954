"""Amounts in the currency of the history: as they are, or by a rate for the day."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.domain.money import minor_exponent
from custinsights.history.columnar.amounts import Decimals, distinct
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.localtime import DAY, Transitions, date_of
from custinsights.history.columnar.row_groups import RowGroups, repeated
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rates import Rate, as_decimals, rate_of
from custinsights.sources.orders.rows import ParsedRows

NO_RATE = "no exchange rate"


@attrs.frozen(eq=False)
class Conversion:
    """The currency of the history, and what one unit of each row's currency is worth in it.

    `rates` is None where no amount is converted; `places` are the decimals of amounts by row.
    """

    currency: str
    rates: Decimals | None
    places: IntArray

    @classmethod
    def of(
        cls,
        rows: ParsedRows,
        options: Options,
        currency: str,
        placed_at: IntArray,
        of_row: IntArray,
    ) -> Conversion:
        """Ask for the rate of every currency and day; rows without one are bad.

        The load report keeps how many rows were converted, and their sum before that.
        """
        of_all = rows.exponent
        places = repeated(of_all, len(rows)) if isinstance(of_all, int) else of_all
        if options.rates is None:
            return cls(currency, None, places)
        is_open = rows.ledger.is_open
        known = np.where(is_open, placed_at, 0)
        zone = options.calendar.zone
        first, last = (int(known.min()), int(known.max())) if len(known) else (0, 0)
        days = Transitions.of(zone, first, last).to_local(known) // DAY
        pairs, names = distinct(
            f"{day}:{code}" for day, code in zip(days.tolist(), rows.currency.tolist(), strict=True)
        )
        told: list[Rate | None] = []
        for name in names:
            day, code = map(int, name.split(":"))
            of = rows.currencies[code] if code >= 0 else None
            if of is None or of == currency:
                told.append(None if of is None else 1)
            else:
                told.append(rate_of(options.rates, of, date_of(day)))
        rates = as_decimals(told)
        rows.ledger.bad(is_open & rates.wrong.take(pairs), NO_RATE, "currency")
        for code, name in enumerate(rows.currencies):
            converted = rows.ledger.is_open & (rows.currency == code)
            if name != currency:
                rows.ledger.note(f"converted_from_{name}", int(np.count_nonzero(converted)))
                total = sum(of_row[converted].tolist())
                rows.ledger.note(f"converted_from_{name}_in_minor_units", total)
        return cls(currency, rates.take(pairs), places)

    def amounts(self, minor: IntArray, at: IntArray) -> IntArray:
        """Return amounts, each of a row, in the currency of the history."""
        if self.rates is None:
            return minor
        exact = Decimals(minor, self.places.take(at), np.zeros(len(minor), dtype=np.bool_))
        return exact.times(self.rates.take(at)).scaled(minor_exponent(self.currency))[0]

    def of_orders(self, minor: IntArray, groups: RowGroups) -> IntArray:
        """Return amounts, each of an order, in the currency of the history."""
        return minor if self.rates is None else self.amounts(minor, groups.first())

    def too_large(self, minor: IntArray) -> BoolArray:
        """bool[n], the amounts of all rows that leave the numbers when they are converted."""
        if self.rates is None:
            return np.zeros(len(minor), dtype=np.bool_)
        exact = Decimals(minor, self.places, np.zeros(len(minor), dtype=np.bool_))
        return exact.times(self.rates).scaled(minor_exponent(self.currency))[2]
