"""The command that exports: where files go, what it says, and what it refuses."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from commanding import Run, make_run
from exporting import export_records, gather_real, gather_tiny, write_tiny
from provfin.assets import find_releases_folder
from provfin.building import write_jsonl
from provfin.exports import EXPORTS
from provfin.release import Content, publish


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path / "home"))
    return make_run(capfd, "export")


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    """A folder with the Turtle of one report."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "all.ttl").write_text(write_tiny(), encoding="utf-8", newline="")
    return folder


def test_records_go_to_a_file_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    records = export_records()
    for arguments in ((), ("--format", "jsonl")):
        outcome = run(*arguments, "--out", tmp_path / "all.jsonl")
        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err.startswith(f"{gather_real().hash[:16]} as jsonl: {tmp_path / 'all.jsonl'} (")
        assert (tmp_path / "all.jsonl").read_bytes() == write_jsonl(records)


def test_all_data_are_exported_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    assert run("--format", "nquads", "--out", tmp_path / "all.nq.gz").code == 0
    data = gzip.decompress((tmp_path / "all.nq.gz").read_bytes())
    assert hashlib.sha256(data).hexdigest() == gather_real().hash


def test_several_files_go_into_a_folder_that_is_made(run: Run, tmp_path: Path, turtle: Path) -> None:
    outcome = run("--format", "csv", "--data", turtle, "--out", tmp_path / "new" / "tables")
    files = EXPORTS["csv"].write(gather_tiny())
    assert outcome.code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "tables").iterdir()} == files
    assert outcome.err.count("\n") == 1
    assert all(str(tmp_path / "new" / "tables" / name) in outcome.err for name in files)


def test_one_file_goes_to_the_name_given_or_into_a_folder(run: Run, tmp_path: Path, turtle: Path) -> None:
    assert run("--format", "xlsx", "--data", turtle, "--out", tmp_path / "a.xlsx").code == 0
    assert run("--format", "xlsx", "--data", turtle, "--out", tmp_path).code == 0
    expected = EXPORTS["xlsx"].write(gather_tiny())["provfin.xlsx"]
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "provfin.xlsx").read_bytes() == expected


def test_a_stored_release_is_exported_by_the_start_of_its_hash(run: Run, tmp_path: Path) -> None:
    content = gather_tiny()
    publish(find_releases_folder(), Content(content.data, content.hash, {}))
    for name, form in ((content.hash[:8], "nquads"), ("newest", "nquads"), (content.hash, "jsonl")):
        assert run("--release", name, "--format", form, "--out", tmp_path / form).code == 0
    data = gzip.decompress((tmp_path / "nquads").read_bytes())
    assert hashlib.sha256(data).hexdigest() == content.hash
    records = [json.loads(line) for line in (tmp_path / "jsonl").read_text(encoding="utf-8").splitlines()]
    assert {record["report"] for record in records} == {"tiny-2020"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--release", "0123", "--out", "x"], "no such release"),
        (["--release", "0123", "--data", ".", "--out", "x"], "one of the two"),
        (["--format", "csv", "--data", "/no/such/folder", "--out", "x"], "no Turtle files"),
        (["--format", "turtle", "--out", "/no/such/folder/x.ttl"], "cannot be written"),
        (["--format", "csv", "--out", __file__], "give a folder"),
        (["--format", "xls", "--out", "x"], "parquet"),
    ],
)
def test_what_cannot_be_done_is_one_clear_error(run: Run, arguments: list[str], said: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_help_lists_the_forms(run: Run) -> None:
    outcome = run("--help")
    assert outcome.code == 0
    assert all(name in "".join(outcome.out.split()) for name in ("jsonl", "--release", "--data", "--format"))
