"""What was one unit of a currency worth on a day?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue
from custinsights.history.columnar.amounts import Decimals

Rate: TypeAlias = Decimal | int | float | str
Rates: TypeAlias = Callable[[str, dt.date], Rate | None] | Mapping[Any, Rate]
"""A currency and a day to the worth of one unit in the currency of the history; as a mapping, its
keys are currencies or pairs of currency and day."""


def check_rates(_owner: object, _field: object, rates: Rates | None) -> None:
    """Refuse rates that could not be used, whether a row needs them or not."""
    if rates is None or callable(rates):
        return
    if not isinstance(rates, Mapping):
        raise InvalidValue(
            "the option rates= does not say what currencies are worth",
            rates,
            "a function of a currency and a day, or a mapping by currency or by both",
        )
    for key in rates:
        pair = isinstance(key, tuple) and len(key) == 2  # noqa: PLR2004 - currency and day
        currency, day = key if pair else (key, None)
        minor_exponent(currency)
        if pair and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
            what = "a key of the option rates= has no day beside its currency"
            raise InvalidValue(what, key, "a currency and a date without a time")
        if isinstance(rates[key], Mapping):
            what = f"the option rates= holds no rate but a mapping for {currency!r}"
            by_day = f"a number, for each day under the key ({currency!r}, date(2024, 1, 5))"
            raise InvalidValue(what, rates[key], by_day)
    as_decimals(list(rates.values()))


def rate_of(rates: Rates, currency: str, day: dt.date) -> Rate | None:
    """Return what one unit of a currency was worth on a day, None where nobody says."""
    if callable(rates):
        return rates(currency, day)
    return rates.get((currency, day), rates.get(currency))


def as_decimals(rates: Sequence[Rate | None]) -> Decimals:
    """Return rates as exact numbers, wrong where there is none; refuse what is no rate."""
    found = Decimals.of(["" if rate is None else str(rate) for rate in rates])
    is_rate = ~found.wrong & (found.digits > 0)
    for at in np.flatnonzero(~is_rate).tolist():
        if rates[at] is not None:
            what = "the option rates= holds or tells what is no rate"
            raise InvalidValue(what, rates[at], "a finite number above 0")
    return found
