"""Questions about the figures that the report prints in words, and about how they were read.

The expected rows are a reader's own, taken from the report and not from the graph.
"""

import pyoxigraph as ox
import pytest

from asking import Case, ask, check_rows, name_case
from provfin.assets import find_assets
from provfin.release import VOCABULARY_GRAPH, read_quads
from provfin.store import LocalEngine
from provfin.turtle import BASE, PREFIXES

ROWS = [
    Case(
        "figures-on-a-topic",
        names="measure value unit",
        rows=["数量 | 5443 | 个", "数量 | 487 | 个"],
    ),
    Case(
        "figures-on-a-topic",
        names="measure value unit",
        given={"topic": "topic:green-finance"},
        rows=[
            "数量 | 5 | 家",
            "水平 | 1175 | 万吨二氧化碳当量",
            "水平 | 271 | 亿元",
            "水平 | 452 | 亿元",
            "占比变动 | 6.6 | 百分点",
            "同比增长率 | 15.0 | %",
            "持续期数 | 21 | 个季度",
        ],
    ),
    Case(
        "figures-on-a-topic",
        names="measure value unit",
        given={"topic": "topic:technology-finance"},
        rows=["水平 | 84 | 亿元", "占比变动 | 1.3 | 百分点", "水平 | 35 | 亿元", "同比增长率 | 35.7 | %"],
    ),
    Case(
        "figures-on-a-topic",
        names="measure value unit",
        given={"topic": "topic:inclusive-finance"},
        rows=[
            "水平 | 2326 | 亿元",
            "数量 | 15.2 | 万户",
            "水平 | 739 | 亿元",
            "同比增长率 | 13.5 | %",
            "水平 | 449 | 亿元",
            "数量 | 2.24 | 万户",
        ],
    ),
    Case(
        "figures-on-a-topic",
        names="measure value unit",
        given={"topic": "topic:digital-finance"},
        rows=["数量 | 6257.3 | 万笔", "水平 | 285 | 亿元", "数量 | 20 | 个", "数量 | 27 | 个"],
    ),
    Case("topics-of-figures", names="topic", rows=["贷款", "保险", "养老金融", "票据"]),
    Case(
        "what-fell",
        names="figure growth changeOfGrowth",
        count=25,
        rows=[
            "金融机构本外币住户结构性存款余额 | -29.5 | —",
            "金融机构外币各项贷款余额 | -23.1 | —",
            "房地产开发投资 | -20.0 | —",
            "实际使用外资 | -9.2 | —",
            "金融机构本外币短期贷款余额 | -8.2 | —",
            "外贸进口总额 | -6.7 | —",
            "上市公司总市值 | -3.7 | —",
            "第一产业投资 | -3.5 | —",
            "大额支付系统处理业务数 | -3.1 | —",
            "工业生产者出厂价格指数 | -2.8 | 0.6",
            "金融机构本外币非金融企业存款余额 | -2.2 | 5.0",
            "金融机构本外币住户大额存单余额 | -1.5 | —",
            "外贸进出口总额 | -0.5 | 2.6",
        ],
    ),
    Case(
        "fastest-growing",
        names="figure growth",
        count=18,
        rows=[
            "航空、航天器及设备制造业投资 | 130",
            "新能源汽车零售额 | 47.3",
            "金融机构本外币科学研究和技术服务业贷款余额 | 35.7",
            "10亿元以上建设项目投资 | 34.9",
            "通讯器材类零售额 | 31.1",
            "旅游收入 | 25.9",
            "证券交易额 | 22.6",
            "二手车出口数量 | 20.9",
        ],
    ),
    Case(
        "fastest-growing",
        names="figure growth",
        count=1,
        given={"floor": "100"},
        rows=["航空、航天器及设备制造业投资 | 130"],
    ),
    Case(
        "growth-before-and-after",
        names="figure growth change growthBefore",
        rows=[
            "家用电器和音响器材类零售额 | 13.3 | 16.5 | -3.2",
            "证券交易额 | 22.6 | 16.1 | 6.5",
            "第三产业投资 | 0.1 | 4.3 | -4.2",
            "外贸进出口总额 | -0.5 | 2.6 | -3.1",
            "固定资产投资 | 5.3 | 1.3 | 4.0",
            "工业生产者出厂价格指数 | -2.8 | 0.6 | -3.4",
            "居民消费价格指数 | 0.2 | 0.1 | 0.1",
            "地区生产总值 | 5.1 | -0.2 | 5.3",
            "金融机构本外币住户定期存款余额 | 8.6 | -5.0 | 13.6",
        ],
    ),
    Case(
        "against-the-nation",
        names="figure measure value unit",
        rows=[
            "新发放一般贷款加权平均利率 | 持续期数 | 35 | 个月",
            "地区生产总值 | 百分点差 | 0.1 | 百分点",
        ],
    ),
    Case(
        "compared-figures",
        names="figure base value unit",
        rows=[
            "地区生产总值 | 与全国相比 | 0.1 | 百分点",
            "规模以上高技术制造业增加值 | 与其他指标相比 | 8.2 | 百分点",
        ],
    ),
    Case(
        "records-and-streaks",
        names="figure kind length unit",
        count=5,
        rows=[
            "固定资产投资 | 位次 | 10 | 年",
            "新发放一般贷款加权平均利率 | 持续期数 | 35 | 个月",
            "绿色贷款余额 | 持续期数 | 21 | 个季度",
        ],
    ),
    Case("structure-of-output", names="sector part", count=3, rows=["第一产业 | 8", "第二产业 | 35", "第三产业 | 57"]),
    Case(
        "shares-and-their-change",
        names="share change",
        count=12,
        rows=[
            "99.0 | —",
            "78.7 | 3.1",
            "76.7 | —",
            "47.9 | 1.5",
            "47.4 | -4.7",
            "41.5 | 3.5",
            "37.0 | 2.6",
            "21.0 | 3.7",
            "— | 6.6",
            "— | 5.3",
            "— | 1.3",
        ],
    ),
    Case(
        "counts-by-kind",
        names="kind number change",
        count=5,
        rows=[
            "境内上市公司数 | 84 | -4",
            "主板境内上市公司数 | 54 | —",
            "创业板境内上市公司数 | 17 | —",
            "科创板境内上市公司数 | 8 | —",
            "北交所境内上市公司数 | 5 | —",
        ],
    ),
    Case(
        "counts-by-kind",
        names="kind number",
        count=7,
        given={"whole": "indicator:insurers"},
        rows=[
            "省级以上保险公司数 | 125",
            "人身险公司数 | 65",
            "财产险公司数 | 53",
            "人身险法人公司数 | 3",
            "财产险法人公司数 | 2",
            "保险资产管理公司数 | 1",
            "政策性保险公司数 | 1",
        ],
    ),
    Case("prices-by-category", names="growth change", count=7, rows=["1.0 | —", "0.8 | —", "0.2 | 0.1", "-0.4 | —"]),
    Case(
        "prices-by-category",
        names="growth change",
        count=3,
        given={"prices": "indicator:producer-price-index"},
        rows=["-2.6 | —", "-2.8 | 0.6", "-3.3 | —"],
    ),
    Case(
        "credit-by-direction",
        names="direction balance unit growth",
        rows=[
            "金融机构本外币个人短期消费贷款余额 | 1468 | 亿元 | 36.4",
            "金融机构本外币科学研究和技术服务业贷款余额 | — | — | 35.7",
            "金融机构本外币创业担保贷款余额 | — | — | 34.4",
            "金融机构本外币绿色贷款余额 | — | — | 15.0",
            "金融机构本外币普惠小微贷款余额 | — | — | 13.5",
            "国有大型商业银行贷款余额 | 2.4 | 万亿元 | 7.4",
            "金融机构本外币住户贷款余额 | 1.4 | 万亿元 | 3.5",
            "金融机构本外币各项贷款余额 | 52284.9 | 亿元 | -4.8",
        ],
    ),
    Case(
        "credit-by-direction",
        names="balance unit growth",
        given={"whole": "indicator:deposits"},
        rows=[
            "5.2 | 万亿元 | 8.6",
            "62501.3 | 亿元 | 8.0",
            "1.0 | 万亿元 | 4.9",
            "5139 | 亿元 | -1.5",
            "1023 | 亿元 | -29.5",
        ],
    ),
    Case(
        "new-loan-rates",
        names="loans period rate change yearAgo",
        count=3,
        rows=[
            "新发放普惠小微贷款加权平均利率 | 2024-12 | 3.89 | -0.58 | 4.47",
            "新发放一般贷款加权平均利率 | 2024-12 | 3.61 | -0.46 | 4.07",
            "新发放企业贷款加权平均利率 | 2024-12 | 3.37 | -0.38 | 3.75",
        ],
    ),
    Case(
        "reach-of-finance",
        names="target through value unit",
        rows=[
            "个体工商户 | — | 739 | 亿元",
            "个体工商户 | — | 64.4 | 万人",
            "企业 | 辽信通 | 2326 | 亿元",
            "企业 | 辽信通 | 15.2 | 万户",
            "企业 | 首贷中心 | 449 | 亿元",
            "企业 | 首贷中心 | 2.24 | 万户",
            "优质企业 | — | 7450 | 笔",
            "冰雪服装企业 | 交通银行辽宁省分行 | 1448 | 万元",
            "居民 | 金融机构 | 41 | 亿元",
            "经营主体 | 中国人民银行辽宁省分行 | 5 | 万户",
            "老年产品制造企业 | 金融机构 | 4400 | 万元",
        ],
    ),
    Case(
        "reach-of-finance",
        names="target through value unit",
        given={"class": "pf:TargetSector"},
        rows=["“三大工程”建设领域 | 金融机构 | 94 | 亿元", "节约用水项目 | 金融机构 | 9350 | 万元"],
    ),
    Case(
        "absolute-changes",
        names="kind change unit",
        count=7,
        rows=[
            "同比增减额 | 187 | 亿元",
            "同比增减额 | 144 | 亿元",
            "同比增减额 | 59 | 家",
            "同比增减额 | -4 | 家",
            "同比增减额 | -847 | 亿元",
            "比年初增减额 | 4670 | 亿元",
            "比年初增减额 | 4623 | 亿元",
        ],
    ),
    Case(
        "said-more-than-once",
        names="figure measure value places inWords roundings",
        rows=[
            "第三产业增加值 | 同比增长率 | 5.0 | 4 | 3 | 1",
            "地区生产总值 | 同比增长率 | 5.1 | 3 | 2 | 1",
            "地区生产总值 | 水平 | 32612.7 | 3 | 2 | 2",
            "外贸进出口总额 | 水平 | 7630.5 | 3 | 2 | 2",
            "社会消费品零售总额 | 水平 | 10778.3 | 3 | 2 | 2",
            "金融服务适老化标准网点数 | 数量 | 5443 | 3 | 3 | 1",
            "金融机构本外币普惠小微贷款余额 | 同比增长率 | 13.5 | 3 | 3 | 2",
            "制造业投资 | 同比增长率 | 14.4 | 2 | 2 | 1",
        ],
    ),
    Case(
        "said-more-than-once",
        names="figure places",
        count=2,
        given={"times": "4"},
        rows=["吸收合并的农村中小银行机构数（辽宁农村商业银行） | 4", "第三产业增加值 | 4"],
    ),
    Case(
        "where-it-is-said",
        names="figure exact start kind part",
        rows=[
            "制造业投资 | 14.4% | 3453 | 章节 | 1.固定资产投资稳中有进",
            "地区生产总值 | 3.3 万亿元 | 400 | 章节 | [内容摘要]",
            "地区生产总值 | 3.3 万亿元 | 3072 | 章节 | 一、经济运行情况",
            "地区生产总值 | 32612.7 | 21026 | 表 | 表 2 2024 年辽宁省主要经济指标",
            "第三产业增加值 | 1.9 万亿元 | 5298 | 章节 | 3.服务业保持增长势头，文旅市场加快发展",
        ],
    ),
    Case(
        "where-it-is-said",
        names="figure exact start",
        given={"period": "period:2024-12-31"},
        rows=[
            "金融机构本外币普惠小微贷款余额 | 13.5% | 1521",
            "金融机构本外币普惠小微贷款余额 | 13.5% | 8414",
            "金融机构本外币普惠小微贷款余额 | 35.7% | 10948",
            "金融机构本外币绿色贷款余额 | 21个季度 | 8452",
            "金融机构本外币绿色贷款余额 | 21个季度 | 10844",
        ],
    ),
    Case(
        "contradictions",
        names="figure measure value printed exact start",
        count=1,
        rows=["金融机构本外币普惠小微贷款余额 | 同比增长率 | 13.5 | 35.7 | 35.7% | 10948"],
    ),
    Case(
        "qualified-figures",
        names="word exact lower upper unit",
        rows=[
            "超 | 5000 场 | 5000 | 6000 | 场",
            "余 | 235 万余次 | 235 | 236 | 万次",
            "余 | 1.6万余户 | 1.6 | 1.7 | 万户",
            "超过 | 29 亿件 | 29 | 30 | 亿件",
            "多 | 20多个 | 20 | 30 | 个",
            "近 | 300 户 | 200 | 300 | 户",
            "近 | 5 万户 | 4 | 5 | 万户",
        ],
    ),
    Case(
        "how-figures-were-read",
        names="origin mentions facts",
        rows=["table | 468 | 468", "table | 372 | 372", "table | 108 | 108", "table | 22 | 22"],
    ),
]


@pytest.fixture(scope="session")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


@pytest.mark.parametrize("case", ROWS, ids=name_case)
def test_rows_are_among_the_answer_in_order(engine: LocalEngine, case: Case) -> None:
    check_rows(engine, case)


def _load_with(*triples: tuple[str, str, str]) -> LocalEngine:
    """Return an engine over the graph and triples that it does not tell."""
    store = ox.Store()
    store.extend(read_quads(find_assets()))
    graph = ox.NamedNode(VOCABULARY_GRAPH)
    store.extend(ox.Quad(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o), graph) for s, p, o in triples)
    return LocalEngine(store)


def test_figures_a_reviewer_set_right_are_shown() -> None:
    printed = f"{BASE}mention/liaoning-2025/10063-10068"
    reviewed = _load_with((printed, f"{PREFIXES['pf']}readBy", f"{BASE}rule/review"))
    rows = ask(reviewed, "set-right-by-a-reviewer")
    assert ("家", "216 家") in [(row["unit"], row["exact"]) for row in rows]


def test_terms_that_nobody_declared_are_shown() -> None:
    indicator = f"{BASE}indicator/gross-regional-product"
    rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    rows = ask(_load_with((indicator, rdf_type, f"{PREFIXES['pf']}Candidate")), "undeclared-terms")
    assert any(row["candidate"] == "地区生产总值" and row["first"] == 400 for row in rows)
