"""Take the screenshots of the report that the documentation shows.

``python -m benchmarks.make_screenshots`` writes them to ``docs/_static``. It needs the extra
``browser`` and Chromium, whose path the environment variable CUSTINSIGHTS_CHROMIUM tells.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import attrs

import custinsights as ci

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent.parent / "docs" / "_static"


@attrs.frozen
class Shot:
    """What of which report is seen, and on which screen."""

    name: str
    report: str
    anchor: str
    width: int
    height: int
    scheme: Literal["light", "dark"]


SHOTS = (
    Shot("report-overview", "gallery", "", 1280, 1000, "light"),
    Shot("report-cohorts", "retail", "#cohorts", 1280, 820, "dark"),
    Shot("report-phone", "gallery", "", 390, 844, "light"),
)


def main() -> None:
    """Write the reports, open them, and take the pictures."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        shops = {
            "gallery": ("Harbour Row Gallery", ci.datasets.gallery(activities=True)),
            "retail": ("Online Retail", ci.datasets.load_online_retail()),
        }
        for name, (title, history) in shops.items():
            ci.report(history, Path(folder) / f"{name}.html", title=title)
        chromium = os.environ.get("CUSTINSIGHTS_CHROMIUM") or None
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in SHOTS:
            print(_taken(browser, Path(folder), shot))
        browser.close()


def _taken(browser: Browser, folder: Path, shot: Shot) -> str:
    page = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    page.goto(f"{(folder / f'{shot.report}.html').as_uri()}{shot.anchor}")
    page.wait_for_selector("#drill-plot .plot-container")
    page.wait_for_timeout(500)
    path = FOLDER / f"{shot.name}.png"
    path.write_bytes(page.screenshot())
    page.close()
    return f"{path.name}: {path.stat().st_size / 1000:.0f} kB"


if __name__ == "__main__":
    main()
