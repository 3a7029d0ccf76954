"""Who goes into which arm: the same whenever asked, by weights, and independent of each other."""

from __future__ import annotations

from hashlib import blake2b, sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.experiments.balance import sizes_p_value
from custinsights.errors import InvalidValue, UnknownName

ARMS = ["control", "letter"]
PEOPLE = [f"c{n}" for n in range(20_000)]


def plainly(customer: str | int, weights: dict[str, int], experiment: str, key: bytes) -> str:
    """Return the arm of one customer in plain Python."""
    said = f"{experiment}\0{customer}".encode()
    digest = blake2b(said, key=sha256(key).digest(), digest_size=16).digest()
    drawn, whole, reached = int.from_bytes(digest[8:], "big"), sum(weights.values()), 0
    for arm, weight in weights.items():
        reached += weight
        if drawn < reached * 2**64 // whole:
            return arm
    raise AssertionError


@settings(max_examples=50)
@given(
    people=st.sets(st.integers(1, 99) | st.text("abc", min_size=1), max_size=30),
    weights=st.dictionaries(st.sampled_from("xyz"), st.integers(1, 9), min_size=2),
    key=st.text(min_size=1) | st.binary(min_size=1),
)
def test_as_the_plain_hash(
    people: set[str | int], weights: dict[str, int], key: str | bytes
) -> None:
    """Every customer's arm is that of the hash of the customer alone, in any company."""
    found = ci.assign(people, weights, experiment="e", key=key)
    secret = key.encode() if isinstance(key, str) else key
    assert set(found.customers) == people
    for one in people:
        assert found.arm_of(one) == plainly(one, weights, "e", secret)
    assert sum(map(len, map(found.members, found.arms))) == len(people)


@pytest.mark.covers("E23")
def test_arms_have_their_weights() -> None:
    """Of 20,000 each arm has about its share, and other keys, names and texts draw others."""
    weights = {"control": 2, "letter": 1, "call": 1}
    found = ci.assign(PEOPLE, weights, experiment="spring", key="k")
    assert found.expected == [10_000, 5_000, 5_000]
    assert sum(found.sizes.values()) == 20_000
    assert sizes_p_value(found) > 0.01
    assert found == ci.assign(PEOPLE[::-1], weights, experiment="spring", key=b"k")
    one, two = (ci.assign(PEOPLE, ARMS, experiment=name, key="k") for name in ("one", "two"))
    both = np.mean(one.codes == two.codes)
    assert abs(both - 0.5) < 0.02  # two experiments know nothing of each other
    other = ci.assign(PEOPLE, ARMS, experiment="one", key="l")
    assert abs(np.mean(one.codes == other.codes) - 0.5) < 0.02


def test_a_larger_share_keeps_who_is_in() -> None:
    """Who takes part at 10 % takes part at 30 %, in the same arm."""
    some, more = (ci.assign(PEOPLE, ARMS, experiment="e", key="k", share=s) for s in (0.1, 0.3))
    assert (len(some) + some.outside, len(more) + more.outside) == (20_000, 20_000)
    assert abs(len(some) - 2_000) < 150 < abs(len(more) - 2_000)
    for arm in ARMS:
        assert {*some.members(arm)} < {*more.members(arm)}
    assert "18,0" in repr(some).replace("17,9", "18,0")  # how many are not in it


def test_tables_of_customers_are_taken_as_they_are() -> None:
    """An audience can be assigned at once; ids as whole numbers and as texts share arms."""
    table = ci.traits(ci.datasets.load_online_retail(), "order_count")
    found = ci.assign(table, ARMS, experiment="e", key="k")
    assert list(found.customers) == table.ids.tolist()
    as_texts = ci.assign(map(str, table.ids.tolist()), ARMS, experiment="e", key="k")
    assert {str(one) for one in found.members("letter")} == {*as_texts.members("letter")}
    rows = found.by_customer().to_dicts()
    assert rows[0] == {"customer": found.customers[0], "arm": found.arm_of(found.customers[0])}


def test_arms_drawn_elsewhere() -> None:
    """What another tool has drawn is taken, with the weights that were meant."""
    found = ci.Assignment.of("mail", {"b": "letter", "a": "control"}, ARMS)
    assert (found.customers, found.codes.tolist(), found.sizes) == (
        ("a", "b"),
        [0, 1],
        {"control": 1, "letter": 1},
    )
    with pytest.raises(UnknownName, match="no arm named 'leter'"):
        ci.Assignment.of("mail", {"b": "leter"}, ARMS)
    for wrong in (None, ["a"], "a"):
        with pytest.raises(InvalidValue, match="arm of each customer is no Mapping"):
            ci.Assignment.of("mail", wrong, ARMS)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="no customer in the experiment named 'c'"):
        found.arm_of("c")
    with pytest.raises(UnknownName, match=r"^(?!.*ada@example).*customer in the experiment"):
        found.arm_of("ada@example.org")


@pytest.mark.parametrize(
    "arms",
    [
        ["one"],
        ["a", "a"],
        "control",
        [],
        {"a": 1},
        {"a": 1, "b": 0},
        {"a": 1, "b": 0.5},
        5,
        ["a", ""],
    ],
    ids=str,
)
def test_no_arms(arms: object) -> None:
    """An experiment has two arms of whole weights, or it is none."""
    with pytest.raises(InvalidValue, match="no arms of an experiment"):
        ci.assign(PEOPLE[:5], arms, experiment="e", key="k")  # type: ignore[arg-type]


def test_what_draws_no_arms_is_refused() -> None:
    """Without a key, with a share above all, or without identities there is nothing to draw."""
    for key in ("", b"", None):
        with pytest.raises(InvalidValue, match="key draws no arms"):
            ci.assign(PEOPLE, ARMS, experiment="e", key=key)  # type: ignore[arg-type]
    for share in (0, 1.1, True, "half"):
        with pytest.raises(InvalidValue, match="share who take part is wrong"):
            ci.assign(PEOPLE, ARMS, experiment="e", key="k", share=share)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="no text that says something"):
        ci.assign(PEOPLE, ARMS, experiment=" ", key="k")
    with pytest.raises(InvalidValue, match="no identity"):
        ci.assign([1.5], ARMS, experiment="e", key="k")  # type: ignore[list-item]
    assert len(ci.assign([], ARMS, experiment="e", key="k")) == 0


def test_a_frame_is_no_list_of_customers() -> None:
    """Of a frame a loop gives the names of its columns: it is refused, a column of it is taken."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"customer": ["c1", "c2"], "order_count": [1, 2]})
    with pytest.raises(InvalidValue, match=r"table stands where customers belong.*DataFrame"):
        ci.assign(frame, ARMS, experiment="e", key="k")
    assert len(ci.assign(frame["customer"], ARMS, experiment="e", key="k")) == 2


def test_one_customer_is_in_one_arm() -> None:
    """An identity as a text and as a number is one customer, and nobody is none."""
    with pytest.raises(InvalidValue, match="named twice"):
        ci.Assignment.of("e", {7: "control", "7": "letter"}, ARMS)
    with pytest.raises(InvalidValue, match="no identity"):
        ci.Assignment.of("e", {None: "control"}, ARMS)
    with pytest.raises(InvalidValue, match="named twice"):
        ci.assign([7, "7"], ARMS, experiment="e", key="k")
    assert ci.Assignment.of("e", {np.int64(7): "letter"}, ARMS).arm_of(7) == "letter"
