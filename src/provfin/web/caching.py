"""Owns giving an answer again without making it again: whole replies kept by request, and 304 for who has them.

Keeps only what names an entity tag: what is made from an immutable release. Refuses to keep the body of what is sent in
pieces.
"""

from dataclasses import dataclass, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provfin.web.kept import Kept
from provfin.web.language import find_language
from provfin.web.negotiation import matches_tag

# What of a request an answer may depend on, beside its address.
_DEPENDS_ON = frozenset((b"accept", b"accept-encoding", b"host"))
_SENT_WITH_304 = (b"etag", b"cache-control", b"vary", b"link", b"content-location", b"content-language")
_HEAD = "head"

Key = tuple[object, ...]


@dataclass(frozen=True)
class KeptReply:
    """A response, or its head alone (no body), and the marks its making left for the log."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | None
    marks: dict[str, Any]

    @property
    def tag(self) -> bytes | None:
        """The entity tag, where it is an answer that has one."""
        return next((value for key, value in self.headers if key == b"etag"), None) if self.status == 200 else None

    @property
    def is_spoken(self) -> bool:
        """Whether it is in a language that its readers chose."""
        return any(name == b"vary" and b"accept-language" in value.lower() for name, value in self.headers)

    @property
    def size(self) -> int:
        """Bytes of the headers and of the body."""
        return sum(len(name) + len(value) for name, value in self.headers) + len(self.body or b"")

    def is_held(self, wanted: str | None) -> bool:
        """Tell whether a client that sends this If-None-Match has it."""
        return wanted is not None and (tag := self.tag) is not None and matches_tag(wanted, tag.decode())

    async def send(self, send: Send, wanted: str | None) -> None:
        """Send it, or 304 when the client has it."""
        status, headers, body = self.status, [*self.headers], self.body or b""
        if self.is_held(wanted):
            status, headers, body = 304, [(name, value) for name, value in headers if name in _SENT_WITH_304], b""
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class KeepReplies:
    """ASGI middleware that answers a GET it has answered before.

    Of what is too large to keep the head is kept, so that who has it is told so without making it again.
    """

    def __init__(self, app: ASGIApp, kept: Kept[Key, KeptReply]) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let the application answer and keep it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        wanted, keys = _read_request(scope)
        reply = self._find(keys) or self._find_head(keys, wanted)
        if reply is not None:
            scope.setdefault("marks", {}).update(reply.marks, kept=True)
        else:
            reply = await self._make(keys, scope, receive, send)
        if reply is not None:
            await reply.send(send, wanted)

    def _find(self, keys: "_Keys") -> KeptReply | None:
        return self._kept.get(keys.shared if self._kept.peek(keys.shared) is not None else keys.own)

    def _find_head(self, keys: "_Keys", wanted: str | None) -> KeptReply | None:
        heads = (self._kept.peek((_HEAD, key)) for key in (keys.shared, keys.own)) if wanted is not None else ()
        return next((head for head in heads if head is not None and head.is_held(wanted)), None)

    async def _make(self, keys: "_Keys", scope: Scope, receive: Receive, send: Send) -> KeptReply | None:
        """Let the application answer; return what is still to be sent."""
        collector = _Collector(send)
        await self._app(scope, receive, collector)
        marks = scope.setdefault("marks", {})
        marks.setdefault("route", getattr(scope.get("route"), "path", "none"))
        reply = collector.make_reply(marks)
        if reply is None:
            return None
        if reply.tag is not None:
            self._keep(keys.own if reply.is_spoken else keys.shared, reply)
        return None if collector.is_stream else reply

    def _keep(self, key: Key, reply: KeptReply) -> None:
        if reply.body is None or not self._kept.put(key, reply, reply.size):
            head = replace(reply, body=None)
            self._kept.put((_HEAD, key), head, head.size)


@dataclass(frozen=True)
class _Keys:
    """What a request is known by: where its answer is the same in every language, and where it is not."""

    shared: Key
    own: Key


def _read_request(scope: Scope) -> tuple[str | None, _Keys]:
    wanted = None
    depends: list[object] = [scope.get("raw_path", scope["path"]), scope["query_string"], scope["scheme"]]
    for name, value in scope["headers"]:
        if name in _DEPENDS_ON:
            depends += (name, value)
        elif name == b"if-none-match":
            wanted = value.decode("latin-1")
    return wanted, _Keys(tuple(depends), (find_language(scope), *depends))


class _Collector:
    """Takes in a response; what comes in pieces is passed on as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: bytes | None = None
        self.is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif self.is_stream:
            await self._send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            self._body = message.get("body", b"")
        else:
            assert self._start is not None
            self.is_stream = True
            await self._send(self._start)
            await self._send(message)

    def make_reply(self, marks: dict[str, Any]) -> KeptReply | None:
        """Return what the application answered, without a body where it came in pieces; None where it did not."""
        if self._start is None or (self._body is None and not self.is_stream):
            return None
        return KeptReply(self._start["status"], list(self._start["headers"]), self._body, dict(marks))
