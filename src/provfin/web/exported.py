"""Owns the exports that have been written: folders of files beside the releases, one for each release and export.

They are written in a process of their own, one at a time whoever asks, held to a time and a memory that grow with the
release. What several servers share is written once. Refuses to try a failing export again before some minutes are over.
"""

import asyncio
import errno
import json
import os
import shutil
import sys
import tempfile
import weakref
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from provfin.assets import PACKAGE
from provfin.release import Release, hash_files, shorten_hash
from provfin.web.exporting import INDEX, PACKED, REFUSED

_FOLDER = "exports"
_MEGABYTE = 1_000_000
# A release of 25 MB takes 3 seconds and 300 MB; libraries reserve 1.3 GB that they do not use.
_SECONDS, _SECONDS_PER_MEGABYTE = 300, 2
_BYTES, _BYTES_PER_BYTE = 4096 * _MEGABYTE, 16
_SECONDS_BETWEEN_FAULTS = 600
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

# One for each event loop, of which a server has one.
_turns: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]" = weakref.WeakKeyDictionary()


class ExportError(RuntimeError):
    """Says why an export could not be written."""


@dataclass(frozen=True)
class File:
    """A file of an export: its name, its media type, its size, where it lies."""

    name: str
    media_type: str
    bytes: int
    path: Path

    @property
    def packed_path(self) -> Path | None:
        """Where the same lies in gzip, if it is worth it."""
        path = self.path.with_name(self.path.name + PACKED)
        return path if path.is_file() else None


Files = dict[str, File]


class Exported:
    """The exports of one release, each written when it is first asked for."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._writing: dict[str, asyncio.Task[Files]] = {}
        self._faults: dict[str, tuple[ExportError, int]] = {}

    async def find(self, name: str) -> Files:
        """Return the files of an export; who asks while it is being written waits for the same.

        Raises `ExportError`.
        """
        found = await run_in_threadpool(self._read, name)
        if found is not None:
            return found
        fault, until = self._faults.get(name, (None, 0))
        if fault is not None and _now() < until:
            raise fault
        if name not in self._writing:
            task = self._writing[name] = asyncio.create_task(self._write(name))
            task.add_done_callback(lambda done: self._note(name, done))
        return await asyncio.shield(self._writing[name])

    def _note(self, name: str, done: "asyncio.Task[Files]") -> None:
        del self._writing[name]
        error = None if done.cancelled() else done.exception()
        if isinstance(error, ExportError):
            self._faults[name] = error, _now() + _SECONDS_BETWEEN_FAULTS

    @cached_property
    def _folder(self) -> Path:
        """Where they lie: beside the releases, or for as long as this server runs where that cannot be written."""
        # What another version of the software has written may be other bytes.
        folder = self._release.folder.parent / _FOLDER / shorten_hash(self._release.hash) / _hash_software()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return self._make_temporary()
        return folder if os.access(folder, os.W_OK) else self._make_temporary()

    def _make_temporary(self) -> Path:
        folder = tempfile.mkdtemp(prefix="provfin-exports-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return Path(folder)

    def _read(self, name: str) -> Files | None:
        folder = self._folder / name
        try:
            listed = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return {
            item["name"]: File(item["name"], item["mediaType"], item["bytes"], folder / item["name"]) for item in listed
        }

    async def _write(self, name: str) -> Files:
        turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with turn:
            try:
                folder = await run_in_threadpool(_begin, self._folder)
                try:
                    await self._run(name, folder)
                    await run_in_threadpool(_appear, folder, self._folder / name)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
                found = await run_in_threadpool(self._read, name)
            except OSError as error:
                raise ExportError(f"{name} cannot be written ({error.strerror})") from error
        assert found is not None
        return found

    async def _run(self, name: str, folder: Path) -> None:
        release, size = self._release, self._release.data_path.stat().st_size
        seconds = _SECONDS + _SECONDS_PER_MEGABYTE * (size // _MEGABYTE)
        arguments = (str(release.data_path), release.hash, name, str(folder), str(_BYTES + _BYTES_PER_BYTE * size))
        # A fresh interpreter: forking this one, with its threads and connections, would not be safe.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "provfin.web.exporting", *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, env={**os.environ, **_ONE_THREAD},
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                said, _ = await process.communicate()
        except TimeoutError as error:
            raise ExportError(f"{name} took more than {seconds} s to write") from error
        finally:
            await _end(process)
        if process.returncode:
            told = said.decode() if process.returncode == REFUSED else "the log of the server has more"
            raise ExportError(f"{name} could not be written: {told}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _begin(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=folder, prefix=".writing-"))


def _appear(folder: Path, target: Path) -> None:
    """Give whole files their place, unless another server has put the same there."""
    folder.chmod(0o755)
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST} or not (target / INDEX).is_file():
            raise


def _now() -> int:
    return int(asyncio.get_running_loop().time())


@lru_cache
def _hash_software() -> str:
    return hash_files(PACKAGE.rglob("*.py"))[:8]
