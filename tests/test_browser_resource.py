"""The pages of figures, places, codes and terms in a real browser: they fit, and lead from a number to its evidence."""

import pytest

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout

FIGURE = "/id/observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"
PAGES = [
    FIGURE,
    "/id/observation/liaoning-2025/CN-LN/2024-12-31/inclusive-small-business-loans/yoy_growth",
    "/id/mention/liaoning-2025/400-407",
    "/id/rule/prose-number",
    "/id/measure/share",
    "/id/period/2024",
    "/id/scheme/areas",
    "/id/scheme/indicators",
    "/vocabulary",
    "/def",
    "/def?term=Observation",
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


@pytest.mark.parametrize("path", [FIGURE, "/id/scheme/measures", "/def"])
def test_a_page_can_be_read_in_the_dark(visitor: Visitor, path: str) -> None:
    check_access(visitor.open(path, dark=True))


def test_a_number_leads_to_its_evidence_and_that_to_the_place(visitor: Visitor) -> None:
    page = visitor.open("/id/mention/liaoning-2025/400-407")
    page.get_by_role("link", name="3.26 trillion yuan").click()
    page.wait_for_url(f"**{FIGURE}#evidence")
    assert page.locator("#evidence").is_visible()
    page.get_by_role("link", name="3.3 万亿元").first.click()
    page.wait_for_url("**/id/mention/liaoning-2025/400-407")
    assert "3.3 万亿元" in page.locator("h1").inner_text()


def test_statements_open_by_keyboard(visitor: Visitor) -> None:
    page = visitor.open(FIGURE)
    summary = page.locator("summary", has_text="All statements")
    assert not page.locator("dl.statements").first.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("dl.statements").first.is_visible()
    assert "32612.7" in page.locator("dl.statements").first.inner_text()


def test_the_switch_of_languages_leads_back(visitor: Visitor) -> None:
    page = visitor.open(FIGURE)
    assert page.locator("h1").inner_text() == "Gross regional product"
    page.get_by_role("link", name="中文").click()
    page.wait_for_url(f"**{FIGURE}")
    assert page.locator("h1").inner_text() == "地区生产总值"
    assert page.locator("html").get_attribute("lang") == "zh"


def test_the_hierarchy_opens(visitor: Visitor) -> None:
    page = visitor.open("/id/scheme/areas")
    page.get_by_role("link", name="Liaoning", exact=True).click()
    page.wait_for_url("**/id/area/CN-LN")
    assert page.locator(".crumbs").inner_text().split("\n")[:3] == ["Vocabulary", "Areas", "China"]
