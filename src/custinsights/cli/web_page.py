"""How does a report become a page, and what is said of it at a shell?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import typer

from custinsights.cli.reading import progress_in_sections
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import plain
from custinsights.presentation.report.writing import report

__all__ = ["WebPage", "web_page"]

_MEGABYTE = 1_000_000
_MOST = 6


@attrs.frozen
class WebPage:
    """A page that is asked for.

    Parameters
    ----------
    path : Path
        Where it shall be.
    options : mapping
        The arguments of `custinsights.report` that were told.
    """

    path: Path
    options: dict[str, Any]

    def written(self, history: OrderHistory) -> str:
        """Write the page and return a sentence on it."""
        with progress_in_sections() as progress:
            report(history, self.path, progress=progress, **self.options)
        size = self.path.stat().st_size / _MEGABYTE
        page = f"a page of {size:.1f} MB"
        if size > _MOST:
            fewer = "less of --most-orders" if "include_orders" in self.options else "--sections"
            page = f"{page}, over the {_MOST} that a page shall have: {fewer} makes it smaller"
        return f"{plain(str(self.path))}: {page}; open it in a browser."


def web_page(
    path: Path | None,
    *,
    title: str | None,
    include_orders: bool,
    include_personal: bool,
    most_orders: int | None,
    sections: tuple[str, ...] | None = None,
) -> WebPage | None:
    """Return the page that is asked for, None without one; refuse what makes no sense together."""
    told: dict[str, Any] = {
        "title": title,
        "include_orders": include_orders or None,
        "include_personal": include_personal or None,
        "most_orders": most_orders,
    }
    options = {name: value for name, value in told.items() if value is not None}
    names = [f"--{name.replace('_', '-')}" for name in options]
    if path is None:
        if names:
            raise typer.BadParameter(f"{', '.join(names)}: no page is asked for; add --html FILE")
        return None
    if sections is not None:
        options["sections"] = sections
    needing = [name for name in ("--include-personal", "--most-orders") if name in names]
    if needing and not include_orders:
        fault = f"{', '.join(needing)}: no orders are asked for; add --include-orders"
        raise typer.BadParameter(fault)
    return WebPage(path, options)
