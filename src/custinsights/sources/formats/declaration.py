"""What a format of orders is: a declaration, from which the shared machinery reads its files.

A format says which header holds which field, what one row stands for, and what the shop's words
for the states of an order mean. What must be worked out of several columns is a small function of
the rows; nothing else in a format is code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias, get_args, runtime_checkable

import attrs
from attrs.validators import optional

from custinsights.domain.calendar import Calendar
from custinsights.domain.fields import flag, looked_up, named, refuse_other, text
from custinsights.domain.money import minor_exponent
from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.errors import InvalidValue
from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.formats.functions import checked_columns, checked_mask
from custinsights.sources.texts.cells import Numbers
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import Kind, kind_of, plain, status_word

_NO_WORD = re.compile(r"\W+")

Layout: TypeAlias = Literal["orders", "lines", "first_line", "beside"]
"""What a row is: an order; a line, with or without the order's fields; a line, and only the first
line of an order has the order's fields; something about an order that another file tells."""


@runtime_checkable
class Rows(Protocol):
    """The parsed rows of a file, as the functions of a format see them."""

    def __len__(self) -> int: ...

    def has(self, field: str) -> bool:
        """Tell whether the file has the field."""
        ...

    def is_blank(self, field: str) -> BoolArray:
        """bool[n], where a row says nothing in a field."""
        ...

    def texts(self, field: str) -> Texts:
        """Return a field as texts, blank where the file does not have it."""
        ...

    def decimals(self, field: str) -> Decimals:
        """Return a field as exact numbers, 0 where it is blank."""
        ...


def _columns(_owner: object, _field: object, given: Mapping[str, str | Sequence[str]]) -> None:
    refuse_other(Mapping, "what a format has as columns", given, "Map our field to its header")


def _headers(given: Iterable[str]) -> frozenset[str]:
    if isinstance(given, str):
        given = (given,)
    return frozenset(given)


def _words(given: Iterable[str]) -> frozenset[str]:
    return frozenset(map(status_word, given))


def _few_words(given: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    return {field: _words(words) for field, words in given.items()}


def _statuses(given: Mapping[str, str]) -> dict[str, str]:
    """Return what states mean, under the words as they are compared."""
    known = dict.fromkeys(ORDER_STATUSES)
    for status in given.values():
        looked_up("order status", status, known)
    return {status_word(word): status for word, status in given.items()}


Mask: TypeAlias = Callable[[Rows], BoolArray]
Computed: TypeAlias = Callable[[Rows], Decimals | Numbers | Texts]


def _converters(_owner: object, _field: object, given: Mapping[str, object]) -> None:
    refuse_other(Mapping, "the converters of a format", given)
    for field, of in given.items():
        if not callable(of):
            raise InvalidValue(f"the converter of {field!r} is no function", of, "a function")


def _kinds(_owner: object, _field: object, given: Mapping[str, str]) -> None:
    refuse_other(Mapping, "the kinds of a format", given)
    for kind in given.values():
        looked_up("kind of field", kind, dict.fromkeys(get_args(Kind)))


def _patterns(_owner: object, _field: object, given: Mapping[str, str]) -> None:
    refuse_other(Mapping, "the column_patterns of a format", given)
    for pattern in given:
        if "*" not in pattern:
            what = "a column pattern has nothing that differs"
            raise InvalidValue(what, pattern, "a header with * for what differs")


def _expression(_owner: object, _field: object, value: str | None) -> None:
    try:
        re.compile(value or "")
    except (re.error, TypeError) as error:
        what = f"the date_pattern of a format is no regular expression ({error})"
        raise InvalidValue(what, value, r"one such as '\d+/\d+/\d{4}.*'") from None


def _known_currency(_owner: object, _field: object, code: str) -> None:
    minor_exponent(code)


def _known_zone(_owner: object, _field: object, zone: str) -> None:
    Calendar(timezone=zone)


@attrs.frozen(kw_only=True)
class Packed:
    """Rows that lie packed in cells, such as an order's lines: ``sku:D|quantity:1|total:54.55``.

    Parameters
    ----------
    field
        The field whose cells hold them; of fields that `OrderFormat.column_patterns` finds, the
        stem.
    rows
        How they are read: its columns name the words before the colons. The first of them begins
        a row; of words that are none of them the row does not tell.
    separator
        What parts two rows in one cell; None where a cell holds one.
    """

    field: str
    rows: OrderFormat
    separator: str | None = None


@attrs.frozen(kw_only=True)
class OrderFormat:
    """How the files of one shop system are read.

    Parameters
    ----------
    name
        The name under which ``read_orders(format=)`` knows it.
    columns
        Our field to the header, or to several of which the first that is there holds it.
    recognised_by
        Headers that together only this format has, or others of the same fields. Order, case and
        blanks do not matter.
    required
        Fields without which the file cannot be read.
    layout
        What a row stands for.
    statuses
        The shop's word for the state of an order to one of
        `custinsights.domain.statuses.ORDER_STATUSES`; the empty word is a blank cell. Case, and
        whether a blank, a hyphen or an underscore parts words, do not matter. A word that is none
        of them makes its row bad.
    words
        Fields of the format's own that hold one of a few words, the empty one among them where a
        blank cell means something. Another word makes its row bad.
    refunded_statuses
        Words that mean a full refund where no amount of it is given.
    dayfirst
        Whether the day comes first in dates such as 3/4/2024; None lets the column tell.
    date_pattern
        How the system itself writes such dates, as a regular expression. Where a column has
        others, a spreadsheet wrote it anew, `dayfirst` says nothing, and the column tells. None
        is any way.
    decimal
        The mark before decimals, where the system writes all numbers with it; None lets the
        column tell.
    timezone
        The zone of times without one, where the system writes all in the same.
    currency
        The currency, where the system writes all in the same.
    source
        What the orders' label ``source`` says; None leaves it to a column.
    kinds
        How to read fields of the format's own, which `computed` works with.
    computed
        Fields worked out of others, row by row: numbers (`Numbers` where some rows have none, such
        as those of another file of the family), or texts that are read like cells.
    summed
        Amounts of an order of which each row tells a part. Without it the first row that says
        anything tells the order's.
    told_by
        What several columns tell together, and these columns: ``refund_amounts``,
        ``order_states``, or a word of the format's own. Where files lack one of them the load
        report notes it (``files_without_refund_amounts``), and `computed` must take nothing for
        told that is not. Without it the columns ``refunded`` and ``order_status`` tell those.
    column_patterns
        Headers of which a file has any number, with ``*`` for what differs between them, and the
        stem of the fields that they become: ``{"line_item_*": "line_item"}`` makes the field
        ``line_item_1``. Their kind is that of the stem in `kinds`, else they are labels.
    converters
        How the texts of a field are written before they are read: a function of one text, which
        returns a text that it cannot change as it is.
    lines, refunds
        The lines of an order and its refunds, where they lie packed in cells of its row. A refund
        has an amount, and the instant ``refunded_at``.
    anonymous
        For exports that say of nobody who it is: what they lack and what to export instead. It
        is a note of the load report, with the number of the rows that are therefore left out.
    skip_rows
        Which rows tell nothing new, such as a row of totals; they are counted in the notes.
    refund_rows, tip_rows
        Which rows are refunds and no sales; which lines are a tip and no product.
    fallbacks
        The field that fills another one's blank cells.
    address_prefixes
        Prefixes of country, region and city, in the order in which an order's address is looked
        for: the first that says anything is taken whole.
    repeats_headers
        Whether users name columns as they like behind the system's own, so that of several
        columns with one header the first is meant.
    family
        Formats of one family tell of the same orders, and their files may be read in one call.
    adds
        Of a family: the fields that the format's rows add to the orders of another format, by
        their order ids. A format that adds none tells the orders.
    personal
        More columns, which are read only where orders are imported into a store, by one of
        `custinsights.sources.formats.personal.FIELDS`: who ordered, and where the goods and the
        bill went.
    """

    name: str = attrs.field(validator=text)
    columns: Mapping[str, str | Sequence[str]] = attrs.field(validator=_columns)
    recognised_by: frozenset[str] = attrs.field(default=frozenset(), converter=_headers)
    required: Sequence[str] = ("placed_at",)
    layout: Layout = attrs.field(default="orders", validator=named("layout", get_args(Layout)))
    statuses: Mapping[str, str] = attrs.field(factory=dict, converter=_statuses)
    words: Mapping[str, frozenset[str]] = attrs.field(factory=dict, converter=_few_words)
    refunded_statuses: frozenset[str] = attrs.field(default=frozenset(), converter=_words)
    dayfirst: bool | None = attrs.field(default=None, validator=optional(flag))
    date_pattern: str | None = attrs.field(default=None, validator=_expression)
    decimal: Literal[".", ","] | None = attrs.field(
        default=None, validator=optional(named("decimal mark", (".", ",")))
    )
    timezone: str | None = attrs.field(default=None, validator=optional(_known_zone))
    currency: str | None = attrs.field(default=None, validator=optional(_known_currency))
    source: str | None = None
    kinds: Mapping[str, Kind] = attrs.field(factory=dict, validator=_kinds)
    computed: Mapping[str, Computed] = attrs.field(factory=dict, converter=checked_columns)
    told_by: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    column_patterns: Mapping[str, str] = attrs.field(factory=dict, validator=_patterns)
    converters: Mapping[str, Callable[[str], str]] = attrs.field(
        factory=dict, validator=_converters
    )
    lines: Packed | None = None
    refunds: Packed | None = None
    anonymous: str = ""
    summed: frozenset[str] = attrs.field(default=frozenset())
    skip_rows: Mask | None = attrs.field(default=None, converter=checked_mask)
    refund_rows: Mask | None = attrs.field(default=None, converter=checked_mask)
    tip_rows: Mask | None = attrs.field(default=None, converter=checked_mask)
    fallbacks: Mapping[str, str] = attrs.field(factory=dict)
    address_prefixes: Sequence[str] = ("",)
    repeats_headers: bool = False
    family: str | None = None
    adds: Sequence[str] = ()
    personal: Mapping[str, str | Sequence[str]] = attrs.field(factory=dict, validator=_columns)

    def __attrs_post_init__(self) -> None:
        known = dict.fromkeys(sorted(self.fields))
        for field in (*self.fallbacks, *self.fallbacks.values()):
            looked_up("field of the format for fallbacks=", field, known)
        for word in sorted(self.refunded_statuses):
            looked_up("status of the format for refunded_statuses=", word, self.statuses)

    @property
    def fields(self) -> set[str]:
        """The fields that the format reads or works out, of column_patterns the stems."""
        return {*self.columns, *self.computed, *self.column_patterns.values()}

    def recognises(self, header: Sequence[str]) -> bool:
        """Tell whether a header is this format's."""
        return bool(self.recognised_by) and not self.lacks(header)

    def lacks(self, header: Sequence[str]) -> list[str]:
        """Return what a header would have to have besides to be this format's."""
        cells = set(map(plain, header))
        return [
            name for name in sorted(self.recognised_by) if cells.isdisjoint(self._same_field(name))
        ]

    def positions(self, header: Sequence[str]) -> dict[str, int]:
        """Return the place of each field in a header; fields that it lacks are left out."""
        places = {plain(cell): at for at, cell in reversed([*enumerate(header)])}
        found = {}
        for field, wanted in self.columns.items():
            for name in (wanted,) if isinstance(wanted, str) else wanted:
                if plain(name) in places:
                    found[field] = places[plain(name)]
                    break
        for name, stem in self.column_patterns.items():
            pattern = re.compile(re.escape(plain(name)).replace(r"\*", "(.+)"))
            for at, cell in enumerate(header):
                if match := pattern.fullmatch(plain(cell)):
                    word = _NO_WORD.sub("_", match[1]).strip("_")
                    found.setdefault(f"{stem}_{word}", at)
        return found

    def untold(self, there: Collection[str]) -> list[str]:
        """Return what cannot be told in full by the columns that are there; see `told_by`."""
        own = {"refund_amounts": "refunded", "order_states": "order_status"}
        told_by = {what: (field,) for what, field in own.items() if field in self.columns}
        told: Mapping[str, Sequence[str]] = {**told_by, **self.told_by}
        return [what for what, fields in told.items() if not set(fields) <= set(there)]

    @property
    def field_of(self) -> dict[str, str]:
        """The field that each header of ours holds."""
        several = {
            field: (names,) if isinstance(names, str) else names
            for field, names in self.columns.items()
        }
        return {name: field for field, names in several.items() for name in names}

    def stem(self, field: str) -> str:
        """Return the stem of a field that `column_patterns` has found, else the field itself."""
        stems = (stem for stem in self.column_patterns.values() if field.startswith(f"{stem}_"))
        return next(stems, field)

    def kind(self, field: str) -> Kind:
        """Return how a field is read."""
        return self.kinds.get(field) or self.kinds.get(self.stem(field), kind_of(field))

    def _same_field(self, header: str) -> set[str]:
        """Return the headers of the field that a header is of, as they are compared."""
        for names in self.columns.values():
            if not isinstance(names, str) and header in names:
                return set(map(plain, names))
        return {plain(header)}
