"""How does a result look as a picture in a notebook? As a Plotly figure in the theme of the report.

Every figure says what it shows, in what unit, of how many, and as of when.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.fields import looked_up
from custinsights.domain.period import UNITS
from custinsights.errors import InvalidValue, MissingExtra, counted
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.presentation.cells import PARTLY, PROVISIONAL, UNKNOWN
from custinsights.presentation.figures import Figure, bars, grid, lines, number_format, values
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.cube import Cube
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

__all__ = ["plot"]

_MOST_BARS = 30
_SHORT = 4
_BINS = 12
_LETTERS = 80
_MOST_SERIES = 7


def plot(result: Any, what: str | None = None) -> Any:
    """Return a `plotly.graph_objects.Figure` of a result.

    Parameters
    ----------
    result
        A cube, a customer table or a cohort grid.
    what
        Which metric or column; by default the first that is a number.

    Raises
    ------
    InvalidValue
        There is nothing to draw: a cube without dimensions or with more than two, a table of
        customers without numbers.
    MissingExtra
        Plotly is not installed: the extra ``report`` brings it.
    UnknownName
        The result has no such metric or column.
    """
    if isinstance(result, CohortGrid):
        figure, says = _of_cohorts(result, what)
    elif isinstance(result, Cube):
        figure, says = _of_cube(result, what)
    else:
        figure, says = _of_customers(result, what)
    try:
        from plotly.graph_objects import Figure as Drawn
    except ImportError as error:
        raise MissingExtra("plotly", "report", "a picture of a result") from error
    figure["layout"]["title"]["subtitle"] = {"text": says}
    figure["layout"]["margin"] |= {"t": 88, "b": 64}
    figure["layout"]["legend"] = {"orientation": "h", "yref": "container", "y": 0, "x": 0}
    figure["layout"]["template"] = "plotly_white"
    _make_room(figure)
    return Drawn(figure)


def _make_room(figure: Figure) -> None:
    """Leave out labels that would touch, and make bars that lie as high as their names."""
    labels = [str(label) for trace in figure["data"] for label in trace["x"]]
    longest = max(map(len, labels), default=0)
    is_grid = any(trace["type"] == "heatmap" for trace in figure["data"])
    if is_grid and longest > _SHORT:
        figure["layout"]["xaxis"]["tickangle"] = -45
    else:
        figure["layout"]["xaxis"]["nticks"] = max(2, _LETTERS // (longest + 2))
    lying = [len(trace["y"]) for trace in figure["data"] if trace.get("orientation") == "h"]
    if lying:
        figure["layout"]["height"] = 200 + 22 * max(lying) * len(lying)


def _of_cube(cube: Cube, what: str | None) -> tuple[Figure, str]:
    metric = next(iter(cube.metrics)) if what is None else what
    looked_up("metric of the cube", metric, cube.metrics)
    table = cube.table()
    column = table.column(metric)
    names = list(cube.axes)
    if len(names) not in {1, 2}:
        raise InvalidValue(
            "a picture shows a cube by one dimension or by two",
            counted(len(names), "dimension"),
            "such as by=['month', 'customer_type']",
            "Ask by fewer, or by more",
        )
    title = f"{_title(metric)} by {' and '.join(map(_word, names))}"
    down = table.column(names[0]).values.tolist()
    series = {_word(metric): column}
    labels = [_label(label) for label in down]
    if len(names) == 2:  # noqa: PLR2004 - the second dimension is the series
        labels, series = _spread(table.column(names[1]).values.tolist(), labels, column)
    is_time = names[0] in UNITS
    if len(series) > _MOST_SERIES:
        rows = [values(one) for one in series.values()]
        figure = grid(labels, list(series), list(zip(*rows, strict=True)), title=title, unit=column)
    elif is_time:
        figure = lines(labels, series, title=title)
    else:
        first = next(iter(series.values()))
        keep = np.argsort(-np.nan_to_num(np.array(values(first), dtype=np.float64)), kind="stable")
        keep = np.sort(keep[:_MOST_BARS]) if names[0] in _ORDERED else keep[:_MOST_BARS]
        figure = bars(
            [labels[row] for row in keep.tolist()],
            {name: one.take(keep) for name, one in series.items()},
            title=title,
            lying=names[0] not in _ORDERED,
        )
    below = cube.metrics[metric]
    are_counted = below.unit != "share" or below.has_interval  # money ÷ money counts nothing
    if below.denominator is not None and are_counted:
        n = f"{int(below.denominator.sum()):,}"
    else:
        n = _labels_of(names[0], len(labels))
    return figure, _says(column, n, cube.provenance.notes())


_ORDERED = frozenset({"order_number", "hour", "weekday", "age"})


def _spread(
    sides: list[Any], labels: list[str], column: Column
) -> tuple[list[str], dict[str, Column]]:
    """Return the labels once, and a column for each label of the other dimension."""
    places = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    series = {}
    for side in dict.fromkeys(sides):
        found = np.full(len(places), -1)
        rows = [row for row, one in enumerate(sides) if one == side]
        if side is None and not np.any(column.values[rows][~column.absent[rows]]):
            continue  # nothing is unknown
        found[[places[labels[row]] for row in rows]] = rows
        taken = column.take(np.maximum(found, 0))
        series[_label(side)] = attrs.evolve(taken, missing=taken.absent | (found < 0))
    return list(places), series


def _of_cohorts(found: CohortGrid, what: str | None) -> tuple[Figure, str]:
    shown = "retention" if what is None and found.metric == "customers" else what or "values"
    numbers = looked_up(
        "picture of cohorts", shown, {"retention": found.retention, "values": found.values}
    )
    kind, unit = ("share", "") if shown == "retention" else ("number", found.unit)
    column = Column(shown, kind, numbers.ravel(), unit=unit)
    name = shown if shown == "retention" else found.metric
    figure = grid(
        [_label(label) for label in found.cohorts],
        list(range(found.ages)),
        [[None if np.isnan(one) else one for one in row] for row in numbers.tolist()],
        title=f"{_title(name)} by cohort and {found.period}s since",
        unit=column,
        partly=found.partial.tolist(),
    )
    n = counted(int(found.sizes.sum()), "customer")
    says = _says(column, n, found.provenance.notes())
    return figure, f"{says} · {PROVISIONAL} {PARTLY}" if found.partial.any() else says


def _of_customers(found: CustomerTable, what: str | None) -> tuple[Figure, str]:
    table = found.table()
    numbers = [column for column in table.columns[1:] if column.kind not in {"label", "instant"}]
    chosen = table.column(what) if what is not None else next(iter(numbers), None)
    if chosen is None:
        raise InvalidValue(
            "a picture of a customer table shows a column of numbers, and it has none",
            ", ".join(table.names),
            "a table with a trait that is a number, or the name of a column of labels",
        )
    n = counted(len(table), "customer")
    title = f"Customers by {_word(chosen.name)}"
    if chosen.kind == "label":
        counts = Counter(map(_label, chosen.values.tolist())).most_common(_MOST_BARS)
        column = Column("customers", "count", [times for _, times in counts], unit="customers")
        names = [label for label, _ in counts]
        figure = bars(names, {"customers": column}, title=title, lying=True)
        return figure, _says(column, n, table.notes)
    known = np.array([one for one in values(chosen) if one is not None], dtype=np.float64)
    edges = _edges(known)
    bins = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, _BINS - 1)
    column = Column("customers", "count", RowGroups(bins, _BINS).sizes(), unit="customers")
    told = number_format(chosen)[1].strip()
    names = [f"{low:,.4g} to {high:,.4g}" for low, high in pairwise(edges)]
    figure = bars(names, {"customers": column}, title=f"{title}{f' ({told})' if told else ''}")
    return figure, _says(chosen, n, table.notes)


def _edges(known: np.ndarray) -> np.ndarray:
    """Return where the bins begin and end; at whole numbers where all numbers are whole."""
    if not len(known):
        return np.zeros(_BINS + 1)
    low, high = float(known.min()), float(known.max())
    if high - low < _BINS or (known % 1).any():
        edges: np.ndarray = np.histogram_bin_edges(known, bins=_BINS)
    else:
        edges = low + np.ceil((high - low + 1) / _BINS) * np.arange(_BINS + 1)
    return edges


def _labels_of(name: str, n: int) -> str:
    return counted(n, name) if name in UNITS else f"{counted(n, 'label')} of {_word(name)}"


def _says(column: Column, n: str, notes: Any) -> str:
    unit = number_format(column)[1].strip()
    return " · ".join(filter(None, [unit, f"n = {n}", *notes[:1]]))


def _word(name: str) -> str:
    return name.replace("_", " ")


def _title(name: str) -> str:
    word = _word(name)
    return f"{word[:1].upper()}{word[1:]}"


def _label(label: object) -> str:
    return UNKNOWN if label is None else str(hidden_if_contact(label))
