"""Owns answers as Parquet: columns with their types, decimals with every digit, the citation in the file's metadata.

https://parquet.apache.org/docs/file-format/metadata/
"""

import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from provfin.answers.table import Cell, Column, Kind, Table
from provfin.citations import Citation
from provfin.quantity import count_places

# The keys of the metadata: CSL-JSON, and a reference that can be read as it is.
CITATION, REFERENCE = "citation", "reference"

_LARGEST = 2**63
_WIDEST, _WIDER = 38, 76
_TYPES = {
    Kind.text: pa.string(),
    Kind.iri: pa.string(),
    Kind.date: pa.date32(),
    Kind.boolean: pa.bool_(),
}


def write_parquet(table: Table, citation: Citation) -> bytes:
    """Return a table as a Parquet file: integers as int64, decimals as decimal128 or wider, IRIs as text."""
    columns = table.list_columns()
    arrays = [_make_array(column) for column in columns]
    metadata = {
        CITATION: json.dumps(citation.to_json(), ensure_ascii=False, sort_keys=True),
        REFERENCE: citation.to_gbt7714(),
    }
    schema = pa.schema([(column.name, array.type) for column, array in zip(columns, arrays, strict=True)], metadata)
    written = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), written, compression="zstd")
    return written.getvalue()


def fit_decimal(values: Iterable[Decimal]) -> pa.DataType | None:
    """Return the narrowest decimal type that holds every value exactly, None where there is none.

    >>> fit_decimal([Decimal("1234.5"), Decimal("-0.125")])
    Decimal128Type(decimal128(7, 3))
    """
    before, scale = count_places(values)
    precision = max(1, before) + scale
    if precision <= _WIDEST:
        return pa.decimal128(precision, scale)
    return pa.decimal256(precision, scale) if precision <= _WIDER else None


def _make_array(column: Column) -> pa.Array:
    if column.kind is Kind.integer and all(-_LARGEST <= value < _LARGEST for value in _list_integers(column.cells)):
        return pa.array(column.cells, pa.int64())
    if column.kind not in {Kind.integer, Kind.decimal}:
        return pa.array(column.cells, _TYPES[column.kind])
    values = [None if cell is None else Decimal(str(cell)) for cell in column.cells]
    fitting = fit_decimal(value for value in values if value is not None)
    if fitting is None:
        return pa.array([None if value is None else f"{value:f}" for value in values], pa.string())
    return pa.array(values, fitting)


def _list_integers(cells: Sequence[Cell]) -> list[int]:
    return [cell for cell in cells if isinstance(cell, int)]
