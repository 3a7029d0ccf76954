"""Every built-in trait, dimension, metric and anchor keeps the laws."""

import pytest

import custinsights as ci
from custinsights import testing
from custinsights.analyses.builtin.forecasts import PREDICTED
from custinsights.analyses.cohorts.anchors import ANCHORS

EXAMPLES = 6


@pytest.mark.parametrize("name", sorted({*ci.DEFAULT.traits} - {*PREDICTED}))
def test_trait(name: str) -> None:
    """A built-in trait keeps the laws of traits; predicted ones are held to them with models."""
    testing.check_trait(ci.DEFAULT.traits[name], max_examples=EXAMPLES)


@pytest.mark.parametrize("name", sorted(ci.DEFAULT.dimensions))
def test_dimension(name: str) -> None:
    """A built-in dimension keeps the laws of dimensions, its promise not to fall too."""
    testing.check_dimension(ci.DEFAULT.dimensions[name], max_examples=EXAMPLES)


@pytest.mark.parametrize("name", sorted(ci.DEFAULT.metrics))
def test_metric(name: str) -> None:
    """A built-in metric and all its tallies keep the laws of tallies."""
    testing.check_tally(ci.DEFAULT.metrics[name], max_examples=EXAMPLES)


@pytest.mark.parametrize("name", sorted(ANCHORS))
def test_anchor(name: str) -> None:
    """A built-in anchor keeps the laws of anchors."""
    testing.check_anchor(name, max_examples=EXAMPLES)


def test_churn_of_another_length() -> None:
    """What a factory of metrics makes keeps the laws as well."""
    testing.check_tally(ci.churn_rate(30, name="monthly_churn"), max_examples=EXAMPLES)


@pytest.mark.parametrize(
    "what", ["gap_days", "order_value", "days_since_last_order", "total_spent"]
)
def test_quantiles(what: str) -> None:
    """A quantile of any values keeps the laws: of facts, and of customers at a period's end."""
    testing.check_tally(ci.quantile(what, 0.9), max_examples=EXAMPLES)


def test_a_folded_order_number() -> None:
    """Order numbers with a folded tail keep the laws of dimensions."""
    testing.check_dimension(ci.order_number(3), max_examples=EXAMPLES)
