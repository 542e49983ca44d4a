"""Owns what two releases are compared from: sorted N-Quads in which a subject is found without loading a store.

The lines of a release are sorted, so all that is told of a subject stands together and is found by halving. Files of
other origin are sorted in memory first. Refuses a file or folder that holds no statements.
"""

import gzip
import hashlib
import mmap
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from provfin.errors import InputError
from provfin.folders import gather_folder
from provfin.release import Release, is_release_folder, list_matches, load_release, open_release, shorten_hash

NQUADS_SUFFIXES = (".nq", ".nq.gz")

Group = tuple[bytes, list[bytes]]


@dataclass(frozen=True)
class Origin:
    """What was compared: what it is called, and the SHA-256 of its sorted N-Quads."""

    name: str
    hash: str


class SortedQuads:
    """N-Quads in the order of their bytes, without repeats."""

    def __init__(self, data: bytes | mmap.mmap, hash_: str, name: str) -> None:
        self._data = data
        self.origin = Origin(name, hash_)

    @classmethod
    def map_release(cls, release: Release) -> "SortedQuads":
        """Return the quads of a release, read from its file as they are needed."""
        name = shorten_hash(release.hash)
        if not release.data_path.stat().st_size:
            # Nothing can be mapped of an empty file.
            return cls(b"", release.hash, name)
        with release.data_path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return cls(mapped, release.hash, name)

    @classmethod
    def sort_lines(cls, lines: Iterable[bytes], name: str) -> "SortedQuads":
        """Return quads that come as N-Quads lines in any order."""
        kept = {line.strip() for line in lines}
        data = b"".join(line + b"\n" for line in sorted(kept) if line and not line.startswith(b"#"))
        if not data:
            raise InputError("no statements", where=name, repair="give a release, N-Quads or a folder of Turtle")
        return cls(data, hashlib.sha256(data).hexdigest(), name)

    def groups(self) -> Iterator[Group]:
        """Yield each subject, as it is written, with its lines, in order."""
        for subject, lines in groupby(self._lines(), key=_cut_subject):
            yield subject, list(lines)

    def _lines(self) -> Iterator[bytes]:
        if isinstance(self._data, bytes):
            return iter(self._data.splitlines(keepends=True))
        self._data.seek(0)
        return iter(self._data.readline, b"")

    def find(self, subject: bytes) -> list[bytes]:
        """Return the lines of a subject as it is written (`<iri>`)."""
        prefix = subject + b" "
        place = self._place(prefix)
        found = []
        while self._data[place : place + len(prefix)] == prefix:
            end = self._data.find(b"\n", place) + 1
            found.append(self._data[place:end])
            place = end
        return found

    def _place(self, prefix: bytes) -> int:
        """Return where the first line that is not before a prefix starts."""
        low, high = 0, len(self._data)
        while low < high:
            middle = (low + high) // 2
            start = self._data.rfind(b"\n", low, middle) + 1 or low
            end = self._data.find(b"\n", middle) + 1
            if self._data[start : start + len(prefix)] < prefix:
                low = end
            else:
                high = start
        return low

    def list_links(self, predicate: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield subject and object, as they are written, of every statement that links two resources so."""
        return self._list(predicate, b"<", b">")

    def list_texts(self, predicate: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield subject and text, as they are written, of every statement with a text that quotes nothing."""
        return self._list(predicate, b'"', b'"')

    def _list(self, predicate: str, opening: bytes, closing: bytes) -> Iterator[tuple[bytes, bytes]]:
        needle = f"> <{predicate}> ".encode() + opening
        # A mapped file would search from where it was last read.
        place = self._data.find(needle, 0)
        while place >= 0:
            start = self._data.rfind(b"\n", 0, place) + 1
            target = place + len(needle) - 1
            yield self._data[start : place + 1], self._data[target : self._data.find(closing, target + 1) + 1]
            place = self._data.find(needle, target)


def _cut_subject(line: bytes) -> bytes:
    return line.split(b" ", 1)[0]


def open_quads(source: Path | Release) -> SortedQuads:
    """Return the quads of a release, a release's folder, a `.nq` or `.nq.gz` file, or a folder of Turtle.

    Raises `InputError` when there is no such thing or nothing in it.
    """
    if isinstance(source, Release):
        return SortedQuads.map_release(source)
    if is_release_folder(source):
        return SortedQuads.map_release(load_release(source))
    if source.is_dir():
        content = gather_folder(source)
        return SortedQuads(content.data, content.hash, source.resolve().name)
    return SortedQuads.sort_lines(read_nquads(source).splitlines(), source.name)


def read_nquads(path: Path) -> bytes:
    """Return the N-Quads of a `.nq` or `.nq.gz` file; raises `InputError` for one that cannot be read."""
    repair = "give a release, a .nq or .nq.gz file, or a folder of Turtle"
    if not path.name.endswith(NQUADS_SUFFIXES):
        raise InputError("neither N-Quads nor a folder", where=str(path), repair=repair)
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), repair=repair) from error


def find_source(name: str, releases: Path) -> Path | Release:
    """Return what a name means: `newest` or `CURRENT`, the start of a release's hash (at least 4 characters), a path.

    Raises `InputError` when it means nothing, or several releases.
    """
    path = Path(name)
    # What looks like a path is one; of a bare word, a release is meant before a file of that name.
    if path.exists() and (path.name != name or path.suffix or not list_matches(releases, name)):
        return path
    return open_release(releases, name)
