"""Owns releases: immutable, content-hashed builds of the whole graph, and which one is the newest.

A release is a folder named by its hash that appears by one rename; the pointer to the newest is replaced by another.
A crash between any two steps leaves the release before it in place. Refuses to open one whose bytes have changed.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.building import replace_file
from provfin.entailments import derive_quads, load_rules
from provfin.errors import InputError
from provfin.turtle import BASE, read_turtle

ALIGNMENTS_GRAPH = f"{BASE}graph/alignments"
ONTOLOGY_GRAPH = f"{BASE}graph/ontology"
VOCABULARY_GRAPH = f"{BASE}graph/vocabulary"

_SHARED = ox.NamedNode(VOCABULARY_GRAPH)
_FOR_ALL = {_SHARED, ox.NamedNode(ALIGNMENTS_GRAPH), ox.NamedNode(ONTOLOGY_GRAPH)}

_DATA = "release.nq"
_MANIFEST = "manifest.json"
_POINTER = "CURRENT"


@dataclass(frozen=True)
class Release:
    """A release on disk: its hash (SHA-256 of its sorted N-Quads), its folder, how many quads each graph has."""

    hash: str
    folder: Path
    graphs: dict[str, int]

    @property
    def data_path(self) -> Path:
        """The file of sorted N-Quads."""
        return self.folder / _DATA

    @property
    def quads(self) -> int:
        """How many quads the release has."""
        return sum(self.graphs.values())


@dataclass(frozen=True)
class Content:
    """What a release will hold: sorted N-Quads, their hash, and the number of quads in each graph."""

    data: bytes
    hash: str
    graphs: dict[str, int]


def find_graph_files(assets: Assets) -> Iterator[tuple[str, Path]]:
    """Yield every Turtle file of a release with the name of the graph it goes to."""
    for path in sorted(assets.ontology.glob("*.ttl")):
        # What other vocabularies make of our terms is no ground for entailments.
        yield ALIGNMENTS_GRAPH if path.stem == "alignments" else ONTOLOGY_GRAPH, path
    for path in sorted((assets.ontology / "vocabulary").glob("*.ttl")):
        yield VOCABULARY_GRAPH, path
    for folder in sorted(path for path in assets.graphs.iterdir() if path.is_dir()):
        for path in sorted(folder.glob("*.ttl")):
            yield f"{BASE}graph/{folder.name}", path


def read_quads(assets: Assets) -> Iterator[ox.Quad]:
    """Yield every quad of a release: what the Turtle files assert, then what the ontology makes of it.

    Each triple is in one graph only. Raises `InputError` for bad Turtle.
    """
    asserted = list(_read_asserted(assets))
    yield from asserted
    yield from derive_quads(asserted, load_rules(assets))


def _read_asserted(assets: Assets) -> Iterator[ox.Quad]:
    """Yield every quad of the Turtle files.

    What belongs to no report (periods, dates, rules, candidates) goes to the vocabulary whichever file tells it; in the
    graph of every report, a union of graphs would meet it once for each.
    """
    for name, path in find_graph_files(assets):
        own = ox.NamedNode(name)
        for triple in _read_named(path, is_ontology=name == ONTOLOGY_GRAPH):
            graph = _SHARED if own not in _FOR_ALL and _is_shared(triple.subject, path.parent.name) else own
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _is_shared(subject: object, report_id: str) -> bool:
    """Tell whether a resource is shared by reports: those of one report are named by it (`…/id/event/<report>/…`)."""
    if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(BASE):
        return False
    return subject.value.removeprefix(BASE).split("/")[1:2] != [report_id]


def _read_named(path: Path, *, is_ontology: bool) -> Iterator[ox.Triple]:
    for triple in read_turtle(path):
        if not (isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)):
            yield triple
        # OWL writes class expressions with blank nodes: https://www.w3.org/TR/owl2-mapping-to-rdf/. They are for
        # reasoners, which read the file; no query names them.
        elif not is_ontology:
            raise InputError("blank nodes", where=str(path), repair="give every node an IRI")


def gather_content(assets: Assets) -> Content:
    """Read all Turtle files into the content of a release; raises `InputError` for a file that is not Turtle."""
    written = ox.serialize(read_quads(assets), format=ox.RdfFormat.N_QUADS)
    assert written is not None
    lines = set(written.splitlines(keepends=True))
    data = b"".join(sorted(lines))
    return Content(data, hashlib.sha256(data).hexdigest(), _count_graphs(lines))


def _count_graphs(lines: Iterable[bytes]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        name = line.rsplit(b"<", 1)[1].split(b">", 1)[0].decode()
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def find_release(folder: Path, content: Content) -> Release | None:
    """Return the release that already holds this content, or None."""
    path = folder / content.hash[:16]
    return _load(path) if (path / _MANIFEST).is_file() else None


def is_validated(folder: Path, content: Content, shapes: str) -> bool:
    """Tell whether this content has been found valid against the shapes with this hash."""
    return _mark_path(folder, content, shapes).is_file()


def mark_validated(folder: Path, content: Content, shapes: str) -> None:
    """Note that this content is valid against the shapes with this hash."""
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(_mark_path(folder, content, shapes), b"")


def _mark_path(folder: Path, content: Content, shapes: str) -> Path:
    return folder / f"{content.hash[:16]}-{shapes[:16]}.valid"


def hash_files(paths: Iterable[Path]) -> str:
    """Return one SHA-256 of files, by name and bytes."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@contextmanager
def _clear_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        repair = "set PROVFIN_HOME to a folder that can be written"
        raise InputError(f"cannot be written ({error.strerror})", where=str(folder), repair=repair) from error


def publish(folder: Path, content: Content) -> Release:
    """Write a release and make it the newest; doing so again with the same content changes nothing."""
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        release = find_release(folder, content) or _write(folder, content)
        replace_file(folder / _POINTER, f"{release.folder.name}\n".encode())
        _sync_folder(folder)
    return release


def _write(folder: Path, content: Content) -> Release:
    target = folder / content.hash[:16]
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix=".building-"))
    try:
        replace_file(temporary / _DATA, content.data)
        manifest = json.dumps({"hash": content.hash, "graphs": content.graphs}, indent=2)
        replace_file(temporary / _MANIFEST, manifest.encode())
        _sync_folder(temporary)
        temporary.chmod(0o755)
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Release(content.hash, target, content.graphs)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_newest(folder: Path) -> Release:
    """Return the newest release, checked against its hash; raises `InputError` when there is none or it is damaged."""
    pointer = folder / _POINTER
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError("there is no release", where=str(folder), repair="run provfin build") from error
    return _load(folder / name)


def _load(path: Path) -> Release:
    repair = f"delete {path} and run provfin build"
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        release = Release(manifest["hash"], path, manifest["graphs"])
        actual = hashlib.sha256(release.data_path.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"the release cannot be read ({error})", where=str(path), repair=repair) from error
    if actual != release.hash:
        raise InputError("the release has been changed (its hash differs)", where=str(path), repair=repair)
    return release
