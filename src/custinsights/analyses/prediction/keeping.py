"""How do fitted models rest, so that what was fitted at night predicts by day? As JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isnan, nan
from typing import Any, Final

import attrs
import numpy as np

from custinsights.analyses.prediction.beta_geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from custinsights.analyses.prediction.fitted import FittedModel
from custinsights.analyses.prediction.fitting import Convergence
from custinsights.analyses.prediction.gamma_gamma import GammaGamma
from custinsights.analyses.prediction.lifetime_models import Worth
from custinsights.analyses.prediction.pareto import ParetoNBD
from custinsights.errors import InvalidValue

SCHEMA: Final = 1
"""Of the records; a later one may hold what this version does not know."""

_MODELS: Final = {
    one.__name__: one for one in (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, GammaGamma)
}
_NUMBERS: Final = ("log_likelihood", "correlation")


def written(parts: Mapping[str, Any]) -> str:
    """Return the parts of `FittedModels` as JSON: models, worth and what is plain already."""
    told = {"schema": SCHEMA, **{name: _plain(part) for name, part in parts.items()}}
    return json.dumps(told, allow_nan=False)


def read(text: str | bytes) -> dict[str, Any]:
    """Return the parts of `FittedModels` out of JSON.

    Raises
    ------
    InvalidValue
        It is none of `written`, of a later schema, or broken.
    """
    what, allowed = "these are no fitted models", "what FittedModels.to_json() gives"
    try:
        record = json.loads(text)
    except (TypeError, ValueError) as error:
        raise InvalidValue(what, "no JSON", allowed) from error
    schema = record.get("schema") if isinstance(record, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise InvalidValue(what, "JSON without a schema", allowed)
    if schema != SCHEMA:
        advice = "Fit the models anew, or read them with the version that wrote them"
        raise InvalidValue(what, f"schema {schema}", f"schema {SCHEMA}", advice)
    try:
        return {
            "orders": _model(record["orders"]),
            "values": _model(record["values"]),
            "worth": Worth(**record["worth"]),
            "risks": tuple(record["risks"]),
            "remarks": tuple(map(str, record["remarks"])),
            "learned_until": record["learned_until"],
        }
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidValue("the fitted models are broken", type(error).__name__, allowed) from error


def _plain(part: Any) -> Any:
    if isinstance(part, FittedModel):
        return {
            "model": type(part).__name__,
            **{
                field.name: _plain(getattr(part, field.name))
                for field in attrs.fields(type(part))
                if field.name != "purchases"
            },
        }
    if isinstance(part, Worth | Convergence):
        return attrs.asdict(part)
    if isinstance(part, Mapping):
        return {name: _plain(one) for name, one in part.items()}
    if isinstance(part, np.ndarray | list | tuple):
        return [_plain(one) for one in (part.tolist() if isinstance(part, np.ndarray) else part)]
    return None if isinstance(part, float) and isnan(part) else part


def _model(record: Mapping[str, Any]) -> FittedModel:
    """Return a model; what is unknown is NaN again."""
    kind = _MODELS[record["model"]]
    told = {name: value for name, value in record.items() if name != "model"}
    told["params"] = {name: _number(value) for name, value in told["params"].items()}
    told |= {name: _number(told[name]) for name in _NUMBERS if name in told}
    rows = [[_number(value) for value in row] for row in told["covariance"]]
    told["covariance"] = np.array(rows, dtype=np.float64).reshape(len(rows), len(rows))
    told["convergence"] = Convergence(**told["convergence"])
    is_square = len(rows) in (0, len(kind.NAMES))
    whole = [told[name] for name in ("customers", "left_out") if name in told]
    texts = [told["unit"], told["convergence"].reason, told["convergence"].advice]
    if not (
        is_square
        and all(type(one) is int for one in whole)
        and all(isinstance(one, str) for one in texts)
        and isinstance(told["convergence"].is_reached, bool)
    ):
        raise InvalidValue(
            "a model is broken", record["model"], "what FittedModels.to_json() gives"
        )
    return kind(**told)


def _number(given: Any) -> float:
    """Return a number, NaN for none."""
    if given is None:
        return nan
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InvalidValue("a number is none", type(given).__name__, "a number, or null")
    return float(given)
