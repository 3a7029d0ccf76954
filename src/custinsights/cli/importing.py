"""How do files come into the memory of a shop, and what is said of it?"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

import typer
from rich.text import Text

from custinsights.cli.options import is_database
from custinsights.cli.reading import progress_in_bytes, progress_in_orders
from custinsights.cli.screen import screen, show
from custinsights.cli.sealed import key_in, opened
from custinsights.cli.shared_options import Reading
from custinsights.presentation.report.loading import load_report
from custinsights.privacy import suppressed
from custinsights.repositories.protocols import Store
from custinsights.shop.import_report import ImportReport
from custinsights.shop.importing import (
    import_activities,
    import_customers,
    import_orders,
    import_products,
)
from custinsights.shop.whose import Erased
from custinsights.sources import read_activities, read_customers, read_products
from custinsights.sources.stored.reading import SHOP

__all__ = ["import_files"]

_READERS: Mapping[str, Callable[..., Any]] = {
    "customers": read_customers,
    "products": read_products,
    "activities": read_activities,
}


def import_files(
    read: Reading,
    into: str,
    *,
    kind: str,
    source: str,
    key_file: Path | None,
    vault_file: Path | None = None,
) -> None:
    """Import files into a database, and print what it came to.

    Parameters
    ----------
    read : Reading
        The files, and how they are read.
    into : str
        The file or the URL of the database; it is made if it is not there.
    kind : {"orders", "customers", "products", "activities"}
        Of what the files tell.
    source : str
        The name of the system from which they come, blank where they say so.
    key_file : Path or None
        What tells who was erased and must not come back.
    vault_file : Path, optional
        The keys of a database whose contacts are sealed.
    """
    _refuse(read, into)
    given = read.of_orders() if kind == "orders" else _of_table(read, kind)
    with contextlib.closing(opened(into, vault_file)) as store:
        erased = None if key_file is None else _erased(store, key_file)
        whose = {"source": source, "at": dt.datetime.now(dt.UTC), "erased": erased}
        report = _imported(store, list(read.files), given, kind=kind, whose=whose)
        with store.begin(read_only=True) as work:
            shop = work.annotations.setting(SHOP) or {}
    zone = given.get("timezone") or shop.get("timezone") or "UTC"
    with screen() as console:
        console.print(Text.assemble(("custinsights import\n", "bold"), f"{report}\n"))
        show(console, load_report(report.load_report, zone))


def _refuse(read: Reading, into: str) -> None:
    if not read.files:
        raise typer.BadParameter("no FILE is given that could be imported", param_hint="FILES")
    if any(map(is_database, read.files)):
        raise typer.BadParameter("a database cannot be imported", param_hint="FILES")
    if Path(into).is_file() and Path(into).stat().st_size and not is_database(into):
        raise typer.BadParameter(f"{into!r} is a file, and no database", param_hint="--into")


def _of_table(read: Reading, kind: str) -> dict[str, Any]:
    """Return the options of a table beside the orders; refuse those that it has not."""
    read.refuse_others(signature(_READERS[kind]).parameters, f"files of {kind} are not read so")
    return dict(read.given)


def _erased(store: Store, key_file: Path) -> Erased:
    with store.begin(read_only=True) as work:
        return suppressed(work, key=key_in(key_file)).erased


def _imported(
    store: Store,
    files: list[str],
    given: Mapping[str, Any],
    *,
    kind: str,
    whose: Mapping[str, Any],
) -> ImportReport:
    if kind == "orders":
        with progress_in_bytes() as progress, progress_in_orders() as written:
            return import_orders(store, files, progress=progress, written=written, **whose, **given)
    with progress_in_bytes() as progress:
        table = _READERS[kind](files, progress=progress, **given)
    if kind == "products":
        return import_products(store, table, at=whose["at"])
    if kind == "customers":
        return import_customers(store, table, **whose)
    return import_activities(store, table, **whose)
