"""What an import takes as a label: nothing personal, and nothing that could not be read again."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import attrs
import pytest

import custinsights as ci
from custinsights.domain.orders import NO_LABELS
from custinsights.errors import InvalidValue
from custinsights.repositories.memory import MemoryStore
from custinsights.sources.formats.generic import generic
from custinsights.sources.formats.orders import BUILT_IN
from custinsights.sources.texts.labelling import personal_field
from custinsights.sources.texts.vocabulary import ORDERS, kind_of

FILE = b"order_id,customer,x,date,total\n1,k1,Zebra 5,2024-01-01,10\n"
COLUMNS = {
    "order_id": "order_id",
    "customer": "customer",
    "placed_at": "date",
    "amount": "total",
}
OWN = sorted(NO_LABELS - ORDERS.known - {"refunds"})  # that one is nearly the field 'refund'
PERSONAL = {
    "shipping_street": "street",
    "shipping_address": "street",
    "address1": "street",
    "Delivery_Address_Line_2": "street",
    "billing_address": "billing_street",
    "zip": "postal_code",
    "shipping_postal_code": "postal_code",
    "bill_zip_code": "billing_postal_code",
    "customer_name": "name",
    "full_name": "name",
    "firstname": "first_name",
    "shipping_surname": "last_name",
    "phone_number": "phone",
    "billing_phone": "phone",
    "email_address": "email",
    "buyer": "customer",
    "date_of_birth": "birthday",
    "lng": "longitude",
}


def new_shop() -> ci.Shop:
    """Return a shop without anything in it."""
    return ci.open_shop(MemoryStore(), currency="EUR", timezone="Europe/Berlin")


@pytest.mark.parametrize("word", OWN)
def test_a_label_is_not_named_as_a_field_of_an_order(word: str) -> None:
    """A label that an order could not be read with again is refused before it is stored."""
    shop = new_shop()
    with pytest.raises(InvalidValue, match=rf"no label: {word!r} was given"):
        shop.imports.orders(io.BytesIO(FILE), columns={**COLUMNS, word: "x"})
    assert not shop.customers().ids


@pytest.mark.parametrize("word", PERSONAL)
def test_a_personal_name_is_no_label(word: str) -> None:
    """A word that plainly tells who somebody is becomes no open text: the error tells the word."""
    shop = new_shop()
    with pytest.raises(InvalidValue, match=rf"{word!r} was given.*the word {PERSONAL[word]!r}"):
        shop.imports.orders(io.BytesIO(FILE), columns={**COLUMNS, word: "x"})


@pytest.mark.parametrize("word", ["shipping_street", "phone_number", "buyer"])
def test_a_personal_name_is_no_attribute_of_people(word: str) -> None:
    """Attributes are as open as labels, and told with a table of customers."""
    with pytest.raises(InvalidValue, match=rf"no label: {word!r} was given"):
        ci.read_customers(io.BytesIO(b"c,x\na,b\n"), columns={"customer": "c", word: "x"})


@pytest.mark.parametrize("word", ["theme", "campaign_name", "address_type", "named_by", "zipper"])
def test_other_names_are_labels(word: str) -> None:
    """A name that only holds a personal word is a label as any."""
    shop = new_shop()
    shop.imports.orders(io.BytesIO(FILE), columns={**COLUMNS, word: "x"})
    with shop.begin(read_only=True) as work:
        assert work.orders.get("1").labels == {word: "Zebra 5"}


@pytest.mark.parametrize("word", ["name", "street", "postal_code", "billing_street"])
def test_personal_words_are_no_labels_of_a_history(word: str) -> None:
    """The history of the files has the labels of that of the store: none that is personal."""
    options = {"columns": {**COLUMNS, word: "x", "theme": "x"}}
    files = ci.read_orders(
        io.BytesIO(FILE), currency="EUR", timezone="Europe/Berlin", columns=options["columns"]
    )
    shop = new_shop()
    shop.imports.orders(io.BytesIO(FILE), **options)
    assert "theme" in files.labels
    assert word not in files.labels
    assert set(files.labels) == set(shop.history().labels) - {"order_status"}


def test_a_format_of_ones_own_stores_no_personal_label() -> None:
    """What a declared format would store as a label is refused by the same rule."""
    for word in ("shipping_phone", "lines"):
        format = attrs.evolve(generic({**COLUMNS, "theme": "x"}), name="own")
        format = attrs.evolve(format, columns={**format.columns, word: "x"})
        with pytest.raises(InvalidValue, match=f"the format .* no label: {word!r}"):
            new_shop().imports.orders(io.BytesIO(FILE), format=format)


def test_shipped_formats_have_no_personal_labels() -> None:
    """What a shipped format reads of people is an identity, or stands apart."""
    for format in BUILT_IN.values():
        filling = format.fallbacks.values()
        labels = {one for one in format.fields if format.kinds.get(one, kind_of(one)) == "label"}
        assert not [one for one in labels.difference(filling) if personal_field(one)], format.name


def test_personal_words_are_stored_apart_from_labels() -> None:
    """The words that the errors name are read as what they are."""
    shop = new_shop()
    more = {"street": "x", "name": "x", "billing_postal_code": "x"}
    shop.imports.orders(io.BytesIO(FILE), columns={**COLUMNS, **more})
    with shop.begin(read_only=True) as work:
        order = work.orders.get("1")
    assert not order.labels
    assert order.shipping_address is not None
    assert order.billing_address is not None
    assert (order.shipping_address.street, order.billing_address.postal_code) == ("Zebra 5",) * 2
    assert shop.customer("k1").name == "Zebra 5"
    assert shop.profile("k1", as_of=datetime(2024, 2, 1, tzinfo=UTC)).orders
