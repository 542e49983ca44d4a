"""Addresses of releases: what lies under a hash lasts, all else leads there; releases are opened once."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.queries import Query, find_question, load_questions
from provfin.release import Content, Release, gather_content, load_release, publish
from provfin.settings import Settings
from provfin.store import Answer, LocalEngine
from provfin.web import shelf
from provfin.web.app import create_app
from serving import LocalService

ASK = "sparql?query=ASK%20%7B%7D"
QUESTION = "bill-discount-rates-by-quarter"


class SlowService:
    """Answers when it is let, and counts how often it was started and stopped."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.may_start, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_start.set()
        self.may_answer.set()
        self.fault: Exception | None = None
        self.started = self.stopped = 0

    async def start(self) -> None:
        self.started += 1
        await self.may_start.wait()
        if self.fault is not None:
            raise self.fault

    async def stop(self) -> None:
        self.stopped += 1

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        await self.may_answer.wait()
        assert results_type is not None
        return Answer(b"{}", results_type, is_volatile=True)


class Server:
    """An application in this process, its services, and a client."""

    def __init__(self, release: Release, **settings: int) -> None:
        self.services: dict[str, SlowService] = {}
        self.made: list[SlowService] = []
        self.before: Callable[[SlowService], None] = lambda service: None
        app = create_app(release, Settings(log="off", **settings), self._make)  # type: ignore[arg-type]
        self.client = _connect(app)

    def _make(self, release: Release) -> SlowService:
        service = self.services[release.hash] = SlowService(release)
        self.made.append(service)
        self.before(service)
        return service

    async def ask(self, release: Release, path: str = ASK) -> httpx.Response:
        return await self.client.get(f"/releases/{release.hash[:16]}/{path}")


def _connect(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test")


@pytest.fixture
def releases(tmp_path: Path) -> list[Release]:
    """Four small releases, the last the newest."""
    line = b"<http://example.org/a> <http://example.org/b> <http://example.org/%d> <http://example.org/g> .\n"
    return [publish(tmp_path / "releases", Content.from_lines([line % number])) for number in range(4)]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose bytes were read, in order."""
    folders: list[Path] = []

    def load(path: Path) -> Release:
        folders.append(path)
        return load_release(path)

    monkeypatch.setattr(shelf, "load_release", load)
    return folders


async def _until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_true():
            await asyncio.sleep(1 / 200)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(limited())


# Names


def test_only_what_names_a_release_for_good_may_be_kept_for_good(releases: list[Release]) -> None:
    async def test() -> None:
        server, newest, old = Server(releases[-1]), releases[-1], releases[0]
        for release, name in (
            (newest, "newest"), (newest, "CURRENT"), (newest, newest.hash[:8]), (old, old.hash[:5]), (old, old.hash),
        ):  # fmt: skip
            for path in (f"/{ASK}&x=%20y", "/id/a%2Fb", ""):
                led = await server.client.get(f"/releases/{name}{path}")
                assert led.status_code == 307
                assert led.headers["location"] == f"/releases/{release.hash[:16]}{path}"
                assert led.headers["cache-control"] == "public, no-cache"
            asked = await server.client.get(f"/releases/{name}/{ASK}", follow_redirects=True)
            assert asked.status_code == 200
        led = await server.client.post(f"/releases/newest/{ASK}")
        assert led.status_code == 307

    run(test)


def test_differences_are_told_under_both_hashes(releases: list[Release]) -> None:
    async def test() -> None:
        server, old, newest = Server(releases[-1]), releases[0].hash, releases[-1].hash
        led = await server.client.get(f"/releases/{old[:6]}..newest?format=json")
        assert (led.status_code, led.headers["cache-control"]) == (307, "public, no-cache")
        assert led.headers["location"] == f"/releases/{old[:16]}..{newest[:16]}?format=json"
        told = await server.client.get(led.headers["location"])
        assert told.status_code == 200
        assert (await server.client.get(f"/releases/{old[:16]}..ffff")).status_code == 404

    run(test)


def test_newest_is_the_release_that_answers(releases: list[Release]) -> None:
    async def test() -> None:
        server = Server(releases[0])
        led = await server.client.get(f"/releases/newest/{ASK}")
        assert led.headers["location"].startswith(f"/releases/{releases[0].hash[:16]}/")
        listed = (await server.client.get("/releases")).json()
        assert [item["hash"] for item in listed if item["newest"]] == [releases[0].hash]

    run(test)


def test_a_release_that_is_not_there_is_not_found(releases: list[Release], loaded: list[Path]) -> None:
    async def test() -> None:
        server = Server(releases[-1])
        for path in ("ffff", f"ffff/{ASK}", "abc", "abc/data"):
            missing = await server.client.get(f"/releases/{path}")
            assert missing.status_code == 404
            assert "no such release" in missing.json()["detail"]
        closed = await Server(releases[-1], old_releases=0).ask(releases[0])
        assert (closed.status_code, "PROVFIN_OLD_RELEASES" in closed.text) == (404, True)
        assert (await server.client.get(f"/releases/{releases[0].hash[:16]}")).json()["hash"] == releases[0].hash
        assert loaded == []

    run(test)


# Opening


def test_a_release_is_read_and_started_once(releases: list[Release], loaded: list[Path]) -> None:
    async def test() -> None:
        server = Server(releases[-1])
        answers = await asyncio.gather(*(server.ask(releases[0]) for _ in range(5)))
        answers.append(await server.ask(releases[0]))
        assert {answer.status_code for answer in answers} == {200}
        assert all("immutable" in answer.headers["cache-control"] or answer.text for answer in answers)
        pair = f"/releases/{releases[0].hash[:16]}..{releases[-1].hash[:16]}"
        assert (await server.client.get(pair)).status_code == 200
        assert loaded == [releases[0].folder]
        assert server.services[releases[0].hash].started == 1

    run(test)


def test_who_asks_an_open_release_does_not_wait_for_one_being_opened(releases: list[Release]) -> None:
    async def test() -> None:
        server = Server(releases[-1])
        await server.ask(releases[0])
        server.before = lambda service: service.may_start.clear()
        waiting = asyncio.create_task(server.ask(releases[1]))
        await _until(lambda: releases[1].hash in server.services)
        assert (await server.ask(releases[0])).status_code == 200
        assert not waiting.done()
        server.services[releases[1].hash].may_start.set()
        assert (await waiting).status_code == 200

    run(test)


def test_a_release_that_is_answering_is_not_stopped(releases: list[Release]) -> None:
    async def test() -> None:
        server = Server(releases[-1], old_releases=1)
        await server.ask(releases[0])
        first = server.services[releases[0].hash]
        first.may_answer.clear()
        asking = asyncio.create_task(server.ask(releases[0], ASK + "&again"))
        await asyncio.sleep(1 / 10)
        refused = await server.ask(releases[1])
        assert (refused.status_code, refused.json()["limit"]) == (503, "load")
        assert "retry-after" in refused.headers
        assert first.stopped == 0
        first.may_answer.set()
        assert (await asking).status_code == 200
        assert (await server.ask(releases[1])).status_code == 200
        assert (first.stopped, server.services[releases[1].hash].stopped) == (1, 0)

    run(test)


def test_the_one_silent_longest_makes_room(releases: list[Release]) -> None:
    async def test() -> None:
        server = Server(releases[-1], old_releases=2)
        for number in (0, 1, 0, 2):
            assert (await server.ask(releases[number])).status_code == 200
        assert [server.services[releases[number].hash].stopped for number in range(3)] == [0, 1, 0]

    run(test)


def test_a_release_that_could_not_be_opened_is_tried_again(releases: list[Release]) -> None:
    def spoil(service: SlowService) -> None:
        service.fault = InputError("it cannot start", where="here", repair="wait")

    async def test() -> None:
        server = Server(releases[-1], old_releases=1)
        server.before = spoil
        assert (await server.ask(releases[0])).status_code == 404
        assert server.made[-1].stopped == 1
        server.before = lambda service: None
        assert (await server.ask(releases[0])).status_code == 200

    run(test)


def test_a_damaged_release_is_read_once_until_it_is_mended(releases: list[Release], loaded: list[Path]) -> None:
    path = releases[0].data_path
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"/a>", b"/z>"))

    async def test() -> None:
        server = Server(releases[-1])
        for _ in range(3):
            damaged = await server.ask(releases[0])
            assert (damaged.status_code, "its hash differs" in damaged.text) == (404, True)
        assert len(loaded) == 1
        path.unlink()
        assert "cannot be read" in (await server.ask(releases[0])).text
        path.write_bytes(whole)
        assert (await server.ask(releases[0])).status_code == 200
        assert len(loaded) == 2

    run(test)


# Questions


@asynccontextmanager
async def _serving(release: Release) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        release, Settings(log="off"), lambda release: LocalService(LocalEngine.load_release(release.data_path))
    )
    async with _connect(app) as client:
        yield client


def _publish_others(folder: Path, change: Callable[[bytes], bytes | None]) -> tuple[Release, Release]:
    """Publish a release whose lines were changed, or left out, and one of today's files."""
    content = gather_content(find_assets())
    lines = filter(None, map(change, content.data.splitlines(keepends=True)))
    return publish(folder, Content.from_lines(lines)), publish(folder, content)


def test_a_release_is_asked_the_questions_it_was_published_with(tmp_path: Path) -> None:
    today = find_question(QUESTION)

    def change(line: bytes) -> bytes:
        if f"/question/{QUESTION}".encode() not in line.split(b" ", 1)[0]:
            return line
        old = line.replace(today.titles["en"].encode(), b"What were bills discounted at?")
        return old.replace(b"ORDER BY ?end", b"ORDER BY DESC(?end)")

    old, new = _publish_others(tmp_path, change)

    async def test() -> None:
        async with _serving(new) as client:
            path = f"/releases/{old.hash[:16]}/questions/{QUESTION}"
            asked = await client.get(path, params={"format": "rq"})
            assert "ORDER BY DESC(?end)" in asked.text
            assert "immutable" in asked.headers["cache-control"]
            rows = (await client.get(path, params={"format": "csv"})).text.split()[1:]
            now = await client.get(f"/questions/{QUESTION}", params={"format": "csv"})
            assert rows == now.text.split()[:0:-1]
            listed = (await client.get(f"/releases/{old.hash[:16]}/questions")).json()
            found = {item["name"]: item for item in listed}
            assert list(found) == list(load_questions())
            assert found[QUESTION]["title"]["en"] == "What were bills discounted at?"
            text = today.text.replace(today.titles["en"], "What were bills discounted at?")
            assert found[QUESTION]["query"] == text.replace("ORDER BY ?end", "ORDER BY DESC(?end)")
            [cited] = (await client.get(f"{path}/citation")).json()
            [cited_now] = (await client.get(f"/questions/{QUESTION}/citation")).json()
            assert cited["custom"]["query_sha256"] != cited_now["custom"]["query_sha256"]
            assert cited["title"].startswith("What were bills discounted at?")

    run(test)


def test_a_release_without_questions_is_asked_those_of_today_and_says_so(tmp_path: Path) -> None:
    old, new = _publish_others(tmp_path, lambda line: None if b"/provfin/id/question/" in line else line)

    async def test() -> None:
        async with _serving(new) as client:
            for path in ("", f"/{QUESTION}", f"/{QUESTION}/citation"):
                then = await client.get(f"/releases/{old.hash[:16]}/questions{path}")
                assert then.status_code == 200
                assert "holds no questions" in then.headers["provfin-note"]
                assert then.headers["cache-control"] == "public, no-cache"
                assert "cite-as" not in then.headers.get("link", "")
                now = await client.get(f"/questions{path}")
                assert "provfin-note" not in now.headers
                assert then.headers["etag"].startswith(f'W/"{old.hash}')
                assert "+" in then.headers["etag"]
            assert "cite-as" in (await client.get(f"/questions/{QUESTION}")).headers["link"]

    run(test)
    shutil.rmtree(tmp_path)
