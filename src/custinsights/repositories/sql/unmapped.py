"""What does a store say of what a shop's own tables do not hold? Nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from custinsights.domain.activities import Activity
from custinsights.domain.tag_changes import TagChange
from custinsights.errors import InvalidValue
from custinsights.repositories.batches import ActivityBatch
from custinsights.repositories.protocols import Annotation
from custinsights.repositories.stored import Key, Stored

__all__ = ["Nothing", "Said", "refuse_writing"]


def refuse_writing(*_told: object, **_named: object) -> NoReturn:
    """Refuse to change anything."""
    what, allowed = "a mapping of one's own tables is only read", "questions"
    advice = "Change your tables where you keep them, or import them into a store"
    raise InvalidValue(what, "a change", allowed, advice)


class Nothing:
    """Activities of which nobody tells; see `ActivityRepository`."""

    add = write = forget = staticmethod(refuse_writing)

    def of(self, customer: Key, kinds: Sequence[str] | None = None) -> tuple[Activity, ...]:
        """Return nothing."""
        del customer, kinds
        return ()

    def scan(
        self, *, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[ActivityBatch]:
        """Yield nothing."""
        del since, customers, batch_rows
        yield from ()

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return that there is nothing."""
        del customer
        return {"activities": []}


class Said:
    """The settings of the shop, and no annotations; see `AnnotationRepository`."""

    put = remove = tag = set = record = forget = staticmethod(refuse_writing)

    def __init__(self, shop: Mapping[str, Any]) -> None:
        self._shop = shop

    def get(self, kind: str, *key: Key) -> Stored[Annotation] | None:
        """Return nothing."""
        del kind, key
        return None

    def of(self, customer: Key, kind: str) -> tuple[Stored[Annotation], ...]:
        """Return nothing."""
        del customer, kind
        return ()

    def all(self, kind: str) -> Iterator[Stored[Annotation]]:
        """Yield nothing."""
        del kind
        yield from ()

    def tag_changes(self, customer: Key | None = None) -> tuple[TagChange, ...]:
        """Return nothing."""
        del customer
        return ()

    def setting(self, name: str) -> Mapping[str, Any] | None:
        """Return the currency and the time zone of the shop as its setting ``shop``."""
        return dict(self._shop) if name == "shop" else None

    def records(self, log: str, customer: Key | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return nothing."""
        del log, customer
        return ()

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return that there is nothing."""
        del customer
        return {"notes": [], "interests": [], "tags": [], "logs": {}}
