"""Owns stopping work for a client that has left: its query is ended, and its worker is free for others.

Whoever gets an answer at once is not watched: most do, and watching costs more than some answers.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Seconds after which a client is looked after.
_PATIENCE = 1 / 20


class StopWhenGone:
    """ASGI middleware that cancels the application when the client closes the connection before the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; when it takes long, watch the connection beside it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        line = _Line(receive, has_body=scope["method"] == "POST")
        line.start()
        try:
            await self._app(scope, line.receive, send)
        except asyncio.CancelledError:
            if not line.is_gone:
                raise
            line.work.uncancel()
        finally:
            line.stop()


class _Line:
    """The connection to a client: its body goes to the application, what follows is only watched."""

    def __init__(self, receive: Receive, *, has_body: bool) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.work = task
        self.is_gone = False
        self._receive = receive
        self._has_body = has_body
        self._body_read = asyncio.Event()
        self._gone = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_PATIENCE, self._start_watching)

    def stop(self) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _start_watching(self) -> None:
        self._watch = asyncio.ensure_future(self._wait_until_gone())

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

    async def _wait_until_gone(self) -> None:
        if self._has_body:
            await self._body_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_gone = True
        self._gone.set()
        self.work.cancel()
