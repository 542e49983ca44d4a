"""Owns how values of Python enter a query: as whole RDF terms in a VALUES clause, never pasted as text.

Refuses a value that has no exact RDF term.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral
from typing import Any

import pyoxigraph as ox
import rdflib

from provfin.errors import InputError
from provfin.syntax import read_tokens
from provfin.turtle import PREFIXES

_IRI = re.compile(r"(?:https?://|urn:)[^\s<>\"{}|\\^`]+")
_NAME = re.compile(r"[A-Za-z_]\w*")

Term = ox.NamedNode | ox.Literal


def make_term(value: Any) -> Term:
    """Return a value as an RDF term: numbers, dates, truth values and texts as literals, `https://…` as an IRI.

    A text that looks like an IRI and is none goes in as `rdflib.Literal`. Raises `InputError` for anything else.

    >>> print(make_term(2024), make_term("https://w3id.org/provfin/id/area/CN"))
    "2024"^^<http://www.w3.org/2001/XMLSchema#integer> <https://w3id.org/provfin/id/area/CN>
    """
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value
    try:
        return _convert_node(value) if isinstance(value, rdflib.term.Identifier) else _convert(value)
    except ValueError as error:
        raise InputError(
            f"{value!r} is no RDF term ({error})", where="parameter", repair="give another value"
        ) from error


def _convert_node(node: rdflib.term.Identifier) -> Term:
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.Literal) and node.language:
        return ox.Literal(str(node), language=node.language)
    if isinstance(node, rdflib.Literal):
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or rdflib.XSD.string)))
    raise ValueError("it is neither an IRI nor a literal")


def _convert(value: Any) -> Term:
    if isinstance(value, str):
        return ox.NamedNode(value) if _IRI.fullmatch(value) else ox.Literal(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("xsd:decimal has only finite numbers")
        return _literal(f"{value:f}", "decimal")
    # A datetime is a date as well, and a truth value a number.
    kinds = ((bool, "boolean"), (Integral, "integer"), (dt.datetime, "dateTime"), (dt.date, "date"))
    kind = next((name for type_, name in kinds if isinstance(value, type_)), None)
    if kind is None:
        raise ValueError(f"{type(value).__name__} has no exact one")
    return _literal(_write(value, kind), kind)


def _write(value: Any, kind: str) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    return str(int(value)) if kind == "integer" else value.isoformat()


def _literal(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


def bind_values(text: str, parameters: Mapping[str, Any]) -> str:
    """Return a query whose variables are bound: a VALUES clause at the start of its WHERE.

    Raises `InputError` for a variable the query does not have, and where there is no place for the clause.

    >>> bind_values("ASK { ?s ?p ?year }", {"year": 2024})
    'ASK { VALUES (?year) { ("2024"^^<http://www.w3.org/2001/XMLSchema#integer>) } ?s ?p ?year }'
    """
    if not parameters:
        return text
    found = {token.text[1:] for token in read_tokens(text) if token.kind == "variable"}
    for name in parameters:
        if name not in found or _NAME.fullmatch(name) is None:
            repair = f"its variables: {', '.join(sorted(found)) or 'none'}"
            raise InputError(f"no variable ?{name}", where="query", repair=repair)
    place = _find_where(text)
    return f"{text[:place]} {write_values(parameters)}{text[place:]}"


def write_values(parameters: Mapping[str, Any]) -> str:
    """Return a VALUES clause that binds each variable to one value."""
    names = " ".join(f"?{name}" for name in parameters)
    row = " ".join(str(make_term(value)) for value in parameters.values())
    return f"VALUES ({names}) {{ ({row}) }}"


def _find_where(text: str) -> int:
    """Return the place behind the brace that opens the main WHERE."""
    depth = 0
    first, is_where = None, False
    for token in read_tokens(text):
        if token.text == "{":
            if depth == 0 and (first is None or is_where):
                first = token.end
                if is_where:
                    break
            depth += 1
        elif token.text == "}":
            depth -= 1
        is_where = depth == 0 and token.text.upper() == "WHERE"
    if first is None:
        raise InputError("the query has no WHERE to bind parameters in", where="query", repair="write WHERE { … }")
    return first
