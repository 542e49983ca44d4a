"""Owns what is true of every request whatever its route: HEAD is GET without the body, OPTIONS tells the methods.

Refuses addresses that are not well formed: a % without its digits, bytes that are not UTF-8, a Host that is none.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provfin.web.problems import make_problem

# All that any route here has.
_METHODS = ("GET", "POST")
_MOST_QUOTED = 100
BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2; what stands in brackets is looked at apart.
_HOST = re.compile(rb"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?")


class AnswerAlike:
    """ASGI middleware for HEAD, OPTIONS and malformed addresses, over the routes of an application."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer a GET in place of a HEAD."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif fault := find_fault(scope.get("raw_path") or b"") or find_host_fault(scope["headers"]):
            await make_problem(400, fault)(scope, receive, send)
        elif scope["method"] == "HEAD":
            # The server looks at its own scope when it checks how long the body is, so that one stays.
            await self._app({**scope, "method": "GET"}, receive, _drop_body(send))
        elif scope["method"] == "OPTIONS" and (allowed := list_methods(self._routes, scope)):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def find_fault(path: bytes) -> str | None:
    """Return what is wrong with a path as it was sent, or None.

    >>> find_fault(b"/id/%E5%9C%B0"), find_fault(b"/id/%E5")
    (None, 'the address is not UTF-8')
    """
    if path.isascii() and b"%" not in path:
        return None
    if BAD_PERCENT.search(path.decode("latin-1")):
        return "the address has a % that begins no escape; write it as %25"
    try:
        unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return "the address is not UTF-8"
    return None


def find_host_fault(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return what is wrong with the Host headers of a request, or None.

    >>> find_host_fault([(b"host", b"a:80")]), find_host_fault([(b"host", b"%zz")])
    (None, 'the Host header is no name of a host: %zz')
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1:
        return "there is more than one Host header"
    if hosts and not _is_host(hosts[0]):
        return f"the Host header is no name of a host: {hosts[0][:_MOST_QUOTED].decode('latin-1')}"
    return None


def _is_host(value: bytes) -> bool:
    found = _HOST.fullmatch(value)
    if found is None or found["ipv6"] is None:
        return found is not None
    try:
        ipaddress.IPv6Address(found["ipv6"].decode())
    except ValueError:
        return False
    return True


def list_methods(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """Return the methods that routes have for a path, as an Allow header; empty where there is no such path."""
    routes = list(routes)
    methods = {method for method in _METHODS if any(_answers(route, scope, method) for route in routes)}
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted({*methods, "OPTIONS"})) if methods else ""


def _answers(route: BaseRoute, scope: Scope, method: str) -> bool:
    return route.matches({**scope, "method": method})[0] is Match.FULL


def _drop_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
