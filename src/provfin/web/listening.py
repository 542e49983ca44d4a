"""Owns how long and how much a connection may say before its request is whole.

The server underneath waits for the rest of a header without end; here a timer and a size end that.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEADER = 300_000
_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
    b"content-type: application/problem+json\r\ncontent-length: 0\r\n\r\n"
)


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 whose headers arrive within a time and a size."""

    seconds = 15
    _timer: asyncio.TimerHandle | None = None
    _heard = 0

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take in bytes, unless they make a header longer than any that is meant."""
        if self._timer is not None:
            self._heard += len(data)
            if self._heard > LONGEST_HEADER:
                self.transport.write(_TOO_LONG)
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a header."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Stop waiting: the request is known."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nobody is there."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._timer is None:
            self._heard = 0
            self._timer = self.loop.call_later(self.seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def make_protocol(seconds: int) -> type[HttpToolsProtocol]:
    """Return the protocol of connections that have so many seconds to send the header of a request."""
    return type("TimedProtocol", (PatientProtocol,), {"seconds": seconds})
