"""How does a database tell who fulfils a rule?

Each part of a rule becomes two conditions, for whom it holds for certain and for whom perhaps.
Where a word means in the database exactly what it means in a history, both are one; where it does
not, as with an average, nobody is certain and everybody is possible. Who is possible and not
certain in the end is undecided, and their history alone has to be read. Texts and numbers of a
rule are never part of the SQL: they travel beside it.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from custinsights.domain.calendar import Calendar
from custinsights.domain.money import minor_exponent
from custinsights.domain.rules.tree import (
    OPPOSITE,
    Among,
    And,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Value,
    nodes_of,
)
from custinsights.repositories.rows import microseconds_of
from custinsights.repositories.sifting import Sifted
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.rule_bounds import OPEN, Bounds, all_hold, one_holds
from custinsights.repositories.sql.rule_days import Days
from custinsights.repositories.sql.rule_sums import PERSON, Sums
from custinsights.repositories.sql.rule_words import OPEN_TRAITS, Words
from custinsights.repositories.sql.session import Session

__all__ = ["sift"]


def sift(
    session: Session,
    condition: Condition,
    *,
    as_of: datetime,
    currency: str | None,
    calendar: Calendar,
) -> Sifted | None:
    """Tell who fulfils a condition before an instant; see `Sifter`."""
    money = currency or _only_currency(session)
    at = microseconds_of(as_of)
    if money is None or at is None or not all(map(_can_travel, _texts_of(condition))):
        return None
    sums = Sums(money, at)
    days = Days(calendar, calendar.local_date(as_of).toordinal())
    bounds = _Translation(Words(session, sums, days, minor_exponent(money))).of(
        condition, wanted=True
    )
    if bounds is None or bounds is OPEN:
        return None
    question = sums.question((PERSON.c.id, bounds.sure), bounds.perhaps)
    sure: set[str] = set()
    undecided: set[str] = set()
    for name, is_sure in session.reading.execute(question):
        (sure if is_sure else undecided).add(name)
    joined = _joined(session)  # of whom more is known than their own row tells
    return Sifted(frozenset(sure - joined), frozenset(undecided | joined))


def _joined(session: Session) -> set[str]:
    """Return into whom others were merged."""
    gone = schema.people.alias("gone")
    roots = select(gone.c.root).where(gone.c.merged_into.is_not(None))
    return {*session.reading.scalars(select(PERSON.c.id).where(PERSON.c.key.in_(roots)))}


def _only_currency(session: Session) -> str | None:
    """Return the currency of all orders, None where there are none or several."""
    found = [*session.reading.scalars(select(schema.orders.c.currency).distinct().limit(2))]
    return found[0] if len(found) == 1 else None


def _texts_of(node: Any) -> Iterator[str]:
    """Yield every text that a rule writes."""
    for one in nodes_of(node):
        match one:
            case Literal(str() as text) | Attribute(text):
                yield text
            case Call(_, arguments, options):
                yield from _texts_in((*arguments, *(value for _, value in options)))


def _texts_in(arguments: Any) -> Iterator[str]:
    for one in arguments:
        if isinstance(one, tuple):
            yield from _texts_in(one)
        elif isinstance(one, str):
            yield one


def _can_travel(text: str) -> bool:
    """Whether every database takes a text: without the sign that ends texts, and in whole signs."""
    return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text)


class _Translation:
    """Turns the parts of a rule into bounds; None is what a history alone tells."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def of(self, condition: Condition, *, wanted: bool) -> Bounds | None:
        """Return for whom a condition has the answer that is wanted."""
        match condition:
            case Not(part):
                return self.of(part, wanted=not wanted)
            case And(parts) | Or(parts):
                told = [self.of(part, wanted=wanted) for part in parts]
                found = [one for one in told if one is not None]
                if len(found) < len(told):
                    return None
                join = all_hold if isinstance(condition, And) == wanted else one_holds
                return join(found)
            case Comparison(left, sign, Literal(number)):
                return self._compared(left, sign if wanted else OPPOSITE[sign], number)
            case Among(value, options):
                return self._among(value, options, inside=wanted)
            case IsUnknown(value) | Is(value):
                return self._asked(condition, value, wanted=wanted)
            case _:
                return OPEN if _always_told(condition) else None

    def _asked(self, condition: IsUnknown | Is, value: Value, *, wanted: bool) -> Bounds | None:
        match condition, value:
            case IsUnknown(), Name(name):
                return self._words.unknown(name, wanted=wanted)
            case IsUnknown(), Attribute(name):
                return self._words.unknown_attribute(name, wanted=wanted)
            case Is(), Call() as call:
                return self._words.call(call, wanted=wanted)
            case Is(), Attribute(name):
                return self._words.flag(name, wanted=wanted)
        return OPEN if _always_told(condition) else None

    def _compared(self, left: Value, sign: str, right: object) -> Bounds | None:
        match left, right:
            case Name(name), str() if sign in ("==", "!="):
                found = self._words.label(name, (right,), inside=sign == "==")
                return self._words.day(name, sign, right) if found is None else found
            case Name(name), str():
                return self._words.day(name, sign, right)
            case Name(name), Decimal():
                return self._words.number(name, sign, right)
            case Attribute(name), str() if sign in ("==", "!="):
                return self._words.attribute(name, (right,), inside=sign == "==")
        return OPEN if _always_told(left) and isinstance(right, Decimal) else None

    def _among(self, value: Value, options: tuple[Literal, ...], *, inside: bool) -> Bounds | None:
        texts = [one.value for one in options if isinstance(one.value, str)]
        if len(texts) == len(options):
            match value:
                case Name(name):
                    found = self._words.label(name, texts, inside=inside)
                    if found is not None:
                        return found
                case Attribute(name):
                    return self._words.attribute(name, texts, inside=inside)
        told = [self._compared(value, "==" if inside else "!=", one.value) for one in options]
        each = [one for one in told if one is not None]
        if len(each) < len(told):
            return None
        return one_holds(each) if inside else all_hold(each)


_NUMBERS: Final = OPEN_TRAITS | {
    *("order_count", "total_spent", "refunded", "orders_last_year"),
    *("days_since_first_order", "days_since_last_order"),
}


def _always_told(node: Node) -> bool:
    """Whether all that a part asks are numbers that every history tells."""
    return all(
        one.name in _NUMBERS if isinstance(one, Name) else not isinstance(one, Attribute | Call)
        for one in nodes_of(node)
    )
