"""The audit of whole reports: what is truthful has no finding, planted and real contradictions do, at their places."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from auditing import find_rules, overlaps
from provfin.audit import Audit, AuditFinding, audit_extraction
from provfin.extraction import Extraction, extract, extract_text, read_source

REPORTS = Path(__file__).parent / "reports"
FAULTY = REPORTS / "audit-faulty-2022.txt"
FAULTS = [json.loads(line) for line in FAULTY.with_suffix(".faults.jsonl").read_text(encoding="utf-8").splitlines()]
# Faults that stand in figures the vocabulary has no name for yet, so that nothing can be held against them:
# the change of a share, a share of new deposits, the financing of a platform.
UNNAMED = {1768, 2376, 4077}
TITLE = "湖南省金融运行报告（2025）"


def audit_text(text: str) -> Audit:
    return audit_extraction(extract_text(text, "invented-2025"))


def audit_passage(text: str) -> list[str]:
    """Return the findings of a short report that says just this, in words."""
    return [finding.write("en") for finding in audit_text(f"{TITLE}\n\n一、甲\n\n{text}\n").findings]


@cache
def audit_faulty() -> Audit:
    return audit_extraction(extract(FAULTY))


# Invented reports


@pytest.mark.parametrize("name", ["audit-clean-2022", "prose-a-2023", "prose-b-2021"])
def test_a_truthful_report_has_no_finding(name: str) -> None:
    audit = audit_extraction(extract(REPORTS / f"{name}.txt"))
    assert [finding.write("en") for finding in audit.findings] == []
    assert audit.covered > 50


def test_the_truthful_report_is_checked_by_every_rule_that_links_its_figures() -> None:
    checked = audit_extraction(extract(REPORTS / "audit-clean-2022.txt")).checked
    assert {rule for rule, number in checked.items() if number == 0} == {"joint"}


def find_of(fault: dict[str, int]) -> list[AuditFinding]:
    return [finding for finding in audit_faulty().findings if overlaps(finding, fault["offset"], fault["end"])]


NAMED = [fault for fault in FAULTS if fault["offset"] not in UNNAMED]


@pytest.mark.parametrize("fault", NAMED, ids=lambda fault: f"{fault['kind']} at {fault['offset']}")
def test_a_planted_fault_is_found(fault: dict[str, int]) -> None:
    assert find_of(fault)


def test_nearly_all_planted_faults_are_looked_for() -> None:
    assert (len(FAULTS), len(NAMED)) == (25, 22)


def test_nothing_but_planted_faults_is_found() -> None:
    stray = [
        finding.write("en")
        for finding in audit_faulty().findings
        if not any(overlaps(finding, fault["offset"], fault["end"]) for fault in FAULTS)
    ]
    assert stray == []


def test_no_figure_is_called_wrong_that_is_right() -> None:
    for finding in audit_faulty().findings:
        for place in finding.culprit_places:
            assert any(place.start < fault["end"] and fault["offset"] < place.end for fault in FAULTS), finding.write(
                "en"
            )


# The real report

REAL = [
    ("share-change", {6851}),
    ("share-change", {6899}),
    ("restatement", {10948, 1521, 8414}),
    ("growth-against-levels", {20408}),
    ("list-length", {15055}),
    ("growth-against-levels", {19786}),
]


def check_real(audit: Audit) -> None:
    assert find_rules(audit) == [rule for rule, _ in REAL]
    for finding, (_, starts) in zip(audit.findings, REAL, strict=True):
        assert starts <= {place.start for place in finding.places}


def test_the_real_report_has_six_findings(liaoning: Extraction) -> None:
    audit = audit_extraction(liaoning)
    check_real(audit)
    levels = {finding.places[0].start: finding.severity for finding in audit.findings}
    assert levels[15055] == "warning"
    assert audit.covered > 900


def test_a_change_of_share_is_the_first_figure_of_its_finding(liaoning: Extraction) -> None:
    first = [
        finding.places[0] for finding in audit_extraction(liaoning).findings if finding.rule.slug == "share-change"
    ]
    assert [(place.start, place.exact) for place in first] == [(6851, "4.7个百分点"), (6899, "3.1个百分点")]


def test_the_odd_one_of_three_places_is_the_culprit(liaoning: Extraction) -> None:
    (finding,) = [item for item in audit_extraction(liaoning).findings if item.rule.slug == "restatement"]
    assert [place.start for place in finding.culprit_places] == [10948]
    assert {place.start for place in finding.places} == {10948, 1521, 8414}


def test_the_findings_do_not_hang_on_decisions_of_reviewers(liaoning_source: str) -> None:
    check_real(audit_extraction(extract_text(liaoning_source, "another-2025")))


# Misprints


@dataclass(frozen=True)
class Misprint:
    """A digit of the truthful report changed: the words before the figure, the figure, what is printed instead."""

    before: str
    old: str
    new: str
    rules: set[str]
    culprit: str = ""


MISPRINTS = {
    "a balance of a table": Misprint(r"\n本外币\t各项存款余额（亿元）(\t\S+){4}\t", "65405.4", "65405.9", {"balance-and-increment"}, "65405.9"),
    "an increment of a table": Misprint(r"\t各项贷款余额比上月增加（亿元）(\t\S+){3}\t", "397.6", "379.6", {"balance-and-increment"}, "379.6"),
    "a part of a column": Misprint(r"六、小型农村金融机构\t3864\t", "36127", "36427", {"parts-and-total"}),
    "a difference of trade": Misprint(r"出口差额（出口 — 进口）\t—\t\S+\t\S+\t", "1063.1", "1083.1", {"difference"}, "1083.1"),
    "a figure of the abstract": Misprint("进出口总额 ", "6896 ", "6986 ", {"restatement"}, "6986 亿元"),
    "growth of the abstract": Misprint("不变价格计算，同比增长 ", "4.6", "4.9", {"restatement"}, "4.9%"),
    "a balance in foreign currency": Misprint(r"外币存款余额（亿美元）(\t\S+){5}\t", "83.6", "88.6", {"currency-scopes"}),
    "a running total": Misprint(r"实际使用外资（亿美元）\t—(\t\S+){4}\t", "17.4", "11.4", {"year-to-date", "growth-against-levels"}),
    "growth of prices": Misprint("生产者出厂价格同比上涨 ", "2.7", "3.7", {"growth-between-parts"}),
}  # fmt: skip


def put_in(source: str, misprint: Misprint) -> tuple[str, int]:
    """Return the source with the misprint, and where it stands."""
    found = re.search(f"{misprint.before}(?={re.escape(misprint.old)})", source)
    assert found is not None, misprint.before
    return source[: found.end()] + misprint.new + source[found.end() + len(misprint.old) :], found.end()


@pytest.mark.parametrize("what", MISPRINTS)
def test_a_misprint_in_the_text_is_found_where_it_stands(what: str) -> None:
    misprint = MISPRINTS[what]
    text, start = put_in(read_source(REPORTS / "audit-clean-2022.txt"), misprint)
    audit = audit_text(text)
    assert set(find_rules(audit)) & misprint.rules
    assert all(overlaps(finding, start, start + len(misprint.new)) for finding in audit.findings)
    culprits = {place.exact for finding in audit.findings for place in finding.culprit_places}
    assert culprits <= ({misprint.culprit} if misprint.culprit else {misprint.new.strip()})
    assert not misprint.culprit or culprits


@pytest.mark.parametrize(
    ("pattern", "instead"),
    [
        (r"(?<=[^\d\s])(?=\d+(\.\d+)? ?[亿万%])", " "),
        (r"(?<=\d) (?=[亿万个家])", ""),
        (r"\t(?=\d)", "\t "),
        ("，", "， "),
        ("%", "％"),
    ],
)
def test_an_edit_that_leaves_the_digits_changes_nothing(pattern: str, instead: str) -> None:
    source = read_source(FAULTY)
    text = re.sub(pattern, instead, source)
    assert text != source
    assert sorted(find_rules(audit_text(text))) == sorted(find_rules(audit_faulty()))
