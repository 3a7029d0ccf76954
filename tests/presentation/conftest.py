"""A hand-made table with one column of every kind, and something missing in each."""

import numpy as np
import pytest

from custinsights.results.table import NO_INSTANT, Column, Table

NINE = 1_291_194_000_000_000  # 2010-12-01 09:00 UTC


@pytest.fixture
def table() -> Table:
    """Three rows that hold every kind of value and every kind of gap."""
    return Table(
        "Orders by country",
        [
            Column("country", "label", ["United Kingdom", None, "Eire"]),
            Column("orders", "count", np.array([16_649, 1, 0])),
            Column("revenue", "money", [732_184_523, -5, 0], [False, False, True], "GBP", 2),
            Column("units", "quantity", [1_500, 3_000, 0], unit="items", exponent=3),
            Column("gap", "number", [39.958, np.nan, 0.5], unit="days"),
            Column("share", "share", [0.9, 0.1, np.nan]),
            Column("last", "instant", [NINE, NO_INSTANT, NINE + 60_000_000]),
            Column("small", "flag", [False, True, False], missing=[False, False, True]),
        ],
        notes=["as_of 2011-12-10 (Europe/Berlin)"],
        timezone="Europe/Berlin",
    )
