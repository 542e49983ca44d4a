"""Owns the page to start from: what this is, a report's headline figures, and the ways into the rest."""

from typing import Any

from fastapi import APIRouter, Request, Response

from provfin.queries import Question, load_questions
from provfin.web.explore.holdings import Report, load_holdings
from provfin.web.explore.home.headlines import Headlines, find_headlines
from provfin.web.language import find_language
from provfin.web.negotiation import HTML
from provfin.web.pages import give_page, render
from provfin.web.problems import KNOWN, explain
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site

# Those the table on this page has; the page of reports has all.
_MOST_REPORTS = 12
# What shows in a few questions what can be asked.
_EXAMPLES = (
    "gdp-by-sector-and-quarter", "deposit-and-loan-growth", "new-loan-rates", "tools-and-sectors", "reach-of-finance",
    "what-fell", "against-the-nation", "mergers", "contradictions", "evidence-of-a-figure",
)  # fmt: skip


def list_examples() -> list[Question]:
    """Return the questions for a reader to begin with."""
    questions = load_questions()
    return [questions[name] for name in _EXAMPLES if name in questions]


def make_router(site: Site) -> APIRouter:
    """Return the route of the page to start from."""
    router = APIRouter()

    @router.get("/")
    async def show_home(request: Request, report: str = "") -> Response:
        try:
            holdings = await site.once(load_holdings)
            chosen = holdings.find(report)
            headlines = await _find_headlines(site, request, chosen)
        except KNOWN as error:
            return explain(error)
        told: dict[str, Any] = {
            "holdings": holdings,
            "listed": holdings.reports[:_MOST_REPORTS],
            "chosen": chosen,
            "asked_for": report,
            "headlines": headlines,
            "questions": list_examples(),
        }
        if report and chosen is None:
            body = render(site, request, "home.html", **told)
            return Response(body, 404, {"Vary": PAGE_VARY, **PAGE_HEADERS}, HTML)
        return give_page(site, request, "home.html", **told)

    return router


async def _find_headlines(site: Site, request: Request, report: Report | None) -> Headlines | None:
    return await find_headlines(site, report.iri, find_language(request.scope)) if report else None
