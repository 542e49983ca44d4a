"""Owns tables as Parquet (https://parquet.apache.org): figures as decimals, days as dates, the release in the footer.

Refuses a figure that no decimal of 38 digits holds together with the others of its column; never a binary fraction.
"""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from provfin.errors import InputError
from provfin.exports.content import Files, ReleaseContent
from provfin.exports.tables import Cell, Column, Kind, Table, make_tables
from provfin.quantity import count_places

# What a decimal of 128 bits holds, and so what DuckDB, Spark and R read.
_DIGITS = 38
_TYPES = {Kind.text: pa.string(), Kind.iri: pa.string(), Kind.date: pa.date32(), Kind.integer: pa.int64()}


def write_release_parquet(content: ReleaseContent) -> Files:
    """Return `observations.parquet` and `mentions.parquet`; raises `InputError` for figures too long for a column."""
    return {f"{table.name}.parquet": write_parquet(table, content) for table in make_tables(content)}


def write_parquet(table: Table, content: ReleaseContent) -> bytes:
    """Return one table as Parquet, with the release's hash and licence in its metadata."""
    cells = [table.list_cells(column.name) for column in table.columns]
    fields = [_make_field(*item) for item in zip(table.columns, cells, strict=True)]
    notes = {"provfin.release": content.hash, "license": " ".join(content.licences), "title": table.en}
    arrays = [pa.array(items, field.type) for items, field in zip(cells, fields, strict=True)]
    written = io.BytesIO()
    pq.write_table(pa.table(arrays, pa.schema(fields, notes)), written, compression="zstd")
    return written.getvalue()


def _make_field(column: Column[object], cells: Sequence[Cell]) -> pa.Field:
    described = {"description": column.en, "description_zh": column.zh, "property": column.term or ""}
    kind = _fit_decimal(column.name, cells) if column.kind is Kind.decimal else _TYPES[column.kind]
    return pa.field(column.name, kind, nullable=not column.is_required, metadata=described)


def _fit_decimal(name: str, cells: Iterable[Cell]) -> pa.DataType:
    whole, places = count_places(cell for cell in cells if isinstance(cell, Decimal))
    if whole + places > _DIGITS:
        what = f"its figures need {whole} digits before the point and {places} behind it, {_DIGITS} fit"
        raise InputError(what, where=f"column {name}", repair="export csv instead, which holds any figure")
    return pa.decimal128(_DIGITS, places)
