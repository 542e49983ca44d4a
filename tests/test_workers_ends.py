"""How workers and their fork server end, and that nothing is left of them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from provfin.store import ExceededError, Limit, StoreError
from working import (
    LIGHT,
    RUNAWAY,
    ask,
    expect_exceeded,
    get_server_pid,
    is_alive,
    list_links,
    list_pids,
    lives,
    open_pool,
    run,
    wait_until,
    write_quads,
)

PARENT = """
import asyncio, sys
from pathlib import Path
from working import RUNAWAY, ask, list_links, list_pids, open_pool

async def work():
    async with open_pool(Path(sys.argv[1])) as pool:
        asyncio.create_task(ask(pool, RUNAWAY))
        while not all(link.pid for link in list_links(pool)):
            await asyncio.sleep(0.01)
        print(*list_pids(pool), flush=True)
        await asyncio.sleep(60)

asyncio.run(work())
"""


@pytest.fixture(scope="module")
def data_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_quads(tmp_path_factory.mktemp("release") / "release.nq")


def test_stopping_ends_every_process_and_tells_who_waits(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1, slow_workers=1) as pool:
            tasks = [asyncio.create_task(ask(pool, RUNAWAY)) for _ in range(2)]
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            pids = list_pids(pool)
            assert len(pids) == 2
            assert all(map(is_alive, pids))
            await pool.stop()
            assert not any(map(is_alive, pids))
            for task in tasks:
                with pytest.raises(StoreError, match="stopping"):
                    await task
            with pytest.raises(StoreError, match="stopping"):
                await ask(pool, LIGHT)

    run(work())


def test_a_parent_that_is_killed_leaves_nothing_behind(data_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        assert all(map(is_alive, pids))
        parent.kill()
        parent.wait()
        run(wait_until(lambda: not any(map(is_alive, pids))))


def test_a_fork_server_that_ends_is_started_again(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            task = asyncio.create_task(ask(pool, RUNAWAY))
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            pids = list_pids(pool)
            os.kill(get_server_pid(pool), signal.SIGKILL)
            with pytest.raises(StoreError, match="started again"):
                await task
            # Whoever asks meanwhile waits for the new one.
            assert await lives(pool)
            await wait_until(lambda: not any(map(is_alive, pids)))
            assert pool.count().restarts == 1
            assert pool.count().killed == {"lost": 1}

    run(work())


def test_stopping_while_a_fork_server_starts_leaves_nothing_behind(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            os.kill(get_server_pid(pool), signal.SIGKILL)
            await wait_until(lambda: pool._starting is not None)
            await asyncio.sleep(1 / 10)
            start = time.monotonic()
            await pool.stop()
            assert time.monotonic() - start < 5
            children = Path(f"/proc/self/task/{os.getpid()}/children")
            if children.exists():
                named = [Path(f"/proc/{pid}/cmdline") for pid in children.read_text(encoding="utf-8").split()]
                assert not [path for path in named if str(data_path) in path.read_text(encoding="utf-8")]

    run(work())


def test_a_worker_that_ends_while_idle_is_replaced_unseen(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path) as pool:
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            pids = list_pids(pool)[1:]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            await wait_until(lambda: pool.count().idle == 2 and not set(pids) & set(list_pids(pool)))
            assert await lives(pool)
            assert pool.count().killed == {}

    run(work())


@pytest.mark.parametrize(("by", "said"), [(signal.SIGSEGV, "status 11"), (signal.SIGKILL, "more memory")])
def test_a_worker_that_ends_in_another_way_is_told_apart(data_path: Path, by: signal.Signals, said: str) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1) as pool:
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            pid = list_pids(pool)[1]
            task = asyncio.create_task(ask(pool, RUNAWAY))
            await asyncio.sleep(1 / 10)
            os.kill(pid, by)
            with pytest.raises((StoreError, ExceededError), match=said):
                await task
            assert await lives(pool)

    run(work())


def test_a_deadline_holds_while_the_fork_server_does_nothing(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1, query_seconds=1) as pool:
            await wait_until(lambda: all(link.pid for link in list_links(pool)))
            pid = get_server_pid(pool)
            os.kill(pid, signal.SIGSTOP)
            try:
                # Its worker is ended by the kernel, which nobody hears of; no other can be forked for the second.
                errors = await asyncio.gather(expect_exceeded(pool, RUNAWAY), expect_exceeded(pool, LIGHT))
            finally:
                os.kill(pid, signal.SIGCONT)
            assert [error.limit for error in errors] == [Limit.time, Limit.load]
            assert await lives(pool)

    run(work())


def test_workers_that_end_at_once_are_not_forked_without_pause(data_path: Path) -> None:
    async def work() -> None:
        async with open_pool(data_path, workers=1) as pool:
            end = time.monotonic() + 1
            while time.monotonic() < end:
                for pid in list_pids(pool)[1:]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(1 / 1000)
            assert pool.count().forks < 10
            assert await lives(pool)

    run(work())
