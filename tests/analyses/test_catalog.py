"""The catalog: immutable, larger by copy, open to installed packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from custinsights.analyses.catalog import DEFAULT, Catalog, dimension, tally, trait
from custinsights.analyses.customers.traits import traits
from custinsights.analyses.declaring import installed
from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.installed import GROUP
from custinsights.analyses.measuring.measure import measure
from custinsights.errors import InvalidValue, PlugInFailed, UnknownName
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO


@tally("twice", unit="orders", definition="Orders, counted twice.")
def twice(orders: Any) -> Any:
    """Count every order twice."""
    return orders.amount * 0 + 2


@dimension("parity", definition="Whether the order number is even.")
def parity(orders: Any) -> Any:
    """Label orders."""
    return orders.order_number % 2 == 0


@trait(unit="orders", definition="Orders, doubled.")
def doubled(history: Any) -> Any:
    """Double the orders of everybody."""
    return history.order_count * 2


def plugs(
    monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str, Callable[[], Any]]
) -> list[str]:
    """Install packages that offer entries: (name, distribution, what loading gives)."""
    loaded: list[str] = []

    def point(name: str, owner: str, load: Callable[[], Any]) -> Any:
        def loading() -> Any:
            loaded.append(name)
            return load()

        dist = SimpleNamespace(name=owner) if owner else None
        return SimpleNamespace(name=name, dist=dist, load=loading)

    made = [point(*given) for given in points]

    def entry_points(*, group: str) -> list[EntryPoint]:
        assert group == GROUP
        return made

    monkeypatch.setattr(installed, "entry_points", entry_points)
    return loaded


def failing() -> Any:
    """Fail while loading."""
    message = "no module named shop"
    raise ImportError(message)


def test_with_returns_a_larger_catalog() -> None:
    """A catalog does not change; entries of all three kinds are found by name in the new one."""
    larger = DEFAULT.with_(twice, parity, doubled)
    assert larger.metric("twice") is twice
    assert larger.dimension("parity") is parity
    assert larger.trait("doubled") is doubled
    assert larger.metric("orders") is DEFAULT.metric("orders")
    for kind, name in (("metric", "twice"), ("dimension", "parity"), ("trait", "doubled")):
        with pytest.raises(UnknownName, match=f"no {kind} named '{name}'"):
            getattr(DEFAULT, kind)(name)
    cube = measure(to_history(ADA_AND_BO), "twice", by="parity", catalog=larger)
    assert cube.labels("parity").tolist() == [False, True]
    assert cube.minor("twice").tolist() == [6, 4]
    table = traits(to_history(ADA_AND_BO), "doubled", catalog=larger)
    assert table["doubled"].tolist() == [6, 4]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((twice, twice), "already.*'twice'.*named"),
        ((twice.named("orders", definition=""),), "already.*'orders'"),
        ((parity, parity), "already.*'parity'"),
        ((len,), "takes metrics, dimensions, traits, functions and segments.*builtin"),
        (("orders",), "takes metrics.*str"),
    ],
)
def test_a_name_is_taken_once(entries: tuple[Any, ...], message: str) -> None:
    """A second entry of a name, and what is no entry, is refused."""
    with pytest.raises(InvalidValue, match="(?s)" + message):
        DEFAULT.with_(*entries)


def test_a_name_that_nobody_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unknown, with the nearest that is known."""
    plugs(monkeypatch, ("other", "my-shop", lambda: twice))
    with pytest.raises(UnknownName, match="Did you mean 'repeat_rate'"):
        DEFAULT.metric("repeat_rat")


def test_a_plug_in_is_loaded_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one asked for is loaded, and results name the package that brought it."""
    loaded = plugs(
        monkeypatch,
        ("pairs", "my-shop", lambda: twice),
        ("evenness", "my-shop", lambda: parity),
        ("broken", "other-shop", failing),
    )
    cube = measure(to_history(ADA_AND_BO), ["orders", "pairs"], by="evenness")
    assert sorted(loaded) == ["evenness", "pairs"]
    assert cube.minor("pairs").tolist() == [6, 4]
    assert dict(cube.provenance.distributions) == {"pairs": "my-shop", "evenness": "my-shop"}
    assert cube.provenance.definitions["pairs"] == "Orders, counted twice."


def test_built_in_names_ask_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed packages are looked at only when the catalog lacks a name."""

    def entry_points(*, group: str) -> Any:
        raise AssertionError(group)

    monkeypatch.setattr(installed, "entry_points", entry_points)
    measure(to_history(ADA_AND_BO), ["orders", "repeat_rate"], by="month")


def test_no_plug_in_takes_a_built_in_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package cannot put another metric in the place of a built-in one."""
    loaded = plugs(monkeypatch, ("orders", "my-shop", lambda: twice))
    assert measure(to_history(ADA_AND_BO), "orders").minor("orders").tolist() == [5]
    assert loaded == []


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([("pairs", "my-shop", failing)], "'pairs'.*my-shop.*ImportError: no module named shop"),
        ([("pairs", "my-shop", lambda: parity)], "my-shop.*a Dimension, not a Metric"),
        ([("pairs", "my-shop", lambda: 7)], "my-shop.*an? int, not a Metric"),
        ([("pairs", "", failing)], "an unknown package"),
        (
            [("pairs", "my-shop", lambda: twice), ("pairs", "her-shop", lambda: twice)],
            "her-shop, my-shop.*several installed packages",
        ),
    ],
)
def test_a_plug_in_that_fails(
    monkeypatch: pytest.MonkeyPatch, points: list[Any], message: str
) -> None:
    """One that cannot be loaded, gives something else or comes twice is an error that names it."""
    plugs(monkeypatch, *points)
    with pytest.raises(PlugInFailed, match="(?s)" + message):
        measure(to_history(ADA_AND_BO), "pairs")


def test_what_the_catalog_holds() -> None:
    """Every entry is known by its own name and has a definition of one sentence."""
    assert isinstance(DEFAULT, Catalog)
    for table in (DEFAULT.metrics, DEFAULT.dimensions, DEFAULT.traits):
        for name, entry in table.items():
            assert entry.name == name
            assert entry.definition.endswith(".")
            assert entry.distribution is None
    proportions = [m for m in DEFAULT.metrics.values() if m.proportion]
    assert all(isinstance(metric, Metric) and metric.unit == "share" for metric in proportions)
    bands = {name: m.target for name, m in DEFAULT.metrics.items() if m.target is not None}
    assert bands == {"new_customer_rate": (0.4, 0.7), "repeat_rate": (0.2, 0.3)}


def test_an_unknown_dimension_says_how_to_ask_by_a_column_of_ones_own() -> None:
    """A label of the orders is no dimension before somebody declares it."""
    with pytest.raises(UnknownName, match="column of your own is asked by through @custinsights"):
        DEFAULT.dimension("till")
