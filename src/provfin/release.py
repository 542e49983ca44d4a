"""Owns releases: immutable, content-hashed builds of the whole graph, and which one is the newest.

A release is a folder named by its hash that appears by one rename; the pointer to the newest is replaced by another.
A crash between any two steps leaves the release before it in place. Refuses to open one whose bytes have changed.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.building import replace_file
from provfin.dataset import CATALOGUE_GRAPH, describe_quads
from provfin.entailments import ENTAILMENTS_GRAPH, derive_quads, load_rules
from provfin.errors import InputError
from provfin.findings import Finding
from provfin.queries import load_questions, load_topics
from provfin.turtle import BASE, read_turtle

ALIGNMENTS_GRAPH = f"{BASE}graph/alignments"
ONTOLOGY_GRAPH = f"{BASE}graph/ontology"
VOCABULARY_GRAPH = f"{BASE}graph/vocabulary"

_SHARED = ox.NamedNode(VOCABULARY_GRAPH)
_FOR_ALL = {_SHARED, ox.NamedNode(ALIGNMENTS_GRAPH), ox.NamedNode(ONTOLOGY_GRAPH)}

_DATA = "release.nq"
_MANIFEST = "manifest.json"
_POINTER = "CURRENT"
_MARK = ".valid"
# What is kept of a finding: the rest follows from its rule, or is of the machine that validated.
_KEPT = ("severity", "code", "message_en", "message_zh", "focus", "path", "value", "source")
NEWEST = "newest"
_SHORTEST_PREFIX = 4
_NAME_LENGTH = 16
_BUILDING = ".building-"
# No release takes so long to write: what is older was left by a crash.
_STALE_SECONDS = 24 * 60 * 60


def name_release(release_hash: str) -> str:
    """Return the IRI of a release: the first 16 characters of its hash name it, as they name its folder.

    >>> name_release("0123456789abcdef0123")
    'https://w3id.org/provfin/id/release/0123456789abcdef'
    """
    return f"{BASE}release/{shorten_hash(release_hash)}"


def shorten_hash(release_hash: str) -> str:
    """Return the part of a release's hash that names it, in folders, addresses and texts: the first 16 characters."""
    return release_hash[:_NAME_LENGTH]


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

    @property
    def reports(self) -> list[str]:
        """The ids of the reports it holds."""
        shared = {ALIGNMENTS_GRAPH, CATALOGUE_GRAPH, ENTAILMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH}
        return [name.rsplit("/", 1)[1] for name in sorted(self.graphs) if name not in shared]


@dataclass(frozen=True)
class Content:
    """What a release will hold: sorted N-Quads, their hash, and the number of quads in each graph."""

    data: bytes
    hash: str
    graphs: dict[str, int]

    @classmethod
    def from_lines(cls, lines: Iterable[bytes]) -> "Content":
        """Return the content that lines of N-Quads make, in whatever order and however often they come."""
        ordered = sorted(set(lines))
        data = b"".join(ordered)
        return cls(data, hashlib.sha256(data).hexdigest(), _count_graphs(ordered))


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


def read_quads(assets: Assets, files: Iterable[tuple[str, Path]] | None = None) -> Iterator[ox.Quad]:
    """Yield every quad of a release: what the Turtle files assert, what the ontology makes of it, what that amounts to.

    The files come with the names of their graphs, as `find_graph_files` yields them, which is the default. Each triple
    is in one graph only. Raises `InputError` for bad Turtle.
    """
    quads = list(_read_asserted(find_graph_files(assets) if files is None else files))
    quads.extend(derive_quads(quads, load_rules(assets)))
    yield from quads
    questions = load_questions(assets.questions)
    yield from describe_quads(quads, questions.values(), load_topics(assets.questions) if questions else {})


def _read_asserted(files: Iterable[tuple[str, Path]]) -> Iterator[ox.Quad]:
    """Yield every quad of the Turtle files.

    What belongs to no report (periods, dates, rules, candidates) goes to the vocabulary whichever file tells it; in the
    graph of every report, a union of graphs would meet it once for each.
    """
    for name, path in files:
        own, report_id = ox.NamedNode(name), name.rsplit("/", 1)[1]
        for triple in _read_named(path, is_ontology=name == ONTOLOGY_GRAPH):
            graph = _SHARED if own not in _FOR_ALL and _is_shared(triple.subject, report_id) else own
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


def gather_content(assets: Assets, files: Iterable[tuple[str, Path]] | None = None) -> Content:
    """Read Turtle files, as `read_quads` does, into the content of a release; raises `InputError` for bad Turtle."""
    written = ox.serialize(read_quads(assets, files), format=ox.RdfFormat.N_QUADS)
    assert written is not None
    return Content.from_lines(written.splitlines(keepends=True))


def _count_graphs(lines: Iterable[bytes]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        name = line.rsplit(b"<", 1)[1].split(b">", 1)[0].decode()
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def find_release(folder: Path, content: Content) -> Release | None:
    """Return the release that already holds this content, or None."""
    path = folder / shorten_hash(content.hash)
    return load_release(path) if (path / _MANIFEST).is_file() else None


@dataclass(frozen=True)
class Validation:
    """That a release was found valid: the hash of the rules it was held against, shortened, and what they found."""

    shapes: str
    findings: tuple[Finding, ...]


def is_validated(folder: Path, content: Content, shapes: str) -> bool:
    """Tell whether this content has been found valid against the shapes with this hash, and what they found is kept."""
    return _read_mark(_mark_path(folder, content.hash, shapes)) is not None


def mark_validated(folder: Path, content: Content, shapes: str, findings: Iterable[Finding] = ()) -> None:
    """Note that this content is valid against the shapes with this hash, with what they found that is no violation."""
    told = [{name: getattr(finding, name) for name in _KEPT} for finding in findings]
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        record = json.dumps({"findings": told}, ensure_ascii=False)
        replace_file(_mark_path(folder, content.hash, shapes), f"{record}\n".encode())


def find_validation(release: Release) -> Validation | None:
    """Return what is noted of a release being valid, the last time it was found to be; None where nothing is."""
    marks = sorted(release.folder.parent.glob(f"{shorten_hash(release.hash)}-*{_MARK}"), key=_find_age)
    return next(filter(None, map(_read_mark, marks)), None)


def _find_age(path: Path) -> int:
    return -path.stat().st_mtime_ns


def _mark_path(folder: Path, content_hash: str, shapes: str) -> Path:
    return folder / f"{shorten_hash(content_hash)}-{shorten_hash(shapes)}{_MARK}"


def _read_mark(path: Path) -> Validation | None:
    """Return what a mark tells; None where there is none, or one that does not say what was found."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Validation(path.stem.rpartition("-")[2], tuple(Finding(**finding) for finding in told["findings"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


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
    """Write a release and make it the newest; doing so again with the same content changes nothing.

    Several processes may do so at once, on a folder they share.
    """
    with _clear_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        release = find_release(folder, content) or _write(folder, content)
        replace_file(folder / _POINTER, f"{release.folder.name}\n".encode())
        _sync_folder(folder)
    return release


def _write(folder: Path, content: Content) -> Release:
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix=_BUILDING))
    try:
        replace_file(temporary / _DATA, content.data)
        manifest = json.dumps({"hash": content.hash, "graphs": content.graphs}, indent=2)
        replace_file(temporary / _MANIFEST, manifest.encode())
        _sync_folder(temporary)
        temporary.chmod(0o755)
        return _appear(temporary, folder, content)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _appear(temporary: Path, folder: Path, content: Content) -> Release:
    """Give a whole release its name, or return the one that another process has put there meanwhile."""
    target = folder / shorten_hash(content.hash)
    try:
        temporary.rename(target)
    except OSError as error:
        there = find_release(folder, content) if error.errno in {errno.ENOTEMPTY, errno.EEXIST} else None
        if there is None:
            raise
        shutil.rmtree(temporary, ignore_errors=True)
        return there
    return Release(content.hash, target, content.graphs)


def _sweep(folder: Path) -> None:
    """Remove what a crash has left of releases that were never whole."""
    for path in folder.glob(f"{_BUILDING}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


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
    return load_release(folder / name)


def list_releases(folder: Path) -> list[Release]:
    """Return the releases of a folder, the one made last first, without reading their quads.

    Raises `InputError` for a release whose manifest cannot be read.
    """
    manifests = sorted(folder.glob(f"[0-9a-f]*/{_MANIFEST}"), key=lambda path: (-path.stat().st_mtime_ns, str(path)))
    return [_read_manifest(path.parent) for path in manifests]


def find_newest(folder: Path) -> str | None:
    """Return the name of the newest release's folder, or None when nothing has been published."""
    try:
        return (folder / _POINTER).read_text(encoding="utf-8").strip()
    except OSError:
        return None


def is_newest(name: str) -> bool:
    """Tell whether a name is one of those that mean the newest release."""
    return name in {NEWEST, _POINTER}


def list_matches(folder: Path, name: str) -> list[Release]:
    """Return the releases meant by `newest`, `CURRENT` or the first characters of a hash, at least 4 of them."""
    if is_newest(name):
        name = find_newest(folder) or ""
    return [
        release for release in list_releases(folder) if len(name) >= _SHORTEST_PREFIX and release.hash.startswith(name)
    ]


def open_release(folder: Path, name: str) -> Release:
    """Return the release meant by `newest`, `CURRENT` or the first characters of its hash, checked against it.

    Raises `InputError` when there is none or several, or when it is damaged.
    """
    return open_newest(folder) if is_newest(name) else load_release(resolve_name(folder, name).folder)


def resolve_name(folder: Path, name: str) -> Release:
    """Return the release a name means, as `open_release` does, without reading its quads.

    Raises `InputError` when there is none or several.
    """
    found = list_matches(folder, name)
    if len(found) == 1:
        return found[0]
    there = found or list_releases(folder)
    names = ", ".join(shorten_hash(release.hash) for release in there) or "none: run provfin build"
    what = "several releases start like this" if found else "no such release"
    raise InputError(what, where=name, repair=f"give 4 or more characters of one that is there ({names})")


def is_release_folder(path: Path) -> bool:
    """Tell whether a folder is a release."""
    return (path / _MANIFEST).is_file() and (path / _DATA).is_file()


def _read_manifest(path: Path) -> Release:
    try:
        manifest = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        return Release(manifest["hash"], path, manifest["graphs"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refuse(path, f"cannot be read ({error})") from error


def load_release(path: Path) -> Release:
    """Return the release of a folder, checked against its hash; raises `InputError` when it is damaged."""
    release = _read_manifest(path)
    try:
        actual = hashlib.sha256(release.data_path.read_bytes()).hexdigest()
    except OSError as error:
        raise _refuse(path, f"cannot be read ({error})") from error
    if actual != release.hash:
        raise _refuse(path, "has been changed (its hash differs)")
    return release


def _refuse(path: Path, what: str) -> InputError:
    repair = f"delete {path} and run provfin build"
    return InputError(f"the release {what}", where=str(path), repair=repair)
