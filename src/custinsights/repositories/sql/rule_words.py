"""What do the words of a rule mean in the database?

A word is here only where the database tells exactly what a history tells, or between which bounds
it lies; every function returns None where it tells neither.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

import attrs
import numpy as np
from sqlalchemy import and_, case, exists, func, not_, or_, select

from custinsights.domain.rules.durations import Duration, day_meant
from custinsights.domain.rules.tree import Argument, Call
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.rule_attributes import flag_of, is_told, kind_of, text_of
from custinsights.repositories.sql.rule_bounds import NOBODY, OPEN, SOMEBODY, Bounds, exactly
from custinsights.repositories.sql.rule_days import Days
from custinsights.repositories.sql.rule_deeds import deeds_fitting
from custinsights.repositories.sql.rule_products import products_fitting
from custinsights.repositories.sql.rule_sums import PERSON, Sums, told
from custinsights.repositories.sql.session import Session

__all__ = ["OPEN_TRAITS", "Words"]

OPEN_TRAITS: Final = frozenset(
    {
        *("average_order_value", "median_order_value", "first_order_value"),
        *("average_gap_days", "median_gap_days", "order_frequency", "days_to_second_order"),
    }
)
"""Traits that every history tells, and that the database cannot."""

_STAGES: Final = ("Prospect", "First-Time Buyer", "Repeat Customer")
_LATER_STAGES: Final = ("Loyal Fan", "Advocate")
_YEAR: Final = 365
_LARGEST: Final = np.iinfo(np.int64).max
_ROUND: Final = {"<": ROUND_CEILING, ">=": ROUND_CEILING, "<=": ROUND_FLOOR, ">": ROUND_FLOOR}
_AGO: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COMPARES: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_LABELS: Final[Mapping[str, tuple[str | None, str, str]]] = {
    **{f"customer_{name}": (name, name, "one") for name in ("country", "region", "city")},
    "acquisition_channel": ("acquisition_channel", "channel", "one"),
    **{
        f"first_{name}": (None, name, "one")
        for name in ("channel", "source", "payment_method", "coupon", "campaign")
    },
    **{f"preferred_{name}": (None, name, "known") for name in ("channel", "payment_method")},
}
"""Labels of customers: the column of the person that comes first, that of the orders, and whether
it is that of one of the orders that count, or of one of those that have any."""


def _compared(value: Any, sign: str, number: Decimal, decimals: int = 0) -> Any:
    """Return the condition that a column of whole numbers compares with a written one, exactly."""
    scaled = number.scaleb(decimals) if number.is_finite() else number
    if scaled.is_nan():
        return NOBODY.sure
    if not scaled.is_finite() or abs(scaled) >= _LARGEST:
        holds = (sign in ("<", "<=")) == (scaled > 0) if sign not in ("==", "!=") else sign == "!="
        return (SOMEBODY if holds else NOBODY).sure
    if scaled == scaled.to_integral_value():
        return _COMPARES[sign](value, int(scaled))
    if sign in ("==", "!="):
        return (SOMEBODY if sign == "!=" else NOBODY).sure
    return _COMPARES[sign](value, int(scaled.to_integral_value(_ROUND[sign])))


@attrs.frozen(eq=False)
class Words:
    """The words of rules for one instant.

    Parameters
    ----------
    session
        The database.
    sums
        What they ask of orders and activities.
    days
        The local days.
    decimals
        The decimals of money.
    """

    session: Session
    sums: Sums
    days: Days
    decimals: int

    def _is_there(self, table: Any, *conditions: Any) -> bool:
        """Whether there is any row of a table that fulfils conditions."""
        question = select(exists(select(1).select_from(table).where(*conditions)))
        return bool(self.session.reading.scalar(question))

    def number(self, name: str, sign: str, number: Decimal) -> Bounds | None:
        """Compare a trait with a number."""
        if name in OPEN_TRAITS:
            return OPEN
        if name in ("days_since_first_order", "days_since_last_order"):
            instant = self.sums.first() if "first" in name else self.sums.last()
            return self._days_ago(instant, sign, number)
        if name == "orders_last_year":
            late = self.days.compared(self.sums.sales.c.placed_at, ">=", self.days.today - _YEAR)
            if late is None:
                return None
            return exactly(_compared(self.sums.sales_with(late), sign, number))
        told_as = {"order_count": ("counted", 0), "total_spent": ("spent", self.decimals)}
        told_as["refunded"] = ("back", self.decimals)
        if name not in told_as:
            return None
        asked, decimals = told_as[name]
        return exactly(_compared(getattr(self.sums, asked), sign, number, decimals))

    def _days_ago(self, instant: Any, sign: str, number: Decimal) -> Bounds | None:
        """Compare how many days ago an instant was with a number, which is a float there."""
        there = instant.is_not(None)
        least = Decimal(float(number))
        if not least.is_finite() or abs(least) >= date.max.toordinal():
            return None
        if least != least.to_integral_value():
            if sign in ("==", "!="):
                return NOBODY if sign == "==" else exactly(there)
            least = least.to_integral_value(_ROUND[sign])
        found = self.days.compared(instant, _AGO[sign], self.days.today - int(least))
        return None if found is None else exactly(and_(there, found))

    def day(self, name: str, sign: str, text: str) -> Bounds | None:
        """Compare a trait that is a time with a day, or with a duration before today."""
        if name not in ("first_order_at", "last_order_at"):
            return None
        instant = self.sums.first() if name == "first_order_at" else self.sums.last()
        found = self.days.compared(instant, sign, self._day(text))
        return None if found is None else exactly(found)

    def _day(self, text: str) -> int:
        return day_meant(text, date.fromordinal(self.days.today)).toordinal()

    def label(self, name: str, texts: Collection[str], *, inside: bool) -> Bounds | None:
        """Tell whose label is among some texts, or among none of them."""
        if name == "lifecycle":
            return self._stage(texts, inside=inside)
        if name not in _LABELS:
            return None
        own_name, of_orders, which = _LABELS[name]
        label = self.sums.sales.c[of_orders]

        def fits(column: Any) -> Any:
            among = column.in_([*texts])
            return among if inside else and_(column.is_not(None), not_(among))

        fitting, all_told = self.sums.sales_with(fits(label)), self.sums.counted
        if which == "known":
            all_told = self.sums.sales_with(label.is_not(None))
        perhaps, sure = fitting > 0, and_(fitting > 0, fitting == all_told)
        if own_name is None:
            return Bounds(sure, perhaps)
        own = told(PERSON.c[own_name])
        return Bounds(
            or_(fits(own), and_(own.is_(None), sure)), or_(fits(own), and_(own.is_(None), perhaps))
        )

    def _stage(self, texts: Collection[str], *, inside: bool) -> Bounds:
        counted = self.sums.counted
        sure = [counted == at for at, name in enumerate(_STAGES) if (name in texts) == inside]
        later = [name for name in _LATER_STAGES if (name in texts) == inside]
        beyond = [counted >= len(_STAGES)]
        is_each = len(later) == len(_LATER_STAGES)
        return Bounds(
            or_(NOBODY.sure, *sure, *(beyond if is_each else ())),
            or_(NOBODY.sure, *sure, *(beyond if later else ())),
        )

    def unknown(self, name: str, *, wanted: bool) -> Bounds | None:
        """Tell of whom a trait is unknown."""
        if name in OPEN_TRAITS or name in _LABELS:
            return OPEN
        if name in ("order_count", "total_spent", "refunded", "orders_last_year", "lifecycle"):
            return NOBODY if wanted else SOMEBODY
        if name in ("first_order_at", "last_order_at", *_SINCE):
            counted = self.sums.counted
            return exactly(counted == 0 if wanted else counted > 0)
        return None

    def attribute(self, name: str, texts: Collection[str], *, inside: bool) -> Bounds | None:
        """Tell whose attribute is among some texts, or among none of them."""
        if kind_of(self.session, name) != "text":
            return None
        value = text_of(self.session, name)
        return exactly(value.in_([*texts]) if inside else value.not_in([*texts]))

    def unknown_attribute(self, name: str, *, wanted: bool) -> Bounds | None:
        """Tell who has no attribute of a name, where others have it."""
        if kind_of(self.session, name) not in ("text", "flag"):
            return None
        told_as = is_told(self.session, name)
        return exactly(not_(told_as) if wanted else told_as)

    def flag(self, name: str, *, wanted: bool) -> Bounds | None:
        """Tell whose attribute is true, or false."""
        if kind_of(self.session, name) != "flag":
            return None
        return exactly(flag_of(self.session, name, wanted=wanted))

    def call(self, call: Call, *, wanted: bool) -> Bounds | None:
        """Tell for whom a function holds, or fails."""
        asked: dict[str, Callable[..., Bounds | None]] = {
            "status": self._status,
            "tagged": self._tagged,
            "ordered": self._ordered,
            "bought": self._bought,
            "did": self._did,
            "never_did": self._never_did,
        }
        if call.function not in asked:
            return None
        return asked[call.function](call, wanted=wanted)

    def _status(self, call: Call, *, wanted: bool) -> Bounds | None:
        name = _text(call.arguments[0])
        if kind_of(self.session, name) != "flag":
            return None
        flag = flag_of(self.session, name, wanted=wanted)
        if kind_of(self.session, "status") == "nothing":
            return exactly(flag)
        opposite = flag_of(self.session, name, wanted=not wanted)
        return Bounds(flag, not_(func.coalesce(opposite, NOBODY.sure)))

    @staticmethod
    def _tagged(_call: Call, *, wanted: bool) -> Bounds:
        """Who was never given or taken a tag has none; what the log tells of others is read."""
        owner = schema.people.alias("tagged")
        log = schema.tag_changes
        ever = PERSON.c.key.in_(select(owner.c.root).join(log, log.c.person == owner.c.key))
        return Bounds(NOBODY.sure, ever) if wanted else Bounds(not_(ever), SOMEBODY.sure)

    def _ordered(self, call: Call, *, wanted: bool) -> Bounds | None:
        asked, row = dict(call.options), self.sums.sales.c
        within: list[Any] = []
        for name in ("channel", "coupon", "payment_method"):
            if name in asked:
                if not self._is_there(schema.orders, *self._with_label(name)):
                    return None
                within.append(row[name].in_(_texts(asked[name])))
        span = self._span(row.placed_at, asked)
        if span is None:
            return None
        within += span
        if "country" not in asked:
            found = self.sums.sales_with(*within)
        else:
            if not self._is_there(schema.orders, *self._with_label("country")) and (
                not self._is_there(PERSON, PERSON.c.merged_into.is_(None), _own_country())
            ):
                return None
            texts = _texts(asked["country"])
            found = self.sums.sales_with(row.country.in_(texts), *within) + case(
                (
                    told(PERSON.c.country).in_(texts),
                    self.sums.sales_with(row.country.is_(None), *within),
                ),
                else_=0,
            )
        return _at_least(found, asked.get("count"), wanted=wanted)

    def _with_label(self, name: str) -> Sequence[Any]:
        order = schema.orders.c
        here = (order.currency == self.sums.currency, order.person.is_not(None))
        return (*here, told(order[name]).is_not(None))

    def _span(self, column: Any, asked: Mapping[str, Argument]) -> list[Any] | None:
        """Return the conditions that an instant lies within what is asked; None where untold."""
        ends: list[tuple[str, str]] = []
        if (within := asked.get("within")) is not None:
            Duration(_text(within))
            ends.append((">=", _text(within)))
        if isinstance(between := asked.get("between"), tuple):
            told_ends = zip((">=", "<"), between, strict=True)
            ends += [(sign, _text(end)) for sign, end in told_ends if end is not None]
        found = [self.days.compared(column, sign, self._day(text)) for sign, text in ends]
        return None if any(one is None for one in found) else found

    def _bought(self, call: Call, *, wanted: bool) -> Bounds | None:
        asked, row, line = dict(call.options), self.sums.sales.c, schema.lines.c
        within = self._span(row.placed_at, asked)
        if within is None or not self._is_there(schema.lines):
            return None
        fits = products_fitting(self.session, asked)
        if fits is None:
            return None
        is_bought = exists(select(1).where(line.order == row.key, *fits))
        found = self.sums.sales_with(is_bought, *within)
        bounds = _at_least(found, asked.get("at_least"), wanted=wanted)
        if "spent" not in asked:
            return bounds
        # How much was spent on these is left to the history.
        return Bounds(NOBODY.sure, bounds.perhaps) if wanted else Bounds(bounds.sure, SOMEBODY.sure)

    def _did(self, call: Call, *, wanted: bool) -> Bounds | None:
        found = self._deeds(call)
        least = dict(call.options).get("at_least")
        return None if found is None else _at_least(found, least, wanted=wanted)

    def _never_did(self, call: Call, *, wanted: bool) -> Bounds | None:
        found = self._deeds(call)
        return None if found is None else _at_least(found, None, wanted=not wanted)

    def _deeds(self, call: Call) -> Any | None:
        asked, done = dict(call.options), schema.activities.c
        kept = (self.sums.is_kept_deed, done.person.is_not(None))
        within = self._span(self.sums.deeds.c.at, asked)
        if within is None or not self._is_there(schema.activities, *kept):
            return None
        fits = deeds_fitting(self.session, self.sums.deeds, _texts(call.arguments[0]), asked)
        return self.sums.deeds_with(*fits, *within)


_SINCE: Final = ("days_since_first_order", "days_since_last_order")


def _own_country() -> Any:
    return told(PERSON.c.country).is_not(None)


def _text(argument: Argument) -> str:
    return str(argument)


def _texts(argument: Argument) -> tuple[str, ...]:
    given = argument if isinstance(argument, tuple) else (argument,)
    return tuple(map(str, given))


def _at_least(found: Any, least: Argument, *, wanted: bool) -> Bounds:
    """Return the condition that there are so many, or that there are not."""
    many = int(least) if isinstance(least, Decimal) else 1
    return exactly(found >= many if wanted else found < many)
