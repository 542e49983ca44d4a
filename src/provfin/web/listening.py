"""Owns how a connection is held: how long and how much it may say before its request is whole, how slowly it may read.

The server underneath waits for the rest of a header, and for who reads an answer, without end; here timers and sizes
end that. Refuses, with a problem like every other, connections beyond the number there may be.
"""

import asyncio
from typing import Any

from fastapi.responses import JSONResponse
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from provfin.web.problems import make_problem

LONGEST_HEADER = 300_000
# Bytes a second; what somebody on the poorest line still reads.
_LEAST_RATE = 10_000
# Seconds that a client has to read why it was refused, and how many may be doing so.
_PARTING = 1
_MOST_PARTING = 100


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose headers arrive within a time and a size, and whose answers are read as fast as a poor line reads.

    Of three timers at most two run: for a header, for a reader, and for a client that was refused.
    """

    seconds = 15
    most_connections = 1000
    # Those that were refused and may still read why; all connections of a server share it.
    parting: "set[PatientProtocol]"
    _waiting: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _parting: asyncio.TimerHandle | None = None
    _heard = 0
    _unread = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request, or refuse the connection."""
        super().connection_made(transport)
        if len(self.connections) - len(self.parting) > self.most_connections:
            detail = f"{self.most_connections} connections are open already; try again"
            self._refuse(make_problem(503, detail, {"Retry-After": "5"}, limit="load"))
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in bytes, unless they make a header longer than any that is meant."""
        if self._parting is not None:
            return
        if self._waiting is not None:
            self._heard += len(data)
            if self._heard > LONGEST_HEADER:
                self._refuse(make_problem(431, f"the header is longer than {LONGEST_HEADER} bytes; POST a long query"))
                return
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(make_problem(400, msg))

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a header."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Stop waiting: the request is known."""
        self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Begin to look at how fast the client reads: an answer is in memory until it is read."""
        super().pause_writing()
        if self._reading is None:
            self._watch_reader()

    def resume_writing(self) -> None:
        """Stop looking: the rest is small."""
        super().resume_writing()
        self._stop_watching()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all waiting: nobody is there."""
        self._stop_waiting()
        self._stop_watching()
        if self._parting is not None:
            self._parting.cancel()
            self.parting.discard(self)
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._heard = 0
            self._waiting = self.loop.call_later(self.seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _watch_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._reading = self.loop.call_later(self.seconds, self._judge_reader)

    def _judge_reader(self) -> None:
        if self._unread - self.transport.get_write_buffer_size() < _LEAST_RATE * self.seconds:
            self.transport.abort()
        else:
            self._watch_reader()

    def _stop_watching(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _refuse(self, response: JSONResponse) -> None:
        """Say why and hear no more; who is still speaking would lose the answer if the connection ended at once."""
        self._stop_waiting()
        if len(self.parting) >= _MOST_PARTING:
            self.transport.abort()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._parting = self.loop.call_later(_PARTING, self.transport.abort)
        self.parting.add(self)
        self.transport.write(_pack(response))
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _pack(response: JSONResponse) -> bytes:
    """Return a whole response as it is written to a connection that ends with it."""
    headers = [*response.raw_headers, (b"x-content-type-options", b"nosniff"), (b"connection", b"close")]
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    return b"".join([STATUS_LINE[response.status_code], *lines, b"\r\n", bytes(response.body)])


def make_protocol(seconds: int, most_connections: int = 1000) -> type[HttpToolsProtocol]:
    """Return the protocol of a server with so many connections that have so many seconds to send or read something."""
    members = {"seconds": seconds, "most_connections": most_connections, "parting": set()}
    return type("TimedProtocol", (PatientProtocol,), members)
