"""Running a pool of workers over a small release, and listening for connections that must not come."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest

from provfin.queries import Query
from provfin.settings import Settings
from provfin.store import Answer, ExceededError
from provfin.workers import WorkerPool
from provfin.workers.link import WorkerLink

JSON, CSV, TURTLE = "application/sparql-results+json", "text/csv", "text/turtle"
QUADS = 3000
RUNAWAY = Query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
LIGHT = Query("SELECT ?o { <http://example.org/s1> ?p ?o }")
FOUND = b'{"head":{},"boolean":true}'

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that must not hang."""

    async def bounded() -> T:
        async with asyncio.timeout(60):
            return await work

    return asyncio.run(bounded())


def write_quads(path: Path) -> Path:
    """Write a small release: QUADS triples in two graphs."""
    lines = [
        f'<http://example.org/s{n}> <http://example.org/p{n % 3}> "值 {n}" <http://example.org/g{n % 2}> .\n'
        for n in range(QUADS)
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@asynccontextmanager
async def open_pool(data_path: Path, **given: int | str) -> AsyncIterator[WorkerPool]:
    """Start a pool whose workers are ready, and stop it; whatever happened, none of its processes may be left."""
    defaults: dict[str, Any] = {"query_seconds": 20, "workers": 2, "slow_workers": 2, "query_megabytes": 256}
    pool = WorkerPool(data_path, Settings(**{**defaults, **given}))
    await pool.start()
    try:
        await wait_until(lambda: pool.count().idle == pool._settings.workers)
        yield pool
    finally:
        pids = list_pids(pool)
        await pool.stop()
    assert not [pid for pid in pids if is_alive(pid)]


async def ask(pool: WorkerPool, query: Query | str, results_type: str = JSON, graph_type: str = TURTLE) -> Answer:
    """Ask a pool in the formats of most tests."""
    return await pool.answer(Query(query) if isinstance(query, str) else query, results_type, graph_type)


async def lives(pool: WorkerPool) -> bool:
    """Tell whether a pool still answers."""
    return (await ask(pool, "ASK { ?s ?p ?o }")).body == FOUND


async def expect_exceeded(pool: WorkerPool, query: Query | str) -> ExceededError:
    """Return the limit a query meets."""
    with pytest.raises(ExceededError) as caught:
        await ask(pool, query)
    return caught.value


def get_server_pid(pool: WorkerPool) -> int:
    """Return the process id of a pool's fork server."""
    assert pool._server is not None
    return pool._server.pid


def list_links(pool: WorkerPool) -> list[WorkerLink]:
    """Return the workers of a pool."""
    return list(pool._links.values())


def list_pids(pool: WorkerPool) -> list[int]:
    """Return the process ids of a pool: its fork server and the workers it knows to be forked."""
    workers = [link.pid for link in list_links(pool) if link.pid is not None]
    return workers if pool._server is None else [pool._server.pid, *workers]


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


async def wait_until(is_so: Callable[[], bool], seconds: int = 10) -> None:
    """Wait for something that must soon be so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to be"
        await asyncio.sleep(1 / 100)


class Listener(ThreadingHTTPServer):
    """A SPARQL server that answers one row to everything, or sends the client elsewhere; it remembers who came."""

    daemon_threads = True

    def __init__(self, elsewhere: str = "") -> None:
        self.elsewhere = elsewhere
        self.visits: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/sparql"

    def verify_request(self, *_: object) -> bool:
        """Note a connection, whatever is asked over it."""
        self.visits.append("connection")
        return True


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"elsewhere"}}]}}'
        self.send_response(303 if self.server.elsewhere else 200)
        if self.server.elsewhere:
            self.send_header("Location", self.server.elsewhere)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(elsewhere: str = "") -> Iterator[Listener]:
    """Listen on a free port of the loopback."""
    with Listener(elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, args=(1 / 100,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
