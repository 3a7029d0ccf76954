"""What is known of the people of a store, and what did they do beside ordering?"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.domain.load_report import LeftOut
from custinsights.history.activities import ACTIVITY_TEXTS, ActivityColumns
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    NO_NUMBER,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
    People,
)
from custinsights.history.columnar.identities import TEXT
from custinsights.repositories.batches import ACTIVITY_COLUMNS, PEOPLE_COLUMNS
from custinsights.repositories.protocols import ActivityRepository, PeopleRepository
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import whole_batches
from custinsights.sources.orders.customer_list import attribute_column
from custinsights.sources.stored.scanning import labels_of, scanned

_LABELS = ("country", "region", "city", "acquisition_channel")


def people_of(
    people: PeopleRepository, customers: Sequence[Key] | None, buyers: Labels
) -> People | None:
    """Return the customer table: of whom more is known than orders tell, or who has no order.

    Parameters
    ----------
    buyers
        Whose the orders of the store are, in whatever currency.
    """
    batches = whole_batches(people, people.scan(customers=customers))
    columns = scanned((batch.people for batch in batches), PEOPLE_COLUMNS)
    born = np.array(columns["birthday"].tolist(), dtype="M8[D]")
    degrees = np.stack([columns["latitude"], columns["longitude"]], axis=1)
    labels = {name: labels_of(columns[name]) for name in _LABELS}
    attributes = columns["attributes"].tolist()
    is_listed = ~labels_of(columns["id"]).among(buyers.names)
    is_listed |= columns["created_at"] != NO_INSTANT
    is_listed |= ~np.isnat(born) | ~np.isnan(degrees[:, 0])
    is_listed |= np.fromiter(map(bool, attributes), np.bool_, len(attributes))
    for column in labels.values():
        is_listed |= column.codes >= 0
    at = np.flatnonzero(is_listed)
    if not len(at):
        return None
    told = [attributes[row] or {} for row in at.tolist()]
    return People(
        ids=labels_of(columns["id"][at]),
        created_at=_told(columns["created_at"][at], columns["created_at"][at] != NO_INSTANT),
        birthday=_told(born[at], ~np.isnat(born[at])),
        coordinates=_told(degrees[at], ~np.isnan(degrees[at])),
        labels={
            name: column.take(at)
            for name, column in labels.items()
            if bool((column.codes[at] >= 0).any())
        },
        attributes={
            name: attribute_column(name, [one.get(name) for one in told])
            for name in sorted({name for one in told for name in one})
        },
    )


def _told(column: AnyArray, says: BoolArray) -> AnyArray | None:
    """Return a column where it says something of somebody."""
    return column if says.any() else None


@attrs.frozen(eq=False)
class ScannedActivities:
    """The activities that go into a history, and those that do not."""

    columns: ActivityColumns | None
    rows: int
    left_out: Sequence[LeftOut]


def activities_of(
    activities: ActivityRepository, customers: Sequence[Key] | None, currency: str
) -> ScannedActivities:
    """Return the activities of somebody known; those with amounts in other currencies stay out."""
    batches = (batch.activities for batch in activities.scan(customers=customers))
    columns = scanned(batches, ACTIVITY_COLUMNS)
    rows = len(columns["id"])
    if not rows and customers is None:
        return ScannedActivities(None, 0, ())
    whose, of = labels_of(columns["customer"]), labels_of(columns["currency"])
    has_amount = columns["amount"] != NO_NUMBER
    is_other = has_amount & ~of.among((currency,))
    is_nobodys = ~is_other & (whose.codes < 0)
    left_out = [
        LeftOut("currency", name, int(np.count_nonzero(is_other & (of.codes == code))))
        for code, name in enumerate(of.names)
        if name != currency
    ]
    left_out.append(LeftOut("identity", "", int(np.count_nonzero(is_nobodys))))
    at = np.flatnonzero(~is_other & ~is_nobodys)
    ids = columns["id"][at].astype(TEXT)
    found = ActivityColumns(
        customer=whose.take(at),
        at=columns["at"][at],
        labels={
            name: column
            for name in ACTIVITY_TEXTS
            if (column := labels_of(columns[name][at])).names or name == "kind"
        },
        amount=_numbers(columns["amount"][at]),
        score=_numbers(columns["score"][at]),
        ids=ids,
    )
    return ScannedActivities(found, rows, [entry for entry in left_out if entry.rows])


def _numbers(column: IntArray) -> IntArray | None:
    return column if (column != NO_NUMBER).any() else None
