"""Owns older releases: each stays queryable under its hash, and the differences between two have an address.

Their services start when they are first asked for and stop, the longest silent first, when there are too many.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from provfin.differences import Differences, compare_releases
from provfin.errors import InputError
from provfin.release import Release, list_releases, open_release
from provfin.store import QueryService
from provfin.web.negotiation import JSON, choose_for
from provfin.web.problems import KNOWN, make_problem
from provfin.web.site import Site

MakeService = Callable[[Release], QueryService]
MakeApp = Callable[[Site], FastAPI]

_DIFFERENCES: dict[str, Callable[[Differences], str]] = {
    JSON: Differences.to_json,
    "text/turtle": Differences.to_turtle,
    "text/plain": Differences.to_text,
}


class Shelf:
    """The older releases that are open: for each an application over a service of its own."""

    def __init__(self, site: Site, make_service: MakeService, make_app: MakeApp) -> None:
        self._site = site
        self._make_service = make_service
        self._make_app = make_app
        self._open: OrderedDict[str, tuple[Site, FastAPI]] = OrderedDict()
        self._lock = asyncio.Lock()

    @property
    def newest(self) -> Release:
        """The release this server was started with."""
        return self._site.release

    @property
    def folder(self) -> Path:
        """The folder of all releases."""
        return self._site.release.folder.parent

    async def find(self, name: str) -> FastAPI:
        """Return the application over the release whose hash begins so; raises `InputError` when there is none."""
        async with self._lock:
            release = await run_in_threadpool(open_release, self.folder, name)
            if release.hash == self.newest.hash:
                return self._app_of_newest
            if not self._site.settings.old_releases:
                raise InputError("older releases are not served", where=name, repair="set PROVFIN_OLD_RELEASES")
            if release.hash not in self._open:
                service = self._make_service(release)
                await service.start()
                self._open[release.hash] = self._make(release, service)
            self._open.move_to_end(release.hash)
            while len(self._open) > self._site.settings.old_releases:
                _, (oldest, _) = self._open.popitem(last=False)
                await oldest.service.stop()
            return self._open[release.hash][1]

    @cached_property
    def _app_of_newest(self) -> FastAPI:
        return self._make(self.newest, self._site.service)[1]

    def _make(self, release: Release, service: QueryService) -> tuple[Site, FastAPI]:
        site = replace(self._site, release=release, service=service, path=f"releases/{release.hash[:16]}/")
        return site, self._make_app(site)

    async def stop(self) -> None:
        """Stop every service."""
        for site, _ in self._open.values():
            await site.service.stop()
        self._open.clear()


def make_router(shelf: Shelf) -> APIRouter:
    """Return the routes of all releases."""
    router = APIRouter(tags=["releases"])

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
        first, last = [await run_in_threadpool(open_release, shelf.folder, name) for name in (old, new)]
        body = await run_in_threadpool(_compare, first, last, media_type)
        tag = f'W/"{first.hash}..{last.hash}"'
        headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "public, no-cache"}
        return Response(body, media_type=media_type, headers=headers)

    @router.get("/releases/{name}", summary="Describe a release")
    def describe(name: str) -> dict[str, object]:
        return _describe(open_release(shelf.folder, name), shelf.newest.hash)

    router.routes.append(Route("/releases/{name}/{path:path}", _Older(shelf), include_in_schema=False))
    return router


class _Older:
    """ASGI application that answers `/releases/<hash>/…` as an older release answers `/…`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("marks", {})["route"] = "/releases/{name}/{path}"
        name, rest = scope["path_params"]["name"], scope["path_params"]["path"]
        try:
            app = await self._shelf.find(name)
        except KNOWN as error:
            await make_problem(404, str(error))(scope, receive, send)
            return
        raw = scope["raw_path"].split(b"/releases/", 1)[1].partition(b"/")[2]
        await app({**scope, "path": f"/{rest}", "raw_path": b"/" + raw}, receive, send)


def _compare(old: Release, new: Release, media_type: str) -> bytes:
    return _DIFFERENCES[media_type](compare_releases(old, new)).encode()


def _describe(release: Release, newest: str) -> dict[str, object]:
    return {
        "hash": release.hash,
        "quads": release.quads,
        "graphs": release.graphs,
        "newest": release.hash == newest,
        "sparql": f"releases/{release.hash[:16]}/sparql",
    }
