"""Owns the document of the ontology: its terms, all on one page, each where its name leads to.

Classes stand in their hierarchy, properties with the class they tell of, each with how often the release uses it. It is
what the release has of the ontology; class expressions, which need blank nodes, are in the file for reasoners.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from fastapi import Request

from provfin.dataset import NAMESPACES, ONTOLOGY
from provfin.turtle import TYPE
from provfin.web.explore.asking import ask_page
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts, construct, find_names, list_linked
from provfin.web.pages import render
from provfin.web.site import Site
from provfin.web.views import Term, View, view_resource, view_term

_DEFINED_BY = f"<{NAMESPACES['rdfs']}isDefinedBy>"
_DECLARE = f"<{NAMESPACES['sh']}declare>"
_WHERE = (
    f"{{ <{ONTOLOGY}> ?p ?o . BIND(<{ONTOLOGY}> AS ?s) }}",
    f"{{ ?s {_DEFINED_BY} <{ONTOLOGY}> ; ?p ?o }}",
    f"{{ <{ONTOLOGY}> {_DECLARE} ?s . ?s ?p ?o }}",
)
_OWL, _RDFS, _SKOS = (NAMESPACES[prefix] for prefix in ("owl", "rdfs", "skos"))
_CLASS = ox.NamedNode(f"{_OWL}Class")
_ABOVE, _DOMAIN, _RANGE, _BROADER = (f"{_RDFS}{local}" for local in ("subClassOf", "domain", "range", "subPropertyOf"))
_OWN = f"{ONTOLOGY}#"


@dataclass(frozen=True)
class Entry:
    """A term of the ontology as it is shown: its texts by language, what it is tied to, how often it is used."""

    term: Term
    definition: Texts
    notes: Sequence[Texts]
    examples: Sequence[Texts]
    above: Sequence[Term]
    ranges: Sequence[Term]
    uses: int

    @property
    def anchor(self) -> str:
        """The name it has on the page."""
        return self.term.iri.removeprefix(_OWN)


@dataclass(frozen=True)
class Branch:
    """A class in the hierarchy, and the classes right below it."""

    entry: Entry
    below: Sequence["Branch"]


@dataclass(frozen=True)
class Chapter:
    """A class with the properties that tell of it; no class for those that tell of several."""

    entry: Entry | None
    properties: Sequence[Entry]


async def find_ontology(site: Site) -> tuple[list[ox.Triple], list[ox.Triple]]:
    """Return what is told of the ontology, its terms and prefixes, and the names of what that speaks of."""
    found = await asyncio.gather(*(construct(site, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {where}") for where in _WHERE))
    triples = [triple for group in found for triple in group]
    return triples, await find_names(site, list_linked(triples, []))


async def count_uses(site: Site) -> Mapping[str, int]:
    """Return how many instances or statements a release has of each term; ask for them by `Site.once`."""
    asked = await asyncio.gather(ask_page(site, "vocabulary-instances"), ask_page(site, "vocabulary-statements"))
    return {row["term"].text: int(row["uses"].number) for answer in asked for row in answer.rows}


def render_ontology(
    site: Site,
    request: Request,
    triples: Sequence[ox.Triple],
    naming: Sequence[ox.Triple],
    uses: Mapping[str, int],
    addresses: Mapping[str, Any],
) -> bytes:
    """Return the ontology as a page; `uses` is how often each term is used."""
    whole = Resource(ONTOLOGY, 1, [t for t in triples if _value(t.subject) == ONTOLOGY], (), {}, naming)
    told, names = _group_by_subject(triples), _name_all(triples, naming)
    entries = {iri: _make_entry(iri, told[iri], names, uses) for iri in sorted(told) if _is_own(iri)}
    classes = [iri for iri in entries if any((t.predicate.value, t.object) == (TYPE, _CLASS) for t in told[iri])]
    view: View = view_resource(whole, find_language(request.scope))
    return render(
        site,
        request,
        "ontology.html",
        ontology=view,
        description=_read_texts(whole.own, f"{NAMESPACES['dcterms']}description"),
        branches=list(_list_branches(entries, classes)),
        chapters=list(_list_chapters(told, entries, classes)),
        classes=len(classes),
        properties=len(entries) - len(classes),
        **addresses,
    )


def _is_own(iri: str) -> bool:
    return iri.startswith(_OWN) and iri != _OWN


def _group_by_subject(triples: Iterable[ox.Triple]) -> Mapping[str, list[ox.Triple]]:
    told: dict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        told[_value(triple.subject)].append(triple)
    return told


def _name_all(triples: Sequence[ox.Triple], naming: Sequence[ox.Triple]) -> Mapping[str, Texts]:
    return Resource(ONTOLOGY, 1, triples, (), {}, naming).names


def _make_entry(iri: str, own: Sequence[ox.Triple], names: Mapping[str, Texts], uses: Mapping[str, int]) -> Entry:
    def follow(*predicates: str) -> list[Term]:
        found = {
            _value(t.object) for t in own if t.predicate.value in predicates and isinstance(t.object, ox.NamedNode)
        }
        return [view_term(ox.NamedNode(target), names) for target in sorted(found)]

    notes = [_read_texts(own, f"{_SKOS}scopeNote")]
    return Entry(
        view_term(ox.NamedNode(iri), names),
        _read_texts(own, f"{_SKOS}definition"),
        [texts for texts in notes if texts],
        [texts for texts in (_read_texts(own, f"{_SKOS}example"),) if texts],
        follow(_ABOVE, _BROADER),
        follow(_RANGE),
        uses.get(iri, 0),
    )


def _list_branches(entries: Mapping[str, Entry], classes: Sequence[str]) -> Iterator[Branch]:
    """Yield the classes that are below none of the ontology's own, each with those below it."""
    below: dict[str, list[str]] = defaultdict(list)
    for iri in classes:
        for above in [term.iri for term in entries[iri].above if term.iri in entries] or [""]:
            below[above].append(iri)

    def make(iri: str) -> Branch:
        return Branch(entries[iri], [*map(make, below[iri])])

    yield from map(make, below[""])


def _list_chapters(
    told: Mapping[str, Sequence[ox.Triple]], entries: Mapping[str, Entry], classes: Sequence[str]
) -> Iterator[Chapter]:
    domains: dict[str, list[Entry]] = defaultdict(list)
    for iri in sorted(set(entries) - set(classes)):
        found = [_value(t.object) for t in told[iri] if t.predicate.value == _DOMAIN]
        domains[found[0] if len(found) == 1 and found[0] in entries else ""].append(entries[iri])
    for iri in classes:
        yield Chapter(entries[iri], domains[iri])
    yield Chapter(None, domains[""])


def _read_texts(own: Iterable[ox.Triple], predicate: str) -> Texts:
    return {
        t.object.language or "": t.object.value
        for t in own
        if t.predicate.value == predicate and isinstance(t.object, ox.Literal)
    }


def _value(term: Any) -> str:
    return str(term.value)
