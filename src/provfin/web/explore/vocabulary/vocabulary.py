"""Owns the pages of the vocabulary: the list of code lists beside the ontology, and each list as a hierarchy.

A list is shown whole, for a code that is not on its page is not in it. Refuses to follow a hierarchy out of its list,
and around in circles.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from provfin.dataset import NAMESPACES, ONTOLOGY
from provfin.turtle import BASE
from provfin.web.explore.asking import Row, ask_page, find_path
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.pages import give_page
from provfin.web.problems import KNOWN, explain
from provfin.web.site import Site

# More are for looking up, not for reading: they stand without their definitions.
_MOST_DEFINED = 120
# Code lists that have a page to look through them by more than their hierarchy.
_BROWSED: Mapping[str, str] = {
    f"{BASE}scheme/indicators": "indicators",
    f"{BASE}scheme/institutions": "institutions",
    f"{BASE}scheme/instruments": "instruments",
}


@dataclass(frozen=True)
class Scheme:
    """A code list: its names and definitions by language, and how many concepts it has."""

    iri: str
    names: Texts
    definitions: Texts
    concepts: int
    is_dimension: bool


@dataclass(frozen=True)
class Node:
    """A concept in a hierarchy: its code, names and definition, how often reports use it, and what is below it."""

    iri: str
    code: str
    names: Texts
    definition: str
    uses: int
    below: Sequence["Node"]

    @property
    def size(self) -> int:
        """How many concepts are below it, at any depth."""
        return sum(1 + node.size for node in self.below)


def make_router(site: Site) -> APIRouter:
    """Return the route of the list of code lists."""
    router = APIRouter()

    @router.get("/vocabulary")
    async def show_vocabulary(request: Request) -> Response:
        try:
            context = await _list_vocabulary(site)
        except KNOWN as error:
            return explain(error)
        return give_page(site, request, "vocabulary.html", **context)

    return router


async def _list_vocabulary(site: Site) -> dict[str, Any]:
    schemes, notes, terms = await asyncio.gather(
        ask_page(site, "vocabulary-schemes"), ask_page(site, "vocabulary-notes"), ask_page(site, "vocabulary-terms")
    )
    told: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: {"title": {}, "definition": {}})
    for row in notes.rows:
        for column in ("title", "definition"):
            if column in row:
                told[row["scheme"].text][column].setdefault(row[column].language, row[column].text)
    found = [_read_scheme(row, told[row["scheme"].text]) for row in schemes.rows]
    counts = {row["isClass"].text: int(row["terms"].number) for row in terms.rows}
    return {
        "dimensions": [scheme for scheme in found if scheme.is_dimension],
        "others": [scheme for scheme in found if not scheme.is_dimension],
        "classes": counts.get("true", 0),
        "properties": counts.get("false", 0),
        "ontology": ONTOLOGY,
        "query": schemes.query,
    }


def _read_scheme(row: Row, told: Mapping[str, Texts]) -> Scheme:
    iri = row["scheme"].text
    names = told["title"] or {"": find_path(iri)}
    number, is_dimension = int(row["concepts"].number), row["isDimension"].text == "true"
    return Scheme(iri, names, told["definition"], number, is_dimension)


async def _draw_scheme(site: Site, request: Request, resource: Resource) -> Portrait:
    scheme = {"scheme": resource.iri}
    concepts, uses = await asyncio.gather(
        ask_page(site, "scheme-concepts", scheme), ask_page(site, "scheme-uses", scheme)
    )
    number = len({row["concept"].text for row in concepts.rows})
    language = find_language(request.scope)
    definitions: dict[str, str] = {}
    if number <= _MOST_DEFINED:
        asked = await ask_page(site, "scheme-definitions", {**scheme, "language": language})
        definitions = {row["concept"].text: row["definition"].text for row in asked.rows}
    counts = {row["concept"].text: int(row["uses"].number) for row in uses.rows}
    return Portrait(
        "scheme.html",
        {
            "roots": list(_build_tree(concepts.rows, definitions, counts)),
            "number": number,
            "definition": read_texts(resource, "skos", "definition"),
            "browsed": _BROWSED.get(resource.iri, ""),
            "query": concepts.query,
        },
    )  # fmt: skip


def _build_tree(rows: Sequence[Row], definitions: Mapping[str, str], uses: Mapping[str, int]) -> Iterator[Node]:
    """Yield the concepts that are below none of their list, each with what is below it."""
    names: dict[str, dict[str, str]] = defaultdict(dict)
    codes: dict[str, str] = {}
    above: dict[str, str] = {}
    for row in rows:
        iri = row["concept"].text
        codes.setdefault(iri, row["code"].text if "code" in row else "")
        if "name" in row:
            names[iri].setdefault(row["name"].language, row["name"].text)
        if "above" in row:
            above.setdefault(iri, row["above"].text)
    below: dict[str, list[str]] = defaultdict(list)
    for iri in codes:
        below[above.get(iri, "") if _leads_up(iri, above) else ""].append(iri)

    def make(iri: str) -> Node:
        shown = names[iri] or {"": find_path(iri)}
        return Node(iri, codes[iri], shown, definitions.get(iri, ""), uses.get(iri, 0), [*map(make, below[iri])])

    yield from map(make, list(below[""]))


def _leads_up(iri: str, above: Mapping[str, str]) -> bool:
    """Tell whether the way up from a concept ends, so that it is below its list's top and not below itself."""
    seen = {iri}
    while (iri := above.get(iri, "")) and iri not in seen:
        seen.add(iri)
    return not iri


def read_texts(resource: Resource, prefix: str, local: str) -> Texts:
    """Return the texts a resource has for a property, one in each language."""
    found: dict[str, str] = {}
    for triple in resource.own:
        if triple.predicate.value == NAMESPACES[prefix] + local:
            found.setdefault(getattr(triple.object, "language", None) or "", str(getattr(triple.object, "value", "")))
    return found


# What draws the resources of each class, by its local name or its IRI.
KINDS: Mapping[str, Draw] = {NAMESPACES["skos"] + "ConceptScheme": _draw_scheme}
