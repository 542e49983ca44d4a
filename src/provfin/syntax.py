"""Owns the tokens of SPARQL, and where a query stops being SPARQL, and why.

The engine's parser tells that a query is none, often at its very end; rdflib's tells the statement that cannot be read.
Refuses to decide whether a query is good: only what the engine has refused is looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyparsing import ParseException, lineno
from pyparsing import col as column_of
from rdflib.plugins.sparql.parser import parseQuery

_PLACE = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<cause>.*)", re.DOTALL)
_CHARACTERS = re.compile(r"\[(?:[^\[\]']|'[^']*'|\n)*\]")
_DECLARED = re.compile(r"prefix\s+(?P<prefix>[\w.-]*):", re.IGNORECASE)
_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\r\n]*)
  | (?P<string> \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | \"(?:[^"\\\r\n]|\\.)*\" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<variable> [?$]\w+)
  | (?P<blank> _:\w+)
  | (?P<name> (?:[^\W\d_](?:[\w.-]*[\w-])?)?:
              (?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[^\s\w])*(?:[\w:-]|%[0-9A-Fa-f]{2}|\\[^\s\w]))?)
  | (?P<word> [^\W\d_]\w*)
  | (?P<open> [(\[{]) | (?P<close> [)\]}])
    """,
    re.VERBOSE | re.DOTALL,
)
# https://www.w3.org/TR/sparql11-query/#codepointEscape
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")
_LAST_ASCII = 127
_MOST_EXPECTED = 12
_MOST_QUOTED = 30


@dataclass(frozen=True)
class Token:
    """A piece of a query: what it is, its text, and where it starts and ends.

    Its kind is `string`, `iri` (in brackets), `variable`, `blank`, `name` (with a prefix), `word`, `open` or `close`.
    """

    kind: str
    text: str
    start: int
    end: int


def read_tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Yield the tokens of a query from a place on; comments, numbers and operators are passed over.

    https://www.w3.org/TR/sparql11-query/#sparqlGrammar

    >>> [token.text for token in read_tokens("ASK { ?s a:b <c>, 'd # e' } # f")]
    ['ASK', '{', '?s', 'a:b', '<c>', "'d # e'", '}']
    """
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield Token(kind, match[0], match.start(), match.end())


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
    level = _level(text)
    if level is None:
        return None
    try:
        parseQuery(level)
    except ParseException as error:
        rest = " ".join(text[error.loc :].split())[:_MOST_QUOTED]
        cause = f"not understood from here on: {rest!r}" if rest else "the query ends too early"
        return _place(text, error.loc, cause)
    except RecursionError:
        return None
    return _find_prefix(text)


def _level(text: str) -> str | None:
    """Return a query of the same length and structure in which the parser puts nothing shorter or longer in a place.

    It puts spaces for a tab, and for an escape what it stands for; None where that may be structure.
    """
    if any(int(match[0][2:], 16) <= _LAST_ASCII for match in _ESCAPE.finditer(text)):
        return None
    return _ESCAPE.sub(lambda match: "a" * len(match[0]), text.replace("\t", " "))


def _find_prefix(text: str) -> str | None:
    """Name the first prefix that is not declared; what looks like one inside a string or an IRI is passed over."""
    declared = {match["prefix"] for match in _DECLARED.finditer(text)}
    for token in read_tokens(text):
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            return _place(text, token.start, f"the prefix {prefix}: is not declared")
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
