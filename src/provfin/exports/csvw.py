"""Owns tables as CSV with metadata beside them, by the W3C's CSV on the Web (https://www.w3.org/TR/tabular-data-primer/).

The CSV is plain RFC 4180 in UTF-8 without a byte order mark, its figures as exact text; the metadata tells datatypes,
keys and what a cell is in the graph. Refuses to change a text for the sake of a spreadsheet (those have XLSX), and to
tell of a cell what the graph does not say.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from provfin.exports.content import Files, ReleaseContent
from provfin.exports.tables import Field, Table, make_tables
from provfin.quantity import write_decimal
from provfin.sheets import Cell, Kind

_DATATYPES = {
    Kind.text: "string",
    Kind.iri: "anyURI",
    Kind.date: "date",
    Kind.integer: "integer",
    Kind.decimal: "decimal",
    Kind.boolean: "boolean",
}
# https://www.rfc-editor.org/rfc/rfc6570#section-3.2.1: what a template gives back as it is, in {code} and in {+iri};
# all else it percent-encodes, Chinese characters too, and so leads to another IRI than that of the graph.
_PLAIN_CODE = re.compile(r"[A-Za-z0-9._~-]+")
_PLAIN_IRI = re.compile(r"([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-F]{2})+")


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
    writer.writerow([item.name for item in table.fields])
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
    name = table.fields[0].name
    is_named = _are_plain(table, name, _PLAIN_IRI)
    columns = [_describe_column(item, is_true=is_named and _is_true(table, item)) for item in table.fields]
    schema: dict[str, Any] = {"primaryKey": list(table.key), "columns": columns}
    if is_named:
        schema["aboutUrl"] = f"{{+{name}}}"
    if table is not first:
        reference = {"resource": f"{first.name}.csv", "columnReference": first.key[0]}
        schema["foreignKeys"] = [{"columnReference": first.key[0], "reference": reference}]
    return {"url": f"{table.name}.csv", "dc:title": _say(table.en, table.zh), "tableSchema": schema}


def _are_plain(table: Table, name: str, pattern: re.Pattern[str]) -> bool:
    return all(cell is None or pattern.fullmatch(str(cell)) for cell in table.list_cells(name))


def _is_true(table: Table, item: Field[object]) -> bool:
    """Tell whether a converter (https://www.w3.org/TR/csv2rdf/) makes of every cell what the graph says."""
    return item.is_told and (item.link is None or _are_plain(table, item.name, _PLAIN_CODE))


def _describe_column(item: Field[object], *, is_true: bool) -> dict[str, Any]:
    described = {
        "name": item.name,
        "titles": item.name,
        "dc:description": _say(item.en, item.zh),
        "datatype": _DATATYPES[item.kind],
        "required": item.is_required,
        "lang": item.language,
        "propertyUrl": item.term,
        "valueUrl": item.link if is_true else None,
        "suppressOutput": not is_true,
    }
    return {name: value for name, value in described.items() if value not in (None, False)}


def _say(en: str, zh: str) -> list[dict[str, str]]:
    return [{"@value": en, "@language": "en"}, {"@value": zh, "@language": "zh"}]


def _render_json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
