"""Which labels are the largest, with which shares: by hand, by the oracle, by real orders."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, Refused
from tests.oracles.agreement import natural
from tests.oracles.bridge import to_history
from tests.oracles.hand import LINES, order, shop
from tests.oracles.plain import measure
from tests.oracles.scores import hhi
from tests.oracles.strategies import as_ofs, shops, windows


def at_home(customer: str, amount: int, country: str | None, city: str | None) -> object:
    """Return an order of somebody who lives somewhere."""
    return order(customer, "01-10", amount, labels={"country": country, "city": city})


TOWNS = to_history(
    shop(
        at_home("ada", 1000, "FR", "Paris"),  # type: ignore[arg-type]
        at_home("bo", 500, "US", "Paris"),  # type: ignore[arg-type]
        at_home("cy", 300, "FR", "Lyon"),  # type: ignore[arg-type]
        at_home("di", 200, "FR", None),  # type: ignore[arg-type]
        at_home("eve", 2000, "FR", "Paris"),  # type: ignore[arg-type]
    )
)


@pytest.mark.covers("A21", "M53")
def test_towns_by_hand() -> None:
    """Towns of one name in two countries are two; who lives nowhere known has no rank."""
    found = ci.ranking(TOWNS, ["customers", "revenue"], by=["customer_country", "customer_city"])
    assert [tuple(row.values()) for row in found.to_dicts()] == [
        (1, "FR", "Paris", 2, 0.4, 30, 0.75),
        (2, "FR", "Lyon", 1, 0.2, 3, 0.075),
        (2, "US", "Paris", 1, 0.2, 5, 0.125),
        (None, "FR", None, 1, 0.2, 2, 0.05),
    ]
    assert found.unknown.minor("customers").tolist() == [1]
    assert found.hhi() == (4 + 1 + 1) / 16
    assert found.hhi("revenue") == float(Fraction(30**2 + 3**2 + 5**2, 38**2))
    assert (found.top_share(1), found.top_share(2), found.top_share(9)) == (0.5, 0.75, 1.0)
    assert found.top_share(1, "revenue") == 30 / 38


def test_towns_of_one_name_are_one_where_the_country_is_not_asked() -> None:
    """By the town alone the two of one name are one row."""
    found = ci.ranking(TOWNS, "customers", by="customer_city")
    assert found.cube.labels("customer_city").tolist() == ["Paris", "Lyon", None]
    assert found.hhi() == (9 + 1) / 16


def test_equal_values_share_a_rank() -> None:
    """The first ranks hold all that are equal there, and shares stay those of all."""
    found = ci.ranking(TOWNS, "customers", by=["customer_country", "customer_city"])
    assert len(found.top(1)) == 1
    assert len(found.top(2)) == len(found.top(3)) == 3
    assert found.top(1).share("customers").tolist() == [0.4]
    with pytest.raises(InvalidValue, match=r"concentration is that of all labels.*some of them"):
        found.top(1).hhi()


@pytest.mark.covers("M25")
def test_products_by_hand() -> None:
    """The best sellers by units; buyers overlap, and their share is that of all customers."""
    found = ci.ranking(
        to_history(LINES), ["units", "line_revenue", "customers"], by="product", as_of="2024-02-20"
    )
    assert [tuple(map(float, list(row.values())[2:])) for row in found.to_dicts()] == [
        (4.0, 0.8, 10.0, 10 / 13, 2.0, 1.0),
        (1.0, 0.2, 3.0, 3 / 13, 1.0, 0.5),
    ]
    assert found.hhi("units") == (16 + 1) / 25
    with pytest.raises(InvalidValue, match="customers of one label are among those of another"):
        found.hhi("customers")


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_as_the_oracle(data: st.DataObject) -> None:
    """Values, shares and the index are the oracle's; a rank is 1 + the labels that have more."""
    plain = data.draw(shops())
    as_of = data.draw(as_ofs(plain))
    window = data.draw(windows(plain, as_of))
    by = data.draw(st.sampled_from(("customer_region", "customer_city", "channel", "country")))
    names = ("customers", "revenue", "orders")
    metrics = data.draw(st.permutations(names))
    cells = measure(plain, metrics, [by], window, as_of)
    whole = measure(plain, metrics, [], window, as_of).get((), dict.fromkeys(metrics, 0))
    found = ci.ranking(to_history(plain), metrics, by=by, window=window, as_of=as_of)
    rows = {(row.pop(by),): row for row in found.to_dicts()}
    assert {key for key, cell in cells.items() if any(cell.values())} <= set(rows)
    for key, row in rows.items():
        cell = cells.get(key, dict.fromkeys(metrics, 0))
        more = [other for label, other in cells.items() if label != (None,)]
        larger = sum((other[metrics[0]] or 0) > (cell[metrics[0]] or 0) for other in more)
        absent = {label for label in rows if label not in cells and label != (None,)}
        larger += sum((cell[metrics[0]] or 0) < 0 for _ in absent)
        assert row["rank"] == (None if key == (None,) else larger + 1)
        for metric in metrics:
            assert Fraction(row[metric]) == natural(plain, metric, cell[metric])
            below = whole[metric]
            assert isinstance(below, int)
            expected = (cell[metric] or 0) / below if below > 0 else None
            assert row[f"{metric}_share"] == expected
    if by.startswith("customer_"):
        counts = {str(k[0]) if k[0] else None: c["customers"] for k, c in cells.items()}
        index = hhi(counts)  # type: ignore[arg-type]
        assert (
            math.isnan(found.hhi("customers"))
            if index is None
            else (found.hhi("customers") == float(index))
        )


@pytest.mark.covers("A19", "M53")
def test_real_countries() -> None:
    """Of the customers of Online Retail 3,921 of 4,339 live in the United Kingdom."""
    retail = ci.datasets.load_online_retail()
    found = ci.ranking(retail, ["customers", "revenue"], by="customer_country")
    first = found.to_dicts()[0]
    assert (first["customer_country"], first["customers"]) == ("United Kingdom", 3_921)
    assert int(found.cube.minor("customers").sum()) == 4_339
    counts = dict(
        zip(
            found.cube.labels("customer_country").tolist(),
            found.cube.minor("customers").tolist(),
            strict=True,
        )
    )
    assert found.hhi() == float(hhi(counts) or 0)
    assert found.top_share(1) == 3_921 / 4_339


@pytest.mark.covers("M25")
def test_real_products() -> None:
    """The best sellers of Online Retail are known: paper birds by units, in one order alone."""
    retail = ci.datasets.load_online_retail()
    found = ci.ranking(retail, ["units", "customers"], by=["title", "product"])
    assert found.top(2).cube.labels("product").tolist() == ["23843", "23166"]
    assert found.top(2).cube.minor("units").tolist() == [80_995_000, 77_916_000]
    assert found.to_dicts()[0]["customers"] == 1


def test_a_quotient_ranks_too() -> None:
    """A metric that is divided ranks by its value, has no share, and is undefined without rank."""
    found = ci.ranking(TOWNS, "average_order_value", by="customer_city")
    assert [tuple(row.values()) for row in found.to_dicts()] == [
        (1, "Paris", 35 / 3),
        (2, "Lyon", 3.0),
        (None, None, 2.0),
    ]


def test_nobody_is_no_ranking() -> None:
    """Without orders there are no rows, and neither share nor index is defined."""
    found = ci.ranking(to_history(shop()), "customers", by="customer_city")
    assert len(found) == 0
    assert math.isnan(found.hhi())
    assert math.isnan(found.top_share(1))


def test_what_makes_no_ranking_is_refused() -> None:
    """Periods are not ranked, nothing is by nothing, and pairs without sense stay refused."""
    with pytest.raises(InvalidValue, match=r"Only labels are ranked.*month.*customer_city"):
        ci.ranking(TOWNS, "customers", by="month")
    with pytest.raises(InvalidValue, match="nothing to rank"):
        ci.ranking(TOWNS, "customers", by=[])
    with pytest.raises(Refused, match="line_revenue"):
        ci.ranking(to_history(LINES), "revenue", by="product")
    with pytest.raises(InvalidValue, match="number of ranks is wrong"):
        ci.ranking(TOWNS, "customers", by="customer_city").top(0)
