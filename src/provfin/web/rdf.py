"""Owns writing small graphs made by the server itself in every format there is for graphs."""

from collections.abc import Iterable

import pyoxigraph as ox

from provfin.store import GRAPH_FORMATS
from provfin.turtle import ALL_PREFIXES, sort_triples

RDF_TYPES = tuple(GRAPH_FORMATS)


def write_graph(triples: Iterable[ox.Triple], media_type: str) -> bytes:
    """Return triples in the format of a media type, sorted, with the project's prefixes where it has such."""
    data = ox.serialize(sort_triples(triples), format=GRAPH_FORMATS[media_type], prefixes=ALL_PREFIXES)
    assert data is not None
    return data
