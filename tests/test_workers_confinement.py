"""That no query opens a file or a connection: refused by the guard, and impossible for a worker that is asked past it.

Every test listens where the connection would arrive.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from provfin.guard import Reading, check_query
from provfin.queries import Query
from provfin.store import Answer, BadQueryError, ExceededError, StoreError
from provfin.workers import WorkerPool
from provfin.workers.confinement import IS_LINUX, SERVICE_DESCRIPTORS
from provfin.workers.frames import pack_request
from working import (
    CSV,
    TURTLE,
    Listener,
    ask,
    get_server_pid,
    list_links,
    listening,
    lives,
    open_pool,
    run,
    wait_until,
    write_quads,
)

only_linux = pytest.mark.skipif(not IS_LINUX, reason="told by /proc")

CONFINED = """
import socket, sys
from io import BytesIO
import pyoxigraph as ox
from provfin.workers import confinement

confinement.give_up_rights()
confinement.bound_memory(512)
confinement.forbid_files(0)
address, folder = sys.argv[1:]
store, call = ox.Store(), f"ASK {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"
for attempt in (
    lambda: open(__file__),
    lambda: open(f"{folder}/written", "w"),
    socket.socket,
    lambda: ox.Store(f"{folder}/store"),
    lambda: store.load(path=__file__, format=ox.RdfFormat.TURTLE),
    lambda: store.update(f"LOAD <{address}>"),
    lambda: store.query(call).serialize(BytesIO(), ox.QueryResultsFormat.CSV),
):
    try:
        attempt()
    except OSError:
        print("refused")
    else:
        print("done")
"""


@pytest.fixture(scope="module")
def data_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_quads(tmp_path_factory.mktemp("release") / "release.nq")


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


async def ask_past_guard(pool: WorkerPool, text: str, *services: str) -> Answer:
    """Ask a worker over its socket, as if the guard had passed the query and found calls to `services`."""
    link = pool._take()
    assert link is not None
    link.begin("", pool._loop.time() + 10)
    reading = Reading(names_graphs=False, is_volatile=True, services=services)
    request = pack_request(Query(text), reading, (CSV, TURTLE), 10_000)
    reply = await link.ask(request)
    pool._give_back(link, reply)
    return reply.open(reading, (CSV, TURTLE))


def call(address: str, how: str = "SERVICE") -> str:
    return f"SELECT ?o {{ {how} <{address}> {{ ?s ?p ?o }} }}"


# None allowed


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
        "SELECT * { VALUES ?where { <%s> } SERVICE ?where { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <%s> { ?s ?p ?o } } }",
        "LOAD <%s>",
        "LOAD SILENT <%s> INTO GRAPH <http://example.org/g>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }",
    ],
)
def test_calls_and_updates_are_refused_and_nothing_is_asked(data_path: Path, listener: Listener, text: str) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            with pytest.raises(BadQueryError):
                await ask(pool, text % listener.address)
            with suppress(BadQueryError, StoreError, ExceededError):
                assert b"elsewhere" not in (await ask_past_guard(pool, text % listener.address)).body
            assert await lives(pool)

    run(work())
    assert listener.visits == []


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_graph_that_is_named_is_never_fetched(data_path: Path, listener: Listener, clause: str) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            for address in (listener.address, data_path.as_uri()):
                text = f"SELECT * {clause} <{address}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
                assert (await ask(pool, text, CSV)).body.count(b"\n") == 1
                named = Query("SELECT * { ?s ?p ?o }", [address], [address])
                assert (await ask(pool, named, CSV)).body.count(b"\n") == 1

    run(work())
    assert listener.visits == []


def test_a_process_without_descriptors_opens_nothing(tmp_path: Path, listener: Listener) -> None:
    script = tmp_path / "confined.py"
    script.write_text(CONFINED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, listener.address, tmp_path], capture_output=True, check=True, timeout=60
    )
    assert done.stdout.split() == [b"refused"] * 7
    assert listener.visits == []


@only_linux
def test_workers_are_confined(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, query_megabytes=100) as pool:
            assert await lives(pool)
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            for pid in [link.pid for link in list_links(pool)]:
                assert pid is not None
                await wait_until(lambda pid=pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) == (0, 0))  # type: ignore[misc]
                for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
                    assert resource.prlimit(pid, limit) == (0, 0)
                size = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
                most, hard = resource.prlimit(pid, resource.RLIMIT_AS)
                assert most == hard
                assert 64 * 1024**2 < most - size < 101 * 1024**2
                assert "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
                assert sorted(path.name for path in Path(f"/proc/{pid}/fd").iterdir()) == ["0", "1", "2", "3"]
                assert str(Path(f"/proc/{pid}/fd/3").readlink()).startswith("socket:")

    run(work())


@only_linux
def test_the_fork_server_has_left_the_network_where_it_may(data_path: Path) -> None:
    probe = "from provfin.workers.confinement import leave_network; print(leave_network())"
    may = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, timeout=60).stdout == b"True\n"

    async def work() -> None:
        async with open_pool(data_path) as pool:
            theirs, ours = (Path(f"/proc/{pid}/ns/net").readlink() for pid in (get_server_pid(pool), os.getpid()))
            assert (theirs != ours) is may
        async with open_pool(data_path, services="http://example.org/sparql") as pool:
            assert Path(f"/proc/{get_server_pid(pool)}/ns/net").readlink() == ours

    run(work())


def test_deep_nesting_does_not_end_a_worker_that_is_asked_past_the_guard(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            text = "ASK { FILTER" + "(" * 10_000 + "true" + ")" * 10_000 + "}"
            assert (await ask_past_guard(pool, text)).body == b"true"
            assert pool.count().killed == {}

    run(work())


# Some allowed


def test_an_allowed_server_is_asked_and_no_other(data_path: Path, listener: Listener) -> None:
    with listening() as other:
        allowed = f"{listener.address} http://example.org/sparql"
        texts = [call(other.address), call(f"{listener.address}/more"), "SELECT * { SERVICE ?x { ?s ?p ?o } }"]
        texts += [f"PREFIX a: <{listener.address}> SELECT * {{ SERVICE a: {{ ?s ?p ?o }} }}"]

        async def work() -> None:
            async with open_pool(data_path, services=allowed) as pool:
                for how in ("SERVICE", "SERVICE SILENT"):
                    answer = await ask(pool, call(listener.address, how), CSV)
                    assert answer.body == b"o\r\nelsewhere\r\n"
                    assert answer.is_volatile
                for text in texts:
                    with pytest.raises(BadQueryError, match=listener.address):
                        await ask(pool, text)
                # A query that calls nobody still has no descriptor to call with.
                with pytest.raises(StoreError):
                    await ask_past_guard(pool, call(listener.address))
                assert await lives(pool)

        run(work())
        assert listener.visits == ["connection"] * 2
        assert other.visits == []


def test_the_second_reader_refuses_what_got_past_the_first(data_path: Path, listener: Listener) -> None:
    with listening() as other:
        both = f"SELECT * {{ SERVICE <{listener.address}> {{}} SERVICE <{other.address}> {{ ?s ?p ?o }} }}"

        async def work() -> None:
            async with open_pool(data_path, services=listener.address) as pool:
                for text, calls in (
                    (call(other.address), [other.address]),
                    (call(other.address), [listener.address]),
                    (both, [listener.address]),
                    (both, [listener.address, listener.address]),
                    (call(listener.address), [listener.address] * 2),
                ):
                    with pytest.raises(BadQueryError, match="two readers"):
                        await ask_past_guard(pool, text, *calls)
                assert resource.prlimit(list_links(pool)[0].pid or 0, resource.RLIMIT_NOFILE)[1] == SERVICE_DESCRIPTORS

        run(work())
        assert listener.visits == other.visits == []


def test_an_allowed_server_cannot_send_a_worker_elsewhere(data_path: Path) -> None:
    with listening() as other, listening(elsewhere=other.address) as allowed:

        async def work() -> None:
            async with open_pool(data_path, services=allowed.address) as pool:
                with pytest.raises(StoreError, match="redirect"):
                    await ask(pool, call(allowed.address))
                assert (await ask(pool, call(allowed.address, "SERVICE SILENT"), CSV)).body == b"o\r\n\r\n"

        run(work())
        assert allowed.visits == ["connection"] * 2
        assert other.visits == []


def test_proxies_of_the_environment_are_never_asked(
    data_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.address)

        async def work() -> None:
            async with open_pool(data_path, services=listener.address) as pool:
                await ask(pool, call(listener.address))
                environment = Path(f"/proc/{get_server_pid(pool)}/environ")
                assert not environment.exists() or b"proxy" not in environment.read_bytes().lower()

        run(work())
        assert proxy.visits == []
        assert listener.visits == ["connection"]


def test_a_server_that_fails_is_not_the_fault_of_the_query(data_path: Path) -> None:
    with listening() as gone:
        address = gone.address

    async def work() -> None:
        async with open_pool(data_path, services=address) as pool:
            assert check_query(call(address), [address]).services == (address,)
            with pytest.raises(StoreError):
                await ask(pool, call(address))
            assert await lives(pool)

    run(work())
