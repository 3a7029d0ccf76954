"""Polars: lazy queries, columns of its own types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import numpy as np
import polars as pl

from benchmarks.contestants import Contestant
from benchmarks.questions import GROUPS, Answer
from benchmarks.shop import STEPS, WITHIN_DAYS, ZONE, Shop
from custinsights.history.columnar.columns import Labels

_LOCAL = pl.col("placed_at").dt.convert_time_zone(ZONE)
_MONTH = (_LOCAL.dt.year() * 12 + _LOCAL.dt.month() - 1).alias("month")
_BINS = 5
_HIGH, _MID, _LOW = 4, 3, 2


@attrs.frozen(eq=False)
class _Prepared:
    orders: pl.LazyFrame
    as_of: date
    text_ids: bool
    lines: pl.LazyFrame
    activities: pl.LazyFrame


def _prepare(shop: Shop) -> _Prepared:
    frame = pl.DataFrame(
        {
            "customer": pl.Series(shop.customer, dtype=pl.String() if shop.has_text_ids else None),
            "placed_at": pl.Series(shop.placed_at).cast(pl.Datetime("us", "UTC")),
            "amount": shop.amount,
            "country": _enum(shop.country),
            "channel": _enum(shop.channel),
        }
    )
    lines = pl.DataFrame({"id": shop.line_order, "product": shop.line_product})
    if shop.has_lines:
        frame = frame.with_row_index("id").with_columns(pl.col("id").cast(pl.Int64))
    done = frame.select("customer", at="placed_at")
    if shop.has_activities:
        done = done.with_columns(step=pl.Series(shop.step).cast(pl.Int8))
    return _Prepared(frame.lazy(), shop.as_of, shop.has_text_ids, lines.lazy(), done.lazy())


def _enum(labels: Labels) -> pl.Series:
    codes = pl.DataFrame({"code": labels.codes}).select(
        pl.when(pl.col("code") >= 0).then("code").cast(pl.UInt8)
    )
    return codes.to_series().cat.to(pl.Enum(labels.names))


def _summarise(shop: _Prepared) -> pl.LazyFrame:
    return shop.orders.group_by("customer").agg(
        orders=pl.len(),
        revenue=pl.col("amount").sum(),
        first=pl.col("placed_at").min(),
        last=pl.col("placed_at").max(),
    )


def _summary(shop: _Prepared) -> pl.DataFrame:
    return _summarise(shop).collect()


def _score(worse_first: pl.Expr) -> pl.Expr:
    score = 1 + _BINS * (worse_first.rank("min").cast(pl.Int64) - 1) // pl.len()
    return pl.when(worse_first.n_unique() > 1).then(score).otherwise((_BINS + 1) // 2)


def _rfm(shop: _Prepared) -> pl.DataFrame:
    last_day = pl.col("last").dt.convert_time_zone(ZONE).dt.date()
    r, v = pl.col("r"), (pl.col("f") + pl.col("m")) / 2
    champions, loyal, potential, at_risk, lost, dormant = map(pl.lit, GROUPS)
    best = pl.when((r >= _HIGH) & (v >= _HIGH)).then(champions)
    recent = best.when(v >= _MID).then(loyal).otherwise(potential)
    faded = pl.when(v < _MID).then(dormant).when(r == _LOW).then(at_risk).otherwise(lost)
    group = pl.when(r >= _MID).then(recent).otherwise(faded)
    return (
        _summarise(shop)
        .select(
            "customer",
            r=_score(-(pl.lit(shop.as_of) - last_day).dt.total_days()),
            f=_score(pl.col("orders")),
            m=_score(pl.col("revenue")),
        )
        .with_columns(group=group)
        .collect()
    )


def _retention_by_rows(shop: _Prepared) -> pl.DataFrame:
    return _grid(shop.orders.select("customer", _MONTH).unique())


def _retention_by_keys(shop: _Prepared) -> pl.DataFrame:
    if shop.text_ids:
        return _retention_by_rows(shop)
    key = (pl.col("customer") * 65536 + _MONTH).alias("key")
    keys = shop.orders.select(key.unique())
    return _grid(keys.select(customer=pl.col("key") // 65536, month=pl.col("key") % 65536))


def _grid(active: pl.LazyFrame) -> pl.DataFrame:
    return (
        active.with_columns(cohort=pl.col("month").min().over("customer"))
        .group_by("cohort", age=pl.col("month") - pl.col("cohort"))
        .agg(customers=pl.len())
        .collect()
    )


def _mix_by_window(shop: _Prepared) -> pl.DataFrame:
    active = shop.orders.group_by("customer", _MONTH).agg(pl.col("amount").sum())
    return _types(active.with_columns(first=pl.col("month").min().over("customer")))


def _mix_by_join(shop: _Prepared) -> pl.DataFrame:
    active = shop.orders.group_by("customer", _MONTH).agg(pl.col("amount").sum())
    first = active.group_by("customer").agg(first=pl.col("month").min())
    return _types(active.join(first, on="customer"))


def _types(active: pl.LazyFrame) -> pl.DataFrame:
    return (
        active.group_by("month", new=pl.col("month") == pl.col("first"))
        .agg(customers=pl.len(), revenue=pl.col("amount").sum())
        .collect()
    )


def _sequence_by_window(shop: _Prepared) -> pl.DataFrame:
    numbered = shop.orders.sort("placed_at", "amount").select(
        "amount", number=pl.col("amount").cum_count().over("customer")
    )
    return _numbers(numbered)


def _sequence_by_lists(shop: _Prepared) -> pl.DataFrame:
    amounts = shop.orders.group_by("customer").agg(pl.col("amount").sort_by("placed_at", "amount"))
    numbered = amounts.select(
        "amount", number=pl.int_ranges(1, pl.col("amount").list.len() + 1)
    ).explode("amount", "number")
    return _numbers(numbered)


def _numbers(numbered: pl.LazyFrame) -> pl.DataFrame:
    return (
        numbered.group_by("number")
        .agg(orders=pl.len(), revenue=pl.col("amount").sum())
        .with_columns(average=pl.col("revenue") / pl.col("orders"))
        .collect()
    )


def _gaps(shop: _Prepared) -> pl.DataFrame:
    """Add up last day − first day: what the gaps between a customer's orders telescope to."""
    spans = shop.orders.group_by("customer").agg(
        orders=pl.len(), first=pl.col("placed_at").min(), last=pl.col("placed_at").max()
    )
    first, last = (pl.col(name).dt.convert_time_zone(ZONE).dt.date() for name in ("first", "last"))
    return spans.select(
        mean=(last - first).dt.total_days().sum() / (pl.col("orders") - 1).sum()
    ).collect()


def _distinct_by_count(shop: _Prepared) -> pl.DataFrame:
    customers = pl.col("customer").n_unique()
    return shop.orders.group_by("country", _MONTH).agg(customers=customers).collect()


def _distinct_by_rows(shop: _Prepared) -> pl.DataFrame:
    pairs = shop.orders.select("country", _MONTH, "customer").unique()
    return pairs.group_by("country", "month").agg(customers=pl.len()).collect()


def _cube(shop: _Prepared) -> pl.DataFrame:
    cells = shop.orders.group_by(_MONTH, "country", "channel")
    return cells.agg(orders=pl.len(), revenue=pl.col("amount").sum()).collect()


def _medians(shop: _Prepared) -> pl.DataFrame:
    return shop.orders.group_by(_MONTH).agg(median=pl.col("amount").median()).collect()


def _first_by_sort(shop: _Prepared) -> pl.DataFrame:
    in_time = shop.orders.select("id", "customer", "placed_at").sort("placed_at", "id")
    return _by_product(shop, in_time.unique("customer", keep="first", maintain_order=True))


def _first_by_key(shop: _Prepared) -> pl.DataFrame:
    first = pl.col("id").sort_by("placed_at", "id").first()
    return _by_product(shop, shop.orders.group_by("customer").agg(first))


def _by_product(shop: _Prepared, first: pl.LazyFrame) -> pl.DataFrame:
    labels = first.select("customer", "id").join(shop.lines, on="id")
    active = shop.orders.select("customer", _MONTH).unique()
    return (
        active.with_columns(cohort=pl.col("month").min().over("customer"))
        .join(labels.select("customer", "product").unique(), on="customer")
        .group_by("product", age=pl.col("month") - pl.col("cohort"))
        .agg(customers=pl.len())
        .collect()
    )


def _quantiles(shop: _Prepared) -> pl.DataFrame:
    amount = pl.col("amount")
    found = {f"q{n}": amount.quantile(n / 100, "linear") for n in (10, 50, 90)}
    return shop.orders.group_by(_MONTH).agg(**found).collect()


def _drill(shop: _Prepared) -> pl.DataFrame:
    last = shop.as_of - timedelta(days=1)
    starts = (date.min, last.replace(month=1, day=1), last.replace(day=1), last)
    finer = (_LOCAL.dt.year(), _LOCAL.dt.month(), _LOCAL.dt.day(), _LOCAL.dt.hour())
    levels = []
    for level, (start, label) in enumerate(zip(starts, finer, strict=True)):
        inside = shop.orders.filter(pl.lit(start) <= _LOCAL.dt.date())
        cells = inside.group_by(label=label.cast(pl.Int64)).agg(
            customers=pl.col("customer").n_unique(), revenue=pl.col("amount").sum()
        )
        levels.append(cells.select(pl.lit(level).alias("level"), "label", "customers", "revenue"))
    return pl.concat(levels).collect()


def _funnel_by_asof(shop: _Prepared) -> pl.DataFrame:
    """Join every step to the nearest of the next one; only chains that go on are joined again."""
    in_time = shop.activities.sort("at")
    steps = [
        in_time.filter(pl.col("step") == step).select("customer", pl.col("at").alias(f"a{step}"))
        for step in range(len(STEPS))
    ]
    chains = steps[0]
    for step in range(1, len(STEPS)):
        before, here = f"a{step - 1}", f"a{step}"
        chains = chains.sort(before).join_asof(
            steps[step].with_columns(found=pl.col(here)),
            left_on=before,
            right_on=here,
            by="customer",
            strategy="forward",
            check_sortedness=False,  # sorted just now
        )
        chains = chains.drop(here, strict=False).rename({"found": here})
    return _funnel(chains)


def _funnel_by_filling(shop: _Prepared) -> pl.DataFrame:
    """Sort once, equal instants by step, and fill every row with what comes after it."""
    last = len(STEPS) - 1
    rows = shop.activities.sort("customer", "at", "step")
    rows = rows.with_columns(pl.col("at").alias("a0"))
    for step in range(last, 0, -1):
        later = [pl.col(f"a{place}") for place in range(step + 1, last + 1)]
        is_here = pl.col("step") == step
        rows = rows.with_columns(
            pl.when(is_here).then(one).backward_fill().over("customer")
            for one in (pl.col("at").alias(f"a{step}"), *later)
        )
    return _funnel(rows.filter(pl.col("step") == 0))


def _funnel(chains: pl.LazyFrame) -> pl.DataFrame:
    """Return the people at each step, and the median hours to it, of chains from every step 1."""

    def day(step: int) -> pl.Expr:
        return pl.col(f"a{step}").dt.convert_time_zone(ZONE).dt.date()

    steps = range(1, len(STEPS))
    passed = [(day(step) - day(0)).dt.total_days() for step in steps]
    in_time = [(days <= WITHIN_DAYS).fill_null(value=False) for days in passed]
    best = (
        chains.with_columns(reach=pl.sum_horizontal(in_time))
        .sort("a0")
        .group_by("customer")
        .agg(pl.all().sort_by("reach", descending=True, maintain_order=True).first())
        .collect()
    )
    rows: list[dict[str, float | None]] = [{"step": 0, "people": len(best), "hours": None}]
    for step in steps:
        there = best.filter(pl.col("reach") >= step)
        taken = (there[f"a{step}"] - there[f"a{step - 1}"]).dt.total_microseconds()
        middle = taken.cast(pl.Float64).median()
        hours = middle / 3.6e9 if isinstance(middle, float) else None
        rows.append({"step": step, "people": len(there), "hours": hours})
    return pl.DataFrame(rows, schema={"step": pl.Int64, "people": pl.Int64, "hours": pl.Float64})


def _plain(part: str, frame: pl.DataFrame) -> Answer:
    if part == "mix":
        kind = pl.when("new").then(pl.lit("new")).otherwise(pl.lit("returning"))
        frame = frame.with_columns(type=kind)
    columns: Answer = {}
    for column in frame.iter_columns():
        plain = column
        if isinstance(column.dtype, pl.Datetime):
            plain = column.to_physical()
        elif isinstance(column.dtype, pl.Enum | pl.String):
            plain = column.cast(pl.String).fill_null("")
        columns[column.name] = np.asarray(plain.to_numpy())
    return columns


_WAYS: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "summary": (_summary,),
    "rfm": (_rfm,),
    "retention": (_retention_by_rows, _retention_by_keys),
    "mix": (_mix_by_window, _mix_by_join),
    "sequence": (_sequence_by_window, _sequence_by_lists),
    "gaps": (_gaps,),
    "distinct": (_distinct_by_count, _distinct_by_rows),
    "cube": (_cube,),
    "medians": (_medians,),
    "first_product": (_first_by_sort, _first_by_key),
    "quantiles": (_quantiles,),
    "drill": (_drill,),
    "funnel": (_funnel_by_asof, _funnel_by_filling),
}

CONTESTANT = Contestant(name="polars", prepare=_prepare, ways=_WAYS, plain=_plain)
