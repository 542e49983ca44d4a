"""Owns tables as CSV with metadata beside them, by the W3C's CSV on the Web (https://www.w3.org/TR/tabular-data-primer/).

The CSV is plain RFC 4180 in UTF-8 without a byte order mark, its figures as exact text; the metadata tells datatypes,
keys and what a cell is in the graph. Refuses to change a text for the sake of a spreadsheet: those have XLSX.
"""

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from provfin.exports.content import Files, ReleaseContent
from provfin.exports.tables import Cell, Column, Kind, Table, make_tables
from provfin.quantity import write_decimal

_DATATYPES = {
    Kind.text: "string",
    Kind.iri: "anyURI",
    Kind.date: "date",
    Kind.integer: "integer",
    Kind.decimal: "decimal",
}


def write_release_csv(content: ReleaseContent) -> Files:
    """Return `observations.csv`, `mentions.csv`, and for each the metadata of both, where a CSVW reader looks first."""
    tables = make_tables(content)
    metadata = _render_json(describe_tables(content, tables))
    files = {f"{table.name}.csv": write_csv(table) for table in tables}
    return files | {f"{name}-metadata.json": metadata for name in files}


def write_csv(table: Table) -> bytes:
    """Return a table as CSV with a header (https://www.rfc-editor.org/rfc/rfc4180)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([write_cell(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode()


def write_cell(cell: Cell) -> str:
    """Return a cell as text: a decimal without an exponent, a date as ISO 8601, nothing where there is nothing.

    >>> write_cell(Decimal("1E+3")), write_cell(Decimal("0.10")), write_cell(None)
    ('1000', '0.10', '')
    """
    if isinstance(cell, Decimal):
        return write_decimal(cell)
    return "" if cell is None else str(cell)


def describe_tables(content: ReleaseContent, tables: Sequence[Table]) -> dict[str, Any]:
    """Return the metadata of tables (https://www.w3.org/TR/tabular-metadata/); those after the first refer to it."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:identifier": content.hash,
        "dc:title": _say("Figures of regional financial operation reports", "区域金融运行报告的数值"),
        "dc:license": [{"@id": iri} for iri in content.licences],
        "dc:source": [{"@id": report.iri} for report in content.reports],
        "dialect": {"encoding": "utf-8", "header": True, "doubleQuote": True, "trim": False},
        "null": "",
        "tables": [_describe_table(table, tables[0]) for table in tables],
    }


def _describe_table(table: Table, first: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "aboutUrl": f"{{+{table.columns[0].name}}}",
        "primaryKey": list(table.key),
        "columns": [_describe_column(column) for column in table.columns],
    }
    if table is not first:
        reference = {"resource": f"{first.name}.csv", "columnReference": first.key[0]}
        schema["foreignKeys"] = [{"columnReference": first.key[0], "reference": reference}]
    return {"url": f"{table.name}.csv", "dc:title": _say(table.en, table.zh), "tableSchema": schema}


def _describe_column(column: Column[object]) -> dict[str, Any]:
    described = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _say(column.en, column.zh),
        "datatype": _DATATYPES[column.kind],
        "required": column.is_required,
        "lang": column.language,
        "propertyUrl": column.term,
        "valueUrl": column.link,
        "suppressOutput": not column.is_told,
    }
    return {name: value for name, value in described.items() if value not in (None, False)}


def _say(en: str, zh: str) -> list[dict[str, str]]:
    return [{"@value": en, "@language": "en"}, {"@value": zh, "@language": "zh"}]


def _render_json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
