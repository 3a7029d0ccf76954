"""One label for every way of writing a country, and no guesses."""

import sys

import pycountry
import pytest

from custinsights.domain import CountryNames
from custinsights.domain.countries import CODES, SPELLINGS, refuse_no_country
from custinsights.errors import InvalidValue, MissingExtra, UnknownName

WAYS = ("UK", "u.k.", "United Kingdom", " united  KINGDOM", "GB", "gbr", "826", "England")


@pytest.mark.parametrize(
    ("label", "expected"), [("alpha_2", "GB"), ("alpha_3", "GBR"), ("name", "United Kingdom")]
)
def test_every_way_of_writing_is_one_label(label: str, expected: str) -> None:
    """Case, accents, dots and blanks do not matter; the label is a code or the common name."""
    names = CountryNames(label)
    assert {names.label_of(way) for way in WAYS} == {expected}
    ireland = {names.label_of(way) for way in ("EIRE", "Éire", "IE", "IRL", "Ireland", "372")}
    assert len(ireland) == 1
    assert ireland != {expected}


def test_every_country_has_its_own_label() -> None:
    """No name or code of one country is taken for another: all of ISO 3166-1 are told apart."""
    names = CountryNames()
    for country in pycountry.countries:
        ways = [country.alpha_2, country.alpha_3, country.numeric, country.name]
        ways += [
            getattr(country, name)
            for name in ("official_name", "common_name")
            if hasattr(country, name)
        ]
        assert {names.label_of(way) for way in ways} == {country.alpha_2}, country.name
    for spelling, code in SPELLINGS.items():
        assert names.label_of(spelling) == code


@pytest.mark.parametrize(
    "text", ["Narnia", "Irelan", "Unspecified", "European Community", "Korea", "", "  ", "12", "É"]
)
def test_nothing_is_guessed(text: str) -> None:
    """What is nearly a country, several of them or none has no label."""
    assert CountryNames().label_of(text) is None


def test_spellings_of_ones_own() -> None:
    """A shop may say what its words mean, also another meaning of a known one."""
    names = CountryNames("name", {"Channel Islands": "JE", "Eire": "IRL", "Georgia": "US"})
    assert names.label_of("CHANNEL ISLANDS") == "Jersey"
    assert names.label_of("eire") == "Ireland"
    assert names.label_of("Georgia") == "United States"


def test_what_is_no_table_of_countries_is_refused() -> None:
    """Labels are of three kinds, and a spelling has the code of a country."""
    with pytest.raises(UnknownName, match=r"label of countries.*alpha_2"):
        CountryNames("iso")
    for code in ("XX", "United Kingdom", ""):
        with pytest.raises(
            InvalidValue, match="spelling 'Atlantis' has a code that no country has"
        ):
            CountryNames(spellings={"Atlantis": code})
    with pytest.raises(InvalidValue, match="spelling of a country or its code"):
        CountryNames(spellings={"Atlantis": 5})
    with pytest.raises(InvalidValue, match="spellings of countries"):
        CountryNames(spellings="UK")


def test_without_pycountry_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra, before any history is touched."""
    monkeypatch.setitem(sys.modules, "pycountry", None)
    with pytest.raises(MissingExtra, match=r"by their names needs pycountry.*custinsights\[geo\]"):
        CountryNames()


def test_codes_are_those_of_the_standard() -> None:
    """No country is missing among the two letters, and none of them is made up."""
    assert {one.alpha_2 for one in pycountry.countries} == CODES


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("UK", "mean 'GB'"),
        ("fr", "mean 'FR'"),
        ("XX", "'FR'.$"),
        ("France", "'FR'.$"),
        (7, "7 was"),
    ],
)
def test_what_is_no_code_of_a_country_is_refused(given: object, said: str) -> None:
    """The error says which code is meant, where one is."""
    with pytest.raises(InvalidValue, match=said):
        refuse_no_country("the country of the shop is none", given)
