"""Merging and undoing, in any order: what two become and what they were."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from custinsights.domain import Customer, Money, Order
from custinsights.errors import InvalidValue
from custinsights.repositories.memory import MemoryStore
from custinsights.shop import Identities

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
PEOPLE = ("c1", "c2", "c3", "c4")
SOMEBODY = st.sampled_from(PEOPLE)


def fill() -> MemoryStore:
    """Let four people order once each."""
    store = MemoryStore()
    with store.begin() as work:
        for number, one in enumerate(PEOPLE):
            work.people.put(Customer(one, name="Ada Ray", email=f"{one}@mail.example"))
            placed = NOON + timedelta(days=number)
            work.orders.add(Order(id=one, customer=one, placed_at=placed, total=Money(9, "EUR")))
    return store


def told(store: MemoryStore) -> list[tuple[object, ...]]:
    """Return who is who, with what each has."""
    with store.begin(read_only=True) as work:
        return [
            (one, work.people.get(one), work.people.identities(one), work.orders.of(one))
            for one in PEOPLE
        ]


@settings(max_examples=60)
@given(st.lists(st.tuples(SOMEBODY, SOMEBODY, st.booleans()), max_size=12))
def test_all_that_is_merged_can_be_undone(acts: list[tuple[str, str, bool]]) -> None:
    """However people were merged and undone, orders stay whole, and undoing the rest undoes all."""
    store = fill()
    before = told(store)
    shop = Identities(store)
    for one, other, is_merge in acts:
        try:
            if is_merge:
                shop.merge(one, other, by="Kim", at=NOON)
            else:
                shop.undo(one, by="Kim", at=NOON)
        except InvalidValue:  # one person already, or nobody merged
            continue
        with store.begin(read_only=True) as work:
            merged = work.people.merged()
            now = {str(merged.get(each, each)) for each in PEOPLE}
            assert sorted(each.id for who in now for each in work.orders.of(who)) == [*PEOPLE]
    with store.begin(read_only=True) as work:
        left = [*work.people.merged()]
    for gone in left:
        shop.undo(gone, by="Kim", at=NOON)
    assert told(store) == before
