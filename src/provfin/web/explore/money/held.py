"""Owns the figures that are limited to one thing: as a table, and as lines where there are enough over time.

What differs in anything but its period is another line; its name says in what. Refuses a line of two points, which a
table tells better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from provfin.queries import Query
from provfin.web.explore.asking import Row, ask_page, find_texts, read_value
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.money.diagram import name_all
from provfin.web.lookup import Texts
from provfin.web.pages import find_address
from provfin.web.site import Site

# More are found through the indicators.
MOST_SHOWN = 150
_LEAST_POINTS = 3
_MOST_LINES = 6


@dataclass(frozen=True)
class HeldFigure:
    """A figure as it is told: of which indicator and measure, where and when."""

    iri: str
    indicator: str
    measure: str
    code: str
    value: Decimal
    unit: str
    area: str
    period: str
    end: str


@dataclass(frozen=True)
class Line:
    """Figures that differ in their period alone, the last first; a name for each language they are named in."""

    names: Texts
    figures: Sequence[HeldFigure]

    @property
    def last(self) -> HeldFigure:
        """The figure of the last period."""
        return self.figures[0]

    @property
    def is_series(self) -> bool:
        """Whether there are enough to be drawn."""
        return len({figure.period for figure in self.figures}) >= _LEAST_POINTS


@dataclass(frozen=True)
class Held:
    """The figures of a thing: its lines, how many more there are, names, units, and what was asked."""

    lines: Sequence[Line]
    more: int
    names: Mapping[str, Texts]
    units: Units
    query: Query

    def show(self, figure: HeldFigure, language: str) -> Shown:
        """Return how a figure reads."""
        return self.units.show(figure.value, figure.unit, figure.code, language)

    def name_of(self, iri: str, language: str) -> str:
        """Return what is spoken of, by name."""
        return name_all(self.names, language)(iri)

    def list_charts(self, language: str, root: str) -> list[dict[str, Any]]:
        """Return a chart of the lines of each measure that have enough figures to be drawn."""
        by_measure: dict[tuple[str, str], list[Line]] = {}
        for line in self.lines:
            if line.is_series:
                by_measure.setdefault((line.last.measure, line.last.unit), []).append(line)
        return [
            self._draw(lines[:_MOST_LINES], measure, unit, language, root)
            for (measure, unit), lines in by_measure.items()
        ]

    def _draw(self, lines: Sequence[Line], measure: str, unit: str, language: str, root: str) -> dict[str, Any]:
        ends = {figure.period: figure.end for line in lines for figure in line.figures}
        periods = sorted(ends, key=lambda period: (ends[period], period))
        series = []
        for line in lines:
            known = {figure.period: figure for figure in line.figures}
            points = [self._place(known.get(period), language, root) for period in periods]
            name = name_line(line, language)
            series.append({"name": name, "unit": 0, "type": "line", "points": points})
        return {
            "kind": "series",
            "title": self.name_of(measure, language),
            "periods": [self.name_of(period, language) for period in periods],
            "units": [self.units.name(unit, language)],
            "series": series,
        }

    def _place(self, figure: HeldFigure | None, language: str, root: str) -> dict[str, str] | None:
        if figure is None:
            return None
        link = f"{find_address(figure.iri, root)}#evidence"
        return {"value": str(figure.value), "text": self.show(figure, language).text, "link": link}


def name_line(line: Line, language: str) -> str:
    """Return what a line is called, in another language where it has no name in this."""
    return line.names.get(language) or next(iter(line.names.values()), "")


async def find_held(site: Site, query: str, given: Mapping[str, str]) -> Held:
    """Return the figures that a page's query finds, the latest of them where there are very many."""
    asked = await ask_page(site, query, given)
    figures = sorted(map(_read, asked.rows), key=lambda figure: figure.end, reverse=True)
    shown = figures[:MOST_SHOWN]
    spoken = {iri for each in shown for iri in (each.iri, each.indicator, each.measure, each.area, each.period)}
    names = await find_texts(site, spoken)
    lines: dict[tuple[str, ...], list[HeldFigure]] = {}
    for figure in shown:
        called = tuple(text for _, text in sorted(names.get(figure.iri, {}).items()))
        lines.setdefault((figure.indicator, figure.measure, figure.area, figure.unit, *called), []).append(figure)
    told = [Line(names.get(each[0].iri, {}), each) for _, each in sorted(lines.items(), key=lambda item: item[0])]
    return Held(told, len(figures) - len(shown), names, await site.once(load_units), asked.query)


def _read(row: Row) -> HeldFigure:
    return HeldFigure(
        row["figure"].text,
        row["indicator"].text,
        row["counted"].text,
        row["measure"].text,
        read_value(row),
        row["unit"].text,
        row["area"].text,
        row["period"].text,
        row["end"].text,
    )
