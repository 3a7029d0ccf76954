"""National phone numbers become E.164; what is no number of a known country stays unsaid."""

import sys

import pytest

from custinsights.domain import to_e164
from custinsights.domain.identities import phone_key
from custinsights.errors import InvalidValue, MissingExtra
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Texts


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033612345678", None, "+33612345678"),
        ("0033612345678", "US", "+33612345678"),
        ("+33612345678", "US", "+33612345678"),
        ("(212) 555-0143", "US", "+12125550143"),
        ("212 555 0143 ext. 5", "US", "+12125550143"),
        ("0151 23456789", "DE", "+4915123456789"),
    ],
)
def test_a_number_names_its_country(number: str, region: str | None, expected: str) -> None:
    """However it is written, a number becomes the one by which it is dialled from anywhere."""
    assert to_e164(number, region) == expected


@pytest.mark.parametrize(
    ("number", "region"),
    [("06 12 34 56 78", None), ("555-0143", "US"), ("n/a", "FR"), ("", "FR"), ("+99912", None)],
)
def test_what_is_no_number_is_blank(number: str, region: str | None) -> None:
    """A number of no country, one that is too short to be dialled from elsewhere, and no number."""
    assert not to_e164(number, region)


def test_a_region_is_a_country() -> None:
    """A region that no country has is refused, instead of reading every number as foreign."""
    with pytest.raises(InvalidValue, match=r"region of a phone number.*'UK'.*mean 'GB'"):
        to_e164("020 7946 0958", "UK")


def test_a_country_without_phones_of_its_own_reads_none() -> None:
    """Nobody dials in Antarctica: numbers with their country are read, others stay unsaid."""
    assert to_e164("+33612345678", "AQ") == "+33612345678"
    assert not to_e164("06 12 34 56 78", "AQ")


def test_without_phonenumbers_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingExtra, match=r"phonenumbers.*custinsights\[identity\]"):
        to_e164("+33612345678")


@pytest.mark.parametrize("number", ["+33 6 12 34 56 78", "0033612345678", "12345", "n/a", "0 31-7"])
def test_columns_compare_as_objects_do(number: str) -> None:
    """Files and stores have one normal form of contacts."""
    assert cells.phones(Texts.of([number])).names == [phone_key(number)]
