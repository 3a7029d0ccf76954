"""What was read, what was used, and what was left out and why, in rows and in money."""

from collections.abc import Iterable
from html import escape
from typing import Any, Self

import attrs

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import (
    as_tuple,
    flag,
    instance,
    members,
    named,
    refuse_other,
    text,
    whole,
)
from custinsights.domain.money import Money, minor_exponent
from custinsights.errors import InvalidValue, counted

__all__ = ["LEFT_OUT_REASONS", "BadCell", "BadRows", "LeftOut", "LoadReport"]

# Why good rows are left out, in the order in which the reasons are tried; "selection" is what a
# view of a part of the shop leaves out.
LEFT_OUT_REASONS = (
    "currency",
    "status",
    "identity",
    "refund_identity",
    "duplicate",
    "no_order",
    "selection",
)
_SPOKEN = {
    "currency": "in another currency",
    "status": "status does not count",
    "identity": "nobody to whom they belong",
    "refund_identity": "refunds of nobody known",
    "duplicate": "the same again",
    "no_order": "about orders that no file tells",
    "selection": "not selected",
}
_MOST_EXAMPLES = 5
_LONGEST_CELL = 60

Sums = tuple[tuple[str, int], ...]


def _added(pairs: Iterable[tuple[str, int]]) -> Sums:
    """Add the numbers of equal names, in the order of the names."""
    sums: dict[str, int] = {}
    for pair in as_tuple(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:  # noqa: PLR2004 - a pair
            raise InvalidValue("a sum has no name and number", pair, "pairs such as ('EUR', 100)")
        name, number = pair
        sums[name] = sums.get(name, 0) + int(number)
    return tuple(sorted(sums.items()))


def _known_currencies(_owner: object, _field: object, money: Sums) -> None:
    for currency, _ in money:
        minor_exponent(currency)


def _rows_and_money(rows: int, money: Sums) -> str:
    return ", ".join(
        [counted(rows, "row"), *(str(Money.from_minor(minor, code)) for code, minor in money)]
    )


@attrs.frozen
class LeftOut:
    """Good rows that are not used, for one reason.

    Parameters
    ----------
    reason : str
        Why: one of `LEFT_OUT_REASONS`.
    detail : str
        Which status, which currency, which format; empty where there is nothing more to say.
    rows : int
        How many rows.
    money : tuple of (str, int)
        What they sum to: currency and minor units.
    """

    reason: str = attrs.field(validator=named("reason to leave rows out", LEFT_OUT_REASONS))
    detail: str = attrs.field(default="", validator=instance(str))
    rows: int = attrs.field(default=0, validator=whole)
    money: Sums = attrs.field(default=(), converter=_added, validator=_known_currencies)

    @property
    def why(self) -> str:
        """The reason and its detail in words."""
        return f"{_SPOKEN[self.reason]}{f' ({self.detail})' if self.detail else ''}"

    def __str__(self) -> str:
        return f"{self.why}: {_rows_and_money(self.rows, self.money)}"


def _without_contacts(cell: object) -> str:
    return str(hidden_if_contact(cell))


@attrs.frozen(order=True)
class BadCell:
    """The one cell that makes a row bad, and where it stands.

    Parameters
    ----------
    file : str
        The file, or what stands for it.
    line : int
        The line in the file, or the row in a frame.
    column : str
        The header of the column.
    cell : str
        What stands there. What looks like an e-mail address or a phone number is masked here;
        other personal data must be masked before.
    place : str
        What `line` counts: ``line`` of a file, or ``row`` of a frame.
    """

    file: str = attrs.field(validator=instance(str))
    line: int = attrs.field(validator=whole)
    column: str = attrs.field(validator=instance(str))
    cell: str = attrs.field(converter=_without_contacts)
    place: str = attrs.field(default="line", validator=instance(str))

    def __str__(self) -> str:
        cell = self.cell
        cut = cell if len(cell) <= _LONGEST_CELL else f"{cell[: _LONGEST_CELL - 1]}…"
        column = f", column {self.column!r}" if self.column else ""
        return f"{self.file} {self.place} {self.line}{column}: {cut!r}"


def _first_examples(examples: Iterable[BadCell]) -> tuple[BadCell, ...]:
    return tuple(sorted(set(as_tuple(examples)))[:_MOST_EXAMPLES])


@attrs.frozen
class BadRows:
    """Rows that cannot be read, of one kind.

    Parameters
    ----------
    kind : str
        What is wrong with them: ``"unreadable date"``.
    rows : int
        How many rows.
    examples : tuple of BadCell
        The first five at most, by file and line.
    money : tuple of (str, int)
        What they sum to, where it can be read: currency and minor units.
    """

    kind: str = attrs.field(validator=text)
    rows: int = attrs.field(validator=whole)
    examples: tuple[BadCell, ...] = attrs.field(default=(), converter=_first_examples)
    money: Sums = attrs.field(default=(), converter=_added, validator=_known_currencies)

    def __str__(self) -> str:
        examples = "; ".join(map(str, self.examples))
        told = f"{self.kind}: {_rows_and_money(self.rows, self.money)}"
        return f"{told}, such as {examples}" if examples else told


def _left_out(entries: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Add up the entries of equal reason and detail, in the order of the reasons."""
    sums: dict[tuple[str, str], LeftOut] = {}
    for entry in as_tuple(entries):
        refuse_other(LeftOut, "an entry of left_out", entry)
        key = (entry.reason, entry.detail)
        before = sums.get(key, LeftOut(*key))
        sums[key] = LeftOut(*key, before.rows + entry.rows, before.money + entry.money)
    return tuple(sums[key] for key in sorted(sums, key=_place))


def _place(key: tuple[str, str]) -> tuple[int, str]:
    return LEFT_OUT_REASONS.index(key[0]), key[1]


def _bad(entries: Iterable[BadRows]) -> tuple[BadRows, ...]:
    """Add up the entries of one kind, in the order of the kinds."""
    sums: dict[str, BadRows] = {}
    for entry in as_tuple(entries):
        refuse_other(BadRows, "an entry of bad", entry)
        before = sums.get(entry.kind, BadRows(entry.kind, 0))
        sums[entry.kind] = BadRows(
            entry.kind,
            before.rows + entry.rows,
            before.examples + entry.examples,
            before.money + entry.money,
        )
    return tuple(sums[kind] for kind in sorted(sums))


def _sorted_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(as_tuple(names))))


@attrs.frozen
class LoadReport:
    """What was read, what was used, and what was left out and why.

    Reports add: entries of the same reason and detail, the same kind, the same note become one.
    Equal content is an equal report, in whatever order it was put together.

    Parameters
    ----------
    sources : tuple of str
        The files or frames that were read.
    rows_read, rows_used : int
        How many rows there were, and how many the history holds and counts.
    left_out : tuple of LeftOut
        Good rows that are not used.
    bad : tuple of BadRows
        Rows that cannot be read.
    notes : tuple of (str, int)
        What was decided on the way, and how often: ``("ambiguous hour, first taken", 3)``.
    timezone_assumed : bool
        Whether the source had instants and nobody named the shop's zone, so that it is shown in
        UTC.

    Examples
    --------
    >>> report = LoadReport(rows_read=10, rows_used=8, left_out=[LeftOut("status", "voided", 2)])
    >>> print(report)
    10 rows read: 8 used, 2 left out, 0 bad.
    Left out
      status does not count (voided): 2 rows
    """

    sources: tuple[str, ...] = attrs.field(
        default=(),
        converter=_sorted_names,
        validator=members(instance(str)),
    )
    rows_read: int = attrs.field(default=0, validator=whole)
    rows_used: int = attrs.field(default=0, validator=whole)
    left_out: tuple[LeftOut, ...] = attrs.field(default=(), converter=_left_out)
    bad: tuple[BadRows, ...] = attrs.field(default=(), converter=_bad)
    notes: tuple[tuple[str, int], ...] = attrs.field(default=(), converter=_added)
    timezone_assumed: bool = attrs.field(default=False, validator=flag)

    @property
    def origin(self) -> str:
        """Where the rows come from, as a text shows it behind a name; blank where none says."""
        return f" from {', '.join(self.sources)}" if self.sources else ""

    @property
    def rows_left_out(self) -> int:
        """How many good rows are not used."""
        return sum(entry.rows for entry in self.left_out)

    @property
    def rows_bad(self) -> int:
        """How many rows cannot be read."""
        return sum(entry.rows for entry in self.bad)

    @property
    def balances(self) -> bool:
        """Whether every row that was read is used, left out or bad, and none is two of them."""
        return self.rows_read == self.rows_used + self.rows_left_out + self.rows_bad

    def left_out_by(self, reason: str) -> LeftOut:
        """Return all that was left out for a reason, whatever the detail; 0 rows if nothing was.

        Raises
        ------
        UnknownName
            If there is no such reason.
        """
        found = [entry for entry in self.left_out if entry.reason == reason]
        money = [pair for entry in found for pair in entry.money]
        return LeftOut(reason, "", sum(entry.rows for entry in found), tuple(money))

    def noting(self, name: str, times: int) -> Self:
        """Return the report with a note in place of earlier ones of its name; without it at 0.

        Examples
        --------
        >>> LoadReport(notes=[("rounded_values", 2)]).noting("rounded_values", 3).notes
        (('rounded_values', 3),)
        """
        others = tuple(note for note in self.notes if note[0] != name)
        return attrs.evolve(self, notes=(*others, (name, times)) if times else others)

    def __add__(self, other: object) -> Self:
        if not isinstance(other, LoadReport):
            return NotImplemented
        return type(self)(
            sources=self.sources + other.sources,
            rows_read=self.rows_read + other.rows_read,
            rows_used=self.rows_used + other.rows_used,
            left_out=self.left_out + other.left_out,
            bad=self.bad + other.bad,
            notes=self.notes + other.notes,
            timezone_assumed=self.timezone_assumed or other.timezone_assumed,
        )

    def __radd__(self, other: object) -> Self:
        """Let ``sum`` begin with its plain 0."""
        if isinstance(other, int) and other == 0:
            return self
        return NotImplemented

    def _repr_html_(self) -> str:
        return f'<pre style="white-space:pre-wrap">{escape(str(self))}</pre>'

    def __str__(self) -> str:
        origin = f" from {', '.join(self.sources)}" if self.sources else ""
        read = f"{self.rows_read:,} row{'' if self.rows_read == 1 else 's'} read{origin}"
        parts = f"{self.rows_used:,} used, {self.rows_left_out:,} left out, {self.rows_bad:,} bad"
        lines = [f"{read}: {parts}."]
        sections: tuple[tuple[str, Iterable[Any]], ...] = (
            ("Left out", self.left_out),
            ("Bad", self.bad),
            ("Notes", (f"{name}: {count:,}" for name, count in self.notes)),
        )
        for title, entries in sections:
            told = [f"  {entry}" for entry in entries]
            lines += [title, *told] if told else []
        if self.timezone_assumed:
            lines.append("No timezone= was given: days and hours are those of UTC.")
        return "\n".join(lines)
