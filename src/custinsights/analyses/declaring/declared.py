"""How does the function behind a declaration travel to another process?

Functions are pickled by name. But where a decorator stands, the name of the function means what
was declared of it, so the function is found through that.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import attrs

from custinsights.errors import InvalidValue


@attrs.frozen
class Declared:
    """A function that a decorator turned into a declaration."""

    function: Callable[..., Any] = attrs.field()

    @function.validator
    def _is_function(self, _field: object, value: object) -> None:
        if not callable(value):
            raise InvalidValue("what is declared is no function", value, "a function of the facts")

    def __call__(self, facts: Any, **arguments: Any) -> Any:
        """Call the function."""
        return self.function(facts, **arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        where = (self.function.__module__, self.function.__qualname__)
        if _found(*where) is self:
            return _found, where
        return Declared, (self.function,)


def _found(module: str, name: str) -> Declared | None:
    """Return the function behind what a name in a module means, None if it means something else."""
    meant: Any = import_module(module)
    for part in name.split("."):
        meant = getattr(meant, part, None)
    tallies = getattr(meant, "tallies", ())
    functions = [getattr(meant, "of", None), *(f for t in tallies for f in (t.of, *t.filters))]
    return next((function for function in functions if isinstance(function, Declared)), None)
