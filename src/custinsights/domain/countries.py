"""Which country is meant? One label for every way of writing it, and no guesses."""

import unicodedata
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import attrs

from custinsights.domain.fields import named, refuse_other
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, MissingExtra

__all__ = ["CountryNames", "refuse_no_country"]

LABELS = ("alpha_2", "alpha_3", "name")

_CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
"""
CODES = frozenset(_CODES.split())
"""The two letters of every country in ISO 3166-1."""

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


def refuse_no_country(what: str, code: object) -> None:
    """Refuse what is not the two letters of a country, as ISO 3166-1 writes them."""
    if not isinstance(code, str) or code not in CODES:
        meant = SPELLINGS.get(str(code).upper(), str(code).upper())
        advice = f"Did you mean {meant!r}?" if meant in CODES else ""
        allowed = "the two letters of a country in ISO 3166-1, such as 'FR'"
        raise InvalidValue(what, code, allowed, advice)


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
