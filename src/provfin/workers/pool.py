"""Owns which worker a query gets, how long it may keep it, and who is refused when there are too many.

Queries are quick until half a second has shown that they are slow. As many quick ones run as there are workers; a slow
one moves to a place of its own, of which there are few, so that light queries meet heavy ones only for the processor,
and there a lowered worker has what the others leave. Refuses the query that turns slow when those places are taken: it
has lost half a second, those before it more, and who is refused knows at once.
"""

import asyncio
import sys
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from provfin.errors import InputError
from provfin.queries import Query
from provfin.settings import Settings
from provfin.store import Answer, ExceededError, Limit, StoreError, read_query
from provfin.workers.frames import Event, Reply, pack_request
from provfin.workers.limits import Limits
from provfin.workers.link import WorkerLink
from provfin.workers.process import ForkServerProcess

# In seconds.
_TICK = 1 / 20
_LOWERED_AFTER = 1 / 20
# Milliseconds of a tick that a query must have had a processor to be lowered: nobody waits for one that waits itself.
_LEAST_WORK = 20
_SLOW_AFTER = 1 / 2
# What the kernel's own alarm is late by at most; beyond it the parent has the worker killed.
_GRACE = 1 / 4
_LONGEST_REST = 5

# Orders to fork under way at once: what the socket to the fork server holds in any system.
_MOST_UNBORN = 16
# Queries after which a worker is replaced, for what its memory may have gathered.
_MOST_SERVED = 20_000


@dataclass(frozen=True)
class Counts:
    """What a pool is doing, and has done since it was made: workers killed by why, fork servers started again."""

    idle: int
    busy: int
    slow: int
    waiting: int
    forks: int
    restarts: int
    killed: Mapping[str, int]


class WorkerPool:
    """Answers queries over the N-Quads of a release, each in a worker process of its own; a `QueryService`."""

    def __init__(self, data_path: Path, settings: Settings) -> None:
        self._data_path = data_path
        self._settings = settings
        self._limits = Limits.of_settings(settings)
        self._server: ForkServerProcess | None = None
        self._starting: asyncio.Task[None] | None = None
        self._is_stopped = True
        self._links: dict[int, WorkerLink] = {}
        self._idle: deque[WorkerLink] = deque()
        self._busy: set[WorkerLink] = set()
        self._waiting: deque[asyncio.Future[WorkerLink]] = deque()
        self._slow = self._unborn = self._forks = self._restarts = self._failures = 0
        self._killed: Counter[str] = Counter()
        self._tick: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Load the release and fork the first workers; raises `InputError` when that cannot be."""
        if sys.platform == "win32":
            raise InputError("query workers cannot be forked", where="Windows", repair="run the server in WSL")
        self._loop = asyncio.get_running_loop()
        await self._start_server()
        self._is_stopped = False
        self._replenish()

    async def stop(self) -> None:
        """End all workers and the fork server; who still waits for an answer has a `StoreError`."""
        self._is_stopped = True
        for handle in (self._tick, self._rest, self._starting):
            if handle is not None:
                handle.cancel()
        if self._starting is not None:
            await asyncio.wait([self._starting])
        self._tick = self._rest = self._starting = None
        server, self._server = self._server, None
        self._give_up(StoreError("the server is stopping"))
        if server is not None:
            await server.stop()

    def count(self) -> Counts:
        """Return what the pool is doing now."""
        quick = len(self._busy) - self._slow
        waiting = sum(not turn.done() for turn in self._waiting)
        killed = dict(self._killed)
        return Counts(len(self._idle), quick, self._slow, waiting, self._forks, self._restarts, killed)

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer whole within the limits; see `QueryService`."""
        reading = read_query(query, self._limits.services)
        if self._is_stopped:
            raise StoreError("the server is stopping")
        deadline = self._loop.time() + self._limits.seconds
        link = self._take() or await self._wait(deadline)
        formats = (results_type, graph_type)
        milliseconds = max(1, int((deadline - self._loop.time()) * 1000))
        try:
            reply = await link.ask(pack_request(query, reading, formats, milliseconds), deadline)
        except asyncio.CancelledError:
            self._kill(link, "cancelled")
            raise
        self._give_back(link, reply)
        return reply.open(reading, formats)

    # Who gets a worker

    def _take(self) -> WorkerLink | None:
        if not self._idle or len(self._busy) - self._slow >= self._settings.workers:
            return None
        link = self._idle.pop()
        self._busy.add(link)
        link.started, link.deadline = self._loop.time(), self._loop.time() + self._limits.seconds
        self._watch()
        return link

    async def _wait(self, deadline: float) -> WorkerLink:
        if self.count().waiting >= self._settings.waiting:
            raise self._refuse(f"{self._settings.waiting} queries wait for a worker already")
        turn: asyncio.Future[WorkerLink] = self._loop.create_future()
        end = self._loop.call_at(deadline, self._give_up_turn, turn)
        self._waiting.append(turn)
        self._replenish()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._free(turn.result())
            raise
        finally:
            end.cancel()

    def _give_up_turn(self, turn: "asyncio.Future[WorkerLink]") -> None:
        if not turn.done():
            turn.set_exception(self._refuse(f"no worker became free within {self._limits.seconds} s"))

    def _refuse(self, what: str) -> ExceededError:
        return ExceededError(Limit.load, f"{what}; ask again in some seconds")

    def _assign(self) -> None:
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
            elif (link := self._take()) is not None:
                self._waiting.popleft().set_result(link)
            else:
                break

    def _give_back(self, link: WorkerLink, reply: Reply) -> None:
        link.served += 1
        self._failures = 0
        if link.is_lowered or reply.is_worn or link.served >= _MOST_SERVED:
            link.end()
        self._free(link)

    def _free(self, link: WorkerLink) -> None:
        self._leave(link)
        if not link.is_closed and link.status is None and link.fate is None:
            self._idle.append(link)
        self._replenish()
        self._assign()

    def _leave(self, link: WorkerLink) -> None:
        self._slow -= link in self._busy and link.is_slow
        self._busy.discard(link)

    # How long it is kept

    def _watch(self) -> None:
        if self._tick is None:
            self._tick = self._loop.call_later(_TICK, self._judge_all)

    def _judge_all(self) -> None:
        self._tick = None
        now = self._loop.time()
        for link in sorted(self._busy, key=lambda link: link.started):
            self._judge(link, now, is_working=not link.is_lowered and link.measure_work() >= _LEAST_WORK)
        if self._busy:
            self._watch()

    def _judge(self, link: WorkerLink, now: float, *, is_working: bool) -> None:
        if now >= link.deadline + _GRACE:
            self._end(link, Limit.time)
        elif now >= link.started + _SLOW_AFTER and not link.is_slow:
            self._make_slow(link)
        elif now >= link.started + _LOWERED_AFTER and is_working:
            self._lower(link)

    def _lower(self, link: WorkerLink) -> None:
        if self._server is not None and not link.is_lowered:
            self._server.lower(link.token)
            link.is_lowered = True
            self._replenish()

    def _make_slow(self, link: WorkerLink) -> None:
        self._lower(link)
        if self._slow >= self._settings.slow_workers:
            self._end(link, Limit.load)
            return
        link.is_slow = True
        self._slow += 1
        self._assign()

    def _end(self, link: WorkerLink, limit: Limit) -> None:
        self._kill(link, limit.value)
        link.fail(self._limits.exceed(limit))

    def _kill(self, link: WorkerLink, fate: str) -> None:
        if link.token in self._links and link.fate is None:
            link.fate = fate
            if self._server is not None:
                self._server.kill(link.token)
        self._leave(link)
        self._replenish()
        self._assign()

    # Where workers come from

    def _replenish(self) -> None:
        ready = len(self._idle) + sum(not link.is_lowered for link in self._busy)
        for _ in range(self._settings.workers - ready):
            if self._server is None or self._rest is not None or self._unborn >= _MOST_UNBORN:
                break
            self._fork(self._server)

    def _fork(self, server: ForkServerProcess) -> None:
        self._forks += 1
        self._unborn += 1
        link = WorkerLink(self._forks, self._bury)
        self._links[link.token] = link
        # Those that have run before come first: what they need is copied already.
        self._idle.appendleft(link)
        server.fork(link.token, link.theirs)
        link.theirs.close()

    def _hear(self, event: Event, token: int, value: int) -> None:
        link = self._links[token]
        if link.pid is None:
            self._unborn -= 1
        if event is Event.forked:
            link.pid = value
        else:
            link.status = value
            self._bury(link)
        self._replenish()
        self._assign()

    def _bury(self, link: WorkerLink) -> None:
        """Settle a worker that is dead and whose last word has been read, for both are told apart."""
        if link in self._idle:
            self._idle.remove(link)
        if link.status is None or not link.is_closed or link.token not in self._links:
            return
        del self._links[link.token]
        was_running = link in self._busy
        self._leave(link)
        self._settle(link, was_running=was_running)

    def _settle(self, link: WorkerLink, *, was_running: bool) -> None:
        limit = link.tell_limit()
        if link.fate is None and was_running:
            link.fate = limit.value if limit else "crash"
            message = f"the worker ended with status {link.status}; the query was not answered"
            link.fail(self._limits.exceed(limit) if limit else StoreError(message))
        if link.fate is not None:
            self._killed[link.fate] += 1
        elif link.served == 0:
            self._delay()

    def _delay(self) -> None:
        """Rest before the next forks: workers that end before they have served anything would end at once again."""
        self._failures += 1
        if self._rest is None:
            self._rest = self._loop.call_later(min(_TICK * 2**self._failures, _LONGEST_REST), self._end_rest)

    def _end_rest(self) -> None:
        self._rest = None
        self._replenish()
        self._assign()

    # What they share

    async def _start_server(self) -> None:
        server = ForkServerProcess(self._hear, self._lose)
        await server.start(self._data_path, self._limits)
        self._server = server

    def _lose(self) -> None:
        server, self._server = self._server, None
        self._killed["lost"] += len(self._busy)
        self._give_up(StoreError("the process that holds the data ended; it is started again"))
        if not self._is_stopped and server is not None:
            self._starting = self._loop.create_task(self._start_again(server))

    async def _start_again(self, lost: ForkServerProcess) -> None:
        await lost.stop()
        for failures in range(sys.maxsize):
            try:
                await self._start_server()
            except InputError:
                await asyncio.sleep(min(_TICK * 2**failures, _LONGEST_REST))
            else:
                break
        self._restarts += 1
        self._replenish()
        self._assign()

    def _give_up(self, error: StoreError) -> None:
        """Let go of all workers; who waits for a reply has the error, who waits for a worker only if there is none."""
        for link in [*self._links.values()]:
            link.fate = link.fate or "lost"
            link.fail(error)
            link.end()
        self._links.clear()
        self._idle.clear()
        self._busy.clear()
        self._slow = self._unborn = 0
        for turn in self._waiting if self._is_stopped else ():
            if not turn.done():
                turn.set_exception(error)
