"""What is a segment? A rule with a name, and what its name means to the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import any_text, aware, identity, named, text
from custinsights.errors import InvalidValue, RuleError, UnknownName
from custinsights.errors.wording import sentences

__all__ = [
    "NOT_YET_KNOWN",
    "NOWHERE",
    "Segment",
    "SegmentEvent",
    "naming",
    "refuse_as_name",
    "segment_named",
    "space_and_name",
    "spelled",
]

NOWHERE, NOT_YET_KNOWN = "none", "not yet known"
"""Where somebody is who is in no segment, and who had not been heard of."""

ENTERED, LEFT = "entered", "left"


def spelled(name: str) -> str:
    """Return a segment's name as it stands in rules: ``At-risk`` is ``at_risk``.

    Names that are spelled alike name one segment.
    """
    return "_".join(name.casefold().replace("'", "").replace("-", " ").split())


def space_and_name(name: str) -> tuple[str, str]:
    """Return the space that a segment's name is in ("" where it tells none) and the spelled rest.

    Examples
    --------
    >>> space_and_name("RFM:At-risk"), space_and_name("big spenders")
    (('rfm', 'at_risk'), ('', 'big_spenders'))
    """
    space, _, bare = name.rpartition(":")
    return space.casefold().strip(), spelled(bare)


def segment_named(name: object, known: tuple[str, ...], space: str = "") -> str:
    """Return the segment that a name in any spelling means, in a space where one is named."""
    given, bare = space_and_name(name) if isinstance(name, str) else ("", "")
    table = {spelled(one): one for one in known if not space or given in ("", space)}
    if bare not in table:
        raise UnknownName("segment", name, known)
    return table[bare]


@contextmanager
def naming(name: object) -> Iterator[None]:
    """Let what is said of a wrong rule name the segment, or the tag, whose rule it is."""
    try:
        yield
    except UnknownName as error:
        advice = sentences(f"It is asked for in {name!r}", error.advice)
        raise UnknownName(error.kind, error.name, error.known, advice) from error
    except InvalidValue as error:
        what = f"in {name!r} {error.what}"
        raise InvalidValue(what, error.given, error.allowed, error.advice) from error
    except RuleError as error:
        what, place = f"in {name!r} {error.what}", (error.rule, error.start, error.end)
        raise RuleError(what, error.expected, *place, error.nearest) from error


def _own_name(_owner: object, _field: "attrs.Attribute[Any]", name: object) -> None:
    refuse_as_name(name)


def refuse_as_name(name: object) -> None:
    """Refuse what cannot name a segment."""
    if not isinstance(name, str) or not name.strip():
        what = "the name of a Segment is no text that says something"
        raise InvalidValue(what, name, "a text with at least one visible character")
    reserved = {spelled(one) for one in (NOWHERE, NOT_YET_KNOWN)}
    if ":" in name or spelled(name) in {"", *reserved}:
        raise InvalidValue(
            "this cannot name a segment",
            name,
            f"a name without a colon that is neither {NOWHERE!r} nor {NOT_YET_KNOWN!r}",
            "What stands before a colon names built-in segments, as in value:vip",
        )


class _Written(Protocol):
    """What prints as a rule."""

    def as_rule(self) -> object:
        """Return the rule, whose text is what it prints."""


def _text_of(rule: "str | _Written") -> str:
    asked = getattr(rule, "as_rule", None)
    return rule if asked is None else str(asked())  # type: ignore[return-value]  # a text


@attrs.frozen
class Segment:
    """A named rule: who fulfils it is in the segment.

    Parameters
    ----------
    name : str
        Names that `spelled` makes one are one: ``At-risk`` and ``at_risk``. A colon is refused,
        and so are ``none`` and ``not yet known``, which stand for no segment.
    rule : str
        The text of the rule, kept as it is; it is read where the segment is asked for. A rule, or
        what ``custinsights.words`` makes, is taken as its text.
    definition : str, default ""
        What the segment means, in one sentence.
    action : str, default ""
        What the shop does with it.

    Raises
    ------
    InvalidValue
        If the name or the rule is blank, or the name is none.

    Examples
    --------
    >>> Segment("Big spenders", "total_spent >= 500") == Segment(
    ...     "big-spenders", "total_spent >= 500"
    ... )
    True
    """

    name: str = attrs.field(validator=_own_name, eq=spelled)
    rule: str = attrs.field(converter=_text_of, validator=text)
    definition: str = attrs.field(default="", validator=any_text)
    action: str = attrs.field(default="", validator=any_text)


@attrs.frozen
class SegmentEvent:
    """A customer who came into a segment, or went out of it.

    Parameters
    ----------
    customer : str or int
        Whose event it is; masked in ``repr`` where a contact serves as the identity.
    segment : str
        The name of the segment.
    kind : str
        ``"entered"`` or ``"left"``.
    at : datetime
        The first of the dates that were asked about at which it was so.
    """

    customer: int | str = attrs.field(validator=identity, repr=shown_id)
    segment: str = attrs.field(validator=text)
    kind: str = attrs.field(validator=named("kind of event", (ENTERED, LEFT)))
    at: datetime = attrs.field(validator=aware)
