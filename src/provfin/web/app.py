"""Owns the application: which routes there are, over which release, and what every request passes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from provfin import __version__
from provfin.errors import InputError
from provfin.release import Release
from provfin.remote import RemoteStore
from provfin.settings import Settings
from provfin.store import QueryService
from provfin.web import downloads, graphs, language, operations, questions, releases, resources, sparql, wellknown
from provfin.web.caching import KeepReplies, KeptReply, Key
from provfin.web.compression import Compress
from provfin.web.explore import routes
from provfin.web.explore.readiness import make_ready
from provfin.web.kept import Kept
from provfin.web.leaving import StopWhenGone
from provfin.web.openapi import add_paths, describe_endpoint
from provfin.web.problempage import show_problem
from provfin.web.problems import explain, make_problem, show_problems
from provfin.web.requests import AnswerAlike, list_methods
from provfin.web.shelf import MakeService, Shelf
from provfin.web.site import Site
from provfin.web.throttle import Throttle
from provfin.web.watching import RequestCounts, Watch, make_log
from provfin.workers import WorkerPool

_MEGABYTE = 1_000_000
# A slash more is another address: to be sent on from an older release would lead to the newest.
_SHAPE: dict[str, Any] = {
    "title": "ProvFin", "version": __version__, "docs_url": None, "redoc_url": None, "redirect_slashes": False,
}  # fmt: skip
_EXPOSED = ["Content-Disposition", "Content-Location", "ETag", "Link", "Retry-After", "X-Request-ID"]


def create_app(release: Release, settings: Settings, make_service: MakeService | None = None) -> FastAPI:
    """Return the application serving a release; its service starts and stops with it.

    Queries are answered by `make_service(release)`: if none is given, by workers on this machine or by the store that
    the settings name.
    """
    make = make_service or (lambda release: _make_service(release, settings))
    # Half of the room is for whole replies, half for answers that come in several formats or by POST.
    room = settings.cache_megabytes * _MEGABYTE // 2
    site = Site(make(release), release, settings, Kept(room))
    shelf = Shelf(site, make, _create_release_app)

    @asynccontextmanager
    async def live(_app: FastAPI) -> AsyncIterator[None]:
        await site.service.start()
        # In earnest a service is not given; who gives one counts what it is asked.
        warming = asyncio.create_task(make_ready(site)) if make_service is None else None
        try:
            yield
        finally:
            if warming is not None:
                warming.cancel()
            await shelf.stop()
            await site.service.stop()

    app = FastAPI(lifespan=live, **_SHAPE)
    counts = RequestCounts()
    replies: Kept[Key, KeptReply] = Kept(room)
    for router in (*_list_release_routers(site), wellknown.make_router(site)):
        app.include_router(router)
    app.include_router(releases.make_router(shelf))
    app.include_router(operations.make_router(site, counts, replies, shelf.list_open))
    app.include_router(language.make_router())
    add_paths(app, describe_endpoint)
    questions.document_questions(app)
    _report_problems(app, site)
    _pass_through(app, settings, replies, counts)
    return app


def _make_service(release: Release, settings: Settings) -> QueryService:
    if settings.store:
        return RemoteStore(settings, release)
    return WorkerPool(release.data_path, settings)


def _list_release_routers(site: Site) -> list[APIRouter]:
    return [module.make_router(site) for module in (sparql, graphs, questions, resources, downloads, routes)]


def _create_release_app(site: Site) -> FastAPI:
    """Return what an older release answers: all that is made from its data."""
    app = FastAPI(**_SHAPE)
    for router in _list_release_routers(site):
        app.include_router(router)
    _report_problems(app, site)
    return app


def _report_problems(app: FastAPI, site: Site) -> None:
    show_problems(app, partial(show_problem, site))

    @app.exception_handler(HTTPException)
    async def report_problem(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = list_methods(app.routes, request.scope)
        detail = str(error.detail) if error.status_code != 404 else f"there is nothing at {request.url.path}"
        return make_problem(error.status_code, detail, headers)

    @app.exception_handler(InputError)
    async def report_input(_request: Request, error: InputError) -> Response:
        return explain(error)

    @app.exception_handler(RequestValidationError)
    async def report_parameters(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return make_problem(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _pass_through(app: FastAPI, settings: Settings, replies: Kept[Key, KeptReply], counts: RequestCounts) -> None:
    """Add what every request passes through, from the innermost to the outermost."""
    app.add_middleware(StopWhenGone)
    app.add_middleware(Compress)
    app.add_middleware(KeepReplies, kept=replies)
    app.add_middleware(AnswerAlike, routes=app.routes)
    app.add_middleware(Throttle, per_minute=settings.requests_per_minute)
    app.add_middleware(Watch, log=make_log(settings.log), counts=counts)
    # Outside what refuses and what fails: a page elsewhere may read why.
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST", "OPTIONS"], allow_headers=["*"],
        expose_headers=_EXPOSED,
    )  # fmt: skip
