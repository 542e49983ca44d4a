"""Owns what came of a query as a page shows it: its rows or its triples, how long it took, or what is wrong and where.

What is wrong is told in the language of the page as far as it is known beforehand. Refuses to cut an answer unsaid: how
many rows there are stands beside those that are shown.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from provfin.answers import Column, Kind, read_graph, read_results
from provfin.queries import Query
from provfin.store import RESULTS_JSON
from provfin.web.problems import KNOWN, explain
from provfin.web.site import Site
from provfin.web.texts import load_texts
from provfin.web.views import shorten

MOST_ROWS = 1000
_N_TRIPLES = "application/n-triples"
_NANOSECONDS_PER_MILLISECOND = 1_000_000
_NUMBERS = {Kind.integer, Kind.decimal}
# How the endpoint writes where a query stops being SPARQL, and the causes it knows by name.
_PLACE = re.compile(r"line \d+, column \d+: ")
_UNDECLARED = re.compile(r"the prefix (?P<prefix>[\w.-]*): is not declared")
_UNREAD = re.compile(r"not understood from here on: (?P<rest>.*)", re.DOTALL)
_ENDED = "the query ends too early"


@dataclass(frozen=True)
class Place:
    """A cell of a table: its text, the IRI it names, its language, and whether it is in a column of numbers."""

    text: str
    iri: str = ""
    language: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Outcome:
    """An answer: its form (`rows`, `boolean`, `triples`), the first of its rows, how many it has, and milliseconds."""

    form: str
    names: Sequence[str]
    rows: Sequence[Sequence[Place]]
    count: int
    milliseconds: int

    @property
    def truth(self) -> bool:
        """What the answer to an ASK is."""
        return self.rows[0][0].text == "true"


@dataclass(frozen=True)
class Fault:
    """Why there is no answer: what is wrong, what to do, the endpoint's words, and the line with what it marks."""

    status: int
    what: str
    repair: str
    detail: str
    line: int = 0
    column: int = 0
    before: str = ""
    marked: str = ""
    after: str = ""


async def answer_query(site: Site, text: str, language: str) -> Outcome | Fault:
    """Return what comes of a query over a release, faults told in a language."""
    started = time.monotonic_ns()
    try:
        answer = await site.ask(Query(text), RESULTS_JSON, _N_TRIPLES)
    except KNOWN as error:
        return _tell_fault(explain(error, text).told, text, language)
    milliseconds = (time.monotonic_ns() - started) // _NANOSECONDS_PER_MILLISECOND
    return await asyncio.to_thread(_read_outcome, answer.body, answer.media_type == RESULTS_JSON, milliseconds)


def _read_outcome(body: bytes, is_results: bool, milliseconds: int) -> Outcome:
    table = read_results(body) if is_results else read_graph(body)
    form = "triples" if not is_results else "boolean" if table.is_boolean else "rows"
    columns = [_show_column(column) for column in table.list_columns()]
    terms = table.rows[:MOST_ROWS]
    rows = [[_show(term, is_number=is_number) for term, is_number in zip(row, columns, strict=True)] for row in terms]
    return Outcome(form, table.names, rows, len(table.rows), milliseconds)


def _show_column(column: Column) -> bool:
    return column.kind in _NUMBERS


def _show(term: Any, *, is_number: bool) -> Place:
    if term is None:
        return Place("")
    if isinstance(term, ox.NamedNode):
        return Place(shorten(term.value), iri=term.value)
    if isinstance(term, ox.Literal):
        return Place(term.value, language=term.language or "", is_number=is_number)
    return Place(str(term))


def _tell_fault(problem: Mapping[str, Any], text: str, language: str) -> Fault:
    gettext = load_texts(language).gettext
    detail, limit = str(problem["detail"]), problem.get("limit", "")
    what = {
        "time": gettext("The query took longer than it may."),
        "memory": gettext("The query needed more memory than it may have."),
        "size": gettext("The answer is larger than it may be."),
        "load": gettext("The server has too much to do."),
    }.get(limit, gettext("The query could not be answered."))
    repair = {
        "time": gettext("Ask for less: name an indicator, a period or an area, or add a LIMIT."),
        "memory": gettext("Ask for less: name an indicator, a period or an area, or add a LIMIT."),
        "size": gettext("Ask for it in pages with LIMIT and OFFSET, or download the whole release."),
        "load": gettext("Ask again in some seconds."),
    }.get(limit, "")
    fault = Fault(int(problem["status"]), what, repair, detail)
    return _mark(fault, problem, text, language) if "line" in problem else fault


def _mark(fault: Fault, problem: Mapping[str, Any], text: str, language: str) -> Fault:
    line, column = int(problem["line"]), int(problem["column"])
    lines = text.split("\n")
    there = lines[line - 1].removesuffix("\r") if line <= len(lines) else ""
    found = re.match(r"[\w:?$.-]+|.", there[column - 1 :], re.DOTALL)
    end = column - 1 + (found.end() if found else 0)
    return Fault(
        fault.status,
        _name_cause(fault.detail, language),
        "",
        fault.detail,
        line,
        column,
        there[: column - 1],
        there[column - 1 : end],
        there[end:],
    )


def _name_cause(detail: str, language: str) -> str:
    gettext = load_texts(language).gettext
    cause = _PLACE.sub("", detail, count=1)
    undeclared = _UNDECLARED.fullmatch(cause)
    if undeclared is not None:
        return gettext("The prefix %s: is not declared.") % undeclared["prefix"]
    if _UNREAD.fullmatch(cause) is not None:
        return gettext("This is no SPARQL from the marked place on.")
    if cause == _ENDED:
        return gettext("The query ends too early: something is still open.")
    return gettext("This is no SPARQL at the marked place.")
