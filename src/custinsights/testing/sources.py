"""Does a format of order exports read its files as it should?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, overload

import attrs

from custinsights.analyses.measuring.measure import measure
from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import refuse_other
from custinsights.domain.money import Money
from custinsights.errors import CustInsightsError, InvalidValue
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.reading import Paths, check_options, sources_of
from custinsights.testing import damaging, recognising, rewriting
from custinsights.testing.exports import Case, Export
from custinsights.testing.outcomes import Finding, Outcome, judged, reasons_of


@attrs.frozen
class Check:
    """One check: from a case to a sentence about what is broken, None if nothing is."""

    name: str
    advice: str
    broken: Callable[[Case], str | None]


_CHECKS = (
    Check(
        "fields of ours",
        "Use the names of the fields; a label of your own needs a name that is not near to one.",
        recognising.declared,
    ),
    Check(
        "every column is in the example",
        "Correct the header, or take an export that has all of them as the example.",
        recognising.columns_found,
    ),
    Check(
        "refunds are read",
        "Map it to 'refunded', or to a field of your own that computed works with.",
        recognising.refunds_read,
    ),
    Check(
        "decimals as told",
        "Name the mark that the system writes, or leave decimal= away.",
        recognising.decimals_told,
    ),
    Check("a name of its own", "Choose another one.", recognising.named),
    Check(
        "recognised by its header",
        "Name headers in recognised_by that all its files have, and that others lack.",
        recognising.recognised,
    ),
    Check(
        "claims no other table",
        "Add a header to recognised_by that only this system writes.",
        recognising.claims_no_other,
    ),
    Check(
        "every row is read",
        "Tell its states, its dates and its numbers; the example has to hold orders that count.",
        rewriting.every_row_read,
    ),
    Check("any order of columns", "Find cells by their fields alone.", rewriting.any_column_order),
    Check(
        "saved by a spreadsheet", "Read texts by their fields.", rewriting.saved_by_a_spreadsheet
    ),
    Check(
        "optional columns",
        "Put the fields that its amounts are made of into required.",
        rewriting.without_what_is_optional,
    ),
    Check(
        "twice is once",
        "Name the column of the order's id, and for rows of lines that of the line's.",
        rewriting.twice_is_once,
    ),
    Check(
        "any order of orders",
        "Judge each row, and each order, by itself.",
        rewriting.any_order_of_orders,
    ),
    Check(
        "rows are conserved",
        "skip_rows is for rows that repeat others, such as totals.",
        rewriting.rows_conserved,
    ),
    Check(
        "money is conserved",
        "Judge each order by itself; say in summed what its rows tell in parts.",
        rewriting.money_conserved,
    ),
    Check(
        "zones",
        "Leave the offset in the text of a time; name timezone= only where it is always the same.",
        rewriting.zones_heeded,
    ),
    Check("same file, same history", "Draw nothing and ask no clock.", rewriting.same_again),
    Check(
        "damaged cells",
        "Let a function return a text that it cannot change as it is: its row is reported as bad.",
        damaging.survives_cells,
    ),
    Check(
        "damaged files",
        "Ask rows.has, and take nothing for granted: not a column, not a row.",
        damaging.survives_damage,
    ),
    Check(
        "money of bad rows",
        "An amount must not depend on who bought, when or where.",
        damaging.money_survives,
    ),
    Check(
        "tells of nobody",
        "Read what tells who somebody is as customer_id, email or phone, which messages mask.",
        damaging.tells_of_nobody,
    ),
)
TOTALS = "totals as told"
ORDERS = "orders as told"


@overload
def check_source(
    format: OrderFormat,
    example: Paths,
    *,
    beside: Paths | None = ...,
    options: Mapping[str, Any] | None = ...,
    totals: Mapping[str, object] | None = ...,
    orders: Mapping[str, Mapping[str, object]] | None = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_source(
    format: OrderFormat,
    example: Paths,
    *,
    beside: Paths | None = ...,
    options: Mapping[str, Any] | None = ...,
    totals: Mapping[str, object] | None = ...,
    orders: Mapping[str, Mapping[str, object]] | None = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_source(
    format: OrderFormat,
    example: Paths,
    *,
    beside: Paths | None = None,
    options: Mapping[str, Any] | None = None,
    totals: Mapping[str, object] | None = None,
    orders: Mapping[str, Mapping[str, object]] | None = None,
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    r"""Hold a format of order exports to what every format promises, on an example of its files.

    It is recognised by its own header and claims no other table; every column that it names and
    every column that tells of refunds is read; neither the order of columns nor that of orders
    matters, nor how a spreadsheet saved the file, whether it comes twice or in two parts, nor
    whether a column is missing that is not required; times keep the zone that the file tells.
    Rows and money are conserved, also where cells or files are damaged, which raises no exception
    that is not ours; nothing depends on a clock or on chance; no message tells of a person. What
    only the author can know is what the example comes to: tell it as `totals` or `orders`.

    Parameters
    ----------
    format
        The format; it need not be installed.
    example
        Files that the system has written, the people in them invented: paths or binary files.
    beside
        Files of other formats of its family, with which these are read in one call.
    options
        What the reader is told besides, such as ``{"timezone": "Europe/Paris"}``.
    totals
        Metric -> what it comes to over the whole example, money in major units:
        ``{"orders": 3, "revenue": "120.00", "refunded": "9.90"}``.
    orders
        The id of an order -> what it holds: ``placed_at`` with its offset, ``amount`` and
        ``refunded`` in major units, ``customer``, or any label.
    expected
        Check -> why it may fail. Such a check fails when the promise holds after all.
    raising
        False returns the outcomes instead of raising.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check.

    Raises
    ------
    ContractBroken
        Naming every failed check, what broke it, and what to do.
    InvalidValue
        The format is no `OrderFormat`, or the example has no rows.

    Notes
    -----
    Cost: the example is read some hundred times: ten orders are plenty.

    Examples
    --------
    >>> import io
    >>> from custinsights.sources.formats import OrderFormat
    >>> till = OrderFormat(
    ...     name="till",
    ...     columns={"order_id": "Slip", "customer_id": "Card", "placed_at": "At", "amount": "Sum"},
    ...     recognised_by={"Slip", "Card"},
    ...     required=("order_id", "placed_at", "amount"),
    ...     currency="EUR",
    ... )
    >>> file = io.BytesIO(b"Slip,Card,At,Sum\n1,7,2024-01-05 09:00,9.50\n2,8,2024-01-06 10:00,1\n")
    >>> options = {"timezone": "Europe/Paris"}
    >>> check_source(till, file, options=options, totals={"revenue": "10.50"})
    """
    refuse_other(OrderFormat, "what is to be checked", format)
    refuse_other(bool, "the argument raising", raising)
    given = {} if options is None else options
    refuse_other(Mapping, "the argument options", given)
    check_options(**given)
    told = [*_told(TOTALS, totals, _totals), *_told(ORDERS, orders, _orders)]
    checks = [*_CHECKS, *told]
    reasons = reasons_of(expected, tuple(check.name for check in checks))
    case = Case(format, _tables(example), () if beside is None else _tables(beside), given)
    findings = _each_cause_once([_finding(check, case) for check in checks])
    outcomes = judged(f"format {format.name!r}", findings, reasons, raising=raising)
    return None if raising else outcomes


def _tables(files: Paths) -> tuple[Export, ...]:
    tables = tuple(map(Export.of, sources_of(files)))
    for table in tables:
        if not table.rows:
            raise InvalidValue(
                "the example of a format has no rows",
                table.name,
                "a file that the system has written, with some orders in it",
            )
    return tables


def _finding(check: Check, case: Case) -> Finding:
    try:
        broken = check.broken(case)
    except CustInsightsError as error:
        broken = f"it cannot be read: {str(error).rstrip('.')}"
    except Exception as error:  # noqa: BLE001 - whatever a format's function raises
        broken = f"it raises {type(error).__name__}: {error}"
    return Finding(check.name, check.advice, broken, 1)


def _each_cause_once(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings of which those that say the same name the first that says it."""
    first: dict[str, str] = {}
    told = []
    for one in findings:
        name = first.setdefault(one.broken or "", one.name)
        if one.broken is not None and name != one.name:
            told.append(Finding(one.name, "", f"broken as {name!r} is", one.tried))
        else:
            told.append(one)
    return told


def _told(
    name: str, given: Mapping[str, Any] | None, broken: Callable[[Case, Any], str | None]
) -> list[Check]:
    """Return the check of what the author tells, where something is told."""
    if given is None:
        return []
    refuse_other(Mapping, f"the argument {name.split(maxsplit=1)[0]}", given)
    advice = "Read the columns in which this stands; or correct what is told."
    return [Check(name, advice, lambda case: broken(case, given))]


def _totals(case: Case, told: Mapping[str, object]) -> str | None:
    (found,) = measure(case.history, [*told]).to_dicts()
    broken = [
        f"{name} comes to {found[name]}, and {value} is told"
        for name, value in told.items()
        if Decimal(str(found[name])) != Decimal(str(value))
    ]
    return "; ".join(broken) or None


def _orders(case: Case, told: Mapping[str, Mapping[str, object]]) -> str | None:
    broken = [
        fault for order, facts in told.items() for fault in _faults(case.history, order, facts)
    ]
    return "; ".join(broken) or None


def _faults(history: OrderHistory, order: str, told: Mapping[str, object]) -> Iterator[str]:
    """Yield what an order holds otherwise than is told."""
    held = _facts(history, order)
    if held is None:
        yield f"no order that counts has the id {shown_id(order)}"
        return
    for name, value in told.items():
        if name not in held:
            yield f"order {shown_id(order)} has no {name}, only {', '.join(held)}"
        elif held[name] != _as_held(name, value):
            found, wanted = _shown(name, held[name]), _shown(name, value)
            yield f"{name} of order {shown_id(order)} is {found}, and {wanted} is told"


def _facts(history: OrderHistory, order: str) -> dict[str, object] | None:
    """Return what an order holds, None where no order has the id."""
    ids = [] if history.order_ids is None else [*map(str, history.order_ids.tolist())]
    if order not in ids:
        return None
    at = ids.index(order)

    def money(minor: int) -> Decimal:
        return Money.from_minor(minor, history.currency).amount

    back = history.refunds.amount[history.refunds.order == at]
    return {
        "placed_at": to_datetime(int(history.placed_at[at])),
        "amount": money(int(history.amount[at])),
        "refunded": money(int(back.sum())),
        "customer": str(history.customer_ids[history.customer[at]]),
        **{name: column.texts()[at] for name, column in history.labels.items()},
    }


def _as_held(name: str, value: object) -> object:
    if name == "placed_at":
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return Decimal(str(value)) if name in {"amount", "refunded"} else value


def _shown(name: str, value: object) -> str:
    return shown_id(value) if name == "customer" else str(value)
