"""Owns a timeline: which events there are for a choice, how many in each month, and those of a page by year and month.

What is dated to the year stands at the end of its year, what has no date at the end of all. Refuses to guess a month.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from provfin.queries import Query
from provfin.web.explore.asking import Row, ask_page, find_path, name_resource
from provfin.web.explore.events.dates import Date
from provfin.web.explore.events.details import Event, read_events
from provfin.web.site import Site

PAGE_SIZE = 50
# How high the bars of the overview are drawn.
TALLEST = 40


@dataclass(frozen=True)
class Choice:
    """Which events are asked for: paths below `id/`, as `event-kind/merger`, or empty for all; 0 for all years."""

    report: str = ""
    area: str = ""
    kind: str = ""
    participant: str = ""
    document: str = ""
    year: int = 0

    def write_parameters(self) -> dict[str, str]:
        """Return the parameters of `event-timeline` for it."""
        paths = {name: getattr(self, name) for name in ("report", "area", "kind", "participant", "document")}
        told = {name: name_resource(path) for name, path in paths.items() if path}
        return {**told, "year": str(self.year)}


@dataclass(frozen=True)
class Bar:
    """How many events a month has, or a year without one: its key, the page they begin on, how high it is drawn."""

    key: str
    number: int
    page: int
    height: int


@dataclass(frozen=True)
class Month:
    """The events of a month, or of a year those without one; those of no year have no date."""

    date: Date
    events: Sequence[Event]


@dataclass(frozen=True)
class Timeline:
    """The events of a choice: all by their dates, those of one page in full."""

    dates: Sequence[Date]
    page: int
    events: Sequence[Event]
    query: Query

    @property
    def pages(self) -> int:
        """How many pages they fill, at least one."""
        return max(1, -(-len(self.dates) // PAGE_SIZE))

    @cached_property
    def years(self) -> Mapping[str, Sequence[Month]]:
        """The events of the page by year and month; those without a date under an empty year."""
        months = [
            Month(date, list(events)) for date, events in groupby(self.events, lambda event: event.date.month_or_year)
        ]
        return {year: list(found) for year, found in groupby(months, lambda month: month.date.year)}

    @cached_property
    def overview(self) -> Mapping[str, tuple[Sequence[Bar], Bar]]:
        """Of each year the bars of its twelve months, and that of what is dated to the year alone."""
        numbers = Counter(date.month_or_year.text for date in self.dates)
        # What has no month is told as a number beside the bars.
        tallest = max((number for key, number in numbers.items() if Date(key).month), default=1)
        firsts: dict[str, int] = {}
        for place, date in enumerate(self.dates):
            firsts.setdefault(date.month_or_year.text, place // PAGE_SIZE + 1)

        def make_bar(key: str) -> Bar:
            number = numbers.get(key, 0)
            return Bar(key, number, firsts.get(key, 1), min(TALLEST, -(-number * TALLEST // tallest)))

        years = sorted({date.year for date in self.dates} - {""})
        return {year: ([make_bar(f"{year}-{month:02}") for month in range(1, 13)], make_bar(year)) for year in years}


async def find_timeline(site: Site, choice: Choice, page: int, language: str) -> Timeline:
    """Return the events of a choice; a page beyond the last has none. Raises what `Site.ask` does."""
    asked = await ask_page(site, "event-timeline", choice.write_parameters())
    rows = sorted(asked.rows, key=_rank)
    dates = [_read_date(row) for row in rows]
    shown = rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Timeline(dates, page, await read_events(site, shown, language), asked.query)


@dataclass(frozen=True)
class Around:
    """An event and those of the same report that come before and after it in the timeline."""

    event: Event
    before: Event | None
    after: Event | None


async def find_around(site: Site, iri: str, report: str, language: str) -> Around | None:
    """Return an event with its neighbours in the timeline of a report, or None where it is not in it."""
    asked = await ask_page(site, "event-timeline", Choice(report=find_path(report)).write_parameters())
    rows = sorted(asked.rows, key=_rank)
    place = next((place for place, row in enumerate(rows) if row["event"].text == iri), None)
    if place is None:
        return None
    found = {event.iri: event for event in await read_events(site, rows[max(0, place - 1) : place + 2], language)}
    near = [rows[at]["event"].text if 0 <= at < len(rows) else "" for at in (place - 1, place + 1)]
    return Around(found[iri], found.get(near[0]), found.get(near[1]))


def _read_date(row: Row) -> Date:
    return Date(row["date"].text if "date" in row else "")


def _rank(row: Row) -> tuple[bool, str, bool, str, str, str]:
    date = _read_date(row)
    return (not date.year, date.year, not date.month, date.text, row["of"].text, row["event"].text)
