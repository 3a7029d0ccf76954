"""Which customers of a store fulfil a rule? The store sifts, and the rest is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.cuts import Cuts, check_cuts
from custinsights.analyses.segments.rule import Rule, RuleLike, rule
from custinsights.analyses.segments.segment import segment
from custinsights.domain.calendar import Calendar
from custinsights.domain.rules.tree import Call, Condition, Name, nodes_of
from custinsights.domain.segments import Segment
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.columnar.instants import FIRST_YEAR, LAST_YEAR
from custinsights.history.orders import When
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.sifting import Sifted, Sifter
from custinsights.sources.stored.reading import SHOP, read_store

__all__ = ["customers_matching"]


def customers_matching(
    work: UnitOfWork,
    what: RuleLike,
    *,
    as_of: When,
    catalog: Catalog = DEFAULT,
    cuts: Cuts | None = None,
    segments: Mapping[str, RuleLike] | Iterable[Segment] | None = None,
) -> frozenset[str]:
    """Return who fulfils a rule, and read no more of the store than that takes.

    A store that can sift, as one in a database does, tells for whom the rule holds and for whom it
    may; the history of these alone is read. The answer is that of
    `custinsights.segment(read_store(work), what, ...)`.

    Parameters
    ----------
    work : UnitOfWork
        A unit of work of the store.
    what, catalog, cuts, segments
        As in `custinsights.segment`.
    as_of : datetime, date or str
        Facts at or after it do not exist.

    Returns
    -------
    frozenset of str
        The ids of the customers.

    Raises
    ------
    RuleError, UnknownName, MissingData
        As in `custinsights.segment`.

    Notes
    -----
    Cost: for what a database tells alone, a pass over its orders, three to five seconds for a
    million; else besides that of reading those who are undecided. The whole history is read for a
    rule that compares with all customers, unless `cuts` are given, for words of a catalog of one's
    own, and where the store tells nothing.
    """
    asked = rule(what, catalog=catalog, segments=segments)
    found = _sifted(work, asked, as_of, cuts)
    if found is None:
        return _judged(work, asked, as_of, cuts, None)
    if not found.undecided:
        return found.sure
    try:
        return found.sure | _judged(work, asked, as_of, cuts, found.undecided)
    except (InvalidValue, MissingData, UnknownName):  # what some lack, others may have
        return _judged(work, asked, as_of, cuts, None)


def _sifted(work: UnitOfWork, asked: Rule, as_of: When, cuts: Cuts | None) -> Sifted | None:
    """Return what the store tells of a rule; None where all is read."""
    if not isinstance(work, Sifter) or (asked.needs_cuts and cuts is None):
        return None
    shop = work.annotations.setting(SHOP) or {}
    calendar = Calendar(shop.get("timezone") or "UTC")
    instant = calendar.instant(as_of)
    if cuts is not None:
        check_cuts(cuts, shop.get("currency") or cuts.currency)
    condition = asked.plain(cuts)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR or not _is_built_in(condition, asked.catalog):
        return None
    return work.sift(condition, as_of=instant, currency=shop.get("currency"), calendar=calendar)


def _is_built_in(condition: Condition, catalog: Catalog) -> bool:
    """Whether a rule says nothing in words of a catalog of one's own."""
    pairs: list[tuple[object, object]] = []
    for node in nodes_of(condition):
        if isinstance(node, Name):
            pairs.append((DEFAULT.traits.get(node.name), catalog.traits.get(node.name)))
        elif isinstance(node, Call):
            name = node.function
            pairs.append((DEFAULT.functions.get(name), catalog.functions.get(name)))
    return all(ours is not None and ours is theirs for ours, theirs in pairs)


def _judged(
    work: UnitOfWork,
    asked: Rule,
    as_of: When,
    cuts: Cuts | None,
    customers: Collection[str] | None,
) -> frozenset[str]:
    """Judge all customers, or some of them, by their history."""
    whom = None if customers is None else sorted(customers)
    history = read_store(work, customers=whom)
    mask = segment(history, asked, as_of=as_of, cuts=cuts)
    return frozenset(map(str, history.customer_ids[mask].tolist()))
