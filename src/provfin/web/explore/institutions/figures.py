"""Owns the figures of institutions and of types of institution: each with its evidence, a dash where one is printed.

Refuses to add up or to leave out what is missing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from provfin.queries import Query
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.named import Named, name_thing
from provfin.web.lookup import Texts
from provfin.web.site import Site

# The code of a breakdown that limits nothing.
_TOTAL = "/total"
# Measures that go without saying.
_PLAIN = frozenset(("level", "count", "rate"))


@dataclass(frozen=True)
class Line:
    """A figure in a list: what it is of and how it reads; nothing is shown where a dash is printed."""

    iri: str
    indicator: Named
    measure: Named | None
    limits: Sequence[Named]
    area: Named
    period: Named
    value: Decimal | None
    shown: Shown | None


@dataclass(frozen=True)
class Lines:
    """Figures in a list, and what was asked for them."""

    query: Query
    lines: Sequence[Line]


@dataclass(frozen=True)
class Matrix:
    """Types of institution by indicator, for an area and a period: a figure in each place there is one."""

    area: Named
    period: Named
    indicators: Sequence[Named]
    rows: Sequence[tuple[Named, Sequence[Line | None]]]


@dataclass(frozen=True)
class TypeTable:
    """What a report prints of types of institution."""

    query: Query
    matrices: Sequence[Matrix]


async def find_lines(site: Site, query: str, given: Mapping[str, str], language: str) -> Lines:
    """Return the figures that a query of pages gives, in its order; raises what `Site.ask` does."""
    asked = await ask_page(site, query, given)
    return Lines(asked.query, await _read_lines(site, asked.rows, language))


async def find_type_table(site: Site, report: str, language: str) -> TypeTable:
    """Return the tables of types of institution of a report, by its IRI, the last period first."""
    asked = await ask_page(site, "institution-type-figures", {"report": report})
    lines = await _read_lines(site, asked.rows, language)
    texts = await find_texts(site, {row["type"].text for row in asked.rows})
    places: dict[tuple[str, str], list[tuple[str, Line]]] = {}
    for row, line in zip(asked.rows, lines, strict=True):
        places.setdefault((row["area"].text, row["period"].text), []).append((row["type"].text, line))
    return TypeTable(asked.query, [_arrange(found, texts) for found in places.values()])


def _arrange(found: Sequence[tuple[str, Line]], texts: Mapping[str, Texts]) -> Matrix:
    """Return the figures of an area and a period: what is told of several types, the type of the largest first.

    What is told of another measure, such as growth, is on the pages of the types.
    """
    plain = {(iri, line.indicator.iri): line for iri, line in found if line.measure is None}
    told = Counter(indicator for _, indicator in plain)
    indicators = {line.indicator.iri: line.indicator for line in plain.values() if told[line.indicator.iri] > 1}
    first = next(iter(indicators), "")
    types = sorted({iri for iri, _ in plain}, key=lambda iri: _rank(iri, plain.get((iri, first))))
    rows = [(name_thing(iri, texts), [plain.get((iri, each)) for each in indicators]) for iri in types]
    return Matrix(found[0][1].area, found[0][1].period, list(indicators.values()), rows)


def _rank(iri: str, line: Line | None) -> tuple[bool, bool, Decimal, str]:
    # The whole comes last, as in the table, and before it what has no figure.
    value = line.value if line else None
    return iri.endswith(_TOTAL), value is None, -(value or Decimal()), iri


async def _read_lines(site: Site, rows: Sequence[Row], language: str) -> list[Line]:
    units = await site.once(load_units)
    texts = await find_texts(site, _list_named(rows))
    return [_read_line(row, texts, units, language) for row in rows]


def _list_named(rows: Iterable[Row]) -> set[str]:
    return {cell.text for row in rows for name, cell in row.items() if cell.is_iri and name not in ("figure", "unit")}


def _read_line(row: Row, texts: Mapping[str, Texts], units: Units, language: str) -> Line:
    measure = row["measure"].text
    code = find_path(measure).removeprefix("measure/")
    limits = [row[name].text for name in ("instrument", "target") if name in row]
    value = row["value"].number if "value" in row else None
    decimals = int(row["decimals"].number) if "decimals" in row else 0
    return Line(
        row["figure"].text,
        name_thing(row["indicator"].text, texts),
        None if code in _PLAIN else name_thing(measure, texts),
        [name_thing(iri, texts) for iri in limits if not iri.endswith(_TOTAL)],
        name_thing(row["area"].text, texts),
        name_thing(row["period"].text, texts),
        value,
        None if value is None else units.show(value, row["unit"].text, code, language, decimals),
    )
