"""Owns what has a fixed address on a server: the catalogue, the way there from `/.well-known/void`, the stylesheet.

The catalogue is the release's own description and what depends on who serves it: which release that is, the endpoint,
the downloads, the home page. https://www.w3.org/TR/void/#well-known, https://www.w3.org/TR/vocab-dcat-3/
"""

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from provfin.dataset import CATALOGUE, CATALOGUE_GRAPH, DATASET
from provfin.dataset.terms import Properties, expand, make_node, make_texts, tell
from provfin.exports import EXPORTS, Export
from provfin.queries import Query
from provfin.release import Release, shorten_hash
from provfin.web.datapage import render_data
from provfin.web.files import find_address, list_files
from provfin.web.language import find_page_language
from provfin.web.negotiation import HTML, SHORT_NAMES
from provfin.web.pages import load_static
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.rdf import write_graph
from provfin.web.resources import OFFERED, SUFFIXES, Place, add_document, choose_format
from provfin.web.site import Site

_REGISTER = "https://www.iana.org/assignments/media-types/"
# The types of downloads that are in that register; DCAT has `dcterms:format` for all others.
_REGISTERED = {
    "application/gzip",
    "application/ld+json",
    "application/n-quads",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/zip",
    "text/csv",
    "text/turtle",
}
_DESCRIPTION = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{CATALOGUE_GRAPH}> {{ ?s ?p ?o }} }}"
# The downloads that are RDF, by what their names end in.
_RDF = (".ttl", ".nq.gz", ".jsonld")
_PACKED = ".gz"
_FOREVER = "public, max-age=31536000, immutable"


def describe_access(release: Release, base: str, files: Mapping[str, Sequence[str]]) -> Iterator[ox.Triple]:
    """Yield which release a server at a base address serves and where it can be had: endpoint, downloads, home page.

    `files` are those of each export. No release can hold its own hash, so it is told here.
    """
    endpoint, service = make_node(f"{base}sparql"), f"{base}catalog#sparql"
    edition: Properties = {
        "dcterms:identifier": ox.Literal(release.hash),
        "dcat:version": ox.Literal(shorten_hash(release.hash)),
    }
    yield from tell(CATALOGUE, {"foaf:homepage": make_node(base), "dcat:service": make_node(service), **edition})
    yield from tell(
        service,
        {
            "rdf:type": expand("dcat:DataService"),
            "dcterms:title": make_texts({"en": "SPARQL endpoint", "zh": "SPARQL 端点"}),
            "dcterms:conformsTo": make_node("https://www.w3.org/TR/sparql11-protocol/"),
            "dcat:endpointURL": endpoint,
            "dcat:endpointDescription": endpoint,
            "dcat:servesDataset": make_node(DATASET),
        },
    )
    yield from tell(
        DATASET,
        {
            **edition,
            "void:sparqlEndpoint": endpoint,
            "foaf:homepage": make_node(base),
            "dcat:landingPage": make_node(base),
            "void:dataDump": [
                make_node(find_address(base, name, files[name][0]))
                for name, form in EXPORTS.items()
                if form.suffix in _RDF
            ],
        },
    )
    for name, export in EXPORTS.items():
        for file in files[name]:
            yield from _describe_distribution(base, export, file)


def _describe_distribution(base: str, export: Export, file: str) -> Iterator[ox.Triple]:
    distribution = f"{base}catalog#{export.name}/{quote(file)}"
    yield from tell(DATASET, {"dcat:distribution": make_node(distribution)})
    yield from tell(
        distribution,
        {
            "rdf:type": expand("dcat:Distribution"),
            "dcterms:title": ox.Literal(f"{export.name}: {file}"),
            "dcat:accessURL": make_node(f"{base}data/{export.name}"),
            "dcat:downloadURL": make_node(find_address(base, export.name, file)),
        },
    )
    yield from _describe_format(distribution, export, file)


def _describe_format(distribution: str, export: Export, file: str) -> Iterator[ox.Triple]:
    """Yield the type of a download and of its packing; a type that is not registered is told by its name."""
    told = export.find_media_type(file)
    media_type = told.partition(";")[0]
    if file.endswith(_PACKED):
        yield from tell(distribution, {"dcat:compressFormat": make_node(_REGISTER + media_type)})
        media_type = SHORT_NAMES[export.suffix.removesuffix(_PACKED).lstrip(".")][0]
    if media_type in _REGISTERED:
        yield from tell(distribution, {"dcat:mediaType": make_node(_REGISTER + media_type)})
        return
    name = f"{distribution}-format"
    yield from tell(distribution, {"dcterms:format": make_node(name)})
    yield from tell(name, {"rdf:type": expand("dcterms:MediaType"), "rdfs:label": ox.Literal(told)})


def make_router(site: Site) -> APIRouter:
    """Return the routes at fixed addresses."""
    router = APIRouter(tags=["linked data"])

    @router.get("/.well-known/void", summary="Find the description of the data set", status_code=303)
    def find_description(request: Request) -> Response:
        """Lead to the catalogue."""
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(status_code=303, headers={"Location": f"{site.find_root(request)}catalog{query}"})

    async def read_catalogue(request: Request) -> Response:
        """Return what the release holds and where it can be had."""
        return await _tell_catalogue(site, request, choose_format(request))

    add_document(router, "/catalog", read_catalogue, "Read the catalogue: DCAT and VoID")

    @router.get("/static/{name:path}", include_in_schema=False)
    def read_static(name: str) -> Response:
        files = load_static()
        if name not in files:
            return make_problem(404, f"there is no file {name}")
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(files[name], media_type=media_type, headers={"Cache-Control": _FOREVER})

    return router


async def _tell_catalogue(site: Site, request: Request, media_type: str | None) -> Response:
    if media_type is None:
        return make_problem(406, f"the catalogue comes as {', '.join(OFFERED)}", {"Vary": "Accept"})
    base = site.find_base(request)
    place = Place(f"{site.find_root(request)}catalog", {})
    try:
        body = await (render_data(site, request, place) if media_type == HTML else _write(site, base, media_type))
    except KNOWN as error:
        return explain(error)
    links = [f'<{address}>; rel="alternate"; type="{kind}"' for kind, address in place.list_formats().items()]
    headers = {"Content-Location": place.find(SUFFIXES[media_type]), "Link": ", ".join(links)}
    return site.make_response(body, media_type, headers, find_page_language(request, media_type))


async def _write(site: Site, base: str, media_type: str) -> bytes:
    answer = await site.ask(Query(_DESCRIPTION), None, "application/n-triples")
    access = list(describe_access(site.release, base, await list_files(site)))
    return await run_in_threadpool(_merge, answer.body, access, media_type)


def _merge(described: bytes, access: Sequence[ox.Triple], media_type: str) -> bytes:
    quads = ox.parse(described, format=ox.RdfFormat.N_TRIPLES)
    return write_graph([*(quad.triple for quad in quads), *access], media_type)
