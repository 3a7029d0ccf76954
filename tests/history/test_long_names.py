"""Names of any length are found: NumPy keeps texts of more than fifteen bytes in a memory apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.history.columnar.identities import codes_among, texts

TAIL = "@a-long-name.example.com"
names = st.sets(st.integers(0, 60).map(lambda n: f"c{n}{TAIL if n % 3 else ''}"), max_size=40)


@given(held=names, wanted=names)
def test_every_name_has_its_place(held: set[str], wanted: set[str]) -> None:
    """Each name that is held has its place among the sorted ones, every other has none."""
    ids = sorted(held)
    found = codes_among(texts(ids), texts(list(wanted)))
    assert found.tolist() == [ids.index(name) if name in held else -1 for name in wanted]


@given(held=st.sets(st.integers(-9, 9)), wanted=st.lists(st.integers(-9, 9)))
def test_every_number_has_its_place(held: set[int], wanted: list[int]) -> None:
    """So have integers."""
    ids = sorted(held)
    found = codes_among(np.array(ids, dtype=np.int64), np.array(wanted, dtype=np.int64))
    assert found.tolist() == [ids.index(number) if number in held else -1 for number in wanted]


def shop(tail: str) -> ci.OrderHistory:
    """Return 900 orders of a year by a hundred customers, whose names end alike."""
    dice = np.random.default_rng(20240229)
    return ci.OrderHistory.from_arrays(
        customer=[f"c{n}{tail}" for n in dice.integers(0, 100, 900).tolist()],
        placed_at=np.datetime64("2023-01-01") + dice.integers(0, 365 * 24, 900).astype("m8[h]"),
        amount=dice.integers(5, 90, 900),
        currency="USD",
        timezone="UTC",
    )


def test_everybody_is_found_by_name() -> None:
    """Each of a hundred customers with long names has a history of one."""
    history = shop(TAIL)
    assert len(history.customer_ids) == 100
    assert all(len(history.history_of(name).customer_ids) == 1 for name in history.customer_ids)


def test_a_long_name_changes_no_validation() -> None:
    """What came after is the same, whatever the customers are called."""
    short, long = (
        ci.validate(ci.BetaGeoNBD, shop(tail), until="2023-07-01").totals for tail in ("", TAIL)
    )
    assert short == pytest.approx(long)  # the customers come in another order
    assert short["actual"] > 100
