"""Looking at the real pages in a real browser: Debian's chromium, driven over its own protocol on the loopback.

A page that is opened here fails its test when anything is written to its console as an error, when it breaks its own
security policy, when it is wider than its window, or when axe finds a serious fault.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from provfin.assets import find_assets
from provfin.release import gather_content, publish
from provfin.settings import read_settings
from provfin.store import LocalEngine, load_store
from provfin.web.app import create_app
from serving import LocalService, running

ROOT = Path(__file__).parent.parent
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
IS_REQUIRED = bool(os.environ.get("CI"))
WIDTHS = (360, 1280)
LANGUAGES = ("en", "zh")
# Milliseconds until something that should appear is missed.
PATIENCE = 20_000
_PAUSE = 50
_MISSING = "no chromium was found, so that no page was looked at in a browser; install it, or set PROVFIN_CHROMIUM"


@lru_cache(maxsize=1)
def find_chromium() -> str | None:
    """Return the path of chromium, or None."""
    given = os.environ.get("PROVFIN_CHROMIUM")
    return given or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def list_missing() -> list[str]:
    """Return what the end of a run has to say about pages that were not looked at."""
    return [] if find_chromium() else [f"NOT TESTED: {_MISSING}"]


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[str]:
    """Serve the data of this checkout, answered in this process; yield the address."""
    release = publish(folder, gather_content(find_assets()))
    service = LocalService(LocalEngine(load_store(release.data_path)))
    with running(create_app(release, read_settings(log="off", **settings), lambda _release: service)) as address:
        yield address


@contextmanager
def launching() -> Iterator[Browser]:
    """Start a browser; without one the test is skipped, in continuous integration it fails."""
    path = find_chromium()
    if path is None and IS_REQUIRED:
        pytest.fail(_MISSING)
    if path is None:
        pytest.skip(_MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody who looks at pages: opens them, and at the end has seen nothing wrong."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self.address = address
        self.faults: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, path: str, language: str = "en", width: int = 1280, *, dark: bool = False, **options: Any) -> Page:
        """Open a page of the server in a new window and wait until it is there."""
        context = self._browser.new_context(
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            **options,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.goto(self.address + path, wait_until="load")
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.location.get('url', '')}: {message.text}")

    def leave(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()


def check_layout(page: Page) -> None:
    """Fail where a page is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{page.url} is {wide} pixels wider than its window"


def check_access(page: Page) -> None:
    """Fail where axe finds what keeps people from using a page: https://www.w3.org/TR/WCAG22/."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"][:3]
    ]
    assert not serious, f"{page.url}: {serious}"


def wait_until(page: Page, expression: str) -> None:
    """Wait until an expression is true of a page, asked from outside: its policy lets no text be evaluated inside."""
    for _ in range(PATIENCE // _PAUSE):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(_PAUSE)
    pytest.fail(f"{page.url}: never true: {expression}")


def wait_for_charts(page: Page) -> None:
    """Wait until every chart of a page is drawn."""
    wait_until(
        page,
        "[...document.querySelectorAll('[data-chart]')]"
        ".every(chart => chart.dataset.drawn && chart.querySelector('canvas'))",
    )
