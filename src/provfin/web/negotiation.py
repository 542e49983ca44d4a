"""Owns which format an answer has: what a client accepts, by header or by name, of what is offered.

Refuses to guess: a client that accepts nothing of what is offered is told what there is.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from fastapi import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from provfin.store import RESULTS_JSON as RESULTS_JSON

HTML = "text/html"
JSON = "application/json"

# Names for `?format=`, as people and client libraries write them; a name may stand for results and for a graph.
SHORT_NAMES: Mapping[str, Sequence[str]] = {
    "html": (HTML,),
    "json": (JSON, RESULTS_JSON, "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "turtle": ("text/turtle",),
    "ttl": ("text/turtle",),
    "n3": ("text/turtle",),
    "nt": ("application/n-triples",),
    "ntriples": ("application/n-triples",),
    "nq": ("application/n-quads",),
    "nquads": ("application/n-quads",),
    "jsonld": ("application/ld+json",),
    "json-ld": ("application/ld+json",),
    "rdf": ("application/rdf+xml",),
    "rdf+xml": ("application/rdf+xml",),
    "rdfxml": ("application/rdf+xml",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "parquet": ("application/vnd.apache.parquet",),
}
# Media types clients also use for a format: what they ask for, and what they get.
SYNONYMS: Mapping[str, Sequence[str]] = {
    JSON: (RESULTS_JSON, "application/ld+json"),
    "application/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "text/xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "application/x-turtle": ("text/turtle",),
    "text/plain": ("application/n-triples",),
}


def choose_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the offered media type a client likes best, the first of equals; None where it accepts none.

    The most specific range decides about a type: https://www.rfc-editor.org/rfc/rfc9110#name-accept

    >>> choose_type("text/*;q=0.5, text/csv;q=0, */*;q=0.1", ["text/csv", "text/turtle", "application/json"])
    'text/turtle'
    >>> choose_type(None, ["text/csv"]), choose_type("image/png", ["text/csv"])
    ('text/csv', None)
    """
    header = accept or "*/*"
    choose = _choose_kept if len(header) <= _LONGEST_KEPT else _choose
    return choose(header, tuple(offered))


def _choose(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = [(_strip(name), quality) for name, quality in parse_accept_header(accept, MIMEAccept)]
    qualities = {name: _rate(name, ranges) for name in offered}
    best = max(qualities.values(), default=0)
    return next((name for name, quality in qualities.items() if quality == best > 0), None)


# Clients are many, the headers they send are few.
_choose_kept = lru_cache(maxsize=512)(_choose)
_LONGEST_KEPT = 500


def _strip(name: str) -> str:
    return name.split(";", 1)[0].strip().lower()


def _rate(name: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that takes in a type."""
    synonyms = [asked for asked, given in SYNONYMS.items() if name in given]
    for wanted in ([name], synonyms, [f"{name.split('/', 1)[0]}/*"], ["*/*"]):
        found = [quality for asked, quality in ranges if asked in wanted]
        if found:
            return max(found)
    return 0


def choose_for(request: Request, offered: Sequence[str]) -> str | None:
    """Return the media type for a request: by `?format=` where it is given, else by its Accept header."""
    name = request.query_params.get("format", "")
    return choose_named(name, offered) if name else choose_type(request.headers.get("accept"), offered)


def choose_named(name: str, offered: Sequence[str]) -> str | None:
    """Return the offered type a short name or a media type stands for, or None.

    >>> choose_named("csv", ["application/json", "text/csv"]), choose_named("png", ["text/csv"])
    ('text/csv', None)
    """
    # A plus sign that was not escaped has become a space.
    name = name.strip().replace(" ", "+").lower()
    meant = (*SHORT_NAMES.get(name, ()), name, *SYNONYMS.get(name, ()))
    return next((item for item in meant if item in offered), None)


def accepts_coding(header: str | None, coding: str) -> bool:
    """Tell whether a client takes a content coding: https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding.

    >>> accepts_coding("br, gzip;q=0.5", "gzip"), accepts_coding("gzip;q=0", "gzip"), accepts_coding(None, "gzip")
    (True, False, False)
    """
    codings = dict(parse_accept_header(header or ""))
    return codings.get(coding, codings.get("*", 0)) > 0


def matches_tag(header: str | None, tag: str) -> bool:
    """Tell whether an If-None-Match header names an entity tag, compared weakly.

    >>> matches_tag('"a", W/"b"', 'W/"b"'), matches_tag("*", '"a"'), matches_tag('"a"', '"b"')
    (True, True, False)
    """
    if header is None:
        return False
    given = re.findall(r'(?:W/)?("[^"]*")', header)
    return header.strip() == "*" or tag.removeprefix("W/") in given
