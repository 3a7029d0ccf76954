"""How do tags follow segments?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.segments.rule import Clause, RuleLike, rule
from custinsights.analyses.segments.segment import segment
from custinsights.domain.fields import refuse_other
from custinsights.domain.segments import Segment, naming
from custinsights.domain.tags import TagBook
from custinsights.errors import InvalidValue
from custinsights.history.building.tagging import with_tags
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.selection import codes_of
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet

_FOLLOWED = "a rule, a mask over the customers, identities, or the members of a segment"


def maintain(
    history: Facts,
    book: TagBook,
    segments: Mapping[str, RuleLike | CustomerTable | Iterable[int | str] | BoolArray],
    *,
    as_of: When | None = None,
    by: str,
    why: str | None = None,
    catalog: Catalog = DEFAULT,
) -> TagBook:
    """Return the book after tags were brought to follow segments of a history.

    Parameters
    ----------
    history
        A whole history: who is not in it is in no segment of it.
    book
        The tags so far, which rules see: ``tagged("blocked")`` asks who carries it just before
        `as_of`, by this book or, where it does not tell, by the history; see `History.with_tags`.
    segments
        By tag who is in the segment: a rule, a mask over ``history.customer_ids``, identities, or
        the members of a segment, such as ``found.members("vip")`` of a `SegmentSet`.
    as_of
        The instant of the segments and of the changes; default: the end of the observation.
    by, why
        What the book says of who did it, and for which reason; default: the text of the rule.
    catalog
        Where the words of rules are looked up.

    Returns
    -------
    TagBook
        With a change of each customer who entered or left; see `TagBook.follow` for tags that are
        given or taken by hand.

    Raises
    ------
    InvalidValue
        If the history is a part of another one, a mask has another length than its customers, or
        something else is to be followed.
    RuleError
        If a text is no rule; the error names the tag.
    UnknownName
        If a customer is none of the history.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> book = maintain(history, TagBook(), {"regular": "order_count >= 2"}, by="nightly")
    >>> [(one.customer, one.what, one.why) for one in book.changes(tag="regular")]
    [('ada', 'entered', 'order_count >= 2')]
    """
    check_history(history)
    refuse_other(TagBook, "what holds the tags", book)
    if isinstance(segments, SegmentSet):
        what = "a tag follows one segment, and these are several"
        advice = "Pass for each tag the members: {'vip': found.members('vip')}"
        raise InvalidValue(what, ", ".join(segments.names), "segments by tag", advice)
    refuse_other(Mapping, "the segments that tags follow", segments)
    if history.context.part is not None:
        place, parts = history.context.part
        what = "tags cannot follow segments of a part, of which everybody else would leave them"
        raise InvalidValue(what, f"part {place + 1} of {parts}", "a whole history")
    at = to_datetime(history.context.instant(as_of))
    told = with_tags(history, book)
    for tag, given in segments.items():
        with naming(tag):
            codes, reason = _followed(told, given, as_of, catalog)
        members = history.customer_ids[codes].tolist()
        book = book.follow(tag, members, at=at, by=by, why=why or reason)
    return book


def _followed(
    history: Facts, given: Any, as_of: When | None, catalog: Catalog
) -> tuple[IntArray, str]:
    """Return the codes of who is in a segment, and why a tag follows it."""
    if isinstance(given, str | Mapping | Segment | Clause):
        asked = rule(given, catalog=catalog)
        return codes_of(history, segment(history, asked, as_of=as_of)), asked.text
    if isinstance(given, CustomerTable):
        given = given.ids.tolist()
    if not isinstance(given, Iterable):
        raise InvalidValue("this is nothing that a tag follows", type(given).__name__, _FOLLOWED)
    return codes_of(history, given), "follows a segment"
