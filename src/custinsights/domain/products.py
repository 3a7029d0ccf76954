"""What is sold."""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import cached_property
from typing import Final

import attrs
from attrs.validators import optional

from custinsights.domain.fields import (
    as_tuple,
    exact_quantity,
    identity,
    instance,
    members,
    not_negative,
    text,
)
from custinsights.domain.money import Money

__all__ = ["UNIQUE_WORDS", "Product", "is_unique", "keywords_of"]

UNIQUE_WORDS: Final = frozenset({"one of a kind", "original", "originals", "unique"})
"""Keywords, categories and departments of works of which there is only one."""

_WORD = re.compile(r"[^\W_]+")


def keywords_of(keywords: Iterable[str], title: str | None) -> set[str]:
    """Return what a product is about, without case: its keywords, else the words of its title.

    Examples
    --------
    >>> sorted(keywords_of((), "Late Dahlias")), keywords_of(["Oil "], "Late Dahlias")
    (['dahlias', 'late'], {'oil'})
    """
    words = tuple(keywords) or _WORD.findall(title or "")
    return {word.strip().casefold() for word in words}


def is_unique(labels: Iterable[str | None], unique: Collection[str] = UNIQUE_WORDS) -> bool:
    """Return whether one of a product's keywords, category and department says: the only one.

    Examples
    --------
    >>> is_unique(["oil", None, "Originals "]), is_unique(["Prints"])
    (True, False)
    """
    return any(label is not None and label.strip().casefold() in unique for label in labels)


@attrs.frozen
class Product:
    """Something that the shop sells; None stands for what is not known.

    Parameters
    ----------
    id : str or int
        The identity that order lines name.
    title : str, optional
        What it is called.
    category, department : str, optional
        Where it belongs.
    keywords : tuple of str
        What else it is about.
    price : Money, optional
        Today's price, not negative; what was paid is in the order lines.
    stock : Decimal, optional
        How much is in stock, given as int, Decimal or text, exact to thousandths; negative where
        more was sold than there is.
    ladder : str, optional
        The ladder of which it is a step: products of one ladder are what a buyer of a cheaper one
        may move up to, print to original, small to large.
    sale : str, optional
        The sale or auction in which it is on offer.

    Raises
    ------
    InvalidValue
        If something is not what it should be.

    Examples
    --------
    >>> Product("print-a3", title="Lighthouse", price=Money("45.00", "EUR"), stock=12).stock
    Decimal('12')
    """

    id: str | int = attrs.field(validator=identity)
    title: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    category: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    department: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    keywords: tuple[str, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(text), kw_only=True
    )
    price: Money | None = attrs.field(
        default=None, validator=optional([instance(Money), not_negative]), kw_only=True
    )
    stock: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(exact_quantity), kw_only=True
    )
    ladder: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    sale: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)

    @cached_property
    def words(self) -> frozenset[str]:
        """What it is about, without case: see `keywords_of`."""
        return frozenset(keywords_of(self.keywords, self.title))
