"""The frame of every page in a real browser: the menu, the language, dark mode, and life without scripts."""

import re

import pytest
from playwright.sync_api import expect

from browsing import Visitor, check_access, check_layout, wait_for_charts

# What the menu at the top of every page leads to, and the page to start from.
MENU = [
    "/indicators", "/compare", "/flows", "/events", "/institutions", "/reports", "/quality", "/questions", "/query",
    "/vocabulary", "/catalog",
]  # fmt: skip
PAGES = ["/", *MENU]


def test_the_menu_leads_to_every_part_of_the_site(visitor: Visitor) -> None:
    page = visitor.open("/")
    links = page.locator("nav.main a")
    assert [link.get_attribute("href") for link in links.all()] == MENU
    for path in MENU:
        page.locator(f'nav.main a[href="{path}"]').click()
        expect(page).to_have_url(re.compile(f"{path}$"))
        expect(page.locator('nav.main [aria-current="page"]')).to_have_attribute("href", path)
        expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound_in_the_dark(visitor: Visitor, path: str) -> None:
    page = visitor.open(path, "zh", 800, dark=True)
    wait_for_charts(page)
    check_layout(page)
    check_access(page)


@pytest.mark.parametrize("path", ["/compare?s=loans.yoy_growth.CN-LN", "/id/indicator/loans", "/quality"])
def test_the_switch_changes_the_language_and_keeps_the_place(visitor: Visitor, path: str) -> None:
    page = visitor.open(path, "en")
    page.locator(".languages a[lang=zh]").click()
    expect(page).to_have_url(re.compile(re.escape(path)))
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator("nav.main a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.locator(".languages a[lang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_without_scripts(visitor: Visitor, path: str) -> None:
    page = visitor.open(path, java_script_enabled=False)
    expect(page.locator("h1")).to_be_visible()
    assert page.locator(".loading:visible").count() == 0
    assert len(page.locator("main").inner_text()) > 200


def test_the_content_is_one_key_away(visitor: Visitor) -> None:
    page = visitor.open("/events")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
