"""What happened? The orders of a shop as columns, customer by customer, in time order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.countries import CountryNames
from custinsights.domain.fields import refuse_other, whole_number
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.spend import Spend
from custinsights.history import arrays, joining, selection
from custinsights.history.columns import (
    BoolArray,
    ContactColumns,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
)
from custinsights.history.facts import Facts, check_history
from custinsights.history.laying import lay
from custinsights.history.relabelling import relabelled
from custinsights.history.spending import spent

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

When: TypeAlias = dt.datetime | dt.date | str
"""An aware datetime, a date (local midnight at its start), or the ISO text of either."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class OrderHistory(Facts):
    """The orders, refunds and lines of a shop, ordered once and read-only.

    Make one with `read_orders`, `read_frame`, `read_objects` or `from_arrays`; every analysis
    takes one. The columns are described at `custinsights.history.facts.Facts`. A history equals
    itself only: compare what two of them answer.

    Examples
    --------
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=["10.00", "5.50", "7.25"],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> history
    <OrderHistory: 3 orders of 2 people, 2024-01-05 to 2024-02-02 Europe/Paris, EUR>
    >>> history.history_of("ada").amount.tolist()
    [1000, 725]
    """

    @classmethod
    def from_arrays(
        cls,
        *,
        customer: Any,
        placed_at: Any,
        amount: Any = None,
        amount_minor: Any = None,
        order_id: Any = None,
        currency: str,
        timezone: str | ZoneInfo | None = None,
        calendar: Calendar | None = None,
        policy: PurchasePolicy | None = None,
        observed_from: When | None = None,
        observed_until: When | None = None,
        **columns: Any,
    ) -> Self:
        """Make a history of arrays, one element per order, in any order.

        Parameters
        ----------
        customer
            Outside identities: integers or texts, none missing.
        placed_at
            Instants: ``datetime64`` or int64 microseconds (UTC), aware datetimes, or naive ones,
            ISO texts and dates, which need `timezone`.
        amount
            Paid to the shop, in major units: int, float (by its shortest decimal), Decimal or
            text. How many values rounding changed is in the load report.
        amount_minor
            The same as int64 minor units; give one of the two.
        order_id
            Outside order identities, unique, or None.
        currency
            ISO 4217 code.
        timezone
            IANA name of the shop's zone, or its ZoneInfo. Without it a source of aware times is
            reported in UTC.
        calendar
            Instead of `timezone`: zone, first weekday and fiscal start.
        policy
            Which orders count; the default counts status ``paid`` (and orders without a status).
        observed_from, observed_until
            The span that the arrays cover; default: from the start of the first local day to the
            end of the last.
        **columns
            Further columns by name: goods, discount, shipping, tax, tip (major units), units
            (items), each also as ``name_minor``; any other name is a text column (order_status,
            channel, country, region, city, payment_method, campaign, coupon, ...).

        Raises
        ------
        InvalidValue
            If a column has another length or holds what it cannot hold.
        NaiveTime
            If naive times come without a zone.
        """
        return cls.of(
            **arrays.columns_of(
                customer=customer,
                placed_at=placed_at,
                amount=amount,
                amount_minor=amount_minor,
                order_id=order_id,
                currency=currency,
                calendar=arrays.calendar_of(timezone, calendar),
                has_zone=timezone is not None or calendar is not None,
                columns=columns,
            ),
            policy=policy,
            observed_from=observed_from,
            observed_until=observed_until,
        )

    @classmethod
    def of(
        cls,
        orders: OrderColumns,
        *,
        refunds: RefundColumns | None = None,
        lines: LineColumns | None = None,
        products: Products | None = None,
        people: People | None = None,
        contacts: Mapping[str, ContactColumns] | None = None,
        currency: str,
        calendar: Calendar,
        policy: PurchasePolicy | None = None,
        observed_from: When | None = None,
        observed_until: When | None = None,
        has_times: bool = True,
        load_report: LoadReport | None = None,
    ) -> Self:
        """Make a history of validated columns; what the readers of sources call."""
        counting = PurchasePolicy() if policy is None else policy
        refuse_other(PurchasePolicy, "the policy", counting)
        return cls.of_facts(
            lay(
                orders,
                refunds=refunds,
                lines=lines,
                products=products,
                people=people,
                contacts={} if contacts is None else contacts,
                currency=currency,
                calendar=calendar,
                policy=counting,
                observed_from=observed_from,
                observed_until=observed_until,
                has_times=has_times,
                load_report=load_report,
            )
        )

    @classmethod
    def of_facts(cls, facts: Facts) -> Self:
        """Make a history of facts that are laid out already."""
        fields = {field.name: getattr(facts, field.name) for field in attrs.fields(Facts)}
        return cls(**fields)

    def partition(self, n: int) -> tuple[Self, ...]:
        """Cut the history into n contiguous parts by customer, balanced by orders.

        Parts are views and are marked ``i of n``; some are empty when there are fewer customers.
        The merged states of the parts equal the state of the whole, for every analysis.
        """
        n = whole_number("the number of parts is wrong", n, 1)
        goals = np.arange(1, n) * len(self) // n
        inner = np.searchsorted(self.offsets, goals, side="left")
        cuts = [0, *np.minimum(inner, self.people).tolist(), self.people]
        parts = []
        for place, (low, high) in enumerate(pairwise(cuts)):
            part = self.part(low, high)
            context = attrs.evolve(part.context, part=(place, n))
            parts.append(attrs.evolve(part, context=context))
        return tuple(parts)

    def history_of(self, customer: int | str) -> Self:
        """Return the history of one customer, by outside identity."""
        place = self.code_of(customer)
        return self.part(place, place + 1)

    def up_to(self, as_of: When) -> Self:
        """Return the history as it stood at an instant: later facts do not exist.

        Orders and refunds at or after `as_of` are gone, and people first heard of at or after
        it; `observed_until` becomes `as_of`.
        """
        return self.of_facts(selection.up_to(self, self.context.moment(as_of)))

    def where(
        self,
        *,
        customers: Iterable[int | str] | BoolArray | None = None,
        orders: BoolArray | Callable[[Facts], BoolArray] | None = None,
    ) -> Self:
        """Return the history of some customers, or as if only some orders had happened.

        Parameters
        ----------
        customers
            Outside identities, or a boolean mask over `customer_ids`.
        orders
            A boolean mask over the orders, or a function of this history that returns one. The
            orders kept are numbered anew; refunds of the others go with them, refunds that name
            no order stay.
        """
        return self.of_facts(selection.where(self, customers, orders))

    def for_lines(self, **labels: str) -> Self:
        """Return the history of some products, e.g. ``for_lines(department="Prints")``.

        It holds the orders with such a line; their amount is the revenue of those lines, and the
        refunds are those that name such a product. Other refunds are left out and summed in the
        load report.
        """
        return self.of_facts(selection.for_lines(self, labels))

    def with_policy(self, policy: PurchasePolicy) -> Self:
        """Return the same facts under another policy of what counts."""
        refuse_other(PurchasePolicy, "the policy", policy)
        return self.of_facts(joining.with_policy(self, policy))

    def with_spend(self, spend: Iterable[Spend]) -> Self:
        """Return the same facts with what was spent to win the customers.

        Metrics such as ``customer_acquisition_cost`` need it. Spend belongs to the shop: every
        part of the history has all of it, and it counts once when parts are merged.

        Parameters
        ----------
        spend
            `custinsights.domain.Spend` in the currency of the history, or what `read_spend` gives;
            it takes the place of what was there.

        Raises
        ------
        Incompatible
            If a row is in another currency.
        InvalidValue
            If there is no list of spend, or a period of a row is none of the calendar's.
        """
        context = attrs.evolve(self.context, spend=spent(spend, self.context))
        return attrs.evolve(self, context=context)

    def with_countries(
        self, label: str = "alpha_2", *, spellings: Mapping[str, str] | None = None
    ) -> Self:
        """Return the same facts with one label for every country, however it was written.

        ``UK``, ``United Kingdom``, ``GB`` and ``GBR`` become one, in orders and in the customer
        table. What is no country known stays as it is and is counted in the load report. Needs
        pycountry (extra ``geo``).

        Parameters
        ----------
        label
            ``"alpha_2"`` (GB), ``"alpha_3"`` (GBR) or ``"name"`` (United Kingdom).
        spellings
            Further ways of writing, each with the code of its country: see
            `custinsights.domain.CountryNames`.
        """
        names = CountryNames(label, {} if spellings is None else spellings)
        return self.of_facts(relabelled(self, "country", names.label_of))

    def append(self, other: Facts) -> Self:
        """Return one history of the facts of two, in one currency, calendar and policy.

        An order id that is in both is refused, for it would count twice.
        """
        check_history(other)
        return self.of_facts(joining.append(self, other))
