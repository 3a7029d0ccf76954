"""pandas: vectorised group-bys over one frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pandas as pd

from benchmarks.contestants import Contestant
from benchmarks.questions import GROUPS, Answer
from benchmarks.shop import ZONE, Shop
from custinsights.history.columnar.columns import Labels

_BINS = 5
_HIGH, _MID, _LOW = 4, 3, 2


@attrs.frozen(eq=False)
class _Prepared:
    orders: pd.DataFrame
    as_of: pd.Timestamp


def _prepare(shop: Shop) -> _Prepared:
    frame = pd.DataFrame(
        {
            "customer": shop.customer,
            "placed_at": pd.to_datetime(shop.placed_at, unit="us", utc=True).as_unit("us"),
            "amount": shop.amount,
            "country": _categorical(shop.country),
            "channel": _categorical(shop.channel),
        }
    )
    return _Prepared(frame, pd.Timestamp(shop.as_of))


def _categorical(labels: Labels) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(labels.codes, categories=pd.Index(labels.names))


def _local(instants: pd.Series[Any]) -> Any:
    return instants.dt.tz_convert(ZONE).dt


def _month(orders: pd.DataFrame) -> pd.Series[Any]:
    local = _local(orders["placed_at"])
    month: pd.Series[Any] = (local.year * 12 + local.month - 1).rename("month")
    return month


def _summary(shop: _Prepared) -> pd.DataFrame:
    return shop.orders.groupby("customer", sort=False).agg(
        orders=("amount", "size"),
        revenue=("amount", "sum"),
        first=("placed_at", "min"),
        last=("placed_at", "max"),
    )


def _score(worse_first: pd.Series[Any]) -> Any:
    if worse_first.nunique() == 1:
        return np.full(len(worse_first), (_BINS + 1) // 2)
    worse = worse_first.rank(method="min").to_numpy().astype(np.int64) - 1
    return 1 + _BINS * worse // len(worse_first)


def _rfm(shop: _Prepared) -> pd.DataFrame:
    people = _summary(shop)
    last_day = _local(people["last"]).tz_localize(None).dt.normalize()
    r = _score(-(shop.as_of - last_day).dt.days)
    f, m = _score(people["orders"]), _score(people["revenue"])
    v = (f + m) / 2
    tests = [(r >= _HIGH) & (v >= _HIGH), (r >= _MID) & (v >= _MID), r >= _MID, v < _MID, r == _LOW]
    champions, loyal, potential, at_risk, lost, dormant = range(6)
    code = np.select(tests, [champions, loyal, potential, dormant, at_risk], default=lost)
    group = pd.Categorical.from_codes(code, categories=pd.Index(GROUPS))
    return pd.DataFrame({"r": r, "f": f, "m": m, "group": group}, index=people.index)


def _active(orders: pd.DataFrame) -> pd.DataFrame:
    """Return each customer's months once, with the first of them."""
    active = pd.DataFrame({"customer": orders["customer"], "month": _month(orders)})
    active = active.drop_duplicates()
    active["first"] = active.groupby("customer", sort=False)["month"].transform("min")
    return active


def _retention_by_rows(shop: _Prepared) -> pd.DataFrame:
    return _grid(_active(shop.orders))


def _retention_by_keys(shop: _Prepared) -> pd.DataFrame:
    customer, names = pd.factorize(shop.orders["customer"])
    keys = pd.unique(customer.astype(np.int64) * 65536 + _month(shop.orders).to_numpy())
    active = pd.DataFrame({"customer": keys // 65536, "month": keys % 65536})
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, active["customer"].to_numpy(), active["month"].to_numpy())
    active["first"] = first[active["customer"]]
    return _grid(active)


def _grid(active: pd.DataFrame) -> pd.DataFrame:
    age = (active["month"] - active["first"]).rename("age")
    grid = active.groupby([active["first"].rename("cohort"), age]).size()
    return grid.rename("customers").reset_index()


def _mix_by_rows(shop: _Prepared) -> pd.DataFrame:
    orders = shop.orders
    keys = [orders["customer"], _month(orders)]
    active = orders["amount"].groupby(keys, sort=False).sum().reset_index()
    active["first"] = active.groupby("customer", sort=False)["month"].transform("min")
    return _types(active)


def _mix_by_keys(shop: _Prepared) -> pd.DataFrame:
    customer, names = pd.factorize(shop.orders["customer"])
    key = customer.astype(np.int64) * 65536 + _month(shop.orders).to_numpy()
    active = shop.orders["amount"].groupby(key, sort=False).sum().reset_index(name="amount")
    active["month"] = active["index"] % 65536
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, active["index"].to_numpy() // 65536, active["month"].to_numpy())
    active["first"] = first[active["index"] // 65536]
    return _types(active)


def _types(active: pd.DataFrame) -> pd.DataFrame:
    new = (active["month"] == active["first"]).rename("new")
    cells = active["amount"].groupby([active["month"], new])
    return cells.agg(customers="size", revenue="sum").reset_index()


def _sequence(shop: _Prepared) -> pd.DataFrame:
    orders = shop.orders[["customer", "placed_at", "amount"]].sort_values(["placed_at", "amount"])
    number = (orders.groupby("customer", sort=False).cumcount() + 1).rename("number")
    cells = orders.groupby(number)["amount"].agg(["size", "sum"])
    cells = cells.rename(columns={"size": "orders", "sum": "revenue"})
    return cells.assign(average=cells["revenue"] / cells["orders"]).reset_index()


def _gaps(shop: _Prepared) -> pd.DataFrame:
    """Add up last day − first day: what the gaps between a customer's orders telescope to."""
    spans = shop.orders.groupby("customer", sort=False)["placed_at"].agg(["size", "min", "max"])
    first, last = (_local(spans[name]).tz_localize(None).dt.normalize() for name in ("min", "max"))
    gaps = spans["size"].sum() - len(spans)
    return pd.DataFrame({"mean": [(last - first).dt.days.sum() / gaps if gaps else np.nan]})


def _distinct_by_count(shop: _Prepared) -> pd.DataFrame:
    keys = [shop.orders["country"], _month(shop.orders)]
    cells = shop.orders["customer"].groupby(keys, dropna=False, observed=True)
    return cells.nunique().rename("customers").reset_index()


def _distinct_by_rows(shop: _Prepared) -> pd.DataFrame:
    rows = shop.orders[["country", "customer"]].assign(month=_month(shop.orders))
    cells = rows.drop_duplicates().groupby(["country", "month"], dropna=False, observed=True)
    return cells.size().rename("customers").reset_index()


def _cube(shop: _Prepared) -> pd.DataFrame:
    keys = [_month(shop.orders), shop.orders["country"], shop.orders["channel"]]
    cells = shop.orders["amount"].groupby(keys, dropna=False, observed=True)
    return cells.agg(orders="size", revenue="sum").reset_index()


def _medians(shop: _Prepared) -> pd.DataFrame:
    cells = shop.orders["amount"].groupby(_month(shop.orders))
    return cells.median().rename("median").reset_index()


def _quantiles(shop: _Prepared) -> pd.DataFrame:
    cells = shop.orders["amount"].groupby(_month(shop.orders))
    found = cells.quantile(np.array([0.1, 0.5, 0.9])).unstack()
    found.columns = pd.Index(["q10", "q50", "q90"])
    return found.reset_index()


def _drill(shop: _Prepared) -> pd.DataFrame:
    last = pd.Timestamp(shop.as_of) - pd.Timedelta(days=1)
    local = _local(shop.orders["placed_at"]).tz_localize(None)
    rows = shop.orders[["customer", "amount"]].assign(local=local)
    levels = []
    starts = (pd.Timestamp.min, last.replace(month=1, day=1), last.replace(day=1), last)
    for level, (start, unit) in enumerate(
        zip(starts, ("year", "month", "day", "hour"), strict=True)
    ):
        rows = rows[rows["local"] >= start]
        label = getattr(rows["local"].dt, unit).rename("label")
        cells = rows.groupby(label).agg(
            customers=("customer", "nunique"), revenue=("amount", "sum")
        )
        levels.append(cells.reset_index().assign(level=level))
    return pd.concat(levels)


def _plain(part: str, frame: pd.DataFrame) -> Answer:
    frame = frame.reset_index() if part in {"summary", "rfm"} else frame
    if part == "mix":
        frame["type"] = np.where(frame["new"], "new", "returning")
    columns: Answer = {}
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            columns[name] = column.dt.tz_localize(None).to_numpy().astype("M8[us]").astype(np.int64)
        elif pd.api.types.is_numeric_dtype(column.dtype):
            columns[name] = column.to_numpy()
        else:
            columns[name] = column.astype(object).where(column.notna(), "").to_numpy()
    return columns


_WAYS: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "summary": (_summary,),
    "rfm": (_rfm,),
    "retention": (_retention_by_rows, _retention_by_keys),
    "mix": (_mix_by_rows, _mix_by_keys),
    "sequence": (_sequence,),
    "gaps": (_gaps,),
    "distinct": (_distinct_by_count, _distinct_by_rows),
    "cube": (_cube,),
    "medians": (_medians,),
    "quantiles": (_quantiles,),
    "drill": (_drill,),
}

CONTESTANT = Contestant(name="pandas", prepare=_prepare, ways=_WAYS, plain=_plain)
