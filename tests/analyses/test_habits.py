"""How customers pay, by which channel they buy, and whether only at a discount."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.kernels.modes import most_frequent
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, order, shop
from tests.oracles.shop import PlainRefund


@pytest.mark.covers("M27")
def test_the_preferred_payment_method() -> None:
    """The method of most orders; of equally frequent ones the latest; unknown ones do not count."""
    paid = [
        ("ada", "card", "web"),
        ("ada", "cash", "fair"),
        ("ada", "card", "web"),
        ("bo", "cash", None),
        ("bo", "card", None),
        ("cy", None, "web"),
        ("cy", None, "web"),
        ("cy", "cash", "fair"),
    ]
    history = to_history(
        shop(
            *(
                order(who, f"01-{day:02}", 100, labels={"payment_method": how, "channel": where})
                for day, (who, how, where) in enumerate(paid, start=1)
            )
        )
    )
    found = ci.traits(history, ["preferred_payment_method", "preferred_channel"]).to_dicts()
    assert [tuple(row.values()) for row in found] == [
        ("ada", "card", "web"),
        ("bo", "card", None),
        ("cy", "cash", "web"),
    ]
    before = ci.traits(history, "preferred_payment_method", as_of="2024-01-05").to_dicts()
    assert [row["preferred_payment_method"] for row in before] == ["card", "cash"]
    methods = ci.ranking(history, ["orders", "customers"], by="payment_method")
    assert [tuple(row.values()) for row in methods.to_dicts()] == [
        (1, "card", 3, 0.375, 2, pytest.approx(2 / 3)),
        (1, "cash", 3, 0.375, 3, 1.0),
        (None, None, 2, 0.25, 1, pytest.approx(1 / 3)),
    ]


def test_any_label_can_be_preferred() -> None:
    """A shop's own column of the orders has a favourite too; one that nobody has is refused."""
    history = to_history(
        shop(
            *(
                order("ada", f"01-{n:02}", 1, labels={"till": till})
                for n, till in ((1, "a"), (2, "b"))
            )
        )
    )
    assert ci.traits(history, [ci.preferred("till")]).to_dicts()[0]["preferred_till"] == "b"
    with pytest.raises(UnknownName, match=r"'tills'.*till"):
        ci.traits(history, [ci.preferred("tills")])


@pytest.mark.covers("M27")
def test_the_preferred_message_medium() -> None:
    """The medium of most messages, of equally frequent ones the latest; visits have none."""
    done = [
        ("ada", "email_sent", None),
        ("ada", "call", None),
        ("ada", "email_opened", None),
        ("ada", "visit", None),
        ("bo", "sms_sent", None),
        ("bo", "message_sent", "whatsapp"),
        ("cy", "visit", None),
        ("cy", "visit", None),
        ("di", "message_sent", None),
    ]
    history = ci.ActivityHistory.from_arrays(
        customer=[who for who, _, _ in done],
        at=[f"2024-01-{day:02}" for day, _ in enumerate(done, start=1)],
        kind=[kind for _, kind, _ in done],
        channel=[channel for _, _, channel in done],
        timezone="Europe/Paris",
    )
    found = ci.traits(history, ["preferred_message_medium", ci.preferred("activity_kind")])
    assert [tuple(row.values()) for row in found.to_dicts()] == [
        ("ada", "email", "visit"),
        ("bo", "whatsapp", "message_sent"),
        ("cy", None, "visit"),
        ("di", "message", "message_sent"),
    ]
    before = ci.traits(history, "preferred_message_medium", as_of="2024-01-03").to_dicts()
    assert [row["preferred_message_medium"] for row in before] == ["phone"]
    by = ci.preferred("message_medium").as_dimension()
    cube = ci.measure(history, "active_people", by=by)
    assert cube.labels(by.name).tolist() == [None, "email", "message", "whatsapp"]


def test_a_preference_for_what_is_not_there_is_refused() -> None:
    """What is no name at once; a name that a history lacks when asked, with the nearest one."""
    history = to_history(ADA_AND_BO)
    for name, nearest in (("paymnt", "payment_method"), ("mesage_medium", "message_medium")):
        with pytest.raises(UnknownName, match=f"'{name}'. Did you mean '{nearest}'"):
            ci.traits(history, ci.preferred(name))
    with pytest.raises(MissingData, match="activities"):
        ci.traits(history, "preferred_message_medium")
    for wrong in (3, None, ""):
        with pytest.raises(InvalidValue, match="label of a MostFrequent"):
            ci.preferred(wrong)  # type: ignore[arg-type]


@given(st.lists(st.lists(st.integers(-1, 3), max_size=8), max_size=6))
def test_the_most_frequent_of_each_group(groups: list[list[int]]) -> None:
    """Of every group the code that is there most often, of equally frequent ones the last."""
    codes = np.array([code for group in groups for code in group], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, groups)])
    expected = []
    for group in groups:
        known = [code for code in group if code >= 0]
        expected.append(max(reversed(known), key=known.count, default=-1))
    assert most_frequent(codes, offsets).tolist() == expected


def test_who_buys_at_a_discount() -> None:
    """The share of discounted orders, and what was paid with and without, refunds taken off."""
    made = shop(
        order("ada", "01-10", 900, goods=1000, discount=100),
        order("ada", "01-11", 500, goods=500, discount=0),
        order("bo", "01-12", 2000, goods=2000, discount=0),
        refunds=(
            PlainRefund("ada", ADA_AND_BO.observed_until.replace(month=2), 200, order=0),
            PlainRefund("bo", ADA_AND_BO.observed_until.replace(month=2), 50),
        ),
    )
    history = to_history(made)
    people = ci.traits(history, ["discounted_order_share", "discounted_spent", "total_spent"])
    assert people["discounted_order_share"].tolist() == [0.5, 0.0]
    assert people.minor("discounted_spent").tolist() == [700, 0]
    cube = ci.measure(history, ["orders", "revenue", "refunded"], by="price_type")
    assert [tuple(map(str, row.values())) for row in cube.to_dicts()] == [
        ("None", "0", "-0.50", "0.50"),
        ("discounted", "1", "7.00", "2.00"),
        ("full_price", "2", "25.00", "0.00"),
    ]
    share = ci.measure(history, "discounted_order_share")
    assert share["discounted_order_share"].tolist() == [pytest.approx(1 / 3)]
    with pytest.raises(MissingData, match="discount"):
        ci.measure(to_history(ADA_AND_BO), "orders", by="price_type")
