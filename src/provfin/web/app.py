"""Owns the application: which routes there are, over which release."""

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from provfin import __version__
from provfin.release import Release
from provfin.store import QueryEngine
from provfin.web import questions, sparql
from provfin.web.pages import render_home
from provfin.web.problems import make_problem


def create_app(engine: QueryEngine, release: Release) -> FastAPI:
    """Return the application serving a release through an engine."""
    app = FastAPI(title="ProvFin", version=__version__, docs_url=None, redoc_url=None)
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], allow_headers=["*"])
    app.include_router(sparql.make_router(engine))
    app.include_router(questions.make_router(engine))

    @app.head("/health", include_in_schema=False)
    @app.get("/health", tags=["operations"])
    def health() -> dict[str, str | int]:
        """Tell that the server answers, and over which release."""
        return {"status": "ok", "version": __version__, "release": release.hash, "quads": release.quads}

    @app.head("/", response_class=HTMLResponse, include_in_schema=False)
    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def home() -> str:
        return render_home(release)

    @app.exception_handler(HTTPException)
    async def report_problem(_request: Request, error: HTTPException) -> Response:
        return make_problem(error.status_code, str(error.detail), error.headers)

    return app
