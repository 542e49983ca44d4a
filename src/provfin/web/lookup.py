"""Owns what a release tells of one resource: its own statements, those that lead to it, and the names of both.

A resource enters a query as a whole RDF term. Its own statements always come whole; those that lead to it come by the
page, for some resources have as many as there are figures. Refuses to make anything up: what has no name keeps its IRI.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from provfin.dataset import NAMESPACES
from provfin.queries import Query
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.site import Site

PAGE_SIZE = 100
# By what a thing is named, the best name first.
NAMING = tuple(
    NAMESPACES[prefix] + local
    for prefix, local in (
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("dcterms", "title"),
        ("foaf", "name"),
        ("oa", "exact"),
    )
)
_NTRIPLES = "application/n-triples"
# A query may have 20,000 characters in all.
_MOST_CHARACTERS = 15_000
_MENTIONS = f"""PREFIX oa: <{NAMESPACES["oa"]}>
PREFIX pf: <{NAMESPACES["pf"]}>
SELECT DISTINCT ?iri ?exact ?start ?end ?part ?origin ?rule WHERE {{
  {{ THING pf:mention ?iri }} UNION {{ THING pf:evidence ?iri }}
  ?iri oa:start ?start ; oa:end ?end ; pf:part ?part .
  OPTIONAL {{ ?iri oa:exact ?exact }}
  OPTIONAL {{ ?iri pf:origin ?origin }}
  OPTIONAL {{ ?iri pf:readBy ?rule }}
}} ORDER BY ?start ?end"""

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Mention:
    """A place where something is printed: the characters, their offsets in code points, the part they stand in.

    `part` and `rule`, which read it, are IRIs; of a whole statement the characters are empty.
    """

    iri: str
    exact: str
    start: int
    end: int
    part: str
    origin: str
    rule: str


@dataclass(frozen=True)
class Resource:
    """What is told of a resource; `incoming` is one page of the statements that lead to it, in order."""

    iri: str
    page: int
    own: Sequence[ox.Triple]
    incoming: Sequence[ox.Triple]
    counts: Mapping[str, int]
    naming: Sequence[ox.Triple]
    mentions: Sequence[Mention] = ()

    @property
    def links(self) -> int:
        """How many statements lead to it."""
        return sum(self.counts.values())

    @property
    def pages(self) -> int:
        """On how many pages they stand, at least one."""
        return max(1, -(-self.links // PAGE_SIZE))

    @property
    def triples(self) -> list[ox.Triple]:
        """All that is told."""
        return [*self.own, *self.incoming, *self.naming]

    @cached_property
    def names(self) -> Mapping[str, Texts]:
        """The names of the resource and of what it is linked with, by language; of several in one, the best."""
        found: dict[str, dict[str, str]] = {}
        triples = [triple for triple in (*self.own, *self.naming) if triple.predicate.value in NAMING]
        for triple in sorted(triples, key=lambda triple: (NAMING.index(triple.predicate.value), str(triple.object))):
            if isinstance(triple.object, ox.Literal):
                found.setdefault(_value(triple.subject), {}).setdefault(
                    triple.object.language or "", triple.object.value
                )
        return found

    def find_page(self, predicate: str) -> int:
        """Return the page on which the statements with a predicate begin."""
        before = sum(number for name, number in self.counts.items() if name < predicate)
        return before // PAGE_SIZE + 1


async def find_resource(site: Site, iri: str, page: int = 1, *, with_mentions: bool = False) -> Resource | None:
    """Return what the release tells of an IRI, or None for nothing; raises what `Site.ask` does.

    A page beyond the last is empty.
    """
    try:
        node = str(ox.NamedNode(iri))
    except ValueError:
        return None
    own, counts = await asyncio.gather(
        construct(site, f"CONSTRUCT {{ {node} ?p ?o }} WHERE {{ {node} ?p ?o }}"), _count_incoming(site, node)
    )
    if not own and not counts:
        return None
    incoming, mentions = await asyncio.gather(
        _find_incoming(site, node, counts, page), _find_mentions(site, node) if with_mentions else _find_none()
    )
    places = [iri for mention in mentions for iri in (mention.part, mention.rule) if iri]
    naming = await find_names(site, [*list_linked(own, incoming), *places])
    return Resource(iri, page, own, incoming, counts, naming, mentions)


async def find_names(site: Site, iris: Iterable[str]) -> list[ox.Triple]:
    """Return the triples that name things."""
    found = await asyncio.gather(*(construct(site, _write_naming(chunk)) for chunk in _divide(sorted(set(iris)))))
    return [triple for triples in found for triple in triples]


async def _find_incoming(site: Site, node: str, counts: Mapping[str, int], page: int) -> list[ox.Triple]:
    if sum(counts.values()) <= PAGE_SIZE and page == 1:
        return await construct(site, f"CONSTRUCT {{ ?s ?p {node} }} WHERE {{ ?s ?p {node} }}")
    slices = list_slices(counts, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    queries = (_write_incoming(node, ox.NamedNode(predicate), start, length) for predicate, start, length in slices)
    found = await asyncio.gather(*(construct(site, query) for query in queries))
    return [triple for triples in found for triple in triples]


def list_slices(counts: Mapping[str, int], start: int, length: int) -> Iterator[tuple[str, int, int]]:
    """Yield which part of each run makes up a stretch of all, one after the other: its name, start and length.

    >>> list(list_slices({"a": 3, "b": 5, "c": 9}, 2, 4))
    [('a', 2, 1), ('b', 0, 3)]
    """
    for name, number in counts.items():
        taken = min(number - start, length)
        if length > 0 and taken > 0:
            yield name, start, taken
            length -= taken
        start = max(0, start - number)


def _write_incoming(node: str, predicate: ox.NamedNode, start: int, length: int) -> str:
    # Sorting by one name is twice as quick as by two.
    return (
        f"CONSTRUCT {{ ?s {predicate} {node} }} WHERE {{ SELECT DISTINCT ?s WHERE {{ ?s {predicate} {node} }} "
        f"ORDER BY ?s LIMIT {length} OFFSET {start} }}"
    )


def _write_naming(nodes: Sequence[str]) -> str:
    # A second VALUES in place of the filter makes Oxigraph 0.5 go through all names there are.
    names = ", ".join(f"<{iri}>" for iri in NAMING)
    return (
        f"CONSTRUCT {{ ?thing ?by ?name }} WHERE {{ VALUES ?thing {{ {' '.join(nodes)} }} "
        f"?thing ?by ?name FILTER(?by IN ({names})) }}"
    )


def _divide(iris: Iterable[str]) -> Iterator[list[str]]:
    """Yield the nodes of IRIs in runs that a query has room for."""
    run: list[str] = []
    for node in map(str, map(ox.NamedNode, iris)):
        if run and sum(map(len, run)) + len(node) + len(run) > _MOST_CHARACTERS:
            yield run
            run = []
        run.append(node)
    if run:
        yield run


async def construct(site: Site, text: str) -> list[ox.Triple]:
    """Return the triples a query constructs."""
    answer = await site.ask(Query(text), None, _NTRIPLES)
    return [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]


async def _select(site: Site, text: str) -> list[dict[str, str]]:
    answer = await site.ask(Query(text), RESULTS_JSON)
    rows = json.loads(answer.body)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in rows]


async def _count_incoming(site: Site, node: str) -> Mapping[str, int]:
    rows = await _select(site, f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s ?p {node} }} GROUP BY ?p")
    return {row["p"]: int(row["n"]) for row in sorted(rows, key=lambda row: row["p"])}


async def _find_none() -> list[Mention]:
    return []


async def _find_mentions(site: Site, node: str) -> list[Mention]:
    rows = await _select(site, _MENTIONS.replace("THING", node))
    return [_make_mention(row) for row in rows]


def _make_mention(row: Mapping[str, str]) -> Mention:
    start, end = int(row["start"]), int(row["end"])
    told = (row.get(name, "") for name in ("part", "origin", "rule"))
    return Mention(row["iri"], row.get("exact", ""), start, end, *told)


def list_linked(own: Iterable[ox.Triple], incoming: Iterable[ox.Triple]) -> Iterator[str]:
    """Yield the IRIs that statements speak of beside the one they are about, and those of their predicates."""
    for triple in own:
        yield triple.predicate.value
        if isinstance(triple.object, ox.NamedNode):
            yield triple.object.value
    for triple in incoming:
        yield triple.predicate.value
        yield _value(triple.subject)


def _value(term: Any) -> str:
    return str(term.value)
