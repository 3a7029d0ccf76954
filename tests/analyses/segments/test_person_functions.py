"""What rules ask about persons: tags, statuses, dates, places, addresses; and all on parts."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.builtin.segment_functions import days_until
from custinsights.domain import Address, Customer, Tag
from custinsights.domain.rules.durations import Duration
from custinsights.errors import InvalidValue, MissingData, RuleError
from custinsights.history.columnar.columns import ContactColumns, Labels, OrderColumns, People
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.facts import Facts
from custinsights.history.orders import OrderHistory
from custinsights.history.views.counted import CountedHistory
from custinsights.testing.rows import Rows
from custinsights.testing.strategies import as_ofs as as_ofs_of_rows
from custinsights.testing.strategies import rows
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.hand import at
from tests.oracles.shop import Identity
from tests.oracles.strategies import as_ofs, shops

EVERY_FUNCTION = (
    'tagged("vip")',
    'status("vip")',
    'status("press") is None',
    'anniversary("birthday", within="2m")',
    'anniversary(last_order_at, within="6m")',
    'not anniversary("created_at", within="6m")',
    "within_km(42, -74, 100)",
    'email_domain("example.com")',
    'bought(keyword=["original", "print"], within="1y")',
    'bought(category="Prints", spent=5)',
    'did(["visit", "bid"], within="1y")',
    'never_did("email_sent", outcome="bounced")',
    'ordered(count=2, country="US")',
    'ordered(between=["1y", "1d"])',
)


def members(history: Facts, rule: str, as_of: Any = None) -> set[Identity]:
    """Return who is in a segment."""
    mask = ci.segment(history, rule, as_of=as_of)
    return {*history.customer_ids[mask].tolist()}


def known_and_unknown(history: Facts, call: str, as_of: Any = None) -> dict[Identity, bool | None]:
    """Return what a call says of everybody."""
    yes, unknown = members(history, call, as_of), members(history, f"{call} is None", as_of)
    return {one: None if one in unknown else one in yes for one in history.customer_ids.tolist()}


def people(*given: Customer, as_of: str = "2024-03-10") -> OrderHistory:
    """Return a history of people without orders."""
    return ci.read_objects(
        [], customers=given, currency="EUR", timezone="Europe/Paris", observed_until=as_of
    )


@given(st.data())
def test_a_tag_is_carried_from_since_to_before_until(data: st.DataObject) -> None:
    """Any of several names, in any spelling, at the instant before as_of."""
    made = data.draw(shops().filter(lambda one: bool(one.people)))
    view = View(made, data.draw(as_ofs(made)))
    names = data.draw(st.sampled_from((["VIP"], ["wholesale", "vip"], ["nobody's"])))
    expected = {
        identity
        for identity, person in made.people.items()
        for tag in person.tags
        if tag.name.casefold() in {name.casefold() for name in names}
        and (tag.since is None or tag.since < view.as_of)
        and (tag.until is None or tag.until >= view.as_of)
    }
    found = members(to_history(made), f"tagged({names!r})", view.as_of)
    assert found == expected & view.known


def test_a_tag_that_ends_at_as_of_is_carried_still() -> None:
    """What happens at as_of has not happened: one that begins then is not carried, either."""
    history = people(
        Customer("ends", tags=[Tag("vip", until=at("03-10", 0))]),
        Customer("begins", tags=[Tag("vip", since=at("03-10", 0))]),
        Customer("ended", tags=[Tag("vip", until=at("03-09", 23))]),
    )
    assert members(history, 'tagged("vip")', at("03-10", 0)) == {"ends"}


def test_a_customer_table_without_tags_says_that_nobody_is_tagged() -> None:
    """Only where no customer table was loaded is it unknown who carries tags."""
    assert members(people(Customer("ada")), 'not tagged("vip")') == {"ada"}


def test_a_status_is_the_flag_of_its_name_else_the_text() -> None:
    """An unknown flag leaves it to the text; without both it is unknown."""
    history = people(
        Customer("flag", attributes={"vip": True, "status": "lapsed"}),
        Customer("no flag", attributes={"vip": False, "status": "VIP"}),
        Customer("text", attributes={"status": " Vip"}),
        Customer("other text", attributes={"status": "lapsed"}),
        Customer("nothing"),
    )
    assert known_and_unknown(history, 'status("vip")') == {
        "flag": True,
        "no flag": False,
        "text": True,
        "other text": False,
        "nothing": None,
    }
    assert members(history, 'status("Lapsed")') == {"flag", "other text"}
    assert members(history, 'in_segment("status:vip")') == {"flag", "text"}


def test_a_flag_of_this_name_is_enough() -> None:
    """Where there is no text 'status', a flag tells; a text of that name is no flag."""
    history = people(Customer("ada", attributes={"press": True, "city_code": "PAR"}))
    assert members(history, 'status("press")') == {"ada"}
    with pytest.raises(MissingData, match="a flag 'city_code' or a text 'status'"):
        ci.segment(history, 'status("city_code")')


def falls_on(born: date, day: date) -> bool:
    """Whether a day is an anniversary."""
    has_leap_day = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    if (born.month, born.day) == (2, 29) and not has_leap_day:
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


DATES = st.dates(date(1890, 1, 1), date(2050, 1, 1)) | st.sampled_from(
    (date(1980, 2, 29), date(2000, 2, 28), date(1999, 12, 31), date(2001, 1, 1))
)


@given(
    st.lists(st.none() | DATES, min_size=1, max_size=4),
    st.dates(date(2023, 1, 1), date(2029, 1, 1)) | st.sampled_from((date(2024, 2, 29),)),
    st.sampled_from(("1d", "2d", "6w", "1m", "12m", "1y", "3y")),
)
def test_an_anniversary_falls_on_a_day_of_the_stretch(
    born: list[date | None], today: date, within: str
) -> None:
    """Day after day from as_of's to before the end; unknown without a date."""
    known = [Customer(f"c{n}", birthday=one) for n, one in enumerate(born)]
    history = people(*known, as_of="2023-01-01")
    end = Duration(within).after(today)
    days = [today + timedelta(days=n) for n in range((end - today).days)]
    expected = {
        f"c{n}": None if one is None else any(falls_on(one, day) for day in days)
        for n, one in enumerate(born)
    }
    call = f'anniversary("birthday", within="{within}")'
    assert known_and_unknown(history, call, today) == expected
    view = CountedHistory(history, history.context.instant(today))
    told = np.array([one or "NaT" for one in born], dtype="M8[D]")
    for left, one in zip(days_until(view, told).tolist(), born, strict=True):
        ahead = (today + timedelta(days=n) for n in range(367))
        far = None if one is None else next(day for day in ahead if falls_on(one, day))
        assert far is None if np.isnan(left) else far == today + timedelta(days=left)


def test_without_a_stretch_it_is_today() -> None:
    """The default asks who has the day on as_of's local date; a day of creation counts."""
    history = people(
        Customer("today", birthday=date(1990, 3, 10)),
        Customer("tomorrow", birthday=date(1990, 3, 11)),
        Customer("new", created_at=at("03-09", 23)),  # 00:00 of the 10th in Paris
        Customer("to come", created_at=at("03-10", 0)),
    )
    assert members(history, 'anniversary("birthday")', "2024-03-10") == {"today"}
    assert members(history, "anniversary(created_at)", at("03-10", 0)) == {"new"}
    unknown = members(history, "anniversary(created_at) is None", at("03-10", 0))
    assert unknown == {"today", "tomorrow"}  # who is still to come is not known at all


def test_an_anniversary_of_an_instant_trait() -> None:
    """The local day of a trait, with or without quotes; unknown to whom it never came."""
    history = OrderHistory.from_arrays(
        customer=["ada", "bo"],
        placed_at=["2022-03-09T23:30+00:00", "2022-04-01T12:00+00:00"],
        amount=[1, 1],
        currency="EUR",
        timezone="Europe/Paris",
    )
    for name in ("first_order_at", '"first_order_at"'):
        found = known_and_unknown(history, f"anniversary({name})", "2024-03-10")
        assert found == {"ada": True, "bo": False}
    assert known_and_unknown(history, "anniversary(last_order_at)", "2022-03-20") == {
        "ada": False,
        "bo": False,
    }
    with pytest.raises(RuleError, match="order_count"):
        ci.rule("anniversary(order_count)")


def test_within_km_is_what_nearby_says() -> None:
    """The same distance, the limit included; unknown without coordinates."""
    paris, versailles = (48.8566, 2.3522), (48.8049, 2.1204)
    history = people(
        Customer("ada", addresses=[Address(latitude=paris[0], longitude=paris[1])]),
        Customer("bo", addresses=[Address(latitude=versailles[0], longitude=versailles[1])]),
        Customer("cy"),
    )
    call = "within_km({}, {}, {})"
    assert known_and_unknown(history, call.format(*paris, 17)) == {
        "ada": True,
        "bo": False,
        "cy": None,
    }
    near = ci.nearby(history, paris, 18)
    assert members(history, call.format(*paris, 18)) == {*near.ids.tolist()} == {"ada", "bo"}
    far = near.column("distance_km").values.tolist()[1]
    within = ci.DEFAULT.function("within_km").of
    view = CountedHistory(history, history.context.observed_until)
    lat, lon = map(Decimal, map(str, paris))
    assert within(view, lat=lat, lon=lon, km=Decimal(far)).tolist() == [1, 1, -1]
    less = Decimal(math.nextafter(far, 0))
    assert within(view, lat=lat, lon=lon, km=less).tolist() == [1, 0, -1]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("within_km(91, 2, 5)", "'lat' cannot be 91. Expected: .* -90 to 90"),
        ("within_km(4, -180.5, 5)", "'lon' cannot be -180.5. Expected: .* -180 to 180"),
        ("within_km(4, 2, 0)", "'km' cannot be 0. Expected: kilometres, a number above 0"),
    ],
)
def test_a_place_that_is_none_is_refused(call: str, told: str) -> None:
    """The error points at what is out of range."""
    with pytest.raises(RuleError, match=told):
        ci.segment(people(Customer("ada")), call)


def contacts(**kinds: list[tuple[str, str]]) -> dict[str, ContactColumns]:
    """Return whose the contacts are."""
    return {
        name.replace("_", " "): ContactColumns(
            np.array([one for one, _ in told], dtype=object), Labels.encode([v for _, v in told])
        )
        for name, told in kinds.items()
    }


def with_contacts(ids: list[str], **kinds: list[tuple[str, str]]) -> OrderHistory:
    """Return a history of people with contacts."""
    return OrderHistory.of(
        OrderColumns(
            customer=np.array(ids[:1], dtype=object),
            placed_at=np.array([0]),
            amount=np.array([1]),
        ),
        people=People(ids=np.array(ids, dtype=object)),
        contacts=contacts(**kinds),
        currency="EUR",
        calendar=ci.datasets.gallery().calendar,
    )


def test_an_email_domain_is_exactly_what_stands_after_the_at() -> None:
    """Any address counts, an identity that is one too; subdomains are others; None is unknown."""
    history = with_contacts(
        ["a", "b", "c", "d", "Eve@Example.com", "f", "g@h@example.com"],
        email=[("a", "ann@example.com"), ("a", "ann@home.net"), ("b", "bo@mail.example.com")],
        email_of_shop=[("c", "cy@müller.de"), ("f", "fay@notexample.com")],
        phone=[("d", "+33123456789")],
    )
    assert known_and_unknown(history, 'email_domain("EXAMPLE.com")') == {
        "a": True,
        "b": False,
        "c": False,
        "d": None,
        "Eve@Example.com": True,
        "f": False,
        "g@h@example.com": None,
    }
    assert members(history, 'email_domain(["@home.net", "MÜLLER.de"])') == {"a", "c"}
    assert not members(history, 'email_domain("xn--mller-kva.de")')


def test_an_email_domain_on_parts_and_of_one() -> None:
    """Contacts belong to the customers of each part."""
    ids = [f"c{n}" for n in range(9)]
    told = [(one, f"{one}@{'home.net' if n % 3 else 'work.org'}") for n, one in enumerate(ids)]
    history = with_contacts(ids, email=told[:-1])
    rule = ci.rule('email_domain("home.net")')
    whole = members(history, rule.text)
    assert whole == {"c1", "c2", "c4", "c5", "c7"}
    assert set().union(*(members(part, rule.text) for part in history.partition(4))) == whole
    for one in ids:
        alone = history.history_of(one)
        assert rule.matches(alone, as_of=history.observed_until) == (one in whole)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ('tagged("vip")', "tags"),
        ("within_km(1, 2, 3)", "coordinates"),
        ('email_domain("example.com")', "e-mail addresses"),
        ('anniversary("birthday")', "birthdays"),
        ('anniversary("created_at", within="1w")', "times of creation"),
    ],
)
def test_what_is_told_of_nobody_is_refused(call: str, what: str) -> None:
    """Without any customer table, whatever else is asked; with one it is unknown of each."""
    history = OrderHistory.from_arrays(
        customer=[1, 2],
        placed_at=["2024-01-01", "2024-01-02"],
        amount=[1, 1],
        currency="EUR",
        timezone="UTC",
    )
    said = rf"The function {re.escape(call)} needs {what} in a customer table, .* customers="
    for asked in (history, history.partition(2)[1], history.history_of(1)):
        with pytest.raises(MissingData, match=said):
            ci.segment(asked, f"order_count > 1 or {call} is None")
    listed = people(Customer(1), Customer(2))
    assert members(listed, f"{call} is None") == (set() if "tagged" in call else {1, 2})


@settings(max_examples=30)
@given(st.data())
def test_parts_and_each_one_alone_say_what_the_whole_says(data: st.DataObject) -> None:
    """Scalar = vectorised = partitioned, for every built-in function that the history can tell."""
    drawn: Rows = data.draw(rows())
    as_of = to_datetime(data.draw(as_ofs_of_rows(drawn)))
    history = drawn.history()
    for text in EVERY_FUNCTION:
        rule = ci.rule(text)
        try:
            whole = ci.segment(history, rule, as_of=as_of)
        except MissingData:
            continue
        parts = [ci.segment(part, rule, as_of=as_of) for part in history.partition(3)]
        assert np.concatenate(parts).tolist() == whole.tolist(), text
        alone = [
            rule.matches(history.history_of(one), as_of=as_of)
            for one in history.customer_ids.tolist()
        ]
        assert alone == whole.tolist(), text


def test_what_fails_in_a_function_names_the_call() -> None:
    """Errors of one's own code, and what is no truth value for each person."""

    def fails(history: Any, name: str) -> Any:
        return {"a": history}[name]

    def floats(history: Any) -> Any:
        return np.zeros(history.people)

    made = (
        ci.segment_function(parameters={"name": "text"}, definition="Fails.")(fails),
        ci.segment_function(parameters={}, definition="Gives floats.")(floats),
    )
    catalog, asked = ci.DEFAULT.with_(*made), people(Customer("ada"))
    with pytest.raises(InvalidValue, match=r"The function fails\(\"x\"\) fails: .KeyError: 'x'"):
        ci.segment(asked, 'order_count > 1 or fails("x")', catalog=catalog)
    said = r"allowed is truth values of shape \(1,\) for a flag. It is asked by floats\(\)"
    with pytest.raises(InvalidValue, match=said):
        ci.segment(asked, "floats()", catalog=catalog)
    with pytest.raises(InvalidValue, match="given; allowed is a kind for each of 'name', in order"):
        ci.segment_function(parameters={}, definition="Fails.")(fails)


def test_nobody_is_in_a_segment_of_an_empty_history() -> None:
    """A history without customers has an empty mask, or tells what it lacks as any other does."""
    gallery = ci.datasets.gallery()
    nobody = gallery.where(customers=np.zeros(gallery.people, dtype=np.bool_))
    for text in EVERY_FUNCTION:
        if "status" in text or "did" in text:
            with pytest.raises(MissingData):
                ci.segment(nobody, text)
        else:
            assert ci.segment(nobody, text).tolist() == []


def test_the_example_of_the_documentation() -> None:
    """Good customers in North America who are no dealers, by hand."""
    history = ci.datasets.gallery()
    names = ("order_count", "days_since_last_order", "customer_country")
    table = ci.traits(history, names).to_dicts()
    dealers = members(history, 'tagged("wholesale")')
    expected = {
        row["customer"]
        for row in table
        if row["order_count"] >= 3
        and row["days_since_last_order"] < 90
        and row["customer_country"] in ("US", "CA")
        and row["customer"] not in dealers
    }
    rule = (
        'order_count >= 3 and days_since_last_order < 90 and customer_country in ["US", "CA"] '
        'and not tagged("wholesale")'
    )
    assert members(history, rule) == expected
    assert len(expected) == 13
