"""Which lines of orders are of a product that a rule asks for?"""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from custinsights.domain.products import keywords_of
from custinsights.domain.rules.tree import Argument
from custinsights.repositories.sql import schema
from custinsights.repositories.sql.one_of import one_of
from custinsights.repositories.sql.session import Session

__all__ = ["products_fitting"]

_FOLDED: Final = ("category", "department")
_TOLD: Final = ("id", *_FOLDED, "title", "keywords")


def products_fitting(session: Session, asked: Mapping[str, Argument]) -> list[Any] | None:
    """Return the conditions on lines; None where nothing is told of what is asked.

    Products are few, so that labels are compared here, and as everywhere: letter case and blanks
    around them aside.
    """
    conditions: list[Any] = []
    if "product" in asked:
        conditions.append(schema.lines.c.product.in_([*_texts(asked["product"])]))
    names = [name for name in (*_FOLDED, "keyword") if name in asked]
    if not names:
        return conditions
    table = schema.products.c
    rows = session.reading.execute(select(*(table[name] for name in _TOLD))).mappings().all()
    fitting = {row["id"] for row in rows}
    for name in names:
        wanted = {_folded(one) for one in _texts(asked[name])}
        if name == "keyword":
            words = {row["id"]: _keywords(row) for row in rows}
            if not any(row["title"] or _listed(row) for row in rows):
                return None
            fitting = {one for one in fitting if not words[one].isdisjoint(wanted)}
        else:
            labels = {row["id"]: row[name] for row in rows if row[name]}
            if not labels:
                return None
            fitting = {one for one in fitting if _folded(labels.get(one, "")) in wanted - {""}}
    return [*conditions, one_of(schema.lines.c.product, sorted(fitting))]


def _listed(row: Any) -> tuple[str, ...]:
    return () if row["keywords"] is None else tuple(json.loads(row["keywords"]))


def _keywords(row: Any) -> set[str]:
    return keywords_of(_listed(row), row["title"])


def _folded(text: str) -> str:
    return text.strip().casefold()


def _texts(argument: Argument) -> tuple[str, ...]:
    given = argument if isinstance(argument, tuple) else (argument,)
    return tuple(map(str, given))
