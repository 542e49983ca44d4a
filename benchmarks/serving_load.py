"""Asks a server as fast as it answers, over connections that are kept, with one request under way on each.

One thread, sockets that do not block, requests made beforehand, and of an answer only what is needed to see that it is
whole: status, length, end. What this costs is part of every figure, the same for all servers, and is measured. What a
server refuses for its load (503) is counted, and is no answer.
"""

import itertools
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

_CHUNK = 1 << 18
_LAST_CHUNK = b"0\r\n\r\n"
_SECONDS = 120


class BadAnswerError(RuntimeError):
    """Says that a server answered with something else than a whole answer."""


@dataclass
class Outcome:
    """What became of a run, in nanoseconds: each request with its place in the sequence, all, the client's work."""

    latencies: list[tuple[int, int]] = field(default_factory=list)
    refused: int = 0
    elapsed: int = 0
    own: int = 0

    def add(self, connection: "Connection") -> None:
        """Count what a connection has received whole."""
        if connection.is_refused:
            self.refused += 1
        else:
            self.latencies.append((connection.place, time.perf_counter_ns() - connection.sent))

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return len(self.latencies) / self.elapsed * 1e9

    @property
    def milliseconds(self) -> list[float]:
        """The time each request took."""
        return [nanoseconds / 1e6 for _, nanoseconds in self.latencies]


class Connection:
    """A kept connection; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.place = self.sent = 0
        self.is_refused = False
        self._missing: int | None = None
        self._head = self._tail = b""

    def send(self, place: int, request: bytes) -> None:
        """Send the request at a place of the sequence."""
        self.place, self._missing, self._head, self._tail = place, None, b"", b""
        self.sent = time.perf_counter_ns()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take in what is there; tell whether the answer is whole. Raises `BadAnswerError` if it cannot be any more."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise BadAnswerError("the connection was closed before the answer was whole")
        if self._missing is None:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return False
            self._missing, self.is_refused = _read_length(head), b" 503 " in head[:16]
        if self._missing >= 0:
            self._missing -= len(data)
            return self._missing == 0
        self._tail = self._tail[-len(_LAST_CHUNK) :] + data
        return self._tail.endswith(_LAST_CHUNK)


def _read_length(head: bytes) -> int:
    """Return how long the body is, or -1 if it comes in chunks."""
    status = head.split(b" ", 2)[1]
    if status not in (b"200", b"503"):
        raise BadAnswerError(f"status {status.decode()}: {head.decode('latin-1')}")
    lower = head.lower()
    start = lower.find(b"\r\ncontent-length:")
    if start < 0:
        return -1
    return int(lower[start + 17 :].split(b"\r\n", 1)[0])


def run_load(port: int, sequence: Sequence[bytes], connections: int, seconds: float, cycle: int = 1) -> Outcome:
    """Send a sequence over and over until the time is up and the cycle that was begun is complete.

    All connections draw from the one sequence. Raises `BadAnswerError` for an answer that is not whole or neither 200
    nor 503.
    """
    opened = [Connection(port) for _ in range(connections)]
    outcome = Outcome()
    try:
        with selectors.DefaultSelector() as selector:
            for connection in opened:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            own, start = time.process_time_ns(), time.perf_counter_ns()
            _drive(selector, opened, sequence, start + int(seconds * 1e9), cycle, outcome)
            outcome.elapsed = time.perf_counter_ns() - start
            outcome.own = time.process_time_ns() - own
    finally:
        for connection in opened:
            connection.socket.close()
    return outcome


def _drive(
    selector: selectors.BaseSelector,
    opened: Sequence[Connection],
    sequence: Sequence[bytes],
    end: int,
    cycle: int,
    outcome: Outcome,
) -> None:
    turns = itertools.count()
    length, busy = len(sequence), 0
    idle: list[Connection] = list(opened)
    is_over = False
    while idle or busy:
        for connection in idle:
            turn = next(turns)
            is_over = is_over or (turn % cycle == 0 and turn > 0 and time.perf_counter_ns() >= end)
            if is_over:
                break
            connection.send(turn % length, sequence[turn % length])
            busy += 1
        idle = []
        ready = selector.select(_SECONDS) if busy else []
        if busy and not ready:
            raise BadAnswerError(f"no answer within {_SECONDS} s")
        for key, _ in ready:
            connection = key.data
            if connection.receive():
                outcome.add(connection)
                idle.append(connection)
                busy -= 1


class Pestering:
    """Clients that send one request again and again, whatever becomes of it, as long as this context lasts.

    The request asks for the connection to be closed after the answer.
    """

    def __init__(self, port: int, request: bytes, clients: int) -> None:
        self._port = port
        self._request = request
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._pester, daemon=True) for _ in range(clients)]
        self.statuses: list[str] = []

    def __enter__(self) -> "Pestering":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _pester(self) -> None:
        while not self._ended.is_set():
            with socket.create_connection(("127.0.0.1", self._port), timeout=_SECONDS) as connection:
                connection.sendall(self._request)
                answer = b"".join(iter(partial(connection.recv, _CHUNK), b""))
                self.statuses.append(answer.split(b" ", 2)[1].decode() if answer else "closed")
