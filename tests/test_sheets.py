"""Columns as files: each cell comes back as what it was, and what a form cannot hold is refused or text."""

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from provfin.sheets import Cell, Column, Kind
from provfin.sheets.parquet import fit_decimal, write_parquet
from provfin.sheets.workbook import LONGEST_TEXT, write_workbook
from provfin.store import ExceededError

COLUMNS = [
    Column("i", Kind.iri, ["http://example.org/", None]),
    Column("t", Kind.text, ["=1+1", "b"], is_required=True, notes={"description": "a text"}),
    Column("n", Kind.integer, [2**80, -1]),
    Column("d", Kind.decimal, [Decimal("0.1234567890123456789"), None]),
    Column("day", Kind.date, [dt.date(1900, 2, 28), dt.date(1900, 3, 1)]),
    Column("b", Kind.boolean, [True, False]),
]


def _read_sheet(*columns: Column) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook({"a": columns}, "title", "comment")))
    assert (book.properties.title, book.properties.description) == ("title", "comment")
    return list(book["a"].iter_rows(values_only=True))


def _read_parquet(*columns: Column) -> pa.Table:
    return pq.read_table(io.BytesIO(write_parquet(columns, {"note": "of the file"})))


def test_a_sheet_has_exact_text_behind_what_no_double_holds() -> None:
    head, first, second = _read_sheet(*COLUMNS)
    assert head == ("i", "t", "n", "n (exact)", "d", "d (exact)", "day", "b")
    assert (first[1], first[3], first[5], first[6], first[7]) == (
        "=1+1", "1208925819614629174706176", "0.1234567890123456789", "1900-02-28", True,
    )  # fmt: skip
    assert second == (None, "b", -1, "-1", None, None, dt.datetime(1900, 3, 1), False)  # noqa: DTZ001


def test_a_figure_beyond_the_doubles_is_text() -> None:
    figure = Decimal(f"1{'0' * 400}.5")
    _, row = _read_sheet(Column("d", Kind.decimal, [figure]))
    assert row == (f"{figure:f}", f"{figure:f}")


@pytest.mark.parametrize(("length", "is_held"), [(LONGEST_TEXT, True), (LONGEST_TEXT + 1, False)])
def test_a_text_is_whole_or_refused(length: int, is_held: bool) -> None:
    column = Column("t", Kind.text, ["长" * length])
    if is_held:
        assert _read_sheet(column)[1] == ("长" * length,)
        return
    with pytest.raises(ExceededError, match="sheet a: a text of 32768 characters"):
        _read_sheet(column)


def test_an_empty_sheet_is_written() -> None:
    assert _read_sheet(Column("a", Kind.text, [])) == [("a",)]


def test_parquet_gives_back_cells_and_notes() -> None:
    table = _read_parquet(*COLUMNS)
    assert [field.type for field in table.schema] == [
        pa.string(), pa.string(), pa.decimal128(38, 6), pa.string(), pa.date32(), pa.bool_(),
    ]  # fmt: skip
    read = table.to_pydict()
    assert {name: read[name] for name in "itnb"} == {item.name: item.cells for item in COLUMNS if item.name in "itnb"}
    assert (read["d"], read["day"]) == (["0.1234567890123456789", None], COLUMNS[4].cells)
    field = table.schema.field("t")
    assert (field.nullable, table.schema.field("i").nullable) == (False, True)
    assert (field.metadata[b"description"], field.metadata[b"kind"]) == (b"a text", b"text")
    assert table.schema.field("d").metadata[b"kind"] == b"decimal"
    assert table.schema.metadata[b"note"] == b"of the file"


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([], pa.decimal128(38, 6)),
        (["1E+3", "0.05", "-12.5"], pa.decimal128(38, 6)),
        (["9" * 32, "0.999999"], pa.decimal128(38, 6)),
        (["9" * 33], pa.string()),
        (["9" * 20, "1E-18"], pa.decimal128(38, 18)),
        (["9" * 21, "1E-18"], pa.string()),
        (["1E-19"], pa.string()),
    ],
)
def test_a_column_of_figures_has_the_first_type_that_holds_it(figures: Sequence[str], expected: pa.DataType) -> None:
    values: list[Cell] = [Decimal(text) for text in figures]
    assert fit_decimal(Column("d", Kind.decimal, values).figures) == expected
    read = _read_parquet(Column("d", Kind.decimal, values))["d"].to_pylist()
    assert [Decimal(str(cell)) for cell in read] == values


def test_truths_are_no_figures() -> None:
    assert list(Column("b", Kind.integer, [True, 3, None]).figures) == [3]


def test_equal_columns_give_equal_bytes() -> None:
    assert write_workbook({"a": COLUMNS}, "t", "c") == write_workbook({"a": COLUMNS}, "t", "c")
    assert write_parquet(COLUMNS, {}) == write_parquet(COLUMNS, {})
