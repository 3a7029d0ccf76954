"""How does a result look as a picture in a notebook? As a Plotly figure in the theme of the report.

Every figure says what it shows, in what unit, of how many, and as of when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.domain.period import Period
from custinsights.errors import InvalidValue, MissingExtra, counted
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.presentation.cells import PARTLY, PROVISIONAL
from custinsights.presentation.figures import (
    Figure,
    bars,
    below_each_other,
    grid,
    lines,
    number_format,
    values,
)
from custinsights.presentation.picture_words import (
    LETTERS,
    first_of,
    label_of,
    labels_of,
    says_of,
    title_of,
    word_of,
    wrapped,
)
from custinsights.presentation.spans import SPANS, spans
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.cube import Cube
from custinsights.results.customer_table import CustomerTable
from custinsights.results.overview import Overview
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column, Table

__all__ = ["plot"]

_MOST_BARS = 30
_MOST_SERIES = 7
_SHORT = 4  # of the letters of a label
_MOST_PANELS = 4
_GROUPS = ("group", "segment")
_NOT_COUNTED = ("money", "days")
_IN_TIME = frozenset({"period", "cohort"})
_IN_ORDER = frozenset({"order_number", "hour", "weekday", "age"})


def plot(result: Any, what: str | Sequence[str] | None = None) -> Any:
    """Return a `plotly.graph_objects.Figure` of a result.

    Parameters
    ----------
    result
        A cube, a customer table, a segment set, an overview or a cohort grid.
    what
        Which metric or column; of a cube also several, which stand in one chart where they have one
        unit and else below each other. By default all metrics of a cube (four units at most: what
        is not drawn is named), the groups of customers where a table has some, else its first
        number.

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
    elif isinstance(result, SegmentSet):
        figure, says = _of_segments(result, what)
    elif isinstance(result, Overview):
        figure, says = _of_overview(result)
    else:
        figure, says = _of_customers(result, what)
    try:
        from plotly.graph_objects import Figure as Drawn
    except ImportError as error:
        raise MissingExtra("plotly", "report", "a picture of a result") from error
    lines_of_says = wrapped(says)
    figure["layout"]["title"]["subtitle"] = {"text": "<br>".join(lines_of_says)}
    figure["layout"]["margin"] |= {"t": 70 + 18 * len(lines_of_says), "b": 64}
    figure["layout"]["legend"] = {"orientation": "h", "yref": "container", "y": 0, "x": 0}
    figure["layout"]["template"] = "plotly_white"
    return Drawn(figure)


def _with_room(figure: Figure) -> Figure:
    """Leave out labels that would touch, and make bars that lie as high as their names."""
    labels = [str(label) for trace in figure["data"] for label in trace["x"]]
    longest = max(map(len, labels), default=0)
    is_grid = any(trace["type"] == "heatmap" for trace in figure["data"])
    if is_grid and longest > _SHORT and len(labels) > LETTERS // (longest + 2):
        figure["layout"]["xaxis"]["tickangle"] = -45
    else:
        figure["layout"]["xaxis"]["nticks"] = max(2, LETTERS // (longest + 2))
    rows = {len(trace["y"]) for trace in figure["data"] if trace["type"] == "heatmap"}
    lying = [len(trace["y"]) for trace in figure["data"] if trace.get("orientation") == "h"]
    if lying or max(rows, default=0) > SPANS:
        figure["layout"]["height"] = 200 + 22 * (max(lying) * len(lying) if lying else max(rows))
    return figure


def _of_cube(cube: Cube, what: str | Sequence[str] | None) -> tuple[Figure, str]:
    metrics = [what] if isinstance(what, str) else [*(cube.metrics if what is None else what)]
    for metric in metrics or [""]:
        looked_up("metric of the cube", metric, cube.metrics)
    if len(cube.axes) not in {1, 2}:
        raise InvalidValue(
            "a picture shows a cube by one dimension or by two",
            counted(len(cube.axes), "dimension"),
            "one or two in by=, such as by=['month', 'customer_type']",
            "Leave some out with cube.without(name)" if cube.axes else "",
        )
    labels_there = _places(cube)
    cube = _first_in_order(cube)
    table = cube.table()
    by_unit: dict[tuple[str, ...], list[str]] = {}
    for metric in metrics:
        column = table.column(metric)
        alone = metric if len(cube.axes) > 1 else ""
        by_unit.setdefault((*number_format(column), alone), []).append(metric)
    drawn = [*by_unit.values()][:_MOST_PANELS]
    by = " and ".join(map(word_of, cube.axes))
    panels = []
    for names in drawn:
        title = f"{title_of(', '.join(map(word_of, names)))} by {by}"
        draw = _of_labels if len(cube.axes) == 1 else _of_pairs
        panels.append(draw(cube, table, names, title))
        if any(trace["type"] == "heatmap" for trace in panels[-1][0]["data"]):
            break
        unit = number_format(table.column(names[0]))[1].strip()
        if len(by_unit) > 1 and panels[-1][0]["data"]:
            side = "x" if panels[-1][0]["data"][0].get("orientation") == "h" else "y"
            named = f"{', '.join(map(word_of, names))}{f' ({unit})' if unit not in names else ''}"
            panels[-1][0]["layout"][f"{side}axis"]["title"] = {"text": named.replace(" ()", "")}
    told = [name for names in drawn[: len(panels)] for name in names]
    column = table.column(told[0])
    notes = [one for one in (first_of(_places(cube), labels_there), panels[0][1]) if one]
    if left := [name for name in metrics if name not in told]:
        notes.append(f"not drawn: {', '.join(left)}")
    if cube.is_partial.any():
        notes.append(f"pale or open: {PARTLY}")
    n = _n(cube, told[0]) if len(told) == 1 else labels_of(next(iter(cube.axes)), _places(cube))
    says = says_of(column if len(panels) == 1 else None, n, cube.provenance.notes())
    title = f"{title_of(', '.join(map(word_of, told)))} by {by}"
    return below_each_other([figure for figure, _ in panels], title), " · ".join([says, *notes])


def _first_in_order(cube: Cube) -> Cube:
    """Return the cells of the first labels, where labels have an order and are many."""
    name, axis = next(iter(cube.axes.items()))
    if _kind(cube, name) not in _IN_ORDER:
        return cube
    first = {*[*dict.fromkeys(axis.tolist())][:_MOST_BARS]}
    return cube.take(np.flatnonzero([label in first for label in axis.tolist()]))


def _kind(cube: Cube, name: str) -> str:
    """Return what kind of dimension it is."""
    return {str(one.name): str(one.kind) for one in cube.state.question.by}[name]


def _places(cube: Cube) -> int:
    return len(dict.fromkeys(next(iter(cube.axes.values())).tolist()))


def _n(cube: Cube, metric: str) -> str:
    """How many there are: labels, or what the metric is divided by where that is counted."""
    bottom = cube.denominator(metric)
    (asked,) = (one for one in cube.state.question.metrics if one.name == metric)
    name = next(iter(cube.axes))
    below = asked.denominator
    if bottom is None or not len(bottom) or below is None or below.scale != 1:
        return labels_of(name, _places(cube))
    if below.unit in _NOT_COUNTED:
        return labels_of(name, _places(cube))
    low, high = int(bottom[bottom > 0].min(initial=bottom.max())), int(bottom.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,} for each {word_of(name)}"


def _of_labels(cube: Cube, table: Table, metrics: list[str], title: str) -> tuple[Figure, str]:
    """Metrics of one unit by one dimension: lines over time, bars of the largest, or in order."""
    (name,) = cube.axes
    labels = [label_of(label) for label in table.columns[0].values.tolist()]
    series = {word_of(metric): table.column(metric) for metric in metrics}
    if (kind := _kind(cube, name)) in _IN_TIME:
        return _with_room(lines(labels, series, title=title)), ""
    if kind in _IN_ORDER:
        return _upright(name, labels, series, title), ""
    return _as_bars(labels, series, title, by=table.columns[1])


def _upright(name: str, labels: list[str], series: Mapping[str, Column], title: str) -> Figure:
    """Bars in the order of their labels."""
    figure = bars(labels, series, title=title)
    figure["layout"]["xaxis"]["title"] = {"text": word_of(name), "font": {"size": 13}}
    return _with_room(figure)


def _as_bars(
    labels: list[str], series: Mapping[str, Column], title: str, by: Column | None = None
) -> tuple[Figure, str]:
    """Bars of the largest, by a column or else the first of the series."""
    first = next(iter(series.values())) if by is None else by
    keep = np.argsort(-np.nan_to_num(np.array(values(first), dtype=np.float64)), kind="stable")
    keep = keep[:_MOST_BARS]
    figure = bars(
        [labels[row] for row in keep.tolist()],
        {one: column.take(keep) for one, column in series.items()},
        title=title,
        lying=True,
    )
    return _with_room(figure), first_of(len(keep), len(labels))


def _of_pairs(cube: Cube, table: Table, metrics: list[str], title: str) -> tuple[Figure, str]:
    """A metric by two dimensions: a series for each label of the second, or shaded cells."""
    (metric,) = metrics
    down, across = cube.axes
    column = table.column(metric)
    first, second = (table.columns[at].values.tolist() for at in (0, 1))
    labels, series = _spread(second, [label_of(one) for one in first], column)
    if len(series) <= _MOST_SERIES:
        if _kind(cube, down) in _IN_TIME:
            return _with_room(lines(labels, series, title=title)), ""
        if _kind(cube, down) in _IN_ORDER:
            return _upright(down, labels, series, title), ""
        return _as_bars(labels, series, title)
    if (
        _kind(cube, down) in _IN_TIME and _kind(cube, across) not in _IN_TIME | _IN_ORDER
    ):  # time runs along
        labels, series = _spread(first, [label_of(one) for one in second], column)
        down, across = across, down
    cells = np.array([values(one) for one in series.values()], dtype=np.float64).T
    rows = np.arange(len(labels))
    if _kind(cube, down) not in _IN_TIME | _IN_ORDER:
        rows = np.argsort(-np.nansum(cells, axis=1), kind="stable")[:_MOST_BARS]
    figure = grid(
        [labels[row] for row in rows.tolist()],
        list(series),
        [[None if np.isnan(one) else one for one in row] for row in cells[rows].tolist()],
        title=title,
        unit=column,
        axes=(word_of(down), word_of(across)),
    )
    return _with_room(figure), first_of(len(rows), len(labels))


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
        series[label_of(side)] = attrs.evolve(taken, missing=taken.absent | (found < 0))
    return list(places), series


def _of_cohorts(found: CohortGrid, what: str | Sequence[str] | None) -> tuple[Figure, str]:
    what = _one(what)
    shown = "retention" if what is None and found.metric == "customers" else what or "values"
    numbers = looked_up(
        "picture of cohorts", shown, {"retention": found.retention, "values": found.values}
    )
    kind, unit = ("share", "") if shown == "retention" else ("number", found.unit)
    column = Column(shown, kind, numbers.ravel(), unit=unit)
    name = shown if shown == "retention" else found.metric
    rows = np.arange(len(found))
    if len(rows) > _MOST_BARS and not _are_periods(found):
        rows = np.argsort(-found.sizes, kind="stable")[:_MOST_BARS]
    figure = grid(
        [label_of(found.cohorts[row]) for row in rows.tolist()],
        list(range(found.ages)),
        [[None if np.isnan(one) else one for one in row] for row in numbers[rows].tolist()],
        title=f"{title_of(name)} by cohort and {found.period}s since",
        unit=column,
        partly=found.partial[rows].tolist(),
        axes=("cohort", f"{found.period}s since"),
    )
    n = counted(int(found.sizes.sum()), "customer")
    if found.overlaps:
        n = f"up to {int(found.sizes.max(initial=0)):,} customers in a cohort, some in several"
    parts = [says_of(column, n, found.provenance.notes()), first_of(len(rows), len(found))]
    if found.partial[rows].any():
        parts.append(f"{PROVISIONAL} {PARTLY}")
    return _with_room(figure), " · ".join(filter(None, parts))


def _are_periods(found: CohortGrid) -> bool:
    """Whether the cohorts go by time, and not by a label of customers."""
    calendar = found.provenance.calendar
    try:
        return {Period.parse(one, calendar).unit for one in found.cohorts} == {found.period}
    except InvalidValue:
        return False


def _of_customers(found: CustomerTable, what: str | Sequence[str] | None) -> tuple[Figure, str]:
    table = found.table()
    numbers = [column for column in table.columns[1:] if column.kind not in {"label", "instant"}]
    groups = [column for column in table.columns[1:] if column.name in _GROUPS]
    told = _one(what)
    chosen = table.column(told) if told is not None else next(iter([*groups, *numbers]), None)
    if chosen is None:
        raise InvalidValue(
            "a picture of a customer table shows a column of numbers, and it has none",
            ", ".join(table.names),
            "a table with a trait that is a number, or the name of a column of labels",
        )
    n = counted(len(table), "customer")
    title = f"Customers by {word_of(chosen.name)}"
    if chosen.kind == "label":
        counts = Counter(map(label_of, chosen.values.tolist())).most_common()
        most = counts[:_MOST_BARS]
        column = Column("customers", "count", [times for _, times in most], unit="customers")
        names = [label for label, _ in most]
        figure = bars(names, {"customers": column}, title=title, lying=True)
        parts = (says_of(column, n, table.notes), first_of(len(most), len(counts)))
        return _with_room(figure), " · ".join(filter(None, parts))
    known = np.array([one for one in values(chosen) if one is not None], dtype=np.float64)
    edges, names = spans(known)
    at = np.searchsorted(edges, known, side="right") - 1
    column = Column("customers", "count", RowGroups(at, len(edges)).sizes(), unit="customers")
    unit = number_format(chosen)[1].strip()
    if chosen.kind == "share":
        names = [f"{100 * edge:,.4g}%" for edge in edges.tolist()]
    title = f"{title} ({unit})" if unit and unit not in title.split() else title
    figure = bars(names, {"customers": column}, title=title)
    if len(known) < len(table):
        n = f"{n}, of whom {len(table) - len(known):,} have none"
    return _with_room(figure), says_of(column, n, table.notes)


def _of_segments(found: SegmentSet, what: str | Sequence[str] | None) -> tuple[Figure, str]:
    table = found.table()
    column = table.column(_one(what) or "customers")
    if column.kind == "label":
        allowed = ", ".join(one.name for one in table.columns if one.kind != "label")
        raise InvalidValue("a picture of segments shows a number of each", column.name, allowed)
    names = [label_of(label) for label in table.columns[0].values.tolist()]
    title = f"{title_of(word_of(column.name))} by segment"
    figure = bars(names, {word_of(column.name): column}, title=title, lying=True)
    n = counted(len(found.customers), "customer")
    return _with_room(figure), says_of(column, n, table.notes)


def _of_overview(found: Overview) -> tuple[Figure, str]:
    """How the numbers have changed; the rates among them where that is not told."""
    told = {one.metric: one.change for one in found.headlines if one.change is not None}
    title = "Changes of the headline numbers"
    notes = (*found.current.provenance.notes(), *found.table().notes[2:3])
    if not told:
        title, notes = "Headline rates", found.current.provenance.notes()
        told = {
            one.metric: one.value
            for one in found.headlines
            if one.unit == "share" and one.value is not None
        }
    rates = np.array([*told.values()], dtype=np.float64)
    column = Column("change", "share", rates, unit="change")
    figure = bars([*map(word_of, told)], {"change": column}, title=title, lying=True)
    n = f"n = {len(told)} of {counted(len(found), 'metric')}"
    return _with_room(figure), " · ".join([n, *notes])


def _one(what: str | Sequence[str] | None) -> str | None:
    """Return the one column that is asked for."""
    if what is None or isinstance(what, str):
        return what
    told = "one column is drawn at a time"
    raise InvalidValue(told, counted(len(what), "name"), "the name of a column")
