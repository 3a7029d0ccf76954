"""What happened with one customer, in order? All that is recorded, in one list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

import attrs

from custinsights.domain.activities import (
    ACTIVITY_KINDS,
    Activity,
    activity_word,
    nearest_kind,
)
from custinsights.domain.calendar import Calendar
from custinsights.domain.consents import Consent
from custinsights.domain.frozen import Frozen
from custinsights.domain.notes import Note
from custinsights.domain.order_steps import ORDER_STATES, order_steps
from custinsights.domain.orders import Order, Refund
from custinsights.domain.products import Product
from custinsights.domain.references import Campaign, Reference, Sale
from custinsights.domain.tag_changes import TAG_CHANGES, TagChange
from custinsights.errors import UnknownName, counted

__all__ = ["GROUPINGS", "Entry", "Timeline", "timeline"]

Record: TypeAlias = Order | Refund | Activity | Note | Consent | TagChange

GROUPINGS = ("day", "month", "kind", "family", "campaign")
"""By what a timeline can be grouped."""

ORDERING, NOTES, CONSENTS, TAGS = "ordering", "notes", "consents", "tags"


_FAMILIES = frozenset(
    {ORDERING, NOTES, CONSENTS, TAGS, *(kind.family for kind in ACTIVITY_KINDS.values())}
)
_KINDS = frozenset(
    {
        *ACTIVITY_KINDS,
        *(f"order_{state}" for state in ORDER_STATES),
        *("refund_given", "note_written", "note_edited", "consent_given", "consent_withdrawn"),
        *(f"tag_{what}" for what in TAG_CHANGES),
    }
)
"""The families and kinds that there always are; activities may have kinds of one's own."""


@attrs.frozen
class Entry:
    """One thing that happened.

    Parameters
    ----------
    at : aware datetime
        When.
    kind : str
        What: the kind of an activity; ``order_placed``, ``order_shipped`` and the like, by the
        states of an order; ``refund_given`` of one that rests in no order; ``note_written``,
        ``note_edited``; ``consent_given``, ``consent_withdrawn``; ``tag_added``, ``tag_removed``
        and the like.
    family : str or None
        The kinds with which it belongs together; None for an activity of a kind of one's own.
    record : Order, Refund, Activity, Note, Consent or TagChange
        What tells of it. Never shown by ``repr``.
    references : mapping of str to Campaign, Product or Sale
        What it points to: ``campaign``, ``lot`` and the ``sale`` of the lot, each where it is
        known. Products of orders are in their lines.
    """

    at: datetime
    kind: str
    family: str | None
    record: Record = attrs.field(repr=False)
    references: Mapping[str, Reference] = attrs.field(default=Frozen[str, Reference](), hash=False)


@attrs.frozen(repr=False)
class Timeline:
    """What happened, the latest first; filtered by `where`, grouped by `by`."""

    entries: tuple[Entry, ...]
    calendar: Calendar = attrs.field(factory=Calendar)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __repr__(self) -> str:
        return f"<Timeline: {counted(len(self), 'entry', 'entries')}>"

    def where(
        self,
        *,
        kinds: str | Collection[str] | None = None,
        families: str | Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Timeline:
        """Return the entries of some kinds or families, from an instant on and before another.

        Raises
        ------
        UnknownName
            There is no such family, or a kind is nearly one that there is.
        """
        wanted, related = _words(kinds), _words(families)
        known = _KINDS | {entry.kind for entry in self.entries}
        for kind in sorted((wanted or frozenset()) - known):
            if nearest_kind(kind, known):
                raise UnknownName("kind of entries", kind, sorted(known))
        for family in sorted((related or frozenset()) - _FAMILIES):
            raise UnknownName("family of entries", family, sorted(_FAMILIES))
        kept = tuple(
            entry
            for entry in self.entries
            if (wanted is None or entry.kind in wanted)
            and (related is None or entry.family in related)
            and (since is None or since <= entry.at)
            and (until is None or entry.at < until)
        )
        return attrs.evolve(self, entries=kept)

    def by(self, grouping: str) -> dict[str | None, Timeline]:
        """Return the entries in groups, each in order; the group of the latest entry first.

        Parameters
        ----------
        grouping
            ``"day"`` or ``"month"`` of the shop's calendar (``2024-03-05``, ``2024-03``),
            ``"kind"``, ``"family"`` or ``"campaign"``; who has none is under None.
        """
        if grouping not in GROUPINGS:
            raise UnknownName("grouping of a timeline", grouping, GROUPINGS)
        groups: dict[str | None, list[Entry]] = {}
        for entry in self.entries:
            groups.setdefault(self._label(entry, grouping), []).append(entry)
        return {label: attrs.evolve(self, entries=tuple(held)) for label, held in groups.items()}

    def _label(self, entry: Entry, grouping: str) -> str | None:
        if grouping == "campaign":
            campaign = entry.references.get("campaign")
            return campaign.name if isinstance(campaign, Campaign) else None
        if grouping in ("day", "month"):
            return self.calendar.period(grouping, self.calendar.local_date(entry.at)).label
        return entry.kind if grouping == "kind" else entry.family


def _words(given: str | Collection[str] | None) -> frozenset[str] | None:
    if given is None:
        return None
    return frozenset(map(activity_word, (given,) if isinstance(given, str) else given))


def timeline(
    orders: Iterable[Order] = (),
    activities: Iterable[Activity] = (),
    *,
    refunds: Iterable[Refund] = (),
    notes: Iterable[Note] = (),
    consents: Iterable[Consent] = (),
    tags: Iterable[TagChange] = (),
    products: Mapping[str, Product] | None = None,
    calendar: Calendar | None = None,
    as_of: datetime | None = None,
) -> Timeline:
    """Return what happened before an instant, the latest first.

    What bears no instant (an order's payment, where no source tells when; a tag that was always
    there) is not in it. Of equal instants what was done later in its own record comes first.

    Parameters
    ----------
    orders, activities, refunds, notes, consents, tags
        What is recorded of one customer; refunds are those that rest in no order.
    products
        Products by id, as text; a subject that is among them is a lot.
    calendar
        By which days and months are counted; default: UTC.
    as_of
        What is at or after it does not exist; None is all.
    """
    known = {} if products is None else products
    found = [
        *_of_orders(orders),
        *_of_refunds(refunds),
        *_of_activities(activities, known),
        *_of_notes(notes),
        *(_of_consent(one) for one in consents),
        *_of_tags(tags),
    ]
    kept = [entry for entry in found if as_of is None or entry.at < as_of]
    kept.sort(key=lambda entry: entry.at)  # stable: each record tells its own in order
    return Timeline(tuple(reversed(kept)), Calendar() if calendar is None else calendar)


def _of_orders(orders: Iterable[Order]) -> Iterator[Entry]:
    for order in orders:
        campaign = _campaign(order.campaign)
        for step in order_steps(order):
            if step.at is not None:
                yield Entry(step.at, f"order_{step.state}", ORDERING, order, campaign)


def _of_refunds(refunds: Iterable[Refund]) -> Iterator[Entry]:
    for refund in refunds:
        if refund.refunded_at is not None:
            yield Entry(refund.refunded_at, "refund_given", ORDERING, refund)


def _of_activities(
    activities: Iterable[Activity], products: Mapping[str, Product]
) -> Iterator[Entry]:
    lots_of: dict[str, list[Product]] = {}
    for product in products.values():
        if product.sale is not None:
            lots_of.setdefault(product.sale, []).append(product)
    for activity in activities:
        references: dict[str, Reference] = dict(_campaign(activity.campaign))
        lot = products.get(activity.subject or "")
        if lot is not None:
            references["lot"] = lot
            if lot.sale is not None:
                references["sale"] = Sale(lot.sale, tuple(lots_of[lot.sale]))
        kind, family = activity.kind, activity.family
        yield Entry(activity.at, kind, family, activity, Frozen(references))


def _campaign(name: str | None) -> Mapping[str, Reference]:
    return Frozen({} if name is None else {"campaign": Campaign(name)})


def _of_notes(notes: Iterable[Note]) -> Iterator[Entry]:
    for note in notes:
        for place, text in enumerate(note.texts):
            kind = "note_edited" if place else "note_written"
            yield Entry(text.at, kind, NOTES, note)


def _of_consent(consent: Consent) -> Entry:
    kind = "consent_given" if consent.granted else "consent_withdrawn"
    return Entry(consent.at, kind, CONSENTS, consent)


def _of_tags(changes: Iterable[TagChange]) -> Iterator[Entry]:
    for change in changes:
        if change.at is not None:
            yield Entry(change.at, f"tag_{change.what}", TAGS, change)
