"""The payments export of Stripe: a row for each payment, in the currency in which it was charged.

Where Stripe converted a payment, that is beside it in the currency of the settlement, which is what
came to the shop: it is taken, and what was charged stays with the order as the labels
``original_amount`` and ``original_currency``. A lost dispute took back what was disputed.
"""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.formats.declaration import OrderFormat, Rows
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import status_word

_CONVERTED = ("converted_amount", "converted_refunded", "converted_currency")
_NO = frozenset({"false", "faux", "falsch", "falso", "onwaar", "no", "0"})
"""False, and what a spreadsheet in another language writes for it."""
_YES = frozenset({"true", "vrai", "wahr", "verdadero", "verdadeiro", "vero", "waar", "yes", "1"})


def _is_converted(rows: Rows) -> BoolArray:
    """Tell where the amount is told in the settlement's currency too."""
    found = ~rows.is_blank("converted_amount") & ~rows.is_blank("converted_currency")
    return found & all(map(rows.has, _CONVERTED))


def _settled(rows: Rows, name: str) -> Decimals:
    """Return an amount in the currency that `_currency` tells."""
    is_converted = _is_converted(rows)
    converted, charged = rows.decimals(f"converted_{name}"), rows.decimals(f"charged_{name}")
    return Decimals(
        np.where(is_converted, converted.digits, charged.digits),
        np.where(is_converted, converted.places, charged.places),
        np.where(is_converted, converted.wrong, charged.wrong),
    )


def _amount(rows: Rows) -> Decimals:
    """Return what was paid; a blank cell is no number."""
    paid = _settled(rows, "amount")
    says_nothing = ~_is_converted(rows) & rows.is_blank("charged_amount")
    return attrs.evolve(paid, wrong=paid.wrong | says_nothing)


def _refunded(rows: Rows) -> Decimals:
    """Return what was given back: refunds, and what a lost dispute took.

    A dispute is told in the currency that was charged: of what was settled it took the same part.
    """
    back, paid, charged = _settled(rows, "refunded"), _amount(rows), rows.decimals("charged_amount")
    lost = rows.texts("dispute_status").where(lambda text: status_word(text) == "lost")
    taken = rows.decimals("disputed")
    is_whole = rows.is_blank("disputed") | (taken.minus(charged).digits == 0)
    digits = np.where(lost & is_whole, paid.digits, 0)
    places = np.where(lost & is_whole, paid.places, 0)
    for row in np.flatnonzero(lost & ~is_whole & (charged.digits > 0)).tolist():
        part = Fraction(int(taken.digits[row]), 10 ** int(taken.places[row]))
        part /= Fraction(int(charged.digits[row]), 10 ** int(charged.places[row]))
        places[row] = paid.places[row]
        digits[row] = round(part * int(paid.digits[row]))
    return back.plus(Decimals(digits, places, lost & (paid.wrong | taken.wrong)))


def _refunded_at(rows: Rows) -> Texts:
    """Return when something was given back, else when it was disputed and lost."""
    lost = rows.texts("dispute_status").where(lambda text: status_word(text) == "lost")
    disputed = rows.texts("disputed_at")
    codes = np.where(lost, disputed.codes, np.int32(len(disputed.names)))
    return rows.texts("refund_date").or_else(Texts(codes, [*disputed.names, ""]))


def _currency(rows: Rows) -> Texts:
    converted = rows.texts("converted_currency")
    codes = np.where(_is_converted(rows), converted.codes, np.int32(len(converted.names)))
    return Texts(codes, [*converted.names, ""]).or_else(rows.texts("charged_currency"))


def _status(rows: Rows) -> Texts:
    """Return the state of a payment: money that was never captured, or is none, was not paid.

    Where a row does not say whether it was captured or a test, the state alone tells.
    """
    told = rows.texts("state")
    is_held = rows.texts("captured").where(lambda text: text.casefold() in _NO)
    is_paid = told.where(lambda text: _STATES.get(status_word(text)) == "paid")
    is_test = rows.texts("mode").where(lambda text: text.casefold() == "test")
    codes = np.where(is_paid & is_held, np.int32(len(told.names)), told.codes)
    codes = np.where(is_paid & is_test, np.int32(len(told.names) + 1), codes)
    return Texts(codes.astype(np.int32), [*told.names, "uncaptured", "test"])


_STATES = {
    "paid": "paid",
    "succeeded": "paid",
    "refunded": "paid",
    "partial_refund": "paid",
    "partially_refunded": "paid",
    "pending": "pending",
    "failed": "failed",
    "requires_payment_method": "failed",
    "requires_confirmation": "failed",
    "requires_action": "failed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "uncaptured": "voided",
    "requires_capture": "voided",
    "test": "voided",
}

STRIPE_PAYMENTS = OrderFormat(
    name="stripe_payments",
    columns={
        "order_id": "id",
        "customer_id": "Customer ID",
        "email": "Customer Email",
        "placed_at": ("Created date (UTC)", "Created (UTC)"),
        "refund_date": "Refunded date (UTC)",
        "disputed": "Disputed Amount",
        "disputed_at": "Dispute Date (UTC)",
        "dispute_status": "Dispute Status",
        "amount": "Amount",
        "charged_amount": "Amount",
        "converted_amount": "Converted Amount",
        "original_amount": "Amount",
        "refunded": "Amount Refunded",
        "charged_refunded": "Amount Refunded",
        "converted_refunded": "Converted Amount Refunded",
        "currency": "Currency",
        "charged_currency": "Currency",
        "converted_currency": "Converted Currency",
        "original_currency": "Currency",
        "order_status": "Status",
        "state": "Status",
        "captured": "Captured",
        "mode": "Mode",
        "payment_method": "Payment Source Type",
        "country": "Shipping Address Country",
        "region": "Shipping Address State",
        "city": "Shipping Address City",
        "billing_country": "Card Address Country",
        "billing_region": "Card Address State",
        "billing_city": "Card Address City",
    },
    recognised_by=frozenset({"id", "Created date (UTC)", "Amount", "Currency", "Status"}),
    required=("order_id", "placed_at", "amount", "currency", "order_status"),
    statuses=_STATES,
    words={"captured": {*_YES, *_NO, ""}, "mode": {"live", "test", ""}},
    refunded_statuses=frozenset({"refunded"}),
    decimal=".",
    timezone="UTC",
    source="stripe",
    kinds={
        "charged_amount": "money",
        "converted_amount": "money",
        "charged_refunded": "money",
        "converted_refunded": "money",
        "charged_currency": "code",
        "converted_currency": "code",
        "state": "code",
        "captured": "code",
        "mode": "code",
        "refund_date": "code",
        "disputed": "money",
        "disputed_at": "code",
        "dispute_status": "code",
    },
    computed={
        "amount": _amount,
        "refunded": _refunded,
        "refunded_at": _refunded_at,
        "currency": _currency,
        "order_status": _status,
    },
    told_by={
        "refund_amounts": ("charged_refunded",),
        "disputes": ("dispute_status", "disputed"),
        "order_states": ("state", "captured", "mode"),
    },
    column_patterns={"* (metadata)": "metadata"},
    converters={"original_currency": str.upper},
    address_prefixes=("", "billing_"),
    personal={
        "name": "Card Name",
        "shipping_name": "Shipping Name",
        "street": "Shipping Address Line1",
        "street_2": "Shipping Address Line2",
        "postal_code": "Shipping Address Postal Code",
        "billing_street": "Card Address Line1",
        "billing_street_2": "Card Address Line2",
        "billing_postal_code": "Card Address Zip",
    },
)
