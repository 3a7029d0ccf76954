"""What every repository says of what rests in it: its version, and what changed when."""

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

__all__ = ["IDENTITY_LOG", "MERGED_HAS_IT", "Change", "Key", "Known", "Stored", "under_todays_ids"]

T = TypeVar("T")

IDENTITY_LOG: Final = "identity"
"""The log of who became whom: the only one whose entries name customers in their fields, under
``id``, ``into``, ``from`` and ``before``."""

MERGED_HAS_IT: Final = "Who was merged has it, and gets it back by undo; give another one"
"""What to do where somebody is to get the id of one who was merged into them."""

_OF_CUSTOMERS: Final = ("id", "into", "from", "before")

Key: TypeAlias = str | int
"""An identity outside; keys compare as they are written: 7 and ``"7"`` are one."""


@attrs.frozen
class Stored(Generic[T]):
    """A thing with its version: 1 when it was written first, one more at each change."""

    value: T
    version: int


@attrs.frozen
class Known:
    """Of an order that is there: whose it is today, None for nobody's, and when it was placed.

    And until when its source was watched (`OrderBatch.observed_until`), None where nobody knows.
    Instants are in microseconds since 1970 UTC.
    """

    customer: str | None
    placed_at: int
    observed_until: int | None = None


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


def under_todays_ids(entry: Mapping[str, Any], former: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry of the log of identities with other ids for those that somebody had before.

    Examples
    --------
    >>> under_todays_ids({"what": "merged", "id": "c1", "by": "c1"}, {"c1": "erased-7"})
    {'what': 'merged', 'id': 'erased-7', 'by': 'c1'}
    """
    named = {name: entry[name] for name in _OF_CUSTOMERS if entry.get(name) in former}
    return {**entry, **{name: former[one] for name, one in named.items()}}
