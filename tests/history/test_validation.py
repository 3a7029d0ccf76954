"""Columns that are not what they say they are never become a history."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import custinsights as ci
from custinsights.domain import PurchasePolicy
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import Labels, LineColumns, People, Products, TagRow

IDS = np.array(["ada", "bo"], dtype=object)


def made(**columns: Any) -> ci.OrderHistory:
    """Two orders of two people, with further columns."""
    given = {
        "customer": ["ada", "bo"],
        "placed_at": ["2024-01-05", "2024-01-06"],
        "amount": [10, 0],
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return ci.OrderHistory.from_arrays(**{**given, **columns})


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"created_at": np.array([0])}, "'created_at' has another length"),
        ({"created_at": np.array([0, 10**18])}, "created_at holds an instant outside"),
        ({"labels": {"country": Labels.encode(["FR"])}}, "'country' has another length"),
        ({"labels": {"country": Labels(np.array([0, 7], np.int32), ("FR",))}}, "no label"),
        ({"birthday": np.array([0, 1])}, "'birthday' of the people has another type.*dtype int64"),
        ({"birthday": np.array(["1990-01-31"], dtype="M8[D]")}, "'birthday' has another length"),
        ({"coordinates": np.zeros(2)}, r"'coordinates' of the people has another type.*\(2, 2\)"),
        ({"attributes": {"size": np.array([1, 2])}}, "'size' of the people has another type"),
        ({"attributes": {"size": np.array([1.0])}}, "'size' has another length"),
        ({"attributes": {"likes": Labels.encode(["a"])}}, "'likes' has another length"),
        ({"tags": (TagRow(person=2, name="vip"),)}, "people of tags point to a row that does not"),
    ],
)
def test_a_customer_table_has_a_row_of_every_column_for_each_person(
    columns: Mapping[str, Any], told: str
) -> None:
    """A short column would be spread over all people, and a tag land on somebody else."""
    with pytest.raises(InvalidValue, match=f"(?i){told}"):
        made(people=People(ids=IDS, **columns))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"ids": ("a", "a")}, "names a product twice"),
        ({"labels": {"category": Labels.encode(["x"])}}, "'category' has another length"),
        ({"numbers": {"price": np.array([1])}}, "'price' has another length"),
        ({"keywords": (("red",),)}, "'keywords' has another length"),
    ],
)
def test_a_product_table_has_a_row_of_every_column_for_each_product(
    table: Mapping[str, Any], told: str
) -> None:
    """The label of a product would be another's."""
    lines = LineColumns(
        order=np.array([0]),
        product=np.array([1]),
        quantity=np.array([1000]),
        amount=np.array([1000]),
    )
    with pytest.raises(InvalidValue, match=f"(?i){told}"):
        made(products=Products(**{"ids": ("a", "b"), **table}), lines=lines)


@pytest.mark.parametrize("ids", [["ada", ""], pa.array(["ada", ""])])
def test_an_identity_is_no_empty_text(ids: Any) -> None:
    """All orders without an identity would be those of one customer, whoever coded them."""
    with pytest.raises(InvalidValue, match="hold an empty text"):
        made(customer=ids)


@pytest.mark.parametrize("texts", [["web", None], pa.array(["web", None]), ("web", None)])
def test_labels_come_in_any_sequence(texts: Any) -> None:
    """A column of pyarrow is read like a list."""
    assert made(channel=texts).labels["channel"].texts().tolist() == ["web", None]


@pytest.mark.parametrize("status", ["paid", "pending", None])
def test_a_zero_amount_is_told_by_its_reason(status: str | None) -> None:
    """An order that its status would count is left out for its amount, whatever the status."""
    policy = PurchasePolicy(counted_statuses={"paid", "pending"}, zero_amount_counts=False)
    history = made(order_status=["paid", status], policy=policy)
    assert [(entry.detail, entry.rows) for entry in history.load_report.left_out] == [
        ("zero amount", 1)
    ]
