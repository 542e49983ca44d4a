"""Owns what two releases differ in, for people, programs and graphs.

A release is immutable, so a correction is another release; this tells which figures it revises, adds and withdraws.
"""

from pathlib import Path

from provfin.differences.changes import Change, Comparison, Counts, Kind
from provfin.differences.editions import Figure, Named, Place
from provfin.differences.records import write_json
from provfin.differences.sources import find_source, open_quads, read_nquads
from provfin.differences.statements import write_graph
from provfin.differences.text import write_text
from provfin.release import Release

__all__ = [
    "Change",
    "Counts",
    "Differences",
    "Figure",
    "Kind",
    "Named",
    "Place",
    "compare_releases",
    "find_source",
    "read_nquads",
]


class Differences(Comparison):
    """What two releases differ in, as text, JSON or RDF."""

    def to_text(self, language: str = "en") -> str:
        """Return one line for each figure, in English (`en`) or Chinese (`zh`)."""
        return write_text(self, language)

    def to_json(self) -> str:
        """Return JSON with stable keys, decimals as strings."""
        return write_json(self)

    def to_turtle(self) -> str:
        """Return Turtle in terms of PROV, DCAT, VoID and Data Cube, which tell of no history; without blank nodes."""
        return write_graph(self)


def compare_releases(old: Path | Release, new: Path | Release) -> Differences:
    """Return what two releases differ in.

    Each is a release, the folder of one, a `.nq` or `.nq.gz` file, or a folder of Turtle. Raises `InputError` for
    anything else.
    """
    return Differences.find(open_quads(old), open_quads(new))
