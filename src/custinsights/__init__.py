"""custinsights: who buys, who comes back, who is worth most, who is slipping away.

A shop's order history goes in, exact customer numbers come out. Everything here is loaded when it
is first used, so that importing the package costs next to nothing.

>>> import custinsights as ci
>>> history = ci.datasets.load_online_retail()
>>> ci.measure(history, ["customers", "revenue"], by=["year"]).to_dicts()[1]["customers"]
4220
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from custinsights import datasets, domain, errors, testing
    from custinsights.analyses.acquisition import acquisition
    from custinsights.analyses.activity_metrics import activities
    from custinsights.analyses.audit import audit
    from custinsights.analyses.builtin_traits import preferred
    from custinsights.analyses.catalog import DEFAULT, Catalog, dimension, tally, trait
    from custinsights.analyses.cohorts import cohorts
    from custinsights.analyses.concentration import concentration
    from custinsights.analyses.cross_sell import cross_sell_gaps
    from custinsights.analyses.cuts import Cuts, cuts
    from custinsights.analyses.dimensions import order_number
    from custinsights.analyses.distributions import distribution, quantile
    from custinsights.analyses.exact_ages import lifetime_value_at, second_order_rate
    from custinsights.analyses.frequency import frequent_customers
    from custinsights.analyses.funnel import funnel
    from custinsights.analyses.groups import GroupMap
    from custinsights.analyses.growth import growth_drivers
    from custinsights.analyses.lifetime import lifetime_value
    from custinsights.analyses.measure import Measure, measure
    from custinsights.analyses.metrics import churn_rate, customers, orders, revenue, units
    from custinsights.analyses.milestones import milestones
    from custinsights.analyses.nearby import distance_to, nearby
    from custinsights.analyses.overdue import overdue
    from custinsights.analyses.overview import overview
    from custinsights.analyses.preferences import preferences
    from custinsights.analyses.ranking import ranking
    from custinsights.analyses.rfm import RFM, rfm
    from custinsights.analyses.second_order import second_order
    from custinsights.analyses.sequence import order_sequence
    from custinsights.analyses.slipping import slipping
    from custinsights.analyses.spend_metrics import customer_acquisition_cost
    from custinsights.analyses.tiers import tiers
    from custinsights.analyses.traits import Traits, traits
    from custinsights.analyses.transitions import transitions
    from custinsights.analyses.velocity import dead_stock, product_velocity
    from custinsights.analyses.voice_metrics import customer_satisfaction, net_promoter_score
    from custinsights.domain.channels import ChannelTaxonomy
    from custinsights.domain.places import PlaceTable
    from custinsights.history.activity_history import ActivityHistory
    from custinsights.history.orders import OrderHistory
    from custinsights.sources import (
        combine,
        read_activities,
        read_customers,
        read_frame,
        read_objects,
        read_orders,
        read_places,
        read_products,
        read_spend,
    )

__version__ = "0.1.0"

_ROOMS = ("datasets", "domain", "errors", "testing")
_HOMES = {
    "DEFAULT": "analyses.catalog",
    "ActivityHistory": "history.activity_history",
    "Catalog": "analyses.catalog",
    "ChannelTaxonomy": "domain.channels",
    "Cuts": "analyses.cuts",
    "GroupMap": "analyses.groups",
    "Measure": "analyses.measure",
    "OrderHistory": "history.orders",
    "PlaceTable": "domain.places",
    "RFM": "analyses.rfm",
    "Traits": "analyses.traits",
    "acquisition": "analyses.acquisition",
    "activities": "analyses.activity_metrics",
    "audit": "analyses.audit",
    "churn_rate": "analyses.metrics",
    "cohorts": "analyses.cohorts",
    "combine": "sources",
    "concentration": "analyses.concentration",
    "cross_sell_gaps": "analyses.cross_sell",
    "customer_acquisition_cost": "analyses.spend_metrics",
    "customer_satisfaction": "analyses.voice_metrics",
    "customers": "analyses.metrics",
    "cuts": "analyses.cuts",
    "dead_stock": "analyses.velocity",
    "dimension": "analyses.catalog",
    "distance_to": "analyses.nearby",
    "distribution": "analyses.distributions",
    "frequent_customers": "analyses.frequency",
    "funnel": "analyses.funnel",
    "growth_drivers": "analyses.growth",
    "lifetime_value": "analyses.lifetime",
    "lifetime_value_at": "analyses.exact_ages",
    "measure": "analyses.measure",
    "milestones": "analyses.milestones",
    "nearby": "analyses.nearby",
    "net_promoter_score": "analyses.voice_metrics",
    "order_number": "analyses.dimensions",
    "order_sequence": "analyses.sequence",
    "orders": "analyses.metrics",
    "overdue": "analyses.overdue",
    "overview": "analyses.overview",
    "preferences": "analyses.preferences",
    "preferred": "analyses.builtin_traits",
    "product_velocity": "analyses.velocity",
    "quantile": "analyses.distributions",
    "ranking": "analyses.ranking",
    "read_activities": "sources",
    "read_customers": "sources",
    "read_frame": "sources",
    "read_objects": "sources",
    "read_orders": "sources",
    "read_places": "sources",
    "read_products": "sources",
    "read_spend": "sources",
    "revenue": "analyses.metrics",
    "rfm": "analyses.rfm",
    "second_order": "analyses.second_order",
    "second_order_rate": "analyses.exact_ages",
    "slipping": "analyses.slipping",
    "tally": "analyses.catalog",
    "tiers": "analyses.tiers",
    "trait": "analyses.catalog",
    "traits": "analyses.traits",
    "transitions": "analyses.transitions",
    "units": "analyses.metrics",
}

__all__ = [
    "DEFAULT",
    "RFM",
    "ActivityHistory",
    "Catalog",
    "ChannelTaxonomy",
    "Cuts",
    "GroupMap",
    "Measure",
    "OrderHistory",
    "PlaceTable",
    "Traits",
    "__version__",
    "acquisition",
    "activities",
    "audit",
    "churn_rate",
    "cohorts",
    "combine",
    "concentration",
    "cross_sell_gaps",
    "customer_acquisition_cost",
    "customer_satisfaction",
    "customers",
    "cuts",
    "datasets",
    "dead_stock",
    "dimension",
    "distance_to",
    "distribution",
    "domain",
    "errors",
    "frequent_customers",
    "funnel",
    "growth_drivers",
    "lifetime_value",
    "lifetime_value_at",
    "measure",
    "milestones",
    "nearby",
    "net_promoter_score",
    "order_number",
    "order_sequence",
    "orders",
    "overdue",
    "overview",
    "preferences",
    "preferred",
    "product_velocity",
    "quantile",
    "ranking",
    "read_activities",
    "read_customers",
    "read_frame",
    "read_objects",
    "read_orders",
    "read_places",
    "read_products",
    "read_spend",
    "revenue",
    "rfm",
    "second_order",
    "second_order_rate",
    "slipping",
    "tally",
    "testing",
    "tiers",
    "trait",
    "traits",
    "transitions",
    "units",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
