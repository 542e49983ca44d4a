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
    assert {rule for rule, number in checked.items() if number == 0} == set()


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
            hits = [fault for fault in FAULTS if place.start < fault["end"] and fault["offset"] < place.end]
            assert hits, finding.write("en")


# Passages that only seem to contradict themselves. What stands before a bar is said in the abstract.
TRUTHFUL = [
    "进出口总额6896.2亿元，增长16.9%。按美元计，进出口总额960.3亿美元，增长12.1%；出口710.7亿美元，进口249.6亿美元。",
    "进出口总额6896.2亿元，出口5103.7亿元，进口1792.5亿元，顺差3311.2亿元，扩大12.0%。上年顺差2956.4亿元。",
    "12月，进出口总额625.4亿元，其中出口469.6亿元，进口155.9亿元，顺差313.7亿元。全年顺差3311.2亿元。",
    "本外币各项贷款余额61638.1亿元，增长11.5%。上年同期余额55280.8亿元。11月末余额61150.4亿元，增长11.3%。",
    "人民币贷款余额61376.9亿元，比年初增加6376.0亿元。本外币各项贷款余额61638.1亿元，比年初增加6371.0亿元。",
    "本外币各项存款余额68918.7亿元，增长12.6%。长沙市本外币各项存款余额30120.5亿元，增长10.0%。",
    "外币存款余额折合人民币556.4亿元。本外币各项存款余额68936.1亿元，人民币各项存款余额68379.7亿元。",
    "地区生产总值47003.0亿元，增长4.6%，两年平均增长5.2%；全国增长5.0%。上年地区生产总值为45000.0亿元。",
    "三次产业结构由上年的9.5:40.9:49.6调整为9.2:40.0:50.8。地区生产总值47003.0亿元，其中第一产业增加值4328.4亿元。",
    "居民消费价格上涨0.2%。12月，居民消费价格上涨0.1%，其中食品价格下降0.5%，非食品价格上涨0.2%。",
    "工业生产者出厂价格下降2.7%。12月，工业生产者出厂价格同比下降2.2%，环比下降0.1%。",
    "社会消费品零售总额增长2.4%。 | 12月，社会消费品零售总额1699.9亿元，增长2.9%；限额以上零售额增长3.9%。",
    "一般公共预算收入3102亿元，下降4.6%，扣除留抵退税因素后增长8.1%。上年一般公共预算收入3251.6亿元。",
    "一般公共预算收入3102亿元，按可比口径增长8.1%。上年一般公共预算收入3251.6亿元。",
    "发行地方政府债券2812亿元，其中一般债券812亿元，专项债券2000亿元；新增债券1700亿元，再融资债券1112亿元。",
    "社会融资规模增量8120.3亿元，其中外币贷款减少12.3亿元，委托贷款减少45.6亿元，信托贷款增加101.2亿元。",
    "银行业金融机构净利润-12.1亿元，上年净利润35.2亿元，下降134.4%。",
    "规模以上工业企业利润总额1512.1亿元，下降3.2%。1—11月，利润总额1580.5亿元，下降4.1%。",
    "商品房销售均价9005元/平方米。 | 上半年，商品房销售均价9120元/平方米。",
    "游客人均花费980元。 | 上半年游客人均花费1012元。",
    "不良贷款率1.47%。 | 地方法人银行不良贷款率2.06%，全国不良贷款率1.50%，上年末不良贷款率1.53%。",
    "普惠小微贷款余额增长24.1%。 | 普惠小微贷款余额增长24.1%，6月末增速为22.8%，上年末增速为27.1%。",
    "绿色贷款余额占各项贷款的10.4%，提高1.9个百分点，绿色贷款增长36.2%，各项贷款增长11.5%。",
    "规模以上工业增加值增长7.2%。 | 一季度规模以上工业增加值增长8.1%，上半年增长6.6%，四季度增长7.5%。",
    "地区生产总值增长4.6%，低于年初6%的目标。 | 2025年地区生产总值预期增长5.5%左右。",
    "存款余额突破6.9万亿元，贷款余额突破6.1万亿元。 | 本外币各项存款余额6.91万亿元，本外币各项贷款余额6.16万亿元。",
    "实际使用外资35.2亿美元。其中，高技术产业实际使用外资120.1亿元人民币。",
    "支小再贷款余额312.1亿元，全年发放支小再贷款520.1亿元。自2020年以来累计发放支小再贷款2301.5亿元。",
]


@pytest.mark.parametrize("text", TRUTHFUL)
def test_what_only_seems_to_contradict_itself_is_not_told(text: str) -> None:
    abstract, _, section = text.rpartition(" | ")
    head = f"{TITLE}\n\n[内容摘要]\n\n{abstract}" if abstract else TITLE
    audit = audit_text(f"{head}\n\n一、甲\n\n{section}\n")
    assert [finding.write("en") for finding in audit.findings] == []
    assert audit.figures > 0


# The real report

REAL = [
    ("share-change", {6851}),
    ("share-change", {6899}),
    ("restatement", {10948, 1521, 8414}),
    ("growth-against-levels", {20408}),
    ("list-length", {15055}),
    ("growth-against-levels", {19786}),
]


@pytest.fixture(scope="module")
def real(liaoning: Extraction) -> Audit:
    """Return the audit of the real report."""
    return audit_extraction(liaoning)


def check_real(audit: Audit) -> None:
    assert find_rules(audit) == [rule for rule, _ in REAL]
    for finding, (_, starts) in zip(audit.findings, REAL, strict=True):
        assert starts <= {place.start for place in finding.places}


def test_the_real_report_has_six_findings(real: Audit) -> None:
    check_real(real)
    levels = {finding.places[0].start: finding.severity for finding in real.findings}
    assert levels[15055] == "warning"
    assert real.covered > 900


def test_a_change_of_share_is_the_first_figure_of_its_finding(real: Audit) -> None:
    first = [finding.places[0] for finding in real.findings if finding.rule.slug == "share-change"]
    assert [(place.start, place.exact) for place in first] == [(6851, "4.7个百分点"), (6899, "3.1个百分点")]


def test_the_odd_one_of_three_places_is_the_culprit(real: Audit) -> None:
    (finding,) = [item for item in real.findings if item.rule.slug == "restatement"]
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


BALANCE, DIFFERENCE, TOTAL = {"balance-and-increment"}, {"difference"}, {"parts-and-total"}
MISPRINTS = {
    "a balance": Misprint(r"\n本外币\t各项存款余额（亿元）(\t\S+){4}\t", "65405.4", "65405.9", BALANCE, "65405.9"),
    "an increment": Misprint(r"各项贷款余额比上月增加（亿元）(\t\S+){3}\t", "397.6", "379.6", BALANCE, "379.6"),
    "a part of a column": Misprint(r"六、小型农村金融机构\t3864\t", "36127", "36427", TOTAL),
    "a difference": Misprint(r"差额（出口 — 进口）\t—\t\S+\t\S+\t", "1063.1", "1083.1", DIFFERENCE, "1083.1"),
    "an amount of the abstract": Misprint("进出口总额 ", "6896 ", "6986 ", {"restatement"}, "6986 亿元"),
    "growth of the abstract": Misprint("不变价格计算，同比增长 ", "4.6", "4.9", {"restatement"}, "4.9%"),
    "foreign currency": Misprint(r"外币存款余额（亿美元）(\t\S+){5}\t", "83.6", "88.6", {"currency-scopes"}),
    "a running total": Misprint(r"实际使用外资（亿美元）\t—(\t\S+){4}\t", "17.4", "11.4", {"year-to-date"}),
    "growth of prices": Misprint("生产者出厂价格同比上涨 ", "2.7", "3.7", {"growth-between-parts"}),
}


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
