"""Owns what a release holds: its reports, the newest first, and how much there is of each kind of thing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from provfin.web.explore.asking import Row, ask_page, find_texts, name_resource
from provfin.web.lookup import Texts
from provfin.web.site import Site


@dataclass(frozen=True)
class Report:
    """A report as a list shows it: its IRI and identifier, its area and period, how many figures it asserts."""

    iri: str
    identifier: str
    area: str
    period: str
    year: str
    figures: int


@dataclass(frozen=True)
class Holdings:
    """What a release holds: its reports, the newest first, how much there is of each class, and names."""

    reports: Sequence[Report]
    sizes: dict[str, int]
    names: dict[str, Texts]

    def find(self, identifier: str) -> Report | None:
        """Return a report by its identifier, the newest where none is asked for."""
        if not identifier:
            return next(iter(self.reports), None)
        return next((report for report in self.reports if report.identifier == identifier), None)


async def load_holdings(site: Site) -> Holdings:
    """Return what a release holds; ask for it by `Site.once`."""
    told, sizes = await asyncio.gather(ask_page(site, "home-reports"), ask_page(site, "home-sizes"))
    reports = [_read_report(row) for row in told.rows]
    named = {iri for report in reports for iri in (report.iri, report.area, report.period)}
    counted = {row["class"].text.rpartition("#")[2]: int(row["number"].text) for row in sizes.rows if "class" in row}
    return Holdings(reports, counted, await find_texts(site, named))


def _read_report(row: Row) -> Report:
    iri = row["report"].text
    return Report(
        iri,
        iri.removeprefix(name_resource("report/")),
        row["area"].text,
        row["period"].text,
        row["end"].text[:4],
        int(row["figures"].text),
    )
