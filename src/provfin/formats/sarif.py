"""Owns findings as SARIF 2.1.0, which code scanning reads.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Files are relative to the root of the repository; the
fingerprint of a finding has no line in it, so that a finding stays the same one when text is put in before it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from provfin import __version__
from provfin.findings import RULE_PAGES, Finding, Place, Rule, Text
from provfin.formats.paths import relate

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def write_sarif(findings: Sequence[Finding], rules: Sequence[Rule], *, command: str, root: Path) -> str:
    """Write findings as one run, with all rules that were run."""
    listed = list_rules(rules, findings)
    numbers = {rule.code: number for number, rule in enumerate(listed)}
    run = {
        "tool": {"driver": _describe_tool(listed)},
        "automationDetails": {"id": f"provfin-{command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [_describe_result(finding, numbers[finding.code], root) for finding in findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2, default=str) + "\n"


def list_rules(rules: Iterable[Rule], findings: Iterable[Finding]) -> list[Rule]:
    """Return the rules by code, with a bare one for each finding whose rule is not among them."""
    listed = {rule.code: rule for rule in rules}
    for finding in findings:
        if finding.code not in listed:
            repair = Text(finding.message_en, finding.message_zh)
            name = Text(finding.code, finding.code)
            listed[finding.code] = Rule(finding.code, finding.severity, name, name, Text("", ""), repair)
    return [listed[code] for code in sorted(listed)]


def _describe_tool(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "name": "ProvFin",
        "version": __version__,
        "informationUri": RULE_PAGES,
        "rules": [_describe_rule(rule) for rule in rules],
    }


def _describe_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.name.en or rule.code},
        "fullDescription": {"text": rule.why.en or rule.what.en or rule.name.en or rule.code},
        "help": {"text": rule.repair.en, "markdown": f"{rule.repair.en}\n\n{rule.repair.zh}"},
        "helpUri": rule.help_uri,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"name_zh": rule.name.zh, "why_zh": rule.why.zh},
    }


def _describe_result(finding: Finding, rule: int, root: Path) -> dict[str, Any]:
    described = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message_en} ({finding.fault})" if finding.fault else finding.message_en},
        "partialFingerprints": {"provfinFinding/v1": fingerprint(finding)},
        "properties": {"message_zh": finding.message_zh, "source": finding.source, **finding.details},
    }
    locations = [_describe_place(place, root) for place in finding.places]
    if finding.focus:
        name = {"logicalLocations": [{"fullyQualifiedName": finding.focus, "kind": "resource"}]}
        locations = [{**locations[0], **name}, *locations[1:]] if locations else [name]
    if locations:
        described["locations"] = locations[:1]
    if locations[1:]:
        described["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(locations[1:], start=1)]
    return described


def fingerprint(finding: Finding) -> str:
    """Return what names a finding from run to run: rule, node, path, value and source, without its line."""
    parts = (finding.code, finding.focus, finding.path, finding.value, finding.source)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _describe_place(place: Place, root: Path) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": place.line, "startColumn": place.column}
    region |= {"endLine": place.end_line, "endColumn": place.end_column}
    if place.start is not None and place.end is not None:
        region |= {"charOffset": place.start, "charLength": place.end - place.start}
    if place.text:
        region["snippet"] = {"text": place.text}
    return {"physicalLocation": {"artifactLocation": _describe_file(place.file, root), "region": region}}


def _describe_file(file: str, root: Path) -> Mapping[str, str]:
    related = relate(file, root)
    if Path(related).is_absolute():
        return {"uri": Path(related).as_uri()}
    return {"uri": quote(related), "uriBaseId": _ROOT}
