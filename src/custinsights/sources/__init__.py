"""How rows become columns: files, frames and objects are read into an order history."""

from custinsights.sources.beside.activities import read_activities
from custinsights.sources.beside.customers import read_customers
from custinsights.sources.beside.places import read_places
from custinsights.sources.beside.products import read_products
from custinsights.sources.beside.spend import read_spend
from custinsights.sources.frames import read_frame
from custinsights.sources.objects import read_objects
from custinsights.sources.reading import read_orders
from custinsights.sources.several.combining import combine
from custinsights.sources.stored.reading import read_store

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
    "read_store",
]
