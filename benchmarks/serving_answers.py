"""What answers of several servers mean, so that they can be held against each other: rows and triples, not bytes."""

import json
from collections import Counter
from collections.abc import Hashable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyoxigraph as ox

_XSD = "http://www.w3.org/2001/XMLSchema#"
_EXACT = {f"{_XSD}{name}" for name in ("decimal", "integer")}

Meaning = Counter[Hashable]


def read_meaning(media_type: str, body: bytes) -> Meaning:
    """Return the rows of SPARQL JSON or the triples of N-Triples, each with how often it is there.

    The order of rows, the order of variables and the writing of decimals do not count; types and languages do. Raises
    ValueError for what is neither, SyntaxError for what is cut short.
    https://www.w3.org/TR/sparql11-results-json/

    >>> body = b'{"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "a"}}]}}'
    >>> list(read_meaning("application/sparql-results+json; charset=utf-8", body).values())
    [1]
    """
    match media_type.split(";")[0].strip():
        case "application/sparql-results+json":
            return Counter(_read_row(row) for row in json.loads(body)["results"]["bindings"])
        case "application/n-triples":
            # A graph is a set, whatever a server writes.
            return Counter({str(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)})
        case other:
            raise ValueError(f"{other} is neither SPARQL JSON nor N-Triples")


def _read_row(row: dict[str, dict[str, Any]]) -> Hashable:
    return frozenset((name, *_read_term(term)) for name, term in row.items())


def _read_term(term: dict[str, Any]) -> tuple[str, Hashable, str, str]:
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    datatype = term.get("datatype", f"{_XSD}string" if kind == "literal" else "")
    return kind, _read_value(term["value"], datatype), datatype, term.get("xml:lang", "").lower()


def _read_value(text: str, datatype: str) -> Hashable:
    if datatype not in _EXACT:
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def find_percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least so many percent of all are not above: the nearest rank.

    >>> find_percentile([4, 1, 3, 2], 50), find_percentile([4, 1, 3, 2], 99)
    (2, 4)
    """
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]
