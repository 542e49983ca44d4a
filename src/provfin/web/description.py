"""Owns what the endpoint tells of itself: https://www.w3.org/TR/sparql11-service-description/."""

from collections.abc import Iterator

import pyoxigraph as ox

from provfin.release import Release
from provfin.turtle import TYPE

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_XSD_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "N-Quads", "JSON-LD", "RDF_XML",
)  # fmt: skip

Object = ox.NamedNode | ox.Literal


def describe_service(release: Release, base: str) -> Iterator[ox.Triple]:
    """Yield the description of the endpoint at a base address: its language, formats, features and graphs."""
    service, dataset, default = (ox.NamedNode(f"{base}sparql{part}") for part in ("", "#dataset", "#default-graph"))
    yield from _state(service, TYPE, _sd("Service"))
    yield from _state(service, _SD + "endpoint", service)
    yield from _state(service, _SD + "supportedLanguage", _sd("SPARQL11Query"))
    yield from _state(service, _SD + "feature", _sd("UnionDefaultGraph"))
    yield from _state(service, _SD + "resultFormat", *(ox.NamedNode(_FORMATS + name) for name in _RESULT_FORMATS))
    yield from _state(service, _SD + "defaultDataset", dataset)
    yield from _state(service, _SD + "availableGraphs", dataset)
    yield from _state(dataset, TYPE, _sd("Dataset"), _sd("GraphCollection"))
    yield from _state(dataset, _SD + "defaultGraph", default)
    yield from _describe_graph(default, release.quads)
    for name, number in release.graphs.items():
        entry, graph = _name_entry(base, name), ox.NamedNode(f"{_name_entry(base, name).value}-graph")
        yield from _state(dataset, _SD + "namedGraph", entry)
        yield from _state(entry, TYPE, _sd("NamedGraph"))
        yield from _state(entry, _SD + "name", ox.NamedNode(name))
        yield from _state(entry, _SD + "graph", graph)
        yield from _describe_graph(graph, number)


def _describe_graph(graph: ox.NamedNode, triples: int) -> Iterator[ox.Triple]:
    yield from _state(graph, TYPE, _sd("Graph"), ox.NamedNode(_VOID + "Dataset"))
    yield from _state(graph, _VOID + "triples", ox.Literal(str(triples), datatype=_XSD_INTEGER))


def _name_entry(base: str, graph: str) -> ox.NamedNode:
    return ox.NamedNode(f"{base}sparql#{graph.rsplit('/', 1)[1]}")


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def _state(subject: ox.NamedNode, predicate: str, *objects: Object) -> Iterator[ox.Triple]:
    for item in objects:
        yield ox.Triple(subject, ox.NamedNode(predicate), item)
