"""What does the shop write down about its customers? Notes, tags, interests, segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.segments.rule import Rule
from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.interests import DEPARTMENT, Interest
from custinsights.domain.notes import Note, NoteText
from custinsights.domain.segments import Segment, spelled
from custinsights.domain.tags import TagBook
from custinsights.errors import StaleWrite, UnknownName
from custinsights.privacy.access import PERSONAL, READ, Access, enter, shown_to
from custinsights.repositories.again import written
from custinsights.repositories.people import somebody
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key, Stored
from custinsights.shop.judging import read_segments
from custinsights.shop.seeing import enter_rule

__all__ = ["Interests", "Notes", "SavedSegments", "Tags", "all_of", "end_of", "in_order", "of_kind"]

T = TypeVar("T", Note, Interest, Segment)

NOTE, INTEREST, SEGMENT = "note", "interest", "segment"


def of_kind(work: UnitOfWork, customer: Key, kind: str, wanted: type[T]) -> Iterator[Stored[T]]:
    """Yield the annotations of one kind of somebody."""
    for one in work.annotations.of(customer, kind):
        if isinstance(one.value, wanted):
            yield Stored(one.value, one.version)


def all_of(work: UnitOfWork, kind: str, wanted: type[T]) -> Iterator[Stored[T]]:
    """Yield all annotations of one kind."""
    for one in work.annotations.all(kind):
        if isinstance(one.value, wanted):
            yield Stored(one.value, one.version)


def in_order(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return notes, the one that was written first first."""
    return tuple(sorted(notes, key=lambda note: (note.texts[0].at, note.id)))


def end_of(book: TagBook) -> datetime:
    """Return when the book ends: the last instant in it."""
    told = [change.at for change in book.log if change.at is not None]
    return max(told, default=datetime.min.replace(tzinfo=UTC))


def _found(work: UnitOfWork, kind: str, wanted: type[T], *key: Key) -> Stored[T]:
    held = work.annotations.get(kind, *key)
    if held is None or not isinstance(held.value, wanted):
        shown = hidden_if_contact(key[-1])
        raise UnknownName(kind, shown, (), "What was removed cannot be changed")
    return Stored(held.value, held.version)


@attrs.frozen
class Notes:
    """Private notes about customers, with all that they said before and who wrote it.

    Examples
    --------
    >>> from datetime import UTC
    >>> from custinsights.repositories.memory import MemoryStore
    >>> from custinsights.domain import Customer
    >>> store = MemoryStore()
    >>> with store.begin() as work:
    ...     _ = work.people.put(Customer("c7"))
    >>> may, june = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    >>> note = Notes(store).add("c7", "likes oils", at=may, by="Ada")
    >>> note = Notes(store).edit(note.id, "likes oils and ink", at=june, by="Bo")
    >>> [text.by for text in Notes(store).of("c7")[0].texts]
    ['Ada', 'Bo']
    """

    store: Store = attrs.field(repr=False)
    access: Access | None = None

    def of(self, customer: Key) -> tuple[Note, ...]:
        """Return the notes of a customer, the one that was written first first."""
        enter(self.store, self.access, "notes", customer=customer)
        with self.store.begin(read_only=True) as work:
            held = [one.value for one in of_kind(work, customer, NOTE, Note)]
        return shown_to(self.access, in_order(held))

    def add(self, customer: Key, text: str, *, at: datetime, by: str) -> Note:
        """Write a note about a customer."""
        enter(self.store, self.access, "writing a note", customer=customer, at=at)

        def add(work: UnitOfWork) -> Note:
            own = somebody(work.people, customer).value.id
            note = Note(f"n{work.last_change() + 1}", own, [NoteText(text, at, by)])
            work.annotations.put(note)
            return note

        return written(self.store, add, at=at)

    def edit(self, note: str, text: str, *, at: datetime, by: str) -> Note:
        """Give a note other words; the earlier ones are kept."""
        enter(self.store, self.access, "changing a note", at=at)
        with self.store.begin(at=at) as work:
            held = _found(work, NOTE, Note, note)
            changed = held.value.edited(text, at=at, by=by)
            work.annotations.put(changed, version=held.version)
        return shown_to(self.access, changed)

    def delete(self, note: str, *, at: datetime, by: str) -> None:
        """Remove a note with all that it said; the log ``note`` keeps that it was there."""
        enter(self.store, self.access, "removing a note", at=at)
        with self.store.begin(at=at) as work:
            held = _found(work, NOTE, Note, note)
            work.annotations.remove(held.value, version=held.version)
            told = {"what": "deleted", "note": note, "by": by, "at": at.isoformat()}
            work.annotations.record(NOTE, told, customer=held.value.customer)


@attrs.frozen
class Tags:
    """The tags of customers, with who gave and took them, when and why: one `TagBook`."""

    store: Store = attrs.field(repr=False)
    access: Access | None = None

    def book(self) -> TagBook:
        """Return the whole book."""
        enter(self.store, self.access, "the book of tags")
        with self.store.begin(read_only=True) as work:
            return TagBook(shown_to(self.access, work.annotations.tag_changes()))

    def add(
        self,
        tag: str,
        customer: Key,
        *,
        at: datetime,
        by: str,
        why: str,
        until: datetime | None = None,
    ) -> None:
        """Give a customer a tag, for good or for a time; see `TagBook.add`."""
        enter(self.store, self.access, "giving a tag", customer=customer, at=at)

        def add(work: UnitOfWork) -> None:
            own = somebody(work.people, customer).value.id
            book = TagBook(work.annotations.tag_changes(own))
            self._write(work, book, book.add(tag, own, at=at, by=by, why=why, until=until))

        written(self.store, add, at=at)

    def remove(self, tag: str, customer: Key, *, at: datetime, by: str, why: str) -> None:
        """Take a tag from a customer; see `TagBook.remove`."""
        enter(self.store, self.access, "taking a tag", customer=customer, at=at)

        def remove(work: UnitOfWork) -> None:
            own = somebody(work.people, customer).value.id
            book = TagBook(work.annotations.tag_changes(own))
            self._write(work, book, book.remove(tag, own, at=at, by=by, why=why))

        written(self.store, remove, at=at)

    def write(self, book: TagBook) -> None:
        """Write what a book has more than the shop's: after it was renamed, merged, maintained.

        Raises
        ------
        StaleWrite
            The shop's book has changes that this one does not go on from.
        """
        enter(self.store, self.access, "the book of tags", needs=(READ, PERSONAL))
        with self.store.begin() as work:
            self._write(work, TagBook(work.annotations.tag_changes()), book)

    @staticmethod
    def _write(work: UnitOfWork, before: TagBook, after: TagBook) -> None:
        begun = after.log[: len(before.log)]
        if begun != before.log:
            raise StaleWrite("the book of tags", len(begun), len(before.log))
        work.annotations.tag(*after.log[len(before.log) :])


@attrs.frozen
class Interests:
    """The keywords of a customer's own list, and the departments that are theirs by hand."""

    store: Store = attrs.field(repr=False)
    access: Access | None = None

    def of(self, customer: Key) -> tuple[Interest, ...]:
        """Return what stands in the list of a customer."""
        enter(self.store, self.access, "interests", customer=customer)
        with self.store.begin(read_only=True) as work:
            held = tuple(one.value for one in of_kind(work, customer, INTEREST, Interest))
        return shown_to(self.access, held)

    def set(self, customer: Key, keyword: str, state: str = "active", *, at: datetime) -> Interest:
        """Put a keyword on the list, or change how it stands there.

        Parameters
        ----------
        customer, at
            Whose, and when.
        keyword
            The keyword; ``department:Prints`` is a department.
        state
            One of `custinsights.domain.INTEREST_STATES`: ``"active"``, ``"starred"``,
            ``"refused"`` (it must not come up again) or ``"inactive"`` (it rests).
        """
        interest = Interest(customer, keyword, state)
        enter(self.store, self.access, "setting an interest", customer=customer, at=at)

        def put(work: UnitOfWork) -> Interest:
            own = somebody(work.people, customer).value.id
            held = work.annotations.get(INTEREST, own, interest.keyword)
            theirs = attrs.evolve(interest, customer=own)
            work.annotations.put(theirs, version=0 if held is None else held.version)
            return theirs

        return shown_to(self.access, written(self.store, put, at=at))

    def set_department(
        self, customer: Key, department: str, state: str = "active", *, at: datetime
    ) -> Interest:
        """Add a department by hand, put it first (starred), or take it out (refused)."""
        return self.set(customer, f"{DEPARTMENT}{department}", state, at=at)

    def remove(self, customer: Key, keyword: str, *, at: datetime) -> None:
        """Take a keyword off the list, so that only what is found of it counts."""
        enter(self.store, self.access, "removing an interest", customer=customer, at=at)
        with self.store.begin(at=at) as work:
            held = _found(work, INTEREST, Interest, customer, keyword)
            work.annotations.remove(held.value, version=held.version)


@attrs.frozen
class SavedSegments:
    """Segments that the shop keeps by name."""

    store: Store = attrs.field(repr=False)
    access: Access | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, repr=False)

    def all(self) -> Mapping[str, Segment]:
        """Return the segments by name, in the order of the spelled names."""
        enter(self.store, self.access, "segments")
        with self.store.begin(read_only=True) as work:
            return {one.value.name: one.value for one in all_of(work, SEGMENT, Segment)}

    def put(self, segment: Segment, *, at: datetime | None = None) -> None:
        """Keep a segment; one whose name is spelled alike is replaced.

        Raises
        ------
        RuleError, UnknownName
            Its rule is none, or names what is not there.
        AccessRefused
            Its rule is about what who asks may not see.
        """
        enter(self.store, self.access, "keeping a segment", at=at)
        with self.store.begin(read_only=True) as work:
            enter_rule(self.store, self.access, self._read(work, segment))
        with self.store.begin(at=at) as work:
            self._read(work, segment)
            held = work.annotations.get(SEGMENT, spelled(segment.name))
            work.annotations.put(segment, version=0 if held is None else held.version)

    def _read(self, work: UnitOfWork, segment: Segment) -> Rule:
        """Return the rule of a segment among those that are kept."""
        kept = {spelled(one.value.name): one.value for one in all_of(work, SEGMENT, Segment)}
        all_then = {**kept, spelled(segment.name): segment}
        return read_segments(all_then.values(), self.catalog)[segment.name]

    def remove(self, name: str, *, at: datetime | None = None) -> None:
        """Forget a segment, by its name in any spelling.

        Raises
        ------
        RuleError, UnknownName
            There is none of this name, or another segment asks for it.
        """
        enter(self.store, self.access, "forgetting a segment", at=at)
        with self.store.begin(at=at) as work:
            held: Stored[Any] = _found(work, SEGMENT, Segment, spelled(name))
            others = (one.value for one in all_of(work, SEGMENT, Segment))
            read_segments((one for one in others if one != held.value), self.catalog)
            work.annotations.remove(held.value, version=held.version)
