"""Events in a real browser: lists and portraits are sound, months lead to their events, figures to their evidence."""

import pytest

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts

MERGER = "/id/event/liaoning-2025/2024-06-20/merger-liaoning-rural-commercial-bank"
# Each language in one of the widths: what is wide is so in both.
VIEWS = list(zip(LANGUAGES, WIDTHS, strict=True))
PAGES = [
    "/events",
    "/events?kind=merger&area=CN-LN",
    "/events?kind=none",
    "/events/titles",
    "/events/outlook",
    "/events/documents",
    MERGER,
    "/id/document/pboc-liaoning/辽银发202466号",
    "/id/designation/liaoning-2025/CN-210100/国家中欧班列集结中心",
    "/id/outlook/liaoning-2025/3/credit-growth",
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
    for path in ("/events", MERGER):
        page = visitor.open(path, dark=True)
        wait_for_charts(page)
        check_access(page)


def test_a_month_leads_to_its_events(visitor: Visitor) -> None:
    page = visitor.open("/events")
    page.locator(".overview a", has_text="Sep").click()
    heading = page.locator("#on-2024-09")
    heading.wait_for()
    assert heading.evaluate("each => each.getBoundingClientRect().top") < 900
    assert page.locator(".month", has=heading).locator(".event").count() == 3


def test_events_are_chosen_by_a_form_and_the_choice_taken_away(visitor: Visitor) -> None:
    page = visitor.open("/events")
    assert page.locator(".event").count() == 30
    page.get_by_label("Kind of event").select_option("merger")
    page.locator("form.choose button").click()
    page.wait_for_url("**/events?*kind=merger*")
    assert page.locator(".event").count() == 2
    page.locator(".chips.chosen a").first.click()
    page.wait_for_url("**/events")
    assert page.locator(".event").count() == 30


def test_a_click_on_a_figure_reaches_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/events?kind=merger")
    page.locator(".event", has_text="20 June").locator('a[href$="#evidence"]').click()
    page.wait_for_url("**/id/observation/**#evidence")
    assert "36" in page.locator("section", has=page.locator("#evidence")).inner_text()


def test_an_event_is_told_where_it_is_printed_and_leads_on(visitor: Visitor) -> None:
    page = visitor.open(MERGER)
    assert page.locator("section", has=page.locator("#evidence")).locator("tbody tr").count() == 4
    page.locator('.neighbours a[rel="next"]').click()
    page.wait_for_url("**/2024-07-09/**")
    page.locator('.neighbours a[rel="prev"]').click()
    page.wait_for_url(f"**{MERGER}")


def test_the_language_switch_keeps_the_choice(visitor: Visitor) -> None:
    page = visitor.open("/events?kind=merger")
    page.locator(".languages a").click()
    page.wait_for_url("**/events?kind=merger")
    assert page.locator("h1").inner_text() == "事件"
    assert page.locator(".event").count() == 2
