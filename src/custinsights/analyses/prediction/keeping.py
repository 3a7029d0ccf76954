"""How do fitted models rest, so that what was fitted at night predicts by day? As JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from math import isnan, nan
from typing import Any, Final, NoReturn, TypeVar

import attrs
import numpy as np

from custinsights.analyses.prediction.beta_geometric import BetaGeoNBD, ModifiedBetaGeoNBD
from custinsights.analyses.prediction.fitted import FittedModel
from custinsights.analyses.prediction.fitting import Convergence
from custinsights.analyses.prediction.gamma_gamma import GammaGamma
from custinsights.analyses.prediction.lifetime_models import Worth
from custinsights.analyses.prediction.pareto import ParetoNBD
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.columnar.columns import FloatArray

SCHEMA: Final = 1
"""Of the records; a later one may hold what this version does not know."""

_T = TypeVar("_T")
_MODELS: Final = {
    one.__name__: one for one in (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, GammaGamma)
}
_NUMBERS: Final = frozenset({"log_likelihood", "correlation"})
_COUNTS: Final = frozenset({"customers", "left_out"})
_ROUNDING: Final = 1e-6
_NONE: Final = "these are no fitted models"
_ALLOWED: Final = "what FittedModels.to_json() gives"


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
    try:
        record = json.loads(text, parse_constant=_no_number)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(_NONE, "no JSON", _ALLOWED) from error
    schema = record.get("schema") if isinstance(record, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise InvalidValue(_NONE, "JSON without a schema", _ALLOWED)
    if schema != SCHEMA:
        advice = "Fit the models anew, or read them with the version that wrote them"
        raise InvalidValue(_NONE, f"schema {schema}", f"schema {SCHEMA}", advice)
    parts = ("orders", "values", "worth", "risks", "remarks", "learned_until")
    told = _fields(record, "all of it", ("schema", *parts))
    remarks = _checked(told["remarks"], "remarks", _is_texts)
    return {
        "orders": _model(told["orders"], "orders"),
        "values": _model(told["values"], "values"),
        "worth": _made(Worth, _fields(told["worth"], "worth", _names(Worth)), "worth"),
        "risks": _checked(told["risks"], "risks", lambda one: isinstance(one, list)),
        "remarks": tuple(remarks),
        "learned_until": told["learned_until"],
    }


def _plain(part: Any) -> Any:
    if isinstance(part, FittedModel):
        return {
            "model": type(part).__name__,
            **{name: _plain(getattr(part, name)) for name in _names(type(part))},
        }
    if isinstance(part, Worth | Convergence):
        return attrs.asdict(part)
    if isinstance(part, Mapping):
        return {name: _plain(one) for name, one in part.items()}
    if isinstance(part, np.ndarray | list | tuple):
        return [_plain(one) for one in (part.tolist() if isinstance(part, np.ndarray) else part)]
    return None if isinstance(part, float) and isnan(part) else part


def _names(kind: type) -> tuple[str, ...]:
    """Return the fields of a class that rest; purchases are of customers, and do not."""
    return tuple(field.name for field in attrs.fields(kind) if field.name != "purchases")


def _model(record: Any, where: str) -> FittedModel:
    """Return a model; what is unknown is NaN again."""
    name = record.get("model") if isinstance(record, dict) else None
    kind = _MODELS.get(name) if isinstance(name, str) else None
    if kind is None:
        _refuse(f"{where}.model")
    told = dict(_fields(record, where, ("model", *_names(kind))))
    del told["model"]
    params = _fields(told["params"], f"{where}.params", kind.NAMES)
    told["params"] = {one: _number(params[one], f"{where}.params") for one in kind.NAMES}
    for one in _NUMBERS & told.keys():
        told[one] = _number(told[one], f"{where}.{one}")
    for one in _COUNTS & told.keys():
        _checked(told[one], f"{where}.{one}", lambda given: type(given) is int and given >= 0)
    _checked(told["unit"], f"{where}.unit", lambda given: isinstance(given, str))
    told["covariance"] = _covariance(told["covariance"], f"{where}.covariance", len(kind.NAMES))
    verdict = _fields(told["convergence"], f"{where}.convergence", _names(Convergence))
    texts = [verdict["reason"], verdict["advice"]]
    _checked(texts, f"{where}.convergence", _is_texts)
    _checked(verdict["is_reached"], f"{where}.convergence", lambda one: isinstance(one, bool))
    told["convergence"] = Convergence(**verdict)
    return _made(kind, told, where)


def _made(kind: Callable[..., _T], told: Mapping[str, Any], where: str) -> _T:
    """Return one of a class, which checks what it is made of."""
    try:
        return kind(**told)
    except (InvalidValue, UnknownName):
        _refuse(where)


def _covariance(given: Any, where: str, parameters: int) -> FloatArray:
    """Return a table of variances and covariances, or of nothing where none is known."""
    rows = _checked(given, where, lambda one: isinstance(one, list) and len(one) in (0, parameters))
    for row in rows:
        _checked(row, where, lambda one: isinstance(one, list) and len(one) == len(rows))
    table = np.array([[_number(cell, where) for cell in row] for row in rows], dtype=np.float64)
    table = table.reshape(len(rows), len(rows))
    variances = np.diag(table)
    scale = np.sqrt(np.abs(np.outer(variances, variances)))
    is_odd = (variances < 0).any() or (np.abs(table - table.T) > _ROUNDING * scale).any()
    return _checked(table, where, lambda _: not is_odd)


def _fields(given: Any, where: str, names: Collection[str]) -> Mapping[str, Any]:
    """Return an object of which each field is told, and no other."""
    fields: Mapping[str, Any] = _checked(
        given, where, lambda one: isinstance(one, dict) and one.keys() == {*names}
    )
    return fields


def _number(given: Any, where: str) -> float:
    """Return a number, NaN for none."""
    if given is None:
        return nan
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if not is_number or not abs(given) <= sys.float_info.max:
        _refuse(where)
    return float(given)


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def _checked(given: _T, where: str, is_right: Callable[[_T], bool]) -> _T:
    if not is_right(given):
        _refuse(where)
    return given


def _no_number(name: str) -> NoReturn:
    raise InvalidValue(_NONE, name, _ALLOWED)


def _refuse(where: str) -> NoReturn:
    raise InvalidValue("the fitted models are broken", f"something else in {where}", _ALLOWED)
