"""Building: the files of a report, the same from the same text, written whole or not at all."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provfin.building import render_gaps, render_graph, render_ledger, replace_file, write_files
from provfin.errors import InputError
from provfin.extraction import Extraction, extract_text
from provfin.ledger import make_ledger
from provfin.turtle import read_turtle

BUILD = """
import hashlib, sys
from pathlib import Path
from provfin.building import render_gaps, render_graph, render_ledger
from provfin.extraction import extract
from provfin.ledger import make_ledger
extraction = extract(Path(sys.argv[1]))
files = render_graph(extraction)
files["gaps.jsonl"] = render_gaps(extraction.gaps, extraction.document.source)
files["ledger.jsonl"] = render_ledger(make_ledger(extraction), extraction.document.source)
print(*(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(files.items())), sep="\\n")
"""


def list_hashes(extraction: Extraction) -> list[str]:
    files = render_graph(extraction)
    files["gaps.jsonl"] = render_gaps(extraction.gaps, extraction.document.source)
    files["ledger.jsonl"] = render_ledger(make_ledger(extraction), extraction.document.source)
    return [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in sorted(files.items())]


def test_the_same_text_gives_the_same_bytes(example: Extraction) -> None:
    assert list_hashes(extract_text(example.document.source, "example-2024")) == list_hashes(example)


def test_another_process_gives_the_same_bytes(example: Extraction) -> None:
    report = Path(__file__).parent / "reports" / "example-2024.txt"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Shanghai"}
    command = [sys.executable, "-c", BUILD, str(report)]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == list_hashes(example)


def test_the_files_of_a_report_are_turtle(example: Extraction, tmp_path: Path) -> None:
    files = render_graph(example)
    write_files(tmp_path, files)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "audit.ttl", "mentions.ttl", "observations.ttl", "report.ttl", "things.ttl",
    ]  # fmt: skip
    assert all(read_turtle(tmp_path / name) for name in files)


def test_gaps_are_lines_of_json_in_reading_order(example: Extraction) -> None:
    source = example.document.source
    records = [json.loads(line) for line in render_gaps(example.gaps, source).decode().splitlines()]
    assert len(records) == len(example.gaps)
    assert [record["start"] for record in records] == sorted(record["start"] for record in records)
    for record in records:
        assert source[record["start"] : record["end"]] == record["exact"]
        assert list(record) == ["reason", "start", "end", "line", "exact", "section", "message", "repair"]


def test_the_ledger_is_lines_of_json_in_reading_order(example: Extraction) -> None:
    source = example.document.source
    records = [json.loads(line) for line in render_ledger(make_ledger(example), source).decode().splitlines()]
    assert len(records) == len(make_ledger(example))
    assert [record["start"] for record in records] == sorted(record["start"] for record in records)
    for record in records:
        assert source[record["start"] : record["end"]] == record["exact"]
        assert list(record) == ["start", "end", "line", "exact", "kind", "reason", "facts"]


def test_no_gaps_and_no_numbers_are_no_lines() -> None:
    assert render_gaps([], "") == render_ledger([], "") == b""


def test_files_are_written_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_files(folder, {"x.ttl": b"one"})
    write_files(folder, {"x.ttl": b"two", "y.ttl": b"three"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"x.ttl": b"two", "y.ttl": b"three"}
    assert (folder / "x.ttl").stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"file: cannot be written .*; give a folder"):
        write_files(tmp_path / "file", {"x.ttl": b""})


def test_a_crash_leaves_the_old_file_whole_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.ttl"
    path.write_bytes(b"old")

    def crash(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("x.ttl", b"old")]
