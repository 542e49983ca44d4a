"""Owns the command that validates: what it validates, how it says what it found, and its exit code.

Exit codes: 0 nothing found that is as bad as the threshold, 1 something was, 2 bad input. They do not change.
"""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provfin.assets import Assets, find_assets
from provfin.catalogue import list_rules
from provfin.commands.console import say, working, write_result
from provfin.findings import Finding, is_as_bad
from provfin.formats import Format, render
from provfin.validation import Folders, Outcome, gather, run
from provfin.validation.changes import find_root, keep_changed


class Threshold(StrEnum):
    """From which severity on a finding makes a command fail."""

    violation = "violation"
    warning = "warning"
    info = "info"


def validate_graph(
    paths: Annotated[list[Path] | None, typer.Argument(help="Turtle files or folders; else all data.")] = None,
    shape: Annotated[Format, typer.Option("--format", help="For people, for programs or for CI.")] = Format.text,
    out: Annotated[Path | None, typer.Option(help="A file to write to; else standard output.")] = None,
    fail_on: Annotated[Threshold, typer.Option(help="The mildest finding to fail on.")] = Threshold.violation,
    changed: Annotated[bool, typer.Option("--changed", help="Only reports whose Turtle has changed in git.")] = False,
    base: Annotated[str | None, typer.Option(help="Changed since leaving this branch; else since HEAD.")] = None,
) -> None:
    """Check a graph against shapes and checks.

    Exit codes: 0 nothing as bad as --fail-on, 1 something is, 2 bad input.
    """
    assets = find_assets()
    folders = gather(paths or None, assets)
    if changed or base is not None:
        folders = _leave_out_unchanged(folders, assets, base)
    with working("Validating"):
        outcome = run(folders, assets, workers=os.cpu_count() or 1) if folders else Outcome([], frozenset())
    report_findings(outcome, shape, assets, out=out, fail_on=fail_on)
    if any(is_as_bad(finding, fail_on) for finding in outcome.findings):
        raise typer.Exit(1)


def report_findings(
    outcome: Outcome, shape: Format, assets: Assets, *, out: Path | None = None, fail_on: str = "violation"
) -> None:
    """Write what validating found, and sum it up on stderr."""
    rules = [] if shape in {Format.text, Format.json, Format.github} else list_rules(assets)
    text = render(outcome.findings, shape, rules, met=outcome.met, fail_on=fail_on, root=find_root())
    write_result(text, out)
    say(sum_up(outcome.findings))


def sum_up(findings: Sequence[Finding]) -> str:
    """Return how many findings there are, in words."""
    violations = sum(finding.severity == "violation" for finding in findings)
    return f"{violations} violations, {len(findings) - violations} other findings"


def _leave_out_unchanged(folders: Folders, assets: Assets, base: str | None) -> Folders:
    kept = keep_changed(folders, assets, base)
    skipped = [folder.name for folder in folders if folder not in kept]
    if skipped:
        say(f"not changed, so not validated: {', '.join(skipped)}")
    if not kept:
        say("nothing has changed: nothing was validated")
    return kept
