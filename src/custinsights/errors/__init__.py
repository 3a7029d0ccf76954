# ruff: noqa: N818 - what is wrong names an error; that it is one, its base says
# A class is named after the situation: NaiveTime reads better than NaiveTimeError.
"""What can go wrong, a class for every situation.

Each class derives from `CustInsightsError` and from the built-in exception that it means, keeps
its facts as attributes, and says in plain words what is wrong, what was given, what is allowed and
what to do. In all of them ``what`` and ``reason`` are clauses without a full stop, ``given`` is the
value itself, and ``advice`` is a sentence. Of e-mail addresses and phone numbers the shape alone is
kept; hide what else is personal before it comes here.
"""

from collections.abc import Sequence
from os import PathLike, fspath
from textwrap import indent
from typing import Any

import attrs

from custinsights.errors.contacts import without_contacts
from custinsights.errors.models import NeedsCuts, NeedsModels, NoModel
from custinsights.errors.root import CustInsightsError, as_names
from custinsights.errors.stores import (
    AccessRefused,
    AlreadyTaken,
    NewerStore,
    StaleWrite,
    StoreBusy,
    StoreFailed,
    WrongKey,
)
from custinsights.errors.wording import (
    MOST_NAMES_SHOWN,
    counted,
    listed,
    nearest_of,
    pointed_at,
    sentences,
    shown_value,
    start,
)

__all__ = [
    "AccessRefused",
    "AlreadyTaken",
    "BadRowsError",
    "CannotAsk",
    "ContractBroken",
    "CustInsightsError",
    "Incompatible",
    "InvalidValue",
    "MissingColumn",
    "MissingData",
    "MissingExtra",
    "NaiveTime",
    "NeedsCuts",
    "NeedsModels",
    "NewerStore",
    "NoModel",
    "NotSummable",
    "PlugInFailed",
    "Refused",
    "RuleError",
    "SeveralCurrencies",
    "StaleWrite",
    "StoreBusy",
    "StoreFailed",
    "UnknownName",
    "UnreadableFile",
    "WrongKey",
    "counted",
]


@attrs.define(auto_exc=True, eq=False)
class InvalidValue(CustInsightsError, ValueError):
    """A value that cannot be what it should be; ``allowed`` says what would have been right.

    Examples
    --------
    >>> print(InvalidValue("the month is out of range", 13, "a number from 1 to 12"))
    The month is out of range: 13 was given; allowed is a number from 1 to 12.
    """

    what: str
    given: object = attrs.field(converter=without_contacts)
    allowed: str
    advice: str = ""

    def __str__(self) -> str:
        fact = f"{start(self.what)}: {shown_value(self.given)} was given; allowed is {self.allowed}"
        return sentences(fact, self.advice)


@attrs.define(auto_exc=True, eq=False)
class UnknownName(CustInsightsError, LookupError):
    """A ``name`` that is none of the ``known`` ones of its ``kind``.

    Examples
    --------
    >>> print(UnknownName("metric", "revenu", ("orders", "revenue")))
    There is no metric named 'revenu'. Did you mean 'revenue'? Known names: 'orders', 'revenue'.
    """

    kind: str
    name: object = attrs.field(converter=without_contacts)
    known: tuple[str, ...] = attrs.field(converter=as_names)
    advice: str = ""

    @property
    def suggestion(self) -> str | None:
        """The known name that is nearest to the given one, None if none is near."""
        return nearest_of(str(self.name), self.known)

    def __str__(self) -> str:
        nearest = self.suggestion
        return sentences(
            f"There is no {self.kind} named {shown_value(self.name)}",
            "" if nearest is None else f"Did you mean {nearest!r}?",
            f"Known names: {listed(self.known)}" if 0 < len(self.known) <= MOST_NAMES_SHOWN else "",
            self.advice,
        )


@attrs.define(auto_exc=True, eq=False)
class NaiveTime(CustInsightsError, ValueError):
    """A time without a time zone where an instant is needed; ``what`` names whose time it is."""

    what: str
    given: object = attrs.field(converter=without_contacts)
    advice: str = (
        "Give the zone with the time, for example "
        "datetime(2024, 3, 5, 10, tzinfo=ZoneInfo('Europe/London'))"
    )

    def __str__(self) -> str:
        fact = f"{start(self.what)} has no time zone: {shown_value(self.given)} was given"
        return sentences(f"{fact}; allowed is a time with its zone", self.advice)


@attrs.define(auto_exc=True, eq=False)
class UnreadableFile(CustInsightsError, OSError, ValueError):
    """A file that cannot be read: absent, truncated, of another encoding or another format."""

    path: str | PathLike[str]
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return sentences(f"{fspath(self.path)} cannot be read: {self.reason}", self.advice)


@attrs.define(auto_exc=True, eq=False)
class MissingColumn(CustInsightsError, LookupError):
    """A table without a column that it must have; ``wanted`` says what it should hold.

    Where its first line is no header but data, that is not shown: ``unnamed`` counts its columns.

    Examples
    --------
    >>> print(MissingColumn("the customer", ["Customer ID", "Email"], ["Order", "Total"]))
    There is no column for the customer: looked for 'Customer ID', 'Email'; found 'Order', 'Total'.
    """

    wanted: str
    looked_for: tuple[str, ...] = attrs.field(converter=as_names)
    found: tuple[str, ...] = attrs.field(converter=as_names)
    advice: str = ""
    unnamed: int = 0

    def __str__(self) -> str:
        looked_for, found = listed(self.looked_for, most=40), listed(self.found, most=100)
        if self.unnamed:
            found = f"{self.unnamed} columns without names, for the first line is no header"
        fact = f"There is no column for {self.wanted}: looked for {looked_for}; found {found}"
        return sentences(fact, self.advice)


@attrs.define(auto_exc=True, eq=False)
class MissingData(CustInsightsError, LookupError):
    """A question that needs ``what`` the history does not hold.

    Examples
    --------
    >>> print(MissingData("the time of day", "the dimension 'hour'"))
    The dimension 'hour' needs the time of day, which this history does not hold.
    """

    what: str
    needed_by: str
    advice: str = ""

    def __str__(self) -> str:
        fact = f"{start(self.needed_by)} needs {self.what}, which this history does not hold"
        return sentences(fact, self.advice)


@attrs.define(auto_exc=True, eq=False)
class BadRowsError(CustInsightsError, ValueError):
    """Rows that cannot be read, all kinds at once, with up to five examples of each.

    `advice` says, as a sentence, what makes some of them readable as they are.
    """

    report: Any  # a domain.LoadReport, which lies above this module
    advice: str = ""

    def __str__(self) -> str:
        bad = sum(kind.rows for kind in self.report.bad)
        first = f"{bad:,} of {counted(self.report.rows_read, 'row')} cannot be read:"
        advice = sentences(
            'Correct them, or pass errors="report" to leave them out and have them counted in the '
            "load report",
            self.advice,
        )
        return "\n".join([first, *(f"  {kind}" for kind in self.report.bad), advice])


@attrs.define(auto_exc=True, eq=False)
class SeveralCurrencies(CustInsightsError, ValueError):
    """Orders or activities in more than one currency where one history holds one.

    Each of ``rows_and_sums`` is a currency, its rows and their sum, a `Money`. `what` they are is
    told in the plural; orders alone can be converted.
    """

    rows_and_sums: Sequence[tuple[str, int, object]]
    what: str = "orders"

    def __str__(self) -> str:
        most_first = sorted(self.rows_and_sums, key=lambda one: (-one[1], one[0]))
        each = ", ".join(
            f"{currency} ({counted(rows, 'row')}, {total})" for currency, rows, total in most_first
        )
        convert = ", or convert them with rates=" if self.what == "orders" else ""
        return sentences(
            f"The {self.what} are in {len(self.rows_and_sums)} currencies: {each}; allowed is one",
            f"Pick one with currency={most_first[0][0]!r} (the others are left out and "
            f"counted){convert}",
        )


@attrs.define(auto_exc=True, eq=False)
class Refused(CustInsightsError, ValueError):
    """A metric by a dimension that makes no sense; ``instead`` says, as a sentence, what does.

    Examples
    --------
    >>> print(Refused("revenue", "product", "an order holds several", "Ask for line_revenue"))
    'revenue' by 'product' makes no sense: an order holds several. Ask for line_revenue.
    """

    metric: str
    dimension: str
    reason: str
    instead: str = ""

    def __str__(self) -> str:
        fact = f"{self.metric!r} by {self.dimension!r} makes no sense: {self.reason}"
        return sentences(fact, self.instead)


@attrs.define(auto_exc=True, eq=False)
class Incompatible(CustInsightsError, ValueError):
    """Two things that cannot be put together; ``what`` names, in the plural, what differs.

    Examples
    --------
    >>> print(Incompatible("the currencies", "EUR", "USD", "Convert one of them first"))
    The currencies differ: 'EUR' and 'USD' were given; allowed are equal ones. Convert one of them \
first.
    """

    what: str
    left: object = attrs.field(converter=without_contacts)
    right: object = attrs.field(converter=without_contacts)
    advice: str = ""

    def __str__(self) -> str:
        fact = f"{start(self.what)} differ: {shown_value(self.left)} and {shown_value(self.right)}"
        return sentences(f"{fact} were given; allowed are equal ones", self.advice)


@attrs.define(auto_exc=True, eq=False)
class NotSummable(CustInsightsError, ValueError):
    """Numbers that do not add up, such as the distinct customers of several months."""

    what: str
    along: str
    advice: str = ""

    def __str__(self) -> str:
        fact = f"{self.what!r} does not add up along {self.along!r}"
        return sentences(f"{fact}: one customer may be counted in several cells", self.advice)


@attrs.define(auto_exc=True, eq=False)
class CannotAsk(CustInsightsError, RuntimeError):
    """A result that must ask its history again and cannot; ``reason`` says why."""

    what: str
    advice: str = "Measure the history once more"
    reason: str = "this result does not hold it: it was saved, merged or sent without"

    def __str__(self) -> str:
        fact = f"{self.what!r} asks the history again, and {self.reason}"
        return sentences(fact, self.advice)


@attrs.define(auto_exc=True, eq=False)
class RuleError(CustInsightsError, ValueError):
    """A rule that cannot be read, with the place.

    ``what`` says what is wrong, ``expected`` what may stand there; ``rule`` is the text, of which
    ``start`` to ``end`` is meant.

    Examples
    --------
    >>> print(RuleError("this is no number", "a number such as 3", "order_count >= x", 15, 16))
    This is no number. Expected: a number such as 3.
      order_count >= x
                     ^
    """

    what: str
    expected: str
    rule: str
    start: int
    end: int
    nearest: str | None = None

    def __str__(self) -> str:
        said = sentences(
            start(self.what),
            f"Expected: {self.expected}",
            "" if self.nearest is None else f"Did you mean {self.nearest!r}?",
        )
        return f"{said}\n{indent(pointed_at(self.rule, self.start, self.end), '  ')}"


@attrs.define(auto_exc=True, eq=False)
class MissingExtra(CustInsightsError, ImportError):
    """An optional ``library`` that is not installed, and the ``extra`` that brings it.

    The extra is empty for a library of the user's own choice, such as pandas.

    Examples
    --------
    >>> print(MissingExtra("pyarrow", "arrow", "reading Parquet"))
    Reading Parquet needs pyarrow, which is not installed. Install it with \
pip install 'custinsights[arrow]'.
    """

    library: str
    extra: str
    purpose: str

    def __str__(self) -> str:
        brings = f"'custinsights[{self.extra}]'" if self.extra else self.library
        return sentences(
            f"{start(self.purpose)} needs {self.library}, which is not installed",
            f"Install it with pip install {brings}",
        )


@attrs.define(auto_exc=True, eq=False)
class PlugInFailed(CustInsightsError, RuntimeError):
    """An installed plug-in that does not load, does not fit, or is there twice."""

    name: str
    distribution: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return sentences(
            f"The plug-in {self.name!r} of {self.distribution} cannot be used: {self.reason}",
            self.advice
            or f"Update or uninstall {self.distribution}, or pass an object of your own",
        )


@attrs.define(auto_exc=True, eq=False)
class ContractBroken(CustInsightsError, AssertionError):
    """A part that breaks the laws which it must hold; ``failed`` has a line for each of them."""

    thing: str
    failed: tuple[str, ...] = attrs.field(converter=as_names)

    def __str__(self) -> str:
        first = f"The {self.thing} breaks {counted(len(self.failed), 'check')}:"
        return "\n".join([first, *(f"  {one}" for one in self.failed)])
