"""One label for every country: in orders, in orders set aside, in the customer table."""

from __future__ import annotations

import pytest

import custinsights as ci
from custinsights.domain import PurchasePolicy
from tests.history.plainly import columns
from tests.oracles.bridge import to_history
from tests.oracles.hand import order, shop
from tests.oracles.shop import PlainPerson

MADE = shop(
    order("ada", "01-10", 1, labels={"country": "UK"}),
    order("ada", "01-11", 2, labels={"country": "United Kingdom"}),
    order("bo", "01-12", 3, labels={"country": "EIRE", "region": "UK"}),
    order("cy", "01-13", 4, labels={"country": "Narnia"}),
    order("cy", "01-14", 5),
    order("di", "01-15", 6, status="pending", labels={"country": "Great Britain"}),
    order("di", "01-16", 7, status="pending", labels={"country": "Narnia"}),
    people={
        "bo": PlainPerson(labels={"country": "GBR"}),
        "eve": PlainPerson(labels={"country": "Oz"}),
    },
)
NOTE = "not recognised, kept as written"


@pytest.mark.covers("A19", "M53")
def test_one_label_for_a_country() -> None:
    """All ways of writing are one label; what is no country stays, is counted, and adds up."""
    history = to_history(MADE)
    found = history.with_countries()
    revenue = ci.measure(found, "orders", by="country")
    assert [tuple(row.values()) for row in revenue.to_dicts()] == [
        (None, 1),
        ("GB", 2),
        ("IE", 1),
        ("Narnia", 1),
    ]
    homes = ci.traits(found, "customer_country").to_dicts()
    assert {row["customer"]: row["customer_country"] for row in homes} == {
        "ada": "GB",
        "bo": "GB",
        "cy": None,
        "di": None,
        "eve": "Oz",
    }
    assert dict(found.load_report.notes) == {
        f"country of orders {NOTE}: Narnia": 2,
        f"country of customers {NOTE}: Oz": 1,
    }
    assert found.label("region").names == history.label("region").names
    assert history.load_report.notes == ()


def test_orders_set_aside_too() -> None:
    """Orders that another policy brings back have the same labels; the report keeps its notes."""
    pending = PurchasePolicy(counted_statuses={"paid", "pending"})
    found = to_history(MADE).with_countries("alpha_3")
    for one in (
        found.with_policy(pending),
        to_history(MADE).with_policy(pending).with_countries("alpha_3"),
    ):
        cells = ci.measure(one, "orders", by="country").to_dicts()
        assert {row["country"]: row["orders"] for row in cells} == {
            None: 1,
            "GBR": 3,
            "IRL": 1,
            "Narnia": 2,
        }
        assert dict(one.load_report.notes)[f"country of orders {NOTE}: Narnia"] == 2


def test_once_more_is_the_same() -> None:
    """Labels of one kind become those of another, and nothing is counted twice."""
    history = to_history(MADE)
    twice = history.with_countries("name").with_countries("alpha_2")
    once = history.with_countries("alpha_2")
    assert columns(twice) == columns(once)
    assert twice.load_report == once.load_report
    named = history.with_countries("name", spellings={"Narnia": "NR"})
    assert named.label("country").names == ("Ireland", "Nauru", "United Kingdom")


def test_without_countries_nothing_changes() -> None:
    """A history that knows no countries stays as it is."""
    history = to_history(shop(order("ada", "01-10", 1)))
    assert columns(history.with_countries()) == columns(history)


@pytest.mark.covers("A19")
def test_real_countries() -> None:
    """Of the 37 labels of Online Retail three are no countries; Ireland and South Africa are."""
    retail = ci.datasets.load_online_retail()
    found = retail.with_countries()
    names = set(found.label("country").names)
    assert {name for name in names if len(name) != 2} == {
        "Channel Islands",
        "European Community",
        "Unspecified",
    }
    assert {"IE", "ZA", "GB", "US"} <= names
    assert len(names) == len(retail.label("country").names) == 37
    for before, after in (("EIRE", "IE"), ("RSA", "ZA"), ("United Kingdom", "GB")):
        ours, theirs = (
            ci.measure(one, ["revenue", "customers"], by="country").at(country=name)
            for one, name in ((retail, before), (found, after))
        )
        assert ours.minor("revenue").tolist() == theirs.minor("revenue").tolist()
        assert ours.minor("customers").tolist() == theirs.minor("customers").tolist()
