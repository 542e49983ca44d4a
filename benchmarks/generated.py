"""Makes releases of many reports out of one: copies of its graph under other ids, areas and years.

A copy keeps the shape, the values and the labels of the report it is made of, so that what is asked of one area, year
or report finds as much as in the real graph, however large the release. Periods are copied with their year; cities and
institutions stay those of the report. The work is done on sorted N-Quads, line by line, never on triples.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from provfin.release import ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH, Content, Release
from provfin.turtle import BASE

_AREA = re.compile(rf"{BASE}area/(CN-[A-Z]{{2}})>".encode())
# No year of a specification (2001/XMLSchema, 2009/measure) is among these.
_YEAR = re.compile(rb"(20(?:1[5-9]|2\d))(-02-29)?")
_TIME = rb'id/(?:period|date)/[^>]*>|"[^"]*"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:date|gYear|gYearMonth)>'
_NOT_COPIED = (ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, VOCABULARY_GRAPH, f"{BASE}graph/catalogue")


@dataclass(frozen=True)
class Edition:
    """The report of an area (ISO 3166-2) on a year, and its id."""

    report: str
    area: str
    year: int

    def other(self, area: str, year: int) -> "Edition":
        """Return the edition of another area and year, or this one if it is that.

        >>> Edition("here-2025", "CN-LN", 2024).other("CN-BJ", 2023).report
        'cn-bj-2024'
        """
        report = f"{area.lower()}-{year + 1}"
        return self if (area, year) == (self.area, self.year) else Edition(report, area, year)


@dataclass(frozen=True)
class Pattern:
    """A release of which copies of one report can be made: its sorted N-Quads and the report's edition."""

    data: bytes
    own: Edition

    @classmethod
    def read(cls, release: Release) -> "Pattern":
        """Take the first report of a release; its area and year are those its graph tells."""
        data, report = release.data_path.read_bytes(), release.reports[0]
        subject = re.escape(f"<{BASE}report/{report}>".encode())
        area = re.search(subject + rb" <http://purl.org/dc/terms/spatial> <[^>]*/area/([^>]+)>", data)
        year = re.search(subject + rb" <http://purl.org/dc/terms/temporal> <[^>]*/period/(\d{4})>", data)
        assert area is not None
        assert year is not None
        return cls(data, Edition(report, area[1].decode(), int(year[1])))

    @property
    def areas(self) -> list[str]:
        """The areas there can be a report of: the report's own, then the others of the vocabulary."""
        found = {match.decode() for match in _AREA.findall(self.data)}
        return [self.own.area, *sorted(found - {self.own.area})]

    @cached_property
    def report_pieces(self) -> list[bytes]:
        """The quads of the report in pieces; every second one is what a copy names otherwise."""
        report, area = re.escape(self.own.report.encode()), re.escape(self.own.area.encode())
        named = re.compile(rb"(" + report + rb'(?=[/>"])|id/area/' + area + rb">|" + _TIME + rb")")
        return named.split(b"".join(self._list_lines(f"/{self.own.report}".encode())))

    @cached_property
    def time_lines(self) -> bytes:
        """The quads about periods and dates, which copies of other years need as well."""
        return b"".join(
            line for line in self.data.splitlines(keepends=True)
            if line.startswith((f"<{BASE}period/".encode(), f"<{BASE}date/".encode()))
        )  # fmt: skip

    def _list_lines(self, name: bytes) -> Iterator[bytes]:
        for line in self.data.splitlines(keepends=True):
            subject, rest = line.split(b" ", 1)
            graph = rest[rest.rindex(b"<") + 1 : -4].decode()
            if graph not in _NOT_COPIED and (name in subject or graph.endswith(name.decode())):
                yield line

    def count_copies(self, quads: int) -> int:
        """Return how many copies beside the report bring a release nearest to so many quads."""
        lines = b"".join(self.report_pieces).count(b"\n")
        return max(0, round((quads - self.data.count(b"\n")) / lines))

    def list_editions(self, copies: int) -> list[Edition]:
        """Return the report's edition and those of its copies: all areas of a year, then those of the year before."""
        areas = self.areas
        return [
            self.own.other(areas[number % len(areas)], self.own.year - number // len(areas))
            for number in range(copies + 1)
        ]

    def copy(self, edition: Edition) -> bytes:
        """Return the quads of the report as those of another edition."""
        back = self.own.year - edition.year
        names = {token: self._rename(token, edition, back) for token in set(self.report_pieces[1::2])}
        pieces = list(self.report_pieces)
        pieces[1::2] = [names[token] for token in pieces[1::2]]
        return b"".join(pieces)

    def _rename(self, token: bytes, edition: Edition, back: int) -> bytes:
        if token == self.own.report.encode():
            return edition.report.encode()
        if token.startswith(b"id/area/"):
            return f"id/area/{edition.area}>".encode()
        return shift_years(token, back)


def shift_years(text: bytes, back: int) -> bytes:
    """Return text with every year so many years earlier; the 29th of February becomes the 28th.

    >>> shift_years(b"id/period/2024-02-29>", 1)
    b'id/period/2023-02-28>'
    """
    if back == 0:
        return text
    return _YEAR.sub(lambda found: b"%d%s" % (int(found[1]) - back, b"-02-28" if found[2] else b""), text)


def make_content(pattern: Pattern, copies: int) -> Content:
    """Return the content of a release with so many copies beside the report itself."""
    editions = pattern.list_editions(copies)
    shared = set(pattern.data.splitlines(keepends=True))
    for back in {pattern.own.year - edition.year for edition in editions} - {0}:
        shared.update(shift_years(pattern.time_lines, back).splitlines(keepends=True))
    lines = sorted(shared)
    for edition in editions[1:]:
        lines += pattern.copy(edition).splitlines(keepends=True)
    # Sorting is quick because what each copy adds is nearly in order.
    lines.sort()
    graphs = Counter(line[line.rindex(b"<") + 1 : -4] for line in lines)
    data = b"".join(lines)
    counts = {name.decode(): count for name, count in sorted(graphs.items())}
    return Content(data, hashlib.sha256(data).hexdigest(), counts)
