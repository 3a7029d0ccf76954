"""What does one customer care for? By what they bought and looked at, and by their own word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import TypeAlias

import attrs

from custinsights.domain.deeds import BOUGHT, DEED_WEIGHTS
from custinsights.domain.frozen import Frozen, frozen
from custinsights.domain.interests import OWN_WEIGHTS, Interest, rarity
from custinsights.domain.money import Money
from custinsights.domain.products import Product
from custinsights.domain.spelling import folded
from custinsights.shop.items import Item

__all__ = [
    "Bubble",
    "Department",
    "DocumentCounts",
    "Keyword",
    "bubbles",
    "departments",
    "document_counts",
    "keywords",
]

_Deed: TypeAlias = tuple[str, str, Product]
"""The id of a product, what was done with it, and the product."""


@attrs.frozen
class DocumentCounts:
    """In how many products of a shop each keyword stands: how little it says.

    Parameters
    ----------
    products : int
        How many products there are.
    of : mapping of str to int
        Keyword, without case -> in how many it stands.
    """

    products: int = 0
    of: Mapping[str, int] = attrs.field(
        default=Frozen[str, int](), converter=frozen, hash=False, repr=False
    )

    def rarity(self, word: str) -> float:
        """Return how rare a keyword is: see `custinsights.domain.interests.rarity`."""
        return rarity(self.of.get(word, 0), self.products)


def document_counts(products: Iterable[Product]) -> DocumentCounts:
    """Count in how many products each keyword stands.

    Examples
    --------
    >>> counts = document_counts([Product("a", keywords=["oil", "sea"]), Product("b", title="Sea")])
    >>> counts.products, dict(counts.of)
    (2, {'oil': 1, 'sea': 2})
    """
    words: Counter[str] = Counter()
    total = 0
    for product in products:
        words.update(product.words)
        total += 1
    return DocumentCounts(total, dict(sorted(words.items())))


@attrs.frozen
class Keyword:
    """A keyword that a customer cares for, or refused.

    Parameters
    ----------
    word : str
        The keyword, as the customer's own list spells it, else without case.
    weight : float
        How much: what was found, at most 1, plus what the customer's own word adds; 0 for what was
        refused or rests.
    found : float
        What was found: the sum over what was done with products of the keyword, each by
        `DEED_WEIGHTS`, times the rarity of the keyword, against the largest such sum.
    bought, looked_at : int
        With how many products of the keyword: bought or won, and all else.
    state : str, optional
        How it stands in the customer's own list (`custinsights.domain.INTEREST_STATES`); None if it
        is not there.
    department : str, optional
        The department of most of what was done with its products.
    """

    word: str
    weight: float
    found: float = 0.0
    bought: int = 0
    looked_at: int = 0
    state: str | None = None
    department: str | None = None


def keywords(
    items: Iterable[Item],
    own: Iterable[Interest] = (),
    counts: DocumentCounts | None = None,
    *,
    deed_weights: Mapping[str, float] = DEED_WEIGHTS,
) -> tuple[Keyword, ...]:
    """Return what a customer cares for by keyword, the heaviest first.

    The keywords of a product are its own, else the words of its title. A deed counts once for each
    product: looking at one often says no more than looking once.

    Parameters
    ----------
    items
        What the customer bought and looked at.
    own
        The customer's own list; departments in it are not of it.
    counts
        In how many products of the shop each keyword stands; without them all are as rare.
    deed_weights
        Deed -> how much it tells; deeds that are not there tell nothing.

    References
    ----------
    Spärck Jones, K. (1972). A statistical interpretation of term specificity and its application
    in retrieval. Journal of Documentation 28 (1), 11-21.
    """
    rarity = (DocumentCounts() if counts is None else counts).rarity
    deeds: dict[str, list[_Deed]] = {}
    for one in _once(items, deed_weights):
        for word in one[2].words:
            deeds.setdefault(word, []).append(one)
    sums = {
        word: rarity(word) * fsum(deed_weights[deed] for _, deed, _ in done)
        for word, done in deeds.items()
    }
    largest = max(sums.values(), default=1.0)
    spelled = {folded(one.keyword): one for one in own if one.department is None}
    words = [
        _keyword(
            word,
            sums.get(word, 0.0) / largest,
            deeds.get(word, ()),
            spelled.get(word),
        )
        for word in {**sums, **spelled}
    ]
    return tuple(sorted(words, key=lambda one: (-one.weight, -one.found, one.word.casefold())))


def _once(items: Iterable[Item], weights: Mapping[str, float]) -> list[_Deed]:
    """Return each deed with each product once, if it tells of an interest."""
    seen = {
        (item.id, item.deed): item.product
        for item in items
        if item.product is not None and weights.get(item.deed, 0)
    }
    return [(name, deed, product) for (name, deed), product in seen.items()]


def _keyword(word: str, found: float, done: Sequence[_Deed], own: Interest | None) -> Keyword:
    state = None if own is None else own.state
    is_silent = state in ("refused", "inactive")
    bought = {name for name, deed, _ in done if deed in BOUGHT}
    places = [product.department for _, _, product in done if product.department is not None]
    return Keyword(
        word if own is None else own.keyword,
        weight=0.0 if is_silent else found + OWN_WEIGHTS.get(state or "", 0.0),
        found=found,
        bought=len(bought),
        looked_at=len({name for name, _, _ in done} - bought),
        state=state,
        department=_most(places),
    )


def _most(names: Sequence[str]) -> str | None:
    """Return what is named most often; of equals the first by name."""
    counts = {name: names.count(name) for name in {*names}}
    return min(counts, key=lambda name: (-counts[name], name), default=None)


@attrs.frozen
class Department:
    """A department, and what a customer has to do with it.

    Parameters
    ----------
    name : str
        The department.
    spent : Money, optional
        What was spent there; None where nothing was bought.
    categories : tuple of (str or None, Money)
        What was spent by category, most first; None for what has no category.
    looked_at : int
        How many of its products were looked at, bid on or wished for.
    state : str, optional
        How the customer stands to it by their own word or the shop's.
    """

    name: str
    spent: Money | None = None
    categories: tuple[tuple[str | None, Money], ...] = ()
    looked_at: int = 0
    state: str | None = None


def departments(
    spend: Iterable[tuple[str | None, str | None, Money]],
    items: Iterable[Item] = (),
    own: Iterable[Interest] = (),
) -> tuple[Department, ...]:
    """Return the departments of a customer, the first one first.

    Starred ones come first, refused ones are left out, and resting ones come last; between them it
    is by what was spent, then by how many products were looked at, then by name.

    Parameters
    ----------
    spend
        What was spent by department and category; what is of no department is left out.
    items
        What the customer looked at.
    own
        What was decided by hand: interests whose keyword is ``department:Prints``.
    """
    decided = {one.department: one.state for one in own if one.department is not None}
    spelling = {name.casefold(): name for name in decided}
    spent: dict[str, dict[str | None, Money]] = {}
    for department, category, amount in spend:
        if department is not None:
            spent.setdefault(department, {})[category] = amount
    seen: Counter[str] = Counter()
    for name in {(item.id, _department(item)) for item in items if item.deed not in BOUGHT}:
        if name[1] is not None:
            seen[name[1]] += 1
    known = {name.casefold(): name for name in (*spent, *seen)}
    found = [
        _of_department(name, spent.get(name, {}), seen[name], decided.get(spelling.get(key, "")))
        for key, name in {**spelling, **known}.items()
    ]
    return tuple(sorted((one for one in found if one.state != "refused"), key=_rank))


def _department(item: Item) -> str | None:
    is_interest = item.deed in DEED_WEIGHTS
    return item.product.department if item.product is not None and is_interest else None


def _of_department(
    name: str, categories: Mapping[str | None, Money], looked_at: int, state: str | None
) -> Department:
    amounts = list(categories.values())
    total = sum(amounts[1:], start=amounts[0]) if amounts else None
    ranked = sorted(categories.items(), key=lambda one: (-one[1].minor, one[0] or ""))
    return Department(name, total, tuple(ranked), looked_at, state)


def _rank(one: Department) -> tuple[int, int, int, str]:
    place = {"starred": 0, "inactive": 2}.get(one.state or "", 1)
    return place, -(one.spent.minor if one.spent else 0), -one.looked_at, one.name


@attrs.frozen
class Bubble:
    """A circle of a picture of interests.

    Parameters
    ----------
    label : str
        The keyword.
    size : float
        Its area, where that of the largest circle is 1.
    group : str, optional
        What its colour stands for: the department.
    colour : int
        The number of the colour: 0 for the department with most area, and so on; what is of no
        department comes last.
    is_starred : bool
        Whether the customer starred it.
    """

    label: str
    size: float
    group: str | None
    colour: int
    is_starred: bool = False


def bubbles(words: Sequence[Keyword], most: int = 30) -> tuple[Bubble, ...]:
    """Return the circles of the heaviest keywords, the largest first; weightless ones have none."""
    shown = [one for one in words if one.weight > 0][:most]
    largest = max((one.weight for one in shown), default=1.0)
    area: dict[str | None, float] = {}
    for one in shown:
        area[one.department] = area.get(one.department, 0.0) + one.weight
    ranked = sorted(area, key=lambda name: (name is None, -area[name], name or ""))
    colour = {name: place for place, name in enumerate(ranked)}
    return tuple(
        Bubble(
            one.word,
            one.weight / largest,
            one.department,
            colour[one.department],
            one.state == "starred",
        )
        for one in shown
    )
