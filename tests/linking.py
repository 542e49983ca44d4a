"""A server in this process for tests of what it serves: its service, a client, and a reader of its pages."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from html.parser import HTMLParser

import httpx
import pyoxigraph as ox
from fastapi import FastAPI

from provfin.guard import LONGEST_QUERY
from provfin.queries import Query
from provfin.store import GRAPH_FORMATS, Answer, LocalEngine
from provfin.web import resources, wellknown
from provfin.web.negotiation import RESULTS_JSON
from provfin.web.site import Site

_VOID = {"br", "hr", "img", "input", "link", "meta"}


class Service:
    """Answers in the thread that asks: what is measured here is what is answered, not how."""

    def __init__(self, store: ox.Store) -> None:
        self._engine = LocalEngine(store)
        self.fault: Exception | None = None

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        if self.fault is not None:
            raise self.fault
        return self._engine.answer(query, results_type, graph_type)


class Client:
    """A client of an application in this process."""

    def __init__(self, app: FastAPI, base: str = "http://server.test") -> None:
        self._app = app
        self._base = base

    def get(self, path: str, accept: str | None = None, language: str | None = None) -> httpx.Response:
        told = {"accept": accept, "accept-language": language}
        return asyncio.run(self._get(path, {name: value for name, value in told.items() if value}))

    async def _get(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self._base) as client:
            return await client.get(path, headers=dict(headers))


def make_client(site: Site, base: str = "http://server.test") -> Client:
    app = FastAPI()
    app.include_router(resources.make_router(site))
    app.include_router(wellknown.make_router(site))
    return Client(app, base)


class DirectService(Service):
    """Answers without guard or threads, for asking tens of thousands of times."""

    def __init__(self, store: ox.Store) -> None:
        super().__init__(store)
        self._store = store

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        assert len(query.text) <= LONGEST_QUERY
        found = self._store.query(query.text, use_default_graph_as_union=True)
        if isinstance(found, ox.QueryTriples):
            return Answer(found.serialize(format=ox.RdfFormat.N_TRIPLES) or b"", "application/n-triples")
        assert isinstance(found, ox.QuerySolutions)
        return Answer(found.serialize(format=ox.QueryResultsFormat.JSON) or b"", RESULTS_JSON)


def read(response: httpx.Response) -> set[ox.Triple]:
    media_type = response.headers["content-type"].split(";")[0]
    parsed = ox.parse(response.content, format=GRAPH_FORMATS[media_type])
    return {quad.triple for quad in parsed}


class Page(HTMLParser):
    """Gathers what a page has, and fails where tags do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.styled: list[str] = []
        # Scripts that are neither a file of this server nor data.
        self.foreign_scripts: list[str] = []
        self.data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags[tag] += 1
        if tag == "script":
            self._take_script(told)
        if tag not in _VOID:
            self.open.append(tag)
        if told.get("href") is not None:
            self.links.append(str(told["href"]))
        if told.get("id") is not None:
            self.ids.append(str(told["id"]))
        self.styled += [name for name in told if name == "style" or name.startswith("on")]

    def _take_script(self, told: Mapping[str, str | None]) -> None:
        kind, source = told.get("type"), told.get("src") or ""
        is_file = kind == "module" and source.startswith("/") and not source.startswith("//")
        if not is_file and kind != "application/json":
            self.foreign_scripts.append(str(told))

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and data.strip():
            self.data.append(data)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_page(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert text.startswith("<!doctype html>")
    assert (page.tags["h1"], page.tags["main"], page.tags["title"]) == (1, 1, 1)
    assert not page.tags["style"]
    assert page.styled == []
    assert page.foreign_scripts == []
    assert all(isinstance(json.loads(data), dict) for data in page.data)
    assert len(page.ids) == len(set(page.ids))
    return page
