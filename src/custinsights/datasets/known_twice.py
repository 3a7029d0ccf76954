"""Does matching find who is one person, and nobody else? Customers of whom the truth is known.

A shop sells on its storefront, on Etsy, on Gumroad and by hand. Each place knows something else of
the same people, who misspell, move, change their e-mail addresses and write numbers as they like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from custinsights.datasets.dice import Dice
from custinsights.datasets.neighbours import Household, Neighbour, Town
from custinsights.domain.fields import whole_number
from custinsights.domain.identities import Identity
from custinsights.domain.matching import Matching, Person
from custinsights.domain.people import Address, Customer

__all__ = ["KnownCustomer", "KnownTwice", "MatchingScores", "known_twice"]

_BEGAN = datetime(2022, 1, 1, tzinfo=UTC)
_DAYS = 900
_TILL = "+1 555 010 0000"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TIMES = {1: 5.0, 2: 3.0, 3: 1.5, 4: 0.5}
_PLACES = {"shopify": 5.0, "etsy": 2.0, "gumroad": 1.5, "manual": 1.5}


@attrs.frozen
class KnownCustomer:
    """A customer as one place knows them.

    Parameters
    ----------
    customer : Customer
        What the place has written down.
    identities : tuple of Identity
        The id that the place has given, if any.
    orders : tuple of aware datetime
        When they ordered there.
    truth : int
        The number of the person who it is.
    """

    customer: Customer
    identities: tuple[Identity, ...]
    orders: tuple[datetime, ...]
    truth: int


@attrs.frozen
class MatchingScores:
    """How right matching is, in pairs of customers.

    Parameters
    ----------
    pairs : int
        How many pairs are one person.
    merged : int
        How many pairs were merged, also by way of others.
    right : int
        How many of these are one person.
    to_review : int
        How many other pairs are doubtful.
    found : int
        How many of the pairs that are one person were merged, or would be once all doubtful ones
        were looked at.
    """

    pairs: int
    merged: int
    right: int
    to_review: int
    found: int

    @property
    def precision(self) -> float:
        """Which share of what was merged is one person; 1 where nothing was."""
        return self.right / self.merged if self.merged else 1.0

    @property
    def recall(self) -> float:
        """Which share of what is one person was merged."""
        return self.right / self.pairs if self.pairs else 1.0

    @property
    def recall_after_review(self) -> float:
        """Which share of what is one person is merged after a look at all doubtful pairs."""
        return self.found / self.pairs if self.pairs else 1.0


@attrs.frozen
class KnownTwice:
    """Customers of whom it is known who is one person.

    Parameters
    ----------
    customers : tuple of KnownCustomer
        The customers, in no order.
    """

    customers: tuple[KnownCustomer, ...] = attrs.field(repr=lambda told: f"<{len(told)} customers>")

    def people(self, region: str | None = "US") -> tuple[Person, ...]:
        """Return them as `find_matches` takes them."""
        return tuple(
            Person.of(one.customer, identities=one.identities, orders=one.orders, region=region)
            for one in self.customers
        )

    def scores(self, matching: Matching) -> MatchingScores:
        """Return how right a matching of them is."""
        truth = {one.customer.id: one.truth for one in self.customers}
        merged = _groups(truth, ((one.left, one.right) for one in matching.same))
        looked_at = [one for one in matching.matches if truth[one.left] == truth[one.right]]
        found = _groups(truth, ((one.left, one.right) for one in looked_at))
        groups = Counter(merged.values())
        return MatchingScores(
            pairs=_pairs(Counter(truth.values())),
            merged=_pairs(groups),
            right=_pairs(Counter((group, truth[one]) for one, group in merged.items())),
            to_review=sum(merged[one.left] != merged[one.right] for one in matching.doubtful),
            found=_pairs(Counter((group, truth[one]) for one, group in found.items())),
        )


def _pairs(groups: Counter[Any]) -> int:
    return sum(size * (size - 1) // 2 for size in groups.values())


def _groups(
    ids: Iterable[str | int], pairs: Iterable[tuple[str | int, str | int]]
) -> dict[str | int, str | int]:
    """Return in which group each one is, by the first member of the group."""
    of = {one: one for one in ids}
    members = defaultdict(list, {one: [one] for one in of})
    for left, right in pairs:
        kept, gone = of[left], of[right]
        if kept != gone:
            for one in members[gone]:
                of[one] = kept
            members[kept] += members.pop(gone)
    return of


def known_twice(people: int = 3000, *, seed: int = 1) -> KnownTwice:
    """Make up customers of whom it is known who is one person.

    Parameters
    ----------
    people : int
        How many people there are; each is known to one to four places.
    seed : int
        The same seed makes the same customers.

    Returns
    -------
    KnownTwice
        About twice as many customers as people.

    Examples
    --------
    >>> from custinsights.domain.matching import find_matches
    >>> truth = known_twice(200, seed=3)
    >>> truth.scores(find_matches(truth.people())).precision
    1.0
    """
    whole_number("the number of people is wrong", people, 1)
    town = Town(Dice.seeded(seed), codes=20 + people // 75)
    known: list[_Draft] = []
    count = 0
    while count < people:
        home = town.household()
        for neighbour in home.members:
            known += _Buyer(town, home, neighbour, count).customers()
            count += 1
    order = town.dice.generator.permutation(len(known)).tolist()
    return KnownTwice(tuple(known[at](f"c{number}") for number, at in enumerate(order, start=1)))


_Draft = Callable[[str], KnownCustomer]


@attrs.frozen(eq=False)
class _Buyer:
    """Somebody who buys in several places, and what each gets to know."""

    town: Town
    home: Household
    who: Neighbour
    truth: int

    def customers(self) -> Iterator[_Draft]:
        """Yield what each place knows."""
        dice = self.town.dice
        email, home = self.who.email, self.home
        if len(home.members) > 1 and dice.chance(0.06):
            email = home.email  # which several of them use
        elif dice.chance(0.02):
            email = f"info@{self.who.family.casefold()}.example"
        began = _BEGAN + timedelta(days=dice.whole(0, _DAYS))
        places = dict(_PLACES)
        for _ in range(dice.weighted(_TIMES)):
            place = dice.weighted(places)
            if place != "manual" and not dice.chance(0.15):  # few have a second account
                del places[place]
            yield self._at(place, email, home, began)
            began += timedelta(days=dice.whole(1, 200), minutes=dice.whole(0, 1439))
            if dice.chance(0.2):
                email = self.town.email(self.who.given, self.who.family)
            if dice.chance(0.06):
                home = attrs.evolve(self.town.household(), email=home.email, members=home.members)

    def _at(self, place: str, email: str, home: Household, began: datetime) -> _Draft:
        dice = self.town.dice
        knows = _KNOWS[place]
        customer: dict[str, Any] = {
            "name": self._name(place) if dice.chance(knows["name"]) else None,
            "email": self._typed(email) if dice.chance(knows["email"]) else None,
            "phone": self._phone(home) if dice.chance(knows["phone"]) else None,
            "addresses": (self._address(home),) if dice.chance(knows["address"]) else (),
            "birthday": self.who.birthday if dice.chance(knows["birthday"]) else None,
        }
        number = str(dice.whole(10**6, 10**9))
        identities = (Identity("id", number, place),) if place in {"shopify", "etsy"} else ()
        orders = tuple(began + timedelta(days=dice.whole(0, 120)) for _ in range(dice.whole(1, 3)))

        def draft(id: str) -> KnownCustomer:
            known = Customer(id, **customer)
            return KnownCustomer(known, identities, orders, self.truth)

        return draft

    def _name(self, place: str) -> str:
        dice, who = self.town.dice, self.who
        if place == "etsy" and dice.chance(0.3):
            return f"{who.given.casefold()}{dice.whole(1, 99)}"
        ways = {
            who.name: 16.0,
            f"{who.family}, {who.given}": 1.0,
            f"{who.given[0]}. {who.family}": 1.0,
            f"Dr. {who.name}": 0.3,
            who.name.upper(): 1.0,
        }
        name = dice.weighted(ways)
        return self._misspelled(name) if dice.chance(0.04) else name

    def _typed(self, email: str) -> str:
        dice = self.town.dice
        local, _, domain = email.partition("@")
        if dice.chance(0.02):
            return f"{self._misspelled(local)}@{domain}"
        return f"{local.title()}@{domain}" if dice.chance(0.1) else email

    def _phone(self, home: Household) -> str:
        dice = self.town.dice
        if dice.chance(0.01):
            return _TILL
        number = home.phone if dice.chance(0.25) else self.who.mobile
        area, middle, last = number[2:5], number[5:8], number[8:]
        ways = {
            number: 3.0,
            f"({area}) {middle}-{last}": 3.0,
            f"{area}.{middle}.{last}": 1.0,
            f"001 {area} {middle} {last}": 0.5,
        }
        return dice.weighted(ways)

    def _address(self, home: Household) -> Address:
        dice = self.town.dice
        street = home.street
        if dice.chance(0.3):
            for word, short in _SHORT.items():
                street = street.replace(word, short)
        if dice.chance(0.04):
            street = self._misspelled(street)
        code = home.postal_code
        if dice.chance(0.05):
            code += f"-{dice.whole(1000, 9999)}"
        return Address(
            street=street.upper() if dice.chance(0.1) else street,
            postal_code=None if dice.chance(0.03) else code,
            city="Exampleton",
            country="US",
        )

    def _misspelled(self, text: str) -> str:
        """Return a text with one slip of the fingers."""
        dice = self.town.dice
        at = dice.whole(1, len(text) - 2)
        ways = (
            text[:at] + text[at + 1 :],
            text[:at] + dice.pick(_LETTERS) + text[at:],
            text[:at] + dice.pick(_LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        )
        return dice.pick(ways)


_SHORT = {"Street": "St", "Road": "Rd.", "Avenue": "Ave", "straße": "str.", "Apt": "Apartment"}
_KNOWS = {
    "shopify": {"name": 0.97, "email": 0.95, "phone": 0.5, "address": 0.85, "birthday": 0.25},
    "etsy": {"name": 1.0, "email": 0.3, "phone": 0.1, "address": 1.0, "birthday": 0.0},
    "gumroad": {"name": 0.5, "email": 1.0, "phone": 0.0, "address": 0.1, "birthday": 0.0},
    "manual": {"name": 0.95, "email": 0.4, "phone": 0.6, "address": 0.3, "birthday": 0.1},
}
"""How often each place gets to know what."""
