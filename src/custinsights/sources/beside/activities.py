"""Read what people did beside ordering: messages, visits, bids, reviews, tickets."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.activities import Activity, activity_kind, activity_word, nearest_kind
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.fields import refuse_other
from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import Money
from custinsights.errors import CustInsightsError, InvalidValue, SeveralCurrencies
from custinsights.history.activities import ACTIVITY_TEXTS, ActivityColumns
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.columnar.columns import (
    NO_NUMBER,
    AnyArray,
    ContactColumns,
    IntArray,
    Labels,
)
from custinsights.history.columnar.identities import TEXT
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.beside.single import Single, Typed, settle
from custinsights.sources.beside.tables import Table, currencies, read_rows, settled_report
from custinsights.sources.formats.activities import ACTIVITIES
from custinsights.sources.orders import identity
from custinsights.sources.orders.building import observed
from custinsights.sources.orders.grouping import picked
from custinsights.sources.orders.known import objects
from custinsights.sources.orders.money import NEGATIVE_AMOUNT
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import DATE, UNKNOWN_CURRENCY, ParsedRows
from custinsights.sources.orders.shaping import identities
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.files import Progress
from custinsights.sources.texts.opening import is_table
from custinsights.sources.texts.vocabulary import IDENTITIES

Given: TypeAlias = Table | Iterable[Activity]

UNKNOWN_KIND = "no kind of activity"
_FIELDS = (*IDENTITIES, "at", *ACTIVITY_TEXTS, "amount", "currency", "score")
"""Of which two rows of one activity must tell the same."""


def read_activities(
    activities: Given,
    *,
    kind: str | None = None,
    kinds: Mapping[str, str] | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    currency: str | None = None,
    timezone: str | ZoneInfo | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    decimal: Literal[".", ","] | None = None,
    progress: Progress | None = None,
) -> ActivityHistory:
    r"""Read what people did beside ordering.

    Parameters
    ----------
    activities
        Files as for `read_orders`, a table in memory as for `read_frame`, or objects
        (`custinsights.domain.Activity`).
    kind
        The kind of all activities that name none: a list of who opened a letter needs no column
        for it.
    kinds
        What the words of a source mean: ``{"Opens": "email_opened"}``.
    columns
        Our field to the header: customer, email, phone (one of these), at, kind, subject, outcome,
        campaign, channel, amount, currency, score, id. Without it, headers that are these words
        are used.
    currency
        The currency of the amounts, where no column says it; where one does, activities with
        amounts in others are left out and counted.
    timezone
        The zone of the shop, and of times without one.
    observed_until
        Until when the source was watched; by default the end of the last day.
    errors, dayfirst, decimal, progress
        As in `read_orders`.

    Returns
    -------
    ActivityHistory
        The history. Its load report says what became of every row: rows of nobody known are left
        out, and of several rows of one id one is used. `OrderHistory.with_activities` joins it with
        orders.

    Raises
    ------
    MissingColumn
        There is no column of times, none of kinds and no `kind`, or nobody whose they are.
    BadRowsError
        Rows cannot be read: times, numbers, negative amounts, currencies, no kind or one that is
        nearly a known one; rows of one id that contradict each other.
    SeveralCurrencies
        Amounts are in several currencies, and `currency` is not given.
    InvalidValue, NaiveTime, UnknownName, UnreadableFile, MissingExtra
        As in `read_orders`.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b"email,time,lot,status\nada@example.com,2024-03-05 12:00,12,won\n")
    >>> read_activities(file, kind="bid", timezone="Europe/Paris")
    <ActivityHistory: 1 activity of 1 person, 2024-03-05 to 2024-03-06 Europe/Paris>
    """
    options = Options(
        currency=currency,
        timezone=timezone,
        observed_until=observed_until,
        errors=errors,
        dayfirst=dayfirst,
        decimal=decimal,
    )
    meant = _meanings(kinds)
    usual = None if kind is None else activity_kind(kind)
    table = ACTIVITIES if usual is None else attrs.evolve(ACTIVITIES, required=("at",))
    given, are_text_ids = _in_memory(activities)
    rows = read_rows(given, table.asked(None, columns), table.needs, options, progress)
    return _history(rows, options, usual, meant, are_text_ids=are_text_ids)


def _meanings(kinds: Mapping[str, str] | None) -> dict[str, str]:
    """Return the words of a source, as they are compared, and the kinds that they mean."""
    if kinds is None:
        return {}
    refuse_other(Mapping, "the option kinds=", kinds)
    for word in kinds:
        refuse_other(str, "a word of the option kinds=", word)
    return {activity_word(word): activity_kind(kind) for word, kind in kinds.items()}


def _in_memory(given: Any) -> tuple[Any, bool]:
    """Return objects as a table of their fields, and whether their ids are texts; else itself."""
    is_one = isinstance(given, str | bytes | os.PathLike) or hasattr(given, "read")
    if is_one or is_table(given) or not isinstance(given, Iterable):
        return given, False
    several = list(given)
    if not several:
        what, allowed = "there is nothing to read", "files, a table, or objects of Activity"
        advice = "Nobody did anything? Give a table without rows: {'customer': [], 'at': [], ...}"
        raise InvalidValue(what, (), allowed, advice)
    if not isinstance(several[0], Activity):
        return several, False
    found = objects(several, Activity, "activities")
    told = {
        "customer_id": [one.customer for one in found],
        "activity_id": [one.id for one in found],
        "at": [one.at for one in found],
        "amount": [None if one.amount is None else one.amount.amount for one in found],
        "currency": [None if one.amount is None else one.amount.currency for one in found],
        "score": [one.score for one in found],
        **{name: [getattr(one, name) for one in found] for name in ACTIVITY_TEXTS},
    }
    named = {name: column for name, column in told.items() if any(v is not None for v in column)}
    are_texts = any(isinstance(one.customer, str) for one in found)
    return {"customer_id": told["customer_id"], **named}, are_texts


def _history(
    rows: ParsedRows,
    options: Options,
    usual: str | None,
    meant: Mapping[str, str],
    *,
    are_text_ids: bool,
) -> ActivityHistory:
    ledger = rows.ledger
    code = _currency(rows, options)
    placed, is_there = rows.instants("at")
    ledger.bad(~is_there, DATE, "at")
    for name, mask in (("ambiguous_times", placed.is_twice), ("skipped_times", placed.is_never)):
        ledger.note(name, int(np.count_nonzero(mask & ledger.is_open)))
    kind = _kinds(rows, usual, meant)
    amount = rows.minor("amount") if rows.has("amount") else None
    if amount is not None:
        ledger.bad(amount < 0, NEGATIVE_AMOUNT, "amount")
    score = rows.thousandths("score") if rows.has("score") else None
    told = {name: rows.texts(name).labels() for name in IDENTITIES if rows.has(name)}
    persons = identity.resolve(told, IDENTITIES)
    ledger.leave_out(persons.codes < 0, "identity")
    single = _single(rows)
    report = settled_report(rows, options)
    is_text = are_text_ids or "customer_id" not in told or rows.sheet.has_text_ids("customer_id")
    assert isinstance(persons.names, tuple)  # noqa: S101 - they were told by texts
    names = identity.outside_ids(persons.names, is_text=is_text)
    owner = picked(persons.codes, single.row_of(persons.codes >= 0))
    names, place = _used(names, owner)
    texts = {name: single.texts(name) for name in ACTIVITY_TEXTS[1:] if rows.has(name)}
    instants = placed.values[is_there]
    span = [int(instants.min()), int(instants.max())] if len(instants) else []
    observed_from, observed_until = observed(span, options)
    return ActivityHistory.of(
        ActivityColumns(
            customer=identities(names, place.take(owner)),
            at=picked(placed.values, single.row_of(is_there)),
            labels={
                "kind": single.texts_of(kind).labels(),
                **{name: column.labels() for name, column in texts.items()},
            },
            amount=_numbers(rows, single, "amount", amount),
            score=_numbers(rows, single, "score", score),
            ids=single.texts("activity_id").array().astype(TEXT)
            if rows.has("activity_id")
            else None,
        ),
        contacts=_contacts(identity.contacts(persons, told), names, place),
        currency=code,
        calendar=options.calendar,
        observed_from=observed_from,
        observed_until=observed_until,
        has_times=not placed.dates_only,
        load_report=report
        + LoadReport(timezone_assumed=options.timezone is None and not placed.dates_only),
    )


def _single(rows: ParsedRows) -> Single:
    """Find the rows of each activity, of which one is used; a row without an id is one."""
    ids = rows.key_codes("activity_id").astype(np.int64)
    alone = len(rows) + np.arange(len(rows))
    single = settle(rows, np.where(ids >= 0, ids, alone), _FIELDS, "activities")
    is_again = single.groups.codes >= 0
    is_again[single.groups.first()] = False
    rows.ledger.leave_out(is_again, "duplicate")
    return single


def _used(names: AnyArray, owner: IntArray) -> tuple[AnyArray, IntArray]:
    """Return those who did something, and the place of everybody among them, -1 for none."""
    is_used = np.zeros(len(names), dtype=np.bool_)
    is_used[owner] = True
    return names[is_used], np.where(is_used, np.cumsum(is_used) - 1, -1)


def _contacts(
    known: Mapping[str, tuple[IntArray, Labels]], names: AnyArray, place: IntArray
) -> dict[str, ContactColumns]:
    """Return the contacts of those who did something."""
    return {
        kind: ContactColumns(identities(names, place.take(whose[at])), value.take(at))
        for kind, (whose, value) in known.items()
        if len(at := np.flatnonzero(place.take(whose) >= 0))
    }


def _currency(rows: ParsedRows, options: Options) -> str:
    """Return the one currency of the amounts, once those in others are left out."""
    if not rows.has("amount"):
        return NO_CURRENCY
    if not rows.has("currency"):
        currencies(rows, options, "amount")
        return options.currency or NO_CURRENCY
    has_amount = ~rows.is_blank("amount")
    says = rows.currency_cells()
    codes = says.codes.astype(np.int64)
    rows.use_currency(codes, says.names)
    rows.ledger.bad(has_amount & (codes < 0), UNKNOWN_CURRENCY, "currency")
    sizes = RowGroups(np.where(has_amount, codes, -1), len(says.names)).sizes().tolist()
    used = sorted(name for name, size in zip(says.names, sizes, strict=True) if size)
    if options.currency is not None:
        for name in used:
            if name != options.currency:
                others = has_amount & (codes == says.names.index(name))
                rows.ledger.leave_out(others, "currency", name)
        return options.currency
    if len(used) > 1:
        minor = rows.minor("amount")
        told = []
        for name in used:
            here = has_amount & (codes == says.names.index(name))
            total = Money.from_minor(int(minor[here].sum()), name)
            told.append((name, int(np.count_nonzero(here)), total))
        raise SeveralCurrencies(told, "activities")
    return used[0] if used else NO_CURRENCY


def _kinds(rows: ParsedRows, usual: str | None, meant: Mapping[str, str]) -> Texts:
    """Return the kind of each row; words that mean none make their rows bad."""

    def read(text: str) -> str:
        if not text.strip():
            return usual or ""
        word = activity_word(text)
        try:
            return meant.get(word) or activity_kind(text)
        except CustInsightsError:
            return ""

    words = rows.texts("kind")
    kinds = words.mapped(read)
    near = words.mapped(lambda text: "" if read(text) else nearest_kind(activity_word(text)))
    for name in sorted(set(near.names) - {""}):
        rows.ledger.bad(near.where(name.__eq__), f"nearly the kind {name!r}", "kind")
    rows.ledger.bad(kinds.is_blank, UNKNOWN_KIND, "kind")
    return kinds


def _numbers(
    rows: ParsedRows, single: Single, field: str, values: IntArray | None
) -> IntArray | None:
    if values is None:
        return None
    return single.typed(Typed(values, ~rows.is_blank(field), NO_NUMBER))
