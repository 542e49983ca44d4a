"""The command line: what it prints, where, and with which exit code."""

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from commanding import Run, make_run
from provfin import __version__, cli
from provfin.assets import Assets, find_assets
from provfin.commands import publishing
from provfin.curation import find_mismatches, load_curation
from provfin.errors import InputError
from provfin.validation import validate

EXAMPLE = Path(__file__).parent / "reports" / "example-2024.txt"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PROVFIN_REPORTS", raising=False)
    return make_run(capfd)


def test_version(run: Run) -> None:
    assert run("--version").out == f"provfin {__version__}\n"


def test_help_lists_the_commands(run: Run) -> None:
    shown = run("--help").out
    for name in ("extract", "build", "validate", "query", "export", "ledger", "review", "serve"):
        assert name in shown


def test_extract_writes_turtle_gaps_and_ledger_and_sums_up(run: Run, tmp_path: Path) -> None:
    outcome = run("extract", EXAMPLE, "--out", tmp_path / "out")
    assert outcome.code == 0
    assert outcome.out == ""
    assert outcome.err.startswith("example-2024: ")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "report.ttl",
        "observations.ttl",
        "mentions.ttl",
        "things.ttl",
        "audit.ttl",
        "gaps.jsonl",
        "ledger.jsonl",
    }
    source = EXAMPLE.read_bytes().decode()
    gaps = [json.loads(line) for line in (tmp_path / "out" / "gaps.jsonl").read_text(encoding="utf-8").splitlines()]
    assert gaps
    for gap in gaps:
        assert gap["exact"] == source[gap["start"] : gap["end"]]
        assert gap["line"] == source.count("\n", 0, gap["start"]) + 1
        assert gap["message"]
        assert gap["repair"]
    assert "prose: " in outcome.err
    lines = [json.loads(line) for line in (tmp_path / "out" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all(line["exact"] == source[line["start"] : line["end"]] for line in lines)


def test_the_ledger_sums_up_and_exits_with_one_where_numbers_are_unread(run: Run, tmp_path: Path) -> None:
    outcome = run("ledger", EXAMPLE)
    rows = [line.split(maxsplit=1) for line in outcome.out.splitlines()]
    assert outcome.code == 1
    assert [kind for _, kind in rows][:2] == ["table-fact", "prose-fact"]
    assert rows[-1][1] == "numbers"
    assert sum(int(number) for number, _ in rows[:-1]) == int(rows[-1][0])
    assert "unread: table-not-known" in outcome.out
    run("extract", EXAMPLE, "--out", tmp_path / "out")
    run("ledger", EXAMPLE, "--out", tmp_path / "ledger.jsonl")
    assert (tmp_path / "ledger.jsonl").read_bytes() == (tmp_path / "out" / "ledger.jsonl").read_bytes()


def test_the_ledger_exits_with_zero_where_all_is_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("吉林省金融运行报告（2024）\n\n一、甲\n\n2023 年，粮食总产量 212 万吨。\n", encoding="utf-8")
    outcome = run("ledger", path, "--report-id", "jilin-2024")
    assert (outcome.code, outcome.err) == (0, "")
    assert [line.split() for line in outcome.out.splitlines()] == [
        ["1", "prose-fact"], ["1", "not-a-fact:", "date"], ["1", "not-a-fact:", "title"], ["3", "numbers"]
    ]  # fmt: skip


def test_review_lists_what_is_doubtful_and_writes_nothing(run: Run) -> None:
    outcome = run("review", EXAMPLE, "--list")
    assert outcome.code == 0
    assert outcome.out.count("the report prints it in another way elsewhere") == 1
    assert "【64.5 亿元】" in outcome.out
    shown, whole = outcome.out.count("【"), run("review", EXAMPLE, "--list", "--all").out.count("【")
    assert f"{shown} doubtful figures" in outcome.err
    assert shown < whole
    assert not (find_assets().root / "data" / "curation" / "example-2024.toml").exists()


DECISIONS = ["n", "name", "no figure", "c", "", "", "2022", "", "", "", "", "the year before", "q"]


def test_review_writes_what_is_decided(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "curation" / "example-2024.toml"
    monkeypatch.setattr("provfin.commands.review.find_curation", lambda _report_id: path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(DECISIONS) + "\n"))
    assert run("review", EXAMPLE).code == 0
    first, second = load_curation(path)
    assert (first.not_a_fact, first.reason, dict(first.fields)) == ("name", "no figure", {})
    assert (second.not_a_fact, second.reason, dict(second.fields)) == ("", "the year before", {"period": "2022"})
    source = EXAMPLE.read_bytes().decode()
    assert find_mismatches([first, second], source) == []


def test_build_refuses_decisions_on_another_text(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, liaoning_source: str
) -> None:
    path = tmp_path / "stale.toml"
    path.write_text('[[figure]]\nspan = [3, 5]\nexact = "12"\nreason = "x"\nnot_a_fact = "name"\n', encoding="utf-8")
    monkeypatch.setattr("provfin.extraction.find_curation", lambda _report_id: path)
    written: list[Path] = []
    monkeypatch.setattr(cli, "write_files", lambda folder, _files: written.append(folder))
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "liaoning-2025.txt").write_text(liaoning_source, encoding="utf-8", newline="")
    outcome = run("build", "--reports", tmp_path / "reports")
    assert outcome.code == 2
    assert outcome.err.startswith("provfin: liaoning-2025, 3: the curation expects '12' here")
    assert outcome.err.count("\n") == 1
    assert written == []


def test_what_extract_writes_can_be_validated_and_exported(run: Run, tmp_path: Path) -> None:
    run("extract", EXAMPLE, "--report-id", "sample", "--out", tmp_path / "out")
    assert run("validate", tmp_path / "out").code == 0
    assert run("export", "--format", "jsonl", "--out", tmp_path / "all.jsonl", "--data", tmp_path / "out").code == 0
    records = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    source = EXAMPLE.read_bytes().decode()
    assert records
    for record in records:
        assert record["report"] == "sample"
        assert source[record["start"] : record["end"]] == record["exact"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "cannot be read"),
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 text"),
        (b"abc\x00def", "control character"),
        ("报告".encode("gbk"), "not UTF-8 text"),
    ],
)
def test_a_file_that_is_no_report_text_is_one_clear_line(
    run: Run, tmp_path: Path, data: bytes | None, said: str
) -> None:
    path = tmp_path / "report.txt"
    if data is not None:
        path.write_bytes(data)
    outcome = run("extract", path, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert outcome.err.startswith(f"provfin: {path}: ")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_or_a_bad_id_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    assert run("extract", tmp_path, "--out", tmp_path / "out").code == 2
    outcome = run("extract", EXAMPLE, "--report-id", "Not An Id", "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "is no report id" in outcome.err


def test_a_graph_with_violations_exits_with_one(run: Run, tmp_path: Path) -> None:
    run("extract", EXAMPLE, "--out", tmp_path / "out")
    path = tmp_path / "out" / "mentions.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('pf:origin "table"', 'pf:origin "chair"', 1), encoding="utf-8")
    outcome = run("validate", tmp_path / "out")
    assert outcome.code == 1
    assert "PF-MEN-" in outcome.out
    assert "1 violations" in outcome.err
    findings = json.loads(run("validate", tmp_path / "out", "--format", "json").out)
    assert [item["severity"] for item in findings].count("violation") == 1


def test_bad_input_to_validate_exits_with_two(run: Run, tmp_path: Path) -> None:
    assert run("validate", tmp_path / "none").code == 2
    (tmp_path / "bad.ttl").write_text("<a> <b> .", encoding="utf-8")
    assert run("validate", tmp_path / "bad.ttl").code == 2


def test_questions_are_asked_by_name_in_three_formats(run: Run) -> None:
    table = run("query", "--name", "fiscal-gap").out
    rows = list(csv.reader(io.StringIO(run("query", "--name", "fiscal-gap", "--format", "csv").out)))
    found = json.loads(run("query", "--name", "fiscal-gap", "--format", "json").out)
    assert [row[1] for row in rows[1:]] == [item["revenue"]["value"] for item in found["results"]["bindings"]]
    assert table.splitlines()[0].split("\t") == rows[0]
    assert len(table.splitlines()) == len(rows) == 12
    none = run("query", "--name", "fiscal-gap", "--param", "year=1999").out
    assert len(none.splitlines()) == 1


def test_queries_come_from_a_file_or_standard_input(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/provfin/def#Report> }"
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    reports = len(list(find_assets().graphs.iterdir()))
    assert run("query", tmp_path / "q.rq").out == f"n\n{reports}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert run("query", "-").out == f"n\n{reports}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query"], "give a file or --name"),
        (["query", "x.rq", "--name", "fiscal-gap"], "give a file or --name"),
        (["query", "x.rq", "--param", "a=b"], "--param goes with --name"),
        (["query", "/no/such/file.rq"], "cannot be read"),
        (["query", "--name", "no-such"], "no such question"),
        (["query", "--name", "fiscal-gap", "--param", "year"], "has no value"),
        (["query", "--name", "fiscal-gap", "--param", "year=soon"], "is no integer"),
        (["export", "--out", "/no/such/folder/x.jsonl"], "cannot be written"),
        (["build", "--reports", "/no/such/folder"], "no source of a declared report"),
        (["ledger", "/no/such/report.txt"], "cannot be read"),
        (["ledger", EXAMPLE, "--out", "/no/such/folder/x.jsonl"], "cannot be written"),
        (["review", "/no/such/report.txt", "--list"], "cannot be read"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_two(run: Run, arguments: list[str | Path], said: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_bad_syntax_in_a_query_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT * {", encoding="utf-8")
    outcome = run("query", tmp_path / "q.rq")
    assert outcome.code == 2
    assert "line 1, column 11" in outcome.err


def test_build_publishes_a_release_and_again_finds_it(run: Run) -> None:
    first, second = run("build"), run("build")
    assert first.code == second.code == 0
    assert first.err.splitlines()[-1] == second.err.splitlines()[-1]
    assert "0 violations" in first.err
    assert "violations" not in second.err


def test_a_release_that_cannot_be_written_is_one_clear_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path / "file"))
    outcome = run("build")
    assert outcome.code == 2
    assert "set PROVFIN_HOME" in outcome.err


def test_bad_data_leave_the_last_good_release_served(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    good = run("build").err.splitlines()[-1].split()[1].rstrip(":")
    root = tmp_path / "copy"
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(find_assets().root / name, root / name)
    (root / "data" / "ttl" / "liaoning-2025" / "mentions.ttl").write_text("", encoding="utf-8")
    broken = Assets(root)
    monkeypatch.setattr(publishing, "validate", lambda: validate([broken.graphs]))
    assert publishing.publish_or_keep(broken).folder.name == good
    (root / "data" / "ttl" / "liaoning-2025" / "mentions.ttl").write_text("<a", encoding="utf-8")
    assert publishing.publish_or_keep(broken).folder.name == good
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path / "new"))
    with pytest.raises(InputError, match="not Turtle"):
        publishing.publish_or_keep(broken)


def test_other_shapes_make_a_known_release_be_validated_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("build")
    assert "violations" not in run("build").err
    monkeypatch.setattr(publishing, "hash_files", lambda _paths: "0" * 64)
    assert "0 violations" in run("build").err


def test_serve_serves_the_newest_release(tmp_path: Path) -> None:
    port = _free_port()
    environment = {**os.environ, "PROVFIN_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "provfin.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        try:
            health = _wait_for(f"http://127.0.0.1:{port}/health", process)
        finally:
            process.terminate()
            _, printed = process.communicate(timeout=20)
    assert health["status"] == "ok"
    assert f"serves release {health['release'][:16]} at http://127.0.0.1:{port}" in printed


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[str]) -> dict[str, str]:
    opener = build_opener(ProxyHandler({}))
    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        try:
            with opener.open(address, timeout=5) as response:
                answer: dict[str, str] = json.loads(response.read())
                return answer
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer in time")
