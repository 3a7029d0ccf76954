"""What is there to recommend? Every product with what it is about, its price and its stock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import attrs
import numpy as np

from custinsights.analyses.builtin.product_functions import folded
from custinsights.analyses.recommendation.features import Features
from custinsights.domain.fields import Identity, thousandths
from custinsights.domain.products import Product, is_unique, keywords_of
from custinsights.errors import Incompatible, InvalidValue, UnknownName
from custinsights.history.columnar.columns import NO_NUMBER, BoolArray, IntArray
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.product_sales import sold

_THOUSANDTHS = 1_000


@attrs.frozen(kw_only=True)
class _Row:
    """What is known of one product, and how much of it was sold for how much."""

    title: str | None
    category: str | None
    department: str | None
    keywords: tuple[str, ...]
    price: int
    stock: int
    units: int = 0
    paid: int = 0


def _held(view: CountedHistory) -> dict[str, _Row]:
    products = view.facts.products
    if products is None:
        return {}
    nothing = [None] * len(products)
    texts = {name: column.texts().tolist() for name, column in products.labels.items()}
    numbers = {name: column.tolist() for name, column in products.numbers.items()}
    units, paid = sold(view)
    none = [NO_NUMBER] * len(products)
    return {
        product: _Row(
            title=title,
            category=category,
            department=department,
            keywords=words or (),
            price=price,
            stock=stock,
            units=count,
            paid=amount,
        )
        for product, title, category, department, words, price, stock, count, amount in zip(
            products.ids,
            *(texts.get(name, nothing) for name in ("title", "category", "department")),
            products.keywords or nothing,
            *(numbers.get(name, none) for name in ("price", "stock")),
            units.tolist(),
            paid.tolist(),
            strict=True,
        )
    }


def _given(product: Product, currency: str) -> _Row:
    price = product.price
    if price is not None and price.currency != currency:
        raise Incompatible("the currencies of the prices", currency, price.currency)
    return _Row(
        title=product.title,
        category=product.category,
        department=product.department,
        keywords=product.keywords,
        price=NO_NUMBER if price is None else price.minor,
        stock=NO_NUMBER if product.stock is None else thousandths(product.stock),
    )


def _one(label: str | None) -> tuple[str, ...]:
    return () if label is None else (folded(label),)


@attrs.frozen(eq=False, kw_only=True)
class Shelf:
    """The products of a shop; of equals the first here is recommended first.

    Parameters
    ----------
    ids, titles
        Of each product, the ids ascending.
    features
        What they are about.
    price
        int64, minor units: today's, else what one cost on average; `NO_NUMBER` where unknown.
    is_unique
        Of which there is but one: a label says so (`custinsights.domain.products.is_unique`), or no
        more than one was ever sold and no more than one is in stock.
    is_sold_out
        Of which none is in stock; where nobody tells the stock, there may be some.
    is_untold
        Of which nobody tells the stock.
    """

    ids: tuple[str, ...]
    titles: tuple[str | None, ...]
    features: Features
    price: IntArray
    is_unique: BoolArray
    is_sold_out: BoolArray
    is_untold: BoolArray

    @classmethod
    def of(cls, view: CountedHistory, beside: Iterable[Product], unique: Collection[str]) -> Shelf:
        """Put the products of a history on the shelf, and others beside them.

        Where both tell of one product, what is beside has the last word.
        """
        currency = view.facts.currency
        known = _held(view) | {str(one.id): _given(one, currency) for one in beside}
        ids = tuple(sorted(known))
        rows = [known[one] for one in ids]
        price, stock, units, paid = (
            np.array([getattr(row, name) for row in rows], dtype=np.int64)
            for name in ("price", "stock", "units", "paid")
        )
        is_paid = (price == NO_NUMBER) & (units > 0) & (paid >= 0)
        price[is_paid] = np.rint(paid[is_paid] * (_THOUSANDTHS / units[is_paid]))
        is_one = (units <= _THOUSANDTHS) & (stock != NO_NUMBER) & (stock <= _THOUSANDTHS)
        said = [is_unique((*row.keywords, row.category, row.department), unique) for row in rows]
        return cls(
            ids=ids,
            titles=tuple(row.title for row in rows),
            features=Features.of(
                {
                    "department": [_one(row.department) for row in rows],
                    "category": [_one(row.category) for row in rows],
                    "keyword": [keywords_of(row.keywords, row.title) for row in rows],
                },
                len(rows),
            ),
            price=price,
            is_unique=is_one | np.array(said, dtype=np.bool_),
            is_sold_out=(stock != NO_NUMBER) & (stock <= 0),
            is_untold=stock == NO_NUMBER,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def places_of(self, products: Sequence[Identity]) -> IntArray:
        """Return where products stand, or raise `UnknownName` of the first that is not there."""
        place = {product: at for at, product in enumerate(self.ids)}
        for product in products:
            if isinstance(product, Product):
                what, advice = (
                    "a Recommender is asked for products by id",
                    "Recommender.of(products=)",
                )
                raise InvalidValue(what, product.id, "ids", f"Tell it of new ones by {advice}")
            if str(product) not in place:
                advice = "Of what the history does not tell, pass a Product"
                raise UnknownName("product", product, self.ids, advice)
        return np.array([place[str(product)] for product in products], dtype=np.int64)
