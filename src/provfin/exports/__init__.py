"""Owns the forms a release can be had in: graphs, tables, SDMX, a research object.

`EXPORTS` has them all by name; the command line and the server know no other. Refuses a name that is not there.
"""

from collections.abc import Mapping

from provfin.errors import InputError
from provfin.exports.content import Export, Files, ReleaseContent
from provfin.exports.csvw import write_release_csv
from provfin.exports.graphs import (
    write_release_json_ld,
    write_release_jsonl,
    write_release_nquads,
    write_release_turtle,
)
from provfin.exports.sdmx import write_sdmx_csv, write_sdmx_ml, write_sdmx_ml_21

__all__ = ["EXPORTS", "Export", "Files", "ReleaseContent", "find_export"]


# Arrow and the writer of workbooks are large: only who writes their files waits for them.


def _write_parquet(content: ReleaseContent) -> Files:
    from provfin.exports.files import write_release_parquet

    return write_release_parquet(content)


def _write_xlsx(content: ReleaseContent) -> Files:
    from provfin.exports.files import write_release_xlsx

    return write_release_xlsx(content)


def _write_crate(content: ReleaseContent) -> Files:
    from provfin.exports.crate import write_crate

    return write_crate(content)


_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SDMX = "application/vnd.sdmx"
_FORMS = (
    Export("turtle", ".ttl", "text/turtle", write_release_turtle),
    Export("nquads", ".nq.gz", "application/gzip", write_release_nquads),
    Export("json-ld", ".jsonld", "application/ld+json", write_release_json_ld),
    Export("jsonl", ".jsonl", "application/jsonl", write_release_jsonl),
    Export(
        "csv", ".csv", "text/csv; charset=utf-8; header=present", write_release_csv,
        {"-metadata.json": "application/csvm+json"},
    ),
    Export("parquet", ".parquet", "application/vnd.apache.parquet", _write_parquet),
    Export("xlsx", ".xlsx", _WORKBOOK, _write_xlsx),
    Export("sdmx-csv", ".csv", f"{_SDMX}.data+csv; version=2.0.0", write_sdmx_csv),
    Export(
        "sdmx-ml", ".xml", f"{_SDMX}.data+xml; version=3.0.0", write_sdmx_ml,
        {"structure.xml": f"{_SDMX}.structure+xml; version=3.0.0"},
    ),
    Export(
        "sdmx-ml-2.1", ".xml", f"{_SDMX}.structurespecificdata+xml; version=2.1", write_sdmx_ml_21,
        {"structure-2.1.xml": f"{_SDMX}.structure+xml; version=2.1"},
    ),
    Export("ro-crate", ".crate.zip", "application/zip", _write_crate),
)  # fmt: skip
EXPORTS: Mapping[str, Export] = {form.name: form for form in _FORMS}


def find_export(name: str) -> Export:
    """Return the export of a name; raises `InputError` where there is none.

    >>> find_export("parquet").suffix
    '.parquet'
    """
    if name not in EXPORTS:
        raise InputError("no such export", where=name, repair=f"one of {', '.join(EXPORTS)}")
    return EXPORTS[name]
