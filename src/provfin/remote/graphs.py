"""Owns how a release lies in a store: which graphs there are, and the note that says it is there whole.

The graphs of a release keep their names, and one more holds all of its triples: stores differ in what their default
graph is, and some lose solutions over a union of graphs named one by one. The note has a token that is new with each
publication, so that a reader can tell whether anything changed meanwhile: it names the activity that generated what is
there (https://www.w3.org/TR/prov-o/#wasGeneratedBy).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyoxigraph as ox

from provfin.release import Release, name_release
from provfin.turtle import BASE, PREFIXES, TYPE

NOTES_GRAPH = f"{BASE}graph/publication"
# Never published: what a query is given that asks for graphs the release has not.
NO_GRAPH = f"{BASE}graph/none"

_DATASET = "http://rdfs.org/ns/void#Dataset"
_SUBSET = "http://rdfs.org/ns/void#subset"
_HASH = f"{PREFIXES['dcterms']}identifier"
_GENERATED = f"{PREFIXES['prov']}wasGeneratedBy"
_PUBLICATION = f"{BASE}publication/"

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


def restrict(release: Release, default: Iterable[str], named: Iterable[str]) -> Dataset:
    """Return the dataset a query has asked for, without graphs that are not of the release; all when it named none."""
    defaults, names = set(default), set(named)
    if not defaults and not names:
        return Dataset([name_release(release.hash)], list(release.graphs))
    kept = [graph for graph in release.graphs if graph in defaults]
    if kept == list(release.graphs):
        kept = [name_release(release.hash)]
    return Dataset(kept or [NO_GRAPH], [graph for graph in release.graphs if graph in names] or [NO_GRAPH])


def write_notes(notes: Iterable[Note]) -> bytes:
    """Return notes as N-Triples."""
    lines = []
    for note in notes:
        subject = f"<{name_release(note.hash)}>"
        lines.append(f"{subject} <{TYPE}> <{_DATASET}> .")
        lines += [f"{subject} <{_SUBSET}> <{graph}> ." for graph in sorted(note.graphs)]
        lines.append(f'{subject} <{_HASH}> "{note.hash}" .')
        lines += [f"{subject} <{_GENERATED}> <{_PUBLICATION}{note.token}> ."] if note.token else []
    return "".join(f"{line}\n" for line in lines).encode()


def read_notes(data: bytes) -> dict[str, Note]:
    """Return the notes in N-Triples by the hash of their release.

    >>> read_notes(write_notes([Note("ab12", frozenset(), "t1")]))["ab12"].token
    't1'
    """
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in ox.parse(data, format=ox.RdfFormat.N_TRIPLES):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            told[triple.subject.value][triple.predicate.value].append(triple.object.value)
    notes = [_read_note(item[_HASH][0], item) for item in told.values() if _HASH in item]
    return {note.hash: note for note in notes}


def _read_note(release_hash: str, told: Mapping[str, Sequence[str]]) -> Note:
    tokens = [activity.removeprefix(_PUBLICATION) for activity in told.get(_GENERATED, ())]
    # What two publications claim to have made is nobody's.
    return Note(release_hash, frozenset(told.get(_SUBSET, ())), tokens[0] if len(tokens) == 1 else "")
