"""What every request passes through, over small applications."""

import asyncio
import gzip
import io
import json
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from provfin.web.caching import KeepReplies
from provfin.web.compression import Compress
from provfin.web.kept import Kept
from provfin.web.leaving import StopWhenGone
from provfin.web.listening import LONGEST_HEADER, make_protocol
from provfin.web.requests import AnswerAlike
from provfin.web.throttle import Buckets, Throttle, is_loopback
from provfin.web.watching import Counts, Watch, make_log
from serving import running

TAG = 'W/"abc"'


def _ask(app: ASGIApp, method: str = "GET", path: str = "/", **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=options.pop("client", ("127.0.0.1", 1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def _make_app(answer: Callable[[Request], Response] | None = None) -> Starlette:
    """An application that counts how often it was asked."""

    async def respond(request: Request) -> Response:
        app.state.asked += 1
        if answer is not None:
            return answer(request)
        return Response("é" * 2000, media_type="text/plain", headers={"ETag": TAG, "Vary": "Accept"})

    app = Starlette(routes=[Route("/", respond, methods=["GET", "POST"])])
    app.state.asked = 0
    return app


# Keeping


def test_an_answer_is_made_once() -> None:
    inner = _make_app()
    app = KeepReplies(inner, Kept(1_000_000))
    first, second = _ask(app), _ask(app)
    assert (first.text, dict(first.headers)) == (second.text, dict(second.headers))
    assert inner.state.asked == 1
    _ask(app, headers={"accept": "text/csv"})
    _ask(app, path="/?a=1")
    _ask(app, headers={"host": "other"})
    assert inner.state.asked == 4


def test_who_has_it_is_told_so() -> None:
    app = KeepReplies(_make_app(), Kept(1_000_000))
    for _ in range(2):
        response = _ask(app, headers={"if-none-match": f'"other", {TAG}'})
        assert (response.status_code, response.content) == (304, b"")
        assert (response.headers["etag"], response.headers["vary"]) == (TAG, "Accept")
    assert _ask(app, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("status", [200, 400])
def test_what_has_no_tag_or_is_a_fault_is_not_kept(status: int) -> None:
    headers = {"ETag": TAG} if status == 400 else {}
    inner = _make_app(lambda _: Response("no", status, headers=headers))
    app = KeepReplies(inner, Kept(1_000_000))
    assert [_ask(app, headers={"if-none-match": "*"}).status_code for _ in range(2)] == [status] * 2
    assert inner.state.asked == 2


def test_what_is_sent_in_pieces_is_passed_on() -> None:
    inner = _make_app(lambda _: StreamingResponse(iter(["a", "b", "c"]), headers={"ETag": TAG}))
    app = KeepReplies(inner, Kept(1_000_000))
    assert [_ask(app).text for _ in range(2)] == ["abc", "abc"]
    assert inner.state.asked == 2


def test_only_what_was_asked_for_lately_is_kept() -> None:
    kept: Kept[str, int] = Kept(20_000)
    for number in range(20):
        kept.put(str(number), number, 400)
        assert kept.get("0") == 0
        assert kept.bytes <= 20_000
    assert kept.get("1") is None
    kept.put("large", 1, 5_000)
    assert kept.get("large") is None
    kept.put("0", 7, 100)
    assert kept.get("0") == 7
    assert kept.bytes == sum(1400 for key in map(str, range(1, 20)) if kept.get(key) is not None) + 1100


# Compressing


def test_who_accepts_gzip_gets_it() -> None:
    app = Compress(_make_app())
    plain, packed = _ask(app, headers={"accept-encoding": "identity"}), _ask(app, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.text == plain.text
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept, Accept-Encoding"


def test_large_answers_are_compressed_alike() -> None:
    app = Compress(_make_app(lambda _: Response("a" * 200_000, media_type="text/csv")))
    first, second = (_ask(app, headers={"accept-encoding": "gzip"}) for _ in range(2))
    assert first.text == second.text == "a" * 200_000
    assert first.headers["content-length"] == second.headers["content-length"]


@pytest.mark.parametrize(
    "response",
    [
        lambda _: Response("a", media_type="text/csv"),
        lambda _: Response("a" * 2000, media_type="image/png"),
        lambda _: StreamingResponse(iter(["a" * 2000]), media_type="text/csv"),
    ],
)
def test_what_is_small_packed_or_in_pieces_is_not_compressed(response: Callable[[Request], Response]) -> None:
    got = _ask(Compress(_make_app(response)), headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in got.headers
    assert got.text.startswith("a")


def test_what_is_compressed_already_stays() -> None:
    body = gzip.compress(b"a" * 5000)
    inner = _make_app(lambda _: Response(body, media_type="text/csv", headers={"Content-Encoding": "gzip"}))
    assert _ask(Compress(inner), headers={"accept-encoding": "gzip"}).text == "a" * 5000


# Methods and addresses


def test_head_and_options_follow_from_the_routes() -> None:
    inner = _make_app()
    app = AnswerAlike(inner, inner.routes)
    head, got = _ask(app, "HEAD"), _ask(app)
    assert head.content == b""
    assert head.headers["content-length"] == got.headers["content-length"]
    options = _ask(app, "OPTIONS")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    assert _ask(app, "OPTIONS", "/nowhere").status_code == 404


def test_malformed_addresses_are_problems() -> None:
    inner = _make_app()

    async def ask(raw_path: bytes) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": "/", "raw_path": raw_path, "query_string": b"", "headers": [],
        }  # fmt: skip
        await AnswerAlike(inner, inner.routes)(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(ask(b"/%zz")) == asyncio.run(ask(b"/%ff")) == 400
    assert asyncio.run(ask(b"/%E5%9C%B0")) == 200


# Too many requests


def test_a_client_has_an_allowance_that_fills_again() -> None:
    now = 0
    buckets = Buckets(60, lambda: now)
    assert [buckets.take("a") for _ in range(10)] == [0] * 10
    assert buckets.take("a") == 1
    assert buckets.take("b") == 0
    now = 1_000_000_000
    assert buckets.take("a") == 0
    assert buckets.take("a") == 1


def test_too_many_requests_are_a_problem_except_from_this_machine() -> None:
    app = Throttle(_make_app(), 60)
    far = ("192.0.2.1", 1)
    statuses = [_ask(app, client=far).status_code for _ in range(12)]
    assert statuses.count(200) in (10, 11)
    refused = _ask(app, client=far)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "60 requests a minute" in refused.json()["detail"]
    assert {_ask(app).status_code for _ in range(30)} == {200}
    assert {_ask(Throttle(_make_app(), 0), client=far).status_code for _ in range(30)} == {200}


def test_loopback_has_several_names() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "", "testclient"]))
    assert not any(map(is_loopback, ["10.0.0.1", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"]))


# Watching


def _watch(inner: ASGIApp, monkeypatch: pytest.MonkeyPatch, form: str = "json") -> tuple[Watch, io.StringIO, Counts]:
    err, counts = io.StringIO(), Counts()
    monkeypatch.setattr(sys, "stderr", err)
    return Watch(inner, make_log(form), counts), err, counts


def test_every_request_is_logged_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    app, err, counts = _watch(_make_app(), monkeypatch)
    response = _ask(app, headers={"x-request-id": "mine-1"})
    assert response.headers["x-request-id"] == "mine-1"
    assert _ask(app, "DELETE", headers={"x-request-id": "bad id"}).headers["x-request-id"] != "bad id"
    first, second = map(json.loads, err.getvalue().splitlines())
    assert (first["event"], first["id"], first["status"], first["bytes"]) == ("request", "mine-1", 200, 4000)
    assert (second["method"], second["status"]) == ("DELETE", 405)
    text = generate_latest(counts.registry).decode()
    assert 'provfin_requests_total{method="GET",route="/",status="200"} 1.0' in text
    assert 'provfin_request_seconds_count{route="/"} 2.0' in text


def test_what_nobody_foresaw_is_a_plain_500(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError("secret")

    app, err, _ = _watch(fail, monkeypatch)
    response = _ask(app)
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.json()["detail"]
    assert "secret" not in response.text
    logged = json.loads(err.getvalue().splitlines()[0])
    assert logged["exception"][0]["exc_type"] == "ZeroDivisionError"


@pytest.mark.parametrize(("form", "lines"), [("text", 1), ("off", 0)])
def test_the_log_can_be_for_people_or_off(form: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    app, err, _ = _watch(_make_app(), monkeypatch, form)
    assert _ask(app).status_code == 200
    assert len(err.getvalue().splitlines()) == lines


# Leaving, and not beginning


class _Slow:
    """An application that takes its time, and tells whether it was let."""

    def __init__(self) -> None:
        self.began = self.was_stopped = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = (await receive()).get("body", b"")
        self.began = True
        try:
            await asyncio.sleep(5 if body != b"quick" else 0)
        except asyncio.CancelledError:
            self.was_stopped = True
            raise
        await Response(body)(scope, receive, send)


def _wait_for(is_so: Callable[[], bool]) -> bool:
    for _ in range(300):
        if is_so():
            return True
        time.sleep(1 / 100)
    return False


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname is not None
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=10)


@pytest.mark.parametrize(
    "request_text",
    [b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nslow"],
    ids=["get", "post"],
)
def test_work_stops_when_the_client_leaves(request_text: bytes) -> None:
    slow = _Slow()
    with running(StopWhenGone(slow), lifespan="off") as address:
        with closing(_connect(address)) as connection:
            connection.sendall(request_text)
            assert _wait_for(lambda: slow.began)
            assert not slow.was_stopped
        assert _wait_for(lambda: slow.was_stopped)


def test_who_stays_gets_the_answer() -> None:
    with running(StopWhenGone(_Slow()), lifespan="off") as address:
        assert httpx.post(address, content=b"quick", trust_env=False).text == "quick"


@pytest.fixture
def hurried() -> Iterator[str]:
    """The address of a server that waits one second for a header."""
    with running(_make_app(), http=make_protocol(1), timeout_keep_alive=1) as address:
        yield address


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: "])
def test_who_says_nothing_more_is_cut_off(hurried: str, said: bytes) -> None:
    with closing(_connect(hurried)) as connection:
        connection.sendall(said)
        began = time.monotonic()
        assert connection.recv(1000) == b""
        assert time.monotonic() - began < 5


def test_a_kept_connection_is_held_to_the_same(hurried: str) -> None:
    whole = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
    with closing(_connect(hurried)) as connection:
        for _ in range(3):
            connection.sendall(whole)
            assert connection.recv(100_000).startswith(b"HTTP/1.1 200")
        connection.sendall(whole[:10])
        while connection.recv(100_000):
            pass


def test_a_header_without_end_is_refused(hurried: str) -> None:
    with closing(_connect(hurried)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n")
        with pytest.raises(OSError, match=r".*"):  # noqa: PT012 - refused while it is being sent, or when it is read
            for _ in range(2 * LONGEST_HEADER // 10_000):
                connection.sendall(b"x-a: " + b"a" * 9_993 + b"\r\n")
            if b" 431 " in connection.recv(100):
                raise ConnectionResetError


def test_the_server_underneath_is_quiet(caplog: pytest.LogCaptureFixture, hurried: str) -> None:
    with caplog.at_level(logging.WARNING), closing(_connect(hurried)) as connection:
        connection.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
        assert b" 400 " in connection.recv(1000)
    with httpx.Client(base_url=hurried, trust_env=False) as client:
        assert client.get("/").status_code == 200
