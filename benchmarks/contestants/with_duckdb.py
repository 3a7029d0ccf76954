"""DuckDB: SQL over a table of its own in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.contestants import Contestant
from benchmarks.questions import GROUPS, Answer
from benchmarks.shop import STEPS, WITHIN_DAYS, ZONE, Shop
from custinsights.history.columnar.columns import Labels

_MONTH = (
    f"(year(placed_at AT TIME ZONE '{ZONE}') * 12 + month(placed_at AT TIME ZONE '{ZONE}') - 1)"
    "::INTEGER"
)
_CHAMPIONS, _LOYAL, _POTENTIAL, _AT_RISK, _LOST, _DORMANT = (f"'{name}'" for name in GROUPS)


def orders_table(shop: Shop) -> duckdb.DuckDBPyConnection:
    """Return a database in memory with the shop's orders as a table of DuckDB's own."""
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for name, labels in (("country", shop.country), ("channel", shop.channel)):
        names = ", ".join(f"'{label}'" for label in labels.names)
        connection.execute(f"CREATE TYPE {name}_names AS ENUM ({names})")
    rows = pa.table(
        {
            "id": pa.array(np.arange(len(shop))),
            "customer": pa.array(shop.customer),
            "placed_at": pa.array(shop.placed_at).cast(pa.timestamp("us", tz="UTC")),
            "amount": pa.array(shop.amount),
            "country": _dictionary(shop.country),
            "channel": _dictionary(shop.channel),
        }
    )
    connection.register("rows", rows)
    number = "id, " if shop.has_lines else ""
    connection.execute(
        f"CREATE TABLE orders AS SELECT {number}customer, placed_at, amount,"
        " country::country_names AS country, channel::channel_names AS channel FROM rows"
    )
    connection.execute(f"CREATE TABLE question AS SELECT DATE '{shop.as_of}' AS as_of")
    connection.unregister("rows")
    if shop.has_lines:
        lines = pa.table({"id": pa.array(shop.line_order), "product": pa.array(shop.line_product)})
        connection.register("rows", lines)
        connection.execute("CREATE TABLE lines AS SELECT * FROM rows")
        connection.unregister("rows")
    if shop.has_activities:
        connection.register("rows", rows.append_column("step", pa.array(shop.step)))
        connection.execute(
            "CREATE TABLE activities AS"
            " SELECT customer, placed_at AS done_at, step::TINYINT AS step FROM rows"
        )
        connection.unregister("rows")
    return connection


def _dictionary(labels: Labels) -> pa.DictionaryArray[Any, Any]:
    codes: pa.Int32Array = pa.array(labels.codes, mask=labels.codes < 0, type=pa.int32())
    return pa.DictionaryArray.from_arrays(codes, pa.array(labels.names))


def _ask(query: str) -> Callable[[duckdb.DuckDBPyConnection], pa.Table]:
    return lambda connection: connection.sql(query).to_arrow_table()


_SUMMARY = """
SELECT customer, count(*) AS orders, sum(amount)::BIGINT AS revenue,
       min(placed_at) AS first, max(placed_at) AS last
FROM orders GROUP BY customer
"""


def _scores(value: str, worst_first: str) -> str:
    """Score each distinct value once: 1 + 5 × (customers with a worse one) // customers."""
    return f"""
SELECT {value}, CASE WHEN count(*) OVER () = 1 THEN 3
       ELSE 1 + 5 * (sum(n) OVER (ORDER BY {worst_first}) - n) // (SELECT count(*) FROM people)
       END::BIGINT AS score
FROM (SELECT {value}, count(*) AS n FROM people GROUP BY {value})
"""


_RFM = f"""
WITH people AS MATERIALIZED (
    SELECT customer, orders, revenue,
           date_diff('day', (last AT TIME ZONE '{ZONE}')::DATE, as_of) AS days
    FROM ({_SUMMARY}), question),
r AS ({_scores("days", "days DESC")}),
f AS ({_scores("orders", "orders")}),
m AS ({_scores("revenue", "revenue")})
SELECT customer, r.score AS r, f.score AS f, m.score AS m,
       CASE WHEN r.score >= 4 AND f.score + m.score >= 8 THEN {_CHAMPIONS}
            WHEN r.score >= 3 AND f.score + m.score >= 6 THEN {_LOYAL}
            WHEN r.score >= 3 THEN {_POTENTIAL}
            WHEN f.score + m.score < 6 THEN {_DORMANT}
            WHEN r.score = 2 THEN {_AT_RISK}
            ELSE {_LOST} END AS "group"
FROM people JOIN r USING (days) JOIN f USING (orders) JOIN m USING (revenue)
"""

_ACTIVE = f"SELECT DISTINCT customer, {_MONTH} AS month FROM orders"
_ACTIVE_REVENUE = f"""
SELECT customer, {_MONTH} AS month, sum(amount) AS amount FROM orders GROUP BY ALL
"""

_RETENTION_BY_JOIN = f"""
WITH active AS MATERIALIZED ({_ACTIVE}),
first AS (SELECT customer, min(month) AS cohort FROM active GROUP BY customer)
SELECT cohort, month - cohort AS age, count(*) AS customers
FROM active JOIN first USING (customer) GROUP BY ALL
"""
_RETENTION_BY_WINDOW = f"""
WITH dated AS (SELECT month, min(month) OVER (PARTITION BY customer) AS cohort FROM ({_ACTIVE}))
SELECT cohort, month - cohort AS age, count(*) AS customers FROM dated GROUP BY ALL
"""
_MIX_BY_JOIN = f"""
WITH active AS MATERIALIZED ({_ACTIVE_REVENUE}),
first AS (SELECT customer, min(month) AS first FROM active GROUP BY customer)
SELECT month, CASE WHEN month = first THEN 'new' ELSE 'returning' END AS type,
       count(*) AS customers, sum(amount)::BIGINT AS revenue
FROM active JOIN first USING (customer) GROUP BY ALL
"""
_MIX_BY_WINDOW = f"""
WITH dated AS (
    SELECT month, amount, month = min(month) OVER (PARTITION BY customer) AS new
    FROM ({_ACTIVE_REVENUE}))
SELECT month, CASE WHEN new THEN 'new' ELSE 'returning' END AS type,
       count(*) AS customers, sum(amount)::BIGINT AS revenue
FROM dated GROUP BY ALL
"""
_SEQUENCE = """
SELECT number, count(*) AS orders, sum(amount)::BIGINT AS revenue,
       sum(amount) / count(*) AS average
FROM (SELECT amount, row_number() OVER (PARTITION BY customer ORDER BY placed_at, amount) AS number
      FROM orders)
GROUP BY number
"""
_GAPS = f"""
SELECT sum(date_diff('day', (first AT TIME ZONE '{ZONE}')::DATE,
                            (last AT TIME ZONE '{ZONE}')::DATE)) / sum(orders - 1) AS mean
FROM (SELECT count(*) AS orders, min(placed_at) AS first, max(placed_at) AS last
      FROM orders GROUP BY customer)
"""
_DISTINCT_BY_COUNT = f"""
SELECT country, {_MONTH} AS month, count(DISTINCT customer) AS customers FROM orders GROUP BY ALL
"""
_DISTINCT_BY_ROWS = f"""
SELECT country, month, count(*) AS customers
FROM (SELECT DISTINCT country, {_MONTH} AS month, customer FROM orders) GROUP BY ALL
"""
_CUBE = f"""
SELECT {_MONTH} AS month, country, channel, count(*) AS orders, sum(amount)::BIGINT AS revenue
FROM orders GROUP BY ALL
"""
_MEDIANS = f"SELECT {_MONTH} AS month, median(amount) AS median FROM orders GROUP BY ALL"
_FIRST_PRODUCT = f"""
WITH active AS MATERIALIZED ({_ACTIVE}),
first AS (SELECT customer, {{first}} AS id FROM orders GROUP BY customer),
came AS (SELECT customer, min(month) AS cohort FROM active GROUP BY customer),
labels AS (SELECT DISTINCT customer, cohort, product
           FROM first JOIN came USING (customer) JOIN lines USING (id))
SELECT product, month - cohort AS age, count(*) AS customers
FROM active JOIN labels USING (customer) GROUP BY ALL
"""
_FIRST_BY_ROW = _FIRST_PRODUCT.format(first="arg_min(id, (placed_at, id))")
_FIRST_BY_KEY = _FIRST_PRODUCT.format(first="min((epoch_us(placed_at), id))[2]")
_DAY = f"(({{at}} AT TIME ZONE '{ZONE}')::DATE)"
_IN_TIME = f"coalesce({_DAY.format(at='a{step}')} <= {_DAY.format(at='a0')} + {WITHIN_DAYS}, false)"
_REACH = " + ".join(f"{_IN_TIME.format(step=step)}::INTEGER" for step in range(1, len(STEPS)))
_PEOPLE = ", ".join(f"count(*) FILTER (reach >= {step})" for step in range(len(STEPS)))
_HOURS = ", ".join(
    f"median(epoch_us(a{step}) - epoch_us(a{step - 1})) FILTER (reach >= {step}) / 3.6e9"
    for step in range(1, len(STEPS))
)
_FUNNEL = f"""
WITH chains AS (SELECT *, {_REACH} AS reach FROM ({{chains}})),
best AS (
    SELECT unnest(first(chains ORDER BY reach DESC, a0)) FROM chains GROUP BY customer)
SELECT unnest(range({len(STEPS)})) AS step, unnest([{_PEOPLE}]) AS people,
       unnest([NULL, {_HOURS}]) AS hours
FROM best
"""
_FOLLOWING = "".join(
    f" ASOF LEFT JOIN (SELECT customer, done_at AS a{step} FROM activities WHERE step = {step})"
    f" AS s{step} ON s0.customer = s{step}.customer AND a{step - 1} <= a{step}"
    for step in range(1, len(STEPS))
)
_INSTANTS = ", ".join(f"a{step}" for step in range(len(STEPS)))
_FUNNEL_BY_ASOF = _FUNNEL.format(
    chains=f"SELECT s0.customer, {_INSTANTS}"
    f" FROM (SELECT customer, done_at AS a0 FROM activities WHERE step = 0) s0{_FOLLOWING}"
)

_QUANTILES = f"""
SELECT {_MONTH} AS month, quantile_cont(amount, 0.1) AS q10, quantile_cont(amount, 0.5) AS q50,
       quantile_cont(amount, 0.9) AS q90
FROM orders GROUP BY ALL
"""


def _level(level: int, unit: str, outer: str) -> str:
    """Ask one level: the units of the outer unit in which the last day lies."""
    inside = f"WHERE date_trunc('{outer}', local) = date_trunc('{outer}', as_of - 1)"
    return f"""
SELECT {level} AS level, {unit}(local) AS label, count(DISTINCT customer) AS customers,
       sum(amount)::BIGINT AS revenue
FROM dated, question {inside if outer else ""} GROUP BY ALL
"""


_LEVELS = (("year", ""), ("month", "year"), ("day", "month"), ("hour", "day"))
_DRILL = (
    f"WITH dated AS (SELECT *, placed_at AT TIME ZONE '{ZONE}' AS local FROM orders)"
    + "UNION ALL".join(_level(level, *units) for level, units in enumerate(_LEVELS))
)


def _plain(_part: str, table: pa.Table) -> Answer:
    columns: Answer = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        elif pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
            column = column.cast(pa.string()).fill_null(pa.scalar(""))
        columns[name] = np.asarray(column.to_numpy())
    return columns


_WAYS: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "summary": (_ask(_SUMMARY),),
    "rfm": (_ask(_RFM),),
    "retention": (_ask(_RETENTION_BY_JOIN), _ask(_RETENTION_BY_WINDOW)),
    "mix": (_ask(_MIX_BY_JOIN), _ask(_MIX_BY_WINDOW)),
    "sequence": (_ask(_SEQUENCE),),
    "gaps": (_ask(_GAPS),),
    "distinct": (_ask(_DISTINCT_BY_COUNT), _ask(_DISTINCT_BY_ROWS)),
    "cube": (_ask(_CUBE),),
    "medians": (_ask(_MEDIANS),),
    "first_product": (_ask(_FIRST_BY_ROW), _ask(_FIRST_BY_KEY)),
    "quantiles": (_ask(_QUANTILES),),
    "drill": (_ask(_DRILL),),
    "funnel": (_ask(_FUNNEL_BY_ASOF),),
}

CONTESTANT = Contestant(name="duckdb", prepare=orders_table, ways=_WAYS, plain=_plain)
