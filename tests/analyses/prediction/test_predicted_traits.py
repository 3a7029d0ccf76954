"""What models say of a customer, in rules, tables, groups and exports."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache, reduce
from operator import add
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import custinsights as ci
from custinsights.analyses.builtin.forecasts import PREDICTED
from custinsights.analyses.prediction.models import FitModels
from custinsights.errors import Incompatible, InvalidValue, NeedsModels, NoModel, RuleError
from custinsights.testing import check_trait
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.purchases import cdnow

AS_OF = "1997-10-01"
GIVEN = ci.FittedModels(
    ci.ModifiedBetaGeoNBD({"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6}, "week"),
    ci.GammaGamma({"p": 6.25, "q": 3.74, "v": 15.44}, "USD"),
)


@cache
def history() -> Any:
    """Return the papers' sample."""
    return to_history(cdnow_sample())


@cache
def models() -> ci.FittedModels:
    """Return the models of the sample up to the end of the calibration."""
    return ci.fit_models(history(), as_of=AS_OF, discount_rate=0.1, margin=0.4, horizon="2y")


@cache
def catalog() -> ci.Catalog:
    """Return the catalog with these models."""
    return ci.DEFAULT.with_models(models())


@pytest.mark.covers("E13", "E09")
def test_traits_are_what_the_models_tell() -> None:
    """Each trait is the answer of the models for that customer, to the last figure."""
    table = ci.traits(history(), PREDICTED, as_of=AS_OF, catalog=catalog())
    summary = cdnow()
    assert table.ids.tolist() == summary.ids.tolist()
    orders = ci.ModifiedBetaGeoNBD.fit(summary)
    values = ci.GammaGamma.fit(summary)
    alive = orders.probability_alive()["probability_alive"]
    assert table["probability_alive"] == pytest.approx(alive)
    expected = orders.expected_orders(horizon="365d")["expected_orders"]
    assert table["predicted_orders_365d"] == pytest.approx(expected)
    worth = ci.customer_lifetime_value(orders, values, horizon="2y", discount_rate=0.1, margin=0.4)[
        "customer_lifetime_value"
    ]
    assert table["predicted_lifetime_value"] == pytest.approx(worth)
    assert table.column("predicted_lifetime_value").unit == "USD"
    median = orders.next_order()["median_on"]
    assert np.array_equal(np.isnat(table["next_order_expected_on"]), np.isnat(median))
    known = ~np.isnat(median)
    assert np.array_equal(table["next_order_expected_on"][known], median[known])
    silent = orders.order_distribution(horizon="365d", most=0)[:, 0]
    risks = np.select([silent < 0.3, silent < 0.7], ["low", "medium"], "high")
    assert table["churn_risk"].tolist() == risks.tolist()
    assert set(risks) == {"low", "medium", "high"}


def test_a_limit_that_is_met_belongs_to_the_higher_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a limit the risk is lower; who stands exactly on it has the higher one."""
    limits = (0.25, 0.75)
    less = 2.0**-53  # the last bit of what lies between one half and one
    silences = np.array([0.25 - less, 0.25, 0.75 - less, 0.75])
    given = ci.DEFAULT.with_models(attrs.evolve(GIVEN, risks=limits))
    shop = ci.OrderHistory.from_arrays(
        customer=[1, 2, 3, 4],
        placed_at=["2024-01-05"] * 4,
        amount=[10, 20, 30, 40],
        currency="USD",
        timezone="UTC",
    )
    kind = type(GIVEN.orders)
    monkeypatch.setattr(kind, "alive", lambda *_: np.ones(4))
    monkeypatch.setattr(kind, "silence_while_alive", lambda *_: silences)
    table = ci.traits(shop, ["churn_risk"], catalog=given)
    assert table["churn_risk"].tolist() == ["low", "medium", "medium", "high"]


@pytest.mark.parametrize("name", PREDICTED)
def test_a_trait_without_models_says_how_to_get_them(name: str) -> None:
    """Asked of the built-in catalog, tables, rules and groups say what to fit, and how."""
    message = rf"'{name}' is told by models.*fit_models.*with_models\(models\)"
    with pytest.raises(NeedsModels, match=message):
        ci.traits(history(), [name])
    with pytest.raises(NeedsModels, match=message):
        ci.segment(history(), f"{name} is None")
    with pytest.raises(NeedsModels, match=message):
        ci.segment(history(), f"{name} is not None and order_count > 1")


def test_rules_ask_for_them() -> None:
    """Alone, joined, by percentile, by a date: as any other trait."""
    table = ci.traits(history(), PREDICTED, as_of=AS_OF, catalog=catalog())

    def holds(rule: str) -> Any:
        return ci.segment(history(), rule, as_of=AS_OF, catalog=catalog())[: len(table)]

    everybody = history().customer_ids
    found = everybody[ci.segment(history(), "churn_risk == 'high'", as_of=AS_OF, catalog=catalog())]
    assert found.tolist() == table.ids[table["churn_risk"] == "high"].tolist()
    rule = "probability_alive < 0.5 and predicted_lifetime_value >= 2"
    wanted = (table["probability_alive"] < 0.5) & (table["predicted_lifetime_value"] >= 2)
    assert 0 < wanted.sum() < len(table)
    assert holds(rule).tolist() == wanted.tolist()
    best = holds("percentile(predicted_lifetime_value) >= 0.9")
    assert best.sum() == pytest.approx(236, abs=2)
    soon = holds("next_order_expected_on < '1997-11-01'")
    dates = table["next_order_expected_on"]
    assert soon.tolist() == (dates < np.datetime64("1997-11-01")).tolist()


def test_one_customer_is_judged_by_the_models_of_all() -> None:
    """A request about one customer needs the models, and no other customer."""
    rule = ci.rule("probability_alive >= 0.7 and churn_risk != 'high'", catalog=catalog())
    mask = ci.segment(history(), rule, as_of=AS_OF)
    for row in (0, 1, 5):
        one = history().history_of(int(history().customer_ids[row]))
        assert rule.matches(one, as_of=AS_OF) == mask[row]
        assert "probability_alive" in repr(rule.explain(one, as_of=AS_OF))
    best = history().history_of(1)
    leaves = rule.leaves_on(best, as_of=AS_OF)
    assert leaves is not None
    assert rule.matches(best, as_of=leaves - timedelta(days=1))
    assert not rule.matches(best, as_of=leaves)


def test_groups_are_made_by_risk() -> None:
    """The risk is a label to group by: every customer is in one group."""
    cube = ci.measure(history(), ["customers"], by=["churn_risk"], as_of=AS_OF, catalog=catalog())
    rows = {row["churn_risk"]: row["customers"] for row in cube.to_dicts()}
    assert {"low", "medium", "high"} <= set(rows)
    assert sum(rows.values()) == 2357


def test_they_leave_in_a_file(tmp_path: Path) -> None:
    """A table with them is written as any other, dates as dates and money with its currency."""
    table = ci.traits(history(), PREDICTED, as_of=AS_OF, catalog=catalog())
    table.to_csv(tmp_path / "customers.csv")
    with (tmp_path / "customers.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2357
    assert rows[0]["churn_risk"] == table["churn_risk"][0]
    assert float(rows[0]["predicted_lifetime_value"]) == table["predicted_lifetime_value"][0]
    table.to_xlsx(tmp_path / "customers.xlsx")
    assert (tmp_path / "customers.xlsx").stat().st_size > 0


def test_who_has_not_ordered_is_unknown() -> None:
    """Before the first order nothing is told of a customer: neither a risk nor a value."""
    shop = ci.datasets.gallery()
    given = ci.DEFAULT.with_models(GIVEN)
    table = ci.traits(shop, ["order_count", *PREDICTED], catalog=given)
    nobody = table["order_count"] == 0
    assert 0 < nobody.sum() < len(table)
    for name in PREDICTED:
        assert table.column(name).absent[nobody].all(), name
    assert not table.column("probability_alive").absent[~nobody].any()
    assert not ci.segment(shop, "order_count == 0 and churn_risk == 'low'", catalog=given).any()


@pytest.mark.parametrize("name", sorted(PREDICTED))
def test_a_predicted_trait_keeps_the_laws_of_traits(name: str) -> None:
    """Of every customer alone, whatever the order of rows, other customers, and the future."""
    if name == "predicted_lifetime_value":  # random shops have several currencies
        with pytest.raises(Incompatible, match="currencies of the models and the history"):
            ci.traits(history_in_pounds(), [name], catalog=ci.DEFAULT.with_models(GIVEN))
        return
    trait = ci.DEFAULT.with_models(GIVEN).traits[name]
    check_trait(trait, max_examples=6)


def history_in_pounds() -> Any:
    """Return a shop of two customers."""
    return ci.OrderHistory.from_arrays(
        customer=[1, 1, 2],
        placed_at=["2024-01-05", "2024-02-06", "2024-02-07"],
        amount=[10, 20, 30],
        currency="GBP",
        timezone="Europe/London",
    )


def test_a_day_is_that_of_the_shop() -> None:
    """The next order is told on a local day: one that begins at midnight in the shop's zone."""
    shop = ci.datasets.gallery()
    table = ci.traits(shop, "next_order_expected_on", catalog=ci.DEFAULT.with_models(GIVEN))
    told = [row["next_order_expected_on"] for row in table.to_dicts()]
    known = [one for one in told if one is not None]
    assert known
    for one in known:
        assert (one.hour, one.minute) == (0, 0)
        assert one.date() >= date(2024, 3, 1)


def test_parts_make_the_models_of_the_whole() -> None:
    """Models are fitted to merged summaries of parts; a part alone has none."""
    analysis = FitModels(as_of=AS_OF)
    parts = history().partition(3)
    merged = analysis.finish(reduce(add, [analysis.summarise(part) for part in parts]))
    whole = ci.fit_models(history(), as_of=AS_OF)
    assert merged.to_dicts() == whole.to_dicts()
    with pytest.raises(NeedsModels, match="models of a part of a history"):
        ci.fit_models(parts[0])


def test_the_likeliest_model_is_taken() -> None:
    """Of MBG/NBD and Pareto/NBD the sample is likelier by the first; one that is named is taken."""
    assert isinstance(models().orders, ci.ModifiedBetaGeoNBD)
    assert isinstance(
        ci.fit_models(history(), as_of=AS_OF, orders=ci.ParetoNBD).orders, ci.ParetoNBD
    )
    assert "GammaGamma" in repr(models())
    definition = catalog().traits["churn_risk"].definition
    assert definition.endswith("By ModifiedBetaGeoNBD of 2,357 customers.")


def test_a_shop_without_repeats_has_no_models() -> None:
    """The reasons of all models that were tried are told, not a wrong number."""
    said = (
        "ModifiedBetaGeoNBD tells nothing here: there are fewer than 10 customers; nor does "
        "ParetoNBD: there are fewer than 10 customers. "
    )
    with pytest.raises(NoModel, match=said):
        ci.fit_models(history_in_pounds())


def test_where_values_tell_nothing_only_value_is_refused() -> None:
    """Orders of no value have no Gamma-Gamma: who is alive is told all the same."""
    without = ci.FittedModels(
        GIVEN.orders,
        ci.GammaGamma.fit(cdnow().take(np.arange(20)[cdnow()["repeat_orders"][:20] < 1])),
    )
    found = ci.DEFAULT.with_models(without)
    assert len(ci.traits(history(), "probability_alive", catalog=found)) == 2357
    with pytest.raises(NoModel, match="GammaGamma tells nothing here: fewer than 10 customers"):
        ci.traits(history(), "predicted_lifetime_value", catalog=found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"risks": (0.7, 0.3)}, "The limits of the churn risk are wrong"),
        ({"risks": (0.3,)}, "The limits of the churn risk are wrong"),
        ({"orders": ci.GammaGamma}, "This is no model of how often customers buy"),
        ({"margin": 40}, "The margin is out of range"),
        ({"discount_rate": -0.1}, "The discount rate is out of range"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    """What is no share, rate or model is refused before anything is fitted."""
    with pytest.raises(InvalidValue, match=message):
        ci.fit_models(history(), **options)


@pytest.mark.parametrize("wrong", [7, None, ci.DEFAULT], ids=["number", "none", "catalog"])
def test_only_fitted_models_tell_the_predicted_traits(wrong: Any) -> None:
    """What `fit_models` does not return is refused where the catalog is made."""
    with pytest.raises(InvalidValue, match="These are no fitted models"):
        ci.DEFAULT.with_models(wrong)


def test_what_was_learned_later_is_said() -> None:
    """Asked as of an instant before models were fitted, tables, cells and segments say so."""
    later = ci.DEFAULT.with_models(ci.fit_models(history()))
    said = "Told by models that know what came after as_of, up to 1998-07-01: churn_risk."
    asked: dict[str, Any] = {"as_of": AS_OF, "catalog": later}
    results = (
        ci.traits(history(), "churn_risk", **asked).provenance.notes(),
        ci.measure(history(), "customers", by="churn_risk", **asked).table().notes,
        ci.segments(history(), {"a": "churn_risk == 'high'"}, **asked).customers.provenance.notes(),
    )
    for notes in results:
        assert any(note.startswith(said) for note in notes)
    for as_of, found in ((AS_OF, catalog()), (None, later)):
        table = ci.traits(history(), "churn_risk", as_of=as_of, catalog=found)
        assert not table.provenance.remarks


def test_a_risk_that_there_is_not_is_refused() -> None:
    """A rule that asks for another risk finds nobody: it is refused, with the nearest one."""
    with pytest.raises(RuleError, match=r"churn_risk is never 'High'.*Did you mean 'high'"):
        ci.segment(history(), "churn_risk == 'High'", catalog=catalog())
