"""The report as a page, without a browser: what is in the file, whatever the history holds."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import custinsights as ci
from custinsights.domain import Customer, Money, Order, Refund
from custinsights.errors import InvalidValue, MissingExtra
from custinsights.presentation.figures import values
from custinsights.presentation.report import page as paging
from custinsights.presentation.report.charting import PALE
from custinsights.presentation.report.drilling import LEVELS, levels, orders_of_days
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Chart, Part, Switch
from custinsights.presentation.report.questions import QUESTIONS
from custinsights.presentation.report.writing import report
from custinsights.testing.strategies import histories
from tests.hostile import HOSTILE

OURS = 1_000_000
ALL = 6_000_000


def _shop(n: int, *, hours: float = 37, people: int | None = None, **columns: Any) -> Any:
    """Return a shop with orders at even distances."""
    start = np.datetime64("2024-01-01", "us")
    told: dict[str, Any] = {
        "customer": [f"c{one % (people or max(1, n // 2))}" for one in range(n)],
        "placed_at": start + np.arange(n) * np.timedelta64(int(hours * 3_600_000_000), "us"),
        "amount": [f"{one % 90 + 1}.50" for one in range(n)],
        "currency": "EUR",
        "timezone": "UTC",
    }
    return ci.OrderHistory.from_arrays(**{**told, **columns})


def _objects_of(days: list[str]) -> Any:
    """Return a shop in which a new customer orders on each of some days, and the first one too."""
    who = [name for place in range(len(days)) for name in (f"c{place}", "c0")]
    return ci.OrderHistory.from_arrays(
        customer=who,
        placed_at=[day for day in days for _ in range(2)],
        amount=np.full(len(who), 10),
        currency="EUR",
        timezone="UTC",
    )


def _read(*currencies: str, customer: str = "c1") -> Any:
    """Return a shop that keeps its orders in the first currency alone."""
    n = len(currencies)
    table = {
        "order_id": [f"o{one}" for one in range(n)],
        "customer": [customer] * n,
        "placed_at": ["2024-03-05"] * n,
        "amount": ["1200"] * n,
        "currency": currencies,
    }
    columns = {name: name for name in table}
    return ci.read_frame(table, columns=columns, currency=currencies[0], timezone="UTC")


def _objects(orders: list[Order], **told: Any) -> Any:
    return ci.read_objects(orders, currency="EUR", timezone="Europe/Paris", **told)


_DAY = datetime(2024, 3, 5, 12, tzinfo=UTC)
_WORDS = ("عمّان", "東京都千代田区", "ירושלים", "x" * 200, "Ελλάδα", "\u202eabc")
ODD: dict[str, Callable[[], Any]] = {
    "empty": lambda: _shop(0),
    "one order": lambda: _shop(1),
    "one customer": lambda: _shop(12, people=1),
    "one instant": lambda: _shop(9, hours=0),
    "one day": lambda: _shop(9, hours=1),
    "nobody known": lambda: _read("EUR", "EUR", customer=""),
    "several currencies": lambda: _read("EUR", "USD", "EUR", "JPY"),
    "days without hours": lambda: _shop(40, hours=24),
    "free": lambda: _shop(20, amount=["0.00"] * 20),
    "huge": lambda: _shop(20, amount=["9000000000000.00"] * 20),
    "words": lambda: _shop(30, country=[*_WORDS] * 5, channel=[*_WORDS] * 5, city=[*_WORDS] * 5),
    "many countries": lambda: _shop(200, country=[f"country {one % 40}" for one in range(200)]),
    "thirty years": lambda: _shop(3_000, hours=88),
    "prospects": lambda: _objects([], customers=[Customer("a"), Customer("b")]),
    "refunds only": lambda: _objects(
        [], customers=[Customer("a")], refunds=[Refund(Money("9.00", "EUR"), _DAY, customer="a")]
    ),
    "less than nothing": lambda: _objects(
        [Order(id="1", customer="a", placed_at=_DAY, total=Money("5.00", "EUR"))],
        refunds=[Refund(Money("50.00", "EUR"), _DAY, customer="a")],
    ),
}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of the gallery, with its orders."""
    path = tmp_path_factory.mktemp("report") / "gallery.html"
    shop = ci.datasets.gallery(activities=True)
    return report(shop, path, title="Gallery", include_orders=True).read_text("utf-8")


def _data(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    return json.loads(text)


def _plotly(page: str) -> str:
    """Return the script of Plotly that is in a page."""
    return max(re.split(r"</?script>", page), key=len)


def _charts(parts: Any) -> Iterator[Chart]:
    for part in parts:
        if isinstance(part, Switch):
            yield from _charts(part.parts.values())
        elif isinstance(part, Chart):
            yield part


@pytest.mark.parametrize("name", ODD)
def test_every_history_has_a_report(name: str, tmp_path: Path) -> None:
    """Each section shows something or says why not, whatever the history holds."""
    history = ODD[name]()
    inquiry = Inquiry(history)
    for section in (question.section(inquiry) for question in QUESTIONS.values()):
        assert section.parts or section.remarks
        assert section.title
    page = report(history, tmp_path / "odd.html", include_orders=True).read_text("utf-8")
    bodies = re.findall(r'<section id="(\w+)".*?</section>', page, re.DOTALL)
    assert bodies[:1] == ["overview"]
    assert len(bodies) == len(QUESTIONS) + 1
    for body in re.findall(r"<section .*?</section>", page, re.DOTALL):
        assert re.search(r'<figure|class="card"|class="remark"|id="crumbs"', body)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("empty", "<dt>Observed</dt><dd>nothing</dd>"),
        ("nobody known", "left out: nobody to whom they belong"),
        ("several currencies", "left out: in another currency (USD)"),
        ("less than nothing", "Left out, for their total is not positive: 1 customer"),
        ("refunds only", "People with refunds and no order that counts: 1"),
        ("one order", "No change is told: not all of both windows was observed."),
        ("thirty years", "The latest 24 cohorts, and 24 ages."),
    ],
)
def test_an_odd_history_has_a_page_that_says_what_is_odd(
    name: str, says: str, tmp_path: Path
) -> None:
    """What is not there, or left out, or cut short is told where it is missed."""
    page = report(ODD[name](), tmp_path / "odd.html").read_text("utf-8")
    assert says in page
    assert not re.search(r">(?:nan|None|inf)<|[ >]nan[ <]", page.replace(_plotly(page), ""))


def test_a_section_without_data_says_so_in_one_line(tmp_path: Path) -> None:
    """Nothing is drawn of nothing."""
    page = report(_shop(0), tmp_path / "empty.html").read_text("utf-8")
    assert "data-figure=" not in page
    assert page.count("Nothing to show: no order that counts falls here.") >= 5
    free = report(ODD["free"](), tmp_path / "free.html").read_text("utf-8")
    assert "Nothing to show of: revenue by month." in free


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_the_numbers_of_every_figure_are_those_of_the_library(history: Any) -> None:
    """A series holds what its column holds, and a level of the drill-down what measure says."""
    inquiry = Inquiry(history)
    for section in (question.section(inquiry) for question in QUESTIONS.values()):
        for chart in _charts(section.parts):
            columns = [
                values(column) for column in chart.table.columns[1:] if column.kind != "label"
            ]
            rows = len(chart.table) if chart.rows is None else chart.rows
            columns = [numbers[:rows] for numbers in columns]
            for trace in chart.figure["data"]:
                along = "x" if trace.get("orientation") == "h" else "y"
                if not str(trace["name"]).endswith(": unusual"):
                    assert trace[along] in columns
    found = levels(history)
    for level in LEVELS:
        told = {row[level]: row for row in ci.measure(history, _METRICS, by=[level]).to_dicts()}
        for label, texts, revenue, *_ in found[level]:
            row = told.pop(label)
            assert [_number(text) for text in texts[:4]] == [float(row[name]) for name in _METRICS]
            assert math.isclose(revenue, float(row["revenue"]), abs_tol=1e-9)
        assert not any(row[name] for row in told.values() for name in _METRICS[:3])


_METRICS = ("revenue", "orders", "customers", "new_customers")


def _number(text: str) -> float:
    return float(text.rstrip("*").replace(",", ""))


@pytest.mark.covers("P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09", "P12")
@pytest.mark.covers("M28", "M51", "M52", "M53", "M54")
def test_sections_come_in_order(gallery: str) -> None:
    """Each has its anchor, its title and its place in the navigation."""
    anchors = re.findall(r'<section id="(\w+)" aria-labelledby="h-\1">\s*<h2 id="h-\1">', gallery)
    first, *rest = QUESTIONS
    assert anchors == [first, "drill", *rest]
    assert re.findall(r'<li><a href="#(\w+)">', gallery) == anchors
    for key, title in ((one.key, one.title) for one in QUESTIONS.values()):
        assert f'<h2 id="h-{key}">{title}</h2>' in gallery


def test_every_headline_says_what_it_is_made_of(gallery: str) -> None:
    """A card holds its definition, numerator and denominator, an interval, and its band."""
    tips = re.findall(r'role="tooltip">(.*?)</p>', gallery, re.DOTALL)
    assert len(tips) == 19
    assert all(tips)
    told = " ".join(tips)
    assert "25,595.68 USD ÷ 129 orders" in told
    assert "44 orders ÷ 129 orders; 95% interval 26.5 to 42.6%" in told
    assert "1,054.30 USD ÷ 26,953.88 USD" in told or "Refunded ÷ gross revenue." in told
    assert gallery.count('<div class="band"') == 2
    assert "+67.0%" in gallery


def test_partial_periods_are_marked(gallery: str) -> None:
    """The first and last years are partly known: pale, starred, and both are explained."""
    found = _data(gallery)["drill"]["year"]
    assert [row[3:] for row in found] == [[1], [], [1]]
    assert found[-1][1][0].endswith("*")
    assert "Pale, open or *: only part of the period." in gallery


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_a_period_in_which_the_orders_begin_is_marked_in_every_section(period: str) -> None:
    """As in the drill-down: in tables, charts, cohorts and rows; a whole first period is not."""
    inquiry = Inquiry(_shop(0))
    for first, is_cut in (("2023-01-01", False), ("2023-01-09", True)):
        days = [*np.arange(first, "2024-12-31", 9, dtype="M8[D]").astype(str), "2024-12-31"]
        inquiry = Inquiry(_objects_of(days))
        charts = [
            chart
            for name in ("composition", "trend")
            for chart in _charts(QUESTIONS[name].section(inquiry).parts)
            if chart.table.names[0] == period
        ]
        assert len(charts) >= (2 if period == "month" else 1)
        for chart in charts:
            told = chart.table.columns[1]
            assert told.provisional is None or not told.provisional[1]
            assert bool(told.provisional is not None and told.provisional[0]) == is_cut
            assert (PALE in chart.says) == (told.provisional is not None)
        parts: Any = QUESTIONS["cohorts"].section(inquiry).parts
        grid = parts[0].parts[period].parts["retention"]
        assert grid.down[0].endswith("*)") == is_cut
        assert not grid.down[1].endswith("*)")
    answers = {one.key: one for one in QUESTIONS["cohorts"].answers(inquiry)}
    assert answers["retention"].data[0]["provisional"][0] == "size"


def test_a_page_allows_two_scripts_and_no_request(gallery: str) -> None:
    """The policy names the hashes of both scripts that are there, and nothing that loads."""
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', gallery)
    scripts = re.findall(r"<script>(.*?)</script>", gallery, re.DOTALL)
    digests = [
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'"
        for one in scripts
    ]
    assert len(digests) == 2
    assert f"script-src {' '.join(digests)};" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    ours = gallery.replace(_plotly(gallery), "")
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", ours)
    assert "url(" not in ours


def test_a_page_is_small(gallery: str, tmp_path: Path) -> None:
    """A page has at most 6 MB, of which Plotly's script leaves at most one for ours."""
    path = tmp_path / "retail.html"
    large = report(ci.datasets.load_online_retail(), path, include_orders=True).read_text("utf-8")
    long = report(_shop(5_479, hours=24), path, include_orders=True).read_text("utf-8")
    for page in (gallery, large, long):
        assert len(page.encode()) <= ALL
        assert len(page.replace(_plotly(page), "").encode()) <= OURS


def test_data_end_no_block_of_the_page(tmp_path: Path) -> None:
    """What customers write ends no script and opens no element, in data or in text."""
    n = len(HOSTILE)
    names = ("country", "city", "channel", "payment_method", "coupon")
    columns: dict[str, Any] = {name: [f"{text}{name}" for text in HOSTILE] for name in names}
    columns["amount"] = ["99.00" if "<" in text else "1.00" for text in HOSTILE]  # these are drawn
    history = _shop(n, customer=[f"{text} who" for text in HOSTILE], **columns)
    title = "</title><script>alert(0)</script>"
    path = report(history, tmp_path / "x.html", title=title, include_orders=True)
    page = path.read_text("utf-8")
    page = page.replace(_plotly(page), "")
    assert page.count("<script") == page.count("</script>") == 3
    assert not re.search(r"<(?:img|iframe|svg/|a )[^>]*(?:onerror|onload|javascript)", page)
    (text,) = re.findall(r'id="data">(.*?)</script>', page)
    assert not set("<>&") & set(text)
    data = _data(page)
    assert any("<script>" in cell for row in data["orders"]["rows"] for cell in row)
    traces = [trace for figure in data["figures"] for trace in figure["data"]]
    labels = [str(label) for trace in traces for label in (*trace["x"], *trace["y"])]
    assert any("&lt;" in label for label in labels)
    assert not any("<" in label or "%{" in label for label in labels)


def test_contacts_are_masked_unless_asked_for(tmp_path: Path) -> None:
    """An e-mail address as a customer's id is in the file only where that is asked for.

    One that stands where a label should is in no chart.
    """
    people = [f"ann{one}@example.com" for one in range(4)]
    labels: dict[str, Any] = {
        name: [f"bo{one}@example.com" for one in range(4)] for name in ("city", "channel")
    }
    history = _shop(4, customer=people, **labels)
    masked = report(history, tmp_path / "m.html", include_orders=True).read_text("utf-8")
    shown = report(
        history, tmp_path / "p.html", include_orders=True, include_personal=True
    ).read_text("utf-8")
    none = report(history, tmp_path / "n.html").read_text("utf-8")
    assert "ann1@example.com" not in masked + none
    assert not re.search(r"bo\d@example", masked + none)
    assert "ann1@example.com" in shown
    assert _data(none)["orders"] is None


def test_phone_numbers_as_ids_are_masked_unless_asked_for(tmp_path: Path) -> None:
    """However a number is written, and in every form in which customers are shown."""
    history = ci.read_frame(
        {
            "order_id": ["o1", "o2", "o3"],
            "phone": ["+49 170 1234567", "(030) 765-4321", "0044 20 7946 0958"],
            "placed_at": ["2024-01-03T10:00:00Z", "2024-02-03T10:00:00Z", "2024-03-03T10:00:00Z"],
            "amount": ["20", "30", "40"],
        },
        currency="EUR",
    )
    figures = re.compile(r"1701234567|307654321|2079460958")
    masked = report(history, tmp_path / "m.html", include_orders=True).read_text("utf-8")
    shown = report(
        history, tmp_path / "p.html", include_orders=True, include_personal=True
    ).read_text("utf-8")
    assert len(_data(masked)["orders"]["rows"]) == 3
    assert not figures.search(masked.replace(_plotly(masked), ""))
    assert len(set(figures.findall(shown.replace(_plotly(shown), "")))) == 3
    customers = ci.traits(history)
    assert not figures.search(f"{customers}{customers._repr_html_()}")
    assert not figures.search(str(customers.plot("customer").to_json()))


@pytest.mark.covers("P10", "P11")
def test_the_limit_of_orders_is_stated(tmp_path: Path) -> None:
    """The latest orders are in the file, and how many there are in all."""
    found = orders_of_days(_shop(30), 12, personal=False)
    assert (len(found["rows"]), found["total"]) == (12, 30)
    days = [row[found["at"]] for row in found["rows"]]
    assert days == sorted(days, reverse=True)
    page = report(_shop(30), tmp_path / "x.html", include_orders=True, most_orders=12)
    assert _data(page.read_text("utf-8"))["orders"]["total"] == 30


def test_progress_is_told_of_every_section(tmp_path: Path) -> None:
    """The calls count up to all of them."""
    told: list[tuple[int, int]] = []
    report(_shop(3), tmp_path / "x.html", progress=lambda done, whole: told.append((done, whole)))
    assert told == [(done, len(QUESTIONS)) for done in range(1, len(QUESTIONS) + 1)]


def test_the_same_history_makes_the_same_bytes(gallery: str, tmp_path: Path) -> None:
    """No clock and no chance is in a page."""
    shop = ci.datasets.gallery(activities=True)
    again = report(shop, tmp_path / "again.html", title="Gallery", include_orders=True)
    assert again.read_text("utf-8") == gallery


def test_a_wrong_path_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    """A folder that is not there, a folder as file, and no path at all."""
    asked: list[int] = []

    def progress(done: int, _all: int) -> None:
        asked.append(done)

    wrong: list[tuple[Any, str]] = [
        (tmp_path / "no" / "x.html", "There is no such folder"),
        (tmp_path, "This is a folder"),
        (7, "No file can be written to this"),
    ]
    for path, says in wrong:
        with pytest.raises(InvalidValue, match=says):
            report(_shop(3), path, progress=progress)
    assert asked == []


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C in the middle keeps the older file and leaves none beside it."""
    (tmp_path / "x.html").write_text("before")

    def interrupt(done: int, _all: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report(_shop(3), tmp_path / "x.html", progress=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"]
    assert (tmp_path / "x.html").read_text() == "before"


def test_options_are_checked(tmp_path: Path) -> None:
    """Personal fields need the orders, their number is whole and positive, a title is text."""
    with pytest.raises(InvalidValue, match="include_orders=True beside it"):
        report(_shop(3), tmp_path / "x.html", include_personal=True)
    with pytest.raises(InvalidValue, match=r"most_orders=5.*include_orders=True beside it"):
        report(_shop(3), tmp_path / "x.html", most_orders=5)
    with pytest.raises(InvalidValue, match="number of orders in the report"):
        report(_shop(3), tmp_path / "x.html", include_orders=True, most_orders=0)
    with pytest.raises(InvalidValue, match="The title of the report"):
        report(_shop(3), tmp_path / "x.html", title=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("library", ["jinja2", "plotly"])
def test_a_missing_library_names_its_extra(
    library: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without Jinja or Plotly one sentence says what to install."""
    for name in [one for one in sys.modules if one.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=r"custinsights\[report\]"):
        report(_shop(3), tmp_path / "x.html")
    assert [*tmp_path.iterdir()] == []


def test_a_sparkline_stays_in_its_box() -> None:
    """Fewer than two points draw nothing; a level course is a line; gaps are left out."""
    assert paging._sparkline([]) == paging._sparkline([None, 3.0]) == ""
    assert paging._sparkline([2.0, 2.0]) == "0.0,26.0 100.0,26.0"
    assert paging._sparkline([0.0, None, 4.0]) == "0.0,26.0 100.0,2.0"


def test_parts_are_known_by_kind() -> None:
    """What the page draws is one of the parts that there are."""
    part: Part = ()
    assert paging._kind(part) == "Cards"
