"""Read what a shop sells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from custinsights.history.columnar.columns import NO_NUMBER, Labels
from custinsights.sources.beside.single import Typed, settle
from custinsights.sources.beside.tables import (
    Table,
    are_texts,
    currencies,
    read_rows,
    settled_report,
    split,
)
from custinsights.sources.formats.products import PRODUCTS, TEXTS
from custinsights.sources.orders.grouping import picked
from custinsights.sources.orders.money import NEGATIVE_AMOUNT
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.product_list import ProductList
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.files import Progress

NO_PRODUCT = "no product id"
_FIELDS = (*TEXTS, "keywords", "price", "currency", "stock")
"""Of which two rows of one product must tell the same."""


def read_products(
    paths: Table,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    currency: str | None = None,
    errors: Literal["raise", "report"] = "raise",
    decimal: Literal[".", ","] | None = None,
    progress: Progress | None = None,
) -> ProductList:
    r"""Read a table of products.

    What it returns goes into ``products=`` of `read_orders`, `read_frame` and `read_objects`. There
    it describes the products that order lines name by their ids, and comes before what the lines
    themselves say; products that no line names are known too.

    Parameters
    ----------
    paths
        Files as for `read_orders`, or a table in memory as for `read_frame`. Of a product in
        several files the later file's is taken, and counted as updated. In one file several rows
        of a product complete each other.
    columns
        Our field to the header: id, title, category, department, keywords, price, currency, stock,
        ladder, sale, as `custinsights.domain.Product` has them. Without it, headers that are these
        words are used. Keywords are parted by commas, semicolons or bars.
    currency
        The currency of the prices, where no column says it.
    errors, decimal, progress
        As in `read_orders`.

    Returns
    -------
    ProductList
        Columns, and a list of `custinsights.domain.Product` to whoever asks for one. Its
        ``load_report`` says what became of every row.

    Raises
    ------
    MissingColumn
        There is no column of ids.
    BadRowsError
        Rows cannot be read: numbers, negative prices, currencies, no id; rows of one product that
        contradict each other; and all that makes a row of `read_orders` bad.
    InvalidValue
        There are prices, and nothing says in which currency; and as in `read_orders`.
    UnknownName
        `columns` names what is no field.
    UnreadableFile, MissingExtra
        As in `read_orders`.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b"id,title,price,ladder\nprint-a3,Lighthouse,45.00,lighthouse\n")
    >>> read_products(file, currency="EUR")[0].price
    Money('45.00', 'EUR')
    """
    options = Options(currency=currency, errors=errors, decimal=decimal)
    rows = read_rows(paths, PRODUCTS.asked(None, columns), PRODUCTS.needs, options, progress)
    currency_of_row = currencies(rows, options, "price")
    price, stock = _price(rows), _stock(rows)
    keys = rows.key_codes("product").astype(np.int64)
    rows.ledger.bad(keys < 0, NO_PRODUCT, "product")
    single = settle(rows, keys, _FIELDS, "products")
    at = single.row_of(price.says)
    words, codes = split(single.texts("keywords"))
    return ProductList(
        ids=tuple(single.texts("product").array().tolist()),
        labels={name: single.texts(name).labels() for name in TEXTS},
        keywords=tuple(map(tuple, map(words.__getitem__, codes.tolist()))),
        price=single.typed(price),
        currency=Labels(
            np.where(at >= 0, picked(currency_of_row.codes, at), np.int32(-1)),
            currency_of_row.names,
        ),
        stock=single.typed(stock),
        has_text_ids=are_texts(rows, "product"),
        load_report=settled_report(rows, options),
    )


def _price(rows: ParsedRows) -> Typed:
    minor = rows.minor("price")
    rows.ledger.bad(minor < 0, NEGATIVE_AMOUNT, "price")
    return Typed(minor, ~rows.is_blank("price"), NO_NUMBER)


def _stock(rows: ParsedRows) -> Typed:
    return Typed(rows.thousandths("stock"), ~rows.is_blank("stock"), NO_NUMBER)
