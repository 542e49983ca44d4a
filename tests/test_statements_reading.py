"""One invented sentence for each construct of the genre, with what its figures state."""

from functools import lru_cache

import pytest

from provfin.document import Part, Passage, Span
from provfin.entities import load_entities
from provfin.names import load_names
from provfin.reports import Report
from provfin.statements import Readings
from provfin.statements.grammar import load_grammar
from provfin.statements.prose import read_passage
from provfin.statements.read import StatementReader
from provfin.vocabulary import load_vocabulary

YEAR = "2023"
END = "2023-12-31"


@lru_cache
def make_reader() -> StatementReader:
    vocabulary = load_vocabulary()
    area = next(item for item in vocabulary.areas.values() if item.label == "江苏省")
    report = Report("made-up-2023", "", area, 2023, "")
    return StatementReader(load_grammar(), vocabulary, load_names(), load_entities().speaking_for(area), report)


def read(text: str, trail: str = "一、经济") -> Readings:
    part = Part("section", "section/1", trail, Span(10**6, 10**6))
    return read_passage(Passage.cut(text, Span(0, len(text))), part, make_reader())


def tell(text: str) -> list[str]:
    """Return what each figure states: as printed, of what, measure, value, unit, period."""
    return [
        f"{m.exact} {m.claim.name} {m.claim.measure} {m.value} {m.unit.label} {m.claim.period.code}"
        for m in read(text).mentions
    ]


def tell_measures(text: str) -> list[str]:
    return [f"{m.claim.measure} {m.value} {m.claim.period.code}" for m in read(text).mentions]


CONSTRUCTS = {
    "level, growth, against the nation": (
        "快递业务量3.1亿件，增长5.2%，高于全国0.3个百分点。",
        ["count 3.1 2023", "yoy_growth 5.2 2023", "diff_pp 0.3 2023"],
    ),
    "a narrowing fall": (
        "固定资产投资下降4.1%，降幅比上年收窄2.6个百分点。",
        ["yoy_growth -4.1 2023", "growth_change_pp 2.6 2023"],
    ),
    "a widening fall": (
        "固定资产投资下降4.1%，降幅比上年扩大1.2个百分点。",
        ["yoy_growth -4.1 2023", "growth_change_pp -1.2 2023"],
    ),
    "a slowing growth": (
        "社会消费品零售总额增长6.2%，增速比上年回落0.4个百分点。",
        ["yoy_growth 6.2 2023", "growth_change_pp -0.4 2023"],
    ),
    "growth in times": ("工业投资增长1.3倍。", ["yoy_growth 1.3 2023"]),
    "growth in Chinese times": ("房地产开发投资增长近两倍。", ["yoy_growth 2 2023"]),
    "a multiple of the year before": ("网上零售额为上年同期的2.1倍。", ["multiple 2.1 2023"]),
    "the year before, for its sentence": (
        "外贸进出口总额53亿元，增长6.1%。上年外贸进出口总额50亿元，增长4.2%。外贸出口总额31亿元。",
        ["level 53 2023", "yoy_growth 6.1 2023", "level 50 2022", "yoy_growth 4.2 2022", "level 31 2023"],
    ),
    "the year before, in passing": (
        "外贸进出口总额53亿元，上年同期外贸进出口总额50亿元，增长4.2%，外贸出口总额31亿元。",
        ["level 53 2023", "level 50 2022", "yoy_growth 4.2 2022", "level 31 2023"],
    ),
    "the end of the year before": (
        "不良贷款率1.4%，上年末不良贷款率1.6%。上年末，各项存款余额72亿元，各项贷款余额66亿元。各项贷款余额69亿元。",
        [
            "rate 1.4 2023-12-31",
            "rate 1.6 2022-12-31",
            "level 72 2022-12-31",
            "level 66 2022-12-31",
            "level 69 2023-12-31",
        ],
    ),
    "growth of the year before": (
        "固定资产投资增长4.1%，增速比上年提高0.3个百分点，上年增长3.8%。",
        ["yoy_growth 4.1 2023", "growth_change_pp 0.3 2023", "yoy_growth 3.8 2022"],
    ),
    "effects of the year before": ("受上年同期基数影响，固定资产投资增长4.1%。", ["yoy_growth 4.1 2023"]),
    "growth on a comparable basis": (
        "一般公共预算收入31亿元，下降4.6%，按可比口径同比增长8.1%。",
        ["level 31 2023", "yoy_growth -4.6 2023", "yoy_growth 8.1 2023"],
    ),
    "tenths of the year before": ("网上零售额仅相当于上年的七成。", ["multiple 70 2023"]),
    "more added": (
        "各项存款比年初增加418亿元，同比多增36亿元。",
        ["change_since_year_start 418 2023", "yoy_change_abs 36 2023"],
    ),
    "less added": (
        "各项贷款比年初增加90亿元，同比少增7亿元。",
        ["change_since_year_start 90 2023", "yoy_change_abs -7 2023"],
    ),
    "less lost": ("表外融资减少47亿元，同比少减5亿元。", ["level -47 2023", "yoy_change_abs 5 2023"]),
    "more lost": ("表外融资减少47亿元，同比多减5亿元。", ["level -47 2023", "yoy_change_abs -5 2023"]),
    "less earned": ("银行利润62.3亿元，同比少赚9.1亿元。", ["level 62.3 2023", "yoy_change_abs -9.1 2023"]),
    "more added, and its parts": (
        "社会融资规模增量78亿元，同比多增12亿元，其中，人民币贷款增加53亿元。",
        ["level 78 2023", "yoy_change_abs 12 2023", "level 53 2023"],
    ),
    "a share of an older year": ("网上零售额恢复至2019年的65.3%。", ["multiple 65.3 2023"]),
    "net financing": ("企业债券净融资23亿元，比上年少4亿元。", ["level 23 2023", "yoy_change_abs -4 2023"]),
    "no number": ("进出口总额与上年持平。", []),
    "average of two years": ("进出口总额两年平均增长4.4%。", ["yoy_growth 4.4 2023"]),
    "contribution and pull": (
        "消费支出对经济增长的贡献率为61.2%，拉动经济增长3.3个百分点。",
        ["share 61.2 2023", "other 3.3 2023"],
    ),
    "below the nation": ("贴现加权平均利率低于全国平均水平5个基点。", ["diff_pp -5 2023"]),
    "two bases": (
        "社会消费品零售总额增长9.1%，增速分别比上月末和上年同期高0.2个和1.1个百分点。",
        ["yoy_growth 9.1 2023", "growth_change_pp 0.2 2023", "growth_change_pp 1.1 2023"],
    ),
    "a list of names": ("出口、进口同比分别增长3.1%、2.2%。", ["yoy_growth 3.1 2023", "yoy_growth 2.2 2023"]),
    "the year before in brackets": (
        "居民消费价格指数上涨0.5%（上年2.3%）。",
        ["yoy_growth 0.5 2023", "yoy_growth 2.3 2022"],
    ),
    "a time in brackets ends with them": (
        "甲类茶园占比14.7%（6月末13.9%），出口额3亿元。",
        ["share 14.7 2023", "share 13.9 2023-06-30", "level 3 2023"],
    ),
    "a streak": ("进出口总额连续六年居首位。", ["streak 6 2023"]),
    "a row of years": ("粮食产量实现十六连丰。", ["streak 16 2023"]),
    "a record": ("进出口总额增长7.3%，创近8年新高。", ["yoy_growth 7.3 2023", "ranking 8 2023"]),
    "a rank": ("粮食产量居全国第4位、西北第1位。", ["ranking 4 2023", "ranking 1 2023"]),
    "a ratio": ("三次产业增加值之比为4:45:51。", ["ratio 4 2023", "ratio 45 2023", "ratio 51 2023"]),
    "a run of months": ("2023年1-9月，固定资产投资增长4.0%。", ["yoy_growth 4.0 2023-01/2023-09"]),
    "three quarters": ("前三季度，固定资产投资增长4.0%。", ["yoy_growth 4.0 2023-01/2023-09"]),
    "a month's end": ("6月末，各项存款余额120亿元。", ["level 120 2023-06-30"]),
    "a day": ("4月7日，银行发行债券5亿元。", ["level 5 2023-04-07"]),
    "since a launch": ("2023年3月上线以来，平台入驻农户1.26万户。", [f"count 1.26 {END}"]),
    "a sum without a time": ("平台累计服务农户1.26万户。", [f"count 1.26 {END}"]),
    "a sum of the year": ("2023年平台累计服务农户1.26万户。", ["count 1.26 2023"]),
    "next year's target": ("2024年，地区生产总值预期增长6%左右。", ["yoy_growth 6 2024"]),
    "a sign of its own": (
        "制造业投资-14.2%，房地产开发投资+1.6倍。",
        ["yoy_growth -14.2 2023", "yoy_growth 1.6 2023"],
    ),
    "a negative growth": ("固定资产投资增速为-9.3%。", ["yoy_growth -9.3 2023"]),
    "from and to": ("不良贷款率由年初的1.9%降至1.6%。", ["rate 1.9 2022-12-31", f"rate 1.6 {END}"]),
    "compared with an older value": (
        "金融业增加值占地区生产总值8.6%，比2018年的8.9%略降。",
        ["share 8.6 2023", "share 8.9 2018"],
    ),
    "times dealt out": (
        "一季度、上半年、前三季度，地区生产总值分别增长5.3%、5.8%、5.9%。",
        ["yoy_growth 5.3 2023-01/2023-03", "yoy_growth 5.8 2023-01/2023-06", "yoy_growth 5.9 2023-01/2023-09"],
    ),
    "four quarters": (
        "四个季度，地区生产总值累计增速分别为1%、2%、3%、4%。",
        ["yoy_growth 1 2023-01/2023-03", "yoy_growth 2 2023-01/2023-06", "yoy_growth 3 2023-01/2023-09",
         "yoy_growth 4 2023"],
    ),
    "tenths": ("民生支出占财政支出超过六成五。", ["share 65 2023"]),
    "a fraction": ("民生支出占财政支出近三分之一。", ["share 33.33 2023"]),
    "a ratio that falls": ("城乡收入比2.88，较上年缩小0.04。", ["ratio 2.88 2023", "other -0.04 2023"]),
    "half-width punctuation": (
        "进出口总额下降3.4%,出口增长1.1%;进口下降4.7%。",
        ["yoy_growth -3.4 2023", "yoy_growth 1.1 2023", "yoy_growth -4.7 2023"],
    ),
    "full-width digits": ("固定资产投资增长１２．５％。", ["yoy_growth 12.5 2023"]),
    "emphasis and spaces": ("**固定资产投资** 增长 4 .5 %。", ["yoy_growth 4.5 2023"]),
}  # fmt: skip


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_measure_value_and_period_of_a_construct(construct: str) -> None:
    text, expected = CONSTRUCTS[construct]
    assert tell_measures(text) == expected


NAMED = {
    "an elided subject": (
        "水泥产量增长2%，比上年提高1个百分点。",
        ["2% 水泥产量 yoy_growth 2 % 2023", "1个百分点 水泥产量 growth_change_pp 1 百分点 2023"],
    ),
    "a shared head": (
        "甜菜、亚麻种植面积分别为98万、57万亩。",
        ["98万 甜菜种植面积 level 98 万亩 2023", "57万亩 亚麻种植面积 level 57 万亩 2023"],
    ),
    "elided points": (
        "甲类、乙类占比分别提高6.6个、1.3个百分点。",
        ["6.6个 甲类占比 share_change_pp 6.6 百分点 2023", "1.3个百分点 乙类占比 share_change_pp 1.3 百分点 2023"],
    ),
    "two sides": (
        "居民人均可支配收入24,310元，城乡分别为34,180元和12,790元。",
        ["24,310元 全体居民人均可支配收入 level 24310 元 2023", "34,180元 城镇居民人均可支配收入 level 34180 元 2023",
         "12,790元 农村居民人均可支配收入 level 12790 元 2023"],
    ),
    "a variant": (
        "茶农收入增长6.1%，扣除价格因素增长5.0%。",
        ["6.1% 茶农收入 yoy_growth 6.1 % 2023", "5.0% 茶农收入(扣除价格因素) yoy_growth 5.0 % 2023"],
    ),
    "deeds of what was spoken of": (
        "茶庄1,368个（撤27个、新设9个）。",
        ["1,368个 茶庄 count 1368 个 2023", "27个 撤茶庄 count 27 个 2023", "9个 新设茶庄 count 9 个 2023"],
    ),
    "a noun behind": ("全年建成乡村茶室235万余个。", ["235万余个 建成乡村茶室 count 235 万个 2023"]),
    "part of a whole named before": (
        "茶业贷款中抵押部分占三成。",
        ["三成 抵押部分占茶业贷款的比重 share 30 % 2023"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("construct", NAMED)
def test_all_that_a_construct_states(construct: str) -> None:
    text, expected = NAMED[construct]
    assert tell(text) == expected


def test_what_is_dealt_out_to_figures_with_verbs_of_their_own_is_that_of_each() -> None:
    told = tell("茶叶出口230亿元、咖啡出口120亿元，同比分别增长3.1%、下降2.2%。")
    assert told[2:] == ["3.1% 茶叶出口 yoy_growth 3.1 % 2023", "2.2% 咖啡出口 yoy_growth -2.2 % 2023"]


def test_money_and_number_in_one_list_are_two_things() -> None:
    (number, money) = read("全年办理茶券1,893.5万笔、78.2亿元。").mentions
    assert (number.claim.measure, money.claim.measure) == ("count", "level")
    assert number.claim.indicator != money.claim.indicator


@pytest.mark.parametrize(
    ("text", "qualifier", "leeway"),
    [
        ("进出口总额超过3亿元。", "超过", "above"),
        ("进出口总额近3亿元。", "近", "below"),
        ("进出口总额约3亿元。", "约", "about"),
        ("进出口总额首次突破3亿元。", "突破", "above"),
        ("进出口总额3亿元左右。", "左右", "about"),
        ("平台服务235万余次。", "余", "above"),
        ("余额是上年的5倍多。", "多", "above"),
    ],
)
def test_words_beside_a_number_leave_it_open(text: str, qualifier: str, leeway: str) -> None:
    (mention,) = read(text).mentions
    assert (mention.qualifier, mention.leeway) == (qualifier, leeway)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("印发意见（苏银发〔2023〕21号）。", ["document-number"]),
        ("举办2024经贸论坛。", ["name"]),
        ("建设5G基站。", ["name"]),
        ("发布《2023年行动计划》。", ["name"]),
        ("单户授信1000万元以下的贷款增多。", ["threshold"]),
        ("2023年12月31日。", ["date"]),
        ("活动历时90天。", ["duration"]),
        ("发布纾困20条。", ["measures"]),
        ("茶业[3]兴旺。", ["footnote-mark"]),
    ],
)
def test_a_number_that_states_no_fact_is_dismissed_with_its_reason(text: str, reasons: list[str]) -> None:
    readings = read(text)
    assert [item.reason for item in readings.dismissals] == reasons
    assert not readings.mentions
    assert not readings.gaps


@pytest.mark.parametrize(
    "text",
    [
        "预期目标5%-6%。",
        "持股51%、30%、19%。",
        "每10元支出约有7元靠补助。",
        "茶价增长1.2.3%。",
        "上年12。",
        "发电量12亿千瓦时，三成外送。",
        "该比5.3%。",
    ],
)
def test_a_figure_whose_meaning_stays_open_is_a_gap(text: str) -> None:
    readings = read(text)
    assert readings.gaps
    assert {gap.reason for gap in readings.gaps} == {"prose-not-clear"}


@pytest.mark.parametrize(
    "text", ["茶叶产量3万吨，上年的5万吨。", "茶叶产量3万吨，月3万吨。", "茶叶产量3万吨，较高点低2万吨。"]
)
def test_a_candidate_is_never_named_by_a_fragment(text: str) -> None:
    assert {mention.claim.indicator.label for mention in read(text).mentions} <= {"茶叶产量"}


def test_the_name_of_a_candidate_is_too_short_to_be_a_sentence() -> None:
    (mention,) = read("围绕茶山茶水茶路茶桥茶亭茶市茶镇等项目建成旅游观光设施12个。").mentions
    assert len(mention.claim.indicator.label) < 20


def test_an_entry_of_a_chronicle_has_the_day_it_begins_with() -> None:
    readings = read("4.18 茶业票据发行6.6亿元。", "大事记")
    assert [item.reason for item in readings.dismissals] == ["date"]
    assert [mention.claim.period.code for mention in readings.mentions] == ["2023-04-18"]


def test_a_time_that_opens_a_sentence_holds_for_the_next_and_another_only_for_its_own() -> None:
    assert tell_measures("6月末，存款余额1亿元。贷款余额2亿元。") == ["level 1 2023-06-30", "level 2 2023-06-30"]
    assert tell_measures("出口额3亿元，6月末贷款余额2亿元。贷款余额4亿元。")[1:] == [
        "level 2 2023-06-30",
        f"level 4 {END}",
    ]


def test_a_city_that_opens_a_sentence_is_its_place() -> None:
    (city, province) = read("南京市出口额3亿元。全省出口额9亿元。").mentions
    assert (city.claim.area.label, province.claim.area.label) == ("南京市", "江苏省")


def test_who_does_what_with_which_tool_is_told_of_deeds_alone() -> None:
    (deed,) = read("金融机构运用支小再贷款发放茶业贷款3亿元。").mentions
    assert {name for name, member in deed.claim.members if not member.is_total} >= {"instrument"}
    (plain,) = read("茶业制造业增加值增长3%。").mentions
    assert all(member.is_total for name, member in plain.claim.members if name == "target")


def test_a_page_break_inside_a_sentence_is_no_end_of_it() -> None:
    source = "茶叶产量同\n\n— 7 —\n\n比增长3.5%。"
    end, start = source.index("\n"), source.index("比")
    passage = Passage.cut(source, Span(0, end)).joined(Passage.cut(source, Span(start, len(source))))
    part = Part("section", "section/1", "", Span(10**6, 10**6))
    (mention,) = read_passage(passage, part, make_reader()).mentions
    assert (mention.claim.indicator.label, mention.claim.measure) == ("茶叶产量", "yoy_growth")
    assert source[mention.span.start : mention.span.end] == "3.5%"


# Parts


PARTS = {
    "人民币各项存款余额72亿元，其中住户存款余额31亿元，非金融企业存款余额20亿元。": [
        ("deposits", "cny", ""), ("deposits", "cny", "households"), ("deposits", "cny", "non-financial-corporations"),
    ],
    "人民币各项存款余额72亿元，增长8.1%。其中，住户存款增加31亿元。": [
        ("deposits", "cny", ""), ("deposits", "cny", ""), ("new-deposits", "cny", "households"),
    ],
    "住户人民币贷款余额41亿元，其中，短期贷款余额12亿元，外币贷款余额3亿元。": [
        ("loans", "cny", "households"), ("loans", "cny", "households short-term"), ("loans", "foreign", "households"),
    ],
    "人民币各项存款余额72亿元，其中本外币住户存款余额31亿元。": [
        ("deposits", "cny", ""), ("deposits", "", "households"),
    ],
    "制造业贷款余额50亿元，其中，中长期贷款余额20亿元。": [
        ("manufacturing-loans", "", ""), ("manufacturing-loans", "", "medium-and-long-term"),
    ],
    "住户人民币贷款余额41亿元，其中，个人消费贷款余额12亿元。": [
        ("loans", "cny", "households"), ("personal-consumption-loans", "cny", ""),
    ],
    "人民币各项存款余额72亿元，其中住户存款余额31亿元，各项贷款余额60亿元。住户存款余额32亿元。": [
        ("deposits", "cny", ""), ("deposits", "cny", "households"), ("loans", "", ""), ("deposits", "", "households"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_a_part_is_of_the_scope_of_its_whole(text: str) -> None:
    told = []
    for mention in read(text).mentions:
        codes = {name: member.slug for name, member in mention.claim.members if not member.is_total}
        told.append((mention.claim.indicator.code, codes.pop("currencyScope", ""), " ".join(codes.values())))
    assert told == PARTS[text]
