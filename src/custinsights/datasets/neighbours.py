"""Who lives in an invented town, in which households, and how do they write themselves?

Households share what households share: a name, an address, a phone, sometimes an e-mail address.
There are namesakes, fathers and sons of one name, twins, and brothers and sisters whose names are
alike. Every name is made up, every address is at a domain of examples, and no number is dialled.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import attrs

from custinsights.datasets.dice import Dice

__all__ = ["Household", "Neighbour", "Town"]

_GIVEN = (  # noqa: SIM905 (as a list they would fill the screen)
    "Ada Adam Albert Alexander Alexandra Alice Alina Amelie Ana Andrea Andreas Anja Anna Anne "
    "Anton Antonia Ben Bernd Carla Carlo Carlos Charlotte Christian Christiane Clara Claude "
    "Claudia Daniel Daniela David Diana Dora Elena Elias Elisa Elisabeth Ella Emil Emma Eric Erica "
    "Eva Felix Finn Florian Franz Frieda Gabriel Gabriela Georg Greta Hanna Hans Helena Helene "
    "Henry Ida Ines Isabel Jan Jana Jean Jeanne Joan Johanna Johannes John Jon Jonas Jose Josef "
    "Josefa Juan Juana Julia Julian Juliane Karl Karla Katharina Katrin Kathrin Laura Lea Leah "
    "Leo Leon Leonie Lina Linda Lisa Luis Luisa Lukas Magda Mara Marc Marcel Maria Marian Marie "
    "Mario Marta Martha Martin Martina Mathilda Matteo Max Mia Michael Michaela Mila Mina Nina "
    "Nora Olga Oliver Olivia Oscar Patricia Patrick Paul Paula Peter Petra Rita Robert Roberta "
    "Rosa Sam Samuel Sara Sarah Simon Simone Sofia Sophie Stefan Stefanie Theo Thomas Tim Tina Tom "
    "Ursula Vera Victor Victoria Walter Wanda Werner Yvonne Zoë"
).split()
_FAMILY = (  # noqa: SIM905 (as a list they would fill the screen)
    "Müller García Smith Rossi Martin Silva Jones Schmidt Dubois Novák López Meyer Meier Brown "
    "Fischer Weber Bernard Moreau Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Braun Zimmermann Krüger Hartmann Lange Werner Krause Lehmann "
    "Köhler Maier König Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Keller "
    "Vogel Friedrich Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Simon "
    "Ludwig Böhm Winter Kraus Schumacher Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt "
    "Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt "
    "Sauer Arnold Wolff Pfeiffer Wright Walker White Hughes Hall Green Edwards Wood Harris Lewis "
    "Clarke Jackson Turner Hill Cooper Ward Morris Moore Clark Lee King Baker Allen Young Scott "
    "Ruiz Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Petit Durand Leroy Roux "
    "Fournier Girard Lambert Fontaine Rousseau Vincent Ferrari Bianchi Romano Colombo Ricci Marino "
    "Greco Bruno Gallo Conti Costa Giordano Rizzo Moretti Barbieri"
).split()
_STREETS = (  # noqa: SIM905 (as a list they would fill the screen)
    "Oak_Street Mill_Road Church_Lane Hauptstraße Bahnhofstraße Station_Road Park_Avenue "
    "High_Street Gartenstraße Lindenstraße Elm_Drive Maple_Court Schulstraße King's_Square "
    "Rue_de_la_Gare Rue_Pasteur River_Boulevard North_Place Bergstraße Queen_Street"
).split()
_DOMAINS = {"mail.example": 5.0, "post.example": 3.0, "example.com": 2.0, "example.org": 1.0}
_FLATS, _HOUSES = 9, 90
_OLDEST = date(1940, 1, 1)
_YEAR = timedelta(days=365)
_CAN_HAVE = 40


@attrs.frozen
class Neighbour:
    """Somebody who lives in the town."""

    given: str
    family: str
    birthday: date
    email: str
    mobile: str

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


@attrs.frozen
class Household:
    """Those who live together, where, and what they share."""

    street: str
    postal_code: str
    phone: str
    email: str
    members: tuple[Neighbour, ...]


@attrs.frozen(eq=False)
class Town:
    """Makes people up, in so many postal codes; gives every number and e-mail address once."""

    dice: Dice
    codes: int
    _taken: set[str] = attrs.field(factory=set)

    def number(self) -> str:
        """Return a phone number that nobody has."""
        return self._free(lambda: f"+1555{self.dice.whole(2_000_000, 9_999_999)}")

    def email(self, given: str, family: str) -> str:
        """Return an e-mail address that nobody has, made of a name as people make theirs."""
        first, last = given.casefold(), family.casefold()
        ways = {f"{first}.{last}": 4.0, f"{first[:1]}{last}": 2.0, f"{first}{last}": 2.0}

        def drawn() -> str:
            figures = str(self.dice.whole(1, 9999)) if self.dice.chance(0.4) else ""
            return f"{self.dice.weighted(ways)}{figures}@{self.dice.weighted(_DOMAINS)}"

        return self._free(drawn)

    def household(self) -> Household:
        """Return those who live behind one door."""
        dice = self.dice
        family = self._family()
        grown = dice.weighted({1: 4.0, 2: 5.0})
        ages = [dice.whole(0, 55) for _ in range(grown)]
        members = [self._neighbour(age, family if dice.chance(0.85) else None) for age in ages]
        children = dice.weighted({0: 5.0, 1: 2.0, 2: 1.0}) if min(ages) < _CAN_HAVE else 0
        members += [self._neighbour(min(ages) + 25, family) for _ in range(children)]
        if children and dice.chance(0.02):  # a son has his father's name
            members[-1] = attrs.evolve(members[-1], given=members[0].given)
        if children > 1 and dice.chance(0.15):  # twins
            members[-1] = attrs.evolve(members[-1], birthday=members[-2].birthday)
        return Household(
            street=self._street(),
            postal_code=f"{10_000 + dice.whole(1, self.codes)}",
            phone=self.number(),
            email=self.email("family", family),
            members=tuple(members),
        )

    def _neighbour(self, age: int, family: str | None) -> Neighbour:
        given, called = self.dice.pick(_GIVEN), family or self._family()
        born = _OLDEST + _YEAR * age + timedelta(days=self.dice.whole(0, 364))
        return Neighbour(given, called, born, self.email(given, called), self.number())

    def _family(self) -> str:
        """Return a family name: some are many times as frequent as others."""
        return _FAMILY[int(len(_FAMILY) * self.dice.share() ** 2)]

    def _street(self) -> str:
        flat = f" Apt {self.dice.whole(1, _FLATS)}" if self.dice.chance(0.3) else ""
        return f"{self.dice.whole(1, _HOUSES)} {self.dice.pick(_STREETS).replace('_', ' ')}{flat}"

    def _free(self, drawn: Callable[[], str]) -> str:
        while (one := drawn()) in self._taken:
            pass
        self._taken.add(one)
        return one
