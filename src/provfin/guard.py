r"""Owns what is looked at before a query is parsed: its length, its nesting, calls to other servers, and what it names.

The engine's parser descends once per bracket and ends the whole process on a few thousand of them, and it opens a
connection for SERVICE. So the text is read here as that parser reads it, which knows no bounds of words (`trueSERVICE`
is a call) and decides by grammar whether `<` opens an IRI. Where this reader cannot be sure, it supposes the worse.
Refuses to judge a query otherwise: syntax is the parser's affair.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUERY = 20_000
DEEPEST_NESTING = 100
# Texts whose reading is remembered: whoever answers asks again what whoever keeps answers has asked.
_REMEMBERED = 256

# A string with any other escape is none to the parser, which then reads its quotes anew.
_ESCAPE = r"""\\(?:[tbnrf\\"'] | u(?!d[89a-f])[0-9a-f]{4} | U(?:0000(?!d[89a-f])|000[1-9a-f]|0010)[0-9a-f]{4})"""
_SKIPPED = rf"""
    [^\\\#"'?$:@<(\[{{)\]}}sf]+                             # what nothing below begins with
  | \#[^\r\n]*                                             # comment
  | \"\"\"(?:[^"\\] | {_ESCAPE} | \"(?!\"\"))*\"\"\"
  | '''(?:[^'\\] | {_ESCAPE} | '(?!''))*'''
  | \"(?:[^"\\\r\n] | {_ESCAPE})*\"
  | '(?:[^'\\\r\n] | {_ESCAPE})*'
  | \\.                                                    # an escaped character of a name, such as \#
  | [?$]\w+                                                # variable
  | :(?!-)(?:[\w:-] | %[0-9a-f]{{2}})*                     # local part of a name
  | @[a-z]+(?:-+[a-z0-9]+)*                                # language
"""
_TOKEN = re.compile(
    rf"""
    (?P<skipped> {_SKIPPED})
  | (?P<iri> <[a-z][a-z0-9+.-]*://[^>]*>)                  # never a comparison: no name is followed by //
  | (?P<doubt> <[^\s<>]*>                                  # an IRI, or a comparison: ?x<?y&&?y>?z
             | <[a-z][a-z0-9+.-]*://[^>]*\Z)               # neither: no query; not to be looked for again
  | (?P<open> [(\[{{]) | (?P<close> [)\]}}])
  | (?P<service> service)
  | (?P<from> from(?=[\s\#<]|named))
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_GAP = r"(?:\s|\#[^\r\n]*(?:[\r\n]|$))*"
_CALLED = re.compile(rf"{_GAP}(?:silent{_GAP})?<(?P<address>[^\s<>]*)>", re.IGNORECASE)
# A name that ends so is taken for the function, at no greater loss than an answer that is not kept.
# A comment after it is not read, which would be done again for each such name in the comment.
_VOLATILE = re.compile(r"(?:now|rand|uuid|bnode)\s*[(#]", re.IGNORECASE)
_OPEN, _CLOSE = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")
# What makes it matter whether <...> is an IRI or a comparison.
_HIDING = re.compile(r"[#'\"\\]|service", re.IGNORECASE)


class RefusedQueryError(ValueError):
    """Says why a query is not run at all."""


@dataclass(frozen=True)
class Reading:
    """What is known of a query before it is parsed.

    Whether it names its own graphs (FROM), whether its answer may change while the data does not, and which servers it
    asks, once for each call.
    """

    names_graphs: bool
    is_volatile: bool
    services: tuple[str, ...] = ()


def check_query(text: str, services: Collection[str] = ()) -> Reading:
    """Pass a query that is safe to parse and return what is known of it.

    SERVICE may ask only the addresses in `services`, each written out as it stands there. Raises `RefusedQueryError`
    for any other query.

    >>> check_query("ASK { ?s ?p '((((' }").names_graphs
    False
    >>> check_query("ASK FROM <http://example.org/g> { ?s ?from ?o }").names_graphs
    True
    >>> check_query("ASK { FILTER(RAND() < 0.5) }").is_volatile
    True
    >>> check_query("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }", ["http://example.org/"]).services
    ('http://example.org/',)
    >>> check_query("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    provfin.guard.RefusedQueryError: SERVICE is not allowed: this endpoint asks no other server
    """
    if len(text) > LONGEST_QUERY:
        raise RefusedQueryError(f"the query has {len(text)} characters; at most {LONGEST_QUERY} are read")
    return _read(text, tuple(services))


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str, allowed: tuple[str, ...]) -> Reading:
    depth = 0
    names_graphs = is_doubtful = False
    calls: list[str] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "doubt":
            depth += len(_OPEN.findall(match[0])) - len(_CLOSE.findall(match[0]))
            is_doubtful = is_doubtful or not match[0].endswith(">") or bool(_HIDING.search(match[0]))
        elif kind == "service":
            calls.append(_find_address(text, match.end(), allowed))
        elif kind == "from":
            names_graphs = names_graphs or depth == 0
        if depth > DEEPEST_NESTING:
            raise RefusedQueryError(f"the query nests brackets more than {DEEPEST_NESTING} deep")
    if is_doubtful:
        _refuse_hidden(text)
    return Reading(names_graphs, bool(calls) or bool(_VOLATILE.search(text)), tuple(calls))


def _refuse_hidden(text: str) -> None:
    """Refuse what could be hidden in a text of which a comparison may have been read as an IRI.

    After `?x<ex:y#>` the parser is in a comment and this reader is not, so that each finds other strings from there on.
    """
    if "service" in text.lower():
        raise RefusedQueryError("SERVICE may be hidden in this query: put spaces around <, and :// into IRIs")
    if len(_OPEN.findall(text)) > DEEPEST_NESTING:
        raise RefusedQueryError("the query may nest brackets too deep: put spaces around <, and :// into IRIs")


def _find_address(text: str, start: int, allowed: Sequence[str]) -> str:
    if not allowed:
        raise RefusedQueryError("SERVICE is not allowed: this endpoint asks no other server")
    match = _CALLED.match(text, start)
    if match is None or match["address"] not in allowed:
        raise RefusedQueryError(f"SERVICE may ask only {_list(allowed)}, written out like this")
    return match["address"]


def confirm_services(text: str, reading: Reading, services: Collection[str]) -> None:
    """Read the calls of a query a second time, with another parser, and pass those found to be the same.

    It takes milliseconds and depends on the query, so it belongs where a deadline holds. Raises `RefusedQueryError`
    unless that parser knows the query and finds as many calls, each to an address in `services`.
    """
    found = list(_find_calls(_parse_again(text)))
    if len(found) != len(reading.services) or not set(found) <= set(services):
        raise RefusedQueryError(f"SERVICE may ask only {_list(services)}, where two readers agree that it does")


def _parse_again(text: str) -> object:
    # Seldom needed, and large.
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        return parseQuery(text)
    except Exception as error:
        raise RefusedQueryError(f"SERVICE is allowed only in plain SPARQL 1.1: {error}") from error


def _find_calls(node: object) -> Iterator[str]:
    """Yield the address of every call in a parsed query, a name or a variable as an empty text."""
    from pyparsing import ParseResults
    from rdflib import URIRef
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name == "ServiceGraphPattern":
            term = node.get("term")
            yield str(term) if isinstance(term, URIRef) else ""
        for value in node.values():
            yield from _find_calls(value)
    elif isinstance(node, ParseResults | list | tuple):
        for item in node:
            yield from _find_calls(item)


def _list(services: Collection[str]) -> str:
    return ", ".join(f"<{address}>" for address in services)
