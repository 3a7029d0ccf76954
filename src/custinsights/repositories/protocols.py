"""Where do the objects of a shop rest? Four repositories and the unit of work over them.

Any class with these methods is one; `custinsights.testing.check_repository` says whether it keeps
the contract. What holds for all of them:

* Ids go in as texts or ints and come out as texts, those of customers as today's: who was merged
  is the one that they became. Texts are ordered by their code points.
* Whom an order or an activity names becomes a customer. Anything else that is told of somebody
  unknown is refused (`UnknownName`); to read of them gives nothing.
* To write what rests there already, letter by letter, changes nothing: neither a version nor the
  feed of changes.
* What comes out is the caller's own: changing it changes nothing that rests there.
* A unit of work sees what it has written, and of others what they had committed when it began, or
  more. Where two of them change the same thing, the one that comes later gets `StaleWrite`, where
  it writes or where it commits; it may have to wait before.
* A read-only unit of work, and one that is over, refuse to write (`InvalidValue`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.identities import Identity
from custinsights.domain.interests import Interest
from custinsights.domain.notes import Note
from custinsights.domain.orders import Order
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.domain.segments import Segment
from custinsights.domain.tag_changes import TagChange
from custinsights.repositories.batches import (
    ActivityBatch,
    OrderBatch,
    PeopleBatch,
    ProductBatch,
)
from custinsights.repositories.stored import Change, Key, Known, Stored

__all__ = [
    "ActivityRepository",
    "Annotation",
    "AnnotationRepository",
    "OrderRepository",
    "PeopleRepository",
    "Store",
    "UnitOfWork",
]

Annotation = Note | Interest | Segment
"""What is written down beside the facts, with a version each: kinds ``note`` (key: its id),
``interest`` (key: customer and casefolded keyword), ``segment`` (key: its spelled name). Where two
who were merged have one keyword, that of the one who they became stands, else that of the one who
was known earlier."""


class PeopleRepository(Protocol):
    """Customers, by which identities they are known, and what they agreed to.

    A customer is found by today's id and by every id that they had before; who was merged into
    somebody is found as that one. The tags of a `Customer` do not rest here but in the annotations:
    one with tags is refused.
    """

    def get(self, customer: Key) -> Stored[Customer] | None:
        """Return a customer; None for nobody."""

    def put(self, customer: Customer, *, version: int = 0) -> int:
        """Write a customer and return the new version.

        `version` is that of what was read, 0 for somebody new.

        Raises
        ------
        StaleWrite
            What rests there has another version.
        """

    def write(
        self, customers: Iterable[Customer], identities: Iterable[tuple[Key, Identity]] = ()
    ) -> None:
        """Write many at once, whatever their versions: who is there is told anew.

        Who was merged is told anew as who they were, which is seen when the merging is undone. With
        whose `identities` they are, as `identify` adds them.
        """

    def find(self, identity: Identity) -> Key | None:
        """Return whose an identity is.

        An id without a source is the shop's own: it is also whose id it is, or was.
        """

    def find_all(
        self, identities: Sequence[Identity], *, before_merging: bool = False
    ) -> Sequence[Key | None]:
        """Return whose each of many identities is, as `find` does.

        `before_merging` names who was merged by the id that they have themselves: what comes in for
        an identity and is written to that one is theirs again when the merging is undone.
        """

    def identify(self, customer: Key, identities: Iterable[Identity]) -> None:
        """Add identities to somebody; one that is somebody else's is refused (AlreadyTaken).

        The e-mail address and phone number of a customer that is written are theirs already, where
        they are nobody else's; earlier ones stay theirs until somebody else is written with them.
        """

    def identities(self, customer: Key) -> tuple[Identity, ...]:
        """Return by what somebody is known, sorted."""

    def rename(self, customer: Key, to: Key) -> None:
        """Give somebody another id; the old one still finds them. A taken one: AlreadyTaken.

        That of somebody who was merged into them is taken too: undoing it gives it back.
        """

    def merge(self, customer: Key, into: Key) -> None:
        """Make one person of two; all that belongs to `customer` is from now on that of `into`.

        Nothing is rewritten but a pointer. Two who are one already are refused (`InvalidValue`).
        """

    def unmerge(self, customer: Key) -> None:
        """Undo the merging of `customer` (the id it had): both are again what they were.

        Who was merged into `customer` stays so. Somebody who is not merged is refused
        (`InvalidValue`).
        """

    def merged(self) -> Mapping[Key, Key]:
        """Return who was merged, by the id they had, with the one they are now."""

    def scan(
        self, *, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[PeopleBatch]:
        """Yield all people, or some, as columns, by ascending key; merged ones are not there."""

    def listed(
        self,
        search: str = "",
        *,
        sort: str = "id",
        descending: bool = False,
        after: Key | None = None,
        customers: Collection[Key] | None = None,
    ) -> Iterator[Customer]:
        """Yield people as a directory lists them, lazily; merged ones are not there.

        Parameters
        ----------
        search
            Only who has this text, whatever its case, in the id, name, e-mail address or phone
            number (figures compare as figures). Where contacts are sealed: in the id, or whose
            whole address or number it is.
        sort
            ``"id"``, ``"name"`` (without case) or ``"created_at"``. Who has none comes last, also
            descending; equal ones come by ascending id, descending ones by descending id.
        after
            Only who comes after this person in that order.
        customers
            Only some.
        """

    def consent(self, *entries: Consent) -> None:
        """Add to the ledger of consents."""

    def consents(self, customer: Key | None = None) -> tuple[Consent, ...]:
        """Return the ledger of all or of one customer, in the order in which it was written."""

    def forget(self, customer: Key) -> None:
        """Remove all that is personal; the person stays as an empty one, under the same id.

        So do those who were merged into them. Identities and consents are gone, and ids that they
        had before find nobody any more: what the feed of changes and the log of identities
        (`stored.IDENTITY_LOG`) tell under them, they tell under today's.
        """

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it, with what was merged into them.

        Under ``customer``, ``merged`` (who was), ``former_ids``, ``identities`` and ``consents``,
        as records.
        """


class OrderRepository(Protocol):
    """Orders by (source, id), with lines and refunds, and products."""

    def get(self, order: Key, source: str = "") -> Order | None:
        """Return an order; None where there is none. Its customer is today's id."""

    def add(self, *orders: Order) -> None:
        """Write orders: what `write` does with a batch of them."""

    def write(self, batch: OrderBatch) -> Mapping[str, int]:
        """Write orders by (source, id), and return how many were "added", "changed", "same".

        One that is there already and differs takes its place, and the feed of changes tells what it
        was (without addresses, which are personal); an equal one changes nothing. Refunds with
        keys of their own are counted too; what they name the store need not have.
        An order whose customer is, after merging, whom it had already, keeps whom it was written
        with. Until when a source was watched (`OrderBatch.observed_until`) is kept with what it
        tells: what differs and was watched for less long changes nothing and is counted as
        "older"; an equal order bears the later instant, and is the same.
        """

    def known(self, source: str, ids: Sequence[Key]) -> Mapping[str, Known]:
        """Return what an import asks of the orders of a source that are there, by their ids."""

    def of(self, customer: Key) -> tuple[Order, ...]:
        """Return the orders of a customer, by time, then source and id."""

    def scan(
        self,
        columns: Sequence[str] | None = None,
        *,
        since: int = 0,
        customers: Sequence[Key] | None = None,
        batch_rows: int = 65_536,
    ) -> Iterator[OrderBatch]:
        """Yield orders as columns, by ascending (source, id); each key once.

        Refunds with keys of their own come after all orders, in a batch without any. Where there is
        nothing, there is no batch.

        Parameters
        ----------
        columns
            The columns of orders wanted; None is all. Source, id and customer are always there, and
            so are lines and refunds.
        since
            Only what was written by changes with greater numbers.
        customers
            Only theirs. A refund with a key of its own is theirs whose the order is that it names,
            where this is here.
        """

    def put_products(self, products: Iterable[Product]) -> None:
        """Write products; those that are there are told anew."""

    def products(self, ids: Sequence[Key] | None = None) -> Iterator[ProductBatch]:
        """Yield products as columns, all or those of some ids, by ascending id."""

    def forget(self, customer: Key) -> None:
        """Remove what is personal from the orders of somebody (addresses); amounts stay."""

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it.

        Under ``orders`` and ``refunds`` (those with keys of their own, and with these), as records.
        """


class ActivityRepository(Protocol):
    """What people did beside ordering, by (source, id)."""

    def add(self, *activities: Activity, source: str = "") -> None:
        """Write activities: what `write` does with a batch of them.

        One without an id is known by what it says (`rows.content_id`): two that say the same are
        one.
        """

    def write(self, batch: ActivityBatch) -> Mapping[str, int]:
        """Write activities as columns, and return how many were "added", "changed", "same"."""

    def of(self, customer: Key, kinds: Sequence[str] | None = None) -> tuple[Activity, ...]:
        """Return the activities of somebody, of some kinds or all, by time."""

    def scan(
        self, *, since: int = 0, customers: Sequence[Key] | None = None, batch_rows: int = 65_536
    ) -> Iterator[ActivityBatch]:
        """Yield activities as columns, by ascending (source, id)."""

    def forget(self, customer: Key) -> None:
        """Remove the activities of somebody."""

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it: under ``activities``."""


class AnnotationRepository(Protocol):
    """What the shop writes down: notes, interests, segments, tags, settings and logs."""

    def get(self, kind: str, *key: Key) -> Stored[Annotation] | None:
        """Return an annotation by its kind and key; None where there is none."""

    def put(self, annotation: Annotation, *, version: int = 0) -> int:
        """Write one and return its new version; `version` is that of what was read, 0 if new."""

    def remove(self, annotation: Annotation, *, version: int) -> None:
        """Remove one; `version` is that of what was read."""

    def of(self, customer: Key, kind: str) -> tuple[Stored[Annotation], ...]:
        """Return the annotations of one kind of somebody, by key."""

    def all(self, kind: str) -> Iterator[Stored[Annotation]]:
        """Yield all annotations of one kind, by key."""

    def tag(self, *changes: TagChange) -> None:
        """Add to the log of tags, whose length is its version."""

    def tag_changes(self, customer: Key | None = None) -> tuple[TagChange, ...]:
        """Return the log of tags, of all or of one customer, in the order of writing."""

    def setting(self, name: str) -> Mapping[str, Any] | None:
        """Return a setting of the shop, such as its currency or its latest cuts; None if unset."""

    def set(self, name: str, value: Mapping[str, Any]) -> None:
        """Write a setting, as JSON has it."""

    def record(self, log: str, entry: Mapping[str, Any], *, customer: Key | None = None) -> None:
        """Add an entry to a log, such as ``access``, ``erasure``, ``import`` or ``identity``.

        The feed of changes does not tell of logs.
        """

    def records(self, log: str, customer: Key | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return the entries of a log, in the order of writing.

        Each has besides its own fields ``at``, the instant of its unit of work in ISO where one was
        given, and ``customer``, where it is of one.
        """

    def forget(self, customer: Key) -> None:
        """Remove notes, interests, tags and what logs tell of somebody but that it happened.

        Of entries of logs ``at`` and ``customer`` stay.
        """

    def export(self, customer: Key) -> Mapping[str, Any]:
        """Return all that rests here of somebody, as JSON has it.

        Under ``notes``, ``interests``, ``tags`` (the log) as records, and ``logs``: by the name of
        each log its entries.
        """


class UnitOfWork(Protocol):
    """Changes that are all made or none: kept at the end of the ``with`` block, else undone."""

    @property
    def people(self) -> PeopleRepository:
        """The people."""

    @property
    def orders(self) -> OrderRepository:
        """The orders."""

    @property
    def activities(self) -> ActivityRepository:
        """The activities."""

    @property
    def annotations(self) -> AnnotationRepository:
        """The annotations."""

    def changes(self, since: int = 0) -> Iterator[Change]:
        """Yield the changes with greater numbers, in order."""

    def last_change(self) -> int:
        """Return the number of the last change, 0 where there was none."""

    def commit(self) -> None:
        """Keep the changes so far, and go on."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Store(Protocol):
    """Where a shop's memory rests."""

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> UnitOfWork:
        """Begin a unit of work; `at` is the instant that changes and logs bear, where given."""

    def close(self) -> None:
        """Let go of files and connections."""
