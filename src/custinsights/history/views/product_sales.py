"""How much of every product was sold, and when first and last? A state that adds up."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.errors import Incompatible
from custinsights.history.columnar.columns import NO_INSTANT, IntArray, Labels, Products
from custinsights.history.views.counted import CountedHistory

NO_DAY = int(np.iinfo(np.int64).max)
"""The first day of what was never sold; its last is `NO_INSTANT`."""

KNOWN = ("price", "stock")
"""What a product table may know in numbers; the smallest int64 where it does not."""


@attrs.frozen(eq=False)
class ProductSales:
    """What the lines of counted orders say of each product.

    Parameters
    ----------
    ids
        The products, ascending.
    titles
        Their titles, None where unknown.
    units
        int64[p], thousandths sold in the window.
    first_day, last_day
        int64[p], local day numbers of the first and last sale of all, inside the window or not;
        `NO_DAY` and `NO_INSTANT` for what was never sold.
    known
        Price in minor units and stock in thousandths, where the history has them.
    """

    ids: tuple[str, ...]
    titles: tuple[str | None, ...]
    units: IntArray
    first_day: IntArray
    last_day: IntArray
    known: Mapping[str, IntArray]

    @classmethod
    def none_of(cls, products: Products) -> ProductSales:
        """Return the products of which nothing has been sold."""
        order = sorted(range(len(products)), key=products.ids.__getitem__)
        titles = products.labels.get("title", Labels.missing(len(products))).texts().tolist()
        size = len(order)
        return cls(
            tuple(products.ids[code] for code in order),
            tuple(titles[code] for code in order),
            np.zeros(size, dtype=np.int64),
            np.full(size, NO_DAY),
            np.full(size, NO_INSTANT),
            {name: products.numbers[name][order] for name in KNOWN if name in products.numbers},
        )

    @classmethod
    def of(
        cls, view: CountedHistory, products: Products, window: tuple[int, int] | None
    ) -> ProductSales:
        """Return what the lines of a counted history say; units are those of a window."""
        none = cls.none_of(products)
        lines = view.lines
        place = {product: at for at, product in enumerate(none.ids)}
        table = np.array([place[product] for product in products.ids], dtype=np.int64)
        codes, quantity = table.take(lines.product), lines.quantity
        days = view.day.astype(np.int64).take(lines.counted_order)
        units, first, last = none.units.copy(), none.first_day.copy(), none.last_day.copy()
        is_sale = quantity > 0
        np.minimum.at(first, codes[is_sale], days[is_sale])
        np.maximum.at(last, codes[is_sale], days[is_sale])
        if window is not None:
            inside = (lines.instant >= window[0]) & (lines.instant < window[1])
            codes, quantity = codes[inside], quantity[inside]
        np.add.at(units, codes, quantity)
        return attrs.evolve(none, units=units, first_day=first, last_day=last)

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: ProductSales) -> ProductSales:
        if not isinstance(other, ProductSales):
            return NotImplemented
        ours, theirs = self, other
        if self.ids != other.ids or self.titles != other.titles:
            ids = tuple(sorted({*self.ids, *other.ids}))
            titles = {**dict(zip(self.ids, self.titles, strict=True))}
            for product, title in zip(other.ids, other.titles, strict=True):
                known = [one for one in (titles.get(product), title) if one is not None]
                titles[product] = min(known, default=None)
            ours, theirs = (one.among(ids, titles) for one in (self, other))
        return attrs.evolve(
            ours,
            units=ours.units + theirs.units,
            first_day=np.minimum(ours.first_day, theirs.first_day),
            last_day=np.maximum(ours.last_day, theirs.last_day),
            known={
                name: _agreed(name, ours.column(name), theirs.column(name))
                for name in KNOWN
                if name in ours.known or name in theirs.known
            },
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProductSales):
            return NotImplemented
        return (
            (self.ids, self.titles) == (other.ids, other.titles)
            and self.known.keys() == other.known.keys()
            and all(np.array_equal(self.column(n), other.column(n)) for n in self.known)
            and all(
                np.array_equal(getattr(self, name), getattr(other, name))
                for name in ("units", "first_day", "last_day")
            )
        )

    def column(self, name: str) -> IntArray:
        """Return what is known of all products, the smallest int64 where nothing is."""
        missing = np.full(len(self), NO_INSTANT)
        return self.known.get(name, missing)

    def among(self, ids: tuple[str, ...], titles: Mapping[str, str | None]) -> ProductSales:
        """Return the same among more products."""
        place = {product: at for at, product in enumerate(ids)}
        rows = np.array([place[product] for product in self.ids], dtype=np.int64)

        def spread(column: IntArray, missing: int) -> IntArray:
            wide = np.full(len(ids), missing)
            wide[rows] = column
            return wide

        return ProductSales(
            ids,
            tuple(titles[product] for product in ids),
            spread(self.units, 0),
            spread(self.first_day, NO_DAY),
            spread(self.last_day, NO_INSTANT),
            {name: spread(column, NO_INSTANT) for name, column in self.known.items()},
        )


def sold(view: CountedHistory) -> tuple[IntArray, IntArray]:
    """Return by product code how much was sold (thousandths), and for how much (minor units)."""
    size = 0 if view.facts.products is None else len(view.facts.products)
    units, paid = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    if view.facts.lines is not None:
        is_sale = np.flatnonzero(view.lines.quantity > 0)
        product = view.lines.product.take(is_sale)
        np.add.at(units, product, view.lines.quantity.take(is_sale))
        np.add.at(paid, product, view.lines.amount.take(is_sale))
    return units, paid


def _agreed(name: str, ours: IntArray, theirs: IntArray) -> IntArray:
    """Return what either of two tables knows; refuse what they know differently."""
    both = (ours != NO_INSTANT) & (theirs != NO_INSTANT)
    if (ours[both] != theirs[both]).any():
        raise Incompatible(
            f"what the product tables know of the {name} of one product",
            "one number",
            "another",
            "Read all parts with one product table",
        )
    return np.maximum(ours, theirs)
