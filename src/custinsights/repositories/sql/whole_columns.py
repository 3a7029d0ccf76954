"""How does a database tell many rows as columns? Each as one text, which is taken apart at once.

To ask a driver for every cell takes longer than to read it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from custinsights.repositories.batches import NOTHING
from custinsights.repositories.sql.columns import NUMBERS, array_of, nothing
from custinsights.repositories.sql.session import Session

__all__ = ["columns_of", "gathered"]


class _Listed(FunctionElement[str]):
    """The texts of a column as a list of JSON."""

    inherit_cache = True
    type = Text()


@compiles(_Listed, "sqlite")
def _in_sqlite(listed: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array({compiler.process(listed.clauses, **options)})"


@compiles(_Listed, "postgresql")
def _in_postgresql(listed: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg({compiler.process(listed.clauses, **options)})::text"


def gathered(question: Select[Any], kinds: Iterable[str]) -> Select[Any]:
    """Return the question for the columns, of some kinds, of what a question finds."""
    found = question.subquery().c
    return select(*(_gathered(kind, one) for kind, one in zip(kinds, found, strict=True)))


def columns_of(
    session: Session,
    question: Select[Any],
    kinds: Mapping[str, str],
    told: Mapping[str, Any],
    opened: Mapping[str, Callable[[str], str]] = MappingProxyType({}),
) -> dict[str, npt.NDArray[Any]]:
    """Return what a gathered question finds, as the columns of a batch.

    Parameters
    ----------
    told
        The values of the parameters of the question.
    opened
        What opens the columns that are sealed.
    """
    [found] = session.reading.execute(question, told)
    return {
        name: _parted(kind, text, opened.get(name))
        for (name, kind), text in zip(kinds.items(), found, strict=True)
    }


def _gathered(kind: str, column: Any) -> Any:
    if kind in NUMBERS:
        return func.aggregate_strings(cast(func.coalesce(column, NOTHING), Text), ",")
    return _Listed(column)


def _parted(kind: str, text: str | None, opened: Callable[[str], str] | None) -> npt.NDArray[Any]:
    if not text:
        return nothing(kind, 0)
    if kind in NUMBERS:
        return np.fromstring(text, dtype=np.int64, sep=",")
    return array_of(kind, json.loads(text), opened)
