"""How do messages read? Clauses closed as sentences, values and names as a reader wants them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

LONGEST_SHOWN = 80
MOST_NAMES_SHOWN = 60


def start(clause: str) -> str:
    """The clause with a capital; a name in code, such as placed_at, keeps its spelling."""
    first = clause.split(maxsplit=1)[0] if clause.strip() else ""
    return clause if "_" in first or "." in first else clause[:1].upper() + clause[1:]


def sentences(*parts: str) -> str:
    """The parts that are not empty, each closed as a sentence; all but the first opened as one."""
    first, *more = parts
    filled = [part for part in (first, *(start(part) for part in more if part)) if part]
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in filled)


def shown_value(value: object) -> str:
    """A value as a reader wants to see it, cut when it is long."""
    if isinstance(value, date):
        shown = value.isoformat()
    elif isinstance(value, Decimal):
        shown = str(value)
    elif isinstance(value, tuple) and value:
        shown = ", ".join(shown_value(one) for one in value)
    elif isinstance(value, frozenset | set) and value:
        shown = ", ".join(sorted(shown_value(one) for one in value))
    else:
        shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[: LONGEST_SHOWN - 1]}…"


def listed(names: Iterable[str], most: int = MOST_NAMES_SHOWN) -> str:
    """The names in quotes, the first ones of a long list with the number of the others."""
    shown = [repr(name) for name in names]
    more = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more if shown else "nothing"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, which is in the singular where it is one."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def nearest_of(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest to one, whatever its letter case; None if none is near."""
    from difflib import get_close_matches

    spelled = {one.casefold(): one for one in known}
    nearest = get_close_matches(name.casefold(), spelled, n=1)
    return spelled[nearest[0]] if nearest else None


def pointed_at(text: str, begin: int, end: int) -> str:
    """One line of a text, cut where it is long, and a line below with a ^ under each sign meant."""
    line = "".join(
        " " if sign.isspace() else sign if sign.isprintable() else "\ufffd" for sign in text
    )
    low = max(0, min(begin - LONGEST_SHOWN // 4, len(line) - LONGEST_SHOWN))
    high = low + LONGEST_SHOWN
    before, after = "…" if low else "", "…" if high < len(line) else ""
    blanks = _columns(before + line[low:begin])
    carets = _columns(line[begin : min(end, high)])
    shown = f"{before}{line[low:high]}{after}".rstrip()
    return f"{shown}\n{' ' * blanks}{'^' * max(carets, 1)}"


def _columns(text: str) -> int:
    """How many columns a text takes: an ideograph takes two, a mark above a letter none."""
    from unicodedata import category, east_asian_width

    wide = sum(east_asian_width(sign) in ("W", "F") for sign in text)
    return len(text) + wide - sum(category(sign) in ("Mn", "Me") for sign in text)
