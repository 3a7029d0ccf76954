"""What do the functions of a format see, and do they give back a value for each row?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import attrs
import numpy as np

from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.texts.cells import Numbers
from custinsights.sources.texts.columns import Texts


@attrs.frozen
class _Asked:
    """The rows of a file as a function of their format sees them: it can ask for known fields."""

    rows: Any

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, field: str) -> bool:
        return bool(self.rows.has(self._known(field)))

    def is_blank(self, field: str) -> BoolArray:
        return cast("BoolArray", self.rows.is_blank(self._known(field)))

    def texts(self, field: str) -> Texts:
        return cast("Texts", self.rows.texts(self._known(field)))

    def decimals(self, field: str) -> Decimals:
        return cast("Decimals", self.rows.decimals(self._known(field)))

    def _known(self, field: str) -> str:
        format = self.rows.format
        known = format.fields
        if format.stem(field) not in known:
            advice = f"Name its column in columns= of the format {format.name!r}"
            raise UnknownName("field", field, sorted(known), advice)
        return field


@attrs.frozen
class _Function:
    """A function of a format; what it gives back is checked."""

    what: str
    of: Callable[[Any], Any]

    def __attrs_post_init__(self) -> None:
        if not callable(self.of):
            raise InvalidValue(f"{self.what} of a format is no function", self.of, "a function")


class _Mask(_Function):
    def __call__(self, rows: Any) -> BoolArray:
        told = self.of(_Asked(rows))
        if not isinstance(told, np.ndarray) or (told.dtype, told.shape) != (bool, (len(rows),)):
            given = told.shape if isinstance(told, np.ndarray) else type(told).__name__
            what = f"{self.what} of a format does not tell of each row whether it is one"
            raise InvalidValue(what, given, f"an array of {len(rows)} truth values")
        return told


class _Computed(_Function):
    def __call__(self, rows: Any) -> Decimals | Numbers | Texts:
        found = self.of(_Asked(rows))
        is_column = isinstance(found, Decimals | Numbers | Texts)
        size = len(found.is_blank if isinstance(found, Numbers) else found) if is_column else -1
        if size != len(rows):
            given = type(found).__name__ if size < 0 else f"{size} values"
            what = f"{self.what} of a format gives no value for each row"
            raise InvalidValue(what, given, f"Decimals, Numbers or Texts of {len(rows)} rows")
        return cast("Decimals | Numbers | Texts", found)


def checked_mask(given: Any) -> Any:
    """Return a function that tells which rows are something, checked; None where there is none."""
    return (
        given
        if given is None or isinstance(given, _Mask)
        else _Mask("the function skip_rows, refund_rows or tip_rows", given)
    )


def checked_columns(given: Any) -> dict[str, Any]:
    """Return the functions that work fields out, each of them checked."""
    refuse_other(Mapping, "what a format computes", given)
    return {
        field: of
        if isinstance(of, _Computed)
        else _Computed(f"the function computed[{field!r}]", of)
        for field, of in given.items()
    }
