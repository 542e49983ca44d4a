"""Owns what an export is made of and what it is: the quads of one release, and a name, a media type and files.

Everything is computed from the quads; equal content gives equal bytes. Refuses quads that are not N-Quads.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from provfin.errors import InputError
from provfin.exports.index import PF, Index
from provfin.exports.observations import Dimension, Observation, read_dimensions, read_observations
from provfin.release import Content, Release, shorten_hash
from provfin.turtle import PREFIXES

_DC, _DCTERMS = PREFIXES["dc"], PREFIXES["dcterms"]

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class ReportSource:
    """A report that a release was read from: its identifier, title, publisher and the SHA-256 of its text."""

    iri: str
    id: str
    title_zh: str | None
    title_en: str | None
    publisher_zh: str | None
    publisher_en: str | None
    sha256: str


@dataclass(frozen=True)
class ReleaseContent:
    """The sorted N-Quads of a release and their hash; what is read from them is read once."""

    hash: str
    data: bytes

    @classmethod
    def from_content(cls, content: Content) -> "ReleaseContent":
        """Return what a release will hold, before it is published."""
        return cls(content.hash, content.data)

    @classmethod
    def from_release(cls, release: Release) -> "ReleaseContent":
        """Return what a published release holds; raises `InputError` when its file cannot be read."""
        try:
            return cls(release.hash, release.data_path.read_bytes())
        except OSError as error:
            where = str(release.data_path)
            raise InputError(f"cannot be read ({error.strerror})", where=where, repair="run provfin build") from error

    @cached_property
    def quads(self) -> tuple[ox.Quad, ...]:
        """The quads as the release has them, figures to the letter."""
        try:
            return tuple(ox.parse(self.data, format=ox.RdfFormat.N_QUADS))
        except SyntaxError as error:
            where = f"release {shorten_hash(self.hash)}"
            raise InputError(f"not N-Quads ({error.msg})", where=where, repair="run provfin build") from error

    @cached_property
    def index(self) -> Index:
        """The triples of all graphs by subject and predicate."""
        return Index(self.quads)

    @cached_property
    def observations(self) -> list[Observation]:
        """Every observation, by IRI."""
        return read_observations(self.index)

    @cached_property
    def dimensions(self) -> list[Dimension]:
        """The dimensions beside indicator, measure, area and period, in the order of the cube."""
        return read_dimensions(self.index)

    @cached_property
    def reports(self) -> list[ReportSource]:
        """The reports, by IRI."""
        return [_read_report(self.index, iri) for iri in self.index.subjects(f"{PF}sha256")]

    @cached_property
    def licences(self) -> list[str]:
        """The IRIs of the licences of its data sets."""
        data_sets = {item.dataset for item in self.observations}
        return sorted({iri for name in data_sets for iri in self.index.all(name, f"{_DCTERMS}license")})


def _read_report(index: Index, iri: str) -> ReportSource:
    return ReportSource(
        iri,
        index.get(iri, f"{_DCTERMS}identifier"),
        *(index.label(iri, "zh", f"{_DCTERMS}title"), index.label(iri, "en", f"{_DCTERMS}title")),
        *(index.label(iri, "zh", f"{_DC}publisher"), index.label(iri, "en", f"{_DC}publisher")),
        index.get(iri, f"{PF}sha256"),
    )


@dataclass(frozen=True)
class Export:
    """A form a release can be had in: its name, how its files end, what they are, and how they are written.

    `write` is pure: it reads nothing but the release, and equal releases give equal bytes, so answers can be kept.
    `others` has the media types of files that are not the data themselves, by how their names end.
    """

    name: str
    suffix: str
    media_type: str
    write: Callable[[ReleaseContent], Files]
    others: Mapping[str, str] = field(default_factory=dict)

    def find_media_type(self, file: str) -> str:
        """Return the media type of one of its files.

        >>> export = Export("csv", ".csv", "text/csv", lambda content: {}, {"-metadata.json": "application/csvm+json"})
        >>> export.find_media_type("a.csv"), export.find_media_type("a.csv-metadata.json")
        ('text/csv', 'application/csvm+json')
        """
        return next((kind for end, kind in self.others.items() if file.endswith(end)), self.media_type)


def compress(data: bytes) -> bytes:
    """Return data in gzip (RFC 1952) without the time or the name of a file, so that equal data give equal bytes."""
    return gzip.compress(data, compresslevel=6, mtime=0)
