"""Who is meant by tags and a segment?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import attrs

from custinsights.analyses.segments.rule import Rule, RuleLike, rule
from custinsights.analyses.segments.segment import segment
from custinsights.domain.fields import as_tuple
from custinsights.domain.people import Customer
from custinsights.domain.segments import space_and_name, spelled
from custinsights.domain.tags import TagBook
from custinsights.errors import RuleError, UnknownName
from custinsights.history.orders import When
from custinsights.privacy.access import Access
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.shop.annotating import end_of
from custinsights.shop.directory import Choice
from custinsights.shop.remembering import Remembered
from custinsights.shop.seeing import enter_rule, history_shown

__all__ = ["MOMENT", "Names", "TagFilter", "choice_of", "meant", "with_tags"]

Names = str | Iterable[str]

MOMENT: Final = timedelta(microseconds=1)
"""What lies between an instant and just before it."""

_SIGNS: Final = frozenset("()<>=!\"'")
_WORDS: Final = re.compile(r"[\w' -]+")


def _names(given: Names) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else as_tuple(given)


@attrs.frozen
class TagFilter:
    """Who carries any of some tags, all of some, none of some; without tags everybody."""

    any: tuple[str, ...] = attrs.field(default=(), converter=_names)
    all: tuple[str, ...] = attrs.field(default=(), converter=_names)
    none: tuple[str, ...] = attrs.field(default=(), converter=_names)


def meant(kept: Remembered, work: UnitOfWork, asked: RuleLike) -> Rule:
    """Return the rule that is meant: by the name of a segment, or as it is told."""
    rules = kept.rules(work)
    if not isinstance(asked, str):
        return rule(asked, catalog=kept.catalog, segments=rules)
    names = {spelled(name): name for name in rules}
    space, bare = space_and_name(asked)
    if not space and bare in names:
        return rules[names[bare]]
    is_name = bool(space) and not _SIGNS & set(asked)
    text = f"in_segment({asked!r})" if is_name else asked
    try:
        return rule(text, catalog=kept.catalog, segments=rules)
    except RuleError as error:
        if is_name or not _WORDS.fullmatch(asked):
            raise
        raise UnknownName("segment", asked, tuple(rules), "Nor is it a rule") from error


def choice_of(
    kept: Remembered,
    work: UnitOfWork,
    tags: TagFilter,
    asked: RuleLike | None,
    as_of: When | None,
    *,
    store: Store,
    access: Access | None,
) -> Choice:
    """Return who is chosen by tags and a segment just before an instant.

    Where none is told it is the end of the book of tags, and of the observation. A rule about what
    who asks may not see is refused.
    """
    chosen: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    if asked is not None:
        what = meant(kept, work, asked)
        enter_rule(store, access, what)
        history = history_shown(access, kept.history(work))
        mask = segment(history, what, as_of=as_of, catalog=kept.catalog)
        chosen = frozenset(history.customer_ids[mask].tolist())
    if tags != TagFilter():
        book = kept.book(work)
        at = end_of(book) if as_of is None else kept.instant(work, as_of) - MOMENT
        if (tags.any or tags.all) and not book.log:
            chosen = frozenset()
        elif tags.any or tags.all:
            carriers = frozenset(map(str, book.customers(any=tags.any, all=tags.all, at=at)))
            chosen = carriers if chosen is None else chosen & carriers
        if tags.none and book.log:
            excluded = frozenset(map(str, book.customers(any=tags.none, at=at)))
    return Choice(chosen, excluded)


def with_tags(
    kept: Remembered, work: UnitOfWork, customers: Iterable[Customer], as_of: When | None
) -> tuple[Customer, ...]:
    """Return customers with the tags that they carry just before an instant, or as theirs end."""
    at = None if as_of is None else kept.instant(work, as_of) - MOMENT
    books = ((one, TagBook(work.annotations.tag_changes(one.id))) for one in customers)
    return tuple(
        attrs.evolve(one, tags=book.tags_of(one.id, at=end_of(book) if at is None else at))
        for one, book in books
    )
