"""Of which kind is an attribute of customers, and what is it, as it rests in a text of JSON?"""

import re
from typing import Any, Final

from sqlalchemy import JSON, cast, func, literal_column, or_, select

from custinsights.repositories.sql.rule_sums import PERSON
from custinsights.repositories.sql.session import Session

__all__ = ["flag_of", "is_told", "kind_of", "text_of"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_KINDS: Final = {"text": "text", "string": "text"} | dict.fromkeys(
    ("true", "false", "boolean"), "flag"
)
_ESCAPES: Final = ("\\u0000", "\\ud")
"""Parts of texts that not every database can take out of JSON: no sign, and half a sign."""


def kind_of(session: Session, name: str) -> str | None:
    """Return "text" or "flag", and "nothing" where nobody has it; None for all else."""
    attributes = PERSON.c.attributes
    here = attributes.is_not(None)
    if not _NAME.fullmatch(name):
        return None
    odd = or_(*(attributes.contains(one, autoescape=True) for one in _ESCAPES))
    if session.reading.scalar(select(PERSON.c.key).where(here, odd).limit(1)) is not None:
        return None
    question = select(_type(session, name)).where(here).distinct()
    kinds = {_KINDS.get(one) for one in session.reading.scalars(question) if one is not None}
    if not kinds:
        return "nothing"
    return kinds.pop() if len(kinds) == 1 else None


def _is_sqlite(session: Session) -> bool:
    return session.reading.dialect.name == "sqlite"


def _path(name: str) -> Any:
    """Return the path to a value, whose name is letters, figures and underscores."""
    return literal_column(f"'$.{name}'")


def _type(session: Session, name: str) -> Any:
    if _is_sqlite(session):
        return func.json_type(PERSON.c.attributes, _path(name))
    return func.json_typeof(cast(PERSON.c.attributes, JSON)[name])


def is_told(session: Session, name: str) -> Any:
    """Return the condition that an attribute is there, and says something; never NULL."""
    if kind_of(session, name) == "text":
        return text_of(session, name).is_not(None)
    return _type(session, name).is_not(None)


def text_of(session: Session, name: str) -> Any:
    """Return an attribute that is a text; NULL where there is none, or one that says nothing."""
    if _is_sqlite(session):
        value = func.json_extract(PERSON.c.attributes, _path(name))
    else:
        value = cast(PERSON.c.attributes, JSON)[name].as_string()
    return func.nullif(value, "")


def flag_of(session: Session, name: str, *, wanted: bool) -> Any:
    """Return the condition that an attribute is true, or false; NULL where there is none."""
    said = "true" if wanted else "false"
    if _is_sqlite(session):
        return _type(session, name) == said
    return cast(PERSON.c.attributes, JSON)[name].as_string() == said
