"""Owns the page of a problem: what happened and what to do, in the reader's language, beside what programs are told.

What a program is told is in English, for it is made where nobody knows who reads; here it stands in the second place.
Refuses to hide it: whoever reports a fault needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from provfin.store import Limit
from provfin.web.language import find_language
from provfin.web.negotiation import HTML
from provfin.web.pages import render
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site
from provfin.web.texts import load_texts

_MARKED = "marked"
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Place:
    """Where in a query a fault was found: its line and column, counted from 1, and the characters around it."""

    line: int
    column: int
    before: str
    after: str


def show_problem(site: Site, request: Request, told: Mapping[str, Any]) -> Response:
    """Return the page of a problem; `told` is what a program gets."""
    language = find_language(request.scope)
    title, advice = _find_words(told, language)
    body = render(
        site,
        request,
        "problem.html",
        status=told["status"],
        title=title,
        advice=advice,
        detail=told["detail"],
        help=told.get("help", {}).get(language, ""),
        example=told.get("example", ""),
        place=_find_place(told),
        query=request.query_params.get("query", ""),
    )
    headers = {"Vary": PAGE_VARY, "Content-Language": language, **_NO_STORE, **PAGE_HEADERS}
    return Response(body, told["status"], headers, HTML)


def _find_place(told: Mapping[str, Any]) -> Place | None:
    if _MARKED not in told:
        return None
    near, marked = told["near"], told[_MARKED]
    return Place(told["line"], told["column"], near[:marked], near[marked:])


def _find_words(told: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return the heading and what to do, by what a limit was or else by the status."""
    _ = load_texts(language).gettext
    limits = {
        Limit.time: (_("This took too long"), _("Ask for less at once: a shorter period, fewer indicators, a LIMIT.")),
        Limit.memory: (_("This took too much memory"), _("Ask for less at once, or download the data.")),
        Limit.size: (_("The answer is too large"), _("Ask for less at once with a LIMIT, or download the data.")),
        Limit.load: (_("Too much is being asked right now"), _("Try again in some seconds.")),
    }
    statuses = {
        400: (_("This request cannot be answered as it stands"), _("Something in the address is not as expected.")),
        404: (_("There is nothing here"), _("The address may be mistyped, or of something that is in no release.")),
        405: (_("This cannot be done here"), _("The data are for reading; a release never changes.")),
        406: (_("Not in this format"), _("There are other formats; what follows names them.")),
        429: (_("Too many requests"), _("Wait a moment; to read everything, download the data.")),
        500: (_("Something went wrong on this server"), _("It has been noted. Try again, or report what follows.")),
        502: (_("The database does not answer"), _("Try again in some minutes.")),
        503: (_("This cannot be answered right now"), _("Try again in some seconds.")),
    }
    limit = told.get("limit")
    return limits[Limit(limit)] if limit else statuses.get(told["status"], statuses[400])
