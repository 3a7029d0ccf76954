"""What do the words of a question mean? Predicted traits are told by models fitted on the spot."""

from __future__ import annotations

from collections.abc import Iterable

from custinsights.analyses.builtin.forecasts import PREDICTED
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.prediction.models import fit_models
from custinsights.analyses.segments.rule import Rule
from custinsights.domain.rules.tree import Name, nodes_of
from custinsights.history.facts import Facts
from custinsights.history.orders import When

__all__ = ["asked_by", "catalog_for"]


def asked_by(rule: Rule) -> tuple[str, ...]:
    """The traits that a rule asks for, each once, as they come."""
    nodes = nodes_of(rule.filled)
    return tuple(dict.fromkeys(node.name for node in nodes if isinstance(node, Name)))


def catalog_for(
    history: Facts,
    *,
    rule: Rule | None = None,
    names: Iterable[str] = (),
    as_of: When | None = None,
) -> Catalog:
    """The built-in catalog, with models of the history where a rule or a list asks for a forecast.

    Raises
    ------
    NoModel
        A forecast is asked for, and no model fits the history.
    """
    asked = {*names, *(() if rule is None else asked_by(rule))}
    if not asked & {*PREDICTED}:
        return DEFAULT
    return DEFAULT.with_models(fit_models(history, as_of=as_of))
