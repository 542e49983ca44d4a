"""Owns answers as files for other programs: XLSX and Parquet, each with the citation inside.

How cells are written is told by `provfin.sheets`; here is only what goes into them.
"""

import json

from provfin.answers.table import Table
from provfin.citations import LICENSE, Citation
from provfin.sheets import Column, Kind
from provfin.sheets.parquet import write_parquet as write_columns
from provfin.sheets.workbook import write_workbook

ANSWER, CITATION = "answer", "citation"
# The key of the metadata of a Parquet file that has a reference to be read as it is; `CITATION` has it as CSL-JSON.
REFERENCE = "reference"


def write_xlsx(table: Table, citation: Citation) -> bytes:
    """Return a table as a workbook with a sheet for the rows and one for the citation.

    Raises `ExceededError` when it has more rows or longer texts than a sheet takes.
    """
    sheets = {ANSWER: table.list_columns(), CITATION: _list_facts(citation)}
    return write_workbook(sheets, citation.titles["zh"], citation.url)


def write_parquet(table: Table, citation: Citation) -> bytes:
    """Return a table as a Parquet file with the citation in its metadata."""
    described = json.dumps(citation.to_json(), ensure_ascii=False, sort_keys=True)
    return write_columns(table.list_columns(), {CITATION: described, REFERENCE: citation.to_gbt7714()})


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
