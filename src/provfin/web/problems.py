"""Owns the one form errors take over HTTP: problem+json (RFC 9457), and for who would rather read it, a page.

Which it is shows when it is sent, so that whoever tells of an error need not know who asked. Refuses to show a
traceback: what nobody foresaw is a plain 500, and the log has the rest.
"""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from provfin.errors import InputError
from provfin.store import BadQueryError, ExceededError, Limit, NotAcceptableError, StoreError
from provfin.web.negotiation import HTML, JSON, choose_type

_STATUS = {Limit.time: 503, Limit.memory: 503, Limit.load: 503, Limit.size: 413}
_PLACE = re.compile(r"line (?P<line>\d+), column (?P<column>\d+): ")
# Characters quoted on either side of the place of an error.
_NEAR = 30
_PROBLEM_JSON = "application/problem+json"


class Problem(JSONResponse):
    """An error as problem+json; sent as a page to who likes that better, if the application has one for it."""

    def __init__(self, status: int, told: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(told, status, headers={"Vary": "Accept", **headers}, media_type=_PROBLEM_JSON)
        self.told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        show = getattr(getattr(scope.get("app"), "state", None), _SHOW, None)
        request = Request(scope)
        if show is None or not prefers_page(request):
            await super().__call__(scope, receive, send)
            return
        page: Response = show(request, {**self.told, "status": self.status_code})
        kept = {name: value for name, value in self.headers.items() if name not in _OF_THE_BODY}
        page.headers.update(kept)
        await page(scope, receive, send)


_SHOW = "show_problem"
_OF_THE_BODY = ("content-type", "content-length", "vary")


def show_problems(app: FastAPI, show: Callable[[Request, Mapping[str, Any]], Response]) -> None:
    """Say how an application shows a problem to people: `show` makes a page of what is told of it."""
    setattr(app.state, _SHOW, show)


def prefers_page(request: Request) -> bool:
    """Tell whether a client would rather read an error than process it, as browsers do."""
    return choose_type(request.headers.get("accept"), (_PROBLEM_JSON, JSON, HTML)) == HTML


def make_problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> Problem:
    """Return an error as problem+json; `detail` says what is wrong and how to repair it, members say more."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return Problem(status, told, headers or {})


def explain(error: Exception, text: str = "") -> Problem:
    """Return the problem that tells of a known error; `text` is the query it is about."""
    if isinstance(error, ExceededError):
        headers = {"Retry-After": "5"} if error.limit is Limit.load else {}
        return make_problem(_STATUS[error.limit], str(error), headers, limit=error.limit.value)
    if isinstance(error, NotAcceptableError):
        return make_problem(406, str(error), {"Vary": "Accept"})
    if isinstance(error, BadQueryError):
        return _explain_query(str(error), text)
    if isinstance(error, StoreError):
        return make_problem(502, str(error))
    if isinstance(error, InputError):
        return make_problem(400, str(error))
    raise error


KNOWN = (ExceededError, NotAcceptableError, BadQueryError, StoreError, InputError)


def _explain_query(message: str, text: str) -> Problem:
    """Quote the place of a syntax error: its line and column, counted from 1, and the characters there."""
    found = _PLACE.match(message)
    if found is None:
        return make_problem(400, message)
    line, column = int(found["line"]), int(found["column"])
    # Whoever counted them has begun a line at this character alone.
    lines = text.split("\n")
    there = lines[line - 1].removesuffix("\r") if line <= len(lines) else ""
    start = max(0, column - 1 - _NEAR)
    near = there[start : column - 1 + _NEAR]
    return make_problem(400, message, line=line, column=column, near=near, marked=column - 1 - start)
