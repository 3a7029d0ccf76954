"""What may somebody do with a product, and how much does it tell of what they care for?"""

from collections.abc import Mapping
from typing import Final

from custinsights.domain.frozen import Frozen

__all__ = ["BOUGHT", "DEEDS", "DEED_WEIGHTS", "deed_of"]

DEEDS: Final = (
    "bought",
    "returned",
    "won",
    "underbid",
    "bid",
    "wished",
    "consigned",
    "put_in_cart",
    "viewed",
)
"""What somebody did with a product; ``bid`` is a bid of which nobody told how it ended."""

DEED_WEIGHTS: Final[Mapping[str, float]] = Frozen(
    {
        "bought": 3.0,
        "won": 3.0,
        "underbid": 2.0,
        "bid": 2.0,
        "wished": 2.0,
        "put_in_cart": 2.0,
        "viewed": 1.0,
    }
)
"""How much a deed tells of an interest. What was returned or consigned tells of none."""

BOUGHT: Final = frozenset({"bought", "won"})
"""The deeds after which somebody has the product."""

_DEED_OF: Final[Mapping[str, str]] = Frozen(
    {
        "wishlist": "wished",
        "consignment": "consigned",
        "added_to_cart": "put_in_cart",
        "product_viewed": "viewed",
    }
)


def deed_of(kind: str, outcome: str | None) -> str | None:
    """Return the deed that an activity is, by its kind and outcome; None if it is none.

    Bids are ``won``, ``underbid`` (any other outcome that is told) or ``bid`` (none is).

    Examples
    --------
    >>> deed_of("bid", "won"), deed_of("wishlist", None), deed_of("visit", None)
    ('won', 'wished', None)
    """
    if kind == "bid":
        return {"won": "won", None: "bid"}.get(outcome, "underbid")
    return _DEED_OF.get(kind)
