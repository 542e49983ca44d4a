"""Owns reading a folder of Turtle as the release it would make together with the ontology, without publishing it.

It is for who has read a report of their own and wants its figures as a table. Refuses blank nodes, as a release does.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.entailments import derive_quads, load_rules
from provfin.errors import InputError
from provfin.export import find_turtle
from provfin.exports.content import ReleaseContent
from provfin.release import ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH, find_graph_files
from provfin.turtle import BASE, PREFIXES, read_turtle

_SHARED = {ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH}
_HASH_OF_SOURCE = PREFIXES["pf"] + "sha256"


def gather_folder(folder: Path, assets: Assets) -> ReleaseContent:
    """Return what the Turtle files below a folder and the ontology hold; raises `InputError` where they are bad."""
    quads = [*_read_shared(assets), *_read_reports(folder)]
    quads += derive_quads(quads, load_rules(assets))
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    data = b"".join(sorted(set(written.splitlines(keepends=True))))
    return ReleaseContent(hashlib.sha256(data).hexdigest(), data)


def _read_shared(assets: Assets) -> Iterator[ox.Quad]:
    for name, path in find_graph_files(assets):
        if name in _SHARED:
            # Class expressions of OWL are for reasoners; no query names them.
            yield from _name_graph(name, (triple for triple in read_turtle(path) if not _is_anonymous(triple)))


def _read_reports(folder: Path) -> Iterator[ox.Quad]:
    paths = find_turtle(folder)
    for parent in sorted({path.parent for path in paths}):
        triples = [triple for path in paths if path.parent == parent for triple in read_turtle(path)]
        if any(map(_is_anonymous, triples)):
            raise InputError("blank nodes", where=str(parent), repair="give every node an IRI")
        yield from _name_graph(f"{BASE}graph/{_find_report(triples) or parent.name}", triples)


def _find_report(triples: Iterable[ox.Triple]) -> str | None:
    found = (triple.subject for triple in triples if triple.predicate.value == _HASH_OF_SOURCE)
    return next((node.value.rsplit("/", 1)[1] for node in found if isinstance(node, ox.NamedNode)), None)


def _is_anonymous(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def _name_graph(name: str, triples: Iterable[ox.Triple]) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(name)
    return (ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
