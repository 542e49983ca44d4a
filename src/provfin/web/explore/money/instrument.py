"""Owns the portraits of instruments and of their uses: what it is, where it belongs, what it did, for whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import ask_page, find_path, find_texts, read_iri
from provfin.web.explore.hierarchy import Hierarchy, is_whole
from provfin.web.explore.money.diagram import name_all
from provfin.web.explore.money.flows import find_notes
from provfin.web.explore.money.held import find_held
from provfin.web.explore.money.telling import Told, Writing, load_setting, read_latest, read_told
from provfin.web.explore.money.uses import read_uses
from provfin.web.explore.name_places import find_places
from provfin.web.explore.portrait import Portrait
from provfin.web.explore.relations import draw_relations
from provfin.web.explore.reports.sources import find_place, has_text
from provfin.web.explore.vocabulary.vocabulary import read_texts
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.pages import find_release_root
from provfin.web.site import Site

_FACTS = tuple(
    NAMESPACES[prefix] + local
    for prefix, local in (
        ("pf", "instrumentKind"), ("pf", "issuer"), ("dcterms", "spatial"), ("dcterms", "isReplacedBy")
    )
)  # fmt: skip

_PART = NAMESPACES["pf"] + "part"


@dataclass(frozen=True)
class Event:
    """An event of an instrument: its IRI, its date as printed, names of what it is, its kind, and its documents."""

    iri: str
    date: str
    kind: str
    documents: Sequence[str]


async def draw_instrument(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw an instrument: its place among others, its uses with amounts, figures, events, where it is named."""
    if is_whole(resource.iri):
        return None
    language = find_language(request.scope)
    told, held, setting, happened, printed, drawn = await asyncio.gather(
        _find_uses(site, resource.iri),
        find_held(site, "instrument-figures", {"whole": resource.iri}),
        load_setting(site),
        _find_happenings(site, resource.iri, language),
        find_places(site, request, resource.iri),
        draw_relations(site, request, resource),
    )
    context = {
        "about": list(read_texts(resource, "skos", "definition").items()),
        "notes": list(read_texts(resource, "skos", "scopeNote").items()),
        "facts": list_facts(resource, _FACTS),
        "aliases": list_aliases(resource, language),
        "tree": Place(setting.instruments, resource.iri, language),
        "uses": told.uses,
        "more": told.more,
        "query": told.query,
        "writing": Writing(language, told.names, setting),
        "held": held,
        "charts": held.list_charts(language, find_release_root(site, request)),
        "printed": printed,
        "drawn": drawn,
    }
    return Portrait("instrument.html", {**context, **happened})


async def _find_happenings(site: Site, iri: str, language: str) -> dict[str, Any]:
    """Return the events and announcements of an instrument, and what names their parts."""
    events, outlook = await asyncio.gather(
        _find_events(site, iri), ask_page(site, "instrument-outlook", {"whole": iri})
    )
    announced = [(row["outlook"].text, row["period"].text) for row in outlook.rows]
    spoken = {part for event in events for part in (event.iri, event.kind, *event.documents)}
    texts = await find_texts(site, spoken | {part for each in announced for part in each})
    return {"events": events, "announced": announced, "name_of": name_all(texts, language)}


async def draw_use(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw a use: its chain of parties, and every figure told of it."""
    language = find_language(request.scope)
    asked, setting = await asyncio.gather(ask_page(site, "instrument-use", {"use": resource.iri}), load_setting(site))
    told = await read_told(site, read_uses(asked.rows), (), asked.query)
    if not told.uses:
        return None
    use = told.uses[0]
    notes, drawn = await asyncio.gather(
        find_notes(site, sorted({figure.indicator for figure in use.figures}), language),
        draw_relations(site, request, resource),
    )
    context = {"use": use, "writing": Writing(language, told.names, setting), "notes": notes, "query": told.query}
    address = await _find_text(site, request, resource, use.report)
    return Portrait(
        "use.html",
        {**context, "roles": setting.roles, "drawn": drawn, "parts": list_facts(resource, (_PART,)), "text": address},
    )


async def _find_text(site: Site, request: Request, resource: Resource, report: str) -> str:
    """Return where the text that tells a statement is shown; empty where the server has it not."""
    start, end = ("".join(read_texts(resource, "oa", local).values()) for local in ("start", "end"))
    if not (start.isdigit() and end.isdigit() and await has_text(site, report)):
        return ""
    root = find_release_root(site, request)
    return find_place(root, find_path(report).removeprefix("report/"), int(start), int(end))


class Place:
    """Where a concept stands among others: those above it, the widest first, and those a step below."""

    def __init__(self, tree: Hierarchy, iri: str, language: str) -> None:
        self.above = tree.list_above(iri)[::-1]
        self.below = tree.list_below(iri, language)
        self._tree, self._language = tree, language

    def name(self, iri: str) -> str:
        """Return what a concept is called."""
        return self._tree.name(iri, self._language)


def list_facts(resource: Resource, predicates: Sequence[str]) -> list[tuple[str, Texts, list[tuple[str, Texts]]]]:
    """Return what is said of a resource with some predicates: the predicate, its names, the things and theirs."""
    found = []
    for predicate in predicates:
        things = [read_iri(triple.object) for triple in resource.own if triple.predicate.value == predicate]
        if things:
            named = [(iri, resource.names.get(iri, {"": iri.rpartition("/")[2]})) for iri in sorted(things)]
            found.append((predicate, resource.names.get(predicate, {"": predicate}), named))
    return found


def list_aliases(resource: Resource, language: str) -> list[str]:
    """Return the other names of a resource in a language."""
    predicate = NAMESPACES["skos"] + "altLabel"
    literals = (triple.object for triple in resource.own if triple.predicate.value == predicate)
    return sorted(read_iri(each) for each in literals if getattr(each, "language", "") == language)


async def _find_uses(site: Site, iri: str) -> Told:
    given = {"whole": iri}
    asked, bare = await asyncio.gather(
        ask_page(site, "instrument-uses", given), ask_page(site, "instrument-bare", given)
    )
    return await read_latest(site, read_uses([*asked.rows, *bare.rows]), (), asked.query)


async def _find_events(site: Site, iri: str) -> list[Event]:
    asked = await ask_page(site, "instrument-events", {"whole": iri})
    documents: dict[tuple[str, str, str], list[str]] = {}
    for row in asked.rows:
        told = documents.setdefault((row["event"].text, row["date"].text, row["kind"].text), [])
        if "document" in row and row["document"].text not in told:
            told.append(row["document"].text)
    return [Event(*key, found) for key, found in documents.items()]
