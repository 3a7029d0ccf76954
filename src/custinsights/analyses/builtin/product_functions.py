"""What may a rule ask about what a customer bought?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Protocol

import numpy as np

from custinsights.analyses.builtin.deed_functions import WITHIN, Texts, first_day, is_since
from custinsights.analyses.declaring.segment_functions import Compared, segment_function
from custinsights.domain.money import minor_exponent
from custinsights.domain.products import keywords_of as words_of
from custinsights.domain.rules.durations import Duration
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import BoolArray, IntArray, Labels, Products
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.timed import sum_per_customer


class _OfProducts(Protocol):
    """Lines, or refunds that name a product."""

    @property
    def product(self) -> IntArray:
        """The product code of each."""

    def label(self, name: str) -> Labels:
        """Return a label of each one's product."""


def _is_of(
    history: CountedHistory, facts: _OfProducts, labels: Mapping[str, Texts], keyword: Texts
) -> BoolArray:
    """Tell which lines, or refunds of lines, are of a product that fits all that is asked."""
    products = history.facts.products
    assert products is not None  # noqa: S101 - lines name products
    fits = np.ones(len(facts.product), dtype=np.bool_)
    for name, texts in labels.items():
        if texts is None:
            continue
        if name not in ("product", *products.labels):
            advice = f"Load the products with their {name}"
            raise MissingData(f"a column {name!r} of its products", "the function bought", advice)
        fits &= facts.label(name).among(
            texts if name == "product" else _like(products, name, texts)
        )
    if keyword is not None:
        fits &= _has_keyword(products, facts.product, {folded(one) for one in keyword})
    return fits


def folded(label: str) -> str:
    """Return a label of products as it is compared: letter case and blanks around it aside."""
    return label.strip().casefold()


def _like(products: Products, label: str, texts: Collection[str]) -> list[str]:
    """Return the labels that are spelled like some texts."""
    wanted = {folded(one) for one in texts}
    return [name for name in products.labels[label].names if folded(name) in wanted]


def _has_keyword(products: Products, codes: IntArray, wanted: Collection[str]) -> BoolArray:
    """Tell which product codes are of a product with a keyword; -1 is of none."""
    if "title" not in products.labels and not any(products.keywords or ()):
        advice = "Load the products with their keywords: read_orders(..., products=...)"
        raise MissingData("keywords of its products, or titles", "the function bought", advice)
    is_held = np.zeros(len(products) + 1, dtype=np.bool_)
    is_held[codes] = True
    found = np.zeros(len(products) + 1, dtype=np.bool_)
    for place in np.flatnonzero(is_held[:-1]).tolist():
        found[place] = not keywords_of(products, place).isdisjoint(wanted)
    return found.take(codes)


def keywords_of(products: Products, place: int) -> set[str]:
    """Return the keywords of a product, casefolded; the words of its title where it has none."""
    titles, keywords = products.labels.get("title"), products.keywords
    own = keywords[place] if keywords else ()
    return words_of(own, None if titles is None else titles.name_of(place))


def orders_bought(
    history: CountedHistory,
    *,
    product: Texts = None,
    category: Texts = None,
    department: Texts = None,
    keyword: Texts = None,
    within: Duration | None = None,
    at_least: int = 1,  # noqa: ARG001 - called as `bought` is
    spent: Decimal | None = None,  # noqa: ARG001 - as above
) -> IntArray:
    """int64[k], counted orders with a line that fits."""
    labels = {"product": product, "category": category, "department": department}
    return _orders(history, labels, keyword, within)


def _orders(
    history: CountedHistory, labels: Mapping[str, Texts], keyword: Texts, within: Duration | None
) -> IntArray:
    lines = history.lines
    has_line = np.zeros(len(history), dtype=np.bool_)
    has_line[lines.counted_order[_is_of(history, lines, labels, keyword)]] = True
    if within is not None:
        has_line &= is_since(history, history.day, within)
    found: IntArray = history.sum_per_customer(has_line)
    return found


def _line_revenue(
    history: CountedHistory, labels: Mapping[str, Texts], keyword: Texts, within: Duration | None
) -> IntArray:
    """int64[k], minor units of the lines that fit, less the refunds that name such a product."""
    lines, refunds = history.lines, history.line_refunds
    is_sold = _is_of(history, lines, labels, keyword)
    is_returned = _is_of(history, refunds, labels, keyword)
    if within is not None:
        is_sold &= is_since(history, history.day, within).take(lines.counted_order)
        is_returned &= is_since(history, refunds.day, within)
    sold = sum_per_customer(lines, np.where(is_sold, lines.amount, 0))
    return sold - sum_per_customer(refunds, np.where(is_returned, refunds.amount, 0))


def deciding(
    history: CountedHistory,
    *,
    keyword: Texts = None,
    within: Duration | None = None,
    at_least: int = 1,
    spent: Decimal | None = None,
    **labels: Texts,
) -> Compared:
    """The orders of one customer where they are too few, or all that is asked; else the money."""
    since = first_day(history, within)
    orders = _orders(history, labels, keyword, within)
    if spent is None or orders[0] < at_least:
        return Compared(threshold=at_least, since=since)
    currency = history.facts.currency
    minor = int(_line_revenue(history, labels, keyword, within)[0])
    value = Decimal(minor).scaleb(-minor_exponent(currency))
    return Compared(threshold=spent, value=value, unit=currency, since=since)


@segment_function(
    parameters={
        "product": "texts",
        "category": "texts",
        "department": "texts",
        "keyword": "texts",
        "within": "duration",
        "at_least": "count",
        "spent": "number",
    },
    definition="Whether the customer has `at_least` counted orders (default 1) with a line of a "
    "product that fits all that is given, and their line revenue comes to `spent`. A product has "
    "the keywords of the product table or, where it has none there, the words of its title. "
    "Letter case, and blanks around a text, are set aside in all labels; product ids are compared "
    f"as they are. {WITHIN}.",
    unit="orders",
    shown=orders_bought,
    compared=deciding,
    needs_one_of_the_options=True,
)
def bought(
    history: CountedHistory,
    *,
    product: Texts = None,
    category: Texts = None,
    department: Texts = None,
    keyword: Texts = None,
    within: Duration | None = None,
    at_least: int = 1,
    spent: Decimal | None = None,
) -> BoolArray:
    """Whether people bought what is asked for."""
    labels = {"product": product, "category": category, "department": department}
    is_bought: BoolArray = _orders(history, labels, keyword, within) >= at_least
    if spent is not None:
        least = ceil(Fraction(spent) * 10 ** minor_exponent(history.facts.currency))
        is_bought &= _line_revenue(history, labels, keyword, within) >= least
    return is_bought


BUILT_IN = (bought,)
