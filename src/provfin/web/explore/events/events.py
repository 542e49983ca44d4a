"""Owns the pages of events: the timeline, and beside it titles, outlook and documents.

What is chosen stands in the address. Refuses to make a page of what cannot be a choice, such as a year of two digits.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from provfin.web.explore.events import portraits as event_portraits
from provfin.web.explore.events.dates import write_month
from provfin.web.explore.events.facets import PREFIXES, Facets, Option, load_facets
from provfin.web.explore.events.statements import Listing, load_documents, load_outlook, load_titles, name_level
from provfin.web.explore.events.timeline import Choice, Timeline, find_timeline
from provfin.web.explore.portrait import Draw
from provfin.web.language import find_language
from provfin.web.pages import find_release_root, give_page
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import Site
from provfin.web.texts import load_texts

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = event_portraits.KINDS

# What is told beside events: where it is listed, and what loads it.
SECTIONS: Mapping[str, Callable[[Site], Awaitable[Listing[Any]]]] = {
    "titles": load_titles,
    "outlook": load_outlook,
    "documents": load_documents,
}
LIST_SIZE = 100
_YEAR = re.compile(r"[0-9]{4}")
_PATH = re.compile(r"[^\s<>\"{}|\\^`\x00-\x20]*")
_MOST_PAGES = 100_000

PageNumber = Annotated[int, Query(ge=1, le=_MOST_PAGES)]


@dataclass(frozen=True)
class Asking:
    """What an address asks for: the value of each facet as it stands there, empty for all."""

    report: str = ""
    area: str = ""
    kind: str = ""
    participant: str = ""
    document: str = ""
    year: str = ""

    @property
    def chosen(self) -> Mapping[str, str]:
        """The facets that were chosen, and their values."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def is_possible(self) -> bool:
        """Whether each value can be one."""
        is_year = not self.year or _YEAR.fullmatch(self.year) is not None
        return is_year and all(_PATH.fullmatch(value) for value in vars(self).values())

    def make_choice(self) -> Choice:
        """Return which events it asks for."""
        paths = {name: PREFIXES.get(name, "") + value for name, value in self.chosen.items() if name != "year"}
        return Choice(**paths, year=int(self.year or 0))

    def write_query(self, page: int = 1, without: str = "") -> str:
        """Return it as the query of an address, a facet taken away, beginning with `?` or empty."""
        told = {name: value for name, value in self.chosen.items() if name != without}
        paged = {**told, **({"page": str(page)} if page > 1 else {})}
        return f"?{urlencode(paged)}" if paged else ""


@dataclass(frozen=True)
class Field:
    """A facet in the form: its name, what it is called, and the options that are offered."""

    name: str
    label: str
    options: Sequence[Option]


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/events")
    async def show_events(request: Request, asking: Annotated[Asking, Depends()], page: PageNumber = 1) -> Response:
        if not asking.is_possible:
            return make_problem(400, "a year has four digits; a report, area or kind is a code, such as kind=merger")
        language = find_language(request.scope)
        try:
            facets = await site.once(load_facets)
            timeline = await find_timeline(site, asking.make_choice(), page, language)
        except KNOWN as error:
            return explain(error)
        if page > timeline.pages:
            return make_problem(404, f"there are {timeline.pages} pages, no page {page}")
        return _show_timeline(site, request, asking, facets, timeline)

    @router.get("/events/{section}")
    async def show_section(request: Request, section: str, page: PageNumber = 1) -> Response:
        if section not in SECTIONS:
            return make_problem(404, f"no section {section!r}; one of: {', '.join(SECTIONS)}")
        try:
            listing = await site.once(SECTIONS[section])
        except KNOWN as error:
            return explain(error)
        return _show_list(site, request, section, listing, page)

    return router


def _show_timeline(site: Site, request: Request, asking: Asking, facets: Facets, timeline: Timeline) -> Response:
    language = find_language(request.scope)
    address = f"{find_release_root(site, request)}events"
    return give_page(
        site,
        request,
        "events.html",
        asking=asking,
        timeline=timeline,
        fields=list_fields(facets, asking, language),
        chosen={name: facets.find(name, value) for name, value in asking.chosen.items()},
        without={name: address + asking.write_query(without=name) for name in asking.chosen},
        turned={page: address + asking.write_query(page) for page in range(1, timeline.pages + 1)},
        labels=_list_labels(language),
        month_names=[write_month(number, language) for number in range(1, 13)],
        several=len(facets.options.get("report", ())) > 1,
    )


def list_fields(facets: Facets, asking: Asking, language: str) -> list[Field]:
    """Return the fields of the form: those of which something else can be chosen."""
    labels = _list_labels(language)
    offered = {name: facets.list_offered(name, getattr(asking, name), language) for name in labels}
    return [Field(name, labels[name], options) for name, options in offered.items() if options]


def _list_labels(language: str) -> Mapping[str, str]:
    _ = load_texts(language).gettext
    return {
        "report": _("Report"),
        "year": _("Year"),
        "area": _("Area"),
        "kind": _("Kind of event"),
        "participant": _("Participant"),
        "document": _("Document"),
    }


def _show_list(site: Site, request: Request, section: str, listing: Listing[Any], page: int) -> Response:
    pages = max(1, -(-len(listing.things) // LIST_SIZE))
    if page > pages:
        return make_problem(404, f"there are {pages} pages, no page {page}")
    gettext = load_texts(find_language(request.scope)).gettext
    return give_page(
        site,
        request,
        f"{section}.html",
        things=listing.things[(page - 1) * LIST_SIZE : page * LIST_SIZE],
        number=len(listing.things),
        page=page,
        pages=pages,
        query=listing.query,
        several=len({each.report.iri for each in listing.things if hasattr(each, "report")}) > 1,
        name_level=lambda level: name_level(level, gettext),
    )
