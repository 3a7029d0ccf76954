"""What was spent to win customers."""

from datetime import date, datetime
from typing import Any, TypeAlias

import attrs
from attrs.validators import optional

from custinsights.domain.fields import instance, named, not_negative, text
from custinsights.domain.money import Money
from custinsights.domain.period import Period, check_label
from custinsights.errors import InvalidValue

__all__ = ["SPEND_KINDS", "Spend"]

SPEND_KINDS = ("media", "other")
"""What was paid for: reach itself, or all that goes with it (people, agencies, tools, samples)."""

Days: TypeAlias = str | Period | tuple[date, date]
"""A period's label, a Period, or the first day and the day after the last one."""


def _days(_owner: object, _field: "attrs.Attribute[Any]", value: object) -> None:
    if isinstance(value, Period):
        return
    if isinstance(value, str):
        check_label(value)
        return
    is_pair = isinstance(value, tuple) and len(value) == 2  # noqa: PLR2004 - from and to
    days = value if isinstance(value, tuple) and is_pair else ()
    if not days or not all(isinstance(d, date) and not isinstance(d, datetime) for d in days):
        what = "the period of a Spend is none"
        allowed = "a label such as '2024-03', a Period, or the first day and the day after the last"
        raise InvalidValue(what, value, allowed)
    if days[1] <= days[0]:
        what = "the period of a Spend ends before it begins"
        raise InvalidValue(what, value, "the first day, and the day after the last one")


@attrs.frozen
class Spend:
    """What was spent in a period to win customers.

    Parameters
    ----------
    period : str, Period or tuple of two dates
        In which days it was spent: a label of the shop's calendar such as ``"2024-03"``, or the
        first day and the day after the last one.
    amount : Money
        Not negative.
    channel : str, optional
        The acquisition channel that it was spent on, in the words of the customers' own
        (`custinsights.domain.ChannelTaxonomy`); None for what no channel alone has cost.
    kind : str, default "media"
        ``"media"`` for what was paid for reach; ``"other"`` for all that goes with it: people,
        agencies, tools, samples.

    Raises
    ------
    InvalidValue, UnknownName
        If something is not what it should be.

    Examples
    --------
    >>> Spend("2024-03", Money("250.00", "EUR"), channel="social").amount
    Money('250.00', 'EUR')
    """

    period: Days = attrs.field(validator=_days)
    amount: Money = attrs.field(validator=[instance(Money), not_negative])
    channel: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    kind: str = attrs.field(
        default="media", validator=named("kind of spend", SPEND_KINDS), kw_only=True
    )
