"""Who runs beside whom: what is lowered, what is apart, what a client may have; workers stay what they were."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provfin.queries import Query
from provfin.settings import Settings
from provfin.store import CLIENT, Answer, ExceededError, Limit, StoreError
from provfin.workers import WorkerPool, confinement
from provfin.workers import pool as pool_module
from provfin.workers.confinement import IS_LINUX
from provfin.workers.link import WorkerLink
from provfin.workers.process import ForkServerProcess
from provfin.workers.worker import _TURNS
from working import (
    CSV,
    LIGHT,
    RUNAWAY,
    ask,
    expect_exceeded,
    get_server_pid,
    list_links,
    lives,
    open_pool,
    run,
    wait_until,
    write_quads,
)

only_linux = pytest.mark.skipif(not IS_LINUX, reason="threads have a priority of their own")
# A tenth of a second of work, some ticks.
MIDDLING = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } LIMIT 300 } }"
HEAVY = MIDDLING.replace("300", "1000")
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
NEVER = 1_000_000


@pytest.fixture(scope="module")
def data_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_quads(tmp_path_factory.mktemp("release") / "release.nq")


@pytest.fixture
def lowered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_LOWERED_AFTER", 0)
    monkeypatch.setattr(pool_module, "_TICK", 1 / 200)


async def ask_as(pool: WorkerPool, client: str, query: Query) -> Answer:
    """Ask for a client; the task it runs in keeps that."""
    CLIENT.set(client)
    return await ask(pool, query)


@contextmanager
def without_descriptors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing have a pair of sockets."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socketpair", refuse)
        yield


# Lowered


@only_linux
@pytest.mark.usefixtures("lowered_at_once")
def test_a_worker_whose_query_was_lowered_is_as_good_as_before(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1, query_megabytes=64) as pool:
            (link,) = list_links(pool)
            pid, thread = link.pid, link.thread
            task = asyncio.create_task(ask(pool, MIDDLING, CSV))
            await wait_until(lambda: link.is_lowered)
            await wait_until(lambda: os.sched_getscheduler(thread) == os.SCHED_IDLE)
            assert pid is not None
            assert os.sched_getscheduler(pid) == os.SCHED_OTHER
            await task
            assert (link.pid, link.is_lowered) == (pid, False)
            assert link.thread != thread
            assert link in pool._idle
            assert os.sched_getscheduler(link.thread) == os.SCHED_OTHER
            # The stack of the thread that is done is no gain in memory.
            assert (await expect_exceeded(pool, SORTED)).limit is Limit.memory

    run(work())


@only_linux
@pytest.mark.usefixtures("lowered_at_once")
def test_lowered_queries_cost_a_fork_only_when_a_worker_has_no_thread_left(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1) as pool:
            first = list_links(pool)[0]
            for number in range(1, _TURNS + 1):
                # Meanwhile others have been forked to be ready.
                pool._idle.remove(first)
                pool._idle.append(first)
                thread, asked = first.thread, ask(pool, HEAVY, CSV)
                lowered = wait_until(lambda thread=thread: os.sched_getscheduler(thread) == os.SCHED_IDLE)  # type: ignore[misc]
                await asyncio.gather(asked, lowered)
                assert first.is_closed is (number == _TURNS)
            assert pool.count().forks <= 4
            assert pool.count().killed == {}

    run(work())


@only_linux
def test_only_threads_of_the_process_that_is_meant_are_lowered() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        try:
            confinement.lower_priority(os.getpid(), child.pid)
            assert os.sched_getscheduler(child.pid) == os.SCHED_OTHER
            confinement.lower_priority(child.pid, child.pid)
            assert os.sched_getscheduler(child.pid) == os.SCHED_IDLE
            assert not confinement.is_lowered()
        finally:
            child.kill()


@only_linux
def test_what_a_worker_did_before_is_not_held_against_a_query(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1) as pool:
            (link,) = list_links(pool)
            await ask(pool, MIDDLING, CSV)
            before = link.measure_work()
            assert before >= 1
            link.begin("", pool._loop.time() + 1)
            assert link.measure_work() < before
            link.pid = None
            assert link.measure_work() == sys.maxsize

    run(work())


# Apart


def test_light_queries_do_not_wait_until_heavy_ones_are_slow(data_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_SLOW_AFTER", NEVER)

    async def work() -> None:
        async with open_pool(data_path) as pool:
            runaways = [asyncio.create_task(ask(pool, RUNAWAY)) for _ in range(2)]
            await asyncio.sleep(0)
            assert len(pool._busy) == 2
            assert b"bindings" in (await ask(pool, LIGHT)).body
            assert pool.count().slow == 0
            assert not any(runaway.done() for runaway in runaways)
            # There are no places for more of them than might be slow: the next two take those of the others.
            runaways += [asyncio.create_task(ask(pool, RUNAWAY)) for _ in range(2)]
            await wait_until(lambda: sum(link.is_lowered for link in pool._busy) == 4)
            waits = asyncio.create_task(ask(pool, LIGHT))
            await asyncio.sleep(1 / 5)
            assert not waits.done()
            for runaway in runaways:
                runaway.cancel()
            assert b"bindings" in (await waits).body

    run(work())


@pytest.mark.parametrize(("places", "share"), [(4, 2), (1, 1)])
def test_one_client_has_half_of_the_slow_places_at_most(data_path: Path, places: int, share: int) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=4, slow_workers=places) as pool:
            tasks = [asyncio.create_task(ask_as(pool, "one", RUNAWAY)) for _ in range(share)]
            await wait_until(lambda: pool.count().slow == share)
            with pytest.raises(ExceededError) as caught:
                await asyncio.create_task(ask_as(pool, "one", RUNAWAY))
            assert caught.value.limit is Limit.load
            assert pool.count().slow == share
            if places > share:
                tasks += [asyncio.create_task(ask_as(pool, "two", RUNAWAY))]
                await wait_until(lambda: pool.count().slow == share + 1)
            # Who is nobody in particular is bounded by the places alone.
            tasks += [asyncio.create_task(ask_as(pool, "", RUNAWAY)) for _ in range(places - pool.count().slow)]
            await wait_until(lambda: pool.count().slow == places)
            assert b"bindings" in (await ask_as(pool, "one", LIGHT)).body
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run(work())


def test_who_is_kept_from_working_is_not_refused_for_being_slow(
    data_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A tenth of a second counts as slow, and no work as enough.
    monkeypatch.setattr(pool_module, "_SLOW_AFTER", 1 / 10)
    monkeypatch.setattr(pool_module, "_SLOW_WORK", NEVER)
    monkeypatch.setattr(pool_module, "_SURELY_SLOW_AFTER", 1)

    async def work() -> None:
        async with open_pool(data_path, slow_workers=1) as pool:
            first = asyncio.create_task(ask(pool, RUNAWAY))
            await wait_until(lambda: pool.count().slow == 1)
            start = pool._loop.time()
            assert (await expect_exceeded(pool, RUNAWAY)).limit is Limit.load
            assert pool._loop.time() - start >= 1
            assert not first.done()
            first.cancel()

    run(work())


def test_workers_that_nobody_needs_any_more_end(data_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1, slow_workers=4) as pool:
            tasks = [asyncio.create_task(ask(pool, RUNAWAY)) for _ in range(4)]
            await wait_until(lambda: pool.count().slow == 4 and pool.count().idle == 1)
            tasks.pop().cancel()
            await wait_until(lambda: pool.count().killed == {"cancelled": 1})
            # What is slow no longer is one worker more.
            monkeypatch.setattr(pool_module, "_SPARE_FOR", 1 / 2)
            monkeypatch.setattr(pool_module, "_SLOW_AFTER", NEVER)
            assert (await ask(pool, HEAVY, CSV)).body
            await wait_until(lambda: pool.count().idle == 2)
            await wait_until(lambda: pool.count().idle == 1)
            assert pool.count().slow == 3
            assert await lives(pool)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run(work())


# When there is nothing left


def test_a_pool_without_descriptors_forks_again_once_there_are_some(
    data_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            with without_descriptors(monkeypatch):
                for link in list_links(pool):
                    os.kill(link.pid or 0, signal.SIGKILL)
                await wait_until(lambda: not list_links(pool))
                for _ in range(20):
                    pool._end_rest()
                assert not pool._unborn
                assert pool.count().forks == 2
            assert await lives(pool)

    run(work())


def test_a_fork_server_is_started_again_once_there_are_descriptors(
    data_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            with without_descriptors(monkeypatch):
                with pytest.raises(OSError, match="Too many"):
                    ForkServerProcess(pool._hear, pool._lose)
                os.kill(get_server_pid(pool), signal.SIGKILL)
                await wait_until(lambda: pool._starting is not None)
                await asyncio.sleep(1 / 5)
                assert pool._server is None
                assert pool._starting is not None
                assert not pool._starting.done()
            assert await lives(pool)
            assert pool.count().restarts == 1

    run(work())


def test_that_a_fork_server_cannot_be_started_again_is_told(data_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        told: list[dict[str, object]] = []
        async with open_pool(data_path) as pool:
            pool._loop.set_exception_handler(lambda _, context: told.append(context))

            def refuse(*_: object) -> None:
                raise KeyError("unforeseen")

            with monkeypatch.context() as patch:
                patch.setattr(pool_module, "ForkServerProcess", refuse)
                os.kill(get_server_pid(pool), signal.SIGKILL)
                await wait_until(lambda: bool(told))
        assert isinstance(told[0]["exception"], KeyError)

    run(work())


def test_rests_grow_and_are_bounded() -> None:
    rests = [pool_module._count_rest(failures) for failures in range(20)]
    assert rests == sorted(rests)
    assert rests[1] == 2 * rests[0]
    assert pool_module._count_rest(100_000) == max(rests) == pool_module._LONGEST_REST


def test_a_worker_that_ended_before_it_was_asked_is_an_error_and_no_fault(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            link = pool._take()
            assert link is not None
            link.end()
            with pytest.raises(StoreError, match="ended"):
                await link.ask(b"")
            pool._leave(link)
            assert await lives(pool)

    run(work())


def test_a_tick_that_fails_is_not_the_last(data_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with open_pool(data_path, query_seconds=1) as pool:
            pool._loop.set_exception_handler(lambda *_: None)

            def fail(_: WorkerLink) -> int:
                raise OSError(errno.EMFILE, "Too many open files")

            with monkeypatch.context() as patch:
                patch.setattr(WorkerLink, "measure_work", fail)
                task = asyncio.create_task(ask(pool, RUNAWAY))
                await asyncio.sleep(1 / 10)
                assert pool._tick is not None
            with pytest.raises(ExceededError):
                await task

    assert Settings().slow_workers > 1
    run(work())
