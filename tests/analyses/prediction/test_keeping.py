"""Models that were fitted at night predict by day: what they tell rests as JSON."""

from __future__ import annotations

import json
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.prediction.fitting import Convergence
from custinsights.analyses.prediction.lifetime_models import Worth
from custinsights.errors import InvalidValue, UnknownName
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample

NUMBERS = st.floats(1e-9, 1e9)


@st.composite
def models(draw: st.DrawFn) -> ci.FittedModels:
    """Return models with any parameters, known surely or not."""

    def made(kind: Any, unit: str, **more: Any) -> Any:
        size = draw(st.sampled_from((0, len(kind.NAMES))))
        return kind(
            params={name: draw(NUMBERS) for name in kind.NAMES},
            unit=unit,
            log_likelihood=draw(st.just(float("nan")) | st.floats(-1e9, 0)),
            covariance=np.full((size, size), draw(st.just(float("nan")) | NUMBERS)),
            convergence=Convergence(is_reached=True, reason=draw(st.text())),
            customers=draw(st.integers(0, 10**6)),
            **more,
        )

    kinds = st.sampled_from((ci.BetaGeoNBD, ci.ModifiedBetaGeoNBD, ci.ParetoNBD))
    return ci.FittedModels(
        made(draw(kinds), draw(st.sampled_from(("day", "week", "month", "year")))),
        made(ci.GammaGamma, "EUR", left_out=draw(st.integers(0, 9)), correlation=draw(NUMBERS)),
        Worth(draw(st.sampled_from(("1y", "90d", 3))), draw(st.floats(0, 1)), 0.5),
        (0.25, 0.75),
        (draw(st.text()),),
    )


@given(models())
def test_models_come_back_as_they_were(told: ci.FittedModels) -> None:
    """What is written and read again is written the same again, and of the same classes."""
    text = told.to_json()
    back = ci.FittedModels.from_json(text)
    assert back.to_json() == text
    assert (type(back.orders), back.orders.params) == (type(told.orders), told.orders.params)
    assert np.array_equal(back.values.covariance, told.values.covariance, equal_nan=True)
    assert (back.worth, back.risks, back.remarks) == (told.worth, told.risks, told.remarks)


@pytest.mark.covers("E13")
def test_they_predict_the_same() -> None:
    """Every trait that was told before is told after, of who was never seen at the fit."""
    history = to_history(cdnow_sample())
    fitted = ci.fit_models(history, as_of="1997-10-01", discount_rate=0.1)
    assert "As of 1997-10-01" in " ".join(fitted.table().notes)
    kept = ci.FittedModels.from_json(fitted.to_json().encode())
    names = [trait.name for trait in fitted.traits]
    asked = [
        ci.traits(history, names, catalog=ci.DEFAULT.with_models(one)) for one in (fitted, kept)
    ]
    assert asked[0] == asked[1]
    assert kept.table().to_dicts() == fitted.table().to_dicts()


GIVEN = ci.FittedModels(
    ci.BetaGeoNBD({"r": 0.2, "alpha": 4.4, "a": 0.8, "b": 2.4}, "week"),
    ci.GammaGamma({"p": 6.0, "q": 3.7, "v": 15.0}, "EUR"),
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema 2"),
        ({"schema": True}, "without a schema"),
        ({"schema": None}, "without a schema"),
        ({"orders": {}}, "broken"),
        ({"orders": 5}, "broken"),
        ({"values": json.loads(GIVEN.to_json())["orders"]}, "GammaGamma"),
        ({"worth": {"horizon": "never"}}, "broken"),
        ({"worth": {"horizons": "1y"}}, "broken"),
        ({"risks": [2, 3]}, "limits of the churn risk"),
        ({"remarks": 5}, "broken"),
    ],
    ids=str,
)
def test_what_is_broken_is_refused(change: dict[str, Any], message: str) -> None:
    """A record of a later schema, or one in which something is wrong or missing, is no model."""
    told = {**json.loads(GIVEN.to_json()), **change}
    with pytest.raises(InvalidValue, match=message):
        ci.FittedModels.from_json(json.dumps(told))
    for name in change:
        del told[name]
        with pytest.raises(InvalidValue, match=r"broken|without a schema"):
            ci.FittedModels.from_json(json.dumps(told))


def places(record: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where anything stands in a record."""
    inside = record.items() if isinstance(record, dict) else ()
    return [path, *(one for name, held in inside for one in places(held, (*path, name)))]


FITTED = ci.fit_models(ci.datasets.gallery(), horizon="2y", discount_rate=0.2, margin=0.5)


@pytest.mark.parametrize("path", places(json.loads(FITTED.to_json()))[1:], ids=".".join)
def test_what_is_missing_or_added_is_noticed(path: tuple[str, ...]) -> None:
    """No field of a record has a default, and none is passed over: other numbers would be told."""
    for name, message in ((path[-1], "broken|schema"), (f"{path[-1]}_", "broken")):
        told = json.loads(FITTED.to_json())
        place = told
        for one in path[:-1]:
            place = place[one]
        if name in place:
            del place[name]
        else:
            place[name] = 1
        with pytest.raises(InvalidValue, match=message):
            ci.FittedModels.from_json(json.dumps(told))


@given(st.data())
def test_no_text_breaks_the_reading(data: st.DataObject) -> None:
    """Whatever stands in a field is read, or refused by an error of ours."""
    told = json.loads(FITTED.to_json())
    path = data.draw(st.sampled_from(places(told)[1:]))
    odd = st.sampled_from([10**400, -(10**400), 1e308, 1 << 63, "9" * 5000 + "y", "1" * 400])
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | odd
    place = told
    for one in path[:-1]:
        place = place[one]
    place[path[-1]] = data.draw(
        plain | st.lists(plain | st.lists(plain)) | st.dictionaries(st.text(), plain)
    )
    try:
        found = ci.FittedModels.from_json(json.dumps(told))
    except (InvalidValue, UnknownName):
        return
    assert ci.FittedModels.from_json(found.to_json()).to_json() == found.to_json()


def test_what_is_too_large_is_refused_in_python_too() -> None:
    """A whole number that no float holds, and more months than can be told, are refused."""
    history = ci.datasets.gallery()
    for how, message in (
        ({"horizon": 10**400}, "no time ahead"),
        ({"horizon": "9" * 5000 + "d"}, "no time ahead"),
        ({"discount_rate": 10**400}, "discount rate"),
        ({"horizon": None, "discount_rate": 10**400}, "discount rate"),
        ({"margin": 10**400}, "margin"),
    ):
        with pytest.raises(InvalidValue, match=message):
            ci.fit_models(history, **how)
    long = ci.fit_models(history, horizon=1e300, discount_rate=0.1)
    with pytest.raises(InvalidValue, match="12,000 months at most"):
        ci.traits(history, ["predicted_lifetime_value"], catalog=ci.DEFAULT.with_models(long))
    with pytest.raises(InvalidValue, match="no parameters"):
        ci.BetaGeoNBD({"r": 10**400, "alpha": 1.0, "a": 1.0, "b": 1.0}, "week")
    with pytest.raises(InvalidValue, match="what the models know"):
        attrs.evolve(FITTED, learned_until=10**400)


@pytest.mark.parametrize("text", ["", "[]", "5", "{", "null", "[" * 100_000, "NaN", "\ud800"])
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    """Other JSON, and what is none, is refused with what is allowed."""
    with pytest.raises(InvalidValue, match="no fitted models"):
        ci.FittedModels.from_json(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("orders", "params", "r"), None),
        (("orders", "params", "r"), -1.0),
        (("orders", "params", "r"), "1"),
        (("orders", "unit"), "fortnight"),
        (("orders", "customers"), "many"),
        (("orders", "log_likelihood"), "high"),
        (("orders", "covariance"), [[1.0]]),
        (("orders", "convergence"), {"is_reached": "no", "reason": ""}),
        (("orders", "model"), "Oracle"),
        (("values", "left_out"), None),
        (("values", "unit"), 5),
        (("values", "left_out"), -1),
        (("values", "correlation"), [0.5]),
        (("orders", "customers"), -1),
        (("orders", "customers"), True),
        (("orders", "params", "r"), 10**400),
        (("orders", "log_likelihood"), 10**400),
        (("orders", "covariance"), [[-5.0, 0, 0, 0], *([[0.0, 0, 0, 0]] * 3)]),
        (("orders", "covariance"), [[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        (("orders", "covariance"), [[10**400]]),
        (("worth", "horizon"), 10**400),
        (("worth", "horizon"), "9" * 5000 + "y"),
        (("worth", "discount_rate"), 10**400),
        (("worth", "margin"), "all"),
        (("remarks",), "x"),
        (("remarks",), [5]),
        (("risks",), 5),
    ],
    ids=lambda cell: str(cell)[:40],
)
def test_a_wrong_cell_is_refused(path: tuple[str, ...], value: object) -> None:
    """No cell of a record is taken for something that it is not."""
    told = json.loads(GIVEN.to_json())
    place = told
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(InvalidValue, match="broken"):
        ci.FittedModels.from_json(json.dumps(told))
