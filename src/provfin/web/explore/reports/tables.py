"""Owns how a table drawn anew is shown: its headings, its units, its figures as they are printed.

Headings are the names of what the figures are of, not the printed words; a unit stands once for the table, a column
or a row where it can. Refuses a figure without its unit, and one that leads nowhere.
"""

import asyncio
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from provfin.dataset import NAMESPACES
from provfin.turtle import BASE
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts
from provfin.web.explore.figures import CHANGES, Units, load_units
from provfin.web.explore.reports.headspans import Span, find_year, name_span, name_spans
from provfin.web.explore.reports.printing import write_exact, write_number
from provfin.web.explore.reports.redrawn import MEASURE, PERIOD, Block, Cell, Grid, redraw
from provfin.web.explore.reports.redrawn import Row as GridRow
from provfin.web.lookup import Texts
from provfin.web.site import Site
from provfin.web.texts import load_texts

_AREA = f"{NAMESPACES['sdmx-dimension']}refArea"
_INDICATOR = f"{NAMESPACES['pf']}indicator"
_TOTAL = "/total"
_DASH = "\u2013"


@dataclass(frozen=True)
class Heading:
    """What a row or column is of: names to be read one after the other, and its unit where all of it has one."""

    names: Sequence[Texts]
    unit: str = ""


@dataclass(frozen=True)
class Figure:
    """A cell as it is shown: the figure, what hovering tells, its place, and what the audit holds against it."""

    iri: str
    anchor: str
    text: str
    full: str
    direction: str = ""
    unit: str = ""
    is_missing: bool = False
    finding: str = ""


@dataclass(frozen=True)
class Line:
    """A row as it is shown; None is a place where nothing is printed."""

    heading: Heading
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class Group:
    """Rows of one kind, with what they have in common."""

    heading: Texts
    lines: Sequence[Line]


@dataclass(frozen=True)
class Panel:
    """A block as it is shown."""

    columns: Sequence[Heading]
    groups: Sequence[Group]


@dataclass(frozen=True)
class Drawn:
    """A table as it is shown: what all of it is of, its unit where it has one, how many figures and dashes it has."""

    subjects: Sequence[Texts]
    unit: str
    panels: Sequence[Panel]
    figures: int
    dashes: int
    reasons: Sequence[Texts]
    findings: Mapping[str, Texts]
    asked: Asked


async def draw_table(site: Site, part: str, report: str, language: str) -> Drawn:
    """Return a table as it is shown in a language; raises what `Site.ask` does."""
    asked, dimensions, findings, units = await asyncio.gather(
        ask_page(site, "table-cells", {"part": part}),
        ask_page(site, "table-dimensions", {"part": part}),
        ask_page(site, "table-findings", {"report": report}),
        site.once(load_units),
    )
    grid = redraw(_read_cells(asked, dimensions))
    texts = await find_texts(site, _list_named(grid))
    doubts = _read_findings(findings, {cell.mention for cell in grid.cells})
    return _Artist(grid, units, texts, doubts, language).draw(asked)


def _read_cells(asked: Asked, dimensions: Asked) -> list[Cell]:
    codes = {row["mention"].text: _read_codes(row["codes"].text) for row in dimensions.rows}
    # Where a figure stands for two observations, the first has the cell.
    rows = {row["mention"].text: row for row in reversed(asked.rows)}
    cells = (_read_cell(row, codes.get(mention, {})) for mention, row in rows.items())
    return sorted(cells, key=lambda cell: cell.start)


def _read_codes(text: str) -> dict[str, str]:
    pairs = (line.partition(" ") for line in text.split("\n"))
    return {dimension: code for dimension, _, code in pairs}


def _read_cell(row: Row, codes: Mapping[str, str]) -> Cell:
    return Cell(
        mention=row["mention"].text,
        observation=row["observation"].text,
        exact=row["exact"].text,
        start=int(row["start"].number),
        end=int(row["end"].number),
        value=row["printed"].number if "printed" in row else None,
        decimals=int(row["decimals"].number) if "decimals" in row else 0,
        unit=row["unit"].text,
        default_measure=row["defaultMeasure"].text,
        span=(dt.date.fromisoformat(row["from"].text), dt.date.fromisoformat(row["until"].text)),
        names={language: row[language].text for language in ("en", "zh") if language in row},
        codes=codes,
        reason=row["reason"].text if "reason" in row else "",
    )


def _list_named(grid: Grid) -> Iterator[str]:
    """Yield the codes whose names headings are made of."""
    yield from (code for code in grid.constant.values() if code.startswith(BASE))
    for cell in grid.cells:
        yield from (cell.codes[name] for name in (*grid.across, *grid.down) if name in cell.codes)
        if cell.reason:
            yield cell.reason


def _read_findings(asked: Asked, mentions: set[str]) -> dict[str, dict[str, Texts]]:
    """Return the findings on figures of a table by mention, each with its names."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in asked.rows:
        if "mention" in row and row["mention"].text in mentions:
            names = found.setdefault(row["mention"].text, {}).setdefault(row["finding"].text, {})
            names[row["language"].text] = row["label"].text
    return {mention: dict(findings) for mention, findings in found.items()}


class _Artist:
    """Draws one table in one language."""

    def __init__(
        self,
        grid: Grid,
        units: Units,
        texts: Mapping[str, Texts],
        doubts: Mapping[str, Mapping[str, Texts]],
        language: str,
    ) -> None:
        self.grid = grid
        self.units = units
        self.texts = texts
        self.doubts = doubts
        self.language = language
        spans = [cell.span for cell in grid.cells]
        self.spans = name_spans(spans, language)
        self.year = find_year(spans)
        self.unit = _find_one(cell.unit for cell in grid.cells)

    def draw(self, asked: Asked) -> Drawn:
        cells = self.grid.cells
        dashes = sum(cell.value is None for cell in cells)
        return Drawn(
            subjects=list(self._list_subjects()),
            unit=self._name_unit(self.unit),
            panels=[self._draw_panel(block) for block in self.grid.blocks],
            figures=len(cells) - dashes,
            dashes=dashes,
            reasons=[self.texts[code] for code in sorted({cell.reason for cell in cells}) if code in self.texts],
            findings={iri: names for found in self.doubts.values() for iri, names in found.items()},
            asked=asked,
        )

    def _list_subjects(self) -> Iterator[Texts]:
        """Yield what all of the table is of, totals left out."""
        constant = self.grid.constant
        first = [name for name in (_AREA, _INDICATOR) if name in constant]
        for name in (*first, *(name for name in constant if name not in first)):
            if constant[name] in self.texts and not constant[name].endswith(_TOTAL):
                yield self.texts[constant[name]]
        if PERIOD in constant:
            yield {self.language: name_span(_find_longest(self.grid.cells), self.language)}
        elif self.year:
            yield {self.language: f"{self.year}年" if self.language == "zh" else self.year}

    def _draw_panel(self, block: Block) -> Panel:
        printed = [block.list_column(key) for key in block.columns]
        units = ["" if self.unit else _find_one(cell.unit for cell in cells) for cells in printed]
        rows_have = not self.unit and not all(units)
        columns = [
            Heading(self._head(cells, self.grid.across), "" if rows_have else self._name_unit(unit))
            for cells, unit in zip(printed, units, strict=True)
        ]
        groups = [
            Group(self._name_group(code), [self._draw_line(row, block, with_unit=rows_have) for row in rows])
            for code, rows in self.grid.list_groups(block)
        ]
        return Panel(columns, groups)

    def _name_group(self, code: str) -> Texts:
        if not self.grid.grouped:
            return {}
        _ = load_texts(self.language).gettext
        return self.texts.get(code) or {self.language: _("Values")}

    def _draw_line(self, row: GridRow, block: Block, *, with_unit: bool) -> Line:
        cells = list(row.cells.values())
        unit = _find_one(cell.unit for cell in cells) if with_unit else ""
        dimensions = [name for name in self.grid.down if name != self.grid.grouped]
        heading = Heading(self._head(cells, dimensions), self._name_unit(unit))
        is_alone = with_unit and not unit
        return Line(heading, [self._draw_figure(row.cells.get(key), is_alone=is_alone) for key in block.columns])

    def _head(self, cells: Sequence[Cell], dimensions: Iterable[str]) -> list[Texts]:
        """Return what cells have in common that are told apart from others by some dimensions."""
        told = list(dimensions)
        names = list(self._name_kind(cells, [name for name in told if name not in (PERIOD, MEASURE)]))
        measure = cells[0].find_code(MEASURE) if MEASURE in told else ""
        if measure in self.texts:
            names.append(self.texts[measure])
        if PERIOD in told:
            names.append({self.language: self._name_period(cells)})
        _ = load_texts(self.language).gettext
        return names or [{self.language: _("Value")}]

    def _name_kind(self, cells: Sequence[Cell], dimensions: Sequence[str]) -> Iterator[Texts]:
        codes = [code for name in dimensions if (code := cells[0].find_code(name)) in self.texts]
        if len(dimensions) == 1 and codes:
            yield self.texts[codes[0]]
        elif dimensions and len({tuple(sorted(cell.names.items())) for cell in cells}) == 1:
            yield cells[0].names
        else:
            yield from (self.texts[code] for code in codes if not code.endswith(_TOTAL))

    def _name_period(self, cells: Sequence[Cell]) -> str:
        """Return the name of the longest span of cells: what is of its last day is of it too."""
        return self.spans[_find_longest(cells)]

    def _draw_figure(self, cell: Cell | None, *, is_alone: bool) -> Figure | None:
        if cell is None:
            return None
        anchor = f"m{cell.start}-{cell.end}"
        finding = next(iter(self.doubts.get(cell.mention, {})), "")
        if cell.value is None:
            reason = self.texts.get(cell.reason, {})
            full = reason.get(self.language) or next(iter(reason.values()), "")
            return Figure(cell.observation, anchor, _DASH, full, is_missing=True, finding=finding)
        measure = cell.codes.get(MEASURE, "").removeprefix(f"{BASE}measure/")
        unit = self._name_unit(cell.unit)
        text = write_number(cell.value, cell.decimals)
        direction = "fall" if measure in CHANGES and cell.value < 0 else ""
        own = unit if is_alone else ""
        return Figure(cell.observation, anchor, text, write_exact(text, unit), direction, own, finding=finding)

    def _name_unit(self, unit: str) -> str:
        return self.units.name(unit, self.language) if unit else ""


def _find_longest(cells: Iterable[Cell]) -> Span:
    return max((cell.span for cell in cells), key=lambda span: (span[1] - span[0], span))


def _find_one(units: Iterable[str]) -> str:
    """Return the unit where there is but one."""
    found = set(units)
    return found.pop() if len(found) == 1 else ""
