"""Owns the prefixes query editors configure themselves from, declared on the ontology.

https://www.w3.org/TR/shacl/#sparql-prefixes
"""

from collections.abc import Iterator

import pyoxigraph as ox

from provfin.dataset.terms import NAMESPACES, ONTOLOGY, expand, make_node, tell
from provfin.turtle import BASE


def describe_prefixes() -> Iterator[ox.Triple]:
    """Yield the prefixes queries are written with, declared on the ontology."""
    for prefix, namespace in sorted(NAMESPACES.items()):
        name = f"{BASE}prefix/{prefix}"
        yield from tell(ONTOLOGY, {"sh:declare": make_node(name)})
        address = ox.Literal(namespace, datatype=expand("xsd:anyURI"))
        yield from tell(
            name, {"rdf:type": expand("sh:PrefixDeclaration"), "sh:prefix": ox.Literal(prefix), "sh:namespace": address}
        )
