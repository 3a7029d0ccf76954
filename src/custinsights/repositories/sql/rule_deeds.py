"""Which activities does a rule ask for?"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Subquery, select

from custinsights.domain.activities import activity_kind, activity_word
from custinsights.domain.rules.tree import Argument
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.session import Session

__all__ = ["deeds_fitting"]


def deeds_fitting(
    session: Session, deeds: Subquery, kinds: Collection[str], asked: Mapping[str, Argument]
) -> list[Any]:
    """Return the conditions on activities; kinds and outcomes are compared as they are meant."""
    found = [deeds.c.kind.in_(_spelled(session, "kind", map(activity_kind, kinds), activity_kind))]
    if "outcome" in asked:
        outcomes = map(activity_word, _texts(asked["outcome"]))
        found.append(deeds.c.outcome.in_(_spelled(session, "outcome", outcomes, activity_word)))
    if "subject" in asked:
        found.append(deeds.c.subject.in_([*_texts(asked["subject"])]))
    return found


def _spelled(session: Session, name: str, wanted: Any, meaning: Callable[[str], str]) -> list[str]:
    """Return how words are spelled where they rest."""
    column, meant = schema.activities.c[name], set(wanted)
    known = session.reading.scalars(select(column).where(column.is_not(None)).distinct())
    return [one for one in known if one and meaning(one) in meant]


def _texts(argument: Argument) -> tuple[str, ...]:
    given = argument if isinstance(argument, tuple) else (argument,)
    return tuple(map(str, given))
