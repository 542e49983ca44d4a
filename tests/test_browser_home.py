"""The page to start from in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from altering import copy_report, list_lines, make_app
from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout
from serving import running


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_can_be_used_by_everyone(visitor: Visitor, language: str, width: int, dark: bool) -> None:
    page = visitor.open("/", language, width, dark=dark)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".headline")).to_have_count(12)
    check_layout(page)
    check_access(page)


def test_a_click_on_a_figure_reaches_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/", "zh")
    page.locator(".latest a", has_text="3.26 万亿元").click()
    page.wait_for_url("**/id/observation/**#evidence")
    expect(page.locator("#evidence")).to_be_in_viewport()
    expect(page.locator("body")).to_contain_text("32612.7")


def test_a_click_on_a_title_reaches_its_indicator(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.locator(".headline h3 a", has_text="Retail sales").click()
    page.wait_for_url("**/id/indicator/retail-sales")
    expect(page.locator("h1")).to_contain_text("Retail sales")


def test_lines_are_drawn_and_say_what_they_show(visitor: Visitor) -> None:
    page = visitor.open("/")
    line = page.get_by_role("img", name=re.compile("^Year-on-year growth, Jan–Mar 2024: "))
    expect(line).to_have_count(1)
    box = line.locator("polyline").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) > (150, 20)
    assert line.locator("polyline").evaluate("line => getComputedStyle(line).stroke") != "none"
    assert line.locator("title").all_text_contents()[-1] == "Jan–Dec 2024 · +5.1%"


def test_every_way_leads_somewhere(visitor: Visitor) -> None:
    page = visitor.open("/")
    paths = [link.get_attribute("href") for link in page.locator(".way, .asked a, .sizes a").all()]
    assert len(paths) > 20
    for path in sorted(set(map(str, paths))):
        assert page.request.get(visitor.address + path).ok, path


def test_the_page_reads_without_scripts(visitor: Visitor) -> None:
    page = visitor.open("/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("deposits")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search?q=deposits")
    expect(page.locator(".results li").first).to_contain_text("Deposits outstanding")


def test_the_language_can_be_switched(visitor: Visitor) -> None:
    page = visitor.open("/")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(page.locator("h1")).to_contain_text("逐一可查")


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where three reports are served, two of them like the real one but of others."""
    copies = [*copy_report("jilin-2025", "CN-JL", "2024"), *copy_report("hebei-2024", "CN-HE", "2023")]
    with running(make_app(tmp_path_factory.mktemp("several"), [*list_lines(), *copies])) as address:
        yield address


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_of_several_reports_one_is_chosen(browser: Browser, several: str, language: str, width: int) -> None:
    visitor = Visitor(browser, several)
    page = visitor.open("/", language, width)
    check_layout(page)
    check_access(page)
    page.locator("#report").select_option("hebei-2024")
    page.locator(".choose button").click()
    page.wait_for_url("**/?report=hebei-2024")
    expect(page.locator("#headlines")).to_contain_text({"en": "Hebei", "zh": "河北"}[language])
    page.locator("table a", has_text={"en": "Headline figures", "zh": "主要数值"}[language]).nth(1).click()
    page.wait_for_url("**/?report=liaoning-2025*")
    visitor.leave()
    assert not visitor.faults
