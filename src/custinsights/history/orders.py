"""What happened? The orders of a shop as columns, customer by customer, in time order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs

from custinsights.domain.calendar import Calendar
from custinsights.domain.countries import CountryNames
from custinsights.domain.fields import refuse_other
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.spend import Spend
from custinsights.history import selection
from custinsights.history.activities import ActivityColumns
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.building import accompanying, arrays, joining
from custinsights.history.building.laying import lay
from custinsights.history.building.relabelling import relabelled
from custinsights.history.columnar.columns import (
    ContactColumns,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
)
from custinsights.history.spending import NEARLY_KNOWN, nearly_known, spent
from custinsights.history.whole import History, When

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["OrderHistory", "When"]


@attrs.frozen(eq=False, repr=False, kw_only=True)
class OrderHistory(History):
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
            Outside order identities, unique, or None. Orders of one customer at one instant are
            numbered by them (of texts the shorter first: #999 before #1000); without ids the
            smaller amount is first, so that no number depends on the order of the rows.
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
            (items), each also as ``name_minor``; any other name is a text column: order_status,
            channel, country, region, city, payment_method, campaign, coupon, ..., or a label of
            one's own, whose name nearly is none of these (unless that one is given too).

        Raises
        ------
        InvalidValue
            If a column has another length or holds what it cannot hold.
        UnknownName
            If the name of a column is nearly a known one, and so misspelt.
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
        activities: ActivityColumns | None = None,
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
                activities=activities,
                currency=currency,
                calendar=calendar,
                policy=counting,
                observed_from=observed_from,
                observed_until=observed_until,
                has_times=has_times,
                load_report=load_report,
            )
        )

    def for_lines(self, **labels: str) -> Self:
        """Return the history of some products, e.g. ``for_lines(department="Prints")``.

        It holds the orders with such a line; their amount is the revenue of those lines, and the
        refunds are those that name such a product, the activities those about one. Where a whole
        order is given back, so are its lines. Other refunds and activities are left out and counted
        in the load report.
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
        UnknownName
            If a channel is one of the customers' own but for case, spaces and signs: ``"Web"``
            beside ``"web"``. One that is nearly theirs (``"webb"``) may be another: the load report
            counts it (``spend_channels_nearly_known``).
        """
        told = (self.labels.get("channel"), self.people_table.labels.get("acquisition_channel"))
        channels = {name for labels in told if labels is not None for name in labels.names}
        rows = spent(spend, self.context, channels)
        near = nearly_known(rows, channels)
        context = attrs.evolve(
            self.context,
            spend=rows,
            source_report=self.context.source_report.noting(NEARLY_KNOWN, near),
            load_report=self.context.load_report.noting(NEARLY_KNOWN, near),
        )
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

    def with_activities(self, activities: ActivityHistory) -> Self:
        """Return the history with what people did beside ordering.

        Who has an id of this history is that customer; who has none, or one that it does not know
        of, is the one to whom alone the e-mail address belongs, else the phone number. Everybody
        else becomes a prospect. No number of the orders changes.

        Parameters
        ----------
        activities
            What `read_activities` or `ActivityHistory.from_arrays` makes, in the same zone, and in
            the same currency where they have amounts. A zone that nobody told becomes this one's.

        Returns
        -------
        OrderHistory
            The history of both. It ends where this one is observed until, so that nobody seems to
            have stopped buying only because activities go on; later ones are there, and do not
            count before an `as_of` after them. It begins where the earlier of both does.

        Raises
        ------
        Incompatible
            The zones differ, or the currencies of amounts.
        InvalidValue
            Activities are in the history already: the same id, kind and instant, as
            `read_activities` tells them.

        Examples
        --------
        >>> history = OrderHistory.from_arrays(
        ...     customer=["ada"],
        ...     placed_at=["2024-01-05"],
        ...     amount=[10],
        ...     currency="EUR",
        ...     timezone="Europe/Paris",
        ... )
        >>> visits = ActivityHistory.from_arrays(
        ...     customer=["ada", "bo"],
        ...     at=["2024-01-05", "2024-01-04"],
        ...     kind=["visit", "visit"],
        ...     timezone="Europe/Paris",
        ... )
        >>> both = history.with_activities(visits)
        >>> len(both), len(both.activities), both.people
        (1, 2, 2)
        """
        refuse_other(
            ActivityHistory,
            "what is to be joined with the orders",
            activities,
            "read_activities makes one; histories of orders are put together by combine",
        )
        return self.of_facts(accompanying.with_activities(self, activities))
