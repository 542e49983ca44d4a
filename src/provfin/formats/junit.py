"""Owns findings as JUnit XML: every rule that was run is a test case.

A rule fails if it found a fault as bad as the threshold; milder findings are its output. A rule that had nothing to
look at is skipped, and a run without rules is an error: nothing checked is never green.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from provfin.findings import Finding, Rule, is_as_bad
from provfin.formats.plain import format_finding
from provfin.formats.sarif import list_rules


def write_junit(
    findings: Sequence[Finding],
    rules: Sequence[Rule],
    *,
    command: str,
    met: frozenset[str] | None,
    fail_on: str,
    root: Path,
) -> str:
    """Write the rules of a run as test cases of one suite, in the order of their codes."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.code].append(finding)
    suite = TestSuite(f"provfin {command}")
    for rule in list_rules(rules, findings):
        case = TestCase(f"{rule.code} {rule.name.en}".strip(), f"provfin.{command}")
        is_met = met is None or rule.code in met
        _judge(case, found[rule.code], is_met=is_met, fail_on=fail_on, root=root)
        suite.add_testcase(case)
    if not rules:
        case = TestCase("rules", f"provfin.{command}")
        case.result = [Error("nothing was checked: no rule was run")]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    return _serialise(xml)


def _judge(case: TestCase, found: Iterable[Finding], *, is_met: bool, fail_on: str, root: Path) -> None:
    bad = [finding for finding in found if is_as_bad(finding, fail_on)]
    mild = [finding for finding in found if not is_as_bad(finding, fail_on)]
    if bad:
        failure = Failure(f"{len(bad)} found", bad[0].severity)
        failure.text = _write(bad, root)
        case.result = [failure]
    elif not mild and not is_met:
        case.result = [Skipped("nothing to look at")]
    if mild:
        case.system_out = _write(mild, root)


def _write(findings: Iterable[Finding], root: Path) -> str:
    text = "\n".join(format_finding(finding, root) for finding in findings)
    # https://www.w3.org/TR/xml/#charsets has no place for most control characters.
    return "".join(char if char >= " " or char in "\n\t" else "\ufffd" for char in text)


def _serialise(xml: JUnitXml) -> str:
    xml.update_statistics()  # type: ignore[no-untyped-call]
    text: str = xml.tostring().decode("utf-8")  # type: ignore[no-untyped-call]
    return text if text.endswith("\n") else f"{text}\n"
