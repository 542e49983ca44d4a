"""Exports on disk: written once, one at a time, within limits; faults are remembered."""

import asyncio
import gc
import json
import resource
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from provfin.assets import find_assets
from provfin.exports import EXPORTS
from provfin.release import Content, Release, gather_content, publish
from provfin.web import exported
from provfin.web.exported import Exported, ExportError
from provfin.web.exporting import INDEX, PACKED, REFUSED, main

LINE = b"<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\n"


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return publish(tmp_path / "releases", Content.from_lines([LINE]))


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(limited())


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exports for which a process was started."""
    names: list[str] = []
    original = Exported._run

    async def note(self: Exported, name: str, folder: Path) -> None:
        names.append(name)
        await original(self, name, folder)
        names.append(f"{name} done")

    monkeypatch.setattr(Exported, "_run", note)
    return names


def test_an_export_is_written_once_beside_the_releases(release: Release, ran: list[str]) -> None:
    async def test() -> None:
        first, second = Exported(release), Exported(release)
        found, same = await asyncio.gather(first.find("turtle"), first.find("turtle"))
        assert found == same == await second.find("turtle")
        file = found["provfin.ttl"]
        assert (file.media_type, file.bytes) == ("text/turtle", len(file.path.read_bytes()))
        assert file.path.is_relative_to(release.folder.parent / "exports" / release.hash[:16])
        assert file.packed_path is not None
        assert not list(release.folder.parent.glob("exports/**/.writing-*"))

    run(test)
    assert ran == ["turtle", "turtle done"]
    assert {path.name for path in release.folder.iterdir()} == {"release.nq", "manifest.json"}


def test_exports_are_written_one_at_a_time(release: Release, ran: list[str]) -> None:
    async def test() -> None:
        first, second = Exported(release), Exported(release)
        await asyncio.gather(first.find("turtle"), second.find("nquads"), first.find("json-ld"))

    run(test)
    assert [name.removesuffix(" done") for name in ran[::2]] == [name.removesuffix(" done") for name in ran[1::2]]
    assert len(ran) == 6


def test_what_is_removed_is_written_again(release: Release, ran: list[str]) -> None:
    async def test() -> None:
        each = Exported(release)
        for path in (file.path for file in (await each.find("nquads")).values()):
            path.unlink()
            (path.parent / INDEX).unlink()
            path.parent.rmdir()
        assert (await each.find("nquads"))["provfin.nq.gz"].path.is_file()

    run(test)
    assert ran.count("nquads") == 2


def test_a_fault_is_remembered_for_some_minutes(
    release: Release, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0
    monkeypatch.setattr(exported, "_now", lambda: now)

    async def test() -> None:
        nonlocal now
        each = Exported(release)
        for _ in range(3):
            with pytest.raises(ExportError, match=r"ro-crate could not be written: .*report"):
                await each.find("ro-crate")
        assert ran == ["ro-crate"]
        now = 3600
        with pytest.raises(ExportError):
            await each.find("ro-crate")
        assert ran == ["ro-crate", "ro-crate"]

    run(test)
    assert not list(release.folder.parent.glob("exports/*/*/*"))


@pytest.mark.parametrize(
    ("limit", "value", "said"), [("_SECONDS", 0, "took more than 0 s"), ("_BYTES", 1_000_000, "the log of the server")]
)
def test_an_export_is_held_to_its_limits(
    release: Release, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str
) -> None:
    monkeypatch.setattr(exported, limit, value)

    async def test() -> None:
        with pytest.raises(ExportError, match=said):
            await Exported(release).find("parquet")

    run(test)
    assert not list(release.folder.parent.glob("exports/*/*/*"))


def test_where_nothing_can_be_written_exports_last_as_long_as_the_server(release: Release) -> None:
    (release.folder.parent / "exports").write_bytes(b"in the way")

    async def test() -> Path:
        each = Exported(release)
        path = (await each.find("nquads"))["provfin.nq.gz"].path
        assert path.is_file()
        return path

    path = asyncio.run(test())
    assert not path.is_relative_to(release.folder.parent)
    for _ in range(300):
        # The threads that read for it may let go of it a little later.
        gc.collect()
        if not path.exists():
            break
        time.sleep(1 / 100)
    assert not path.exists()


def test_another_server_may_have_written_the_same(release: Release, tmp_path: Path) -> None:
    folder, target = tmp_path / "mine", tmp_path / "theirs"
    for path in (folder, target):
        path.mkdir()
        (path / INDEX).write_text("[]", encoding="utf-8")
    exported._appear(folder, target)
    (target / INDEX).rename(target / "other")
    with pytest.raises(OSError, match="not empty"):
        exported._appear(folder, target)


def test_what_the_process_writes_is_told_by_its_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, most: limits.append((kind, most)))
    content = gather_content(find_assets())
    data = tmp_path / "release.nq"
    data.write_bytes(content.data)
    assert main([str(data), content.hash, "csv", str(tmp_path), "1000"]) == 0
    assert limits == [(resource.RLIMIT_DATA, (1000, 1000))]
    listed = json.loads((tmp_path / INDEX).read_text(encoding="utf-8"))
    for item in listed:
        path = tmp_path / item["name"]
        assert path.stat().st_size == item["bytes"]
        assert (tmp_path / f"{item['name']}{PACKED}").is_file()
        assert item["mediaType"] == EXPORTS["csv"].find_media_type(item["name"])
    data.write_bytes(LINE)
    assert main([str(data), content.hash, "ro-crate", str(tmp_path), "1000"]) == REFUSED
    assert "report" in capsys.readouterr().out
