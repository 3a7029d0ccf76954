"""The products that are known beside the orders: columns, and a list of `Product` to a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import attrs
import numpy as np

from custinsights.domain.fields import from_thousandths, thousandths
from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import Money
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue, counted
from custinsights.history.columnar.columns import NO_NUMBER, IntArray, Labels
from custinsights.sources.formats.products import TEXTS
from custinsights.sources.orders.identity import INTEGER


@attrs.frozen(eq=False, repr=False, kw_only=True)
class ProductList(Sequence[Product]):
    """Products as columns: what `read_products` returns and ``products=`` takes.

    It is a list of `custinsights.domain.Product`: each is made when it is asked for.

    Parameters
    ----------
    ids
        The id of each, as order lines name it.
    labels
        Title, category, department, ladder and sale.
    keywords
        The keywords of each.
    price
        int64[n] minor units of `currency`; the smallest int64 where there is none.
    currency
        The currency of each price.
    stock
        int64[n] thousandths; the smallest int64 where it is not known.
    has_text_ids
        Whether ids stay texts although they are written as integers.
    load_report
        What was read, left out and why.

    Examples
    --------
    >>> products = ProductList.of([Product("print-a3", stock=12, sale="May")])
    >>> products
    <ProductList: 1 product>
    >>> products[0].sale
    'May'
    """

    ids: tuple[str, ...]
    labels: dict[str, Labels]
    keywords: tuple[tuple[str, ...], ...]
    price: IntArray
    currency: Labels
    stock: IntArray
    has_text_ids: bool = False
    load_report: LoadReport = attrs.field(factory=LoadReport)

    @classmethod
    def of(cls, products: Iterable[Product]) -> ProductList:
        """Make columns of objects; each id may be there once.

        Raises
        ------
        InvalidValue
            Two products have one id.
        """
        given = list(products)
        ids = tuple(str(one.id) for one in given)
        if repeated := len(ids) - len(set(ids)):
            what = "two products have the same id"
            raise InvalidValue(what, counted(repeated, "repeated id"), "each id once")
        stock = [NO_NUMBER if one.stock is None else thousandths(one.stock) for one in given]
        price = [NO_NUMBER if one.price is None else one.price.minor for one in given]
        return cls(
            ids=ids,
            labels={name: Labels.encode([getattr(one, name) for one in given]) for name in TEXTS},
            keywords=tuple(one.keywords for one in given),
            price=np.array(price, dtype=np.int64),
            currency=Labels.encode([getattr(one.price, "currency", None) for one in given]),
            stock=np.array(stock, dtype=np.int64),
            has_text_ids=any(isinstance(one.id, str) for one in given),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<ProductList: {counted(len(self), 'product')}{self.load_report.origin}>"

    def prices_in(self, currency: str) -> IntArray:
        """Return the prices that are in a currency; the others are as if they were not there."""
        is_it = np.array([name == currency for name in self.currency.names] + [False])
        return np.where(is_it.take(self.currency.codes), self.price, NO_NUMBER)

    @overload
    def __getitem__(self, place: int) -> Product: ...
    @overload
    def __getitem__(self, place: slice) -> list[Product]: ...
    def __getitem__(self, place: int | slice) -> Product | list[Product]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        row = range(len(self))[place]
        own, currency = self.ids[row], self.currency.name_of(row)
        price, stock = int(self.price[row]), int(self.stock[row])
        return Product(
            int(own) if not self.has_text_ids and INTEGER.fullmatch(own) else own,
            keywords=self.keywords[row],
            price=None if currency is None else Money.from_minor(price, currency),
            stock=None if stock == NO_NUMBER else from_thousandths(stock),
            **{name: column.name_of(row) for name, column in self.labels.items()},
        )
