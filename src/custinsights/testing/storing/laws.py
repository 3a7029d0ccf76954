"""What holds for every part of a store?"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from custinsights.domain.people import Customer
from custinsights.errors import UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.rows import rows_of
from custinsights.testing.objects import MARK
from custinsights.testing.storing.asking import NOON, Check, differs, refused
from custinsights.testing.storing.observing import changes, observed
from custinsights.testing.storing.shop import WHO, fill, log

__all__ = [
    "CHECKS",
    "callers_own",
    "comes_back",
    "equal_writes",
    "exports",
    "feed",
    "forget_all",
    "forgets",
    "seen",
    "since",
    "strangers",
    "write",
]

_FOUR = ("people", "orders", "activities", "annotations")


def seen(store: Store, parts: Collection[str]) -> dict[str, Any]:
    """Return what a fresh unit of work sees."""
    with store.begin(read_only=True) as work:
        return observed(work, parts)


def write(store: Store, parts: Collection[str]) -> None:
    """Write the whole shop in one unit of work."""
    with store.begin(at=NOON) as work:
        fill(work, parts)
        log(work, parts)


def comes_back(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Whatever is written is read as the store in memory tells it."""
    reference = MemoryStore()
    for one in (store, reference):
        write(one, parts)
    yield from differs("what is read", seen(store, parts), seen(reference, parts))


def equal_writes(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Writing the same again changes nothing, and counts it as the same."""
    write(store, parts)
    before = seen(store, parts)
    with store.begin(at=NOON) as work:
        last = work.last_change() if "feed" in parts else 0
        counts = fill(work, parts)
        if "feed" in parts:
            yield from differs("the last change after writing the same", work.last_change(), last)
    for count in counts.values():
        told = {"added": 0, "changed": 0, **count}
        yield from differs("the count of the same", (told["added"], told["changed"]), (0, 0))
    yield from differs("what is read after writing the same", seen(store, parts), before)


def forget_all(work: UnitOfWork, parts: Collection[str]) -> None:
    """Forget one customer in all parts."""
    for part in _FOUR:
        if part in parts:
            getattr(work, part).forget("c1")


def callers_own(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Changing what came out changes nothing that rests there."""
    write(store, parts)
    before = seen(store, parts)
    with store.begin(read_only=True) as work:
        for table in _tables(work, parts):
            _spoil(table)
        if "annotations" in parts:
            for told in (work.annotations.setting("shop"), *work.annotations.records("access")):
                _spoil_json(told)
        for part in _FOUR:
            if part in parts:
                _spoil_json(getattr(work, part).export("c1"))
        yield from differs("what rests after changing what came out", observed(work, parts), before)
    yield from differs("what rests after changing what came out", seen(store, parts), before)


def _tables(work: UnitOfWork, parts: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield all columns that some parts give."""
    if "people" in parts:
        yield from (batch.people for batch in work.people.scan())
    if "orders" in parts:
        for batch in work.orders.scan():
            yield from (batch.orders, batch.lines, batch.refunds)
    if "products" in parts:
        yield from (batch.products for batch in work.orders.products())
    if "activities" in parts:
        yield from (batch.activities for batch in work.activities.scan())


def _spoil(table: Mapping[str, Any]) -> None:
    for column in table.values():
        for value in column.tolist() if column.dtype.kind == "O" else ():
            _spoil_json(value)
        if column.flags.writeable:
            column[:] = None if column.dtype.kind == "O" else np.zeros(1, column.dtype)


def _spoil_json(value: Any) -> None:
    if type(value) is dict:
        for inner in value.values():
            _spoil_json(inner)
        value["spoilt"] = "yes"
    if type(value) is list:
        for inner in value:
            _spoil_json(inner)
        value.append("spoilt")


def forgets(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Nothing personal is left of who is forgotten, all of others, and every amount."""
    write(store, parts)
    others = [one for one in WHO if one != "c1"]
    with store.begin(at=NOON) as work:
        if "people" in parts:
            work.people.rename("c1", f"{MARK}-former")
            work.people.rename(f"{MARK}-former", "c1")
    before, amounts = _told_of(store, parts, others), _amounts(store, parts)
    with store.begin(at=NOON) as work:
        forget_all(work, parts)
    with store.begin(read_only=True) as work:
        rest = json.dumps(observed(work, parts, ["c1"]), default=str)
        rest += json.dumps(changes(work.changes())) if "feed" in parts else ""
        if "people" in parts:
            yield from differs("who had an id before", work.people.get(f"{MARK}-former"), None)
    for mark in (f"{MARK}-c1-", "+33 6 99 12 34 100"):
        if mark in rest:
            at = rest.index(mark)
            yield f"after forgetting, this is left: …{rest[max(0, at - 90) : at + 40]}…"
    yield from differs("what is told of others", _told_of(store, parts, others), before)
    yield from differs("the amounts", _amounts(store, parts), amounts)
    with store.begin(read_only=True) as work:
        if "people" in parts:
            found = work.people.get("c1")
            yield from differs("who is forgotten", found and found.value, Customer("c1"))
        if "activities" in parts:
            yield from differs("the activities of who is forgotten", work.activities.of("c1"), ())
        if "annotations" in parts and "people" in parts:
            kept = [dict(one) for one in work.annotations.records("access", "c1")]
            wanted = [{"at": NOON.isoformat(), "customer": "c1"}]
            yield from differs("the log of who is forgotten", kept, wanted)


def _told_of(store: Store, parts: Collection[str], who: list[str]) -> dict[str, Any]:
    with store.begin(read_only=True) as work:
        return {one: _one(work, parts, one) for one in who}


def _one(work: UnitOfWork, parts: Collection[str], who: str) -> Any:
    told = observed(work, parts, [who])
    return told["exports"], told.get("people", {}).get("customers")


def _exports(store: Store, parts: Collection[str], who: str) -> Any:
    with store.begin(read_only=True) as work:
        return observed(work, parts, [who])["exports"]


def _amounts(store: Store, parts: Collection[str]) -> list[Any]:
    """Return all numbers of orders, their lines and refunds."""
    if "orders" not in parts:
        return []
    with store.begin(read_only=True) as work:
        return [
            [{name: value for name, value in row.items() if name != "addresses"} for row in rows]
            for batch in work.orders.scan()
            for rows in map(rows_of, (batch.orders, batch.lines, batch.refunds))
        ]


def exports(store: Store, parts: Collection[str]) -> Iterator[str]:
    """An export holds every personal thing of somebody, and nothing of anybody else."""
    write(store, parts)
    told = json.dumps(_exports(store, parts, "c1"), ensure_ascii=False)
    wanted = {
        "people": ("name", "street", "code", "size", "email", "outside", "evidence"),
        "orders": ("sent",),
        "activities": ("subject",),
        "annotations": ("note", "edited", "keyword", "tag", "why", "entry"),
    }
    for part, fields in wanted.items():
        is_there = part in parts and (part != "annotations" or "people" in parts)
        for field in fields if is_there else ():
            if f"{MARK}-c1-{field}-" not in told:
                yield f"the export of the {part} lacks the {field}"
    for who in WHO[1:]:
        if f"{MARK}-{who}-" in told:
            yield f"the export of c1 tells of {who}"


def feed(store: Store, parts: Collection[str]) -> Iterator[str]:
    """The feed tells every change once, with a number greater than all before."""
    reference = MemoryStore()
    numbers: list[int] = []
    marked = [0, 0]
    for step in (fill, log, forget_all):
        told = []
        for at, one in enumerate((store, reference)):
            with one.begin(at=NOON) as work:
                step(work, parts)
                told.append(changes(work.changes(marked[at])))
                marked[at] = work.last_change()
        yield from differs(f"the feed after {step.__name__}", *told)
        with store.begin(read_only=True) as work:
            numbers = [change.number for change in work.changes()]
            yield from differs("the last change", work.last_change(), numbers[-1] if numbers else 0)
            later = [change.number for change in work.changes(marked[0])]
            yield from differs("what changed after the last change", later, [])
    if numbers != sorted(set(numbers)):
        yield "the numbers of changes do not rise"


def since(store: Store, parts: Collection[str]) -> Iterator[str]:
    """A scan since a change gives what was written later, and nothing else."""
    write(store, parts)
    with store.begin(at=NOON) as work:
        last = work.last_change()
        for what, scan in _scans(work, parts):
            yield from differs(f"what scan(since=) gives of {what}", _keys(what, scan(last)), [])
        forget_all(work, parts)
        if "orders" in parts:
            keys = _keys("orders", work.orders.scan(since=last))
            yield from differs("the orders since", keys, [("", "2"), ("etsy", "10")])


def _scans(work: UnitOfWork, parts: Collection[str]) -> Iterator[tuple[str, Any]]:
    if "orders" in parts:
        yield "orders", lambda last: work.orders.scan(since=last)
    if "activities" in parts:
        yield "activities", lambda last: work.activities.scan(since=last)


def _keys(what: str, batches: Any) -> list[tuple[str, str]]:
    rows = [row for batch in batches for row in rows_of(getattr(batch, what))]
    return [(row["source"], row["id"]) for row in rows]


def strangers(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Of who is not known nothing is told, and nothing comes of asking."""
    for part in ("people", "annotations"):
        if part in parts:
            yield from refused(
                store,
                UnknownName,
                f"{part}.forget() of nobody",
                lambda work, part: getattr(work, part).forget("c1"),
                part,
            )
    empty = seen(store, parts)
    reference = seen(MemoryStore(), parts)
    yield from differs("what an empty store tells", empty, reference)


CHECKS = (
    Check(
        "an empty store tells nothing",
        (),
        "Return None or nothing for who is not known; refuse to forget them.",
        strangers,
    ),
    Check("what is written comes back", (), "Keep every column and every field.", comes_back),
    Check(
        "equal writes change nothing",
        (),
        "Compare with what is there before writing it.",
        equal_writes,
    ),
    Check("what comes out is the caller's own", (), "Return copies.", callers_own),
    Check(
        "forgets what is personal",
        (),
        "Remove it everywhere, also from the feed; leave amounts and other people alone.",
        forgets,
    ),
    Check("exports everything", (), "Export all fields of all that is somebody's.", exports),
    Check("a feed that rises", ("feed",), "Number changes in the order of commits.", feed),
    Check("scans what is new", ("feed",), "Keep the last change of each row.", since),
)
