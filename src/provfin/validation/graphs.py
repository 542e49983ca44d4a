"""Owns graphs as the shapes see them: Turtle read into rdflib terms, each report's triples over one shared ontology.

rdflib's own stores copy and hash far more than reading needs; here a term is made once, and what every report looks up
is kept once. Refuses to take anything away again.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD, NamespaceManager
from rdflib.store import Store
from rdflib.term import Node

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.turtle import read_turtle

# Python reads more than https://www.w3.org/TR/xmlschema11-2/#decimal allows: NaN, 1_000, full-width digits.
_NUMBERS = {XSD.decimal: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"), XSD.integer: re.compile(r"[+-]?[0-9]+")}
# An ill-typed literal is a finding here; rdflib would log it with a traceback besides.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)

Folders = Mapping[Path, Sequence[Path]]
"""The files of each folder, which make one graph."""

RdfTriple = tuple[Node, Node, Node]
_Index = dict[Node, dict[Node, dict[Node, None]]]
_EMPTY: dict[Any, Any] = {}


class LayeredStore(Store):
    """Triples in memory over those of a base, which is only read.

    It calls itself context-aware since pySHACL asks for that, but holds one graph.
    """

    context_aware = True
    graph_aware = True

    def __init__(self, base: "LayeredStore | None" = None) -> None:
        super().__init__()
        self._base = base
        self._by_subject: _Index = {}
        self._by_predicate: _Index = {}
        self._size = len(base) if base is not None else 0
        self._prefixes: dict[str, URIRef] = {}

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:
        """Add a triple, unless it or the base has it."""
        subject, predicate, value = triple
        if self._base is not None and self._base.has(subject, predicate, value):
            return
        values = self._by_subject.setdefault(subject, {}).setdefault(predicate, {})
        if value not in values:
            values[value] = None
            self._by_predicate.setdefault(predicate, {}).setdefault(value, {})[subject] = None
            self._size += 1

    def has(self, subject: Node, predicate: Node, value: Node) -> bool:
        """Return whether the triple is there."""
        if value in self._by_subject.get(subject, _EMPTY).get(predicate, _EMPTY):
            return True
        return self._base is not None and self._base.has(subject, predicate, value)

    def remove(self, triple: Any, context: Any = None) -> None:
        """Refuse: what is there stays."""
        raise NotImplementedError("triples are only added")

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[tuple[Any, Iterator[Any]]]:
        """Yield the triples that fit a pattern, in which None stands for anything: the base's first."""
        if self._base is not None:
            yield from self._base.triples(triple_pattern)
        subject, predicate, value = triple_pattern
        if subject is not None:
            found = self._match_subject(subject, predicate, value)
        else:
            found = self._match_predicate(predicate, value)
        for triple in found:
            yield triple, iter(())

    def _match_subject(self, subject: Node, predicate: Node | None, value: Node | None) -> Iterator[RdfTriple]:
        by_predicate = self._by_subject.get(subject, _EMPTY)
        for each in by_predicate if predicate is None else (predicate,):
            values = by_predicate.get(each, _EMPTY)
            for found in values if value is None else (value,) if value in values else ():
                yield subject, each, found

    def _match_predicate(self, predicate: Node | None, value: Node | None) -> Iterator[RdfTriple]:
        for each in self._by_predicate if predicate is None else (predicate,):
            by_value = self._by_predicate.get(each, _EMPTY)
            for found in by_value if value is None else (value,):
                for subject in by_value.get(found, _EMPTY):
                    yield subject, each, found

    def __len__(self, context: Any = None) -> int:
        return self._size

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Remember a prefix."""
        self._prefixes[prefix] = namespace

    def namespace(self, prefix: str) -> URIRef | None:
        """Return what a prefix stands for."""
        return self._prefixes.get(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """Return the prefix of a namespace."""
        return next((prefix for prefix, found in self._prefixes.items() if found == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Yield prefixes and what they stand for."""
        yield from self._prefixes.items()


class FullNames(NamespaceManager):
    """Writes every IRI in full.

    pySHACL describes each result, those of shapes within shapes too, and throws most away; looking for the prefixes of
    IRIs in them took half of the time.
    """

    def normalizeUri(self, rdfTerm: str) -> str:  # noqa: N802, N803  (names of the base class)
        """Return the IRI in angle brackets."""
        return f"<{rdfTerm}>"

    def bind(self, *arguments: Any, **options: Any) -> None:
        """Pass over a prefix."""


def make_empty_graph(base: Graph | None = None) -> Graph:
    """Return a graph to add to, over a base that this function made too."""
    graph = Graph(LayeredStore(base.store if base is not None and isinstance(base.store, LayeredStore) else None))
    graph.namespace_manager = FullNames(graph, bind_namespaces="none")
    return graph


# Reading


def list_turtle(path: Path) -> list[Path]:
    """Return the Turtle files of a folder, or the file itself; raises `InputError` when there are none."""
    if not path.exists():
        raise InputError("not there", where=str(path), repair="give a Turtle file or a folder of Turtle")
    files = list(path.rglob("*.ttl")) if path.is_dir() else [path]
    if not files:
        raise InputError("no Turtle in the folder", where=str(path), repair="give a folder that holds .ttl files")
    return files


def read_files(files: Iterable[Path]) -> list[ox.Triple]:
    """Return the triples of Turtle files, in the order of the files' names."""
    return [triple for file in sorted(files) for triple in read_turtle(file)]


def make_graph(triples: Iterable[ox.Triple], base: Graph | None = None) -> Graph:
    """Return a graph of triples, over those of a base that `make_graph` made too."""
    graph = make_empty_graph(base)
    add: Any = graph.store.add
    known: dict[Any, Node] = {}
    for triple in triples:
        add(tuple(known.get(term) or known.setdefault(term, _to_node(term)) for term in triple))
    return graph


@lru_cache(maxsize=4)
def load_ontology(assets: Assets) -> Graph:
    """Return ontology and vocabulary, to be looked up and never added to."""
    return make_graph(read_files(assets.ontology.rglob("*.ttl")))


def _to_node(term: Any) -> Node:
    match term:
        case ox.NamedNode():
            return _intern(term.value)
        case ox.Literal():
            return _to_literal(term)
    return BNode(str(term))


@lru_cache(maxsize=1 << 16)
def _intern(iri: str) -> URIRef:
    # Equal terms that are the same object are found equal without being compared.
    return URIRef(iri)


def _to_literal(term: ox.Literal) -> Literal:
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    number = _NUMBERS.get(datatype)
    literal = Literal(term.value, datatype=datatype)
    if literal.ill_typed or (number and not number.fullmatch(term.value)):
        return Literal(term.value, datatype=URIRef(f"{datatype}-ill-typed"))
    return literal
