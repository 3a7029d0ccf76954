"""Who may see what of whom, and who has seen it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from custinsights.domain.contacts import hidden_if_contact, looks_like_contact, masked, shown_id
from custinsights.domain.fields import as_tuple, text
from custinsights.errors import AccessRefused, InvalidValue
from custinsights.privacy.data_inventory import category_of, classes_of_people
from custinsights.repositories.again import written
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Stored

if TYPE_CHECKING:
    from custinsights.repositories.protocols import Store

__all__ = ["PERSONAL", "READ", "Access", "enter", "shown_to"]

T = TypeVar("T")

READ: Final = "customer_insights"
"""The permission that every read needs."""

PERSONAL: Final = "pii"
"""The permission to see contacts as they are: without it they come out masked."""

LOG: Final = "access"


def _permissions(given: Iterable[str]) -> frozenset[str]:
    names = as_tuple(given)
    for name in names:
        if not isinstance(name, str) or not name.strip():
            what = "a permission of an Access says nothing"
            raise InvalidValue(what, type(name).__name__, f"texts such as {READ!r}")
    return frozenset(names)


@attrs.frozen
class Access:
    """Who asks, and what they may.

    Parameters
    ----------
    permissions : set of str
        ``customer_insights`` to read anything, ``pii`` to see contacts as they are; others are the
        shop's own.
    who : str
        Who it is, for the log of access; masked in ``repr`` where it is a contact.

    Examples
    --------
    >>> Access({"customer_insights"}, who="Bo").may("pii")
    False
    """

    permissions: frozenset[str] = attrs.field(converter=_permissions)
    who: str = attrs.field(validator=text, repr=shown_id)

    def may(self, permission: str) -> bool:
        """Whether they have a permission."""
        return permission in self.permissions


def enter(
    store: Store,
    access: Access | None,
    what: str,
    *,
    customer: str | int | None = None,
    needs: Iterable[str] = (READ,),
    at: datetime | None = None,
) -> None:
    """Let somebody read, or refuse them; what they see of a person, and refusals, are logged.

    Entries of the log ``access`` have ``who``, ``what``, ``outcome`` (``"refused"`` or ``"read"``),
    what was ``needed`` and, by the store, the customer and the instant. They are written at once,
    in a unit of work of their own, before anything is read, and so survive what fails afterwards.

    Parameters
    ----------
    store : Store
        Where the log rests.
    access : Access or None
        Who asks; None is the program itself, which may do all and is not logged.
    what : str
        What they ask for, such as ``"the profile"``. Never personal.
    customer : str or int, optional
        Whose data it is; None for those of all.
    needs : iterable of str
        Permissions of which all must be held.
    at : aware datetime, optional
        When, for the log.

    Raises
    ------
    AccessRefused
        A permission is missing.
    """
    if access is None:
        return
    lacking = [one for one in needs if not access.may(one)]
    if lacking:
        entry = {"what": what, "outcome": "refused", "needed": lacking[0]}
        _log(store, access, entry, customer, at)
        raise AccessRefused(what, lacking[0], tuple(sorted(access.permissions)))
    if access.may(PERSONAL):
        _log(store, access, {"what": what, "outcome": "read", "needed": PERSONAL}, customer, at)


def _log(
    store: Store,
    access: Access,
    entry: Mapping[str, str],
    customer: str | int | None,
    at: datetime | None,
) -> None:
    def record(work: UnitOfWork) -> None:
        is_known = customer is not None and work.people.get(customer) is not None
        work.annotations.record(
            LOG, {"who": access.who, **entry}, customer=customer if is_known else None
        )

    written(store, record, at=at)


def shown_to(access: Access | None, thing: T) -> T:
    """Return an object of the domain as somebody may see it.

    Without ``pii`` the fields that the data inventory masks come out as their shape (letters as
    x, digits as 0), days and degrees as None, and other texts that are contacts as their shape too.
    Of attributes numbers and flags stay, texts come out as their shape, days are left away.

    Parameters
    ----------
    access : Access or None
        Who sees it; None is the program itself.
    thing
        A customer, an order, a note or another object of the domain, also with its version, or a
        list or tuple of such.

    Examples
    --------
    >>> from custinsights.domain import Customer
    >>> anna = Customer("c7", name="Anna Smith", email="anna@example.com")
    >>> shown_to(Access({"customer_insights"}, who="Bo"), anna).email
    'xxxx@xxxxxxx.xxx'
    """
    return thing if access is None or access.may(PERSONAL) else _without_contacts(thing)


def _without_contacts(thing: Any) -> Any:
    if isinstance(thing, list | tuple):
        return type(thing)(map(_without_contacts, thing))
    if isinstance(thing, Stored):
        return Stored(_without_contacts(thing.value), thing.version)
    if isinstance(thing, Mapping):
        return {name: hidden_if_contact(value) for name, value in thing.items()}
    if type(thing) not in classes_of_people():
        return hidden_if_contact(thing)
    return attrs.evolve(
        thing,
        **{
            name: (_hidden if category.is_masked else _without_contacts)(getattr(thing, name))
            for name, category in category_of(type(thing)).items()
        },
    )


def _hidden(value: Any) -> Any:
    """Return the shape of a text, an object with its parts hidden, nothing of days and numbers."""
    if isinstance(value, str):
        return _shape(value)
    if isinstance(value, Mapping):  # attributes: their texts and days may tell who it is
        kept = {name: one for name, one in value.items() if not isinstance(one, date)}
        return {name: _shape(one) if isinstance(one, str) else one for name, one in kept.items()}
    is_part = isinstance(value, tuple) or type(value) in classes_of_people()
    return _without_contacts(value) if is_part else None


def _shape(value: str) -> str:
    """Return the shape of a text; that of an address is one again, however long it is."""
    shape = masked(value)
    return shape if looks_like_contact(shape) or "@" not in value else "xxxx@xxxx"
