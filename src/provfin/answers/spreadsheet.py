"""Owns answers as XLSX: a sheet with the rows and a sheet with the citation.

A spreadsheet computes with doubles. A figure they cannot hold is beside its column once more, as text with every
digit. Text is written as text, never as a formula or a link, whatever it begins with.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from provfin.answers.table import Cell, Column, Kind, Table
from provfin.citations import LICENSE, Citation
from provfin.quantity import fits_double
from provfin.store import ExceededError, Limit

ANSWER, CITATION = "answer", "citation"
EXACT = "{} (exact)"

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MOST_ROWS, LONGEST_TEXT = 1_048_576, 32_767
# The days of 1900 are counted with one too many before this one.
_FIRST_DATE = dt.date(1900, 3, 1)
# Bytes that are the same at any time need a date of their own.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_WIDTHS = (8, 60)


def write_xlsx(table: Table, citation: Citation) -> bytes:
    """Return a table as a workbook; raises `ExceededError` when it has more rows or longer texts than a sheet takes."""
    if len(table.rows) >= MOST_ROWS:
        raise ExceededError(Limit.size, f"a sheet has at most {MOST_ROWS} rows; ask for CSV or Parquet")
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"title": citation.titles["zh"], "comments": citation.url, "created": _CREATED})
        bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        _fill(book.add_worksheet(ANSWER), list(_lay_out(table.list_columns())), bold, date)
        _fill(book.add_worksheet(CITATION), _list_facts(citation), bold, date)
    return written.getvalue()


def _lay_out(columns: Sequence[Column]) -> Iterator[Column]:
    """Yield the columns of the sheet: behind one that a double does not hold, another with its digits as text."""
    for column in columns:
        yield column
        if column.kind in {Kind.integer, Kind.decimal}:
            values = [cell for cell in column.cells if isinstance(cell, int | Decimal)]
            if not all(map(fits_double, values)):
                exact = [None if cell is None else f"{Decimal(str(cell)):f}" for cell in column.cells]
                yield Column(EXACT.format(column.name), Kind.text, exact)


def _fill(sheet: Worksheet, columns: Sequence[Column], bold: Format, date: Format) -> None:
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, bold)
        for number, cell in enumerate(column.cells, 1):
            _write_cell(sheet, number, place, cell, date)
        longest = max((len(str(cell)) for cell in (column.name, *column.cells)), default=0)
        sheet.set_column(place, place, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, date: Format) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, dt.date) and cell >= _FIRST_DATE:
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), date)
    elif sheet.write_string(row, column, str(cell)):
        raise ExceededError(Limit.size, f"a cell has at most {LONGEST_TEXT} characters; ask for CSV or Parquet")


def _list_facts(citation: Citation) -> list[Column]:
    facts = {
        "title@en": citation.titles["en"],
        "title@zh": citation.titles["zh"],
        "question": citation.question,
        **{f"parameter {name}": value for name, value in citation.parameters.items()},
        "address": citation.url,
        "release (SHA-256)": citation.release,
        "query (SHA-256)": citation.query_hash,
        "answer (SHA-256)": citation.answer_hash,
        "license": LICENSE,
        "GB/T 7714—2015": citation.to_gbt7714(),
        "BibTeX": citation.to_bibtex(),
    }
    return [Column("item", Kind.text, list(facts)), Column("value", Kind.text, list(facts.values()))]
