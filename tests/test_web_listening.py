"""How connections are held: who is slow to speak, slow to read, too many, or no HTTP at all."""

import logging
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from provfin.commands import serve
from provfin.web.listening import LONGEST_HEADER, make_protocol
from serving import running

LARGE = 30_000_000
WHOLE = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once; at /large with more than the system holds for a connection."""
    if scope["type"] == "http":
        await Response(b"a" * (LARGE if scope["path"] == "/large" else 4))(scope, receive, send)


@pytest.fixture
def hurried() -> Iterator[str]:
    """The address of a server that waits one second for a header, and for a reader."""
    with running(_answer, http=make_protocol(1), timeout_keep_alive=1, lifespan="off") as address:
        yield address


def _connect(address: str, room: int | None = None) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname is not None
    connection = socket.socket()
    if room is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.settimeout(10)
    connection.connect((parts.hostname, parts.port or 80))
    return connection


def _read(connection: socket.socket, pause: Callable[[], object] = int) -> bytes:
    """Return all that is said until the connection ends, in whichever way."""
    heard = bytearray()
    try:
        while said := connection.recv(1_000_000):
            heard += said
            pause()
    except ConnectionResetError:
        pass
    return bytes(heard)


def _assert_answers(connection: socket.socket) -> None:
    connection.sendall(WHOLE)
    said = b""
    while not said.endswith(b"\r\n\r\naaaa"):
        more = connection.recv(1000)
        assert more, said
        said += more
    assert said.startswith(b"HTTP/1.1 200")


def _read_problem(connection: socket.socket) -> dict[str, Any]:
    head, _, body = _read(connection).partition(b"\r\n\r\n")
    response = httpx.Response(int(head.split()[1]), content=body)
    assert b"content-type: application/problem+json" in head
    assert f"content-length: {len(body)}".encode() in head
    assert b"connection: close" in head
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    return problem


# Speaking


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: "])
def test_who_says_nothing_more_is_cut_off(hurried: str, said: bytes) -> None:
    with closing(_connect(hurried)) as connection:
        connection.sendall(said)
        began = time.monotonic()
        assert connection.recv(1000) == b""
        assert time.monotonic() - began < 5


def test_a_kept_connection_is_held_to_the_same(hurried: str) -> None:
    with closing(_connect(hurried)) as connection:
        for _ in range(3):
            _assert_answers(connection)
        connection.sendall(WHOLE[:10])
        while connection.recv(100_000):
            pass


def test_a_header_without_end_is_refused(hurried: str) -> None:
    with closing(_connect(hurried)) as connection:
        connection.sendall(WHOLE[:-2])
        for _ in range(2 * LONGEST_HEADER // 10_000):
            connection.sendall(b"x-a: " + b"a" * 9_993 + b"\r\n")
        problem = _read_problem(connection)
    assert problem["status"] == 431
    assert str(LONGEST_HEADER) in problem["detail"]


def test_what_is_no_http_is_a_problem(caplog: pytest.LogCaptureFixture, hurried: str) -> None:
    with caplog.at_level(logging.WARNING), closing(_connect(hurried)) as connection:
        connection.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
        assert _read_problem(connection)["status"] == 400
    assert httpx.get(hurried, trust_env=False).status_code == 200


# Reading


def test_who_does_not_read_is_cut_off(hurried: str) -> None:
    with closing(_connect(hurried, room=10_000)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        time.sleep(5 / 2)
        # What the system held for the connection comes yet.
        assert len(_read(connection)) < LARGE // 2


def test_who_reads_slowly_is_not(hurried: str) -> None:
    """Longer than a stalled client has, and faster than the poorest line."""
    with closing(_connect(hurried, room=100_000)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        began = time.monotonic()
        end = began + 3

        def pause() -> None:
            if time.monotonic() < end:
                time.sleep(1 / 20)

        head, _, body = _read(connection, pause).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert len(body) == LARGE
        assert time.monotonic() - began > 2


# How many


def test_connections_beyond_the_number_are_refused_and_closed() -> None:
    protocol = make_protocol(10, 3)
    with running(_answer, http=protocol, lifespan="off") as address, ExitStack() as stack:
        first, *others = [stack.enter_context(closing(_connect(address))) for _ in range(3)]
        for connection in (first, *others):
            _assert_answers(connection)
        for _ in range(3):
            with closing(_connect(address)) as refused:
                refused.sendall(WHOLE)
                problem = _read_problem(refused)
            assert (problem["status"], problem["limit"]) == (503, "load")
        _assert_answers(first)
        assert not _is_answered(stack.enter_context(closing(_connect(address))))
        first.close()
        assert any(_is_answered(stack.enter_context(closing(_connect(address)))) for _ in range(90))


def _is_answered(connection: socket.socket) -> bool:
    """Tell whether a connection is served; one that is refused stays open here, and takes no place there."""
    connection.sendall(WHOLE)
    time.sleep(1 / 50)
    return connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize(
    ("limits", "raised"),
    [((256, 4096), (2024, 4096)), ((256, 1000), (1000, 1000)), ((256, -1), (2024, -1)), ((4096, 4096), None)],
)
def test_a_server_may_open_as_many_files_as_it_has_connections(
    limits: tuple[int, int], raised: tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: given.append(wanted))
    serve._allow_descriptors(1000)
    assert given == ([raised] if raised else [])
