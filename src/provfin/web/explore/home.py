"""Owns the page to start from: what this is, a report's headline figures, and the ways into the rest."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from provfin.queries import Question, load_questions
from provfin.web.explore.asking import Row, ask_page, find_texts, name_resource
from provfin.web.explore.headlines import Headlines, find_headlines
from provfin.web.language import find_language
from provfin.web.lookup import Texts
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


@dataclass(frozen=True)
class Report:
    """A report as a list shows it: its IRI and identifier, its area and period, how many figures it asserts."""

    iri: str
    identifier: str
    area: str
    period: str
    year: str
    figures: int


@dataclass(frozen=True)
class Holdings:
    """What a release holds: its reports, the newest first, how much there is of each class, and names."""

    reports: Sequence[Report]
    sizes: dict[str, int]
    names: dict[str, Texts]

    def find(self, identifier: str) -> Report | None:
        """Return a report by its identifier, the newest where none is asked for."""
        if not identifier:
            return next(iter(self.reports), None)
        return next((report for report in self.reports if report.identifier == identifier), None)


async def load_holdings(site: Site) -> Holdings:
    """Return what a release holds; ask for it by `Site.once`."""
    told, sizes = await asyncio.gather(ask_page(site, "home-reports"), ask_page(site, "home-sizes"))
    reports = [_read_report(row) for row in told.rows]
    named = {iri for report in reports for iri in (report.iri, report.area, report.period)}
    counted = {row["class"].text.rpartition("#")[2]: int(row["number"].text) for row in sizes.rows if "class" in row}
    return Holdings(reports, counted, await find_texts(site, named))


def _read_report(row: Row) -> Report:
    iri = row["report"].text
    return Report(
        iri,
        iri.removeprefix(name_resource("report/")),
        row["area"].text,
        row["period"].text,
        row["end"].text[:4],
        int(row["figures"].text),
    )


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
