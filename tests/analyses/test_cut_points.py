"""Cut points: merged from parts, kept as a value, judged against."""

import pytest

import custinsights as ci
from custinsights.analyses.customers.cuts import CutPoints
from custinsights.errors import Incompatible, InvalidValue


def shop(currency: str = "EUR") -> ci.OrderHistory:
    """Ada bought twice, Bo and Cy once each."""
    return ci.OrderHistory.from_arrays(
        customer=["ada", "bo", "ada", "cy"],
        placed_at=["2024-01-05", "2024-01-06", "2024-02-01", "2024-02-03"],
        amount=[10, 5, 7, 1],
        currency=currency,
        timezone="Europe/Paris",
    )


@pytest.mark.parametrize("scoring", ["rank", "quantile"])
def test_cuts_of_parts_are_the_cuts_of_the_whole(scoring: str) -> None:
    """Distributions of disjoint customers add up to the cut points of all."""
    analysis = CutPoints(bins=3, scoring=scoring)
    one, two, three = (analysis.summarise(part) for part in shop().partition(3))
    assert analysis.finish(one + two + three) == analysis.finish(three + (two + one))
    assert analysis.finish(one + two + three) == ci.cuts(shop(), bins=3, scoring=scoring)


def test_a_part_is_counted_once() -> None:
    """The same customers twice are no population."""
    part = CutPoints().summarise(shop().partition(2)[0])
    with pytest.raises(InvalidValue, match="the same customers again"):
        _ = part + part


def test_populations_are_of_one_instant() -> None:
    """Days since the last order at two instants are no distribution."""
    early, late = (CutPoints(as_of=day).summarise(shop()) for day in ("2024-02-02", "2024-02-03"))
    with pytest.raises(Incompatible, match="as-of instants of the questions differ: 2024-02-01T"):
        _ = early + late
