"""What every repository says of what rests in it: its version, and what changed when."""

from typing import Generic, TypeAlias, TypeVar

import attrs

__all__ = ["Change", "Key", "Stored"]

T = TypeVar("T")

Key: TypeAlias = str | int
"""An identity outside; keys compare as they are written: 7 and ``"7"`` are one."""


@attrs.frozen
class Stored(Generic[T]):
    """A thing with its version: 1 when it was written first, one more at each change."""

    value: T
    version: int


@attrs.frozen
class Change:
    """One entry of the change feed.

    Parameters
    ----------
    number : int
        Greater than that of every change before it, also of other repositories of the store.
    repository : str
        ``"people"``, ``"orders"``, ``"activities"`` or ``"annotations"``.
    key : tuple of str
        What changed: ``(id,)`` of a customer, ``(source, id)`` of an order or an activity,
        ``(source, id, "refund")`` of a refund with a key of its own, ``("product", id)``. Of an
        annotation ``("note", id)``, ``("segment", name)``, ``("setting", name)``, and with the id
        of the customer ``("interest", id)`` and ``("tag", id)``. Nothing in it is personal.
    what : {"added", "changed", "removed"}
        What happened to it.
    before : mapping, optional
        What an order had before that was edited in its source: the columns that differ, and its
        ``lines`` and ``refunds`` where one differs, as rows of batches; addresses are left away.
        None elsewhere.
    """

    number: int
    repository: str
    key: tuple[str, ...] = attrs.field(repr=False)
    what: str
    before: object = attrs.field(default=None, repr=False)
