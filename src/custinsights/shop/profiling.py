"""How is the profile of one customer put together from what rests in a store?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import attrs
import numpy as np

from custinsights.analyses.catalog import Catalog
from custinsights.analyses.customers.cuts import Cuts
from custinsights.analyses.customers.traits import traits
from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.segments.rule import Rule
from custinsights.domain.activities import Activity
from custinsights.domain.consents import Consent
from custinsights.domain.identities import Identity
from custinsights.domain.interests import Interest
from custinsights.domain.money import Money
from custinsights.domain.notes import Note
from custinsights.domain.order_steps import order_steps
from custinsights.domain.orders import Order, Refund
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.domain.tag_changes import TagChange
from custinsights.domain.tags import TagBook
from custinsights.history.orders import OrderHistory
from custinsights.history.selection import select
from custinsights.privacy.access import PERSONAL, Access, shown_to
from custinsights.privacy.consents import PreferenceCentre
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.results.customer_table import CustomerTable
from custinsights.shop.annotating import in_order, of_kind
from custinsights.shop.interests import DocumentCounts, bubbles, departments, keywords
from custinsights.shop.items import Vocabulary, items, spelled_alike
from custinsights.shop.judging import labels_of, membership_of
from custinsights.shop.once import Once
from custinsights.shop.profile import OrderView, Profile
from custinsights.shop.seeing import hidden_in
from custinsights.shop.timeline import timeline

__all__ = ["Gathered", "Population", "gathered", "notes_of", "profile_of", "spelled_alike"]

_MOMENT = timedelta(microseconds=1)


@attrs.frozen
class Population:
    """What a shop keeps of all its customers, to judge one by.

    Parameters
    ----------
    cuts
        The cut points of all; None where none are kept.
    counts
        In how many products each keyword stands.
    rules
        The shop's own segments by name.
    unseen
        Segments that are about what who asks may not see.
    """

    cuts: Cuts | None
    counts: DocumentCounts
    rules: dict[str, Rule]
    unseen: tuple[str, ...] = ()

    def shown_to(self, access: Access | None) -> Population:
        """Return the same as somebody may see it."""
        if access is None or access.may(PERSONAL):
            return self
        unseen = tuple(name for name, rule in self.rules.items() if hidden_in(rule))
        rules = {name: rule for name, rule in self.rules.items() if name not in unseen}
        return attrs.evolve(self, rules=rules, unseen=unseen)


@attrs.frozen(kw_only=True, repr=False)
class Gathered:
    """All that rests in a store of one customer."""

    customer: Customer
    orders: tuple[Order, ...]
    refunds: tuple[Refund, ...]
    activities: tuple[Activity, ...]
    notes: tuple[Note, ...]
    interests: tuple[Interest, ...]
    consents: tuple[Consent, ...]
    tags: tuple[TagChange, ...]
    identities: tuple[Identity, ...]
    products: Mapping[str, Product]

    def shown_to(self, access: Access | None) -> Gathered:
        """Return the same as somebody may see it."""
        if access is None or access.may(PERSONAL):
            return self
        names = [field.name for field in attrs.fields(Gathered) if field.name != "products"]
        return attrs.evolve(self, **{one: shown_to(access, getattr(self, one)) for one in names})


def gathered(once: Once, products: Mapping[str, Product]) -> Gathered:
    """Return all that rests of a customer, of which most is read."""
    key, work = once.customer.id, once.work
    orders, refunds = once.told_orders()
    return Gathered(
        customer=once.customer,
        orders=orders,
        refunds=refunds,
        activities=once.told_activities(),
        notes=notes_of(work, key),
        interests=tuple(one.value for one in of_kind(work, key, "interest", Interest)),
        consents=work.people.consents(key),
        tags=once.tags,
        identities=work.people.identities(key),
        products=products,
    )


def notes_of(work: UnitOfWork, customer: Key) -> tuple[Note, ...]:
    """Return the notes about a customer."""
    return tuple(one.value for one in of_kind(work, customer, "note", Note))


def profile_of(
    told: Gathered,
    history: OrderHistory,
    population: Population,
    *,
    as_of: datetime,
    department: str | None,
    metrics: Sequence[str],
    catalog: Catalog,
    centre: PreferenceCentre,
    vocabulary: Vocabulary,
) -> Profile:
    """Return the profile of a customer before an instant.

    Parameters
    ----------
    told
        All that rests of the customer.
    history
        The history of this customer alone.
    population
        What is kept of all.
    as_of, department, metrics, catalog, centre
        As in `Shop.profile`.
    vocabulary
        Which departments and categories there are.
    """
    customer = attrs.evolve(
        told.customer, tags=TagBook(told.tags).tags_of(told.customer.id, at=as_of - _MOMENT)
    )
    table = _table(_narrowed(history, department), metrics, as_of, catalog)
    row = next(iter(table.to_dicts()), dict.fromkeys(table.columns))
    member = membership_of(history, population.rules, as_of, population.cuts)
    policy, products = history.context.policy, told.products
    done = items(
        told.orders,
        told.activities,
        products=products,
        policy=policy,
        as_of=as_of,
        vocabulary=vocabulary,
    )
    words = keywords(done, told.interests, population.counts)
    return Profile(
        customer=customer,
        as_of=as_of,
        department=department,
        metrics={name: row[name] for name in table.columns},
        table=table,
        labels=labels_of(history, customer, as_of, population.cuts),
        segments=member.inside,
        unjudged=(*member.unjudged, *population.unseen),
        cuts_as_of=None if population.cuts is None else population.cuts.as_of,
        orders=_orders(told.orders, as_of),
        items=done,
        timeline=timeline(
            told.orders,
            told.activities,
            refunds=told.refunds,
            notes=told.notes,
            consents=told.consents,
            tags=told.tags,
            products=products,
            calendar=history.context.calendar,
            as_of=as_of,
        ),
        notes=_notes(told.notes, as_of),
        subscriptions=centre.read(told.consents, at=as_of - _MOMENT),
        identities=told.identities,
        sources=_sources(told),
        departments=departments(_spend(history, as_of, catalog), done, told.interests),
        keywords=words,
        interests=told.interests,
        bubbles=bubbles(words),
        products=products,
    )


def _narrowed(history: OrderHistory, department: str | None) -> OrderHistory:
    """Return the history of one department, or without any fact where it has none of it."""
    if department is None:
        return history
    held = None if history.products is None else history.products.labels.get("department")
    meant = spelled_alike(department, () if held is None else held.names)
    if history.lines is None or meant is None:
        return _without_facts(history)
    return history.for_lines(department=meant)


def _without_facts(history: OrderHistory) -> OrderHistory:
    """Return a history of the same people who were always known, and did nothing."""
    done, people = history.activities, history.people_table
    listed = np.ones(history.people, dtype=np.bool_)
    nothing = select(
        attrs.evolve(history, people_table=attrs.evolve(people, is_listed=listed, created_at=None)),
        orders=np.empty(0, dtype=np.int64),
        is_refund_kept=np.zeros(len(history.refunds), dtype=np.bool_),
        is_activity_kept=None if done is None else np.zeros(len(done), dtype=np.bool_),
    )
    return history.of_facts(attrs.evolve(nothing, aside=None))


def _table(
    history: OrderHistory, metrics: Sequence[str], as_of: datetime, catalog: Catalog
) -> CustomerTable:
    """Return the traits; of who was not heard of before an instant those of who did nothing."""
    table = traits(history, metrics, as_of=as_of, catalog=catalog)
    if len(table):
        return table
    return traits(_without_facts(history), metrics, as_of=as_of, catalog=catalog)


def _orders(orders: Iterable[Order], as_of: datetime) -> tuple[OrderView, ...]:
    views = (OrderView(order, order_steps(order, as_of)) for order in orders)
    known = [view for view in views if view.steps]
    return tuple(sorted(known, key=lambda view: (view.placed_at, view.id), reverse=True))


def _notes(notes: Iterable[Note], as_of: datetime) -> tuple[Note, ...]:
    """Return the notes as they stood before an instant."""
    held = []
    for note in notes:
        texts = tuple(text for text in note.texts if text.at < as_of)
        if texts:
            held.append(attrs.evolve(note, texts=texts))
    return in_order(held)


def _sources(told: Gathered) -> tuple[str, ...]:
    of_ids = {one.source for one in told.identities if one.kind == "id"}
    of_orders = {order.source for order in told.orders if order.source}
    return tuple(sorted((of_ids | of_orders) - {""}))


def _spend(
    history: OrderHistory, as_of: datetime, catalog: Catalog
) -> list[tuple[str | None, str | None, Money]]:
    """Return the line revenue by department and category, where products tell them."""
    labels = {} if history.products is None else history.products.labels
    if history.lines is None or "department" not in labels:
        return []
    by = [name for name in ("department", "category") if name in labels]
    cube = measure(history, ["line_revenue"], by=by, as_of=as_of, catalog=catalog)
    return [
        (row["department"], row.get("category"), Money(row["line_revenue"], history.currency))
        for row in cube.to_dicts()
    ]
