"""Owns where a connection's queries go: an endpoint over HTTP, or an engine in this process over files.

Both give bytes: SPARQL results in JSON, or N-Triples of what CONSTRUCT and DESCRIBE made. Refuses updates. Every
failure is one `InputError`.
"""

import ast
import hashlib
import json
import re
import warnings
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit

import httpx
import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.differences import read_nquads
from provfin.errors import InputError
from provfin.folders import gather_folder
from provfin.queries import Query
from provfin.release import gather_content, is_release_folder, load_release
from provfin.store import Answer, BadQueryError, LocalEngine

RESULTS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
_GRAPH_TYPES = f"{TRIPLES}, text/turtle;q=0.9, application/rdf+xml;q=0.8"
# Servers must take addresses of 8,000 characters (RFC 9110, 4.1); proxies on the way are often stricter.
_LONGEST_GET = 1500
_LONGEST_REASON = 300
_HASH = re.compile(r"[0-9a-f]{64}|[0-9a-f]{16}")
# Where a server of this project answers queries; its questions have addresses beside it.
_OWN_ENDPOINT = "/sparql"
_REPAIRS = {
    400: "mend the query",
    401: "give the address of an endpoint that is open to you",
    403: "give the address of an endpoint that is open to you",
    404: "give the address of a SPARQL endpoint, such as http://127.0.0.1:8000/sparql",
    406: "give the address of an endpoint that answers in JSON",
    413: "ask for less at a time (LIMIT, OFFSET)",
    429: "ask again later",
    503: "ask for less, or again later",
}


class Endpoint(Protocol):
    """Whatever answers a query as bytes and knows which release it holds."""

    def ask(self, text: str) -> Answer:
        """Answer a query; raises `InputError` saying why it cannot be."""
        ...

    def ask_question(self, name: str, parameters: Mapping[str, str]) -> Answer | None:
        """Answer the question of a name that the endpoint itself has, None where it has none; raises as `ask`."""
        ...

    @property
    def release(self) -> str | None:
        """The hash of the release, None where there is none."""
        ...


class LocalEndpoint:
    """An engine in this process."""

    def __init__(self, store: ox.Store, release: str | None) -> None:
        self._engine = LocalEngine(store)
        self.release = release

    def ask(self, text: str) -> Answer:
        """Answer a query."""
        try:
            return self._engine.answer(Query(text), RESULTS, TRIPLES)
        except BadQueryError as error:
            # The parser lists all it would have taken instead, over many lines.
            what = " ".join(str(error).split())[:_LONGEST_REASON]
            raise InputError(what, where="query", repair="mend the query") from error

    def ask_question(self, name: str, parameters: Mapping[str, str]) -> None:
        """Answer nothing: over files, the questions are those of this installation."""
        return


def open_installation() -> LocalEndpoint:
    """Return an endpoint over the data of this installation."""
    content = gather_content(find_assets())
    return LocalEndpoint(_load(content.data), content.hash)


def open_path(path: Path) -> LocalEndpoint:
    """Return an endpoint over a release's folder, a `.nq` or `.nq.gz` file, or a folder of Turtle.

    To a folder of Turtle belong the vocabulary and ontology of this installation and what follows from them. Raises
    `InputError` for anything else.
    """
    if is_release_folder(path):
        release = load_release(path)
        return LocalEndpoint(_load(release.data_path.read_bytes()), release.hash)
    if not path.is_dir():
        data = read_nquads(path)
        return LocalEndpoint(_load(data, path), hashlib.sha256(data).hexdigest())
    return LocalEndpoint(_load(gather_folder(path).data), None)


def _load(data: bytes, path: Path | None = None) -> ox.Store:
    store = ox.Store()
    try:
        store.bulk_load(data, format=ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise InputError(f"not N-Quads ({error.msg})", where=str(path), repair="give another file") from error
    return store


class HttpEndpoint:
    """A SPARQL 1.1 endpoint over HTTP, asked through SPARQLWrapper."""

    def __init__(self, url: str, seconds: int) -> None:
        self._wrapper_class = _import_wrapper()
        # The address of a server, not of an endpoint: what ends in a slash.
        self.url = f"{url.rstrip('/')}/sparql" if urlsplit(url).path in {"", "/"} or url.endswith("/") else url
        self._seconds = seconds
        self._tag: str | None = None

    @property
    def release(self) -> str | None:
        """The hash that the server names as the entity tag of its answers, if it is one."""
        if self._tag is None:
            self.ask("ASK {}")
        found = _HASH.search(self._tag or "")
        return found[0] if found else None

    def ask(self, text: str) -> Answer:
        """Answer a query; a long one goes by POST."""
        with warnings.catch_warnings():
            # What it warns of, such as a query whose form it cannot tell, the server says better.
            warnings.simplefilter("ignore")
            wrapper = self._prepare(text)
            response, body = self._fetch(wrapper)
        headers = {key.lower(): value for key, value in response.items()}
        self._tag = headers.get("etag", "")
        return Answer(body, headers.get("content-type", "").partition(";")[0].strip().lower())

    def ask_question(self, name: str, parameters: Mapping[str, str]) -> Answer | None:
        """Answer a question at its address beside the endpoint (`…/questions/<name>?…`), where the server has it.

        So the server's own question is answered, with parameters of its own types, and not what this installation
        calls so. None where there is no such address, or no results at it.
        """
        if not self.url.endswith(_OWN_ENDPOINT):
            return None
        address = f"{self.url.removesuffix(_OWN_ENDPOINT)}/questions/{quote(name, safe='')}"
        response = self._get(address, parameters)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code == httpx.codes.NOT_FOUND or (response.is_success and media_type != RESULTS):
            return None
        if not response.is_success:
            raise self._explain(response.status_code, response.content, address)
        self._tag = response.headers.get("etag", "")
        return Answer(response.content, media_type)

    def _get(self, address: str, parameters: Mapping[str, str]) -> httpx.Response:
        headers = {"Accept": RESULTS, "User-Agent": "provfin-client"}
        try:
            return httpx.get(
                address, params=dict(parameters), headers=headers, timeout=self._seconds, follow_redirects=True
            )
        except httpx.TimeoutException as error:
            raise self._say_late() from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            what = f"cannot be reached ({error})"
            raise InputError(what, where=address, repair="check the address, and that the server runs") from error

    def _prepare(self, text: str) -> Any:
        wrapper = self._wrapper_class(self.url, agent="provfin-client")
        wrapper.setQuery(text)
        if wrapper.isSparqlUpdateRequest():
            raise InputError("a release is read-only", where="query", repair="ask SELECT, ASK, CONSTRUCT or DESCRIBE")
        is_graph = wrapper.queryType in {"CONSTRUCT", "DESCRIBE"}
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", _GRAPH_TYPES if is_graph else RESULTS)
        wrapper.setTimeout(self._seconds)
        wrapper.setMethod("POST" if len(text.encode()) > _LONGEST_GET else "GET")
        return wrapper

    def _fetch(self, wrapper: Any) -> tuple[Any, bytes]:
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        try:
            response = wrapper.query().response
            with response:
                return response.headers, response.read()
        except SPARQLWrapperException as error:
            cause = error.__context__
            raise self._explain(cause.code if isinstance(cause, HTTPError) else 500, _read_body(error)) from error
        except HTTPError as error:
            with error:
                raise self._explain(error.code, error.read()) from error
        except TimeoutError as error:
            raise self._say_late() from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._say_late() from error
            what = f"cannot be reached ({getattr(error, 'reason', None) or error!r})"
            raise InputError(what, where=self.url, repair="check the address, and that the server runs") from error

    def _say_late(self) -> InputError:
        return InputError(
            f"no answer in {self._seconds} s", where=self.url, repair="ask for less, or give more seconds"
        )

    def _explain(self, status: int, body: bytes, address: str | None = None) -> InputError:
        repair = _REPAIRS.get(status, "ask again later" if status >= 500 else "mend the query")
        if address is not None and status == httpx.codes.BAD_REQUEST:
            repair = "mend the parameters"
        return InputError(f"{_read_detail(body)} (HTTP {status})", where=address or self.url, repair=repair)


def _import_wrapper() -> Callable[..., Any]:
    try:
        from SPARQLWrapper import SPARQLWrapper
    except ImportError as error:
        repair = "pip install sparqlwrapper"
        raise InputError("SPARQLWrapper is not installed", where="provfin.connect", repair=repair) from error
    return SPARQLWrapper


def _read_body(error: Exception) -> bytes:
    """Return the body of an answer that SPARQLWrapper keeps only as a `repr` at the end of its message."""
    _, found, written = str(error).partition("Response:\n")
    try:
        body = ast.literal_eval(written) if found else b""
    except (ValueError, SyntaxError):
        body = b""
    return body if isinstance(body, bytes) else b""


def _read_detail(body: bytes) -> str:
    """Return what an answer says is wrong in one line: the detail of a problem (RFC 9457), else how it starts."""
    text = body.decode("utf-8", errors="replace")
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if isinstance(told, dict):
        text = str(told.get("detail") or told.get("title") or "")
    return " ".join(text.split())[:_LONGEST_REASON] or "no reason given"
