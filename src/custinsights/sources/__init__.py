"""How rows become columns: files, frames and objects read into an order history."""

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.reading import read_orders

__all__ = ["OrderFormat", "read_orders"]
