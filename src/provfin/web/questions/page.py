"""Owns the pages of the questions: the list by topic, and an answer with its form, downloads, citation and query."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from fastapi import Request

from provfin.answers import Cell, Column, Kind, Table
from provfin.citations import Source
from provfin.queries import Parameter, Question
from provfin.web import pages
from provfin.web.language import find_language
from provfin.web.questions.asking import Asked
from provfin.web.questions.forms import cite_answer, list_downloads, read_table
from provfin.web.questions.published import Published
from provfin.web.site import Site
from provfin.web.texts import load_texts
from provfin.web.views import shorten

# A page is for reading; the whole answer is in every other form.
MOST_ROWS = 1000
_NUMBERS = {Kind.integer, Kind.decimal}
_INPUTS = {"date": "date", "integer": "number"}
_CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Field:
    """A field of the form: a parameter, the value it was asked with, and the kind of input it takes."""

    parameter: Parameter
    value: str
    input: str


@dataclass(frozen=True)
class Place:
    """A cell as it is shown: its text, its IRI if it is a resource, whether it is a figure, its language if known."""

    text: str
    iri: str | None
    is_number: bool
    language: str = ""


def render_list(site: Site, request: Request, published: Published) -> bytes:
    """Return the page that lists the questions by topic."""
    other = load_texts(find_language(request.scope)).gettext("Other questions")
    groups = list(_group(published.questions, published.topics, other))
    return pages.render(site, request, "questions.html", groups=groups, number=len(published.questions))


def render_answer(site: Site, request: Request, asked: Asked, body: bytes, sources: Sequence[Source]) -> bytes:
    """Return the page of an answer, as `fetch_answer` returns it; it says so when it shows only the first rows.

    `sources` are all reports of the release.
    """
    table = read_table(asked, body)
    shown = Table(table.names, table.rows[:MOST_ROWS], table.is_boolean)
    accessed = {"accessed": asked.accessed.isoformat()} if asked.accessed else {}
    return pages.render(
        site,
        request,
        "question.html",
        question=asked.question,
        fields=list(_list_fields(asked)),
        accessed=accessed.get("accessed", ""),
        names=table.names,
        rows=list(zip(*map(_show_column, shown.list_columns()), strict=True)),
        count=len(table.rows),
        most=MOST_ROWS,
        # What follows is `format=…`.
        query=urlencode({**asked.parameters, **accessed, "format": ""}, safe=":/"),
        formats=list_downloads(asked),
        citation=cite_answer(site.release.hash, site.find_base(request), asked, body, sources),
        asked_query=asked.query,
    )


def _group(
    questions: Mapping[str, Question], topics: Mapping[str, Mapping[str, str]], other: str
) -> Iterator[tuple[str, Mapping[str, str], Sequence[Question]]]:
    """Yield each topic that has questions, its labels, and its questions; those without a topic come last."""
    for topic, labels in {**topics, "": {"": other}}.items():
        found = [question for question in questions.values() if question.topic == topic]
        if found:
            yield topic, labels, found


def _list_fields(asked: Asked) -> Iterator[Field]:
    for parameter in asked.question.parameters:
        yield Field(parameter, asked.parameters[parameter.name], _INPUTS.get(parameter.type, "text"))


def _show_column(column: Column) -> list[Place]:
    return [_show(cell, column.kind) for cell in column.cells]


def _show(cell: Cell, kind: Kind) -> Place:
    if cell is None:
        return Place("", None, False)
    if kind is Kind.iri:
        return Place(shorten(str(cell)), str(cell), False)
    if isinstance(cell, bool):
        return Place(str(cell).lower(), None, False)
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    # Tables know no languages; of those the graph speaks one shows in its script.
    return Place(text, None, kind in _NUMBERS, "zh" if _CHINESE.search(text) else "")
