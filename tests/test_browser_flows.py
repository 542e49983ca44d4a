"""Money flows, instruments and sectors in a real browser: the diagram draws, its parts lead on, all of it fits."""

import pytest
from playwright.sync_api import Page

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts

PAGES = [
    "/flows",
    "/flows?amount=lent&when=to-2024-12-31",
    "/flows?amount=other",
    "/flows?instrument=abacus",
    "/flows?report=atlantis",
    "/instruments",
    "/sectors",
    "/id/instrument/structural-instruments",
    "/id/instrument/targeted-mlf",
    "/id/use/liaoning-2025/relending-and-rediscount/pboc-liaoning/market-entities/2024",
    "/id/target/enterprises",
    "/id/sector/households",
]
# The colours of the first two flows.
COLOURS = {"light": "11,110,168", "dark": "93,184,238"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    # A page that is not found is an error to the console of the browser.
    visitor.faults[:] = [fault for fault in visitor.faults if not ("atlantis" in path and "404" in fault)]
    wait_for_charts(page)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", COLOURS)
def test_the_diagram_has_ink(visitor: Visitor, scheme: str, width: int) -> None:
    page = visitor.open("/flows", width=width, dark=scheme == "dark")
    wait_for_charts(page)
    page.wait_for_timeout(1500)
    assert COLOURS[scheme] in list_colours(page)
    check_access(page)


def list_colours(page: Page) -> set[str]:
    found: list[str] = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-chart] canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4) if (data[at + 3]) seen.add(data.slice(at, at + 3).join());
          return [...seen];
        }"""
    )
    return set(found)


def test_an_amount_leads_to_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/flows?amount=funded&when=in-2024", "zh")
    page.get_by_role("link", name="573 亿元").first.click()
    page.wait_for_url("**/id/observation/**#evidence")
    assert page.locator("#evidence").count() == 1
    assert "573 亿元" in page.locator("main").inner_text()


def test_a_flow_leads_to_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/flows?amount=leveraged")
    click_until(page, "**/id/observation/**carbon-tool-loans**#evidence", 0.4)


def test_a_name_leads_to_its_page(visitor: Visitor) -> None:
    page = visitor.open("/flows?amount=leveraged")
    click_until(page, "**/id/instrument/carbon-reduction-facility", 0.22)


def click_until(page: Page, address: str, part: float) -> None:
    """Click down the diagram at a part of its width until that leads on."""
    wait_for_charts(page)
    page.wait_for_timeout(1500)
    canvas = page.locator("[data-chart] canvas").first
    box = canvas.bounding_box()
    assert box is not None
    before = page.url
    for y in range(20, int(box["height"]), 12):
        canvas.click(position={"x": box["width"] * part, "y": y})
        page.wait_for_timeout(50)
        if page.url != before:
            break
    page.wait_for_url(address)


def test_filters_and_kinds_are_in_the_address(visitor: Visitor) -> None:
    page = visitor.open("/flows", width=360)
    page.get_by_label("Instrument", exact=True).select_option("structural-instruments")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**instrument=structural-instruments**")
    page.get_by_role("link", name="Funded").click()
    page.wait_for_url("**amount=funded**")
    assert "instrument=structural-instruments" in page.url
    assert page.get_by_label("Instrument", exact=True).input_value() == "structural-instruments"
    wait_for_charts(page)


def test_without_scripts_the_table_tells_all(visitor: Visitor) -> None:
    page = visitor.open("/flows", java_script_enabled=False)
    assert page.locator("table.uses").first.locator("tbody tr").count() == 9


def test_the_diagram_grows_with_its_window(visitor: Visitor) -> None:
    page = visitor.open("/flows", width=1280)
    wait_for_charts(page)
    page.set_viewport_size({"width": 360, "height": 900})
    page.wait_for_timeout(1000)
    check_layout(page)
    assert page.locator("[data-chart] canvas").first.evaluate("canvas => canvas.clientWidth") <= 360
