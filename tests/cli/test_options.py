"""The texts on the command line, and what is wrong with them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import typer

from custinsights.cli import options
from custinsights.errors import UnreadableFile


def test_columns_are_pairs() -> None:
    """Pairs are parted by commas, and the option may be repeated."""
    assert options.columns(["customer=Customer ID, amount=Total", "country=Land"]) == {
        "customer": "Customer ID",
        "amount": "Total",
        "country": "Land",
    }


def test_headers_may_hold_commas_and_equals_signs() -> None:
    """Only a comma that the next field follows ends a header."""
    assert options.columns(["amount=Total, net (a=b),customer=Who"]) == {
        "amount": "Total, net (a=b)",
        "customer": "Who",
    }


@pytest.mark.parametrize("text", ["customer", "customer=", "=Header", ""])
def test_half_pairs_are_refused(text: str) -> None:
    """Half a pair is shown with an example of a whole one."""
    with pytest.raises(typer.BadParameter, match="is no pair; write it like"):
        options.columns(["x=y", text])


def test_a_field_is_given_once() -> None:
    """Two headers for one field is a mistake, also over two options."""
    with pytest.raises(typer.BadParameter, match="'a' is given twice") as caught:
        options.columns(["a=b", "a=c"])
    assert caught.value.param_hint == "--columns"


def test_only_some_words_are_understood() -> None:
    """Another word is refused with the ones that are understood; none at all is none."""
    check = options.one_of("raise", "report")
    assert (check("raise"), check(None)) == ("raise", None)
    with pytest.raises(typer.BadParameter, match=r"^'RAISE' is none of raise, report$"):
        check("RAISE")


def test_statuses_are_pairs() -> None:
    """The words of a file may hold hyphens."""
    assert options.statuses(["wc-completed=paid,wc-on-hold=pending"]) == {
        "wc-completed": "paid",
        "wc-on-hold": "pending",
    }


def test_nothing_given_is_nothing_passed_on() -> None:
    """Without the option the default of the library holds."""
    assert options.columns(None) is None
    assert options.statuses([]) is None
    assert options.identity(None) is None
    assert options.instant(None) is None
    assert options.rates(None) is None


def test_identity_is_a_list() -> None:
    """The order of the fields is the order in which they are tried."""
    assert options.identity("email, phone") == ("email", "phone")


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "../etc/passwd", ""])
def test_only_zones_are_zones(name: str) -> None:
    """A name that is no time zone is refused with an example."""
    with pytest.raises(typer.BadParameter, match="no time zone"):
        options.timezone(name)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2011-12-10", "2011-12-10"),
        ("2011-12-10T12:00:00+00:00", "2011-12-10T12:00:00+00:00"),
        ("2011-12-10 12:00Z", "2011-12-10T12:00:00+00:00"),
    ],
)
def test_instants_are_dates_or_aware(text: str, instant: str) -> None:
    """A date stands for its start in the shop's zone; a time names its own zone."""
    assert options.instant(text) == instant


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("yesterday", "is no date"),
        ("2011-12-10T12:00", "without its zone"),
        ("1899-12-31", "too far out; allowed are the years 1900 to 2199"),
        ("9999-12-31T23:00-12:00", "too far out"),
    ],
)
def test_other_instants_are_refused(text: str, wrong: str) -> None:
    """What is no date, or a time anywhere in the world, is refused with an example."""
    with pytest.raises(typer.BadParameter, match=wrong):
        options.instant(text)


def test_the_default_policy_is_the_librarys() -> None:
    """No policy is made up when no option asks for one."""
    assert options.policy(pending=False, zero_amount=True, refund_date="order") is None
    policy = options.policy(pending=True, zero_amount=False, refund_date="refund")
    assert policy is not None
    assert policy.counted_statuses == {"paid", "pending"}
    assert not policy.zero_amount_counts
    assert policy.refund_date == "refund"


def test_rates_are_read(tmp_path: Path) -> None:
    """One row is the worth of one unit of a currency on a day; it is read as orders are."""
    path = tmp_path / "rates.csv"
    path.write_text("\ufeffRate;Currency;Date\n0.9150;usd;2024-01-05\n", encoding="utf-8")
    assert options.rates(path) == {("USD", date(2024, 1, 5)): Decimal("0.9150")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("currency,day,rate\nUSD,2024-01-05,1\n", "lacks a column"),
        ("currency,date,rate\nUSD,2024-01-05\n", "wrong number of cells in its line 2"),
        ("currency,date,rate\nUSD,5 Jan,1\n", "no date and number in its line 2"),
        ("currency,date,rate\n\nXXQ,2024-01-05,1\n", "its line 3 names no currency"),
        ("currency,date,rate\nUSD,2024-01-05,nan\n", "not above zero"),
        ("currency,date,rate\n", "holds no rates"),
        ("", "it is empty"),
        ("currency,date,rate\nUSD,2024-01-05,much\n", "no date and number"),
        ("currency,date,rate\nUSD,2024-01-05,0\n", "not above zero for USD on 2024-01-05"),
        ("currency,date,rate\nUSD,2024-01-05,1\nUSD,2024-01-05,2\n", "two rates for USD"),
    ],
)
def test_wrong_rates_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    """A file that holds no rates is named with what is wrong in it."""
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=reason):
        options.rates(path)


def test_missing_rates_are_refused(tmp_path: Path) -> None:
    """A file that is not there is an unreadable file."""
    with pytest.raises(UnreadableFile, match="cannot be read: there is no such file"):
        options.rates(tmp_path / "none.csv")
