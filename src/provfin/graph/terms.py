"""Owns the small grammar triples are written in: prefixed names, literals, a node with its classes and properties."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from provfin.turtle import PREFIXES, TYPE

XSD = PREFIXES["xsd"]

Object = ox.NamedNode | ox.Literal
Pairs = Iterable[tuple[str, Object | None]]


def make_iri(text: str) -> ox.NamedNode:
    """Return a node for a prefixed name or a whole IRI."""
    prefix, colon, local = text.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local if colon and prefix in PREFIXES else text)


def make_text(text: str, language: str | None = None) -> ox.Literal | None:
    """Return a literal, or None for no text, which `describe` leaves out."""
    if not text:
        return None
    return ox.Literal(text, language=language) if language else ox.Literal(text)


def make_typed(text: str, datatype: str) -> ox.Literal:
    """Return a literal of an XSD datatype."""
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def make_whole(number: int) -> ox.Literal:
    """Return an xsd:integer."""
    return make_typed(str(number), "integer")


def describe(subject: str, classes: Iterable[str], pairs: Pairs) -> Iterator[ox.Triple]:
    """Yield the triples of a node: its classes and those of its properties that have a value."""
    node = ox.NamedNode(subject)
    for name in classes:
        yield ox.Triple(node, ox.NamedNode(TYPE), make_iri(name))
    for predicate, value in pairs:
        if value is not None:
            yield ox.Triple(node, make_iri(predicate), value)
