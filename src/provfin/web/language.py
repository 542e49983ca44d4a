"""Owns which language a page is in: what its address, its reader's choice or its reader's browser asks for.

`?lang=` decides, then the cookie that the switch on every page sets, then Accept-Language. Refuses to lead anywhere but
to this server.
"""

from collections.abc import Mapping
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import Scope
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from provfin.web.negotiation import HTML
from provfin.web.problems import make_problem

# The languages of pages, each as it calls itself; the first is for who asks for none of them.
LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
DEFAULT = next(iter(LANGUAGES))
PARAMETER = "lang"
_COOKIE = "language"
_YEAR = 365 * 24 * 60 * 60
_LONGEST_HEADER = 1000


def find_language(scope: Scope) -> str:
    """Return the language of the page that answers a request."""
    headers = {
        name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"cookie", b"accept-language")
    }
    query = scope["query_string"].decode("latin-1")
    asked = query if f"{PARAMETER}=" in query else ""
    told = (asked, headers.get(b"cookie", ""), headers.get(b"accept-language", ""))
    return _choose(*(text if len(text) <= _LONGEST_HEADER else "" for text in told))


def find_page_language(request: Request, media_type: str) -> str:
    """Return the language of the answer to a request in a format: none where it is not a page."""
    return find_language(request.scope) if media_type == HTML else ""


@lru_cache(maxsize=512)
def _choose(query: str, cookie: str, accepted: str) -> str:
    asked: list[str] = [*parse_qs(query).get(PARAMETER, ()), _read_cookie(cookie)]
    found = next((code for code in asked if code in LANGUAGES), None)
    if found is not None:
        return found
    languages = parse_accept_header(accepted, LanguageAccept)
    best: str = languages.best_match(LANGUAGES, DEFAULT)
    return best


def _read_cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def make_router() -> APIRouter:
    """Return the route of the switch."""
    router = APIRouter(include_in_schema=False)

    @router.get("/language/{code}")
    async def switch(code: str, request: Request, to: str = "/") -> Response:
        if code not in LANGUAGES:
            return make_problem(404, f"pages are in {', '.join(LANGUAGES)}, not in {code}")
        if not to.startswith("/") or to.startswith("//") or "\\" in to or not to.isprintable():
            return make_problem(400, "to: where to go on is a path on this server, such as /search")
        headers = {"Cache-Control": "no-store"}
        response = RedirectResponse(to, 303, headers)
        is_secure = request.url.scheme == "https"
        response.set_cookie(_COOKIE, code, max_age=_YEAR, samesite="lax", httponly=True, secure=is_secure)
        return response

    return router
