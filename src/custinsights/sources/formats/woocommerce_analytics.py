"""The orders that WooCommerce's Analytics exports, by e-mail or in the browser: a row for each.

A refund is a row of its own: it has its order's number, and net sales or items below nothing. Net
sales, without shipping and taxes, is the one amount that these files tell of orders and of refunds
alike. Customers are told by a name only, which many may have, and products in a text that cannot be
parted, for their names hold commas: neither is read.
"""

from __future__ import annotations

import numpy as np

from custinsights.history.columnar.columns import BoolArray
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.formats.woocommerce_states import REFUNDED, STATES


def _is_refund(rows: Rows) -> BoolArray:
    """Tell refunds: below nothing, or nothing of an order that something was sold in.

    The latter is shipping that was given back.
    """
    net, items = rows.decimals("amount").digits, rows.decimals("units").digits
    numbers = rows.texts("order_id")
    orders = RowGroups.by(np.where(numbers.is_blank, -1, numbers.codes))
    is_below = (net < 0) | (items < 0)
    is_sale = ~is_below & ((net > 0) | (items > 0))
    is_nothing = ~is_below & ~is_sale
    return is_below | is_nothing & orders.spread(orders.any(is_sale), default=False)


WOOCOMMERCE_ANALYTICS = OrderFormat(
    name="woocommerce_analytics",
    columns={
        "order_id": (
            *("Order #", "Commande n°", "Bestellnummer #"),
            *("Pedido #", "Ordine n.", "Bestelnummer"),
        ),
        "placed_at": ("Date", "Datum", "Fecha", "Data"),
        "order_status": ("Status", "État", "Estado", "Stato"),
        "units": (
            *("Items sold", "Articles vendus", "Verkaufte Artikel"),
            *("Artículos vendidos", "Elementi venduti", "Verkochte artikelen"),
        ),
        "coupon": (
            *("Coupon(s)", "Code(s) promo", "Gutschein(e)"),
            *("Cupón(es)", "Codici promozionali", "Waardebon(nen)"),
        ),
        "amount": (
            *("Net Sales", "Ventes nettes", "Nettoumsatz"),
            *("Ventas netas", "Vendite nette", "Netto omzet"),
            *("N. Revenue", "N. Revenu", "N.- Umsatz"),
            *("Ingresos netos", "N. Fatturato", "N. Inkomsten"),
        ),
        "attribution": "Attribution",
    },
    recognised_by=frozenset({"Order #", "Items sold", "Net Sales"}),
    required=("order_id", "placed_at", "amount", "order_status", "units"),
    statuses=STATES,
    refunded_statuses=REFUNDED,
    decimal=".",
    source="woocommerce",
    refund_rows=_is_refund,
    anonymous="rows of customers told by name only, who may be anybody; export them with e-mail "
    "addresses, as the plug-ins Advanced Order Export and Order Export & Order Import do",
)
