"""Owns that every name of the graph answers: `/id/…` and `/def`, as a page and in the formats of RDF.

The document about a thing is given at the thing's own address, with Content-Location to tell the two apart; see
`docs/decisions/0021-linked-data.md`. In RDF the names stay as they are, wherever they are served.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from provfin.dataset import DATASET, NAMESPACES, ONTOLOGY
from provfin.graph.report import LICENSE
from provfin.turtle import BASE
from provfin.web.explore.kinds import find_kinds
from provfin.web.explore.portrait import Portrait
from provfin.web.explore.portraits import find_portrait
from provfin.web.explore.reports.reading import find_reading_root
from provfin.web.language import find_language, find_page_language
from provfin.web.lookup import Resource, find_resource
from provfin.web.negotiation import HTML, choose_for
from provfin.web.ontology import count_uses, find_ontology, render_ontology
from provfin.web.pages import find_address, find_release_root, render
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.rdf import write_graph
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site
from provfin.web.views import view_resource, view_term

# What a name may end in to ask for a format; who takes anything gets the first.
FORMATS: Mapping[str, str] = {
    ".ttl": "text/turtle",
    ".html": HTML,
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
}
_NAMES = {".ttl": "Turtle", ".jsonld": "JSON-LD", ".nt": "N-Triples", ".rdf": "RDF/XML"}
OFFERED = tuple(FORMATS.values())
SUFFIXES = {media_type: suffix for suffix, media_type in FORMATS.items()}
_MOST_PAGES = 1_000_000

PageNumber = Annotated[int, Query(ge=1, le=_MOST_PAGES, description="page of the statements that lead to the resource")]


@dataclass(frozen=True)
class Place:
    """Where a document is served: its path without a suffix, and the parameters that belong to it."""

    path: str
    parameters: Mapping[str, str | int]

    def find(self, suffix: str = "", **parameters: str | int) -> str:
        """Return the address of the document in the format of a suffix."""
        told = {**self.parameters, **parameters}
        kept = {name: value for name, value in told.items() if (name, value) != ("page", 1)}
        return f"{self.path}{suffix}" + (f"?{urlencode(kept)}" if kept else "")

    def list_formats(self) -> dict[str, str]:
        """Return the address of each format by its media type."""
        return {media_type: self.find(suffix) for suffix, media_type in FORMATS.items()}

    def name_formats(self) -> dict[str, str]:
        """Return the address of each format but that of the page, by its name."""
        return {name: self.find(suffix) for suffix, name in _NAMES.items()}


def make_router(site: Site) -> APIRouter:
    """Return the routes of all names."""
    router = APIRouter(tags=["linked data"])

    @router.get("/id/{path:path}", summary="Tell of a resource", response_class=Response)
    async def tell_resource(path: str, request: Request, page: PageNumber = 1) -> Response:
        """Return all statements about a resource, names of what it is linked with, and a page of links to it."""
        return await _tell(site, request, BASE + path, page)

    @router.get("/def/{path:path}", summary="Tell of a version of the ontology", response_class=Response)
    async def tell_version(path: str, request: Request, page: PageNumber = 1) -> Response:
        """Return what is told of a name below that of the ontology."""
        return await _tell(site, request, f"{ONTOLOGY}/{path}", page)

    async def read_ontology(request: Request, term: str | None = None, page: PageNumber = 1) -> Response:
        """Return the ontology, or with `?term=<name>` one of its terms and what leads to it."""
        media_type = choose_format(request)
        if term is None:
            return await _tell_ontology(site, request, media_type)
        iri = f"{ONTOLOGY}#{term}"
        return await _tell_known(site, request, iri, media_type, page) or _miss(site, request, iri)

    add_document(router, "/def", read_ontology, "Read the ontology, or what is told of a term")
    return router


def add_document(router: APIRouter, path: str, endpoint: Callable[..., Any], summary: str) -> None:
    """Add a document at its path and at that with each suffix; the documentation shows it once."""
    for suffix in ("", *FORMATS):
        shown = not suffix
        router.add_api_route(path + suffix, endpoint, summary=summary, include_in_schema=shown, response_class=Response)


def choose_format(request: Request) -> str | None:
    """Return the media type for a document: by its suffix, else by what the client accepts; None for none."""
    suffix = next((suffix for suffix in FORMATS if request.scope["path"].endswith(suffix)), None)
    return FORMATS[suffix] if suffix else choose_for(request, OFFERED)


async def _tell(site: Site, request: Request, name: str, page: int) -> Response:
    """Answer for a name as it came in; a suffix is only taken off where the whole is no name of the graph."""
    for iri, suffix in list_readings(name):
        media_type = FORMATS[suffix] if suffix else choose_for(request, OFFERED)
        response = await _tell_known(site, request, iri, media_type, page)
        if response is not None:
            return response
    return _miss(site, request, name)


def list_readings(name: str) -> Iterator[tuple[str, str]]:
    """Yield what may be meant by a decoded name: as it is or percent-encoded, whole or before a suffix.

    >>> list(list_readings("https://w3id.org/provfin/id/part/¹.ttl"))[-1]
    ('https://w3id.org/provfin/id/part/%C2%B9', '.ttl')
    """
    for suffix in ("", *FORMATS):
        if name.endswith(suffix):
            plain = name.removesuffix(suffix)
            encoded = quote(plain, safe="/:@!$&'()*+,;=-._~%")
            yield from ((iri, suffix) for iri in dict.fromkeys((plain, encoded)))


async def _tell_known(site: Site, request: Request, iri: str, media_type: str | None, page: int) -> Response | None:
    try:
        resource = await find_resource(site, iri, page, with_mentions=media_type == HTML)
        if resource is None:
            return None
        shown = await _find_shown(site, request, resource) if media_type == HTML else None
    except KNOWN as error:
        return explain(error)
    if media_type is None:
        return _refuse()
    if page > resource.pages:
        return make_problem(404, f"there are {resource.pages} pages, no page {page}", {"Vary": "Accept"})
    place = _find_place(iri, find_release_root(site, request), page)
    body = await run_in_threadpool(_write, site, request, resource, place, media_type, shown)
    headers = _make_headers(site, request, resource, place, media_type)
    return site.make_response(body, media_type, headers, find_page_language(request, media_type))


@dataclass(frozen=True)
class _Shown:
    """What a page shows of a resource beside its statements: its portrait, its kinds, where its text can be read."""

    portrait: Portrait | None
    kinds: Sequence[str]
    reading_root: str


async def _find_shown(site: Site, request: Request, resource: Resource) -> _Shown:
    portrait, kinds, reading_root = await asyncio.gather(
        find_portrait(site, request, resource), find_kinds(site, resource), find_reading_root(site, request, resource)
    )
    return _Shown(portrait, kinds, reading_root)


def _find_place(iri: str, root: str, page: int) -> Place:
    address = find_address(iri, root)
    path, _, fragment = address.partition("#")
    return Place(path, {"term": fragment, "page": page} if fragment else {"page": page})


def _write(
    site: Site, request: Request, resource: Resource, place: Place, media_type: str, shown: _Shown | None
) -> bytes:
    if shown is None:
        return write_graph(resource.triples, media_type)
    portrait = shown.portrait
    return render(
        site,
        request,
        portrait.template if portrait else "resource.html",
        resource=resource,
        view=view_resource(resource, find_language(request.scope)),
        kinds=[view_term(ox.NamedNode(kind), resource.names) for kind in shown.kinds],
        reading_root=shown.reading_root,
        pages={number: place.find(page=number) for number in range(1, resource.pages + 1)},
        alternates=place.list_formats(),
        alternatives=place.name_formats(),
        has_portrait=portrait is not None,
        **(portrait.context if portrait else {}),
    )


def _make_headers(site: Site, request: Request, resource: Resource, place: Place, media_type: str) -> dict[str, str]:
    links = [*_list_links(site, request, resource.iri, place)]
    for rel, number in (("prev", resource.page - 1), ("next", resource.page + 1)):
        if 1 <= number <= resource.pages:
            links.append(f'<{place.find(page=number)}>; rel="{rel}"')
    return {"Content-Location": place.find(SUFFIXES[media_type]), "Link": ", ".join(links)}


def _list_links(site: Site, request: Request, iri: str, place: Place) -> Iterator[str]:
    """Yield the links of a document: https://www.rfc-editor.org/rfc/rfc8288."""
    yield f'<{quote(iri, safe=":/#%")}>; rel="canonical"'
    for media_type, address in place.list_formats().items():
        yield f'<{address}>; rel="alternate"; type="{media_type}"'
    root = find_release_root(site, request)
    described = find_address(DATASET, root) if site.path else f"{root}catalog"
    yield f'<{described}>; rel="describedby"'
    yield f'<{LICENSE}>; rel="license"'
    yield f'<{DATASET}>; rel="{NAMESPACES["void"]}inDataset"'


def _miss(site: Site, request: Request, iri: str) -> Response:
    if choose_for(request, OFFERED) == HTML:
        body = render(site, request, "missing.html", iri=iri, sought=iri.rsplit("/", 1)[-1].replace("-", " "))
        headers = {"Vary": PAGE_VARY, "Content-Language": find_language(request.scope), **PAGE_HEADERS}
        return Response(body, 404, headers, HTML)
    return make_problem(404, f"the release tells nothing of {iri}", {"Vary": "Accept"})


def _refuse() -> Response:
    return make_problem(406, f"what is told of a resource comes as {', '.join(OFFERED)}", {"Vary": "Accept"})


async def _tell_ontology(site: Site, request: Request, media_type: str | None) -> Response:
    if media_type is None:
        return _refuse()
    try:
        triples, naming = await find_ontology(site)
        uses = await site.once(count_uses) if media_type == HTML else {}
    except KNOWN as error:
        return explain(error)
    place = Place(f"{find_release_root(site, request)}def", {})
    if media_type == HTML:
        addresses: dict[str, Any] = {"alternates": place.list_formats(), "alternatives": place.name_formats()}
        body = await run_in_threadpool(render_ontology, site, request, triples, naming, uses, addresses)
    else:
        body = await run_in_threadpool(write_graph, triples, media_type)
    links = ", ".join(_list_links(site, request, ONTOLOGY, place))
    headers = {"Content-Location": place.find(SUFFIXES[media_type]), "Link": links}
    return site.make_response(body, media_type, headers, find_page_language(request, media_type))
