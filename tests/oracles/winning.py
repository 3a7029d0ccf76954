"""What customers cost to win and what they paid back, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tests.oracles.cohorts import is_observable, nth_period
from tests.oracles.dimensions import Window, age, order_text, table_label
from tests.oracles.facts import View
from tests.oracles.flow import ratio
from tests.oracles.periods import local_date, period_of, start_of
from tests.oracles.shop import Identity, Label, Value

Row = tuple[int, int, Value, Value, Value, int | None]
"""Spend, customers won, cost of each, value of each, value ÷ cost, months to pay back."""


@dataclass(frozen=True)
class Outlay:
    """So many minor units for the days from the first to before the last."""

    first: date
    end: date
    amount: int
    channel: str | None
    kind: str


def span(view: View, one: Outlay) -> Window:
    """The instants between which it was spent."""
    return start_of(view.shop, one.first), start_of(view.shop, one.end)


def inside(view: View, spent: Sequence[Outlay], window: Window) -> list[Outlay]:
    """What lies in the window as a whole and is over; not what nobody could see the fruits of."""
    return [
        one
        for one in spent
        if window[0] <= span(view, one)[0]
        and span(view, one)[1] <= min(window[1], view.as_of)
        and span(view, one)[1] > view.shop.observed_from
    ]


def channel_of(view: View, who: Identity) -> Label:
    """What brought a customer: the customer table's word, else the first order's channel."""
    told = table_label(view, who, "acquisition_channel")
    return told if told is not None else order_text(view, view.orders_of[who][0], "channel")


def label_of_customer(view: View, who: Identity, by: str | None) -> Label:
    """Under which label somebody was won."""
    if by == "acquisition_channel":
        return channel_of(view, who)
    return None if by is None else label_of_day(view, first_day(view, who), by)


def label_of_day(view: View, day: date, by: str) -> Label:
    """The period of a day."""
    return period_of(view.shop, by, day).label


def first_day(view: View, who: Identity) -> date:
    """The local day of the first order."""
    return local_date(view.shop, first(view, who))


def first(view: View, who: Identity) -> datetime:
    """The instant of the first order."""
    return view.shop.orders[view.orders_of[who][0]].placed_at


def costs(
    view: View, spent: Sequence[Outlay], by: str | None, window: Window
) -> dict[Label, list[Outlay]]:
    """What was spent, by the label under which it wins: a channel, or the period of its days."""
    found: dict[Label, list[Outlay]] = {}
    for one in inside(view, spent, window):
        if by == "acquisition_channel":
            found.setdefault(one.channel, []).append(one)
        elif by is None:
            found.setdefault(None, []).append(one)
        elif span(view, one)[1] <= start_of(view.shop, period_of(view.shop, by, one.first).end):
            found.setdefault(label_of_day(view, one.first, by), []).append(one)
    return found


def acquisition(
    view: View, spent: Sequence[Outlay], by: str | None, window: Window, margin: Fraction
) -> dict[Label, Row]:
    """What every label cost, won, is worth and when it had paid back."""
    paid = costs(view, spent, by, window)
    won: dict[Label, list[Identity]] = {}
    for who in view.orders_of:
        if window[0] <= first(view, who) < window[1]:
            won.setdefault(label_of_customer(view, who, by), []).append(who)
    rows: dict[Label, Row] = {}
    for name in {*paid, *won}:
        outlay, people = sum(one.amount for one in paid.get(name, [])), won.get(name, [])
        # What no channel alone has cost says nothing of customers of no known channel.
        is_told = name in paid and not (by == "acquisition_channel" and name is None)
        cost = ratio(outlay, len(people)) if is_told else None
        worth = ratio(margin * sum(view.balances.get(who, 0) for who in people), len(people))
        rate = None if not cost or worth is None else Fraction(worth) / cost
        months = payback(view, people, outlay, margin) if cost else None
        rows[name] = (outlay, len(people), cost, worth, rate, months)
    return rows


def payback(view: View, people: Sequence[Identity], outlay: int, margin: Fraction) -> int | None:
    """The first age, over for all of them, by whose end they had paid what they cost."""
    after = 0
    while all(
        is_observable(view, nth_period(view.shop, "month", first(view, who), after))
        for who in people
    ):
        paid = 0
        for sign, facts in ((1, view.gross_facts), (-1, view.refund_facts)):
            for fact in facts:
                months = age(view, fact, "month") if fact.customer in people else None
                if isinstance(months, int) and months <= after:
                    paid += sign * fact.amount
        if paid * margin >= outlay:
            return after
        after += 1
    return None
