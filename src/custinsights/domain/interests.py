"""Which keywords does a customer care for, by their own word or the shop's?"""

from collections.abc import Mapping
from math import log
from typing import Final

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import identity, named, text
from custinsights.domain.frozen import Frozen
from custinsights.domain.spelling import folded

__all__ = ["DEPARTMENT", "INTEREST_STATES", "OWN_WEIGHTS", "Interest", "rarity"]

INTEREST_STATES = ("active", "starred", "refused", "inactive")
"""How somebody stands to a keyword: it counts, it counts more, it must not come up, it rests."""

OWN_WEIGHTS: Final[Mapping[str, float]] = Frozen({"active": 1.0, "starred": 2.0})
"""What the customer's own word adds, where the strongest keyword that was found has 1."""

DEPARTMENT: Final = "department:"
"""Stands before the name of a department in a list of interests."""


def rarity(having: int, products: int) -> float:
    """Return how rare a keyword is: 1 + ln((1 + products) ÷ (1 + products having it)); 1 at least.

    Examples
    --------
    >>> rarity(having=3, products=3), rarity(having=0, products=0)
    (1.0, 1.0)
    """
    return 1.0 + log((1 + max(products, having)) / (1 + having))


def _stripped(word: object) -> object:
    return word.strip() if isinstance(word, str) else word


@attrs.frozen
class Interest:
    """A keyword in the list of a customer, and how they stand to it.

    Keywords compare without case; the spelling is kept.

    Parameters
    ----------
    customer : str or int
        Whose it is.
    keyword : str
        The keyword, as products have them; ``department:Prints`` is a department.
    state : {"active", "starred", "refused", "inactive"}
        Active ones count, starred ones count more, refused ones must not come up again, inactive
        ones are kept in the list and do nothing.
    """

    customer: str | int = attrs.field(validator=identity, repr=shown_id)
    keyword: str = attrs.field(converter=_stripped, validator=text, eq=folded)
    state: str = attrs.field(
        default="active", validator=named("state of an interest", INTEREST_STATES)
    )

    @property
    def department(self) -> str | None:
        """The department that it names; None for a keyword.

        Examples
        --------
        >>> Interest("c7", "department:Prints").department, Interest("c7", "oil").department
        ('Prints', None)
        """
        if not self.keyword.casefold().startswith(DEPARTMENT):
            return None
        return self.keyword[len(DEPARTMENT) :].strip()
