"""What can be seen of all that rests in a store? Everything, as plain values that compare."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any

import attrs

from custinsights.domain.records import record_of
from custinsights.repositories.order_rows import OrderRow, order_rows
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import rows_of
from custinsights.repositories.stored import Change, Stored

__all__ = [
    "IDS",
    "changes",
    "exported",
    "observed",
    "order_columns",
    "plain_row",
    "stored",
]

from custinsights.testing.objects import CUSTOMERS

IDS = (*CUSTOMERS, "new", "7", "nobody")
"""Whom the checks ask about."""

_SORTS = ("id", "name", "created_at")


def observed(work: UnitOfWork, parts: Collection[str], ids: Iterable[str] = IDS) -> dict[str, Any]:
    """Return all that some parts of a store tell of themselves and of some customers."""
    seen: dict[str, Any] = {}
    asked = [*ids]
    if "people" in parts:
        seen["people"] = _people(work, asked)
    if "orders" in parts:
        seen["orders"] = _orders(work, asked)
    if "refunds" in parts:
        loose = [row for batch in work.orders.scan() for row in rows_of(batch.refunds)]
        seen["refunds"] = [row for row in loose if row["order"] < 0]
    if "products" in parts:
        seen["products"] = [r for batch in work.orders.products() for r in rows_of(batch.products)]
    if "activities" in parts:
        seen["activities"] = {
            "scan": [r for batch in work.activities.scan() for r in rows_of(batch.activities)],
            "of": {one: [record_of(a) for a in work.activities.of(one)] for one in asked},
        }
    if "annotations" in parts:
        seen["annotations"] = _annotations(work, asked)
    seen["exports"] = {one: exported(work, parts, one) for one in asked}
    return deepcopy(seen)


def exported(work: UnitOfWork, parts: Collection[str], customer: str) -> dict[str, Any]:
    """Return what a store exports of a customer, lists in an order of their own."""
    exports: dict[str, Any] = {}
    for part in ("people", "orders", "activities", "annotations"):
        if part in parts:
            told = getattr(work, part).export(customer)
            exports[part] = {
                name: sorted(value, key=_text) if isinstance(value, list | tuple) else value
                for name, value in told.items()
                if name != "refunds" or "refunds" in parts
            }
    json.dumps(exports, allow_nan=False)  # it is JSON
    return exports


def changes(told: Iterable[Change]) -> list[str]:
    """Return what a feed tells, each thing once, whatever the numbers."""
    return sorted({_text([one.repository, *one.key, one.what, one.before]) for one in told})


def stored(found: Stored[Any] | None) -> Any:
    """Return something with its version as plain values."""
    return None if found is None else [record_of(found.value), found.version]


def order_columns(work: UnitOfWork, **options: Any) -> list[dict[str, Any]]:
    """Return the orders of a scan as plain rows, with lines and refunds."""
    return [plain_row(row) for batch in work.orders.scan(**options) for row in order_rows(batch)]


def plain_row(row: OrderRow) -> dict[str, Any]:
    """Return a row of an order as plain values."""
    plain = attrs.asdict(row)
    return {**plain["order"], "lines": plain["lines"], "refunds": plain["refunds"]}


def _people(work: UnitOfWork, ids: list[str]) -> dict[str, Any]:
    people = work.people
    return {
        "customers": {one: stored(people.get(one)) for one in ids},
        "identities": {one: [record_of(i) for i in people.identities(one)] for one in ids},
        "ledger": [record_of(one) for one in people.consents()],
        "consents": {one: [record_of(c) for c in people.consents(one)] for one in ids},
        "merged": {str(one): str(into) for one, into in people.merged().items()},
        "scan": [row for batch in people.scan() for row in rows_of(batch.people)],
        "listed": {
            f"{sort} {descending}": [
                str(one.id) for one in people.listed(sort=sort, descending=descending)
            ]
            for sort in _SORTS
            for descending in (False, True)
        },
    }


def _orders(work: UnitOfWork, ids: list[str]) -> dict[str, Any]:
    return {
        "scan": order_columns(work),
        "of": {one: [record_of(order) for order in work.orders.of(one)] for one in ids},
    }


def _annotations(work: UnitOfWork, ids: list[str]) -> dict[str, Any]:
    noted = work.annotations
    kinds = ("note", "interest", "segment")
    return {
        "all": {kind: [stored(one) for one in noted.all(kind)] for kind in kinds},
        "of": {one: {kind: [*map(stored, noted.of(one, kind))] for kind in kinds} for one in ids},
        "tags": [record_of(one) for one in noted.tag_changes()],
        "tags of": {one: [record_of(change) for change in noted.tag_changes(one)] for one in ids},
        "setting": noted.setting("shop"),
        "access": [dict(one) for one in noted.records("access")],
        "access of": {one: [dict(e) for e in noted.records("access", one)] for one in ids},
    }


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: object) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
