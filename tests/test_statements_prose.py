"""Reading whole passages and documents: nothing raises, nothing is lost, nothing is counted twice."""

import json
import random
import re
import time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provfin.document import Part, Passage, Span, parse_document
from provfin.entities import load_entities
from provfin.names import load_names
from provfin.quantity import fold_width
from provfin.reports import Report, identify
from provfin.statements import Readings, read_prose
from provfin.statements.grammar import load_grammar
from provfin.statements.prose import read_passage
from provfin.statements.read import StatementReader
from provfin.vocabulary import load_vocabulary

REPORTS = Path(__file__).parent / "reports"
# The share of the figures of an invented report of which the rules get span, value, measure and period right.
FLOOR = Decimal("0.95")

WORDS = re.findall(
    r"\S+",
    """
地区生产总值 进出口总额 各项存款余额 住户存款 不良贷款率 居民消费价格指数 增长 下降 同比 比上年 较年初 提高 回落
收窄 扩大 降幅 增速 分别 占 比重 占比 为 达 超过 近 余 多 左右 以上 亿元 万亿元 % ‰ 个百分点 个基点 BP 倍 家 户
万户 个 人 笔 位 其中 、 和 与 ， ； 。 （ ） ( ) “ ” 《 》 2023年 12月 末 年末 上半年 前三季度 一季度 1-11月
截至 以来 连续 个月 新高 近十年 三成 六成五 三分之一 两倍 十六连丰 城乡 由上年末的 升至 多增 少增 净投放 累计
贡献率 拉动 高于全国 低于 居全国第 之比 : - — + – ~ ， . [3] * ① 〔2023〕12号 LPR CPI 5G 企业 金融机构
中国人民银行 再贷款 发放 支持 余额 的 是 每 元 扣除价格因素 以美元计 南京市 全省 发行 金额 户均 第 次 届 3 12
0.5 1,234.5 7.0 12:30:58 5-6 3%-5% 1.2.3 12,34 2月30日 13月 99月末 ２０２３年 １２．５％
""",
)


@lru_cache
def make_reader() -> StatementReader:
    vocabulary = load_vocabulary()
    area = vocabulary.areas["unknown"]
    report = Report("made-up-2023", "", area, 2023, "")
    return StatementReader(load_grammar(), vocabulary, load_names(), load_entities(), report)


def read(text: str) -> Readings:
    part = Part("section", "section/1", "", Span(10**6, 10**6))
    return read_passage(Passage.cut(text, Span(0, len(text))), part, make_reader())


def check_coverage(text: str) -> None:
    readings = read(text)
    spans = [item.span for items in (readings.mentions, readings.dismissals, readings.gaps) for item in items]
    covering = [0] * len(text)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        for n in range(span.start, span.end):
            covering[n] += 1
    digits = [match.start() for match in re.finditer(r"\d", fold_width(text))]
    assert [n for n in digits if covering[n] != 1] == []
    for mention in readings.mentions:
        assert text[mention.span.start : mention.span.end] == mention.exact


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), max_size=30).map("".join))
def test_every_digit_of_any_mixture_of_words_is_covered_once(text: str) -> None:
    check_coverage(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789.,，%年月日亿元个增降占、和（）()“”-+:。 \n٣²", max_size=40))
def test_every_digit_of_any_string_is_covered_once(text: str) -> None:
    check_coverage(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "。",
        "（（（",
        "）））",
        "1",
        "12,34,5.6.7",
        "2月30日签约1亿元",
        "13月末99.9.9%",
        "第",
        "“1",
        "5-",
        "-5",
        "[12]",
    ],
)
def test_odd_text_is_read_without_complaint(text: str) -> None:
    check_coverage(text)


def test_a_long_sentence_takes_time_in_proportion() -> None:
    once = "".join(random.Random(3).choices(WORDS, k=400)).replace("。", "")
    durations = []
    for text in (once, once * 10):
        start = time.perf_counter()
        read(text)
        durations.append(time.perf_counter() - start)
    assert durations[1] < 40 * max(durations[0], 0.05)


def test_a_note_mark_is_dismissed_and_no_part_of_a_figure() -> None:
    readings = read("存款余额[3]12亿元。")
    assert [item.reason for item in readings.dismissals] == ["footnote-mark"]
    assert [mention.exact for mention in readings.mentions] == ["12亿元"]


def test_the_number_of_a_heading_is_dismissed() -> None:
    text = "1.存款增长。余额12亿元。"
    part = Part("section", "section/1", "存款增长", Span(0, 5))
    readings = read_passage(Passage.cut(text, Span(0, len(text))), part, make_reader())
    assert readings.dismissals[0].reason == "heading-number"
    assert len(readings.dismissals) == 1


@pytest.mark.parametrize("name", ["prose-a-2023", "prose-b-2021"])
def test_the_figures_of_an_invented_report_are_read_by_rule(name: str) -> None:
    source = (REPORTS / f"{name}.txt").read_text(encoding="utf-8")
    gold = [json.loads(line) for line in (REPORTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    document = parse_document(source)
    vocabulary = load_vocabulary()
    report, _ = identify(name, document, vocabulary)
    readings = read_prose(document, report, vocabulary)
    found = {mention.span.start: mention for mention in readings.mentions}
    facts = [item for item in gold if item["kind"] == "fact"]
    wrong = [item["exact"] for item in facts if not is_right(item, found)]
    assert len(wrong) <= (1 - FLOOR) * len(facts), wrong
    # How long something ran, and what a note counts, may be read as a figure or not.
    others = {item["start"] for item in gold if item["kind"] != "fact" and not _is_open(item["reason"])}
    assert not others & set(found)


def _is_open(reason: str) -> bool:
    return reason == "period" or reason.startswith("other:")


def is_right(item: dict[str, Any], found: dict[int, Any]) -> bool:
    mention = found.get(item["start"])
    if mention is None or mention.exact != item["exact"]:
        return False
    told = (mention.value, mention.claim.measure)
    is_period = mention.claim.period.code == item["period"] or mention.claim.measure == "change_since_year_start"
    return is_period and told == (Decimal(item["value"]), item["measure"])
