"""Owns the one form errors take over HTTP: problem+json (RFC 9457).

Refuses to show a traceback: what nobody foresaw is a plain 500, and the log has the rest.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from provfin.errors import InputError
from provfin.store import BadQueryError, ExceededError, Limit, NotAcceptableError, StoreError

_STATUS = {Limit.time: 503, Limit.memory: 503, Limit.load: 503, Limit.size: 413}
_PLACE = re.compile(r"line (?P<line>\d+), column (?P<column>\d+): ")
# Characters quoted on either side of the place of an error.
_NEAR = 30


def make_problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> JSONResponse:
    """Return an error as problem+json; `detail` says what is wrong and how to repair it, members say more."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type="application/problem+json")


def explain(error: Exception, text: str = "") -> JSONResponse:
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


def _explain_query(message: str, text: str) -> JSONResponse:
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
