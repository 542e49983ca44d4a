"""Owns how a release lies in a store: which graphs there are, and the note that says it is there whole.

The graphs of a release keep their names, and one more holds all of its triples: stores differ in what their default
graph is, and some lose solutions over a union of graphs named one by one. The note has a token that is new with each
publication, so that a reader can tell whether anything changed meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from provfin.release import Release
from provfin.turtle import BASE, PREFIXES, TYPE

NOTES_GRAPH = f"{BASE}graph/publication"
# Never published: what a query is given that asks for graphs the release has not.
NO_GRAPH = f"{BASE}graph/none"

_RELEASE = f"{BASE}release/"
_DATASET = "http://rdfs.org/ns/void#Dataset"
_SUBSET = "http://rdfs.org/ns/void#subset"
_TOKEN = f"{PREFIXES['dcterms']}identifier"

NOTES_QUERY = "CONSTRUCT WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class Dataset:
    """The graphs a query is asked of, as the parameters of the SPARQL Protocol."""

    default: Sequence[str]
    named: Sequence[str] = (NO_GRAPH,)


@dataclass(frozen=True)
class Note:
    """What a store is known to hold of a release; without a token it is not, or no longer, whole."""

    hash: str
    graphs: frozenset[str] = field(default_factory=frozenset)
    token: str = ""

    def without_token(self) -> "Note":
        """Return the same note of a release that is being changed."""
        return replace(self, token="")


def name_whole(release_hash: str) -> str:
    """Return the name of the graph that holds all triples of a release.

    >>> name_whole("ab12")
    'https://w3id.org/provfin/id/release/ab12'
    """
    return _RELEASE + release_hash


def restrict(release: Release, default: Iterable[str], named: Iterable[str]) -> Dataset:
    """Return the dataset a query has asked for, without graphs that are not of the release; all when it named none."""
    defaults, names = set(default), set(named)
    if not defaults and not names:
        return Dataset([name_whole(release.hash)], list(release.graphs))
    kept = [graph for graph in release.graphs if graph in defaults]
    if kept == list(release.graphs):
        kept = [name_whole(release.hash)]
    return Dataset(kept or [NO_GRAPH], [graph for graph in release.graphs if graph in names] or [NO_GRAPH])


def write_notes(notes: Iterable[Note]) -> bytes:
    """Return notes as N-Triples."""
    lines = []
    for note in notes:
        subject = f"<{name_whole(note.hash)}>"
        lines.append(f"{subject} <{TYPE}> <{_DATASET}> .")
        lines += [f"{subject} <{_SUBSET}> <{graph}> ." for graph in sorted(note.graphs)]
        lines += [f'{subject} <{_TOKEN}> "{note.token}" .'] if note.token else []
    return "".join(f"{line}\n" for line in lines).encode()


def read_notes(data: bytes) -> dict[str, Note]:
    """Return the notes in N-Triples by the hash of their release.

    >>> read_notes(write_notes([Note("ab12", frozenset(), "t1")]))["ab12"].token
    't1'
    """
    notes: dict[str, Note] = {}
    for triple in ox.parse(data, format=ox.RdfFormat.N_TRIPLES):
        if not isinstance(triple.subject, ox.NamedNode) or not isinstance(triple.object, ox.NamedNode | ox.Literal):
            continue
        release_hash, value = triple.subject.value.removeprefix(_RELEASE), triple.object.value
        note = notes.get(release_hash, Note(release_hash))
        if triple.predicate.value == _SUBSET:
            note = replace(note, graphs=note.graphs | {value})
        elif triple.predicate.value == _TOKEN:
            note = replace(note, token=value)
        notes[release_hash] = note
    return notes
