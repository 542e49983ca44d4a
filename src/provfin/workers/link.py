"""Owns a worker as the pool sees it: its socket, the query it runs, and how it ended.

Refuses a second query while one runs.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from provfin.store import Limit, StoreError
from provfin.workers.frames import REPLY, Kind, Reply

_CHUNK = 64 * 1024
_SOCKET_BYTES = 1024 * 1024

# The clock of a process in https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html: its id is this macro of
# Linux.
_CPU_CLOCK = 2

# How a worker ends that nobody ordered to. The allocator aborts when the kernel gives no more memory, and the kernel
# itself kills what takes the last of it.
_LIMITS = {"SIGALRM": Limit.time, "SIGABRT": Limit.memory, "SIGKILL": Limit.memory}


class WorkerLink:
    """A worker, from before it is forked until it is known to be dead."""

    def __init__(
        self, token: int, open_: Callable[["WorkerLink"], None], close: Callable[["WorkerLink"], None]
    ) -> None:
        self.token = token
        self.pid: int | None = None
        self.status: int | None = None
        self.fate: str | None = None
        self.client = ""
        self.is_lowered = self.is_slow = self.is_closed = False
        self.served = self.thread = 0
        self._worked: int | None = None
        self._open = open_
        self._close = close
        self._loop = asyncio.get_running_loop()
        self._reply: asyncio.Future[Reply] | None = None
        self._unsent = memoryview(b"")
        self._head = bytearray(_CHUNK)
        self._body = self._head
        self._filled = 0
        self._socket, self.theirs = socket.socketpair()
        for end in (self._socket, self.theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket.fileno(), self._receive)
        self.begin("", self._loop.time())

    def begin(self, client: str, deadline: float) -> None:
        """Count time and work from now on, for a query of a client."""
        self.client, self.deadline = client, deadline
        self.started = self._loop.time()
        self._worked = self._read_clock()
        self.is_slow = False

    @property
    def is_asked(self) -> bool:
        """Whether a reply is still to come."""
        return self._reply is not None

    def ask(self, request: bytes) -> "asyncio.Future[Reply]":
        """Send a query and return the reply to come."""
        assert self._reply is None
        reply = self._reply = self._loop.create_future()
        if self.is_closed:
            self.fail(StoreError("the worker ended; ask again"))
            return reply
        self._unsent = memoryview(request)
        self._send()
        return reply

    def fail(self, error: Exception) -> None:
        """Let who waits for the reply have an error."""
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            reply.set_exception(error)

    def end(self) -> None:
        """Close the socket, at which a worker that waits for a query ends."""
        if not self.is_closed:
            self.is_closed = True
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
            self._socket.close()
            self.theirs.close()
            self._close(self)

    def measure_work(self) -> int:
        """Return for how many milliseconds a processor has worked for the query; where none can tell, for ever."""
        now = self._read_clock()
        return sys.maxsize if now is None or self._worked is None else (now - self._worked) // 1_000_000

    def _read_clock(self) -> int | None:
        if self.pid is None or sys.platform != "linux":
            return None
        try:
            return time.clock_gettime_ns((~self.pid << 3) | _CPU_CLOCK)
        except OSError:
            return None

    def tell_limit(self) -> Limit | None:
        """Return the limit at which the kernel ended this worker, or None if it ended in any other way."""
        if self.status is None or self.status < 0 or not os.WIFSIGNALED(self.status):
            return None
        return _LIMITS.get(signal.Signals(os.WTERMSIG(self.status)).name)

    def _send(self) -> None:
        try:
            self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            # It is dead; reading will find out.
            self._unsent = memoryview(b"")
        if self._unsent:
            self._loop.add_writer(self._socket.fileno(), self._send)
        else:
            self._loop.remove_writer(self._socket.fileno())

    def _receive(self) -> None:
        try:
            read = self._socket.recv_into(memoryview(self._body)[self._filled :])
        except BlockingIOError:
            return
        except OSError:
            read = 0
        if read == 0:
            self.end()
            return
        self._filled += read
        if self._filled >= REPLY.size:
            self._take_reply()

    def _take_reply(self) -> None:
        thread, kind, is_worn, length = REPLY.unpack_from(self._body)
        size = REPLY.size + length
        if self._filled < size:
            if len(self._body) < size:
                self._body = self._head[: self._filled] + bytearray(size - self._filled)
            return
        body = bytes(memoryview(self._body)[REPLY.size : size])
        self._body, self._filled = self._head, 0
        if thread != self.thread:
            self.thread, self.is_lowered = thread, False
        if kind == Kind.ready:
            self._open(self)
            return
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            with suppress(asyncio.InvalidStateError):
                reply.set_result(Reply(Kind(kind), bool(is_worn), body))
