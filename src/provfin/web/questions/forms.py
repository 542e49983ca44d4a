"""Owns the forms an answer comes in: their media types and short names, and making each of the one answer in JSON.

Every form of a SELECT is made of the same results, so all of them say the same, whichever store answered.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import pyoxigraph as ox
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from provfin.answers import (
    Table,
    convert_results,
    read_graph,
    read_results,
    write_parquet,
    write_result_set,
    write_xlsx,
)
from provfin.citations import (
    SOURCES_QUERY,
    Citation,
    Source,
    hash_answer,
    make_citation,
    make_path,
    read_sources,
)
from provfin.queries import Query
from provfin.store import GRAPH_FORMATS, NotAcceptableError
from provfin.web.negotiation import HTML, JSON, RESULTS_JSON, choose_for
from provfin.web.questions.asking import Asked
from provfin.web.site import Site

CSV, TSV, RESULTS_XML = "text/csv", "text/tab-separated-values", "application/sparql-results+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
TURTLE, N_TRIPLES = "text/turtle", "application/n-triples"
SPARQL = "application/sparql-query"
CSL = "application/vnd.citationstyles.csl+json"
BIBTEX = "application/x-bibtex"
PLAIN = "text/plain"

# What a client gets that names no preference stands first.
RESULTS_OFFERED = (RESULTS_JSON, HTML, CSV, TSV, RESULTS_XML, XLSX, PARQUET, TURTLE, SPARQL)
GRAPH_OFFERED = (*GRAPH_FORMATS, HTML, XLSX, PARQUET, SPARQL)
CITATIONS_OFFERED = (CSL, JSON, BIBTEX, PLAIN)
LIST_OFFERED = (JSON, HTML)

# Names for `?format=`, in the order a page offers them, with the ending of a file.
NAMES: Mapping[str, tuple[str, str]] = {
    "csv": (CSV, "csv"),
    "tsv": (TSV, "tsv"),
    "json": (RESULTS_JSON, "srj"),
    "xml": (RESULTS_XML, "srx"),
    "xlsx": (XLSX, "xlsx"),
    "parquet": (PARQUET, "parquet"),
    "turtle": (TURTLE, "ttl"),
    "rq": (SPARQL, "rq"),
    "csl": (CSL, "json"),
    "bibtex": (BIBTEX, "bib"),
    "gbt7714": (PLAIN, "txt"),
}
_OWN_NAMES = {name: NAMES[name][0] for name in ("rq", "csl", "bibtex", "gbt7714")} | {"sparql": SPARQL, "bib": BIBTEX}
_ENDINGS = dict(NAMES.values())
_SAVED = (XLSX, PARQUET)
_WRITERS: Mapping[str, Callable[[Table, Citation], bytes]] = {
    XLSX: write_xlsx,
    PARQUET: write_parquet,
    TURTLE: write_result_set,
}


def choose_form(request: Request, offered: Sequence[str]) -> str:
    """Return the media type of the answer to a request; raises `NotAcceptableError` when none is accepted."""
    named = _OWN_NAMES.get(request.query_params.get("format", "").strip().lower())
    chosen = named if named in offered else choose_for(request, offered)
    if chosen is None:
        raise NotAcceptableError(offered)
    return chosen


def list_offered(asked: Asked) -> Sequence[str]:
    """Return the media types an answer comes in: those of results, or of graphs for a CONSTRUCT."""
    return GRAPH_OFFERED if _is_graph(asked) else RESULTS_OFFERED


def list_downloads(asked: Asked) -> list[str]:
    """Return the names for `?format=` of the forms an answer can be saved in."""
    return [name for name, (media_type, _) in NAMES.items() if media_type in list_offered(asked)]


async def fetch_answer(site: Site, asked: Asked) -> bytes:
    """Return the answer all forms are made of: results in JSON, or a graph in N-Triples; raises as `Site.ask`."""
    types = (None, N_TRIPLES) if _is_graph(asked) else (RESULTS_JSON, None)
    return (await site.ask(asked.query, *types)).body


async def write_answer(site: Site, request: Request, asked: Asked, media_type: str) -> bytes:
    """Return an answer in a form other than HTML.

    Raises as `Site.ask`, and `ExceededError` where the form is too small for the answer.
    """
    if _is_graph(asked) and media_type in GRAPH_FORMATS:
        return (await site.ask(asked.query, None, media_type)).body
    body = await fetch_answer(site, asked)
    base = site.find_base(request)
    if media_type in _WRITERS:
        sources = await fetch_sources(site)
        citation = await run_in_threadpool(cite_answer, site.release.hash, base, asked, body, sources)
        return await run_in_threadpool(lambda: _WRITERS[media_type](read_table(asked, body), citation))
    link = base + find_citation(site.release.hash, asked)
    return await run_in_threadpool(_write, link, body, media_type)


def _write(link: str, body: bytes, media_type: str) -> bytes:
    if media_type == RESULTS_JSON:
        return _link_json(body, link)
    written = convert_results(body, media_type)
    return _link_xml(written, link) if media_type == RESULTS_XML else written


def read_table(asked: Asked, body: bytes) -> Table:
    """Return an answer, as `fetch_answer` returns it, as a table."""
    return read_graph(body) if _is_graph(asked) else read_results(body)


async def fetch_sources(site: Site) -> tuple[Source, ...]:
    """Return the reports of the release, to be named in citations; raises as `Site.ask`."""
    answer = await site.ask(Query(SOURCES_QUERY), None, N_TRIPLES)
    return read_sources(quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES))


def cite_answer(release: str, base: str, asked: Asked, body: bytes, sources: Sequence[Source]) -> Citation:
    """Return the citation of an answer, as `fetch_answer` returns it, from a release with these reports."""
    lines = body if _is_graph(asked) else convert_results(body, TSV)
    return make_citation(
        release,
        asked.question,
        hash_answer(lines),
        base=base,
        given=asked.given,
        accessed=asked.accessed,
        sources=sources,
    )


def find_citation(release: str, asked: Asked) -> str:
    """Return where the citation of an answer lies, below the address of the server."""
    accessed = {} if asked.accessed is None else {"accessed": asked.accessed.isoformat()}
    return make_path(release, asked.question.name, {**asked.parameters, **accessed}, "/citation")


def write_citation(citation: Citation, media_type: str) -> bytes:
    """Return a citation as a list of CSL-JSON, as BibTeX or as a reference by GB/T 7714—2015."""
    if media_type == BIBTEX:
        return citation.to_bibtex().encode()
    if media_type == PLAIN:
        return f"{citation.to_gbt7714()}\n".encode()
    return json.dumps([citation.to_json()], ensure_ascii=False, indent=2).encode()


def name_file(name: str, media_type: str) -> str:
    """Return a Content-Disposition: forms that no browser shows are saved.

    >>> name_file("fiscal-gap", "text/csv")
    'inline; filename="fiscal-gap.csv"'
    """
    kind = "attachment" if media_type in _SAVED else "inline"
    return f'{kind}; filename="{name}.{_ENDINGS.get(media_type, "txt")}"'


def _is_graph(asked: Asked) -> bool:
    return asked.question.form in {"CONSTRUCT", "DESCRIBE"}


def _link_json(body: bytes, link: str) -> bytes:
    """Name the citation in the head: https://www.w3.org/TR/sparql11-results-json/#results-link."""
    results = json.loads(body)
    results["head"]["link"] = [link]
    return json.dumps(results, ensure_ascii=False, separators=(",", ":")).encode()


def _link_xml(body: bytes, link: str) -> bytes:
    """Name the citation in the head: https://www.w3.org/TR/rdf-sparql-XMLres/#head."""
    escaped = link.replace("&", "&amp;").replace('"', "&quot;")
    element = f'<link href="{escaped}"/>'.encode()
    return body.replace(b"<head/>", b"<head></head>", 1).replace(b"</head>", element + b"</head>", 1)
