"""Owns where reports print the name of a thing: the name as it stands there, the part, and the text where it is served.

Refuses to quote more than the name.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from provfin.web.explore.asking import Row, ask_page, find_path, find_texts
from provfin.web.explore.named import Named, name_thing
from provfin.web.explore.reports.sources import find_place, has_text
from provfin.web.lookup import Texts
from provfin.web.pages import find_release_root
from provfin.web.site import Site


@dataclass(frozen=True)
class Printed:
    """A place that names a thing: characters from `start` to before `end`.

    `address` is where the text is shown, empty where the server has it not.
    """

    iri: str
    exact: str
    start: int
    end: int
    part: Named
    report: Named
    address: str


async def find_places(site: Site, request: Request, iri: str) -> Sequence[Printed]:
    """Return the places that name a thing, the last report first; raises what `Site.ask` does."""
    asked = await ask_page(site, "institution-printed", {"thing": iri})
    reports = {row["report"].text for row in asked.rows}
    texts = await find_texts(site, reports | {row["part"].text for row in asked.rows})
    shown = {report for report in reports if await has_text(site, report)}
    root = find_release_root(site, request)
    return [_read_place(row, texts, root if row["report"].text in shown else "") for row in asked.rows]


def count_spellings(places: Sequence[Printed]) -> Mapping[str, int]:
    """Return how often each name is printed, the most frequent first."""
    return dict(Counter(place.exact for place in places).most_common())


def _read_place(row: Row, texts: Mapping[str, Texts], root: str) -> Printed:
    """Return a place; its text is shown below `root` where that is given."""
    start, end = int(row["start"].number), int(row["end"].number)
    part, report = (name_thing(row[name].text, texts) for name in ("part", "report"))
    address = find_place(root, find_path(report.iri).removeprefix("report/"), start, end) if root else ""
    return Printed(row["place"].text, row["exact"].text, start, end, part, report, address)
