"""Owns which worker a query gets, how long it may keep it, and who is refused when there are too many.

A query that has used a processor for a while is lowered: it has what others leave, and it moves to a place of its own
while there is one, so that light queries meet heavy ones neither for a worker nor for the processor. As many others run
as there are workers. After half a second a query is slow. Refuses the one that turns slow when the slow have all their
places, or its client its share of them: it has lost half a second, those before it more, and it is told at once, unless
it only seems slow because the processors were others'.
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
from provfin.store import CLIENT, Answer, ExceededError, Limit, StoreError, read_query
from provfin.workers.frames import Event, Reply, pack_request
from provfin.workers.limits import Limits
from provfin.workers.link import WorkerLink
from provfin.workers.process import ForkServerProcess

# In seconds.
_TICK = 1 / 50
# Milliseconds a query may have a processor before it is lowered: nobody waits for one that waits itself.
_LOWERED_AFTER = 30
_SLOW_AFTER = 1 / 2
# Who finds no place for slow ones is given this long while it has worked less than so many milliseconds.
_SURELY_SLOW_AFTER = 2
_SLOW_WORK = 250
# What the kernel's own alarm is late by at most; beyond it the parent has the worker killed.
_GRACE = 1 / 4
_SHORTEST_REST = 1 / 20
_MOST_DOUBLINGS = 7
_LONGEST_REST = 5

# Workers on their way at once: what the socket to the fork server holds in any system.
_MOST_UNBORN = 16
# Queries after which a worker is replaced, for what its memory may have gathered.
_MOST_SERVED = 20_000
# Seconds after which a worker beyond those that are to be ready is ended, if nobody has needed it.
_SPARE_FOR = 30


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
        self._unborn: set[WorkerLink] = set()
        self._apart = self._forks = self._restarts = self._failures = 0
        self._killed: Counter[str] = Counter()
        self._tick: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._spare: asyncio.TimerHandle | None = None

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
        for handle in (self._tick, self._rest, self._spare, self._starting):
            if handle is not None:
                handle.cancel()
        if self._starting is not None:
            await asyncio.wait([self._starting])
        self._tick = self._rest = self._spare = self._starting = None
        server, self._server = self._server, None
        self._give_up(StoreError("the server is stopping"))
        if server is not None:
            await server.stop()

    def count(self) -> Counts:
        """Return what the pool is doing now."""
        slow = self._count_slow()
        waiting = sum(not turn.done() for turn in self._waiting)
        killed = dict(self._killed)
        return Counts(len(self._idle), len(self._busy) - slow, slow, waiting, self._forks, self._restarts, killed)

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        """Answer whole within the limits; see `QueryService`."""
        reading = read_query(query, self._limits.services)
        if self._is_stopped:
            raise StoreError("the server is stopping")
        deadline = self._loop.time() + self._limits.seconds
        link = self._take() or await self._wait(deadline)
        link.begin(CLIENT.get(), deadline)
        formats = (results_type, graph_type)
        milliseconds = max(1, int((deadline - self._loop.time()) * 1000))
        try:
            reply = await link.ask(pack_request(query, reading, formats, milliseconds))
        except asyncio.CancelledError:
            self._kill(link, "cancelled")
            raise
        self._give_back(link, reply)
        return reply.open(reading, formats)

    # Who gets a worker

    def _take(self) -> WorkerLink | None:
        if not self._idle or len(self._busy) - self._apart >= self._settings.workers:
            return None
        # The one that served last: what it needs is copied already.
        link = self._idle.pop()
        self._busy.add(link)
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
                # Until it is resumed nothing is asked of the worker, and nothing held against it.
                link.begin("", self._loop.time() + self._limits.seconds)
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
        self._watch_spare()
        self._replenish()
        self._assign()

    def _leave(self, link: WorkerLink) -> None:
        self._busy.discard(link)
        link.is_slow = False
        self._set_apart()

    # How long it is kept

    def _watch(self) -> None:
        if self._tick is None:
            self._tick = self._loop.call_later(_TICK, self._judge_all)

    def _judge_all(self) -> None:
        self._tick = None
        now = self._loop.time()
        try:
            # One whose reply has arrived is given back next, and no longer judged.
            asked = [link for link in self._busy if link.is_asked]
            for link in sorted(asked, key=lambda link: link.started):
                self._judge(link, now)
        finally:
            if self._busy:
                self._watch()

    def _judge(self, link: WorkerLink, now: float) -> None:
        if now >= link.deadline + _GRACE:
            self._end(link, Limit.time)
        elif now >= link.started + _SLOW_AFTER and not link.is_slow:
            self._make_slow(link, now)
        elif not link.is_lowered and link.measure_work() >= _LOWERED_AFTER:
            self._lower(link)

    def _lower(self, link: WorkerLink) -> None:
        if self._server is not None and not link.is_lowered:
            self._server.lower(link.token, link.thread)
            link.is_lowered = True
            self._set_apart()
            self._replenish()
            self._assign()

    def _make_slow(self, link: WorkerLink, now: float) -> None:
        self._lower(link)
        if self._count_slow() < self._settings.slow_workers and self._count_slow(link.client) < self._share(link):
            link.is_slow = True
        elif link.measure_work() >= _SLOW_WORK or now >= link.started + _SURELY_SLOW_AFTER:
            self._end(link, Limit.load)

    def _share(self, link: WorkerLink) -> int:
        """Return how many slow queries the client of this one may have."""
        return max(1, self._settings.slow_workers // 2) if link.client else self._settings.slow_workers

    def _count_slow(self, client: str | None = None) -> int:
        return sum(link.is_slow and client in (None, link.client) for link in self._busy)

    def _set_apart(self) -> None:
        """Count the queries that take nobody's place: those lowered, within what they might have as slow ones."""
        lowered = [link for link in self._busy if link.is_lowered]
        clients = {link.client: link for link in lowered}
        shares = (min(self._share(clients[c]), sum(link.client == c for link in lowered)) for c in clients)
        self._apart = min(sum(shares), self._settings.slow_workers)

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

    def _count_ready(self) -> int:
        """Return how many workers have nothing slow to do, or soon will."""
        return len(self._idle) + len(self._unborn) + len(self._busy) - self._apart

    def _replenish(self) -> None:
        for _ in range(self._settings.workers - self._count_ready()):
            if self._server is None or self._rest is not None or len(self._unborn) >= _MOST_UNBORN:
                break
            self._fork(self._server)

    def _fork(self, server: ForkServerProcess) -> None:
        try:
            link = WorkerLink(self._forks + 1, self._welcome, self._bury)
        except OSError:
            # There are no descriptors left: some will be.
            self._delay()
            return
        self._forks += 1
        self._links[link.token] = link
        self._unborn.add(link)
        server.fork(link.token, link.theirs)
        link.theirs.close()

    def _welcome(self, link: WorkerLink) -> None:
        """Take in a worker that is ready to be asked."""
        if link in self._unborn:
            self._unborn.remove(link)
            self._idle.appendleft(link)
            self._assign()

    def _hear(self, event: Event, token: int, value: int) -> None:
        link = self._links[token]
        if event is Event.forked:
            link.pid = value
        else:
            link.status = value
            self._bury(link)
        self._replenish()
        self._assign()

    def _bury(self, link: WorkerLink) -> None:
        """Settle a worker that is dead and whose last word has been read, for both are told apart."""
        self._unborn.discard(link)
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
            self._rest = self._loop.call_later(_count_rest(self._failures), self._end_rest)

    def _end_rest(self) -> None:
        self._rest = None
        self._replenish()
        self._assign()

    def _watch_spare(self) -> None:
        if self._spare is None and self._count_ready() > self._settings.workers:
            self._spare = self._loop.call_later(_SPARE_FOR, self._end_spare)

    def _end_spare(self) -> None:
        """End the worker that has not been used for longest, if there are more than need be and it was long enough."""
        self._spare = None
        is_spare = self._count_ready() > self._settings.workers and bool(self._idle)
        if is_spare and self._idle[0].started + _SPARE_FOR <= self._loop.time():
            self._idle.popleft().end()
        self._watch_spare()

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
            self._starting.add_done_callback(self._tell_failure)

    async def _start_again(self, lost: ForkServerProcess) -> None:
        await lost.stop()
        for failures in range(sys.maxsize):
            try:
                await self._start_server()
            except (InputError, OSError):
                await asyncio.sleep(_count_rest(failures))
            else:
                break
        self._restarts += 1
        self._replenish()
        self._assign()

    def _tell_failure(self, starting: asyncio.Task[None]) -> None:
        error = None if starting.cancelled() else starting.exception()
        if error is not None:
            self._loop.call_exception_handler({"message": "workers could not be started again", "exception": error})

    def _give_up(self, error: StoreError) -> None:
        """Let go of all workers; who waits for a reply has the error, who waits for a worker only if there is none."""
        for link in [*self._links.values()]:
            link.fate = link.fate or "lost"
            link.fail(error)
            link.end()
        self._links.clear()
        self._idle.clear()
        self._busy.clear()
        self._unborn.clear()
        self._apart = 0
        for turn in self._waiting if self._is_stopped else ():
            if not turn.done():
                turn.set_exception(error)


def _count_rest(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row."""
    return min(_SHORTEST_REST * (1 << min(failures, _MOST_DOUBLINGS)), _LONGEST_REST)
