"""Owns the command line: what is typed, printed and returned. Every stage it calls is usable without it.

Exit codes: 0 done, 1 violations found, 2 bad input. Progress shows on a terminal only.
"""

import csv
import os
import sys
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from provfin import __version__
from provfin.assets import Assets, find_assets, find_releases_folder
from provfin.building import render_gaps, render_graph, render_ledger, write_files
from provfin.commands import release as release_commands
from provfin.commands.audit import audit_report
from provfin.commands.console import notes, say, working, write_file
from provfin.commands.export import export_graph
from provfin.commands.publish import publish_to_store
from provfin.commands.publishing import publish_valid
from provfin.commands.serve import make_epilog, serve_release
from provfin.commands.validate import validate_graph
from provfin.curation import Entry, describe_share, find_curation
from provfin.errors import InputError
from provfin.extraction import Extraction, extract, refuse_stale_curation
from provfin.ledger import UNREAD, make_ledger, summarise
from provfin.queries import Query, find_question
from provfin.release import open_release
from provfin.review import Doubt, append_entry, describe_fields, find_doubts
from provfin.store import BadQueryError, LocalEngine, NotAcceptableError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class TableFormat(StrEnum):
    """How the rows of an answer are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a known fault is one line on stderr and exit code 2."""
    try:
        app(arguments)
    except (InputError, BadQueryError, NotAcceptableError) as error:
        notes.print(f"provfin: {error}", markup=False)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has left (as `head` does): not an error worth a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"provfin {__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn regional financial operation reports into a checked, traceable knowledge graph.

    Exit codes: 0 done, 1 violations found, 2 bad input.
    """


@app.command("extract")
def extract_report(
    source: Annotated[Path, typer.Argument(help="The report as UTF-8 text.")],
    out: Annotated[Path, typer.Option(help="The folder to write Turtle, gaps.jsonl and ledger.jsonl to.")],
    report_id: Annotated[str | None, typer.Option(help="Its id; else the file's name.")] = None,
) -> None:
    """Read a report and write its Turtle, its gaps and the ledger of its numbers."""
    with working(f"Reading {source.name}"):
        extraction = extract(source, report_id)
        files = render_graph(extraction)
        files["gaps.jsonl"] = render_gaps(extraction.gaps, extraction.document.source)
        files["ledger.jsonl"] = render_ledger(make_ledger(extraction), extraction.document.source)
        write_files(out, files)
    _summarise(extraction)


def _summarise(extraction: Extraction) -> None:
    mentions = [mention for fact in extraction.facts for mention in fact.mentions]
    figures = sum(mention.value is not None for mention in mentions)
    say(
        f"{extraction.report.id}: {len(extraction.facts)} facts from {len(mentions)} places "
        f"({figures} figures, {len(mentions) - figures} dashes), {len(extraction.gaps)} gaps"
    )
    if extraction.share.facts:
        say(f"  {describe_share(extraction.share)}")
    for reason, number in sorted(Counter(gap.reason for gap in extraction.gaps).items()):
        say(f"  {number:5} {reason}")


@app.command()
def build(
    reports: Annotated[
        Path | None,
        typer.Option(envvar="PROVFIN_REPORTS", help="The folder of the sources, each named <id>.txt."),
    ] = None,
) -> None:
    """Read the sources anew if they are at hand, validate the graph, and publish a release."""
    assets = find_assets()
    if reports is not None:
        _rebuild_graphs(assets, reports)
    release = publish_valid(assets)
    say(f"release {release.hash[:16]}: {release.quads} quads in {release.folder}")


def _rebuild_graphs(assets: Assets, reports: Path) -> None:
    if not assets.is_checkout:
        repair = "run it in a checkout, or use provfin extract"
        raise InputError("an installed package is not rebuilt in place", where=str(assets.root), repair=repair)
    declared = sorted(assets.reports.glob("*.toml"))
    sources = [path for path in (reports / f"{item.stem}.txt" for item in declared) if path.is_file()]
    if not sources:
        repair = f"it should hold one of {', '.join(f'{item.stem}.txt' for item in declared)}"
        raise InputError("no source of a declared report", where=str(reports), repair=repair)
    for source in sources:
        with working(f"Reading {source.name}"):
            extraction = extract(source)
            refuse_stale_curation(extraction)
            write_files(assets.graphs / extraction.report.id, render_graph(extraction))
        _summarise(extraction)


app.command("validate")(validate_graph)
app.command("audit")(audit_report)
app.add_typer(release_commands.app, name="release")


@app.command()
def query(
    file: Annotated[str | None, typer.Argument(help="A SPARQL file, or - for standard input.")] = None,
    name: Annotated[str | None, typer.Option(help="A question of the collection instead.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter of the question: name=value.")] = None,
    shape: Annotated[TableFormat, typer.Option("--format", help="How rows are printed.")] = TableFormat.table,
    release: Annotated[str | None, typer.Option(help="A release by the start of its hash; else the data.")] = None,
) -> None:
    """Ask the graph a SPARQL query or one of the questions."""
    asked = _read_asked(file, name, param or [])
    engine = _load_engine(release)
    if shape is TableFormat.table:
        _print_table(*engine.select(asked))
        return
    results = {"csv": "text/csv", "json": "application/sparql-results+json"}[shape]
    graph = {"csv": None, "json": "application/ld+json"}[shape]
    sys.stdout.buffer.write(engine.answer(asked, results, graph).body)
    if shape is TableFormat.json:
        typer.echo()


def _load_engine(release: str | None) -> LocalEngine:
    if release is None:
        return LocalEngine.load_assets(find_assets())
    return LocalEngine.load_release(open_release(find_releases_folder(), release).data_path)


def _read_asked(file: str | None, name: str | None, params: Sequence[str]) -> Query:
    if (file is None) == (name is None):
        raise InputError("give a file or --name", where="provfin query", repair="one of the two")
    if name is not None:
        return find_question(name).bind(dict(_split_param(param) for param in params))
    if params:
        raise InputError("--param goes with --name", where="provfin query", repair="write the value into the query")
    if file == "-":
        return Query(_read_standard_input())
    try:
        return Query(Path(str(file)).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read ({error})", where=str(file), repair="give a SPARQL file") from error


def _read_standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 ({error.reason})", where="standard input", repair="give SPARQL as text") from error


def _split_param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"{text!r} has no value", where="--param", repair="write name=value")
    return name, value


def _print_table(names: list[str], rows: list[list[str | None]]) -> None:
    if not sys.stdout.isatty():
        # In a pipe, columns are separated by tabs and nothing is cut.
        writer = csv.writer(sys.stdout, dialect="excel-tab", lineterminator="\n")
        writer.writerow(names)
        writer.writerows([["" if value is None else value for value in row] for row in rows])
        return
    table = Table(*names)
    for row in rows:
        table.add_row(*("" if value is None else value for value in row))
    Console().print(table)


app.command("export")(export_graph)
app.command("publish")(publish_to_store)


@app.command("ledger")
def show_ledger(
    source: Annotated[Path, typer.Argument(help="The report as UTF-8 text.")],
    report_id: Annotated[str | None, typer.Option(help="Its id; else the file's name.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file for all lines, as JSON Lines.")] = None,
) -> None:
    """Account for every number of a report. Exit code 1 means that some are unread."""
    extraction = extract(source, report_id)
    lines = make_ledger(extraction)
    if out is not None:
        write_file(out, render_ledger(lines, extraction.document.source))
    for kind, reason, number in summarise(lines):
        typer.echo(f"{number:6} {kind}{f': {reason}' if reason else ''}")
    typer.echo(f"{len(lines):6} numbers")
    if any(line.kind == UNREAD for line in lines):
        raise typer.Exit(1)


@app.command()
def review(
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
    members = dict(_split_param(item) for item in typer.prompt("  breakdowns as name=code", default="").split())
    changed = {name: value for name, value in answers.items() if value and value != fields.get(name)}
    return changed | ({"members": members} if members else {})


app.command("serve", epilog=make_epilog())(serve_release)


if __name__ == "__main__":
    main()
