"""Owns answers as Turtle: a SELECT or ASK in the W3C's vocabulary of result sets, with the citation on it.

http://www.w3.org/2001/sw/DataAccess/tests/result-set# Nodes of an answer have no names: they are of that answer alone.
"""

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from provfin.answers.table import Table, Term
from provfin.citations import LICENSE, PROJECT, Citation
from provfin.turtle import PREFIXES, TYPE

RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

_ANSWER = ox.BlankNode("answer")
_INTEGER = ox.NamedNode(PREFIXES["xsd"] + "integer")


def write_result_set(table: Table, citation: Citation) -> bytes:
    """Return a table as Turtle: the result set with its citation, then its solutions in order, numbered from 1."""
    triples = [*_describe(table, citation), *_list_solutions(table)]
    prefixes = {**PREFIXES, "rs": RESULT_SET}
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes)
    assert written is not None
    return written


def _describe(table: Table, citation: Citation) -> Iterator[ox.Triple]:
    dcterms, prov = PREFIXES["dcterms"], PREFIXES["prov"]
    told: Sequence[tuple[str, ox.NamedNode | ox.Literal]] = (
        (TYPE, _name("ResultSet")),
        (TYPE, ox.NamedNode(f"{prov}Entity")),
        *((f"{dcterms}title", ox.Literal(title, language=key)) for key, title in citation.titles.items()),
        (f"{dcterms}creator", ox.Literal(PROJECT)),
        (f"{dcterms}bibliographicCitation", ox.Literal(citation.to_gbt7714(), language="zh")),
        (f"{dcterms}identifier", ox.Literal(f"sha256:{citation.answer_hash}")),
        (f"{dcterms}isFormatOf", ox.NamedNode(citation.url)),
        (f"{dcterms}license", ox.NamedNode(LICENSE)),
        (f"{prov}wasDerivedFrom", ox.NamedNode(citation.release_url)),
    )
    for predicate, value in told:
        yield ox.Triple(_ANSWER, ox.NamedNode(predicate), value)
    if table.is_boolean:
        yield ox.Triple(_ANSWER, _name("boolean"), _check(table.rows[0][0]))
        return
    for name in table.names:
        yield ox.Triple(_ANSWER, _name("resultVariable"), ox.Literal(name))
    yield ox.Triple(_ANSWER, _name("size"), ox.Literal(str(len(table.rows)), datatype=_INTEGER))


def _list_solutions(table: Table) -> Iterator[ox.Triple]:
    if table.is_boolean:
        return
    solutions = [ox.BlankNode(f"s{number}") for number in range(1, len(table.rows) + 1)]
    for solution in solutions:
        yield ox.Triple(_ANSWER, _name("solution"), solution)
    for number, (solution, row) in enumerate(zip(solutions, table.rows, strict=True), 1):
        yield ox.Triple(solution, _name("index"), ox.Literal(str(number), datatype=_INTEGER))
        bound = [(name, term) for name, term in zip(table.names, row, strict=True) if term is not None]
        bindings = [ox.BlankNode(f"{solution.value}b{place}") for place in range(1, len(bound) + 1)]
        for binding in bindings:
            yield ox.Triple(solution, _name("binding"), binding)
        for binding, (name, term) in zip(bindings, bound, strict=True):
            yield ox.Triple(binding, _name("variable"), ox.Literal(name))
            yield ox.Triple(binding, _name("value"), _check(term))


def _check(term: Term | None) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    assert term is not None
    assert not isinstance(term, ox.Triple)
    return term


def _name(local: str) -> ox.NamedNode:
    return ox.NamedNode(RESULT_SET + local)
