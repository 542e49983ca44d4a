"""Owns writing files, each replaced whole or not at all: a report's Turtle, and records such as its gaps."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from provfin.audit import audit_extraction
from provfin.document import Gap
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.graph import build_graph
from provfin.ledger import LedgerLine
from provfin.turtle import write_turtle


def render_graph(extraction: Extraction) -> dict[str, bytes]:
    """Audit a report and return its Turtle files under their names; equal input gives equal bytes."""
    findings = audit_extraction(extraction).findings
    return {name: write_turtle(triples) for name, triples in build_graph(extraction, findings).items()}


def render_gaps(gaps: Iterable[Gap], source: str) -> bytes:
    """Return gaps as JSON Lines, in reading order."""
    return write_jsonl(gap.as_record(source) for gap in gaps)


def render_ledger(lines: Iterable[LedgerLine], source: str) -> bytes:
    """Return the ledger as JSON Lines, in reading order."""
    return write_jsonl(_number_lines(lines, source))


def _number_lines(lines: Iterable[LedgerLine], source: str) -> Iterator[dict[str, Any]]:
    place, number = 0, 1
    for line in lines:
        number += source.count("\n", place, line.span.start)
        place = line.span.start
        yield line.as_record(source, number)


def write_jsonl(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Return records as JSON Lines."""
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder, making it if needed; a file is replaced whole, so a crash leaves no half of one.

    Raises `InputError` when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            replace_file(folder / name, data)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(folder), repair="give a folder") from error


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in place of a file in one step, kept safe from a crash of the machine."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
