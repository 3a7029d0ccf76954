"""The policy says which orders are purchases, and never lets in what cannot be one."""

import pickle
from typing import Any

import pytest

from custinsights.domain import ORDER_STATUSES, PurchasePolicy
from custinsights.errors import InvalidValue, UnknownName


def test_by_default_what_is_paid_counts() -> None:
    """Paid orders, those of amount zero too, and linked refunds on the order's day."""
    policy = PurchasePolicy()
    assert [name for name in ORDER_STATUSES if policy.counts_status(name)] == ["paid"]
    assert policy.zero_amount_counts
    assert policy.refund_date == "order"


def test_a_shop_paid_on_delivery_may_count_pending() -> None:
    """Pending counts only where the policy says so."""
    policy = PurchasePolicy(counted_statuses=["pending", "paid"])
    assert [name for name in ORDER_STATUSES if policy.counts_status(name)] == ["paid", "pending"]


@pytest.mark.parametrize("status", ["failed", "voided", "cancelled"])
def test_what_was_never_paid_never_counts(status: str) -> None:
    """No policy turns a failed, voided or cancelled order into a purchase."""
    assert not PurchasePolicy().counts_status(status)
    with pytest.raises(InvalidValue, match=f"An order that is {status} is never a purchase"):
        PurchasePolicy(counted_statuses={"paid", status})


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"counted_statuses": ()}, InvalidValue, "empty, so nothing would count"),
        ({"counted_statuses": "paid"}, InvalidValue, r"Write \{'paid'\}"),
        ({"counted_statuses": {"payed"}}, UnknownName, "Did you mean 'paid'"),
        ({"zero_amount_counts": 1}, InvalidValue, "neither True nor False: 1 was given"),
        ({"refund_date": "today"}, UnknownName, "no refund date named 'today'"),
    ],
)
def test_a_policy_is_validated(fields: dict[str, Any], error: type[Exception], says: str) -> None:
    """The message says what a policy may say."""
    with pytest.raises(error, match=says):
        PurchasePolicy(**fields)


def test_the_words_of_a_source_are_mapped_first() -> None:
    """A status that nobody knows is neither counted nor dropped."""
    with pytest.raises(UnknownName, match=r"named 'complete'.*Map the words of your source"):
        PurchasePolicy().counts_status("complete")


def test_a_policy_is_a_value() -> None:
    """Equal policies are equal however they were written; they hash, pickle and read well."""
    policy = PurchasePolicy(["pending", "paid"])
    assert policy == PurchasePolicy({"paid", "pending"})
    assert hash(policy) == hash(pickle.loads(pickle.dumps(policy)))
    assert repr(policy) == (
        "PurchasePolicy(counted_statuses={'paid', 'pending'}, zero_amount_counts=True, "
        "refund_date='order')"
    )
