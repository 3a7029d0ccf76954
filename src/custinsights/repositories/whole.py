"""What is known of somebody whom others turned out to be? What they tell, and else those others.

Merging sets a pointer and rewrites nothing, so that it can be undone: what rests of each stays
theirs. Who asks about the person asks here.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import attrs

from custinsights.domain.people import Customer
from custinsights.domain.records import object_of
from custinsights.repositories.batches import PEOPLE_COLUMNS, PeopleBatch
from custinsights.repositories.protocols import PeopleRepository
from custinsights.repositories.rows import people_batch_of
from custinsights.repositories.stored import Key

__all__ = ["joined", "themselves", "whole", "whole_batches"]

_FIRST_SAID = ("name", "email", "phone", "birthday", "acquisition_channel")


def joined(people: PeopleRepository) -> frozenset[str]:
    """Return the ids of those into whom others were merged."""
    return frozenset(map(str, people.merged().values()))


def whole(
    people: PeopleRepository,
    customers: Iterable[Customer],
    several: Collection[str] | None = None,
) -> Iterator[Customer]:
    """Yield customers with what those who were merged into them told, where they tell nothing.

    Addresses and attributes of all of them are there, their own ones first; the shop knows them
    since it knew the first of them.

    Parameters
    ----------
    several
        What `joined` returns, where it is known already.
    """
    among = joined(people) if several is None else several
    for customer in customers:
        yield _whole(people, customer) if str(customer.id) in among else customer


def whole_batches(
    people: PeopleRepository, batches: Iterable[PeopleBatch]
) -> Iterator[PeopleBatch]:
    """Yield batches of people, as `whole` has them."""
    among = joined(people)
    for batch in batches:
        rows = [row for row, one in enumerate(batch.people["id"].tolist()) if one in among]
        yield _with_whole(people, batch, rows) if rows else batch


def themselves(people: PeopleRepository, customers: Iterable[Key]) -> Iterator[Customer]:
    """Yield customers as they rest by the ids that they have: who was merged as who they were."""
    ids, merged = {*map(str, customers)}, people.merged()
    yield from people.listed(customers=ids - merged.keys())
    for into in sorted({str(now) for one, now in merged.items() if one in ids}):
        others = (object_of(Customer, one) for one in people.export(into)["merged"])
        yield from (one for one in others if str(one.id) in ids)


def _with_whole(people: PeopleRepository, batch: PeopleBatch, rows: list[int]) -> PeopleBatch:
    ids = batch.people["id"][rows].tolist()
    held = {str(one.id): one for one in people.listed(customers=ids)}
    told = people_batch_of(_whole(people, held[one]) for one in ids).people
    columns = {name: batch.people[name].copy() for name in PEOPLE_COLUMNS}
    for name, column in columns.items():
        column[rows] = told[name]
    return PeopleBatch(columns)


def _whole(people: PeopleRepository, customer: Customer) -> Customer:
    others = [object_of(Customer, one) for one in people.export(customer.id)["merged"]]
    everyone = [customer, *others]
    said = {name: [getattr(one, name) for one in everyone] for name in (*_FIRST_SAID, "created_at")}
    first: dict[str, Any] = {
        name: next((one for one in said[name] if one is not None), None) for name in _FIRST_SAID
    }
    since = [one for one in said["created_at"] if one is not None]
    attributes = {name: one for each in reversed(everyone) for name, one in each.attributes.items()}
    return attrs.evolve(
        customer,
        **first,
        created_at=min(since, default=None),
        addresses=tuple(dict.fromkeys(at for one in everyone for at in one.addresses)),
        attributes=attributes,
    )
