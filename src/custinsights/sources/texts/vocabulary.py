"""The words for what a column holds: the same for every file, frame and format.

A source maps these field names to its own headers. Any other name is a label: a text column of
the orders under that name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, TypeAlias, cast
from unicodedata import normalize

import attrs

from custinsights.domain.fields import near_name, refuse_other
from custinsights.domain.orders import NO_LABELS
from custinsights.errors import InvalidValue, UnknownName
from custinsights.sources.texts.labelling import refuse_no_label

Kind: TypeAlias = Literal["identity", "key", "time", "money", "quantity", "code", "label"]
"""How the cells of a field are read."""

IDENTITIES = ("customer_id", "email", "phone")
"""The fields that tell one person from another, the surest first."""

KINDS: Mapping[str, Kind] = {
    "customer_id": "identity",
    "email": "identity",
    "phone": "identity",
    "order_id": "key",
    "line_id": "key",
    "placed_at": "time",
    "cancelled_at": "time",
    "refunded_at": "time",
    "amount": "money",
    "refunded": "money",
    "goods": "money",
    "discount": "money",
    "shipping": "money",
    "tax": "money",
    "tip": "money",
    "unit_price": "money",
    "line_discount": "money",
    "line_amount": "money",
    "line_goods": "money",
    "payment_gross": "money",
    "payment_refunded": "money",
    "quantity": "quantity",
    "units": "quantity",
    "currency": "code",
    "order_status": "code",
    "time_zone": "code",
}
"""The kind of every field that is not a label."""

LINE_FIELDS = frozenset(
    {
        "line_id",
        "product",
        "product_name",
        "category",
        "department",
        "quantity",
        "unit_price",
        "line_discount",
        "line_amount",
        "line_goods",
    }
)
"""What belongs to one line of an order; everything else belongs to the order."""

PRODUCT_LABELS = {"product_name": "title", "category": "category", "department": "department"}
"""Fields that describe a product, and their names in the product table."""

PERSONAL = frozenset(
    {
        *("customer_id", "email", "phone", "name", "first_name", "last_name"),
        *("street", "postal_code", "birthday", "latitude", "longitude"),
        *("shipping_name", "street_2", "billing_street", "billing_street_2"),
        "billing_postal_code",
    }
)
"""Cells of these fields are masked in messages."""

MEANINGS = {
    "customer_id": "the customer (an id, an e-mail address or a phone number)",
    "placed_at": "the time of the order",
    "amount": "the amount",
    "order_id": "the order's id",
    "at": "the time of the activity",
    "product": "the product",
    "kind": "the kind of the activity, and no kind= that all have",
}
"""How messages speak of the fields that are needed."""

LABELS = frozenset(
    {
        *("country", "region", "city", "payment_method", "coupon", "campaign"),
        *("channel", "utm_medium", "utm_source", "referrer", "attribution", "source"),
    }
)
"""Labels that are read without being told where a header is their name."""

_FIELD_TO_HEADER = (
    "columns is a mapping from our field to the header of the file: {'customer': 'Customer ID'}"
)
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_SYNONYMS = {
    "customer": "customer_id",
    "e_mail": "email",
    "telephone": "phone",
    "date": "placed_at",
    "order_date": "placed_at",
    "created_at": "placed_at",
    "total": "amount",
    "order_total": "amount",
    "order": "order_id",
    "status": "order_status",
    "refund": "refunded",
    "refund_amount": "refunded",
    "refunded_amount": "refunded",
    "amount_refunded": "refunded",
    "refund_date": "refunded_at",
    "refund_at": "refunded_at",
    "canceled_at": "cancelled_at",
    "product_id": "product",
    "sku": "product",
    "title": "product_name",
    "price": "unit_price",
    "line_total": "line_amount",
    "line_revenue": "line_amount",
    "taxes": "tax",
    "tips": "tip",
    "discounts": "discount",
    "state": "region",
}


@attrs.frozen(kw_only=True)
class Words:
    """The names that columns of one kind of table may be given.

    Parameters
    ----------
    fields
        Our fields; in a table without told columns those are read whose header is their name.
    synonyms
        Other words for them.
    example
        Pairs that show what ``columns=`` is.
    has_others
        Whether a name that is no field makes a column of its own.
    apart
        Fields that are read only where the table is imported into a store.
    taken
        What such a column cannot be named.
    """

    fields: frozenset[str]
    synonyms: Mapping[str, str]
    example: str
    has_others: bool = True
    apart: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()

    def field_named(self, name: str) -> str:
        """Return the field that a name means: itself, or the one of which it is another word."""
        return self.synonyms.get(name, name)

    @property
    def known(self) -> frozenset[str]:
        """All names that mean a field."""
        return self.fields | self.synonyms.keys()


ORDERS = Words(
    fields=frozenset({*KINDS, *LINE_FIELDS, *LABELS}),
    synonyms=_SYNONYMS,
    example="'customer', 'placed_at', 'amount', 'country'",
    apart=PERSONAL - {"birthday", "latitude", "longitude"},
    taken=NO_LABELS,
)
"""The words for orders and order lines."""


def kind_of(field: str) -> Kind:
    """Return how the cells of a field are read; a name of no field is a label."""
    return KINDS.get(field, "label")


def field_named(name: str) -> str:
    """Return the field that a name means: itself, or the one of which it is another word.

    Examples
    --------
    >>> field_named("customer"), field_named("price"), field_named("theme")
    ('customer_id', 'unit_price', 'theme')
    """
    return ORDERS.field_named(name)


def fields_named(
    columns: Mapping[str, object], own: Collection[str] = (), words: Words = ORDERS
) -> dict[str, str | Sequence[str]]:
    """Return a mapping under the names of the fields; two words for one field are refused.

    So is a name that is no field, nor one of the format's `own`, but nearly one that is not
    named: it is misspelt, and no label. Nor may a label be personal, or be what it cannot be named.
    """
    refuse_other(Mapping, "the option columns=", columns, _FIELD_TO_HEADER)
    named: dict[str, object] = {}
    for name in columns:
        refuse_other(str, "a field of the option columns=", name, _FIELD_TO_HEADER)
    mapped = set(map(words.field_named, columns))
    for name, header in columns.items():
        field = words.field_named(name)
        if field in named:
            raise InvalidValue(
                f"columns names the field {field!r} twice", name, "one column for each field"
            )
        if not name.isidentifier():
            raise InvalidValue(
                "columns maps a name that is no field",
                name,
                f"a name such as {words.example}",
                _FIELD_TO_HEADER,
            )
        if name not in words.known and name not in own:
            near = near_name(name, words.known)
            if not words.has_others or (near and words.field_named(near) not in mapped):
                advice = "The name of a label must not be so near to a field's" if near else ""
                raise UnknownName("field", name, sorted(words.known), advice)
            if name not in words.apart:
                refuse_no_label(name, "a name in columns=", words.taken)
        told = (header,) if isinstance(header, str) else header
        are_texts = isinstance(told, list | tuple) and all(isinstance(one, str) for one in told)
        if not are_texts or not told:
            is_shown = header is None or isinstance(header, bytes | int | float | list | tuple)
            raise InvalidValue(
                f"columns maps {name!r} to something else than a header",
                header if is_shown else type(header).__name__,
                "a text, or several of which the first that is there is taken",
            )
        named[field] = header
    return cast("dict[str, str | Sequence[str]]", named)


def status_word(text: str) -> str:
    """Return a word for the state of an order as it is compared.

    Examples
    --------
    >>> status_word("wc-on-hold"), status_word("On  Hold")
    ('on_hold', 'on_hold')
    """
    word = normalize("NFC", text).strip().casefold().removeprefix("wc-")
    return _BETWEEN_WORDS.sub("_", word)


def plain(header: str) -> str:
    """Return a header as it is compared: without case and superfluous blanks."""
    return " ".join(header.split()).casefold()
