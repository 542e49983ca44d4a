"""Owns what VoID says of the dataset: how much it holds, and of which classes and properties.

Partitions within partitions are those from which query editors take their suggestions: the properties things of a class
have, and the classes or datatypes these lead to. https://www.w3.org/TR/void/#class-property-partitions;
a partition by datatype is of http://ldf.fi/void-ext.
"""

from collections.abc import Iterator

import pyoxigraph as ox

from provfin.dataset.census import Census, Extent, Way
from provfin.dataset.terms import (
    DATASET,
    Properties,
    find_namespace,
    make_count,
    make_node,
    name_term,
    tell,
)
from provfin.turtle import BASE

_PARTITION = f"{BASE}partition/"


def describe_partitions(census: Census) -> Iterator[ox.Triple]:
    """Yield the dataset's extent, vocabularies and partitions."""
    namespaces = sorted(set(map(find_namespace, (*census.properties, *census.entities))))
    yield from tell(DATASET, {**count_extent(census.whole), "void:vocabulary": list(map(make_node, namespaces))})
    for predicate, extent in census.properties.items():
        yield from _describe_property(predicate, extent)
    for class_iri, entities in census.entities.items():
        yield from _describe_class(class_iri, entities, census.class_triples[class_iri])
    for (class_iri, predicate), triples in census.class_properties.items():
        yield from _describe_class_property(class_iri, predicate, triples)
    for way, triples in census.ways.items():
        yield from _describe_way(way, triples)


def count_extent(extent: Extent) -> Properties:
    """Return the properties that tell an extent."""
    return {
        "void:triples": make_count(extent.triples),
        "void:distinctSubjects": make_count(extent.subjects),
        "void:distinctObjects": make_count(extent.objects),
        "void:properties": make_count(extent.properties),
        "void:classes": make_count(extent.classes),
    }


def _name_class(class_iri: str) -> str:
    return f"{_PARTITION}class/{name_term(class_iri)}"


def _describe_property(predicate: str, extent: Extent) -> Iterator[ox.Triple]:
    name = f"{_PARTITION}property/{name_term(predicate)}"
    yield from tell(DATASET, {"void:propertyPartition": make_node(name)})
    counts = {
        "void:triples": make_count(extent.triples),
        "void:distinctSubjects": make_count(extent.subjects),
        "void:distinctObjects": make_count(extent.objects),
    }
    yield from tell(name, {"void:property": make_node(predicate), **counts})


def _describe_class(class_iri: str, entities: int, triples: int) -> Iterator[ox.Triple]:
    name = _name_class(class_iri)
    yield from tell(DATASET, {"void:classPartition": make_node(name)})
    counts = {"void:entities": make_count(entities), "void:triples": make_count(triples)}
    yield from tell(name, {"void:class": make_node(class_iri), **counts})


def _describe_class_property(class_iri: str, predicate: str, triples: int) -> Iterator[ox.Triple]:
    name = f"{_name_class(class_iri)}/{name_term(predicate)}"
    yield from tell(_name_class(class_iri), {"void:propertyPartition": make_node(name)})
    yield from tell(name, {"void:property": make_node(predicate), "void:triples": make_count(triples)})


def _describe_way(way: Way, triples: int) -> Iterator[ox.Triple]:
    start = f"{_name_class(way.subject_class)}/{name_term(way.predicate)}"
    name = f"{start}/{name_term(way.target)}"
    link, kind = (
        ("void-ext:datatypePartition", "void-ext:datatype")
        if way.is_datatype
        else ("void:classPartition", "void:class")
    )
    yield from tell(start, {link: make_node(name)})
    yield from tell(name, {kind: make_node(way.target), "void:triples": make_count(triples)})
