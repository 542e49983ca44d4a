"""Owns the list of all indicators: their names, topics and places in the hierarchy, how many figures each has, and the
latest under its main measure.

It is made once for a release, the figures once for each area. Refuses to show a part as the figure of the whole: where
an indicator is only told by breakdown, it has no main figure.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provfin.dataset import NAMESPACES
from provfin.periods import parse_period
from provfin.web.explore.asking import Row, ask_page, find_path, name_term
from provfin.web.explore.series.series import Point
from provfin.web.explore.series.switches import GROWTH
from provfin.web.lookup import Texts
from provfin.web.site import Site

_SKOS = NAMESPACES["skos"]
_LABELS = (f"{_SKOS}prefLabel", f"{_SKOS}altLabel")


@dataclass(frozen=True)
class Entry:
    """An indicator: its IRI, names, other names, topics, the wider one, the code of its main measure, its structure."""

    iri: str
    names: Texts
    aliases: Sequence[str]
    topics: Sequence[str]
    broader: str
    measure: str
    structure: str

    @property
    def code(self) -> str:
        """Its notation, as `loans`."""
        return find_path(self.iri).removeprefix("indicator/")

    def matches(self, text: str) -> bool:
        """Tell whether a text occurs in one of its names or its code, capitals left aside."""
        wanted = text.strip().casefold()
        return any(wanted in name.casefold() for name in (*self.names.values(), *self.aliases, self.code))

    def is_named(self, text: str) -> bool:
        """Tell whether a text is one of its names or its code."""
        wanted = text.strip().casefold()
        return wanted in (name.casefold() for name in (*self.names.values(), *self.aliases, self.code))


@dataclass(frozen=True)
class Told:
    """What a report tells of an indicator: how many observations, the latest figure of all, and its growth."""

    number: int
    main: Point | None = None
    growth: Point | None = None


@dataclass
class Register:
    """The indicators of a release by IRI, the areas with most figures first, and what is told of each area."""

    entries: Mapping[str, Entry]
    areas: Sequence[str]
    _told: dict[str, Mapping[str, Told]] = field(default_factory=dict)

    async def tell(self, site: Site, area: str) -> Mapping[str, Told]:
        """Return what is told of each indicator that has figures of an area, by IRI; raises what `Site.ask` does."""
        if area not in self._told:
            told = await _load_told(site, area, self.entries)
            if area in self.areas:
                self._told[area] = told
            return told
        return self._told[area]

    def find(self, text: str) -> list[Entry]:
        """Return the indicators that are called a text, else those it occurs in the name of, shortest names first."""
        called = [entry for entry in self.entries.values() if entry.is_named(text)]
        found = called or [entry for entry in self.entries.values() if entry.matches(text)]
        return sorted(found, key=lambda entry: (len(entry.code), entry.code))


async def load_register(site: Site) -> Register:
    """Return the register of a release; ask for it by `Site.once`."""
    listed, areas = await asyncio.gather(ask_page(site, "indicator-list"), ask_page(site, "indicator-areas"))
    told: dict[str, list[Row]] = {}
    for row in listed.rows:
        told.setdefault(row["indicator"].text, []).append(row)
    return Register({iri: _read(iri, rows) for iri, rows in told.items()}, [row["area"].text for row in areas.rows])


def _read(iri: str, rows: Iterable[Row]) -> Entry:
    about: dict[str, list[Row]] = {}
    for row in rows:
        about.setdefault(row["about"].text, []).append(row)

    def list_texts(name: str) -> list[str]:
        return [row["what"].text for row in about.get(name, ())]

    def find_text(name: str) -> str:
        return next(iter(list_texts(name)), "")

    names = {row["what"].language: row["what"].text for row in about.get(_LABELS[0], ())}
    topics = list_texts(NAMESPACES["dcterms"] + "subject")
    broader, structure = find_text(f"{_SKOS}broader"), find_text(name_term("structure"))
    measure = find_text(name_term("defaultMeasure")).rpartition("/")[2]
    return Entry(iri, names, list_texts(_LABELS[1]), topics, broader, measure, structure)


async def _load_told(site: Site, area: str, entries: Mapping[str, Entry]) -> Mapping[str, Told]:
    counted, latest = await asyncio.gather(
        ask_page(site, "indicator-counts", {"area": area}), ask_page(site, "indicator-latest", {"area": area})
    )
    figures: dict[tuple[str, str], list[Row]] = {}
    for row in latest.rows:
        figures.setdefault((row["indicator"].text, row["measure"].text.rpartition("/")[2]), []).append(row)
    told: dict[str, Told] = {}
    for row in counted.rows:
        iri = row["indicator"].text
        measure = entries[iri].measure if iri in entries else ""
        main = _choose(figures.get((iri, measure), ()))
        growth = _choose(figures.get((iri, GROWTH), ())) if measure != GROWTH else None
        told[iri] = Told(int(row["observations"].text), main, growth)
    return told


def _choose(rows: Iterable[Row]) -> Point | None:
    """Return the latest figure that is of no part; None where there are only parts, and several of them."""
    by_part: dict[str, list[Row]] = {}
    for row in rows:
        by_part.setdefault(_find_part(row["observation"].text), []).append(row)
    kept = by_part.get("", []) or (next(iter(by_part.values())) if len(by_part) == 1 else [])
    points = [_read_point(row) for row in kept]
    return max(points, key=lambda point: (point.period.end, -point.period.start.toordinal()), default=None)


def _find_part(iri: str) -> str:
    """Return what the name of an observation says it is broken down by: totals are left out of it."""
    return "/".join(find_path(iri).split("/")[5:-1])


def _read_point(row: Row) -> Point:
    period, value, decimals = parse_period(row["period"].text), row["value"].number, int(row["decimals"].text)
    return Point(period, value, row["unit"].text, decimals, row["observation"].text, "")


def group_entries(entries: Sequence[Entry], home: str = "") -> dict[str, list[tuple[int, Entry]]]:
    """Return indicators by topic, those below others after them, with how deep they stand.

    Of several topics `home` is taken, else that of the wider indicator, else the one that most are about.
    """
    known = {entry.iri: entry for entry in entries}
    counts = Counter(topic for entry in entries for topic in entry.topics)
    homes = {entry.iri: home or _find_home(entry, known, counts) for entry in entries}
    children: dict[str, list[Entry]] = {}
    for entry in entries:
        above = known.get(entry.broader)
        is_below = above is not None and homes[above.iri] == homes[entry.iri] and above is not entry
        children.setdefault(entry.broader if is_below else homes[entry.iri], []).append(entry)
    return {topic: _walk(topic, children, 0) for topic in dict.fromkeys(homes.values())}


def _find_home(entry: Entry, known: Mapping[str, Entry], counts: Counter[str]) -> str:
    above = known.get(entry.broader)
    shared = [topic for topic in entry.topics if above and topic in above.topics]
    return max(shared or entry.topics, key=lambda topic: (counts[topic], topic), default="")


def _walk(above: str, children: Mapping[str, Sequence[Entry]], depth: int) -> list[tuple[int, Entry]]:
    found: list[tuple[int, Entry]] = []
    for entry in children.get(above, ()):
        found += [(depth, entry), *_walk(entry.iri, children, depth + 1)]
    return found
