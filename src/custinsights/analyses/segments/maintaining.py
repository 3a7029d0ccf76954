"""How do tags follow segments?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.segments.rule import Clause, RuleLike, rule
from custinsights.analyses.segments.segment import segment
from custinsights.domain.fields import refuse_other
from custinsights.domain.segments import Segment
from custinsights.domain.tags import TagBook
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.selection import codes_of


def maintain(
    history: Facts,
    book: TagBook,
    segments: Mapping[str, RuleLike | Iterable[int | str] | BoolArray],
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
        The tags so far.
    segments
        By tag who is in the segment: a rule, a mask over ``history.customer_ids``, or identities.
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
        If the history is a part of another one, or a mask has another length than its customers.
    RuleError
        If a text is no rule.
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
    refuse_other(Mapping, "the segments that tags follow", segments)
    if history.context.part is not None:
        place, parts = history.context.part
        what = "tags cannot follow segments of a part, of which everybody else would leave them"
        raise InvalidValue(what, f"part {place + 1} of {parts}", "a whole history")
    at = to_datetime(history.context.instant(as_of))
    for tag, given in segments.items():
        reason = why or "follows a segment"
        if isinstance(given, str | Mapping | Segment | Clause):
            asked = rule(given, catalog=catalog)
            reason = why or asked.text
            codes = codes_of(history, segment(history, asked, as_of=as_of))
        else:
            codes = codes_of(history, given)
        book = book.follow(tag, history.customer_ids[codes].tolist(), at=at, by=by, why=reason)
    return book
