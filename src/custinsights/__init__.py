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
    from custinsights import datasets, domain, errors, privacy, shop, testing
    from custinsights.analyses.audit import audit
    from custinsights.analyses.builtin.activity_metrics import activities
    from custinsights.analyses.builtin.customer_traits import preferred
    from custinsights.analyses.builtin.dimensions import order_number
    from custinsights.analyses.builtin.exact_ages import lifetime_value_at, second_order_rate
    from custinsights.analyses.builtin.frequency import frequent_customers
    from custinsights.analyses.builtin.metrics import churn_rate, customers, orders, revenue, units
    from custinsights.analyses.builtin.spend_metrics import customer_acquisition_cost
    from custinsights.analyses.builtin.voice_metrics import (
        customer_satisfaction,
        net_promoter_score,
    )
    from custinsights.analyses.catalog import DEFAULT, Catalog, dimension, tally, trait
    from custinsights.analyses.cohorts.acquisition import acquisition
    from custinsights.analyses.cohorts.cohorts import cohorts
    from custinsights.analyses.cohorts.lifetime import lifetime_value
    from custinsights.analyses.cohorts.second_order import second_order
    from custinsights.analyses.customers.concentration import concentration
    from custinsights.analyses.customers.cuts import Cuts, cuts
    from custinsights.analyses.customers.features import to_matrix
    from custinsights.analyses.customers.groups import GroupMap
    from custinsights.analyses.customers.nearby import distance_to, nearby
    from custinsights.analyses.customers.rfm import RFM, rfm
    from custinsights.analyses.customers.tagging import tagged
    from custinsights.analyses.customers.tiers import tiers
    from custinsights.analyses.customers.traits import Traits, traits
    from custinsights.analyses.declaring.grouping import segment_dimension
    from custinsights.analyses.declaring.segment_functions import segment_function
    from custinsights.analyses.experiments.arms import assign
    from custinsights.analyses.experiments.balance import balance
    from custinsights.analyses.experiments.outcomes import compare
    from custinsights.analyses.experiments.sizes import sample_size
    from custinsights.analyses.journey.funnel import funnel
    from custinsights.analyses.journey.milestones import milestones
    from custinsights.analyses.journey.overdue import overdue
    from custinsights.analyses.journey.slipping import slipping
    from custinsights.analyses.journey.transitions import transitions
    from custinsights.analyses.measuring.measure import Measure, measure
    from custinsights.analyses.prediction.beta_geometric import BetaGeoNBD, ModifiedBetaGeoNBD
    from custinsights.analyses.prediction.gamma_gamma import GammaGamma
    from custinsights.analyses.prediction.lifetime_models import customer_lifetime_value
    from custinsights.analyses.prediction.models import FittedModels, fit_models
    from custinsights.analyses.prediction.pareto import ParetoNBD
    from custinsights.analyses.prediction.purchases import purchase_summary
    from custinsights.analyses.prediction.uncertainty import Draws
    from custinsights.analyses.prediction.validation import validate
    from custinsights.analyses.products.audiences import cross_sell
    from custinsights.analyses.products.baskets import baskets
    from custinsights.analyses.products.cross_sell import cross_sell_gaps
    from custinsights.analyses.products.preferences import preferences
    from custinsights.analyses.products.velocity import dead_stock, product_velocity
    from custinsights.analyses.recommendation.evaluating import evaluate_recommendations
    from custinsights.analyses.recommendation.recommending import Recommender, recommend
    from custinsights.analyses.segments.ladders import Ladder, Rung, upsell
    from custinsights.analyses.segments.maintaining import maintain
    from custinsights.analyses.segments.operators import RuleWords, words
    from custinsights.analyses.segments.presets import Presets, presets
    from custinsights.analyses.segments.rule import Rule, rule
    from custinsights.analyses.segments.segment import segment
    from custinsights.analyses.segments.sets import Segments, lifecycle, segments
    from custinsights.analyses.trends.distributions import distribution, quantile
    from custinsights.analyses.trends.growth import growth_drivers
    from custinsights.analyses.trends.overview import overview
    from custinsights.analyses.trends.ranking import ranking
    from custinsights.analyses.trends.sequence import order_sequence
    from custinsights.domain.channels import ChannelTaxonomy
    from custinsights.domain.places import PlaceTable
    from custinsights.history.activity_history import ActivityHistory
    from custinsights.history.orders import OrderHistory
    from custinsights.presentation.report.writing import report
    from custinsights.results.assignment import Assignment
    from custinsights.shop.opening import open_shop
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
        read_store,
    )

__version__ = "0.1.0"

_ROOMS = ("datasets", "domain", "errors", "privacy", "shop", "testing")
_HOMES = {
    "DEFAULT": "analyses.catalog",
    "RFM": "analyses.customers.rfm",
    "ActivityHistory": "history.activity_history",
    "Assignment": "results.assignment",
    "BetaGeoNBD": "analyses.prediction.beta_geometric",
    "Catalog": "analyses.catalog",
    "ChannelTaxonomy": "domain.channels",
    "Cuts": "analyses.customers.cuts",
    "Draws": "analyses.prediction.uncertainty",
    "FittedModels": "analyses.prediction.models",
    "GammaGamma": "analyses.prediction.gamma_gamma",
    "GroupMap": "analyses.customers.groups",
    "Ladder": "analyses.segments.ladders",
    "Measure": "analyses.measuring.measure",
    "ModifiedBetaGeoNBD": "analyses.prediction.beta_geometric",
    "OrderHistory": "history.orders",
    "ParetoNBD": "analyses.prediction.pareto",
    "PlaceTable": "domain.places",
    "Presets": "analyses.segments.presets",
    "Recommender": "analyses.recommendation.recommending",
    "Rule": "analyses.segments.rule",
    "RuleWords": "analyses.segments.operators",
    "Rung": "analyses.segments.ladders",
    "Segments": "analyses.segments.sets",
    "Traits": "analyses.customers.traits",
    "acquisition": "analyses.cohorts.acquisition",
    "activities": "analyses.builtin.activity_metrics",
    "assign": "analyses.experiments.arms",
    "audit": "analyses.audit",
    "balance": "analyses.experiments.balance",
    "baskets": "analyses.products.baskets",
    "churn_rate": "analyses.builtin.metrics",
    "cohorts": "analyses.cohorts.cohorts",
    "combine": "sources",
    "compare": "analyses.experiments.outcomes",
    "concentration": "analyses.customers.concentration",
    "cross_sell": "analyses.products.audiences",
    "cross_sell_gaps": "analyses.products.cross_sell",
    "customer_acquisition_cost": "analyses.builtin.spend_metrics",
    "customer_lifetime_value": "analyses.prediction.lifetime_models",
    "customer_satisfaction": "analyses.builtin.voice_metrics",
    "customers": "analyses.builtin.metrics",
    "cuts": "analyses.customers.cuts",
    "dead_stock": "analyses.products.velocity",
    "dimension": "analyses.catalog",
    "distance_to": "analyses.customers.nearby",
    "distribution": "analyses.trends.distributions",
    "evaluate_recommendations": "analyses.recommendation.evaluating",
    "fit_models": "analyses.prediction.models",
    "frequent_customers": "analyses.builtin.frequency",
    "funnel": "analyses.journey.funnel",
    "growth_drivers": "analyses.trends.growth",
    "lifecycle": "analyses.segments.sets",
    "lifetime_value": "analyses.cohorts.lifetime",
    "lifetime_value_at": "analyses.builtin.exact_ages",
    "maintain": "analyses.segments.maintaining",
    "measure": "analyses.measuring.measure",
    "milestones": "analyses.journey.milestones",
    "nearby": "analyses.customers.nearby",
    "net_promoter_score": "analyses.builtin.voice_metrics",
    "open_shop": "shop.opening",
    "order_number": "analyses.builtin.dimensions",
    "order_sequence": "analyses.trends.sequence",
    "orders": "analyses.builtin.metrics",
    "overdue": "analyses.journey.overdue",
    "overview": "analyses.trends.overview",
    "preferences": "analyses.products.preferences",
    "preferred": "analyses.builtin.customer_traits",
    "presets": "analyses.segments.presets",
    "product_velocity": "analyses.products.velocity",
    "purchase_summary": "analyses.prediction.purchases",
    "quantile": "analyses.trends.distributions",
    "ranking": "analyses.trends.ranking",
    "read_activities": "sources",
    "read_customers": "sources",
    "read_frame": "sources",
    "read_objects": "sources",
    "read_orders": "sources",
    "read_places": "sources",
    "read_products": "sources",
    "read_spend": "sources",
    "read_store": "sources",
    "recommend": "analyses.recommendation.recommending",
    "report": "presentation.report.writing",
    "revenue": "analyses.builtin.metrics",
    "rfm": "analyses.customers.rfm",
    "rule": "analyses.segments.rule",
    "sample_size": "analyses.experiments.sizes",
    "second_order": "analyses.cohorts.second_order",
    "second_order_rate": "analyses.builtin.exact_ages",
    "segment": "analyses.segments.segment",
    "segment_dimension": "analyses.declaring.grouping",
    "segment_function": "analyses.declaring.segment_functions",
    "segments": "analyses.segments.sets",
    "slipping": "analyses.journey.slipping",
    "tagged": "analyses.customers.tagging",
    "tally": "analyses.catalog",
    "tiers": "analyses.customers.tiers",
    "to_matrix": "analyses.customers.features",
    "trait": "analyses.catalog",
    "traits": "analyses.customers.traits",
    "transitions": "analyses.journey.transitions",
    "units": "analyses.builtin.metrics",
    "upsell": "analyses.segments.ladders",
    "validate": "analyses.prediction.validation",
    "words": "analyses.segments.operators",
}

__all__ = [
    "DEFAULT",
    "RFM",
    "ActivityHistory",
    "Assignment",
    "BetaGeoNBD",
    "Catalog",
    "ChannelTaxonomy",
    "Cuts",
    "Draws",
    "FittedModels",
    "GammaGamma",
    "GroupMap",
    "Ladder",
    "Measure",
    "ModifiedBetaGeoNBD",
    "OrderHistory",
    "ParetoNBD",
    "PlaceTable",
    "Presets",
    "Recommender",
    "Rule",
    "RuleWords",
    "Rung",
    "Segments",
    "Traits",
    "__version__",
    "acquisition",
    "activities",
    "assign",
    "audit",
    "balance",
    "baskets",
    "churn_rate",
    "cohorts",
    "combine",
    "compare",
    "concentration",
    "cross_sell",
    "cross_sell_gaps",
    "customer_acquisition_cost",
    "customer_lifetime_value",
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
    "evaluate_recommendations",
    "fit_models",
    "frequent_customers",
    "funnel",
    "growth_drivers",
    "lifecycle",
    "lifetime_value",
    "lifetime_value_at",
    "maintain",
    "measure",
    "milestones",
    "nearby",
    "net_promoter_score",
    "open_shop",
    "order_number",
    "order_sequence",
    "orders",
    "overdue",
    "overview",
    "preferences",
    "preferred",
    "presets",
    "privacy",
    "product_velocity",
    "purchase_summary",
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
    "read_store",
    "recommend",
    "report",
    "revenue",
    "rfm",
    "rule",
    "sample_size",
    "second_order",
    "second_order_rate",
    "segment",
    "segment_dimension",
    "segment_function",
    "segments",
    "shop",
    "slipping",
    "tagged",
    "tally",
    "testing",
    "tiers",
    "to_matrix",
    "trait",
    "traits",
    "transitions",
    "units",
    "upsell",
    "validate",
    "words",
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
