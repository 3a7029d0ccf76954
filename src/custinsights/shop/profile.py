"""What does a shop see of one customer at an instant? All of it, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.identities import Identity
from custinsights.domain.interests import Interest
from custinsights.domain.money import Money
from custinsights.domain.notes import Note
from custinsights.domain.order_steps import OrderStep
from custinsights.domain.orders import Order
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.domain.records import record_of
from custinsights.domain.segments import spelled
from custinsights.errors import InvalidValue, UnknownName, counted
from custinsights.repositories.stored import Key
from custinsights.results.customer_table import CustomerTable
from custinsights.shop.interests import Bubble, Department, Keyword
from custinsights.shop.items import Item, Items
from custinsights.shop.reordering import Draft, reorder
from custinsights.shop.timeline import Entry, Timeline

__all__ = ["NINE", "ORDER_SORTS", "OrderView", "Profile"]

NINE: Final = (
    "order_count",
    "total_spent",
    "average_order_value",
    "first_order_at",
    "last_order_at",
    "days_since_last_order",
    "average_gap_days",
    "units",
    "refund_rate",
)
"""The nine key metrics of a profile; an auction house takes ``win_rate`` for the last one."""

ORDER_SORTS: Final = ("placed_at", "amount", "id", "state")
"""By what the orders of a profile can be sorted."""


@attrs.frozen
class OrderView:
    """An order of a customer with the way that it has gone."""

    order: Order
    steps: tuple[OrderStep, ...]

    @property
    def id(self) -> str:
        """The id of the order."""
        return str(self.order.id)

    @property
    def placed_at(self) -> datetime:
        """When it was placed."""
        return self.order.placed_at

    @property
    def amount(self) -> Money:
        """What was paid to the shop, before refunds."""
        return self.order.amount

    @property
    def state(self) -> str:
        """Where it is: the last of `custinsights.domain.order_steps`."""
        return self.steps[-1].state

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {**record_of(self.order), "steps": [record_of(one) for one in self.steps]}


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Profile:
    """One customer before an instant.

    Parameters
    ----------
    customer : Customer
        Name, contact, addresses, tags at the instant, attributes. Contacts are masked for who may
        not see them.
    as_of : aware datetime
        What is at or after it does not exist.
    department : str or None
        To which department the metrics are narrowed.
    metrics : mapping of str to value
        The key metrics by name of trait, in natural units; None where undefined, and of who has
        ordered in other currencies than the shop's alone.
    table : CustomerTable
        The same as a result, with definitions.
    labels : tuple of str
        In which built-in groups the customer is, by spaced names: ``value:vip``,
        ``rfm:champions``, ``lifecycle:loyal_fan``, ``tag:press``, ``status:vip``.
    segments : tuple of str
        In which of the shop's own segments.
    unjudged : tuple of str
        Segments of which nobody can say so: they compare with all customers, and no cuts are kept
        that tell of all (`Shop.refresh_cuts`), or they ask what is not known here, or what who
        asks may not see.
    cuts_as_of : aware datetime or None
        As of when the cuts are, against which was judged.
    orders : tuple of OrderView
        The orders, the latest first; `orders_by` sorts them otherwise.
    items : Items
        Products bought, bid on, wished for, consigned, looked at.
    timeline : Timeline
        All that is recorded.
    notes : tuple of Note
        The notes, the one that was written first first.
    subscriptions : mapping of str to mapping of str to bool
        By topic and channel, whether they agreed to hear from the shop.
    identities : tuple of Identity
        By what the customer is known: ids in other systems, e-mail addresses, phone numbers.
    sources : tuple of str
        The systems from which the customer is known, with the channel of their acquisition in
        ``customer.acquisition_channel``.
    departments : tuple of Department
        Ranked, with what was spent by category.
    keywords : tuple of Keyword
        What they care for, the heaviest first.
    interests : tuple of Interest
        Their own list, as it stands.
    bubbles : tuple of Bubble
        A picture of the keywords, as data.
    products : mapping of str to Product
        The products in all this, by id.
    """

    customer: Customer
    as_of: datetime
    department: str | None
    metrics: Mapping[str, Any]
    table: CustomerTable
    labels: tuple[str, ...]
    segments: tuple[str, ...]
    unjudged: tuple[str, ...]
    cuts_as_of: datetime | None
    orders: tuple[OrderView, ...]
    items: Items
    timeline: Timeline
    notes: tuple[Note, ...]
    subscriptions: Mapping[str, Mapping[str, bool]]
    identities: tuple[Identity, ...]
    sources: tuple[str, ...]
    departments: tuple[Department, ...]
    keywords: tuple[Keyword, ...]
    interests: tuple[Interest, ...]
    bubbles: tuple[Bubble, ...]
    products: Mapping[str, Product]

    def __repr__(self) -> str:
        whose, orders = shown_id(self.customer.id), counted(len(self.orders), "order")
        entries = counted(len(self.timeline), "entry", "entries")
        return f"<Profile of {whose} before {self.as_of.isoformat()}: {orders}, {entries}>"

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    @property
    def status(self) -> tuple[str, ...]:
        """The flags that are set in the attributes of the customer, such as ``vip``."""
        flags = self.customer.attributes
        return tuple(sorted(name for name in flags if flags[name] is True))

    def orders_by(self, sort: str) -> tuple[OrderView, ...]:
        """Return the orders sorted by one of `ORDER_SORTS`, descending with ``-`` before it."""
        name = sort.removeprefix("-")
        if name not in ORDER_SORTS:
            raise UnknownName("sort of orders", sort, ORDER_SORTS, "A - before it is descending")
        in_time = sorted(self.orders, key=lambda one: (one.placed_at, one.id))
        key = (lambda one: one.amount.minor) if name == "amount" else _getter(name)
        return tuple(sorted(in_time, key=key, reverse=sort != name))

    def reorder(self, order: Key, source: str | None = None) -> Draft:
        """Return the draft that repeats one of the orders: see `shop.reordering.reorder`.

        Parameters
        ----------
        order
            Its id.
        source
            The system that gave it the id, where orders of several have the same.
        """
        held = [
            view.order
            for view in self.orders
            if view.id == str(order) and source in (None, view.order.source)
        ]
        if not held:
            raise UnknownName("order of this customer", order, [view.id for view in self.orders])
        if len(held) > 1:
            sources = " or ".join(repr(one.source) for one in held)
            raise InvalidValue("orders of several systems have this id", str(order), sources)
        return reorder(held[0], self.products)

    def is_in(self, name: str) -> bool:
        """Whether the customer is in a group or segment, by its name in any spelling."""
        space, _, bare = name.rpartition(":")
        wanted = f"{space.casefold().strip()}:{spelled(bare)}" if space else spelled(bare)
        return wanted in {*self.labels, *map(spelled, self.segments)}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it: texts, numbers, flags, lists and mappings."""
        return {
            "customer": record_of(self.customer),
            "as_of": self.as_of.isoformat(),
            "department": self.department,
            "metrics": {name: _plain(value) for name, value in self.metrics.items()},
            "labels": list(self.labels),
            "status": list(self.status),
            "segments": list(self.segments),
            "unjudged": list(self.unjudged),
            "cuts_as_of": _plain(self.cuts_as_of),
            "orders": [view.to_dict() for view in self.orders],
            "items": [_of_item(item) for item in self.items],
            "timeline": [_of_entry(entry) for entry in self.timeline],
            "notes": _records(self.notes),
            "subscriptions": {topic: dict(ways) for topic, ways in self.subscriptions.items()},
            "identities": _records(self.identities),
            "sources": list(self.sources),
            "departments": [_of_department(one) for one in self.departments],
            "keywords": [attrs.asdict(one) for one in self.keywords],
            "interests": _records(self.interests),
            "bubbles": [attrs.asdict(one) for one in self.bubbles],
        }


def _getter(name: str) -> Any:
    return lambda one: getattr(one, name)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _records(held: Iterable[Any]) -> list[dict[str, Any]]:
    return [record_of(one) for one in held]


def _of_item(item: Item) -> dict[str, Any]:
    title = None if item.product is None else item.product.title
    told = {name: value for name, value in record_of(item).items() if name != "product"}
    return {**told, "title": title}


def _of_entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "family": entry.family,
        "record": type(entry.record).__name__.casefold(),
        "id": getattr(entry.record, "id", None),
        "references": {name: record_of(one) for name, one in entry.references.items()},
    }


def _of_department(one: Department) -> dict[str, Any]:
    return {
        "name": one.name,
        "spent": None if one.spent is None else record_of(one.spent),
        "categories": [
            {"category": category, "spent": record_of(spent)} for category, spent in one.categories
        ],
        "looked_at": one.looked_at,
        "state": one.state,
    }
