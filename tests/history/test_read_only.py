"""Nobody can write to a history, whichever way it was made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights.history.columnar.columns import (
    Labels,
    LineColumns,
    People,
    Products,
    RefundColumns,
    TagRow,
)


def shop() -> ci.OrderHistory:
    """Every column, stream and table that a history can have."""
    return ci.OrderHistory.from_arrays(
        customer=["ada", "bo", "ada"],
        placed_at=["2024-01-05 10:00", "2024-01-06 11:00", "2024-02-01 12:00"],
        amount=[10, 5, 7],
        goods=[10, 5, 7],
        order_id=[1, 2, 3],
        order_status=["paid", "pending", "paid"],
        currency="EUR",
        timezone="Europe/Paris",
        refunds=RefundColumns(
            customer=np.array(["ada"], dtype=object),
            refunded_at=np.array([1_706_000_000_000_000]),
            amount=np.array([3]),
            order=np.array([0]),
            product=np.array([-1]),
        ),
        products=Products(ids=("a", "b"), labels={"category": Labels.encode(["x", "y"])}),
        lines=LineColumns(
            order=np.array([0, 1]),
            product=np.array([1, 1]),
            quantity=np.array([1000, 2000]),
            amount=np.array([5, 6]),
        ),
        people=People(
            ids=np.array(["ada", "bo"], dtype=object),
            created_at=np.array([0, 1]),
            labels={"country": Labels.encode(["FR", "DE"])},
            birthday=np.array(["1990-01-31", "NaT"], dtype="M8[D]"),
            coordinates=np.array([[48.9, 2.4], [np.nan, np.nan]]),
            attributes={"size": np.array([41.0, np.nan]), "likes": Labels.encode(["x", None])},
            tags=(TagRow(person=0, name="vip"),),
        ),
    )


def writable(value: Any, path: str = "history") -> Iterator[str]:
    """Yield the path of every array in a value to which somebody could write."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        yield path
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from writable(inner, f"{path}[{name}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from writable(getattr(value, field.name), f"{path}.{field.name}")


@pytest.mark.parametrize(
    "made",
    [
        lambda history: history,
        lambda history: history.partition(2)[0],
        lambda history: history.history_of("ada"),
        lambda history: history.up_to("2024-01-20"),
        lambda history: history.where(customers=["ada"]),
        lambda history: history.where(orders=np.array([True, False])),
        lambda history: history.for_lines(category="y"),
        lambda history: history.with_policy(history.policy),
        lambda history: history.where(customers=[]),
    ],
)
def test_no_array_of_a_history_can_be_written(
    made: Callable[[ci.OrderHistory], ci.OrderHistory],
) -> None:
    """All columns are read-only, those of refunds, lines, people and labels too."""
    assert list(writable(made(shop()))) == []


def test_arrays_that_were_given_stay_their_owners() -> None:
    """A history takes copies: the arrays it was made of can still be written, to no effect."""
    codes = np.array([0, 1], dtype=np.int32)
    amounts = np.array([100, 200])
    history = ci.OrderHistory.from_arrays(
        customer=np.array([1, 2]),
        placed_at=np.array([0, 1]),
        amount_minor=amounts,
        channel=Labels(codes, ("web", "shop")),
        currency="EUR",
    )
    codes[:], amounts[:] = 0, 0
    assert history.amount.tolist() == [100, 200]
    assert history.labels["channel"].texts().tolist() == ["web", "shop"]
