"""Owns what is known of requests afterwards: a line of log each, with an id, and counts for Prometheus.

Refuses to write down queries themselves, which may be private: the log has their hash.
"""

import json
import re
import secrets
import sys
import time
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provfin.web.problems import make_problem

_REQUEST_ID = re.compile(rb"[\w.-]{1,64}")
# Seconds; a question takes a few thousandths, a query at most its deadline.
_BUCKETS = ("0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "30")
_NANOSECONDS = 1_000_000_000
# What servers write down for a client that left before it was answered; no client ever sees it.
_LEFT = 499
# Here because every answer passes here, and a layer of its own would cost each of them:
# https://fetch.spec.whatwg.org/#x-content-type-options-header.
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")


def make_log(form: str) -> Any:
    """Return a logger to stderr: `json`, `text`, `auto` (text on a terminal) or `off`.

    Of an error it tells where it was, never the values there: they may be a query, or a password.
    """
    if form == "auto":
        form = "text" if sys.stderr.isatty() else "json"
    processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper("iso")]
    if form == "off":
        processors = [_drop]
    elif form == "json":
        tell = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        processors += [structlog.processors.ExceptionRenderer(tell), structlog.processors.JSONRenderer(_dump)]
    else:
        tell_people = structlog.dev.plain_traceback
        processors += [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=tell_people)]
    return structlog.wrap_logger(structlog.WriteLogger(sys.stderr), processors=processors)


def _dump(event: object, **_options: object) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)


def _drop(_logger: object, _method: str, _event: object) -> Any:
    raise structlog.DropEvent


class RequestCounts:
    """The counts of one application, each with its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self.requests = Counter("provfin_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "provfin_request_seconds", "Seconds until the answer was sent.", ("route",), buckets=_BUCKETS,
            registry=self.registry,
        )  # fmt: skip
        self.bytes = Counter("provfin_response_bytes", "Bytes of answers.", ("route",), registry=self.registry)


class Watch:
    """ASGI middleware that gives each request an id, logs it, counts it, and answers for what nobody foresaw."""

    def __init__(self, app: ASGIApp, log: Any, counts: RequestCounts) -> None:
        self._app = app
        self._log = log
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer and write down what it did."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["marks"] = {}
        seen = _Seen(scope, send)
        try:
            await self._app(scope, receive, seen.send)
        except Exception:
            self._log.exception("failed", id=seen.id, method=seen.method, path=seen.path)
            if seen.status == 0:
                detail = f"something failed here; the log has it under {seen.id}"
                await make_problem(500, detail)(scope, receive, seen.send)
        self._count(seen, scope)

    def _count(self, seen: "_Seen", scope: Scope) -> None:
        took = time.perf_counter_ns() - seen.began
        marks = scope["marks"]
        status = seen.status or _LEFT
        route = marks.pop("route", None) or getattr(scope.get("route"), "path", "none")
        self._counts.requests.labels(route, seen.method, status).inc()
        self._counts.seconds.labels(route).observe(took / _NANOSECONDS)
        self._counts.bytes.labels(route).inc(seen.bytes)
        self._log.info(
            "request", id=seen.id, method=seen.method, path=seen.path, route=route, status=status,
            bytes=seen.bytes, ms=took // 1_000_000, client=(scope.get("client") or ("",))[0], **marks,
        )  # fmt: skip


class _Seen:
    """What is seen of one request while it is answered."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self.began = time.perf_counter_ns()
        self.method: str = scope["method"]
        # As it was sent: what it stands for could begin a new line of the log.
        self.path: str = (scope.get("raw_path") or b"").decode("latin-1")
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        self.id = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.status = 0
        self.bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = (b"x-request-id", self.id.encode())
            message["headers"] = [*message.get("headers", ()), _NO_SNIFFING, own]
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
        await self._send(message)
