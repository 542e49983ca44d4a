"""Owns the downloads of a release: every export under `/data`, made once, when it is first asked for.

They are made in a process of their own: some take seconds, in which queries go on being answered.
"""

import asyncio
import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from provfin.exports import EXPORTS
from provfin.exports.content import ReleaseContent
from provfin.web.problems import make_problem
from provfin.web.site import Site

Files = Mapping[str, bytes]


def write_export(data_path: Path, release_hash: str, name: str) -> dict[str, bytes]:
    """Return the files of an export of the release whose sorted N-Quads lie at a path."""
    return dict(EXPORTS[name].write(ReleaseContent(release_hash, data_path.read_bytes())))


class Downloads:
    """The exports of one release that have been made, and those being made."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made: dict[str, asyncio.Task[Files]] = {}

    async def find(self, name: str) -> Files:
        """Return the files of an export; who asks while it is being made waits for the same."""
        task = self._made.get(name)
        if task is None or (task.done() and task.exception() is not None):
            task = self._made[name] = asyncio.create_task(self._make(name))
        return await asyncio.shield(task)

    async def _make(self, name: str) -> Files:
        # A fresh interpreter: forking this one, with its threads and connections, would not be safe.
        context = multiprocessing.get_context("spawn")
        loop, release = asyncio.get_running_loop(), self._site.release
        pool = ProcessPoolExecutor(1, mp_context=context)
        try:
            return await loop.run_in_executor(pool, write_export, release.data_path, release.hash, name)
        finally:
            pool.shutdown(wait=False)


def make_router(site: Site) -> APIRouter:
    """Return the routes of the downloads."""
    router = APIRouter(tags=["downloads"])
    downloads = Downloads(site)

    @router.get("/data", summary="List the exports")
    @router.get("/data/", include_in_schema=False)
    async def list_exports(request: Request) -> list[dict[str, str]]:
        """List the exports with their media types and addresses."""
        base = site.find_base(request) + site.path
        return [
            {"name": name, "mediaType": export.media_type, "address": f"{base}data/{name}"}
            for name, export in EXPORTS.items()
        ]

    @router.get("/data/{name}", summary="Download an export", response_class=RedirectResponse, status_code=307)
    async def find_export(name: str, request: Request) -> Response:
        """Lead to the first file of an export, beside which its others lie."""
        if name not in EXPORTS:
            return _miss(name)
        first = next(iter(await downloads.find(name)))
        return RedirectResponse(f"{site.find_root(request)}{site.path}data/{name}/{quote(first)}")

    @router.get("/data/{name}/{file}", summary="Download a file of an export", response_class=Response)
    async def read_file(name: str, file: str, request: Request) -> Response:
        """Return a file of an export."""
        if name not in EXPORTS:
            return _miss(name)
        files = await downloads.find(name)
        if file not in files:
            return make_problem(404, f"{name} has no file {file}; it has {', '.join(files)}")
        media_type = EXPORTS[name].find_media_type(file)
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return site.make_response(request, files[file], media_type, headers)

    return router


def _miss(name: str) -> Response:
    return make_problem(404, f"there is no export {name}; there are {', '.join(EXPORTS)}")
