"""How do tags come from a book onto the customers of a history, and from there into a book?"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from custinsights.domain.fields import Identity, refuse_other
from custinsights.domain.people import Tag
from custinsights.domain.tag_changes import key_of
from custinsights.domain.tags import TagBook
from custinsights.history.columnar.columns import ALWAYS, NO_INSTANT, TagRow, Tags
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.history.columnar.uniting import united_tags
from custinsights.history.facts import Facts

UNKNOWN = "customers of the tag book of whom this history does not tell"


def with_tags(facts: Facts, book: TagBook) -> Facts:
    """Return the facts with the tags of a book on their customers; see `History.with_tags`."""
    refuse_other(TagBook, "what holds the tags", book)
    code_of = {one: code for code, one in enumerate(facts.customer_ids.tolist())}
    told = book.tells_of
    others = [(one, tag) for one, tag in _spans(facts) if (one, key_of(tag.name)) not in told]
    found = Tags.of(
        TagRow(
            person=code_of[one],
            name=tag.name,
            since=None if tag.since is None else to_microseconds(tag.since),
            until=None if tag.until is None else to_microseconds(tag.until),
        )
        for one, tag in [*others, *book.spans()]
        if one in code_of
    )
    tags = united_tags([found], [found.customer]) if len(found) else None
    people = attrs.evolve(facts.people_table, tags=tags)
    unknown = len({one for one, _ in told if one not in code_of})
    context = attrs.evolve(
        facts.context,
        source_report=facts.context.source_report.noting(UNKNOWN, unknown),
        load_report=facts.context.load_report.noting(UNKNOWN, unknown),
    )
    aside = facts.aside
    return attrs.evolve(
        facts,
        people_table=people,
        context=context,
        aside=None if aside is None else attrs.evolve(aside, people_table=people, context=context),
    )


def tag_book(facts: Facts) -> TagBook:
    """Return the book that the tags of a history begin; see `History.tag_book`."""
    return TagBook.of_spans(_spans(facts))


def _spans(facts: Facts) -> Iterator[tuple[Identity, Tag]]:
    """Yield the tags of the customers with their times, customer by customer."""
    tags = facts.people_table.tags
    if tags is None:
        return
    owners = facts.customer_ids.take(tags.customer).tolist()
    times = zip(tags.since.tolist(), tags.until.tolist(), strict=True)
    for one, name, (since, until) in zip(owners, tags.name.texts().tolist(), times, strict=True):
        if until <= since:  # it never held
            continue
        begin = None if since == NO_INSTANT else to_datetime(since)
        yield one, Tag(name, begin, None if until == ALWAYS else to_datetime(until))
