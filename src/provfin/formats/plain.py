"""Owns findings as text for people and as JSON for programs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from provfin.findings import Finding
from provfin.formats.paths import relate


def write_text(findings: Iterable[Finding], root: Path) -> str:
    """Write each finding as a paragraph: fault, repair in English and Chinese, places."""
    return "".join(f"{format_finding(finding, root)}\n" for finding in findings)


def format_finding(finding: Finding, root: Path | None = None) -> str:
    """Return a finding as text: what is wrong and where on one line, then the repair in English and Chinese.

    Each place follows as `file:line:column: text`, which editors and terminals make a link of.
    """
    fault = " ".join(part for part in (finding.path, finding.value) if part)
    at = f" at {finding.focus}" if finding.focus else ""
    head = f"{finding.source}: {finding.severity} {finding.code}{at}"
    places = [
        f"  {relate(place.file, root) if root else place.file}:{place.line}:{place.column}: {place.text}".rstrip(": ")
        for place in finding.places
    ]
    repairs = [f"  {finding.message_en}", f"  {finding.message_zh}"]
    return "\n".join([f"{head}: {fault}" if fault else head, *repairs, *places])


def write_json(findings: Iterable[Finding], root: Path) -> str:
    """Write findings as a JSON list, one object each, with every field; numbers of details are exact, as text."""
    related = (
        replace(finding, places=tuple(replace(place, file=relate(place.file, root)) for place in finding.places))
        for finding in findings
    )
    return json.dumps([asdict(finding) for finding in related], ensure_ascii=False, indent=2, default=str) + "\n"
