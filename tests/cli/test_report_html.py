"""The report as a page: one line says what was written, and nothing else is printed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from custinsights.cli import web_page
from custinsights.presentation.report.questions import QUESTIONS
from tests.cli.conftest import LINES, Run, seen_in_a_terminal


def test_a_page_is_written_and_one_line_says_so(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """In a pipe there is no progress and no report beside the page."""
    path = tmp_path / "r.html"
    code, out, error = run("report", lines_file, *LINES, "--html", path, "--title", "Ada & Bo")
    assert (code, error) == (0, "")
    assert out.replace("\n", "").endswith(" MB; open it in a browser.")
    assert out.count("r.html") == 1
    page = path.read_text("utf-8")
    assert "<h1>Ada &amp; Bo</h1>" in page
    assert '"orders":null' in page


def test_a_page_over_its_bound_says_so(
    run: Run, lines_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what makes it smaller."""
    monkeypatch.setattr(web_page, "_MOST", 4)
    asked = ("report", lines_file, *LINES, "--html", tmp_path / "r.html")
    out = " ".join(run(*asked)[1].split())
    assert "MB, over the 4 that a page shall have: --sections makes it smaller;" in out
    out = " ".join(run(*asked, "--include-orders")[1].split())
    assert "less of --most-orders makes it smaller;" in out


def test_orders_are_in_the_page_where_asked_for(run: Run, lines_file: Path, tmp_path: Path) -> None:
    """At most so many, the latest."""
    path = tmp_path / "r.html"
    asked = ("--html", path, "--include-orders", "--most-orders", "2")
    assert run("report", lines_file, *LINES, *asked)[0] == 0
    assert '"total":4' in path.read_text("utf-8")


def test_a_page_goes_with_a_spreadsheet_and_json(
    run: Run, lines_file: Path, tmp_path: Path
) -> None:
    """Every file is written, and JSON stays the only thing that is printed."""
    asked = ("--html", tmp_path / "r.html", "--xlsx", tmp_path / "r.xlsx")
    code, out, _ = run("report", lines_file, *LINES, *asked)
    assert code == 0
    assert out.count("r.html") == out.count("r.xlsx") == 1
    code, out, _ = run("report", lines_file, *LINES, *asked, "--json")
    assert code == 0
    assert json.loads(out)["currency"] == "EUR"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.csv", "r.html", "r.xlsx"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--title", "x"], "add --html FILE"),
        (["--include-orders"], "no page is asked for"),
        (["--html", "x.html", "--include-personal"], "add --include-orders"),
        (["--html", "x.html", "--most-orders", "5"], "add --include-orders"),
        (
            ["--html", "x.html", "--include-orders", "--most-orders", "0"],
            "greater than or equal to 1",
        ),
        (["--html", "no/x.html"], "there is no folder"),
        (["--html", ""], "it names no file"),
        (["--html", ".."], "is a directory"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    run: Run, lines_file: Path, options: list[str], says: str
) -> None:
    """Nothing is read, and one sentence says what to write."""
    code, out, error = run("report", lines_file, *LINES, *options)
    assert (code, out) == (2, "")
    assert says in " ".join(error.split())


def test_what_is_read_is_not_overwritten(run: Run, lines_file: Path) -> None:
    """A page in the place of the orders would be the end of them."""
    code, _, error = run("report", lines_file, *LINES, "--html", lines_file)
    assert code == 2
    assert "would be overwritten" in " ".join(error.split())


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
def test_a_terminal_sees_how_far_the_page_is(lines_file: Path, tmp_path: Path) -> None:
    """A bar in sections comes and goes before the line that says what was written."""
    page = tmp_path / "r.html"
    seen = seen_in_a_terminal("report", str(lines_file), *LINES, "--html", str(page))
    before, _, after = seen.partition("r.html")
    assert "Writing the page" in before
    assert f"/{len(QUESTIONS)}" in before
    assert "open it in a browser" in " ".join(after.split())
    assert page.stat().st_size > 4_000_000


def test_an_interrupt_leaves_no_half_page(
    run: Run, lines_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while it is written: exit code 130, and what lay there before still does."""
    path = tmp_path / "r.html"
    path.write_text("before")

    def interrupted(_: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("custinsights.presentation.report.writing.page", interrupted)
    assert run("report", lines_file, *LINES, "--html", path)[0] == 130
    assert path.read_text() == "before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lines.csv", "r.html"]
