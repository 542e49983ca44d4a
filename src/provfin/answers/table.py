"""Owns what an answer says as a table: its variables, its rows of RDF terms, and what the cells of a column are.

A column has a type when all its cells have it; any other is text, with each literal as it is written. Doubles are text
too: they are no decimals, and nothing of the graph is one.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from provfin.quantity import read_decimal
from provfin.queries import PATTERNS
from provfin.sheets import Cell, Column, Kind
from provfin.store import RESULT_FORMATS
from provfin.turtle import PREFIXES

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_XSD = PREFIXES["xsd"]
_JSON = ox.QueryResultsFormat.JSON
_INTEGER = re.compile(r"[+\-]?[0-9]+")
_INTEGERS = (
    "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True)
class Table:
    """An answer: its variables and rows; that of an ASK has one row and `is_boolean`."""

    names: Sequence[str]
    rows: Sequence[Sequence[Term | None]]
    is_boolean: bool = False

    def list_columns(self) -> list[Column]:
        """Return the columns with their cells as values of one type."""
        return [_make_column(name, [row[place] for row in self.rows]) for place, name in enumerate(self.names)]


def read_results(body: bytes) -> Table:
    """Return the table of SPARQL results in JSON: https://www.w3.org/TR/sparql11-results-json/.

    Raises `SyntaxError` for anything else.

    >>> table = read_results(b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"x"}}]}}')
    >>> table.names, table.rows
    (('n',), ((<Literal value=x datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>,),))
    """
    found = ox.parse_query_results(body, format=_JSON)
    if isinstance(found, ox.QueryBoolean):
        truth = ox.Literal(str(bool(found)).lower(), datatype=ox.NamedNode(f"{_XSD}boolean"))
        return Table(("boolean",), ((truth,),), is_boolean=True)
    return Table(tuple(variable.value for variable in found.variables), tuple(tuple(row) for row in found))


def read_graph(body: bytes) -> Table:
    """Return a graph in N-Triples as a table of its triples, sorted, each once."""
    triples = sorted({quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}, key=str)
    return Table(("subject", "predicate", "object"), tuple((t.subject, t.predicate, t.object) for t in triples))


def convert_results(body: bytes, media_type: str) -> bytes:
    """Return SPARQL results in JSON as one of the other formats of results; raises `SyntaxError` as `read_results`."""
    written = ox.parse_query_results(body, format=_JSON).serialize(format=RESULT_FORMATS[media_type])
    assert written is not None
    return written


def _make_column(name: str, terms: Sequence[Term | None]) -> Column:
    kinds = {_find_kind(term) for term in terms if term is not None}
    kind = _join_kinds(kinds)
    read = _READERS[kind]
    return Column(name, kind, [None if term is None else read(_write_text(term)) for term in terms])


def _join_kinds(kinds: set[Kind]) -> Kind:
    if kinds == {Kind.integer, Kind.decimal}:
        return Kind.decimal
    return kinds.pop() if len(kinds) == 1 else Kind.text


def _find_kind(term: Term) -> Kind:
    """Return what a term is; a literal that is not of the form of its datatype is text."""
    if isinstance(term, ox.NamedNode):
        return Kind.iri
    if not isinstance(term, ox.Literal) or not term.datatype.value.startswith(_XSD):
        return Kind.text
    kind = _KINDS.get(term.datatype.value.removeprefix(_XSD), Kind.text)
    return kind if _CHECKS[kind](term.value) else Kind.text


def _is_date(text: str) -> bool:
    try:
        return re.fullmatch(PATTERNS["date"], text) is not None and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _write_text(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(_INTEGERS, Kind.integer),
    "decimal": Kind.decimal,
    "date": Kind.date,
    "boolean": Kind.boolean,
}
_CHECKS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.integer: lambda text: _INTEGER.fullmatch(text) is not None,
    Kind.decimal: lambda text: read_decimal(text) is not None,
    Kind.date: _is_date,
    Kind.boolean: lambda text: text in _TRUTHS,
    Kind.text: lambda _: True,
}
_READERS: Mapping[Kind, Callable[[str], Cell]] = {
    Kind.text: str,
    Kind.iri: str,
    Kind.integer: int,
    Kind.decimal: read_decimal,
    Kind.date: dt.date.fromisoformat,
    Kind.boolean: lambda text: _TRUTHS[text],
}
