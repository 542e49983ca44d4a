"""Owns reading a table cell by cell: heading rows, rows that open a half, data rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from provfin.document import Gap, Span, TableBlock
from provfin.layouts import Layout, Meaning
from provfin.mentions import RELATIVE_MEASURES, Claim, Mention
from provfin.names import NameReader
from provfin.quantity import Figure, fold_width, parse_figure, strip_note_marks
from provfin.tables.claims import ClaimMaker, UnclearCellError
from provfin.tables.columns import Column, read_columns, read_when
from provfin.tables.grid import Cell, Row, cut_rows, is_value, split_unit
from provfin.tables.order import LabelOrder
from provfin.tables.rows import RowMeaning, RowReader, UnreadableLabelError
from provfin.vocabulary import Concept, Unit, Vocabulary

_DECIMAL = re.compile(r"\d\.\d")
_BETWEEN_UNITS = re.compile(r"[、,，/;；和]")


@dataclass(frozen=True)
class TableContext:
    """What is known around a table: the report's area and length, its year where a caption names none."""

    vocabulary: Vocabulary
    names: NameReader
    patterns: Mapping[str, re.Pattern[str]]
    area: Concept
    year: int
    source_length: int


def read_table(block: TableBlock, layout: Layout, context: TableContext) -> tuple[list[Mention], list[Gap]]:
    """Read a table with its layout; every printed cell becomes a mention or lies in a gap."""
    reading = _TableReading(block, layout, context)
    reading.run()
    return reading.mentions, reading.gaps


class _TableReading:
    """One table being read from the top down."""

    def __init__(self, block: TableBlock, layout: Layout, context: TableContext) -> None:
        self.mentions: list[Mention] = []
        self.gaps: list[Gap] = []
        self.block = block
        self.layout = layout
        self.context = context
        self.vocabulary = context.vocabulary
        self.labels = layout.labels
        self.claim_maker = ClaimMaker(layout, context.area, self._find_year())
        self.row_reader = RowReader(layout, context.vocabulary, context.names, context.patterns)
        self.headings: list[Row] = []
        self.columns: list[Column] = []
        self.opened: Meaning | None = None
        self.opened_unit: Unit | None = None
        self.is_lost = False
        self.block_units = self._find_block_units()
        self.order = LabelOrder()
        self.is_disordered = False

    def run(self) -> None:
        """Read every row."""
        for row in cut_rows(self.block):
            self._read_row(row)
        if self.headings:
            self._add_gap(
                "heading-without-rows", self.headings[-1].span, "no rows follow the heading", "check the source"
            )
        if self.is_disordered or self.order.is_broken() or self._has_swapped_rows():
            self.gaps.extend(mention.withhold() for mention in self.mentions)
            self.mentions = []

    def _has_swapped_rows(self) -> bool:
        # One row is too long for its heading and another too short: they stand under each other's.
        reasons = {gap.reason for gap in self.gaps}
        return "cell-outside-heading" in reasons and bool(reasons & {"blank-cell", "row-cut-short"})

    def _find_block_units(self) -> list[Unit]:
        printed = _BETWEEN_UNITS.split(self.block.unit) if self.block.unit else []
        found = [(text, self.vocabulary.find_unit(text)) for text in printed]
        for text, unit in found:
            if unit is None:
                repair = "add it to ontology/vocabulary/units.ttl"
                self._add_gap("unit-not-known", self.block.part.span, f"{text!r} is no unit of the vocabulary", repair)
        return [unit for _, unit in found if unit is not None]

    def _find_year(self) -> int:
        match = self.context.patterns["caption_year"].search(fold_width(self.block.caption))
        return int(match["year"]) if match else self.context.year

    # Rows

    def _read_row(self, row: Row) -> None:
        bar = self._find_bar(row)
        if bar is not None:
            self._open_half(*bar)
        elif self._is_heading(row):
            self._add_heading(row)
        elif self._is_unknown_bar(row):
            self.is_lost = True
            self._add_gap(
                "heading-row-not-known", row.span, "a heading row that the layout does not declare",
                f"declare it under [[bars]] in data/layouts/{self.layout.slug}.toml",
            )  # fmt: skip
        else:
            self._read_data(row)

    def _find_bar(self, row: Row) -> tuple[Meaning, str | None] | None:
        if len(row.printed) != 1 or not self.layout.bars:
            return None
        bare, unit = split_unit(row.cells[row.printed[0]].text, self.vocabulary)
        opened = self.layout.find_bar(bare)
        return (opened, unit) if opened is not None else None

    def _open_half(self, opened: Meaning, unit: str | None) -> None:
        self.opened = opened
        self.opened_unit = self.vocabulary.find_unit(unit) if unit else None
        self.is_lost = False
        self.row_reader.start_anew()
        self.order.start_block()

    def _is_unknown_bar(self, row: Row) -> bool:
        printed = row.printed
        if len(printed) != 1 or is_value(row.cells[printed[0]], self.vocabulary):
            return False
        # In a table of halves a lone label may open one; elsewhere it is a row whose figures are missing.
        return printed[0] >= self.labels or bool(self.layout.bars)

    def _is_heading(self, row: Row) -> bool:
        unit = self.layout.columns.time
        if unit is not None:
            return any(read_when(cell.text, unit, self.context.patterns) for cell in row.cells)
        cells = [row.cells[number] for number in row.printed if number >= self.labels]
        # A decimal stands in no heading, but in a cell with a word too much (约 7.7).
        return bool(cells) and not any(is_value(c, self.vocabulary) or _DECIMAL.search(c.text) for c in cells)

    def _add_heading(self, row: Row) -> None:
        unit = self.layout.columns.time
        if self.headings and unit is not None:
            # Two headings of times with no row between them: the rows of the first have gone elsewhere.
            self.is_disordered = True
        self.headings.append(row)
        if unit is not None:
            times = (n for n, cell in enumerate(row.cells) if read_when(cell.text, unit, self.context.patterns))
            # Rows need a label even where a heading has none above it.
            self.labels = min(max(next(times), 1), self.layout.labels)

    def _close_headings(self) -> None:
        if self.headings:
            self.columns = read_columns(self.headings, self.labels, self.layout, self.vocabulary, self.context.patterns)
            self.headings = []
            self.order.start_block()
            if not self.opened:
                self.row_reader.start_anew()

    def _read_data(self, row: Row) -> None:
        self._close_headings()
        self._note_order(row)
        problem = self._find_row_problem(row)
        if problem is not None:
            self._add_gap(*problem)
            return
        try:
            meaning = self.row_reader.read(row, self.labels, self._list_units())
        except UnreadableLabelError as error:
            self._add_gap(error.reason, row.span, str(error), error.repair)
            return
        self._read_cells(row, meaning)

    def _note_order(self, row: Row) -> None:
        labels = [row.cell(number).text for number in range(self.labels)]
        if self.layout.rows.group is not None and self.labels > 1:
            if labels[0]:
                self.order.start_block()
            elif not self.mentions and not self.gaps:
                # The first row of all does not say which group it belongs to: that row stands somewhere below.
                self.is_disordered = True
            labels = labels[1:]
        bare, _ = split_unit("".join(labels), self.vocabulary)
        self.order.add(bare)

    def _list_units(self) -> list[Unit]:
        if self.opened_unit is not None:
            return [self.opened_unit]
        if self.opened is None or self.opened.measure is None:
            return self.block_units
        return [unit for unit in self.block_units if unit.is_ratio == (self.opened.measure in RELATIVE_MEASURES)]

    def _find_row_problem(self, row: Row) -> tuple[str, Span, str, str] | None:
        check = "check the conversion of the table to text"
        if not self.columns:
            return "row-before-heading", row.span, "no heading row stands above this row", check
        if self.is_lost:
            return "row-under-unknown-heading", row.span, "the heading row above is not known", "declare that row first"
        if not any(number >= self.labels for number in row.printed):
            return "row-without-figures", row.span, "the row has a label and no figures", check
        return None

    # Cells

    def _read_cells(self, row: Row, meaning: RowMeaning) -> None:
        for number in range(self.labels, max(len(row.cells), len(self.columns))):
            cell = row.cell(number)
            column = self.columns[number] if number < len(self.columns) else None
            if cell.is_empty and (column is None or not column.is_headed):
                continue
            if cell.is_empty:
                self._report_blank(row, number, cell)
            elif column is None or not column.is_headed:
                self._add_gap("cell-outside-heading", cell.span, "no heading stands above this cell", "check the table")
            elif cell.span.end == self.context.source_length:
                # A file that ends in mid-line may have lost digits of its last figure.
                self._add_gap("figure-cut-off", cell.span, "the file ends behind this figure", "get the whole report")
            else:
                self._read_cell(cell, meaning, column)

    def _report_blank(self, row: Row, number: int, cell: Cell) -> None:
        if number < len(row.cells):
            self._add_gap("blank-cell", cell.span, "a cell with nothing printed in it", "check the table in the source")
        elif number == len(row.cells):
            missing = sum(column.is_headed for column in self.columns[number:])
            self._add_gap("row-cut-short", row.span, f"the row ends {missing} cells early", "check the end of the row")

    def _read_cell(self, cell: Cell, row: RowMeaning, column: Column) -> None:
        text = strip_note_marks(cell.text)
        missing = self.vocabulary.find_missing_reason(cell.text)
        figure = parse_figure(text)
        if missing is None and figure is None:
            self._add_gap("not-a-figure", cell.span, f"{cell.text!r} is no figure", "check the cell in the source")
            return
        meaning = row.meaning.merged(column.meaning).merged(self.opened or Meaning()).merged(self.layout.defaults)
        printed_unit = row.unit or column.unit or self.opened_unit
        try:
            claim, unit = self.claim_maker.make(meaning, row.when or column.when, printed_unit, self.block_units)
        except UnclearCellError as error:
            repair = f"check the labels, or complete data/layouts/{self.layout.slug}.toml"
            self._add_gap("meaning-not-known", cell.span, str(error), repair)
            return
        if missing is not None:
            text, figure = cell.text, None
        self.mentions.append(self._make_mention(cell, text, claim, unit, figure, missing))

    def _make_mention(
        self, cell: Cell, text: str, claim: Claim, unit: Unit, figure: Figure | None, missing: Concept | None
    ) -> Mention:
        return Mention(
            span=Span(cell.span.start, cell.span.start + len(text)),
            exact=text,
            claim=claim,
            unit=unit,
            value=figure.value if figure else None,
            decimals=figure.decimals if figure else 0,
            part=self.block.part,
            origin="table",
            rule=self.layout.slug,
            missing=missing,
            is_exact=figure is not None and figure.decimals == 0 and unit.is_plain_count,
        )

    def _add_gap(self, reason: str, span: Span, message: str, repair: str) -> None:
        self.gaps.append(Gap(reason, span, message, repair, self.block.part.trail))
