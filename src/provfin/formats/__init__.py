"""Owns how findings are written: for people, for machines, for the tools of continuous integration.

One function for every command that finds faults. Every format says which rule was broken, where and how to repair it;
those that list rules say as well which were held, and which had nothing to look at. Refuses to look green when nothing
was checked.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from provfin.findings import Finding, Rule
from provfin.formats.github import write_annotations
from provfin.formats.junit import write_junit
from provfin.formats.plain import format_finding, write_json, write_text
from provfin.formats.sarif import write_sarif

__all__ = ["Format", "format_finding", "render", "write_json"]


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"
    junit = "junit"
    sarif = "sarif"
    github = "github"


def render(
    findings: Sequence[Finding],
    shape: Format,
    rules: Sequence[Rule],
    *,
    command: str = "validate",
    met: frozenset[str] | None = None,
    fail_on: str = "violation",
    root: Path | None = None,
) -> str:
    """Write findings of a command in a format.

    `rules` are all that were run, `met` the codes of those that had something to look at (None: all). Files are named
    relative to `root`, the root of the repository (none: the working directory).
    """
    root = root or Path.cwd()
    match shape:
        case Format.text:
            return write_text(findings, root)
        case Format.json:
            return write_json(findings, root)
        case Format.junit:
            return write_junit(findings, rules, command=command, met=met, fail_on=fail_on, root=root)
        case Format.sarif:
            return write_sarif(findings, rules, command=command, root=root)
        case Format.github:
            return write_annotations(findings, root)
