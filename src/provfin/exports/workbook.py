"""Owns a release as an XLSX workbook: the figures, the places they are printed at, and what release it is.

Numbers are numbers; where a binary fraction cannot hold one to the last digit, its exact text stands beside it. Texts
are texts, so that one which begins with an equals sign is not run. Refuses what a sheet cannot hold whole.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from provfin.errors import InputError
from provfin.exports.content import Files, ReleaseContent
from provfin.exports.tables import Cell, Column, Kind, Table, make_tables
from provfin.quantity import fits_double, write_decimal

# https://support.microsoft.com/office/excel-specifications-and-limits: a sheet and a cell.
_MOST_ROWS, _MOST_CHARACTERS = 1_048_576, 32_767
# The day it is written would make equal releases unequal files; XLSX knows no time zones.
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDTHS = {Kind.text: 20, Kind.iri: 30, Kind.date: 11, Kind.integer: 8, Kind.decimal: 16}


def write_release_xlsx(content: ReleaseContent) -> Files:
    """Return a workbook with the sheets `observations`, `provenance` and `about`; raises `InputError` for too much."""
    observations, mentions = make_tables(content)
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as workbook:
        workbook.set_properties({"created": _CREATED, "title": "ProvFin", "comments": f"release {content.hash}"})
        sheets = _Sheets(workbook)
        sheets.add_table("observations", observations)
        sheets.add_table("provenance", mentions)
        sheets.add_rows(
            "about", list(_describe_release(content, {"observations": observations, "provenance": mentions}))
        )
    return {"provfin.xlsx": written.getvalue()}


def _describe_release(content: ReleaseContent, sheets: dict[str, Table]) -> Iterator[tuple[Cell, ...]]:
    yield "release", content.hash
    for iri in content.licences:
        yield "licence", iri
    for report in content.reports:
        yield "report", report.id, report.title_en, report.title_zh, report.publisher_zh, f"SHA-256 {report.sha256}"
    yield ()
    yield "sheet", "column", "in English", "中文", "kind", "property"
    for name, table in sheets.items():
        for column in table.columns:
            yield name, column.name, column.en, column.zh, column.kind.value, column.term


class _Sheets:
    """Writes the sheets of one workbook."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._bold = workbook.add_format({"bold": True})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})

    def add_table(self, name: str, table: Table) -> None:
        """Add a table under its header; a column of figures too long for a number has their texts behind it."""
        columns, rows = _spread(table)
        sheet = self.add_rows(name, [tuple(column.name for column in columns), *rows])
        sheet.set_row(0, None, self._bold)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS[column.kind])

    def add_rows(self, name: str, rows: Sequence[Sequence[Cell]]) -> Any:
        """Add a sheet of rows and return it."""
        if len(rows) > _MOST_ROWS:
            what = f"{len(rows)} rows, a sheet holds {_MOST_ROWS}"
            raise InputError(what, where=f"sheet {name}", repair="export csv or parquet instead")
        sheet = self._workbook.add_worksheet(name)
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                self._write(sheet, row, place, cell)
        return sheet

    def _write(self, sheet: Any, row: int, place: int, cell: Cell) -> None:
        if isinstance(cell, Decimal | int):
            sheet.write_number(row, place, cell)
        elif isinstance(cell, date):
            sheet.write_datetime(row, place, cell, self._day)
        elif cell is not None:
            if len(cell) > _MOST_CHARACTERS:
                what = f"a text of {len(cell)} characters, a cell holds {_MOST_CHARACTERS}"
                raise InputError(what, where=f"row {row + 1}", repair="export csv or parquet instead")
            sheet.write_string(row, place, cell)


def _spread(table: Table) -> tuple[list[Column[object]], list[tuple[Cell, ...]]]:
    """Return columns and rows, with a column of exact texts behind each that has a figure no number holds."""
    columns: list[Column[object]] = []
    cells: list[list[Cell]] = []
    for column in table.columns:
        items = table.list_cells(column.name)
        columns.append(column)
        cells.append(items)
        texts = [write_decimal(item) if isinstance(item, Decimal) and not fits_double(item) else None for item in items]
        if any(text is not None for text in texts):
            columns.append(Column(f"{column.name}_exact", Kind.text, column.en, column.zh, column.read))
            cells.append(list(texts))
    return columns, list(zip(*cells, strict=True))
