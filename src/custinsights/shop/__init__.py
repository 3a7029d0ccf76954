"""How does one shop use it all? Its memory opened, its customers shown one by one."""

from custinsights.shop import exports
from custinsights.shop.identity import Identities

__all__ = ["Identities", "exports"]
