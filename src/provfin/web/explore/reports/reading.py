"""Owns the reading view: the text of a report with every figure marked, each a link to the fact it states.

It is there where the operator gave the server the source, and made once for a release, a report and a language. Refuses
to show a text that is not, by its hash, the one the facts were read from.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from provfin.dataset import NAMESPACES
from provfin.turtle import BASE
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts, read_iri
from provfin.web.explore.figures import Units, load_units
from provfin.web.explore.portrait import Draw
from provfin.web.explore.reports.catalogued import ReportCard, load_reports
from provfin.web.explore.reports.marking import FIGURE, Mark, Title, write_text
from provfin.web.explore.reports.outline import Outline, OutlineOf, Part
from provfin.web.explore.reports.printing import name_measure, write_exact, write_number
from provfin.web.explore.reports.sources import find_place, find_text_address, has_text, load_sources
from provfin.web.kept import Kept
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.negotiation import HTML
from provfin.web.pages import find_address, find_release_root, give_page, render
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site
from provfin.web.texts import load_texts

__all__ = ["find_place", "find_reading_root", "has_text", "make_router"]

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {}

_REPORT = NAMESPACES["pf"] + "report"
_CAPTIONED = ("Table", "Figure")
# Parts whose place is what they say, not their heading.
_PLACES = ("Footnote", "Credits")
# Whose names marks tell, and what rows of one place are told apart by.
_NAMED = ("measure", "period", "thing", "class")
_TOLD_APART = ("start", "end", "observation", "statement", "finding")
_LANGUAGES = ("en", "zh")
# Bytes of texts that are kept as they are shown; some fifty reports.
_ROOM = 48_000_000


@dataclass(frozen=True)
class Written:
    """A text as it is shown, and how many marks of each kind it has."""

    markup: str
    counts: Mapping[str, int]
    asked: Asked


def make_router(site: Site) -> APIRouter:
    """Return the route of the texts."""
    router = APIRouter()

    @router.get("/reports/{report_id}/text")
    async def read_text(report_id: str, request: Request) -> Response:
        try:
            card = (await site.once(load_reports)).find(report_id)
            if card is None:
                return make_problem(404, f"the release has no report {report_id!r}")
            outline = await site.once(OutlineOf(card.iri))
            source = (await site.once(load_sources)).get(card.iri)
            if source is None:
                return _miss_text(site, request, card, outline)
            written = await _find_written(site, request, outline, source)
        except KNOWN as error:
            return explain(error)
        return give_page(site, request, "reading.html", card=card, outline=outline, written=written)

    return router


async def find_reading_root(site: Site, request: Request, resource: Resource) -> str:
    """Return where the text is shown that a resource is printed in, as `/reports/north-2025/text`.

    Empty where it belongs to no report, or where the server has not the text. A place in it is `#m400-407` there.
    """
    for triple in resource.own:
        report = read_iri(triple.object) if triple.predicate.value == _REPORT else ""
        if report and await has_text(site, report):
            return find_text_address(find_release_root(site, request), report.removeprefix(f"{BASE}report/"))
    return ""


def _miss_text(site: Site, request: Request, card: ReportCard, outline: Outline) -> Response:
    body = render(site, request, "unread.html", card=card, outline=outline)
    headers = {"Vary": PAGE_VARY, "Content-Language": find_language(request.scope), **PAGE_HEADERS}
    return Response(body, 404, headers, HTML)


async def _make_room(_site: Site) -> Kept[tuple[str, ...], Written]:
    return Kept(_ROOM)


async def _find_written(site: Site, request: Request, outline: Outline, source: str) -> Written:
    kept = await site.once(_make_room)
    root, language = find_release_root(site, request), find_language(request.scope)
    key = (outline.report, root, language)
    written = kept.get(key)
    if written is None:
        written = await _write_marked(site, outline, source, root, language)
        kept.put(key, written, len(written.markup) * 2)
    return written


async def _write_marked(site: Site, outline: Outline, source: str, root: str, language: str) -> Written:
    report = {"report": outline.report}
    names = ("reading-figures", "reading-names", "reading-statements", "table-findings")
    asked = await asyncio.gather(*(ask_page(site, name, report) for name in names))
    units = await site.once(load_units)
    iris = {row[name].text for each in asked for row in each.rows for name in _NAMED if name in row}
    marker = _Marker(units, await find_texts(site, iris), root, language)
    marks = list(marker.list_marks(*asked))
    titles = list(_list_titles(outline))
    places = [Mark(part.start, part.end, "place") for kind in _PLACES for part in outline.list_kind(kind)]
    label = load_texts(language).gettext("Rows of the text")
    markup = await run_in_threadpool(write_text, source, (*marks, *places), titles, label)
    counts = {kind: sum(kind in mark.kind.split() for mark in marks) for kind in (FIGURE, "name", "told", "doubted")}
    return Written(markup, counts, asked[0])


def _list_titles(outline: Outline) -> Iterator[Title]:
    """Yield the headings of a text by their level: those of the report's chapters are of the second."""
    for part in outline.by_iri.values():
        if part.kind not in _PLACES:
            yield Title(part.start, part.end, 0 if part.kind in _CAPTIONED else _find_level(part))


def _find_level(part: Part) -> int:
    return len(part.trail) + 2


@dataclass(frozen=True)
class _Marker:
    """Makes marks of what is known of a report's places, in one language."""

    units: Units
    texts: Mapping[str, Texts]
    root: str
    language: str

    def list_marks(self, figures: Asked, names: Asked, statements: Asked, findings: Asked) -> Iterator[Mark]:
        """Yield the marks of figures, names, statements, and of what the audit doubts beside a figure."""
        doubted = {_read_place(row): row for row in self._choose(findings.rows)}
        places = set()
        for place, rows in groupby(figures.rows, _read_place):
            places.add(place)
            yield self._mark_figure(place, list(rows), doubted.get(place))
        for row in names.rows:
            yield self._mark(row, "name", row["thing"].text, self._call(row["thing"].text))
        for row in self._choose(statements.rows):
            title = f"{self._call(row['class'].text)}: {row['label'].text}"
            yield self._mark(row, "told", row["statement"].text, title, is_pointed=True)
        for place, row in doubted.items():
            if place not in places:
                yield self._mark(row, "doubted", row["finding"].text, row["label"].text, is_pointed=True)

    def _mark(self, row: Row, kind: str, iri: str, title: str, *, is_pointed: bool = False) -> Mark:
        return Mark(*_read_place(row), kind, find_address(iri, self.root), title, is_pointed)

    def _mark_figure(self, place: tuple[int, int], rows: Sequence[Row], doubt: Row | None) -> Mark:
        """Return the mark of a figure: it says what each observation is that is printed there."""
        told = [self._tell(row) for row in rows]
        if doubt is not None:
            told.append(doubt["label"].text)
        address = f"{find_address(rows[0]['observation'].text, self.root)}#evidence"
        return Mark(*place, f"{FIGURE} doubted" if doubt is not None else FIGURE, address, "\n".join(told))

    def _tell(self, row: Row) -> str:
        """Return what the observation of a row is, of when, and its value."""
        measure = _choose(name_measure(row, self.texts), self.language)
        value = _write_value(row, self.units, self.language)
        told = (_name_row(row, self.language), measure, self._call(row["period"].text), value)
        return " · ".join(text for text in told if text)

    def _call(self, iri: str) -> str:
        return _choose(self.texts.get(iri, {}), self.language)

    def _choose(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield one row for each thing at a place: that in the language of the page where there is one."""
        kept: dict[tuple[str, ...], Row] = {}
        for row in rows:
            key = tuple(
                row[name].text for name in ("start", "end", "observation", "statement", "finding") if name in row
            )
            if key not in kept or row["language"].text == self.language:
                kept[key] = row
        yield from kept.values()


def _read_place(row: Row) -> tuple[int, int]:
    return int(row["start"].text), int(row["end"].text)


def _name_row(row: Row, language: str) -> str:
    found = [row[code].text for code in (language, *_LANGUAGES) if code in row]
    return found[0] if found else ""


def _write_value(row: Row, units: Units, language: str) -> str:
    if "value" not in row:
        return ""
    decimals = int(row["decimals"].text) if "decimals" in row else 0
    return write_exact(write_number(row["value"].number, decimals), units.name(row["unit"].text, language))


def _choose(texts: Texts, language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
