"""For which name does a short one stand, or that of a metric of many?"""

from __future__ import annotations

from collections.abc import Container, Mapping

from custinsights.domain.frozen import frozen

ABBREVIATIONS: Mapping[str, str] = frozen(
    {
        "aov": "average_order_value",
        "arpc": "revenue_per_customer",
        "arpu": "revenue_per_customer",
        "cac": "customer_acquisition_cost",
        "clv": "customer_lifetime_value",
        "cltv": "customer_lifetime_value",
        "csat": "customer_satisfaction",
        "ltv": "customer_lifetime_value",
        "nps": "net_promoter_score",
        "roas": "return_on_ad_spend",
    }
)
"""What is often called in short, and its name in the catalog."""

OF_ONE: Mapping[str, str] = frozen({"customer_lifetime_value": "total_spent"})
"""The trait of one customer that a metric is the mean of."""


def meant(name: str, known: Container[str]) -> str | None:
    """Return the known name that a short one, or that of a metric of many, stands for."""
    whole = ABBREVIATIONS.get(name.casefold(), name)
    return next((one for one in (whole, OF_ONE.get(whole)) if one in known), None)


def hint(name: str, known: Container[str]) -> str:
    """Return what to tell of a name that is not known itself, or nothing."""
    found = meant(name, known)
    if found is None:
        return ""
    return f"{'For one customer it is' if found in OF_ONE.values() else 'It stands for'} {found!r}"
