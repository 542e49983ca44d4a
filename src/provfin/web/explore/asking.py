"""Owns asking what a page shows: a query of `queries/pages`, its rows, and the names of what they speak of.

A page can tell which query made it, so each is a file that stands on its own. Refuses rows whose cells have lost what
they are: an IRI, a number, a text in a language.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.queries import Query, Question, load_questions
from provfin.turtle import BASE
from provfin.web.lookup import NAMING, Texts, find_names
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.site import Site


@dataclass(frozen=True)
class Cell:
    """A term of an answer: its text, whether it is an IRI, its language, the IRI of its datatype."""

    text: str
    is_iri: bool = False
    language: str = ""
    datatype: str = ""

    @property
    def number(self) -> Decimal:
        """The number it is, exactly; raises decimal.InvalidOperation where it is none."""
        return Decimal(self.text)


Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Asked:
    """A page's query as it was asked, and its rows; a cell that is unbound is not in its row."""

    question: Question
    query: Query
    rows: Sequence[Row]


@lru_cache(maxsize=1)
def load_page_queries() -> Mapping[str, Question]:
    """Return the queries of pages by name; each has the header of a question: `queries/pages/*.rq`."""
    return load_questions(find_assets().pages)


async def ask_page(site: Site, name: str, *given: Mapping[str, str]) -> Asked:
    """Ask a page's query, for several sets of parameters at once where several are given; raises what `ask` does.

    Parameters that are left out have the defaults of the file.
    """
    question = load_page_queries()[name]
    query = question.bind_each(given or ({},))
    return Asked(question, query, await ask_rows(site, query))


async def ask_rows(site: Site, query: Query) -> Sequence[Row]:
    """Return the rows of the answer to a SELECT."""
    answer = await site.ask(query, RESULTS_JSON)
    return [
        {name: _read_cell(cell) for name, cell in row.items()} for row in json.loads(answer.body)["results"]["bindings"]
    ]


def _read_cell(told: Mapping[str, str]) -> Cell:
    return Cell(told["value"], told["type"] == "uri", told.get("xml:lang", ""), told.get("datatype", ""))


def read_value(row: Row) -> Decimal:
    """Return the figure in the columns `value` and `decimals` with the decimals it is printed with."""
    return restore_decimals(row["value"].number, int(row["decimals"].text))


def restore_decimals(value: Decimal, decimals: int) -> Decimal:
    """Return a value with so many decimals at least: stores drop those that are zero.

    >>> str(restore_decimals(Decimal("4"), 1)), str(restore_decimals(Decimal("0.25"), 1))
    ('4.0', '0.25')
    """
    missing = decimals + int(value.as_tuple().exponent)
    return value.quantize(Decimal(1).scaleb(-decimals)) if missing > 0 else value


async def find_texts(site: Site, iris: Iterable[str]) -> dict[str, Texts]:
    """Return the best name of each IRI in each language it has one in; what has no name is left out."""
    triples = await find_names(site, iris)
    found: dict[str, dict[str, str]] = {}
    for triple in sorted(triples, key=lambda triple: (NAMING.index(triple.predicate.value), str(triple.object))):
        if isinstance(triple.object, ox.Literal):
            names = found.setdefault(read_iri(triple.subject), {})
            names.setdefault(triple.object.language or "", triple.object.value)
    return dict(found)


def read_iri(term: Any) -> str:
    """Return the IRI of a node."""
    return str(term.value)


def name_resource(path: str) -> str:
    """Return the IRI of a resource by its path below `id/`, as `indicator/loans`."""
    return BASE + path


def find_path(iri: str) -> str:
    """Return the path below `id/` of a resource's IRI, as `indicator/loans`; the IRI where it is another's."""
    return iri.removeprefix(BASE)


def name_term(local: str) -> str:
    """Return the IRI of a term of the ontology by its local name."""
    return NAMESPACES["pf"] + local
