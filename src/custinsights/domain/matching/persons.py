"""What is known of somebody that could tell who they are?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import as_tuple, aware, day, identity, instance, members
from custinsights.domain.fields import text as words
from custinsights.domain.identities import Identity, email_key, phone_key
from custinsights.domain.matching.names import FullName, address_key, mailbox_of, postal_key
from custinsights.domain.people import Address, Customer
from custinsights.domain.phones import to_e164
from custinsights.errors import InvalidValue

__all__ = ["Person"]

_PAIR = 2


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _texts(given: Any, of: str) -> Iterator[str]:
    for one in as_tuple(given):
        if not isinstance(one, str):
            raise InvalidValue(f"{of} of a Person are no texts", type(one).__name__, "texts")
        yield one


def _emails(given: Any) -> tuple[str, ...]:
    return _once(map(email_key, _texts(given, "the emails")))


def _phones(given: Any) -> tuple[str, ...]:
    return _once(map(phone_key, _texts(given, "the phones")))


def _ids(given: Any) -> tuple[tuple[str, str], ...]:
    ids = as_tuple(given)
    if any(not isinstance(one, tuple | list) or len(one) != _PAIR for one in ids):
        given = sorted({type(one).__name__ for one in ids})
        raise InvalidValue(
            "the ids of a Person are no pairs", given, "(source, id), such as etsy's"
        )
    return tuple(sorted({(str(source), str(one)) for source, one in ids}))


@attrs.frozen(slots=False)
class Person:
    """All by which a customer may be known again. Nothing but the id is shown by ``repr``.

    Parameters
    ----------
    id : str or int
        The id of the customer in the shop.
    names : tuple of str
        How they are called; a name of one word, such as a user name, tells nothing.
    emails, phones : tuple of str
        Addresses and numbers, compared by `domain.identities.email_key` and ``phone_key``; what is
        none is left out. Numbers should have their country: see `domain.to_e164`.
    ids : tuple of (str, str)
        Sources, such as ``etsy``, with the ids that they gave.
    addresses : tuple of Address
        Where they live or have goods sent.
    birthday : date, optional
        The day of birth. A first of January tells nothing: it stands where the day is not known.
    orders : tuple of aware datetime
        When they ordered.

    Raises
    ------
    InvalidValue, NaiveTime
        If something is not what it should be.
    """

    id: str | int = attrs.field(validator=identity, repr=shown_id)
    names: tuple[str, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(words), repr=False, kw_only=True
    )
    emails: tuple[str, ...] = attrs.field(default=(), converter=_emails, repr=False, kw_only=True)
    phones: tuple[str, ...] = attrs.field(default=(), converter=_phones, repr=False, kw_only=True)
    ids: tuple[tuple[str, str], ...] = attrs.field(
        default=(), converter=_ids, repr=False, kw_only=True
    )
    addresses: tuple[Address, ...] = attrs.field(
        default=(),
        converter=as_tuple,
        validator=members(instance(Address)),
        repr=False,
        kw_only=True,
    )
    birthday: date | None = attrs.field(
        default=None, validator=optional(day), repr=False, kw_only=True
    )
    orders: tuple[datetime, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(aware), repr=False, kw_only=True
    )

    @classmethod
    def of(
        cls,
        customer: Customer,
        *,
        identities: Iterable[Identity] = (),
        addresses: Iterable[Address] = (),
        orders: Iterable[datetime] = (),
        region: str | None = None,
    ) -> "Person":
        """Return what is known of a customer.

        Parameters
        ----------
        customer : Customer
            The customer.
        identities : iterable of Identity
            By what else they are known.
        addresses : iterable of Address
            Where else they had goods sent.
        orders : iterable of aware datetime
            When they ordered.
        region : str, optional
            The country of the shop in two letters, in which numbers are dialled that name none
            (needs the extra ``identity``); without it, numbers are compared by their figures.
        """
        known: dict[str, list[str]] = {"email": [], "phone": [], "id": []}
        contacts = (("email", customer.email), ("phone", customer.phone))
        own = [Identity(kind, value) for kind, value in contacts if value is not None]
        others = list(identities)
        for one in (*own, *others):
            known[one.kind].append(one.value)
        if region is not None:
            known["phone"] = [to_e164(one, region) or one for one in known["phone"]]
        return cls(
            customer.id,
            names=() if customer.name is None else (customer.name,),
            emails=known["email"],
            phones=known["phone"],
            ids=[(one.source, one.value) for one in others if one.kind == "id" and one.source],
            addresses=(*customer.addresses, *addresses),
            birthday=customer.birthday,
            orders=tuple(orders),
        )

    @cached_property
    def full_names(self) -> tuple[FullName, ...]:
        """The names that tell something."""
        return tuple(filter(None, map(FullName.of, self.names)))

    @cached_property
    def mailboxes(self) -> frozenset[str]:
        """Where the e-mail of each address is kept."""
        return frozenset(map(mailbox_of, self.emails))

    @cached_property
    def address_keys(self) -> frozenset[str]:
        """The addresses as they are compared."""
        return frozenset(filter(None, map(address_key, self.addresses)))

    @cached_property
    def postal_codes(self) -> frozenset[str]:
        """The postal codes as they are compared."""
        return frozenset(filter(None, map(postal_key, self.addresses)))

    @cached_property
    def born(self) -> date | None:
        """The birthday where it tells something."""
        is_said = self.birthday is not None and (self.birthday.month, self.birthday.day) != (1, 1)
        return self.birthday if is_said else None
