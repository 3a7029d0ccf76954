"""Activities lie beside the orders: whose they are, what they count, what carries them."""

from __future__ import annotations

import pickle
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import Incompatible, InvalidValue, MissingData, Refused, UnknownName
from custinsights.history.activities import ActivityColumns
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.columnar.columns import NO_NUMBER, ContactColumns, Labels
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.testing.rows import Rows
from custinsights.testing.strategies import as_ofs, rows
from tests.history.plainly import columns

FEW = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)


def orders(**more: Any) -> OrderHistory:
    """Return two orders of Ada and one of Bo."""
    told: dict[str, Any] = {
        "customer": ["ada", "bo", "ada"],
        "placed_at": ["2024-01-05T10:00", "2024-01-20T12:00", "2024-02-05T09:00"],
        "amount": [10, 20, 30],
        "campaign": ["spring", None, "spring"],
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return OrderHistory.from_arrays(**{**told, **more})


def doings(**more: Any) -> ActivityHistory:
    """Return what Ada, Bo and Cy did in the winter of 2024."""
    told: dict[str, Any] = {
        "customer": ["ada", "ada", "bo", "cy", "cy", "ada"],
        "at": [
            "2024-01-04T23:30",
            "2024-01-05T09:00",
            "2024-02-01T08:00",
            "2024-02-02T20:00",
            "2024-02-03T20:00",
            "2024-02-05T08:59",
        ],
        "kind": ["email_sent", "email_opened", "email_sent", "bid", "bid", "message_received"],
        "subject": ["letter", "letter", "letter", "lot 1", "lot 2", None],
        "outcome": ["delivered", None, "bounced", "won", "underbid", None],
        "campaign": ["spring", "spring", "spring", None, None, None],
        "channel": [None, None, None, None, None, "whatsapp"],
        "amount": [None, None, None, "90.00", 45, None],
        "score": [None, None, None, None, None, 4.5],
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return ActivityHistory.from_arrays(**{**told, **more})


BOTH = orders().with_activities(doings())


@pytest.mark.covers("B02", "B13", "B14", "B16", "B18")
def test_counted_by_hand() -> None:
    """Kinds, outcomes, campaigns, media and people are counted as on paper."""
    kinds = ci.measure(BOTH, ["activities", "active_people"], by=["activity_kind"])
    assert kinds.to_dicts() == [
        {"activity_kind": "bid", "activities": 2, "active_people": 1},
        {"activity_kind": "email_opened", "activities": 1, "active_people": 1},
        {"activity_kind": "email_sent", "activities": 2, "active_people": 2},
        {"activity_kind": "message_received", "activities": 1, "active_people": 1},
    ]
    media = ci.measure(BOTH, "activities", by="message_medium")
    assert {row["message_medium"]: row["activities"] for row in media.to_dicts()} == {
        None: 2,
        "email": 3,
        "whatsapp": 1,
    }
    wins = ci.measure(BOTH, ["bids", "bids_won", "win_rate"], by="subject").to_dicts()
    assert [(row["subject"], row["win_rate"]) for row in wins if row["bids"]] == [
        ("lot 1", 1.0),
        ("lot 2", 0.0),
    ]
    rates = ci.measure(BOTH, ["email_open_rate", "email_click_rate", "visits"])
    assert rates.to_dicts() == [{"email_open_rate": 0.5, "email_click_rate": 0.0, "visits": 0}]
    outcomes = ci.measure(BOTH, "activities", by="outcome").labels("outcome").tolist()
    assert outcomes == [None, "bounced", "delivered", "underbid", "won"]


def test_orders_and_activities_side_by_side() -> None:
    """By campaign, channel, period and customer label both are counted, each by its own."""
    cube = ci.measure(BOTH, ["orders", "activities"], by=["campaign"])
    assert cube.to_dicts() == [
        {"campaign": None, "orders": 1, "activities": 3},
        {"campaign": "spring", "orders": 2, "activities": 3},
    ]
    months = ci.measure(BOTH, ["orders", "activities", "active_people"], by=["month"])
    assert months.minor("activities").tolist() == [2, 4]
    assert months.minor("active_people").tolist() == [1, 3]
    cohort = ci.measure(BOTH, "activities", by=["cohort_month", "customer_type", "month"])
    assert (
        cohort.to_dicts()
        == [
            {"cohort_month": None, "customer_type": None, "month": "2024-02", "activities": 2},
            {
                "cohort_month": "2024-01",
                "customer_type": "new",
                "month": "2024-01",
                "activities": 2,
            },
            {
                "cohort_month": "2024-01",
                "customer_type": "returning",
                "month": "2024-02",
                "activities": 2,
            },
        ]
        or cohort.to_dicts()
    )
    ages = ci.measure(BOTH, "activities", by=["cohort_month", "age"]).to_dicts()
    told = {(row["cohort_month"], row["age"]): row["activities"] for row in ages}
    assert told == {(None, None): 2, ("2024-01", None): 2, ("2024-01", 1): 2}


def test_hours_and_weekdays_are_local() -> None:
    """An activity at half past eleven in the evening in Paris is one of that day and hour."""
    cube = ci.measure(BOTH, "activities", by=["hour", "weekday"])
    told = [(row["hour"], row["weekday"]) for row in cube.to_dicts() if row["activities"]]
    assert (23, "Thursday") in told
    assert len(told) == 6


def test_a_history_of_activities_alone() -> None:
    """It is a whole history: parts, people, instants; of orders it has none."""
    alone = doings()
    assert repr(alone) == (
        "<ActivityHistory: 6 activities of 3 people, 2024-01-04 to 2024-02-06 Europe/Paris, EUR>"
    )
    assert repr(BOTH) == (
        "<OrderHistory: 3 orders and 6 activities of 3 people, 2024-01-04 to 2024-02-06 "
        "Europe/Paris, EUR>"
    )
    parts = alone.partition(2)
    assert [len(part.activities or ()) for part in parts] == [3, 3]
    assert sum(ci.measure(part, "activities").minor("activities")[0] for part in parts) == 6
    assert len(alone.history_of("cy").activities or ()) == 2
    cut = alone.up_to("2024-02-02")
    assert (len(cut.activities or ()), cut.people) == (3, 2)
    assert ci.measure(alone, "activities").to_dicts() == [{"activities": 6}]
    with pytest.raises(MissingData, match="'orders' needs orders"):
        ci.measure(alone, ["orders", "activities"])
    assert alone.where(customers=["bo"]).append(alone.where(customers=["ada", "cy"])).people == 3
    with pytest.raises(InvalidValue, match="with_activities"):
        orders().append(alone)
    with pytest.raises(InvalidValue, match=r"no ActivityHistory.*combine"):
        orders().with_activities(orders())  # type: ignore[arg-type]


def test_activities_alone_make_blocks() -> None:
    """A history without orders is cut into stretches by its activities."""
    assert doings().cuts_by_orders(2).tolist() == [0, 1, 2, 3]


@FEW
@given(rows(), st.data())
def test_every_count_is_the_plain_one(shop: Rows, data: st.DataObject) -> None:
    """By month, kind and outcome: so many activities before as_of, of so many people."""
    history = shop.history()
    if shop.activities is None:
        with pytest.raises(MissingData, match="needs activities"):
            ci.measure(history, "activities")
        return
    as_of = data.draw(as_ofs(shop))
    given_ = shop.activities
    counts: Counter[tuple[Any, ...]] = Counter()
    people: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
    texts = [given_.labels[name].texts().tolist() for name in ("kind", "outcome")]
    owners = given_.customer.tolist()  # type: ignore[union-attr] # drawn as an array
    for owner, at, *labels in zip(owners, given_.at.tolist(), *texts, strict=True):
        if at < as_of:
            month = str(shop.calendar.local_date(to_datetime(at)))[:7]
            counts[month, *labels] += 1
            people[month, *labels].add(owner)
    cube = ci.measure(
        history,
        ["activities", "active_people"],
        by=["month", "activity_kind", "outcome"],
        as_of=to_datetime(as_of),
    )
    told = {
        (row["month"], row["activity_kind"], row["outcome"]): (
            row["activities"],
            row["active_people"],
        )
        for row in cube.to_dicts()
        if row["activities"]
    }
    assert told == {key: (count, len(people[key])) for key, count in counts.items()}


@FEW
@given(rows())
def test_activities_change_no_number_of_orders(shop: Rows) -> None:
    """A history with activities answers about orders as it does without."""
    if shop.activities is None:
        return
    bare = attrs.evolve(shop, activities=None).history()
    joined = bare.with_activities(
        ActivityHistory.of(shop.activities, calendar=shop.calendar, currency=shop.currency)
    )
    flow = ["orders", "customers", "revenue", "average_gap_days"]
    for by in ([], ["order_number"], ["customer_country"]):
        names = flow if by == ["order_number"] else [*flow, "repeat_rate", "churn_rate"]
        ours, theirs = ci.measure(joined, names, by=by), ci.measure(bare, names, by=by)
        assert ours.to_dicts() == theirs.to_dicts()
    told = columns(joined)
    assert told["activities"] == columns(shop.history())["activities"]


@FEW
@given(rows())
def test_everything_carries_activities(shop: Rows) -> None:
    """Laid out anew, in two parts put together, or under another policy they are the same."""
    history = shop.history()
    assert columns(history.with_policy(history.policy)) == columns(history)
    chosen = np.arange(history.people) % 2 == 0
    parts = [history.where(customers=mask) for mask in (chosen, ~chosen)]
    held = columns(parts[0].append(parts[1]))["activities"]
    assert held == columns(history)["activities"]
    kept = history.where(orders=np.zeros(len(history), dtype=np.bool_))
    assert columns(kept)["activities"] == columns(history)["activities"]
    at = history.activities
    if at is not None and len(at):
        as_of = int(np.median(at.at))
        cut = history.up_to(to_datetime(as_of))
        assert columns(cut)["activities"] == [
            row for row in columns(history)["activities"] if row[1] < as_of
        ]


def test_the_order_of_rows_does_not_matter() -> None:
    """Ties lie by all that activities hold."""
    tied = {"at": ["2024-01-05T10:00"] * 6, "customer": ["ada"] * 6}
    one = doings(**tied)
    told: dict[str, list[Any]] = {
        "kind": ["email_sent", "email_opened", "email_sent", "bid", "bid", "message_received"],
        "subject": ["letter", "letter", "letter", "lot 1", "lot 2", None],
        "outcome": ["delivered", None, "bounced", "won", "underbid", None],
        "campaign": ["spring", "spring", "spring", None, None, None],
        "channel": [None, None, None, None, None, "whatsapp"],
        "amount": [None, None, None, "90.00", 45, None],
        "score": [None, None, None, None, None, 4.5],
    }
    backwards = {name: values[::-1] for name, values in told.items()}
    other = doings(**tied, **backwards)
    assert columns(one)["activities"] == columns(other)["activities"]


def test_of_some_products_only_what_is_about_them() -> None:
    """for_lines keeps the activities about the chosen products and counts the others."""
    shop = ci.datasets.gallery()
    products = shop.products
    assert products is not None
    some = ActivityHistory.from_arrays(
        customer=["c001", "c001", "c001"],
        at=["2023-01-05T10:00", "2023-01-06T10:00", "2023-01-06T11:00"],
        kind=["product_viewed", "product_viewed", "visit"],
        subject=["original-tide-table", "calendar", None],
        timezone="America/New_York",
    )
    chosen = shop.with_activities(some).for_lines(department="Originals")
    assert [row[3] for row in columns(chosen)["activities"]] == ["original-tide-table"]
    left = {entry.detail: entry.rows for entry in chosen.load_report.left_out}
    assert left["activities about other things"] == 2


def contact(kind: str, *pairs: tuple[Any, str]) -> dict[str, ContactColumns]:
    """Return contacts of one kind."""
    owners = np.array([owner for owner, _ in pairs], dtype=object)
    return {kind: ContactColumns(owners, Labels.encode([text for _, text in pairs]))}


def visits(names: list[Any], contacts: dict[str, ContactColumns] | None = None) -> ActivityHistory:
    """Return a visit of each."""
    dtype = object if isinstance(names[0], str) else np.int64
    return ActivityHistory.of(
        ActivityColumns(
            customer=np.array(names, dtype=dtype),
            at=np.full(len(names), 1_704_500_000_000_000),
            labels={"kind": Labels.encode(["visit"] * len(names))},
        ),
        contacts=contacts,
        calendar=orders().calendar,
    )


def with_contacts(history: OrderHistory, kind: str, *pairs: tuple[Any, str]) -> OrderHistory:
    """Return a history with contacts of its people."""
    own = {kind: attrs.evolve(next(iter(contact(kind, *pairs).values())))}
    held = history.activities
    assert held is None
    return OrderHistory.of(
        _order_columns(history),
        contacts=own,
        currency="EUR",
        calendar=history.calendar,
    )


def _order_columns(history: OrderHistory) -> Any:
    from custinsights.history.building.joining import columns_of

    return columns_of(history).orders


@pytest.mark.parametrize(
    ("visitor", "contacts", "whose"),
    [
        ("ada", None, "ada"),
        ("ada@example.com", None, "ada"),
        ("ADA@example.com", None, "ada"),
        ("shared@example.com", None, "shared@example.com"),
        ("stranger", None, "stranger"),
        ("stranger", ("email", "ada@example.com"), "stranger"),
        ("49301234567", ("phone", "49301234567"), "49301234567"),
    ],
)
def test_who_is_who(visitor: str, contacts: tuple[str, str] | None, whose: str) -> None:
    """By id, else by the e-mail address of exactly one; an unknown id stays its own person."""
    known = with_contacts(
        orders(),
        "email",
        ("ada", "ada@example.com"),
        ("ada", "shared@example.com"),
        ("bo", "shared@example.com"),
    )
    told = None if contacts is None else contact(contacts[0], (visitor, contacts[1]))
    joined = known.with_activities(visits([visitor], told))
    assert [row[0] for row in columns(joined)["activities"]] == [whose]
    assert joined.people == (2 if whose == "ada" else 3)


def test_who_has_no_id_is_told_by_theirs() -> None:
    """A guest with an e-mail address is the visitor of that address, whatever the visitor's id."""
    guests = orders(customer=["ada@example.com", "bo", "ada@example.com"])
    joined = guests.with_activities(visits(["c7"], contact("email", ("c7", "ada@example.com"))))
    assert joined.people == 2
    assert ci.measure(joined, "activities", by="cohort_month").labels("cohort_month")[0] is not None


def test_by_phone() -> None:
    """Who has no id is the one with the phone number."""
    known = with_contacts(orders(), "phone", ("bo", "49301234567"))
    joined = known.with_activities(
        visits(["49301234567"], contact("phone", ("49301234567", "49301234567")))
    )
    assert [row[0] for row in columns(joined)["activities"]] == ["bo"]


def test_integers_stay_integers_unless_somebody_is_a_text() -> None:
    """Numbers join numbers; a visitor with an address makes texts of all identities."""
    numbered = orders(customer=[1, 2, 1])
    assert numbered.with_activities(visits([2, 3])).customer_ids.tolist() == [1, 2, 3]
    mixed = numbered.with_activities(visits(["2", "eve@example.com"]))
    assert mixed.customer_ids.tolist() == ["1", "2", "eve@example.com"]
    assert [row[0] for row in columns(mixed)["activities"]] == ["2", "eve@example.com"]


def test_the_span_is_that_of_the_orders() -> None:
    """Later activities are there and count only as of later; earlier ones begin the span."""
    late = doings(at=["2023-12-01T10:00"] + ["2024-05-01T10:00"] * 5)
    joined = orders().with_activities(late)
    assert joined.observed_until == orders().observed_until
    assert joined.observed_from.isoformat() == "2023-11-30T23:00:00+00:00"
    assert dict(joined.load_report.notes)["activities_after_observation"] == 5
    assert ci.measure(joined, "activities").minor("activities").tolist() == [1]
    assert ci.measure(joined, "activities", as_of="2024-06-01").minor("activities").tolist() == [6]


def test_what_does_not_agree_is_refused() -> None:
    """Currencies of amounts and zones must be the same; what nobody told is taken over."""
    with pytest.raises(Incompatible, match="currencies of the orders and the activities"):
        orders().with_activities(doings(currency="USD"))
    orders().with_activities(doings(currency=None, amount=None))
    with pytest.raises(Incompatible, match=r"time zones.*timezone='Europe/Paris'"):
        orders().with_activities(doings(timezone="America/New_York"))
    aware = doings(at=np.full(6, 1_704_500_000_000_000), timezone=None)
    assert orders().with_activities(aware).calendar.timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"kind": ["visit"] * 5 + [None]}, InvalidValue, "Activities have no kind"),
        ({"kind": ["visit"] * 5 + ["visits"]}, UnknownName, "kind of activity"),
        ({"kind": ["visit"] * 5}, InvalidValue, "'kind' has another length"),
        ({"customer": ["ada"]}, InvalidValue, "customers of activities"),
        ({"amount": [-1] * 6}, InvalidValue, "holds a negative number"),
        ({"amount": [1] * 5}, InvalidValue, "amounts of activities"),
        ({"currency": None}, InvalidValue, "in which currency the amounts"),
        ({"amount_minor": [1] * 6}, InvalidValue, "The amount is given twice"),
        ({"customer": ["ada"] * 5 + [None]}, InvalidValue, "customers of activities"),
    ],
)
def test_wrong_columns_are_refused(more: dict[str, Any], error: type[Exception], says: str) -> None:
    """Each column is checked where it comes in."""
    with pytest.raises(error, match=says):
        doings(**more)


def test_other_text_columns_are_refused() -> None:
    """An activity has no columns of a source's own."""
    with pytest.raises(UnknownName, match="text column of activities"):
        ActivityHistory.of(
            ActivityColumns(
                customer=np.array([1]),
                at=np.array([0]),
                labels={"kind": Labels.encode(["bid"]), "country": Labels.encode(["FR"])},
            ),
            calendar=orders().calendar,
        )


@pytest.mark.parametrize(
    ("metric", "by", "says"),
    [
        ("revenue", "activity_kind", r"no order has it.*active_people"),
        ("median_order_value", "outcome", "no order has it"),
        ("activities", "order_number", r"an activity is no order.*activity_kind"),
        ("active_people", "product", "an activity is no order"),
        ("win_rate", "country", "an activity is no order"),
        ("repeat_rate", "activity_kind", "state of customers"),
    ],
)
def test_senseless_pairs_are_refused(metric: str, by: str, says: str) -> None:
    """Orders have no labels of activities, and activities none of orders."""
    with pytest.raises(Refused, match=says):
        ci.measure(BOTH, metric, by=by)


def test_missing_activities_are_told() -> None:
    """An order history without activities says what to load."""
    for asked in ({"metrics": "activities"}, {"metrics": "active_people", "by": "outcome"}):
        with pytest.raises(MissingData, match=r"read_activities.*with_activities"):
            ci.measure(orders(), **asked)  # type: ignore[arg-type]


@ci.tally("lots", facts="activities", definition="Bids with an amount.")
def lots(activities: Any) -> Any:
    """Count the bids that tell their amount."""
    return activities.is_kind("bid") & activities.has("amount")


@ci.tally("pledged", facts="activities", unit="money", definition="Sum of the amounts.")
def pledged(activities: Any) -> Any:
    """Add the amounts up."""
    return activities.amount


@ci.dimension("is_scored", facts="activities", definition="Whether there is a score.")
def is_scored(activities: Any) -> Any:
    """Tell whether there is a score."""
    return activities.has("score")


@ci.dimension("half_day", facts="activities", never_falls=True, definition="Falls every day.")
def half_day(activities: Any) -> Any:
    """Tell the half of the day, which is no promise that can be kept."""
    return activities.hour // 12


def test_tallies_and_dimensions_of_our_own() -> None:
    """What users declare of activities is measured, and held to the laws."""
    cube = ci.measure(BOTH, [lots, pledged], by=[is_scored])
    assert cube.minor("lots").tolist() == [2, 0]
    assert cube.minor("pledged").tolist() == [13_500, 0]
    so_far = ci.DEFAULT.metric("activities").so_far().named("so_far", definition="So far.")
    assert ci.measure(BOTH, [so_far], by="month").minor("so_far").tolist() == [2, 6]
    for tally in (lots, pledged):
        ci.testing.check_tally(tally, max_examples=8)
    ci.testing.check_dimension(is_scored, max_examples=8)
    found = ci.testing.check_dimension(half_day, max_examples=300, raising=False)
    assert [outcome.name for outcome in found if not outcome.passed] == ["never falls"]


def test_a_stream_tells_its_columns() -> None:
    """Labels, numbers and their presence, by row; other names are refused."""
    from custinsights.history.views.counted import CountedHistory

    view = CountedHistory(BOTH, BOTH.context.observed_until)
    facts = view.activities
    assert facts.amount.tolist() == [0, 0, 0, 0, 9000, 4500]
    assert facts.score.tolist() == [0, 0, 4500, 0, 0, 0]
    assert facts.has("amount").tolist() == [False] * 4 + [True] * 2
    assert facts.subject.texts().tolist()[-1] == "lot 2"
    assert facts.outcome.texts().tolist()[-2:] == ["won", "underbid"]
    assert facts.is_outcome("Won").tolist() == [False] * 4 + [True, False]
    assert facts.hour.tolist() == [23, 9, 8, 8, 20, 20]
    assert facts.day[1] - facts.day[0] == 1
    assert facts.order.tolist() == [-1] * 6
    with pytest.raises(UnknownName, match="text column of activities"):
        facts.label("country")
    bare = CountedHistory(visits(["ada"]), NO_NUMBER + 2**63 + 2**60).activities
    assert not bare.has("score").any()
    assert bare.amount.tolist() == [0]


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("score", "abc", "'abc'"),
        ("score", True, "True"),
        ("score", "ada@example.com", "'xxx@xxxxxxx.xxx'"),
        ("amount", float("inf"), "inf"),
        ("amount", 10**18, "1000000000000000000"),
    ],
)
def test_what_is_no_number_of_an_activity(column: str, value: Any, shown: str) -> None:
    """The column, the value and its own row are told, also behind rows that have none."""
    columns: dict[str, Any] = {column: [None, 4, value]}
    says = rf"{column} of an activity is no finite number, .*: {shown} was given.*Correct row 2"
    with pytest.raises(InvalidValue, match=says):
        ActivityHistory.from_arrays(
            customer=["ada"] * 3,
            at=["2024-01-01"] * 3,
            kind=["review"] * 3,
            currency="EUR",
            timezone="Europe/Paris",
            **columns,
        )


def test_scores_finer_than_a_thousandth_are_told() -> None:
    """What is rounded is counted in the load report."""
    history = ActivityHistory.from_arrays(
        customer=["ada"] * 3,
        at=["2024-01-01"] * 3,
        kind=["review"] * 3,
        score=[4, 4.333, "4.3333"],
        timezone="Europe/Paris",
    )
    assert history.load_report.notes == (("rounded_values", 1),)


def test_activities_are_no_history() -> None:
    """Who passes the activities of a history is told to pass the history."""
    history = ActivityHistory.from_arrays(
        customer=["ada"], at=["2024-01-01"], kind=["visit"], timezone="Europe/Paris"
    )
    says = "allowed is an OrderHistory or an ActivityHistory. Ask the history that they are of"
    with pytest.raises(InvalidValue, match=says):
        ci.measure(history.activities, "visits")  # type: ignore[arg-type]


def letters(*ids: str | None, kind: str = "email_sent", day: int = 5) -> ActivityHistory:
    """Return letters of a source with ids, one a minute."""
    times = [f"2024-01-{day:02d} 10:{minute:02d}" for minute in range(len(ids))]
    told = {"customer": ["ada"] * len(ids), "at": times, "id": ids}
    return ci.read_activities(told, kind=kind, timezone="Europe/Paris")


@pytest.mark.parametrize(
    ("join", "whole"),
    [
        (lambda one, other: one.append(other), letters("7", "8", None)),
        (
            lambda one, other: one.with_activities(other),
            orders().with_activities(letters("7", "8", None)),
        ),
    ],
    ids=["append", "with_activities"],
)
def test_activities_of_one_id_do_not_count_twice(join: Callable[..., Any], whole: Any) -> None:
    """As orders: what is there already is refused, on whatever way it came there.

    Two sources may give one id to other things, and without ids nobody can tell.
    """
    says = "Activities to be put together are in the history already.*2 activity ids that both"
    again = letters("7", "8", None)
    held = whole.where(customers=["ada"]).partition(1)[0].up_to("2024-01-20")
    for one in (whole, held, pickle.loads(pickle.dumps(whole))):
        with pytest.raises(InvalidValue, match=says):
            join(one, again)
    before = len(whole.activities)
    others = (letters("7", "8", day=6), letters("7", kind="visit"), letters("9"), letters(None))
    for other in others:
        both = join(whole, other)
        assert len(both.activities) == before + len(other.activities or ())
        assert len(join(both, letters("5", "6")).activities) == len(both.activities) + 2


def test_activities_appended_beside_orders() -> None:
    """Histories of orders with the same activities are not appended either."""
    one = orders().with_activities(letters("7"))
    with pytest.raises(InvalidValue, match="1 activity id that both"):
        one.append(
            ci.OrderHistory.from_arrays(
                customer=["bo"],
                placed_at=["2024-01-05"],
                amount=[1],
                order_id=["new"],
                currency="EUR",
                timezone="Europe/Paris",
            ).with_activities(letters("7"))
        )
