"""The command that validates: thresholds, formats, what has changed in git, and exit codes that stay."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from provfin.assets import find_assets
from provfin.cli import app
from provfin.errors import InputError

CASES = find_assets().shapes / "cases"
VALID = (CASES / "report" / "valid.ttl").read_text(encoding="utf-8")
WARNED = (CASES / "report" / "invalid-pf-rep-005.ttl").read_text(encoding="utf-8")
Git = Callable[..., None]


@pytest.fixture(autouse=True)
def _only_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases are made for the shapes; the checks have tests of their own."""
    monkeypatch.setattr("provfin.validation.load_checks", lambda _assets: ())
    monkeypatch.setattr("provfin.validation.checks.load_checks", lambda _assets: ())


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


def write(folder: Path, name: str, text: str = VALID) -> Path:
    path = folder / "data" / "ttl" / name / "report.ttl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Git:
    monkeypatch.chdir(tmp_path)
    for name, value in {"NAME": "a", "EMAIL": "a@example.org"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    def run(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    run("init", "--initial-branch", "main")
    for name in ("first", "second"):
        write(tmp_path, name)
    run("add", ".")
    run("commit", "-m", "one")
    return run


# Thresholds and formats


@pytest.mark.parametrize(
    ("threshold", "code"),
    [([], 0), (["--fail-on", "violation"], 0), (["--fail-on", "warning"], 1), (["--fail-on", "info"], 1)],
)
def test_the_exit_code_is_that_of_the_threshold(tmp_path: Path, threshold: list[str], code: int) -> None:
    result = validate(write(tmp_path, "x", WARNED), *threshold)
    assert result.exit_code == code
    assert "PF-REP-005" in result.stdout
    assert "0 violations, 1 other findings" in result.stderr


def test_a_result_can_go_to_a_file(tmp_path: Path) -> None:
    path, out = write(tmp_path, "x", WARNED), tmp_path / "out.sarif"
    result = validate(path, "--format", "sarif", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    results = json.loads(out.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert [item["ruleId"] for item in results] == ["PF-REP-005"]


def test_files_are_named_from_the_root_of_the_checkout(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "second", WARNED)
    monkeypatch.chdir(tmp_path / "data")
    annotation = validate("ttl", "--format", "github").stdout
    assert annotation.startswith("::warning file=data/ttl/second/report.ttl,line=")


def test_an_unknown_format_is_bad_input(tmp_path: Path) -> None:
    assert validate(write(tmp_path, "x"), "--format", "pdf").exit_code == 2


def test_bad_input_is_told_apart_from_findings(tmp_path: Path) -> None:
    assert isinstance(validate(tmp_path / "none").exception, InputError)


# What has changed


def test_only_what_has_changed_is_validated(git: Git, tmp_path: Path) -> None:
    write(tmp_path, "second", WARNED)
    result = validate("data/ttl", "--changed", "--format", "json")
    assert [finding["source"] for finding in json.loads(result.stdout)] == ["second"]
    assert "not changed, so not validated: first" in result.stderr
    git("add", ".")
    assert "PF-REP-005" in validate("data/ttl", "--changed").stdout
    git("commit", "-m", "two")
    result = validate("data/ttl", "--changed", "--fail-on", "info")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing has changed: nothing was validated" in result.stderr


def test_nothing_validated_is_skipped_and_not_passed(git: Git) -> None:
    junit = validate("data/ttl", "--changed", "--format", "junit").stdout
    assert junit.count("<testcase") == junit.count("<skipped") > 100


def test_a_base_is_where_the_branch_left_it(git: Git, tmp_path: Path) -> None:
    git("checkout", "-b", "work")
    write(tmp_path, "second", WARNED)
    git("commit", "-am", "on the branch")
    git("checkout", "main")
    write(tmp_path, "first", WARNED)
    git("commit", "-am", "meanwhile")
    git("checkout", "work")
    result = validate("data/ttl", "--base", "main", "--format", "json")
    assert [finding["source"] for finding in json.loads(result.stdout)] == ["second"]


def test_a_new_and_a_deleted_file_count_as_changes(git: Git, tmp_path: Path) -> None:
    write(tmp_path, "third", WARNED)
    write(tmp_path, "first").rename(tmp_path / "data" / "ttl" / "first" / "other.ttl")
    result = validate("data/ttl", "--changed")
    assert "not changed, so not validated: second" in result.stderr
    assert "third" in result.stdout


def test_everything_is_validated_when_the_rules_have_changed(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = find_assets()
    for name in ("ontology", "queries", "shapes"):
        (tmp_path / name).symlink_to(assets.root / name)
    monkeypatch.setattr("provfin.validation.changes._list_changed", lambda _root, _base: [assets.shapes / "report.ttl"])
    assert "not changed" not in validate("data/ttl", "--changed").stderr


def test_outside_a_checkout_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    error = validate(path, "--changed").exception
    assert isinstance(error, InputError)
    assert "not a git checkout; run it in one, or without --changed" in str(error)


def test_a_folder_outside_the_checkout_is_refused(git: Git, tmp_path_factory: pytest.TempPathFactory) -> None:
    error = validate(write(tmp_path_factory.mktemp("other"), "x"), "--changed").exception
    assert isinstance(error, InputError)
    assert "outside the git checkout" in str(error)


def test_an_unknown_base_is_refused(git: Git) -> None:
    error = validate("data/ttl", "--base", "no-such").exception
    assert isinstance(error, InputError)
    assert "no-such" in str(error)
