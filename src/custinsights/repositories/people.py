"""What holds of people in every store: their contacts, and who is listed in which order?"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import looked_up
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.domain.spelling import folded
from custinsights.errors import InvalidValue, UnknownName
from custinsights.repositories.protocols import PeopleRepository
from custinsights.repositories.stored import Key, Stored

__all__ = [
    "contacts_of",
    "figures_asked",
    "figures_of",
    "listed_people",
    "refuse_tags",
    "somebody",
]

_PHONE_SIGNS: Final = frozenset(" +()-./")


def somebody(people: PeopleRepository, customer: Key) -> Stored[Customer]:
    """Return a customer by today's id or any that they had.

    Raises
    ------
    UnknownName
        There is nobody of that id.
    """
    held = people.get(customer)
    if held is None:
        raise UnknownName("customer", hidden_if_contact(customer), (), "Look up the id")
    return held


def refuse_tags(customer: Customer) -> None:
    """Refuse a customer with tags."""
    if customer.tags:
        what = "the tags of a customer rest in the annotations, and not with the person"
        advice = "Write them with annotations.tag, and the customer with tags=()"
        raise InvalidValue(what, f"{len(customer.tags)} tags", "a customer without tags", advice)


def contacts_of(customer: Customer) -> list[Identity]:
    """Return the identities that a customer tells by their contacts."""
    told = (("email", customer.email), ("phone", customer.phone))
    found = [Identity(kind, value) for kind, value in told if value is not None]
    return [one for one in found if one.key[2]]


def figures_of(text: str) -> str:
    """Return the figures of a phone number as they are compared."""
    return "".join(filter(str.isdecimal, text)).removeprefix("00")


def figures_asked(text: str) -> str:
    """Return the figures of a text that may be part of a phone number, and nothing of another."""
    is_number = all(one.isdecimal() or one in _PHONE_SIGNS for one in text)
    return figures_of(text) if is_number else ""


def listed_people(
    people: Iterable[Customer],
    search: str = "",
    *,
    sort: str,
    descending: bool,
    last: Customer | None,
) -> list[Customer]:
    """Return people who were all read as a directory lists them, from after the last one on."""
    key = looked_up("order of people", sort, _ORDERS)

    def place(customer: Customer) -> tuple[Any, str]:
        return key(customer), str(customer.id)

    found = {str(one.id): one for one in people if _says(one, search)}
    if last is not None:
        found.setdefault(str(last.id), last)
    told = [one for one in found.values() if key(one) is not None]
    rest = [one for one in found.values() if key(one) is None]  # who has none comes last
    row = [
        *sorted(told, key=place, reverse=descending),
        *sorted(rest, key=_id, reverse=descending),
    ]
    return row if last is None else row[[*map(_id, row)].index(str(last.id)) + 1 :]


def _id(customer: Customer) -> str:
    return str(customer.id)


def _name(customer: Customer) -> str | None:
    return None if customer.name is None else folded(customer.name)


def _created_at(customer: Customer) -> datetime | None:
    return customer.created_at


_ORDERS: Final[Mapping[str, Callable[[Customer], Any]]] = {
    "id": _id,
    "name": _name,
    "created_at": _created_at,
}


def _says(customer: Customer, search: str) -> bool:
    """Whether the id, the name or a contact of somebody has a text; figures of phones compare."""
    wanted = folded(search.strip())
    told = (str(customer.id), customer.name, customer.email, customer.phone)
    if any(one is not None and wanted in folded(one) for one in told):
        return True
    figures = figures_asked(wanted)
    return bool(figures) and customer.phone is not None and figures in figures_of(customer.phone)
