"""Owns what a report is built of: its parts in reading order, which holds which, and how much each tells.

It is made once for a release and a report. Refuses a tree that does not end: a part that would hold itself stands
below the report.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import Asked, ask_page, find_path
from provfin.web.site import Site

_FIGURES = "Mention"
_MADE_BY = "Contribution"


@dataclass
class Part:
    """A part of a report: its title as printed, its heading's place, and what it tells itself, by class."""

    iri: str
    kind: str
    titles: dict[str, str]
    start: int
    end: int
    page: str = ""
    source: str = ""
    within: "Part | None" = None
    parts: list["Part"] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)

    @property
    def trail(self) -> list["Part"]:
        """The parts it lies in, the outermost first."""
        return [*self.within.trail, self.within] if self.within else []

    @property
    def figures(self) -> int:
        """How many figures it prints, those of the parts within it counted."""
        return sum(part.told.get(_FIGURES, 0) for part in self.walk())

    @property
    def statements(self) -> int:
        """How many statements it tells, those of the parts within it counted; who wrote the report is none of them."""
        others = (_FIGURES, _MADE_BY)
        return sum(number for part in self.walk() for kind, number in part.told.items() if kind not in others)

    def walk(self) -> Iterator["Part"]:
        """Yield it and all parts within it, in reading order."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Outline:
    """The parts of a report that no other part holds, and all of them by IRI in reading order."""

    report: str
    parts: list[Part]
    by_iri: Mapping[str, Part]
    asked: Asked

    @property
    def report_id(self) -> str:
        """The identifier of the report, as `north-2025`."""
        return find_path(self.report).removeprefix("report/")

    def list_kind(self, kind: str) -> list[Part]:
        """Return the parts of a kind, by the local name of their class, in reading order."""
        return [part for part in self.by_iri.values() if part.kind == kind]

    def find_beside(self, part: Part) -> tuple[Part | None, Part | None]:
        """Return the parts before and after one in reading order."""
        iris = list(self.by_iri)
        place = iris.index(part.iri)
        before = self.by_iri[iris[place - 1]] if place else None
        after = self.by_iri[iris[place + 1]] if place + 1 < len(iris) else None
        return before, after


@dataclass(frozen=True)
class OutlineOf:
    """Makes the outline of a report; ask for it by `Site.once`."""

    report: str

    async def __call__(self, site: Site) -> Outline:
        """Return the outline; raises what `Site.ask` does."""
        asked, told = await asyncio.gather(
            ask_page(site, "report-parts", {"report": self.report}),
            ask_page(site, "report-parts-told", {"report": self.report}),
        )
        found, within = _read_parts(asked)
        for row in told.rows:
            if row["part"].text in found:
                found[row["part"].text].told[name_class(row["class"].text)] = int(row["number"].number)
        tops = list(_plant(found, within))
        return Outline(self.report, tops, {part.iri: part for top in tops for part in top.walk()}, asked)


def name_class(iri: str) -> str:
    """Return the local name of a class of the ontology."""
    return iri.removeprefix(NAMESPACES["pf"])


def _read_parts(asked: Asked) -> tuple[dict[str, Part], dict[str, str]]:
    found: dict[str, Part] = {}
    within: dict[str, str] = {}
    for row in asked.rows:
        iri = row["part"].text
        if iri not in found:
            start, end = int(row["start"].number), int(row["end"].number)
            found[iri] = Part(iri, name_class(row["class"].text), {}, start, end)
        part = found[iri]
        part.titles[row["language"].text] = row["title"].text
        part.page = row["page"].text if "page" in row else part.page
        part.source = row["source"].text if "source" in row else part.source
        within[iri] = row["within"].text
    return found, within


def _plant(found: Mapping[str, Part], within: Mapping[str, str]) -> Iterator[Part]:
    """Put each part into the one that holds it; yield those that stand alone."""
    for iri, part in found.items():
        above = within[iri] if within[iri] in found else ""
        if above and not _leads_back(iri, above, within):
            part.within = found[above]
            found[above].parts.append(part)
        else:
            yield part


def _leads_back(iri: str, above: str, within: Mapping[str, str]) -> bool:
    passed = {iri}
    while above in within and above not in passed:
        passed.add(above)
        above = within[above]
    return above in passed
