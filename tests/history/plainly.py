"""A history written out in plain values, so that two can be compared whole."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from custinsights.history.activities import ACTIVITY_TEXTS
from custinsights.history.columnar.columns import ALWAYS, NO_INSTANT, AnyArray, CodeArray, Labels
from custinsights.history.facts import Facts


def columns(facts: Facts, *, with_aside: bool = True) -> dict[str, Any]:
    """Return everything that a history holds, apart from its span and its load report.

    What lies in no particular order is sorted: the lines of an order, and label columns that hold
    nothing are left out.
    """
    written = {
        "ids": facts.customer_ids.tolist(),
        "offsets": facts.offsets.tolist(),
        "placed_at": facts.placed_at.tolist(),
        "amount": facts.amount.tolist(),
        "numbers": {name: column.tolist() for name, column in facts.numbers.items()},
        "labels": _texts({name: column for name, column in facts.labels.items() if len(column)}),
        "order_ids": _listed(facts.order_ids) if len(facts) else None,
        "rows": _listed(facts.rows),
        "refunds": refunds(facts),
        "lines": lines(facts) if len(facts) else [],
        "people": people(facts),
        "activities": activities(facts),
    }
    if with_aside:
        aside = facts.aside
        written["aside"] = None if aside is None else columns(aside, with_aside=False)
    return written


def _listed(column: AnyArray | None) -> list[Any] | None:
    return None if column is None else column.tolist()


def _texts(labels: dict[str, Labels]) -> dict[str, list[str | None]]:
    return {
        name: column.texts().tolist()
        for name, column in labels.items()
        if (column.codes >= 0).any()
    }


def _products(facts: Facts, codes: CodeArray) -> list[str | None]:
    ids = () if facts.products is None else facts.products.ids
    return [None if code < 0 else ids[code] for code in codes.tolist()]


def refunds(facts: Facts) -> list[tuple[Any, ...]]:
    """Return customer, instant, amount, position of the order and product of every refund."""
    given = facts.refunds
    owners = facts.customer_ids.take(given.customer).tolist()
    return sorted(
        zip(
            owners,
            given.refunded_at.tolist(),
            given.amount.tolist(),
            given.order.tolist(),
            _products(facts, given.product),
            strict=True,
        ),
        key=repr,
    )


def lines(facts: Facts) -> list[list[tuple[Any, ...]]]:
    """Return product, quantity and amount of the lines of every order."""
    if facts.lines is None:
        return []
    given = facts.lines
    rows = list(
        zip(
            _products(facts, given.product),
            given.quantity.tolist(),
            given.amount.tolist(),
            strict=True,
        )
    )
    cuts = pairwise(given.offsets.tolist())
    return [sorted(rows[begin:end]) for begin, end in cuts]


def people(facts: Facts) -> dict[Any, tuple[Any, ...]]:
    """Return who is in the customer table, with date, labels and tags."""
    table, ids = facts.people_table, facts.customer_ids.tolist()
    if table.is_listed is None:
        return {}
    tags: dict[int, list[Any]] = {}
    if table.tags is not None:
        for person, name, since, until in zip(
            table.tags.customer.tolist(),
            table.tags.name.texts().tolist(),
            table.tags.since.tolist(),
            table.tags.until.tolist(),
            strict=True,
        ):
            ends = (None if since == NO_INSTANT else since, None if until == ALWAYS else until)
            tags.setdefault(person, []).append((name, *ends))
    texts = {name: column.texts().tolist() for name, column in table.labels.items()}
    found = {}
    for code, identity in enumerate(ids):
        if table.is_listed[code]:
            created = NO_INSTANT if table.created_at is None else int(table.created_at[code])
            labels = {name: column[code] for name, column in texts.items() if column[code]}
            found[identity] = (created, labels, sorted(tags.get(code, []), key=repr))
    return found


def activities(facts: Facts) -> list[tuple[Any, ...]] | None:
    """Return customer, instant, texts, amount and score of every activity, in their order."""
    held = facts.activities
    if held is None:
        return None
    nothing = [None] * len(held)
    texts = [held.label(name).texts().tolist() for name in ACTIVITY_TEXTS]
    numbers = [held.numbers[name].tolist() if name in held.numbers else nothing for name in WITH]
    owners = facts.customer_ids.take(held.customer).tolist()
    return list(zip(owners, held.at.tolist(), *texts, *numbers, strict=True))


WITH = ("amount", "score")
