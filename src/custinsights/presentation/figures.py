"""What does a chart look like? One theme, as the plain data that Plotly draws.

A figure is a dict with ``data`` and ``layout``: the report writes it as JSON, a notebook makes a
`plotly.graph_objects.Figure` of it. Nothing here computes: values come finished from results.

Colours are Okabe and Ito's, which readers with any kind of colour vision can tell apart, darkened
where they would be too faint on white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue
from custinsights.presentation.cells import PARTLY, PROVISIONAL, plain, shown_unit
from custinsights.results.table import Column

__all__ = [
    "COLOURS",
    "Figure",
    "bars",
    "below_each_other",
    "grid",
    "lines",
    "number_format",
    "values",
]

Figure: TypeAlias = dict[str, Any]
"""``data`` and ``layout`` as Plotly has them."""

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#b65c93", "#b47b00", "#4a9fd4", "#6b6b6b")
"""The colours of series, in order."""

FLAG: Final = "#c0392b"
"""What stands out."""

SHADES: Final = ((0.0, "#eef5fb"), (0.5, "#7fb3d9"), (1.0, "#00466f"))
"""From little to much."""

IN_SHORT: Final = {"exponentformat": "SI", "minexponent": 3}
"""How numbers stand along an axis: 0.5, 500, 20k."""

_NOTHING: Final = Column("nothing", "count", [])

_MOST_TEXTS, _FEW = 15, 5
_PANEL, _GAP = 240, 72  # how high one of several is, and how much lies between two
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_HATCHES = ("", "/", ".", "x", "-", "\\", "+")


def values(column: Column) -> list[float | None]:
    """Return the numbers of a column in natural units, None where there is none."""
    scaled = column.values * 10.0**-column.exponent if column.exponent else column.values
    absent = column.absent.tolist()
    numbers = np.asarray(scaled, dtype=np.float64).tolist()
    return [
        None if gone or number != number else number  # noqa: PLR0124 - NaN is not itself
        for number, gone in zip(numbers, absent, strict=True)
    ]


def number_format(column: Column) -> tuple[str, str]:
    """Return how Plotly writes the numbers of a column, and what stands behind them."""
    if column.kind == "share":
        return ".1%", ""
    if column.kind == "count":
        return ",d", f" {shown_unit(column)}".rstrip()
    if column.kind == "money" or _is_currency(column.unit):
        return f",.{minor_exponent(column.unit)}f", f" {column.unit}"
    return ",.2~f", f" {column.unit}" if column.unit else ""


def _is_currency(unit: str) -> bool:
    try:
        minor_exponent(unit)
    except (InvalidValue, LookupError):
        return False
    return True


def lines(
    x: Sequence[Any],
    series: Mapping[str, Column],
    *,
    title: str,
    flags: Mapping[str, Sequence[bool]] | None = None,
    markers: bool = True,
) -> Figure:
    """A line for each series; flagged points stand out as diamonds.

    Along lie labels, or shares as floats.
    """
    traces: list[dict[str, Any]] = []
    for place, (name, column) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        told, after = number_format(column)
        numbers = values(column)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if markers else "lines",
                "name": name,
                "x": _shown(x),
                "y": numbers,
                "line": {"color": colour, "width": 2.5, "dash": _dash(place)},
                "marker": {"size": 6, "symbol": _opened(_symbol(place), column)},
                "cliponaxis": False,
                "text": _partly(column),
                "hovertemplate": (
                    f"%{{x}}<br>{_plain(name)}: %{{y:{told}}}{after}%{{text}}<extra></extra>"
                ),
            }
        )
        flagged = [] if flags is None else list(flags.get(name, ()))
        at = [row for row, flag in enumerate(flagged) if flag]
        if at:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": f"{name}: unusual",
                    "x": _shown([x[row] for row in at]),
                    "y": [numbers[row] for row in at],
                    "marker": {"size": 12, "symbol": "diamond-open", "color": FLAG},
                    "hovertemplate": f"%{{x}}<br>unusual: %{{y:{told}}}{after}<extra></extra>",
                }
            )
    are_shares = all(isinstance(label, float) for label in x)
    first = next(iter(series.values()), _NOTHING)
    return {"data": traces, "layout": _layout(title, first, len(traces), are_shares=are_shares)}


def bars(
    x: Sequence[Any],
    series: Mapping[str, Column],
    *,
    title: str,
    stacked: bool = False,
    lying: bool = False,
) -> Figure:
    """Bars for each series, side by side or stacked, upright or lying."""
    traces = []
    for place, (name, column) in enumerate(series.items()):
        told, after = number_format(column)
        length, label = ("x", "y") if lying else ("y", "x")
        traces.append(
            {
                "type": "bar",
                "name": name,
                label: _shown(x),
                length: values(column),
                "orientation": "h" if lying else "v",
                "text": _partly(column),
                "textposition": "none",
                "marker": {
                    "color": COLOURS[place % len(COLOURS)],
                    "opacity": [0.45 if text else 1 for text in _partly(column)],
                    "pattern": {
                        "shape": _HATCHES[place % len(_HATCHES)],
                        "fillmode": "overlay",
                        "fgcolor": "#ffffff",
                        "fgopacity": 0.55,
                        "size": 7,
                    },
                },
                "hovertemplate": (
                    f"%{{{label}}}<br>{_plain(name)}: %{{{length}:{told}}}{after}"
                    "%{text}<extra></extra>"
                ),
            }
        )
    first = next(iter(series.values()), _NOTHING)
    layout = _layout(title, first, len(traces), lying=lying)
    layout["barmode"] = "relative" if stacked else "group"
    layout["showlegend"] = stacked or len(traces) > 1
    layout["bargap"] = max(0.25, 1 - 0.2 * len(x))  # few bars are no walls
    return {"data": traces, "layout": layout}


def grid(
    down: Sequence[Any],
    across: Sequence[Any],
    shares: Sequence[Sequence[float | None]],
    *,
    title: str,
    unit: Column,
    partly: Sequence[Sequence[bool]] | None = None,
    axes: tuple[str, str] = ("", ""),
) -> Figure:
    """Cells shaded by their value; a cell without one stays empty, one known in part has a mark.

    The names of the axes are of what lies down and across.
    """
    told, after = number_format(unit)
    in_short = ".0%" if told == ".1%" else ",.3~s"
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": _shown(across),
        "y": _shown(down),
        "z": [list(row) for row in shares],
        "colorscale": [list(step) for step in SHADES],
        "xgap": 1,
        "ygap": 1,
        "hoverongaps": False,
        "texttemplate": f"%{{z:{in_short}}}%{{text}}" if len(across) <= _MOST_TEXTS else "",
        "text": [[PROVISIONAL if part else "" for part in row] for row in partly or ()],
        "colorbar": {"tickformat": in_short, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": f"%{{y}}, %{{x}}: %{{z:{told}}}{after}%{{text}}<extra></extra>",
    }
    layout = _layout(title, unit, 1)
    layout["yaxis"] |= {"autorange": "reversed", "type": "category", "ticklabelstandoff": 6}
    layout["yaxis"].pop("tickformat", None)
    layout["yaxis"].pop("ticksuffix", None)
    layout["yaxis"].pop("rangemode", None)
    trace["colorbar"] |= {"title": {"text": layout["yaxis"].pop("title")["text"]}}
    for axis, name in zip(("yaxis", "xaxis"), axes, strict=True):
        layout[axis]["title"] = {"text": _plain(name), "font": {"size": 13}}
    return {"data": [trace], "layout": layout}


def below_each_other(figures: Sequence[Figure], title: str) -> Figure:
    """One figure of several, each with axes of its own, in the order from above."""
    if len(figures) == 1:
        return figures[0]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {**figures[0]["layout"], "title": {"text": _plain(title)}}
    seen: dict[str, int] = {}
    heights = [figure["layout"].get("height", _PANEL) for figure in figures]
    total = sum(heights) + _GAP * (len(figures) - 1)
    top = 1.0
    for place, (figure, height) in enumerate(zip(figures, heights, strict=True)):
        number = str(place + 1) if place else ""
        for trace in figure["data"]:
            is_first = trace["name"] not in seen
            at = seen.setdefault(trace["name"], len(seen))
            axes = {"xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": is_first}
            data.append({**trace, **axes, "legendgroup": trace["name"]} | _coloured(trace, at))
        bottom = max(0.0, top - height / total)
        own = figure["layout"]
        layout[f"xaxis{number}"] = {**own["xaxis"], "anchor": f"y{number}"}
        layout[f"yaxis{number}"] = {
            **own["yaxis"],
            "anchor": f"x{number}",
            "domain": [bottom, top],
        }
        top = bottom - _GAP / total
    return {"data": data, "layout": layout | {"height": total + 152, "showlegend": True}}


def _coloured(trace: Mapping[str, Any], at: int) -> dict[str, Any]:
    """The colour and the form of the series at a place."""
    if trace["type"] == "bar":
        marker = {**trace["marker"], "color": COLOURS[at % len(COLOURS)]}
        pattern = {**marker["pattern"], "shape": _HATCHES[at % len(_HATCHES)]}
        return {"marker": {**marker, "pattern": pattern}}
    return {"line": {**trace["line"], "color": COLOURS[at % len(COLOURS)], "dash": _dash(at)}}


def _layout(
    title: str, unit: Column, series: int, *, lying: bool = False, are_shares: bool = False
) -> dict[str, Any]:
    told, after = number_format(unit)
    numbers = {
        **({"tickformat": ".0%"} if told == ".1%" else IN_SHORT),
        "rangemode": "tozero",
        "title": {"text": after.strip(), "font": {"size": 13}},
        "zeroline": True,
    }
    if unit.kind == "count" and int(np.max(unit.values, initial=0)) < _FEW:
        numbers["dtick"] = 1  # no fifths of a customer
    labels: dict[str, Any] = {"type": "category", "automargin": True, "title": {"text": ""}}
    labels |= {"showgrid": False, "ticklabelstandoff": 6}
    if are_shares:
        labels = {"tickformat": ".0%", "automargin": True, "title": {"text": ""}}
    if lying:
        labels["autorange"] = "reversed"
    return {
        "title": {"text": _plain(title)},
        "font": {"family": _FONT, "size": 13},
        "colorway": list(COLOURS),
        "showlegend": series > 1,
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0},
        "margin": {"l": 56, "r": 16, "t": 64, "b": 36},
        "hovermode": "closest",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"automargin": True, **(numbers if lying else labels)},
        "yaxis": {"automargin": True, **(labels if lying else numbers)},
    }


def _partly(column: Column) -> list[str]:
    """What the hover adds to each value: that its period is only partly known."""
    if column.provisional is None:
        return [""] * len(column)
    return [f" ({PARTLY})" if partly else "" for partly in column.provisional.tolist()]


def _opened(symbol: str, column: Column) -> list[str]:
    """A symbol for each value: open where its period is only partly known."""
    return [f"{symbol}-open" if text else symbol for text in _partly(column)]


def _dash(place: int) -> str:
    return ("solid", "dash", "dot", "dashdot")[place % 4]


def _symbol(place: int) -> str:
    return ("circle", "square", "diamond", "triangle-up")[place % 4]


def _shown(labels: Sequence[Any]) -> list[Any]:
    """Return labels with their texts as Plotly shows them as they are."""
    return [_plain(label) if isinstance(label, str) else label for label in labels]


def _plain(text: str) -> str:
    """Return a text that Plotly shows as it is: it reads tags, ``%{...}`` and ``$formulas$``."""
    safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace("$", "&#36;").replace("%{", "% {")
