"""What every request passes through, over small applications."""

import asyncio
import gzip
import io
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from pydantic import HttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from provfin.queries import Query
from provfin.release import Release
from provfin.settings import Settings
from provfin.store import Answer, BadQueryError, LocalEngine, QueryService
from provfin.web import operations
from provfin.web.caching import KeepReplies, KeptReply, Key
from provfin.web.compression import Compress
from provfin.web.kept import Kept, measure
from provfin.web.leaving import StopWhenGone
from provfin.web.negotiation import choose_type
from provfin.web.problems import explain
from provfin.web.requests import AnswerAlike
from provfin.web.site import Site, _sum_up
from provfin.web.throttle import Buckets, Throttle, find_client
from provfin.web.watching import RequestCounts, Watch, make_log
from provfin.workers import WorkerPool
from serving import LocalService, running

RELEASE = Release("ab" * 32, Path("none"), {})
SITE = Site(LocalService(LocalEngine(ox.Store())), RELEASE, Settings())
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
    _ask(app, headers={"accept-language": "zh"})
    assert inner.state.asked == 4


def test_a_page_is_made_once_for_each_language() -> None:
    def respond(request: Request) -> Response:
        headers = {"ETag": TAG, "Vary": "Accept, Accept-Language, Cookie"}
        return Response(request.headers.get("accept-language", "en")[:2], headers=headers)

    inner = _make_app(respond)
    app = KeepReplies(inner, Kept(1_000_000))
    chinese = {"accept-language": "zh-CN,zh;q=0.9"}
    assert [_ask(app, headers=headers).text for headers in ({}, chinese, {}, chinese)] == ["en", "zh", "en", "zh"]
    assert inner.state.asked == 2
    assert _ask(app, headers={"cookie": "language=zh"}).text == "zh"
    assert inner.state.asked == 2


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


@pytest.mark.parametrize(
    "make",
    [
        lambda _: Response("abc" * 10_000, headers={"ETag": TAG}),
        lambda _: StreamingResponse(iter(["abc"] * 10_000), headers={"ETag": TAG}),
    ],
    ids=["large", "in pieces"],
)
def test_of_what_is_large_or_in_pieces_the_head_is_kept(make: Callable[[Request], Response]) -> None:
    inner = _make_app(make)
    kept: Kept[Key, KeptReply] = Kept(100_000)
    app = KeepReplies(inner, kept)
    assert [_ask(app).text for _ in range(2)] == ["abc" * 10_000] * 2
    assert (inner.state.asked, kept.hits, len(kept)) == (2, 0, 1)
    held = _ask(app, headers={"if-none-match": TAG})
    assert (held.status_code, held.headers["etag"], inner.state.asked) == (304, TAG, 2)
    other = _ask(app, headers={"if-none-match": '"other"'})
    assert (other.status_code, other.text, inner.state.asked) == (200, "abc" * 10_000, 3)


def test_what_a_client_sends_counts_as_what_it_is_sent() -> None:
    kept: Kept[Key, KeptReply] = Kept(1_000_000)
    app = KeepReplies(_make_app(), kept)
    _ask(app, headers={"accept": "a" * 250_000})
    assert (len(kept), kept.bytes) == (0, 0)
    _ask(app, headers={"accept": "text/csv"})
    small = kept.bytes
    _ask(app, headers={"accept": "text/csv, " + "a" * 5000})
    assert len(kept) == 2
    assert kept.bytes > 2 * small + 5000


def test_questions_count_as_their_answers() -> None:
    """The text of a query and the graphs it names are part of what is kept."""

    class Service(LocalService):
        async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
            self.asked += 1
            return Answer(b"{}", "application/json")

    service = Service(LocalEngine(ox.Store()))
    site = Site(service, RELEASE, Settings(), Kept(1_000_000))
    graphs = tuple(f"http://example.org/{number}" for number in range(100))
    for query in (Query("ASK {} # " + "é" * 3000), Query("ASK {}", default_graphs=graphs)):
        before = site.answers.bytes
        for _ in range(2):
            asyncio.run(site.ask(query))
        assert site.answers.bytes - before > 3000
    assert service.asked == 2
    for _ in range(2):
        asyncio.run(site.ask(Query("ASK {} #" + " " * 50_000)))
    assert (service.asked, len(site.answers)) == (4, 2)


# Tags


def _make_tagged(site: Site, media_types: tuple[str, ...] = ("text/csv", "text/html")) -> KeepReplies:
    """An application that answers in two formats at one address."""

    def respond(request: Request) -> Response:
        media_type = choose_type(request.headers["accept"], media_types)
        assert media_type is not None
        return site.make_response(media_type.encode(), media_type)

    return KeepReplies(_make_app(respond), Kept(1_000_000))


def test_who_has_another_format_is_not_told_to_keep_it() -> None:
    app = _make_tagged(SITE)
    tags = {kind: _ask(app, headers={"accept": kind}).headers["etag"] for kind in ("text/csv", "text/html")}
    for kind, other in (("text/csv", "text/html"), ("text/html", "text/csv")):
        assert _ask(app, headers={"accept": kind, "if-none-match": tags[kind]}).status_code == 304
        answer = _ask(app, headers={"accept": kind, "if-none-match": tags[other]})
        assert (answer.status_code, answer.text) == (200, kind)


def test_a_tag_begins_with_the_release_and_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    tag = SITE.make_tag("text/csv")
    assert re.fullmatch(f'W/"{RELEASE.hash}[.][0-9a-f]{{8}}"', tag)
    elsewhere = Settings(base_url=HttpUrl("https://example.org/"))
    assert replace(SITE, settings=Settings(port=1)).make_tag("text/csv") == tag
    assert replace(SITE, settings=elsewhere).make_tag("text/csv") != tag
    monkeypatch.setattr("provfin.web.site.__version__", "0")
    _sum_up.cache_clear()
    try:
        assert SITE.make_tag("text/csv") != tag
    finally:
        _sum_up.cache_clear()


def test_pages_have_no_foreign_script_and_no_frame() -> None:
    app = _make_tagged(SITE)
    page, table = (_ask(app, headers={"accept": kind}) for kind in ("text/html", "text/csv"))
    assert "content-security-policy" not in table.headers
    rules = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert (rules["default-src"], rules["frame-ancestors"], rules["base-uri"]) == ("'none'",) * 3
    assert (rules["script-src"], rules["style-src"], rules["connect-src"]) == ("'self'",) * 3
    assert not re.search("unsafe|[*]|https?:", page.headers["content-security-policy"])


def test_only_what_was_asked_for_lately_is_kept() -> None:
    kept: Kept[str, int] = Kept(20_000)
    for number in range(20):
        assert kept.put(str(number), number, 400)
        assert kept.get("0") == 0
        assert kept.bytes <= 20_000
    assert kept.get("1") is None
    assert not kept.put("large", 1, 5_000)
    assert kept.get("large") is None
    assert kept.put("0", 7, 100)
    assert kept.get("0") == 7
    others = [key for key in map(str, range(1, 20)) if kept.get(key) is not None]
    assert kept.bytes == sum(1400 + measure(key) for key in others) + 1100 + measure("0")


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

    async def ask(raw_path: bytes, *hosts: bytes) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": "/", "raw_path": raw_path, "query_string": b"",
            "headers": [(b"host", host) for host in hosts],
        }  # fmt: skip
        await AnswerAlike(inner, inner.routes)(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(ask(b"/%zz")) == asyncio.run(ask(b"/%ff")) == 400
    assert asyncio.run(ask(b"/%E5%9C%B0")) == asyncio.run(ask(b"/")) == 200
    for host in (b"%zz", b"a b", b"a/b", b"a@b", b"[::g]", b"[1:2]", b"a:b", b"\xff", b"a:80:80"):
        assert asyncio.run(ask(b"/", host)) == 400, host
    for host in (b"", b"example.org", b"127.0.0.1:8000", b"[::1]:8000", b"a_b.example", b"%E4%B8%AD.example"):
        assert asyncio.run(ask(b"/", host)) == 200, host
        # Whatever is taken for a host can stand in the addresses of answers.
        ox.NamedNode(f"http://{host.decode()}/sparql")
    assert asyncio.run(ask(b"/", b"a", b"a")) == 400


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


def test_this_machine_has_several_names() -> None:
    assert {find_client(each) for each in ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "")} == {""}
    assert all(map(find_client, ["10.0.0.1", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "testclient", "_hidden"]))


def test_who_can_change_its_name_is_one_client() -> None:
    same = [
        {"192.0.2.1", "::ffff:192.0.2.1"},
        {"2001:db8::1", "2001:db8::2:3:4:5", "2001:db8:0:0:ffff::"},
        {"unknown", "_hidden", "127.0.0.1, x", "a" * 100_000},
    ]
    clients = [{find_client(address) for address in addresses} for addresses in same]
    assert [len(found) for found in clients] == [1, 1, 1]
    assert len(set.union(*clients)) == 3
    assert find_client("2001:db8:0:1::1") not in clients[1]
    app = Throttle(_make_app(), 60)
    statuses = [_ask(app, client=(f"nobody-{number}", 1)).status_code for number in range(15)]
    assert statuses.count(429) >= 3


# Watching


def _watch(
    inner: ASGIApp, monkeypatch: pytest.MonkeyPatch, form: str = "json"
) -> tuple[Watch, io.StringIO, RequestCounts]:
    err, counts = io.StringIO(), RequestCounts()
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
    assert response.headers["x-content-type-options"] == "nosniff"
    text = generate_latest(counts.registry).decode()
    assert 'provfin_requests_total{method="GET",route="/",status="200"} 1.0' in text
    assert 'provfin_request_seconds_count{route="/"} 2.0' in text


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_nobody_foresaw_is_a_plain_500(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        query = "".join(["PRI", "VATE"])
        raise ZeroDivisionError("secret" * len(query))

    app, err, _ = _watch(fail, monkeypatch, form)
    response = _ask(app)
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.json()["detail"]
    assert "secret" not in response.text
    logged = err.getvalue()
    assert "ZeroDivisionError" in logged
    assert "test_web_passing.py" in logged
    assert "PRIVATE" not in logged
    if form == "json":
        assert json.loads(logged.splitlines()[0])["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_who_left_before_the_answer_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        return

    app, err, counts = _watch(say_nothing, monkeypatch)
    with pytest.raises(AssertionError):
        _ask(app)
    assert json.loads(err.getvalue())["status"] == 499
    assert 'status="499"' in generate_latest(counts.registry).decode()


@pytest.mark.parametrize(("form", "lines"), [("text", 1), ("off", 0)])
def test_the_log_can_be_for_people_or_off(form: str, lines: int, monkeypatch: pytest.MonkeyPatch) -> None:
    app, err, _ = _watch(_make_app(), monkeypatch, form)
    assert _ask(app).status_code == 200
    assert len(err.getvalue().splitlines()) == lines


# Leaving


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


# Operations


class _Stuck(LocalService):
    """A service whose workers are all at work."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        await asyncio.sleep(30)
        return await super().answer(query, results_type, graph_type)


def _make_operations(service: QueryService, **options: Any) -> FastAPI:
    app = FastAPI()
    site = Site(service, RELEASE, Settings())
    app.include_router(operations.make_router(site, RequestCounts(), Kept(0), **options))
    return app


def test_a_busy_server_lives_but_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_READY_WITHIN", 1 / 10)
    busy = _make_operations(_Stuck(LocalEngine(ox.Store())))
    assert _ask(busy, path="/health").status_code == 200
    ready = _ask(busy, path="/ready")
    assert (ready.status_code, ready.headers["content-type"]) == (503, "application/problem+json")
    assert _ask(_make_operations(LocalService(LocalEngine(ox.Store()))), path="/ready").status_code == 200


def test_workers_of_every_open_release_are_counted() -> None:
    older = Release("cd" * 32, Path("none"), {})

    def list_older() -> Iterator[tuple[Release, QueryService]]:
        yield older, WorkerPool(older.data_path, Settings())

    app = _make_operations(WorkerPool(RELEASE.data_path, Settings()), list_older=list_older)
    text = _ask(app, path="/metrics").text
    for release in (RELEASE, older):
        assert f'provfin_workers{{release="{release.hash}",state="idle"}} 0.0' in text
        assert f'provfin_queries_waiting{{release="{release.hash}"}} 0.0' in text


# Problems


@pytest.mark.parametrize(
    ("text", "line", "column", "near", "marked"),
    [
        ("ASK {\u2028\n ?s ?p }", 2, 8, " ?s ?p }", 7),
        ("ASK {\r\n ?s ?p }\r\n", 2, 8, " ?s ?p }", 7),
        ("ASK {\n", 2, 1, "", 0),
        ("ASK {", 7, 1, "", 0),
    ],
)
def test_the_place_of_a_fault_is_quoted(text: str, line: int, column: int, near: str, marked: int) -> None:
    problem = json.loads(bytes(explain(BadQueryError(f"line {line}, column {column}: no"), text).body))
    assert [problem[name] for name in ("line", "column", "near", "marked")] == [line, column, near, marked]
