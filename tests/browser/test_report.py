"""The report in a real browser: it looks right, drills down, and asks for nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import custinsights as ci

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODES = [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")]
Open = Callable[..., Any]

# Every piece of text that can be seen: its words, size and place, clipped to what shows it.
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, owner = node.parentElement;
    if (!node.textContent.trim() || !owner || /^(SCRIPT|STYLE)$/.test(owner.tagName)) continue;
    if (!owner.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (owner.closest('.toc, .skip, .hoverlayer')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      let box = { l: rect.left, t: rect.top, r: rect.right, b: rect.bottom };
      for (let up = owner; up && up !== document.body; up = up.parentElement) {
        if (getComputedStyle(up).overflowX === 'visible') continue;
        const frame = up.getBoundingClientRect();
        box = { l: Math.max(box.l, frame.left), t: Math.max(box.t, frame.top),
                r: Math.min(box.r, frame.right), b: Math.min(box.b, frame.bottom) };
      }
      if (box.r - box.l < 1 || box.b - box.t < 1) continue;
      const style = getComputedStyle(owner);
      found.push({ text: node.textContent.trim(), size: parseFloat(style.fontSize),
                   sticky: style.position === 'sticky', ...box });
    }
  }
  return found;
}"""


def _scrolled(page: Page) -> None:
    """Scroll through the whole page, from one chart to the next as each is drawn."""
    for box in page.locator(".plot[data-figure]").all():
        if box.is_visible():
            box.scroll_into_view_if_needed()
            page.wait_for_function("box => box.dataset.drawn === 'yes'", arg=box.element_handle())
    page.wait_for_timeout(200)


def _overlapping(texts: list[dict[str, Any]], least: float = 2.0) -> list[tuple[str, str]]:
    """Return the texts that lie on one another."""
    rows = sorted(texts, key=lambda text: text["t"])
    found = []
    for at, one in enumerate(rows):
        for other in rows[at + 1 :]:
            if other["t"] >= one["b"] - least:
                break
            across = min(one["r"], other["r"]) - max(one["l"], other["l"])
            down = min(one["b"], other["b"]) - max(one["t"], other["t"])
            if across > least and down > least and not (one["sticky"] or other["sticky"]):
                found.append((one["text"], other["text"]))
    return found


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [*(("gallery", *mode) for mode in MODES), *(("retail", *mode) for mode in MODES[1:3])],
)
def test_a_report_reads_well_on_every_screen(
    opened: Open, folder: Path, name: str, width: int, scheme: str
) -> None:
    """No text lies on another, none is smaller than 12 px, and nothing has to be scrolled aside."""
    page = opened((folder / f"{name}.html").as_uri(), width=width, scheme=scheme).page
    _scrolled(page)
    texts = page.evaluate(TEXTS)
    assert len(texts) > 300
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [text["text"] for text in texts if text["size"] < 12] == []
    assert _overlapping(texts) == []


@pytest.mark.parametrize("over", ["file", "http"])
def test_a_report_asks_for_nothing(opened: Open, folder: Path, served: str, over: str) -> None:
    """The page itself is the only thing that is loaded, and nothing is said on the console."""
    url = (folder / "gallery.html").as_uri() if over == "file" else f"{served}/gallery.html"
    found = opened(url)
    _scrolled(found.page)
    asked = [one for one in found.asked if not one.startswith(("data:", "blob:"))]
    assert asked in ([url], [url, f"{served}/favicon.ico"])
    assert [one for one in found.said if "favicon" not in one] == []


@pytest.mark.parametrize(("width", "scheme"), [MODES[0], MODES[-1]])
def test_axe_finds_nothing(opened: Open, folder: Path, width: int, scheme: str) -> None:
    """The page holds the rules of accessible pages: contrast, names, roles, order of headings."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened((folder / "gallery.html").as_uri(), width=width, scheme=scheme).page
    _scrolled(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _rows(page: Page) -> list[list[str]]:
    rows: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('#drill-rows tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return rows


def _arrive(page: Page, at: str) -> None:
    """Wait until the drill-down shows a year, month or day: links are followed a moment later."""
    page.wait_for_function(
        "at => document.querySelector('#crumbs [aria-current]')?.textContent === at", arg=at
    )


def test_a_reader_drills_down_to_the_orders_of_a_day(opened: Open, folder: Path) -> None:
    """Years, months and days show the library's numbers, a day its orders; and back again."""
    history = ci.datasets.gallery()
    page = opened((folder / "gallery.html").as_uri()).page
    metrics = ["revenue", "orders", "customers"]

    def shown(row: dict[str, Any], level: str) -> list[str]:
        return [row[level], f"{row['revenue']:,}", f"{row['orders']:,}", f"{row['customers']:,}"]

    years = ci.measure(history, metrics, by=["year"]).to_dicts()
    first, whole, _ = ([text.rstrip("*") for text in row[:4]] for row in _rows(page))
    assert [first, whole] == [shown(row, "year") for row in years][:2]
    assert [row[1][-1] == "*" for row in _rows(page)] == [True, False, True]
    page.click("#drill-rows a >> text=2023")
    _arrive(page, "2023")
    months = ci.measure(history, metrics, by=["month"]).to_dicts()
    told = {row["month"]: shown(row, "month") for row in months}
    assert [row[:4] for row in _rows(page)] == [told[f"2023-{month:02}"] for month in range(1, 13)]
    page.click("#drill-rows a >> text=2023-05")
    _arrive(page, "2023-05")
    days = ci.measure(history, metrics, by=["day"]).to_dicts()
    busy = [shown(row, "day") for row in days if row["day"].startswith("2023-05") and row["orders"]]
    assert [row[:4] for row in _rows(page) if row[2] != "0"] == busy
    day = busy[0][0]
    page.click(f"#drill-rows a >> text={day}")
    _arrive(page, day)
    orders = ci.measure(history, ["orders"], by=["day"]).orders(day=day).to_dicts()
    assert sorted(row[0] for row in _rows(page)) == sorted(str(row["order_id"]) for row in orders)
    page.click("#crumbs a >> text=2023-05")
    _arrive(page, "2023-05")
    assert [row[:4] for row in _rows(page) if row[2] != "0"] == busy
    page.click("#crumbs a >> text=All years")
    _arrive(page, "All years")
    assert page.evaluate("location.hash") == "#drill"


def test_a_click_on_a_bar_drills_down(opened: Open, folder: Path) -> None:
    """The chart is a way in as the table is."""
    page = opened((folder / "gallery.html").as_uri()).page
    page.locator("#drill-plot .points path").nth(1).click(force=True)
    _arrive(page, "2023")
    assert len(_rows(page)) == 12


def test_a_link_leads_to_a_day(opened: Open, folder: Path) -> None:
    """The address holds where the reader is; one that leads nowhere shows all years."""
    gallery = (folder / "gallery.html").as_uri()
    page = opened(f"{gallery}#drill/2023-05").page
    assert _rows(page)[0][0].startswith("2023-05-")
    for nowhere in ("1850", "2023-05-99", "<img src=x onerror=alert(1)>"):
        found = opened(f"{gallery}#drill/{nowhere}")
        assert [row[0] for row in _rows(found.page)] == ["2022", "2023", "2024"]
        assert found.said == []


def test_a_day_without_orders_says_so(opened: Open, tmp_path: Path) -> None:
    """Also in a month of which no day is in the file; of no such day nothing is known."""
    history = ci.OrderHistory.from_arrays(
        customer=["a", "b"],
        placed_at=["2023-01-30", "2025-02-03"],
        amount=["10.00", "20.00"],
        currency="EUR",
        timezone="UTC",
    )
    path = ci.report(history, tmp_path / "r.html", include_orders=True)
    for day, says in (
        ("2025-02-01", "No order on this day."),
        ("2024-07-05", "No order on this day."),
        ("2024-02-31", "This report knows nothing of 2024-02-31."),
        ("2030-01-01", "This report knows nothing of 2030-01-01."),
    ):
        page = opened(f"{path.as_uri()}#drill/{day}").page
        if "nothing" in says:
            assert page.inner_text("#drill-remark") == says
        else:
            assert _rows(page) == [[says]]
            assert page.locator("#drill-rows th").count() == 0


def test_the_orders_of_a_day_are_searched_sorted_and_paged(opened: Open, tmp_path: Path) -> None:
    """Search narrows, a heading sorts both ways, and more than a page of orders has pages."""
    n = 60
    history = ci.OrderHistory.from_arrays(
        customer=[f"c{one:03}" for one in range(n)],
        placed_at=[f"2024-03-05T{one % 24:02}:00" for one in range(n)],
        amount=[str(100 + one) for one in range(n)],
        order_id=[f"o{one:03}" for one in range(n)],
        currency="EUR",
        timezone="Europe/Paris",
    )
    path = ci.report(history, tmp_path / "day.html", include_orders=True)
    page = opened(f"{path.as_uri()}#drill/2024-03-05").page
    assert len(_rows(page)) == 25
    page.click("#later")
    page.click("#later")
    assert len(_rows(page)) == 10
    page.fill("#drill-search", "o007")
    assert [row[0] for row in _rows(page)] == ["o007"]
    page.fill("#drill-search", "")
    page.click("#drill-rows thead button >> text=/^amount/")
    assert "159.00" in _rows(page)[0]
    page.click("#drill-rows thead button >> text=/^amount/")
    assert "100.00" in _rows(page)[0]


def test_a_page_is_used_by_keyboard_alone(opened: Open, folder: Path) -> None:
    """Enter on a link drills down, Space on a switch shows the other chart, focus can be seen."""
    page = opened((folder / "gallery.html").as_uri()).page
    page.focus("#drill-rows tbody a")
    page.keyboard.press("Enter")
    _arrive(page, "2022")
    assert page.evaluate("location.hash") == "#drill/2022"
    page.focus("#composition .choices button >> nth=1")
    page.keyboard.press("Space")
    assert page.is_visible("#composition >> text=Customers by quarter")
    assert not page.is_visible("#composition >> text=Customers by month")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_definition_of_a_headline_shows_on_hover_and_focus(opened: Open, folder: Path) -> None:
    """What a number means, and what it is made of, is one gesture away."""
    page = opened((folder / "gallery.html").as_uri()).page
    card = page.locator(".card", has_text="average order value")
    assert not card.locator(".tip").is_visible()
    card.hover()
    assert card.locator(".tip").is_visible()
    assert "Revenue ÷ orders." in card.locator(".tip").inner_text()


def test_a_page_prints(opened: Open, folder: Path) -> None:
    """On paper every chart is drawn, and what only serves a screen is not there."""
    page = opened((folder / "gallery.html").as_uri()).page
    _scrolled(page)
    page.emulate_media(media="print")
    assert not page.is_visible(".toc")
    assert not page.is_visible("#theme")
    assert page.pdf().startswith(b"%PDF")


HOSTILE = [
    r"$\alpha$ and $x^2$",
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(5)",
    "%{y} %{customdata}",
    "<a href='javascript:alert(6)'>here</a>",
    "\u202egnp.exe",
    "]]>--><!--",
    '=HYPERLINK("http://x")',
    "&lt;b&gt;bold&amp;",
]


def test_what_customers_write_is_only_ever_text(opened: Open, tmp_path: Path) -> None:
    """Hostile words in every text column stand in the page as they are and do nothing."""
    n = len(HOSTILE)
    columns: Any = {
        name: [f"{text} {name}" for text in HOSTILE]
        for name in ("country", "region", "city", "channel", "payment_method", "coupon", "campaign")
    }
    history = ci.OrderHistory.from_arrays(
        customer=[f"{text} customer" for text in HOSTILE],
        placed_at=[f"2024-03-{day:02}T10:00" for day in range(1, n + 1)],
        amount=["10.00"] * n,
        order_id=[f"{text} order" for text in HOSTILE],
        currency="EUR",
        timezone="Europe/Paris",
        **columns,
    )
    path = ci.report(
        history, tmp_path / "x.html", title="</title><script>alert(0)</script>", include_orders=True
    )
    found = opened(path.as_uri())
    page = found.page
    _scrolled(page)
    for day, text in enumerate(HOSTILE, start=1):
        page.evaluate(f"location.hash = '#drill/2024-03-{day:02}'")
        _arrive(page, f"2024-03-{day:02}")
        shown = _rows(page)[0][0]
        assert shown == f"{text} order".replace("\u202e", " ").strip()
    assert found.said == []
    assert (
        page.evaluate("document.querySelectorAll('img, iframe, a[href^=javascript]').length") == 0
    )
    assert page.locator("h1").inner_text() == "</title><script>alert(0)</script>"
    assert page.locator("#geography svg >> text=<script>alert(1)</script> coun").count() == 1
    assert page.locator("#geography svg >> text=$\\alpha$ and $x^2$ country").count() == 1
