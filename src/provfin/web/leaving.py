"""Owns stopping work for a client that has left: its query is ended, and its worker is free for others."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class StopWhenGone:
    """ASGI middleware that cancels the application when the client closes the connection before the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application beside a watcher of the connection; whichever ends first ends the other."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        line = _Line(receive, has_body=scope["method"] == "POST")
        work = asyncio.ensure_future(self._app(scope, line.receive, send))
        watch = asyncio.ensure_future(line.wait_until_gone())
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            if not work.done():
                work.cancel()
        with suppress(asyncio.CancelledError):
            await work


class _Line:
    """The connection to a client: its body goes to the application, what follows is only watched."""

    def __init__(self, receive: Receive, *, has_body: bool) -> None:
        self._receive = receive
        self._has_body = has_body
        self._body_read = asyncio.Event()
        self._gone = asyncio.Event()

    async def receive(self) -> Message:
        if not self._has_body:
            self._has_body = True
            self._body_read.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        if self._body_read.is_set():
            await self._gone.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            self._body_read.set()
        return message

    async def wait_until_gone(self) -> None:
        if self._has_body:
            await self._body_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone.set()
