"""How does one shop use it all? Its memory opened, its customers shown one by one."""

from custinsights.shop import exports
from custinsights.shop.directory import CustomerPage
from custinsights.shop.identity import Identities
from custinsights.shop.items import Items
from custinsights.shop.opening import open_shop
from custinsights.shop.profile import NINE, Profile
from custinsights.shop.shop import Shop
from custinsights.shop.timeline import Timeline

__all__ = [
    "NINE",
    "CustomerPage",
    "Identities",
    "Items",
    "Profile",
    "Shop",
    "Timeline",
    "exports",
    "open_shop",
]
