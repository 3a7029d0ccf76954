"""What was done to a tag of a customer, when, by whom and why, and since when do they carry it?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import aware, identity, named, text
from custinsights.domain.spelling import folded
from custinsights.errors import InvalidValue

__all__ = [
    "NOTHING",
    "TAG_CHANGES",
    "Carried",
    "Standing",
    "TagChange",
    "carried",
    "key_of",
    "refuse_earlier",
    "says_something",
]

TAG_CHANGES: Final = ("added", "removed", "entered", "left", "renamed")
"""By hand a tag is added and removed; a customer enters and leaves the segment that a tag follows;
a tag that somebody has is renamed, or merged into another one."""

Span: TypeAlias = tuple[datetime | None, datetime | None]
"""From when on, and before when; None is always."""


def key_of(tag: str) -> str:
    """Return the name of a tag as it is compared."""
    return folded(tag.strip())


def _stripped(name: Any) -> Any:
    return name.strip() if isinstance(name, str) else name


@attrs.frozen
class TagChange:
    """One entry of a `TagBook`: what happened to one tag of one customer.

    Parameters
    ----------
    customer : str or int
        The identity outside.
    tag : str
        The tag; of a renamed one its new name.
    what : {"added", "removed", "entered", "left", "renamed"}
        ``added`` and ``removed`` by hand; ``entered`` and ``left``: the customer came into the
        segment that the tag follows, and out of it; ``renamed``: the tag that the customer had as
        `was` is this one from now on.
    at : aware datetime, optional
        When; None, for what was added only, is always, as for an undated `Tag`.
    by, why : str
        Who did it, and for which reason; ``repr`` does not show the reason.
    until : aware datetime, optional
        Before when a tag that was added holds; None is for good.
    was : str, optional
        The name before a renaming.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    NaiveTime
        If a time has no zone.
    UnknownName
        If there is no such change.
    """

    customer: str | int = attrs.field(validator=identity, repr=shown_id)
    tag: str = attrs.field(converter=_stripped, validator=text)
    what: str = attrs.field(validator=named("change of a tag", TAG_CHANGES))
    at: datetime | None = attrs.field(validator=optional(aware))
    by: str = attrs.field(validator=text, repr=shown_id, kw_only=True)
    why: str = attrs.field(validator=text, repr=False, kw_only=True)
    until: datetime | None = attrs.field(default=None, validator=optional(aware), kw_only=True)
    was: str | None = attrs.field(
        default=None, converter=_stripped, validator=optional(text), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        if self.what != "added" and (self.at is None or self.until is not None):
            what = f"a tag that was {self.what} has no instant, or has an end"
            raise InvalidValue(what, (self.at, self.until), "an at, and no until")
        if (self.what == "renamed") == (self.was is None):
            what = f"the earlier name of a tag that was {self.what} is wrong"
            raise InvalidValue(what, self.was, "a name where a tag was renamed, and None elsewhere")
        if self.at is not None and self.until is not None and self.until <= self.at:
            what = f"the tag {self.tag!r} ends before it begins"
            raise InvalidValue(what, (self.at, self.until), "an until that lies after at")

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the tags that it touches, as they are compared."""
        new = key_of(self.tag)
        return (new,) if self.was is None else (key_of(self.was), new)


def _last(ends: Sequence[datetime | None]) -> datetime | None:
    """Return the last of several ends; None never comes."""
    told = [end for end in ends if end is not None]
    return max(told) if told and len(told) == len(ends) else None


@attrs.frozen
class Standing:
    """How somebody stands to a tag: given by hand, or by the segment that it follows.

    Parameters
    ----------
    by_hand : bool
        Whether somebody gave it.
    until : aware datetime, optional
        Before when what was given by hand holds.
    is_inside : bool
        Whether the customer is in the segment that the tag follows.
    is_refused : bool
        Whether it was removed by hand from somebody inside: then it is not given back before the
        customer has left the segment and entered it again.
    """

    by_hand: bool = False
    until: datetime | None = None
    is_inside: bool = False
    is_refused: bool = False

    @property
    def is_ruled(self) -> bool:
        """Whether the segment gives the tag."""
        return self.is_inside and not self.is_refused

    @property
    def carries(self) -> bool:
        """Whether the customer carries the tag."""
        return self.by_hand or self.is_ruled

    def at(self, instant: datetime | None) -> "Standing":
        """Return the standing at a later instant, when what was given for a time may be over."""
        if instant is None or self.until is None or instant < self.until:
            return self
        return Standing(is_inside=self.is_inside, is_refused=self.is_refused)

    def after(self, change: TagChange) -> "Standing":
        """Return the standing after a change other than a renaming."""
        if change.what == "added":
            ends = [change.until, self.until] if self.by_hand else [change.until]
            return Standing(by_hand=True, until=_last(ends), is_inside=self.is_inside)
        if change.what == "removed":
            return Standing(is_inside=self.is_inside, is_refused=self.is_inside)
        if change.what == "entered":
            return Standing(self.by_hand, self.until, is_inside=True, is_refused=self.is_refused)
        return Standing(self.by_hand, self.until)

    def __or__(self, other: "Standing") -> "Standing":
        """Return the standing to a tag into which two are merged: what either gives."""
        ends = [one.until for one in (self, other) if one.by_hand]
        is_inside = self.is_inside or other.is_inside
        return Standing(
            by_hand=bool(ends),
            until=_last(ends),
            is_inside=is_inside,
            is_refused=is_inside and not (self.is_ruled or other.is_ruled),
        )


@attrs.frozen
class Carried:
    """One tag of one customer: how it stands, since when it is carried, and when it was before."""

    standing: Standing = Standing()
    since: datetime | None = None
    past: tuple[Span, ...] = ()

    def then(self, at: datetime | None, standing: Standing) -> "Carried":
        """Return it with another standing from an instant on."""
        now = self._settled(at)
        if standing.carries and not now.standing.carries:
            return Carried(standing, at, now.past)
        ends = now.standing.carries and not standing.carries
        return Carried(standing, now.since, now.ended(at) if ends else now.past)

    def _settled(self, at: datetime | None) -> "Carried":
        """Return it at an instant, with what is over by then as past."""
        standing = self.standing.at(at)
        is_over = self.standing.carries and not standing.carries
        past = self.ended(self.standing.until) if is_over else self.past
        return Carried(standing, self.since, past)

    def ended(self, until: datetime | None) -> tuple[Span, ...]:
        """Return the past with what is carried now; what ends as it begins never was."""
        return self.past if self.since == until else (*self.past, (self.since, until))

    @property
    def spans(self) -> tuple[Span, ...]:
        """From when to when the tag was carried, and is."""
        if not self.standing.carries:
            return self.past
        return (*self.past, (self.since, None if self.standing.is_ruled else self.standing.until))


NOTHING: Final = Carried()
"""A tag of which nothing was ever told."""


def carried(changes: Iterable[TagChange]) -> Mapping[str, Carried]:
    """Return the tags of one customer after changes in the order in which they were made."""
    found: dict[str, Carried] = {}
    for change in changes:
        old, new = change.keys[0], change.keys[-1]
        before = found.get(new, NOTHING)
        standing = before.standing.at(change.at)
        if change.what != "renamed":
            found[new] = before.then(change.at, standing.after(change))
        elif old != new:
            left = found.get(old, NOTHING)
            found[old] = left.then(change.at, Standing())
            found[new] = before.then(change.at, standing | left.standing.at(change.at))
    return found


def says_something(before: Sequence[TagChange], change: TagChange) -> bool:
    """Whether a change makes a difference to what was told of the same customer before it.

    Raises
    ------
    InvalidValue
        If a later change of the same tag was told.
    """
    keys = {*change.keys}
    last = next((one for one in reversed(before) if keys.intersection(one.keys)), None)
    if last is not None:
        whose = f"the tag {change.tag!r} of the customer {shown_id(change.customer)}"
        refuse_earlier(last, change.at, whose)
    standing = carried(before).get(change.keys[0], NOTHING).standing.at(change.at)
    if change.was is not None:
        return change.was != change.tag and standing != Standing()
    return standing.after(change) != standing


def refuse_earlier(last: TagChange, at: datetime | None, what: str) -> None:
    """Refuse an instant before that of the last change of something."""
    if last.at is not None and (at is None or at < last.at):
        allowed = f"an instant from {last.at.isoformat()} on"
        advice = "Tell the changes of a tag in the order of their instants"
        raise InvalidValue(f"{what} changed later already", at, allowed, advice)
