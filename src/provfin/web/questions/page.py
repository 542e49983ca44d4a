"""Owns the pages of the questions: the list by topic, and an answer with its form, downloads, citation and query."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from fastapi import Request

from provfin.answers import Cell, Column, Kind, Table
from provfin.citations import Source
from provfin.queries import Parameter, Question
from provfin.web import pages
from provfin.web.questions.asking import Asked
from provfin.web.questions.forms import cite_answer, list_downloads, read_table
from provfin.web.questions.published import Published
from provfin.web.site import Site

# A page is for reading; the whole answer is in every other form.
MOST_ROWS = 1000
_NUMBERS = {Kind.integer, Kind.decimal}
_INPUTS = {"date": "date", "integer": "number"}


@dataclass(frozen=True)
class Field:
    """A field of the form: a parameter, the value it was asked with, and the kind of input it takes."""

    parameter: Parameter
    value: str
    input: str


@dataclass(frozen=True)
class Place:
    """A cell as it is shown: its text, the address it leads to if it is a resource, and whether it is a figure."""

    text: str
    iri: str | None
    is_number: bool


def render_list(site: Site, request: Request, published: Published) -> bytes:
    """Return the page that lists the questions by topic."""
    groups = list(_group(published.questions, published.topics))
    return pages.render(site, request, "questions.html", groups=groups)


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
        sparql=asked.query.text,
    )


def _group(
    questions: Mapping[str, Question], topics: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Mapping[str, str], Sequence[Question]]]:
    """Yield each topic that has questions, its labels, and its questions; those without a topic come last."""
    for topic, labels in {**topics, "": {"en": "Other", "zh": "其他"}}.items():
        found = [question for question in questions.values() if question.topic == topic]
        if found:
            yield topic, labels, found


def _list_fields(asked: Asked) -> Iterator[Field]:
    for parameter in asked.question.parameters:
        yield Field(parameter, asked.parameters[parameter.name], _INPUTS.get(parameter.type, "text"))


def _show_column(column: Column) -> list[Place]:
    is_number = column.kind in _NUMBERS
    return [
        Place(_show(cell), str(cell) if column.kind is Kind.iri and cell is not None else None, is_number)
        for cell in column.cells
    ]


def _show(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
