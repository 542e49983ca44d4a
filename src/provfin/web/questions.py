"""Owns asking the competency questions over HTTP: each has an address, and its parameters are typed."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from provfin.errors import InputError
from provfin.queries import Question, load_questions
from provfin.store import Query, QueryEngine
from provfin.web.pages import render_answer
from provfin.web.problems import make_problem
from provfin.web.sparql import prefers_page, respond


def make_router(engine: QueryEngine) -> APIRouter:
    """Return the routes of the questions over an engine."""
    router = APIRouter(tags=["questions"])

    @router.head("/questions", include_in_schema=False)
    @router.get("/questions", summary="List the questions")
    def list_questions() -> list[dict[str, Any]]:
        return [_describe(question) for question in load_questions().values()]

    @router.head("/questions/{name}", include_in_schema=False)
    @router.get("/questions/{name}", summary="Ask a question, its parameters in the address")
    def ask_question(name: str, request: Request) -> Response:
        question = load_questions().get(name)
        if question is None:
            return make_problem(404, f"no question is named {name}; /questions lists them")
        try:
            query = question.bind(dict(request.query_params))
        except InputError as error:
            return make_problem(400, str(error))
        accept = request.headers.get("accept")
        if prefers_page(accept):
            return HTMLResponse(_render(engine, question, query), headers={"Vary": "Accept"})
        return respond(engine, query, accept)

    return router


def _render(engine: QueryEngine, question: Question, query: Query) -> str:
    found = json.loads(engine.answer(query, "application/sparql-results+json", None).body)
    names = found["head"]["vars"]
    rows = [[row.get(name, {}).get("value", "") for name in names] for row in found["results"]["bindings"]]
    return render_answer(question, query, names, rows)


def _describe(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "title": question.titles,
        "description": question.descriptions,
        "parameters": [
            {"name": item.name, "type": item.type, "default": item.default, "help": item.help}
            for item in question.parameters
        ],
        "query": question.text,
    }
