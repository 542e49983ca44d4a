"""Owns the command that audits: what it audits, how it says what it found, and its exit code.

Exit codes: 0 nothing found that is as bad as the threshold, 1 something was, 2 bad input. They do not change.
"""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from provfin.assets import Assets, find_assets
from provfin.audit import Audit, audit_extraction, audit_figures
from provfin.audit.figures import PrintedPlace
from provfin.audit.records import Locate, make_findings, make_record
from provfin.audit.stored import StoredReport
from provfin.catalogue import list_audit_rules
from provfin.commands.console import say, working, write_result
from provfin.commands.validate import Threshold
from provfin.errors import InputError
from provfin.extraction import extract, read_source
from provfin.findings import Finding, Lines, Place, is_as_bad
from provfin.formats import Format, render
from provfin.turtle import BASE
from provfin.validation.changes import find_root
from provfin.validation.places import TurtleFile


def audit_report(
    sources: Annotated[list[Path] | None, typer.Argument(help="Reports as UTF-8 text.")] = None,
    report: Annotated[str | None, typer.Option("--report", help="The id of a report in the graph instead.")] = None,
    report_id: Annotated[str | None, typer.Option(help="The id of the one text; else its file's name.")] = None,
    shape: Annotated[Format, typer.Option("--format", help="For people, for programs or for CI.")] = Format.text,
    out: Annotated[Path | None, typer.Option(help="A file to write to; else standard output.")] = None,
    fail_on: Annotated[Threshold, typer.Option(help="The mildest finding to fail on.")] = Threshold.violation,
) -> None:
    """Check whether the figures of a report can all be true together, for each of the reports given.

    Exit codes: 0 nothing as bad as --fail-on, 1 something is, 2 bad input.
    """
    if bool(sources) == (report is not None):
        raise InputError("give texts or --report", where="provfin audit", repair="one of the two")
    if report_id is not None and len(sources or ()) != 1:
        raise InputError("--report-id is the id of one text", where="provfin audit", repair="give one text, or no id")
    assets = find_assets()
    with working("Auditing"):
        audits = [_audit_text(path, report_id) for path in sources or ()] or [_audit_graph(str(report), assets)]
    findings = [finding for audit, locate in audits for finding in make_findings(audit, locate)]
    if shape is Format.json:
        records = [make_record(audit, locate) for audit, locate in audits]
        told = records[0] if len(records) == 1 else records
        write_result(json.dumps(told, ensure_ascii=False, indent=2) + "\n", out)
    else:
        write_result(_render([audit for audit, _ in audits], findings, shape, assets, fail_on), out)
    for audit, _ in audits:
        say(_sum_up(audit))
    if any(is_as_bad(finding, fail_on) for finding in findings):
        raise typer.Exit(1)


def _render(audits: list[Audit], findings: list[Finding], shape: Format, assets: Assets, fail_on: str) -> str:
    rules = list_audit_rules(assets)
    met = frozenset(rule.code for rule in rules if any(audit.checks_by_code[rule.code] for audit in audits))
    return render(findings, shape, rules, command="audit", met=met, fail_on=fail_on, root=find_root())


def _audit_text(source: Path, report_id: str | None) -> tuple[Audit, Locate]:
    extraction = extract(source, report_id)
    audit = audit_extraction(extraction)
    if not audit.figures:
        repair = "give a report as text, its table cells parted by tabs or |"
        raise InputError("no figure can be read in it", where=str(source), repair=repair)
    return audit, _locate_in(source, extraction.document.source)


def _audit_graph(report: str, assets: Assets) -> tuple[Audit, Locate]:
    """Audit a report in the graph; where its text is not in `$PROVFIN_REPORTS`, places are those in its Turtle."""
    folder = assets.graphs / report
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in assets.graphs.iterdir() if path.is_dir()))
        raise InputError("no such report in the graph", where=report, repair=f"one of: {known}")
    stored = StoredReport(folder)
    told = list(stored.read_told())
    audit = audit_figures(stored.id, stored.read_figures(), told, {"list-length": len(told)})
    source = Path(os.environ.get("PROVFIN_REPORTS", "")) / f"{report}.txt"
    return audit, _locate_in(source, read_source(source)) if source.is_file() else _locate_in_turtle(folder, stored.id)


def _locate_in(path: Path, text: str) -> Locate:
    lines = Lines(text)

    def locate(place: PrintedPlace) -> Place:
        return replace(lines.make_place(str(path), place.start, place.end), text=place.exact)

    return locate


def _locate_in_turtle(folder: Path, report_id: str) -> Locate:
    """Find a place of the text by the node that tells of it: a mention, else the finding itself."""
    files = [TurtleFile(folder / name) for name in ("mentions.ttl", "audit.ttl") if (folder / name).is_file()]

    def locate(place: PrintedPlace) -> Place:
        at = f"{place.start}-{place.end}"
        nodes = f"{BASE}mention/{report_id}/{at}", f"{BASE}audit-finding/{report_id}/list-length/{at}"
        for file in files:
            for node in nodes:
                if node in file.blocks:
                    line, column = file.lines.locate(file.blocks[node])
                    return Place(str(file.path), None, None, line, column, line, column, place.exact)
        return Place(str(folder), text=place.exact)

    return locate


def _sum_up(audit: Audit) -> str:
    checks = sum(audit.checked.values())
    return (
        f"{audit.report_id}: {len(audit.findings)} findings; {checks} checks over {audit.covered} of "
        f"{audit.figures} figures"
    )
