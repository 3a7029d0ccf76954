"""What an export that has lost a column comes to."""

from collections.abc import Iterator

import pytest

from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from custinsights.sources.formats.orders import BUILT_IN
from tests.sources.exports import notes, read, table, with_cells, without, written
from tests.sources.mutations import Table
from tests.sources.subjects import OPTIONS, SUBJECTS, Subject

_CHANGED = {
    "gumroad": (
        (1, {"Free trial purchase?": "1"}),
        (2, {"Refunded?": "1", "Partial Refund ($)": "2.00"}),
        (3, {"Disputed?": "1"}),
        (4, {"Disputed?": "1", "Dispute Won?": "1"}),
    ),
    "stripe_payments": ((1, {"Captured": "false"}), (2, {"Mode": "Test"})),
}
"""Cells with which the columns of an export tell all that they can."""


def _telling(subject: Subject) -> Table:
    rows = subject.table
    for line, cells in _CHANGED.get(subject.name, ()):
        rows = with_cells(rows, line, **cells)
    if subject.name == "stripe_payments":
        first, *others, last = rows
        first = [*first, "Disputed Amount", "Dispute Status"]
        rows = [first, *([*row, "", ""] for row in others), [*last, "", "lost"]]
    return rows


def _history(subject: Subject, rows: Table) -> OrderHistory:
    return read_orders(written(rows), currency=subject.currency, **OPTIONS)


def _money(history: OrderHistory) -> tuple[int, int]:
    """Return what was paid by customers and what was given back, of all that counts."""
    return int(history.amount.sum()), int(history.refunds.amount.sum())


def _cases() -> Iterator[tuple[str, str]]:
    for name in BUILT_IN:
        if name in SUBJECTS:
            subject = SUBJECTS[name]
            yield from ((name, header) for header in dict.fromkeys(_telling(subject)[0]))


@pytest.mark.parametrize(("name", "header"), list(_cases()))
def test_a_lost_column_never_changes_money_in_silence(name: str, header: str) -> None:
    """Without a column a file is refused, or comes to the same, or a note says what is not told.

    What is nobody's then, or in another currency, is left out with its money. What was given back
    is never more than the whole file tells, unless an order counts whose state is lost.
    """
    rows = _telling(SUBJECTS[name])
    whole = _history(SUBJECTS[name], rows)
    try:
        fewer = _history(SUBJECTS[name], without(rows, [header]))
    except CustInsightsError:
        return
    paid, back = _money(whole)
    paid_now, back_now = _money(fewer)
    said = {note for note in notes(fewer) if note.startswith("files_without_")} - {*notes(whole)}
    lost = {"identity", "currency"}
    said |= lost.intersection(one.reason for one in fewer.load_report.left_out)
    assert said or (paid_now, back_now, len(fewer)) == (paid, back, len(whole))
    assert back_now <= back or "files_without_order_states" in said


@pytest.mark.parametrize(
    "header",
    [
        "Card Processing Fees",
        "Order Net",
        "Adjusted Card Processing Fees",
        "Adjusted Net Order Amount",
    ],
)
def test_an_adjustment_of_etsy_is_told_by_four_columns_or_by_none(header: str) -> None:
    """Without one of four columns no refund is worked out of the others, and a note says so."""
    rows = table("etsy_sold_orders.csv")
    assert _money(read(rows))[1] == 7349
    fewer = read(without(rows, [header]))
    assert _money(fewer)[1] == 0
    assert notes(fewer)["files_without_refund_amounts"] == 1


@pytest.mark.parametrize(
    ("headers", "note"),
    [
        (["Partial Refund ($)"], "refund_amounts"),
        (["Refunded?", "Fully Refunded?"], "refund_amounts"),
        (["Disputed?"], "disputes"),
        (["Dispute Won?"], "disputes"),
        (["Free trial purchase?"], "order_states"),
    ],
)
def test_a_refund_of_gumroad_is_only_what_its_columns_tell(headers: list[str], note: str) -> None:
    """A part without its amount is no full refund; what cannot be known is noted."""
    rows = table("gumroad_sales.csv")
    assert _money(read(rows))[1] == 21996
    fewer = read(without(rows, headers))
    assert _money(fewer)[1] <= 21996
    assert notes(fewer)[f"files_without_{note}"] == 1
