"""The identities of the audit: invented figures that meet each rule, and the same with one of them printed wrong."""

from dataclasses import dataclass, replace

import pytest

from auditing import VOCABULARY, audit_lines, audit_mentions, find_rules, make_lines, misprint, state, state_all
from provfin.audit import audit_figures

LAST_YEAR, THIS_YEAR = "2022-12-31", "2023-12-31"
# What is looked for in words and not in figures.
OF_WORDS = {"list-length"}


@dataclass(frozen=True)
class Case:
    """Figures that agree, and a misprint in one of them that breaks one rule."""

    rule: str
    what: str
    lines: tuple[str, ...]
    old: str
    new: str
    culprit: str = ""


CASES = [
    Case(
        "parts-and-total", "a declared total",
        ("foreign-trade 2023 30.0", "exports 2023 20.0", "imports 2023 10.0"), "20.0", "19.0",
    ),
    Case(
        "parts-and-total", "a total of increments",
        ("insurance-premiums 2023 yoy_change_abs 3.0", "property-insurance-premiums 2023 yoy_change_abs 1.0",
         "life-and-health-insurance-premiums 2023 yoy_change_abs 2.0"), "2.0", "2.6",
    ),
    Case(
        "parts-and-total", "a column of a table",
        (f"banking-outlets part=table/1 {THIS_YEAR} 60 个",
         f"banking-outlets institutionType=city-commercial-banks part=table/1 {THIS_YEAR} 20 个",
         f"banking-outlets institutionType=foreign-banks part=table/1 {THIS_YEAR} 40 个"), "40", "41",
    ),
    Case(
        "parts-and-total", "shares of a hundred",
        ("general-loan-share part=table/2 2023-04 100.0",
         "general-loan-share rateBand=at-lpr part=table/2 2023-04 30.0",
         "general-loan-share rateBand=below-lpr part=table/2 2023-04 25.0",
         "general-loan-share rateBand=above-lpr part=table/2 2023-04 45.0"), "25.0", "52.0",
    ),
    Case(
        "parts-and-total", "the structure of output",
        ("gross-regional-product activity=primary-industry 2023 ratio 10.0",
         "gross-regional-product activity=secondary-industry 2023 ratio 40.0",
         "gross-regional-product activity=tertiary-industry 2023 ratio 50.0"), "40.0", "41.0",
    ),
    Case(
        "part-within-whole", "a part",
        (f"loans {THIS_YEAR} 90.0", f"green-loans {THIS_YEAR} 80.0"), "80.0", "98.0",
    ),
    Case(
        "part-within-whole", "parts that do not overlap",
        (f"loans {THIS_YEAR} 90.0", f"loans maturity=short-term {THIS_YEAR} 30.0",
         f"loans maturity=medium-and-long-term {THIS_YEAR} 50.0", f"bill-financing {THIS_YEAR} 9.0"), "30.0", "33.0",
    ),
    Case(
        "balance-and-increment", "an increment of a month",
        ("loans 2023-11-30 100.0", f"loans {THIS_YEAR} 110.0", "loans 2023-12 mom_change_abs 10.0"),
        " 10.0", " 12.0", "12.0",
    ),
    Case(
        "balance-and-increment", "an increment of a year",
        (f"loans {LAST_YEAR} 100.0", f"loans {THIS_YEAR} 110.0", "loans 2023 change_since_year_start 10.0"),
        " 10.0", " 12.0", "12.0",
    ),
    Case(
        "balance-and-increment", "a change on the year before",
        ("exports 2022 100.0", "exports 2023 90.0", "exports 2023 yoy_change_abs -10.0"), "-10.0", "10.0", "10.0",
    ),
    Case(
        "year-to-date", "a total of more months",
        ("exports part=table/2 2023-01/2023-08 50.0", "exports part=table/2 2023-01/2023-09 60.0",
         "exports part=table/2 2023 70.0"), "60.0", "40.0", "40.0",
    ),
    Case(
        "difference", "a balance of two flows",
        ("trade-balance 2023 -10.0", "exports 2023 20.0", "imports 2023 30.0"), "-10.0", "10.0", "10.0",
    ),
    Case(
        "share-of-total", "a share",
        (f"green-loan-share {THIS_YEAR} 10.0", f"green-loans {THIS_YEAR} 10.0", f"loans {THIS_YEAR} 100.0"),
        "share 2023-12-31 10.0", "share 2023-12-31 11.0", "11.0",
    ),
    Case(
        "order", "a part of the terms of an instrument",
        ("carbon-tool-funds 2023-12-31 60.0", "carbon-tool-loans 2023-12-31 100.0"), "60.0", "66.0",
    ),
    Case(
        "growth-against-levels", "growth",
        (f"loans {LAST_YEAR} 100.0", f"loans {THIS_YEAR} 110.0", f"loans {THIS_YEAR} yoy_growth 10.0"),
        " 10.0", " 12.0", "12.0",
    ),
    Case(
        "growth-against-levels", "a multiple",
        ("bonds-issued 2022 100.0", "bonds-issued 2023 130.0", "bonds-issued 2023 multiple 1.3"),
        "1.3", "1.5", "1.5",
    ),
    Case(
        "growth-against-levels", "growth on a base that its January tells",
        ("loans 2023-01-31 101.0", "loans 2023-01 mom_change_abs 1.0", f"loans {THIS_YEAR} 110.0",
         f"loans {THIS_YEAR} yoy_growth 10.0"), " 10.0", " 12.0", "12.0",
    ),
    Case(
        "share-change", "a change that growth rules out",
        (f"loan-share-of-banking-assets {THIS_YEAR} 50.0",
         f"loan-share-of-banking-assets {THIS_YEAR} share_change_pp 2.0",
         f"loans {THIS_YEAR} yoy_growth 10.0", f"banking-assets {THIS_YEAR} yoy_growth 5.6"), " 2.0", " -2.0", "-2.0",
    ),
    Case(
        "share-change", "a change of a share with the amounts of both years",
        (f"green-loan-share {THIS_YEAR} 10.0", f"green-loan-share {THIS_YEAR} share_change_pp 2.0",
         f"green-loans {LAST_YEAR} 8.0", f"loans {LAST_YEAR} 100.0"), " 2.0", " 3.0",
    ),
    Case(
        "change-of-rate", "a rate of two years",
        ("npl-ratio 2022-12-31 1.53", "npl-ratio 2023-12-31 1.47", "npl-ratio 2023-12-31 rate_change_pp -0.06"),
        "-0.06", "0.06", "0.06",
    ),
    Case(
        "change-of-rate", "growth of two years",
        ("exports 2022 yoy_growth 5.0", "exports 2023 yoy_growth 7.0", "exports 2023 growth_change_pp 2.0"),
        " 2.0", " 3.0", "3.0",
    ),
    Case(
        "comparison", "a difference from the country",
        ("exports 2023 yoy_growth 7.2", "exports area=CN 2023 yoy_growth 5.8",
         "exports comparisonBase=nation 2023 diff_pp 1.4"), " 1.4", " 2.4", "2.4",
    ),
    Case(
        "growth-between-parts", "prices",
        ("consumer-price-index 2023 yoy_growth 1.5", "cpi-urban 2023 yoy_growth 1.2", "cpi-rural 2023 yoy_growth 2.0"),
        "1.5", "2.5", "2.5",
    ),
    Case(
        "growth-between-parts", "weights that are known to lie somewhere",
        ("producer-price-index 2023 yoy_growth -2.7", "ppi-production-materials 2023 yoy_growth -3.1",
         "ppi-living-materials 2023 yoy_growth 0.2"), "-2.7", "-1.2",
    ),
    Case(
        "growth-between-parts", "real growth of output",
        ("gross-regional-product 2023 yoy_growth 4.6",
         "gross-regional-product activity=primary-industry 2023 yoy_growth 3.6",
         "gross-regional-product activity=secondary-industry 2023 yoy_growth 6.1",
         "gross-regional-product activity=tertiary-industry 2023 yoy_growth 3.5"), "4.6", "6.4",
    ),
    Case(
        "currency-scopes", "one rate for deposits and loans",
        (f"loans {THIS_YEAR} 1700.0", f"loans currencyScope=cny {THIS_YEAR} 1000.0",
         f"loans currencyScope=foreign {THIS_YEAR} 100.0 亿美元",
         f"deposits {THIS_YEAR} 1350.0", f"deposits currencyScope=cny {THIS_YEAR} 1000.0",
         f"deposits currencyScope=foreign {THIS_YEAR} 50.0 亿美元"), " 50.0", " 53.0",
    ),
    Case(
        "currency-scopes", "a rate no day had",
        (f"loans {THIS_YEAR} 1700.0", f"loans currencyScope=cny {THIS_YEAR} 1000.0",
         f"loans currencyScope=foreign {THIS_YEAR} 100.0 亿美元"), "1700.0", "1070.0",
    ),
    Case(
        "yuan-only", "bills",
        (f"bill-financing {THIS_YEAR} 40.0", f"bill-financing currencyScope=cny {THIS_YEAR} 40.0"),
        "cny 2023-12-31 40", "cny 2023-12-31 42",
    ),
    Case(
        "order", "discount of bills",
        ("bill-discount-rate billType=bank-accepted 2023-12 1.43",
         "bill-discount-rate billType=commercial-accepted 2023-12 3.15"),
        "1.43", "4.13",
    ),
    Case(
        "restatement", "one fact in three places",
        (f"loans {THIS_YEAR} yoy_growth 5.0", f"loans part=section/2 {THIS_YEAR} yoy_growth 5.04",
         f"loans part=table/1 {THIS_YEAR} yoy_growth 5"),
        "5.04", "6.04", "6.04",
    ),
    Case("natural-bounds", "an amount", (f"loans {THIS_YEAR} 5.0",), "5.0", "-5.0", "-5.0"),
    Case("natural-bounds", "a fall", ("exports 2023 yoy_growth -99.0",), "-99.0", "-199.0", "-199.0"),
    Case(
        "joint", "three rules that hold one by one",
        (f"loans {THIS_YEAR} 110.0", f"loans {THIS_YEAR} yoy_growth 10.0", "loans currencyScope=cny 2023-01-31 96.0",
         "loans currencyScope=cny 2023-01 mom_change_abs 1.0", f"loans currencyScope=cny {THIS_YEAR} 105.0"),
        "96.0", "106.0",
    ),
]  # fmt: skip


def name_case(case: Case) -> str:
    return f"{case.rule}: {case.what}"


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_figures_that_agree_give_no_finding(case: Case) -> None:
    audit = audit_lines(*case.lines)
    assert find_rules(audit) == []
    assert case.rule == "joint" or audit.checked[case.rule] > 0


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_a_misprint_gives_one_finding_of_its_rule(case: Case) -> None:
    audit = audit_lines(*misprint(case.lines, case.old, case.new))
    assert find_rules(audit) == [case.rule]
    wrong = case.new.split()[-1]
    assert wrong in "".join(place.exact for place in audit.findings[0].places)


@pytest.mark.parametrize("case", [case for case in CASES if case.culprit and len(case.lines) > 3], ids=name_case)
def test_a_finding_never_names_another_culprit_than_the_misprint(case: Case) -> None:
    (finding,) = audit_lines(*misprint(case.lines, case.old, case.new)).findings
    assert {place.exact for place in finding.culprit_places} <= {case.culprit}


def test_every_rule_of_the_vocabulary_is_tried() -> None:
    assert {case.rule for case in CASES} | OF_WORDS == set(VOCABULARY.audit_rules)


@pytest.mark.parametrize("case", CASES, ids=name_case)
def test_a_finding_tells_its_rule_severity_and_words_in_both_languages(case: Case) -> None:
    (finding,) = audit_lines(*misprint(case.lines, case.old, case.new)).findings
    assert finding.severity == VOCABULARY.audit_rules[case.rule].severity
    assert finding.write("en").startswith(VOCABULARY.audit_rules[case.rule].label_en)
    assert finding.write("zh").startswith(VOCABULARY.audit_rules[case.rule].label)
    assert set(finding.identities) == {"en", "zh"}


# What is no identity

APART = {
    "parts of another area": ("foreign-trade 2023 30.0", "exports area=CN 2023 50.0", "imports area=CN 2023 10.0"),
    "a part of another area": (f"loans {THIS_YEAR} 90.0", f"green-loans area=CN {THIS_YEAR} 98.0"),
    "a level of another area": (
        f"loans area=CN {LAST_YEAR} 100.0", f"loans {THIS_YEAR} 110.0", f"loans {THIS_YEAR} yoy_growth 5.0",
    ),
    "parts in yuan of a whole in both currencies": (
        f"loans {THIS_YEAR} 90.0", f"loans currencyScope=cny maturity=short-term {THIS_YEAR} 50.0",
        f"loans currencyScope=cny maturity=medium-and-long-term {THIS_YEAR} 50.0",
    ),
    "growth in yuan on levels in both currencies": (
        f"loans {LAST_YEAR} 100.0", f"loans {THIS_YEAR} 110.0", f"loans currencyScope=cny {THIS_YEAR} yoy_growth 5.0",
    ),
    "increments of foreign currency and those in yuan": (
        "loans 2023-12 mom_change_abs -5.0", "loans currencyScope=cny 2023-12 mom_change_abs 10.0",
        "loans currencyScope=foreign 2023-12 mom_change_abs -1.0 亿美元",
    ),
    "a part at another time": (f"loans {LAST_YEAR} 90.0", f"green-loans {THIS_YEAR} 98.0"),
    "real growth on nominal levels": (
        "gross-regional-product 2022 100.0", "gross-regional-product 2023 110.0",
        "gross-regional-product 2023 yoy_growth 5.0",
    ),
    "real growth of a part of output": (
        "manufacturing-value-added 2022 100.0", "manufacturing-value-added 2023 110.0",
        "manufacturing-value-added 2023 yoy_growth 5.0",
    ),
    "growth on another base": (
        "exports 2022 100.0", "exports 2023 110.0", "exports comparisonBase=two-year-average 2023 yoy_growth 5.0",
    ),
    "a total without all of its parts": ("foreign-trade 2023 30.0", "exports 2023 20.0"),
    "bonds beside refinancing bonds": (
        "local-government-bonds-issued 2023 30.0", "general-bonds-issued 2023 5.0", "special-bonds-issued 2023 15.0",
        "refinancing-bonds-issued 2023 10.0",
    ),
    "a running total that does not start in January": (
        "exports part=table/2 2023-04/2023-05 50.0", "exports part=table/2 2023-04/2023-06 40.0",
    ),
    "running totals of two years": ("exports part=table/2 2022-01/2022-11 50.0", "exports part=table/2 2023 40.0"),
    "a balance that falls": ("loans 2023-01-31 50.0", "loans 2023-02-28 40.0"),
    "a net flow that turns": (
        "trade-balance part=table/2 2023-01/2023-02 5.0", "trade-balance part=table/2 2023-01/2023-03 -5.0",
    ),
    "growth of what can be negative": (
        "trade-balance 2022 -5.0", "trade-balance 2023 5.0", "trade-balance 2023 yoy_growth -200.0",
    ),
    "a structure that is no hundred": ("urban-rural-income-ratio 2023 2.42",),
    "a column of two tables": (
        f"banking-outlets part=table/1 {THIS_YEAR} 60 个",
        f"banking-outlets institutionType=city-commercial-banks part=table/2 {THIS_YEAR} 20 个",
        f"banking-outlets institutionType=foreign-banks part=table/2 {THIS_YEAR} 30 个",
    ),
    "a column with an unread cell": (
        f"banking-outlets part=table/1 {THIS_YEAR} 60 个", f"banking-staff part=table/1 {THIS_YEAR} 50 人",
        f"banking-outlets institutionType=city-commercial-banks part=table/1 {THIS_YEAR} 20 个",
        f"banking-outlets institutionType=foreign-banks part=table/1 {THIS_YEAR} 30 个",
        f"banking-staff institutionType=postal-savings part=table/1 {THIS_YEAR} 50 人",
    ),
    "a column with an unknown row": (
        f"banking-outlets part=table/1 {THIS_YEAR} 60 个",
        f"banking-outlets institutionType=city-commercial-banks part=table/1 {THIS_YEAR} 20 个",
        f"banking-outlets institutionType=foreign-banks part=table/1 {THIS_YEAR} 30 个",
        f"banking-outlets institutionType=candidate-火星银行 part=table/1 {THIS_YEAR} 10 个",
    ),
    "averages that fall": ("housing-average-price 2023-01/2023-06 9120", "housing-average-price 2023 9005"),
    "new loans in both currencies and in yuan": ("new-loans 2023 6371", "new-loans currencyScope=cny 2023 6376"),
    "foreign currency told in yuan": (
        f"loans {THIS_YEAR} 110.0", f"loans currencyScope=cny {THIS_YEAR} 100.0",
        f"loans currencyScope=foreign {THIS_YEAR} 10.0 亿元",
    ),
    "trade told in two currencies": (
        "foreign-trade 2023 700.0", "exports 2023 60.0 亿美元", "imports 2023 40.0 亿美元",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", APART)
def test_there_is_no_identity_with(what: str) -> None:
    assert find_rules(audit_lines(*APART[what])) == []


@pytest.mark.parametrize("doubt", ["is_candidate", "is_compared"])
def test_figures_whose_meaning_is_not_sure_take_part_in_nothing(doubt: str) -> None:
    figures = make_lines(["foreign-trade 2023 30.0", "exports 2023 19.0", "imports 2023 10.0"])
    assert find_rules(audit_figures("invented-2024", figures)) == ["parts-and-total"]
    exports = next(item for item in figures if item.slot.indicator == "exports")
    doubtful = replace(exports, is_candidate=doubt == "is_candidate", is_compared=doubt == "is_compared")
    others = [item for item in figures if item is not exports]
    assert find_rules(audit_figures("invented-2024", [*others, doubtful])) == []


def test_a_dash_among_the_parts_of_a_column_is_nothing() -> None:
    lines = [
        f"banking-outlets part=table/1 {THIS_YEAR} 60 个",
        f"banking-outlets institutionType=city-commercial-banks part=table/1 {THIS_YEAR} 20 个",
        f"banking-outlets institutionType=foreign-banks part=table/1 {THIS_YEAR} 40 个",
        f"banking-outlets institutionType=postal-savings part=table/1 {THIS_YEAR} — 个",
    ]
    assert find_rules(audit_lines(*lines)) == []
    assert find_rules(audit_lines(*misprint(lines, "40", "41"))) == ["parts-and-total"]


@pytest.mark.parametrize(("increment", "rules"), [("5.0", []), ("7.0", ["balance-and-increment"])])
def test_an_increment_leads_over_the_end_of_february(increment: str, rules: list[str]) -> None:
    lines = ["loans 2024-02-29 105.0", "loans 2024-01-31 100.0", f"loans 2024-02 mom_change_abs {increment}"]
    assert find_rules(audit_lines(*lines)) == rules


@pytest.mark.parametrize(("growth", "rules"), [("5.0", []), ("7.0", ["growth-against-levels"])])
def test_growth_leads_from_the_end_of_february_to_that_of_a_leap_year(growth: str, rules: list[str]) -> None:
    lines = ["loans 2024-02-29 105.0", "loans 2023-02-28 100.0", f"loans 2024-02-29 yoy_growth {growth}"]
    assert find_rules(audit_lines(*lines)) == rules


def test_a_comparison_with_another_indicator_is_that_of_the_two() -> None:
    other = state("industrial-value-added 2023 yoy_growth 7.2").claim
    lines = [
        "high-tech-manufacturing-value-added 2023 yoy_growth 18.0", "industrial-value-added 2023 yoy_growth 7.2",
        "high-tech-manufacturing-value-added comparisonBase=other-indicator 2023 diff_pp 10.8",
    ]  # fmt: skip
    for misprinted, rules in ((lines, []), (misprint(lines, "10.8", "11.8"), ["comparison"])):
        *plain, difference = state_all(misprinted)
        assert find_rules(audit_mentions([*plain, replace(difference, compared=other)])) == rules


def test_figures_print_as_rounded_as_they_are() -> None:
    assert find_rules(audit_lines("foreign-trade 2023 31", "exports 2023 20.4", "imports 2023 10.4")) == []
    assert find_rules(audit_lines("foreign-trade 2023 30", "exports 2023 20.4", "imports 2023 10.4")) != []
