"""Owns the portraits of institutions, of groups a report counts together, and of types of institution in tables."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.queries import Query
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts, read_iri
from provfin.web.explore.events.timeline import Choice, find_timeline
from provfin.web.explore.institutions.figures import find_lines
from provfin.web.explore.name_places import count_spellings, find_places
from provfin.web.explore.named import Named, name_thing
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.relations import draw_relations
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.site import Site

_DCTERMS, _ORG, _PF, _SKOS = (NAMESPACES[prefix] for prefix in ("dcterms", "org", "pf", "skos"))
# As many events stand on the page of who took part in them; all are in the timeline.
MOST_EVENTS = 20
# As many stand in any other list; all are in the answer to its query.
MOST_LISTED = 100


@dataclass(frozen=True)
class Entry:
    """Something an institution was given, issued, announced or lent through; a use has its instrument and target."""

    thing: Named
    instrument: Named | None
    target: Named | None
    period: Named | None
    report: Named | None


@dataclass(frozen=True)
class Record:
    """What an institution was given, issued, announced and lent through."""

    query: Query
    entries: Mapping[str, Sequence[Entry]]

    def find(self, what: str) -> Sequence[Entry]:
        """Return the entries of a kind: title, document, instrument, announced or use."""
        return self.entries.get(what, ())


async def draw_institution(site: Site, request: Request, resource: Resource) -> Portrait:
    """Draw an institution: what it is, did, got and issued, its figures, where it is named, what it is related with."""
    language = find_language(request.scope)
    given = {"institution": resource.iri}
    record, lines, timeline, places, drawn = await asyncio.gather(
        _find_record(site, given),
        find_lines(site, "institution-figures", given, language),
        find_timeline(site, Choice(participant=find_path(resource.iri)), 1, language),
        find_places(site, request, resource.iri),
        draw_relations(site, request, resource),
    )
    return Portrait(
        "institution.html",
        {
            "facts": list_facts(resource),
            "notes": _find_notes(resource, language),
            "record": record,
            "lines": lines,
            "timeline": timeline,
            "most_events": MOST_EVENTS,
            "most_listed": MOST_LISTED,
            "path": find_path(resource.iri),
            "places": places,
            "spellings": count_spellings(places),
            "drawn": drawn,
        },
    )


async def draw_group(site: Site, request: Request, resource: Resource) -> Portrait:
    """Draw institutions that a report counts together: how many, who of them is named, in which events."""
    language = find_language(request.scope)
    timeline, drawn = await asyncio.gather(
        find_timeline(site, Choice(participant=find_path(resource.iri)), 1, language),
        draw_relations(site, request, resource),
    )
    numbers, printed = (
        [read_iri(each.object) for each in resource.own if each.predicate.value == f"{_PF}{local}"]
        for local in ("memberCount", "memberLabel")
    )
    members = [*_find_linked(resource, f"{_ORG}hasMember"), *(Named("", {"": text}) for text in sorted(printed))]
    return Portrait(
        "institution_group.html",
        {"number": numbers[0] if numbers else "", "members": members, "timeline": timeline, "drawn": drawn},
    )


async def draw_type(site: Site, request: Request, resource: Resource) -> Portrait:
    """Draw a type of institution as tables have it: its figures, wider and narrower types, the institutions meant."""
    lines, drawn = await asyncio.gather(
        find_lines(site, "institution-type-record", {"type": resource.iri}, find_language(request.scope)),
        draw_relations(site, request, resource),
    )
    notes = _find_notes(resource, find_language(request.scope))
    return Portrait(
        "institution_type.html",
        {
            "wider": _find_linked(resource, f"{_SKOS}broader"),
            "narrower": _find_linking(resource, f"{_SKOS}broader"),
            "like": [*_find_linked(resource, f"{_SKOS}closeMatch"), *_find_linking(resource, f"{_SKOS}closeMatch")],
            "notes": notes,
            "most_listed": MOST_LISTED,
            "lines": lines,
            "drawn": drawn,
        },
    )


def list_facts(resource: Resource) -> Mapping[str, Sequence[Named]]:
    """Return what an institution is, by what is told: its kind, place, what it belongs to, what took its place."""
    return {
        "kind": _find_linked(resource, f"{_PF}institutionKind"),
        "place": _find_linked(resource, f"{_DCTERMS}spatial"),
        "above": _find_linked(resource, f"{_ORG}subOrganizationOf"),
        "wider": _find_linked(resource, f"{_SKOS}broader"),
        "after": _find_linked(resource, f"{_DCTERMS}isReplacedBy"),
        "before": _find_linking(resource, f"{_DCTERMS}isReplacedBy"),
        "like": _find_linked(resource, f"{_SKOS}closeMatch"),
    }


def _find_notes(resource: Resource, language: str) -> Sequence[Texts]:
    """Return what explains a thing, in a language where it is there, else in others."""
    found = []
    for local in ("definition", "scopeNote", "historyNote"):
        told = [each.object for each in resource.own if each.predicate.value == _SKOS + local]
        texts = {text.language or "": text.value for text in told if isinstance(text, ox.Literal)}
        found.append({language: texts[language]} if language in texts else texts)
    return [texts for texts in found if texts]


def _find_linked(resource: Resource, predicate: str) -> list[Named]:
    iris = sorted(read_iri(each.object) for each in resource.own if each.predicate.value == predicate)
    return [name_thing(iri, resource.names) for iri in iris]


def _find_linking(resource: Resource, predicate: str) -> list[Named]:
    """Return what leads to a thing by a predicate, of the page of links that was asked for."""
    iris = sorted(read_iri(each.subject) for each in resource.incoming if each.predicate.value == predicate)
    return [name_thing(iri, resource.names) for iri in iris]


async def _find_record(site: Site, given: Mapping[str, str]) -> Record:
    asked = await ask_page(site, "institution-record", given)
    texts = await find_texts(site, {cell.text for row in asked.rows for cell in row.values() if cell.is_iri})
    entries: dict[str, list[Entry]] = {}
    for row in _take_first(asked.rows):
        entries.setdefault(row["what"].text, []).append(_read_entry(row, texts))
    return Record(asked.query, entries)


def _take_first(rows: Iterable[Row]) -> Sequence[Row]:
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        found.setdefault((row["what"].text, row["thing"].text), row)
    return list(found.values())


def _read_entry(row: Row, texts: Mapping[str, Texts]) -> Entry:
    instrument, target, period, report = (
        name_thing(row[name].text, texts) if name in row else None
        for name in ("instrument", "target", "period", "report")
    )
    return Entry(name_thing(row["thing"].text, texts), instrument, target, period, report)


# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {
    "Institution": draw_institution,
    "InstitutionGroup": draw_group,
    "InstitutionType": draw_type,
}
