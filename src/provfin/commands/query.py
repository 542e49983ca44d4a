"""Owns `provfin query`: where a query comes from, which graph is asked, and how rows are printed."""

import asyncio
import csv
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from provfin.assets import find_assets, find_releases_folder
from provfin.commands.console import split_param
from provfin.errors import InputError
from provfin.queries import Query, find_question
from provfin.release import NEWEST, open_release
from provfin.settings import Settings, read_settings
from provfin.store import RESULTS_JSON, Answer, BadQueryError, LocalEngine, NotAcceptableError


class TableFormat(StrEnum):
    """How the rows of an answer are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def ask_graph(
    file: Annotated[str | None, typer.Argument(help="A SPARQL file, or - for standard input.")] = None,
    name: Annotated[str | None, typer.Option(help="A question of the collection instead.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter of the question: name=value.")] = None,
    shape: Annotated[TableFormat, typer.Option("--format", help="How rows are printed.")] = TableFormat.table,
    release: Annotated[str | None, typer.Option(help="A release by the start of its hash; else the data.")] = None,
) -> None:
    """Ask the graph a SPARQL query or one of the questions.

    With PROVFIN_STORE set, the store elsewhere is asked, into which the release has been published.
    """
    asked = _read_asked(file, name, param or [])
    if shape is TableFormat.table:
        _print_table(_ask_rows(asked, release))
        return
    results = {"csv": "text/csv", "json": RESULTS_JSON}[shape]
    graph = {"csv": None, "json": "application/ld+json"}[shape]
    sys.stdout.buffer.write(_ask(asked, results, graph, release).body)
    if shape is TableFormat.json:
        typer.echo()


def _ask(query: Query, results: str | None, graph: str | None, release: str | None) -> Answer:
    settings = read_settings()
    if settings.store is not None:
        return asyncio.run(_ask_store(settings, query, (results, graph), release))
    if release is None:
        return LocalEngine.load_assets(find_assets()).answer(query, results, graph)
    data_path = open_release(find_releases_folder(), release).data_path
    return LocalEngine.load_release(data_path).answer(query, results, graph)


async def _ask_store(
    settings: Settings, query: Query, formats: tuple[str | None, str | None], release: str | None
) -> Answer:
    from provfin.remote import RemoteStore

    store = RemoteStore(settings, open_release(find_releases_folder(), release or NEWEST))
    await store.start()
    try:
        return await store.answer(query, *formats)
    finally:
        await store.stop()


def _ask_rows(query: Query, release: str | None) -> list[list[str]]:
    """Return the names of the columns, then the rows, as text; raises `BadQueryError` where there are none."""
    # What writes spreadsheets comes with it: other commands need not wait for that.
    from provfin.answers import read_results

    try:
        table = read_results(_ask(query, RESULTS_JSON, None, release).body)
    except NotAcceptableError as error:
        raise BadQueryError("only rows make a table; use --format json for a graph") from error
    rows = [["" if term is None else getattr(term, "value", str(term)) for term in row] for row in table.rows]
    return [list(table.names), *rows]


def _read_asked(file: str | None, name: str | None, params: Sequence[str]) -> Query:
    if (file is None) == (name is None):
        raise InputError("give a file or --name", where="provfin query", repair="one of the two")
    if name is not None:
        return find_question(name).bind(dict(split_param(param) for param in params))
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


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    if not sys.stdout.isatty():
        # In a pipe, columns are separated by tabs and nothing is cut.
        csv.writer(sys.stdout, dialect="excel-tab", lineterminator="\n").writerows(rows)
        return
    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*row)
    Console().print(table)
