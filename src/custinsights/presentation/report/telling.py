"""Which rows are told otherwise than a page shows them?

Each function asks one question and fills in an `Answer`: the records for a program, the same
turned for a screen, and the sentences without which the numbers would be read wrongly.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.analyses.cohorts.cohorts import cohorts
from custinsights.analyses.customers.tiers import (
    AT_RISK_DAYS,
    LAPSED_DAYS,
    LOYAL_ORDERS,
    RETURNING_ORDERS,
    tiers,
)
from custinsights.analyses.measuring.measure import measure
from custinsights.analyses.trends.overview import overview
from custinsights.domain import Money
from custinsights.presentation.cells import PROVISIONAL, marked_once
from custinsights.presentation.report.answers import Answer, days
from custinsights.presentation.report.coming_back import begun_before
from custinsights.presentation.report.headline import (
    BEFORE,
    told_change,
    told_quiet,
    told_spans,
    told_window,
)
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import NOTHING
from custinsights.presentation.report.places import titles, unlabelled
from custinsights.presentation.report.views import (
    in_brief,
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
from custinsights.presentation.spreadsheet import Chart
from custinsights.results.cohort_grid import CohortGrid
from custinsights.results.overview import Overview
from custinsights.results.table import Column, Table

__all__ = [
    "countries",
    "headlines",
    "monthly_mix",
    "order_numbers",
    "products",
    "retention",
    "tier_sizes",
    "unless_blank",
]

_TOP = 10
_MOST_TELLING = (
    "revenue",
    "orders",
    "customers",
    "average order value",
    "repeat rate",
    "new customers",
    "customer lifetime value",
    "churn rate",
)


def unless_blank(answer: Answer) -> Answer:
    """Return an answer as it is, or why there is none where it holds nothing but zeros."""
    view = answer.view
    if answer.document is not None:
        return answer
    if _says_nothing(view) and (view is not None or not (answer.remarks or answer.records)):
        return Answer(key=answer.key, title=answer.title, remarks=(NOTHING,))
    return answer


def _says_nothing(view: Table | None) -> bool:
    """Whether there are no rows, or no number in them but zeros."""
    values = [] if view is None else [c for c in view.columns if c.kind != "label"]
    return not any(np.any(column.values[~column.absent]) for column in values)


def headlines(inquiry: Inquiry, answer: Answer) -> Answer:
    """The headline numbers, with the year before or how sure they are."""
    history = inquiry.history
    asked, compare = told_window(history)
    found = overview(history, window=asked, compare=compare)
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
        before = attrs.evolve(table.column("previous"), name=BEFORE[compare], units=units)
        columns += [before, Column("change", "label", [*map(told_change, found.headlines)])]
        remarks += told_spans(history, asked, compare)[1:]
    remarks += told_quiet(history)
    targets = [_range(headline.target, 0) for headline in found.headlines]
    window = found.current.provenance.window
    return attrs.evolve(
        answer,
        about=f"{days(history.calendar, *window)}, in {history.currency}" if window else "",
        records=_compared(table),
        view=attrs.evolve(table, columns=[*columns, Column("target", "label", targets)]),
        telling=[names.index(one) for one in _MOST_TELLING if one in names],
        sheet=_in_units(attrs.evolve(table, columns=[columns[0], *table.columns[1:]]), compare),
        remarks=tuple(remarks),
    )


def _compared(table: Table) -> Table:
    """Headlines without the time before where nothing is compared with it."""
    if not table.column("change").absent.all():
        return table
    columns = [one for one in table.columns if one.name not in ("previous", "change")]
    return attrs.evolve(table, columns=columns)


def _in_units(table: Table, compare: str) -> Table:
    """Headlines with every number in the unit of its row, and changes of shares in points."""
    units = table.column("unit").values
    names = {"previous": BEFORE[compare]}
    columns = []
    for column in _compared(table).columns:
        if column.name == "change":
            columns += _changes(table)
        else:
            name = names.get(column.name, column.name)
            of_rows = units if column.kind == "number" else None
            columns.append(attrs.evolve(column, name=name, units=of_rows))
    return attrs.evolve(table, columns=columns)


def _changes(table: Table) -> list[Column]:
    """How numbers changed, and in a column of its own by how many points shares did."""
    change = table.column("change")
    is_share = np.array([unit == "share" for unit in table.column("unit").values])
    points = 100 * (table.column("value").values - table.column("previous").values)
    points = np.where(is_share & ~change.absent, points, np.nan)
    relative = np.where(is_share, np.nan, change.values)
    return [
        attrs.evolve(change, values=relative),
        Column("change in points", "number", points, unit="points"),
    ]


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


def monthly_mix(inquiry: Inquiry, answer: Answer) -> Answer:
    """New and returning customers and their revenue, month by month."""
    history = inquiry.history
    cube = measure(history, ["customers", "revenue"], by=["month", "customer_type"]).table()
    words = {"new": "new", "returning": "returning", None: "other"}
    metrics = ["customers", "revenue"]
    view = spread(marked_once(cube), "customer_type", words, metrics)
    charts = [_by_type(metric, view) for metric in metrics]
    about = f"customers, and their revenue in {history.currency}"
    other = "Other: refunds of people who had no order yet."
    return attrs.evolve(
        answer,
        about=about,
        records=cube,
        view=view,
        sheet=view,
        telling=range(len(view))[::-1],
        charts=tuple(chart for chart in charts if chart.values),
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


def order_numbers(inquiry: Inquiry, answer: Answer) -> Answer:
    """What the first order brings, the second, and so on."""
    history = inquiry.history
    metrics = ["orders", "revenue", "average_order_value"]
    cube = measure(history, metrics, by=["order_number"]).table()
    view = without_unlabelled(cube)
    last = view.column("order_number").values[-1] if len(view) else 0
    remark = f"{last:,} orders are the most that one customer placed."
    return attrs.evolve(
        answer,
        about=f"1 is a customer's first order; in {history.currency}",
        records=cube,
        view=share_of(view, "orders", "of orders"),
        sheet=view,
        charts=(_top("order_number", "revenue", "Revenue by order number", "column"),),
        bars="of orders",
        remarks=(
            *([remark] if last else []),
            *unlabelled(cube, "revenue", history.currency, "of no order number"),
        ),
    )


def _top(labels: str, values: str, title: str, kind: str = "bar") -> Chart:
    """A chart of the first rows."""
    return Chart(kind=kind, labels=labels, values=(values,), title=title, rows=2 * _TOP)


def tier_sizes(inquiry: Inquiry, answer: Answer) -> Answer:
    """The tiers by value, frequency and recency."""
    history = inquiry.history
    kinds = ("value", "frequency", "recency")
    table = stacked({kind: tiers(history, kind).table() for kind in kinds}, "kind")
    view = labelled(unrepeated(in_brief(table), "kind"), "segment", "meaning", _TIERS)
    about = f"all customers so far, and what they spent in {history.currency}"
    return attrs.evolve(answer, about=about, records=table, view=view, bars="share")


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


def countries(inquiry: Inquiry, answer: Answer) -> Answer:
    """The countries with most revenue."""
    history = inquiry.history
    cube = measure(history, ["customers", "orders", "revenue"], by=["country"]).table()
    if len(cube) and not len(without_unlabelled(cube)):
        return attrs.evolve(answer, remarks=("The orders name no country.",))
    return attrs.evolve(
        answer,
        about=f"revenue in {history.currency}",
        records=cube,
        view=ranked(share_of(cube, "revenue", "of revenue"), "revenue", len(cube)),
        sheet=ranked(cube, "revenue", len(cube)),
        charts=(_top("country", "revenue", "Revenue of the first countries"),),
        bars="of revenue",
        remarks=unlabelled(cube, "revenue", history.currency, "of no country"),
    )


def products(inquiry: Inquiry, answer: Answer) -> Answer:
    """The products with most revenue."""
    history = inquiry.history
    cube = measure(history, ["customers", "units", "line_revenue"], by=["product"]).table()
    cube = labelled(cube, "product", "title", named := titles(history))
    label = "title" if named else "product"
    return attrs.evolve(
        answer,
        about=f"buyers, units, line revenue in {history.currency}",
        records=cube,
        view=ranked(share_of(cube, "line_revenue", "of revenue"), "line_revenue", len(cube)),
        sheet=ranked(cube, "line_revenue", len(cube)),
        charts=(_top(label, "line_revenue", "Revenue of the first products"),),
        bars="of revenue",
        remarks=unlabelled(cube, "line_revenue", history.currency, "of no product"),
    )


def retention(inquiry: Inquiry, answer: Answer) -> Answer:
    """The part of each month's new customers who order again."""
    history = inquiry.history
    grid = cohorts(history, period="month")
    begun = begun_before(history, grid)
    records = _shares(grid, begun)
    peopled = records.take(np.flatnonzero(grid.sizes))
    view = without(peopled, "0")  # there everybody is
    mark = f"{PROVISIONAL} Only part of the month; such shares are left out of the mean."
    marks = (mark,) if (grid.partial.any() or any(begun)) and len(view) else ()
    return attrs.evolve(
        answer,
        about="% of a month's new customers who order again, by months since",
        records=records,
        view=with_last(view, {"cohort": "mean"} | _means(grid)) if len(view) else None,
        is_grid=True,
        telling=[len(view), *_begun(peopled)],
        on_screen=marks,  # a spreadsheet has neither mark nor mean
    )


def _begun(cohorts: Table) -> list[int]:
    """Return the rows of cohorts whose first period since is over, the latest first."""
    if "1" not in cohorts.names:
        return []
    since = cohorts.column("1")
    is_over = ~since.absent if since.provisional is None else ~(since.absent | since.provisional)
    return [int(row) for row in np.flatnonzero(is_over)[::-1]]


def _shares(grid: CohortGrid, begun: Sequence[bool]) -> Table:
    """Retention of every cohort at every age that has begun."""
    ages = [
        Column(str(age), "share", grid.retention[:, age], provisional=grid.partial[:, age])
        for age in range(grid.ages)
    ]
    labels = Column("cohort", "label", list(grid.cohorts))
    sizes = Column("size", "count", grid.sizes, unit="customers", provisional=begun)
    return Table("retention", [labels, sizes, *ages])


def _means(grid: CohortGrid) -> dict[str, object]:
    return {str(age): mean for age, mean in enumerate(grid.mean_retention.tolist())}
