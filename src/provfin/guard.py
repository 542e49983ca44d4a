"""Owns what is looked at before a query is parsed: its length, its nesting, and calls to other servers.

The engine's parser descends once per bracket and ends the whole process on a few thousand of them, and it would open
a connection for SERVICE. Both are refused here. Refuses to judge a query otherwise: syntax is the parser's affair.
"""

import re

LONGEST_QUERY = 20_000
DEEPEST_NESTING = 100

_SKIPPED = r"""
    \\.                                          # an escaped character of a name, such as \#
  | \#[^\r\n]*                                   # comment
  | \"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"
  | '''(?:[^'\\]|\\.|'(?!''))*'''
  | \"(?:[^"\\\r\n]|\\.)*\"
  | '(?:[^'\\\r\n]|\\.)*'
"""
_IRI = r"""<[^<>"{}|^`\\\x00-\x20]*>"""
_OPEN, _CLOSE = re.compile(r"[(\[]"), re.compile(r"[)\]]")
_TOKEN = re.compile(
    rf"(?:{_SKIPPED})|(?P<iri>{_IRI})|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    r"|(?<![?$:A-Za-z_-])(?P<word>service|from)(?![\w-])",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class RefusedQueryError(ValueError):
    """Says why a query is not run at all."""


def check_query(text: str) -> bool:
    """Pass a query that is safe to parse and tell whether it names its own graphs (FROM).

    Raises `RefusedQueryError` for any other.

    >>> check_query("ASK { ?s ?p '((((' }"), check_query("ASK FROM <http://example.org/g> { ?s ?from ?o }")
    (False, True)
    >>> check_query("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    provfin.guard.RefusedQueryError: SERVICE is not allowed: this endpoint asks no other server
    """
    if len(text) > LONGEST_QUERY:
        raise RefusedQueryError(f"the query has {len(text)} characters; at most {LONGEST_QUERY} are read")
    depth = 0
    names_graphs = False
    for match in _TOKEN.finditer(text):
        word = (match["word"] or "").lower()
        if word == "service":
            raise RefusedQueryError("SERVICE is not allowed: this endpoint asks no other server")
        names_graphs = names_graphs or word == "from"
        # What looks like an IRI may be a comparison, ?x<((1>2, so its brackets count as well.
        depth += len(_OPEN.findall(match[0])) - len(_CLOSE.findall(match[0])) if match["iri"] else 0
        depth += bool(match["open"]) - bool(match["close"])
        if depth > DEEPEST_NESTING:
            raise RefusedQueryError(f"the query nests brackets more than {DEEPEST_NESTING} deep")
    return names_graphs
