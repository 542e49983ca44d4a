"""The ledger: every number of a report once, as a fact or with the reason why it is none."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provfin.document import Span
from provfin.extraction import Extraction, extract_text
from provfin.ledger import NOT_A_FACT, PROSE_FACT, TABLE_FACT, UNREAD, LedgerLine, make_ledger, summarise
from provfin.quantity import fold_width

TITLE = "吉林省金融运行报告（2024）"
# A number by its digits alone, written down a second time.
DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


def read_lines(text: str) -> list[LedgerLine]:
    return make_ledger(extract_text(f"{TITLE}\n\n一、甲\n\n{text}\n", "some"))


def explain(text: str, exact: str) -> tuple[str, str]:
    (line,) = (line for line in read_lines(text) if line.exact == exact)
    return line.kind, line.reason


def check_ledger(extraction: Extraction) -> None:
    source = extraction.document.source
    lines = make_ledger(extraction)
    spans = [match.span() for match in DIGITS.finditer(fold_width(source))]
    assert [(line.span.start, line.span.end) for line in lines] == spans
    assert [line.exact for line in lines] == [source[start:end] for start, end in spans]
    keys = {fact.claim.key for fact in extraction.facts}
    for line in lines:
        assert line.kind in {TABLE_FACT, PROSE_FACT, NOT_A_FACT, UNREAD}
        is_fact = line.kind in {TABLE_FACT, PROSE_FACT}
        assert bool(line.facts) is is_fact
        assert bool(line.reason) is not is_fact
        assert set(line.facts) <= keys
    stated = {(line.span.start, key) for line in lines for key in line.facts}
    for fact in extraction.facts:
        for mention in fact.mentions:
            number = DIGITS.search(fold_width(source), mention.span.start, mention.span.end)
            # 三分之一 and dashes have no digits.
            assert number is None or (number.start(), fact.claim.key) in stated


# Any text


def test_every_number_of_the_invented_report_is_accounted_for_once(example: Extraction) -> None:
    check_ledger(example)


def test_every_number_of_the_real_report_is_accounted_for_once(liaoning: Extraction) -> None:
    check_ledger(liaoning)


PIECES = st.sampled_from(
    [
        "2023 年", "年末", "，", "。", "；", "、", "：", "\n\n", "\n", "\t", "粮食总产量", "各项存款余额", "支农再贷款",
        "增长", "下降", "比年初多", "占比", "为", "超", "近", "余", "%", "个百分点", "亿元", "万吨", "家", "户", "倍",
        "连续", "个月", "第", "《", "》", "（", "）", "“", "”", "1.", "表 1 情况\n", "专栏 1 甲\n", "附录：\n",
        "— 3 —\n", "数据来源：", "注：1.", "执 笔：", "² ", "三分之一", "３", "１２．５％", "1,204", "—",
    ]
)  # fmt: skip
NUMBERS = st.integers(0, 99999).map(str) | st.decimals(0, 999, places=1).map(str)
TEXTS = st.lists(PIECES | NUMBERS, max_size=40).map("".join)


@settings(max_examples=200)
@given(TEXTS)
def test_every_number_of_any_text_is_accounted_for_once(text: str) -> None:
    check_ledger(extract_text(f"{TITLE}\n\n{text}", "some"))


@settings(max_examples=60)
@given(TEXTS)
def test_the_same_text_gives_the_same_ledger(text: str) -> None:
    assert read_lines(text) == read_lines(text)


# Kinds and reasons


@pytest.mark.parametrize(
    ("text", "exact", "reason"),
    [
        ("2021 年是好年。", "2021", "date"),
        ("9 月 8 日放假。", "8", "date"),
        ("《第 12 号方案》已经看过。", "12", "name"),
        ("办法（云银发〔2022〕8 号）有效。", "8", "document-number"),
        ("单笔 500 万元以下的贷款另有办法。", "500", "threshold"),
        ("联合 6 部门印发一份文件。", "6", "participants"),
        ("见 https://example.org/77 一页。", "77", "address"),
        ("（一）乙\n\n7.田里收成不坏。好。", "7", "heading-number"),
        ("三、新增 77 家\n\n好。", "77", "heading"),
        ("专栏 1 帮助 77 家小店\n\n好。", "77", "caption"),
        ("图 8 谷物\n\n好。", "8", "caption"),
        ("表 1 典当\n\n单位：88 家\n\n好。", "88", "caption"),
        ("好。\n\n数据来源：第 9 处。", "9", "caption"),
        ("好。\n\n— 33 —\n\n好。", "33", "page-number"),
        ("执 笔：甲 7\n", "7", "credits"),
        ("[5] 说明。\n", "5", "footnote-mark"),
        ("表 4 票据贴现利率\n单位：%\n季度\t贴现\n\t银行承兑汇票\n3\t2.31\n", "3", "table-label"),
        ("表 4 票据贴现利率\n单位：%\n季度\t贴现\n\t银行承兑汇票\n3\t2.31\n注：1.甲。\n2.乙。\n", "2", "note-number"),
    ],
)
def test_a_number_that_states_no_fact_says_why(text: str, exact: str, reason: str) -> None:
    assert explain(text, exact) == (NOT_A_FACT, reason)


def test_a_number_of_the_contents_is_none() -> None:
    lines = make_ledger(extract_text(f"{TITLE}\n\n目 录\n\n一、甲\t12\n\n一、甲\n\n好。\n", "some"))
    assert [(line.exact, line.reason) for line in lines][1:] == [("12", "contents")]


@pytest.mark.parametrize("title", [TITLE, "某省金融运行报告（2024）", "2023 年某份报告"])
def test_the_year_in_the_title_is_read_whether_or_not_the_title_says_enough(title: str) -> None:
    (line,) = make_ledger(extract_text(f"{title}\n\n好。\n", "some"))
    assert (line.kind, line.reason) == (NOT_A_FACT, "title")


def test_another_text_than_the_one_declared_leaves_no_number_unread_for_it() -> None:
    lines = make_ledger(extract_text(f"{TITLE}\n\n好。\n", "liaoning-2025"))
    assert [(line.kind, line.reason) for line in lines] == [(NOT_A_FACT, "title")]


@pytest.mark.parametrize(
    ("text", "exact", "kind"),
    [
        ("粮食总产量 212 万吨。", "212", PROSE_FACT),
        ("粮食总产量 ２１２ 万吨。", "２１２", PROSE_FACT),
        ("表 4 票据贴现利率\n单位：%\n季度\t贴现\n\t银行承兑汇票\n3\t2.31\n", "2.31", TABLE_FACT),
    ],
)
def test_a_figure_says_what_it_states(text: str, exact: str, kind: str) -> None:
    (line,) = (line for line in read_lines(text) if line.exact == exact)
    assert (line.kind, line.reason, len(line.facts)) == (kind, "", 1)


@pytest.mark.parametrize(
    ("text", "exact", "reason"),
    [
        ("共 77 种。", "77", "prose-not-clear"),
        ("表 6 典当行\n\n地区\t数量\n云溪市\t77\n", "77", "table-not-known"),
        ("表 4 票据贴现利率\n单位：%\n季度\t贴现\n\t银行承兑汇票\n2\t约7.7\n3\t2.31\n", "7.7", "not-a-figure"),
    ],
)
def test_a_number_nothing_was_made_of_is_unread_with_the_reason_of_its_gap(text: str, exact: str, reason: str) -> None:
    assert explain(text, exact) == (UNREAD, reason)


def test_a_candidate_and_a_contradiction_are_read_all_the_same() -> None:
    assert explain("露营帐篷销量 77 万顶。", "77")[0] in {PROSE_FACT, UNREAD}
    text = "旅游收入 62.0 亿元。\n\n旅游收入 64.5 亿元。"
    assert [line.kind for line in read_lines(text)][1:] == [PROSE_FACT, PROSE_FACT]


def test_a_page_number_between_two_halves_of_a_figure_is_a_page_number() -> None:
    lead = "这是一段写得相当长的虚构文字，为的是让它在页末断开而不成句，粮食总产量达到"
    assert explain(f"{lead} 212\n\n— 33 —\n\n万吨。", "33") == (NOT_A_FACT, "page-number")


def test_the_invented_report_has_numbers_of_most_kinds(example: Extraction) -> None:
    reasons = {(line.kind, line.reason) for line in make_ledger(example)}
    assert {reason for kind, reason in reasons if kind == NOT_A_FACT} >= {
        "address", "caption", "contents", "date", "document-number", "heading-number", "note-number", "page-number",
        "participants", "table-label", "threshold",
    }  # fmt: skip
    assert {reason for kind, reason in reasons if kind == UNREAD} >= {"not-a-figure", "table-not-known"}


# The real report


def test_no_number_of_the_real_report_is_unread(liaoning: Extraction) -> None:
    lines = make_ledger(liaoning)
    assert [(line.span.start, line.exact, line.reason) for line in lines if line.kind == UNREAD] == []


def test_the_numbers_of_the_real_report_are_counted(liaoning: Extraction) -> None:
    kinds = Counter(line.kind for line in make_ledger(liaoning))
    assert kinds[TABLE_FACT] == 929
    # 386 figures, of which some are written in words and some are halves of a ratio.
    assert kinds[PROSE_FACT] > 370
    assert kinds.total() == len(DIGITS.findall(liaoning.document.source))


# What it prints


def test_a_line_is_a_record() -> None:
    source = "一\n二 12 家"
    assert LedgerLine(Span(4, 6), "12", PROSE_FACT, facts=("a", "b")).as_record(source) == {
        "start": 4, "end": 6, "line": 2, "exact": "12", "kind": "prose-fact", "reason": None, "facts": ["a", "b"],
    }  # fmt: skip
    assert LedgerLine(Span(4, 6), "12", NOT_A_FACT, "date").as_record(source)["reason"] == "date"


def test_a_summary_counts_facts_first_and_what_is_unread_last(example: Extraction) -> None:
    lines = make_ledger(example)
    counted = list(summarise(lines))
    kinds = [kind for kind, _, _ in counted]
    assert kinds == sorted(kinds, key=[TABLE_FACT, PROSE_FACT, NOT_A_FACT, UNREAD].index)
    assert sum(number for _, _, number in counted) == len(lines)
    assert list(summarise([])) == []
