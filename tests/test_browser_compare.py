"""Comparing in a real browser: series are added, taken away, drawn, and shown in a page of someone else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts

GROWTH = "s=deposits.yoy_growth.CN-LN&s=loans.yoy_growth.CN-LN"
UNITS = "s=deposits.level.CN-LN&s=deposits.yoy_growth.CN-LN&s=foreign-investment-used.level.CN-LN"
PAGES = [
    "/compare",
    f"/compare?{GROWTH}",
    f"/compare?{UNITS}",
    f"/compare?{GROWTH}&indicator=deposits",
    "/compare?s=nonsense&s=loans.level.CN-XX&indicator=zzz",
    f"/compare/embed?{GROWTH}",
    "/compare/embed",
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    wait_for_charts(page)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


def test_a_comparison_is_made_without_a_script(visitor: Visitor) -> None:
    page = visitor.open("/compare", java_script_enabled=False)
    for name, row in (("Deposits outstanding", "Total"), ("Loans outstanding", "Total")):
        page.get_by_label("Add a series: indicator").fill(name)
        page.get_by_role("button", name="Find its series").click()
        offers = page.locator("table.offers")
        column = offers.locator("thead th").all_inner_texts().index("Year-on-year growth")
        chosen = offers.locator("tbody tr").filter(has=page.locator(f"th:text-is('{row}')"))
        chosen.locator("td").nth(column - 1).get_by_role("link").click()
    assert "s=deposits.yoy_growth.CN-LN&s=loans.yoy_growth.CN-LN" in page.url
    assert page.locator(".members li").count() == 2
    page.get_by_role("link", name="Remove Deposits outstanding").click()
    assert page.locator(".members li").count() == 1
    assert "deposits" not in page.url


def test_a_ready_comparison_is_drawn(visitor: Visitor) -> None:
    page = visitor.open("/compare")
    page.locator(".card a").first.click()
    page.wait_for_url("**/compare?s=**")
    wait_for_charts(page)
    page.locator("table.matrix td a").first.click()
    page.wait_for_url("**/id/observation/**#evidence")


def test_the_language_is_kept_with_the_comparison(visitor: Visitor) -> None:
    page = visitor.open(f"/compare?{GROWTH}&type=bar")
    page.get_by_role("link", name="中文").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator(".members li").count() == 2
    assert page.locator(".switches [aria-current]").all_inner_texts() == ["柱形", "原值"]


@pytest.fixture
def elsewhere(address: str) -> Iterator[str]:
    """A page of someone else that shows a chart of ours."""
    source = f"{address}/compare/embed?{GROWTH}&lang=zh"
    body = f'<!doctype html><title>x</title><iframe src="{source}" width=600 height=500></iframe>'

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/"
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if found:
                self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_chart_stands_in_a_page_of_someone_else(visitor: Visitor, elsewhere: str) -> None:
    page = visitor.open("/compare/embed")
    page.goto(elsewhere)
    frame = page.frame_locator("iframe")
    frame.locator("[data-chart][data-drawn] canvas").wait_for()
    assert frame.get_by_role("link", name="数值与出处").get_attribute("target") == "_blank"
    assert frame.locator(".source").inner_text().startswith("资料来源：")
