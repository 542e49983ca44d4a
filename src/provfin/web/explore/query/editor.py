"""Owns the page of the query editor: a form that any browser can send, and what a script makes an editor of it from.

A query that is quick is answered in the page itself; one that is not only when it is waited for (`wait`), which a form
without scripts does, so that with scripts a reader has the editor, and its stop button, at once. Refuses to keep pages
with answers: they tell how long the answer took.
"""

import asyncio
import itertools
import json
import re
from collections.abc import Awaitable, Mapping
from dataclasses import asdict
from typing import Any

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response

from provfin.dataset import ONTOLOGY
from provfin.guard import LONGEST_QUERY
from provfin.queries import Question, Term
from provfin.turtle import BASE, PREFIXES
from provfin.web.explore.asking import load_page_queries
from provfin.web.explore.portrait import Draw
from provfin.web.explore.query.answered import MOST_ROWS, Fault, Outcome, answer_query
from provfin.web.explore.query.metadata import read_metadata
from provfin.web.explore.query.samples import list_samples
from provfin.web.language import find_language
from provfin.web.negotiation import HTML, JSON
from provfin.web.pages import render
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.questions.published import Published, Questions
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {}

# Seconds a page waits for an answer of its own accord.
_PATIENCE = 1 / 5
_PREFIX = re.compile(r"^PREFIX (?P<prefix>[\w-]+): <(?P<namespace>[^>]+)>$", re.MULTILINE)
_WHERE = re.compile(r"^WHERE \{$", re.MULTILINE)
_LOCAL = re.compile(r"\w(?:[\w-]*\w)?")
# The numbers that are typed as they are.
_BARE = {
    PREFIXES["xsd"] + "integer": re.compile(r"[+-]?[0-9]+"),
    PREFIXES["xsd"] + "decimal": re.compile(r"[+-]?[0-9]+[.][0-9]+"),
}
_FRESH = {"Cache-Control": "no-store"}


def make_router(site: Site) -> APIRouter:
    """Return the routes of the editor: its page, what it completes with, code, and the texts of questions."""
    router = APIRouter()

    @router.get("/query")
    async def show_editor(request: Request, query: str = "", question: str = "", wait: bool = False) -> Response:
        return await _tell(_show(site, request, query, question, is_waiting=wait))

    @router.get("/query/metadata")
    async def give_metadata() -> Response:
        return await _tell(_give_metadata(site))

    @router.get("/query/questions/{name}")
    async def give_question(request: Request, name: str) -> Response:
        return await _tell(_give_question(site, request, name))

    @router.get("/query/samples")
    async def give_samples(request: Request, query: str) -> Response:
        if len(query) > LONGEST_QUERY:
            return make_problem(413, f"query: more than {LONGEST_QUERY} characters")
        samples = [asdict(sample) for sample in list_samples(site.find_base(request) + site.path, query)]
        return Response(json.dumps(samples, ensure_ascii=False), media_type=JSON, headers=_FRESH)

    return router


async def _tell(work: Awaitable[Response]) -> Response:
    try:
        return await work
    except KNOWN as error:
        return explain(error)


async def _give_metadata(site: Site) -> Response:
    return site.make_response(await site.once(_write_metadata), JSON)


async def _give_question(site: Site, request: Request, name: str) -> Response:
    found = (await site.once(_read_questions)).questions.get(name)
    if found is None:
        return make_problem(404, f"no question is named {name}")
    language = find_language(request.scope)
    return site.make_response(write_question(found, language).encode(), "text/plain", None, language)


async def _read_questions(site: Site) -> Published:
    return await Questions(site).read()


async def _write_metadata(site: Site) -> bytes:
    return json.dumps(await site.once(read_metadata), ensure_ascii=False, separators=(",", ":")).encode()


def write_question(question: Question, language: str, given: Mapping[str, str] | None = None) -> str:
    """Return the query of a question with its parameters bound, to be read and changed: under its title in a language.

    Raises `ParameterError` as `Question.bind` does.
    """
    lines = itertools.dropwhile(lambda line: line.startswith("#"), question.text.splitlines())
    text = "\n".join([f"# {question.titles[language]}", *lines, ""])
    terms = question.read_terms(given)
    if not terms:
        return text
    prefixes = {match["namespace"]: match["prefix"] for match in _PREFIX.finditer(text)}
    names, values = " ".join(f"?{name}" for name in terms), " ".join(_write(term, prefixes) for term in terms.values())
    written = f"VALUES {names} {{ {values} }}" if len(terms) == 1 else f"VALUES ({names}) {{ ({values}) }}"
    return _WHERE.sub(lambda match: f"{match[0]}\n  {written}", text, count=1)


def _write(term: Term, prefixes: Mapping[str, str]) -> str:
    """Return a term as it is typed: a number as it is, a name with its prefix if that is declared."""
    if isinstance(term, ox.Literal):
        form = _BARE.get(term.datatype.value)
        return term.value if form and form.fullmatch(term.value) else str(term)
    place = max(term.value.rfind("/"), term.value.rfind("#")) + 1
    namespace, local = term.value[:place], term.value[place:]
    return f"{prefixes[namespace]}:{local}" if namespace in prefixes and _LOCAL.fullmatch(local) else str(term)


async def _show(site: Site, request: Request, query: str, question: str, *, is_waiting: bool) -> Response:
    language = find_language(request.scope)
    published = await site.once(_read_questions)
    asked = published.questions.get(question)
    text = query or (write_question(asked, language) if asked else "")
    outcome = await _answer(site, text, language, is_waiting=is_waiting) if text.strip() else None
    fault = outcome if isinstance(outcome, Fault) else None
    is_unknown = bool(question) and asked is None and not query
    shown = text or write_question(load_page_queries()["query-start"], language, {"language": language})
    return _give(
        site,
        request,
        fault.status if fault else 404 if is_unknown else 200,
        text=shown,
        is_asked=bool(text.strip()),
        outcome=outcome if isinstance(outcome, Outcome) else None,
        fault=fault,
        unknown=question if is_unknown else "",
        samples=list_samples(site.find_base(request) + site.path, shown),
        topics=_group_questions(published),
    )


def _give(site: Site, request: Request, status: int, **context: Any) -> Response:
    told = {"base": BASE, "ontology": ONTOLOGY, "most": MOST_ROWS, "longest": LONGEST_QUERY}
    body = render(site, request, "query.html", **told, **context)
    language = find_language(request.scope)
    if status == 200 and not context["is_asked"]:
        return site.make_response(body, HTML, None, language)
    headers = {"Vary": PAGE_VARY, "Content-Language": language, **PAGE_HEADERS, **_FRESH}
    return Response(body, status, headers, HTML)


async def _answer(site: Site, text: str, language: str, *, is_waiting: bool) -> Outcome | Fault | None:
    """Return what comes of a query, or None where it takes long and nobody said that they wait."""
    if is_waiting:
        return await answer_query(site, text, language)
    try:
        async with asyncio.timeout(_PATIENCE):
            return await answer_query(site, text, language)
    except TimeoutError:
        return None


def _group_questions(
    published: Published,
) -> list[tuple[Mapping[str, str] | None, list[tuple[str, Mapping[str, str]]]]]:
    """Return the names of topics and, by each, the names and titles of its questions; those of none come last."""
    groups = []
    for topic, labels in [*published.topics.items(), ("", None)]:
        found = [(item.name, item.titles) for item in published.questions.values() if item.topic == topic]
        if found:
            groups.append((labels, found))
    return groups
