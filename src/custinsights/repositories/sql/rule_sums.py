"""What do the orders and activities of a person add up to before an instant, in the database?

What counts is what counts in a history: orders in the shop's currency that are paid, without those
that were refunded in full; refunds of these, and those that name no order.
"""

from collections.abc import Sequence
from typing import Any, Final

import attrs
from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)

from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.repositories.sql import schema

__all__ = ["PERSON", "Sums", "told"]

_OWNER: Final = schema.people.alias("owner")
_ORDERS: Final = schema.orders.c
_LONE: Final = schema.lone_refunds.c
_DONE: Final = schema.activities.c

PERSON: Final = schema.people
"""Of whom the conditions are; only those who were not merged into anybody are asked."""

_ORDER_LABELS: Final = (
    *("channel", "source", "payment_method", "coupon", "campaign"),
    *("country", "region", "city"),
)
_DEED_LABELS: Final = ("kind", "outcome", "subject")
_COUNTED: Final = tuple(filter(PurchasePolicy().counts_status, ORDER_STATUSES))


def told(text: Any) -> Any:
    """Return a text, NULL where it says nothing."""
    return func.nullif(text, "")


def _flag(condition: Any) -> Any:
    return case((condition, 1), else_=0)


@attrs.frozen(eq=False)
class Sums:
    """Sums over the orders, and over the activities, of each person; asked for one by one.

    Parameters
    ----------
    currency
        Of the orders that count.
    as_of
        Microseconds; nothing at or after it exists.
    sales, deeds
        Every order of somebody, and every activity, a row each.
    """

    currency: str
    as_of: int
    sales: Subquery = attrs.field(init=False)
    deeds: Subquery = attrs.field(init=False)
    _of_sales: list[Any] = attrs.field(factory=list, init=False)
    _of_deeds: list[Any] = attrs.field(factory=list, init=False)

    @sales.default
    def _every_order(self) -> Subquery:
        given = self._given_back()
        is_before = and_(_ORDERS.currency == self.currency, _ORDERS.placed_at < self.as_of)
        status = told(_ORDERS.status)
        is_sale = and_(is_before, or_(status.is_(None), status.in_(_COUNTED)))
        back = func.coalesce(given.c.amount, 0)
        is_reversed = and_(_ORDERS.amount > 0, back >= _ORDERS.amount)
        return (
            select(
                _OWNER.c.root,
                _ORDERS.key,
                _ORDERS.placed_at,
                _ORDERS.amount,
                back.label("back"),
                _flag(is_before).label("is_before"),
                _flag(is_sale).label("is_sale"),
                _flag(and_(is_sale, not_(is_reversed))).label("counts"),
                *(told(_ORDERS[name]).label(name) for name in _ORDER_LABELS),
            )
            .join(_OWNER, _ORDERS.person == _OWNER.c.key)
            .outerjoin(given, _ORDERS.key == given.c.key)
            .subquery("sale")
        )

    @deeds.default
    def _every_activity(self) -> Subquery:
        return (
            select(
                _OWNER.c.root, _DONE.at, *(told(_DONE[name]).label(name) for name in _DEED_LABELS)
            )
            .join(_OWNER, _DONE.person == _OWNER.c.key)
            .where(_DONE.at < self.as_of, self.is_kept_deed)
            .subquery("deed")
        )

    @property
    def is_kept_deed(self) -> ColumnElement[bool]:
        """That an activity has no amount in another currency."""
        return or_(_DONE.amount.is_(None), _DONE.currency == self.currency)

    def _refunds(self) -> Subquery:
        """Return the refunds of orders: the number of the order, the amount and the instant."""
        inside = schema.refunds.c
        of_order = select(inside.order.label("key"), inside.amount, inside.refunded_at.label("at"))
        by_name = select(_ORDERS.key, _LONE.amount, _LONE.refunded_at.label("at")).join(
            schema.lone_refunds, and_(_LONE.source == _ORDERS.source, _LONE.names == _ORDERS.id)
        )
        return union_all(of_order, by_name).subquery("refund")

    def _dated(self, refund: Subquery) -> Any:
        return func.coalesce(refund.c.at, _ORDERS.cancelled_at, _ORDERS.placed_at)

    def _given_back(self) -> Subquery:
        refund = self._refunds()
        return (
            select(refund.c.key, func.sum(refund.c.amount).label("amount"))
            .join(schema.orders, refund.c.key == _ORDERS.key)
            .where(self._dated(refund) < self.as_of)
            .group_by(refund.c.key)
            .subquery("given")
        )

    def _of_no_order(self) -> Subquery:
        """Return what every person got back for no order that is there."""
        names_it = and_(_LONE.source == _ORDERS.source, _LONE.names == _ORDERS.id)
        return (
            select(_OWNER.c.root, func.sum(_LONE.amount).label("lone_amount"))
            .join(_OWNER, _LONE.person == _OWNER.c.key)
            .outerjoin(schema.orders, names_it)
            .where(
                _ORDERS.key.is_(None),
                _LONE.currency == self.currency,
                _LONE.refunded_at < self.as_of,
            )
            .group_by(_OWNER.c.root)
            .subquery("by_refunds")
        )

    def of_sales(self, value: Any) -> Any:
        """Return an aggregate over the orders of a person; NULL of who has none."""
        return self._asked(self._of_sales, "sale", value)

    def sales_with(self, *conditions: Any) -> Any:
        """Return how many orders of a person count and fulfil conditions."""
        fits = and_(self.sales.c.counts == 1, *conditions)
        return func.coalesce(self.of_sales(func.sum(_flag(fits))), 0)

    def deeds_with(self, *conditions: Any) -> Any:
        """Return how many activities of a person fulfil conditions."""
        many = func.sum(_flag(and_(true(), *conditions)))
        return func.coalesce(self._asked(self._of_deeds, "deed", many), 0)

    @staticmethod
    def _asked(asked: list[Any], name: str, value: Any) -> Any:
        label = f"{name}_{len(asked)}"
        asked.append(value.label(label))
        return column(label, value.type)

    @property
    def counted(self) -> Any:
        """How many orders count."""
        return self.sales_with()

    @property
    def back(self) -> Any:
        """What went back to a person, minor units."""
        of_sales = func.sum(case((self.sales.c.is_sale == 1, self.sales.c.back), else_=0))
        return func.coalesce(self.of_sales(of_sales), 0) + func.coalesce(column("lone_amount"), 0)

    @property
    def spent(self) -> Any:
        """What a person paid less what went back, minor units."""
        paid = func.sum(case((self.sales.c.is_sale == 1, self.sales.c.amount), else_=0))
        return func.coalesce(self.of_sales(paid), 0) - self.back

    def first(self) -> Any:
        """Return the instant of the first order that counts; NULL without."""
        return self.of_sales(func.min(case((self.sales.c.counts == 1, self.sales.c.placed_at))))

    def last(self) -> Any:
        """Return the instant of the last order that counts; NULL without."""
        return self.of_sales(func.max(case((self.sales.c.counts == 1, self.sales.c.placed_at))))

    def question(self, columns: Sequence[Any], condition: Any) -> Any:
        """Return the question for those who fulfil a condition on the sums and are known by then.

        Somebody is known who is in the customer table without a date, or of whom anything is
        dated before; who has only orders in other currencies is in no history.
        """
        row = self.sales.c
        is_heard_of = self.of_sales(func.max(row.is_before))
        by_orders = select(row.root, *self._of_sales).group_by(row.root).subquery("by_orders")
        by_refunds = self._of_no_order()
        source = PERSON.outerjoin(by_orders, by_orders.c.root == PERSON.c.key)
        source = source.outerjoin(by_refunds, by_refunds.c.root == PERSON.c.key)
        if self._of_deeds:
            done = self.deeds.c
            by_deeds = select(done.root, *self._of_deeds).group_by(done.root).subquery("by_deeds")
            source = source.outerjoin(by_deeds, by_deeds.c.root == PERSON.c.key)
        known = or_(
            is_heard_of == 1,
            PERSON.c.created_at < self.as_of,
            and_(
                PERSON.c.created_at.is_(None), or_(by_orders.c.root.is_(None), _tells_of_itself())
            ),
            by_refunds.c.root.is_not(None),
            PERSON.c.key.in_(self._refunded_before_ordering()),
            PERSON.c.key.in_(select(self.deeds.c.root)),
        )
        asked = select(*columns).select_from(source)
        return asked.where(PERSON.c.merged_into.is_(None), condition, known)

    def _refunded_before_ordering(self) -> Any:
        """Return whose order was paid back before the instant, and placed at it or after."""
        refund = self._refunds()
        return (
            select(_OWNER.c.root)
            .join(schema.orders, _ORDERS.person == _OWNER.c.key)
            .join(refund, refund.c.key == _ORDERS.key)
            .where(
                _ORDERS.currency == self.currency,
                _ORDERS.placed_at >= literal(self.as_of, schema.NUMBER),
                self._dated(refund) < self.as_of,
            )
        )


def _tells_of_itself() -> ColumnElement[bool]:
    """Return the condition that more is known of a person than orders tell."""
    texts = ("country", "region", "city", "acquisition_channel")
    others = ("created_at", "birthday", "coordinates", "attributes")
    return or_(
        *(PERSON.c[name].is_not(None) for name in others),
        *(told(PERSON.c[name]).is_not(None) for name in texts),
    )
