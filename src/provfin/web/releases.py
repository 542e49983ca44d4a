"""Owns the addresses of releases: each stays queryable under its hash, and the differences between two have one.

What lies under a hash may be kept for good, so every other name of a release (`newest`, the start of its hash) only
leads there, and that for the moment.
"""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from provfin.differences import Differences, compare_releases
from provfin.errors import InputError
from provfin.release import Release, list_releases
from provfin.web.negotiation import JSON, choose_for
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.shelf import Shelf, shorten

__all__ = ["Shelf", "make_router"]

_DIFFERENCES: dict[str, Callable[[Differences], str]] = {
    JSON: Differences.to_json,
    "text/turtle": Differences.to_turtle,
    "text/plain": Differences.to_text,
}
_CHECKED = {"Cache-Control": "public, no-cache"}


def make_router(shelf: Shelf) -> APIRouter:
    """Return the routes of all releases."""
    router = APIRouter(tags=["releases"])
    # Each holds two releases in memory.
    comparing = asyncio.Lock()

    @router.get("/releases", summary="List the releases")
    def list_all() -> list[dict[str, object]]:
        newest = shelf.newest.hash
        return [_describe(release, newest) for release in list_releases(shelf.folder)]

    @router.get("/releases/{old}..{new}", summary="Tell what differs between two releases")
    async def compare(old: str, new: str, request: Request) -> Response:
        """Tell which figures were revised, added and withdrawn, as JSON, Turtle or text."""
        media_type = choose_for(request, list(_DIFFERENCES))
        if media_type is None:
            return make_problem(406, f"differences come as {', '.join(_DIFFERENCES)}", {"Vary": "Accept"})
        try:
            first, last = [await shelf.resolve(name) for name in (old, new)]
            if (old, new) != (shorten(first), shorten(last)):
                return _lead(shelf, request, f"{shorten(first)}..{shorten(last)}")
            async with comparing:
                return await _compare(shelf, first, last, media_type)
        except InputError as error:
            return make_problem(404, str(error))

    @router.get("/releases/{name}", summary="Describe a release", response_model=dict[str, object])
    async def describe(name: str, request: Request) -> Response | dict[str, object]:
        try:
            release = await shelf.resolve(name)
        except InputError as error:
            return make_problem(404, str(error))
        if name != shorten(release):
            return _lead(shelf, request, shorten(release))
        return _describe(release, shelf.newest.hash)

    router.routes.append(Route("/releases/{name}/{path:path}", _Older(shelf), include_in_schema=False))
    return router


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


def _lead(shelf: Shelf, request: Request, lasting: str) -> Response:
    """Lead to the address that means the same tomorrow."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{shelf.find_root(request)}releases/{lasting}{query}", headers=_CHECKED)


async def _compare(shelf: Shelf, old: Release, new: Release, media_type: str) -> Response:
    for release in (old, new):
        await shelf.verify(release)
    body = await run_in_threadpool(lambda: _DIFFERENCES[media_type](compare_releases(old, new)).encode())
    headers = {"ETag": f'W/"{old.hash}..{new.hash}"', "Vary": "Accept", **_CHECKED}
    return Response(body, media_type=media_type, headers=headers)


def _describe(release: Release, newest: str) -> dict[str, object]:
    return {
        "hash": release.hash,
        "quads": release.quads,
        "graphs": release.graphs,
        "newest": release.hash == newest,
        "sparql": f"releases/{shorten(release)}/sparql",
    }
