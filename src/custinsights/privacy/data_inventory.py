"""Which data of people does the library hold, what for, for how long, and where does it rest?"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.fields import flag, text
from custinsights.domain.identities import Identity
from custinsights.domain.interests import Interest
from custinsights.domain.notes import Note, NoteText
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address, Customer, Tag
from custinsights.domain.statuses import Fulfilment
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import InvalidValue

__all__ = [
    "CATEGORIES",
    "DataCategory",
    "DataField",
    "category_of",
    "classes_of_people",
    "inventory",
    "inventory_of",
]


@attrs.frozen
class DataCategory:
    """A kind of data, and what holds for all fields of the kind.

    Parameters
    ----------
    name : str
        What it is called, such as ``contact``.
    meaning : str
        What lies in it.
    purpose : str
        What it is there for.
    retention : str
        How long it rests, where the shop has no rule of its own.
    is_personal : bool
        Whether it tells of a person; False for what says nothing without the rest.
    is_masked : bool
        Whether it comes out masked to who may not see personal data.
    """

    name: str = attrs.field(validator=text)
    meaning: str = attrs.field(validator=text)
    purpose: str = attrs.field(validator=text)
    retention: str = attrs.field(validator=text)
    is_personal: bool = attrs.field(default=True, validator=flag)
    is_masked: bool = attrs.field(default=False, validator=flag)


_ERASED = "until the person is erased"
_KEPT = "as long as accounts are kept; after erasure under a pseudonym"

CATEGORIES: Final[Mapping[str, DataCategory]] = MappingProxyType(
    {
        one.name: one
        for one in (
            DataCategory(
                "contact",
                "name, e-mail address, phone number, street and postal code",
                "to send what was ordered, to answer, and to tell who agreed to hear",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "birthday", "the day of birth", "to congratulate", _ERASED, is_masked=True
            ),
            DataCategory(
                "position",
                "degrees north and east of an address",
                "to find customers near a place",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "place",
                "city, region and country",
                "to count customers and orders by place",
                f"{_ERASED}; of orders {_KEPT}",
            ),
            DataCategory(
                "identity",
                "ids that the shop and its sources give to people, orders and activities",
                "to put together what belongs to one person",
                f"{_ERASED}; of orders {_KEPT}",
            ),
            DataCategory(
                "identities by contact",
                "by what a person is known in other systems",
                "to know one person once, and again",
                f"{_ERASED}; then as a keyed hash, so that imports do not bring them back",
                is_masked=True,
            ),
            DataCategory(
                "acquaintance",
                "since when and by which way the shop knows somebody",
                "to count new customers by channel",
                _ERASED,
            ),
            DataCategory(
                "attributes",
                "what else a shop knows of somebody, in its own words",
                "what the shop says when it adds one",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "purchases",
                "what was ordered when, how it was paid, sent and given back",
                "to fulfil the order, for the accounts, and for every metric",
                _KEPT,
            ),
            DataCategory(
                "order labels",
                "what else a source says of an order",
                "to count orders by it",
                _KEPT,
            ),
            DataCategory(
                "behaviour",
                "messages, visits, bids, reviews, tickets",
                "to know what reaches whom and what they care for",
                _ERASED,
            ),
            DataCategory(
                "interests",
                "keywords that somebody cares for, and how",
                "to show what they may like, and not what they refused",
                _ERASED,
            ),
            DataCategory(
                "tags",
                "labels that the shop or a rule gave, when, by whom and why",
                "to treat groups of customers in their own way",
                _ERASED,
            ),
            DataCategory(
                "reasons",
                "why somebody in the shop did something, in their own words",
                "to understand it later",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "notes",
                "what people in the shop write down, in their own words",
                "to serve somebody well",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "consent",
                "to what somebody agreed, when, how, and what they took back",
                "to prove it",
                _ERASED,
            ),
            DataCategory(
                "evidence",
                "what proves a consent",
                "to prove it",
                _ERASED,
                is_masked=True,
            ),
            DataCategory(
                "staff",
                "who in the shop wrote or did it, and when",
                "to ask them",
                _ERASED,
            ),
            DataCategory(
                "technical",
                "ids and states of records, which tell nothing of anybody",
                "to keep records apart",
                "with its record",
                is_personal=False,
            ),
        )
    }
)
"""The kinds of data by name."""


@attrs.frozen
class DataField:
    """One field of a class of the domain, and what is to be known of it.

    Parameters
    ----------
    owner, field : str
        The class and its field, such as ``Customer`` and ``email``.
    category : DataCategory
        What kind of data it is.
    rests : str
        Where it rests: the repository, and what of it seals it.
    """

    owner: str
    field: str
    category: DataCategory
    rests: str

    @property
    def name(self) -> str:
        """Class and field: ``Customer.email``."""
        return f"{self.owner}.{self.field}"

    def to_dict(self) -> dict[str, object]:
        """Return what is to be known of the field, as JSON has it."""
        return {
            "field": self.name,
            "category": self.category.name,
            "meaning": self.category.meaning,
            "purpose": self.category.purpose,
            "retention": self.category.retention,
            "personal": self.category.is_personal,
            "rests": self.rests,
        }


_IN_PEOPLE, _IN_ORDERS = "people", "orders"
_BESIDE_ADDRESS = "people; of orders in orders"

_RESTS: Final[Mapping[type, str]] = MappingProxyType(
    {
        Customer: _IN_PEOPLE,
        Address: _BESIDE_ADDRESS,
        Tag: "annotations, as a log of changes",
        Identity: _IN_PEOPLE,
        Consent: _IN_PEOPLE,
        Order: _IN_ORDERS,
        OrderLine: _IN_ORDERS,
        Refund: _IN_ORDERS,
        Fulfilment: _IN_ORDERS,
        Activity: "activities",
        Note: "annotations",
        NoteText: "annotations",
        Interest: "annotations",
        TagChange: "annotations, as a log of changes",
    }
)

_CLASSIFIED: Final[Mapping[type, Mapping[str, str]]] = MappingProxyType(
    {
        Customer: {
            "identity": "id",
            "contact": "name email phone addresses",
            "birthday": "birthday",
            "acquaintance": "created_at acquisition_channel",
            "tags": "tags",
            "attributes": "attributes",
        },
        Address: {
            "contact": "street postal_code",
            "place": "city region country",
            "position": "latitude longitude",
        },
        Tag: {"tags": "name since until"},
        Identity: {"identities by contact": "value", "identity": "source", "technical": "kind"},
        Order: {
            "identity": "id customer",
            "purchases": "placed_at lines total total_as_told discount shipping tax tip refunds "
            "status fulfilment cancelled_at channel source payment_method campaign coupon",
            "contact": "shipping_address billing_address",
            "order labels": "labels",
        },
        OrderLine: {"purchases": "product quantity unit_price discount"},
        Refund: {"identity": "order customer", "purchases": "amount refunded_at product"},
        Fulfilment: {"purchases": "shipped_at delivered_at status"},
        Activity: {
            "identity": "id customer",
            "behaviour": "at kind subject outcome campaign channel amount score",
        },
        Note: {"identity": "customer", "technical": "id", "notes": "texts"},
        NoteText: {"notes": "text", "staff": "at by"},
        Interest: {"identity": "customer", "interests": "keyword state"},
        TagChange: {
            "identity": "customer",
            "tags": "tag what at until was",
            "staff": "by",
            "reasons": "why",
        },
        Consent: {
            "identity": "customer",
            "consent": "purpose channel granted at how",
            "evidence": "evidence",
        },
    }
)
"""Of each class the fields by their category."""

_SEALED: Final = frozenset(
    {
        *("Customer.name", "Customer.email", "Customer.phone", "Customer.birthday"),
        *("Customer.addresses", "Order.shipping_address", "Order.billing_address"),
        *("Address.street", "Address.postal_code", "Address.latitude", "Address.longitude"),
        *("Identity.value", "NoteText.text", "Consent.evidence"),
    }
)
"""What a vault seals where one is given."""


def category_of(owner: type) -> Mapping[str, DataCategory]:
    """Return the category of each field of a class, by the name of the field.

    Raises
    ------
    InvalidValue
        If the inventory does not know the class, or a field of it.
    """
    found = {
        name: CATEGORIES[category]
        for category, names in _CLASSIFIED.get(owner, {}).items()
        for name in names.split()
    }
    own = [field.name for field in attrs.fields(owner)] if attrs.has(owner) else []
    if set(own) != set(found) or not own:
        missing = tuple(sorted(set(own) ^ set(found))) or "nothing of it"
        what = f"the data inventory does not classify {owner.__name__}"
        raise InvalidValue(what, missing, "classes of which every field has a category")
    return MappingProxyType({name: found[name] for name in own})


def classes_of_people() -> Collection[type]:
    """Return the classes of which the inventory tells."""
    return _CLASSIFIED.keys()


def inventory_of(owner: type) -> tuple[DataField, ...]:
    """Return the inventory of one class; see `inventory`."""
    return tuple(_fields_of(owner))


def inventory() -> tuple[DataField, ...]:
    """Return what is to be known of every field that tells of people.

    It is made from the classes of the domain: a field that they have and that is not classified is
    an error.

    Examples
    --------
    >>> {one.category.name for one in inventory() if one.name == "Customer.email"}
    {'contact'}
    """
    return tuple(one for owner in _CLASSIFIED for one in _fields_of(owner))


def _fields_of(owner: type[Any]) -> Iterator[DataField]:
    for name, category in category_of(owner).items():
        full = f"{owner.__name__}.{name}"
        sealed = "; sealed where a vault is given" if full in _SEALED else ""
        yield DataField(owner.__name__, name, category, f"{_RESTS[owner]}{sealed}")
