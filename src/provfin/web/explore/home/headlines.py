"""Owns the headline figures of a report: for each indicator its latest value, how it changed, and how it moved.

Which indicators they are is listed in `queries/pages/home-headlines.rq`. Refuses to put periods of different kinds into
one line, as `spans` tells them apart.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from provfin.periods import Period
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts, read_value
from provfin.web.explore.figures import Shown, load_units
from provfin.web.explore.home.sparkline import Sparkline, draw_sparkline
from provfin.web.explore.spans import choose_kind, list_kinds, write_period
from provfin.web.lookup import Texts
from provfin.web.site import Site

# How many there is room for.
MOST = 12
# What an indicator is shown by, the best first, and what is told beside it.
_MAIN = ("level", "rate", "share", "count", "yoy_growth")
_CHANGES: Mapping[str, tuple[str, ...]] = {
    "level": ("yoy_growth", "yoy_change_abs"),
    "rate": ("rate_change_pp",),
    "share": ("share_change_pp",),
    "count": ("yoy_growth", "yoy_change_abs"),
    "yoy_growth": ("growth_change_pp",),
}
# What moves is told by growth where there is any: amounts since the start of the year only ever rise.
_MOVING = ("yoy_growth", "rate", "share", "level", "count")


@dataclass(frozen=True)
class Told:
    """A figure of a headline: its observation, its measure, its code and period, its value as a number, for people."""

    observation: str
    measure: str
    code: str
    period: Period
    value: Decimal
    shown: Shown

    def write_period(self, language: str, kind: str = "") -> str:
        """Return how its period reads among periods of a kind."""
        return write_period(self.period, language, kind)


@dataclass(frozen=True)
class Series:
    """The figures of one measure over time, of which kind their periods are, and the line they make."""

    figures: Sequence[Told]
    kind: str
    line: Sparkline

    def write_period(self, number: int, language: str) -> str:
        """Return how the period of one of its figures reads."""
        return self.figures[number].write_period(language, self.kind)

    @property
    def least(self) -> Told:
        """The lowest of them."""
        return min(self.figures, key=_take_value)

    @property
    def greatest(self) -> Told:
        """The highest of them."""
        return max(self.figures, key=_take_value)


@dataclass(frozen=True)
class Headline:
    """An indicator with its latest figure, the change told of the same period, and its series, where there are any."""

    indicator: str
    main: Told
    change: Told | None
    series: Series | None


@dataclass(frozen=True)
class Headlines:
    """The headlines of a report, the query they come from, and the names of what they speak of."""

    asked: Asked
    shown: Sequence[Headline]
    names: Mapping[str, Texts]


async def find_headlines(site: Site, report: str, language: str) -> Headlines:
    """Return the headlines of a report by its IRI; raises what `Site.ask` does."""
    asked = await ask_page(site, "home-headlines", {"report": report})
    units = await site.once(load_units)

    def read(row: Row) -> Told:
        value, code = read_value(row), row["code"].text
        return Told(
            row["observation"].text,
            row["measure"].text,
            code,
            _read_period(row),
            value,
            units.show(value, row["unit"].text, code, language),
        )

    found = (
        make_headline(indicator, [read(row) for row in rows])
        for indicator, rows in groupby(asked.rows, key=lambda row: row["indicator"].text)
    )
    first = [headline for headline in found if headline is not None][:MOST]
    # Those with a line stand together, as do those without.
    shown = sorted(first, key=lambda headline: headline.series is None)
    return Headlines(asked, shown, await find_texts(site, _list_named(shown)))


def make_headline(indicator: str, figures: Sequence[Told]) -> Headline | None:
    """Return the headline that the figures of an indicator make, or None where none of them can be one."""
    fitting = [figure for figure in figures if figure.code in _MAIN]
    if not fitting:
        return None
    last = max(figure.period.end for figure in fitting)
    # Of those that end last the measure that says most; a year ends with its last month, and says more.
    main = min(
        (figure for figure in fitting if figure.period.end == last),
        key=lambda figure: (_MAIN.index(figure.code), figure.period.start),
    )
    return Headline(indicator, main, _find_change(figures, main), _find_series(figures))


def _find_change(figures: Iterable[Told], main: Told) -> Told | None:
    same = {figure.code: figure for figure in figures if figure.period == main.period}
    return next((same[code] for code in _CHANGES[main.code] if code in same), None)


def _find_series(figures: Sequence[Told]) -> Series | None:
    """Return the series of the first measure that has one, of the kind most of its periods are of."""
    for code in _MOVING:
        told = [figure for figure in figures if figure.code == code]
        kind = choose_kind(figure.period for figure in told)
        alike = [figure for figure in told if kind in list_kinds(figure.period)]
        line = draw_sparkline([figure.value for figure in alike])
        if line is not None:
            return Series(alike, kind, line)
    return None


def _read_period(row: Row) -> Period:
    start, end = (dt.date.fromisoformat(row[name].text) for name in ("start", "end"))
    return Period(start, end, start == end)


def _take_value(figure: Told) -> Decimal:
    return figure.value


def _list_named(headlines: Iterable[Headline]) -> Iterable[str]:
    for headline in headlines:
        yield headline.indicator
        moving = headline.series.figures if headline.series else ()
        yield from (figure.measure for figure in (headline.main, headline.change, *moving) if figure)
