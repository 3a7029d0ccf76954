"""What became of every row that was read? One below the other, with what the rows sum to."""

from __future__ import annotations

from collections.abc import Sequence

from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import minor_exponent
from custinsights.results.table import Column, Table

__all__ = ["Fate", "fates", "fates_table"]

Fate = tuple[str, int, Sequence[tuple[str, int]]]
"""What rows were, how many, and their money by currency in minor units."""


def fates(report: LoadReport) -> list[Fate]:
    """Return the rows read, used, left out by reason, and bad by kind."""
    return [
        ("read", report.rows_read, ()),
        ("used", report.rows_used, ()),
        *((f"left out: {one.why}", one.rows, one.money) for one in report.left_out),
        *((f"bad: {one.kind}", one.rows, one.money) for one in report.bad),
    ]


def fates_table(report: LoadReport) -> Table:
    """Return the same as a table, with a column of money for each currency."""
    labels, rows, worth = zip(*fates(report), strict=True)
    told = [dict(money) for money in worth]
    codes = sorted({code for money in told for code in money})
    columns = [Column("rows", "label", labels), Column("number", "count", rows)]
    for code in codes:
        minor = [money.get(code, 0) for money in told]
        missing = [code not in money for money in told]
        name, exponent = "worth" if len(codes) == 1 else f"worth {code}", minor_exponent(code)
        columns.append(Column(name, "money", minor, missing, code, exponent))
    return Table("What became of every row", columns)
