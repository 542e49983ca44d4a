"""Owns `provfin review`: a person looks at the doubtful figures of a report and decides."""

from pathlib import Path
from typing import Annotated, Any

import typer

from provfin.commands.console import say, split_param
from provfin.curation import Entry, find_curation
from provfin.extraction import extract, refuse_stale_curation
from provfin.review import Doubt, append_entry, describe_fields, find_doubts


def review_report(
    source: Annotated[Path, typer.Argument(help="The report as UTF-8 text.")],
    report_id: Annotated[str | None, typer.Option(help="Its id; else the file's name.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what the rules are sure of.")] = False,
    only_list: Annotated[bool, typer.Option("--list", help="Show them and ask nothing.")] = False,
) -> None:
    """Show the doubtful figures of a report's prose in reading order and write what you decide into its curation."""
    extraction = extract(source, report_id)
    if not only_list:
        refuse_stale_curation(extraction)
    doubts = find_doubts(extraction, everything=everything)
    path = find_curation(extraction.report.id)
    for number, doubt in enumerate(doubts, start=1):
        _show_doubt(doubt, f"{number}/{len(doubts)}")
        if not only_list and not _decide(doubt, path):
            break
    say(f"{len(doubts)} doubtful figures; decisions stand in {path}")


def _show_doubt(doubt: Doubt, number: str) -> None:
    typer.echo(f"\n{number}  {doubt.span.start}-{doubt.span.end}  {doubt.why}")
    typer.echo(f"  …{doubt.before}【{doubt.exact}】{doubt.behind}…")
    if doubt.mention is not None:
        claim = doubt.mention.claim
        typer.echo(f"  {claim.name}: {claim.measure}, {claim.period.code}, {claim.area.label}")
        typer.echo(f"  {describe_fields(doubt.mention)}")


def _decide(doubt: Doubt, path: Path) -> bool:
    """Ask what is right and write it down; return whether to go on."""
    answer = typer.prompt("  [k]eep, [c]orrect, [n]ot a fact, [s]kip, [q]uit", default="s").strip().lower()[:1]
    if answer == "q":
        return False
    if answer == "n":
        why = typer.prompt("  reason as a code, such as date, name or threshold")
        append_entry(path, Entry(doubt.span, doubt.exact, typer.prompt("  why"), why))
    elif answer in {"c", "k"}:
        fields = describe_fields(doubt.mention) if doubt.mention else {}
        fields = _ask_fields(fields) if answer == "c" or not fields else {}
        append_entry(path, Entry(doubt.span, doubt.exact, typer.prompt("  why"), "", fields))
    return True


def _ask_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Ask for each field, offering what the rules read; return those that are new."""
    names = ("indicator", "measure", "period", "area", "value", "unit")
    answers = {name: typer.prompt(f"  {name}", default=fields.get(name, "")) for name in names}
    members = dict(split_param(item) for item in typer.prompt("  breakdowns as name=code", default="").split())
    changed = {name: value for name, value in answers.items() if value and value != fields.get(name)}
    return changed | ({"members": members} if members else {})
