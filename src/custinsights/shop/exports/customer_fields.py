"""What can be told of a customer in a row of a file?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs
import numpy as np

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.customers.traits import traits
from custinsights.domain.consents import Consent
from custinsights.domain.people import Address, Customer
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.orders import OrderHistory, When
from custinsights.privacy.data_inventory import category_of
from custinsights.privacy.keys import Secret
from custinsights.privacy.pseudonyms import pseudonym
from custinsights.repositories.rows import microseconds_of
from custinsights.results.table import NO_INSTANT, Column

__all__ = [
    "CUSTOMER_FIELDS",
    "Person",
    "attribute_of",
    "columns_of",
    "is_personal",
    "refuse_unknown",
]

_ATTRIBUTE: Final = "attribute:"
_OF_WHOM: Final = re.compile(r"^(customer|shipping|billing)_")


@attrs.frozen(repr=False)
class Person:
    """What of a customer can stand in a row: they, their tags, and to what they agreed."""

    customer: Customer
    tags: tuple[str, ...] = ()
    agreed: Consent | None = None

    @property
    def address(self) -> Address:
        """The main address; one of which nothing is known where there is none."""
        return self.customer.address or Address()


_Get = Callable[[Person], Any]
_OWN: Mapping[str, _Get] = {
    "id": lambda one: str(one.customer.id),
    "name": lambda one: one.customer.name,
    "email": lambda one: one.customer.email,
    "phone": lambda one: one.customer.phone,
    "birthday": lambda one: one.customer.birthday and one.customer.birthday.isoformat(),
    "created_at": lambda one: one.customer.created_at,
    "acquisition_channel": lambda one: one.customer.acquisition_channel,
    "street": lambda one: one.address.street,
    "postal_code": lambda one: one.address.postal_code,
    "city": lambda one: one.address.city,
    "region": lambda one: one.address.region,
    "country": lambda one: one.address.country,
    "tags": lambda one: "; ".join(one.tags) or None,
    "agreed_at": lambda one: one.agreed and one.agreed.at,
    "agreed_how": lambda one: one.agreed and one.agreed.how,
}
_PSEUDONYM: Final = "pseudonym"
_INSTANTS: Final = ("created_at", "agreed_at")

CUSTOMER_FIELDS: Final = (*_OWN, _PSEUDONYM)
"""What can be told of customers beside ``attribute:NAME`` and every trait of the catalog."""


def is_personal(fields: Iterable[str]) -> bool:
    """Whether a field is personal, so that who exports it must be allowed to see contacts.

    What the data inventory masks is: contacts, birthdays, attributes.

    Examples
    --------
    >>> is_personal(["id", "country", "total_spent"]), is_personal(["id", "email"])
    (False, True)
    """
    told = {**category_of(Address), **category_of(Customer)}
    bare = (_OF_WHOM.sub("", one) for one in fields)
    return any(one.startswith(_ATTRIBUTE) or (one in told and told[one].is_masked) for one in bare)


def refuse_unknown(fields: Sequence[str], catalog: Catalog) -> list[str]:
    """Refuse what is no field of customers, and return those that are traits."""
    asked = [one for one in fields if one not in CUSTOMER_FIELDS and not attribute_of(one)]
    for name in asked:
        try:
            catalog.trait(name)
        except UnknownName as error:
            known = (*CUSTOMER_FIELDS, *catalog.traits)
            advice = f"Columns of the customer table are told by {_ATTRIBUTE}NAME"
            raise UnknownName("field of customers", name, known, advice) from error
    return asked


def columns_of(
    people: Sequence[Person],
    fields: Sequence[str],
    *,
    history: OrderHistory | None,
    as_of: When | None,
    key: Secret | None,
    catalog: Catalog,
) -> list[Column]:
    """Return a column for each field, with a row for each person."""
    asked = refuse_unknown(fields, catalog)
    of_orders = _traits(people, asked, history, as_of, catalog) if asked else {}
    return [of_orders[name] if name in of_orders else _own(people, name, key) for name in fields]


def attribute_of(field: str) -> str:
    """Return the attribute that a field names; blank where it names none."""
    return field.removeprefix(_ATTRIBUTE) if field.startswith(_ATTRIBUTE) else ""


def _own(people: Sequence[Person], name: str, key: Secret | None) -> Column:
    if name == _PSEUDONYM:
        if key is None:
            what = "pseudonyms are made by a key"
            advice = "Make one with custinsights.privacy.generate_key and keep it apart"
            raise InvalidValue(what, "no key", "key=, a secret", advice)
        return Column(name, "label", [pseudonym(one.customer.id, key) for one in people])
    if attribute := attribute_of(name):
        return _of_attribute(name, [one.customer.attributes.get(attribute) for one in people])
    values = [_OWN[name](one) for one in people]
    if name not in _INSTANTS:
        return Column(name, "label", values)
    moments: list[datetime | None] = values
    instants = [NO_INSTANT if one is None else microseconds_of(one) for one in moments]
    return Column(name, "instant", instants)


def _of_attribute(name: str, values: list[Any]) -> Column:
    """Return flags as flags and numbers as numbers, where all are; else texts."""
    missing = [one is None for one in values]
    kinds = {type(one) for one in values if one is not None}
    if kinds == {bool}:
        return Column(name, "flag", [bool(one) for one in values], missing)
    if kinds == {float}:
        return Column(name, "number", [np.nan if one is None else one for one in values])
    return Column(name, "label", [None if one is None else str(one) for one in values])


def _traits(
    people: Sequence[Person],
    names: list[str],
    history: OrderHistory | None,
    as_of: When | None,
    catalog: Catalog,
) -> dict[str, Column]:
    """Return the traits of each person; missing of whom the history does not know yet."""
    if history is None:
        what = "these fields are asked of orders"
        raise InvalidValue(what, names, "them with history=, that of the store")
    table = traits(history, names, as_of=as_of, catalog=catalog)
    place = {str(one): row for row, one in enumerate(table.ids.tolist())}
    rows = [place.get(str(one.customer.id), -1) for one in people]
    return {name: _taken(table.column(name), rows) for name in names}


def _taken(column: Column, rows: list[int]) -> Column:
    """Return the rows of a column, missing where there is none."""
    lost = np.array([row < 0 for row in rows], dtype=bool)
    if not len(column):
        values = np.zeros(len(rows), dtype=column.values.dtype)
        return attrs.evolve(column, values=values, missing=lost, provisional=None, units=None)
    found = column.take([max(row, 0) for row in rows])
    return attrs.evolve(found, missing=found.absent | lost)
