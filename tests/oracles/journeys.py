"""The journey of customers in plain Python: what they did, one fact after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import groupby, pairwise
from statistics import median

ORDER = "order"


@dataclass(frozen=True)
class Deed:
    """Something that somebody did: an order, or an activity of a kind."""

    customer: str
    at: datetime
    kind: str
    amount: int = 0
    discount: int = 0
    subject: str | None = None
    outcome: str | None = None
    score: Fraction | None = None


def of(deeds: Sequence[Deed], customer: str, kind: str | None = None) -> list[Deed]:
    """Return what a customer did, of a kind or at all, in order of time."""
    mine = [d for d in deeds if d.customer == customer and kind in (None, d.kind)]
    return sorted(mine, key=lambda d: (d.at, d.amount, d.discount))


Step = str | tuple[str, ...]
"""A kind, or any of several."""


def paths(
    deeds: Sequence[Deed], steps: Sequence[Step], taken: Sequence[Deed], within: int
) -> Iterator[list[datetime]]:
    """Yield the instants of every way from the facts taken on, a fact for one step each."""
    yield [deed.at for deed in taken]
    if len(taken) == len(steps):
        return
    step = steps[len(taken)]
    for deed in deeds:
        is_meant = deed.kind in (step if isinstance(step, tuple) else (step,))
        is_in_time = (deed.at.date() - taken[0].at.date()).days <= within
        is_free = deed.customer == taken[0].customer and not any(deed is one for one in taken)
        if is_meant and is_free and is_in_time and deed.at >= taken[-1].at:
            yield from paths(deeds, steps, [*taken, deed], within)


def chain(deeds: Sequence[Deed], steps: Sequence[Step], start: Deed, within: int) -> list[datetime]:
    """Return the instants of the way that leads furthest, of several the earliest."""
    return min(paths(deeds, steps, [start], within), key=lambda way: (-len(way), way))


def funnel(
    deeds: Sequence[Deed],
    steps: Sequence[Step],
    within: int,
    cell: Callable[[Deed], object] = lambda _: None,
) -> dict[object, list[tuple[int, float | None]]]:
    """Return per cell of step 1 the people at each step, and the median hours to it."""
    best: dict[tuple[object, str], list[datetime]] = {}
    for deed in deeds:
        if deed.kind not in (steps[0] if isinstance(steps[0], tuple) else (steps[0],)):
            continue
        found, key = chain(deeds, steps, deed, within), (cell(deed), deed.customer)
        best[key] = min(best.get(key, found), found, key=lambda way: (-len(way), way))
    answer: dict[object, list[tuple[int, float | None]]] = {}
    for label in {key[0] for key in best}:
        chains = [found for key, found in best.items() if key[0] == label]
        rows: list[tuple[int, float | None]] = []
        for place in range(len(steps)):
            there = [found for found in chains if len(found) > place]
            times = [found[place] - found[place - 1] for found in there] if place else []
            hours = float(median(t / timedelta(hours=1) for t in times)) if times else None
            rows.append((len(there), hours))
        answer[label] = rows
    return answer


def stage(deeds: Sequence[Deed], customer: str) -> str:
    """Return the stage of the lifecycle that a customer has reached."""
    orders = len(of(deeds, customer, ORDER))
    if orders < 3:
        return ("Prospect", "First-Time Buyer", "Repeat Customer")[orders]
    for deed in of(deeds, customer):
        won = deed.kind == "referral" and deed.outcome == "converted"
        graded = deed.kind == "survey_response" and deed.subject == "nps"
        praised = deed.kind == "review" and deed.outcome == "published"
        best = deed.score is not None and deed.score >= (9 if graded else 4)
        if won or ((graded or praised) and best):
            return "Advocate"
    return "Loyal Fan"


def silence(deeds: Sequence[Deed], customer: str, as_of: date) -> tuple[int, Fraction] | None:
    """Return for how many days a customer has been silent, and the median of their gaps."""
    days = [d.at.date() for d in of(deeds, customer, ORDER)]
    if len(days) < 2:
        return None
    gaps = [Fraction((b - a).days) for a, b in pairwise(days)]
    return (as_of - days[-1]).days, Fraction(median(gaps))


def is_overdue(deeds: Sequence[Deed], customer: str, as_of: date, k: Fraction) -> bool:
    """Tell whether a customer has been silent for longer than k times what is usual."""
    found = silence(deeds, customer, as_of)
    return found is not None and found[1] > 0 and found[0] > k * found[1]


def is_slipping(deeds: Sequence[Deed], customer: str, as_of: date, k: Fraction) -> bool:
    """Tell whether the last order is 90 to 179 days old, or the customer overdue and not lapsed."""
    orders = of(deeds, customer, ORDER)
    if not orders:
        return False
    days = (as_of - orders[-1].at.date()).days
    return days < 180 and (days >= 90 or is_overdue(deeds, customer, as_of, k))


def reasons(deeds: Sequence[Deed], customer: str, as_of: date, k: Fraction) -> set[str]:
    """Return what may have driven a customer away."""
    orders = of(deeds, customer, ORDER)
    since = [d for d in of(deeds, customer) if d.at >= orders[-1].at]
    found = set()
    if any(d.kind == "delivery" and d.outcome == "late" for d in since):
        found.add("late_delivery")
    if any(is_low(d) for d in since):
        found.add("low_rating")
    if any(map(is_open, tickets(deeds, customer))):
        found.add("open_ticket")
    if len(orders) > 1 and orders[-2].discount and not orders[-1].discount:
        found.add("discount_gone")
    if is_overdue(deeds, customer, as_of, k):
        found.add("cadence")
    return found


def is_low(deed: Deed) -> bool:
    """Tell whether a grade is low on its own scale."""
    if deed.score is None:
        return False
    if deed.kind == "survey_response" and deed.subject == "nps":
        return deed.score <= 6
    return (deed.kind == "review" or deed.subject == "csat") and deed.score <= 2


def tickets(deeds: Sequence[Deed], customer: str) -> list[list[Deed]]:
    """Return what happened to each ticket of a customer; of one instant the solution comes last."""
    mine = [d for d in of(deeds, customer) if d.kind.startswith("ticket_")]
    mine.sort(key=lambda d: (d.subject or "", d.at, d.kind == "ticket_resolved"))
    return [list(group) for _, group in groupby(mine, key=lambda d: d.subject or "")]


def is_open(ticket: list[Deed]) -> bool:
    """Tell whether the last change of a ticket is no solution; a reply changes nothing."""
    changes = [deed.kind for deed in ticket if deed.kind != "ticket_replied"]
    return changes[-1:] != ["ticket_resolved"]


def yearly(born: date, start: date, end: date) -> list[tuple[date, int]]:
    """Return the anniversaries of a day from start up to end; of 29 February also on the 28th."""
    found = []
    for year in range(start.year, end.year + 1):
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 2, 28)
        if start <= day < end and year > born.year:
            found.append((day, year - born.year))
    return found


def promoter_score(grades: Sequence[Fraction]) -> Fraction | None:
    """Return 100 × (9 to 10 − 0 to 6) ÷ grades."""
    if not grades:
        return None
    return Fraction(100 * (sum(g >= 9 for g in grades) - sum(g <= 6 for g in grades)), len(grades))
