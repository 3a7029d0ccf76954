"""Files are read by both sides, held to equal answers, and shown with what they may take."""

from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from benchmarks import reading
from benchmarks.agreement import AnswersDifferError
from benchmarks.printing import reading_rows, reading_text
from benchmarks.shop_files import FILES
from benchmarks.speed import speed_text
from tests.benchmarks.test_figures import MACHINE


def figures(*, ours: float = 7.5, theirs: float = 3.0) -> dict[str, Any]:
    """Return figures of every file, each of which took so many seconds."""
    sides = {"custinsights": (ours, 2_000_000_000), "polars": (theirs, 500_000_000)}
    measured = {who: {"seconds": took, "peak_bytes": peak} for who, (took, peak) in sides.items()}
    files = [
        {"file": name, "orders": 1_000_000, "rows": 1, "bytes": 73e6, "contestants": measured}
        for name in FILES
    ]
    return {"kind": "reading", "machine": MACHINE, "versions": {}, "files": files}


def test_a_file_is_shown_with_time_ratio_budget_and_memory() -> None:
    """7.5 s beside 3 s are 2.5 times as long; a budget in seconds looks at ours alone."""
    head, csv, shopify, *parquet = reading_rows(figures())
    assert len(head) == len(csv)
    assert csv[1:] == [
        "1,000,000",
        "73",
        "7.50",
        "3.00",
        "2.5 ×",
        "6 s: missed",
        "2.00",
        "0.50",
    ]
    assert shopify[6] == ""
    assert [row[6] for row in parquet] == ["1.5 ×: missed"] * 2


def test_a_budget_that_is_kept_says_so() -> None:
    """What takes as long as it may keeps its budget."""
    rows = reading_rows(figures(ours=6.0, theirs=4.0))[1:]
    assert [row[6] for row in rows] == ["6 s: kept", "", "1.5 ×: kept", "1.5 ×: kept"]


def test_the_readme_shows_misses() -> None:
    """The README's section has the table as it was measured."""
    assert "| 2.5 × | 6 s: missed |" in speed_text([figures()])
    assert "6 s: missed" in reading_text(figures())


@pytest.mark.parametrize("name", list(FILES))
def test_both_read_the_same_of_every_file(name: str) -> None:
    """Every kind of file is read by both, in processes of their own, with equal answers."""
    (file,) = reading.compare_reading({name: 300}, repeats=1)["files"]
    assert set(file["contestants"]) == {"custinsights", "polars"}
    assert file["rows"] >= file["orders"] == 300
    for measured in file["contestants"].values():
        assert measured["seconds"] > 0
        assert measured["peak_bytes"] > 10_000_000


def test_other_answers_are_refused(tmp_path: Path) -> None:
    """No time is returned where the two do not say the same."""

    def read(who: str, name: str, path: Path, repeats: int) -> dict[str, Any]:
        if who == "polars":  # reads the file of a larger shop
            FILES[name].write(tmp_path / "other.csv", 301)
            (tmp_path / "other.csv").replace(path)
        return reading.measure(who, name, path, repeats=repeats)

    with (
        mock.patch.object(reading, "_apart", read),
        pytest.raises(AnswersDifferError, match="of polars"),
    ):
        reading.compare_reading({"csv": 300}, repeats=1)
