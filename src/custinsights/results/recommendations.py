"""What would whom like? Products with a match score, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import own_identity
from custinsights.domain.frozen import frozen
from custinsights.domain.interests import Interest
from custinsights.domain.money import Money, minor_exponent
from custinsights.errors import CannotAsk, UnknownName
from custinsights.errors.wording import listed
from custinsights.results.door import Presented, match_in_words
from custinsights.results.freezing import frozen_array, frozen_arrays
from custinsights.results.provenance import Provenance
from custinsights.results.table import NO_INSTANT, Column, Table

__all__ = ["BASES", "Ask", "Match", "MatchPart", "Recommendations"]

AnyArray: TypeAlias = npt.NDArray[Any]

BASES = ("deeds", "interests", "popularity")
"""On what a recommendation rests: what the customer did; what they said, of whom nothing else is
known; or only what everybody buys, of whom nothing is."""


_MOST_TOLD = 5


class Ask(Protocol):
    """Finds out why a product matches a customer; the analysis supplies one."""

    def explain(self, customer: str | int, product: str) -> Match:
        """Return the match with its reasons."""


@attrs.frozen
class MatchPart:
    """One part of a match score.

    Parameters
    ----------
    name
        ``content``, ``co_purchase``, ``price_fit`` or ``recency``.
    value
        How well the product matches by it, from 0 to 1.
    weight
        What it weighs; those of all parts add up to 1.
    because
        What it comes from, most important first: labels, products, or amounts.
    """

    name: str
    value: float
    weight: float
    because: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What it adds to the score."""
        return 100.0 * self.weight * self.value


@attrs.frozen(repr=False, kw_only=True)
class Match(Presented):
    """Why one product matches one customer as well as it does.

    Parameters
    ----------
    product, title, price
        The product.
    score
        0 to 100, the sum of the points of the parts.
    basis
        One of `BASES`.
    parts
        Of what the score is made.
    left_out
        Why it is not recommended all the same; empty where it may be.
    """

    product: str
    title: str | None
    price: Money | None
    score: float
    basis: str
    parts: tuple[MatchPart, ...]
    left_out: str = ""

    @property
    def words(self) -> str:
        """The same in a few sentences."""
        return match_in_words(self)

    def table(self) -> Table:
        """Return a row for each part."""
        return Table(
            self.words,
            [
                Column("part", "label", [part.name for part in self.parts]),
                Column("value", "number", np.array([part.value for part in self.parts])),
                Column("weight", "number", np.array([part.weight for part in self.parts])),
                Column("points", "number", np.array([part.points for part in self.parts])),
                Column("because", "label", [", ".join(part.because) for part in self.parts]),
            ],
            in_full=True,
        )


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Recommendations(Presented):
    """Products for customers, best first, with what every score is made of.

    Parameters
    ----------
    customers
        Whose: the identity of each of c customers, ascending; then of those who are unknown.
    row
        int64[r], of whom of them each recommendation is, ascending.
    rank
        int64[r], 1 for the best of a customer.
    product, title, price
        Of each recommendation; the price in minor units, `NO_INSTANT` where it is not known.
    parts
        Name -> float64[r] in [0, 1].
    basis
        Of each of the c customers one of `BASES`.
    weights
        Of each part; they add up to 1.
    provenance
        Of what, as of when.
    unknown
        Who of them is not in the history: visitors, or a slip of the pen.
    unheard
        Interests that did nothing: no product has them, or nobody asked about is their customer.
    ask
        Finds out why: see `explain`.
    """

    customers: AnyArray = attrs.field(converter=frozen_array)
    row: AnyArray = attrs.field(converter=frozen_array)
    rank: AnyArray = attrs.field(converter=frozen_array)
    product: AnyArray = attrs.field(converter=frozen_array)
    title: AnyArray = attrs.field(converter=frozen_array)
    price: AnyArray = attrs.field(converter=frozen_array)
    parts: Mapping[str, AnyArray] = attrs.field(converter=frozen_arrays)
    basis: AnyArray = attrs.field(converter=frozen_array)
    weights: Mapping[str, float] = attrs.field(converter=frozen)
    provenance: Provenance
    unknown: tuple[str | int, ...] = ()
    unheard: tuple[Interest, ...] = ()
    ask: Ask | None = None

    def __len__(self) -> int:
        """Return the number of recommendations."""
        return len(self.row)

    @property
    def score(self) -> AnyArray:
        """float64[r], 100 times the weighted mean of the parts."""
        scores = np.zeros(len(self))
        for name, weight in self.weights.items():
            scores += self.parts[name] * (100.0 * weight)
        return scores

    def of(self, customer: str | int) -> Recommendations:
        """Return those of one customer."""
        place = np.flatnonzero(self.customers == own_identity(customer))
        if not len(place):
            advice = "customers lists those who were asked about"
            raise UnknownName("customer", hidden_if_contact(customer), (), advice)
        rows = np.flatnonzero(self.row == place[0])
        names = ("rank", "product", "title", "price")
        return attrs.evolve(
            self,
            customers=self.customers[place],
            row=np.zeros(len(rows), dtype=np.int64),
            basis=self.basis[place],
            unknown=tuple(one for one in self.unknown if one in self.customers[place]),
            unheard=tuple(one for one in self.unheard if one.customer in self.customers[place]),
            parts={name: part[rows] for name, part in self.parts.items()},
            **{name: getattr(self, name)[rows] for name in names},
        )

    def explain(self, customer: str | int, product: str | int) -> Match:
        """Tell why a product matches a customer as well as it does, recommended or not.

        Raises
        ------
        UnknownName
            The customer or the product is not known.
        CannotAsk
            The recommendations come out of a file, without the history.
        """
        if self.ask is None:
            raise CannotAsk("explain", "Recommend again, of the history")
        return self.ask.explain(customer, str(product))

    def table(self) -> Table:
        """Return a row for each recommendation."""
        currency = self.provenance.currency
        unknown = self.price == NO_INSTANT
        money: dict[str, Any] = {"unit": currency, "exponent": minor_exponent(currency)}
        return Table(
            "recommended products",
            [
                Column("customer", "label", self.customers.astype(object)[self.row]),
                Column("rank", "count", self.rank),
                Column("product", "label", self.product),
                Column("title", "label", self.title),
                Column("price", "money", np.where(unknown, 0, self.price), unknown, **money),
                Column("score", "number", self.score),
                *(Column(name, "number", part) for name, part in self.parts.items()),
                Column("basis", "label", self.basis[self.row]),
            ],
            notes=(*self.provenance.notes(), *self._in_vain()),
            timezone=self.provenance.calendar.timezone,
        )

    def _in_vain(self) -> Iterator[str]:
        """Say who is not known, and which interests did nothing."""
        if self.unknown:
            yield (
                f"Not in the history: {_listed(self.unknown)}. They get what they said they like, "
                "else what sells lately."
            )
        asked = {*self.customers.tolist()} if self.unheard else set()
        lost = [one.keyword for one in self.unheard if one.customer in asked]
        if lost:
            yield f"Interests that no product has: {_listed(dict.fromkeys(lost))}. They do nothing."
        if others := len(self.unheard) - len(lost):
            yield f"Interests of nobody asked about: {others:,}. They do nothing."


def _listed(given: Iterable[str | int]) -> str:
    return listed([str(hidden_if_contact(one)) for one in given], _MOST_TOLD)
