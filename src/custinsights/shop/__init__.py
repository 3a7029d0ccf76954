"""How does one shop use it all? Its memory opened, its customers shown one by one."""

from custinsights.shop import exports

__all__ = ["exports"]
