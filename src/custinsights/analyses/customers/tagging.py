"""Who carries a tag?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from custinsights.domain.tag_changes import key_of
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.tagged import is_tagged


def tag_names(given: Any, what: str = "the tags") -> tuple[str, ...]:
    """Return the tags that an argument names, casefolded and without the prefix of rules."""
    if given is None:
        return ()
    names = (given,) if isinstance(given, str) else given
    if not isinstance(names, Iterable) or not all(isinstance(name, str) and name for name in names):
        kind = type(given).__name__
        raise InvalidValue(f"{what} are no names", kind, "a name or a list of names")
    return tuple(sorted({key_of(name.removeprefix("tag:")) for name in names}))


def check_tags(history: Facts, names: Iterable[str], needed_by: str) -> None:
    """Refuse a tag that nobody in the history carries at any time."""
    tags = history.people_table.tags
    for name in names:
        if tags is None:
            advice = "Load the customers with their tags, or join a book: with_tags"
            raise MissingData("tags of its customers", needed_by, advice)
        if name not in map(key_of, tags.name.names):
            raise UnknownName("tag", name, sorted(tags.name.names))


def tagged(
    history: Facts,
    *,
    any: str | Iterable[str] | None = None,  # noqa: A002 - the words of every filter by tags
    all: str | Iterable[str] | None = None,  # noqa: A002 - as above
    none: str | Iterable[str] | None = None,
    as_of: When | None = None,
) -> BoolArray:
    """Return who carries any of some tags, all of some, and none of some.

    Parameters
    ----------
    history
        A history whose customers have tags.
    any, all, none
        A tag or several, in any spelling; a condition without tags holds for everybody.
    as_of
        Tags that begin or end at it or later have not begun or ended; default: the end of the
        observation.

    Returns
    -------
    array of bool
        A mask over ``history.customer_ids``, for ``history.where(customers=...)``: everybody who is
        known, with and without orders.

    Raises
    ------
    UnknownName
        If nobody in the history ever carries a tag of that name.
    MissingData
        If the history has no tags.

    Examples
    --------
    >>> from custinsights.datasets import gallery
    >>> history = gallery()
    >>> int(tagged(history, any=["vip", "collector"], none="wholesale").sum())
    16
    """
    check_history(history)
    instant = history.context.instant(as_of)
    some, every, no = (tag_names(given) for given in (any, all, none))
    check_tags(history, (*some, *every, *no), "a choice by tags")
    chosen = ~is_tagged(history, no, instant)
    if some:
        chosen &= is_tagged(history, some, instant)
    for name in every:
        chosen &= is_tagged(history, [name], instant)
    return chosen
