"""What has been kept for long enough, and what becomes of it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import numpy as np

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import any_text, named, refuse_naive, whole_number
from custinsights.domain.notes import Note
from custinsights.errors import InvalidValue
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.privacy.erasure import ERASURES, erase_each
from custinsights.privacy.keys import Secret, secret_bytes
from custinsights.repositories.batches import NOTHING, ActivityBatch

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork

__all__ = ["RETAINED", "RETENTIONS", "Due", "RetentionRule", "due", "retain"]

RETAINED: Final = ("people", "addresses", "activities", "notes")
"""What a rule can be about: whole people, the addresses of their orders, activities, notes."""

RETENTIONS: Final = "retention"
"""The log of what rules removed."""


def _days(_owner: Any, _field: Any, value: Any) -> None:
    whole_number("the days of a RetentionRule are wrong", value, 1)


@attrs.frozen
class RetentionRule:
    """How long something is kept.

    Parameters
    ----------
    about : {"people", "addresses", "activities", "notes"}
        ``people``: who was last heard of so long ago (last order, activity or word on consents,
        else when the shop first knew them) is erased. ``addresses``: those of the orders of who
        ordered last so long ago are removed. ``activities`` and ``notes``: those so old, by what
        they say last, are removed.
    days : int
        From when on they are due, 1 up.
    name : str, default ""
        What the rule is called in logs, such as the clause of the law.

    Examples
    --------
    >>> RetentionRule("people", 3 * 365, "three years after the last contact").about
    'people'
    """

    about: str = attrs.field(validator=named("subject of a retention rule", RETAINED))
    days: int = attrs.field(validator=_days)
    name: str = attrs.field(default="", validator=any_text)


@attrs.frozen
class Due:
    """Something that has been kept for long enough.

    Parameters
    ----------
    rule : RetentionRule
        By which rule.
    customer : str
        Whose it is.
    since : aware datetime
        From when the days were counted: the last contact, order, or the oldest that is due.
    count : int
        How many records it is.
    """

    rule: RetentionRule
    customer: str = attrs.field(repr=shown_id)
    since: datetime
    count: int = 1


def due(work: UnitOfWork, rules: Iterable[RetentionRule], *, as_of: datetime) -> tuple[Due, ...]:
    """Return what rules would remove at an instant, and remove nothing.

    Who was erased already is not due, nor is who is in no way dated.

    Parameters
    ----------
    work : UnitOfWork
        Of the store; it may be read-only.
    rules : iterable of RetentionRule
        In which order they are told.
    as_of : aware datetime
        The instant; what has its days then or before is due.

    Notes
    -----
    Cost: one pass over the columns of orders, of activities and of people for each rule.
    """
    refuse_naive("the instant of retention rules", as_of)
    found: list[Due] = []
    for rule in rules:
        _refuse_no_rule(rule)
        found += _FINDERS[rule.about](work, rule, as_of - timedelta(days=rule.days))
    return tuple(found)


def _refuse_no_rule(rule: object) -> None:
    if not isinstance(rule, RetentionRule):
        what = "what says how long something is kept is no RetentionRule"
        raise InvalidValue(what, type(rule).__name__, "objects of RetentionRule")


def retain(
    work: UnitOfWork,
    rules: Iterable[RetentionRule],
    *,
    as_of: datetime,
    by: str,
    key: Secret,
) -> Mapping[str, int]:
    """Remove what is due, and return how many records of each kind.

    People are erased as `custinsights.privacy.erase` does it. The log ``retention`` gets an entry
    for each rule that removed something.

    Parameters
    ----------
    work : UnitOfWork
        Of the store: all is done, or nothing.
    rules, as_of
        As for `due`.
    by : str
        Who runs it.
    key : str or bytes
        The key of the shop's hashes, for erasures.
    """
    secret_bytes("the key", key)
    counts: Counter[str] = Counter()
    for rule in rules:
        done = due(work, [rule], as_of=as_of)
        until = as_of - timedelta(days=rule.days)
        if rule.about == "people" and done:
            whom = [one.customer for one in done]
            erase_each(work, whom, at=as_of, by=by, key=key, why=rule.name)
        for one in done if rule.about != "people" else ():
            if rule.about == "addresses":
                work.orders.forget(one.customer)
            elif rule.about == "activities":
                _remove_activities(work, one.customer, until)
            else:
                _remove_notes(work, one.customer, until)
        removed = sum(one.count for one in done)
        if removed:
            counts[rule.about] += removed
            told = {"rule": rule.name, "about": rule.about, "days": rule.days, "by": by}
            told |= {"on": as_of.isoformat(), "removed": removed}
            work.annotations.record(RETENTIONS, told)
    return dict(counts)


def _last(told: dict[str, int], customers: Iterable[str | None], instants: Iterable[int]) -> None:
    """Note the last instant of each customer."""
    for customer, instant in zip(customers, instants, strict=True):
        if customer is not None and instant > told.get(customer, NOTHING):
            told[customer] = instant


def _last_orders(work: UnitOfWork) -> dict[str, int]:
    told: dict[str, int] = {}
    for batch in work.orders.scan(["placed_at"]):
        _last(told, batch.orders["customer"].tolist(), batch.orders["placed_at"].tolist())
    return told


def _people(work: UnitOfWork, rule: RetentionRule, until: datetime) -> Iterator[Due]:
    told = _last_orders(work)
    for batch in work.activities.scan():
        _last(told, batch.activities["customer"].tolist(), batch.activities["at"].tolist())
    for people in work.people.scan():
        _last(told, people.people["id"].tolist(), people.people["created_at"].tolist())
    erased = {entry["name"] for entry in work.annotations.records(ERASURES)}
    limit = to_microseconds(until)
    for customer in sorted(told.keys() - erased):
        if not NOTHING < told[customer] <= limit:
            continue
        said = [one.at for one in work.people.consents(customer)]
        last = max([to_datetime(told[customer]), *said])
        if last <= until:
            yield Due(rule, customer, last)


def _addresses(work: UnitOfWork, rule: RetentionRule, until: datetime) -> Iterator[Due]:
    limit = to_microseconds(until)
    told = {who: last for who, last in _last_orders(work).items() if last <= limit}
    counts: Counter[str] = Counter()
    if told:
        for batch in work.orders.scan(["addresses"], customers=sorted(told)):
            columns = (batch.orders["customer"].tolist(), batch.orders["addresses"].tolist())
            counts.update(customer for customer, one in zip(*columns, strict=True) if one)
    for customer, count in sorted(counts.items()):
        yield Due(rule, customer, to_datetime(told[customer]), count)


def _activities(work: UnitOfWork, rule: RetentionRule, until: datetime) -> Iterator[Due]:
    limit = to_microseconds(until)
    counts: Counter[str] = Counter()
    oldest: dict[str, int] = {}
    for batch in work.activities.scan():
        columns = (batch.activities["customer"].tolist(), batch.activities["at"].tolist())
        for customer, at in zip(*columns, strict=True):
            if customer is not None and at <= limit:
                counts[customer] += 1
                oldest[customer] = min(at, oldest.get(customer, at))
    for customer, count in sorted(counts.items()):
        yield Due(rule, customer, to_datetime(oldest[customer]), count)


def _notes(work: UnitOfWork, rule: RetentionRule, until: datetime) -> Iterator[Due]:
    told: dict[str, list[datetime]] = {}
    for stored in work.annotations.all("note"):
        note = stored.value
        if isinstance(note, Note) and note.texts[-1].at <= until:
            told.setdefault(str(note.customer), []).append(note.texts[-1].at)
    for customer, instants in sorted(told.items()):
        yield Due(rule, customer, min(instants), len(instants))


_FINDERS: Final[Mapping[str, Callable[[UnitOfWork, RetentionRule, datetime], Iterator[Due]]]] = {
    "people": _people,
    "addresses": _addresses,
    "activities": _activities,
    "notes": _notes,
}


def _remove_activities(work: UnitOfWork, customer: str, until: datetime) -> None:
    """Write the younger activities anew, after all of them are gone."""
    limit = to_microseconds(until)
    young = []
    for batch in work.activities.scan(customers=[customer]):
        rows = np.flatnonzero(batch.activities["at"] > limit)
        young.append({name: column[rows] for name, column in batch.activities.items()})
    work.activities.forget(customer)
    for columns in young:
        if len(columns["at"]):
            work.activities.write(ActivityBatch(columns))


def _remove_notes(work: UnitOfWork, customer: str, until: datetime) -> None:
    for stored in work.annotations.of(customer, "note"):
        note = stored.value
        if isinstance(note, Note) and note.texts[-1].at <= until:
            work.annotations.remove(note, version=stored.version)
