"""How good are recommendations? Measures of each way to recommend, side by side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log2

import attrs
import numpy as np

from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue
from custinsights.results.door import Presented
from custinsights.results.provenance import Provenance
from custinsights.results.table import Column, Table

__all__ = ["RecommendationEvaluation"]


@attrs.frozen(repr=False, kw_only=True)
class RecommendationEvaluation(Presented):
    """How often recommendations found what customers bought next.

    Parameters
    ----------
    hit_rate
        Recommender -> customers of whose basket something was recommended ÷ customers.
    ndcg
        Recommender -> how far up it was: normalised discounted cumulative gain.
    coverage
        Recommender -> products recommended to somebody ÷ products.
    customers
        How many baskets were hidden.
    k
        How many products each was recommended.
    provenance
        Of what, as of when.
    """

    hit_rate: Mapping[str, float] = attrs.field(converter=frozen)
    ndcg: Mapping[str, float] = attrs.field(converter=frozen)
    coverage: Mapping[str, float] = attrs.field(converter=frozen)
    customers: int
    k: int
    provenance: Provenance

    @classmethod
    def of(
        cls,
        found: Mapping[str, Sequence[Sequence[str]]],
        baskets: Sequence[Collection[str]],
        *,
        products: int,
        k: int,
        provenance: Provenance,
    ) -> RecommendationEvaluation:
        """Measure what each recommender found of every basket.

        Raises
        ------
        InvalidValue
            A recommender did not answer for every customer, or named a product twice.
        """
        for name, lists in found.items():
            if len(lists) != len(baskets) or any(len({*one}) < len(one) for one in lists):
                raise InvalidValue(
                    what=f"{name} did not recommend as it is asked to",
                    given=f"{len(lists):,} lists",
                    allowed=f"{len(baskets):,} lists of products, each product once",
                )
        return cls(
            hit_rate={name: _hit_rate(lists, baskets) for name, lists in found.items()},
            ndcg={name: _ndcg(lists, baskets, k) for name, lists in found.items()},
            coverage={
                name: len(set().union(*lists)) / max(products, 1) for name, lists in found.items()
            },
            customers=len(baskets),
            k=k,
            provenance=provenance,
        )

    def table(self) -> Table:
        """Return a row for each recommender, the highest NDCG first."""
        names = sorted(self.ndcg, key=lambda name: (-self.ndcg[name], name))
        return Table(
            f"what {self.customers:,} customers bought next, among {self.k} recommended products",
            [
                Column("recommender", "label", names),
                *(
                    Column(measure, "share", np.array([values[name] for name in names]))
                    for measure, values in (
                        ("hit_rate", self.hit_rate),
                        ("ndcg", self.ndcg),
                        ("coverage", self.coverage),
                    )
                ),
            ],
            notes=self.provenance.notes(),
            timezone=self.provenance.calendar.timezone,
        )


def _hit_rate(found: Sequence[Sequence[str]], baskets: Sequence[Collection[str]]) -> float:
    pairs = zip(found, baskets, strict=True)
    return sum(not set(one).isdisjoint(basket) for one, basket in pairs) / len(baskets)


def _ndcg(found: Sequence[Sequence[str]], baskets: Sequence[Collection[str]], k: int) -> float:
    gains = [1 / log2(rank + 1) for rank in range(1, k + 1)]
    total = 0.0
    for one, basket in zip(found, baskets, strict=True):
        hits = sum(gain for gain, product in zip(gains, one, strict=False) if product in basket)
        total += hits / sum(gains[: len(basket)]) if basket else 0.0
    return total / len(baskets)
