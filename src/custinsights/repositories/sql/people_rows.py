"""How does a customer rest in a row, contacts sealed, and become a customer again?"""

import json
from typing import Any, Final

import attrs
from sqlalchemy import bindparam, select

from custinsights.domain.people import Address, Customer
from custinsights.domain.records import object_of, record_of
from custinsights.domain.spelling import folded
from custinsights.repositories.people import figures_of
from custinsights.repositories.rows import instant_of, microseconds_of
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.session import Session
from custinsights.repositories.vaults import PlainVault

__all__ = [
    "COLUMNS",
    "customer_of",
    "resting",
    "seals",
    "there",
]

_SEALED: Final = ("name", "email", "phone")
_PLACE: Final = ("country", "region", "city")
_STORED: Final = (
    *("id", *_SEALED, "birthday", "addresses"),
    *("created_at", "acquisition_channel", "attributes"),
)
COLUMNS: Final = tuple(schema.people.c[name] for name in _STORED)
"""What `customer_of` reads."""
_ONE: Final = select(*COLUMNS, schema.people.c.version).where(
    schema.people.c.key == bindparam("asked", type_=schema.NUMBER)
)


def seals(session: Session) -> bool:
    """Whether contacts rest so that nobody can read them."""
    return not isinstance(session.vault, PlainVault)


def resting(session: Session, customer: Customer) -> dict[str, Any]:
    """Return what a customer says as the table holds it, but for the id."""
    record = record_of(customer)
    address = customer.address or Address()
    told = (address.latitude, address.longitude)
    coordinates = None if address.latitude is None else json.dumps(told)
    addresses = json.dumps(record["addresses"]) if customer.addresses else None
    is_open = not seals(session)
    return {
        **{name: session.seal(getattr(customer, name)) for name in _SEALED},
        "birthday": session.seal(record.get("birthday")),
        "addresses": session.seal(addresses),
        "coordinates": session.seal(coordinates),
        **{name: getattr(address, name) for name in _PLACE},
        "created_at": microseconds_of(customer.created_at),
        "acquisition_channel": customer.acquisition_channel,
        "attributes": json.dumps(record["attributes"]) if customer.attributes else None,
        "search": _search(customer, *(_SEALED if is_open else ())),
        "figures": figures_of(customer.phone) if customer.phone and is_open else None,
        "sort_name": folded(customer.name) if customer.name and is_open else None,
    }


def _search(customer: Customer, *names: str) -> str:
    told = (str(customer.id), *(getattr(customer, name) for name in names))
    return "\n".join(folded(one) for one in told if one is not None)


def customer_of(session: Session, row: Any) -> Customer:
    """Return the customer that a row holds."""
    addresses = session.unseal(row["addresses"])
    told = {
        "id": row["id"],
        **{name: session.unseal(row[name]) for name in (*_SEALED, "birthday")},
        "acquisition_channel": row["acquisition_channel"],
        "addresses": None if addresses is None else json.loads(addresses),
        "attributes": None if row["attributes"] is None else json.loads(row["attributes"]),
    }
    customer = object_of(Customer, {name: one for name, one in told.items() if one is not None})
    if row["created_at"] is None:
        return customer
    return attrs.evolve(customer, created_at=instant_of(row["created_at"]))


def there(session: Session, person: int) -> tuple[Customer, int]:
    """Return a customer and the version, by number."""
    row = session.reading.execute(_ONE, {"asked": person}).mappings().one()
    return customer_of(session, row), row["version"]
