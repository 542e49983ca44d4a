"""The search in a real browser: results, suggestions, and the keys for both."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout

ADDRESSES = ["/search?q=%E8%B4%B7%E6%AC%BE", "/search?q=zzzz", "/search", "/search?q=3.3", "/search?kind=event"]


@contextmanager
def asking(page: Page) -> Iterator[Locator]:
    """Wait for suggestions after what is done within."""
    with page.expect_response("**/search/suggestions?*"):
        yield page.get_by_role("listbox")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ADDRESSES)
def test_the_page_can_be_used_by_everyone(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    expect(page.locator("html")).to_have_attribute("lang", language)
    check_layout(page)
    check_access(page)


def test_a_result_leads_to_its_page_and_a_kind_narrows(visitor: Visitor) -> None:
    page = visitor.open("/search?q=relending")
    page.get_by_role("link", name=re.compile("^Instruments")).click()
    page.wait_for_url("**/search?q=relending&kind=instrument")
    expect(page.locator(".chip[aria-current]")).to_contain_text("Instruments")
    page.locator(".results a").first.click()
    page.wait_for_url("**/id/instrument/relending")


def test_a_printed_number_reaches_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/search?q=32612.7")
    page.locator(".printed td a").click()
    page.wait_for_url("**/gross-regional-product/level#evidence")


@pytest.mark.parametrize("path", ["/", "/search", "/quality"])
def test_suggestions_come_while_typing_and_are_walked_by_keys(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    box = page.get_by_role("combobox").filter(visible=True)
    with asking(page) as shown:
        box.press_sequentially("depo")
    options = shown.get_by_role("option")
    expect(options).to_have_count(8)
    expect(box).to_have_attribute("aria-expanded", "true")
    check_access(page)
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    box.press("ArrowUp")
    box.press("ArrowUp")
    expect(shown.locator("[aria-selected=true]")).to_have_count(0)
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(shown).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == "depo"
    with asking(page):
        box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/id/indicator/deposits")


def test_enter_without_a_choice_searches(visitor: Visitor) -> None:
    page = visitor.open("/")
    box = page.get_by_role("combobox").filter(visible=True)
    with asking(page):
        box.press_sequentially("merger")
    box.press("Enter")
    page.wait_for_url("**/search?q=merger")


def test_a_suggestion_can_be_pressed_and_leaving_closes_them(visitor: Visitor) -> None:
    page = visitor.open("/", "zh")
    box = page.get_by_role("combobox").filter(visible=True)
    with asking(page) as shown:
        box.press_sequentially("大连")
    box.press("Tab")
    expect(shown).to_be_hidden()
    box.focus()
    with asking(page):
        box.press("ArrowDown")
    expect(shown.get_by_role("option").first).to_contain_text("大连市")
    shown.get_by_role("option").first.click()
    page.wait_for_url("**/id/area/CN-210200")


def test_suggestions_fit_a_narrow_screen(visitor: Visitor) -> None:
    page = visitor.open("/quality", "zh", 360)
    with asking(page) as shown:
        page.get_by_role("combobox").press_sequentially("贷款")
    expect(shown.get_by_role("option").first).to_be_visible()
    check_layout(page)
    check_access(page)


def test_a_slash_leads_to_the_search_and_is_a_slash_where_one_writes(visitor: Visitor) -> None:
    page = visitor.open("/quality")
    box = page.get_by_role("combobox")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    assert box.input_value() == ""
    page.keyboard.press("/")
    assert box.input_value() == "/"


def test_where_there_are_no_suggestions_it_is_said(visitor: Visitor) -> None:
    page = visitor.open("/search")
    with asking(page):
        page.get_by_role("combobox").filter(visible=True).press_sequentially("zzzz")
    expect(page.get_by_role("status").filter(has_text="No suggestions")).to_have_count(1)
    expect(page.get_by_role("listbox")).to_have_count(0)
