"""Releases are content-hashed, immutable, and survive a crash at any step."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from provfin.assets import Assets, find_assets
from provfin.errors import InputError
from provfin.release import (
    Content,
    Release,
    find_graph_files,
    find_newest,
    gather_content,
    is_release_folder,
    list_matches,
    list_releases,
    load_release,
    mark_validated,
    open_newest,
    open_release,
    publish,
    resolve_name,
)

FIRST = Content(
    b"<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\n", "", {}
)


def _content(word: str) -> Content:
    data = FIRST.data.replace(b"/c>", f"/{word}>".encode())
    return Content(data, hashlib.sha256(data).hexdigest(), {"http://example.org/g": 1})


def test_a_published_release_is_the_newest(tmp_path: Path) -> None:
    published = publish(tmp_path, _content("one"))
    assert open_newest(tmp_path) == published
    assert published.quads == 1
    assert published.folder.name == published.hash[:16]


def test_publishing_again_changes_nothing(tmp_path: Path) -> None:
    first = publish(tmp_path, _content("one"))
    before = first.data_path.stat()
    assert publish(tmp_path, _content("one")) == first
    assert first.data_path.stat().st_mtime_ns == before.st_mtime_ns
    assert first.data_path.stat().st_ino == before.st_ino


def test_older_releases_stay_and_can_be_published_again(tmp_path: Path) -> None:
    first = publish(tmp_path, _content("one"))
    publish(tmp_path, _content("two"))
    assert first.data_path.is_file()
    publish(tmp_path, _content("one"))
    assert open_newest(tmp_path) == first


class CrashError(BaseException):
    """Stands for the process being killed."""


def _steps(monkeypatch: pytest.MonkeyPatch, crash_at: int) -> Callable[[], int]:
    """Count every step that touches the disk and crash at one of them."""
    count = 0

    def counted(target: object, name: str) -> None:
        original = getattr(target, name)

        def step(*arguments: object, **options: object) -> object:
            nonlocal count
            count += 1
            if count == crash_at:
                raise CrashError
            return original(*arguments, **options)

        monkeypatch.setattr(target, name, step)

    for target, name in (
        (os, "fsync"),
        (tempfile, "mkstemp"),
        (tempfile, "mkdtemp"),
        (Path, "rename"),
        (Path, "replace"),
        (Path, "chmod"),
    ):
        counted(target, name)
    return lambda: count


def _count_steps(folder: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        read = _steps(patch, -1)
        publish(folder, _content("two"))
        return read()


def test_a_crash_at_any_step_leaves_the_last_good_release(tmp_path: Path) -> None:
    publish(tmp_path / "count", _content("one"))
    total = _count_steps(tmp_path / "count")
    assert total > 8
    for step in range(1, total + 1):
        folder = tmp_path / str(step)
        first = publish(folder, _content("one"))
        with pytest.MonkeyPatch.context() as patch:
            _steps(patch, step)
            with pytest.raises(CrashError):
                publish(folder, _content("two"))
        newest = open_newest(folder)
        assert newest == first or newest.hash == _content("two").hash
        # The next try succeeds whatever the crash has left.
        assert publish(folder, _content("two")).hash == _content("two").hash
        assert open_newest(folder).hash == _content("two").hash


def test_a_changed_release_is_not_opened(tmp_path: Path) -> None:
    published = publish(tmp_path, _content("one"))
    published.data_path.write_bytes(published.data_path.read_bytes().replace(b"/one>", b"/eno>"))
    with pytest.raises(InputError, match="its hash differs"):
        open_newest(tmp_path)


def test_a_release_without_its_manifest_is_not_opened(tmp_path: Path) -> None:
    published = publish(tmp_path, _content("one"))
    (published.folder / "manifest.json").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        open_newest(tmp_path)


def test_no_release_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no release; run provfin build"):
        open_newest(tmp_path)


def test_content_is_the_same_each_time_and_holds_every_graph() -> None:
    first, second = gather_content(find_assets()), gather_content(find_assets())
    assert first == second
    names = {name.rsplit("/", 1)[1] for name in first.graphs}
    assert {"entailments", "liaoning-2025", "ontology", "vocabulary"} <= names
    assert first.data.count(b"\n") == sum(first.graphs.values())


def test_the_graph_of_a_release_holds_what_the_files_hold() -> None:
    content = gather_content(find_assets())
    store = ox.Store()
    store.load(content.data, format=ox.RdfFormat.N_QUADS)
    for _, path in find_graph_files(find_assets()):
        named = [quad for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE) if not _is_blank(quad)]
        for quad in named[:50]:
            assert len(list(store.quads_for_pattern(quad.subject, quad.predicate, quad.object))) == 1


def _is_blank(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)


def test_what_reports_share_lies_in_the_vocabulary_only(copied: Assets) -> None:
    period = "<https://w3id.org/provfin/id/period/1999> a <http://example.org/Period> .\n"
    for name in ("small-2024", "other-2024"):
        folder = copied.graphs / name
        folder.mkdir(exist_ok=True)
        own = f"<https://w3id.org/provfin/id/report/{name}> a <http://example.org/Report> .\n"
        (folder / "report.ttl").write_text(period + own, encoding="utf-8")
    content = gather_content(copied)
    assert content.data.count(b"/period/1999>") == 1
    assert content.graphs["https://w3id.org/provfin/id/graph/other-2024"] == 1


@pytest.fixture
def copied(tmp_path: Path) -> Assets:
    root = tmp_path / "copy"
    shutil.copytree(find_assets().ontology, root / "ontology")
    folder = root / "data" / "ttl" / "small-2024"
    folder.mkdir(parents=True)
    (folder / "report.ttl").write_text("<http://example.org/a> a <http://example.org/B> .\n", encoding="utf-8")
    return dataclasses.replace(find_assets(), root=root)


def test_blank_nodes_are_refused(copied: Assets) -> None:
    path = copied.graphs / "small-2024" / "report.ttl"
    path.write_text('<http://example.org/a> <http://example.org/b> [] , " _:x" .\n', encoding="utf-8")
    with pytest.raises(InputError, match="blank nodes"):
        gather_content(copied)
    path.write_text('<http://example.org/a> <http://example.org/b> " _:x" .\n', encoding="utf-8")
    assert gather_content(copied).graphs["https://w3id.org/provfin/id/graph/small-2024"] == 1


def test_bad_turtle_names_file_and_line(copied: Assets) -> None:
    path = copied.graphs / "small-2024" / "report.ttl"
    path.write_text("<http://example.org/a> a\n\n<http://example.org/B> ,, .\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"report\.ttl:3: not Turtle"):
        gather_content(copied)


def test_class_expressions_of_the_ontology_are_left_to_reasoners(copied: Assets) -> None:
    path = copied.ontology / "provfin.ttl"
    assert any(map(_is_blank, ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)))
    quads = ox.parse(gather_content(copied).data, format=ox.RdfFormat.N_QUADS)
    assert not any(map(_is_blank, quads))


# Several processes on one folder


_PUBLISH = """
import hashlib, sys, time
from pathlib import Path
from provfin import release
folder, go = Path(sys.argv[1]), Path(sys.argv[2])
line = b"<http://example.org/%d> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\\n"
lines = b"".join(line % n for n in range(1000))
find = release.find_release
def find_and_wait(folder, content):
    found = find(folder, content)
    if not go.exists():
        print("looked", flush=True)
        while not go.exists():
            time.sleep(1 / 100)
    return found
release.find_release = find_and_wait
print(release.publish(folder, release.Content.from_lines(lines.splitlines(keepends=True))).hash)
"""


def test_two_processes_publish_the_same_at_once(tmp_path: Path) -> None:
    go = tmp_path / "go"
    command = [sys.executable, "-c", _PUBLISH, str(tmp_path / "releases"), str(go)]
    publishers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for publisher in publishers:
            assert publisher.stdout is not None
            # Each has found that there is none.
            assert publisher.stdout.readline() == "looked\n"
        go.touch()
        said = [publisher.communicate(timeout=30)[0].strip() for publisher in publishers]
    finally:
        for publisher in publishers:
            publisher.kill()
            publisher.wait()
            if publisher.stdout is not None:
                publisher.stdout.close()
    assert [publisher.returncode for publisher in publishers] == [0, 0]
    assert said[0] == said[1] == open_newest(tmp_path / "releases").hash
    assert not list((tmp_path / "releases").glob(".building-*"))


def test_who_comes_second_takes_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, rename = _content("one"), Path.rename

    def rename_after_another(path: Path, target: Path) -> Path:
        shutil.copytree(path, target)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_after_another)
    published = publish(tmp_path, content)
    assert published == open_newest(tmp_path)
    assert not list(tmp_path.glob(".building-*"))


def test_a_folder_in_the_way_that_is_no_release_is_told(tmp_path: Path) -> None:
    (tmp_path / _content("one").hash[:16] / "something").mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be written"):
        publish(tmp_path, _content("one"))
    assert not list(tmp_path.glob(".building-*"))


def test_what_a_crash_left_long_ago_is_removed(tmp_path: Path) -> None:
    stale, fresh = tmp_path / ".building-old", tmp_path / ".building-new"
    for folder in (stale, fresh):
        folder.mkdir()
        (folder / "release.nq").touch()
    os.utime(stale, (1, 1))
    publish(tmp_path, _content("one"))
    assert not stale.exists()
    assert fresh.exists()


# Which releases there are


def test_releases_are_listed_with_the_last_made_first(tmp_path: Path) -> None:
    assert list_releases(tmp_path) == []
    assert find_newest(tmp_path) is None
    first, second = publish(tmp_path, _content("one")), publish(tmp_path, _content("two"))
    os.utime(first.folder / "manifest.json", (1, 1))
    mark_validated(tmp_path, _content("one"), "f" * 64)
    (tmp_path / ".building-1").mkdir()
    assert list_releases(tmp_path) == [second, first]
    assert find_newest(tmp_path) == second.folder.name
    publish(tmp_path, _content("one"))
    assert find_newest(tmp_path) == first.folder.name


def test_a_release_is_opened_by_the_start_of_its_hash(tmp_path: Path) -> None:
    first, second = publish(tmp_path, _content("one")), publish(tmp_path, _content("two"))
    for name in (first.hash, first.hash[:16], first.hash[:4]):
        assert open_release(tmp_path, name) == first
    assert open_release(tmp_path, "newest") == open_release(tmp_path, "CURRENT") == second
    assert list_matches(tmp_path, "newest") == [second]


def test_a_release_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run provfin build"):
        open_release(tmp_path, "0123")
    release = publish(tmp_path, _content("one"))
    for name in (release.hash[:3], "zzzz", release.hash + "0", ""):
        with pytest.raises(InputError, match=f"no such release; .*{release.hash[:16]}"):
            open_release(tmp_path, name)


def test_a_hash_that_several_releases_start_with_is_refused(tmp_path: Path) -> None:
    release = publish(tmp_path, _content("one"))
    other = tmp_path / f"{release.hash[:15]}z"
    shutil.copytree(release.folder, other)
    manifest = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    (other / "manifest.json").write_text(json.dumps({**manifest, "hash": f"{release.hash[:15]}z"}), encoding="utf-8")
    with pytest.raises(InputError, match="several releases start like this"):
        open_release(tmp_path, release.hash[:8])
    assert open_release(tmp_path, release.hash[:16]) == release


def test_a_damaged_release_is_not_opened(tmp_path: Path) -> None:
    release = publish(tmp_path, _content("one"))
    assert is_release_folder(release.folder)
    release.data_path.write_bytes(b"")
    with pytest.raises(InputError, match="its hash differs"):
        open_release(tmp_path, release.hash[:8])
    with pytest.raises(InputError, match="its hash differs"):
        load_release(release.folder)
    assert resolve_name(tmp_path, release.hash[:8]).hash == release.hash
    (release.folder / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        list_releases(tmp_path)


def test_a_release_names_its_reports() -> None:
    content = gather_content(find_assets())
    reports = Release(content.hash, Path(), content.graphs).reports
    assert reports == sorted(path.name for path in find_assets().graphs.iterdir() if path.is_dir())
