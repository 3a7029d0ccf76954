"""Stores that break the contract, each in one way: what their units of work do otherwise."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import attrs

from custinsights.domain.identities import Identity
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.memory.store import MemoryWork
from custinsights.repositories.memory.tables import Tables
from custinsights.repositories.order_rows import batch_of_rows, order_rows
from custinsights.repositories.rows import columns_of, rows_of

__all__ = ["BREAKS", "BrokenStore"]


class Shared(Tables):
    """Tables of which no copy is made, so that whoever changes them changes them for all."""

    def copy(self) -> Tables:
        """Return the tables themselves."""
        return self


class BrokenStore(MemoryStore):
    """A store in memory that breaks its promise in one way."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.memory: dict[Any, Any] = {}
        if name == "everybody sees what is not committed":
            self._tables = Shared()

    def begin(self, *, at: datetime | None = None, read_only: bool = False) -> MemoryWork:
        """Begin a unit of work and break it."""
        is_read_only = read_only and self.name != "whoever asks only to read may write"
        work = super().begin(at=at, read_only=is_read_only)
        BREAKS[self.name](work, self)
        return work

    def replace(self, number: int, tables: Tables) -> None:
        """Let other tables rest."""
        is_last = self.name == "the last commit wins"
        super().replace(self._number if is_last else number, tables)


def instead(thing: object, method: str) -> Callable[[Callable[..., Any]], None]:
    """Put a function in the place of a method; it is given the method first."""

    def put(function: Callable[..., Any]) -> None:
        before = getattr(thing, method)
        setattr(thing, method, lambda *given, **named: function(before, *given, **named))

    return put


def ignoring(part: str, method: str, **always: Any) -> Callable[[MemoryWork, BrokenStore], None]:
    """Take no notice of an argument."""

    def breaks(work: MemoryWork, _store: BrokenStore) -> None:
        instead(getattr(work, part), method)(
            lambda before, *given, **named: before(*given, **{**named, **always})
        )

    return breaks


def ledger_of_one(work: MemoryWork, _store: BrokenStore) -> None:
    """Tell consents of somebody alone."""

    @instead(work.people, "consents")
    def _consents(before: Callable[..., Any], customer: Any = None) -> Any:
        return () if customer is None else before(customer)


def doing_nothing(part: str, method: str) -> Callable[[MemoryWork, BrokenStore], None]:
    """Let a method do nothing."""

    def breaks(work: MemoryWork, _store: BrokenStore) -> None:
        instead(getattr(work, part) if part else work, method)(lambda *_given, **_named: None)

    return breaks


def nothing(_work: MemoryWork, _store: BrokenStore) -> None:
    """Break nothing here: the store itself is broken."""


def ignore_versions(work: MemoryWork, _store: BrokenStore) -> None:
    """Let whoever writes overwrite."""

    @instead(work.people, "put")
    def _put(before: Any, customer: Any, **_named: Any) -> Any:
        found = work.people.get(customer.id)
        return before(customer, version=found.version if found else 0)


def overwrite_notes(work: MemoryWork, _store: BrokenStore) -> None:
    """Let whoever writes a note overwrite."""

    @instead(work.annotations, "put")
    def _put(before: Any, thing: Any, *, version: int = 0) -> Any:
        found = work.annotations.get("note", thing.id) if hasattr(thing, "texts") else None
        return before(thing, version=found.version if found else version)


def count_equal_writes(work: MemoryWork, _store: BrokenStore) -> None:
    """Let a version count writes, and not changes."""

    @instead(work.people, "put")
    def _put(before: Any, customer: Any, *, version: int = 0) -> Any:
        if version:
            other = attrs.evolve(customer, acquisition_channel="for a moment")
            version = before(other, version=version)
        return before(customer, version=version)


def keep_failures(work: MemoryWork, _store: BrokenStore) -> None:
    """Keep what was written before a failure."""
    work._session.close = work._session.commit  # type: ignore[method-assign]


def share_settings(work: MemoryWork, store: BrokenStore) -> None:
    """Give everybody one and the same setting."""

    @instead(work.annotations, "setting")
    def _setting(before: Any, name: str) -> Any:
        return store.memory.setdefault(("setting", name), before(name))


def share_columns(work: MemoryWork, store: BrokenStore) -> None:
    """Give everybody the same columns, until something changes."""

    @instead(work.people, "scan")
    def _scan(before: Any, **options: Any) -> Any:
        key = ("scan", work.last_change(), str(options))
        return iter(store.memory.setdefault(key, [*before(**options)]))


def rows_changed(work: MemoryWork, change: Callable[[Any], Any]) -> None:
    """Change the rows of orders before they are written."""

    @instead(work.orders, "write")
    def _write(before: Any, batch: Any) -> Any:
        loose = [row for row in rows_of(batch.refunds) if row["order"] < 0]
        return before(batch_of_rows([change(row) for row in order_rows(batch)], loose))


def lose_labels(work: MemoryWork, _store: BrokenStore) -> None:
    """Lose the labels of orders."""
    rows_changed(work, lambda row: attrs.evolve(row, order={**row.order, "labels": None}))


def believe_older_files(work: MemoryWork, _store: BrokenStore) -> None:
    """Take every file for the latest one."""

    @instead(work.orders, "write")
    def _write(before: Any, batch: Any) -> Any:
        return before(attrs.evolve(batch, observed_until=None))


def lose_microseconds(work: MemoryWork, _store: BrokenStore) -> None:
    """Keep instants to the second."""

    def to_the_second(row: Any) -> Any:
        placed_at = row.order["placed_at"] // 10**6 * 10**6
        return attrs.evolve(row, order={**row.order, "placed_at": placed_at})

    rows_changed(work, to_the_second)


def lose_order_of_lines(work: MemoryWork, _store: BrokenStore) -> None:
    """Keep lines in an order of their own."""
    rows_changed(work, lambda row: attrs.evolve(row, lines=row.lines[::-1]))


def keep_first_order(work: MemoryWork, _store: BrokenStore) -> None:
    """Leave an order as it was when it was first told."""

    def as_it_was(row: Any) -> Any:
        entry = work._session.seen.orders.get((row.order["source"], row.order["id"]))
        if entry is None:
            return row
        return attrs.evolve(entry.row, order={**entry.row.order, "customer": row.order["customer"]})

    rows_changed(work, as_it_was)


def lose_refunds(work: MemoryWork, _store: BrokenStore) -> None:
    """Lose refunds with keys of their own."""

    @instead(work.orders, "write")
    def _write(before: Any, batch: Any) -> Any:
        return before(batch_of_rows(order_rows(batch)))


def refunds_of_who_they_name(work: MemoryWork, _store: BrokenStore) -> None:
    """Look whom a refund names, and not whose order."""

    @instead(work.orders, "scan")
    def _scan(before: Any, *given: Any, customers: Any = None, **named: Any) -> Any:
        for batch in before(*given, customers=customers, **named):
            loose = [row for row in rows_of(batch.refunds) if row["order"] < 0]
            if customers is None or given or named.get("columns") or not loose:
                yield batch
            else:
                theirs = [row for row in loose if row["customer"] in customers]
                yield batch_of_rows(order_rows(batch), theirs)


def miscount(work: MemoryWork, _store: BrokenStore) -> None:
    """Count what is the same as changed."""

    @instead(work.orders, "write")
    def _write(before: Any, batch: Any) -> Any:
        counts = before(batch)
        return {**counts, "same": 0, "changed": counts["changed"] + counts["same"]}


def scan_as_numbers(work: MemoryWork, _store: BrokenStore) -> None:
    """Scan ids in the order of numbers."""

    @instead(work.orders, "scan")
    def _scan(before: Any, *given: Any, **named: Any) -> Any:
        for batch in before(*given, **named):
            rows = sorted(order_rows(batch), key=lambda row: len(row.order["id"]))
            loose = [row for row in rows_of(batch.refunds) if row["order"] < 0]
            if given or named.get("columns"):
                yield batch
            else:
                yield batch_of_rows(rows, loose)


def forget_but(method: str, part: str) -> Callable[[MemoryWork, BrokenStore], None]:
    """Forget all but some tables."""

    def breaks(work: MemoryWork, _store: BrokenStore) -> None:
        @instead(getattr(work, part), "forget")
        def _forget(before: Any, customer: Any) -> None:
            kept = getattr(work._session.changing(), method).copy()
            before(customer)
            setattr(work._session.changing(), method, kept)

    return breaks


def forget_everybody(work: MemoryWork, _store: BrokenStore) -> None:
    """Forget the activities of all."""

    @instead(work.activities, "forget")
    def _forget(before: Any, customer: Any) -> None:
        before(customer)
        work._session.changing().activities.clear()


def forget_amounts(work: MemoryWork, _store: BrokenStore) -> None:
    """Remove the orders of who is forgotten."""

    @instead(work.orders, "forget")
    def _forget(before: Any, customer: Any) -> None:
        before(customer)
        tables = work._session.changing()
        gone = tables.all_of(customer)
        tables.orders = {k: v for k, v in tables.orders.items() if v.person not in gone}


def export_less(part: str, name: str) -> Callable[[MemoryWork, BrokenStore], None]:
    """Leave something out of an export."""

    def breaks(work: MemoryWork, _store: BrokenStore) -> None:
        @instead(getattr(work, part), "export")
        def _export(before: Any, customer: Any) -> Mapping[str, Any]:
            return {**before(customer), name: []}

    return breaks


def rewrite_at_merging(work: MemoryWork, _store: BrokenStore) -> None:
    """Give orders to another person for good where two are merged."""

    @instead(work.people, "merge")
    def _merge(before: Any, customer: Any, into: Any) -> None:
        tables = work._session.changing()
        one, other = tables.found(customer), tables.found(into)
        before(customer, into)
        for key, entry in tables.orders.items():
            if entry.person == one:
                tables.orders[key] = attrs.evolve(entry, person=other)


def write_to_whom_they_became(work: MemoryWork, _store: BrokenStore) -> None:
    """Write in bulk to the person into whom somebody was merged."""

    @instead(work.people, "write")
    def _write(before: Any, customers: Any, identities: Any = ()) -> None:
        merged = work.people.merged()
        told = [attrs.evolve(one, id=merged.get(one.id, one.id)) for one in customers]
        before(told, identities)


def lose_old_ids(work: MemoryWork, _store: BrokenStore) -> None:
    """Forget the id that somebody had."""

    @instead(work.people, "rename")
    def _rename(before: Any, customer: Any, to: Any) -> None:
        before(customer, to)
        if str(customer) != str(to):
            work._session.changing().names.pop(str(customer), None)


def mind_the_case(work: MemoryWork, _store: BrokenStore) -> None:
    """Find an e-mail address only as it was written."""

    @instead(work.people, "find")
    def _find(before: Any, identity: Identity) -> Any:
        found = before(identity)
        own = () if found is None else work.people.identities(found)
        is_other = identity.kind == "email" and identity not in own
        return None if is_other else found


def keep_former_contacts(work: MemoryWork, _store: BrokenStore) -> None:
    """Leave a contact with who had it first."""

    @instead(work.people, "put")
    def _put(before: Any, *given: Any, **named: Any) -> Any:
        had = {**work._session.seen.identities}
        version = before(*given, **named)
        work._session.changing().identities.update(had)
        return version


def take_over(work: MemoryWork, _store: BrokenStore) -> None:
    """Take an identity away from somebody else."""

    @instead(work.people, "identify")
    def _identify(before: Any, customer: Any, identities: Any) -> None:
        given = [*identities]
        for one in given:
            work._session.changing().identities.pop(one.key, None)
        before(customer, given)


def search_by_case(work: MemoryWork, _store: BrokenStore) -> None:
    """Search people with their letter case."""

    @instead(work.people, "listed")
    def _listed(before: Any, search: str = "", **named: Any) -> Any:
        return (one for one in before("", **named) if search in f"{one.id} {one.name} {one.email}")


def feed_changed(change: Callable[[Any, int], Any]) -> Callable[[MemoryWork, BrokenStore], None]:
    """Tell another feed."""

    def breaks(work: MemoryWork, _store: BrokenStore) -> None:
        @instead(work, "changes")
        def _changes(before: Any, since: int = 0) -> Any:
            told = (change(one, at) for at, one in enumerate(before(since)))
            return (one for one in told if one is not None)

    return breaks


def activities_without_ids(work: MemoryWork, store: BrokenStore) -> None:
    """Give each activity without an id another one."""
    numbers = store.memory.setdefault("numbers", count())

    @instead(work.activities, "add")
    def _add(before: Any, *activities: Any, source: str = "") -> None:
        named = (one if one.id else attrs.evolve(one, id=f"#{next(numbers)}") for one in activities)
        before(*named, source=source)


def sort_tags(work: MemoryWork, _store: BrokenStore) -> None:
    """Tell the log of tags by their names."""

    @instead(work.annotations, "tag_changes")
    def _changes(before: Any, *given: Any) -> Any:
        return tuple(sorted(before(*given), key=lambda one: str(one.tag)))


def lose_instants(work: MemoryWork, _store: BrokenStore) -> None:
    """Lose when an entry of a log was written."""
    work._session.at = None


def scan_activities_backwards(work: MemoryWork, _store: BrokenStore) -> None:
    """Scan activities from the last key to the first."""

    @instead(work.activities, "scan")
    def _scan(before: Any, **named: Any) -> Any:
        for batch in before(**named):
            rows = rows_of(batch.activities)[::-1]
            kinds = {"at": "instant", "amount": "money", "score": "quantity"}
            columns = columns_of({name: kinds.get(name, "text") for name in rows[0]}, rows)
            yield attrs.evolve(batch, activities=columns)


def close_too_early(work: MemoryWork, _store: BrokenStore) -> None:
    """Let go of what is written before the first commit of a unit of work."""

    @instead(work, "commit")
    def _commit(_before: Any) -> None:
        work._session._begin()


def invent_people(work: MemoryWork, _store: BrokenStore) -> None:
    """Know everybody who is asked for."""

    @instead(work.people, "get")
    def _get(before: Any, customer: Any) -> Any:
        found = before(customer)
        return (
            found
            if found or not work._session.seen.people
            else before(work._session.seen.people[1].customer.id)
        )


def guests_only(work: MemoryWork, _store: BrokenStore) -> None:
    """Lose whose an order is."""
    rows_changed(work, lambda row: attrs.evolve(row, order={**row.order, "customer": None}))


def swallow(work: MemoryWork, _store: BrokenStore) -> None:
    """Take what a key in another case says for another interest."""

    @instead(work.annotations, "get")
    def _get(before: Any, kind: str, *key: Any) -> Any:
        found = before(kind, *key)
        if kind != "interest" or found is None:
            return found
        return found if found.value.keyword == key[1] else None


def turn_notes_round(work: MemoryWork, _store: BrokenStore) -> None:
    """Tell what is written down from the last key to the first."""
    for method in ("all", "of"):
        instead(work.annotations, method)(lambda before, *given: tuple(before(*given))[::-1])


def wrong_error(work: MemoryWork, _store: BrokenStore) -> None:
    """Fail with an error of the database's own."""

    @instead(work.people, "rename")
    def _rename(before: Any, customer: Any, to: Any) -> None:
        try:
            before(customer, to)
        except ValueError as error:
            raise RuntimeError(*error.args) from None


BREAKS: Mapping[str, Callable[[MemoryWork, BrokenStore], None]] = {
    "everybody sees what is not committed": nothing,
    "whoever asks only to read may write": nothing,
    "the last commit wins": nothing,
    "versions are ignored": ignore_versions,
    "notes are overwritten": overwrite_notes,
    "versions count equal writes": count_equal_writes,
    "failures are kept": keep_failures,
    "commit() commits nothing": close_too_early,
    "settings are shared": share_settings,
    "columns are shared": share_columns,
    "labels are lost": lose_labels,
    "instants are cut": lose_microseconds,
    "lines are turned round": lose_order_of_lines,
    "edited orders are left": keep_first_order,
    "refunds by themselves are lost": lose_refunds,
    "refunds are of who they name": refunds_of_who_they_name,
    "counts are wrong": miscount,
    "orders are scanned as numbers": scan_as_numbers,
    "batches are too large": ignoring("orders", "scan", batch_rows=65_536),
    "all columns are given": ignoring("orders", "scan", columns=None),
    "all customers are scanned": ignoring("orders", "scan", customers=None),
    "everything is new": ignoring("orders", "scan", since=0),
    "all products are given": ignoring("orders", "products", ids=None),
    "activities are new": ignoring("activities", "scan", since=0),
    "activities are scanned backwards": scan_activities_backwards,
    "orders do not forget": doing_nothing("orders", "forget"),
    "people do not forget": doing_nothing("people", "forget"),
    "activities do not forget": doing_nothing("activities", "forget"),
    "annotations do not forget": doing_nothing("annotations", "forget"),
    "consents are not forgotten": forget_but("consents", "people"),
    "identities are not forgotten": forget_but("identities", "people"),
    "old ids are not forgotten": forget_but("names", "people"),
    "logs are not forgotten": forget_but("logs", "annotations"),
    "tags are not forgotten": forget_but("tags", "annotations"),
    "all activities are forgotten": forget_everybody,
    "orders are forgotten": forget_amounts,
    "the ledger of everybody is blank": ledger_of_one,
    "exports lack consents": export_less("people", "consents"),
    "exports lack orders": export_less("orders", "orders"),
    "exports lack interests": export_less("annotations", "interests"),
    "merging rewrites": rewrite_at_merging,
    "merging is not undone": doing_nothing("people", "unmerge"),
    "imports overwrite who others became": write_to_whom_they_became,
    "old ids are lost": lose_old_ids,
    "addresses are compared by case": mind_the_case,
    "identities are taken over": take_over,
    "former contacts are kept": keep_former_contacts,
    "people are searched by case": search_by_case,
    "older files are believed": believe_older_files,
    "the feed begins anew": feed_changed(lambda one, at: attrs.evolve(one, number=at)),
    "the feed has no before": feed_changed(lambda one, _at: attrs.evolve(one, before=None)),
    "the feed tells no tags": feed_changed(lambda one, _: None if one.key[0] == "tag" else one),
    "the last change is not known": lambda work, _store: setattr(work, "last_change", lambda: 0),
    "activities without ids double": activities_without_ids,
    "tags are sorted": sort_tags,
    "logs have no instants": lose_instants,
    "orders have no customers": guests_only,
    "everybody is known": invent_people,
    "interests are found by case": swallow,
    "notes are turned round": turn_notes_round,
    "errors are foreign": wrong_error,
}
"""By what is wrong with the store: what breaks its units of work."""
