"""What may a rule ask about who a customer is? Tags, a status, dates, a place, an address.

What a customer did and bought is asked in `deed_functions` and `product_functions` beside it.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from custinsights.analyses.builtin.distances import kilometres_between, own_degrees
from custinsights.analyses.declaring.segment_functions import Compared, segment_function
from custinsights.domain.rules.durations import Duration
from custinsights.domain.tag_changes import key_of
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import AnyArray, BoolArray, FloatArray, IntArray, Labels
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.history.columnar.periods import days_in_year
from custinsights.history.tagged import is_tagged
from custinsights.history.views.counted import CountedHistory

YES, NO, UNKNOWN = 1, 0, -1
TODAY = Duration("1d")
EMAIL = "email"


def check_told(history: CountedHistory, column: object | None, what: str) -> None:
    """Refuse to ask for what is told of nobody: no customer table was loaded, nor this column.

    Parts of a history have a table and its columns where the whole has them.
    """
    if column is None and history.facts.people_table.is_listed is None:
        advice = "Load the customers with it: read_orders(..., customers=...)"
        raise MissingData(f"{what} in a customer table", "what is asked", advice)


@segment_function(
    parameters={"name": "texts"},
    definition="Whether the customer carries a tag of this name, or any of several, at as_of; "
    "letter case does not matter.",
)
def tagged(history: CountedHistory, name: tuple[str, ...]) -> BoolArray:
    """Whether people carry one of some tags just before as_of."""
    check_told(history, history.facts.people_table.tags, "tags")
    return is_tagged(history.facts, set(map(key_of, name)), history.as_of)


@segment_function(
    parameters={"name": "text"},
    definition="The customer's flag of this name; where it is unknown, whether the customer's text "
    "'status' is this, letter case aside; unknown where neither is known.",
    over_time="stays",
)
def status(history: CountedHistory, name: str) -> AnyArray:
    """Whether people have a status; int8, -1 where it is unknown."""
    attributes = history.facts.people_table.attributes
    flag, text = attributes.get(name), attributes.get("status")
    found = np.full(history.people, UNKNOWN, dtype=np.int8)
    if not isinstance(flag, np.ndarray) or flag.dtype != np.int8:
        flag = None
    if flag is None and not isinstance(text, Labels):
        raise MissingData(
            f"a flag {name!r} or a text 'status' among the attributes of its customers",
            "the function status",
            "Load the customers with this attribute",
        )
    if isinstance(text, Labels):
        meant = {one for one in text.names if _folded(one) == _folded(name)}
        found = np.where(text.codes < 0, found, text.among(meant).astype(np.int8))
    if flag is not None:
        found = np.where(flag == UNKNOWN, found, flag)
    return found


def _folded(text: str) -> str:
    return text.strip().casefold()


def days_until(history: CountedHistory, of: AnyArray, within: Duration = TODAY) -> FloatArray:  # noqa: ARG001 - called as `anniversary` is
    """float64[k], local days from as_of's to the next anniversary of a date; NaN without one."""
    found = np.full(history.people, np.nan)
    known = np.flatnonzero(~np.isnat(of))
    today = history.as_of_day
    this, later = (days_in_year(of[known], date_of(today).year + more) for more in (0, 1))
    found[known] = np.where(this >= today, this, later) - today
    return found


def _days_ahead(history: CountedHistory, within: Duration) -> int:
    today = history.as_of_day
    return day_number(within.after(date_of(today))) - today


def below_days(history: CountedHistory, of: AnyArray, within: Duration = TODAY) -> Compared:  # noqa: ARG001 - called as `anniversary` is
    """How many days there may be fewer than."""
    return Compared(threshold=_days_ahead(history, within))


@segment_function(
    parameters={"of": "moment", "within": "duration"},
    definition="Whether the next anniversary of a date, whatever its year, falls on as_of's local "
    "day or before that day plus `within` (default: on that day); that of 29 February falls on the "
    "28th in other years; unknown without the date.",
    unit="days",
    shown=days_until,
    compared=below_days,
)
def anniversary(history: CountedHistory, of: AnyArray, within: Duration = TODAY) -> AnyArray:
    """Whether an anniversary is near; int8, -1 where the date is unknown."""
    return _where_known(days_until(history, of), _days_ahead(history, within), is_included=False)


def _where_known(values: FloatArray, most: float, *, is_included: bool) -> AnyArray:
    """int8, whether values lie up to a limit; -1 where they are NaN."""
    is_inside = values <= most if is_included else values < most
    return np.where(np.isnan(values), UNKNOWN, is_inside).astype(np.int8)


def kilometres(history: CountedHistory, lat: Decimal, lon: Decimal, km: Decimal) -> FloatArray:  # noqa: ARG001 - called as `within_km` is
    """float64[k], great-circle kilometres from everybody to a place; NaN without coordinates."""
    check_told(history, history.facts.people_table.coordinates, "coordinates")
    return kilometres_between((float(lat), float(lon)), own_degrees(history))


def up_to_km(history: CountedHistory, lat: Decimal, lon: Decimal, km: Decimal) -> Compared:  # noqa: ARG001 - called as `within_km` is
    """How far people may live away."""
    return Compared(threshold=km)


@segment_function(
    parameters={"lat": "latitude", "lon": "longitude", "km": "distance"},
    definition="Whether the coordinates of the customer table lie at most `km` kilometres from the "
    "place so many degrees north and east, on a great circle; unknown without coordinates.",
    unit="km",
    shown=kilometres,
    compared=up_to_km,
    over_time="stays",
)
def within_km(history: CountedHistory, lat: Decimal, lon: Decimal, km: Decimal) -> AnyArray:
    """Whether people live near a place; int8, -1 where nobody knows where they live."""
    return _where_known(kilometres(history, lat, lon, km), float(km), is_included=True)


@segment_function(
    parameters={"domain": "texts"},
    definition="Whether an e-mail address of the customer, or an identity that is one, has exactly "
    "this after the @, or any of several; letter case does not matter, subdomains are other "
    "domains; unknown without an address.",
    over_time="stays",
)
def email_domain(history: CountedHistory, domain: tuple[str, ...]) -> AnyArray:
    """Whether people have an address in a domain; int8, -1 where no address is known."""
    if history.customer_ids.dtype.kind != "T":  # texts may be addresses, in other parts at least
        check_told(history, history.facts.people_table.contacts or None, "e-mail addresses")
    found = np.full(history.people, UNKNOWN, dtype=np.int8)
    endings = [f"@{_folded(one).removeprefix('@')}" for one in domain]
    for owners, texts in _addresses(history):
        known = _addresses_among(texts)
        found[owners[known]] = np.maximum(found[owners[known]], NO)
        for ending in endings:
            found[owners[known & np.strings.endswith(texts, ending)]] = YES
    return found


def _addresses(history: CountedHistory) -> list[tuple[IntArray, AnyArray]]:
    """Return whose the texts are that may be e-mail addresses, and these casefolded."""
    table, ids = history.facts.people_table, history.customer_ids
    told = [
        (held.customer, _casefolded(held.value))
        for kind, held in table.contacts.items()
        if kind == EMAIL or kind.startswith(f"{EMAIL} of ")
    ]
    if ids.dtype.kind == "T":
        at = np.flatnonzero(np.strings.find(ids, "@") >= 0)
        told.append((at, _texts(list(map(_folded, ids[at].tolist())))))
    return told


def _casefolded(column: Labels) -> AnyArray:
    names = map(column.names.__getitem__, column.codes.tolist())
    return _texts(list(map(_folded, names)))


def _texts(values: list[str]) -> AnyArray:
    return np.array(values, dtype=np.dtypes.StringDType())


def _addresses_among(texts: AnyArray) -> BoolArray:
    """Tell which texts have one @ and something on both sides of it."""
    at = np.strings.find(texts, "@")
    is_inside = (at > 0) & (at < np.strings.str_len(texts) - 1)
    is_one: BoolArray = is_inside & (np.strings.count(texts, "@") == 1)
    return is_one


BUILT_IN = (tagged, status, anniversary, within_km, email_domain)
