"""Owns the document of the ontology: its terms, all on one page, each where its name leads to.

It is what the release has of it; class expressions, which need blank nodes, are in the file for reasoners.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from fastapi import Request

from provfin.dataset import NAMESPACES, ONTOLOGY
from provfin.turtle import TYPE
from provfin.web.lookup import Resource, construct, find_names, list_linked
from provfin.web.pages import render
from provfin.web.site import Site
from provfin.web.views import View, view_resource

_DEFINED_BY = f"<{NAMESPACES['rdfs']}isDefinedBy>"
_DECLARE = f"<{NAMESPACES['sh']}declare>"
_WHERE = (
    f"{{ <{ONTOLOGY}> ?p ?o . BIND(<{ONTOLOGY}> AS ?s) }}",
    f"{{ ?s {_DEFINED_BY} <{ONTOLOGY}> ; ?p ?o }}",
    f"{{ <{ONTOLOGY}> {_DECLARE} ?s . ?s ?p ?o }}",
)
_CLASS = ox.NamedNode(NAMESPACES["owl"] + "Class")

Part = tuple[str, str, Sequence[View]]


async def find_ontology(site: Site) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """Return what is told of the ontology, its terms and prefixes, and the names of what that speaks of."""
    found = await asyncio.gather(*(construct(site, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {where}") for where in _WHERE))
    triples = [triple for group in found for triple in group]
    return triples, await find_names(site, list_linked(triples, []))


def render_ontology(
    site: Site,
    request: Request,
    triples: Sequence[ox.Triple],
    naming: Sequence[ox.Triple],
    addresses: Mapping[str, Any],
) -> bytes:
    """Return the ontology as a page."""
    told: dict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        told[_value(triple.subject)].append(triple)
    views = {iri: view_resource(Resource(iri, 1, own, (), {}, naming)) for iri, own in sorted(told.items())}
    parts = list(_list_parts(told, views))
    return render(site, request, "ontology.html", ontology=views[ONTOLOGY], parts=parts, **addresses)


def _list_parts(told: Mapping[str, Sequence[ox.Triple]], views: Mapping[str, View]) -> Iterator[Part]:
    terms = [iri for iri in views if iri.startswith(f"{ONTOLOGY}#")]
    classes = {iri for iri in terms if any((t.predicate.value, t.object) == (TYPE, _CLASS) for t in told[iri])}
    yield "Classes", "类", [views[iri] for iri in terms if iri in classes]
    yield "Properties", "特性", [views[iri] for iri in terms if iri not in classes]


def _value(term: Any) -> str:
    return str(term.value)
