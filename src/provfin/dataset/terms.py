"""Owns the names the description of a dataset is written in: namespaces, IRIs of partitions, and a node's triples."""

import re
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from provfin.turtle import ALL_PREFIXES, BASE, PREFIXES

CATALOGUE_GRAPH = f"{BASE}graph/catalogue"
CATALOGUE = f"{BASE}catalogue"
DATASET = f"{BASE}dataset/provfin"
ONTOLOGY = PREFIXES["pf"].removesuffix("#")
AGENT = f"{BASE}agent/provfin"

# What the description is written in beside the data's own namespaces.
NAMESPACES: Mapping[str, str] = {
    **ALL_PREFIXES,
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
}
_LOCAL = re.compile(r"(?P<namespace>.*[#/])(?P<local>[^#/]+)")
_PREFIX_OF = {namespace: prefix for prefix, namespace in NAMESPACES.items()}

Object = ox.NamedNode | ox.Literal
Properties = Mapping[str, Object | Iterable[Object]]


def expand(name: str) -> ox.NamedNode:
    """Return the node of a prefixed name.

    >>> expand("void:Dataset").value
    'http://rdfs.org/ns/void#Dataset'
    """
    prefix, _, local = name.partition(":")
    return ox.NamedNode(NAMESPACES[prefix] + local)


def name_term(iri: str) -> str:
    """Return a name for a term that can stand in an IRI: its prefix and local name, or its words.

    >>> name_term("http://www.w3.org/ns/prov#Entity"), name_term("http://example.org/a/b#C")
    ('prov-Entity', 'example-org-a-b-C')
    """
    found = _LOCAL.fullmatch(iri)
    if found is not None and found["namespace"] in _PREFIX_OF:
        return f"{_PREFIX_OF[found['namespace']]}-{found['local']}"
    return re.sub(r"\W+", "-", iri.partition("://")[2] or iri).strip("-")


def find_namespace(iri: str) -> str:
    """Return the namespace of a term: all up to its last `#` or `/`.

    >>> find_namespace("http://www.w3.org/ns/prov#Entity")
    'http://www.w3.org/ns/prov#'
    """
    found = _LOCAL.fullmatch(iri)
    return found["namespace"] if found else iri


def make_node(iri: str) -> ox.NamedNode:
    """Return the node of an IRI."""
    return ox.NamedNode(iri)


def make_count(number: int) -> ox.Literal:
    """Return an xsd:integer."""
    return ox.Literal(str(number), datatype=expand("xsd:integer"))


def make_texts(texts: Mapping[str, str]) -> list[ox.Literal]:
    """Return one text a language."""
    return [ox.Literal(text, language=language) for language, text in sorted(texts.items())]


def tell(subject: str, properties: Properties) -> Iterator[ox.Triple]:
    """Yield the triples of a node: for each property, by its prefixed name, the value or values."""
    node = ox.NamedNode(subject)
    for name, values in properties.items():
        predicate = expand(name)
        for value in [values] if isinstance(values, ox.NamedNode | ox.Literal) else values:
            yield ox.Triple(node, predicate, value)
