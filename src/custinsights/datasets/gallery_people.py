"""Who knows the invented gallery?

Every name is made up and every address is at example.com.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from custinsights.datasets.dice import Dice
from custinsights.domain.people import Address, Customer, Tag

ZONE = ZoneInfo("America/New_York")
OPENED = datetime(2022, 3, 1, 10, tzinfo=ZONE)
CLOSED = datetime(2024, 3, 1, tzinfo=ZONE)

_GIVEN = (  # noqa: SIM905 (as a list they would fill the screen)
    "Ada Amara Anselm Bea Bram Calla Cato Dara Delphine Edda Emre Fenna Florian Greta Hana Hollis "
    "Imani Ines Ivo Jara Jonah Juno Kaia Kofi Lev Linnea Luca Mabel Mira Nadia Nils Odile Omar "
    "Petra Quinn Rafa Rosa Sanna Silas Tamsin Teo Uma Vera Wanda Yara Zeno"
).split()
_FAMILY = (  # noqa: SIM905 (as a list they would fill the screen)
    "Abara Alder Ashcombe Belmont Birk Calloway Castellan Dunmore Eklund Fairweather Ferro "
    "Garrick Hallow Harrow Iversen Jessup Kestrel Kimura Lindqvist Lockhart Marlow Mendel "
    "Norcross Okafor Ostrander Pell Penhallow Quill Rainer Rosario Sable Sorrel Tamura "
    "Thorne Underhill Vail Voss Wexler Winslow Yardley Zamora"
).split()
_PLACES = {
    ("New York", "NY", "US"): 26,
    ("Brooklyn", "NY", "US"): 16,
    ("Beacon", "NY", "US"): 6,
    ("Portland", "ME", "US"): 7,
    ("Portland", "OR", "US"): 6,
    ("Chicago", "IL", "US"): 6,
    ("Santa Fe", "NM", "US"): 4,
    ("Toronto", "ON", "CA"): 6,
    ("Montréal", "QC", "CA"): 4,
    ("London", None, "GB"): 6,
    ("Edinburgh", None, "GB"): 3,
    ("Berlin", "BE", "DE"): 4,
    ("Utrecht", "UT", "NL"): 3,
    ("Melbourne", "VIC", "AU"): 3,
}
_CAME_BY = {"search": 5.0, "instagram": 4.0, "fair": 2.0, "friend": 2.0, "newsletter": 1.0}
_HABITS = {"once": 42.0, "twice": 22.0, "often": 24.0, "collector": 9.0, "wholesale": 3.0}
_NAMES = 400
_LOCAL = {"New York", "Brooklyn"}
_LAST_ARRIVAL = CLOSED - timedelta(days=20)


@attrs.frozen
class Visitor:
    """A known person and how they shop: their habit, and when they first come to buy."""

    customer: Customer
    habit: str
    first_visit: datetime


def visitors(dice: Dice, count: int) -> tuple[Visitor, ...]:
    """Return people who will buy, more of them later than earlier."""
    people = _named(0)
    arrivals = sorted(dice.share() ** 0.7 for _ in range(count))
    span = _LAST_ARRIVAL - OPENED
    return tuple(
        _visitor(dice, number, next(people), OPENED + span * share)
        for number, share in enumerate(arrivals, start=1)
    )


def prospects(dice: Dice, first_number: int, count: int) -> tuple[Customer, ...]:
    """Return people who signed up for the newsletter and have not bought; some gave no address."""
    people = _named(_NAMES)
    return tuple(
        Customer(
            f"c{first_number + place:03d}",
            email=_e_mail(*next(people)),
            created_at=_on_the_minute(OPENED + (CLOSED - OPENED) * dice.share()),
            acquisition_channel="newsletter",
            addresses=() if dice.chance(0.4) else (_address(dice),),
        )
        for place in range(count)
    )


def _visitor(dice: Dice, number: int, name: tuple[str, str], first_visit: datetime) -> Visitor:
    habit = dice.weighted(_HABITS)
    address = _address(dice)
    created_at = first_visit - timedelta(days=dice.waiting(9.0) if dice.chance(0.5) else 0.0)
    born = date(1950, 1, 1) + timedelta(days=dice.whole(0, 19_000))
    customer = Customer(
        f"c{number:03d}",
        name=" ".join(name),
        email=_e_mail(*name),
        phone=f"+1 212 555 01{dice.whole(0, 99):02d}" if dice.chance(0.3) else None,
        created_at=_on_the_minute(created_at),
        acquisition_channel=None if dice.chance(0.08) else dice.weighted(_CAME_BY),
        addresses=(address,),
        birthday=born if dice.chance(0.4) else None,
        tags=tuple(_tags(dice, habit, address, first_visit)),
    )
    return Visitor(customer, habit, first_visit)


def _tags(dice: Dice, habit: str, address: Address, first_visit: datetime) -> Iterator[Tag]:
    if habit == "wholesale":
        yield Tag("wholesale")
    if habit == "collector":
        yield Tag("collector", since=_on_the_minute(first_visit))
    if habit in {"collector", "often"} and dice.chance(0.3):
        since = _on_the_minute(first_visit + timedelta(days=120))
        yield Tag("VIP", since=since, until=since + timedelta(days=365))
    if address.city in _LOCAL and dice.chance(0.8):
        yield Tag("local")


def _named(start: int) -> Iterator[tuple[str, str]]:
    """Yield given and family names, no pair of them twice."""
    for number in range(start, start + _NAMES):
        yield _GIVEN[number * 17 % len(_GIVEN)], _FAMILY[number * 5 % len(_FAMILY)]


def _e_mail(given: str, family: str) -> str:
    return f"{given}.{family}@example.com".lower()


def _address(dice: Dice) -> Address:
    city, region, country = dice.weighted(_PLACES)
    return Address(
        street=f"{dice.whole(1, 400)} Example Street", city=city, region=region, country=country
    )


def _on_the_minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
