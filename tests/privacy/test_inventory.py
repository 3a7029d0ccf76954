"""No field of a person is held without saying what it is there for."""

import attrs
import pytest

from custinsights import domain
from custinsights.domain.notes import NoteText
from custinsights.errors import InvalidValue
from custinsights.privacy import CATEGORIES, category_of, inventory, inventory_of
from custinsights.privacy.data_inventory import _CLASSIFIED, _SEALED
from docs._ext.checklist import DOCS
from docs._ext.inventory_tables import TABLES

OF_PEOPLE = (
    domain.Customer,
    domain.Address,
    domain.Tag,
    domain.Identity,
    domain.Order,
    domain.OrderLine,
    domain.Refund,
    domain.Fulfilment,
    domain.Activity,
    domain.Note,
    NoteText,
    domain.Interest,
    domain.TagChange,
    domain.Consent,
)


@pytest.mark.covers("A38")
@pytest.mark.parametrize("owner", OF_PEOPLE)
def test_every_field_is_classified(owner: type) -> None:
    """Every field of what tells of people has a category, and the inventory has no other."""
    told = {one.field: one for one in inventory_of(owner)}
    assert [*told] == [field.name for field in attrs.fields(owner)]
    assert all(one.rests and one.category in CATEGORIES.values() for one in told.values())


def test_whatever_names_a_customer_is_in_the_inventory() -> None:
    """A class of the domain that bears a customer is one of which the inventory tells."""
    bearing = {
        one
        for one in vars(domain).values()
        if isinstance(one, type)
        and attrs.has(one)
        and any(field.name == "customer" for field in attrs.fields(one))
    }
    events = {domain.SegmentEvent}  # worked out from facts when asked, and kept nowhere
    assert bearing - events <= set(OF_PEOPLE)
    assert set(OF_PEOPLE) == set(_CLASSIFIED)


def test_a_new_field_must_be_classified() -> None:
    """A class with a field that nobody classified is refused, with its name."""
    Customer = attrs.make_class("Customer", ["id", "shoe_size"])  # noqa: N806 - a class
    with pytest.raises(InvalidValue, match="does not classify Customer: 'id', 'shoe_size'"):
        category_of(Customer)
    with pytest.raises(InvalidValue, match="does not classify int"):
        category_of(int)


def test_one_field_too_few_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check goes red for one field alone."""
    less = {**_CLASSIFIED, domain.Interest: {"identity": "customer", "interests": "keyword"}}
    monkeypatch.setattr("custinsights.privacy.data_inventory._CLASSIFIED", less)
    with pytest.raises(InvalidValue, match="does not classify Interest: 'state'"):
        inventory()


def test_what_is_never_shown_is_masked_and_sealed() -> None:
    """A field that `repr` hides as personal is masked to who may not see it, or is a label."""
    names = {one.name: one for one in inventory()}
    hidden = {
        f"{owner.__name__}.{field.name}"
        for owner in OF_PEOPLE
        for field in attrs.fields(owner)
        if field.repr is False
    }
    plain = {name for name in hidden if not names[name].category.is_masked}
    assert plain == {"Order.labels"}  # to count by
    assert names.keys() >= _SEALED
    assert {name for name in hidden if "sealed" not in names[name].rests} == {
        *plain,
        "Customer.attributes",
        "TagChange.why",
    }


def test_an_entry_reads_as_json() -> None:
    """An entry is told in words that explain an export to the person."""
    told = next(one for one in inventory() if one.name == "Address.street").to_dict()
    assert told["purpose"] == CATEGORIES["contact"].purpose
    assert told["rests"] == "people; of orders in orders; sealed where a vault is given"
    assert all(one["purpose"] and one["retention"] for one in (f.to_dict() for f in inventory()))


def test_the_reference_tells_every_field() -> None:
    """The page of the reference has a row for each field and each category."""
    page = (DOCS / "reference" / "data-inventory.rst").read_text(encoding="utf-8")
    for name, count in (("categories", len(CATEGORIES)), ("fields", len(inventory()))):
        assert f".. data-inventory:: {name}" in page
        head, widths, rows = TABLES[name]
        told = [*rows()]
        assert len(told) == count
        assert {len(row) for row in told} == {len(head)} == {len(widths)}
