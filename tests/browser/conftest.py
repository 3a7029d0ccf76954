"""What the tests in a real browser need: Chromium, named by CUSTINSIGHTS_CHROMIUM.

Without that name nothing here is collected, so that the tests of the README need no browser.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import pytest

import custinsights as ci

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CUSTINSIGHTS_CHROMIUM", "")

PATIENCE = 120_000  # milliseconds: other tests may run beside these

collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]


@attrs.frozen
class Opened:
    """A page in a browser, with what it said and asked for."""

    page: Page
    said: list[str]
    asked: list[str]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once, and leave no event loop behind for tests of other things."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the reports that the tests read."""
    folder = tmp_path_factory.mktemp("reports")
    ci.report(ci.datasets.gallery(), folder / "gallery.html", include_orders=True)
    ci.report(ci.datasets.load_online_retail(), folder / "retail.html", title="Online Retail")
    return folder


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[str]:
    """Serve the reports on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open addresses, each in a fresh window, and wait for the first chart."""
    contexts = []

    def open_page(
        url: str, *, width: int = 1440, scheme: Literal["light", "dark"] = "light"
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        found = Opened(page, [], [])
        page.on("console", lambda message: found.said.append(message.text))
        page.on("pageerror", lambda error: found.said.append(str(error)))
        page.on("dialog", lambda dialog: found.said.append(dialog.message))
        page.on("request", lambda request: found.asked.append(request.url))
        page.goto(url)
        page.wait_for_selector("#drill-plot .plot-container, #drill-rows tbody tr")
        return found

    yield open_page
    for context in contexts:
        context.close()
