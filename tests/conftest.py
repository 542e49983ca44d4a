"""The reports that tests read: the invented one of the repository, and the real one where it may be read.

Real reports are not redistributed. They lie in `$PROVFIN_REPORTS`; where that or `CI` is set a missing report fails,
elsewhere the tests of reading it are skipped, and the last line of the run says so.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

import browsing
from provfin.extraction import Extraction, extract, extract_text, read_source
from stores import list_missing

ROOT = Path(__file__).parent.parent
EXAMPLE = Path(__file__).parent / "reports" / "example-2024.txt"
REPORTS = Path(os.environ.get("PROVFIN_REPORTS") or ROOT.parent / "shared" / "reports")
IS_REQUIRED = bool(os.environ.get("CI") or os.environ.get("PROVFIN_REPORTS"))
LIAONING = REPORTS / "liaoning-2025.txt"

# The same examples in every run: a failure is there for everyone, and the time does not vary.
settings.register_profile("provfin", deadline=None, derandomize=True, database=None, max_examples=100)
settings.load_profile("provfin")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end of a run when the real report was not there."""
    if not LIAONING.is_file():
        terminalreporter.write_line(f"NOT TESTED: reading the real report, for {LIAONING} is missing", yellow=True)
    for line in (*list_missing(), *browsing.list_missing()):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def example() -> Extraction:
    """What is read from the invented report."""
    return extract(EXAMPLE)


@pytest.fixture(scope="session")
def liaoning_source() -> str:
    """The text of the real report."""
    if not LIAONING.is_file() and IS_REQUIRED:
        pytest.fail(f"{LIAONING} is missing; set PROVFIN_REPORTS to the folder of the real reports")
    if not LIAONING.is_file():
        pytest.skip(f"{LIAONING} is missing; set PROVFIN_REPORTS to test the reading of a real report")
    return read_source(LIAONING)


@pytest.fixture(scope="session")
def liaoning(liaoning_source: str) -> Extraction:
    """What is read from the real report."""
    return extract_text(liaoning_source, "liaoning-2025")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the data of this checkout are served."""
    with browsing.serving(tmp_path_factory.mktemp("served")) as address:
        yield address


# Not for a whole session: while a browser is driven, its loop is that of the thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser."""
    with browsing.launching() as browser:
        yield browser


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[browsing.Visitor]:
    """Somebody who looks at pages, and fails the test for anything wrong on them."""
    visitor = browsing.Visitor(browser, address)
    yield visitor
    visitor.leave()
    assert not visitor.faults
