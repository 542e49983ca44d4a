"""Institutions in a real browser: lists and portraits are sound, relations are drawn and lead to pages."""

import pytest
from playwright.sync_api import Page

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts, wait_until

BRANCH = "/id/institution/pboc-liaoning"
# Each language in one of the widths: what is wide is so in both.
VIEWS = list(zip(LANGUAGES, WIDTHS, strict=True))
PAGES = [
    "/institutions",
    "/institutions?q=nobody",
    "/institutions?kind=bank&all=yes",
    "/institutions/types",
    BRANCH,
    "/id/institution/pboc",
    "/id/institution/liaoxintong",
    "/id/institution-type/city-commercial-banks",
    "/id/institution-group/liaoning-2025/2024-06-20-merger-liaoning-rural-commercial-bank",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "width"), VIEWS)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    wait_for_charts(page)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


def test_dark_pages_can_be_read(visitor: Visitor) -> None:
    for path in ("/institutions", BRANCH):
        page = visitor.open(path, dark=True)
        wait_for_charts(page)
        check_access(page)


def count_colours(page: Page) -> int:
    """Return how many colours the drawing of relations has."""
    colours = page.locator("#network canvas").evaluate(
        "canvas => { const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
        "const found = new Set(); for (let at = 0; at < data.length; at += 4) "
        "if (data[at + 3] === 255) found.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]); return found.size; }"
    )
    return int(colours)


@pytest.mark.parametrize("width", WIDTHS)
def test_relations_are_drawn_as_high_as_their_names_need(visitor: Visitor, width: int) -> None:
    page = visitor.open(BRANCH, width=width)
    wait_for_charts(page)
    assert count_colours(page) > 10
    lines = page.locator(".related dd li").count() + page.locator(".related dt").count()
    height = page.locator("#network").evaluate("each => each.clientHeight")
    # Two columns where there is room for them.
    assert height > lines * 20 / (1 if width < 640 else 2)


def test_relations_are_placed_anew_in_a_narrower_window(visitor: Visitor) -> None:
    page = visitor.open(BRANCH)
    wait_for_charts(page)
    before = page.locator("#network").evaluate("each => each.clientHeight")
    page.set_viewport_size({"width": 360, "height": 900})
    wait_until(page, f"document.querySelector('#network').clientHeight > {before}")
    check_layout(page)


def test_a_click_on_a_name_leads_to_its_page(visitor: Visitor) -> None:
    page = visitor.open("/id/institution/liaoxintong", width=360)
    wait_for_charts(page)
    plot = page.locator("#network")
    plot.scroll_into_view_if_needed()
    # On narrow screens the first name stands on the fourth line, to the right of its point.
    box = plot.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 49, box["y"] + 14 + 2 * 26 + 26)
    page.wait_for_url("**/id/institution-kind/platform")


def test_relations_can_be_read_as_a_list(visitor: Visitor) -> None:
    page = visitor.open(BRANCH)
    page.locator(".related summary").click()
    page.locator(".related a", has_text="People's Bank of China").first.click()
    page.wait_for_url("**/id/institution/**")


def test_a_click_on_a_figure_reaches_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/institutions/types")
    page.locator("tbody tr", has_text="City commercial banks").locator('a[href$="#evidence"]').first.click()
    page.wait_for_url("**/id/observation/**#evidence")
    assert "36631" in page.locator("section", has=page.locator("#evidence")).inner_text().replace(",", "")


def test_institutions_are_found_by_name(visitor: Visitor) -> None:
    page = visitor.open("/institutions", "zh")
    page.locator("#by-name").fill("辽信通")
    page.keyboard.press("Enter")
    page.wait_for_url("**/institutions?*q=*")
    page.locator(".institutions th a", has_text="辽信通").click()
    page.wait_for_url("**/id/institution/liaoxintong")
    assert page.locator("h1").inner_text() == "辽信通"
