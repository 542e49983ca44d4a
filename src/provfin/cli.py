"""Owns the command line: what is typed, printed and returned. Every stage it calls is usable without it.

Exit codes: 0 done, 1 violations found, 2 bad input. Progress shows on a terminal only.
"""

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from provfin import __version__
from provfin.accounts import render_account
from provfin.assets import Assets, find_assets
from provfin.building import render_gaps, render_graph, render_ledger, write_files
from provfin.commands import release as release_commands
from provfin.commands.audit import audit_report
from provfin.commands.console import notes, say, working, write_file
from provfin.commands.export import export_graph
from provfin.commands.publish import publish_to_store
from provfin.commands.publishing import publish_valid
from provfin.commands.query import ask_graph
from provfin.commands.review import review_report
from provfin.commands.serve import make_epilog, serve_release
from provfin.commands.validate import validate_graph
from provfin.curation import describe_share
from provfin.errors import InputError
from provfin.extraction import Extraction, extract, refuse_stale_curation
from provfin.ledger import UNREAD, make_ledger, summarise
from provfin.release import shorten_hash
from provfin.store import BadQueryError, ExceededError, NotAcceptableError, StoreError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a known fault is one line on stderr and exit code 2."""
    try:
        app(arguments)
    except (InputError, BadQueryError, NotAcceptableError, StoreError, ExceededError) as error:
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
    say(f"release {shorten_hash(release.hash)}: {release.quads} quads in {release.folder}")


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
            write_files(assets.ledgers / extraction.report.id, render_account(extraction))
        _summarise(extraction)


app.command("validate")(validate_graph)
app.command("audit")(audit_report)
app.add_typer(release_commands.app, name="release")


app.command("query")(ask_graph)
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


app.command("review")(review_report)
app.command("serve", epilog=make_epilog())(serve_release)


if __name__ == "__main__":
    main()
