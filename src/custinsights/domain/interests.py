"""Which keywords does a customer care for, by their own word or the shop's?"""

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import identity, named, text

__all__ = ["INTEREST_STATES", "Interest"]

INTEREST_STATES = ("active", "starred", "refused", "inactive")
"""How somebody stands to a keyword: it counts, it counts more, it must not come up, it rests."""


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
    keyword: str = attrs.field(converter=_stripped, validator=text, eq=str.casefold)
    state: str = attrs.field(
        default="active", validator=named("state of an interest", INTEREST_STATES)
    )
