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


def excerpt(text: str, begin: int, end: int) -> tuple[str, int, int]:
    """One line of a text around a place, cut where it is long, and the place in it."""
    line = "".join(
        " " if sign.isspace() else sign if sign.isprintable() else "\ufffd" for sign in text
    )
    end = min(max(end, begin + 1), begin + LONGEST_SHOWN // 2)
    low = max(0, min(begin - LONGEST_SHOWN // 4, len(line) - LONGEST_SHOWN))
    high = low + LONGEST_SHOWN
    before, after = "…" if low else "", "…" if high < len(line) else ""
    shift = len(before) - low
    return f"{before}{line[low:high]}{after}", begin + shift, end + shift
