"""Owns the HTTP side of a store: the request, the account, the limits, and what each failure means.

Queries go as forms (https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded): Virtuoso never answers one
that is posted directly. Refuses redirects, so that account and data go nowhere but to the address given.
"""

from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

from provfin.remote.graphs import Dataset
from provfin.remote.rewriting import ROWS, TRIPLES, is_timeout
from provfin.settings import Settings
from provfin.store import BadQueryError, ExceededError, Limit, StoreError

MEGABYTE = 1_000_000
_CONNECT_SECONDS = 5
_LONGEST_MESSAGE = 500
# Virtuoso quotes the query behind its message, with pragmas of its own.
_QUOTED = "\n\nSPARQL query:"
_CUT_HEADERS: Mapping[str, str] = {"x-sparql-maxrows": "rows", "x-sql-state": "time"}


class Account(httpx.Auth):
    """A user and password, given when asked for, in the way asked for: Basic or Digest (RFC 7617, RFC 7616)."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._chosen: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Answer the store's challenge; what it was is remembered."""
        if self._chosen is None:
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            is_digest = "digest" in response.headers.get("www-authenticate", "").lower()
            self._chosen = self._digest if is_digest else self._basic
        yield from self._chosen.auth_flow(request)


class Connection:
    """The connections to one store."""

    def __init__(self, address: str, settings: Settings, *, user: str = "", password: str = "") -> None:
        self.address = address
        self._most_bytes = settings.answer_megabytes * MEGABYTE
        self._client = httpx.AsyncClient(
            auth=Account(user, password) if user else None,
            timeout=httpx.Timeout(settings.query_seconds, connect=_CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=settings.workers + settings.slow_workers),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "provfin"},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def ask(self, text: str, dataset: Dataset, *, is_graph: bool) -> bytes:
        """Return the whole answer to a query, as SPARQL JSON or N-Triples.

        Raises `BadQueryError` for what the store calls bad, `ExceededError` for a limit of ours or the store's,
        `StoreError` when the store fails, cannot be reached or breaks off.
        """
        form = {"query": text, "default-graph-uri": list(dataset.default), "named-graph-uri": list(dataset.named)}
        with_accept = {"Accept": TRIPLES if is_graph else ROWS}
        async with self._send("POST", self.address, data=form, headers=with_accept) as response:
            body = await self._read(response)
            _refuse_failure(response, body)
            _refuse_cut(response.headers)
            return body

    async def has_rows(self, text: str, dataset: Dataset) -> bool:
        """Tell whether the store would give all rows of a query; they are asked for as CSV, and left unread.

        Raises as `ask` when the store does not answer the query at all.
        """
        form = {"query": text, "default-graph-uri": list(dataset.default)}
        async with self._send("POST", self.address, data=form, headers={"Accept": "text/csv"}) as response:
            if not response.is_success:
                _refuse_failure(response, await self._read(response))
            return not set(_CUT_HEADERS) & set(response.headers)

    async def change(self, method: str, address: str, graph: str, data: bytes = b"") -> None:
        """Put, post or delete a graph by the Graph Store Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/)."""
        headers = {"Content-Type": TRIPLES} if data else {}
        async with self._send(method, address, params={"graph": graph}, content=data, headers=headers) as response:
            body = await self._read(response)
            if method == "DELETE" and response.status_code == httpx.codes.NOT_FOUND:
                return
            _refuse_failure(response, body)

    @asynccontextmanager
    async def _send(self, method: str, address: str, **options: object) -> AsyncIterator[httpx.Response]:
        try:
            async with self._client.stream(method, address, **options) as response:  # type: ignore[arg-type]
                yield response
        except httpx.PoolTimeout as error:
            raise ExceededError(Limit.load, "too many queries wait for the store; ask again later") from error
        except httpx.ConnectTimeout as error:
            raise StoreError("the store cannot be reached in time") from error
        except httpx.TimeoutException as error:
            raise ExceededError(Limit.time, "the store did not answer in time; ask for less") from error
        except httpx.HTTPError as error:
            raise StoreError(f"the store cannot be reached or broke off ({error})") from error

    async def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._most_bytes:
                megabytes = self._most_bytes // MEGABYTE
                raise ExceededError(Limit.size, f"the answer has more than {megabytes} MB; page with LIMIT and OFFSET")
        return bytes(body)


def _refuse_failure(response: httpx.Response, body: bytes) -> None:
    if response.is_success:
        return
    status, message = response.status_code, _read_message(body)
    if status == httpx.codes.BAD_REQUEST:
        raise BadQueryError(message or "the store cannot read the query")
    if status == httpx.codes.REQUEST_TIMEOUT or (response.is_server_error and is_timeout(message)):
        raise ExceededError(Limit.time, "the store gave up on the query; ask for less")
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        raise ExceededError(Limit.load, "the store has too much to do; ask again later")
    raise StoreError(f"the store answers {status}: {message}")


def _read_message(body: bytes) -> str:
    return body.decode("utf-8", "replace").partition(_QUOTED)[0].strip()[:_LONGEST_MESSAGE]


def _refuse_cut(headers: Mapping[str, str]) -> None:
    """Refuse an answer that Virtuoso says it has cut."""
    if "x-sparql-maxrows" in headers:
        most: Sequence[str] = headers["x-sparql-maxrows"].split()
        raise ExceededError(Limit.size, f"the store gives no more than {most[0]} rows; page with LIMIT and OFFSET")
    if "x-sql-state" in headers:
        raise ExceededError(Limit.time, "the store gave up before the answer was whole")
