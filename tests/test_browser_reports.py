"""Reports in a real browser: a figure reaches its evidence, a fact its place in the text, every page can be used."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

import browsing
from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_until
from conftest import LIAONING

PAGES = [
    "/reports", "/id/report/liaoning-2025", "/id/part/liaoning-2025/section/2/1/1",
    "/id/part/liaoning-2025/table/5", "/id/part/liaoning-2025/appendix/table/1",
]  # fmt: skip
TEXT = "/reports/liaoning-2025/text"


@pytest.fixture(scope="module")
def reading_address(tmp_path_factory: pytest.TempPathFactory, liaoning_source: str) -> Iterator[str]:
    """Where the data are served beside the text they were read from."""
    assert liaoning_source
    with browsing.serving(tmp_path_factory.mktemp("served"), sources=LIAONING.parent) as address:
        yield address


@pytest.fixture
def reader(browser: Browser, reading_address: str) -> Iterator[Visitor]:
    """Somebody who looks at pages of a server that has the text."""
    reader = Visitor(browser, reading_address)
    yield reader
    reader.leave()
    assert not reader.faults


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    check_layout(page)
    check_access(page)


def test_a_cell_reaches_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/id/part/liaoning-2025/table/1")
    page.get_by_role("link", name="39,930").click()
    page.wait_for_url("**/observation/**#evidence")
    assert "39930" in page.locator("#evidence").locator("xpath=..").inner_text()


def test_the_cell_one_comes_for_is_highlighted(visitor: Visitor) -> None:
    page = visitor.open("/id/part/liaoning-2025/table/5#m14443-14447")
    cell, other = page.locator("[id='m14443-14447']"), page.locator("[id='m14471-14475']")
    colour = "element => getComputedStyle(element).backgroundColor"
    assert cell.evaluate(colour) != other.evaluate(colour)
    expect(cell).to_be_in_viewport()


def test_the_outline_leads_to_a_part_and_on(visitor: Visitor) -> None:
    page = visitor.open("/id/report/liaoning-2025", "zh")
    page.locator(".outline").first.get_by_role("link", name="1.资产负债规模稳步增长").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1.资产负债规模稳步增长")
    page.locator(".beside [rel=next]").click()
    expect(page.locator("table.redrawn")).to_be_visible()


def test_the_text_in_a_browser_is_the_file(reader: Visitor, liaoning_source: str) -> None:
    page = reader.open(TEXT)
    assert page.locator("article.source").evaluate("article => article.textContent") == liaoning_source


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_can_be_used_by_everyone(reader: Visitor, language: str, width: int) -> None:
    page = reader.open(TEXT, language, width)
    check_layout(page)
    check_access(page)


def test_a_figure_of_the_text_leads_to_its_fact_and_back(reader: Visitor) -> None:
    page = reader.open(TEXT)
    page.locator("[id='m400-407']").click()
    page.wait_for_url("**/gross-regional-product/level#evidence")
    page.locator(f"a[href='{TEXT}#m400-407']").click()
    page.wait_for_url(f"**{TEXT}#m400-407")
    place = page.locator("[id='m400-407']")
    expect(place).to_be_in_viewport()
    assert place.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"


def test_marks_are_switched_off(reader: Visitor) -> None:
    page = reader.open(TEXT)
    colour = "element => getComputedStyle(element).backgroundColor"
    hit = page.locator("[id='m413-417']")
    before = hit.evaluate(colour)
    page.locator("#show-hit").uncheck()
    assert hit.evaluate(colour) != before
    pointer = page.locator("a.told-to").first
    expect(pointer).to_be_visible()
    page.locator("#show-told").uncheck()
    expect(pointer).to_be_hidden()


def test_the_outline_follows_the_reader(reader: Visitor) -> None:
    page = reader.open(TEXT, "zh")
    page.evaluate("document.querySelector('article h2:nth-of-type(4)').scrollIntoView()")
    wait_until(page, "document.querySelector('.places [aria-current]')?.textContent === '三、预测与展望'")
    expect(page.locator(".places [aria-current]")).to_be_in_viewport()
    page.evaluate("scrollTo(0, 600)")
    wait_until(page, "document.querySelector('.places [aria-current]')?.textContent !== '三、预测与展望'")


def test_without_the_text_there_is_a_way_on(visitor: Visitor) -> None:
    page = visitor.open("/id/report/liaoning-2025")
    page.get_by_role("link", name="Read the text").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The text is not here")
    check_layout(page)
    check_access(page)
    # A browser tells its console of a page that is not there.
    visitor.faults[:] = [fault for fault in visitor.faults if TEXT not in fault]
