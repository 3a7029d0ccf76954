"""Which history does a command ask, and as of when?"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from inspect import signature
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from custinsights.cli.options import is_database
from custinsights.cli.sealed import opened
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory

__all__ = ["Asked", "facts"]

#: The options that hold for tables beside the orders, too.
_ALIKE = ("currency", "timezone", "errors", "dayfirst", "decimal")


@attrs.frozen
class Asked:
    """What is asked: some files, or the bundled data where there are none.

    Parameters
    ----------
    files : tuple of str
        The order exports, or the one database of a shop.
    reading : mapping
        Further arguments of `read_orders` or `read_store`; of the bundled data only the policy is
        asked.
    as_of : str or None
        A date or instant; facts at or after it do not exist.
    beside : mapping
        Tables beside the orders: of ``"customers"``, ``"products"``, ``"activities"``.
    vault_file : Path, optional
        The file with the keys of a database whose contacts are sealed.
    """

    files: tuple[str, ...]
    reading: Mapping[str, Any]
    as_of: str | None
    beside: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    vault_file: Path | None = None

    @property
    def every_file(self) -> tuple[str, ...]:
        """All that is read."""
        return (*self.files, *chain.from_iterable(self.beside.values()))

    def history(self) -> tuple[OrderHistory, tuple[str, ...]]:
        """The history as it is asked, and what has to be said about its end."""
        known = self._read()
        until = self.as_of or self.reading.get("observed_until")
        remarks = () if until is None else _far_out(known, until)
        return (known if self.as_of is None else known.up_to(self.as_of)), remarks

    def _read(self) -> OrderHistory:
        if not self.files:
            from custinsights import datasets

            history = datasets.load_online_retail()
            policy = self.reading.get("policy")
            return history if policy is None else history.with_policy(policy)
        if is_database(self.files[0]):
            from custinsights.sources import read_store

            [file] = self.files
            with contextlib.closing(opened(file, self.vault_file)) as store:
                return read_store(store, name=_name_of(file), **self.reading)
        from custinsights.cli.reading import progress_in_bytes
        from custinsights.sources import read_orders

        known = {name: self._table(name) for name in ("customers", "products")}
        with progress_in_bytes() as progress:
            history = read_orders(list(self.files), progress=progress, **known, **self.reading)
        activities = self._table("activities")
        return history if activities is None else history.with_activities(activities)

    def _table(self, name: str) -> Any:
        """Return a table beside the orders, read as they are; None without its files."""
        from custinsights import sources

        if name not in self.beside:
            return None
        read = getattr(sources, f"read_{name}")
        how = {one: self.reading[one] for one in _ALIKE if one in self.reading}
        return read(
            list(self.beside[name]),
            **{one: value for one, value in how.items() if one in signature(read).parameters},
        )


def _name_of(database: str) -> str:
    """Return the name of a database; of a URL nothing that lets somebody in."""
    if "://" not in database:
        return Path(database).name
    return urlsplit(database).path.rpartition("/")[2] or "database"


def _far_out(known: OrderHistory, until: str) -> tuple[str, ...]:
    """What to say where the history ends before the first order, or days after the last one."""
    if not len(known):
        return ()
    calendar = known.calendar
    end = calendar.instant(until)
    first, last = (to_datetime(int(at)) for at in (known.placed_at.min(), known.placed_at.max()))
    day_after = calendar.start_of_day(calendar.local_date(last) + timedelta(days=1))
    if first < end <= day_after:
        return ()
    place, order = ("first", first) if end <= first else ("last", last)
    is_of, was_on = calendar.local_date(end), calendar.local_date(order)
    return (f"As of {is_of}, exclusive; the {place} order was placed on {was_on}.",)


def facts(history: OrderHistory) -> dict[str, Any]:
    """What everything that is told of a history rests on, for the head of the JSON."""
    zone = history.calendar.zone
    return {
        "currency": history.currency,
        "timezone": history.calendar.timezone,
        "observed_from": history.observed_from.astimezone(zone),
        "as_of": history.observed_until.astimezone(zone),
        "policy": {
            "counted_statuses": sorted(history.policy.counted_statuses),
            "zero_amount_counts": history.policy.zero_amount_counts,
            "refund_date": history.policy.refund_date,
        },
    }
