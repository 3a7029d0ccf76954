"""Who goes into which arm? Drawn by a keyed hash: without chance, and again whenever asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b, sha256
from itertools import accumulate

import numpy as np

from custinsights.domain.fields import Identity, identities
from custinsights.errors import InvalidValue
from custinsights.results.assignment import Assignment, weights_of
from custinsights.results.customer_table import CustomerTable

_HALF = 8
_TURNS = 1 << 64


def assign(
    customers: CustomerTable | Iterable[Identity],
    arms: Sequence[str] | Mapping[str, int],
    *,
    experiment: str,
    key: str | bytes,
    share: float = 1.0,
) -> Assignment:
    """Put customers into the arms of an experiment, as if by chance and yet always the same.

    A customer's arm hangs on the key, the name of the experiment and the customer's identity alone:
    who else is in it changes nothing, the same question gives the same answer, and two experiments
    are independent of each other. Who does not know the key cannot foretell it.

    Parameters
    ----------
    customers
        Identities, or a table of customers, such as the audience of `cross_sell` or the members of
        a segment. 7 and ``"7"`` are put into the same arm.
    arms
        Names, each as likely, or name -> whole weight. The first is the control.
    experiment
        Its name.
    key
        A text or bytes, not empty: keep it, and keep it to yourself.
    share
        Which share of the customers takes part; the others are left out, and so is nobody who was
        in when it was smaller.

    Returns
    -------
    Assignment
        ``members(arm)``, ``by_customer()``, and a table of how large the arms are.

    Raises
    ------
    InvalidValue
        If there are no two arms, a weight is not whole, the key is empty or the share no share.

    Notes
    -----
    BLAKE2b of experiment and identity under the key gives two numbers below 2^64: one tells whether
    somebody takes part, the other in which arm. Cost: one hash for each customer.

    Examples
    --------
    >>> found = assign(range(1, 1001), ["control", "letter"], experiment="spring", key="secret")
    >>> found.sizes
    {'control': 489, 'letter': 511}
    """
    weights = weights_of(arms)
    if not isinstance(key, str | bytes) or not key:
        given = "nothing" if key in ("", b"", None) else type(key).__name__
        raise InvalidValue("the key draws no arms", given, "a text or bytes that are not empty")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise InvalidValue("the share who take part is wrong", share, "above 0, up to 1")
    secret = sha256(key.encode() if isinstance(key, str) else key).digest()
    people = identities(
        customers.ids.tolist() if isinstance(customers, CustomerTable) else customers
    )
    drawn = blake2b(f"{experiment}\0".encode(), key=secret, digest_size=2 * _HALF)
    digests = bytearray()
    for one in people:
        each = drawn.copy()
        each.update(str(one).encode())
        digests += each.digest()
    takes_part, arm = np.frombuffer(bytes(digests), dtype=">u8").reshape(-1, 2).T
    within = int(Fraction(str(share)) * _TURNS)
    inside = np.arange(len(people)) if share == 1 else np.flatnonzero(takes_part < within)
    whole = sum(weights.values())
    cuts = [total * _TURNS // whole for total in accumulate(weights.values())][:-1]
    codes = np.searchsorted(np.array(cuts, dtype=np.uint64), arm[inside], side="right")
    chosen = tuple(people[row] for row in inside.tolist())
    outside = len(people) - len(chosen)
    return Assignment(experiment, weights, chosen, codes.astype(np.int64), outside)
