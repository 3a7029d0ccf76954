"""Does a store do what the store in memory does, whatever is done to it, in whatever order?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from custinsights.domain.identities import Identity
from custinsights.errors import ContractBroken, MissingExtra
from custinsights.repositories.batches import REFUND_COLUMNS
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.order_rows import batch_of, batch_of_rows
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.testing import objects
from custinsights.testing.storing.asking import NOON, Factory, differs
from custinsights.testing.storing.observing import IDS, changes, observed, stored
from custinsights.testing.storing.shop import fill, log

try:
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import strategies as st
    from hypothesis.stateful import (
        RuleBasedStateMachine,
        initialize,
        precondition,
        rule,
        run_state_machine_as_test,
    )
except ImportError as error:
    raise MissingExtra("hypothesis", "testing", "checking a store") from error

__all__ = [
    "faults",
    "needs",
]

_STEPS = 25
_who = st.sampled_from(IDS)
_known = st.sampled_from(objects.CUSTOMERS)
_versions = st.sampled_from(("told", "told", "told", 0, 1, 9))
_identities = st.one_of(
    st.builds(
        Identity, st.just("email"), st.sampled_from(("A.Zzyzx@example.com", "z@example.com"))
    ),
    st.builds(Identity, st.just("phone"), st.sampled_from(("0033612345678", "+1 555 0100", "n/a"))),
    st.builds(
        Identity, st.just("id"), st.sampled_from(("x1", "c1")), st.sampled_from(("", "etsy"))
    ),
)
_written_down = st.one_of(
    _known.flatmap(objects.notes), _known.flatmap(objects.interests), objects.segments()
)
_refunds = st.fixed_dictionaries(
    {
        **dict.fromkeys(REFUND_COLUMNS, st.none()),
        "source": st.sampled_from(objects.SOURCES),
        "id": st.sampled_from(("r1", "r2")),
        "customer": st.none() | _known,
        "refunded_at": st.none() | st.integers(0, 10**15),
        "amount": st.integers(1, 10**6),
        "currency": st.just("EUR"),
        "names": st.none() | st.just("1"),
    }
)


def needs(part: str) -> Callable[[Any], Any]:
    """A rule that is there only where a part of the store is checked."""
    return precondition(lambda machine: part in machine.parts)


class _Machine(RuleBasedStateMachine):
    """A store, and one in memory, to which the same is done."""

    parts: Collection[str] = ()
    opened: Callable[[], tuple[Store, Store]]

    def __init__(self) -> None:
        super().__init__()
        self.stores = type(self).opened()
        self.done: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self.units = [store.begin(at=NOON).__enter__() for store in self.stores]

    def _end(self, error: Exception | None = None) -> None:
        for unit in self.units:
            unit.__exit__(None if error is None else type(error), error, None)
        self._begin()

    def both(self, what: str, act: Callable[[UnitOfWork], Any]) -> None:
        """Do something to both, and compare what comes back, or the error."""
        self.done.append(what)
        answers: list[Any] = []
        wrong: Exception | None = None
        for unit in self.units:
            try:
                answers.append(act(unit))
            except Exception as error:  # noqa: BLE001 - whatever a foreign store raises
                answers.append(type(error).__name__)
                wrong = error
        self.compare(what, *answers)
        if wrong is not None:
            self._end(wrong)

    def compare(self, what: str, found: object, wanted: object) -> None:
        """Say where a store is not as the one in memory."""
        for fault in differs(what, found, wanted):
            before = ", ".join(self.done[:-1]) or "nothing"
            raise ContractBroken("store", [f"{fault} (after: {before})"])

    def look(self, what: str, units: list[UnitOfWork]) -> None:
        """Compare all that can be seen."""
        self.compare(what, *(observed(unit, self.parts) for unit in units))
        if "feed" in self.parts:
            self.compare("the feed", *(changes(unit.changes()) for unit in units))

    def teardown(self) -> None:
        """Compare all that was kept."""
        try:
            self._end()
            self.look("what rests in the end", self.units)
        finally:
            self._close()

    def _close(self) -> None:
        for unit, store in zip(self.units, self.stores, strict=True):
            unit.__exit__(None, None, None)
            store.close()

    def _version(self, unit: UnitOfWork, version: int | str, *key: str) -> int:
        """Return the version that is there, or another one."""
        if isinstance(version, int):
            return version
        found: Any = unit.annotations.get(*key) if len(key) > 1 else unit.people.get(*key)
        return 0 if found is None else found.version

    @initialize(is_filled=st.booleans())
    def begin(self, *, is_filled: bool) -> None:
        """Begin with a small shop, or with nothing."""
        if is_filled:
            self.both("write a small shop", lambda unit: fill(unit, self.parts))
            self.both("write its logs", lambda unit: log(unit, self.parts))

    @rule()
    def commit(self) -> None:
        """Keep what was done."""
        self.both("commit", lambda unit: unit.commit())

    @rule()
    def undo(self) -> None:
        """Let a unit of work fail."""
        self.done.append("undo")
        self._end(ContractBroken("test", ["undone on purpose"]))

    @rule()
    def see(self) -> None:
        """Look at everything."""
        self.look("what is seen", self.units)

    @rule()
    def others_see(self) -> None:
        """Look at everything from another unit of work."""
        others = [store.begin(read_only=True).__enter__() for store in self.stores]
        self.look("what another unit of work sees", others)
        for unit in others:
            unit.__exit__(None, None, None)

    @needs("people")
    @rule(customer=objects.customers(), version=_versions)
    def put(self, customer: Any, version: int | str) -> None:
        """Write somebody."""
        self.both(
            f"put {customer.id}",
            lambda unit: unit.people.put(
                customer, version=self._version(unit, version, customer.id)
            ),
        )

    @needs("people")
    @rule(
        customers=st.lists(objects.customers(), max_size=3),
        identities=st.lists(st.tuples(_known, _identities), max_size=2),
    )
    def write(self, customers: list[Any], identities: list[Any]) -> None:
        """Write several people."""
        self.both("write people", lambda unit: unit.people.write(customers, identities))

    @needs("people")
    @rule(customer=_who, identities=st.lists(_identities, max_size=2))
    def identify(self, customer: str, identities: list[Identity]) -> None:
        """Say by what somebody is known, and find them by it."""
        self.both(f"identify {customer}", lambda unit: unit.people.identify(customer, identities))

        def found(unit: UnitOfWork, *, before: bool) -> list[Key | None]:
            return [*unit.people.find_all(identities, before_merging=before)]

        for before in (False, True):
            self.both(f"find_all before_merging={before}", partial(found, before=before))

    @needs("people")
    @rule(customer=_who, to=_who)
    def rename(self, customer: str, to: str) -> None:
        """Give somebody another id."""
        self.both(f"rename {customer} {to}", lambda unit: unit.people.rename(customer, to))

    @needs("people")
    @rule(customer=_who, into=_who)
    def merge(self, customer: str, into: str) -> None:
        """Make one of two."""
        self.both(f"merge {customer} {into}", lambda unit: unit.people.merge(customer, into))

    @needs("people")
    @rule(customer=_known, into=_known)
    def merge_and_undo(self, customer: str, into: str) -> None:
        """Make one of two, and two of one."""
        self.both(f"merge {customer} {into}", lambda unit: unit.people.merge(customer, into))
        self.look("what is there after merging", self.units)
        self.both(f"unmerge {customer}", lambda unit: unit.people.unmerge(customer))

    @needs("people")
    @rule(customer=_who)
    def unmerge(self, customer: str) -> None:
        """Make two of one."""
        self.both(f"unmerge {customer}", lambda unit: unit.people.unmerge(customer))

    @needs("people")
    @rule(entry=_known.flatmap(objects.consents))
    def consent(self, entry: Any) -> None:
        """Agree to something."""
        self.both(f"consent of {entry.customer}", lambda unit: unit.people.consent(entry))

    @needs("people")
    @rule(
        search=st.sampled_from(("", "C1", "zzyzx s", "612", "0033 6", "@EXAMPLE", "%", "_")),
        sort=st.sampled_from(("id", "name", "created_at")),
        descending=st.booleans(),
        after=st.none() | _known,
        customers=st.none() | st.lists(_who, max_size=3),
    )
    def directory(self, search: str, **options: Any) -> None:
        """Look for people."""
        self.both(
            f"listed {search!r} {options}",
            lambda unit: [str(one.id) for one in unit.people.listed(search, **options)],
        )

    @needs("orders")
    @rule(orders=st.lists(objects.orders(), max_size=3))
    def order(self, orders: list[Any]) -> None:
        """Write orders."""
        self.both("write orders", lambda unit: dict(unit.orders.write(batch_of(orders))))

    @needs("refunds")
    @rule(refunds=st.lists(_refunds, max_size=2))
    def refund(self, refunds: list[Any]) -> None:
        """Write refunds with keys of their own."""
        self.both("write refunds", lambda unit: dict(unit.orders.write(batch_of_rows([], refunds))))

    @needs("products")
    @rule(products=st.lists(objects.products(), max_size=2))
    def products(self, products: list[Any]) -> None:
        """Write products."""
        self.both("put_products", lambda unit: unit.orders.put_products(products))

    @needs("activities")
    @rule(activities=st.lists(objects.activities(), max_size=3), source=st.sampled_from(("", "b")))
    def act(self, activities: list[Any], source: str) -> None:
        """Write activities."""
        self.both("add activities", lambda unit: unit.activities.add(*activities, source=source))

    @needs("annotations")
    @rule(thing=_written_down, version=_versions, is_removed=st.sampled_from((False, False, True)))
    def annotate(self, thing: Any, version: int | str, *, is_removed: bool) -> None:
        """Write something down, or remove it."""
        kind = type(thing).__name__.casefold()
        names = {"note": ("id",), "interest": ("customer", "keyword"), "segment": ("name",)}
        key = tuple(getattr(thing, name) for name in names[kind])

        def act(unit: UnitOfWork) -> object:
            told = self._version(unit, version, kind, *key)
            act = unit.annotations.remove if is_removed else unit.annotations.put
            return act(thing, version=told)

        self.both(f"{'remove' if is_removed else 'put'} {kind}", act)
        self.both(f"get {kind}", lambda unit: stored(unit.annotations.get(kind, *key)))

    @needs("annotations")
    @rule(change=_known.flatmap(objects.tag_changes))
    def tag(self, change: Any) -> None:
        """Tag somebody."""
        self.both(f"tag {change.customer}", lambda unit: unit.annotations.tag(change))

    @needs("annotations")
    @rule(
        customer=st.none() | _who, value=st.dictionaries(objects.words, objects.words, max_size=2)
    )
    def log(self, customer: str | None, value: Any) -> None:
        """Write a setting and a log."""
        self.both("set", lambda unit: unit.annotations.set("shop", value))
        self.both(
            f"record of {customer}",
            lambda unit: unit.annotations.record("access", value, customer=customer),
        )

    @rule(customer=_who, part=st.sampled_from(("people", "orders", "activities", "annotations")))
    def forget(self, customer: str, part: str) -> None:
        """Forget somebody who is known."""
        is_known = self.units[1].people.get(customer) is not None
        if part in self.parts and (is_known or part == "people"):
            self.both(
                f"forget {customer} {part}", lambda unit: getattr(unit, part).forget(customer)
            )


def faults(factory: Factory, parts: Collection[str], examples: int) -> Iterator[str]:
    """Yield where a store does something else than the one in memory."""

    def opened() -> tuple[Store, Store]:
        return factory(), MemoryStore()

    machine = type("Machine", (_Machine,), {"parts": parts, "opened": staticmethod(opened)})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=_STEPS,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                print_blob=False,
            ),
        )
    except ContractBroken as error:
        yield from error.failed
