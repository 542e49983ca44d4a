"""The command that audits: texts or a report in the graph, formats, thresholds, and exit codes that stay."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from provfin.cli import app
from provfin.errors import InputError

# An amount that did not grow as it says is a warning, one that is told twice and differently a violation.
HEAD = "湖南省金融运行报告（2025）\n\n一、甲\n\n"
SOUND = HEAD + "本外币各项存款余额68918.7亿元，增长12.6%。\n"
TWICE = "湖南省金融运行报告（2025）\n\n[内容摘要]\n\n进出口总额6896.2亿元。\n\n一、甲\n\n进出口总额6986.2亿元。\n"
GROWTH = HEAD + "一般公共预算收入3102亿元，下降4.6%。上年一般公共预算收入3351.6亿元。\n"


def audit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, Path]:
    paths = {}
    for name, text in {"sound": SOUND, "twice": TWICE, "growth": GROWTH}.items():
        paths[name] = tmp_path / f"{name}.txt"
        paths[name].write_text(text, encoding="utf-8")
    return paths


def read_codes(result: Result) -> list[str]:
    return [item["ruleId"] for item in json.loads(result.stdout)["runs"][0]["results"]]


@pytest.mark.parametrize(
    ("name", "threshold", "code"),
    [
        ("sound", "info", 0),
        ("growth", "violation", 0),
        ("growth", "warning", 1),
        ("twice", "violation", 1),
    ],
)
def test_the_exit_code_is_that_of_the_threshold(texts: dict[str, Path], name: str, threshold: str, code: int) -> None:
    assert audit(texts[name], "--fail-on", threshold).exit_code == code


def test_people_are_told_where_the_figures_stand(texts: dict[str, Path]) -> None:
    result = audit(texts["twice"])
    assert "twice.txt:5:6" in result.stdout
    assert "twice.txt:9:6" in result.stdout
    assert "twice: 1 findings" in result.stderr


def test_several_texts_are_audited_in_one_go(texts: dict[str, Path]) -> None:
    result = audit(*texts.values(), "--format", "sarif")
    assert result.exit_code == 1
    assert read_codes(result) == ["PF-AUD-011", "PF-AUD-007"]
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["sound", "twice", "growth"]


def test_json_is_a_record_for_one_text_and_a_list_for_several(texts: dict[str, Path]) -> None:
    one: dict[str, Any] = json.loads(audit(texts["twice"], "--format", "json").stdout)
    several = json.loads(audit(texts["sound"], texts["twice"], "--format", "json").stdout)
    assert one == several[1]
    assert [len(record["findings"]) for record in several] == [0, 1]
    (finding,) = one["findings"]
    assert sorted(place["exact"] for place in finding["places"]) == ["6896.2亿元", "6986.2亿元"]
    assert (finding["residual"], finding["severity"]) == ("90", "violation")


def test_a_text_can_be_given_the_id_of_its_report(texts: dict[str, Path]) -> None:
    record = json.loads(audit(texts["sound"], "--report-id", "hunan-2025", "--format", "json").stdout)
    assert record["report"] == "hunan-2025"


def test_a_report_of_the_graph_is_audited_as_its_text_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROVFIN_REPORTS", raising=False)
    out = tmp_path / "out.json"
    result = audit("--report", "liaoning-2025", "--format", "json", "--out", out)
    assert (result.exit_code, result.stdout) == (1, "")
    record = json.loads(out.read_text(encoding="utf-8"))
    assert len(record["findings"]) == 6
    files = {Path(place["file"]).name for finding in record["findings"] for place in finding["places"]}
    assert files == {"mentions.ttl", "audit.ttl"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give texts or --report"),
        (["a.txt", "--report", "liaoning-2025"], "give texts or --report"),
        (["a.txt", "b.txt", "--report-id", "x"], "--report-id is the id of one text"),
        (["--report", "nowhere-1900"], "one of: liaoning-2025"),
    ],
)
def test_bad_input_is_one_clear_error(arguments: list[str], message: str) -> None:
    result = audit(*arguments)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_the_rules_without_findings_are_told_as_met(texts: dict[str, Path]) -> None:
    result = audit(texts["growth"], "--format", "junit", "--fail-on", "warning")
    cases = {item.get("name", "").split()[0]: item for item in ElementTree.fromstring(result.stdout).iter("testcase")}
    assert [code for code, item in cases.items() if item.find("failure") is not None] == ["PF-AUD-007"]
    assert "PF-AUD-015" in cases


def test_a_text_without_a_figure_is_bad_input(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text(f"{HEAD}经济平稳运行。\n", encoding="utf-8")
    result = audit(empty)
    assert isinstance(result.exception, InputError)
    assert "no figure can be read" in str(result.exception)
