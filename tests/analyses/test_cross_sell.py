"""Who bought one thing and never its companion: by hand, by the plain facts, by real orders."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.products.cross_sell import CrossSellGaps
from custinsights.errors import Incompatible, InvalidValue, MissingData, UnknownName
from custinsights.history.kernels import pairs
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import line_label
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, order, shop
from tests.oracles.plain import wilson
from tests.oracles.shop import PlainLine
from tests.oracles.strategies import as_ofs, shops, windows


def bought(customer: str, *products: str) -> Any:
    """Return an order of one of each."""
    return order(
        customer, "01-10", 100, lines=tuple(PlainLine(product, 1000, 100) for product in products)
    )


MATS = to_history(
    shop(
        *(bought(f"m{n}", "mat") for n in range(6)),
        *(bought(f"b{n}", "block") for n in range(3)),
        bought("both", "mat"),
        bought("both", "block"),
        order("neither", "01-10", 5),  # an order without lines tells of no product
        products={"mat": {"category": "Mats"}, "block": {"category": "Blocks"}},
    )
)


@pytest.mark.covers("E18")
def test_by_hand() -> None:
    """Of seven buyers of mats one bought a block, and 4 of 10 customers did: 2.8 were due."""
    rows = ci.cross_sell_gaps(MATS, "mat", by="product", least=1).to_dicts()
    assert len(rows) == 1
    row = rows[0]
    assert (row["bought"], row["missing"]) == ("mat", "block")
    assert (row["n"], row["both"], row["without"]) == (7, 1, 6)
    assert (row["share"], row["expected_share"]) == (1 / 7, 0.4)
    assert row["lift"] == pytest.approx(1 / 7 / 0.4)
    assert row["gap"] == pytest.approx(7 * 0.4 - 1)
    assert (row["low"], row["high"]) == tuple(map(pytest.approx, wilson(1, 7)))
    assert row["small"]
    both_ways = ci.cross_sell_gaps(MATS, least=1).to_dicts()
    assert [(r["bought"], r["missing"]) for r in both_ways] == [
        ("Blocks", "Mats"),
        ("Mats", "Blocks"),
    ]
    assert ci.cross_sell_gaps(MATS, least=2.81).to_dicts() == []


def test_a_window_limits_the_orders() -> None:
    """What was bought before the window or after it is not bought, and tells of no customer."""
    kinds = ((1, "mat"), (2, "mat"), (2, "block"), (3, "block"))
    made = shop(
        *(
            order(f"{kind}{month}", f"0{month}-10", 5, lines=(PlainLine(kind, 1000, 5),))
            for month, kind in kinds
        ),
        order("mat2", "03-10", 5, lines=(PlainLine("block", 1000, 5),)),
        products={"mat": {}, "block": {}},
    )
    rows = ci.cross_sell_gaps(
        to_history(made), "mat", by="product", least=0.1, window="2024-02"
    ).to_dicts()
    assert [(r["n"], r["both"], r["expected_share"]) for r in rows] == [(1, 0, 0.5)]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Every pair that fewer bought than is to be expected is there, with the plain numbers."""
    plain = data.draw(shops().filter(lambda made: bool(made.products)))
    as_of = data.draw(as_ofs(plain))
    window = data.draw(windows(plain, as_of))
    by = data.draw(st.sampled_from(("product", "category", "department")))
    least = data.draw(st.sampled_from((0.01, 0.5, 1.0)))
    view = View(plain, as_of)
    baskets: dict[Any, set[Any]] = {}
    for position in view.counted:
        made = plain.orders[position]
        if window is None or window[0] <= made.placed_at < window[1]:
            for line in made.lines:
                baskets.setdefault(made.customer, set()).add(line_label(view, by, line.product))
    labels = {label for basket in baskets.values() for label in basket if label is not None}
    expected = {}
    for one, other in permutations(labels, 2):
        n = sum(one in basket for basket in baskets.values())
        both = sum({one, other} <= basket for basket in baskets.values())
        share = Fraction(sum(other in basket for basket in baskets.values()), len(baskets))
        if both < n * share and n * share >= Fraction(least):
            expected[one, other] = (n, both, n - both, float(share))
    history = to_history(plain)
    found = ci.cross_sell_gaps(history, by=by, least=least, window=window, as_of=as_of)
    rows = found.to_dicts()
    assert {
        (row["bought"], row["missing"]): (
            row["n"],
            row["both"],
            row["without"],
            row["expected_share"],
        )
        for row in rows
    } == expected
    gaps = [row["gap"] for row in rows]
    assert gaps == sorted(gaps, reverse=True)
    for label in sorted(labels):
        alone = ci.cross_sell_gaps(
            history, label, by=by, least=least, window=window, as_of=as_of
        ).to_dicts()
        assert alone == [row for row in rows if row["bought"] == label]


def test_pairs_in_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many pairs are laid out at once changes nothing."""
    gallery = ci.datasets.gallery()
    whole = ci.cross_sell_gaps(gallery, by="product", least=0.5).to_dicts()
    assert len(whole) > 100
    monkeypatch.setattr(pairs, "_AT_ONCE", 7)
    assert ci.cross_sell_gaps(gallery, by="product", least=0.5).to_dicts() == whole


@pytest.mark.covers("E18")
def test_real_orders() -> None:
    """Buyers of the white hanging heart rarely pay for postage: they live where it is free."""
    retail = ci.datasets.load_online_retail()
    first = ci.cross_sell_gaps(retail, "85123A", by="product").to_dicts()[0]
    assert (first["missing"], first["n"], first["both"]) == ("POST", 856, 22)
    with_heart, with_post = (set(_buyers(retail, product)) for product in ("85123A", "POST"))
    assert (len(with_heart), len(with_heart & with_post)) == (856, 22)


def _buyers(history: Any, product: str) -> list[int]:
    table = ci.traits(history.for_lines(product=product), "order_count")
    return [row["customer"] for row in table.to_dicts() if row["order_count"]]


def test_what_cannot_be_asked_is_refused() -> None:
    """Unknown labels, labels of customers, wrong bounds and histories without lines say so."""
    with pytest.raises(UnknownName, match=r"blocks.*block"):
        ci.cross_sell_gaps(MATS, "blocks", by="product")
    with pytest.raises(InvalidValue, match="What is bought is a label of order lines"):
        ci.cross_sell_gaps(MATS, by="customer_country")
    for least in (0, -1, True, "5"):
        with pytest.raises(InvalidValue, match="least expected number of customers"):
            ci.cross_sell_gaps(MATS, least=least)  # type: ignore[arg-type]
    with pytest.raises(MissingData, match="order lines"):
        ci.cross_sell_gaps(to_history(ADA_AND_BO))
    one, two = (CrossSellGaps(name, by="product").summarise(MATS) for name in ("mat", "block"))
    with pytest.raises(Incompatible, match="things bought of the questions differ"):
        _ = one + two
