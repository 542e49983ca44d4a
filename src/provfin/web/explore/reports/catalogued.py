"""Owns what is told of each report as a whole: title, publisher, area, year, and how much it holds.

All reports are read at once and kept for a release, for there are some hundreds of them at most. Refuses to count what
a report does not hold itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provfin.web.explore.asking import Asked, Row, ask_page
from provfin.web.explore.reports.outline import name_class
from provfin.web.lookup import Texts
from provfin.web.site import Site


@dataclass(frozen=True)
class ReportCard:
    """A report at a glance; `counts` has how many things of each class it holds, by the local name of the class."""

    iri: str
    identifier: str
    area: str
    period: str
    year: str
    titles: dict[str, str] = field(default_factory=dict)
    publishers: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def area_code(self) -> str:
        """The code of its area."""
        return self.area.rpartition("/")[2]

    @property
    def statements(self) -> int:
        """How much it tells in words: events, designations, uses of instruments, outlook."""
        told = ("Event", "Designation", "InstrumentUse", "OutlookStatement")
        return sum(self.counts.get(kind, 0) for kind in told)


@dataclass(frozen=True)
class ReportList:
    """The reports of a release in the order of their identifiers, and the query that found them."""

    cards: Sequence[ReportCard]
    asked: Asked

    def find(self, identifier: str) -> ReportCard | None:
        """Return the report with an identifier, or None."""
        return next((card for card in self.cards if card.identifier == identifier), None)

    def choose(self, area: str, year: str) -> list[ReportCard]:
        """Return the reports of an area and a year; empty stands for all. The newest come first."""
        found = [card for card in self.cards if area in ("", card.area_code) and year in ("", card.year)]
        return sorted(found, key=lambda card: (card.year, card.area_code), reverse=True)

    def list_areas(self) -> Mapping[str, Texts]:
        """Return the names of the areas there are reports of, by their codes."""
        return {card.area_code: card.areas for card in sorted(self.cards, key=lambda card: card.area_code)}

    def list_years(self) -> list[str]:
        """Return the years there are reports of, the newest first."""
        return sorted({card.year for card in self.cards}, reverse=True)


async def load_reports(site: Site) -> ReportList:
    """Return the reports of a release; ask for them by `Site.once`."""
    asked, numbers = await asyncio.gather(ask_page(site, "report-list"), ask_page(site, "report-numbers"))
    cards: dict[str, ReportCard] = {}
    for row in asked.rows:
        iri = row["report"].text
        card = cards.setdefault(iri, _make_card(row))
        card.titles[row["language"].text] = row["title"].text
        card.areas[row["areaLanguage"].text] = row["areaName"].text
        if "publisher" in row:
            card.publishers[row["spoken"].text] = row["publisher"].text
    for row in numbers.rows:
        if row["report"].text in cards:
            cards[row["report"].text].counts[name_class(row["class"].text)] = int(row["number"].number)
    return ReportList(list(cards.values()), asked)


def _make_card(row: Row) -> ReportCard:
    iri, identifier, area, period, year = (
        row[name].text for name in ("report", "identifier", "area", "period", "year")
    )
    return ReportCard(iri, identifier, area, period, year)
