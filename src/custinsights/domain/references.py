"""What do a shop's records point to beside customers and products? Campaigns and sales."""

from typing import TypeAlias

import attrs

from custinsights.domain.fields import as_tuple, instance, members, text
from custinsights.domain.products import Product

__all__ = ["Campaign", "Reference", "Sale"]


@attrs.frozen
class Campaign:
    """A campaign: what messages, visits and orders that name it belong to.

    Parameters
    ----------
    name : str
        Its name in the records.
    """

    name: str = attrs.field(validator=text)


@attrs.frozen
class Sale:
    """A sale or auction, in which lots are on offer.

    Parameters
    ----------
    name : str
        Its name in the records.
    lots : tuple of Product
        The products that are known to be on offer in it.
    """

    name: str = attrs.field(validator=text)
    lots: tuple[Product, ...] = attrs.field(
        default=(), converter=as_tuple, validator=members(instance(Product))
    )


Reference: TypeAlias = Campaign | Product | Sale
"""What a record points to: a campaign, a product or lot, or the sale in which it is."""
