"""Which e-mail addresses are nobody's own?"""

from collections.abc import Set as AbstractSet
from typing import Final

__all__ = ["GATEWAYS", "ROLES", "is_impersonal"]

ROLES: Final = frozenset(
    {
        "accounting",
        "accounts",
        "admin",
        "admissions",
        "bestellung",
        "billing",
        "bonjour",
        "buchhaltung",
        "commande",
        "compta",
        "contact",
        "contacto",
        "einkauf",
        "enquiries",
        "finance",
        "hallo",
        "hello",
        "hi",
        "info",
        "inquiries",
        "invoice",
        "invoices",
        "kontakt",
        "kundenservice",
        "mail",
        "marketing",
        "no-reply",
        "noreply",
        "office",
        "order",
        "orders",
        "post",
        "postmaster",
        "purchasing",
        "reception",
        "rechnung",
        "sales",
        "secretary",
        "service",
        "shop",
        "studio",
        "support",
        "team",
        "verkauf",
        "webmaster",
    }
)
"""Names of e-mail addresses, before the @ and a plus, that several people of a company read."""

GATEWAYS: Final = frozenset(
    {
        "etsy.com",
        "invalid",
        "marketplace.amazon.co.uk",
        "marketplace.amazon.com",
        "marketplace.amazon.de",
        "marketplace.amazon.es",
        "marketplace.amazon.fr",
        "marketplace.amazon.it",
        "members.ebay.co.uk",
        "members.ebay.com",
        "members.ebay.de",
    }
)
"""Domains, with all below them, by which marketplaces pass letters on, and that of no address."""


def is_impersonal(email: str, roles: AbstractSet[str], gateways: AbstractSet[str]) -> bool:
    """Whether an e-mail address is that of a role or a gateway.

    Examples
    --------
    >>> [is_impersonal(one, ROLES, GATEWAYS) for one in ("info@example.com", "ada@example.com")]
    [True, False]
    """
    local, _, domain = email.rpartition("@")
    parts = domain.split(".")
    above = (".".join(parts[at:]) for at in range(len(parts)))
    return local.partition("+")[0] in roles or not gateways.isdisjoint(above)
