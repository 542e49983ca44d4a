"""Owns sending answers compressed to who accepts it.

Large ones are compressed in a thread, so that no other client waits. Refuses what is small, in pieces, or compressed.
"""

import gzip

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provfin.web.negotiation import accepts_coding

_SMALLEST = 1000
_SMALLEST_FOR_THREAD = 50_000
_LEVEL = 5
_WORTHWHILE = (
    b"text/", b"application/json", b"application/ld+json", b"application/n-", b"application/problem+json",
    b"application/rdf+xml", b"application/sparql-results", b"application/xml", b"image/svg+xml",
)  # fmt: skip


class Compress:
    """ASGI middleware that compresses whole answers by gzip, the same bytes each time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer and compress what it says if the client accepts that."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        header = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"), None)
        await self._app(scope, receive, _Sender(send, accepts_coding(header, "gzip")))


class _Sender:
    def __init__(self, send: Send, is_accepted: bool) -> None:
        self._send = send
        self._is_accepted = is_accepted
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
            return
        headers = start["headers"] = list(start["headers"])
        if _is_worthwhile(headers) and not message.get("more_body"):
            _vary(headers)
            body = message.get("body", b"")
            if self._is_accepted and len(body) >= _SMALLEST:
                message = {**message, "body": await _pack(body)}
                _describe(headers, len(message["body"]))
        await self._send(start)
        await self._send(message)


async def _pack(body: bytes) -> bytes:
    if len(body) < _SMALLEST_FOR_THREAD:
        return gzip.compress(body, _LEVEL, mtime=0)
    return await run_in_threadpool(gzip.compress, body, _LEVEL, mtime=0)


Headers = list[tuple[bytes, bytes]]


def _is_worthwhile(headers: Headers) -> bool:
    found = dict(headers)
    return b"content-encoding" not in found and found.get(b"content-type", b"").startswith(_WORTHWHILE)


def _vary(headers: Headers) -> None:
    said = [value for name, value in headers if name == b"vary"]
    headers[:] = [item for item in headers if item[0] != b"vary"]
    headers.append((b"vary", b", ".join([*said, b"Accept-Encoding"])))


def _describe(headers: Headers, size: int) -> None:
    headers[:] = [item for item in headers if item[0] != b"content-length"]
    headers += [(b"content-length", str(size).encode()), (b"content-encoding", b"gzip")]
