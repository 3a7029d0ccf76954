"""What holds for units of work: all or nothing, read-only ones, and two at once?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from threading import Thread

from custinsights.domain.people import Customer
from custinsights.errors import StaleWrite
from custinsights.repositories.protocols import Store
from custinsights.testing.storing.asking import NOON, Check, differs
from custinsights.testing.storing.laws import forget_all, seen, write
from custinsights.testing.storing.shop import fill, log, person

__all__ = ["CHECKS", "all_or_nothing", "read_only", "two_writers"]


def all_or_nothing(store: Store, parts: Collection[str]) -> Iterator[str]:
    """What fails leaves nothing, and nobody sees it before."""
    empty = seen(store, parts)
    try:
        with store.begin(at=NOON) as work:
            fill(work, parts)
            log(work, parts)
            yield from differs("what others see before the commit", seen(store, parts), empty)
            _fail()
    except StaleWrite:
        yield from differs("what rests after a failure", seen(store, parts), empty)
    else:
        yield "a failure inside a unit of work is swallowed"
    kept = empty
    try:
        with store.begin(at=NOON) as work:
            fill(work, parts)
            work.commit()
            kept = seen(store, parts)
            log(work, parts)
            forget_all(work, parts)
            _fail()
    except StaleWrite:
        yield from differs("what was committed before a failure", seen(store, parts), kept)
    if kept == empty:
        yield "commit() keeps nothing"


def _fail() -> None:
    raise StaleWrite("nothing", 1, 2)


def read_only(store: Store, parts: Collection[str]) -> Iterator[str]:
    """Whoever asks only to read, or whose unit of work is over, writes nothing."""
    write(store, parts)
    before = seen(store, parts)
    with store.begin() as over:
        pass
    for state, work in (("read-only", store.begin(read_only=True).__enter__()), ("over", over)):
        try:
            forget_all(work, parts)
        except Exception:  # noqa: BLE001, S110 - a database may refuse in its own words
            pass
        else:
            yield f"a unit of work that is {state} may write"
        if state == "read-only":
            work.__exit__(None, None, None)
    yield from differs("what rests", seen(store, parts), before)


def two_writers(store: Store, _parts: Collection[str]) -> Iterator[str]:
    """Of two that change the same person at once, one is refused, and the other is kept."""
    with store.begin(at=NOON) as work:
        work.people.put(person("c1"))
    read: dict[str, int] = {}
    kept: list[str] = []
    wrong: list[str] = []

    def change(name: str, other: Thread | None = None) -> None:
        try:
            with store.begin(at=NOON) as work:
                found = work.people.get("c1")
                read[name] = 0 if found is None else found.version
                if other is not None:
                    other.start()
                    other.join(timeout=0.5)
                work.people.put(Customer("c1", name=name), version=read[name])
            kept.append(name)
        except StaleWrite:
            pass
        except Exception as error:  # noqa: BLE001 - whatever a foreign store raises
            wrong.append(f"a writer gets {type(error).__name__}, and not StaleWrite: {error}")

    second = Thread(target=change, args=("second",), daemon=True)
    change("first", second)
    second.join(timeout=60)
    if second.is_alive():
        yield "a writer waits for ever"
        return
    yield from wrong
    with store.begin(read_only=True) as work:
        found = work.people.get("c1")
    name = None if found is None else found.value.name
    if not kept or name != kept[-1]:
        yield f"of two writers {kept} are told that they are kept, and {name!r} is there"
    if len(kept) > 1 and read["first"] == read["second"]:
        yield "two writers who have read the same version are both told that they are kept"


CHECKS = (
    Check(
        "all or nothing",
        (),
        "Write in one transaction, and roll it back where the with block fails.",
        all_or_nothing,
    ),
    Check("read-only is read-only", (), "Refuse to write with InvalidValue.", read_only),
    Check(
        "two writers lose nothing",
        ("people",),
        "Compare versions in the statement that writes, or lock what was read.",
        two_writers,
    ),
)
