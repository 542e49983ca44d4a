"""Owns the pages of reports: the list of them, a report with its outline, its parts, its tables drawn anew.

Refuses to quote the report: what is shown of it is headings, figures and what they say.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import Asked, ask_page, find_texts, name_resource, read_iri
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.reports.catalogued import load_reports
from provfin.web.explore.reports.outline import Outline, OutlineOf, Part
from provfin.web.explore.reports.printing import draw_part
from provfin.web.explore.reports.sources import find_text_address, has_text
from provfin.web.explore.reports.tables import draw_table
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.pages import find_release_root, give_page
from provfin.web.problems import KNOWN, explain
from provfin.web.site import Site

_PAGE_SIZE = 60
_MOST_PAGES = 10_000
_LONGEST = 40
_REPORT = f"{NAMESPACES['pf']}report"

Choice = Annotated[str, Query(max_length=_LONGEST)]
PageNumber = Annotated[int, Query(ge=1, le=_MOST_PAGES)]


@dataclass(frozen=True)
class Role:
    """What some people did for a report, and who they are in the order of the credits."""

    iri: str
    names: Texts
    people: Sequence[tuple[str, str]]


def make_router(site: Site) -> APIRouter:
    """Return the route of the list of reports."""
    router = APIRouter()

    @router.get("/reports")
    async def list_reports(request: Request, area: Choice = "", year: Choice = "", page: PageNumber = 1) -> Response:
        try:
            listed = await site.once(load_reports)
        except KNOWN as error:
            return explain(error)
        found = listed.choose(area, year)
        pages = max(1, -(-len(found) // _PAGE_SIZE))
        page = min(page, pages)
        shown = found[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
        texts = {card.iri: await has_text(site, card.iri) for card in shown}
        return give_page(
            site, request, "reports.html",
            listed=listed, found=found, shown=shown, texts=texts, page=page, page_count=pages,
            chosen_area=area, chosen_year=year,
        )  # fmt: skip

    return router


async def draw_report(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Return the portrait of a report."""
    listed = await site.once(load_reports)
    card = next((card for card in listed.cards if card.iri == resource.iri), None)
    if card is None:
        return None
    outline, credited, text = await asyncio.gather(
        site.once(OutlineOf(resource.iri)),
        ask_page(site, "report-contributors", {"report": resource.iri}),
        find_text(site, request, resource.iri),
    )
    roles = await _read_roles(site, credited)
    owned = {triple.predicate.value: read_iri(triple.object) for triple in resource.own}
    return Portrait(
        "report.html",
        {
            "card": card,
            "outline": outline,
            "roles": roles,
            "text": text,
            "sha256": owned.get(f"{NAMESPACES['pf']}sha256", ""),
            "tables": outline.list_kind("Table"),
            "charts": outline.list_kind("Figure"),
            "boxes": outline.list_kind("Box"),
        },
    )


async def draw_report_part(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Return the portrait of a part of a report; a table is drawn anew, of others the figures are listed."""
    found = await _find_part(site, resource)
    if found is None:
        return None
    outline, part = found
    language = find_language(request.scope)
    listed, text = await asyncio.gather(site.once(load_reports), find_text(site, request, outline.report))
    before, after = outline.find_beside(part)
    context = {
        "card": next((card for card in listed.cards if card.iri == outline.report), None),
        "outline": outline,
        "part": part,
        "before": before,
        "after": after,
        "text": text,
    }
    if part.kind == "Table":
        told = await draw_part(site, part.iri, language, ("prose",))
        drawn = await draw_table(site, part.iri, outline.report, language)
        return Portrait("table.html", {**context, "told": told, "drawn": drawn})
    return Portrait("part.html", {**context, "told": await draw_part(site, part.iri, language)})


async def find_text(site: Site, request: Request, report: str) -> str:
    """Return where the text of a report is shown, empty where this server has it not."""
    if not await has_text(site, report):
        return ""
    root = find_release_root(site, request)
    return find_text_address(root, report.removeprefix(name_resource("report/")))


async def _find_part(site: Site, resource: Resource) -> tuple[Outline, Part] | None:
    reports = [read_iri(triple.object) for triple in resource.own if triple.predicate.value == _REPORT]
    outlines = [await site.once(OutlineOf(report)) for report in reports]
    return next(
        ((outline, outline.by_iri[resource.iri]) for outline in outlines if resource.iri in outline.by_iri), None
    )


async def _read_roles(site: Site, credited: Asked) -> list[Role]:
    people: dict[str, list[tuple[str, str]]] = {}
    for row in credited.rows:
        people.setdefault(row["role"].text, []).append((row["contribution"].text, row["who"].text))
    texts = await find_texts(site, people)
    return [Role(role, texts.get(role, {"": role}), found) for role, found in people.items()]


# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {
    "Report": draw_report,
    "Table": draw_report_part,
    "Box": draw_report_part,
    "Section": draw_report_part,
    "Figure": draw_report_part,
    "Footnote": draw_report_part,
    "Credits": draw_report_part,
}
