"""Owns a release as XLSX and as Parquet (https://parquet.apache.org): its tables, and what release they are of.

How cells are written is told by `provfin.sheets`; here is only what goes into them.
"""

from collections.abc import Iterator

from provfin.exports.content import Files, ReleaseContent
from provfin.exports.tables import Table, make_tables
from provfin.sheets import Cell, Column, Kind
from provfin.sheets.parquet import write_parquet
from provfin.sheets.workbook import write_workbook

_HEADER = ("item", "name", "in English", "中文", "kind or publisher", "property or source")


def write_release_parquet(content: ReleaseContent) -> Files:
    """Return `observations.parquet` and `mentions.parquet`, with the release's hash and licence in the metadata."""
    notes = {"provfin.release": content.hash, "license": " ".join(content.licences)}
    return {
        f"{table.name}.parquet": write_parquet(table.list_columns(), {**notes, "title": table.en})
        for table in make_tables(content)
    }


def write_release_xlsx(content: ReleaseContent) -> Files:
    """Return a workbook with the sheets `observations`, `provenance` and `about`.

    Raises `ExceededError` for more rows or longer texts than a sheet takes.
    """
    observations, mentions = make_tables(content)
    tables = {"observations": observations, "provenance": mentions}
    sheets = {name: table.list_columns() for name, table in tables.items()}
    sheets["about"] = _make_columns(list(_describe_release(content, tables)))
    return {"provfin.xlsx": write_workbook(sheets, "ProvFin", f"release {content.hash}")}


def _describe_release(content: ReleaseContent, tables: dict[str, Table]) -> Iterator[tuple[Cell, ...]]:
    yield "release", content.hash
    for iri in content.licences:
        yield "licence", iri
    for report in content.reports:
        yield "report", report.id, report.title_en, report.title_zh, report.publisher_zh, f"SHA-256 {report.sha256}"
    for name, table in tables.items():
        for item in table.fields:
            yield name, item.name, item.en, item.zh, item.kind.value, item.term


def _make_columns(rows: list[tuple[Cell, ...]]) -> list[Column]:
    filled = [(*row, *(None for _ in _HEADER[len(row) :])) for row in rows]
    return [Column(name, Kind.text, [row[place] for row in filled]) for place, name in enumerate(_HEADER)]
