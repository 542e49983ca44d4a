"""The pages of indicators in a real browser: charts draw, figures lead to their evidence, files can be saved."""

from pathlib import Path

import pytest

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts

PAGES = [
    "/indicators",
    "/id/indicator/deposits",
    "/id/indicator/deposits?measure=level&by=sector",
    "/id/indicator/general-loan-share",
    "/id/indicator/banking-outlets",
    "/id/indicator/loans-granted",
    "/id/indicator/5g-base-stations",
]
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    wait_for_charts(page)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


def test_a_page_is_sound_in_the_dark(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/deposits", dark=True)
    wait_for_charts(page)
    check_access(page)


def test_a_chart_has_ink(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/deposits")
    wait_for_charts(page)
    page.wait_for_timeout(1500)
    colours = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-chart] canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4) if (data[at + 3]) seen.add(data.slice(at, at + 3).join());
          return [...seen];
        }"""
    )
    # The first two colours of the palette, one for each line.
    assert {"11,110,168", "192,90,0"} <= set(colours)


def test_a_figure_leads_to_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/deposits")
    page.get_by_role("link", name="84,967.0").click()
    page.wait_for_url("**/id/observation/**#evidence")
    assert page.url.endswith("/CN-LN/2024-12-31/deposits/level#evidence")
    assert page.locator("#evidence").count() == 1
    assert page.get_by_text("84967.0").count() > 0


def test_a_bar_leads_to_its_evidence(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/banking-outlets")
    wait_for_charts(page)
    page.wait_for_timeout(1500)
    plot = page.locator("[data-chart]")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    # The longest bar is the first of eight.
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.08)
    page.wait_for_url("**/banking-outlets/large-commercial-banks/count#evidence")


def test_switches_are_links(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/deposits", java_script_enabled=False)
    page.get_by_role("link", name="Institutional sector", exact=True).click()
    page.wait_for_url("**by=sector**")
    page.get_by_role("link", name="Renminbi", exact=True).first.click()
    page.wait_for_url("**currency-scope=cny**")
    chosen = page.locator(".switches [aria-current]").all_inner_texts()
    assert {"Institutional sector", "Renminbi"} <= set(chosen)
    assert page.locator("table.matrix").count() >= 3


def test_a_chart_can_be_saved(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.open("/id/indicator/deposits", dark=True, accept_downloads=True)
    wait_for_charts(page)
    saved: dict[str, bytes] = {}
    for button, suffix in (
        ("Save the chart as PNG", "png"),
        ("Save the chart as SVG", "svg"),
        ("Save the figures as CSV", "csv"),
    ):
        with page.expect_download() as started:
            page.get_by_role("button", name=button).click()
        assert started.value.suggested_filename.endswith(f".{suffix}")
        assert started.value.suggested_filename.startswith("Deposits-outstanding")
        started.value.save_as(tmp_path / suffix)
        saved[suffix] = (tmp_path / suffix).read_bytes()
    assert saved["png"].startswith(PNG)
    svg = saved["svg"].decode()
    assert svg.startswith("<svg")
    assert "Source: Financial Operation Report" in svg
    # On paper whatever the page is on.
    assert 'fill="rgb(255, 255, 255)"' in svg
    assert saved["csv"].startswith(b"series,period,start,end,value")


def test_the_list_is_narrowed_by_its_form(visitor: Visitor) -> None:
    page = visitor.open("/indicators", "zh")
    page.get_by_label("名称包含").fill("存款")
    page.get_by_role("button", name="显示").click()
    page.wait_for_url("**q=**")
    assert 1 < page.locator("th[scope=row]").count() < 30
