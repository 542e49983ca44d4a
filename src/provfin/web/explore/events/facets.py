"""Owns by what events can be chosen: report, area, kind, year, participant, document, and how many there are of each.

Made once for a release. Refuses to offer a choice that leaves nothing to choose, and more of them than a list can be
read with: what is left out is found from its own page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provfin.web.explore.asking import ask_page, find_path, find_texts, name_resource
from provfin.web.explore.named import choose_name
from provfin.web.lookup import Texts
from provfin.web.site import Site
from provfin.web.views import shorten

MOST_OPTIONS = 100
# What stands before the code in the path of a facet's values; the others are told by their whole path.
PREFIXES: Mapping[str, str] = {"report": "report/", "area": "area/", "kind": "event-kind/"}


@dataclass(frozen=True)
class Option:
    """A value of a facet: as it stands in an address, its names, and how many events there are of it."""

    value: str
    texts: Texts
    number: int

    def write(self, language: str) -> str:
        """Return its name in a language, or else in another."""
        return choose_name(self.texts, language)


@dataclass(frozen=True)
class Facets:
    """What events can be chosen by: the options of each facet, those of most events first."""

    options: Mapping[str, Sequence[Option]]

    def list_offered(self, facet: str, chosen: str, language: str) -> list[Option]:
        """Return what a form offers of a facet, by name; nothing where all events have the same and none was chosen."""
        known = list(self.options.get(facet, ()))
        offered = known[:MOST_OPTIONS]
        missing = [] if any(option.value == chosen for option in offered) else [self.find(facet, chosen)]
        found = [*offered, *(missing if chosen else ())]
        if len(found) < 2 and not chosen:
            return []
        return sorted(found, key=lambda option: (option.write(language), option.value))

    def find(self, facet: str, value: str) -> Option:
        """Return an option by its value; one that no event has has no events."""
        unknown = Option(value, {"": value}, 0)
        return next((option for option in self.options.get(facet, ()) if option.value == value), unknown)


async def load_facets(site: Site) -> Facets:
    """Return by what the events of a release can be chosen; ask for it by `Site.once`."""
    asked = await ask_page(site, "event-facets")
    texts = await find_texts(site, [row["value"].text for row in asked.rows if row["value"].is_iri])
    found: dict[str, list[Option]] = {}
    for row in asked.rows:
        facet, cell = row["facet"].text, row["value"]
        value = read_value(facet, cell.text)
        names = texts.get(cell.text) or {"": shorten(cell.text)}
        found.setdefault(facet, []).append(Option(value, names, int(row["events"].number)))
    return Facets(found)


def read_value(facet: str, text: str) -> str:
    """Return how the value of a facet stands in an address.

    >>> read_value("kind", "https://w3id.org/provfin/id/event-kind/merger"), read_value("year", "2024")
    ('merger', '2024')
    """
    return find_path(text).removeprefix(PREFIXES.get(facet, ""))


def name_value(facet: str, value: str) -> str:
    """Return the IRI that a value of a facet in an address stands for."""
    return name_resource(PREFIXES.get(facet, "") + value)
