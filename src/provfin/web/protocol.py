"""Owns how a request carries a query: the SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/#query-operation.

Refuses updates, more than one query, and text that is not UTF-8.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

import pyoxigraph as ox
from fastapi import Request
from werkzeug.http import parse_options_header

from provfin.queries import Query
from provfin.web.requests import BAD_PERCENT

LONGEST_BODY = 1_000_000

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = "updates are refused: a release is immutable; publish a new one instead"
_GRAPHS = ("default-graph-uri", "named-graph-uri")


class BadRequestError(ValueError):
    """Says why a request is none of the protocol's, with the status that fits."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """What a request asks: a query, or None for a description of the service, and the format by name if it has one."""

    query: Query | None
    format: str = ""


async def read_request(request: Request, seconds: int) -> Asked:
    """Return what a request asks; its body may take so many seconds to come. Raises `BadRequestError`."""
    fields = _parse_fields(request.scope["query_string"].decode("latin-1"))
    if request.method == "POST":
        try:
            async with asyncio.timeout(seconds):
                fields = _merge(fields, await _read_post(request))
        except TimeoutError as error:
            raise BadRequestError("the body did not arrive in time", 408) from error
    asks = request.method == "POST" or fields.keys() & {"query", "update", *_GRAPHS}
    return Asked(_make_query(fields) if asks else None, "".join(fields.get("format", [])[:1]))


async def _read_post(request: Request) -> dict[str, list[str]]:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == _UPDATE:
        raise BadRequestError(_READ_ONLY, 403)
    if kind not in (FORM, DIRECT):
        raise BadRequestError(f"POST a query as {FORM} or {DIRECT}", 415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequestError("send the body as it is, not compressed", 415)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise BadRequestError("queries are sent as UTF-8", 415)
    text = _decode(await _read_body(request))
    return _parse_fields(text) if kind == FORM else {"query": [text]}


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise BadRequestError(f"the body is longer than {LONGEST_BODY} bytes", 413)
    return bytes(body)


def _decode(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequestError(f"the body is not UTF-8: byte {error.start} is {body[error.start]:#04x}") from error


def _parse_fields(text: str) -> dict[str, list[str]]:
    bad = BAD_PERCENT.search(text)
    if bad is not None:
        raise BadRequestError(f"a % that begins no escape: {text[bad.start() : bad.start() + 3]!r}; write it as %25")
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise BadRequestError(f"the parameters are not well formed ({error})") from error


def _merge(left: dict[str, list[str]], right: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: left.get(name, []) + right.get(name, []) for name in [*left, *right]}


def _make_query(fields: Mapping[str, Sequence[str]]) -> Query:
    if "update" in fields:
        raise BadRequestError(_READ_ONLY, 403)
    queries = fields.get("query", [])
    if len(queries) != 1:
        raise BadRequestError(f"give exactly one parameter 'query', not {len(queries)}")
    default, named = (tuple(check_iri(iri) for iri in fields.get(name, [])) for name in _GRAPHS)
    return Query(queries[0], default_graphs=default, named_graphs=named)


def check_iri(text: str) -> str:
    """Return an IRI as it is; raises `BadRequestError` for what is none."""
    try:
        ox.NamedNode(text)
    except ValueError as error:
        raise BadRequestError(f"{text!r} is no IRI") from error
    return text
