"""Amounts and times become whole numbers, exactly."""

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from custinsights.errors import InvalidValue, NaiveTime
from custinsights.history.columnar.amounts import (
    LARGEST,
    Decimals,
    distinct,
    to_minor,
    to_thousandths,
)
from custinsights.history.columnar.columns import AnyArray
from custinsights.history.columnar.instants import read_times, times_of, to_instants
from custinsights.history.columnar.row_groups import repeated_in
from custinsights.history.columnar.time_texts import AWARE, DATE, NAIVE, NO_TIME, TOO_FAR

ZONES = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata"]


def by_decimal(text: str, exponent: int) -> tuple[int, bool]:
    """Round a decimal text half to even, the slow and obvious way."""
    exact = Decimal(text).scaleb(exponent)
    rounded = exact.to_integral_value(ROUND_HALF_EVEN)
    return int(rounded), rounded != exact


@given(st.floats(-1e12, 1e12), st.sampled_from([0, 2, 3]))
@example(2.675, 2)
@example(0.125, 2)
@example(-0.5, 0)
@example(1.005, 2)
@example(1e-300, 2)
@example(0.015000000000000001, 2)
def test_float_means_its_shortest_decimal(value: float, exponent: int) -> None:
    """A float is rounded half to even on its shortest decimal."""
    whole, changed = to_minor(np.array([value, 1.0]), exponent)
    assert (int(whole[0]), changed == 1) == by_decimal(repr(value), exponent)


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_float_of_few_decimals_is_exact(digits: int, places: int) -> None:
    """A float written with few decimals is found with exactly these."""
    found = Decimals.of(np.array([digits / 10**places]))
    assert Decimal(int(found.digits[0])).scaleb(-int(found.places[0])) == Decimal(
        repr(digits / 10**places)
    )


@given(st.floats(-1e6, 1e6, width=32))
def test_narrow_float_means_its_own_shortest_decimal(value: float) -> None:
    """A float32 means the shortest decimal that gives the same float32 back."""
    narrow = np.array([value], dtype=np.float32)
    whole, _ = to_minor(narrow, 2)
    assert int(whole[0]) == by_decimal(str(narrow[0]), 2)[0]


@given(st.decimals(min_value=-(10**11), max_value=10**11, allow_nan=False))
@example(Decimal("0.0050000000000000000000001"))
@example(Decimal("1E+3"))
@example(Decimal("12345678901234.5"))
def test_decimal_and_its_text_agree_with_exact_rounding(value: Decimal) -> None:
    """A Decimal and its text are rounded half to even, however many decimals they have."""
    if len(str(value)) > 40:
        return
    expected, is_changed = by_decimal(str(value), 2)
    whole, changed = to_minor([value, str(value)], 2)
    assert whole.tolist() == [expected, expected]
    assert changed == 2 * is_changed


def test_integers_are_major_units() -> None:
    """An integer is an amount in major units."""
    assert to_minor([3, -4], 2)[0].tolist() == [300, -400]
    assert to_minor(np.array([3], dtype=np.uint8), 0)[0].tolist() == [3]


def test_mixture_keeps_each_value_exact() -> None:
    """Values of several kinds beside each other are each read by its own rule."""
    whole, changed = to_minor([1, 0.1, Decimal("0.255"), "-.5", " 7. "], 2)
    assert whole.tolist() == [100, 10, 26, -50, 700]
    assert changed == 1


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "1,5",
        "1e400",
        "nan",
        "inf",
        "1_0",
        "--1",
        "1\x002",
        "9" * 30,
        None,
        True,
        "٣",
        "x" * 50,
    ],
)
def test_what_is_no_amount_is_named_by_its_row(value: object) -> None:
    """A value that is no finite number, or too large a one, is refused by its row or masked."""
    with pytest.raises(InvalidValue, match="1 such value, in row 1"):
        to_minor(["1", value], 2)
    whole, _, wrong = to_minor(["1", value], 2, errors="mask")
    assert (whole.tolist(), wrong.tolist()) == ([100, 0], [False, True])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e17, -1e300])
def test_float_that_is_no_amount_is_refused(value: float) -> None:
    """A float that is not finite or beyond the largest amount is refused."""
    with pytest.raises(InvalidValue, match="not finite"):
        to_minor(np.array([1.0, value]), 2)


def test_largest_amount_fits() -> None:
    """Amounts up to the largest are taken, beyond it refused, whatever their kind."""
    assert to_minor([LARGEST], 0)[0].tolist() == [LARGEST]
    for beyond in ([LARGEST + 1], [str(LARGEST + 1)], np.array([LARGEST + 1])):
        with pytest.raises(InvalidValue, match="too large"):
            to_minor(beyond, 0)


def test_two_dimensions_are_refused() -> None:
    """Amounts and times are one column."""
    with pytest.raises(InvalidValue, match="one column"):
        to_minor(np.zeros((2, 2)), 2)
    with pytest.raises(InvalidValue, match="one column"):
        to_instants(np.zeros((2, 2), dtype="M8[us]"), "UTC")


def test_thousandths() -> None:
    """Quantities are kept in thousandths."""
    assert to_thousandths([1, "0.0005", 2.5])[0].tolist() == [1000, 0, 2500]


@given(st.lists(st.tuples(st.decimals(-999, 999, places=3), st.integers(-500, 500)), min_size=1))
def test_products_are_exact(pairs: list[tuple[Decimal, int]]) -> None:
    """A product of two decimals is exact before it is rounded once."""
    prices = Decimals.of([str(price) for price, _ in pairs])
    product, _, wrong = prices.times(Decimals.of([q for _, q in pairs])).scaled(2)
    assert not wrong.any()
    assert product.tolist() == [by_decimal(str(price * q), 2)[0] for price, q in pairs]


def test_product_of_absurd_numbers_is_wrong() -> None:
    """A product that does not fit is marked, not wrapped around."""
    large = Decimals.of(["999999999999"])
    assert large.times(large).scaled(2)[2].tolist() == [True]


def test_exponent_may_differ_from_row_to_row() -> None:
    """Each row may have its own currency's decimals."""
    found = Decimals.of(["1.5", "1.5"]).scaled(np.array([2, 0]))
    assert found[0].tolist() == [150, 2]


@given(st.lists(st.sampled_from("abc")))
def test_distinct_gives_the_texts_back(texts: list[str]) -> None:
    """Codes and names together are the texts."""
    codes, names = distinct(texts)
    assert [names[code] for code in codes] == texts


@given(
    st.datetimes(dt.datetime(1905, 1, 1), dt.datetime(2195, 1, 1)),
    st.sampled_from(ZONES),
)
@example(dt.datetime(2023, 11, 5, 1, 30), "America/New_York")
@example(dt.datetime(2023, 3, 12, 2, 30), "America/New_York")
@example(dt.datetime(2011, 12, 30, 12, 0), "Pacific/Apia")
@example(dt.datetime(2023, 4, 2, 1, 45), "Australia/Lord_Howe")
def test_wall_clock_times_agree_with_zoneinfo(wall: dt.datetime, zone: str) -> None:
    """A time without a zone becomes the instant that zoneinfo gives, first occurrence first."""
    expected = wall.replace(tzinfo=ZoneInfo(zone))
    since = (expected - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
    for values in ([wall], [wall.isoformat()], np.array([wall], dtype="M8[us]"), [expected]):
        assert to_instants(values, zone).values.tolist() == [since]


def test_hour_that_happens_twice_and_hour_that_never_happens_are_counted() -> None:
    """The clock's fall-back hour takes the first occurrence, its gap moves forward; both count."""
    found = to_instants(
        ["2023-11-05 01:30", "2023-03-12 02:30", "2023-03-12 12:00"], "America/New_York"
    )
    shown = found.values.astype("M8[us]").astype(str).tolist()
    assert [text[:16] for text in shown] == [
        "2023-11-05T05:30",
        "2023-03-12T07:30",
        "2023-03-12T16:00",
    ]
    assert (found.ambiguous, found.gaps, found.dates_only) == (1, 1, False)


def test_date_is_local_midnight() -> None:
    """A date is the start of its local day, and a source of dates alone says so."""
    for values in (
        ["2023-07-01"],
        ["20230701"],
        ["2023/07/01"],
        [dt.date(2023, 7, 1)],
        np.array(["2023-07-01"], dtype="M8[D]"),
    ):
        found = to_instants(values, "America/New_York")
        assert found.values.astype("M8[us]").astype(str).tolist() == ["2023-07-01T04:00:00.000000"]
        assert found.dates_only
    assert to_instants(["2023-07-01"]).values.tolist() == [1_688_169_600_000_000]


def test_time_without_a_zone_needs_one() -> None:
    """A wall-clock time without a zone is refused, with an example of it."""
    with pytest.raises(NaiveTime, match="1 time such as 2023-07-01T10:00:00"):
        to_instants(["2023-07-01 10:00"])
    assert to_instants(["2023-07-01 10:00Z"]).is_aware


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-05-31 23:06:05 -0700", "2023-06-01T06:06:05.000000"),
        ("2023-05-31T23:06:05.25+05:30", "2023-05-31T17:36:05.250000"),
        ("2023-05-31 23:06 UTC", "2023-05-31T23:06:00.000000"),
        ("2023-05-31 23:06:05.123456789Z", "2023-05-31T23:06:05.123456"),
        ("2024-02-29T00:00:00+00", "2024-02-29T00:00:00.000000"),
    ],
)
def test_offsets_are_read(text: str, expected: str) -> None:
    """An offset, ``Z`` or ``UTC`` behind the time makes it an instant."""
    times = read_times([text])
    assert times.kinds.tolist() == [AWARE]
    assert times.walls.astype("M8[us]").astype(str).tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-02-29",
        "2023-13-01",
        "2023-00-10",
        "2023-1-1",
        "1899-12-31",
        "2200-01-01",
        "today",
        "2023-05-31 24:00",
        "2023-05-31 23:60",
        "2023-05-31 23:06:60",
        "2023-05-31 23:06.5",
        "2023-05-31 23:06 +99:00",
        "2023-05-3123:06",
        "2023-05-31x",
        "20230532",
        "٢٠٢٣-05-31",
        "9" * 50,
    ],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    """A text that is no time of an admitted year is marked, and refused by its row."""
    assert read_times(["2023-05-31", text]).wrong.tolist() == [False, True]
    with pytest.raises(InvalidValue, match="in row 1"):
        to_instants(["2023-05-31", text], "UTC")


@pytest.mark.parametrize("text", ["1850-01-01", "2200-01-01 10:00", "9999-12-31T00:00Z"])
def test_a_time_of_another_age_is_told_from_no_time(text: str) -> None:
    """What is a time, of a year in which no shop took orders, is not called unreadable."""
    kinds = [DATE, TOO_FAR, NO_TIME]
    assert read_times(["2023-05-31", text, "soon"]).kinds.tolist() == kinds
    far = np.array(["2023-05-31", text.removesuffix("Z"), "NaT"], dtype="M8[s]")
    assert times_of(far).kinds.tolist() == [NAIVE, TOO_FAR, NO_TIME]
    assert times_of([dt.date(2023, 5, 31), dt.date(1850, 1, 1), None]).kinds.tolist() == kinds


@given(st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 31)), st.sampled_from("T "))
def test_iso_text_agrees_with_the_standard_library(wall: dt.datetime, separator: str) -> None:
    """ISO texts are read as datetime.fromisoformat reads them."""
    times = read_times([wall.isoformat(separator)])
    assert times.kinds.tolist() == [NAIVE]
    assert times.walls.astype("M8[us]").item() == wall


def test_objects_without_a_time_are_marked() -> None:
    """Missing values are no times."""
    found = to_instants([dt.date(2024, 1, 1), None, float("nan")], errors="mask")
    assert found.wrong.tolist() == [False, True, True]
    assert to_instants(np.array(["NaT"], dtype="M8[ns]"), "UTC", errors="mask").wrong.all()


def test_integers_are_instants_already() -> None:
    """Integers are microseconds UTC."""
    assert to_instants(np.array([1_000_000])).values.tolist() == [1_000_000]


@pytest.mark.parametrize("zone", ZONES)
def test_long_columns_agree_with_short_ones(zone: str) -> None:
    """A column long enough for the table of quarter-hours gives the instants of its parts."""
    walls = np.arange(np.datetime64("2011-01-01"), np.datetime64("2013-06-01"), 13, dtype="M8[m]")
    whole = to_instants(walls, zone)
    parts = [to_instants(part, zone) for part in np.array_split(walls, 7)]
    assert len(walls) > 1 << 16
    assert whole.values.tolist() == [at for part in parts for at in part.values.tolist()]
    assert whole.ambiguous == sum(part.ambiguous for part in parts)
    assert whole.gaps == sum(part.gaps for part in parts)


def test_amounts_with_cents_are_found_at_once() -> None:
    """A float with two decimals, as amounts have, is compared once and never written out."""
    cents = np.arange(-70_000, 70_000)
    values = cents / 100
    values[[3, 100_000]] = np.nan, 0.125
    rounded: list[int] = []
    rint = np.rint

    def counted(column: AnyArray) -> AnyArray:
        rounded.append(len(column))
        return rint(column)

    with mock.patch.object(np, "rint", counted):
        found = Decimals.of(values)
    assert sum(rounded) == len(cents) + 4  # the one of three decimals: at 0, 1, 2 and 3 too
    assert np.flatnonzero(found.wrong).tolist() == [3]
    assert (found.digits[100_000], found.places[100_000]) == (125, 3)
    whole, changed, wrong = found.scaled(2)
    expected = np.where(np.isin(np.arange(len(cents)), [3, 100_000]), [0], cents)
    expected[100_000] = 12
    assert np.array_equal(whole, expected)
    assert np.flatnonzero(changed).tolist() == [100_000]
    assert np.flatnonzero(wrong).tolist() == [3]


def test_the_largest_number_is_the_largest_also_where_nothing_is_rounded() -> None:
    """Numbers with as many decimals as are asked for are judged like all others."""
    found = Decimals.of(["90071992547409.92", "90071992547409.93", "-90071992547409.92", "7.50"])
    whole, changed, wrong = found.scaled(2)
    assert whole.tolist() == [2**53, 0, -(2**53), 750]
    assert wrong.tolist() == [False, True, False, False]
    assert not changed.any()


def test_nothing_is_copied_where_all_amounts_have_the_decimals_asked_for() -> None:
    """Whole numbers of cents are the digits as they were found, with one number of places."""
    found = Decimals.of(np.array([19.99, 5.0, -0.5]))
    whole, changed, wrong = found.scaled(2)
    assert whole is found.digits
    assert whole.tolist() == [1999, 500, -50]
    assert repeated_in(found.places) == 2
    assert not changed.any()
    assert not wrong.any()


@given(st.lists(st.sampled_from([0.1, 2.5, 1.005, 7.0, np.nan, 1e17])), st.integers(0, 4))
def test_amounts_of_a_column_are_those_of_single_amounts(values: list[float], places: int) -> None:
    """What the others of a column are like changes no amount."""
    column = np.array(values, dtype=np.float64)
    whole, changed, wrong = Decimals.of(column, places).scaled(2)
    single = [Decimals.of(column[at : at + 1]).scaled(2) for at in range(len(values))]
    assert whole.tolist() == [one[0][0] for one in single]
    assert changed.tolist() == [one[1][0] for one in single]
    assert wrong.tolist() == [one[2][0] for one in single]
