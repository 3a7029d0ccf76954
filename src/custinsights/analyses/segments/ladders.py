"""Who climbs from one kind of product to a better one, and who has not yet? Upsell ladders."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.product_functions import folded, keywords_of
from custinsights.analyses.customers.traits import in_blocks
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import as_tuple, instance, looked_up, members, refuse_other, text
from custinsights.domain.frozen import frozen
from custinsights.errors import InvalidValue, MissingData
from custinsights.history.columnar.columns import NO_INSTANT, IntArray, Products
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.cells import starts_of
from custinsights.history.kernels.chains import Timeline
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column
from custinsights.results.upsell import Upsell, climbed, first_at, has_higher

LABELS = ("category", "department")


def _texts(given: str | Iterable[str]) -> tuple[str, ...]:
    return as_tuple((given,) if isinstance(given, str) else given)


@attrs.frozen
class Rung:
    """A kind of product: a step of a ladder.

    A product is on it when it is named by its id or one of its labels or keywords, compared as the
    function ``bought`` does: letter case and blanks around labels and keywords aside. One without
    keywords has the words of its title. A rung that names nothing holds every
    product that is on no other rung.

    Parameters
    ----------
    name
        What to call it.
    product, category, department, keyword
        A text or several.
    """

    name: str = attrs.field(validator=text)
    product: tuple[str, ...] = attrs.field(
        default=(), converter=_texts, validator=members(text), kw_only=True
    )
    category: tuple[str, ...] = attrs.field(
        default=(), converter=_texts, validator=members(text), kw_only=True
    )
    department: tuple[str, ...] = attrs.field(
        default=(), converter=_texts, validator=members(text), kw_only=True
    )
    keyword: tuple[str, ...] = attrs.field(
        default=(), converter=_texts, validator=members(text), kw_only=True
    )

    @property
    def wanted(self) -> dict[str, set[str]]:
        """What is named, by label: ids as they are, all else casefolded."""
        given = {name: getattr(self, name) for name in (*LABELS, "keyword")}
        labels = {name: {folded(one) for one in texts} for name, texts in given.items() if texts}
        return {"product": set(self.product), **labels} if self.product else labels


def _step(low: Rung, high: Rung) -> str:
    return f"{low.name} -> {high.name}"


def _rungs(given: Iterable[Rung]) -> tuple[Rung, ...]:
    rungs = as_tuple(given)
    for one in rungs:
        refuse_other(Rung, "the rung of a ladder", one)
    names = [one.name for one in rungs]
    others = [one.name for one in rungs if not one.wanted]
    steps = [_step(low, high) for low, high in pairwise(rungs)]
    if len(set(steps)) < len(steps):
        what = "two steps of the ladder have the same name"
        raise InvalidValue(what, steps, "names of rungs that make different steps")
    if len(rungs) < 2 or len(set(names)) < len(names) or len(others) > 1:  # noqa: PLR2004 - a step
        raise InvalidValue(
            what="these rungs make no ladder",
            given=names,
            allowed="two or more of different names, of which one at most names no products",
        )
    return rungs


@attrs.frozen
class Ladder:
    """Kinds of products, each better than the one before.

    Parameters
    ----------
    name
        What to call it.
    rungs
        Two or more `Rung`, the lowest first. A product on several of them is on the highest.

    Examples
    --------
    >>> Ladder("sizes", [Rung("small", keyword="A4"), Rung("large", keyword=["A2", "A1"])]).steps
    ('small -> large',)
    """

    name: str = attrs.field(validator=text)
    rungs: tuple[Rung, ...] = attrs.field(converter=_rungs)

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps."""
        return tuple(_step(low, high) for low, high in pairwise(self.rungs))

    def rung_of(self, products: Products) -> IntArray:
        """Return the place of each product's rung; -1 where it is on none, and for code -1."""
        found = np.full(len(products) + 1, -1, dtype=np.int64)
        for place, rung in enumerate(self.rungs):
            found[:-1][_is_on(rung, products)] = place
        for place, rung in enumerate(self.rungs):
            if not rung.wanted:
                found[:-1][found[:-1] < 0] = place
        return found


def _is_on(rung: Rung, products: Products) -> list[bool]:
    """Tell which products a rung names."""
    wanted, held = rung.wanted, _held(products)
    if wanted and not wanted.keys() & held.keys():
        raise MissingData(
            f"the {' or '.join(wanted)} of its products",
            f"the rung {rung.name!r}",
            "Load the products with their labels: read_orders(..., products=...)",
        )
    return [
        any(held[name][place] & texts for name, texts in wanted.items() if name in held)
        for place in range(len(products))
    ]


def _held(products: Products) -> dict[str, list[set[str]]]:
    """Return what is told of each product, as `wanted` has it."""
    held = {"product": [{one} for one in products.ids]}
    for name in LABELS:
        if name in products.labels:
            texts = products.labels[name].texts()
            held[name] = [set() if one is None else {folded(one)} for one in texts]
    words = [keywords_of(products, place) for place in range(len(products))]
    return {**held, "keyword": words} if any(words) else held


def _read(name: str, told: Mapping[str, Mapping[str, Any]]) -> Ladder:
    return Ladder(name, [Rung(rung, **names) for rung, names in told.items()])


LADDERS: Mapping[str, Ladder] = frozen(
    {
        name: _read(name, told)
        for name, told in tomllib.loads(
            files(__package__).joinpath("ladders.toml").read_text("utf-8")
        ).items()
    }
)
"""The built-in ladders."""


def _ladder(given: str | Ladder) -> Ladder:
    return looked_up("ladder", given, LADDERS) if isinstance(given, str) else given


@attrs.frozen
class Upselling(Analysis[CustomerTable, Upsell]):
    """The analysis behind `upsell`; its state is a `CustomerTable` of who is on a lower rung."""

    ladder: Ladder = attrs.field(converter=_ladder, validator=instance(Ladder))
    as_of: When | None = None

    def summarise(self, history: Facts) -> CustomerTable:
        """Return who of a history, or of a part of one, bought a lower rung, and what came then."""
        check_history(history)
        if history.products is None:
            needed = f"the ladder {self.ladder.name!r}"
            raise MissingData("order lines", needed, "Load a file of order lines")
        rungs = self.ladder.rung_of(history.products)
        as_of = history.context.instant(self.as_of)
        blocks = in_blocks(history, as_of, lambda view: self._columns(view, rungs))
        columns = [
            attrs.evolve(column, values=np.concatenate([block[name].values for block in blocks]))
            for name, column in blocks[0].items()
        ]
        starts = [column.values != NO_INSTANT for column in columns if column.kind == "instant"]
        table = CustomerTable(
            history.customer_ids,
            {column.name: column for column in columns},
            attrs.evolve(provenance(history.context, as_of, []), remarks=self._remarks(rungs)),
            f"buyers on the ladder {self.ladder.name}",
            parts_of(history),
        )
        return table.take(np.flatnonzero(np.any(starts, axis=0)))

    def _remarks(self, rungs: IntArray) -> tuple[str, ...]:
        """Say on which rungs nothing is: misspelled ones, or things that the shop has not."""
        held = set(rungs.tolist())
        names = [rung.name for at, rung in enumerate(self.ladder.rungs) if at not in held]
        return (f"No product is on the rung {' and the rung '.join(names)}.",) if names else ()

    def _columns(self, view: CountedHistory, rungs: IntArray) -> dict[str, Column]:
        lines = view.lines
        rung = rungs.take(lines.product)
        line = Timeline(view.customer, view.placed_at, view.people)
        found = []
        for place, step in enumerate(self.ladder.steps):
            is_low, is_high = (np.zeros(len(view), dtype=np.bool_) for _ in range(2))
            is_low[lines.counted_order[rung == place]] = True
            is_high[lines.counted_order[rung > place]] = True
            low = np.flatnonzero(is_low)
            low = low.take(starts_of(view.customer.take(low)))
            who = view.customer.take(low)
            begins = np.full(view.people, NO_INSTANT, dtype=np.int64)
            begins[who] = view.placed_at.take(low)
            later, is_there = line.following(is_high, line.since(who, begins[who] + 1), who)
            days = np.full(view.people, np.nan)
            climbing, later = np.flatnonzero(is_there), later[is_there]
            passed = view.day.take(later).astype(np.int64) - view.day.take(low.take(climbing))
            days[who.take(climbing)] = np.maximum(passed, 0)
            has = np.zeros(view.people, dtype=np.bool_)
            has[view.customer[is_high]] = True
            found += [
                Column(first_at(step), "instant", begins),
                Column(climbed(step), "number", days, unit="days"),
                Column(has_higher(step), "flag", has),
            ]
        return {column.name: column for column in found}

    def finish(self, state: CustomerTable) -> Upsell:
        """Count the steps of a merged state."""
        refuse_other(CustomerTable, "the state to finish", state)
        return Upsell(ladder=self.ladder.name, steps=self.ladder.steps, customers=state)


def upsell(
    history: Facts, ladder: str | Ladder = "print_to_original", *, as_of: When | None = None
) -> Upsell:
    """Tell how many buyers of one rung of a ladder later buy a higher one, and who has not yet.

    Parameters
    ----------
    history
        An order history with order lines.
    ladder
        ``"print_to_original"``, ``"small_to_large"``, ``"single_to_collection"``, or a `Ladder` of
        your own.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Upsell
        One row per step: ``buyers`` of the lower rung in counted orders; of them those who
        ``later`` bought a higher one, in an order placed after the first with the lower; those who
        had it ``already``, before or with it and not later; and the ``candidates``, who never
        bought a higher one. ``conversion`` = later ÷ buyers with its Wilson 95 % bounds, ``small``
        where there are under 30 buyers, ``median_days`` from the first order with the lower rung to
        the first later one with a higher. ``candidates(step)`` lists whom to ask.

    Raises
    ------
    MissingData
        If the history has no order lines, or knows nothing by which a rung names its products.
    UnknownName
        If there is no such ladder.

    Notes
    -----
    A step leads from one rung to any above it: who goes from the first straight to the third has
    taken it.

    Cost: for each step a few passes over the lines and orders.

    Examples
    --------
    >>> import custinsights as ci
    >>> found = upsell(ci.datasets.gallery(), "small_to_large")
    >>> row = found.to_dicts()[0]
    >>> row["buyers"] == row["later"] + row["already"] + row["candidates"]
    True
    """
    return Upselling(ladder, as_of)(history)
