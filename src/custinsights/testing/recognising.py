"""Is a format what it declares, and is it found for its own files and for no others?"""

from __future__ import annotations

import re

from custinsights.errors import CustInsightsError
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.finding import format_for, recognised_among
from custinsights.sources.formats.installed import GENERIC, hidden_by, installed_formats
from custinsights.sources.formats.orders import BUILT_IN
from custinsights.sources.texts.vocabulary import ORDERS, fields_named, plain
from custinsights.testing.exports import Case, Export

_DECIMALS = re.compile(r"[^.,]*\d([.,])\d{1,2}\D*")
_REFUND = re.compile(r"refund|returned|chargeback", re.IGNORECASE)


def declared(case: Case) -> str | None:
    """Find words of the declaration that are nearly ours, and fields that nothing tells."""
    format = case.format
    own = {*format.kinds, *format.computed, *format.converters, *format.fallbacks.values()}
    ours = {field: names for field, names in format.columns.items() if field not in own}
    for name in ours:
        field = ORDERS.field_named(name)
        if field != name:
            return f"{name!r} is another word for the field {field!r}, and would be a label here"
    try:
        fields_named(ours, own)
    except CustInsightsError as error:
        return str(error).rstrip(".")
    told = {*format.columns, *format.computed, *format.column_patterns.values()}
    lost = sorted({*format.required, *format.summed, *format.adds} - told)
    return f"nothing tells {', '.join(map(repr, lost))}" if lost else None


def columns_found(case: Case) -> str | None:
    """Find columns of the declaration that the example does not have."""
    header = {plain(cell) for export in case.exports for cell in export.header}
    lost = [
        f"{field} ({' or '.join(map(repr, names))})"
        for field in case.format.columns
        if header.isdisjoint(map(plain, names := case.headers(field)))
    ]
    return f"the example has no column for {', '.join(lost)}" if lost else None


def refunds_read(case: Case) -> str | None:
    """Find columns that seem to tell of refunds and that nothing reads."""
    for export in case.exports:
        read = {*case.format.positions(export.header).values()}
        lost = [
            name for at, name in enumerate(export.header) if _REFUND.search(name) and at not in read
        ]
        if lost:
            return f"nothing reads the column {', '.join(map(repr, lost))}"
    return None


def named(case: Case) -> str | None:
    """Find another format of the same name."""
    name = case.format.name
    if name == GENERIC or BUILT_IN.get(name, case.format) is not case.format:
        return f"a format of custinsights has the name {name!r}"
    families = {one.family for one in BUILT_IN.values()} - {None}
    if name not in BUILT_IN and case.format.family in families and not case.format.adds:
        return f"formats of custinsights are the family {case.format.family!r}"
    return None


def decimals_told(case: Case) -> str | None:
    """Find columns of numbers that have another mark before decimals than the one that is told."""
    format = case.format
    for export in case.exports if format.decimal else ():
        for field, at in format.positions(export.header).items():
            cells = [row[at].strip() for row in export.rows]
            marks = {found[1] for cell in cells if (found := _DECIMALS.fullmatch(cell))}
            if format.kind(field) in {"money", "quantity"} and marks - {format.decimal}:
                return f"the column {export.header[at]!r} has another mark than {format.decimal!r}"
    return None


def recognised(case: Case) -> str | None:
    """Find files of the example that are taken for those of another format, or of none."""
    format = case.format
    if not format.recognised_by:
        return "recognised_by is empty, so that no header is known to be its"
    is_shipped = BUILT_IN.get(format.name) is format
    if not is_shipped and (like := hidden_by(format, BUILT_IN)):
        return f"every header of {like!r} is among those that it is recognised by"
    for export in case.exports:
        lost = format.lacks(export.header)
        if lost:
            return f"the header of {export.name} has no {', '.join(map(repr, lost))}"
        found = _found(format, export)
        if found != format.name:
            return f"{export.name} is taken for {found!r}"
    return None


def _found(format: OrderFormat, export: Export) -> str:
    """Return the name of the format that a header is taken for where this one is installed."""
    if BUILT_IN.get(format.name) is format or any(
        one.recognises(export.header) for one in BUILT_IN.values()
    ):
        return format_for(None, export.header).name
    others = [one for one in installed_formats(BUILT_IN)[0] if one.name != format.name]
    try:
        found = recognised_among([format, *others], export.header)
    except CustInsightsError as error:
        return str(error)
    return "" if found is None else found.name


def claims_no_other(case: Case) -> str | None:
    """Find that a header of plain words, which any shop may have, would be taken for its own."""
    words = [*ORDERS.known, *(word.replace("_", " ") for word in ORDERS.known)]
    if case.format.recognises(words):
        return f"any table with {' and '.join(sorted(case.format.recognised_by))} is taken for its"
    return None
