"""Owns the addresses of downloads: every export of a release and every file of it under `/data`.

All files are listed without being written. Who asks for one is sent it in pieces from the disk, so none is held in
memory, and who has it already is told so.
"""

import json
from collections.abc import Awaitable, Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from provfin.exports import EXPORTS
from provfin.web.exported import Exported, ExportError, File
from provfin.web.files import find_address, list_files
from provfin.web.negotiation import JSON, accepts_coding, choose_for, matches_tag
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import Site

# Stands for whatever the file is: who asks for nothing else than JSON wants the list.
_FILE = "application/octet-stream"


def make_router(site: Site) -> APIRouter:
    """Return the routes of the downloads."""
    router = APIRouter(tags=["downloads"])
    exported = Exported(site.release)

    @router.get("/data", summary="List the exports and their files", response_model=list[dict[str, Any]])
    @router.get("/data/", include_in_schema=False)
    async def list_exports(request: Request) -> Response:
        """List the exports with their media types, addresses and files."""
        return await _tell(_list(site, request))

    @router.get("/data/{name}", summary="Download an export", response_class=RedirectResponse, status_code=307)
    async def find_export(name: str, request: Request) -> Response:
        """Lead to the first file of an export; list all its files to who accepts JSON and nothing else."""
        return await _tell(_find(site, request, name))

    @router.get("/data/{name}/{file}", summary="Download a file of an export", response_class=Response)
    async def read_file(name: str, file: str, request: Request) -> Response:
        """Return a file of an export, in parts to who asks for a range."""
        return await _tell(_read(site, request, exported, name, file))

    return router


async def _tell(making: Awaitable[Response]) -> Response:
    """Return what is made, or the problem that kept it from being made."""
    try:
        return await making
    except KNOWN as error:
        return explain(error)
    except ExportError as error:
        return make_problem(500, str(error))


async def _list(site: Site, request: Request) -> Response:
    files = await list_files(site)
    base = site.find_base(request) + site.path
    return _give(site, [_describe(base, name, files[name]) for name in EXPORTS])


async def _find(site: Site, request: Request, name: str) -> Response:
    files = (await list_files(site)).get(name)
    if not files:
        return _miss(name)
    if choose_for(request, (_FILE, JSON)) == JSON:
        return _give(site, _describe(site.find_base(request) + site.path, name, files))
    first = find_address(site.find_root(request) + site.path, name, files[0])
    return RedirectResponse(first, headers={"Vary": "Accept"})


async def _read(site: Site, request: Request, exported: Exported, name: str, file: str) -> Response:
    files = (await list_files(site)).get(name)
    if not files:
        return _miss(name)
    if file not in files:
        return make_problem(404, f"{name} has no file {file}; it has {', '.join(files)}")
    found = await exported.find(name)
    return await run_in_threadpool(_send, site, request, found[file])


def _give(site: Site, listed: object) -> Response:
    return site.make_response(json.dumps(listed).encode(), JSON)


def _describe(base: str, name: str, files: Iterable[str]) -> dict[str, Any]:
    export = EXPORTS[name]
    return {
        "name": name,
        "mediaType": export.media_type,
        "address": f"{base}data/{name}",
        "files": [
            {"name": file, "mediaType": export.find_media_type(file), "address": find_address(base, name, file)}
            for file in files
        ],
    }


def _send(site: Site, request: Request, file: File) -> Response:
    """Return a response that sends a file from the disk, in gzip to who accepts that if it is smaller so."""
    told = {"Content-Disposition": f'attachment; filename="{file.name}"', "Vary": "Accept-Encoding"}
    headers = dict(site.make_response(b"", file.media_type, told).headers)
    del headers["content-length"]
    if matches_tag(request.headers.get("if-none-match"), headers["etag"]):
        return Response(status_code=304, headers={name: headers[name] for name in ("etag", "cache-control", "vary")})
    packed = file.packed_path
    path = file.path
    if packed is not None and accepts_coding(request.headers.get("accept-encoding"), "gzip"):
        path, headers["content-encoding"] = packed, "gzip"
    response = FileResponse(path, headers=headers, stat_result=path.stat())
    # When this server wrote it tells nothing of the release.
    del response.headers["last-modified"]
    return response


def _miss(name: str) -> Response:
    return make_problem(404, f"there is no export {name}; there are {', '.join(EXPORTS)}")
