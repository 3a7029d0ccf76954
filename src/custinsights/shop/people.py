"""How does somebody become a customer, and how is what is known of them changed?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.contacts import shown_id
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.tags import TagBook
from custinsights.errors import AlreadyTaken
from custinsights.repositories.people import somebody
from custinsights.repositories.protocols import UnitOfWork
from custinsights.shop.former import whose_today
from custinsights.shop.whose import keep_number, last_number

__all__ = ["created", "free_id", "signed_up"]


def free_id(work: UnitOfWork) -> str:
    """Return the next id of the shop's own that nobody has or had: ``c1``, ``c2`` and so on."""
    first, step = last_number(work) + 1, 1
    if work.people.get(f"c{first}") is None:
        return f"c{first}"
    while work.people.get(f"c{first + step}") is not None:  # ids of others may be numbers too
        step *= 2
    low, high = first + step // 2, first + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if work.people.get(f"c{middle}") is None else (middle, high)
    return f"c{high}"


def _write_new(work: UnitOfWork, person: Customer) -> None:
    """Write somebody new; a number that they had is given to nobody else, also after erasure."""
    work.people.put(person)
    number = str(person.id).removeprefix("c")
    if str(person.id) == f"c{number}" and number.isdecimal() and number.isascii():
        keep_number(work, int(number))


def created(
    work: UnitOfWork,
    customer: Customer,
    *,
    at: datetime,
    by: str,
    why: str,
    identities: Iterable[Identity] = (),
) -> Customer:
    """Write somebody new, with the tags that they have from then on."""
    if work.people.get(customer.id) is not None:
        advice = "Shop.free_id gives one that nobody has"
        raise AlreadyTaken(f"the id {shown_id(customer.id)}", advice)
    known_at = customer.created_at or at
    person = attrs.evolve(customer, tags=(), created_at=known_at)
    _write_new(work, person)
    work.people.identify(person.id, identities)
    book = TagBook()
    for tag in customer.tags:
        since = tag.since or at
        book = book.add(tag.name, person.id, at=since, by=by, why=why, until=tag.until)
    work.annotations.tag(*book.log)
    return person


def signed_up(
    work: UnitOfWork,
    contact: Identity,
    *,
    purpose: str,
    channel: str,
    at: datetime,
    how: str,
    evidence: str | None,
) -> Customer:
    """Return whose a contact is, or somebody new, after they agreed to hear from the shop.

    Who has it and was merged agreed themselves: it goes with them when the merging is undone. Who
    had it before did not agree.
    """
    own = whose_today(work.people, contact)
    if own is None:
        told: Any = {contact.kind: contact.value.strip()}
        own = free_id(work)
        _write_new(work, Customer(own, created_at=at, **told))
    consent = Consent(
        customer=own,
        purpose=purpose,
        channel=channel,
        granted=True,
        at=at,
        how=how,
        evidence=evidence,
    )
    work.people.consent(consent)
    work.activities.add(Activity(own, at, "subscribed", channel=channel, subject=purpose))
    return somebody(work.people, own).value
