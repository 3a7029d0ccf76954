"""What a profile says of one customer is what the whole history says of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Segment
from custinsights.errors import UnknownName
from custinsights.results.customer_table import CustomerTable
from custinsights.shop.profile import NINE
from custinsights.shop.shop import Shop
from tests.shop.conftest import STORES

OBJECTS = ci.datasets.gallery_objects()
AS_OF = OBJECTS.orders[200].placed_at
IDS = tuple(str(one.id) for one in OBJECTS.customers)
RULES = (
    "percentile(total_spent) >= 0.8",
    "tagged('local') and not tagged('wholesale')",
    "status('vip')",
    "bought(department='Originals') or bought(keyword='large')",
    "did('email_opened') and never_did('bid')",
    "ordered(channel='etsy', count=2)",
    "in_segment('rfm:champions') or in_segment('frequency:one_time')",
    "customer_country == 'US' and days_since_last_order < 200",
)
"""Rules that ask of all that can be told, which most customers have little of."""


@pytest.fixture(scope="module", params=STORES, ids=lambda make: make.__name__)
def gallery(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    """The invented gallery, with everything that people do, at an instant within its two years."""
    folder: Path = tmp_path_factory.mktemp("gallery")
    with ci.open_shop(request.param(folder), currency="USD", timezone="America/New_York") as shop:
        shop.imports.customers(OBJECTS.customers)
        shop.imports.products(OBJECTS.products)
        with shop.begin() as work:
            work.orders.add(*OBJECTS.orders)
            work.activities.add(*OBJECTS.activities)
        for place, rule in enumerate(RULES):
            shop.segments.put(Segment(f"rule {place}", rule))
        shop.set_status(IDS[3], "vip", on=True, at=AS_OF, by="Ada")
        shop.refresh_cuts(AS_OF)
        yield shop


def row_of(table: CustomerTable, customer: str) -> dict[str, object] | None:
    """Return the row of somebody; None of who was not heard of."""
    try:
        row = table.row(customer)
    except UnknownName:
        return None
    return {name: row[name] for name in table.columns}


def test_the_metrics_are_those_of_the_whole_history(gallery: Shop) -> None:
    """The customer table of all customers has the same nine, for each of them."""
    table = ci.traits(gallery.history(), NINE, as_of=AS_OF)
    told = {one: dict(gallery.profile(one, as_of=AS_OF).metrics) for one in IDS}
    known = {one: row for one in IDS if (row := row_of(table, one)) is not None}
    assert len(known) > 80
    assert {one: told[one] for one in known} == known
    assert {told[one]["order_count"] for one in IDS if one not in known} == {0}


def test_the_metrics_of_a_department_are_those_of_the_whole_history(gallery: Shop) -> None:
    """As for_lines has them; of who bought nothing there they are those of no order."""
    table = ci.traits(gallery.history().for_lines(department="Originals"), NINE, as_of=AS_OF)
    stranger = next(one for one in IDS if row_of(table, one) is None)
    nothing = dict(gallery.profile(stranger, as_of=AS_OF, department="Originals").metrics)
    assert (nothing["order_count"], nothing["total_spent"]) == (0, 0)
    found = 0
    for one in IDS[::4]:
        told = dict(gallery.profile(one, as_of=AS_OF, department="Originals").metrics)
        row = row_of(table, one)
        assert told == (nothing if row is None else row)
        found += bool(row and row["order_count"])
    assert found > 3


def test_they_add_up_to_what_is_measured(gallery: Shop) -> None:
    """Orders and units of all profiles are those that measure counts; so is what was spent."""
    asked = ("order_count", "units", "total_spent")
    told = [gallery.profile(one, as_of=AS_OF, metrics=asked).metrics for one in IDS]
    everybody = ci.measure(
        gallery.history(), ["orders", "units", "revenue"], as_of=AS_OF
    ).to_dicts()[0]
    sums = [sum(row[name] for row in told) for name in asked]
    assert sums == [everybody["orders"], everybody["units"], everybody["revenue"]]


def test_the_groups_are_those_of_the_whole_history(gallery: Shop) -> None:
    """RFM, value, frequency and recency of everybody, judged alone against the kept cuts."""
    rfm = ci.rfm(gallery.history(), as_of=AS_OF)
    kinds = {
        kind: ci.tiers(gallery.history(), kind, as_of=AS_OF).customers
        for kind in ("value", "frequency", "recency")
    }
    for one in rfm.ids.tolist()[::3]:
        profile = gallery.profile(one, as_of=AS_OF)
        assert profile.is_in(f"rfm:{rfm.row(one)['group']}")
        for kind, table in kinds.items():
            assert profile.is_in(f"{kind}:{table.row(one)['segment']}")


def test_the_segments_are_those_of_the_whole_history(gallery: Shop) -> None:
    """Somebody alone is in the segments in which they are among all, whatever is told of them."""
    inside = {
        f"rule {place}": set(gallery.customers(segment=f"rule {place}", as_of=AS_OF, limit=999).ids)
        for place in range(len(RULES))
    }
    assert all(0 < len(ids) < len(IDS) for ids in inside.values())
    for one in IDS[::3]:
        profile = gallery.profile(one, as_of=AS_OF)
        assert profile.unjudged == ()
        assert set(profile.segments) == {name for name, ids in inside.items() if one in ids}


def test_nothing_that_comes_later_matters(gallery: Shop) -> None:
    """A profile before an instant is that of a shop in which nothing later had happened."""
    early = AS_OF - timedelta(days=60)
    history = gallery.history().up_to(early)
    for one in IDS[::9]:
        profile = gallery.profile(one, as_of=early)
        assert all(entry.at < early for entry in profile.timeline)
        assert all(_latest(view.steps, profile.as_of) for view in profile.orders)
        if one in history.customer_ids.tolist():
            row = ci.traits(history.history_of(one), NINE).to_dicts()[0]
            assert dict(profile.metrics) == {name: row[name] for name in NINE}


def _latest(steps: Any, as_of: datetime) -> bool:
    told = [step.at for step in steps if step.at is not None]
    return bool(told) and max(told) < as_of
