"""A message shows a cell as it is only where nobody can be in it."""

import pytest

from custinsights.sources.texts.examples import shown
from tests.sources.reading import HEADER, read


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("placed_at", "2024-02-30"),
        ("placed_at", "31/31/2011 25:61"),
        ("placed_at", "2024-02-30T10:00:00Z"),
        ("placed_at", "43000"),
        ("amount", "1,2,3"),
        ("amount", "-11062.06"),
        ("amount", "=1+1"),
        ("order_id", "#1001"),
        ("order_status", "teilweise bezahlt"),
        ("currency", "EURO"),
        ("quantity", ""),
    ],
)
def test_cell_in_which_nobody_can_be_is_shown(field: str, cell: str) -> None:
    """Dates, short numbers, words for states and currencies help as they are."""
    assert shown(cell, field) == cell


@pytest.mark.parametrize(
    ("field", "cell", "shape"),
    [
        ("placed_at", "Ada Smith", "xxx xxxxx"),
        ("placed_at", "06.12.34.56.78", "00.00.00.00.00"),
        ("amount", "12 Main St", "00 xxxx xx"),
        ("amount", "0171 1234567", "0000 0000000"),
        ("amount", "5550102030", "0000000000"),
        ("amount", "Zoë", "xxx"),
        ("order_id", "ADA-1", "xxx-0"),
        ("order_status", "12 Main St", "00 xxxx xx"),
        ("order_status", "ada@x.org", "xxx@x.xxx"),
        ("currency", "Ada Smith", "xxx xxxxx"),
        ("customer_id", "7", "0"),
        ("email", "a", "x"),
        ("country", "Ada Street", "xxx xxxxxx"),
        ("birthday", "1990-02-30", "0000-00-00"),
        ("latitude", "91.5", "00.0"),
        ("postal_code", "90210", "00000"),
    ],
)
def test_cell_in_which_somebody_may_be_shows_its_shape(field: str, cell: str, shape: str) -> None:
    """Letters among figures, many figures, and identities are masked in every column."""
    assert shown(cell, field) == shape


def test_shifted_rows_show_nobody() -> None:
    """Where a cell too many or too few moves the others, names and streets stay hidden."""
    rows = [
        "1,Ada,Secret,2024-01-05",
        "2,c,Ada Secret,1.00",
        "3,c,2024-01-05,9 Secret Street",
        "4,c,2024-01-05,ada@secret.org",
        "5,Ada,Secret,2024-01-05,1.00",
        "6,Ada Secret",
        "7,c,(555) 010-2030,1.00",
    ]
    report = str(read(HEADER, *rows, errors="report").load_report)
    assert "ecret" not in report
    assert "010-2030" not in report
    assert "xxx xxxxxx" in report
