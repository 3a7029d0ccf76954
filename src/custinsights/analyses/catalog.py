"""Which traits, metrics, dimensions, functions and presets are there? Open to plug-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs

from custinsights.analyses.builtin import (
    activity_metrics,
    cadence,
    deed_functions,
    dimensions,
    exact_ages,
    forecasts,
    lifecycle,
    metrics,
    presets,
    product_functions,
    rates,
    segment_functions,
    spend_metrics,
    voice_metrics,
)
from custinsights.analyses.builtin import customer_traits as builtin_traits
from custinsights.analyses.declaring.declarations import (
    FACTS_OF_DIMENSIONS,
    Dimension,
    Metric,
    Trait,
)
from custinsights.analyses.declaring.declared import Declared
from custinsights.analyses.declaring.installed import installed_entry, installed_names
from custinsights.analyses.declaring.nicknames import hint
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.analyses.declaring.tally import STREAMS, FactFunction, Sum, Tally, scale_of
from custinsights.domain.fields import checked_name, instance, members
from custinsights.domain.frozen import frozen
from custinsights.domain.segments import Segment, spelled
from custinsights.errors import InvalidValue, UnknownName

Entry: TypeAlias = Metric | Dimension | Trait | SegmentFunction | Segment
"""What a catalog holds."""

T = TypeVar("T", bound=Entry)


class Foretelling(Protocol):
    """Fitted models, as a catalog wants them."""

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The predicted traits that they tell."""


def _each(kind: type) -> Callable[[Any, Any, Mapping[str, object]], None]:
    """Return a check that every value of a table is an entry of one kind."""

    def check(owner: Any, field: Any, table: Mapping[str, object]) -> None:
        members(instance(kind))(owner, field, tuple(table.values()))

    return check


@attrs.frozen(eq=False, repr=False)
class Catalog:
    """Metrics, dimensions, traits, functions of rules, and preset segments, by name.

    A catalog does not change: `with_` returns a larger one. A name that it lacks is looked up
    among the installed packages that offer it as an entry point of the group
    ``custinsights.catalog``; only that one is loaded.

    Examples
    --------
    >>> from custinsights.analyses.catalog import DEFAULT
    >>> DEFAULT.metric("repeat_rate").definition
    "Customers with two or more orders ÷ customers, both up to the period's end."
    """

    metrics: Mapping[str, Metric] = attrs.field(converter=frozen, validator=_each(Metric))
    dimensions: Mapping[str, Dimension] = attrs.field(converter=frozen, validator=_each(Dimension))
    traits: Mapping[str, Trait] = attrs.field(converter=frozen, validator=_each(Trait))
    functions: Mapping[str, SegmentFunction] = attrs.field(
        default=frozen({}), converter=frozen, validator=_each(SegmentFunction)
    )
    presets: Mapping[str, Segment] = attrs.field(
        default=frozen({}), converter=frozen, validator=_each(Segment)
    )

    def __repr__(self) -> str:
        tables = (self.metrics, self.dimensions, self.traits, self.functions, self.presets)
        shown = "<Catalog: {} metrics, {} dimensions, {} traits, {} functions, {} presets>"
        return shown.format(*map(len, tables))

    def with_(self, *entries: Entry) -> Catalog:
        """Return the catalog with further entries; a name that is taken is refused."""
        tables: dict[type, dict[str, Any]] = {
            Metric: dict(self.metrics),
            Dimension: dict(self.dimensions),
            Trait: dict(self.traits),
            SegmentFunction: dict(self.functions),
            Segment: dict(self.presets),
        }
        for entry in entries:
            if type(entry) not in tables:
                raise InvalidValue(
                    what="the catalog takes metrics, dimensions, traits, functions and segments",
                    given=type(entry).__name__,
                    allowed="what ci.tally, ci.dimension, ci.trait and ci.segment_function make, "
                    "and a Segment",
                )
            table = tables[type(entry)]
            name = spelled(entry.name) if isinstance(entry, Segment) else entry.name
            if name in table:
                raise InvalidValue(
                    what="the catalog has an entry of this name already",
                    given=name,
                    allowed="a new name",
                    advice="rename it with .named(...)" if isinstance(entry, Metric) else "",
                )
            table[name] = entry
        return Catalog(*tables.values())

    def with_targets(self, **bands: tuple[float, float] | None) -> Catalog:
        """Return the catalog with other bands that metrics are thought healthy in; None is none.

        Examples
        --------
        >>> from custinsights.analyses.catalog import DEFAULT
        >>> DEFAULT.with_targets(repeat_rate=(0.3, 0.4)).metric("repeat_rate").target
        (0.3, 0.4)
        """
        aimed = {name: attrs.evolve(self.metric(name), target=to) for name, to in bands.items()}
        return attrs.evolve(self, metrics={**self.metrics, **aimed})

    def with_models(self, models: Foretelling) -> Catalog:
        """Return the catalog in which predicted traits are told by what `fit_models` returns.

        Examples
        --------
        >>> import custinsights as ci
        >>> history = ci.datasets.gallery()
        >>> catalog = ci.DEFAULT.with_models(ci.fit_models(history))
        >>> int(ci.segment(history, "churn_risk == 'low'", catalog=catalog).sum())
        8
        """
        if not isinstance(getattr(models, "traits", None), tuple):
            allowed = "what custinsights.fit_models(history) returns"
            raise InvalidValue("these are no fitted models", type(models).__name__, allowed)
        return attrs.evolve(self, traits={**self.traits, **_by_name(models.traits)})

    def metric(self, name: str) -> Metric:
        """Return a metric by name, or load the plug-in that offers it."""
        return self._find("metric", name, self.metrics, Metric)

    def dimension(self, name: str) -> Dimension:
        """Return a dimension by name, or load the plug-in that offers it.

        A trait that is a label is a dimension of customers, too.
        """
        if isinstance(name, str) and name in self.traits and name not in self.dimensions:
            return self.traits[name].as_dimension()
        return self._find("dimension", name, self.dimensions, Dimension)

    def trait(self, name: str) -> Trait:
        """Return a trait by name, or load the plug-in that offers it."""
        return self._find("trait", name, self.traits, Trait)

    def function(self, name: str) -> SegmentFunction:
        """Return a function that rules may call by name, or load the plug-in that offers it."""
        return self._find("function", name, self.functions, SegmentFunction)

    def preset(self, name: str) -> Segment:
        """Return a preset segment by name, or load the plug-in that offers it."""
        bare = spelled(name) if isinstance(name, str) else name
        return self._find("preset", bare, self.presets, Segment)

    def word(self, name: str) -> Trait | SegmentFunction:
        """Return the trait or function of this name, or load the plug-in that offers it."""
        table: dict[str, Trait | SegmentFunction] = {**self.functions, **self.traits}
        return self._find("word of rules", name, table, Trait, SegmentFunction)

    def _find(self, kind: str, name: str, table: Mapping[str, T], *wanted: type[T]) -> T:
        if not isinstance(name, str):
            raise UnknownName(kind, name, tuple(table))
        if name in table:
            return table[name]
        found: T | None = installed_entry(name, *wanted)
        if found is not None:
            return found
        advice = "A column of your own is asked by through @custinsights.dimension"
        if kind != "dimension":
            advice = hint(name, table)
        raise UnknownName(kind, name, (*table, *installed_names()), advice)


def tally(
    name: str,
    *,
    facts: str = "orders",
    unit: str = "",
    scale: int | None = None,
    definition: str = "",
    distinct: str | None = None,
) -> Callable[[FactFunction], Metric]:
    """Declare a tally: a decorator for a function that gives one whole number per fact.

    Parameters
    ----------
    name
        Its name in results.
    facts
        The stream that the function sees: ``"orders"``, ``"lines"``, ``"refunds"``, ``"gaps"``,
        ``"activities"``, or ``"customers"`` (judged at the end of every period: stock).
    unit
        ``"money"`` for minor units of the history's currency, ``"items"`` for thousandths, or any
        word.
    scale
        How many of the whole numbers make one unit; follows from the unit by default.
    definition
        One sentence.
    distinct
        ``"customers"``: the function says which facts count, and distinct customers with such a
        fact are counted.

    Returns
    -------
    Callable
        Turns the function into a `Metric` to be added with `Catalog.with_`, divided by another
        or narrowed with ``.where``.

    Examples
    --------
    >>> @tally("items", unit="items", definition="Items sold.")
    ... def items(orders):
    ...     return orders.units  # int64, thousandths
    """
    checked_name(name)
    if not isinstance(facts, str) or facts not in STREAMS:
        raise UnknownName("stream of facts", facts, STREAMS)

    def declare(function: FactFunction) -> Metric:
        declared = Tally(
            name=name,
            facts=facts,
            of=Declared(function) if distinct is None else None,
            distinct=distinct,
            filters=() if distinct is None else (Declared(function),),
            unit=unit,
            scale=scale_of(unit, scale),
            definition=definition,
        )
        return metric(declared)

    return declare


def metric(declared: Tally) -> Metric:
    """Return the metric that is a tally itself."""
    return Metric(
        name=declared.name,
        numerator=Sum(((1, declared),)),
        unit=declared.unit,
        definition=declared.definition,
    )


def dimension(
    name: str, *, facts: str = "orders", definition: str = "", never_falls: bool = False
) -> Callable[[FactFunction], Dimension]:
    """Declare a dimension: a decorator for a function that gives one label per fact.

    Parameters
    ----------
    name
        Its name in `by` and in results.
    facts
        ``"orders"``, ``"customers"``, ``"lines"`` or ``"activities"``: what the function sees and
        labels. One of lines is also asked about the refunds that name a product, for these lower
        ``line_revenue``: they have ``product`` and ``label(...)`` and nothing else of a line.
    definition
        One sentence.
    never_falls
        Promises that labels ascend along the orders (or activities) of each customer; labels of
        customers do.

    Examples
    --------
    >>> @dimension("ever_loyal", facts="customers")
    ... def ever_loyal(history):
    ...     return history.order_count >= 3
    """
    checked_name(name)
    if not isinstance(facts, str) or facts not in FACTS_OF_DIMENSIONS:
        raise UnknownName("kind of facts for a dimension", facts, FACTS_OF_DIMENSIONS)

    def declare(function: FactFunction) -> Dimension:
        return Dimension(
            name=name,
            facts=facts,
            of=Declared(function),
            never_falls=True if facts == "customers" else never_falls,
            definition=definition,
        )

    return declare


def trait(
    function: FactFunction | None = None,
    /,
    *,
    name: str | None = None,
    kind: str = "number",
    unit: str = "",
    definition: str = "",
    over_time: str = "changes",
) -> Callable[[FactFunction], Trait]:
    """Declare a trait: a decorator for a function that gives one value per known person.

    Parameters
    ----------
    name
        Default: the function's name.
    kind
        See `Trait`. Money and items are computed in minor units and thousandths, numbers of them
        too, and shown in natural units.
    unit
        ``"money"``, ``"items"``, ``"days"`` or any word.
    definition
        One sentence.
    over_time
        See `Trait`: ``"stays"`` where only facts change it, so that rules need not ask again.

    Examples
    --------
    >>> @trait(unit="items", definition="Mean number of items in the customer's orders.")
    ... def basket_size(history):
    ...     return history.mean_per_customer(history.units)
    """
    if function is not None:
        raise InvalidValue(
            what="trait is a decorator with arguments",
            given="a bare @trait",
            allowed="@trait(unit=..., definition=...)",
        )

    def declare(function: FactFunction) -> Trait:
        own = str(getattr(function, "__name__", "")) if name is None else name
        return Trait(
            name=checked_name(own),
            of=Declared(function),
            kind=kind,
            unit=unit,
            definition=definition,
            over_time=over_time,
        )

    return declare


def _by_name(entries: Iterable[T]) -> dict[str, T]:
    return {entry.name: entry for entry in entries}


DEFAULT = Catalog(
    _by_name(
        (
            *metrics.BUILT_IN,
            *exact_ages.BUILT_IN,
            *spend_metrics.BUILT_IN,
            *activity_metrics.BUILT_IN,
            *voice_metrics.BUILT_IN,
            *lifecycle.METRICS,
        )
    ),
    _by_name((*dimensions.BUILT_IN, lifecycle.DIMENSION)),
    _by_name(
        (
            *builtin_traits.BUILT_IN,
            *cadence.TRAITS,
            *rates.TRAITS,
            lifecycle.TRAIT,
            *forecasts.TRAITS,
        )
    ),
    _by_name(
        (
            *segment_functions.BUILT_IN,
            *product_functions.BUILT_IN,
            *deed_functions.BUILT_IN,
        )
    ),
    _by_name(presets.BUILT_IN),
)
"""The built-in metrics, dimensions, traits, functions of rules and preset segments."""
