"""Models held against what came after: by hand, and on published data."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.prediction.validation import NAIVE, Validation
from custinsights.errors import InvalidValue
from tests.oracles.bridge import to_history
from tests.oracles.hand import at, order, shop
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import MODELS, NAMES, fitted, summary_of
from tests.oracles.shop import PlainRefund


def by_hand(ours: list[float], naive: list[float], actual: list[int]) -> Validation:
    """Return a validation of forecasts that are given."""
    return Validation(
        fitted(ci.BetaGeoNBD),
        np.arange(len(actual)),
        np.array(actual),
        {"BetaGeoNBD": np.array(ours), NAIVE: np.array(naive)},
        "2024-01-01",
    )


def test_errors_are_those_by_hand() -> None:
    """Distances .5, 0, 0, 1 and 0, 1, 1, 1: means .375 and .75, roots √.3125 and √.75."""
    found = by_hand([0.5, 1.0, 2.0, 4.0], [0.0, 0.0, 3.0, 4.0], [0, 1, 2, 5])
    assert found.mean_absolute_error == {"BetaGeoNBD": 0.375, NAIVE: 0.75}
    assert found.root_mean_square_error == pytest.approx(
        {"BetaGeoNBD": 0.3125**0.5, NAIVE: 0.75**0.5}
    )
    assert found.totals == {"actual": 8.0, "BetaGeoNBD": 7.5, NAIVE: 7.0}
    rows = found.to_dicts()
    assert rows[0]["against_actual"] == pytest.approx(-0.0625)
    assert rows[1]["against_actual"] == pytest.approx(-0.125)
    assert found.is_recommended
    assert found.recommendation == "To be used: BetaGeoNBD, which errs less than the past rate."
    assert found.table().notes[0] == "4 customers placed 8 orders in the holdout."


def test_the_naive_forecast_may_be_the_better_one() -> None:
    """Where the model errs more, or as much, the past rate is to be used."""
    worse = by_hand([2.0, 2.0], [1.0, 1.0], [1, 1])
    assert not worse.is_recommended
    assert worse.recommendation == (
        "To be used: the past rate, which errs no more than BetaGeoNBD."
    )
    assert not by_hand([1.0], [1.0], [0]).is_recommended


def test_nothing_came() -> None:
    """Against no orders there is no share, and no forecast to prefer: the least would seem best."""
    found = by_hand([0.5, 0.1], [1.0, 0.0], [0, 0])
    assert not found.is_recommended
    assert found.recommendation.startswith("No forecast is recommended. No order came in the")
    assert [row["against_actual"] for row in found.to_dicts()] == [None, None]
    assert found.table().notes[0] == "2 customers placed 0 orders in the holdout."


def test_calibration_by_tenths() -> None:
    """Twenty forecasts make ten groups of two: mean forecast beside mean of what came."""
    forecast = [float(place) for place in range(20)]
    actual = [place + place % 2 for place in range(20)]
    rows = by_hand(forecast, forecast, actual).calibration().to_dicts()
    assert [row["group"] for row in rows] == [str(place) for place in range(1, 11)]
    assert [row["customers"] for row in rows] == [2] * 10
    assert [row["forecast"] for row in rows] == [0.5 + 2 * place for place in range(10)]
    assert [row["actual"] for row in rows] == [1.0 + 2 * place for place in range(10)]


def test_equal_forecasts_are_in_one_group_whatever_the_order() -> None:
    """Half of ten forecasts are equal: groups 1 and 6 to 10, whoever stands first."""
    forecast = np.array([0.0] * 5 + [1.0, 2.0, 3.0, 4.0, 5.0])
    actual = np.array([0, 0, 0, 0, 1, 1, 2, 3, 4, 5])
    turned = np.array([9, 3, 7, 1, 0, 5, 2, 8, 4, 6])
    tables = [
        by_hand(list(forecast[order]), list(forecast), list(actual[order])).calibration().to_dicts()
        for order in (np.arange(10), turned)
    ]
    assert tables[0] == tables[1]
    assert [row["group"] for row in tables[0]] == ["1", "6", "7", "8", "9", "10"]
    assert tables[0][0]["customers"] == 5
    assert tables[0][0]["actual"] == pytest.approx(0.2)


@cache
def sample() -> Any:
    """Return the history of the papers' sample."""
    return to_history(cdnow_sample())


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_the_models_beat_the_naive_forecast_on_the_papers_sample(model: Any) -> None:
    """1,882 orders came in 39 weeks; the past rate expects 2,930 of them, the models fewer."""
    found = ci.validate(model, sample(), until="1997-10-01")
    assert found.totals["actual"] == 1882
    assert found.totals[NAIVE] == pytest.approx(2930.1, abs=0.1)
    wanted = {"BetaGeoNBD": 1653.4, "ModifiedBetaGeoNBD": 1576.7, "ParetoNBD": 1665.5}
    assert found.totals[model.__name__] == pytest.approx(wanted[model.__name__], abs=0.1)
    assert found.is_recommended
    assert sum(row["customers"] for row in found.calibration().to_dicts()) == 2357


def small_shop(*, later: list[str]) -> Any:
    """Return two dozen customers who buy every week from the first of January on."""
    rows = [
        {"id": f"{who}-{day}", "customer": who, "placed_at": f"2024-01-{day:02d}", "total": "10.00"}
        for who in range(1, 25)
        for day in range(1, 30, 7)
    ]
    rows += [
        {"id": f"later-{place}", "customer": 1, "placed_at": day, "total": "10.00"}
        for place, day in enumerate(later)
    ]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return ci.OrderHistory.from_arrays(
        customer=columns["customer"],
        placed_at=columns["placed_at"],
        amount=[10] * len(rows),
        currency="EUR",
        timezone="Europe/Paris",
    )


def test_the_naive_rate_is_the_past_one() -> None:
    """Four repeats in 28 days are one a week: 2 orders in 2 weeks ahead, of which 3 and none came.

    All do the same and nobody leaves, so that the model has no verdict but that.
    """
    history = small_shop(later=["2024-02-01", "2024-02-05", "2024-02-05", "2024-02-12"])
    found = ci.validate(ci.BetaGeoNBD, history, until="2024-01-30", as_of="2024-02-13")
    assert found.forecasts.keys() == {NAIVE}
    assert found.forecasts[NAIVE] == pytest.approx(np.full(24, 2.0))
    assert found.actual.tolist() == [3] + [0] * 23
    assert not found.is_recommended
    assert found.recommendation.startswith(
        "No model is recommended. BetaGeoNBD tells nothing here: "
    )
    assert found.recommendation.endswith(
        "The past rate, which is all that is left, expects 48, and 3 came."
    )
    assert found.calibration().title == f"calibration of {NAIVE}"


def test_where_nobody_drops_out_the_recommendation_says_so() -> None:
    """The wording says what the model tells, and what it does not."""
    dice = np.random.default_rng(2)
    x = dice.poisson(dice.gamma(3.0, 4.0, 500)) + 2
    seen = summary_of(x, 52.0 - dice.uniform(0, 0.3, 500), np.full(500, 52.0))
    model = ci.BetaGeoNBD.fit(seen)
    forecasts = {"BetaGeoNBD": np.full(500, 7.0), NAIVE: np.full(500, 999.0)}
    found = Validation(model, seen.ids, x, forecasts, "2024-01-01")
    assert found.recommendation == (
        "To be used: BetaGeoNBD, which errs less than the past rate. By BetaGeoNBD nobody seems to "
        "stop buying: it tells how often customers buy, not who has left."
    )


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("1998-07-01", "The holdout has no whole day"),
        ("1999-07-01", "The holdout has no whole day"),
        ("1997-01-01", "Nobody has ordered before the holdout"),
    ],
)
def test_a_holdout_has_days_and_customers(until: str, message: str) -> None:
    """A holdout that begins where the observation ends, or before anybody came, is refused."""
    with pytest.raises(InvalidValue, match=message):
        ci.validate(ci.BetaGeoNBD, sample(), until=until)


def test_what_nobody_observed_is_no_holdout() -> None:
    """A holdout that ends after the observation holds a forecast against silence: refused."""
    said = (
        r"ends after the observation: '2030-01-01' was given; allowed is an as_of up to 1998-07-01"
    )
    with pytest.raises(InvalidValue, match=said):
        ci.validate(ci.BetaGeoNBD, sample(), until="1997-10-01", as_of="2030-01-01")
    late = ci.BetaGeoNBD.fit(ci.purchase_summary(sample(), as_of="2030-01-01"))
    said = "The observation ends on 1998-07-01 00:00; nothing later is known."
    assert said in late.table().notes
    assert len(fitted(ci.BetaGeoNBD).table().notes) == 1


def test_orders_given_back_in_the_holdout_are_none() -> None:
    """Who gave an earlier order back after the calibration placed none, and not less than that."""
    orders = [order(f"c{n}", day, 10_00) for n in range(12) for day in ("01-10", "02-10")]
    back = PlainRefund("c0", at("05-01"), 10_00, order=1)
    found = ci.validate(
        ci.BetaGeoNBD, to_history(shop(*orders, refunds=(back,))), until="2024-04-01"
    )
    assert found.actual.tolist() == [0] * 12
