"""Every analysis is a mergeable summary: traits, RFM, tiers, cohorts, the second order, ...

`tests/laws/test_measure.py` holds `measure` itself to the same laws.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.builtin.exact_ages import lifetime_value_at
from custinsights.analyses.builtin.forecasts import PREDICTED
from custinsights.analyses.builtin.frequency import frequent_customers
from custinsights.analyses.cohorts.cohorts import CUMULATIVE, Cohorts
from custinsights.analyses.cohorts.second_order import SecondOrdering
from custinsights.analyses.customers.concentration import Concentrating
from custinsights.analyses.customers.cuts import CutPoints
from custinsights.analyses.customers.nearby import Nearby
from custinsights.analyses.customers.rfm import RFM
from custinsights.analyses.customers.tiers import Tiers
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.journey.funnel import Funnel
from custinsights.analyses.journey.milestones import Milestones
from custinsights.analyses.journey.overdue import Overdue
from custinsights.analyses.journey.slipping import SlippingAway
from custinsights.analyses.journey.transitions import Transitions
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.prediction.purchases import PurchaseSummary
from custinsights.analyses.products.audiences import CrossSelling
from custinsights.analyses.products.baskets import Basketing
from custinsights.analyses.products.cross_sell import CrossSellGaps
from custinsights.analyses.products.preferences import Preferences
from custinsights.analyses.products.velocity import Velocity
from custinsights.analyses.segments.ladders import Upselling
from custinsights.analyses.segments.sets import Lifecycle, Segments
from custinsights.analyses.trends.distributions import Distributing
from custinsights.analyses.trends.growth import GrowthDrivers
from custinsights.analyses.trends.overview import Overviewing
from custinsights.analyses.trends.ranking import Ranked
from custinsights.analyses.trends.sequence import OrderSequence
from custinsights.domain import PlaceTable
from custinsights.errors import Incompatible, InvalidValue, MissingData
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.history.orders import OrderHistory
from custinsights.results.cohort_grid import ARRAYS, CohortGrid
from custinsights.results.cross_sell import CrossSell
from custinsights.results.moves import Moves
from custinsights.results.overview import Overview
from custinsights.results.segment_set import SegmentSet
from custinsights.results.slipping import Slipping
from custinsights.results.table import Table
from custinsights.results.upsell import Upsell
from custinsights.testing.rows import Rows, in_another_order, under_other_names, with_another_future
from custinsights.testing.strategies import as_ofs, rows
from custinsights.testing.watching import contents

LAWS = settings(max_examples=10, suppress_health_check=list(HealthCheck))
NUMBERED = ("units", "discounted_order_share", "discounted_spent")
NUMBERLESS = tuple(name for name in ci.DEFAULT.traits if name not in (*NUMBERED, *PREDICTED))
WAY = ("visit", "email_clicked", "order")
HEADLINES = ("revenue", "customers", "repeat_rate", "median_order_value", "churn_rate")

RULES = {
    "fresh": "days_since_last_order < 30",
    "loyal": 'order_count >= 2 and not in_segment("fresh")',
    "heard of": "order_count == 0 or customer_country is None",
}

CARD, PAPER = ci.Rung("card", category="cards"), ci.Rung("paper", department="paper")
SIZES = ci.Ladder(
    "sizes",
    [
        CARD,
        PAPER,
        ci.Rung("large", keyword="large"),
    ],
)
TOWNS = PlaceTable({"Fresno": (36.7, -119.8), "Cobh": (51.85, -8.29)})


@ci.trait(kind="label", definition="How often the customer has bought.")
def how_often(history: Any) -> Any:
    """Tell customers of one order from the others."""
    return np.where(history.order_count > 1, "often", "once")


ANALYSES: dict[str, Callable[[Any], Any]] = {
    "traits": lambda as_of: Traits(NUMBERLESS, as_of=as_of),
    "units": lambda as_of: Traits("units", as_of=as_of),
    "discounts": lambda as_of: Traits(NUMBERED[1:], as_of=as_of),
    "rfm": lambda as_of: RFM(as_of=as_of),
    "rfm eleven": lambda as_of: RFM(groups="eleven", as_of=as_of),
    "rfm quantiles": lambda as_of: RFM(bins=3, scoring="quantile", as_of=as_of),
    "cut points": lambda as_of: CutPoints(bins=7, as_of=as_of),
    "value tiers": lambda as_of: Tiers("value", "vip", as_of=as_of),
    "frequency tiers": lambda as_of: Tiers("frequency", as_of=as_of),
    "recency tiers": lambda as_of: Tiers("recency", ("vip", "wholesale"), as_of=as_of),
    "segments": lambda as_of: Segments(RULES, as_of=as_of),
    "exclusive segments": lambda as_of: Segments(RULES, exclusive=True, as_of=as_of),
    "stages": Lifecycle,
    "cohorts": lambda as_of: Cohorts(as_of=as_of),
    "cohorts of money": lambda as_of: Cohorts("week", metric=CUMULATIVE, as_of=as_of),
    "cohorts of countries": lambda as_of: Cohorts("quarter", by="customer_country", as_of=as_of),
    "cohorts of channels": lambda as_of: Cohorts(by="first_channel", metric="orders", as_of=as_of),
    "cohorts of products": lambda as_of: Cohorts(by="first_product", as_of=as_of),
    "cohorts of creation": lambda as_of: Cohorts("year", anchor="created_at", as_of=as_of),
    "concentration": Concentrating,
    "ranking of places": lambda as_of: Ranked(
        ("customers", "revenue"), ("customer_country", "customer_city"), as_of=as_of
    ),
    "ranking of products": lambda as_of: Ranked(("units", "customers"), "product", as_of=as_of),
    "preferences": lambda as_of: Preferences("customer_country", "category", as_of=as_of),
    "preferences of orders": lambda as_of: Preferences("first_channel", "coupon", as_of=as_of),
    "cross-sell gaps": lambda as_of: CrossSellGaps(by="category", least=0.1, as_of=as_of),
    "cross-sell gap": lambda as_of: CrossSellGaps("p1", by="product", least=0.1, as_of=as_of),
    "audience of a cross-sell": lambda as_of: CrossSelling(CARD, PAPER, 20, as_of),
    "baskets": lambda as_of: Basketing(least_support=0.0, least_orders=1, as_of=as_of),
    "baskets of categories": lambda as_of: Basketing("category", 0.3, longest=2, as_of=as_of),
    "upsell": lambda as_of: Upselling(SIZES, as_of=as_of),
    "upsell to the rest": lambda as_of: Upselling("single_to_collection", as_of=as_of),
    "nearby": lambda as_of: Nearby("Cobh", 9000, TOWNS, as_of),
    "purchases": PurchaseSummary,
    "purchases in years": lambda as_of: PurchaseSummary(as_of, "year"),
    "velocity": lambda as_of: Velocity(as_of=as_of),
    "lifetime value": lambda as_of: Measure(
        [lifetime_value_at(0), lifetime_value_at(30)], by="first_country", as_of=as_of
    ),
    "second order": lambda as_of: SecondOrdering(30, as_of=as_of),
    "frequent customers": lambda as_of: Measure(frequent_customers(1), by="year", as_of=as_of),
    "sequence": lambda as_of: OrderSequence(last=3, as_of=as_of),
    "sequences of cohorts": lambda as_of: OrderSequence("cohort_year", as_of=as_of),
    "distribution of gaps": lambda as_of: Distributing(
        "gap_days", ["month", "order_number"], bins=(1, 30), as_of=as_of
    ),
    "distribution of recency": lambda as_of: Distributing(
        "days_since_last_order", ["week", "customer_country"], as_of=as_of
    ),
    "distribution of a trait": lambda as_of: Distributing("total_spent", "month", as_of=as_of),
    "growth": lambda as_of: GrowthDrivers(as_of=as_of),
    "growth of countries": lambda as_of: GrowthDrivers("country", "previous_year", as_of=as_of),
    "growth of segments": lambda as_of: GrowthDrivers(how_often, as_of=as_of),
    "overview": lambda as_of: Overviewing(HEADLINES, as_of=as_of),
    "funnel": lambda as_of: Funnel(WAY, 9, ("month", "customer_country"), as_of=as_of),
    "funnel of all time": lambda as_of: Funnel(WAY[::-1], 400, as_of=as_of),
    "transitions": lambda as_of: Transitions(as_of - timedelta(days=20), as_of),
    "milestones": lambda as_of: Milestones(
        (as_of - timedelta(days=200), as_of + timedelta(days=400)),
        orders=(1, 2),
        spend=(1, 20),
        as_of=as_of,
    ),
    "overdue": lambda as_of: Overdue(0.5, as_of=as_of),
    "slipping": lambda as_of: SlippingAway(0.5, as_of=as_of),
    "overview beside": lambda as_of: Overviewing(HEADLINES, "previous_period", as_of=as_of),
}
OF_LISTS = ("overd", "upsell")
OF_NOBODY = (
    *("baskets", "coh", "overview", "fun", "ranking", "pref", "cross", "velocity"),
    *("life", "sec", "frequent", "dist", "growth", "sequence"),
)
OF_SEGMENTS = ("segments", "exclusive", "stages")
every_analysis = pytest.mark.parametrize("name", ANALYSES)


def asked(data: st.DataObject, name: str) -> tuple[Any, Rows, OrderHistory, Any]:
    """Draw a shop and an instant; return the analysis, rows, history and state of the whole."""
    shop = data.draw(rows())
    analysis = ANALYSES[name](to_datetime(data.draw(as_ofs(shop))))
    history = shop.history()
    try:
        return analysis, shop, history, analysis.summarise(history)
    except MissingData:
        assume(False)  # noqa: FBT003 - the history has no items, or nobody's creation
        raise


def written(state: Any) -> dict[str, Any]:
    """Return the bytes of every array of a state, without what its history knows of the clock."""
    return {path: held for path, held in contents(state).items() if "context" not in path}


def are_equal(state: Any, other: Any) -> bool:
    """Tell whether two states are equal, and to the byte."""
    return bool(state == other) and written(state) == written(other)


def plain(result: Any) -> Any:
    """Return a result as values that can be compared."""
    if isinstance(result, SegmentSet):
        return result.names, result.membership.tolist(), plain(result.customers)
    if isinstance(result, CohortGrid):
        arrays = [getattr(result, name) for name in ARRAYS]
        return result.cohorts, result.provenance, [array.tobytes() for array in arrays]
    if isinstance(result, Table):
        return result.title, result.notes, result.to_dicts()
    if isinstance(result, Moves):
        return plain(result.customers), result.people.tolist(), result.to_dicts()
    if isinstance(result, Slipping):
        return result.untold, plain(result.customers), result.to_dicts()
    if isinstance(result, Upsell | CrossSell):
        return result.customers, result.to_dicts()
    if isinstance(result, Overview):
        return result.headlines, result.balance, result.balance_only
    return result


@every_analysis
@LAWS
@given(data=st.data())
def test_the_whole_is_the_sum_of_its_parts(data: st.DataObject, name: str) -> None:
    """The states of a partition add up to the whole's, to the byte, and finish as it does."""
    analysis, _, history, whole = asked(data, name)
    parts = history.partition(data.draw(st.integers(1, 5)))
    merged = reduce(add, [analysis.summarise(part) for part in parts])
    assert are_equal(merged, whole)
    assert plain(analysis.finish(merged)) == plain(analysis.finish(whole))
    if not getattr(analysis, "exclude", ()):  # a tag that nobody carries is refused
        assert plain(analysis.finish(whole)) == plain(analysis(history))


@every_analysis
@LAWS
@given(data=st.data())
def test_in_any_order_and_grouping(data: st.DataObject, name: str) -> None:
    """States merge in any order and in any grouping: to the byte the same."""
    analysis, _, history, whole = asked(data, name)
    states = [analysis.summarise(part) for part in history.partition(3)]
    one, two, three = data.draw(st.permutations(states))
    assert are_equal((one + two) + three, whole)
    assert are_equal(one + (two + three), whole)
    assert are_equal(two + one, one + two)


@every_analysis
@LAWS
@given(data=st.data())
def test_any_split_by_customer(data: st.DataObject, name: str) -> None:
    """Any two groups of customers add up, not only neighbours."""
    analysis, _, history, whole = asked(data, name)
    people = history.people
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=people, max_size=people)), bool)
    groups = (history.where(customers=chosen), history.where(customers=~chosen))
    ours, theirs = (analysis.summarise(group) for group in groups)
    assert are_equal(ours + theirs, whole)


@every_analysis
@LAWS
@given(data=st.data())
def test_nobody_changes_nothing(data: st.DataObject, name: str) -> None:
    """The state of no customers is the identity, from either side."""
    analysis, _, history, whole = asked(data, name)
    nobody = analysis.summarise(history.where(customers=np.zeros(history.people, np.bool_)))
    assert are_equal(whole + nobody, whole)
    assert are_equal(nobody + whole, whole)


@every_analysis
@LAWS
@given(data=st.data())
def test_the_same_customers_twice_are_refused(data: st.DataObject, name: str) -> None:
    """A part merges once: with itself it would count everybody twice."""
    analysis, _, history, whole = asked(data, name)
    assume(history.people)
    with pytest.raises(InvalidValue, match=r"counted twice.*parts of disjoint customers"):
        _ = whole + whole
    first, *others = [part for part in history.partition(3) if part.people]
    state = analysis.summarise(first)
    merged = reduce(add, [analysis.summarise(part) for part in others], state)
    with pytest.raises(InvalidValue, match="counted twice"):
        _ = merged + state


@every_analysis
@LAWS
@given(data=st.data())
def test_another_question_is_refused(data: st.DataObject, name: str) -> None:
    """States as of different instants do not merge."""
    analysis, shop, history, whole = asked(data, name)
    other = ANALYSES[name](to_datetime(shop.observed_until + 123_456_789))
    assume(analysis != other)
    nobody = history.where(customers=np.zeros(history.people, np.bool_))
    with pytest.raises(Incompatible, match=r"as-of instants of the (questions|tables) differ"):
        _ = whole + other.summarise(nobody)


@pytest.mark.parametrize(
    "name", [n for n in ANALYSES if n.startswith(("coh", "life", "sec", *OF_SEGMENTS))]
)
@LAWS
@given(data=st.data())
def test_nothing_at_or_after_as_of_matters(data: st.DataObject, name: str) -> None:
    """Whatever happens at as_of or later changes nothing that is told of the time before."""
    analysis, shop, _, whole = asked(data, name)
    as_of = to_microseconds(analysis.as_of)
    later = with_another_future(shop, as_of, data.draw(st.integers(0, 999)))
    found = analysis.finish(analysis.summarise(later.history()))
    assert plain(found) == plain(analysis.finish(whole))


@every_analysis
@LAWS
@given(data=st.data())
def test_any_row_order(data: st.DataObject, name: str) -> None:
    """The order of the rows changes no byte."""
    analysis, shop, _, whole = asked(data, name)
    other = in_another_order(shop, data.draw(st.integers(0, 999))).history()
    assert are_equal(analysis.summarise(other), whole)


@pytest.mark.parametrize("name", [name for name in ANALYSES if name.startswith(OF_NOBODY)])
@LAWS
@given(data=st.data())
def test_names_of_customers_do_not_matter(data: st.DataObject, name: str) -> None:
    """What tells of no single customer is the same when all have other names."""
    analysis, shop, _, whole = asked(data, name)
    renamed, _ = under_other_names(shop, data.draw(st.integers(0, 999)))
    assert are_equal(analysis.summarise(renamed.history()), whole)


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in ANALYSES
        if n.startswith(("rfm", "trai", "val", "purch", "near", "overd", "upsell", *OF_SEGMENTS))
    ],
)
@LAWS
@given(data=st.data())
def test_renaming_customers_renames_results(data: st.DataObject, name: str) -> None:
    """Every customer keeps every value under another name: no tie is broken by identity."""
    analysis, shop, history, _ = asked(data, name)
    renamed, new_name = under_other_names(shop, data.draw(st.integers(0, 999)))
    ours, theirs = (
        {row.pop("customer"): row for row in getattr(found, "customers", found).to_dicts()}
        for found in (
            analysis.finish(analysis.summarise(one)) for one in (history, renamed.history())
        )
    )
    assert {new_name[customer]: row for customer, row in ours.items()} == theirs
