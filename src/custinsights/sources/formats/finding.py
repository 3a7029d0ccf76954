"""Which format a file has: the built-in ones, and those that other distributions add."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from custinsights.domain.contacts import hidden_if_contact
from custinsights.errors import InvalidValue, MissingColumn, UnknownName
from custinsights.sources.formats.customers import CUSTOMERS
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.generic import generic, in_our_words, named_columns
from custinsights.sources.formats.installed import (
    GENERIC,
    installed_format,
    installed_formats,
    installed_names,
)
from custinsights.sources.formats.orders import BUILT_IN, refuse_other_table
from custinsights.sources.texts.vocabulary import MEANINGS, fields_named, plain

_DATA = re.compile(r"\s*\W?[0-9]")
_ONLY_TOLD = "Once columns are named, only those are read: no other is matched by its name"


def format_asked(
    wanted: str | OrderFormat | None, columns: Mapping[str, str | Sequence[str]] | None
) -> OrderFormat | None:
    """Return the format that is asked for, before any file is opened.

    Parameters
    ----------
    wanted
        A format, its name, or None to recognise it.
    columns
        Headers of our fields: all of them for ``generic``, changes to another format.

    Returns
    -------
    OrderFormat or None
        The format; ``generic`` without columns, or None, where the header must tell.

    Raises
    ------
    UnknownName
        No format has that name, shipped or installed, or a column is told for a name that is
        nearly a field.
    PlugInFailed
        The installed format of that name cannot be used.
    InvalidValue
        The columns are no mapping from fields to headers.
    """
    told = {} if columns is None else columns
    if wanted is None or (isinstance(wanted, str) and wanted == GENERIC):
        found = generic(told)
        return found if wanted or found.columns else None
    found = _named(wanted) if isinstance(wanted, str) else wanted
    if not isinstance(found, OrderFormat):
        raise InvalidValue(
            "the format is no format",
            type(found).__name__,
            "the name of a format, or an OrderFormat",
        )
    named = fields_named(told, {*found.columns, *found.kinds, *found.computed})
    if not named:
        return found
    computed = {field: of for field, of in found.computed.items() if field not in named}
    return attrs.evolve(found, columns={**found.columns, **named}, computed=computed)


def format_for(asked: OrderFormat | None, header: Sequence[str]) -> OrderFormat:
    """Return the format to read a file with: the one that is asked for, or the header's.

    A file of another format of the same family is read with that.

    Raises
    ------
    MissingColumn
        The header is none that is known, and no columns are told.
    """
    if asked is None:
        return _recognised(header)
    if asked.family is not None and not asked.recognises(header):
        known = [*BUILT_IN.values(), *installed_formats(BUILT_IN)[0]]
        beside = [one for one in known if one.family == asked.family]
        asked = next((one for one in beside if one.recognises(header)), asked)
    return asked if asked.columns else in_our_words(header)


def _recognised(header: Sequence[str]) -> OrderFormat:
    """Find the format whose own headers are there, most of them first; else our own words.

    The shipped formats come before the installed ones, so that these change how no other is read.
    """
    known = [found for found in BUILT_IN.values() if found.recognises(header)]
    if known:
        return max(known, key=lambda found: len(found.recognised_by))
    added, failed = installed_formats(BUILT_IN)
    if (found := recognised_among(added, header)) is not None:
        return found
    refuse_other_table(header, CUSTOMERS.built_in, "customers")
    ours = in_our_words(header)
    is_told = "placed_at" in ours.columns
    every = [*BUILT_IN.values(), *added]
    if is_told and not _is_most_of(_nearest_format(header, every), header):
        return ours
    lost = "some of the columns that tell a format" if is_told else "the time of the order"
    cells, unnamed = _shown(header)
    raise MissingColumn(
        f"{lost}, and the header is none of {', '.join(sorted(one.name for one in every))}",
        ("placed_at",),
        cells,
        f"{_nearest(header, every)}Say which header holds which field: columns={{'customer': ..., "
        "'placed_at': ..., 'amount': ...}; for order lines also order_id, product, quantity, "
        f"unit_price{''.join(f'. {error}' for error in failed)}",
        unnamed=unnamed,
    )


def recognised_among(formats: Sequence[OrderFormat], header: Sequence[str]) -> OrderFormat | None:
    """Return the format of which most headers are there, None where the header is of none.

    Raises
    ------
    InvalidValue
        As many headers of several formats are there.
    """
    known = [found for found in formats if found.recognises(header)]
    most = max((len(found.recognised_by) for found in known), default=0)
    best = [found for found in known if len(found.recognised_by) == most]
    if len(best) > 1:
        raise InvalidValue(
            "the header is that of several installed formats",
            tuple(found.name for found in best),
            "the name of one of them as format=",
        )
    return best[0] if best else None


def _is_most_of(like: OrderFormat | None, header: Sequence[str]) -> bool:
    """Tell whether most columns of a format are there: read by our own words, it would be wrong."""
    return like is not None and 2 * len(like.positions(header)) > len(like.columns)


def _nearest_format(header: Sequence[str], formats: Iterable[OrderFormat]) -> OrderFormat | None:
    """Return the format of whose own headers most are there, if that is half of them."""
    like = min(
        (one for one in formats if one.recognised_by),
        key=lambda one: len(one.lacks(header)) / len(one.recognised_by),
    )
    return like if 2 * len(like.lacks(header)) <= len(like.recognised_by) else None


def _nearest(header: Sequence[str], formats: Iterable[OrderFormat]) -> str:
    """Return what to say of the format that a header is like, if it is like any."""
    like = _nearest_format(header, formats)
    if like is None:
        return ""
    lost = like.lacks(header)
    return (
        f"It is like {like.name} without {', '.join(map(repr, lost))}: if it is that, rename "
        f"what a spreadsheet or a translation has renamed, or pass format={like.name!r}. Else: "
    )


def _named(name: str) -> OrderFormat:
    found = BUILT_IN.get(name) or installed_format(name, BUILT_IN)
    if found is None:
        raise UnknownName("format", name, sorted({*BUILT_IN, GENERIC, *installed_names()}))
    return found


def places_in(
    format: OrderFormat, header: Sequence[str], identity: Sequence[str]
) -> dict[str, int]:
    """Return the place of each field, once every header that was named is there, and once.

    One of the kinds of `identity` must be among them.
    """
    positions = format.positions(header)
    if not format.repeats_headers:
        _refuse_repeated(positions.values(), header)
    is_told = format.name == GENERIC and format.columns and not format.recognised_by
    only_told = f". {_ONLY_TOLD}" if is_told else ""
    known = next((one.name for one in BUILT_IN.values() if one.recognises(header)), None)
    if is_told and known is not None:
        only_told = f". This is {known}: to change single columns of it, pass format={known!r} too"
    cells, unnamed = _shown(header, format)
    if format.name == GENERIC:
        for field, wanted in format.columns.items():
            if field not in positions:
                names = _looked_for(wanted)
                advice = f"Correct columns={{'{field}': ...}}, or leave it away"
                wants = MEANINGS.get(field, field)
                raise MissingColumn(wants, names, cells, advice, unnamed=unnamed)
    needs = list(format.required)
    if format.layout != "orders" and "order_id" not in needs:
        needs.append("order_id")
    for field in needs:
        is_computed = field in format.computed and field not in format.columns
        if field not in positions and not is_computed:
            wanted = format.columns.get(field, field)
            names = _looked_for(wanted)
            advice = f"Say which header it is: columns={{'{field}': 'the header', ...}}{only_told}"
            wants = MEANINGS.get(field, field)
            raise MissingColumn(wants, names, cells, advice, unnamed=unnamed)
    is_nobodys = format.anonymous or format.layout == "beside"
    if not is_nobodys and not set(identity) & {*positions, *format.computed}:
        field = identity[0].removesuffix("_id")
        raise MissingColumn(
            MEANINGS["customer_id"],
            [name for kind in identity for name in _looked_for(format.columns.get(kind, kind))],
            cells,
            f"Say which header it is: columns={{'{field}': 'the header', ...}}{only_told}",
            unnamed=unnamed,
        )
    return positions


def _refuse_repeated(places: Iterable[int], header: Sequence[str]) -> None:
    """Refuse a header that a field is read from, and that several columns have."""
    names = list(map(plain, header))
    for at in places:
        times = names.count(names[at])
        if times > 1:
            raise InvalidValue(
                f"{times} columns have the header of a field that is read",
                hidden_if_contact(header[at]),
                "a header that one column has, without regard to case and blanks",
                "Rename or remove the others",
            )


def _shown(header: Sequence[str], format: OrderFormat | None = None) -> tuple[list[str], int]:
    """Return what a message may show of a header, and how many cells of what is none."""
    formats = [*BUILT_IN.values(), *([] if format is None else [format])]
    columns = [names for one in formats for names in one.columns.values()]
    known = {plain(name) for names in columns for name in _several(names)}
    has_known = bool(named_columns(header)) or not known.isdisjoint(map(plain, header))
    cells = [str(hidden_if_contact(cell)) for cell in header if cell]
    looks_like_data = cells != [cell for cell in header if cell] or any(map(_DATA.match, cells))
    if looks_like_data and not has_known:
        return [], len(header)
    return cells, 0


def _several(names: str | Sequence[str]) -> Sequence[str]:
    return (names,) if isinstance(names, str) else names


def _looked_for(names: str | Sequence[str]) -> list[str]:
    return [str(hidden_if_contact(name)) for name in _several(names)]
