"""Which country is meant? One label for every way of writing it, and no guesses."""

import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs

from custinsights.domain.fields import named, refuse_other
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, MissingExtra

__all__ = ["CountryNames"]

LABELS = ("alpha_2", "alpha_3", "name")

SPELLINGS = {
    "UK": "GB",
    "Great Britain": "GB",
    "England": "GB",
    "Scotland": "GB",
    "Wales": "GB",
    "Northern Ireland": "GB",
    "EIRE": "IE",
    "Republic of Ireland": "IE",
    "RSA": "ZA",
    "UAE": "AE",
    "Holland": "NL",
    "The Netherlands": "NL",
    "Russia": "RU",
    "Turkey": "TR",
    "Ivory Coast": "CI",
    "Macedonia": "MK",
    "Swaziland": "SZ",
    "Cape Verde": "CV",
    "Burma": "MM",
    "Vatican City": "VA",
    "The Bahamas": "BS",
    "The Gambia": "GM",
    "Macau": "MO",
}
"""How shops write countries beside the names and codes of ISO 3166."""


def _plain(text: str) -> str:
    """Return a name as it is compared: without case, accents, dots and doubled blanks."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign) and sign != ".")
    return " ".join(letters.split())


def _spellings(given: Any) -> Mapping[str, str]:
    refuse_other(Mapping, "the spellings of countries", given)
    for spelling, code in given.items():
        for text in (spelling, code):
            refuse_other(str, "a spelling of a country or its code", text)
    return Frozen(given)


@attrs.frozen(slots=False)
class CountryNames:
    """One label for every country: that of ISO 3166-1, however the country is written.

    Its codes of two and three letters, its three digits, its name, official and common name are
    known from ``pycountry`` (extra ``geo``), and the spellings of `SPELLINGS`; case, accents and
    dots do not matter. Nothing else is a country: no name is searched for by likeness.

    Parameters
    ----------
    label : {"alpha_2", "alpha_3", "name"}
        What a country becomes: ``GB``, ``GBR`` or ``United Kingdom``.
    spellings : mapping of str to str
        Further ways of writing and the code of the country, of two or three letters.

    Raises
    ------
    MissingExtra
        If pycountry is not installed.
    InvalidValue
        If a spelling has a code that no country has.

    Examples
    --------
    >>> names = CountryNames()
    >>> [names.label_of(text) for text in ("UK", "United Kingdom", "gbr", "EIRE", "Narnia")]
    ['GB', 'GB', 'GB', 'IE', None]
    """

    label: str = attrs.field(default="alpha_2", validator=named("label of countries", LABELS))
    spellings: Mapping[str, str] = attrs.field(factory=dict, converter=_spellings)

    def __attrs_post_init__(self) -> None:
        known = self._table
        del known

    def label_of(self, text: str) -> str | None:
        """Return the label of the country that a text names, None where it names none."""
        return self._table.get(_plain(text))

    @cached_property
    def _table(self) -> Mapping[str, str]:
        """The label of every way of writing a country."""
        try:
            import pycountry
        except ImportError as error:
            raise MissingExtra("pycountry", "geo", "telling countries by their names") from error
        table: dict[str, str] = {}
        for country in pycountry.countries:
            name = getattr(country, "common_name", country.name)
            told = {"alpha_2": country.alpha_2, "alpha_3": country.alpha_3, "name": name}
            ways = (*told.values(), country.name, getattr(country, "official_name", name))
            for way in (*ways, country.numeric):
                table[_plain(way)] = told[self.label]
        for spelling, code in {**SPELLINGS, **self.spellings}.items():
            label = table.get(_plain(code)) if len(code) in (2, 3) else None
            if label is None:
                what = f"the spelling {spelling!r} has a code that no country has"
                raise InvalidValue(what, code, "a code of ISO 3166-1 of two or three letters")
            table[_plain(spelling)] = label
        return table
