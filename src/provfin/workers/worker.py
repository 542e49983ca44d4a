"""Owns a worker: it answers one query at a time over its socket, and ends when the other end is closed.

The kernel ends it at the deadline, in native code as well, by an alarm that nobody handles. Refuses an answer larger
than it may be while it is still being made.
"""

import gc
import os
import signal
import socket
import threading
from io import BytesIO
from typing import NoReturn

import pyoxigraph as ox

from provfin.guard import Reading, RefusedQueryError, confirm_services
from provfin.queries import Query
from provfin.store import STACK_BYTES, BadQueryError, Limit, StoreError, write_answer
from provfin.workers import confinement
from provfin.workers.frames import REPLY, REQUEST, Formats, Kind, describe_error, unpack_request
from provfin.workers.limits import MEGABYTE, Limits

# A worker that has held so much more than it began with, in megabytes, gives it back by being replaced.
_MOST_GROWTH = 64
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

    def run(self) -> None:
        """Confine this process and answer until the connection is closed."""
        self._warm_up()
        confinement.bound_memory(self._limits.query_megabytes)
        confinement.forbid_files(confinement.SERVICE_DESCRIPTORS if self._limits.services else 0)
        self._peak = confinement.measure_peak() + _MOST_GROWTH
        while request := self._receive():
            milliseconds, body = request
            signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
            self._connection.sendall(self._reply(body))

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
        """Return the whole reply, with its header."""
        view = self.getbuffer()
        REPLY.pack_into(view, 0, kind, is_worn, len(view) - REPLY.size)
        return view


def run_worker(connection: socket.socket, store: ox.Store, limits: Limits) -> NoReturn:
    """Be a worker from now on: the process ends with it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(connection.detach(), _SOCKET)
    os.closerange(_SOCKET + 1, _MOST_DESCRIPTORS)
    gc.disable()
    worker = Worker(socket.socket(fileno=_SOCKET), store, limits)
    threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join()
    os._exit(0)


def _count_missing(data: bytearray) -> int:
    if len(data) < REQUEST.size:
        return REQUEST.size - len(data)
    return REQUEST.size + int(REQUEST.unpack_from(data)[1]) - len(data)


def _tell_kind(media_type: str, formats: Formats) -> Kind:
    return Kind.results if media_type == formats[0] else Kind.graph
