"""`check_repository` lets a store pass that keeps the contract, and sees one that does not."""

import pytest

from custinsights.errors import ContractBroken, InvalidValue, UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.testing import STORE_PARTS, check_repository
from custinsights.testing.storing import machine
from tests.contracts.broken_stores import BREAKS, BrokenStore


def test_the_store_in_memory_keeps_the_contract() -> None:
    """Every check passes on the reference, and random acts are compared with another one."""
    outcomes = check_repository(MemoryStore, raising=False)
    assert [one for one in outcomes if not one.passed] == []
    assert len(outcomes) > 25


@pytest.mark.parametrize("part", STORE_PARTS)
def test_a_part_is_checked_alone(part: str) -> None:
    """Whoever has but one repository proves that one."""
    needed = {name: ["orders"] for name in ("refunds", "products", "feed")}
    needed["annotations"] = ["people"]
    check_repository(MemoryStore, parts=[part, *needed.get(part, [])], examples=3)


def test_wrong_arguments_are_refused() -> None:
    """There is no check of what is no store, and no part of another name."""
    with pytest.raises(UnknownName, match="part of a store named 'order'"):
        check_repository(MemoryStore, parts=["order"])
    with pytest.raises(InvalidValue, match="None of the parts to be checked is a repository"):
        check_repository(MemoryStore, parts=["feed"])
    with pytest.raises(InvalidValue, match="The factory of stores is no Callable"):
        check_repository(MemoryStore())  # type: ignore[call-overload]
    with pytest.raises(InvalidValue, match="number of examples"):
        check_repository(MemoryStore, examples=-1)
    with pytest.raises(UnknownName, match="no check named 'speed'"):
        check_repository(MemoryStore, expected={"speed": "it is slow"})


FAILED: dict[str, frozenset[str]] = {}


def failed(name: str) -> frozenset[str]:
    """Return the checks that a broken store fails; each store is checked once."""
    if name not in FAILED:
        outcomes = check_repository(lambda: BrokenStore(name), raising=False, examples=0)
        FAILED[name] = frozenset(one.name for one in outcomes if not one.passed)
    return FAILED[name]


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_store_is_seen(name: str) -> None:
    """Whatever a store does otherwise than it promises, some check fails."""
    assert failed(name)


def test_every_check_can_fail() -> None:
    """There is no check that all broken stores pass; random acts have a test of their own."""
    outcomes = check_repository(MemoryStore, raising=False, examples=0)
    seen = frozenset[str]().union(*(failed(name) for name in BREAKS))
    assert {one.name for one in outcomes} - seen == set()


def test_what_is_broken_is_said() -> None:
    """The message names the check, what was found and what was expected, and what to do."""
    with pytest.raises(ContractBroken) as broken:
        check_repository(lambda: BrokenStore("labels are lost"), parts=["orders"])
    said = str(broken.value)
    assert "The store breaks" in said
    assert "orders are objects: the order '2' of None is" in said
    assert "Turn rows into objects" in said


RANDOM = (
    "merging rewrites",
    "failures are kept",
    "versions are ignored",
    "labels are lost",
    "people are searched by case",
    "the feed tells no tags",
)


@pytest.mark.parametrize("name", RANDOM)
def test_random_acts_find_what_is_broken(name: str) -> None:
    """The comparison with the store in memory finds faults that no check was written for."""
    (found,) = machine.faults(lambda: BrokenStore(name), STORE_PARTS, 1_000)
    assert "(after: " in found
