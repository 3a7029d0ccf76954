"""Traits of one's own: their kinds and units are checked where they are declared."""

from typing import Any

import pytest

import custinsights as ci
from custinsights.errors import InvalidValue, UnknownName
from tests.analyses.test_cut_points import shop


def spent(history: Any) -> Any:
    """Minor units."""
    return history.spent


def test_a_kind_is_known_when_the_trait_is_declared() -> None:
    """A typing error in a kind is told at once, with the kind that was meant."""
    with pytest.raises(UnknownName, match="number"):
        ci.trait(kind="nubmer")(spent)


@pytest.mark.parametrize("unit", ["", "money"])
def test_money_is_shown_in_major_units(unit: str) -> None:
    """A trait of the kind money is in the history's currency, whether or not its unit says so."""
    table = ci.traits(shop(), ci.trait(kind="money", unit=unit)(spent))
    assert (table["spent"].tolist(), table.column("spent").unit) == ([17.0, 5.0, 1.0], "EUR")


def test_a_count_is_no_money() -> None:
    """Counts are shown as they are, so minor units among them would be read as major ones."""
    with pytest.raises(InvalidValue, match="kind='money'"):
        ci.trait(kind="count", unit="money")(spent)
