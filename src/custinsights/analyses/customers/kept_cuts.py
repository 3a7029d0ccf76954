"""How do the cut points of a population rest where only plain JSON does?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from custinsights.analyses.customers.cuts import SCORED, Cuts
from custinsights.errors import InvalidValue

_FIELDS = (
    "customers",
    "bins",
    "thresholds",
    "flat",
    "vip_above",
    "casual_below",
    "marks",
    "as_of",
    "currency",
)


def record_of_cuts(cuts: Cuts) -> dict[str, Any]:
    """Return cuts as JSON holds them; numbers are exact."""
    marks = [
        {"trait": name, "share": str(share), "more": is_more, "value": str(value)}
        for (name, share, is_more), value in sorted(cuts.marks.items())
    ]
    return {
        "customers": cuts.customers,
        "bins": cuts.bins,
        "thresholds": {name: list(cuts.thresholds[name]) for name in SCORED},
        "flat": sorted(cuts.flat),
        "vip_above": cuts.vip_above,
        "casual_below": cuts.casual_below,
        "marks": marks,
        "as_of": cuts.as_of.isoformat(),
        "currency": cuts.currency,
    }


def cuts_of_record(record: Mapping[str, Any]) -> Cuts:
    """Return the cuts that `record_of_cuts` told.

    Raises
    ------
    InvalidValue
        This is no record of cuts.
    """
    if set(record) != set(_FIELDS):
        raise InvalidValue("this is no record of cuts", tuple(sorted(record)), ", ".join(_FIELDS))
    marks: Any = {
        (one["trait"], Decimal(one["share"]), one["more"]): Decimal(one["value"])
        for one in record["marks"]
    }
    return Cuts(
        customers=record["customers"],
        bins=record["bins"],
        thresholds={name: tuple(held) for name, held in record["thresholds"].items()},
        flat=frozenset(record["flat"]),
        vip_above=record["vip_above"],
        casual_below=record["casual_below"],
        marks=marks,
        as_of=dt.datetime.fromisoformat(record["as_of"]),
        currency=record["currency"],
    )
