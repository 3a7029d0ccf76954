"""Parts that look at a column of a shop's own can be checked: the histories are given it."""

from typing import Any

import pytest

import custinsights as ci
from custinsights.errors import ContractBroken, InvalidValue


@ci.trait(kind="label", definition="Membership at the first order.")
def membership(history: Any) -> Any:
    """Give the label of each person's first order."""
    column = history.orders.label("membership")
    codes = history.first_per_customer(column.codes + 1) - 1
    return type(column)(codes, column.names)


@ci.dimension("members", definition="Membership of the order.")
def members(orders: Any) -> Any:
    """Give the shop's own column."""
    return orders.label("membership")


def test_own_column_is_checked() -> None:
    """Parts that are right hold; without the column there is nothing to check them on."""
    ci.testing.check_trait(membership, labels=["membership"], max_examples=8)
    ci.testing.check_dimension(members, labels="membership", max_examples=8)
    of_members = ci.orders.where(lambda orders: orders.has("membership"))
    ci.testing.check_tally(of_members, labels=["membership"], max_examples=8)
    with pytest.raises(ContractBroken, match="UnknownName"):
        ci.testing.check_trait(membership, max_examples=8)


def test_own_column_is_random() -> None:
    """A part that depends on the order of the rows is found out by such a column too."""

    @ci.dimension("place", definition="Wrong: the place of the row.")
    def place(orders: Any) -> Any:
        column = orders.label("membership")
        return [f"{name}{at}" for at, name in enumerate(column.texts().tolist())]

    with pytest.raises(ContractBroken, match=r"order of the rows|parts"):
        ci.testing.check_dimension(place, labels=["membership"], max_examples=8)
    with pytest.raises(InvalidValue, match="name among labels"):
        ci.testing.check_dimension(place, labels=[5], max_examples=8)  # type: ignore[list-item]
