"""What does the report say, section by section?

Each function asks one question and returns a `Section`: the records for a program, the same
turned for a screen, and the sentences without which the numbers would be read wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from custinsights.analyses.cohorts.cohorts import cohorts
from custinsights.analyses.customers.rfm import rfm
from custinsights.analyses.customers.tiers import (
    AT_RISK_DAYS,
    LAPSED_DAYS,
    LOYAL_ORDERS,
    RETURNING_ORDERS,
    tiers,
)
from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.prediction.models import fit_models
from custinsights.analyses.trends.overview import overview
from custinsights.cli.section import Section, days
from custinsights.cli.views import (
    labelled,
    ranked,
    share_of,
    spread,
    stacked,
    unrepeated,
    with_last,
    without,
    without_unlabelled,
)
from custinsights.domain import Money
from custinsights.errors import MissingData, MissingExtra, NoModel
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import PROVISIONAL, marked_once
from custinsights.presentation.forecasts import by_risk
from custinsights.presentation.spreadsheet import Chart
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.overview import Overview
from custinsights.results.table import Column, Table

__all__ = ["sections"]

_TOP = 10
_LONGEST = 24
_NOTHING = "Nothing to show: no order that counts falls here."


def sections(history: OrderHistory) -> Iterator[Section]:
    """Every section of the report after the load report, one after the other.

    Yields
    ------
    Section
        One without rows, and with a sentence that says why, where the history does not hold what
        the section needs.
    """
    for key, (title, ask) in _QUESTIONS.items():
        section = Section(key=key, title=title)
        try:
            section = ask(history, section)
        except MissingData as error:
            section = attrs.evolve(section, remarks=(str(error),))
        if _says_nothing(section.view) and (section.view is not None or not section.remarks):
            section = attrs.evolve(section, about="", view=None, remarks=(_NOTHING,))
        yield section


def _says_nothing(view: Table | None) -> bool:
    """Whether there are no rows, or no number in them but zeros."""
    values = [] if view is None else [c for c in view.columns if c.kind != "label"]
    return not any(np.any(column.values[~column.absent]) for column in values)


def _overview(history: OrderHistory, section: Section) -> Section:
    found = overview(history, compare="previous_year")
    table = found.table()
    units = table.column("unit").values
    names = [
        " ".join([headline.metric.replace("_", " "), *_per(headline.unit)])
        for headline in found.headlines
    ]
    columns = [Column("metric", "label", names), attrs.evolve(table.column("value"), units=units)]
    remarks = [_balance(found, history.currency)] if found.balance_only else []
    if table.column("change").absent.all():
        first = history.calendar.local_date(history.observed_from)
        remarks.append(f"No comparison with the year before: the orders begin on {first}.")
        ranges = [_range((headline.low, headline.high), 1) for headline in found.headlines]
        columns.append(Column("95% range", "label", ranges))
    else:
        before = attrs.evolve(table.column("previous"), name="year before", units=units)
        columns += [before, attrs.evolve(table.column("change"), unit="change")]
    targets = [_range(headline.target, 0) for headline in found.headlines]
    window = found.current.provenance.window
    return attrs.evolve(
        section,
        about=f"{days(history.calendar, *window)}, in {history.currency}" if window else "",
        records=table,
        view=attrs.evolve(table, columns=[*columns, Column("target", "label", targets)]),
        sheet=_in_units(table),
        remarks=tuple(remarks),
    )


def _in_units(table: Table) -> Table:
    """Headlines with every number in the unit of its row."""
    units = table.column("unit").values
    columns = (
        attrs.evolve(column, units=units) if column.kind == "number" else column
        for column in table.columns
    )
    return attrs.evolve(table, columns=columns)


def _per(unit: str) -> list[str]:
    """What a unit is per, where it is: ``orders per month`` is per month."""
    _, per, period = unit.partition(" per ")
    return [f"per {period}"] if per else []


def _balance(found: Overview, currency: str) -> str:
    """The people who are in the revenue and in no customer number."""
    balance = Money.from_minor(found.balance, currency)
    have = "person has" if found.balance_only == 1 else "people have"
    return (
        f"{found.balance_only:,} {have} refunds and no order that counts: {currency} "
        f"{balance.amount:,}, in revenue and in no number of customers."
    )


def _range(bounds: tuple[float | None, float | None] | None, decimals: int) -> str:
    low, high = bounds or (None, None)
    if low is None or high is None:
        return ""
    return f"{100 * low:.{decimals}f} to {100 * high:.{decimals}f}%"


def _monthly_mix(history: OrderHistory, section: Section) -> Section:
    cube = measure(history, ["customers", "revenue"], by=["month", "customer_type"]).table()
    words = {"new": "new", "returning": "returning", None: "other"}
    metrics = ["customers", "revenue"]
    view = spread(marked_once(cube), "customer_type", words, metrics)
    charts = [_by_type(metric, view) for metric in metrics]
    about = f"customers, and their revenue in {history.currency}"
    other = "Other: refunds of people who had no order yet."
    return attrs.evolve(
        section,
        about=about,
        records=cube,
        view=_latest(view),
        sheet=view,
        charts=tuple(chart for chart in charts if chart.values),
        cut=_older(len(view), "months"),
        remarks=(other,) if "other revenue" in view.names else (),
    )


def _by_type(metric: str, view: Table) -> Chart:
    """A chart of the new and returning customers of each month, one on the other."""
    names = [f"{word} {metric}" for word in ("new", "returning")]
    return Chart(
        kind="column",
        labels="month",
        values=tuple(name for name in names if name in view.names),
        title=f"{metric.capitalize()} by month",
        is_stacked=True,
    )


def _latest(table: Table) -> Table:
    """The last rows of a table whose rows follow each other in time."""
    return table.take(range(max(0, len(table) - _LONGEST), len(table)))


def _older(rows: int, what: str) -> tuple[str, ...]:
    """What to say of the rows that `_latest` leaves out."""
    hidden = rows - _LONGEST
    return (f"{hidden:,} older {what} are left out here; --json has them.",) if hidden > 0 else ()


def _order_numbers(history: OrderHistory, section: Section) -> Section:
    metrics = ["orders", "revenue", "average_order_value"]
    cube = measure(history, metrics, by=["order_number"]).table()
    view = without_unlabelled(cube)
    last = view.column("order_number").values[-1] if len(view) else 0
    remark = f"{last:,} orders are the most that one customer placed."
    return attrs.evolve(
        section,
        about=f"1 is a customer's first order; in {history.currency}",
        records=cube,
        view=share_of(view, "orders", "of orders").take(range(min(_TOP, len(view)))),
        sheet=view,
        charts=(_top("order_number", "revenue", "Revenue by order number", "column"),),
        bars="of orders",
        remarks=(
            *([remark] if len(view) > _TOP else []),
            *_unlabelled(cube, "revenue", history.currency, "of no order number"),
        ),
    )


def _rfm_groups(history: OrderHistory, section: Section) -> Section:
    table = rfm(history).segments.table()
    return attrs.evolve(
        section,
        about=f"by recency, frequency and what they spent, in {history.currency}",
        records=table,
        view=_in_brief(table),
        charts=(_top("segment", "customers", "Customers of each group"),),
        bars="share",
    )


def _top(labels: str, values: str, title: str, kind: str = "bar") -> Chart:
    """A chart of the first rows."""
    return Chart(kind=kind, labels=labels, values=(values,), title=title, rows=2 * _TOP)


def _in_brief(segments: Table) -> Table:
    """Segments with as many columns as a screen has room for."""
    told = {"kind", "segment", "customers", "share", "total_spent"}
    return attrs.evolve(segments, columns=[c for c in segments.columns if c.name in told])


def _tiers(history: OrderHistory, section: Section) -> Section:
    kinds = ("value", "frequency", "recency")
    table = stacked({kind: tiers(history, kind).table() for kind in kinds}, "kind")
    view = labelled(unrepeated(_in_brief(table), "kind"), "segment", "meaning", _TIERS)
    about = f"all customers so far, and what they spent in {history.currency}"
    return attrs.evolve(section, about=about, records=table, view=view, bars="share")


_TIERS: dict[object, str | None] = {
    "VIP": "top 10% by spend",
    "Regular": "the others",
    "Casual": "bottom 30%",
    "Loyal": f"{LOYAL_ORDERS}+ orders",
    "Returning": f"{RETURNING_ORDERS} orders",
    "One-time": "1 order",
    "Active": f"under {AT_RISK_DAYS} days ago",
    "At-risk": f"under {LAPSED_DAYS} days ago",
    "Lapsed": f"{LAPSED_DAYS}+ days ago",
}


def _countries(history: OrderHistory, section: Section) -> Section:
    cube = measure(history, ["customers", "orders", "revenue"], by=["country"]).table()
    if len(cube) and not len(without_unlabelled(cube)):
        return attrs.evolve(section, remarks=("The orders name no country.",))
    return attrs.evolve(
        section,
        about=f"revenue in {history.currency}",
        records=cube,
        view=ranked(share_of(cube, "revenue", "of revenue"), "revenue", _TOP),
        sheet=ranked(cube, "revenue", len(cube)),
        charts=(_top("country", "revenue", "Revenue of the first countries"),),
        bars="of revenue",
        remarks=_unlabelled(cube, "revenue", history.currency, "of no country"),
    )


def _unlabelled(cube: Table, metric: str, currency: str, what: str) -> tuple[str, ...]:
    """The money of what has no label, such as refunds that name no order; it is in the shares."""
    money = cube.column(metric)
    without_label = cube.columns[0].absent & ~money.absent
    sum_ = Money.from_minor(int(money.values[without_label].sum()), currency)
    if not sum_.minor:
        return ()
    has = f"{currency} {sum_.amount:,} of the revenue is {what}"
    return (f"{has} (such as refunds that name no order).",) if sum_.minor < 0 else (f"{has}.",)


def _products(history: OrderHistory, section: Section) -> Section:
    cube = measure(history, ["customers", "units", "line_revenue"], by=["product"]).table()
    cube = labelled(cube, "product", "title", titles := _titles(history))
    label = "title" if titles else "product"
    return attrs.evolve(
        section,
        about=f"buyers, units, line revenue in {history.currency}",
        records=cube,
        view=ranked(share_of(cube, "line_revenue", "of revenue"), "line_revenue", _TOP),
        sheet=ranked(cube, "line_revenue", len(cube)),
        charts=(_top(label, "line_revenue", "Revenue of the first products"),),
        bars="of revenue",
        remarks=_unlabelled(cube, "line_revenue", history.currency, "of no product"),
    )


def _titles(history: OrderHistory) -> dict[object, str | None]:
    """Product id to title, empty when the products have none."""
    products = history.products
    if products is None or "title" not in products.labels:
        return {}
    return dict(zip(products.ids, products.labels["title"].texts(), strict=True))


def _retention(history: OrderHistory, section: Section) -> Section:
    grid = cohorts(history, period="month")
    records = _shares(grid)
    peopled = records.take(np.flatnonzero(grid.sizes))
    view = without(_latest(peopled), "0")  # there everybody is
    mark = f"{PROVISIONAL} Only part of the month; left out of the mean."
    marks = (mark,) if grid.partial.any() else ()
    return attrs.evolve(
        section,
        about="% of a month's new customers who order again, by months since",
        records=records,
        view=with_last(view, {"cohort": "mean"} | _means(grid)) if len(view) else None,
        is_grid=True,
        cut=_older(len(peopled), "cohorts"),
        remarks=marks if len(view) else (),
    )


def _shares(grid: CohortGrid) -> Table:
    """Retention of every cohort at every age that has begun."""
    ages = [
        Column(str(age), "share", grid.retention[:, age], provisional=grid.partial[:, age])
        for age in range(grid.ages)
    ]
    labels = Column("cohort", "label", list(grid.cohorts))
    sizes = Column("size", "count", grid.sizes, unit="customers")
    return Table("retention", [labels, sizes, *ages])


def _means(grid: CohortGrid) -> dict[str, object]:
    return {str(age): mean for age, mean in enumerate(grid.mean_retention.tolist())}


def _forecast(history: OrderHistory, section: Section) -> Section:
    try:
        models = fit_models(history)
    except (NoModel, MissingExtra) as error:
        return attrs.evolve(section, remarks=(str(error),))
    table = by_risk(history, models)
    return attrs.evolve(
        section,
        about=f"in the next 365 days; in {history.currency}",
        records=table,
        view=without(table, "share"),
        remarks=table.notes,
    )


_Ask = Callable[[OrderHistory, Section], Section]
_QUESTIONS: dict[str, tuple[str, _Ask]] = {
    "overview": ("Overview", _overview),
    "monthly_mix": ("New and returning by month", _monthly_mix),
    "order_numbers": ("Revenue by order number", _order_numbers),
    "rfm_groups": ("RFM groups", _rfm_groups),
    "tiers": ("Tiers", _tiers),
    "forecast": ("What is to be expected", _forecast),
    "countries": ("Top countries", _countries),
    "products": ("Top products", _products),
    "retention": ("Retention", _retention),
}
