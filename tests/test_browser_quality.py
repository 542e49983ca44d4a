"""The pages of quality in a real browser: they fit, can be used by everyone, and a number leads to its place."""

import re

import pytest
from playwright.sync_api import expect

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout

REPORT = "/quality/liaoning-2025"
LOANS = "growth-against-levels/CN-LN/2024-12-31/loans/cny/yoy_growth"
PAGES = [
    "/quality",
    REPORT,
    f"{REPORT}/ledger",
    f"{REPORT}/ledger?kind=unread",
    f"{REPORT}/validation",
    f"{REPORT}/contradictions",
    "/quality/rules",
    "/quality/rules/PF-AUD-008",
    f"/id/audit-finding/liaoning-2025/{LOANS}",
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    expect(page.locator("h1")).to_have_count(1)
    check_layout(page)
    check_access(page)


def test_a_page_is_sound_in_the_dark(visitor: Visitor) -> None:
    check_access(visitor.open(f"{REPORT}/contradictions", dark=True))


def test_a_number_of_the_ledger_leads_to_where_it_is_printed(visitor: Visitor) -> None:
    page = visitor.open(f"{REPORT}/ledger")
    row = page.locator("#n400")
    expect(row.locator("q")).to_have_text("3.3")
    row.get_by_role("link", name=re.compile("Gross regional product")).click()
    expect(page).to_have_url(re.compile(r"/id/observation/liaoning-2025/.*#evidence$"))
    expect(page.get_by_role("cell", name=re.compile("400–407"))).to_be_visible()


def test_the_ledger_is_filtered_by_its_form(visitor: Visitor) -> None:
    page = visitor.open(f"{REPORT}/ledger")
    page.get_by_label("Reason").select_option("threshold")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.ledger tbody tr")).to_have_count(4)
    page.get_by_label("Digits, or part of a fact’s name").fill("no such thing")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".empty")).to_be_visible()
    page.get_by_role("link", name="Show all").first.click()
    expect(page.locator("table.ledger tbody tr")).to_have_count(100)


def test_a_contradiction_leads_to_its_figures_and_its_rule(visitor: Visitor) -> None:
    page = visitor.open(f"{REPORT}/contradictions")
    finding = page.locator(f"section[id='{LOANS.replace('/', '.')}']")
    expect(finding.locator(".formula.letters").first).to_have_text("x = a − b")
    assert finding.locator("rect.printed").evaluate("bar => bar.getBoundingClientRect().width") > 10
    finding.get_by_role("link", name="-4.7").first.click()
    expect(page).to_have_url(re.compile("yoy_growth#evidence$"))
    page.go_back()
    finding.get_by_role("link", name="PF-AUD-007").click()
    expect(page.locator("h1")).to_have_text("Growth against levels")


def test_bars_are_as_long_as_their_numbers(visitor: Visitor) -> None:
    page = visitor.open("/quality")
    bars = page.locator(".tile .stack").first.locator("rect")
    widths = bars.evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    whole = page.locator(".tile .stack").first.evaluate("bar => bar.getBoundingClientRect().width")
    numbers = [int(text.replace(",", "")) for text in page.locator(".tile .key").first.locator("a").all_inner_texts()]
    assert [round(width / whole * sum(numbers)) for width in widths] == pytest.approx([n for n in numbers if n], abs=2)


def test_a_rule_is_reached_by_its_anchor(visitor: Visitor) -> None:
    page = visitor.open("/quality/rules?kind=shape#PF-OBS-020")
    expect(page.locator("#PF-OBS-020")).to_be_in_viewport()


def test_the_language_switch_stays_on_the_page(visitor: Visitor) -> None:
    page = visitor.open(f"{REPORT}/contradictions")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h1")).to_have_text("矛盾之处")
    expect(page).to_have_url(re.compile("/contradictions$"))
