"""Owns the addresses of releases: each stays queryable under its hash, and the differences between two have one.

Programs get JSON unless they ask for more; who would rather read gets pages. What lies under a hash may be kept for
good, so every other name of a release (`newest`, the start of its hash) only leads there, and that for the moment.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from provfin.differences import Differences, compare_releases
from provfin.errors import InputError
from provfin.release import Release, list_releases
from provfin.web.language import find_language
from provfin.web.negotiation import HTML, JSON, choose_for
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.releasepage import render_differences, render_release, render_releases
from provfin.web.shelf import Shelf, shorten
from provfin.web.site import PAGE_HEADERS, PAGE_VARY

__all__ = ["Shelf", "make_router"]

_DIFFERENCES: dict[str, Callable[[Differences], str]] = {
    JSON: Differences.to_json,
    "text/turtle": Differences.to_turtle,
    "text/plain": Differences.to_text,
}
_CHECKED = {"Cache-Control": "public, no-cache"}
# What a client gets that names no preference stands first.
_OFFERED = (JSON, HTML)


def make_router(shelf: Shelf) -> APIRouter:
    """Return the routes of all releases."""
    router = APIRouter(tags=["releases"])
    # Each holds two releases in memory.
    comparing = asyncio.Lock()

    @router.get("/releases", summary="List the releases", response_model=list[dict[str, Any]])
    def list_all(request: Request) -> Response:
        return _list(shelf, request)

    @router.get("/releases/compare", include_in_schema=False)
    def lead_to_differences(request: Request, old: str, new: str) -> Response:
        return _lead(shelf, request, f"{quote(old, safe='')}..{quote(new, safe='')}", query="")

    @router.get("/releases/{old}..{new}", summary="Tell what differs between two releases")
    async def compare(old: str, new: str, request: Request) -> Response:
        """Tell which figures were revised, added and withdrawn, as JSON, Turtle, text or a page."""
        return await _tell(_find_differences(shelf, request, comparing, (old, new)))

    @router.get("/releases/{name}", summary="Describe a release", response_model=dict[str, Any])
    async def describe(name: str, request: Request) -> Response:
        return await _tell(_find(shelf, request, name))

    router.routes.append(Route("/releases/{name}/{path:path}", _Older(shelf), include_in_schema=False))
    return router


async def _tell(making: Awaitable[Response]) -> Response:
    """Return what is made, or the problem that kept it from being made."""
    try:
        return await making
    except KNOWN as error:
        return _explain(error)


def _list(shelf: Shelf, request: Request) -> Response:
    media_type, releases = choose_for(request, _OFFERED), list_releases(shelf.folder)
    if media_type == HTML:
        return _give_page(request, render_releases(shelf.site, request, releases))
    return _give_json(media_type, [_describe(release, shelf.newest.hash) for release in releases])


async def _find(shelf: Shelf, request: Request, name: str) -> Response:
    release = await shelf.resolve(name)
    if name != shorten(release):
        return _lead(shelf, request, shorten(release))
    media_type = choose_for(request, _OFFERED)
    if media_type == HTML:
        releases = await run_in_threadpool(list_releases, shelf.folder)
        return _give_page(request, await render_release(shelf.site, request, release, releases))
    return _give_json(media_type, _describe(release, shelf.newest.hash))


async def _find_differences(
    shelf: Shelf, request: Request, comparing: asyncio.Lock, names: tuple[str, str]
) -> Response:
    offered = [*_DIFFERENCES, HTML]
    media_type = choose_for(request, offered)
    if media_type is None:
        return make_problem(406, f"differences come as {', '.join(offered)}", {"Vary": "Accept"})
    first, last = [await shelf.resolve(name) for name in names]
    if names != (shorten(first), shorten(last)):
        return _lead(shelf, request, f"{shorten(first)}..{shorten(last)}")
    async with comparing:
        return await _compare(shelf, request, first, last, media_type)


class _Older:
    """ASGI application that answers `/releases/<hash>/…` as an older release answers `/…`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("marks", {})["route"] = "/releases/{name}/{path}"
        name, rest = scope["path_params"]["name"], scope["path_params"]["path"]
        below = scope["raw_path"].split(b"/releases/", 1)[1].partition(b"/")[2]
        try:
            release = await self._shelf.resolve(name)
            if name != shorten(release):
                lasting = f"{shorten(release)}/{below.decode('latin-1')}"
                await _lead(self._shelf, Request(scope), lasting)(scope, receive, send)
                return
            app = await self._shelf.borrow(release)
        except KNOWN as error:
            await _explain(error)(scope, receive, send)
            return
        try:
            await app({**scope, "path": f"/{rest}", "raw_path": b"/" + below}, receive, send)
        finally:
            self._shelf.give_back(release)


def _explain(error: Exception) -> Response:
    return make_problem(404, str(error)) if isinstance(error, InputError) else explain(error)


def _lead(shelf: Shelf, request: Request, lasting: str, query: str | None = None) -> Response:
    """Lead to the address that means the same tomorrow; with the query of the request unless another is given."""
    query = request.url.query if query is None else query
    query = f"?{query}" if query else ""
    return RedirectResponse(f"{shelf.find_root(request)}releases/{lasting}{query}", headers=_CHECKED)


def _give_page(request: Request, body: bytes, **headers: str) -> Response:
    told = {"Vary": PAGE_VARY, "Content-Language": find_language(request.scope), **_CHECKED, **PAGE_HEADERS, **headers}
    return Response(body, media_type=HTML, headers=told)


def _give_json(media_type: str | None, told: object) -> Response:
    if media_type is None:
        return make_problem(406, f"releases are told of as {', '.join(_OFFERED)}", {"Vary": "Accept"})
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Response(body, media_type=JSON, headers={"Vary": "Accept"})


async def _compare(shelf: Shelf, request: Request, old: Release, new: Release, media_type: str) -> Response:
    for release in (old, new):
        await shelf.verify(release)
    told = await run_in_threadpool(compare_releases, old, new)
    tag = f"{old.hash}..{new.hash}"
    if media_type == HTML:
        body = await render_differences(shelf.site, request, (old, new), told)
        return _give_page(request, body, ETag=f'W/"{tag}.{find_language(request.scope)}"')
    text = await run_in_threadpool(_DIFFERENCES[media_type], told)
    headers = {"ETag": f'W/"{tag}"', "Vary": "Accept", **_CHECKED}
    return Response(text.encode(), media_type=media_type, headers=headers)


def _describe(release: Release, newest: str) -> dict[str, object]:
    return {
        "hash": release.hash,
        "quads": release.quads,
        "graphs": release.graphs,
        "newest": release.hash == newest,
        "sparql": f"releases/{shorten(release)}/sparql",
    }
