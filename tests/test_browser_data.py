"""The pages of the data, the questions, the releases and the errors in a real browser."""

import pytest
from playwright.sync_api import Page

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout

PAGES = ["/catalog", "/releases", "/questions", "/questions/deposits-by-sector"]
ERRORS = [
    ("/nothing", 404),
    ("/id/nothing", 404),
    ("/questions/nothing", 404),
    ("/questions/fiscal-gap?year=x", 400),
    ("/sparql?query=SELECT%20*%20WHERE%20%7B", 400),
]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), ERRORS)
def test_an_error_is_a_page(visitor: Visitor, path: str, status: int, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    assert str(status) in page.locator(".kind").inner_text()
    check_layout(page)
    check_access(page)
    forgive(visitor, status)


def forgive(visitor: Visitor, status: int) -> None:
    """Take out what the browser itself writes of a page that is an error, and nothing else."""
    said = f"the server responded with a status of {status}"
    assert [said in fault for fault in visitor.faults] == [True]
    visitor.faults.clear()


def find_release(page: Page) -> str:
    return page.locator("footer code").inner_text()


def test_the_data_lead_to_the_release_and_its_pages(visitor: Visitor) -> None:
    page = visitor.open("/catalog")
    name = find_release(page)
    page.get_by_role("link", name="This release").click()
    page.wait_for_url(f"**/releases/{name}")
    check_access(page)
    page.get_by_role("link", name="Open its pages").click()
    page.wait_for_url(f"**/releases/{name}/")


def test_a_release_compared_with_itself_is_told_to_be_the_same(visitor: Visitor) -> None:
    page = visitor.open("/catalog")
    name = find_release(page)
    page.goto(f"{visitor.address}/releases/{name}..{name}")
    assert page.locator(".empty").inner_text() == "These are one and the same release."
    check_access(page)
    check_layout(page)


def test_a_question_is_asked_with_another_parameter(visitor: Visitor) -> None:
    page = visitor.open("/questions/deposits-by-sector")
    before = page.locator("table.answer tbody tr").count()
    assert before > 10
    field = page.get_by_label("year the periods end in")
    field.fill("2023")
    field.press("Enter")
    page.wait_for_url("**year=2023**")
    assert page.locator("table.answer tbody tr").count() != before


def test_a_question_opens_in_the_editor(visitor: Visitor) -> None:
    page = visitor.open("/questions/deposits-by-sector", "zh")
    address = page.get_by_role("link", name="在查询编辑器中打开").get_attribute("href")
    assert address is not None
    assert address.startswith("/query?query=")


def test_from_an_error_one_finds_back(visitor: Visitor) -> None:
    page = visitor.open("/id/indicator/no-such-thing")
    forgive(visitor, 404)
    field = page.locator("#again")
    assert field.input_value() == "no such thing"
    field.fill("loans")
    field.press("Enter")
    page.wait_for_url("**/search?q=loans")
