"""What could be offered to whom? What is bought together, audiences, and what is liked next."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.analyses.products.audiences import cross_sell
from custinsights.analyses.products.baskets import baskets
from custinsights.analyses.recommendation.recommending import Recommender
from custinsights.history.orders import OrderHistory
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Listing, Section
from custinsights.presentation.report.places import titles
from custinsights.presentation.report.views import stacked
from custinsights.results.intervals import SMALL
from custinsights.results.shares import shares
from custinsights.results.table import Column, Table

__all__ = ["audiences", "bought_together", "liked_next"]

_MOST_PAIRS, _MOST_OFFERS, _MOST_ASKED = 15, 5, 1_000
_SUPPORTS, _LEAST = (0.01, 0.003, 0.001), 3
_TOGETHER = ("bought", "also", "n", "orders", "support", "confidence", "lift")
_OFFER = ("audience", "expected_takers", "expected_low", "expected_high")
_BEFORE = ("past_audience", "takers", "rate", "lift")

_RULES = (
    "Of n orders with the one thing so many hold the other too (confidence). Lift: how much more "
    "often than in any order. Pairs in {least:.1%} of the orders, three at least, beyond chance."
)
_AUDIENCES = (
    "As many are expected as took it in the last 90 days (takers) of those who stood so before "
    "(past audience), with 95% bounds. Lift: how much more often than others did."
)


def _often(history: OrderHistory, supports: Sequence[float] = _SUPPORTS) -> tuple[Table, float]:
    """Return what goes together beyond chance, in the largest share of orders that shows enough."""
    least, *smaller = supports
    found = baskets(history, least_support=least, least_orders=_LEAST, longest=2).complements()
    is_enough = len(found) >= 2 * _MOST_PAIRS
    return _often(history, smaller) if smaller and not is_enough else (found, least)


def _pairs(history: OrderHistory) -> tuple[Table, float]:
    """Return each two products that go together once, the way that tells more."""
    found, least = _often(history)
    sure = found.column("confidence").values
    best: dict[frozenset[object], int] = {}
    pairs = zip(found.column("bought").values, found.column("also").values, strict=True)
    for row, pair in enumerate(map(frozenset, pairs)):
        best[pair] = max(row, best.get(pair, row), key=lambda one: sure[one])
    return found.take([*best.values()]), least


def _named(history: OrderHistory, table: Table, columns: tuple[str, ...], title: str) -> Table:
    """Return some columns of a table, with the titles of products in place of their ids."""
    names = titles(history)
    chosen = [table.column(name) for name in columns]
    named = [
        attrs.evolve(one, values=[names.get(label) or label for label in one.values.tolist()])
        if one.kind == "label"
        else one
        for one in chosen
    ]
    return attrs.evolve(table, title=title, columns=named)


def bought_together(inquiry: Inquiry) -> Section:
    """Return which products lie in the same orders more often than chance would have it."""
    history = inquiry.history
    pairs, least = inquiry.once(_pairs)
    shown = pairs.take(range(min(_MOST_PAIRS, len(pairs))))
    table = _named(history, shown, _TOGETHER, "products bought together")
    remarks = [_RULES.format(least=least)]
    if (table.column("n").values < SMALL).any():
        remarks.append(f"Of fewer than {SMALL} orders a share says little.")
    if not len(table):
        remarks = [f"No two products lie in {least:.1%} of the orders, more often than by chance."]
    return Section(
        key="baskets",
        title="What is bought together",
        about="pairs of products in one order, the strongest first",
        parts=(Listing(table),) if len(table) else (),
        remarks=tuple(remarks),
    )


def audiences(inquiry: Inquiry) -> Section:
    """Return whom to offer what goes with what they bought, and how many are to be expected."""
    history = inquiry.history
    section = Section(key="cross_sell", title="Whom to offer what")
    pairs, _ = inquiry.once(_pairs)
    if not len(pairs):
        says = "No two products are bought together often enough to offer one for the other."
        return attrs.evolve(section, remarks=(says,))
    most = np.argsort(-pairs.column("leverage").values, kind="stable")[:_MOST_OFFERS]
    chosen = pairs.take(most)
    asked = zip(*(chosen.column(name).values.tolist() for name in ("bought", "also")), strict=True)
    rows = stacked(
        {str(n): cross_sell(history, *pair).table() for n, pair in enumerate(asked)}, "n"
    )
    table = attrs.evolve(rows, columns=[*chosen.columns[:2], *rows.columns[1:]])
    told = _named(history, table, ("bought", "also", *_OFFER, *_BEFORE), "audiences")
    renamed = [
        attrs.evolve(one, name="offer" if one.name == "also" else one.name) for one in told.columns
    ]
    return attrs.evolve(
        section,
        about="who bought the one and never the other, and how many will take it in 90 days",
        parts=(Listing(attrs.evolve(told, columns=renamed)),),
        remarks=(_AUDIENCES,),
    )


def liked_next(inquiry: Inquiry) -> Section:
    """Return what is recommended most, to how many, and to whom only what sells.

    Where there are many customers, every so many-th of them is asked.
    """
    history = inquiry.history
    ids = history.customer_ids.tolist()
    step = max(1, -(-len(ids) // _MOST_ASKED))
    asked = ids[::step]
    found = Recommender.of(history).recommend(asked, k=3)
    scores: dict[str, list[float]] = {}
    for product, score in zip(found.product.tolist(), found.score.tolist(), strict=True):
        scores.setdefault(product, []).append(score)
    products = sorted(scores, key=lambda one: (-len(scores[one]), one))
    times = np.array([len(scores[one]) for one in products], dtype=np.int64)
    averages = [sum(scores[one]) / len(scores[one]) for one in products]
    table = Table(
        "products recommended most",
        [
            Column("product", "label", products),
            Column("customers", "count", times, unit="customers"),
            Column("share", "share", shares(times, len(asked))),
            Column("average_score", "number", averages),
        ],
    )
    known = len(history.products.ids) if history.products is not None else 0
    cold = int((found.basis == "popularity").sum())
    whom = f"every {step}th of {len(ids):,} customers" if step > 1 else "all customers"
    reach = f"{shares(len(products), known):.1%}"
    asked_for = (
        f"Asked for {whom}, {len(asked):,}. Of {known:,} products {len(products):,} ({reach}) are "
        "among the best three of somebody."
    )
    remarks = [asked_for, "Scores run from 0 to 100."]
    if cold:
        part = f"{shares(cold, len(asked)):.1%}"
        remarks.append(f"{cold:,} of those asked ({part}) did nothing yet: they get what sells.")
    return Section(
        key="recommendations",
        title="What customers would like next",
        about="the products that are most often among the three best matches of a customer",
        parts=(Listing(_named(history, table, table.names, table.title)),),
        remarks=tuple(remarks),
    )
