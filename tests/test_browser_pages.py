"""Every kind of page in a real browser: it renders, fits, can be used by everyone, and says nothing to the console."""

import pytest

from browsing import LANGUAGES, WIDTHS, Visitor, check_access, check_layout, wait_for_charts

PAGES = ["/"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(visitor: Visitor, path: str, language: str, width: int) -> None:
    page = visitor.open(path, language, width)
    wait_for_charts(page)
    assert page.locator("html").get_attribute("lang") == language
    check_layout(page)
    check_access(page)
