"""Owns the commands about releases: which there are, what one holds, and what two of them differ in.

Exit codes: 0 done, also when there are differences; with `--exit-code` 1 when there are, as `git diff` has it; 2 bad
input. They do not change.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provfin.assets import find_releases_folder
from provfin.commands.console import working, write_result
from provfin.differences import compare_releases, find_source
from provfin.release import NEWEST, Release, find_newest, list_releases, open_release, shorten_hash

app = typer.Typer(no_args_is_help=True, help="List releases, show what one holds, tell two of them apart.")

_WHICH = "The start of a hash (4 characters or more) or `newest`"


class DiffFormat(StrEnum):
    """How differences are written."""

    text = "text"
    json = "json"
    rdf = "rdf"


class Language(StrEnum):
    """The language of text for people."""

    en = "en"
    zh = "zh"


@app.command("list")
def list_all() -> None:
    """List the releases, the one made last first: hash, quads, reports, and which is the newest published."""
    folder = find_releases_folder()
    newest = find_newest(folder)
    for release in list_releases(folder):
        mark = NEWEST if release.folder.name == newest else ""
        cells = (shorten_hash(release.hash), str(release.quads), " ".join(release.reports), mark)
        typer.echo("\t".join(cells).rstrip("\t"))


@app.command("show")
def show_release(name: Annotated[str, typer.Argument(metavar="RELEASE", help=f"{_WHICH}.")] = NEWEST) -> None:
    """Show a release: its hash, its folder, its reports and how many quads each graph has."""
    release = open_release(find_releases_folder(), name)
    for key, value in _describe(release):
        typer.echo(f"{key}\t{value}")


def _describe(release: Release) -> list[tuple[str, object]]:
    graphs: list[tuple[str, object]] = [(f"<{name}>", quads) for name, quads in sorted(release.graphs.items())]
    about = [("hash", release.hash), ("folder", release.folder), ("reports", " ".join(release.reports))]
    return [*about, ("quads", release.quads), *graphs]


@app.command("diff")
def tell_apart(
    old: Annotated[str, typer.Argument(help=f"{_WHICH}; or a release's folder, .nq file or folder of Turtle.")],
    new: Annotated[str, typer.Argument(help="Likewise.")] = NEWEST,
    shape: Annotated[DiffFormat, typer.Option("--format", help="For people, programs or graphs.")] = DiffFormat.text,
    out: Annotated[Path | None, typer.Option(help="A file to write to; else standard output.")] = None,
    language: Annotated[Language, typer.Option(help="The language of the text.")] = Language.en,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when there are differences.")] = False,
) -> None:
    """Tell which figures one release revises, adds and withdraws against another, and what else changed.

    Exit codes: 0 done, 1 there are differences and --exit-code was given, 2 bad input.
    """
    folder = find_releases_folder()
    with working("Comparing"):
        found = compare_releases(find_source(old, folder), find_source(new, folder))
    if shape is DiffFormat.text:
        text = found.to_text(language)
    else:
        text = found.to_json() if shape is DiffFormat.json else found.to_turtle()
    write_result(text, out)
    if exit_code and not found.is_empty:
        raise typer.Exit(1)
