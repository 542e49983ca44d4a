"""Owns columns as XLSX: one or more sheets, each with the names of its columns on top.

A spreadsheet computes with doubles. Behind a column with a figure that they cannot hold stands another with the figures
as text, every digit of them. Text is written as text, never as a formula or a link, whatever it begins with. Refuses
what a sheet cannot hold whole.
"""

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from provfin.quantity import fits_double, write_decimal
from provfin.sheets.column import Cell, Column, Kind
from provfin.store import ExceededError, Limit

# No variable of SPARQL and no column of a table has a bracket in its name.
EXACT = "{} (exact)"

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MOST_ROWS, LONGEST_TEXT = 1_048_576, 32_767
# The days of 1900 are counted with one too many before this one.
_FIRST_DATE = dt.date(1900, 3, 1)
# Bytes that are the same at any time need a date of their own; XLSX knows no time zones.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_WIDTHS = (8, 60)
# What has more digits before the point is no number to a double.
_MOST_DIGITS = 300


def write_workbook(sheets: Mapping[str, Sequence[Column]], title: str, comments: str) -> bytes:
    """Return sheets by name as a workbook with a title and comments.

    Raises `ExceededError` when one has more rows or longer texts than a sheet takes.
    """
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"title": title, "comments": comments, "created": _CREATED})
        bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for name, columns in sheets.items():
            _check(name, columns)
            _fill(book.add_worksheet(name), list(_lay_out(columns)), bold, date)
    return written.getvalue()


def _check(name: str, columns: Sequence[Column]) -> None:
    rows = max((len(column.cells) for column in columns), default=0)
    if rows >= MOST_ROWS:
        raise _exceed(name, f"{rows} rows and their header, it has at most {MOST_ROWS}")
    longest = max((len(cell) for column in columns for cell in column.cells if isinstance(cell, str)), default=0)
    if longest > LONGEST_TEXT:
        raise _exceed(name, f"a text of {longest} characters, a cell has at most {LONGEST_TEXT}")


def _exceed(sheet: str, what: str) -> ExceededError:
    return ExceededError(Limit.size, f"sheet {sheet}: {what}; ask for CSV or Parquet")


def _lay_out(columns: Iterable[Column]) -> Iterator[Column]:
    """Yield the columns of the sheet: behind one that a double does not hold, another with its digits as text."""
    for column in columns:
        yield column
        if column.kind in {Kind.integer, Kind.decimal} and not all(map(fits_double, column.figures)):
            exact = [None if cell is None else write_decimal(Decimal(str(cell))) for cell in column.cells]
            yield Column(EXACT.format(column.name), Kind.text, exact)


def _fill(sheet: Worksheet, columns: Sequence[Column], bold: Format, date: Format) -> None:
    rows = 0
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, bold)
        for number, cell in enumerate(column.cells, 1):
            _write_cell(sheet, number, place, cell, date)
        longest = max((len(str(cell)) for cell in (column.name, *column.cells)), default=0)
        sheet.set_column(place, place, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
        rows = max(rows, len(column.cells))
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, rows, len(columns) - 1)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, date: Format) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | Decimal) and Decimal(cell).adjusted() < _MOST_DIGITS:
        sheet.write_number(row, column, cell)
    elif isinstance(cell, dt.date) and cell >= _FIRST_DATE:
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), date)
    else:
        sheet.write_string(row, column, write_decimal(cell) if isinstance(cell, Decimal) else str(cell))
