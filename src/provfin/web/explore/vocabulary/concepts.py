"""Owns the page of a concept that has no page of a kind of its own: what it means, what is around it, who uses it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import ask_page, find_path, find_texts, read_iri
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.vocabulary.vocabulary import read_texts
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.site import Site

_SKOS = NAMESPACES["skos"]
_NOTES = ("definition", "scopeNote", "example", "historyNote")
_MOST_INDICATORS = 30


@dataclass(frozen=True)
class Named:
    """A resource with its names, and how many figures are of it."""

    iri: str
    names: Texts
    number: int = 0


async def _draw_concept(site: Site, request: Request, resource: Resource) -> Portrait:
    concept = {"concept": resource.iri}
    neighbours, indicators = await asyncio.gather(
        ask_page(site, "scheme-neighbours", concept), ask_page(site, "scheme-indicators", concept)
    )
    around = [(row["isAbove"].text == "true", row["other"].text) for row in neighbours.rows if "other" in row]
    counts = {row["indicator"].text: int(row["figures"].number) for row in indicators.rows}
    shown = [*counts][:_MOST_INDICATORS]
    names = {**await find_texts(site, {*(iri for _, iri in around), *shown}), **resource.names}

    def call(iri: str) -> Named:
        return Named(iri, names.get(iri, {"": find_path(iri)}), counts.get(iri, 0))

    schemes = sorted(read_iri(t.object) for t in resource.own if t.predicate.value == f"{_SKOS}inScheme")
    return Portrait(
        "concept.html",
        {
            "schemes": [*map(call, schemes)],
            "wider": [call(iri) for is_above, iri in around if is_above],
            "narrower": [call(iri) for is_above, iri in around if not is_above],
            "code": "".join(read_texts(resource, "skos", "notation").values()),
            "notes": [texts for texts in (read_texts(resource, "skos", note) for note in _NOTES) if texts],
            "aliases": _list_aliases(resource, find_language(request.scope)),
            "indicators": [*map(call, shown)],
            "figures": sum(counts.values()),
            "more_indicators": len(counts) - len(shown),
            "query": indicators.query,
        },
    )  # fmt: skip


# What draws the resources of each class, by its local name or its IRI.
KINDS: Mapping[str, Draw] = {f"{_SKOS}Concept": _draw_concept, "Period": _draw_concept}


def _list_aliases(resource: Resource, language: str) -> list[tuple[str, str]]:
    """Return the other names of a concept with their languages, those in the language of the page first."""
    found = {
        (getattr(triple.object, "language", None) or "", str(getattr(triple.object, "value", "")))
        for triple in resource.own
        if triple.predicate.value == f"{_SKOS}altLabel"
    }
    return sorted(found, key=lambda alias: (alias[0] != language, alias))
