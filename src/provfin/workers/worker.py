"""Owns a worker: it answers one query at a time over its socket, and ends when the other end is closed.

A thread whose priority was lowered cannot raise it again. So it leaves its place to the next of some that wait for it,
and what the process has copied of the release stays.

The kernel ends it at the deadline, in native code as well, by an alarm that nobody handles. Refuses an answer larger
than it may be while it is still being made.
"""

import gc
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable
from io import BytesIO
from typing import NoReturn

import pyoxigraph as ox

from provfin.guard import Reading, RefusedQueryError, confirm_services
from provfin.queries import Query
from provfin.store import STACK_BYTES, BadQueryError, Limit, StoreError, write_answer
from provfin.workers import confinement
from provfin.workers.frames import REPLY, REQUEST, THREAD, Formats, Kind, describe_error, unpack_request
from provfin.workers.limits import MEGABYTE, Limits

# A worker that has held so much more than it began with, in megabytes, gives it back by being replaced.
_MOST_GROWTH = 64
# Threads there are for answering, of which a lowered query uses up one. They are there before the process is forbidden
# to make any; each takes address space for its stack, and no memory before its turn.
_TURNS = 16
_CHUNK = 64 * 1024
_SOCKET = 3
# The fork server has few, all of them low.
_MOST_DESCRIPTORS = 1024


class Worker:
    """Answers the queries that come over a connection, each within limits."""

    def __init__(self, connection: socket.socket, store: ox.Store, limits: Limits) -> None:
        self._connection = connection
        self._store = store
        self._limits = limits
        self._peak = 0
        self._unsent = AnswerBuffer(limits).seal(Kind.ready, is_worn=False)

    def confine(self) -> None:
        """Take from this process what no query needs, once all its threads are there."""
        self._warm_up()
        confinement.bound_memory(self._limits.query_megabytes)
        confinement.forbid_files(confinement.SERVICE_DESCRIPTORS if self._limits.services else 0)
        self._peak = confinement.measure_peak() + _MOST_GROWTH

    def serve(self, has_next: Callable[[], bool]) -> None:
        """Answer until this thread has been lowered while there is a next one; the process ends with the connection.

        It is the next one that sends the reply: once it has arrived, the worker is as quick as before.
        """
        while True:
            THREAD.pack_into(self._unsent, 0, threading.get_native_id())
            self._connection.sendall(self._unsent)
            request = self._receive()
            if request is None:
                os._exit(0)
            signal.setitimer(signal.ITIMER_REAL, request[0] / 1000)
            self._unsent = self._reply(request[1])
            if confinement.is_lowered() and has_next():
                break

    def _warm_up(self) -> None:
        # What is written to is copied from the fork server now, not while somebody waits.
        write_answer(self._store, Query("ASK {}"), Reading(False, False), ("text/csv", None), BytesIO())

    def _receive(self) -> tuple[int, memoryview] | None:
        data = bytearray()
        missing = REQUEST.size
        while missing > 0:
            chunk = self._connection.recv(_CHUNK)
            if not chunk:
                return None
            data += chunk
            missing = _count_missing(data)
        return REQUEST.unpack_from(data)[0], memoryview(data)[REQUEST.size :]

    def _reply(self, body: memoryview) -> memoryview:
        buffer = AnswerBuffer(self._limits)
        kind, is_broken = self._answer(body, buffer)
        # From here on the answer is whole; the parent has a deadline of its own for taking it.
        signal.setitimer(signal.ITIMER_REAL, 0)
        return buffer.seal(kind, is_worn=is_broken or confinement.measure_peak() > self._peak)

    def _answer(self, body: memoryview, buffer: "AnswerBuffer") -> tuple[Kind, bool]:
        try:
            query, reading, formats = unpack_request(body)
            self._open_services(query, reading)
            media_type = write_answer(self._store, query, reading, formats, buffer)
        except MemoryError:
            return buffer.replace(self._limits.exceed(Limit.memory)), True
        except Exception as error:
            return buffer.replace(error), False
        except BaseException as error:
            # A panic of the engine, which is no Exception.
            return buffer.replace(StoreError(f"the engine failed: {error}")), True
        return _tell_kind(media_type, formats), False

    def _open_services(self, query: Query, reading: Reading) -> None:
        if self._limits.services:
            confinement.allow_descriptors(confinement.SERVICE_DESCRIPTORS if reading.services else 0)
        if reading.services:
            try:
                confirm_services(query.text, reading, self._limits.services)
            except RefusedQueryError as error:
                raise BadQueryError(str(error)) from error


class AnswerBuffer(BytesIO):
    """Holds a reply while it is made; raises `ExceededError` once the answer is larger than it may be."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._left = limits.answer_megabytes * MEGABYTE
        super().write(bytes(REPLY.size))

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Take a part of the answer."""
        self._left -= len(data)
        if self._left < 0:
            raise self._limits.exceed(Limit.size)
        return super().write(data)

    def replace(self, error: Exception) -> Kind:
        """Hold an error in place of what was there; return its kind."""
        kind, body = describe_error(error)
        self.seek(REPLY.size)
        self.truncate()
        super().write(body)
        return kind

    def seal(self, kind: Kind, *, is_worn: bool) -> memoryview:
        """Return the whole reply with its header, in which only the thread is missing."""
        view = self.getbuffer()
        REPLY.pack_into(view, 0, 0, kind, is_worn, len(view) - REPLY.size)
        return view


class Relay:
    """Threads of which one runs at a time, each once: when it has done its part, the next one has its turn."""

    def __init__(self, work: Callable[[Callable[[], bool]], None]) -> None:
        self._work = work
        self._gates: deque[threading.Lock] = deque()
        while len(self._gates) < _TURNS and self._add():
            pass

    def start(self) -> NoReturn:
        """Let the first thread run, and wait for ever."""
        self._gates.popleft().release()
        while True:
            signal.pause()

    def _add(self) -> bool:
        gate = threading.Lock()
        gate.acquire()
        try:
            threading.Thread(target=self._wait, args=(gate,)).start()
        except RuntimeError:
            # The system has no more for this process; without any there is nothing to do.
            if not self._gates:
                raise
            return False
        self._gates.append(gate)
        return True

    def _wait(self, gate: threading.Lock) -> None:
        gate.acquire()
        try:
            self._work(lambda: bool(self._gates))
        except BaseException:
            os._exit(1)
        self._gates.popleft().release()
        # To end would give back the address space of the stack, which is counted against the next query's memory.
        gate.acquire()


def run_worker(connection: socket.socket, store: ox.Store, limits: Limits) -> NoReturn:
    """Be a worker from now on: the process ends with it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(connection.detach(), _SOCKET)
    os.closerange(_SOCKET + 1, _MOST_DESCRIPTORS)
    gc.disable()
    worker = Worker(socket.socket(fileno=_SOCKET), store, limits)
    threading.stack_size(STACK_BYTES)
    relay = Relay(worker.serve)
    worker.confine()
    relay.start()


def _count_missing(data: bytearray) -> int:
    if len(data) < REQUEST.size:
        return REQUEST.size - len(data)
    return REQUEST.size + int(REQUEST.unpack_from(data)[1]) - len(data)


def _tell_kind(media_type: str, formats: Formats) -> Kind:
    return Kind.results if media_type == formats[0] else Kind.graph
