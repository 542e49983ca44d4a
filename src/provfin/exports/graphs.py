"""Owns a release as a graph: Turtle, N-Quads, JSON-LD, and one JSON record per printed figure.

All are sorted, so that equal graphs give equal bytes. Refuses nothing: what a release holds can be written.
"""

import pyoxigraph as ox

from provfin.building import write_jsonl
from provfin.exports.content import Files, ReleaseContent, compress
from provfin.exports.records import make_records
from provfin.turtle import write_turtle


def write_release_turtle(content: ReleaseContent) -> Files:
    """Return all triples as one file of Turtle (https://www.w3.org/TR/turtle/), by subject; graphs are not told."""
    return {"provfin.ttl": write_turtle(quad.triple for quad in content.quads)}


def write_release_nquads(content: ReleaseContent) -> Files:
    """Return the sorted N-Quads (https://www.w3.org/TR/n-quads/) whose SHA-256 is the release's hash, in gzip."""
    return {"provfin.nq.gz": compress(content.data)}


def write_release_json_ld(content: ReleaseContent) -> Files:
    """Return all named graphs as expanded JSON-LD (https://www.w3.org/TR/json-ld11/); figures are texts, so exact."""
    # The writer begins a graph anew wherever the graph of a quad differs from that of the one before.
    ordered = sorted(content.quads, key=lambda quad: str(quad.graph_name))
    data = ox.serialize(ordered, format=ox.RdfFormat.JSON_LD)
    assert data is not None
    return {"provfin.jsonld": data}


def write_release_jsonl(content: ReleaseContent) -> Files:
    """Return one JSON record per mention in reading order (https://jsonlines.org)."""
    return {"provfin.jsonl": write_jsonl(make_records(content.observations))}
