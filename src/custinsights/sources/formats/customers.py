"""The customers exports of shops: a row for each customer, whether or not they ever ordered.

They are declared like the exports of orders; what a row has in common with a row of orders is read
in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.listing import Listing
from custinsights.sources.formats.places import TEXTS
from custinsights.sources.texts.vocabulary import IDENTITIES, Kind, Words

_KINDS: Mapping[str, Kind] = {
    "customer_id": "identity",
    "email": "identity",
    "phone": "identity",
    "created_at": "time",
    "birthday": "time",
    "latitude": "quantity",
    "longitude": "quantity",
}
"""The kind of every field that is not a text."""

PERSONAL = ("name", "first_name", "last_name", "street", "postal_code")
TELLING = ("utm_medium", "utm_source", "referrer", "attribution")
"""What may tell the channel by which somebody came."""

SHOPIFY = OrderFormat(
    name="shopify",
    columns={
        "customer_id": "Customer ID",
        "email": "Email",
        "phone": "Phone",
        "address_phone": "Default Address Phone",
        "first_name": "First Name",
        "last_name": "Last Name",
        "street": ("Default Address Address1", "Address1"),
        "postal_code": ("Default Address Zip", "Zip"),
        "city": ("Default Address City", "City"),
        "region": ("Default Address Province Code", "Province Code", "Province"),
        "country": ("Default Address Country Code", "Country Code", "Country"),
        "tags": "Tags",
        "birthday": "*(customer.metafields.facts.birth_date)",
    },
    recognised_by=frozenset({"First Name", "Last Name", "Total Spent", "Total Orders"}),
    required=(),
    kinds={**_KINDS, "address_phone": "identity"},
    fallbacks={"phone": "address_phone"},
)

WOOCOMMERCE = OrderFormat(
    name="woocommerce",
    columns={
        "email": "Email",
        "phone": "Billing Phone",
        "shipping_phone": "Shipping Phone",
        "name": "Name",
        "created_at": "Sign Up",
        "country": "Country / Region",
        "region": "Region",
        "city": "City",
        "postal_code": "Postal Code",
    },
    recognised_by=frozenset({"Username", "Last Active", "Sign Up", "AOV"}),
    required=(),
    kinds={**_KINDS, "shipping_phone": "identity"},
    fallbacks={"phone": "shipping_phone"},
)

CUSTOMERS = Listing(
    words=Words(
        fields=frozenset({*_KINDS, *TEXTS, *PERSONAL, *TELLING, "acquisition_channel", "tags"}),
        synonyms={
            "customer": "customer_id",
            "id": "customer_id",
            "e_mail": "email",
            "telephone": "phone",
            "full_name": "name",
            "given_name": "first_name",
            "surname": "last_name",
            "family_name": "last_name",
            "created": "created_at",
            "sign_up": "created_at",
            "signed_up_at": "created_at",
            "registered_at": "created_at",
            "birth_date": "birthday",
            "date_of_birth": "birthday",
            "channel": "acquisition_channel",
            "state": "region",
            "province": "region",
            "address": "street",
            "zip": "postal_code",
            "postcode": "postal_code",
            "lat": "latitude",
            "lon": "longitude",
            "lng": "longitude",
            "tag": "tags",
        },
        example="'customer', 'email', 'created_at', 'tags'",
    ),
    kinds=_KINDS,
    needs=IDENTITIES,
    built_in={"shopify": SHOPIFY, "woocommerce": WOOCOMMERCE},
)
"""The tables of customers; any other name is an attribute."""
