"""What did people do beside ordering? Their activities, customer by customer, in time order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.history.activities import ActivityColumns
from custinsights.history.building import arrays
from custinsights.history.building.laying import lay
from custinsights.history.columnar.columns import ContactColumns, OrderColumns
from custinsights.history.whole import History, When

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo


@attrs.frozen(eq=False, repr=False, kw_only=True)
class ActivityHistory(History):
    """What people did beside ordering, ordered once and read-only: a history without orders.

    Make one with `read_activities` or `from_arrays`. Analyses of activities take one;
    `OrderHistory.with_activities` joins it with the orders of the same people.

    Examples
    --------
    >>> history = ActivityHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     kind=["visit", "visit", "bid"],
    ...     outcome=[None, None, "won"],
    ...     timezone="Europe/Paris",
    ... )
    >>> history
    <ActivityHistory: 3 activities of 2 people, 2024-01-05 to 2024-02-02 Europe/Paris>
    """

    @property
    def tells_orders(self) -> bool:
        """False: a question about orders is refused, instead of being told 0."""
        return False

    @classmethod
    def from_arrays(
        cls,
        *,
        customer: Any,
        at: Any,
        kind: Any,
        subject: Any = None,
        outcome: Any = None,
        campaign: Any = None,
        channel: Any = None,
        amount: Any = None,
        amount_minor: Any = None,
        score: Any = None,
        currency: str | None = None,
        timezone: str | ZoneInfo | None = None,
        calendar: Calendar | None = None,
        observed_from: When | None = None,
        observed_until: When | None = None,
    ) -> Self:
        """Make a history of arrays, one element per activity, in any order.

        Parameters
        ----------
        customer
            Outside identities: integers or texts, none missing.
        at
            Instants, as ``placed_at`` of `OrderHistory.from_arrays`.
        kind
            What happened: texts, see `custinsights.domain.Activity`.
        subject, outcome, campaign, channel
            Texts, None where unknown; see `custinsights.domain.Activity`.
        amount
            Amounts that go with activities in major units, None or NaN where there are none.
        amount_minor
            The same as int64 minor units; every activity has one.
        score
            Numbers, None or NaN where there are none. They are kept to thousandths: how many were
            finer, and rounded half to even, the load report says (``rounded_values``).
        currency
            The ISO 4217 code of the amounts; needed where there are any.
        timezone, calendar, observed_from, observed_until
            As in `OrderHistory.from_arrays`.

        Raises
        ------
        InvalidValue
            If a column has another length or holds what it cannot hold, or if there are amounts
            without a currency.
        UnknownName
            If a kind is nearly one of those that are known.
        NaiveTime
            If naive times come without a zone.
        """
        texts = {"subject": subject, "outcome": outcome, "campaign": campaign, "channel": channel}
        return cls.of(
            **arrays.activity_columns_of(
                customer=customer,
                at=at,
                texts={"kind": kind} | {n: told for n, told in texts.items() if told is not None},
                amount=amount,
                amount_minor=amount_minor,
                score=score,
                currency=currency,
                calendar=arrays.calendar_of(timezone, calendar),
                has_zone=timezone is not None or calendar is not None,
            ),
            observed_from=observed_from,
            observed_until=observed_until,
        )

    @classmethod
    def of(
        cls,
        activities: ActivityColumns,
        *,
        contacts: Mapping[str, ContactColumns] | None = None,
        currency: str = NO_CURRENCY,
        calendar: Calendar,
        observed_from: When | None = None,
        observed_until: When | None = None,
        has_times: bool = True,
        load_report: LoadReport | None = None,
    ) -> Self:
        """Make a history of validated columns; what the readers of sources call."""
        nothing = np.empty(0, dtype=np.int64)
        return cls.of_facts(
            lay(
                OrderColumns(customer=nothing, placed_at=nothing, amount=nothing),
                refunds=None,
                lines=None,
                products=None,
                people=None,
                contacts={} if contacts is None else contacts,
                activities=activities,
                currency=currency,
                calendar=calendar,
                policy=PurchasePolicy(),
                observed_from=observed_from,
                observed_until=observed_until,
                has_times=has_times,
                load_report=load_report,
            )
        )
