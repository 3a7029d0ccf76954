"""Who fulfils a rule?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import Cuts, check_cuts
from custinsights.analyses.segments.judging import judged
from custinsights.analyses.segments.population import cuts_of_all
from custinsights.analyses.segments.rule import Rule, RuleLike, rule
from custinsights.domain.segments import Segment
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import BoolArray, locked
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When


def segment(
    history: Facts,
    what: RuleLike,
    *,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
    cuts: Cuts | None = None,
    segments: Mapping[str, RuleLike] | Iterable[Segment] | None = None,
) -> BoolArray:
    """Return who fulfils a rule, as a mask over the customers of a history.

    Parameters
    ----------
    history
        An order history, or a part of one.
    what
        A rule, or what `rule` reads.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up; that of a rule stays its own.
    cuts
        Judge rules about the population against these; default: those of the history itself.
    segments
        Rules by name, or segments, that ``in_segment("name")`` may name.

    Returns
    -------
    numpy.ndarray
        bool[k] over ``history.customer_ids``, prospects too; nobody is in it who was not known
        before `as_of`, or for whom the rule is unknown. A mask carries no remark: what a rule asks
        and only activities tell, such as who is an Advocate, holds for nobody without them, and
        `segments` says so.

    Raises
    ------
    RuleError
        The text is no rule.
    NeedsCuts
        The rule compares with all customers, and `history` is only a part.

    Notes
    -----
    Cost: the traits of the rule, and a pass over the k people for each comparison.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> segment(history, "order_count >= 2 and total_spent > 16.99").tolist()
    [True, False]
    """
    check_history(history)
    asked = rule(what, catalog=catalog, segments=segments)
    return masks(history, [asked], as_of=as_of, cuts=cuts)[0]


def masks(
    history: Facts, rules: Sequence[Rule], *, as_of: When | None, cuts: Cuts | None
) -> list[BoolArray]:
    """Return who fulfils each of some rules of one catalog; what they share is judged once."""
    cuts = cuts_for(history, rules, as_of=as_of, cuts=cuts)
    conditions = [one.plain(cuts) for one in rules]
    found = judged(history, conditions, history.context.instant(as_of), _catalog_of(rules))
    return [locked(mask) for mask in found]


def _catalog_of(rules: Sequence[Rule]) -> Catalog:
    """Return the catalog that rules have in common."""
    catalog = rules[0].catalog
    if any(one.catalog is not catalog for one in rules):
        what = "the rules take their words from several catalogs"
        raise InvalidValue(what, repr(catalog), "rules of one catalog")
    return catalog


def cuts_for(
    history: Facts, rules: Sequence[Rule], *, as_of: When | None, cuts: Cuts | None
) -> Cuts | None:
    """Return the cuts by which rules judge: those given, or the history's own where they need any.

    A part of a history has none of its own.
    """
    wanting = [one for one in rules if one.needs_cuts]
    if cuts is not None:
        check_cuts(cuts, history.context.currency)
    if cuts is not None or not wanting:
        return cuts
    return cuts_of_all(history, [one.filled for one in wanting], as_of, _catalog_of(rules))
