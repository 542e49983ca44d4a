"""Owns what a part of a report prints and tells: its figures in reading order, its statements, whom it names.

Refuses the sentences around them: a figure stands with what it is of, in the words of the vocabulary.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from provfin.turtle import BASE
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.reports.outline import name_class
from provfin.web.lookup import Texts
from provfin.web.site import Site

_MINUS = "\u2212"
# Names a page lists at most; those that are named most are kept.
MOST_NAMES = 40


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as it is printed in a place, what it is, of when, and its value.

    A place may print two at once, as a share and a ratio; `is_first` tells which of them has it.
    """

    place: str
    is_first: bool
    exact: str
    observation: str
    names: Texts
    measure: Texts
    period: str
    period_names: Texts
    shown: Shown | None
    reason: Texts


@dataclass(frozen=True)
class Told:
    """A statement, its kind, its names, its place, and of an event the date."""

    anchor: str
    iri: str
    kind: str
    kind_names: Texts
    names: Texts
    date: str


@dataclass(frozen=True)
class NamedHere:
    """An institution, instrument, target or document that a part names, and how often."""

    iri: str
    names: Texts
    times: int


@dataclass(frozen=True)
class Printing:
    """All that a part prints and tells itself, parts within it left out."""

    figures: Sequence[PrintedFigure]
    statements: Sequence[Told]
    named: Sequence[NamedHere]
    asked: Asked


async def draw_part(site: Site, part: str, language: str, origins: Sequence[str] = ("prose", "table")) -> Printing:
    """Return what a part prints and tells, figures of prose, of tables or of both; raises what `Site.ask` does."""
    asked = [{"part": part, "origin": origin} for origin in origins]
    figures, statements, named, units = await asyncio.gather(
        ask_page(site, "part-figures", *asked),
        ask_page(site, "part-statements", {"part": part}),
        ask_page(site, "part-names", {"part": part}),
        site.once(load_units),
    )
    texts = await find_texts(
        site, {*_list_named(figures.rows), *_list_named(statements.rows), *_list_named(named.rows)}
    )
    return Printing(
        list(_read_figures(figures.rows, units, texts, language)),
        list(_read_statements(statements.rows, texts)),
        _read_named(named.rows, texts),
        figures,
    )


def place_anchor(row: Row) -> str:
    """Return the anchor of the place of a row, as `m400-407`."""
    return f"m{row['start'].text}-{row['end'].text}"


def name_measure(row: Row, texts: Mapping[str, Texts]) -> Texts:
    """Return the name of the measure of a row, nothing where it is what its indicator is told in anyway."""
    measure = row["measure"].text
    return {} if measure == row["defaultMeasure"].text else texts.get(measure, {})


def write_number(value: Decimal, decimals: int) -> str:
    """Return a number as it is printed, a comma for each thousand.

    >>> write_number(Decimal("-1235705"), 1)
    '−1,235,705.0'
    """
    text = f"{abs(value):,.{decimals}f}" if decimals else f"{abs(value):,}"
    return f"{_MINUS}{text}" if value < 0 else text


def write_exact(number: str, unit: str) -> str:
    """Return a number with its unit as printed.

    >>> write_exact("32,612.7", "100 million yuan"), write_exact("5.1", "%"), write_exact("2.6", "个百分点")
    ('32,612.7 × 100 million yuan', '5.1%', '2.6 个百分点')
    """
    if not unit:
        return number
    return f"{number}{unit}" if unit[0] in "%‰" else f"{number} × {unit}" if unit[0].isdigit() else f"{number} {unit}"


def show_value(row: Row, units: Units, language: str) -> Shown | None:
    """Return how the value of a row reads, or None where it has none."""
    if "value" not in row:
        return None
    measure = row["measure"].text.removeprefix(f"{BASE}measure/")
    decimals = int(row["decimals"].number) if "decimals" in row else 0
    return units.show(row["value"].number, row["unit"].text, measure, language, decimals)


def _list_named(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from (row[name].text for name in ("measure", "period", "reason", "class", "thing") if name in row)


def _read_figures(
    rows: Sequence[Row], units: Units, texts: Mapping[str, Texts], language: str
) -> Iterator[PrintedFigure]:
    seen: set[str] = set()
    for (mention, _), run in groupby(rows, lambda row: (row["mention"].text, row["observation"].text)):
        found = list(run)
        row = found[0]
        period = row["period"].text
        yield PrintedFigure(
            place=place_anchor(row),
            is_first=mention not in seen,
            exact=row["exact"].text,
            observation=row["observation"].text,
            names={row["language"].text: row["label"].text for row in found},
            measure=name_measure(row, texts),
            period=period,
            period_names=texts.get(period, {"": period}),
            shown=show_value(row, units, language),
            reason=texts.get(row["reason"].text, {}) if "reason" in row else {},
        )
        seen.add(mention)


def _read_statements(rows: Sequence[Row], texts: Mapping[str, Texts]) -> Iterator[Told]:
    for iri, run in groupby(rows, lambda row: row["statement"].text):
        found = list(run)
        row = found[0]
        kind = row["class"].text
        names = {row["language"].text: row["label"].text for row in found}
        date = row["date"].text if "date" in row else ""
        yield Told(place_anchor(row), iri, name_class(kind), texts.get(kind, {"": name_class(kind)}), names, date)


def _read_named(rows: Sequence[Row], texts: Mapping[str, Texts]) -> list[NamedHere]:
    named = [NamedHere(row["thing"].text, texts.get(row["thing"].text, {}), int(row["times"].number)) for row in rows]
    return sorted((item for item in named if item.names), key=lambda item: -item.times)[:MOST_NAMES]
