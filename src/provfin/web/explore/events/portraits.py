"""Owns the portraits of what reports tell in words: events, titles, announcements, and the documents they speak of."""

import asyncio
from collections.abc import Mapping, Sequence

from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import find_path, read_iri
from provfin.web.explore.events.statements import load_documents, load_outlook, load_titles, name_level
from provfin.web.explore.events.timeline import Choice, find_around, find_timeline
from provfin.web.explore.name_places import find_places
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.relations import draw_relations
from provfin.web.language import find_language
from provfin.web.lookup import Resource
from provfin.web.site import Site
from provfin.web.texts import load_texts

_REPORT = NAMESPACES["pf"] + "report"


async def draw_event(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw an event: when and what it was, who took part, what came before and after."""
    around, drawn = await asyncio.gather(
        find_around(site, resource.iri, _find_report(resource), find_language(request.scope)),
        draw_relations(site, request, resource),
    )
    if around is None:
        return None
    return Portrait("event.html", {"event": around.event, "around": around, "drawn": drawn})


async def draw_document(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw a document: its title, number and issuer, and the events it belongs to."""
    documents, timeline, printed, drawn = await asyncio.gather(
        site.once(load_documents),
        find_timeline(site, Choice(document=find_path(resource.iri)), 1, find_language(request.scope)),
        find_places(site, request, resource.iri),
        draw_relations(site, request, resource),
    )
    document = documents.find(resource.iri)
    if document is None:
        return None
    return Portrait("document.html", {"document": document, "timeline": timeline, "printed": printed, "drawn": drawn})


async def draw_title(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw a title that was given: to whom, where and at what level."""
    titles, drawn = await asyncio.gather(site.once(load_titles), draw_relations(site, request, resource))
    title = titles.find(resource.iri)
    if title is None:
        return None
    level = name_level(title.level, load_texts(find_language(request.scope)).gettext)
    same = [each for each in titles.things if each.title.texts == title.title.texts and each.iri != title.iri]
    return Portrait("title.html", {"title": title, "level": level, "same": same, "drawn": drawn})


async def draw_announcement(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw an announcement: for when, about what and by whom."""
    outlook, drawn = await asyncio.gather(site.once(load_outlook), draw_relations(site, request, resource))
    announced = outlook.find(resource.iri)
    if announced is None:
        return None
    return Portrait("announcement.html", {"announced": announced, "drawn": drawn})


def _find_report(resource: Resource) -> str:
    found: Sequence[str] = [read_iri(each.object) for each in resource.own if each.predicate.value == _REPORT]
    return found[0] if found else ""


# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {
    "Event": draw_event,
    "PolicyDocument": draw_document,
    "Designation": draw_title,
    "OutlookStatement": draw_announcement,
}
