"""Owns the older releases that are open: which a name means, that its bytes are whole, and the service that answers.

A service starts when its release is first asked for; when there are too many, the one silent longest stops, never one
that is answering. Refuses to open more at once than the settings allow: who asks for one more is told to come again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

from provfin.errors import InputError
from provfin.release import Release, is_newest, load_release, resolve_name, shorten_hash
from provfin.store import ExceededError, Limit, QueryService
from provfin.web.site import Site

MakeService = Callable[[Release], QueryService]
MakeApp = Callable[[Site], FastAPI]

T = TypeVar("T")

_BUSY = "{most} older releases are being asked already; ask again in some seconds"


def shorten(release: Release) -> str:
    """Return the name of a release in addresses."""
    return shorten_hash(release.hash)


@dataclass
class _Opened:
    """A release that is open or being opened, and how many requests are at it."""

    release: Release
    service: QueryService
    app: "asyncio.Task[FastAPI]"
    users: int = 0


class Shelf:
    """The older releases that are open: for each an application over a service of its own."""

    def __init__(self, site: Site, make_service: MakeService, make_app: MakeApp) -> None:
        self._site = site
        self._make_service = make_service
        self._make_app = make_app
        self._open: OrderedDict[str, _Opened] = OrderedDict()
        self._verified: dict[tuple[object, ...], asyncio.Task[Release]] = {}
        # Reading a release takes its time and its memory: one after the other.
        self._reading = asyncio.Lock()

    @property
    def site(self) -> Site:
        """The site of the release this server answers from."""
        return self._site

    @property
    def newest(self) -> Release:
        """The release this server answers from, which was the newest when it was started."""
        return self._site.release

    @property
    def folder(self) -> Path:
        """The folder of all releases."""
        return self._site.release.folder.parent

    def find_root(self, request: Request) -> str:
        """Return the path of the server, ending in a slash."""
        return self._site.find_root(request)

    def list_open(self) -> list[tuple[Release, QueryService]]:
        """Return the older releases that are open or being opened, with their services."""
        return [(opened.release, opened.service) for opened in self._open.values()]

    async def resolve(self, name: str) -> Release:
        """Return the release a name means, without reading its quads; raises `InputError` when there is none.

        `newest` is the one this server answers from, whatever has been published since.
        """
        if is_newest(name):
            return self.newest
        known = (self.newest, *(opened.release for opened in self._open.values()))
        found = next((release for release in known if shorten(release) == name), None)
        return found if found is not None else await run_in_threadpool(resolve_name, self.folder, name)

    async def verify(self, release: Release) -> None:
        """Compare the bytes of a release with its hash, once for as long as its file is the same.

        Raises `InputError` when they differ.
        """
        if release.hash == self.newest.hash:
            return
        key = await run_in_threadpool(_mark_file, release)
        if key not in self._verified:
            self._verified[key] = _begin_task(self._load(release))
        await asyncio.shield(self._verified[key])

    async def _load(self, release: Release) -> Release:
        async with self._reading:
            return await run_in_threadpool(load_release, release.folder)

    async def borrow(self, release: Release) -> FastAPI:
        """Return the application over a release, which stays open until `give_back`.

        Raises `InputError` when it cannot be opened, `ExceededError` when as many as may be open are being asked.
        """
        if release.hash == self.newest.hash:
            return self._app_of_newest
        opened = self._open.get(release.hash) or self._begin(release)
        self._open.move_to_end(release.hash)
        opened.users += 1
        try:
            return await asyncio.shield(opened.app)
        except BaseException:
            self.give_back(release)
            raise

    def give_back(self, release: Release) -> None:
        """Say that a request is answered."""
        opened = self._open.get(release.hash)
        if opened is None:
            return
        opened.users -= 1
        if not opened.users and _has_failed(opened.app):
            del self._open[release.hash]

    def _begin(self, release: Release) -> _Opened:
        most = self._site.settings.old_releases
        if not most:
            raise InputError("older releases are not served", where=shorten(release), repair="set PROVFIN_OLD_RELEASES")
        before = self._make_room(most)
        service = self._make_service(release)
        opened = _Opened(release, service, _begin_task(self._start(release, service, before)))
        self._open[release.hash] = opened
        return opened

    def _make_room(self, most: int) -> _Opened | None:
        """Take out the release that has been silent longest, if there is no room beside it."""
        if len(self._open) < most:
            return None
        silent = next((opened for opened in self._open.values() if not opened.users), None)
        if silent is None:
            raise ExceededError(Limit.load, _BUSY.format(most=most))
        return self._open.pop(silent.release.hash)

    async def _start(self, release: Release, service: QueryService, before: _Opened | None) -> FastAPI:
        if before is not None:
            await _stop(before)
        await self.verify(release)
        try:
            async with self._reading:
                await service.start()
        except BaseException:
            await service.stop()
            raise
        return self._make(release, service)

    @cached_property
    def _app_of_newest(self) -> FastAPI:
        return self._make(self.newest, self._site.service)

    def _make(self, release: Release, service: QueryService) -> FastAPI:
        return self._make_app(
            replace(self._site, release=release, service=service, path=f"releases/{shorten(release)}/")
        )

    async def stop(self) -> None:
        """Stop every service."""
        while self._open:
            await _stop(self._open.popitem()[1])
        for task in self._verified.values():
            task.cancel()


async def _stop(opened: _Opened) -> None:
    if not opened.app.done():
        opened.app.cancel()
    await asyncio.wait([opened.app])
    if not _has_failed(opened.app):
        await opened.service.stop()


def _begin_task(work: Coroutine[object, object, T]) -> "asyncio.Task[T]":
    """Begin work that goes on when who asked for it has left; its fault is for who asks next."""
    task = asyncio.create_task(work)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


def _has_failed(task: "asyncio.Task[FastAPI]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _mark_file(release: Release) -> tuple[object, ...]:
    """Return what tells the file of a release from one that has been put in its place."""
    try:
        found = release.data_path.stat()
    except OSError as error:
        repair = f"delete {release.folder} and run provfin build"
        raise InputError(f"cannot be read ({error.strerror})", where=shorten(release), repair=repair) from error
    return release.hash, found.st_ino, found.st_size, found.st_mtime_ns
