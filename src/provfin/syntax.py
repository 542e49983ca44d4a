"""Owns saying where a query stops being SPARQL, and why.

The engine's parser tells that a query is none, often at its very end; rdflib's tells the statement that cannot be read.
Refuses to decide whether a query is good: only what the engine has refused is looked at.
"""

import re

from pyparsing import ParseException, lineno
from pyparsing import col as column_of
from rdflib.plugins.sparql.parser import parseQuery

_PLACE = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<cause>.*)", re.DOTALL)
_CHARACTERS = re.compile(r"\[(?:[^\[\]']|'[^']*'|\n)*\]")
_DECLARED = re.compile(r"prefix\s+(?P<prefix>[\w.-]*):", re.IGNORECASE)
_NAME = re.compile(r"""<[^<>\s]*>|"[^"]*"|'[^']*'|\#[^\n]*|[?$]\w+|(?P<prefix>[A-Za-z][\w.-]*|):""")
_MOST_EXPECTED = 12
_MOST_QUOTED = 30


def describe_fault(text: str, message: str) -> str:
    """Return the line and column, counted from 1, where a refused query stops being SPARQL, and the cause.

    `message` is what the engine said.

    >>> describe_fault("SELECT * { ?s ?p ?o } LIMT 3", "error at 1:29: expected one of OFFSET, VALUES")
    "line 1, column 23: not understood from here on: 'LIMT 3'"
    >>> describe_fault("ASK { ?s ex:p ?o }", "error at 1:14: expected one of Prefix not found, [_]")
    'line 1, column 10: the prefix ex: is not declared'
    """
    told = _PLACE.search(message)
    if told is None:
        return message
    found = _find_fault(text)
    if found is not None:
        return found
    return f"line {told['line']}, column {told['column']}: {read_cause(told['cause'])}"


def _find_fault(text: str) -> str | None:
    try:
        parseQuery(text)
    except ParseException as error:
        rest = " ".join(text[error.loc :].split())[:_MOST_QUOTED]
        cause = f"not understood from here on: {rest!r}" if rest else "the query ends too early"
        return _place(text, error.loc, cause)
    except RecursionError:
        return None
    return _find_prefix(text)


def _find_prefix(text: str) -> str | None:
    """Name the first prefix that is not declared; what looks like one inside a string or an IRI is passed over."""
    declared = {match["prefix"] for match in _DECLARED.finditer(text)}
    for match in _NAME.finditer(text):
        if match["prefix"] is not None and match["prefix"] not in declared:
            return _place(text, match.start(), f"the prefix {match['prefix']}: is not declared")
    return None


def _place(text: str, offset: int, cause: str) -> str:
    return f"line {lineno(offset, text)}, column {column_of(offset, text)}: {cause}"


def read_cause(cause: str) -> str:
    """Return the words of the engine's message that tell people something.

    >>> read_cause('expected one of "{", GRAPH, [\\'0\\' ..= \\'9\\'], [_]')
    'expected one of "{", GRAPH'
    >>> read_cause("expected one of The SELECT contains a variable that is unbound, [_]")
    'The SELECT contains a variable that is unbound'
    """
    _, _, listed = cause.partition("expected one of ")
    words = [word.strip() for word in _CHARACTERS.sub("", listed).split(", ")]
    words = [word for word in words if word and word != "|"]
    sentences = [word for word in words if " " in word]
    if sentences:
        return sentences[0]
    shown = ", ".join(words[:_MOST_EXPECTED])
    return f"expected one of {shown}" if shown else cause.replace("[_]", "something else")
