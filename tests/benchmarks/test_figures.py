"""What the benchmarks print and keep says what was measured."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import compare
from benchmarks.compare import main
from benchmarks.contestants import NAMES
from benchmarks.import_cost import import_cost
from benchmarks.printing import aligned, comparison_rows, comparison_text, markdown, scale_text
from benchmarks.questions import BY_NAME, PLAIN, QUESTIONS, SUITE, by_shop
from benchmarks.running import Job, run_apart
from benchmarks.scale import flatness
from benchmarks.speed import BEGIN, END, replaced, speed_text

MACHINE = {
    "processor": "a processor",
    "architecture": "x",
    "cores": 2,
    "memory_bytes": 8_000_000_000,
    "system": "a system",
    "python": "3.11.0",
}


def measured(seconds: dict[str, float]) -> dict[str, Any]:
    """Return what one contestant's process reports."""
    return {
        "seconds": seconds,
        "ways": dict.fromkeys(seconds, 0),
        "copy_seconds": {"warm": 0.01, "fresh": 0.04},
        "input_bytes": 1_000_000_000,
        "peak_bytes": 1_500_000_000,
    }


def figures() -> dict[str, Any]:
    """Return a comparison in which each of six parts takes us 0.1 s and the fastest peer 0.6 s."""
    ours = {**dict.fromkeys(SUITE, 0.1), "build": 0.9, "build_narrow": 0.6}
    peers = {
        "custinsights": measured(ours),
        "polars": measured({**dict.fromkeys(SUITE, 0.9), "summary": 0.6, "rfm": 0.6}),
        "duckdb": measured({**dict.fromkeys(SUITE, 0.6), "summary": 0.8}),
    }
    return {
        "kind": "compare",
        "orders": 1_000_000,
        "ids": "int",
        "seed": 1,
        "machine": MACHINE,
        "versions": {"numpy": "2.0"},
        "runs": [{"rows": "time", "contestants": peers}],
    }


def row(title: str) -> list[str]:
    """Return the cells of a row of the comparison behind its title."""
    (found,) = [cells for cells in comparison_rows(figures()["runs"][0]) if cells[0] == title]
    return found[1:]


def test_a_part_shows_times_and_ratios() -> None:
    """Times, the fastest peer over ours, and ours in copies of a column."""
    assert row(QUESTIONS[0].title) == ["0.100", "0.600", "0.800", "6.0 ×", "10"]


def test_the_sum_takes_the_fastest_peer_of_each_part() -> None:
    """No single peer is the fastest everywhere: the sums compare with the best of each part."""
    assert row("Sum of the first six") == ["0.600", "4.800", "3.800", "6.0 ×", "60"]


def test_the_build_is_counted_once() -> None:
    """With the build the six parts take 0.6 + 0.6 s, a third of the peers' 3.6 s."""
    assert row("Sum of the first six with the build")[0] == "1.200"
    assert row("Sum of the first six with the build")[3] == "3.0 ×"
    assert row("Build of the suite's three columns")[3] == "1.0 × Polars' summary"


def test_unasked_parts_are_not_shown() -> None:
    """A comparison of some parts shows those, and no sums of others."""
    run = figures()["runs"][0]
    for who in run["contestants"].values():
        del who["seconds"]["gaps"]
    titles = [cells[0] for cells in comparison_rows(run)]
    assert "Mean days between consecutive orders" not in titles
    assert "Sum of the first six" not in titles


def test_text_columns_align() -> None:
    """The first column is flush left, numbers are flush right, lines have no trailing blanks."""
    assert aligned([["a", "10"], ["bcd", "9"], ["e", ""]]) == "a    10\nbcd   9\ne"


def test_markdown_is_a_table() -> None:
    """A head, a rule that puts numbers to the right, and a line per row."""
    assert markdown([["a", "b"], ["c", "1"]]) == "| a | b |\n| --- | ---: |\n| c | 1 |"


def scaled() -> dict[str, Any]:
    """Return a scale run in which ten times the orders take twenty times as long."""
    runs = [
        {"orders": orders, "rows": rows, **measured({"build": each * orders, "build_narrow": 0.0})}
        for rows in ("time", "random")
        for orders, each in ((100, 1e-6), (1_000, 2e-6))
    ]
    for run in runs:
        run["seconds"].pop("build_narrow")
        run["seconds"]["build_narrow"] = run["seconds"]["build"]
    return {"kind": "scale", "seed": 1, "machine": MACHINE, "versions": {}, "runs": runs}


def test_flatness_is_per_order() -> None:
    """Twice the time per order is a flatness of two, whatever the sizes."""
    assert flatness(scaled(), "build", "time") == pytest.approx(2.0)
    assert "2.0" in scale_text(scaled())


def test_the_readme_says_what_was_kept() -> None:
    """The section is made of the largest comparison, e-mail ids, sizes and import, if kept."""
    larger = {**figures(), "orders": 2_000_000}
    emails = {**figures(), "ids": "email"}
    cost = {"kind": "import", "cost_ms": 31.4, "ground_ms": 120.0}
    text = speed_text([figures(), scaled(), larger, cost, emails])
    assert "2,000,000 orders with whole-number" in text
    assert "1,000,000 orders with whole-number" not in text
    assert "build of 1,000,000 orders takes 0.9 s" in text
    assert "varies by at most 2.0 ×" in text
    assert "the 0 parts, s" in text
    assert "adds 31 ms to the 120 ms" in text


def of_parts(*parts: str, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """Return a comparison of some parts and contestants."""
    said = {name: measured(dict.fromkeys((*parts, "build_narrow"), 0.1)) for name in names}
    return {**figures(), "runs": [{"rows": "time", "contestants": said}]}


def test_the_readme_shows_parts_of_a_run_of_their_own() -> None:
    """What was asked apart of as many orders stands below the rest; smaller sizes do not."""
    apart, smaller = of_parts("funnel"), {**of_parts("first_product"), "orders": 10}
    text = speed_text([apart, smaller, figures()])
    assert text.index("| Mean days between") < text.index("| Funnel of four steps")
    assert "first product" not in text


@pytest.mark.parametrize("part", list(BY_NAME))
def test_the_readme_can_show_every_part(part: str) -> None:
    """A part that was compared has its row."""
    assert f"| {BY_NAME[part].title} | 0.100 |" in speed_text([of_parts(*BY_NAME)])


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (of_parts(*BY_NAME), 1),
        (of_parts("funnel"), 0),
        (of_parts(*PLAIN), 0),
        (of_parts(*BY_NAME, names=NAMES[:1]), 0),
        ({**of_parts(*BY_NAME), "orders": 1000}, 0),
    ],
    ids=["all", "one part", "orders alone", "one contestant", "few orders"],
)
def test_only_whole_figures_are_kept_unasked(
    told: dict[str, Any], kept: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run of some parts, or of some contestants, writes over nothing."""
    monkeypatch.setattr(compare, "compare", lambda *_, **__: told)
    monkeypatch.setattr(compare, "RESULTS", tmp_path)
    main([])
    assert [path.name for path in tmp_path.iterdir()] == ["compare-1e6-int.json"] * kept
    main(["--json", str(tmp_path / "asked.json")])
    assert (tmp_path / "asked.json").exists()


def test_every_part_has_its_shop() -> None:
    """Orders alone are asked apart from activities, and from lines; no part is lost."""
    assert by_shop(BY_NAME) == [PLAIN, ("funnel",), ("first_product",)]


def test_only_the_section_is_replaced() -> None:
    """What stands around the markers stays as it is, however often it is written."""
    readme = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = replaced(readme, "new")
    assert once == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert replaced(once, "new") == once


def test_a_readme_without_markers_is_refused() -> None:
    """Nothing is written into a README that has no place for it."""
    with pytest.raises(ValueError, match="lacks the markers"):
        replaced("no markers", "new")


def test_a_process_reports_times_memory_and_answers() -> None:
    """A job in its own process times every part it was given, and no other."""
    job = Job(contestant="polars", orders=2_000, seed=1, parts=("summary", "gaps"), repeats=1)
    result = run_apart(job)
    assert set(result["seconds"]) == {"summary", "gaps"}
    assert all(seconds > 0 for seconds in result["seconds"].values())
    assert result["peak_bytes"] >= result["input_bytes"] > 10_000_000


def test_smoke_asks_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    """The smoke run compares all contestants, prints their times and keeps nothing."""
    main(["--smoke", "--part", "gaps", "--part", "funnel"])
    printed = capsys.readouterr().out
    assert "custinsights" in printed
    assert "Mean days between consecutive orders" in printed
    assert "Funnel of four steps" in printed
    assert "Build of all five with as many activities" in printed
    assert "Kept in" not in printed


def test_import_cost_is_a_difference() -> None:
    """The cost is what custinsights adds to the libraries it stands on."""
    cost = import_cost(runs=1)
    assert cost["cost_ms"] == cost["with_custinsights_ms"] - cost["ground_ms"]


def test_comparison_text_names_the_machine() -> None:
    """Times come with cores, memory and versions."""
    text = comparison_text(figures())
    assert "2 cores of a processor, 8 GB, Python 3.11.0, numpy 2.0" in text
