"""How does a check ask a store, and say what is wrong with the answer?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import attrs

from custinsights.repositories.protocols import Store

__all__ = [
    "NOON",
    "Check",
    "Factory",
    "differs",
    "refused",
    "told",
]

from custinsights.testing.objects import EPOCH as NOON

Factory = Callable[[], Store]
"""What gives an empty store."""

_LONGEST = 300


def _parts(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class Check:
    """One check: the parts of a store that it asks, and what it finds wrong with a fresh one."""

    name: str
    parts: frozenset[str] = attrs.field(converter=_parts)
    advice: str
    faults: Callable[[Store, Collection[str]], Iterator[str]]


def told(value: object) -> str:
    """Return a value as a sentence shows it."""
    shown = repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def differs(what: str, found: object, wanted: object) -> Iterator[str]:
    """Yield a sentence where something is not what it should be."""
    if found != wanted:
        yield f"{what} is {_apart(found, wanted)}"


def _apart(found: Any, wanted: Any, place: str = "") -> str:
    """Return the first place in which two values differ."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for name in [*wanted, *(one for one in found if one not in wanted)]:
            if name not in found or name not in wanted:
                there, gone = (found, "missing") if name in found else (wanted, "there")
                is_said = "too much" if gone == "missing" else "missing"
                return f"{place}{told(name)}: {told(there[name])} is {is_said}"
            if found[name] != wanted[name]:
                return _apart(found[name], wanted[name], f"{place}{name}, ")
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        for at, (left, right) in enumerate(zip(found, wanted, strict=True)):
            if left != right:
                return _apart(left, right, f"{place}{at}, ")
    return f"{place}{told(found)} instead of {told(wanted)}"


def refused(
    store: Store, error: type[Exception], what: str, act: Callable[..., object], *given: object
) -> Iterator[str]:
    """Yield a sentence where a unit of work is not refused with an error that must come.

    `act` is called with the unit of work, and with what is `given`.
    """
    try:
        with store.begin(at=NOON) as work:
            act(work, *given)
    except error:
        return
    except Exception as other:  # noqa: BLE001 - whatever a foreign store raises
        yield f"{what} raises {type(other).__name__}, and not {error.__name__}: {other}"
        return
    yield f"{what} is not refused with {error.__name__}"
