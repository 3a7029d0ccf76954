"""A mapping that nobody changes by accident."""

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue

__all__ = ["Frozen", "frozen"]

K = TypeVar("K")
V = TypeVar("V")


class Frozen(dict[K, V]):
    """A dict that refuses to change; it reads, compares and pickles as a dict does.

    Examples
    --------
    >>> Frozen({"a": 1})["a"]
    1
    """

    __slots__ = ()

    def _refuse(self, *_arguments: Any, **_keywords: Any) -> NoReturn:
        raise InvalidValue(
            "this mapping cannot be changed", "a change", "reading it", "Make a dict of it first"
        )

    __setitem__ = __delitem__ = clear = pop = popitem = _refuse
    setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[type["Frozen[K, V]"], tuple[dict[K, V]]]:
        return Frozen, (dict(self),)


def frozen(mapping: Any) -> Any:
    """Return a mapping as one that refuses to change; a converter for attrs fields."""
    if not isinstance(mapping, Mapping):  # its values may be personal
        refuse_other(Mapping, "the table of names", type(mapping).__name__)
    return Frozen(mapping)
