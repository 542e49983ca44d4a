"""Owns columns as Parquet: https://parquet.apache.org/docs/file-format/.

A column of figures has the first of three types that holds every digit of it: `decimal(38, 6)`, `decimal(38, 18)`,
text. They are few, so that files of several releases can be put together; 38 digits are what DuckDB, Spark and pandas
read as decimals, and 18 places are what the query engine counts with. Whole numbers beyond 64 bits are such figures
too. Refuses nothing: text holds any figure.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from provfin.quantity import count_places, write_decimal
from provfin.sheets.column import Cell, Column, Kind

_DIGITS = 38
_PLACES = (6, 18)
_LARGEST = 2**63
_TYPES = {
    Kind.text: pa.string(),
    Kind.iri: pa.string(),
    Kind.date: pa.date32(),
    Kind.boolean: pa.bool_(),
}


def write_parquet(columns: Sequence[Column], notes: Mapping[str, str]) -> bytes:
    """Return columns as a Parquet file; notes of the file and of its columns are key-value metadata of the schema.

    Each column has the note `kind`, which tells figures that are text from texts.
    """
    arrays = [_make_array(column) for column in columns]
    fields = [_make_field(column, array.type) for column, array in zip(columns, arrays, strict=True)]
    written = io.BytesIO()
    pq.write_table(pa.table(arrays, pa.schema(fields, dict(notes))), written, compression="zstd")
    return written.getvalue()


def fit_decimal(figures: Iterable[Decimal]) -> pa.DataType:
    """Return the type of a column of figures.

    >>> fit_decimal([Decimal("1234.5"), Decimal("-0.125")])
    Decimal128Type(decimal128(38, 6))
    >>> fit_decimal([Decimal("1E-20")])
    DataType(string)
    """
    before, behind = count_places(figures)
    fitting = (places for places in _PLACES if behind <= places and before <= _DIGITS - places)
    places = next(fitting, None)
    return pa.string() if places is None else pa.decimal128(_DIGITS, places)


def _make_field(column: Column, kind: pa.DataType) -> pa.Field:
    notes = {**column.notes, "kind": column.kind.value}
    return pa.field(column.name, kind, nullable=not column.is_required, metadata=notes)


def _make_array(column: Column) -> pa.Array:
    kind = _find_type(column)
    is_written = kind == pa.string() and column.kind not in {Kind.text, Kind.iri}
    return pa.array([_write(cell) for cell in column.cells] if is_written else column.cells, kind)


def _find_type(column: Column) -> pa.DataType:
    if column.kind in _TYPES:
        return _TYPES[column.kind]
    if column.kind is Kind.integer and all(-_LARGEST <= figure < _LARGEST for figure in column.figures):
        return pa.int64()
    return fit_decimal(column.figures)


def _write(cell: Cell) -> str | None:
    return write_decimal(cell) if isinstance(cell, Decimal) else cell if cell is None else str(cell)
