"""Which language a page is in, and how a reader changes it."""

import pytest
from fastapi import FastAPI

from linking import Client
from provfin.web.language import find_language, make_router


def make_scope(query: str = "", cookie: str = "", accepted: str = "") -> dict[str, object]:
    headers = [(b"cookie", cookie.encode()), (b"accept-language", accepted.encode())]
    return {"headers": [header for header in headers if header[1]], "query_string": query.encode()}


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("", "", "", "en"),
        ("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "", "zh-TW", "zh"),
        ("", "", "fr, zh;q=0.2, en;q=0.4", "en"),
        ("", "", "fr", "en"),
        ("", "", "zh;q=0, en;q=0.1", "en"),
        ("", "language=zh", "en", "zh"),
        ("", "a=b; language=zh", "", "zh"),
        ("", "language=xx", "zh", "zh"),
        ("", 'language="', "zh", "zh"),
        ("lang=en&x=1", "language=zh", "zh", "en"),
        ("lang=", "language=zh", "en", "zh"),
        ("slang=zh", "", "en", "en"),
        ("", "", "zh" * 10_000, "en"),
    ],
)
def test_the_address_decides_then_the_reader_then_the_browser(
    query: str, cookie: str, accepted: str, language: str
) -> None:
    assert find_language(make_scope(query, cookie, accepted)) == language


@pytest.fixture(scope="module")
def client() -> Client:
    app = FastAPI()
    app.include_router(make_router())
    return Client(app)


def test_the_switch_remembers_and_goes_back(client: Client) -> None:
    response = client.get("/language/zh?to=/compare%3Fs%3Da%26s%3Db")
    assert (response.status_code, response.headers["location"]) == (303, "/compare?s=a&s=b")
    assert response.headers["cache-control"] == "no-store"
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("language=zh;")
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize("to", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "elsewhere", ""])
def test_the_switch_leads_nowhere_else(client: Client, to: str) -> None:
    response = client.get(f"/language/zh?to={to}")
    assert response.status_code == 400
    assert "set-cookie" not in response.headers


def test_there_are_no_other_languages(client: Client) -> None:
    assert client.get("/language/fr?to=/").status_code == 404
