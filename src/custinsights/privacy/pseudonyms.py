"""How is a history shared without saying whose it is? Under names that only a key gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from custinsights.domain.fields import looked_up
from custinsights.history.building.joining import columns_of, relaid
from custinsights.history.columnar.columns import AnyArray, Labels, uncoded
from custinsights.history.columnar.identities import texts
from custinsights.history.whole import History
from custinsights.privacy.keys import Secret, keyed_hash, secret_bytes

if TYPE_CHECKING:
    from custinsights.history.activities import Activities
    from custinsights.history.facts import Facts

__all__ = ["TELLING_FIELDS", "pseudonym", "pseudonymised", "under_names"]

AnyHistory = TypeVar("AnyHistory", bound=History)

TELLING_FIELDS: Final = ("birthday", "coordinates", "attributes")
"""What a history knows of people beside contacts that may tell who somebody is."""

_FIGURES: Final = 20  # of 64: 80 bits, so that among 10^9 people hardly two share one


def pseudonym(customer: str | int, key: Secret) -> str:
    """Return the name of a customer that says who it is only to who has the key.

    Parameters
    ----------
    customer : str or int
        The identity outside; 7 and ``"7"`` are one.
    key : str or bytes
        What `custinsights.privacy.generate_key` gives; the same key gives the same name.

    Returns
    -------
    str
        ``p`` and 20 hexadecimal figures: HMAC-SHA256, cut.

    Examples
    --------
    >>> pseudonym("c7", "k" * 32) == pseudonym("c7", b"k" * 32)
    True
    """
    return f"p{keyed_hash(key, 'pseudonym of a customer', str(customer))[:_FIGURES]}"


def pseudonymised(history: AnyHistory, key: Secret, *, keep: Iterable[str] = ()) -> AnyHistory:
    """Return the same facts of people under keyed pseudonyms, without their contacts.

    Every metric is the same; rows about customers bear other names and so come in another order.
    Identities of orders and activities are replaced too. What a history tells of somebody beside
    (birthday, coordinates, attributes) stays behind unless it is named in `keep`; traits that ask
    for it find nothing then. This is no anonymity: who knows the dates and amounts of somebody's
    orders finds them again. Hand it only to whom you would trust with that.

    Parameters
    ----------
    history : OrderHistory or ActivityHistory
        Any whole history; a part of one is no longer marked as a part.
    key : str or bytes
        What gives the names, as for `pseudonym`.
    keep : iterable of str
        Any of `TELLING_FIELDS`.

    Returns
    -------
    OrderHistory or ActivityHistory
        Of the same class; it can be combined with others under the same key.

    Raises
    ------
    InvalidValue
        If the key is none.
    UnknownName
        If there is no such field to keep.

    Examples
    --------
    >>> import custinsights as ci
    >>> history = ci.datasets.gallery()
    >>> shared = pseudonymised(history, "k" * 32)
    >>> ci.measure(shared, "revenue") == ci.measure(history, "revenue")
    True
    """
    secret_bytes("the key", key)
    kept = [looked_up("field", name, {one: one for one in TELLING_FIELDS}) for name in keep]
    known = dict[str | int, str]()

    def named(customer: str | int) -> str:
        if customer not in known:
            known[customer] = pseudonym(customer, key)
        return known[customer]

    facts = under_names(history, named, **_left_behind(kept))
    return type(history).of_facts(_under_other_ids(facts, key))


def under_names(facts: Facts, named: Callable[[str | int], str], **people: object) -> Facts:
    """Return the same facts of people under other names, and without their contacts.

    `people` is what takes the place of columns of people.
    """
    columns = columns_of(facts)

    def renamed(identities: AnyArray | Labels) -> AnyArray:
        return texts([named(one) for one in uncoded(identities).tolist()])

    done = columns.activities
    theirs: Any = {"ids": renamed(columns.people.ids), **people}
    return relaid(
        attrs.evolve(
            columns,
            orders=attrs.evolve(columns.orders, customer=renamed(columns.orders.customer)),
            refunds=attrs.evolve(columns.refunds, customer=renamed(columns.refunds.customer)),
            people=attrs.evolve(columns.people, **theirs),
            contacts={},
            activities=None
            if done is None
            else attrs.evolve(done, customer=renamed(done.customer)),
        ),
        facts.products,
        facts.context,
    )


def _left_behind(kept: Iterable[str]) -> dict[str, Any]:
    nothing: dict[str, Any] = {"birthday": None, "coordinates": None, "attributes": {}}
    return {name: nothing[name] for name in TELLING_FIELDS if name not in kept}


def _under_other_ids(facts: Facts, key: Secret) -> Facts:
    """Replace the ids of orders and activities, which lie already where those put them."""
    return attrs.evolve(
        facts,
        order_ids=_hashed(facts.order_ids, "order", key),
        activities=_done(facts.activities, key),
        aside=None if facts.aside is None else _under_other_ids(facts.aside, key),
    )


def _done(held: Activities | None, key: Secret) -> Activities | None:
    return None if held is None else attrs.evolve(held, ids=_hashed(held.ids, "activity", key))


def _hashed(ids: AnyArray | None, what: str, key: Secret) -> AnyArray | None:
    """Return ids under other names; blank ones, which are none, stay blank."""
    if ids is None:
        return None
    purpose = f"pseudonym of an {what}"
    return texts([one and keyed_hash(key, purpose, str(one))[:_FIGURES] for one in ids.tolist()])
