"""`check_repository` lets a store pass that keeps the contract, and sees one that does not."""

import pytest

from custinsights.errors import InvalidValue, UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.testing import STORE_PARTS, check_repository


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
