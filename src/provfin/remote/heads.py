"""Owns what must be known of a query before it goes to a store elsewhere: its form, and the graphs it names.

The form decides which format can be asked for, and graphs go into the parameters of the request, since stores differ in
how they join the two. Refuses what only some store takes for SPARQL and may reach beyond the data: pragmas before the
query, options, and functions of the database behind it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from provfin.store import BadQueryError
from provfin.syntax import Token, read_tokens

_GAP = r"(?:\s|\#[^\r\n]*(?:[\r\n]|$))*"
_IRI = r"""<(?P<iri>[^<>"{}|^`\\\x00-\x20]*)>"""
_PROLOGUE = re.compile(rf"{_GAP}(?:BASE{_GAP}|PREFIX{_GAP}(?P<declared>[\w.-]*):{_GAP}){_IRI}", re.IGNORECASE)
_FORM = re.compile(rf"{_GAP}(?P<form>SELECT|ASK|CONSTRUCT|DESCRIBE)", re.IGNORECASE)
# Some stores read FROM NAMED without the space as well.
_FROM = {"FROM": False, "FROMNAMED": True}
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})", re.IGNORECASE)
# Virtuoso's: functions of its SQL, such as bif:http_get, and OPTION (get:soft ...), which fetches.
_BEYOND = re.compile(r"(?<![\w/:#])(?:bif|sql)\s*:|\boption\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """The form of a query in capitals, its text without the graphs it names, and these."""

    form: str
    text: str
    default_graphs: list[str] = field(default_factory=list)
    named_graphs: list[str] = field(default_factory=list)


def read_head(text: str, *, names_graphs: bool) -> Head:
    """Return the head of a query; raises `BadQueryError` for one that is none, or that is more than SPARQL.

    >>> head = read_head("PREFIX g: <http://example.org/> ASK FROM g:a FROM NAMED g:b { }", names_graphs=True)
    >>> head.form, head.default_graphs, head.named_graphs
    ('ASK', ['http://example.org/a'], ['http://example.org/b'])
    >>> read_head('DEFINE get:soft "soft" SELECT * { }', names_graphs=False)
    Traceback (most recent call last):
    provfin.store.BadQueryError: a query begins with BASE, PREFIX, SELECT, ASK, CONSTRUCT or DESCRIBE, not 'DEFINE'
    """
    if _BEYOND.search(_ESCAPED.sub(_unescape, text)):
        raise BadQueryError("functions and options of one store (bif:, sql:, OPTION) are no SPARQL 1.1")
    prefixes, base, start = _read_prologue(text)
    match = _FORM.match(text, start)
    if match is None:
        word = " ".join(text[start:].split()[:1])
        raise BadQueryError(f"a query begins with BASE, PREFIX, SELECT, ASK, CONSTRUCT or DESCRIBE, not {word!r}")
    head = Head(match["form"].upper(), text)
    return _take_graphs(head, match.end(), prefixes, base) if names_graphs else head


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else ""


def _read_prologue(text: str) -> tuple[dict[str, str], str, int]:
    prefixes, base, start = {}, "", 0
    while match := _PROLOGUE.match(text, start):
        iri, start = urljoin(base, match["iri"]), match.end()
        if match["declared"] is None:
            base = iri
        else:
            prefixes[match["declared"]] = iri
    return prefixes, base, start


def _take_graphs(head: Head, start: int, prefixes: Mapping[str, str], base: str) -> Head:
    graphs: dict[bool, list[str]] = {False: [], True: []}
    kept, done = [head.text[:start]], start
    for first, is_named, name in _find_clauses(head.text, start):
        graphs[is_named].append(_resolve(name.text, prefixes, base))
        kept.append(head.text[done : first.start])
        done = name.end
    if not any(graphs.values()):
        raise BadQueryError("the graphs after FROM cannot be read: put spaces around < where it compares")
    return Head(head.form, "".join(kept) + head.text[done:], graphs[False], graphs[True])


def _find_clauses(text: str, start: int) -> Iterator[tuple[Token, bool, Token]]:
    """Yield of each FROM outside of brackets its first token, whether it is FROM NAMED, and the name of the graph."""
    depth = 0
    first: Token | None = None
    is_named = False
    for token in read_tokens(text, start):
        word = token.text.upper() if token.kind == "word" else ""
        if first and not is_named and word == "NAMED":
            is_named = True
        elif first and token.kind in {"iri", "name"}:
            yield first, is_named, token
            first = None
        else:
            first, is_named = (token, _FROM[word]) if word in _FROM and not depth else (None, False)
        depth += (token.kind == "open") - (token.kind == "close")
        if not depth and token.kind == "name" and token.text.partition(":")[0].upper() in _FROM:
            raise BadQueryError("a prefix named FROM cannot be told from the word: name it otherwise")


def _resolve(name: str, prefixes: Mapping[str, str], base: str) -> str:
    if name.startswith("<"):
        return str(urljoin(base, name[1:-1]))
    prefix, _, local = name.partition(":")
    if prefix not in prefixes:
        raise BadQueryError(f"the prefix {prefix}: is not declared")
    return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
