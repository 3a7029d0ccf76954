"""Who stands in a table of customers, and who did something beside ordering?"""

from __future__ import annotations

import numpy as np

from custinsights.history.activity_history import ActivityHistory
from custinsights.history.columnar.columns import NO_NUMBER, AnyArray, IntArray, Labels
from custinsights.repositories.batches import ACTIVITY_COLUMNS, ActivityBatch
from custinsights.repositories.rows import content_id, rows_of
from custinsights.sources.importing.found import FoundPeople, columns_of, of_one
from custinsights.sources.orders.customer_list import CustomerList
from custinsights.sources.several.persons import ID, identities_of
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import IDENTITIES

_KINDS = dict(zip(IDENTITIES, ("id", "email", "phone"), strict=True))


def people_of_customers(customers: CustomerList, source: str) -> FoundPeople:
    """Return who stands in a table of customers, row by row."""
    known = {}
    for field, kind in _KINDS.items():
        labels = customers.keys[field].labels()
        rows = np.flatnonzero(labels.codes >= 0)
        known[kind] = of_one(rows, labels.take(rows))
    return FoundPeople(len(customers), source, known, {})


def people_of_activities(history: ActivityHistory, source: str) -> FoundPeople:
    """Return who did something, by their place among the customers of the history."""
    known: dict[str, tuple[IntArray, Labels]] = {}
    told = {}
    for field, held in identities_of(history, ""):
        kind = "id" if field.startswith(ID) else field
        whose, values = of_one(held.person, held.text)
        known[kind] = whose, values
        if kind != "id":
            codes = np.full(history.people, len(values.names), dtype=np.int32)
            codes[whose] = values.codes
            told[kind] = Texts(codes, [*values.names, ""])
    return FoundPeople(history.people, source, known, told)


def activity_batch(history: ActivityHistory, ids: AnyArray, source: str) -> ActivityBatch:
    """Return activities as a store takes them; one without an id is known by what it says.

    Parameters
    ----------
    ids
        The id of each customer, as an array of objects.
    """
    held = history.activities
    n = 0 if held is None else len(held)
    if held is None:
        return ActivityBatch(columns_of({}, ACTIVITY_COLUMNS, slice(0, 0)))
    currency = Labels(np.zeros(n, dtype=np.int32), (history.currency,))
    amount = np.full(n, NO_NUMBER) if held.amount is None else held.amount
    told = {
        "source": Labels(np.zeros(n, dtype=np.int32), (source,)),
        "customer": ids[held.customer],
        "at": held.at,
        **held.labels,
        "amount": amount,
        "currency": Labels(np.where(amount == NO_NUMBER, -1, currency.codes), currency.names),
        **({} if held.score is None else {"score": held.score}),
    }
    columns = columns_of(told, ACTIVITY_COLUMNS, slice(0, n))
    given = [""] * n if held.ids is None else held.ids.tolist()
    rows = [{}] * n if all(given) else rows_of(columns)
    keys = [own or content_id(row) for own, row in zip(given, rows, strict=True)]
    columns["id"] = np.fromiter(keys, dtype=object, count=n)
    first = list({key: row for row, key in reversed([*enumerate(keys)])}.values())
    at = np.array(sorted(first), dtype=np.int64)
    return ActivityBatch({name: column[at] for name, column in columns.items()})
