"""Running the real application on a free port of the loopback, and a service in this process where that is enough."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from provfin.queries import Query
from provfin.store import Answer, LocalEngine


class LocalService:
    """Answers in this process, without limits."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine
        self.asked = 0

    async def start(self) -> None:
        """There is nothing to start."""

    async def stop(self) -> None:
        """There is nothing to stop."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        self.asked += 1
        return await run_in_threadpool(self._engine.answer, query, results_type, graph_type)


@contextmanager
def running(app: ASGIApp, **options: Any) -> Iterator[str]:
    """Run an application in a thread; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(3000):
        if server.started or not thread.is_alive():
            break
        thread.join(1 / 100)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
