"""Owns the shapes and what pySHACL finds with them in the graph of one report, or of the vocabulary.

Refuses a graph in which no shape meets any node, and blank nodes in reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

import pyoxigraph as ox
import pyshacl
from rdflib import Graph, Literal, URIRef
from rdflib.extras.shacl import parse_shacl_path
from rdflib.namespace import DCTERMS, RDF, RDFS, SH
from rdflib.term import Node

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.findings import Finding
from provfin.turtle import PREFIXES
from provfin.validation.graphs import load_ontology, make_empty_graph, make_graph, read_files

_SEVERITIES: dict[Node, str] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
_TARGETS = (SH.targetClass, SH.targetSubjectsOf)


@dataclass(frozen=True)
class Met:
    """What the shapes found in one graph, and the codes of the rules that met a node there; none is a fault."""

    findings: tuple[Finding, ...]
    codes: frozenset[str]


def check_shapes(assets: Assets, triples: Sequence[ox.Triple], source: str, *, is_ontology: bool) -> Met:
    """Hold the shapes against triples, with ontology and vocabulary at hand; the findings are of `source`."""
    # Triples of the ontology are at hand already; read again, its blank nodes would be there twice.
    graph = make_graph([] if is_ontology else triples, load_ontology(assets))
    met = _mark(graph, assets, {URIRef(triple.subject.value) for triple in triples if is_named(triple.subject)})
    if not met:
        return Met((), frozenset())
    _, report, _ = pyshacl.validate(graph, shacl_graph=aim_shapes(assets), inplace=True)
    results = report.objects(None, SH.result)
    return Met(tuple(_make_finding(assets, report, result, source) for result in results), _list_codes(assets, met))


def is_named(term: object) -> TypeGuard[ox.NamedNode]:
    """Return whether a term is an IRI."""
    return isinstance(term, ox.NamedNode)


def refuse_blank_nodes(triples: Iterable[ox.Triple], where: str) -> None:
    """Raise `InputError` for the first blank node."""
    for triple in triples:
        if not is_named(triple.subject) or not isinstance(triple.object, ox.NamedNode | ox.Literal):
            what = f"a blank node at {triple.predicate.value} of {triple.subject}"
            raise InputError(what, where=where, repair="give every node an IRI")


@lru_cache(maxsize=4)
def load_shapes(assets: Assets) -> Graph:
    """Return all shapes as they stand, with the prefixes that paths are written with."""
    shapes = Graph()
    for triple in make_graph(read_files(assets.shapes.glob("*.ttl"))):
        shapes.add(triple)
    for prefix, namespace in PREFIXES.items():
        shapes.bind(prefix, namespace, replace=True)
    return shapes


def write_path(shapes: Graph, shape: Node) -> str:
    """Return the path of a shape as in SPARQL, or nothing where it has none."""
    path = shapes.value(shape, SH.path)
    return parse_shacl_path(shapes, path).n3(shapes.namespace_manager) if path else ""


# Aiming shapes


@lru_cache(maxsize=4)
def aim_shapes(assets: Assets) -> Graph:
    """Return the shapes aimed at marked nodes: `focus shape true` stands for what the targets of the shape meet.

    The marks keep the vocabulary out of focus, and let pySHACL take each property shape over all its nodes at once.
    """
    shapes = load_shapes(assets)
    aimed = _list_aimed(shapes)
    graph = make_empty_graph()
    for subject, predicate, value in shapes:
        if subject in aimed and predicate == SH.property:
            graph.add((value, SH.targetSubjectsOf, subject))
        elif predicate not in _TARGETS:
            graph.add((subject, predicate, value))
    for shape in aimed:
        graph.add((shape, SH.targetSubjectsOf, shape))
    return graph


def _list_aimed(shapes: Graph) -> set[Node]:
    return {shape for target in _TARGETS for shape in shapes.subjects(target)}


def _mark(graph: Graph, assets: Assets, own: set[Node]) -> set[Node]:
    """Mark the own nodes that shapes aim at; return these shapes."""
    shapes = load_shapes(assets)
    marks: dict[Node, set[Node]] = defaultdict(set)
    for shape in _list_aimed(shapes):
        marks[shape].update(focus for focus in _find_focus(graph, shapes, shape) if focus in own)
    for shape, nodes in marks.items():
        for focus in nodes:
            graph.add((focus, shape, Literal(True)))
    return {shape for shape, nodes in marks.items() if nodes}


def _find_focus(graph: Graph, shapes: Graph, shape: Node) -> Iterator[Node]:
    for target in shapes.objects(shape, SH.targetClass):
        for subclass in graph.transitive_subjects(RDFS.subClassOf, target):
            yield from graph.subjects(RDF.type, subclass)
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        yield from graph.subjects(predicate)


def _list_codes(assets: Assets, met: Iterable[Node]) -> frozenset[str]:
    shapes = load_shapes(assets)
    rules = {rule for shape in met for rule in (shape, *shapes.objects(shape, SH.property))}
    return frozenset(str(code) for rule in rules for code in shapes.objects(rule, DCTERMS.identifier))


# Findings


def _make_finding(assets: Assets, report: Graph, result: Node, source: str) -> Finding:
    shapes, facts = load_shapes(assets), dict(report.predicate_objects(result))
    shape = facts[SH.sourceShape]
    return Finding(
        severity=_SEVERITIES[facts[SH.resultSeverity]],
        code=str(shapes.value(shape, DCTERMS.identifier)),
        message_en=find_text(shapes, shape, SH.message, "en"),
        message_zh=find_text(shapes, shape, SH.message, "zh"),
        focus=str(facts[SH.focusNode]),
        path=write_path(shapes, shape),
        value=str(facts.get(SH.value, "")),
        source=source,
    )


def find_text(graph: Graph, node: Node, predicate: Node, language: str) -> str:
    """Return the text of a property in a language, or nothing."""
    texts = (text for text in graph.objects(node, predicate) if isinstance(text, Literal))
    return next((str(text) for text in texts if text.language == language), "")
