"""Preset segments: each is what its definition says, found by name, with something to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.builtin.lifecycle import STAGES
from custinsights.analyses.customers.groups import ELEVEN, FIVE
from custinsights.analyses.customers.tiers import TIERS
from custinsights.domain import Segment
from custinsights.domain.segments import spelled
from custinsights.errors import InvalidValue, RuleError, UnknownName
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.testing.strategies import as_ofs, rows

FEW = settings(max_examples=40, suppress_health_check=list(HealthCheck))
TRAITS = (
    *("order_count", "total_spent", "days_since_first_order", "days_since_last_order"),
    *("median_gap_days", "orders_last_year", "discounted_order_share", "refunded", "lifecycle"),
    "first_order_at",
)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def gallery() -> OrderHistory:
    """Return a made-up gallery with everything that it knows."""
    return ci.datasets.gallery(activities=True)


def members(history: OrderHistory, rule: Any) -> set[Any]:
    """Return the customers in a segment."""
    return {*history.customer_ids[ci.segment(history, rule)].tolist()}


def at_least(value: float | None, least: float) -> bool:
    """Whether a value is known and so large."""
    return value is not None and value >= least


BY_TRAITS: dict[str, Callable[[Row], bool]] = {
    "most_valuable": lambda row: row["orders_last_year"] > 15,
    "new_customers": lambda row: (
        not at_least(row["days_since_first_order"], 30) and row["order_count"] > 0
    ),
    "second_order_due": lambda row: (
        row["order_count"] == 1 and 30 <= row["days_since_last_order"] < 90
    ),
    "win_back": lambda row: at_least(row["days_since_last_order"], 180),
    "slipping": lambda row: (
        at_least(row["median_gap_days"], 0.5)
        and row["days_since_last_order"] > 2 * row["median_gap_days"]
        and row["days_since_last_order"] < 180
    ),
    "discount_dependent": lambda row: (
        row["order_count"] >= 3 and row["discounted_order_share"] >= 0.8
    ),
    "likely_advocate": lambda row: (
        row["lifecycle"] == "Loyal Fan"
        and row["days_since_last_order"] < 90
        and row["refunded"] == 0
    ),
    "advocate": lambda row: row["lifecycle"] == "Advocate",
}


@pytest.mark.covers("E03", "M11", "M15")
@pytest.mark.parametrize("name", BY_TRAITS)
def test_presets_are_what_their_traits_say(gallery: OrderHistory, name: str) -> None:
    """Row by row in plain Python, the members are those of the definition."""
    table = ci.traits(gallery, TRAITS).to_dicts()
    expected = {row["customer"] for row in table if BY_TRAITS[name](row)}
    assert members(gallery, ci.presets[name]) == expected
    assert members(gallery, f'in_segment("preset:{name}")') == expected


@pytest.mark.covers("A32", "M12", "E12")
def test_presets_of_rank(gallery: OrderHistory) -> None:
    """VIPs are the tier's, high-value one-timers those below whom nine tenths spent."""
    tiers = ci.tiers(gallery, "value").to_dicts()
    vips = ci.tiers(gallery, "value").sizes["vip"]
    assert len(members(gallery, ci.presets["vip"])) == vips > 0
    assert tiers
    table = [row for row in ci.traits(gallery, TRAITS).to_dicts() if row["order_count"]]
    spent = [row["total_spent"] for row in table]
    expected = {
        row["customer"]
        for row in table
        if row["order_count"] == 1
        and sum(one < row["total_spent"] for one in spent) >= 0.9 * len(spent)
    }
    assert members(gallery, ci.presets["high_value_one_timer"]) == expected


@pytest.mark.covers("A14", "M14", "M42")
def test_presets_of_tags_products_dates_and_deeds(gallery: OrderHistory) -> None:
    """Wholesale by tag, collectors by keyword, birthdays and anniversaries by day, prospects."""
    today = gallery.context.calendar.local_date(gallery.observed_until)
    tagged = members(gallery, 'tagged("wholesale")')
    assert members(gallery, ci.presets["wholesale"]) == tagged != set()
    titled = ci.segment(gallery, 'bought(keyword="original")')
    assert (ci.segment(gallery, ci.presets["collector"]) == titled).all()
    born = gallery.people_table.birthday
    assert born is not None
    near = {(today + timedelta(days=ahead)).strftime("%m-%d") for ahead in range(14)}
    days = born.astype(str).tolist()
    birthdays = {
        customer
        for customer, day in zip(gallery.customer_ids.tolist(), days, strict=True)
        if day[5:] in near
    }
    assert members(gallery, ci.presets["birthday_soon"]) == birthdays
    table = ci.traits(gallery, TRAITS).to_dicts()
    years = {
        row["customer"]
        for row in table
        if at_least(row["days_since_first_order"], 300)
        and gallery.context.calendar.local_date(row["first_order_at"]).strftime("%m-%d") in near
    }
    assert members(gallery, ci.presets["customer_anniversary"]) == years
    subscribed = members(gallery, 'did("subscribed") and order_count == 0')
    gone = members(gallery, 'did("unsubscribed")')
    assert members(gallery, ci.presets["newsletter_prospect"]) == subscribed - gone


@FEW
@given(data=st.data())
@pytest.mark.covers("E10")
def test_slipping_is_overdue(data: st.DataObject) -> None:
    """On random shops the preset has who is overdue and not lapsed: some of ci.slipping."""
    shop = data.draw(rows())
    history, as_of = shop.history(), to_datetime(data.draw(as_ofs(shop)))
    mask = ci.segment(history, ci.presets["slipping"], as_of=as_of)
    overdue = {*ci.overdue(history, as_of=as_of).ids.tolist()}
    win_back = ci.segment(history, ci.presets["win_back"], as_of=as_of)
    found = {*history.customer_ids[mask].tolist()}
    assert found == overdue - {*history.customer_ids[win_back].tolist()}
    assert found <= {*ci.slipping(history, as_of=as_of).customers.ids.tolist()}


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("slipping", "2024-01-29", False),  # twice the gap of seven days, to the day
        ("slipping", "2024-01-30", True),
        ("slipping", "2024-01-08", False),
        ("slipping", "2024-07-12", True),  # 179 days after the last
        ("slipping", "2024-07-13", False),  # lapsed
        ("new_customers", "2024-01-30", True),  # 29 days after the first order
        ("new_customers", "2024-01-31", False),
        ("customer_anniversary", "2024-12-18", False),  # 14 days before
        ("customer_anniversary", "2024-12-19", True),
        ("customer_anniversary", "2025-01-01", True),
        ("customer_anniversary", "2025-01-02", False),
        ("win_back", "2024-07-12", False),  # 179 days after the last
        ("win_back", "2024-07-13", True),
    ],
)
def test_presets_turn_on_the_day_that_they_say(name: str, day: str, expected: bool) -> None:
    """At a boundary, asked at the start of a local day, of orders on 1, 8 and 15 January."""
    history = OrderHistory.from_arrays(
        customer=["ada"] * 3,
        placed_at=["2024-01-01", "2024-01-08", "2024-01-15"],
        amount=[10, 5, 7],
        currency="EUR",
        timezone="Europe/Paris",
    )
    assert ci.rule(ci.presets[name]).matches(history, as_of=day) == expected


@FEW
@given(data=st.data())
@pytest.mark.covers("M13")
def test_local_customers_live_near(data: st.DataObject) -> None:
    """presets.local has the customers of ci.nearby, and its numbers are written as given."""
    local = ci.presets.local("36.7", -119.8, km=4000)
    assert (local.name, local.rule) == ("local", "within_km(36.7, -119.8, 4000)")
    shop = data.draw(rows().filter(lambda one: one.people is not None))
    history, as_of = shop.history(), to_datetime(data.draw(as_ofs(shop)))
    near = ci.nearby(history, (36.7, -119.8), 4000, as_of=as_of).ids.tolist()
    assert history.customer_ids[ci.segment(history, local, as_of=as_of)].tolist() == near
    with pytest.raises(RuleError, match="'km' cannot be 0"):
        ci.segment(ci.datasets.gallery(), ci.presets.local(40.7, -74, km=0))


@pytest.mark.covers("E19")
def test_buyers_of_one_thing_without_the_other(gallery: OrderHistory) -> None:
    """The difference of two sets of buyers, by any label of products."""
    asked = ci.presets.bought_without("Prints", "Framing", by="department")
    prints, framing = (
        members(gallery, f'bought(department="{name}")') for name in ("Prints", "Framing")
    )
    assert members(gallery, asked) == prints - framing != set()
    with pytest.raises(UnknownName, match="Did you mean 'department'"):
        ci.presets.bought_without("a", "b", by="departmnt")


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_texts_are_put_into_rules_by_printing(bought: str, without: str) -> None:
    """Quotes and everything else in a product's name stay in the text that is asked for."""
    assume(bought.strip().casefold() != without.strip().casefold())
    rule = ci.rule(ci.presets.bought_without(bought, without))
    first, second = rule.condition.parts  # type: ignore[union-attr]
    assert first.value.options == (("product", bought),)  # type: ignore[union-attr]
    assert second.part.value.options == (("product", without),)  # type: ignore[union-attr]


def test_every_preset_says_what_it_means_and_what_to_do() -> None:
    """Names are spelled as rules spell them; definitions and actions are sentences."""
    assert len(ci.presets) == len(ci.DEFAULT.presets) >= 15
    for name, preset in ci.presets.items():
        assert name == preset.name == spelled(name)
        assert preset.definition.endswith(".")
        assert preset.action.endswith(".")
        assert ci.rule(preset).text == preset.rule
        assert ci.presets[name.replace("_", " ").title()] is preset
    for made in (ci.presets.local(1, 2), ci.presets.bought_without("a", "b")):
        assert made.definition.endswith(".")
        assert made.action.endswith(".")


@pytest.mark.covers("M16", "M63")
def test_every_segment_has_an_action() -> None:
    """All tiers, groups, stages and presets, and nothing else, say in a sentence what to do."""
    names = {
        **TIERS,
        "rfm": FIVE.groups,
        "eleven": ELEVEN.groups,
        "lifecycle": STAGES,
        "preset": tuple(ci.presets),
    }
    expected = {f"{space}:{spelled(one)}" for space, ones in names.items() for one in ones}
    assert {*ci.presets.actions} == expected
    assert all(action.endswith(".") for action in ci.presets.actions.values())


def test_unknown_presets_are_refused() -> None:
    """A wrong name is answered by the nearest, also without its space; a rule shows the place."""
    with pytest.raises(RuleError, match="Did you mean 'win_back'"):
        ci.rule('in_segment("preset:winback")')
    with pytest.raises(RuleError, match="Did you mean 'preset:win_back'") as refused:
        ci.rule('is_overdue or in_segment("win_back")')
    assert str(refused.value).endswith(
        """
  is_overdue or in_segment("win_back")
                           ^^^^^^^^^^"""
    )
    with pytest.raises(RuleError, match="Did you mean 'preset'"):
        ci.rule('in_segment("presets:win_back")')
    with pytest.raises(UnknownName, match="Did you mean 'small'"):
        ci.rule('in_segment("one")', segments={"one": 'in_segment("smal")', "small": "units < 3"})
    with pytest.raises(UnknownName, match="Did you mean 'slipping'"):
        ci.presets["sliping"]
    with pytest.raises(UnknownName, match="preset named 5"):
        ci.presets[5]  # type: ignore[index]
    assert "win back" in ci.presets
    assert "winback" not in ci.presets
    assert 5 not in ci.presets  # type: ignore[comparison-overlap]
    assert ci.presets.get("winback") is None
    assert ci.presets.get("vip") is ci.presets["VIP"]


def test_presets_of_another_catalog(gallery: OrderHistory) -> None:
    """A catalog takes segments of one's own; in circles they are refused."""
    loyal = Segment("Big and loyal", 'in_segment("preset:vip") and order_count >= 3')
    catalog = ci.DEFAULT.with_(loyal)
    own = ci.Presets(catalog)
    assert own["big and loyal"] is loyal
    assert "big_and_loyal" in own
    assert own.actions == ci.presets.actions
    rule = ci.rule('in_segment("preset:Big and loyal")', catalog=catalog)
    vips = members(gallery, ci.presets["vip"])
    assert members(gallery, rule) == vips & members(gallery, "order_count >= 3") != set()
    with pytest.raises(RuleError, match="preset named 'big_and_loyal'"):
        ci.rule('in_segment("preset:big_and_loyal")')
    with pytest.raises(InvalidValue, match="has an entry of this name already: 'vip'"):
        catalog.with_(Segment("VIP", "order_count > 1"))
    circle = catalog.with_(
        Segment("a", 'in_segment("preset:b")'), Segment("b", 'not in_segment("preset:a")')
    )
    with pytest.raises(InvalidValue, match="preset:a -> preset:b -> preset:a"):
        ci.rule('in_segment("preset:a")', catalog=circle)


def test_a_preset_is_explained_by_its_rule(gallery: OrderHistory) -> None:
    """An explanation opens the preset: its rule, with what was found of the customer."""
    rule = ci.rule('in_segment("preset:second_order_due")')
    one = gallery.history_of(gallery.customer_ids.tolist()[0])
    told = str(rule.explain(one, as_of=gallery.observed_until))
    assert 'in_segment("preset:second_order_due")' in told
    assert "order_count == 1" in told


def test_a_preset_bears_its_own_name_in_a_segment_of_segments(gallery: OrderHistory) -> None:
    """A preset is a segment like any other: it may be named within rules of one's own."""
    asked = ci.rule('in_segment("quiet")', segments={"quiet": ci.presets["win_back"]})
    assert members(gallery, asked) == members(gallery, ci.presets["win_back"])


def test_presets_and_words_are_segments_of_a_set(gallery: OrderHistory) -> None:
    """All presets at once, by their names; a set takes words of Python as well as texts."""
    found = ci.segments(gallery, ci.presets)
    assert found.sizes == {name: len(members(gallery, one)) for name, one in ci.presets.items()}
    kept = ci.Segments(ci.presets).named
    assert kept == tuple(ci.presets.values())
    assert [one.action for one in kept] == [one.action for one in ci.presets.values()]
    w = ci.words
    asked = {"late": w.is_overdue, "early": "not in_segment('late')"}
    assert ci.segments(gallery, asked).sizes == {
        "late": len(members(gallery, "is_overdue")),
        "early": len(members(gallery, "not is_overdue")),
    }


def test_made_presets_have_names_of_their_own_and_say_what_they_cannot_be() -> None:
    """Two stand in one set by two names; one thing twice, blanks and long texts are refused."""
    history = ci.datasets.gallery()
    places = [ci.presets.local(1, 2), ci.presets.local(40 + 42 / 60 + 46 / 3600, 2, name="city")]
    assert places[1].rule == "within_km(40.712777777778, 2, 50)"
    assert "50 km from 40.712777777778, 2." in places[1].definition
    things = [
        ci.presets.bought_without("Prints", "Framing", by="department"),
        ci.presets.bought_without("Framing", "Prints", by="department", name="bare"),
    ]
    found = ci.segments(history, [*places, *things])
    assert [*found.names] == ["local", "city", "bought_without", "bare"]
    for pair, told in (
        (("a", "a"), "whoever bought one product bought it"),
        (("Frame", " frame"), "whoever bought one product bought it"),
        (("x" * 501, "a"), "the name is too long for a rule.*501 signs.*at most 500 signs"),
        (("a", " "), "this names nothing to buy"),
    ):
        with pytest.raises(InvalidValue, match=f"(?i){told}"):
            ci.presets.bought_without(*pair)


def test_actions_are_found_in_any_spelling() -> None:
    """As names in rules are; a wrong one is answered by the nearest."""
    actions = ci.presets.actions
    assert actions["Value: VIP"] == actions["value:vip"]
    assert actions["preset:win back"] == ci.presets["win_back"].action
    assert "lifecycle:loyal-fan" in actions
    assert actions.get("value:vipp") is None
    assert len(actions) == len({*actions})
    with pytest.raises(UnknownName, match="Did you mean 'value:vip'"):
        actions["value:vipp"]
    with pytest.raises(UnknownName, match="action named 5"):
        actions[5]  # type: ignore[index]


def test_labels_of_products_are_bought_as_ladders_have_them() -> None:
    """Letter case and blanks aside; ids as they are."""
    history = ci.datasets.gallery()
    asked = [f"bought(department={name!r})" for name in ("Prints", "prints", " PRINTS ")]
    found = [ci.segment(history, rule).tolist() for rule in asked]
    assert found[0] == found[1] == found[2]
    assert any(found[0])
    products = history.products
    assert products is not None
    one = products.ids[0]
    assert ci.segment(history, f"bought(product={one!r})").any()
    other = one.swapcase()
    assert other not in products.ids
    assert not ci.segment(history, f"bought(product={other!r})").any()
    on = ci.Ladder("l", [ci.Rung("a", product=one), ci.Rung("b", product=other)])
    assert (on.rung_of(products)[0], 1 in on.rung_of(products)) == (0, False)
