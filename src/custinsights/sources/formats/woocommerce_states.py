"""The states of WooCommerce's orders, as its exports write them: the slug, or the label translated.

A state that a plug-in has added to a shop is none of them: what it means is told by ``statuses=``.
"""

from __future__ import annotations

_LABELS = {
    "pending": (
        *("Pending", "Pending payment", "Attente paiement", "Zahlung ausstehend"),
        *("Pendiente de pago", "In attesa di pagamento", "Wachtend op betaling"),
    ),
    "on-hold": (
        *("On-hold", "On hold", "En attente", "In Wartestellung"),
        *("En espera", "In sospeso", "In de wacht"),
    ),
    "processing": (
        *("Processing", "En cours", "In Bearbeitung"),
        *("Procesando", "In lavorazione", "In behandeling"),
    ),
    "completed": (
        *("Completed", "Terminée", "Abgeschlossen"),
        *("Completado", "Completato", "Afgerond", "Voltooid"),
    ),
    "refunded": (
        *("Refunded", "Remboursée", "Rückerstattet"),
        *("Reembolsado", "Rimborsato", "Terugbetaald"),
    ),
    "cancelled": (
        *("Cancelled", "Canceled", "Annulée", "Storniert", "Storniert/Abgebrochen"),
        *("Cancelado", "Annullato", "Geannuleerd"),
    ),
    "failed": (
        *("Failed", "Échouée", "Fehlgeschlagen"),
        *("Fallido", "Fallito", "Mislukt"),
    ),
}
"""English, French, German, Spanish, Italian, Dutch, in this order."""

_MEANINGS = {"on-hold": "pending", "processing": "paid", "completed": "paid", "refunded": "paid"}

STATES = {label: _MEANINGS.get(slug, slug) for slug, labels in _LABELS.items() for label in labels}
"""What the states mean; processing and on-hold tell how far the work is, and whether it is paid."""

REFUNDED = frozenset(_LABELS["refunded"])
"""The words for all of it was given back."""
