"""Owns the command that exports: what it exports, in which form, and where the files go."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provfin.assets import find_assets, find_releases_folder
from provfin.building import write_files
from provfin.commands.console import say, working, write_file
from provfin.errors import InputError
from provfin.exports import Files, ReleaseContent, find_export
from provfin.folders import gather_folder
from provfin.release import gather_content, open_release, shorten_hash


class ExportFormat(StrEnum):
    """What a release is exported as; each is an export of `provfin.exports`."""

    jsonl = "jsonl"
    turtle = "turtle"
    nquads = "nquads"
    json_ld = "json-ld"
    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"
    sdmx_csv = "sdmx-csv"
    sdmx_ml = "sdmx-ml"
    sdmx_ml_21 = "sdmx-ml-2.1"
    ro_crate = "ro-crate"


def export_graph(
    out: Annotated[Path, typer.Option(help="The file to write, or the folder for forms of several files.")],
    shape: Annotated[ExportFormat, typer.Option("--format", help="What to write.")] = ExportFormat.jsonl,
    data: Annotated[Path | None, typer.Option(help="A folder of Turtle; else all data.")] = None,
    release: Annotated[str | None, typer.Option(help="A release by the start of its hash; else the data.")] = None,
) -> None:
    """Export the graph: as RDF, as tables, as SDMX, as a research object, or as one JSON record per printed figure."""
    if data is not None and release is not None:
        raise InputError("give --data or --release", where="provfin export", repair="one of the two")
    with working("Exporting"):
        content = _find_content(data, release)
        files = find_export(shape).write(content)
        paths = _write(out, files)
    size = sum(map(len, files.values()))
    say(f"{shorten_hash(content.hash)} as {shape}: {', '.join(map(str, paths))} ({size:,} bytes)")


def _find_content(data: Path | None, release: str | None) -> ReleaseContent:
    if release is not None:
        return ReleaseContent.from_release(open_release(find_releases_folder(), release))
    return ReleaseContent.from_content(gather_content(find_assets()) if data is None else gather_folder(data))


def _write(out: Path, files: Files) -> list[Path]:
    """Write one file under the name given, unless that is a folder; several into a folder. Return where they are."""
    if len(files) > 1 or out.is_dir():
        write_files(out, dict(files))
        return [out / name for name in files]
    write_file(out, next(iter(files.values())))
    return [out]
