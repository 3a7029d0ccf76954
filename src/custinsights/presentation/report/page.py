"""How do sections become one file? A page that holds all it needs and asks for nothing.

The page is written by Jinja with everything escaped; figures and drill-down travel as JSON in a
block that is no script. Its Content-Security-Policy allows the two scripts in it by their hashes
and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import attrs

from custinsights.errors import MissingExtra
from custinsights.presentation.cells import shown_unit
from custinsights.presentation.report.parts import NOTHING, Chart, Section, written
from custinsights.results.table import Column, Table

__all__ = ["Page", "page"]

_NAME, _SENTENCE = 14, 36
_EXTRA = {"extra": "report", "purpose": "the report as a page"}


@attrs.frozen(kw_only=True)
class Page:
    """What a page says beside its sections.

    Parameters
    ----------
    title : str
        The name of the shop, or what the report is of.
    facts : sequence of (str, str)
        What it rests on, in a few words: orders, customers, span, currency.
    sections : sequence of Section
        What it asks and answers.
    drill : mapping
        The levels of the drill-down, as `custinsights.presentation.report.drilling` has them.
    orders : mapping, optional
        The orders of the days; None where they are not in the file.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    drill: Mapping[str, Any]
    orders: Mapping[str, Any] | None = None


def page(of: Page) -> str:
    """Return the page as HTML.

    Raises
    ------
    MissingExtra
        Jinja or Plotly is not installed: the extra ``report`` brings them.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtra("jinja2", **_EXTRA) from error
    figures: list[Mapping[str, Any]] = []
    environment = Environment(
        loader=PackageLoader("custinsights.presentation.report", "assets"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "kind": _kind,
        "rows": _rows,
        "heads": _heads,
        "sentence": _sentence,
        "short": _short,
        "percent": _percent,
    }
    environment.globals["figure"] = _numbered(figures)
    environment.globals["sparkline"] = _sparkline
    script, plotly, style = _asset("report.js"), _plotly(), _asset("report.css")
    template = environment.get_template("report.html.j2")
    body = template.render(page=of, levels=len(of.drill["year"]), nothing=NOTHING)
    data = {"figures": figures, "drill": of.drill, "orders": of.orders}
    return environment.get_template("frame.html.j2").render(
        title=of.title,
        policy=_policy(script, plotly),
        body=body,
        style=style,
        data=_json(data),
        script=script,
        plotly=plotly,
    )


def _asset(name: str) -> str:
    return (files("custinsights.presentation.report") / "assets" / name).read_text("utf-8")


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise MissingExtra("plotly", **_EXTRA) from error
    return str(get_plotlyjs())


def _policy(*scripts: str) -> str:
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in scripts
    )
    return (
        f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _json(data: object) -> str:
    """Return JSON that ends no block of a page, whatever is in it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _numbered(figures: list[Mapping[str, Any]]) -> Callable[[Chart], int]:
    def number(chart: Chart) -> int:
        figures.append(chart.figure)
        return len(figures) - 1

    return number


def _kind(part: object) -> str:
    return "Cards" if isinstance(part, tuple) else type(part).__name__


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(key: str) -> str:
    """Return the key of a section as a word for the navigation."""
    return _sentence(key.replace("_", " ")).replace("Rfm", "RFM")


def _percent(part: float) -> str:
    return f"{100 * min(max(part, 0.0), 1.0):.1f}%"


def _heads(table: Table) -> list[tuple[str, str, str]]:
    """Return of each column its name, its unit and what kind of cells it has."""
    found = []
    for column in table.columns:
        name, unit = column.name.replace("_", " "), shown_unit(column)
        found.append((name, "" if unit in name.split() else unit, _side(column)))
    return found


def _side(column: Column) -> str:
    """Return the class of the cells of a column: numbers, labels, or whole sentences."""
    if column.kind != "label":
        return "number"
    longest = max((len(str(label)) for label in column.values.tolist()), default=0)
    return "label words" if longest > _SENTENCE else "label name" if longest > _NAME else "label"


def _rows(table: Table, most: int | None = None) -> list[tuple[str, ...]]:
    chosen = table if most is None else table.take(range(min(most, len(table))))
    return list(zip(*(written(column, table.timezone) for column in chosen.columns), strict=True))


def _sparkline(trend: Sequence[float | None]) -> str:
    """Return the points of a line through a box of 100 by 28, blank for fewer than two."""
    told = [(at, value) for at, value in enumerate(trend) if value is not None]
    if len(told) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    low, high = min(value for _, value in told), max(value for _, value in told)
    span = (high - low) or 1.0
    last = len(trend) - 1
    return " ".join(
        f"{100 * at / last:.1f},{26 - 24 * (value - low) / span:.1f}" for at, value in told
    )
