"""How does a query ask for one of many values at once, in every database?"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["one_of", "one_of_told"]


class _Texts(FunctionElement[Any]):
    """The members of a list that travels as one JSON text, so that it may be of any length."""

    inherit_cache = True


class _Numbers(_Texts):
    """Members that are whole numbers."""

    inherit_cache = True


@compiles(_Texts, "sqlite")
def _in_sqlite(members: _Texts, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(members.clauses, **options)}))"  # noqa: S608 - a parameter


@compiles(_Texts, "postgresql")
def _in_postgresql(members: _Texts, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(members.clauses, **options)
    value = "value::bigint" if isinstance(members, _Numbers) else "value"
    return f"(SELECT {value} FROM json_array_elements_text(CAST({text} AS json)))"  # noqa: S608 - a parameter


class _List(TypeDecorator[Any]):
    """Values as one JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str:  # noqa: ARG002 - SQLAlchemy's
        return json.dumps([*value])


def one_of(column: ColumnElement[Any], values: Iterable[str] | Iterable[int]) -> Any:
    """Return the condition that a column is one of some texts, or of some whole numbers."""
    return _among(column, bindparam(None, values, type_=_List(), unique=True))


def one_of_told(column: ColumnElement[Any], name: str) -> Any:
    """Return the same of values that are told later, as the parameter of a name."""
    return _among(column, bindparam(name, type_=_List()))


def _among(column: ColumnElement[Any], values: BindParameter[Any]) -> Any:
    members = _Numbers if isinstance(column.type, Integer) else _Texts
    return column.op("IN", is_comparison=True)(members(values))
