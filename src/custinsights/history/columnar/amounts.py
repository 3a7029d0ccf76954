"""Which whole number is an amount?

Money is kept in minor units and quantities in thousandths, both int64. Here amounts as users have
them (int, float, Decimal, text) become such integers: a float means its shortest decimal, and what
has more decimals than fit is rounded half to even on that decimal, and counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Literal, TypeAlias, overload

import attrs
import numpy as np

from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import (
    AnyArray,
    BoolArray,
    CodeArray,
    IntArray,
    first_rows,
    listed,
)
from custinsights.history.columnar.row_groups import repeated, repeated_in

LARGEST = 2**53
"""The largest whole number taken: up to it a float64 holds every integer."""

_MOST_PLACES = 17
_MOST_DIGITS = 10**18
_LONGEST_TEXT = 40
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_BLOCK = 1 << 16
_POWERS = 10 ** np.arange(19, dtype=np.int64)
_TOPS = LARGEST // _POWERS

OnWrong: TypeAlias = Literal["raise", "mask"]


@overload
def to_minor(values: object, exponent: int) -> tuple[IntArray, int]: ...
@overload
def to_minor(
    values: object, exponent: int, *, errors: Literal["raise"]
) -> tuple[IntArray, int]: ...
@overload
def to_minor(
    values: object, exponent: int, *, errors: Literal["mask"]
) -> tuple[IntArray, int, BoolArray]: ...
def to_minor(
    values: object, exponent: int, *, errors: OnWrong = "raise"
) -> tuple[IntArray, int] | tuple[IntArray, int, BoolArray]:
    """Turn amounts in major units into minor units.

    Parameters
    ----------
    values
        [n] ints, floats (each means its shortest decimal), Decimals, texts such as ``"1234.56"``,
        or a mixture of them.
    exponent
        Decimals of the currency: 2 for EUR, 0 for JPY.
    errors
        ``"raise"`` refuses values that are no number, not finite or beyond `LARGEST` minor units;
        ``"mask"`` marks them and returns 0 in their places.

    Returns
    -------
    tuple
        int64[n] minor units and how many values rounding changed; with ``errors="mask"`` also the
        mask bool[n] of values that are no amount.

    Raises
    ------
    InvalidValue
        Some values are no amount; it says how many and which come first.

    Notes
    -----
    Rounding is half to even on the decimal. Integers and floats cost a few passes in blocks; other
    values are read once for each distinct one.

    Examples
    --------
    >>> to_minor([19.99, 2.675, 0.125], 2)
    (array([1999,  268,   12]), 2)
    """
    array = _as_array(values)
    whole, changed, wrong = Decimals.of(array, exponent).scaled(exponent)
    if errors == "mask":
        return whole, int(np.count_nonzero(changed)), wrong
    if wrong.any():
        raise InvalidValue(
            what="some amounts are not finite numbers, or are too large",
            given=first_rows(wrong),
            allowed=f"numbers of at most {LARGEST:,} units of the smallest kind",
            advice="Leave those rows out, or correct them",
        )
    return whole, int(np.count_nonzero(changed))


@overload
def to_thousandths(values: object) -> tuple[IntArray, int]: ...
@overload
def to_thousandths(values: object, *, errors: Literal["raise"]) -> tuple[IntArray, int]: ...
@overload
def to_thousandths(
    values: object, *, errors: Literal["mask"]
) -> tuple[IntArray, int, BoolArray]: ...
def to_thousandths(
    values: object, *, errors: OnWrong = "raise"
) -> tuple[IntArray, int] | tuple[IntArray, int, BoolArray]:
    """Turn quantities into thousandths; everything else as in `to_minor`.

    Examples
    --------
    >>> to_thousandths(["2", "0.25"])
    (array([2000,  250]), 0)
    """
    return to_minor(values, 3, errors=errors)


@attrs.frozen(eq=False)
class Decimals:
    """A column of exact decimal numbers: ``digits / 10 ** places``.

    Parameters
    ----------
    digits
        int64[n], of at most 18 digits.
    places
        int64[n], decimals, 0 to 18.
    wrong
        bool[n], where there is no number; digits and places are 0 there.
    """

    digits: IntArray
    places: IntArray
    wrong: BoolArray

    @classmethod
    def of(cls, values: object, places: int = 2) -> Decimals:
        """Read numbers of any kind that `to_minor` takes; most of them have so many decimals."""
        array = _as_array(values)
        if array.dtype.kind in "iu":
            wrong = _is_beyond(array, LARGEST)
            whole = np.where(wrong, 0, array) if wrong.any() else array
            return cls(whole.astype(np.int64, copy=False), repeated(0, len(array)), wrong)
        if array.dtype.kind == "f":
            return _from_floats(array, places)
        codes, names = distinct(map(str, array.tolist()))
        return _from_texts(names).take(codes)

    def __len__(self) -> int:
        return len(self.digits)

    def take(self, rows: AnyArray) -> Decimals:
        """Return the numbers in some rows."""
        return Decimals(self.digits.take(rows), self.places.take(rows), self.wrong.take(rows))

    def scaled(self, exponent: int | IntArray) -> tuple[IntArray, BoolArray, BoolArray]:
        """Return the numbers as integers of ``10 ** -exponent``, rounded half to even.

        Returns
        -------
        tuple
            int64[n]; bool[n] which of them rounding changed; bool[n] which are no number or
            beyond `LARGEST` (0 there).
        """
        places = repeated_in(self.places)  # one number for all of them saves passes
        shift = exponent - (self.places if places is None else np.int64(places))
        if (shift >= 0).all():  # there is nothing to round
            wrong = self.wrong | _is_beyond(self.digits, _TOPS.take(shift))
            whole = self.digits if not shift.any() else self.digits * _POWERS.take(shift)
            whole = np.where(wrong, 0, whole) if wrong.any() else whole
            return whole, np.zeros(len(whole), dtype=np.bool_), wrong
        up = _POWERS.take(np.clip(shift, 0, 18))
        down = _POWERS.take(np.clip(-shift, 0, 18))
        whole, rest = np.divmod(self.digits, down)
        half = down >> 1
        is_up = (rest > half) | ((rest == half) & (down > 1) & (whole & 1 == 1))
        wrong = self.wrong | (np.abs(whole) > LARGEST // up)
        whole = np.where(wrong, 0, (whole + is_up) * up)
        return whole, (rest != 0) & ~wrong, wrong

    def times(self, other: Decimals) -> Decimals:
        """Return the products; one that needs more than 18 digits is wrong."""
        left, right = self._shortest(), other._shortest()
        size = np.abs(left.digits.astype(np.float64)) * np.abs(right.digits.astype(np.float64))
        places = left.places + right.places
        wrong = self.wrong | other.wrong | (size >= _MOST_DIGITS) | (places > _MOST_PLACES + 1)
        digits = np.where(wrong, 0, left.digits) * np.where(wrong, 0, right.digits)
        return Decimals(digits, np.where(wrong, 0, places), wrong)

    def plus(self, other: Decimals) -> Decimals:
        """Return the sums; one that needs more than 18 digits is wrong."""
        left, right = self._shortest(), other._shortest()
        places = np.maximum(left.places, right.places)
        parts = []
        wrong = self.wrong | other.wrong
        for part in (left, right):
            shift = _POWERS.take(places - part.places)
            wrong = wrong | (np.abs(part.digits) > _MOST_DIGITS // shift)
            parts.append(np.where(wrong, 0, part.digits) * shift)
        digits = np.where(wrong, 0, parts[0] + parts[1])
        return Decimals(digits, np.where(wrong, 0, places), wrong)

    def minus(self, other: Decimals) -> Decimals:
        """Return the differences; one that needs more than 18 digits is wrong."""
        return self.plus(Decimals(-other.digits, other.places, other.wrong))

    def _shortest(self) -> Decimals:
        """The same numbers without trailing zeros among the decimals."""
        digits, places = self.digits.copy(), self.places.copy()
        rows = np.flatnonzero(places)
        while len(rows):
            whole, rest = np.divmod(digits[rows], 10)
            rows, whole = rows[rest == 0], whole[rest == 0]
            digits[rows] = whole
            places[rows] -= 1
            rows = rows[places[rows] > 0]
        return Decimals(digits, places, self.wrong)


def distinct(texts: Iterable[str]) -> tuple[CodeArray, list[str]]:
    """Code texts by their distinct values, in the order of their first appearance.

    Examples
    --------
    >>> distinct(["b", "a", "b"])
    (array([0, 1, 0], dtype=int32), ['b', 'a'])
    """
    if isinstance(texts, list) and len(texts) > _BLOCK == len({*texts[:_BLOCK]}):
        # Texts of different hashes differ: then there is nothing to look up.
        hashes = np.sort(np.fromiter(map(hash, texts), np.int64, len(texts)))
        if (hashes[1:] != hashes[:-1]).all():
            return np.arange(len(texts), dtype=np.int32), texts
    places: defaultdict[str, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(places.__getitem__, texts), dtype=np.int32)
    return codes, list(places)


def _as_array(values: object) -> AnyArray:
    array = values if isinstance(values, np.ndarray) else _listed(values)
    if array.ndim != 1:
        raise InvalidValue(
            what="amounts must be one column", given=f"{array.ndim} dimensions", allowed="1"
        )
    return array


def _listed(values: object) -> AnyArray:
    """An array that keeps mixed values as they are: an int beside a float stays exact."""
    if hasattr(values, "__array__"):
        return np.asarray(values)
    items = listed(values, "amounts")
    kinds = set(map(type, items))
    if kinds <= {int} and all(abs(item) <= LARGEST for item in items):
        return np.array(items, dtype=np.int64)
    if kinds == {float}:
        return np.array(items, dtype=np.float64)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _is_beyond(values: AnyArray, most: int | IntArray) -> BoolArray:
    """bool[n], the integers that are larger than others, above or below 0."""
    least = int(np.min(most, initial=LARGEST))
    if not len(values) or -least <= int(values.min()) <= int(values.max()) <= least:
        return np.zeros(len(values), dtype=np.bool_)
    return (values > most) | (values < -most)


def _from_floats(values: AnyArray, places: int) -> Decimals:
    """Find each float's shortest decimal, in blocks: almost all have so many places, or fewer."""
    digits = np.empty(len(values), dtype=np.int64)
    all_places, wrong = repeated(places, len(values)), np.zeros(len(values), dtype=np.bool_)
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        nearest, is_it = _with_places(block, places)
        odd = np.flatnonzero(~is_it)
        nearest[odd] = 0
        digits[start : start + _BLOCK] = nearest
        if len(odd):
            all_places = all_places if all_places.flags.writeable else all_places.copy()
            rows = start + odd
            digits[rows], all_places[rows], wrong[rows] = _shortest_decimals(block[odd])
    return Decimals(digits, all_places, wrong)


def _with_places(values: AnyArray, places: int) -> tuple[AnyArray, BoolArray]:
    """Return floats as whole numbers of so many places, and where these are the same number."""
    # So many digits every float of the kind holds, so a decimal within them is the shortest.
    most = 10.0 ** np.finfo(values.dtype).precision
    with np.errstate(over="ignore", invalid="ignore"):
        nearest = np.rint(values.astype(np.float64, copy=False) * 10.0**places)
        again = (nearest / 10.0**places).astype(values.dtype, copy=False)
        return nearest, (again == values) & (np.abs(nearest) < most)


def _shortest_decimals(values: AnyArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Find for each float the fewest places that give the same float back."""
    digits, places = np.zeros((2, len(values)), dtype=np.int64)
    wrong = ~np.isfinite(values)
    left = np.flatnonzero(~wrong)
    for place in range(9):
        nearest, is_it = _with_places(values[left], place)
        digits[left[is_it]] = nearest[is_it]
        places[left[is_it]] = place
        left = left[~is_it]
        if not len(left):
            break
    if len(left):  # long decimals, and numbers too large for the test above
        exact = _from_texts([str(value) for value in values[left]])
        digits[left], places[left], wrong[left] = exact.digits, exact.places, exact.wrong
    return digits, places, wrong


def _from_texts(texts: list[str]) -> Decimals:
    """Read plain decimal texts: a sign, digits, a point, digits; the rare rest one by one."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    digits = np.zeros(len(texts), dtype=np.int64)
    places = np.zeros(len(texts), dtype=np.int64)
    is_read = np.zeros(len(texts), dtype=np.bool_)
    short = np.flatnonzero((lengths > 0) & (lengths <= _MOST_PLACES))
    for start in range(0, len(short), _BLOCK):
        rows = short[start : start + _BLOCK]
        block = np.array([texts[row] for row in rows.tolist()])
        digits[rows], places[rows], is_read[rows] = _read_characters(block, lengths[rows])
    wrong = ~is_read
    for row in np.flatnonzero(wrong).tolist():
        found = _read_one(texts[row])
        if found is not None:
            digits[row], places[row] = found
            wrong[row] = False
    return Decimals(digits, places, wrong)


def _read_characters(texts: AnyArray, lengths: IntArray) -> tuple[IntArray, IntArray, BoolArray]:
    """Read short texts character by character, all texts at once."""
    characters = texts.view(np.uint32).reshape(len(texts), -1).T
    digits = np.zeros(len(texts), dtype=np.int64)
    places = np.zeros(len(texts), dtype=np.int64)
    counted = np.zeros(len(texts), dtype=np.int64)
    has_point = np.zeros(len(texts), dtype=np.bool_)
    is_plain = np.ones(len(texts), dtype=np.bool_)
    for at, character in enumerate(characters):
        figure = character - np.uint32(48)  # wraps far up for what comes before "0"
        is_figure = figure < 10  # noqa: PLR2004 - the ten figures
        digits = np.where(is_figure, digits * 10 + figure, digits)
        counted += is_figure
        places += is_figure & has_point
        is_point = (character == ord(".")) & ~has_point
        has_point |= is_point
        allowed = is_figure | is_point | (character == 0)
        if at == 0:
            allowed |= (character == ord("-")) | (character == ord("+"))
        is_plain &= allowed
    is_plain &= (counted > 0) & (np.count_nonzero(characters, axis=0) == lengths)
    digits = np.where(characters[0] == ord("-"), -digits, digits)
    return np.where(is_plain, digits, 0), np.where(is_plain, places, 0), is_plain


def _read_one(text: str) -> tuple[int, int] | None:
    """Read one text of any length; decimals that nobody needs end in a digit that breaks ties."""
    text = text.strip() if len(text) <= _LONGEST_TEXT else text
    if len(text) > _LONGEST_TEXT or not _PLAIN.fullmatch(text):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
        return None
    if not number:
        return 0, 0
    if number.adjusted() >= _MOST_PLACES:
        return None
    sign, figures, shift = number.as_tuple()
    exponent = int(shift)  # finite, by the pattern
    digits = int("".join(map(str, figures)))
    places = max(0, -exponent)
    digits *= 10 ** max(0, exponent)
    room = min(_MOST_PLACES, 16 - max(0, number.adjusted()))
    if places > room:
        digits, rest = divmod(digits, 10 ** (places - max(room, 0)))
        digits, places = digits * 10 + (1 if rest else 0), max(room, 0) + 1
    return (-digits if sign else digits), places
