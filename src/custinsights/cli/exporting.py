"""How do customers or orders leave the memory of a shop? Chosen, and written to files."""

from __future__ import annotations

import contextlib
from pathlib import Path

import attrs
import typer

from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.segments.rule import rule
from custinsights.analyses.segments.segment import segment
from custinsights.cli.foretelling import catalog_for
from custinsights.cli.screen import screen
from custinsights.cli.sealed import key_in, opened
from custinsights.domain import Calendar
from custinsights.domain.fields import looked_up
from custinsights.domain.segments import Segment
from custinsights.errors import CustInsightsError
from custinsights.presentation.cells import plain
from custinsights.privacy import suppressed
from custinsights.repositories.protocols import UnitOfWork
from custinsights.shop.exports import (
    PRESETS,
    Export,
    ExportPreset,
    export_customers,
    export_orders,
)
from custinsights.shop.exports.customer_fields import refuse_unknown
from custinsights.sources.stored.reading import SHOP, read_store

__all__ = ["Wanted", "export_files", "preset_named"]

_OF_CUSTOMERS = ("topic", "channel", "as_of")


@attrs.frozen(kw_only=True)
class Wanted:
    """What leaves the shop, as the options say it; None where they say nothing.

    Parameters
    ----------
    preset : ExportPreset
        What it is.
    fields, customers : tuple of str, optional
        Which columns, and whose rows.
    rule : str, optional
        Who they are, by a rule.
    topic, channel, as_of : str, optional
        Of an export of customers.
    window : tuple of str, optional
        Of an export of orders: the first day, and the day after the last one.
    key_file : Path, optional
        What opens the list of those who must not be written to, and gives pseudonyms.
    vault_file : Path, optional
        The keys of a shop whose contacts are sealed.
    """

    preset: ExportPreset
    fields: tuple[str, ...] | None = None
    customers: tuple[str, ...] | None = None
    rule: str | None = None
    topic: str | None = None
    channel: str | None = None
    as_of: str | None = None
    window: tuple[str, str] | None = None
    key_file: Path | None = None
    vault_file: Path | None = None

    def __attrs_post_init__(self) -> None:
        if self.rule is not None and self.customers is not None:
            raise typer.BadParameter("--segment and --customer: one of them says whose rows")
        if self.preset.rows == "orders":
            told = [name for name in _OF_CUSTOMERS if getattr(self, name) is not None]
        else:
            told = [] if self.window is None else ["from"]
        if told:
            names = ", ".join(f"--{name.replace('_', '-')}" for name in told)
            fault = f"{names}: an export of {self.preset.rows} has no such thing"
            raise typer.BadParameter(fault)


def preset_named(name: str) -> ExportPreset:
    """The preset of that name."""
    try:
        return looked_up("preset", name, PRESETS)
    except CustInsightsError as error:
        raise typer.BadParameter(str(error), param_hint="--preset") from None


def export_files(database: str, wanted: Wanted, *, csv: Path | None, xlsx: Path | None) -> None:
    """Write an export to files, and print what is in it and who is not.

    Parameters
    ----------
    database : str
        The file or the URL of the memory of a shop.
    wanted : Wanted
        What is asked for.
    csv, xlsx : Path or None
        Where to; one of them is told.
    """
    if csv is None and xlsx is None:
        raise typer.BadParameter("where to is not told: write --csv FILE or --xlsx FILE")
    if "://" not in database and not Path(database).is_file():
        raise typer.BadParameter(f"there is no file {database!r}", param_hint="DATABASE")
    store = opened(database, wanted.vault_file)
    with contextlib.closing(store), store.begin(read_only=True) as work:
        export = _exported(work, wanted)
    if csv is not None:
        export.to_csv(csv)
    if xlsx is not None:
        export.to_xlsx(xlsx)
    with screen() as console:
        for said in (repr(export).strip("<>").removeprefix("Export "), *export.notes):
            console.print(plain(said), soft_wrap=True)
        for target in filter(None, (csv, xlsx)):
            console.print(f"{plain(str(target))}: written.", soft_wrap=True)


def _exported(work: UnitOfWork, wanted: Wanted) -> Export:
    history, key = None, None if wanted.key_file is None else key_in(wanted.key_file)
    calendar = Calendar((work.annotations.setting(SHOP) or {}).get("timezone") or "UTC")
    fields = wanted.preset.fields if wanted.fields is None else wanted.fields
    are_people = wanted.preset.rows == "customers"
    if wanted.rule is not None or (are_people and refuse_unknown(fields, DEFAULT)):
        history = read_store(work)
        calendar = history.calendar
    customers, catalog = wanted.customers, DEFAULT
    if history is not None and wanted.rule is None:
        catalog = catalog_for(history, names=fields, as_of=wanted.as_of)
    if history is not None and wanted.rule is not None:
        kept = [one.value for one in work.annotations.all("segment")]
        saved = [one for one in kept if isinstance(one, Segment)] or None
        asked = rule(wanted.rule, segments=saved)
        catalog = catalog_for(history, rule=asked, names=fields, as_of=wanted.as_of)
        asked = rule(wanted.rule, segments=saved, catalog=catalog)
        inside = segment(history, asked, as_of=wanted.as_of)
        customers = tuple(map(str, history.customer_ids[inside].tolist()))
    if not are_people:
        return export_orders(
            work,
            wanted.preset,
            fields=wanted.fields,
            customers=customers,
            window=wanted.window,
            calendar=calendar,
        )
    return export_customers(
        work,
        wanted.preset,
        fields=wanted.fields,
        customers=customers,
        topic=wanted.topic,
        channel=wanted.channel,
        as_of=wanted.as_of,
        history=history,
        calendar=calendar,
        catalog=catalog,
        suppressed=None if key is None else suppressed(work, key=key),
        key=key,
    )
