"""Owns the addresses of the questions: the list of them, the answer to one, and the citation of that answer.

An answer links to where it stays true (`cite-as`, https://www.rfc-editor.org/rfc/rfc8574), to its citation, and to the
query it answers (`describedby`). Refuses to say that an answer stays true where the release holds no questions.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from provfin.citations import LICENSE, make_path
from provfin.queries import ParameterError, Question
from provfin.web.language import find_language
from provfin.web.negotiation import HTML, JSON
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.questions.asking import Asked, UnknownQuestionError, explain_parameter, read_asked
from provfin.web.questions.forms import (
    CITATIONS_OFFERED,
    CSL,
    LIST_OFFERED,
    SPARQL,
    choose_form,
    cite_answer,
    fetch_answer,
    fetch_sources,
    find_citation,
    list_offered,
    name_file,
    write_answer,
    write_citation,
)
from provfin.web.questions.page import render_answer, render_list
from provfin.web.questions.published import Published, Questions
from provfin.web.site import Site

# Proxies refuse heads of a few thousand bytes; a longer address is in the answer's own forms.
_LONGEST_LINK = 1500

_Write = Callable[..., Awaitable[Response]]


def make_router(site: Site) -> APIRouter:
    """Return the routes of the questions; `document_questions` describes them."""
    router = APIRouter(include_in_schema=False)
    questions = Questions(site)

    async def tell(request: Request, write: _Write, *given: str) -> Response:
        published = await questions.read()
        asked = [read_asked(published.questions, name, request) for name in given]
        response = await write(site, request, published, *asked)
        response.headers.update(published.list_headers(response.headers["ETag"]))
        return response

    @router.get("/questions")
    async def list_questions(request: Request) -> Response:
        return await _tell(request, lambda: tell(request, _list))

    @router.get("/questions/{name}")
    async def ask_question(name: str, request: Request) -> Response:
        return await _tell(request, lambda: tell(request, _answer, name))

    @router.get("/questions/{name}/citation")
    async def cite_question(name: str, request: Request) -> Response:
        return await _tell(request, lambda: tell(request, _cite, name))

    return router


async def _tell(request: Request, make: Callable[[], Awaitable[Response]]) -> Response:
    """Return what is made, or the problem that kept it from being made."""
    try:
        return await make()
    except UnknownQuestionError as error:
        return make_problem(404, str(error))
    except ParameterError as error:
        return explain_parameter(error)
    except KNOWN as error:
        return explain(error)


async def _list(site: Site, request: Request, published: Published) -> Response:
    media_type = choose_form(request, LIST_OFFERED)
    if media_type == HTML:
        return site.make_response(render_list(site, request, published), HTML, language=find_language(request.scope))
    base = site.find_base(request) + site.path
    listed = [_describe(question, base) for question in published.questions.values()]
    body = json.dumps(listed, ensure_ascii=False, indent=1).encode()
    return site.make_response(body, JSON)


async def _answer(site: Site, request: Request, published: Published, asked: Asked) -> Response:
    media_type = choose_form(request, list_offered(asked))
    headers = {"Link": _link(site, request, asked, is_lasting=not published.note)}
    if media_type == SPARQL:
        return _give(site, request, asked, asked.query.text.encode(), SPARQL, headers)
    if media_type == HTML:
        body = await fetch_answer(site, asked)
        page = await run_in_threadpool(render_answer, site, request, asked, body, await fetch_sources(site))
        return site.make_response(page, HTML, headers, find_language(request.scope))
    return _give(site, request, asked, await write_answer(site, request, asked, media_type), media_type, headers)


async def _cite(site: Site, request: Request, _published: Published, asked: Asked) -> Response:
    media_type = choose_form(request, CITATIONS_OFFERED)
    body = await fetch_answer(site, asked)
    base = site.find_base(request)
    sources = await fetch_sources(site)
    citation = await run_in_threadpool(cite_answer, site.release.hash, base, asked, body, sources)
    return _give(site, request, asked, write_citation(citation, media_type), media_type, {})


def _give(
    site: Site, request: Request, asked: Asked, body: bytes, media_type: str, headers: dict[str, str]
) -> Response:
    disposition = name_file(asked.question.name, media_type)
    return site.make_response(body, media_type, {**headers, "Content-Disposition": disposition})


def _link(site: Site, request: Request, asked: Asked, *, is_lasting: bool) -> str:
    base = site.find_base(request)
    lasting = base + make_path(site.release.hash, asked.question.name, asked.parameters)
    if len(lasting) > _LONGEST_LINK:
        return f'<{LICENSE}>; rel="license"'
    query = f"{base}{site.path}questions/{asked.question.name}?"
    query += urlencode({**asked.parameters, "format": "rq"}, safe=":/")
    return ", ".join(
        (
            *([f'<{lasting}>; rel="cite-as"'] if is_lasting else []),
            f'<{base}{find_citation(site.release.hash, asked)}>; rel="describedby"; type="{CSL}"',
            f'<{query}>; rel="describedby"; type="{SPARQL}"',
            f'<{LICENSE}>; rel="license"',
        )
    )


def _describe(question: Question, base: str) -> dict[str, Any]:
    address = f"{base}questions/{question.name}"
    return {
        "name": question.name,
        "topic": question.topic,
        "title": question.titles,
        "description": question.descriptions,
        "parameters": [
            {"name": item.name, "type": item.type, "default": item.default, "help": item.help}
            for item in question.parameters
        ],
        "links": {"answer": address, "citation": f"{address}/citation", "query": f"{address}?format=rq"},
        "query": question.text,
    }
