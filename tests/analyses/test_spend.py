"""What customers cost to win: spend by period and channel, beside whom it won."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.cohorts.acquisition import Acquisition
from custinsights.analyses.measuring.measure import Measure
from custinsights.domain import Money, Spend
from custinsights.errors import Incompatible, InvalidValue, MissingData, Refused, UnknownName
from custinsights.history.orders import OrderHistory
from tests.oracles import plain
from tests.oracles.agreement import EXPONENTS
from tests.oracles.bridge import to_history
from tests.oracles.periods import local_date, period_of, start_of
from tests.oracles.shop import Shop
from tests.oracles.strategies import as_ofs, shops, windows

LAWS = settings(max_examples=25, suppress_health_check=list(HealthCheck))
CHANNELS = (None, "web", "fair", "radio")
UNITS = ("day", "week", "month", "quarter", "year")
METRICS = ("acquisition_spend", "media_spend", "new_customers", "customer_acquisition_cost")


def eur(text: str) -> Money:
    """Return euros."""
    return Money(text, "EUR")


def history(*orders: tuple[str, str, int, str | None], until: str = "2024-07-01") -> OrderHistory:
    """Return orders of customers, on days, over euros, through channels."""
    return OrderHistory.from_arrays(
        customer=[one[0] for one in orders],
        placed_at=[one[1] for one in orders],
        amount=[one[2] for one in orders],
        channel=[one[3] for one in orders],
        currency="EUR",
        timezone="Europe/Paris",
        observed_from="2024-01-01",
        observed_until=until,
    )


SHOP = history(
    ("ada", "2024-01-05", 10, "web"),
    ("bo", "2024-01-20", 30, "fair"),
    ("cy", "2024-02-03", 20, "web"),
    ("ada", "2024-02-10", 25, "fair"),
    ("bo", "2024-04-02", 5, None),
    ("dee", "2024-05-02", 8, None),
)
SPENT = [
    Spend("2024-01", eur("20"), channel="web"),
    Spend("2024-01", eur("12"), channel="fair", kind="other"),
    Spend("2024-02", eur("30"), channel="web"),
    Spend("2024-Q1", eur("7")),
]


# ---- by hand


@pytest.mark.covers("M48")
def test_spend_lies_in_the_cells_that_hold_its_whole_period() -> None:
    """What a quarter cost is in no month of it, but in the quarter and in the whole."""
    told = SHOP.with_spend(SPENT)
    by_month = ci.measure(told, METRICS, by="month").to_dicts()
    assert [row["acquisition_spend"] for row in by_month[:3]] == [32, 30, 0]
    assert [row["media_spend"] for row in by_month[:3]] == [20, 30, 0]
    assert [row["customer_acquisition_cost"] for row in by_month[:3]] == [16.0, 30.0, None]
    by_quarter = ci.measure(told, METRICS, by="quarter").to_dicts()
    assert [row["acquisition_spend"] for row in by_quarter] == [69, 0]
    assert by_quarter[0]["customer_acquisition_cost"] == 23.0
    whole = ci.measure(told, METRICS).to_dicts()[0]
    assert (whole["acquisition_spend"], whole["new_customers"]) == (Decimal("69.00"), 4)


@pytest.mark.covers("A24", "E24")
def test_by_channel_beside_whom_the_channel_brought() -> None:
    """Cy and Ada came by the web, Bo by the fair; nobody came by radio, which cost all the same."""
    told = SHOP.with_spend([*SPENT, Spend("2024-06", eur("1"), channel="radio")])
    cells = ci.measure(told, [*METRICS, "revenue"], by="acquisition_channel").to_dicts()
    found = {row["acquisition_channel"]: row for row in cells}
    assert {name: row["acquisition_spend"] for name, row in found.items()} == {
        None: 7,
        "fair": 12,
        "radio": 1,
        "web": 50,
    }
    assert found["web"]["customer_acquisition_cost"] == 25.0
    assert found["radio"]["customer_acquisition_cost"] is None
    assert found["web"]["revenue"] == 55


def test_the_customer_table_says_first_what_brought_somebody() -> None:
    """Its acquisition channel comes before the channel of the first order."""
    told = ci.read_frame(
        {
            "customer": ["1", "2"],
            "placed_at": ["2024-01-05", "2024-01-06"],
            "amount": ["10", "5"],
            "channel": ["web", "web"],
        },
        customer="customer",
        placed_at="placed_at",
        amount="amount",
        columns={"channel": "channel"},
        currency="EUR",
        timezone="UTC",
        customers=[
            ci.domain.Customer("1", acquisition_channel="fair"),
            ci.domain.Customer("2"),
        ],
    )
    table = ci.traits(told, "acquisition_channel")
    assert [row["acquisition_channel"] for row in table.to_dicts()] == ["fair", "web"]


@pytest.mark.covers("E05")
def test_return_on_ad_spend_is_revenue_over_media_alone() -> None:
    """Fifty euros of media in the web, 55 of revenue from whom it brought."""
    told = SHOP.with_spend(SPENT)
    cells = ci.measure(told, "return_on_ad_spend", by="acquisition_channel").to_dicts()
    found = {row["acquisition_channel"]: row["return_on_ad_spend"] for row in cells}
    assert found["web"] == 1.1
    assert found["fair"] is None, "twelve euros of no media"


def test_a_running_period_is_not_over() -> None:
    """What is spent in a period that as_of cuts is not known yet; nor what came before it all."""
    told = SHOP.with_spend([Spend("2024-02", eur("30")), Spend("2023-12", eur("9"))])
    assert ci.measure(told, "acquisition_spend").to_dicts() == [{"acquisition_spend": 30}]
    early = ci.measure(told, "acquisition_spend", as_of="2024-02-29").to_dicts()
    assert early == [{"acquisition_spend": 0}]


def test_a_tally_of_ones_own() -> None:
    """The rows of spend are a stream like others: amount, channel, is_media, start, end."""

    @ci.tally("radio_spend", facts="spend", unit="money", definition="Spent on radio.")
    def radio_spend(rows: Any) -> Any:
        is_radio = np.array([name == "radio" for name in rows.channel.texts().tolist()], dtype=bool)
        return np.where(is_radio, rows.amount, 0)

    told = SHOP.with_spend([*SPENT, Spend("2024-06", eur("1"), channel="radio")])
    catalog = ci.DEFAULT.with_(radio_spend)
    cube = ci.measure(told, "radio_spend", by="quarter", catalog=catalog)
    assert [row["radio_spend"] for row in cube.to_dicts()] == [0, 1]
    so_far = radio_spend.so_far().named("radio_so_far", definition="So far.")
    cube = ci.measure(told, so_far, by="month")
    assert [row["radio_so_far"] for row in cube.to_dicts()] == [0, 0, 0, 0, 0, 1]


@pytest.mark.covers("A11", "E15")
def test_acquisition_by_hand() -> None:
    """Web: 50 for two, 27.50 each so far, paid back in the second month; nobody by radio."""
    told = SHOP.with_spend([*SPENT, Spend("2024-06", eur("1"), channel="radio")])
    rows = ci.acquisition(told, by="acquisition_channel").to_dicts()
    web = next(row for row in rows if row["acquisition_channel"] == "web")
    assert web == {
        "acquisition_channel": "web",
        "acquisition_spend": Decimal("50.00"),
        "new_customers": 2,
        "customer_acquisition_cost": 25.0,
        "customer_lifetime_value": 27.5,
        "ltv_to_cac": 1.1,
        "payback_months": 1,
    }
    radio = next(row for row in rows if row["acquisition_channel"] == "radio")
    assert [radio[name] for name in ("new_customers", "ltv_to_cac", "payback_months")] == [
        0,
        None,
        None,
    ]


def test_acquisition_by_month_and_margin() -> None:
    """January cost 32 (the quarter's seven are no month's): 40 at once, but at half of it later."""
    told = SHOP.with_spend(SPENT)
    january, february = ci.acquisition(told, by="month", window="2024-Q1").to_dicts()[:2]
    assert (january["payback_months"], february["payback_months"]) == (0, None)
    half = ci.acquisition(told, by="month", margin=0.5, window="2024-Q1").to_dicts()[0]
    assert half["payback_months"] == 1, "32.50 of 65 by the end of February"
    assert half["customer_lifetime_value"] == 17.5, "half of 70 from two"
    assert half["ltv_to_cac"] == pytest.approx(17.5 / 16)


def test_acquisition_knows_only_whom_the_span_of_spend_has_won() -> None:
    """Dee came in May, when nothing was spent: she is not part of what it was spent on."""
    told = SHOP.with_spend(SPENT)
    row = ci.acquisition(told).to_dicts()[0]
    assert row["new_customers"] == 3
    assert row["customer_lifetime_value"] == 30.0
    assert row["customer_acquisition_cost"] == 23.0


def test_a_month_that_is_running_has_paid_nothing_back_yet() -> None:
    """An age counts once it is over for all of a cohort."""
    told = history(("ada", "2024-02-05", 40, "web")).with_spend(
        [Spend((date(2024, 2, 1), date(2024, 2, 10)), eur("35"), channel="web")]
    )
    found = [
        ci.acquisition(told, by="acquisition_channel", as_of=as_of).to_dicts()[-1]
        for as_of in ("2024-02-29", "2024-03-01")
    ]
    assert [row["acquisition_channel"] for row in found] == ["web", "web"]
    assert [row["payback_months"] for row in found] == [None, 0]


# ---- the oracle


@st.composite
def spends(draw: st.DrawFn, shop: Shop) -> list[Spend]:
    """Draw rows of spend around the days of a shop."""
    first = local_date(shop, shop.observed_from) - timedelta(days=40)
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        day = first + timedelta(days=draw(st.integers(0, 200)))
        span = period_of(shop, draw(st.sampled_from(UNITS)), day)
        days: Any = span.label if draw(st.booleans()) else (span.first, span.end)
        money = Money.from_minor(draw(st.integers(0, 10**6)), shop.currency)
        channel, kind = draw(st.sampled_from(CHANNELS)), draw(st.sampled_from(("media", "other")))
        rows.append(Spend(days, money, channel=channel, kind=kind))
    return rows


def spent_in(
    shop: Shop, rows: list[Spend], start: datetime | None, end: datetime, channel: object
) -> tuple[int, int]:
    """Return all and the media of what was spent from start to end, row by row."""
    every, media = 0, 0
    for row in rows:
        begin, stop = (start_of(shop, day) for day in days_of(shop, row))
        inside = (start is None or begin >= start) and stop <= end and stop > shop.observed_from
        if inside and channel in ("any", row.channel):
            every += row.amount.minor
            media += row.amount.minor if row.kind == "media" else 0
    return every, media


def days_of(shop: Shop, row: Spend) -> tuple[date, date]:
    """Return the first day of a row and the day after its last one."""
    if isinstance(row.period, tuple):
        return row.period
    day = date(1960, 1, 1)
    while True:  # the day by day search of somebody who knows no calendar
        for unit in UNITS:
            span = period_of(shop, unit, day)
            if span.label == row.period:
                return span.first, span.end
        day += timedelta(days=1)


@LAWS
@given(st.data())
def test_spend_agrees_with_the_oracle(data: st.DataObject) -> None:
    """In every month of any window, all and media: the rows that lie in it as a whole."""
    shop = data.draw(shops())
    rows = [row for row in data.draw(spends(shop)) if isinstance(row.period, tuple)]
    as_of = data.draw(as_ofs(shop))
    window = data.draw(windows(shop, as_of))
    told = to_history(shop).with_spend(rows)
    scale = 10 ** EXPONENTS[shop.currency]
    found = ci.measure(told, METRICS[:2], by="month", window=window, as_of=as_of)
    for row in found.to_dicts():
        first = date.fromisoformat(f"{row['month']}-01")
        span = period_of(shop, "month", first)
        begin, stop = start_of(shop, span.first), min(start_of(shop, span.end), as_of)
        if window is not None:
            begin, stop = max(begin, window[0]), min(stop, window[1])
        expected = spent_in(shop, rows, begin, stop, "any")
        assert [int(row[name] * scale) for name in METRICS[:2]] == list(expected)
    if window is None:
        whole = ci.measure(told, METRICS[:2], by="acquisition_channel", as_of=as_of)
        cells = {row["acquisition_channel"]: row for row in whole.to_dicts()}
        for channel in CHANNELS:
            expected = spent_in(shop, rows, None, as_of, channel)
            values = [cells.get(channel, {}).get(name, 0) for name in METRICS[:2]]
            assert [int(value * scale) for value in values] == list(expected)


@LAWS
@given(st.data())
def test_cost_is_spend_over_the_new_customers_of_the_oracle(data: st.DataObject) -> None:
    """A quotient of two sums, undefined where nobody came."""
    shop = data.draw(shops())
    rows = data.draw(spends(shop))
    as_of = data.draw(as_ofs(shop))
    told = to_history(shop).with_spend(rows)
    new = plain.measure(shop, ["new_customers"], ["month"], None, as_of)
    for row in ci.measure(told, METRICS, by="month", as_of=as_of).to_dicts():
        won = new.get((row["month"],), {}).get("new_customers", 0)
        cost = row["customer_acquisition_cost"]
        if not won or cost is None:
            assert cost is None
            assert not won or not row["acquisition_spend"]
        else:
            assert cost == pytest.approx(float(Fraction(row["acquisition_spend"]) / int(won)))


@LAWS
@given(st.data())
def test_spend_counts_once_in_merged_parts(data: st.DataObject) -> None:
    """It belongs to the shop: parts by customer hold it alike, and the whole holds it once."""
    shop = data.draw(shops())
    told = to_history(shop).with_spend(data.draw(spends(shop)))
    as_of = data.draw(as_ofs(shop))
    analyses: tuple[Any, ...] = (
        Measure(METRICS, by=("month", "acquisition_channel"), as_of=as_of),
        Acquisition("acquisition_channel", as_of=as_of),
        Acquisition("month", "media_spend", Fraction(1, 3), as_of=as_of),
        Acquisition(as_of=as_of),
    )
    for analysis in analyses:
        parts = [analysis.summarise(part) for part in told.partition(4)]
        whole = analysis.finish(analysis.summarise(told))
        assert analysis.finish(reduce(add, parts)).to_dicts() == whole.to_dicts()
        assert analysis.finish(reduce(add, reversed(parts))).to_dicts() == whole.to_dicts()


@LAWS
@given(st.data())
def test_what_is_spent_later_does_not_matter(data: st.DataObject) -> None:
    """Rows whose period is not over at as_of may hold anything."""
    shop = data.draw(shops())
    rows, more = data.draw(spends(shop)), data.draw(spends(shop))
    as_of = data.draw(as_ofs(shop))
    plain_history = to_history(shop)
    later = [row for row in more if start_of(shop, days_of(shop, row)[1]) > as_of]
    answers = [
        ci.measure(plain_history.with_spend(told), METRICS, by="quarter", as_of=as_of).to_dicts()
        for told in (rows, [*rows, *later])
    ]
    assert answers[0] == answers[1]


# ---- what is refused


def test_no_cost_where_nobody_said_what_was_spent() -> None:
    """A quarter's spend makes no month free, and what belongs to no channel is nobody's cost."""
    told = SHOP.with_spend([Spend("2024-Q1", eur("7"))])
    months = ci.measure(told, METRICS, by="month", window="2024-Q1")
    assert [row["customer_acquisition_cost"] for row in months.to_dicts()] == [None] * 3
    assert "7.00" in months.provenance.notes()[-1]
    assert "none holds the whole of its period" in months.provenance.notes()[-1]
    quarter = ci.measure(told, METRICS, by="quarter", window="2024-Q1")
    assert [row["customer_acquisition_cost"] for row in quarter.to_dicts()] == [7 / 3]
    assert "spend lies" not in " ".join(quarter.provenance.notes())
    channels = ci.measure(told, METRICS, by="acquisition_channel").to_dicts()
    assert [row["customer_acquisition_cost"] for row in channels] == [None] * 3
    assert "spend lies in no cell" in " ".join(ci.acquisition(told, by="month").notes)


@pytest.mark.covers("A11")
def test_spend_of_less_time_than_its_customers_is_said() -> None:
    """A cell that reaches beyond the days of which spend is told says which these are."""
    told = history(("ada", "2024-01-05", 20, None), ("bo", "2024-05-05", 20, None)).with_spend(
        [Spend("2024-02", eur("30")), Spend("2024-03", eur("30"))]
    )
    said = (
        "Spend is told of 2024-02-01 to 2024-03-31 only; a cell of more days weighs it against "
        "all of its customers and orders."
    )

    def remarks(**asked: Any) -> tuple[str, ...]:
        metrics = ["customer_acquisition_cost", "return_on_ad_spend"]
        return ci.measure(told, metrics, **asked).provenance.remarks

    assert remarks() == (said,)
    assert remarks(by="quarter") == (said,)
    assert remarks(window=("2024-02-01", "2024-05-01")) == (said,)
    assert remarks(by="month") == ()
    assert remarks(window=("2024-02-01", "2024-04-01")) == ()
    assert ci.measure(told, "orders").provenance.remarks == ()
    assert said in ci.acquisition(told, window="2024").notes
    assert said not in ci.acquisition(told).notes


@pytest.mark.covers("A11")
def test_gaps_of_spend_are_said() -> None:
    """Days between those of which spend is told are told of no more than those around them."""
    whom = (("ada", "2024-01-05", 20, "web"), ("bo", "2024-02-05", 20, "fair"))
    weighs = "only; a cell of more days weighs it against all of its customers and orders."

    def remarks(*spent: tuple[str, str | None], by: Any = ()) -> tuple[str, ...]:
        rows = [Spend(period, eur("30"), channel=channel) for period, channel in spent]
        told = history(*whom).with_spend(rows)
        cube = ci.measure(told, "customer_acquisition_cost", by=by, window="2024-Q1")
        return cube.provenance.remarks

    january, march = "2024-01-01 to 2024-01-31", "2024-03-01 to 2024-03-31"
    both = (f"Spend is told of {january}, {march} {weighs}",)
    assert remarks(("2024-01", None), ("2024-03", None)) == both
    assert remarks(("2024-01", None), ("2024-03", None), by="month") == ()
    assert remarks(("2024-01", None), ("2024-02", None), ("2024-03", None)) == ()
    several = [(f"2024-{month:02d}-{day:02d}", None) for month in (1, 3) for day in (2, 4, 6)]
    assert "2024-01-06 to 2024-01-06 and 3 more spans only" in remarks(*several)[0]
    web_alone = (("2024-01", "web"), ("2024-02", "fair"), ("2024-03", "web"))
    assert remarks(*web_alone) == ()
    assert remarks(*web_alone, by="acquisition_channel") == (
        f"Spend on fair is told of 2024-02-01 to 2024-02-29 {weighs}",
        f"Spend on web is told of {january}, {march} {weighs}",
    )
    alike = (("2024-01", "web"), ("2024-01", "fair"))
    assert remarks(*alike, by="acquisition_channel") == (
        f"Spend on fair, web is told of {january} {weighs}",
    )


def test_nothing_is_paid_back_where_the_cost_is_not_known() -> None:
    """What was spent on no channel alone was not spent on whom no channel is known to have won."""
    told = history(("zoe", "2024-01-05", 40, None)).with_spend([Spend("2024-01", eur("7"))])
    [row] = ci.acquisition(told, by="acquisition_channel").to_dicts()
    assert (row["new_customers"], row["customer_lifetime_value"]) == (1, 40.0)
    assert [
        row[name] for name in ("customer_acquisition_cost", "ltv_to_cac", "payback_months")
    ] == [
        None,
        None,
        None,
    ]
    [whole] = ci.acquisition(told).to_dicts()
    assert (whole["customer_acquisition_cost"], whole["payback_months"]) == (7.0, 0)


def test_who_said_nothing_of_spend_is_told_how() -> None:
    """No cost is guessed where nobody said what was spent; no spend at all is a zero."""
    with pytest.raises(MissingData, match=r"what was spent to win customers.*Spend\("):
        ci.measure(SHOP, "customer_acquisition_cost")
    with pytest.raises(MissingData, match="what was spent"):
        ci.acquisition(SHOP)
    assert ci.measure(SHOP.with_spend([]), "acquisition_spend").to_dicts() == [
        {"acquisition_spend": 0}
    ]
    assert ci.acquisition(SHOP.with_spend([])).to_dicts()[0]["new_customers"] == 0


@pytest.mark.parametrize("dimension", ["country", "order_number", "customer_country", "hour"])
def test_spend_has_no_label_of_orders_or_customers(dimension: str) -> None:
    """Money spent belongs to days and channels; the error says by what to ask."""
    with pytest.raises(Refused, match="Group by periods and acquisition_channel"):
        ci.measure(SHOP.with_spend(SPENT), "acquisition_spend", by=dimension)


def test_spend_in_another_currency() -> None:
    """Nothing is converted in silence."""
    with pytest.raises(Incompatible, match=r"'EUR' and 'USD'.*Convert what was spent"):
        SHOP.with_spend([Spend("2024-01", Money("1", "USD"))])


@pytest.mark.parametrize("given_rows", [SPENT[0], 5, ["2024-01"]])
def test_what_is_no_list_of_spend(given_rows: Any) -> None:
    """A single row, a number and texts are told from rows."""
    with pytest.raises(InvalidValue, match=r"(no list|row) of spend"):
        SHOP.with_spend(given_rows)


def test_wrong_arguments_of_acquisition() -> None:
    """The error says what is allowed."""
    told = SHOP.with_spend(SPENT)
    with pytest.raises(UnknownName, match="'acquisition_channel', 'month', 'quarter', 'year'"):
        ci.acquisition(told, by="country")
    with pytest.raises(InvalidValue, match="several labels"):
        ci.acquisition(told, by=["month", "acquisition_channel"])  # type: ignore[arg-type]
    for margin in (0, 1.5, -1, True, "half"):
        with pytest.raises(InvalidValue, match="margin is no share"):
            ci.acquisition(told, margin=margin)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="no tally of what was spent"):
        ci.acquisition(told, spend="revenue")


def test_histories_with_different_spend_are_not_put_together() -> None:
    """One of them may be silent; two that say different things are refused."""
    early, late = SHOP.up_to("2024-03-01"), history(("zoe", "2024-06-01", 3, None))
    both = early.with_spend(SPENT).append(late)
    assert ci.measure(both, "acquisition_spend").to_dicts() == [{"acquisition_spend": 69}]
    with pytest.raises(Incompatible, match=r"spend tables.*with_spend"):
        early.with_spend(SPENT).append(late.with_spend([]))
    with pytest.raises(Incompatible, match="spend tables"):
        _ = Measure("orders").summarise(early.with_spend(SPENT)) + Measure("orders").summarise(
            SHOP.where(customers=["dee"]).up_to("2024-03-01")
        )


def test_spend_stays_through_what_keeps_the_shop() -> None:
    """up_to, where, with_policy and history_of know the same spend."""
    told = SHOP.with_spend(SPENT)
    for kept in (
        told.up_to("2024-06-01"),
        told.where(customers=["ada"]),
        told.with_policy(told.policy),
        told.history_of("bo"),
    ):
        assert ci.measure(kept, "acquisition_spend").to_dicts() == [{"acquisition_spend": 69}]


AWARE = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "days",
    [5, None, (date(2024, 1, 1),), (date(2024, 1, 2), date(2024, 1, 2)), (AWARE, AWARE)],
    ids=["number", "none", "one day", "no day", "times"],
)
def test_a_period_of_spend(days: Any) -> None:
    """It is a label, a Period, or the first day and the day after the last one."""
    with pytest.raises(InvalidValue, match=r"the period of a Spend|first day"):
        Spend(days, eur("1"))


@pytest.mark.parametrize("label", ["", "Nowhere", "2023-13", "2023-02-30", "2023-W60"])
def test_a_label_that_no_calendar_knows(label: str) -> None:
    """It is refused when the row is made."""
    with pytest.raises(InvalidValue, match=f"The label names .*{label!r}"):
        Spend(label, eur("1"))


def test_a_label_of_another_calendar() -> None:
    """Weeks that begin on Sunday are told from those of the shop where its calendar is known."""
    with pytest.raises(InvalidValue, match="weeks begin on Monday"):
        SHOP.with_spend([Spend("W2024-03-03", eur("1"))])


@pytest.mark.parametrize("channel", ["Web", "WEB ", "FAIR"])
def test_a_channel_spelled_in_another_way_meets_nobody(channel: str) -> None:
    """So it is refused, with the customers' own word; a channel that brought nobody is none."""
    with pytest.raises(UnknownName, match=rf"Did you mean '{channel.strip().lower()}'\?"):
        SHOP.with_spend([Spend("2024-01", eur("1"), channel=channel)])
    both = history(("ada", "2024-01-05", 10, "web"), ("bo", "2024-01-05", 10, "Web"))
    both.with_spend([Spend("2024-01", eur("1"), channel=one) for one in ("web", "Web", "radio")])


def test_a_channel_that_is_nearly_one_of_theirs() -> None:
    """Written with other signs between its parts it is refused; nearly theirs it is noted."""
    shop = history(("ada", "2024-01-05", 10, "instagram"), ("bo", "2024-01-06", 10, "fair 2023"))
    for channel in ("insta-gram", "Insta gram", "insta.gram"):
        with pytest.raises(UnknownName, match=rf"named '{channel}'. Did you mean 'instagram'\?"):
            shop.with_spend([Spend("2024-01", eur("1"), channel=channel)])
    near = [Spend("2024-01", eur("1"), channel=one) for one in ("instagramm", "fair 2024")]
    near += [Spend("2024-02", eur("1"), channel="instagramm"), Spend("2024-02", eur("1"))]
    notes = dict(shop.with_spend(near).load_report.notes)
    assert notes == {"spend_channels_nearly_known": 2}
    assert dict(shop.with_spend(near).with_spend(near).load_report.notes) == notes
    theirs = [Spend("2024-01", eur("1"), channel=one) for one in ("instagram", "radio", None)]
    assert not shop.with_spend(near).with_spend(theirs).load_report.notes


def test_the_customer_tables_channel_is_one_of_theirs() -> None:
    """A word that only the table of customers has is compared too."""
    gallery = ci.datasets.gallery()
    told = [Spend("2024-01", Money("1", gallery.currency), channel="Newsletter")]
    with pytest.raises(UnknownName, match="'newsletter'"):
        gallery.with_spend(told)


@pytest.mark.parametrize("path", ["spend.csv", Path("spend.csv")], ids=["text", "path"])
def test_a_file_is_read_first(path: Any) -> None:
    """The error says by what."""
    with pytest.raises(InvalidValue, match=r"'spend\.csv' was given.*read_spend"):
        SHOP.with_spend(path)
