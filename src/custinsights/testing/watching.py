"""What does a function do beside answering? Read the clock, draw, change what it is given?"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from types import FrameType
from typing import Any, TypeVar

import attrs
import numpy as np

from custinsights.errors import CustInsightsError
from custinsights.history.columnar.columns import AnyArray
from custinsights.history.views.activity_view import ActivityFacts
from custinsights.history.views.streamviews import GapFacts, LineFacts, OrderFacts, RefundFacts

T = TypeVar("T")

CLOCKS = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
)
DATES = frozenset({"now", "utcnow", "today"})
SYSTEM = frozenset({"posix", "nt"})


def watched(function: Callable[[], T]) -> tuple[T, tuple[str, ...]]:
    """Call a function; return its answer and the clocks and dice that it used, by name.

    Only calls of functions written in C are seen, which is what the clock and the generators of
    the standard library are.
    """
    seen: dict[str, None] = {}

    def note(_frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and (name := _forbidden(called)):
            seen[name] = None

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # what others do when garbage is collected is not the function's doing
    sys.setprofile(note)
    try:
        answer = function()
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
    return answer, tuple(seen)


def _forbidden(called: Any) -> str:
    """Return what a call of a built-in function reads that no calculation may, or nothing."""
    name = getattr(called, "__name__", "")
    module = getattr(called, "__module__", None) or ""
    owner = getattr(called, "__self__", None)
    if module == "time" and name in CLOCKS:
        return f"time.{name}"
    if name in DATES and isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}"
    if name == "urandom" and module in SYSTEM:
        return "os.urandom"
    if any(kind.__module__ == "_random" for kind in type(owner).__mro__):
        return f"random.{name}"
    return ""


def fill(value: object) -> None:
    """Let a view and its streams make everything that they keep once made."""
    for name in dir(type(value)):
        made = getattr(type(value), name)
        if not isinstance(made, cached_property | property):
            continue
        try:
            kept = getattr(value, name)
        except CustInsightsError:
            continue  # the history does not hold it
        if isinstance(made, cached_property) and isinstance(kept, _STREAMS):
            fill(kept)


_STREAMS = (OrderFacts, LineFacts, RefundFacts, GapFacts, ActivityFacts)


def contents(value: object) -> dict[str, list[Any] | bytes]:
    """Return what every array in a value holds, by where it lies in it; also cached ones."""
    return dict(_contents(value, "", set()))


def _contents(value: object, path: str, seen: set[int]) -> Iterator[tuple[str, list[Any] | bytes]]:
    if isinstance(value, np.ndarray):
        yield path.lstrip("."), _held(value)
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        inner = {str(name): held for name, held in value.items()}
    elif attrs.has(type(value)):
        fields: Any = attrs.fields(type(value))  # type: ignore[arg-type] # has() has told
        inner = {field.name: getattr(value, field.name) for field in fields}
        inner |= dict(getattr(value, "__dict__", {}))
    else:
        return
    for name, held in inner.items():
        yield from _contents(held, f"{path}.{name}", seen)


def _held(array: AnyArray) -> list[Any] | bytes:
    return array.tobytes() if array.dtype.kind in "biufmM" else array.tolist()


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> str | None:
    """Return where what was there before is not what is there after, or None."""
    for path, held in before.items():
        if after.get(path) != held:
            return path
    return None
