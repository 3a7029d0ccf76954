"""What the plug-in Advanced Order Export for WooCommerce writes: a row for each item of an order.

What belongs to the order stands in all of its rows, so that its total is there as often as it has
items. Total is not lowered by refunds; of the total less refunds, what was given back is taken off
again. The shop chooses the columns; their names are translated, as
the states are. The coupons of an order stand beside its items, whichever are more.
"""

from __future__ import annotations

from custinsights.errors import MissingColumn
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.formats.woocommerce_states import REFUNDED, STATES
from custinsights.sources.texts.cells import Numbers

_TOTAL = (
    *("Order Total Amount", "Montant total de la commande"),
    "Importe total del pedido",
)
_LESS_REFUNDS = (
    *("Order Total Amount (- Refund)", "Montant total de la commande (- Remboursement)"),
    "Importe total del pedido (- reembolso)",
)


def _amount(rows: Rows) -> Numbers:
    """What was paid, before refunds: as it is told, else what is left with what was given back."""
    if rows.has("total"):
        told, is_blank = rows.decimals("total"), rows.is_blank("total")
    elif rows.has("refunded"):
        told = rows.decimals("total_less_refunds").plus(rows.decimals("refunded"))
        is_blank = rows.is_blank("total_less_refunds")
    else:
        raise MissingColumn(
            "the amount of the order before refunds",
            ("Order Total Amount", "Order Refund Amount"),
            ("Order Total Amount (- Refund)",),
            "Export one of them too",
        )
    return Numbers(told, is_blank, told.wrong)


WOOCOMMERCE_ADVANCED = OrderFormat(
    name="woocommerce_advanced",
    columns={
        "order_id": ("Order Number", "Numéro de commande", "Número de pedido"),
        "order_status": ("Order Status", "État de la commande", "Estado del pedido"),
        "placed_at": ("Order Date", "Date de commande", "Fecha del pedido"),
        "refunded_at": (
            *("Date of first refund", "Date du premier remboursement"),
            "Fecha del primer reembolso",
        ),
        "customer_id": ("Customer User ID", "ID du client", "ID de usuario del cliente"),
        "email": (
            *("Email (Billing)", "E-mail (Facturation)", "Correo electrónico (facturación)"),
            *("Customer User Email", "E-mail du client", "Correo electrónico del cliente"),
        ),
        "account_email": (
            *("Customer User Email", "E-mail du client"),
            "Correo electrónico del cliente",
        ),
        "phone": ("Phone (Billing)", "Téléphone (Facturation)", "Teléfono (facturación)"),
        "currency": ("Currency", "Devise", "Moneda"),
        "amount": (*_TOTAL, *_LESS_REFUNDS),
        "total": _TOTAL,
        "total_less_refunds": _LESS_REFUNDS,
        "refunded": (
            *("Order Refund Amount", "Montant du remboursement de la commande"),
            "Importe reembolsado del pedido",
        ),
        "goods": (
            *("Order Subtotal Amount", "Sous-total de la commande"),
            "Importe de subtotal del pedido",
        ),
        "discount": (
            *("Cart Discount Amount", "Montant de la remise panier"),
            "Importe de descuento del carrito",
        ),
        "shipping": (
            *("Order Shipping Amount", "Montant de la livraison"),
            "Importe de envío del pedido",
        ),
        "tax": (
            *("Order Total Tax Amount", "Montant total de la taxe"),
            "Importe total de impuestos del pedido",
        ),
        "line_id": ("Item #", "Article #", "Artículo #"),
        "product": ("SKU", "UGS"),
        "product_name": ("Item Name", "Nom de l’élément", "Nombre del artículo"),
        "category": ("Category", "Catégorie", "Categoría"),
        "quantity": (
            *("Quantity", "Quantité", "Cantidad"),
            *("Quantity (- Refund)", "Quantité (- Remboursement)", "Cantidad (- reembolso)"),
        ),
        "unit_price": ("Item Cost", "Prix du produit", "Coste de artículo"),
        "line_amount": (
            *("Order Line Total", "Total de la ligne de commande"),
            "Total de la línea del pedido",
        ),
        "line_goods": (
            *("Order Line Subtotal", "Sous-total de la ligne de commande"),
            "Subtotal de la línea del pedido",
        ),
        "coupon": ("Coupon Code", "Code de coupon", "Código de cupón"),
        "payment_method": (
            *("Payment Method Title", "Titre de la méthode de paiement"),
            "Título del método de pago",
        ),
        "country": (
            *("Country Code (Shipping)", "Code du pays (Livraison)"),
            "Código del país (envío)",
        ),
        "region": (
            *("State Code (Shipping)", "Code de l’état (Livraison)"),
            "Código de provincia (envío)",
        ),
        "city": ("City (Shipping)", "Ville (Livraison)", "Ciudad (envío)"),
        "billing_country": (
            *("Country Code (Billing)", "Code du pays (Facturation)"),
            "Código del país (facturación)",
        ),
        "billing_region": (
            *("State Code (Billing)", "Code de l’état (Facturation)"),
            "Código de provincia (facturación)",
        ),
        "billing_city": ("City (Billing)", "Ville (Facturation)", "Ciudad (facturación)"),
    },
    recognised_by=frozenset({"Order Number", "Order Date", "Order Total Amount"}),
    required=("order_id", "placed_at", "amount", "order_status"),
    layout="lines",
    statuses=STATES,
    refunded_statuses=REFUNDED,
    decimal=".",
    source="woocommerce",
    kinds={"total": "money", "total_less_refunds": "money"},
    computed={"amount": _amount},
    fallbacks={"email": "account_email"},
    address_prefixes=("", "billing_"),
    personal={
        "first_name": "First Name (Billing)",
        "last_name": "Last Name (Billing)",
        "street": "Address 1&2 (Shipping)",
        "postal_code": "Postcode (Shipping)",
        "billing_street": "Address 1&2 (Billing)",
        "billing_postal_code": "Postcode (Billing)",
    },
)
