"""Owns giving an answer again without making it again: whole replies kept by request, and 304 for who has them.

Keeps only what names an entity tag: what is made from an immutable release. Refuses to keep what is sent in pieces.
"""

from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provfin.web.kept import Kept
from provfin.web.negotiation import matches_tag

# What of a request an answer may depend on, beside its address.
_DEPENDS_ON = (b"accept", b"accept-encoding", b"accept-language", b"host")
_SENT_WITH_304 = (b"etag", b"cache-control", b"vary", b"link", b"content-location")

Key = tuple[object, ...]


@dataclass(frozen=True)
class Reply:
    """A whole response, and the marks its making left for the log."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    marks: dict[str, Any]

    def find(self, name: bytes) -> bytes | None:
        """Return the value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)

    async def send(self, send: Send, wanted: str | None) -> None:
        """Send it, or 304 when the client has it."""
        tag = self.find(b"etag")
        if self.status == 200 and tag is not None and matches_tag(wanted, tag.decode()):
            headers = [(name, value) for name, value in self.headers if name in _SENT_WITH_304]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers]})
        await send({"type": "http.response.body", "body": self.body})


class KeepReplies:
    """ASGI middleware that answers a GET it has answered before."""

    def __init__(self, app: ASGIApp, kept: Kept[Key, Reply]) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let the application answer and keep it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        wanted, key = _read_request(scope)
        reply = self._kept.get(key)
        if reply is None:
            collector = _Collector(send)
            await self._app(scope, receive, collector)
            marks = scope.setdefault("marks", {})
            marks.setdefault("route", getattr(scope.get("route"), "path", "none"))
            reply = collector.make_reply(marks)
            if reply is None:
                return
            if reply.status == 200 and reply.find(b"etag") is not None:
                self._kept.put(key, reply, len(reply.body))
        else:
            scope.setdefault("marks", {}).update(reply.marks, kept=True)
        await reply.send(send, wanted)


def _read_request(scope: Scope) -> tuple[str | None, Key]:
    wanted = None
    depends: list[object] = [scope.get("raw_path", scope["path"]), scope["query_string"], scope["scheme"]]
    for name, value in scope["headers"]:
        if name in _DEPENDS_ON:
            depends += (name, value)
        elif name == b"if-none-match":
            wanted = value.decode("latin-1")
    return wanted, tuple(depends)


class _Collector:
    """Takes in a response; what comes in pieces is passed on as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: bytes | None = None
        self._is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif self._is_stream:
            await self._send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            self._body = message.get("body", b"")
        else:
            assert self._start is not None
            self._is_stream = True
            await self._send(self._start)
            await self._send(message)

    def make_reply(self, marks: dict[str, Any]) -> Reply | None:
        if self._start is None or self._body is None:
            return None
        return Reply(self._start["status"], list(self._start["headers"]), self._body, dict(marks))
