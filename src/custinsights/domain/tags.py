"""Who carries which tag, and who gave it when and why? A book to which changes are added."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self, TypeAlias

import attrs

from custinsights.domain.fields import (
    Identity,
    identities,
    in_order,
    own_identity,
    refuse_naive,
    refuse_other,
)
from custinsights.domain.people import Customer, Tag
from custinsights.domain.tag_changes import (
    NOTHING,
    Carried,
    Standing,
    TagChange,
    carried,
    key_of,
    refuse_earlier,
    says_something,
)
from custinsights.errors import InvalidValue, UnknownName, counted

__all__ = ["TagBook"]

_Log: TypeAlias = tuple[TagChange, ...]


@attrs.frozen(init=False, repr=False)
class TagBook:
    """The tags of customers, with who gave and took them, when and why.

    A book never changes: every operation gives a new one, whose `log` goes on where that of the old
    one ends. So a book is stored by its log, and the length of the log is its version. What changes
    nothing is not written down: adding a tag that was given by hand already, unless it now holds
    for longer, or removing one that is not there.

    Tags compare without case. A book spells a tag in one way: as it came first, until it is
    renamed.

    The changes of one tag of one customer are made in the order of their instants; one that lies
    before the last of them is refused. Changes of other tags or other customers may be told later.

    Parameters
    ----------
    changes : iterable of TagChange
        The log of another book; empty by default.

    Attributes
    ----------
    log : tuple of TagChange
        Every change, in the order in which they were made.

    Raises
    ------
    InvalidValue
        If a change comes before one of the same customer and tag that is later.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday, friday = datetime(2024, 3, 4, tzinfo=UTC), datetime(2024, 3, 8, tzinfo=UTC)
    >>> book = TagBook().add("VIP", ["c7", "c9"], at=monday, by="Ada", why="spring dinner")
    >>> book = book.remove("vip", "c9", at=friday, by="Ada", why="asked for it")
    >>> book.customers(any="vip", at=monday), book.counts(at=friday)
    (('c7', 'c9'), {'VIP': 1})
    >>> book
    <TagBook: 3 changes of 1 tag of 2 customers>
    """

    log: _Log
    _of: Mapping[Identity, _Log] = attrs.field(eq=False)
    _names: Mapping[str, str] = attrs.field(eq=False)

    def __init__(self, changes: Iterable[TagChange] = ()) -> None:
        self.__attrs_init__(*_added((), {}, {}, changes))

    @classmethod
    def of_spans(
        cls,
        spans: Iterable[tuple[Identity, Tag]],
        *,
        by: str = "customer table",
        why: str = "stands in the customer table",
    ) -> Self:
        """Return the book that begins with tags given by hand, each with the one who carries it.

        An undated tag was always there; `by` and `why` are what the book says of all of them.
        """
        return cls(
            TagChange(one, tag.name, "added", tag.since, by=by, why=why, until=tag.until)
            for one, tag in sorted(spans, key=_begins)
        )

    @classmethod
    def of_customers(cls, customers: Iterable[Customer]) -> Self:
        """Return the book that the tags of customers begin, such as `read_customers` gives."""
        return cls.of_spans((one.id, tag) for one in customers for tag in one.tags)

    def __repr__(self) -> str:
        return (
            f"<TagBook: {counted(len(self.log), 'change')} of {counted(len(self._names), 'tag')} "
            f"of {counted(len(self._of), 'customer')}>"
        )

    def add(
        self,
        tag: str,
        customers: Identity | Iterable[Identity],
        *,
        at: datetime,
        by: str,
        why: str,
        until: datetime | None = None,
    ) -> Self:
        """Return the book after a tag was given by hand to a customer, or to many.

        Who had it by hand keeps it, and for the longer of the two times; who had it of a segment
        only has it by hand now, and keeps it on leaving the segment.

        Parameters
        ----------
        tag
            The name; blanks around it are dropped.
        customers
            An identity, or several: ``history.customer_ids[mask]`` tags a segment.
        at, by, why
            From when on (an aware datetime), who did it, and for which reason.
        until
            Before when it holds; None is for good.

        Raises
        ------
        InvalidValue
            If somebody's tag was changed at a later instant already, or a value is none.
        NaiveTime
            If a time has no zone.
        """
        told = {"by": by, "why": why, "until": until}
        return self._after(self._each("added", tag, customers, at=at, **told))

    def remove(
        self,
        tag: str,
        customers: Identity | Iterable[Identity],
        *,
        at: datetime,
        by: str,
        why: str,
    ) -> Self:
        """Return the book after a tag was taken by hand from a customer, or from many.

        Who does not carry it is left alone. Who is in the segment that the tag follows has it taken
        too, and does not get it back before they have left the segment and entered it again, or it
        is added by hand. See `add` for parameters and errors.
        """
        return self._after(self._each("removed", tag, customers, at=at, by=by, why=why))

    def follow(
        self, tag: str, members: Iterable[Identity], *, at: datetime, by: str, why: str
    ) -> Self:
        """Return the book after a tag was brought to follow a segment.

        Afterwards those carry it whom the segment holds, and those who have it by hand. A tag given
        by hand is never taken by a segment; one taken by hand is not given back before the customer
        has left the segment and entered it again. Entering and leaving are in the log also where
        nothing else changes by it.

        Parameters
        ----------
        members
            Everybody in the segment at the instant, and nobody else.

        Raises
        ------
        InvalidValue
            If the segment was followed to a later instant already; else as `add`.
        """
        inside = set(self._those(tag, lambda one: one.is_inside))
        now = identities(members)
        for change in self.changes(tag=tag):
            if change.what not in ("added", "removed"):
                refuse_earlier(change, _instant(at), f"the segment of the tag {tag!r}")
        entered = [one for one in now if one not in inside]
        left = in_order(inside.difference(now))
        moved = {"entered": entered, "left": left}
        return self._after(
            change
            for what, whose in moved.items()
            for change in self._each(what, tag, whose, at=at, by=by, why=why)
        )

    def rename(self, old: str, new: str, *, at: datetime, by: str, why: str) -> Self:
        """Return the book after a tag got another name, for everybody who has it.

        Before the instant it has the old name, from then on the new one; what was given by hand, by
        a segment and until when stays as it is.

        Raises
        ------
        UnknownName
            If there is no such tag.
        InvalidValue
            If somebody carries a tag of the new name: then the two are to be merged.
        """
        instant, is_other = _instant(at), key_of(self._known(old)) != key_of(_name(new))
        if is_other and self._those(new, lambda one: one.at(instant) != Standing()):
            advice = f"Merge them: book.merge([{old!r}], into={new!r}, ...)"
            what = "the new name of a tag is that of another one"
            raise InvalidValue(what, new, "a name of which nobody has a tag", advice)
        return self.merge([old], into=new, at=at, by=by, why=why)

    def merge(self, tags: Iterable[str], *, into: str, at: datetime, by: str, why: str) -> Self:
        """Return the book after several tags became one, which may be one of them.

        Who carries any of them carries it, by hand if one was given by hand, and as long as the
        one that holds longest.

        Raises
        ------
        UnknownName
            If there is no such tag.
        """
        if isinstance(tags, str):
            raise InvalidValue("the tags to merge are one text", tags, "a list of names")
        book, new, instant = self, _name(into), _instant(at)
        for old in sorted(map(self._known, tags), key=lambda name: key_of(name) != key_of(new)):
            holders = book._those(old, lambda one: one.at(instant) != Standing())
            book = book._after(
                TagChange(one, new, "renamed", instant, by=by, why=why, was=old) for one in holders
            )
        return book

    def tags_of(self, customer: Identity, *, at: datetime) -> tuple[Tag, ...]:
        """Return the tags that a customer carries at an instant, by name; none for a stranger.

        Each tells since when; `Tag.until` is the end that was told by then.
        """
        held = self._held(own_identity(customer), at)
        return tuple(Tag(self._names[key], *held[key].spans[-1]) for key in sorted(held))

    def customers(
        self,
        *,
        any: str | Iterable[str] = (),  # noqa: A002 - the words of every filter by tags
        all: str | Iterable[str] = (),  # noqa: A002 - as above
        none: str | Iterable[str] = (),
        at: datetime,
        among: Iterable[Identity] | None = None,
    ) -> tuple[Identity, ...]:
        """Return who carries any of some tags, all of some, and none of some at an instant.

        Parameters
        ----------
        any, all, none
            A tag or several; a condition without tags holds for everybody.
        at
            An aware datetime.
        among
            Whom to choose from; default: everybody of whom the book tells.

        Returns
        -------
        tuple of identities
            In ascending order, whole numbers before texts.

        Raises
        ------
        UnknownName
            If there is no such tag in the book.
        """
        some, every, no = (
            {key_of(self._known(name)) for name in ([given] if isinstance(given, str) else given)}
            for given in (any, all, none)
        )
        chosen = []
        for customer in in_order(self._of) if among is None else identities(among):
            held = self._held(customer, at).keys()
            if held >= every and not held & no and (held & some or not some):
                chosen.append(customer)
        return tuple(chosen)

    def counts(self, *, at: datetime) -> dict[str, int]:
        """Return by how many customers each tag is carried at an instant, by name.

        A tag that nobody carries is not among them.
        """
        found = Counter(key for customer in self._of for key in self._held(customer, at))
        return {self._names[key]: found[key] for key in sorted(found)}

    def changes(self, *, customer: Identity | None = None, tag: str | None = None) -> _Log:
        """Return who changed what when and why, in the order in which it was done.

        Parameters
        ----------
        customer
            Whose; default: everybody's.
        tag
            Of which; default: of all. A renaming is one of both names.
        """
        chosen = self.log if customer is None else self._of.get(own_identity(customer), ())
        if tag is None:
            return chosen
        key = key_of(_name(tag))
        return tuple(change for change in chosen if key in change.keys)

    def spans(self) -> Iterator[tuple[Identity, Tag]]:
        """Yield every tag that anybody carried, with its time, customer by customer.

        A tag that went and came again is there twice; a renamed one under both names, each for its
        time.
        """
        for customer in in_order(self._of):
            for key, one in sorted(carried(self._of[customer]).items()):
                yield from ((customer, Tag(self._names[key], *span)) for span in one.spans)

    @property
    def tells_of(self) -> frozenset[tuple[Identity, str]]:
        """The customers with the casefolded tags of which something was ever told."""
        return frozenset((one.customer, key) for one in self.log for key in one.keys)

    def _held(self, customer: Identity, at: datetime) -> dict[str, Carried]:
        """Return what a customer carries at an instant, as the changes up to it tell."""
        refuse_naive("the instant", at)
        told = (one for one in self._of.get(customer, ()) if one.at is None or one.at <= at)
        found = carried(told).items()
        return {key: one for key, one in found if one.standing.at(at).carries}

    def _known(self, name: str) -> str:
        """Return a tag as the book spells it, or say that there is none of that name."""
        key = key_of(_name(name))
        if key not in self._names:
            raise UnknownName("tag", name, sorted(self._names.values()))
        return self._names[key]

    def _those(self, tag: str, holds: Callable[[Standing], bool]) -> list[Identity]:
        """Return in order the customers who stand to a tag as asked for."""
        key = key_of(_name(tag))
        return [
            customer
            for customer in in_order(self._of)
            if holds(carried(self._of[customer]).get(key, NOTHING).standing)
        ]

    def _each(
        self, what: str, tag: str, customers: Any, *, at: datetime, **told: Any
    ) -> Iterator[TagChange]:
        """Yield one change of each customer, in order."""
        name, instant = _name(tag), _instant(at)
        spelled = self._names.get(key_of(name), name)
        for customer in identities(customers):
            yield TagChange(customer, spelled, what, instant, **told)

    def _after(self, changes: Iterable[TagChange]) -> Self:
        """Return the book with those of more changes that change something."""
        book = type(self).__new__(type(self))
        book.__attrs_init__(*_added(self.log, self._of, self._names, changes))
        return book


def _added(
    log: _Log, of: Mapping[Identity, _Log], names: Mapping[str, str], changes: Iterable[TagChange]
) -> tuple[_Log, Mapping[Identity, _Log], Mapping[str, str]]:
    """Return the fields of a book with those of more changes that change something."""
    new, of, names = [], {**of}, {**names}
    for change in changes:
        refuse_other(TagChange, "an entry of a TagBook", change)
        before = of.get(change.customer, ())
        if says_something(before, change):
            of[change.customer] = (*before, change)
            new.append(change)
            if change.was is not None or change.keys[0] not in names:
                names[change.keys[-1]] = change.tag
    return (*log, *new), of, names


def _begins(span: tuple[Identity, Tag]) -> tuple[Any, ...]:
    since = span[1].since
    return since is not None, since, isinstance(span[0], str), span[0], span[1].name


def _instant(at: object) -> datetime:
    refuse_naive("the instant of a change", at)
    assert isinstance(at, datetime)  # noqa: S101 - for mypy
    return at


def _name(tag: object) -> str:
    refuse_other(str, "the name of a tag", tag)
    return str(tag).strip()
