"""Who buys: customers, where they live, how they are tagged, what else is known of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, TypeAlias

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import looks_like_contact, masked, shown_id
from custinsights.domain.fields import (
    as_tuple,
    aware,
    day,
    identity,
    instance,
    members,
    refuse_naive,
    refuse_other,
    text,
)
from custinsights.domain.frozen import Frozen
from custinsights.domain.identities import Identity
from custinsights.domain.spelling import folded
from custinsights.errors import InvalidValue

__all__ = ["MOST_DEGREES", "Address", "Attribute", "Customer", "Tag"]

Attribute: TypeAlias = str | float | date | bool
"""What a shop may know of a customer beside the fields that all shops have: a text, a number, a
date without a time, or a flag."""

MOST_DEGREES: Final = {"latitude": 90, "longitude": 180}
"""How far a place may lie from the equator, and from Greenwich."""


def _number(value: Any) -> Any:
    """Return a number of any of Python's kinds as a float, all else as it is."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return float(value) if is_number else value


def _degrees(_owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    most = MOST_DEGREES[field.name]
    if not isinstance(value, float) or not -most <= value <= most:
        what = f"the {field.name} of an Address is out of range"
        raise InvalidValue(what, type(value).__name__, f"a number from -{most} to {most}")


@attrs.frozen(kw_only=True)
class Address:
    """Where somebody lives or has goods sent; None stands for what is not known.

    Parameters
    ----------
    street, postal_code : str, optional
        Personal: never shown by ``repr``.
    city, region, country : str, optional
        As the shop writes them, in codes or in words; they become the labels of orders.
    latitude, longitude : float, optional
        Degrees north and east, both or none. Personal: never shown by ``repr``.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    """

    street: str | None = attrs.field(default=None, validator=optional(text), repr=False)
    postal_code: str | None = attrs.field(default=None, validator=optional(text), repr=False)
    city: str | None = attrs.field(default=None, validator=optional(text))
    region: str | None = attrs.field(default=None, validator=optional(text))
    country: str | None = attrs.field(default=None, validator=optional(text))
    latitude: float | None = attrs.field(
        default=None, converter=_number, validator=optional(_degrees), repr=False
    )
    longitude: float | None = attrs.field(
        default=None, converter=_number, validator=optional(_degrees), repr=False
    )

    def __attrs_post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            what = "an Address has one of latitude and longitude"
            raise InvalidValue(what, "only one", "both, or none of them")


def _stripped(name: Any) -> Any:
    return name.strip() if isinstance(name, str) else name


@attrs.frozen
class Tag:
    """A label on a customer, for a time or for always.

    Tags compare by their casefolded name and their time; the spelling is kept.

    Parameters
    ----------
    name : str
        The name; blanks around it are dropped.
    since, until : aware datetime, optional
        From when, and before when it holds; None is always.

    Raises
    ------
    InvalidValue
        If the name is blank, or ``until`` is not after ``since``.
    NaiveTime
        If a time has no zone.

    Examples
    --------
    >>> Tag("VIP") == Tag("vip"), Tag("VIP").name
    (True, 'VIP')
    """

    name: str = attrs.field(
        converter=_stripped,
        validator=text,
        eq=folded,
    )
    since: datetime | None = attrs.field(default=None, validator=optional(aware))
    until: datetime | None = attrs.field(default=None, validator=optional(aware))

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.until <= self.since:
            given = (self.since, self.until)
            what = f"the tag {self.name!r} ends before it begins"
            raise InvalidValue(what, given, "an until that lies after since")

    def is_named(self, name: str) -> bool:
        """Whether a name is this tag's, however it is spelled."""
        refuse_other(str, "the name of a tag", name)
        return folded(self.name) == folded(name.strip())

    def holds_at(self, instant: datetime) -> bool:
        """Whether the tag is on the customer at an instant: from since to before until.

        Raises
        ------
        NaiveTime
            If the instant does not know its zone.
        """
        refuse_naive("the instant", instant)
        begun = self.since is None or self.since <= instant
        return begun and (self.until is None or instant < self.until)


def _e_mail(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    text(owner, field, value)
    if not looks_like_contact(value) or "@" not in str(value):
        what = "the e-mail address of a Customer is none"
        raise InvalidValue(what, masked(value), "a name and a domain around an @")


def _phone(owner: object, field: "attrs.Attribute[Any]", value: object) -> None:
    text(owner, field, value)
    if not any(sign.isdecimal() for sign in str(value)):
        what = "the phone number of a Customer has no digits"
        raise InvalidValue(what, masked(value), "a phone number")


def _tags(tags: Iterable[Tag | str]) -> tuple[Tag, ...]:
    return tuple(Tag(tag) if isinstance(tag, str) else tag for tag in as_tuple(tags))


def _attributes(given: Any) -> Mapping[str, Attribute]:
    if not isinstance(given, Mapping):
        refuse_other(Mapping, "the attributes of a Customer", type(given).__name__)
    return Frozen({name: _number(value) for name, value in given.items()})


def _of_known_kind(_owner: object, _field: object, given: Mapping[str, Attribute]) -> None:
    for name, value in given.items():
        is_said = not isinstance(value, str) or value.strip()
        is_finite = not isinstance(value, float) or isfinite(value)
        if not isinstance(name, str) or not name.isidentifier():
            what = "an attribute of a Customer has no name"
            raise InvalidValue(what, name, "a name such as 'shoe_size'")
        is_plain = isinstance(value, str | float | date | bool) and not isinstance(value, datetime)
        if not (is_plain and is_said and is_finite):
            raise InvalidValue(
                f"the attribute {name!r} of a Customer is of no kind that there is",
                type(value).__name__,
                "a text that says something, a finite number, a date without a time, True or False",
                "Leave away what is not known",
            )


@attrs.frozen
class Customer:
    """A person or company known to the shop, whether or not they ever ordered.

    Parameters
    ----------
    id : str or int
        The identity outside; 0 and blank texts are none.
    name, email, phone : str, optional
        Personal: never shown by ``repr``, as little as the birthday.
    created_at : aware datetime, optional
        When the shop first knew them.
    acquisition_channel : str, optional
        How they came.
    addresses : tuple of Address
        The first one is the main one.
    birthday : date, optional
        The day of birth.
    tags : tuple of Tag or str
        The tags; a plain text is a tag for always.
    attributes : mapping of str to str, float, date or bool
        What else the shop knows, by name: texts, numbers, dates and flags. Never shown by ``repr``.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    NaiveTime
        If ``created_at`` has no zone.

    Examples
    --------
    >>> Customer("c7", name="Anna Smith", email="anna@example.com", tags=["VIP"]).is_tagged("vip")
    True
    """

    id: str | int = attrs.field(validator=identity, repr=shown_id)
    name: str | None = attrs.field(default=None, validator=optional(text), repr=False, kw_only=True)
    email: str | None = attrs.field(
        default=None, validator=optional(_e_mail), repr=False, kw_only=True
    )
    phone: str | None = attrs.field(
        default=None, validator=optional(_phone), repr=False, kw_only=True
    )
    created_at: datetime | None = attrs.field(default=None, validator=optional(aware), kw_only=True)
    acquisition_channel: str | None = attrs.field(
        default=None, validator=optional(text), kw_only=True
    )
    addresses: tuple[Address, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(instance(Address)), kw_only=True
    )
    birthday: date | None = attrs.field(
        default=None, validator=optional(day), repr=False, kw_only=True
    )
    tags: tuple[Tag, ...] = attrs.field(
        default=(),
        converter=_tags,
        validator=members(instance(Tag)),
        kw_only=True,
    )
    attributes: Mapping[str, Attribute] = attrs.field(
        default=Frozen[str, Attribute](),
        converter=_attributes,
        validator=_of_known_kind,
        repr=False,
        hash=False,
        kw_only=True,
    )

    @property
    def address(self) -> Address | None:
        """The main address, None if none is known."""
        return self.addresses[0] if self.addresses else None

    def is_reached_by(self, contact: Identity) -> bool:
        """Whether an e-mail address or a phone number is the customer's own today.

        Examples
        --------
        >>> ada = Customer("c7", email="ada@example.com")
        >>> ada.is_reached_by(Identity("email", "ADA@example.com"))
        True
        """
        value = {"email": self.email, "phone": self.phone}.get(contact.kind)
        return value is not None and Identity(contact.kind, value).key == contact.key

    def is_tagged(self, name: str, at: datetime | None = None) -> bool:
        """Whether a tag of that name is on the customer, at an instant or, without one, ever."""
        named = [tag for tag in self.tags if tag.is_named(name)]
        return any(at is None or tag.holds_at(at) for tag in named)
