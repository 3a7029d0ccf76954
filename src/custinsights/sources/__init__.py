"""How rows become columns: files, frames and objects are read into an order history."""

from custinsights.sources.activities import read_activities
from custinsights.sources.combining import combine
from custinsights.sources.customers import read_customers
from custinsights.sources.frames import read_frame
from custinsights.sources.objects import read_objects
from custinsights.sources.places import read_places
from custinsights.sources.products import read_products
from custinsights.sources.reading import read_orders
from custinsights.sources.spend import read_spend

__all__ = [
    "combine",
    "read_activities",
    "read_customers",
    "read_frame",
    "read_objects",
    "read_orders",
    "read_places",
    "read_products",
    "read_spend",
]
