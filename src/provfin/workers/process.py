"""Owns the fork server as its client sees it: a process, the orders it is given, the events it tells.

Refuses to wait for it: orders that it does not take mean that it is stuck, and end it.
"""

import asyncio
import importlib.metadata
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from provfin.errors import InputError
from provfin.workers.frames import MESSAGE, Event, Order
from provfin.workers.limits import Limits

_CHUNK = 4096
_SECONDS_TO_END = 5

Listener = Callable[[Event, int, int], None]


class ForkServerProcess:
    """A fork server that was started, until it is lost or stopped."""

    def __init__(self, hear: Listener, lose: Callable[[], None]) -> None:
        self._hear = hear
        self._lose = lose
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._read = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._control, self._theirs = socket.socketpair()
        self._control.setblocking(False)

    async def start(self, data_path: Path, limits: Limits) -> None:
        """Start the process and wait until it has loaded the release; raises `InputError` when it cannot."""
        self._loop.add_reader(self._control.fileno(), self._listen)
        try:
            self._process = _start_process(self._theirs, str(data_path), limits.write())
            self._theirs.close()
            await self._ready
        except OSError as error:
            await self.stop()
            raise InputError(str(error), where=str(data_path), repair="give the N-Quads of a release") from error
        except BaseException:
            await self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def fork(self, token: int, connection: socket.socket) -> None:
        """Have a worker forked that serves a connection."""
        self._send(Order.fork, token, connection)

    def lower(self, token: int, thread: int) -> None:
        """Have the thread of a worker that answers run only when nothing else does."""
        self._send(Order.lower, token, value=thread)

    def kill(self, token: int) -> None:
        """Have a worker killed."""
        self._send(Order.kill, token)

    async def stop(self) -> None:
        """End the process and all its workers, and wait until they are gone."""
        self._close()
        if self._process is not None:
            if not self._ready.done():
                # It has no workers yet, and hears nothing before it has loaded everything.
                self._process.kill()
            await self._loop.run_in_executor(None, _end_process, self._process)

    def _send(self, order: Order, token: int, *connections: socket.socket, value: int = 0) -> None:
        try:
            socket.send_fds(self._control, [MESSAGE.pack(order, token, value)], [end.fileno() for end in connections])
        except OSError:
            if self._process is not None:
                self._process.kill()

    def _listen(self) -> None:
        try:
            data = self._control.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._read += data
        while len(self._read) >= MESSAGE.size and self._take_event():
            pass
        if not data:
            self._end()

    def _take_event(self) -> bool:
        kind, token, value = MESSAGE.unpack_from(self._read)
        size = MESSAGE.size + (value if kind == Event.failed else 0)
        if len(self._read) < size:
            return False
        text = self._read[MESSAGE.size : size].decode(errors="replace")
        del self._read[:size]
        if kind == Event.failed:
            self._ready.set_exception(OSError(text))
        elif kind == Event.ready:
            self._ready.set_result(None)
        else:
            self._hear(Event(kind), token, value)
        return True

    def _end(self) -> None:
        self._close()
        if not self._ready.done():
            self._ready.set_exception(OSError("the process that was to load it ended"))
        elif self._ready.exception() is None:
            self._lose()

    def _close(self) -> None:
        if self._control.fileno() >= 0:
            self._loop.remove_reader(self._control.fileno())
            self._control.close()
            self._theirs.close()


def _start_process(control: socket.socket, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a fork server in a group of its own: what a terminal tells its server is not for it.

    A session of its own would be scheduled apart from the server, which its slow workers would then slow down:
    autogroups in https://man7.org/linux/man-pages/man7/sched.7.html.
    """
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", "provfin.workers.forkserver", str(control.fileno()), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[control.fileno()],
        env=_make_environment(),
        process_group=0,
    )


def _make_environment() -> dict[str, str]:
    """Return the environment without proxies, with the quicker allocator where it is installed (Linux)."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    allocator = find_allocator()
    if allocator is not None:
        preloaded = environment.get("LD_PRELOAD")
        environment["LD_PRELOAD"] = f"{allocator}:{preloaded}" if preloaded else str(allocator)
    return environment


def find_allocator() -> Path | None:
    """Return where the library of mimalloc lies, or None where its package is not installed.

    The engine takes its memory from the C library, whose allocator costs it a fifth of its time.
    """
    try:
        files = importlib.metadata.files("cmeel-mimalloc") or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    found = (Path(str(file.locate())) for file in files if file.name == "libmimalloc.so")
    return next((path for path in found if path.is_file() and sys.platform == "linux"), None)


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
