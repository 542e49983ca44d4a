"""Owns the search: things by their names, figures by their numbers, and a name of the graph by itself.

What is looked for stands in the address, as do the kind and the page. Refuses to guess: what fits only in part is
said to.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from provfin.dataset import ONTOLOGY
from provfin.errors import InputError
from provfin.queries import Parameter
from provfin.turtle import BASE
from provfin.web.explore.asking import ask_page, find_path, find_texts, name_resource
from provfin.web.explore.portrait import Draw
from provfin.web.explore.search.names import KINDS as THINGS
from provfin.web.explore.search.names import Hit, load_names
from provfin.web.explore.search.numbers import FoundFigures, Number, find_figures, parse_number
from provfin.web.explore.search.spelling import spell
from provfin.web.language import find_language
from provfin.web.lookup import Texts
from provfin.web.pages import find_address, find_release_root, give_page
from provfin.web.problems import KNOWN, explain
from provfin.web.site import Site
from provfin.web.texts import load_texts

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {}
PAGE_SIZE = 20
_MOST_SUGGESTED = 8
_MOST_FIGURES = 10
_LONGEST = 200
_MOST_PAGES = 10_000
_JSON = "application/json"
_QUESTION = "question"
# What may be a name of the graph: an IRI, a prefixed name, a path below `id/`.
_NAME = re.compile(r"[\w-]+:\S+|/?(?:id/)?[a-z-]+/\S+")

Text = Annotated[str, Query(alias="q", description="what is looked for")]
PageNumber = Annotated[int, Query(ge=1, le=_MOST_PAGES)]
# Pieces of a text, and whether each is what was looked for.
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Result:
    """A thing that was found, as a page shows it: `alias` is what else it is called, where it was found by that."""

    hit: Hit
    address: str
    kind: str
    name: Pieces
    language: str
    other: Pieces
    other_language: str
    alias: Pieces
    report: Texts


@dataclass(frozen=True)
class Shelf:
    """A kind of things among what was found: its code, its name, how many."""

    code: str
    name: str
    number: int


@dataclass(frozen=True)
class Search:
    """What was asked for, and what answers are shown with: the language, and where the release's pages begin."""

    text: str
    kind: str
    language: str
    root: str


def make_router(site: Site) -> APIRouter:
    """Return the routes of the search."""
    router = APIRouter()

    @router.get("/search")
    async def show_search(request: Request, text: Text = "", kind: str = "", page: PageNumber = 1) -> Response:
        search = _read_search(site, request, text, kind)
        try:
            named = await _find_named(site, search)
            return named or await _show_results(site, request, search, page)
        except KNOWN as error:
            return explain(error)

    @router.get("/search/suggestions")
    async def suggest(request: Request, text: Text = "") -> Response:
        search = _read_search(site, request, text, "")
        try:
            found = await _suggest(site, search)
        except KNOWN as error:
            return explain(error)
        body = json.dumps({"query": search.text, "suggestions": found}, ensure_ascii=False)
        return site.make_response(body.encode(), _JSON, language=search.language)

    return router


def _read_search(site: Site, request: Request, text: str, kind: str) -> Search:
    if kind and kind not in THINGS:
        raise InputError(f"no kind {kind!r}", where="kind", repair=f"one of: {', '.join(THINGS)}")
    plain = " ".join(text.split())[:_LONGEST]
    return Search(plain, kind, find_language(request.scope), find_release_root(site, request))


async def _find_named(site: Site, search: Search) -> Response | None:
    """Return the way to the page of what was asked for by its own name, or None where it was not."""
    iri = read_name(search.text)
    if not iri or not (await ask_page(site, "search-thing", {"thing": iri})).rows:
        return None
    return RedirectResponse(find_address(iri, search.root), 303, {"Cache-Control": "no-cache"})


def read_name(text: str) -> str:
    """Return the IRI of this graph that a text names: an IRI, a prefixed name, a path; empty for other texts.

    >>> read_name("pf:Area"), read_name("/id/indicator/loans"), read_name("a house")
    ('https://w3id.org/provfin/def#Area', 'https://w3id.org/provfin/id/indicator/loans', '')
    """
    if _NAME.fullmatch(text) is None:
        return ""
    written = text if ":" in text else name_resource(text.removeprefix("/").removeprefix("id/"))
    try:
        iri = str(Parameter("thing", "iri", "", {}).parse(written).value)
    except ValueError:
        return ""
    return iri if iri.startswith((BASE, f"{ONTOLOGY}#")) and iri != BASE else ""


async def _show_results(site: Site, request: Request, search: Search, page: int) -> Response:
    names = await site.once(load_names)
    found = names.search(search.text) if search.text else names.browse(search.kind) if search.kind else []
    counts = Counter(hit.thing.kind for hit in found) if search.text else names.count()
    chosen = [hit for hit in found if not search.kind or hit.thing.kind == search.kind]
    pages = max(1, -(-len(chosen) // PAGE_SIZE))
    if page > pages:
        raise InputError(f"there are {pages} pages, no page {page}", where="page", repair=f"1 to {pages}")
    shown = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    number = parse_number(search.text)
    printed = await find_figures(site, number, search.language) if number and not search.kind and page == 1 else None
    return give_page(
        site,
        request,
        "search.html",
        search=search,
        shelves=_list_shelves(counts, search.language),
        number=len(chosen),
        total=len(found),
        results=await _make_results(site, search, shown),
        first=(page - 1) * PAGE_SIZE + 1,
        page=page,
        pages=pages,
        printed=printed,
        most_figures=_MOST_FIGURES,
    )


def _list_shelves(counts: Mapping[str, int], language: str) -> list[Shelf]:
    names = name_kinds(language)
    return [Shelf(kind, names[kind], counts[kind]) for kind in THINGS if counts.get(kind)]


async def _make_results(site: Site, search: Search, hits: Sequence[Hit]) -> list[Result]:
    named = {iri for hit in hits for iri in (hit.thing.class_iri, hit.thing.report) if iri}
    texts = await find_texts(site, named)
    kinds = name_kinds(search.language)
    words = spell(search.text).runs

    def make(hit: Hit) -> Result:
        thing = hit.thing
        language, name, other_language, other = _tell_apart(thing.texts, search.language)
        kind = texts.get(thing.class_iri, {}).get(search.language) if thing.kind != _QUESTION else None
        return Result(
            hit,
            _find_page(thing.iri, thing.kind, search.root),
            kind or kinds[thing.kind],
            mark_words(name or find_path(thing.iri), words),
            language,
            mark_words(other, words),
            other_language,
            mark_words(hit.alias, words),
            texts.get(thing.report, {}),
        )

    return [make(hit) for hit in hits]


def _find_page(iri: str, kind: str, root: str) -> str:
    """Return the address of a thing; that of a question is where it is answered."""
    return f"{root}questions/{iri.rpartition('/')[2]}" if kind == _QUESTION else find_address(iri, root)


def _tell_apart(texts: Texts, language: str) -> tuple[str, str, str, str]:
    """Return the language and text of the name for a page, and of the other name; empty where there is none."""
    ordered = sorted(texts.items(), key=lambda item: (item[0] != language, item[0]))
    (first, name), (second, other) = (*ordered, ("", ""), ("", ""))[:2]
    return first, name, second, other if other != name else ""


def mark_words(text: str, words: Sequence[str]) -> Pieces:
    """Return the pieces of a text, and which of them are words that were looked for.

    >>> mark_words("Bank deposits", ["dep"])
    [('Bank ', False), ('dep', True), ('osits', False)]
    """
    if not words or not text:
        return [(text, False)] if text else []
    longest_first = sorted(words, key=len, reverse=True)
    pattern = "|".join(rf"(?<![a-z]){re.escape(word)}" if word.isascii() else re.escape(word) for word in longest_first)
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return [(piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece]


async def _suggest(site: Site, search: Search) -> list[dict[str, Any]]:
    if not search.text:
        return []
    names = await site.once(load_names)
    kinds = name_kinds(search.language)
    number = parse_number(search.text)
    printed = await find_figures(site, number, search.language) if number else None
    found = _suggest_figures(printed, number, search) if printed and number else []
    for hit in names.search(search.text)[: _MOST_SUGGESTED - len(found)]:
        language, name, _, _ = _tell_apart(hit.thing.texts, search.language)
        address = _find_page(hit.thing.iri, hit.thing.kind, search.root)
        told = {"name": name, "lang": language, "alias": hit.alias, "kind": kinds[hit.thing.kind], "address": address}
        found.append(told)
    return found


def _suggest_figures(printed: FoundFigures, number: Number, search: Search) -> list[dict[str, Any]]:
    gettext = load_texts(search.language).gettext
    most = _MOST_SUGGESTED // 2
    found = []
    for figure in printed.figures[:most]:
        language, name, _, _ = _tell_apart(figure.texts, search.language)
        told = f"{name} · {figure.period} · {figure.shown.exact}"
        address = f"{find_address(figure.observation, search.root)}#evidence"
        found.append({"name": told, "lang": language, "alias": "", "kind": gettext("Figure"), "address": address})
    return found


def name_kinds(language: str) -> dict[str, str]:
    """Return what the kinds of things are called in a language, by their codes."""
    gettext = load_texts(language).gettext
    return {
        "indicator": gettext("Indicators"),
        "institution": gettext("Institutions"),
        "instrument": gettext("Instruments"),
        "programme": gettext("Programmes"),
        "event": gettext("Events"),
        "area": gettext("Areas"),
        "target": gettext("Sectors and beneficiaries"),
        "topic": gettext("Topics"),
        "document": gettext("Documents"),
        "designation": gettext("Titles and honours"),
        "outlook": gettext("Outlook"),
        "report": gettext("Reports"),
        "part": gettext("Parts of reports"),
        "question": gettext("Questions"),
        "finding": gettext("Audit findings"),
        "code": gettext("Breakdowns and codes"),
        "contribution": gettext("Contributors"),
        "term": gettext("Terms of the ontology"),
    }
