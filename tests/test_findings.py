"""What every check says: findings in one order, places by line and column."""

import pytest

from provfin.findings import SEVERITIES, Finding, Lines, Place, Rule, Text, is_as_bad, order_findings


def make_finding(severity: str = "violation", code: str = "X-1", source: str = "a") -> Finding:
    return Finding(severity, code, "", "", "", "", "", source)


def test_a_span_is_named_by_lines_and_columns_of_code_points() -> None:
    place = Lines("甲乙\n𠀀丙 5.1\r\n").make_place("a.txt", 6, 9)
    assert place == Place("a.txt", 6, 9, 2, 4, 2, 7, "5.1")


def test_a_span_may_reach_over_lines_and_to_the_end() -> None:
    lines = Lines("ab\ncd")
    assert lines.make_place("a", 1, 5) == Place("a", 1, 5, 1, 2, 2, 3, "b\ncd")
    assert lines.locate(2) == (1, 3)
    assert lines.locate(3) == (2, 1)
    assert Lines("").locate(0) == (1, 1)


@pytest.mark.parametrize("place", [{"start": 5, "end": 4}, {"start": 5}, {"line": 2, "end_line": 1}])
def test_a_place_that_ends_before_it_starts_is_refused(place: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Place("a", **place)  # type: ignore[arg-type]


def test_a_severity_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="fatal is no severity: one of violation, warning, info"):
        make_finding("fatal")


def test_findings_come_in_one_order_and_once() -> None:
    findings = [make_finding(source="b"), make_finding(code="X-2"), make_finding(), make_finding()]
    ordered = order_findings(findings)
    assert [(finding.source, finding.code) for finding in ordered] == [("a", "X-1"), ("a", "X-2"), ("b", "X-1")]
    assert order_findings(reversed(findings)) == ordered


def test_details_do_not_tell_findings_apart() -> None:
    first, second = (Finding("info", "X-1", "", "", "", "", "", "", details={"run": run}) for run in (1, 2))
    assert first == second
    assert hash(first) == hash(second)


def test_a_threshold_takes_what_is_as_bad_or_worse() -> None:
    taken = [[is_as_bad(make_finding(severity), threshold) for severity in SEVERITIES] for threshold in SEVERITIES]
    assert taken == [[True, False, False], [True, True, False], [True, True, True]]


def test_a_rule_has_a_page() -> None:
    text = Text("a", "甲")
    assert Rule("PF-X-1", "info", text, text, text, text).help_uri.endswith("/docs/rules/PF-X-1.md")
