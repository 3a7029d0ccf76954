"""What leaves the shop as a file: which fields of whom, for what, and who is left out."""

from custinsights.shop.exports.customer_fields import CUSTOMER_FIELDS, is_personal
from custinsights.shop.exports.customers import export_customers
from custinsights.shop.exports.exported import Export
from custinsights.shop.exports.orders import ORDER_FIELDS, export_orders
from custinsights.shop.exports.presets import PRESETS, ExportPreset

__all__ = [
    "CUSTOMER_FIELDS",
    "ORDER_FIELDS",
    "PRESETS",
    "Export",
    "ExportPreset",
    "export_customers",
    "export_orders",
    "is_personal",
]
