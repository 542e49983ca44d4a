"""Owns a worker as the pool sees it: its socket, the query it runs, and how it ended.

Refuses a second query while one runs.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from provfin.store import Limit
from provfin.workers.frames import REPLY, Kind, Reply

_CHUNK = 64 * 1024
_SOCKET_BYTES = 1024 * 1024

# How a worker ends that nobody ordered to. The allocator aborts when the kernel gives no more memory, and the kernel
# itself kills what takes the last of it.
_LIMITS = {"SIGALRM": Limit.time, "SIGABRT": Limit.memory, "SIGKILL": Limit.memory}


class WorkerLink:
    """A worker, from before it is forked until it is known to be dead."""

    def __init__(self, token: int, close: Callable[["WorkerLink"], None]) -> None:
        self.token = token
        self.pid: int | None = None
        self.status: int | None = None
        self.fate: str | None = None
        self.is_lowered = self.is_slow = self.is_closed = False
        self.served = 0
        self._worked = 0
        self.started = self.deadline = 0 / 1
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

    def ask(self, request: bytes, deadline: float) -> "asyncio.Future[Reply]":
        """Send a query and return the reply to come."""
        assert self._reply is None
        self.started, self.deadline = self._loop.time(), deadline
        self._reply = self._loop.create_future()
        self._unsent = memoryview(request)
        self._send()
        return self._reply

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
        """Return for how many milliseconds a processor has worked for it since this was asked last.

        Without https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html it is held to have worked all the time.
        """
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1]
        except OSError:
            return sys.maxsize
        user, system = fields.split()[11:13]
        before, self._worked = self._worked, (int(user) + int(system)) * 1000 // os.sysconf("SC_CLK_TCK")
        return self._worked - before

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
        kind, is_worn, length = REPLY.unpack_from(self._body)
        size = REPLY.size + length
        if self._filled < size:
            if len(self._body) < size:
                self._body = self._head[: self._filled] + bytearray(size - self._filled)
            return
        body = bytes(memoryview(self._body)[REPLY.size : size])
        self._body, self._filled = self._head, 0
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            with suppress(asyncio.InvalidStateError):
                reply.set_result(Reply(Kind(kind), bool(is_worn), body))
