"""Which formats tell of the same orders, and how are their files read in one call?

One format of the family tells the orders. The rows of the others add some fields to these, by the
ids of the orders: what was in them, what was given back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from custinsights.errors import InvalidValue
from custinsights.sources.formats.declaration import OrderFormat


def refuse_strangers(formats: Sequence[OrderFormat]) -> None:
    """Refuse files that do not belong together: of several formats that are of no one family.

    Raises
    ------
    InvalidValue
        The formats differ, and are not all of one family.
    """
    names = tuple(dict.fromkeys(one.name for one in formats))
    if len(names) > 1 and len({one.family or one.name for one in formats}) > 1:
        raise InvalidValue(
            "the files are of several formats",
            names,
            "files of one format, or of one shop system's formats for the same orders",
            "Read each format by itself",
        )


def together(formats: Sequence[OrderFormat]) -> OrderFormat:
    """Return how files of some formats of one family are read in one call.

    Raises
    ------
    InvalidValue
        None of the files tells the orders.
    """
    main = [one for one in formats if not one.adds]
    if len(formats) == 1 and formats[0].layout != "beside":
        return formats[0]
    if len(main) != 1:
        raise InvalidValue(
            "the files tell something about orders, and not the orders themselves",
            tuple(one.name for one in formats),
            "the orders' own export, alone or beside these",
            "Read both in one call: read_orders([orders, these])",
        )
    merged = main[0]
    for other in formats:
        merged = attrs.evolve(
            merged,
            layout="first_line",
            columns={**{field: other.columns[field] for field in other.adds}, **merged.columns},
            kinds={**other.kinds, **merged.kinds},
            summed=merged.summed | other.summed & {*other.adds},
        )
    return merged


def fields_of(
    formats: Iterable[OrderFormat], there: Mapping[str, Collection[str]]
) -> dict[str, Collection[str]]:
    """Return which fields are read of each format's files, of those that are there.

    The format that tells the orders comes first, with all of them; of the others it is what they
    add.
    """
    ordered = sorted(formats, key=lambda one: bool(one.adds))
    return {
        one.name: [field for field in there[one.name] if not one.adds or field in one.adds]
        for one in ordered
    }
