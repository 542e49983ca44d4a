"""Owns findings as GitHub annotations: lines that the runner of a workflow shows beside the code.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterable
from pathlib import Path

from provfin.findings import Finding, Place
from provfin.formats.paths import relate

_COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}


def write_annotations(findings: Iterable[Finding], root: Path) -> str:
    """Write each finding as one workflow command, at its first place where it has one."""
    return "".join(f"{_write_annotation(finding, root)}\n" for finding in findings)


def _write_annotation(finding: Finding, root: Path) -> str:
    place = _describe_place(finding.places[0], root) if finding.places else {}
    fields = {**place, "title": f"{finding.code} ({finding.source})"}
    listed = ",".join(f"{key}={_escape_property(str(value))}" for key, value in fields.items())
    message = "\n".join(part for part in (finding.message_en, finding.message_zh, finding.fault) if part)
    return f"::{_COMMANDS[finding.severity]} {listed}::{_escape(message)}"


def _describe_place(place: Place, root: Path) -> dict[str, object]:
    lines: dict[str, object] = {"file": relate(place.file, root), "line": place.line, "endLine": place.end_line}
    # Columns are taken only where the place is on one line.
    if place.line == place.end_line:
        lines |= {"col": place.column, "endColumn": place.end_column}
    return lines


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
