"""Which customer is a row about?

Outside identities (integers or texts) become dense codes: the position of the identity among all
known identities in ascending order.
"""

from __future__ import annotations

import operator
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from custinsights.errors import InvalidValue, counted
from custinsights.history.columnar.columns import AnyArray, CodeArray, IntArray, Labels
from custinsights.history.columnar.row_groups import placed
from custinsights.history.columnar.threads import gather

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = np.dtypes.StringDType()
_MANY, _WIDE = 1 << 14, 64


@attrs.frozen(eq=False)
class Coded:
    """Identities in ascending order, and for every row the position of its own."""

    ids: AnyArray
    codes: IntArray


def as_identities(values: Any, what: str) -> AnyArray:
    """Return identities as int64 or as an array of texts; refuse anything else.

    Integers stay integers, a column of whole floats (as data frames make of integers with gaps)
    is refused rather than guessed at, and texts must not be empty.
    """
    array = values if isinstance(values, np.ndarray) else np.asarray(values)
    if array.ndim != 1:
        raise InvalidValue(
            what=f"{what} must be one column", given=f"{array.ndim} dimensions", allowed="1"
        )
    if len(array) == 0 and array.dtype.kind in "fOT":
        return np.empty(0, dtype=np.int64)
    if array.dtype.kind in "iu":
        if array.dtype == np.uint64 and len(array) and int(array.max()) > np.iinfo(np.int64).max:
            raise InvalidValue(
                what=f"{what} holds integers that do not fit 64 bits with a sign",
                given="values from 2**63 up",
                allowed="integers below 2**63, or texts",
            )
        return array.astype(np.int64, copy=False)
    if array.dtype.kind == "U":
        array = array.astype(object)
    if array.dtype.kind in "OT":
        return _texts_or_integers(array, what)
    raise InvalidValue(
        what=f"{what} must hold integers or texts",
        given=f"a column of {array.dtype}",
        allowed="integers or texts",
        advice="convert it first, e.g. with .astype('int64') or .astype(str)",
    )


def _texts_or_integers(array: AnyArray, what: str) -> AnyArray:
    values = array.tolist()
    kinds = set(map(type, values))
    if kinds <= {int}:
        return np.array(values, dtype=np.int64)
    if not all(issubclass(kind, str) for kind in kinds):
        wrong = sorted(kind.__name__ for kind in kinds if not issubclass(kind, str))
        raise InvalidValue(
            what=f"{what} must hold only integers or only texts",
            given=f"also values of type {', '.join(wrong)}",
            allowed="integers or texts, none missing",
            advice="rows without an identity belong into the load report: leave them out first",
        )
    if "" in values:
        _refuse_empty(what)
    return array if array.dtype.kind == "O" else np.array(values, dtype=object)


def check_coded(identities: Labels, what: str) -> None:
    """Refuse missing and empty identities among texts that come coded already."""
    if len(identities) and int(identities.codes.min()) < 0:
        raise InvalidValue(
            what=f"{what} are missing in some rows",
            given=f"{counted(int((identities.codes < 0).sum()), 'row')} without an identity",
            allowed="an identity in every row",
        )
    if "" in identities.names and bool((identities.codes == identities.names.index("")).any()):
        _refuse_empty(what)


def _refuse_empty(what: str) -> None:
    raise InvalidValue(
        what=f"{what} hold an empty text", given="''", allowed="a text of one character up"
    )


def code(identities: AnyArray | Labels) -> Coded:
    """Code identities: distinct ones in ascending order, and each row's position among them.

    Cost: three passes for integers that lie densely, one sort for others, one dictionary look-up
    a row for texts, and for texts that come coded already (`Labels`) one pass.
    """
    if isinstance(identities, Labels):
        return _recode(identities.codes, identities.names)
    if identities.dtype.kind == "i":
        codes, ids = placed(identities)
        return Coded(ids, codes)
    places: dict[str, int] = {}
    found = np.array(
        [places.setdefault(name, len(places)) for name in identities.tolist()], dtype=np.int32
    )
    return _recode(found, tuple(places))


def codes_among(ids: AnyArray, wanted: AnyArray) -> IntArray:
    """Return the place of every wanted identity among ascending ones, -1 where it is not there.

    Cost: one search a row for integers, one dictionary look-up a row for texts: NumPy before 2.5
    reads the wrong memory when it searches one array of long texts for those of another
    (numpy/numpy#31533).
    """
    if not len(ids):
        return np.full(len(wanted), -1, dtype=np.int64)
    if ids.dtype.kind == "T":
        places = {name: place for place, name in enumerate(ids.tolist())}
        return np.array([places.get(name, -1) for name in wanted.tolist()], dtype=np.int64)
    codes = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids.take(codes) == wanted, codes, -1)


def code_together(columns: Sequence[AnyArray | Labels]) -> tuple[AnyArray, list[IntArray]]:
    """Code several columns of identities in one set of codes."""
    filled = [column for column in columns if len(column)]
    if len(filled) == 1:
        coded = code(filled[0])
        return coded.ids, [coded.codes if len(c) else coded.codes[:0] for c in columns]
    kinds = {"text" if _is_text(column) else "integer" for column in filled}
    if len(kinds) > 1:
        raise InvalidValue(
            what="orders, refunds and people name customers in different ways",
            given="integers in one and texts in another",
            allowed="integers everywhere or texts everywhere",
        )
    ends = np.cumsum([len(column) for column in columns])[:-1]
    if filled and all(isinstance(column, Labels) for column in filled):
        coded = code(_one_below_another([c for c in filled if isinstance(c, Labels)]))
    else:
        flat = [c.texts() if isinstance(c, Labels) else c for c in filled]
        coded = code(np.concatenate(flat) if filled else np.empty(0, dtype=np.int64))
    return coded.ids, np.split(coded.codes, ends)


def _one_below_another(columns: Sequence[Labels]) -> Labels:
    """Return several coded columns as one, with the names that stand in some row."""
    places: dict[str, int] = {}
    tables = [
        np.array([places.setdefault(name, len(places)) for name in names], dtype=np.int32)
        for names in dict.fromkeys(column.names for column in columns)
    ]
    table_of = dict(zip(dict.fromkeys(column.names for column in columns), tables, strict=True))
    codes = np.concatenate([table_of[column.names].take(column.codes) for column in columns])
    is_used = np.zeros(len(places), dtype=np.bool_)
    is_used[codes] = True
    dense = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
    names = tuple(name for name, used in zip(places, is_used.tolist(), strict=True) if used)
    return Labels(dense.take(codes), names)


def _is_text(column: AnyArray | Labels) -> bool:
    return isinstance(column, Labels) or column.dtype.kind != "i"


def _recode(codes: CodeArray, names: Sequence[str]) -> Coded:
    if _is_ascending(names):
        return Coded(texts(names), codes.astype(np.int64))
    order = ascending(names)
    table = np.empty(len(names), dtype=np.int64)
    table[order] = np.arange(len(names))
    return Coded(texts([names[place] for place in order.tolist()]), gather(table, codes))


def _is_ascending(names: Sequence[str]) -> bool:
    return all(map(operator.le, names, islice(names, 1, None)))


def ascending(names: Sequence[str]) -> IntArray:
    """Return the places of texts in ascending order, equal ones as they came.

    As bytes of one width they sort twice as fast; UTF-8 keeps the order of the characters. Long
    texts would make all of them wide, and NULs would be lost at the end of one.
    """
    if _is_ascending(names):
        return np.arange(len(names))
    widest = max(map(len, names), default=0)
    if len(names) < _MANY or widest > _WIDE or any("\0" in name for name in names):
        return np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    encoded = np.array([name.encode("utf-8", "surrogatepass") for name in names])
    return np.argsort(encoded, kind="stable")


def texts(values: Sequence[str]) -> AnyArray:
    """Return texts as a compact string array."""
    array = np.array(values, dtype=TEXT) if len(values) else np.empty(0, dtype=TEXT)
    array.flags.writeable = False
    return array
