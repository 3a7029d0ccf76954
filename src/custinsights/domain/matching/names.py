"""How do names, streets and e-mail addresses compare, however they are written?"""

import re
import unicodedata
from functools import cached_property
from typing import Final

import attrs

from custinsights.domain.matching.likeness import are_alike, is_slip
from custinsights.domain.people import Address

__all__ = ["FullName", "address_key", "is_typo", "mailbox_of", "postal_key"]

_TITLES: Final = frozenset(
    {"dr", "frau", "herr", "miss", "mlle", "mme", "mr", "mrs", "ms", "prof", "sir", "sr", "sra"}
)
_GENERATIONS: Final = frozenset({"jr", "junior", "sr", "senior", "ii", "iii", "iv"})
_WORDS: Final = {
    "avenue": "ave",
    "boulevard": "blvd",
    "court": "ct",
    "drive": "dr",
    "lane": "ln",
    "place": "pl",
    "road": "rd",
    "square": "sq",
    "strasse": "str",
    "street": "st",
}
_NO_WORDS: Final = frozenset({"apartment", "apt", "flat", "no", "nr", "suite", "unit"})
_LETTER_OF_HOUSE = re.compile(r"(?<=\d) ([a-z])(?![a-z0-9])")
_NINE_FIGURES = re.compile(r"(\d{5})\d{4}")
_WITHOUT_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})
_WITH_TAGS: Final = _WITHOUT_DOTS | {
    "fastmail.com",
    "hotmail.com",
    "icloud.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
}
_PROVIDERS: Final = _WITH_TAGS | {
    "aol.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "live.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "web.de",
    "yahoo.com",
    "ymail.com",
}
_FEWEST_LETTERS = 5


def _plain(text: str) -> str:
    """Return a text in small letters and figures, without accents and signs between them."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        sign for sign in apart if not unicodedata.combining(sign) and sign not in "'’"
    )
    return " ".join("".join(sign if sign.isalnum() else " " for sign in letters).split())


@attrs.frozen(slots=False)
class FullName:
    """A name of two words or more, in the order in which it is called; never shown by ``repr``."""

    words: tuple[str, ...] = attrs.field(repr=False)
    generation: str = ""

    @classmethod
    def of(cls, name: str) -> "FullName | None":
        """Read a name; None where it is of one word, as a user name is."""
        family, comma, given = name.partition(",")
        words = _plain(f"{given} {family}" if comma and given.strip() else name).split()
        while words and words[0] in _TITLES:
            words = words[1:]
        generation = words.pop() if len(words) > 1 and words[-1] in _GENERATIONS else ""
        return cls(tuple(words), generation) if len(words) > 1 else None

    @cached_property
    def key(self) -> str:
        """The name without regard to which word comes first."""
        return " ".join((*sorted(self.words), self.generation)).strip()

    def first_names(self, other: "FullName") -> str:
        """Compare the first names: ``"same"``, ``"alike"`` (a slip, an initial) or ``"apart"``."""
        left, right = self.words[0], other.words[0]
        if self.generation != other.generation:
            return "alike" if not (self.generation and other.generation) else "apart"
        if left == right or self.key == other.key:
            return "same"
        is_initial = 1 in {len(left), len(right)} and left[0] == right[0]
        return "alike" if is_initial or are_alike(left, right) else "apart"

    def is_similar(self, other: "FullName") -> bool:
        """Whether first names are not apart, and family names alike; same names are not similar."""
        families = (self.words[-1], other.words[-1])
        return (
            self.key != other.key
            and self.first_names(other) != "apart"
            and (families[0] == families[1] or are_alike(*families))
        )


def postal_key(address: Address) -> str:
    """Return a postal code as it is compared, blank if there is none."""
    code = _plain(address.postal_code or "").replace(" ", "")
    found = _NINE_FIGURES.fullmatch(code)
    return found[1] if found else code


def address_key(address: Address) -> str:
    """Return an address as it is compared, blank if it lacks the street, or code and city."""
    words = _LETTER_OF_HOUSE.sub(r"\1", _plain(address.street or "")).split()
    kept = [_shortened(word) for word in words if word not in _NO_WORDS]
    place = postal_key(address) or _plain(address.city or "")
    return f"{place} {' '.join(sorted(kept))}" if kept and place else ""


def _shortened(word: str) -> str:
    if word.endswith("strasse"):  # German joins it to the name
        return word.removesuffix("asse")
    return _WORDS.get(word, word)


def mailbox_of(email: str) -> str:
    """Return the address under which a provider keeps what is sent to an e-mail address.

    Examples
    --------
    >>> mailbox_of("anna.smith+shop@googlemail.com"), mailbox_of("anna.smith+shop@example.com")
    ('annasmith@gmail.com', 'anna.smith+shop@example.com')
    """
    local, _, domain = email.rpartition("@")
    if domain in _WITH_TAGS:
        local = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def is_typo(left: str, right: str) -> bool:
    """Whether two e-mail addresses are one but for a slip, in the name or in the domain.

    Addresses that differ only by figures or signs are two, and so are two known providers.

    Examples
    --------
    >>> is_typo("anna.smith@example.com", "anna.smiht@example.com")
    True
    >>> (
    ...     is_typo("anna1@example.com", "anna2@example.com"),
    ...     is_typo("anna@gmail.com", "anna@mail.com"),
    ... )
    (False, False)
    """
    names, domains = zip(left.rsplit("@", 1), right.rsplit("@", 1), strict=True)
    letters = ["".join(filter(str.isalpha, name)) for name in names]
    if min(map(len, letters)) < _FEWEST_LETTERS:
        return False
    if domains[0] == domains[1]:
        return letters[0] != letters[1] and is_slip(*names)
    return names[0] == names[1] and not {*domains} <= _PROVIDERS and is_slip(*domains)
