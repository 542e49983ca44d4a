"""Questions about what the report tells beside figures: uses of instruments, events, honours, announcements, names.

The expected rows are a reader's own, taken from the report and not from the graph; a tool
is named in full where the sentence before names it.
"""

import pytest

from asking import MAY_BE_SILENT, QUESTIONS, Case, check_rows, name_case
from provfin.assets import find_assets
from provfin.queries import Query
from provfin.store import LocalEngine
from test_questions import COLUMNS
from test_questions import ROWS as TABLE_ROWS
from test_questions_audit import ROWS as AUDIT_ROWS
from test_questions_prose import ROWS as PROSE_ROWS

ROWS = [
    Case(
        "tools-and-sectors",
        names="tool through sector told amount unit",
        rows=[
            "再贷款、再贴现 | 中国人民银行辽宁省分行 | 经营主体 | 提供资金 | 573 | 亿元",
            "再贷款、再贴现 | 中国人民银行辽宁省分行 | 经营主体 | 支持户数 | 5 | 万户",
            "抵押补充贷款 | 金融机构 | “三大工程”建设领域 | 发放 | 94 | 亿元",
            "新设政策工具（科技创新、普惠养老、股票回购等再贷款） | 金融机构 | 企业和项目 | 发放 | 20 | 亿元",
            "新设政策工具（科技创新、普惠养老、股票回购等再贷款） | 金融机构 | 企业和项目 | 授信 | 95 | 亿元",
            "新设政策工具（科技创新、普惠养老、股票回购等再贷款） | 金融机构 | 企业和项目 | 支持户数 | 152 | 家",
            "普惠养老专项再贷款 | 金融机构 | 老年产品制造企业 | 发放 | 4400 | 万元",
            "碳减排支持工具 | 金融机构 | 碳减排领域 | 成效 | 1175 | 万吨二氧化碳当量",
            "碳减排支持工具 | 金融机构 | 碳减排领域 | 撬动 | 452 | 亿元",
            "货币政策工具 | 中国人民银行辽宁省分行 | “五篇大文章”领域 | 提供资金 | 695 | 亿元",
        ],
    ),
    Case(
        "tools-and-sectors",
        names="tool sector amount unit",
        given={"family": "instrument:relending"},
        count=1,
        rows=["普惠养老专项再贷款 | 老年产品制造企业 | 4400 | 万元"],
    ),
    Case(
        "uses-of-an-instrument",
        names="tool through told value unit",
        rows=[
            "碳减排支持工具 | 金融机构 | 成效 | 1175 | 万吨二氧化碳当量",
            "碳减排支持工具 | 中国人民银行辽宁省分行 | 提供资金 | 271 | 亿元",
            "碳减排支持工具 | 金融机构 | 撬动 | 452 | 亿元",
        ],
    ),
    Case(
        "uses-of-an-instrument",
        names="tool through target told value unit",
        count=1,
        given={"instrument": "instrument:water-saving-loan"},
        rows=["节水贷 | 金融机构 | 节约用水项目 | 发放 | 9350 | 万元"],
    ),
    Case(
        "uses-of-an-instrument",
        names="through target told value unit",
        count=1,
        given={"instrument": "instrument:ice-and-snow-industry-loan"},
        rows=["金融机构 | 大型装备制造、个人装备制造产业 | 发放 | 3000 | 万元"],
    ),
    Case(
        "institution-record",
        names="kind when value unit",
        rows=["水平 | 2024 | 2326 | 亿元", "标的 | 2024-04-25 | — | —"],
    ),
    Case(
        "institution-record",
        names="kind value unit",
        count=2,
        given={"institution": "institution:ccb-liaoning"},
        rows=["水平 | 3 | 亿元", "数量 | 17 | 户"],
    ),
    Case(
        "institution-record",
        names="what value unit",
        given={"institution": "institution:bocom-liaoning"},
        rows=["信贷支持金额 | 1448 | 万元"],
    ),
    Case(
        "institution-record",
        names="kind value unit",
        given={"institution": "institution:zhongzheng-receivables-platform"},
        rows=["数量 | 2207 | 笔", "水平 | 235 | 亿元"],
    ),
    Case(
        "institution-record",
        names="kind what when value unit",
        given={"institution": "institution:pboc-liaoning"},
        rows=[
            "主办方 | 会议：金融机构支持冰雪经济座谈会 | 2024 | — | —",
            "发布方 | 印发文件：关于金融支持冰雪经济发展的指导意见 | 2024 | — | —",
            "水平 | 再贷款、再贴现资金投放额 | 2024 | 573 | 亿元",
            "主办方 | 启动：辽信通 | 2024-04-25 | — | —",
            "推动方 | 首单落地：辽宁省首笔保障性住房收购贷款授信 | 2024-09-20 | — | —",
        ],
    ),
    Case(
        "programmes-and-their-figures",
        names="instrument value unit",
        rows=[
            "“金融润苗 兴商兴辽”和“全国个体工商户服务月” | 739 | 亿元",
            "“金融润苗 兴商兴辽”和“全国个体工商户服务月” | 64.4 | 万人",
            "乐购辽宁·惠享美好 | 5000 | 场",
            "兴辽英才计划 | 79 | 个",
            "兴辽英才计划 | 995 | 人",
            "技能辽宁行动 | 19.1 | 万人",
            "技能辽宁行动 | 22.6 | 万人",
            "更高水平贸易投资人民币结算便利化 | 7450 | 笔",
            "更高水平贸易投资人民币结算便利化 | 444 | 亿元",
            "更高水平贸易投资人民币结算便利化 | 216 | 家",
            "金融助百企 | 221 | 亿元",
            "黑土地保护工程 | 1000 | 万亩",
        ],
    ),
    Case(
        "programmes-and-their-figures",
        names="instrument value unit",
        given={"class": "pf:FinancialProduct"},
        rows=[
            "“两新”中期票据 | 10 | 亿元",
            "冰雪产业贷 | 3000 | 万元",
            "冰雪产业贷款 | 14 | 亿元",
            "冰雪产业贷款 | 300 | 户",
            "动产融资 | 235 | 亿元",
            "数字人民币 | 285 | 亿元",
            "民营企业科创票据 | 10 | 亿元",
            "知识产权质押融资 | 84 | 亿元",
            "碳排放权抵质押贷款 | 3825 | 万元",
            "科创票据 | 35 | 亿元",
            "节水贷 | 9350 | 万元",
            "非金融企业债务融资工具 | 548 | 亿元",
        ],
    ),
    Case("instruments-by-class", names="class", count=3, rows=["金融产品", "专项行动", "政策工具"]),
    Case(
        "instrument-hierarchy",
        names="parent instrument names",
        rows=[
            "专项再贷款 | 普惠养老专项再贷款 | 3",
            "专项再贷款 | 科技创新和技术改造再贷款 | 2",
            "专项再贷款 | 股票回购增持再贷款 | 2",
            "专项再贷款 | 保障性住房再贷款 | 1",
            "再贷款、再贴现 | 支农支小再贷款、再贴现 | 1",
            "结构性货币政策工具 | 碳减排支持工具 | 4",
            "结构性货币政策工具 | 抵押补充贷款 | 1",
        ],
    ),
    Case(
        "events-by-month",
        names="month date kind",
        rows=[
            " | 2024 | 合并",
            " | 2024 | 论坛",
            "04 | 2024-04-25 | 启动",
            "05 | 2024-05-17 | 印发文件",
            "05 | 2024-05-30 | 启动",
            "06 | 2024-06-06 | 落地",
            "06 | 2024-06-20 | 合并",
            "07 | 2024-07-09 | 全面实施",
            "09 | 2024-09-03 | 仪式",
            "09 | 2024-09-20 | 首单落地",
            "09 | 2024-09-29 | 会议",
            "11 | 2024-11-26 | 首单落地",
        ],
    ),
    Case(
        "events-of-a-participant",
        names="date event role together",
        rows=[
            "2024 | 会议：金融机构支持冰雪经济座谈会 | 主办方 | —",
            "2024 | 培训：科技型企业债券融资培训会 | 主办方 | —",
            "2024-04-25 | 启动：辽信通 | 主办方 | 6",
            "2024-05-17 | 印发文件：辽银发〔2024〕66号 | 发布方 | 11",
            "2024-09-03 | 仪式：辽宁省反洗钱宣传教育基地授牌仪式 | 推动方 | —",
        ],
    ),
    Case(
        "events-of-a-participant",
        names="date event role together",
        count=1,
        given={"institution": "institution:nfra-liaoning"},
        rows=["2024-07-09 | 全面实施：三大粮食作物完全成本保险和种植收入保险 | 推动方 | 3"],
    ),
    Case(
        "participants-and-roles",
        names="role participant events",
        rows=[
            "合并方 | 辽宁农村商业银行 | 1",
            "地点 | 东北红色金融史料馆 | 1",
            "批准方 | 国家金融监督管理总局 | 1",
            "推动方 | 中国人民银行辽宁省分行 | 4",
            "推动方 | 国家外汇管理局辽宁省分局 | 1",
            "标的 | 境外来宾支付服务中心 | 2",
            "申请方 | 大连融金征信 | 1",
            "联合方 | 省大数据局 | 1",
        ],
    ),
    Case(
        "mergers",
        names="date resulting absorbed number member approver",
        count=2,
        rows=[
            "2024-06-20 | 辽宁农村商业银行 | 农村中小银行机构 | 36 | 辽宁新民农村商业银行 | 国家金融监督管理总局",
            "2024 | 辽沈银行 | 村镇银行 | 3 | — | —",
        ],
    ),
    Case(
        "documents-issued",
        names="title number issuer",
        count=3,
        rows=[
            "奋力做好金融“五篇大文章”促进辽宁高质量发展工作方案 | 辽银发〔2024〕66号 | 中国人民银行辽宁省分行",
            "关于金融支持冰雪经济发展的指导意见 | — | 中国人民银行辽宁省分行",
        ],
    ),
    Case(
        "firsts",
        names="date subject place amount unit",
        count=6,
        rows=[
            "2024-11-26 | 股票回购贷款 | 辽宁省 | — | —",
            "2024-09-20 | 保障性住房收购贷款 | 辽宁省 | — | —",
            "2024 | 跨境船舶金融租赁 | 辽宁省 | — | —",
            "2024 | 民营企业科创票据 | 辽宁省 | 10 | 亿元",
            "2024 | “两新”中期票据 | 辽宁省 | 10 | 亿元",
            "2024 | 飞机保税融资租赁 | 辽宁省 | — | —",
        ],
    ),
    Case(
        "what-landed",
        names="date kindName subject",
        count=11,
        rows=[
            "2024 | 落地 | 保障性住房再贷款",
            "2024 | 落地 | 普惠养老专项再贷款",
            "2024 | 落地 | 科技创新和技术改造再贷款",
            "2024 | 落地 | 股票回购增持再贷款",
            "2024-06-06 | 落地 | 贸易外汇收支企业名录登记",
            "2024-11-26 | 首单落地 | 股票回购贷款",
        ],
    ),
    Case(
        "designations-by-place",
        names="place title recipient batch",
        count=12,
        rows=[
            "大连市 | 国家级旅游度假区 | 大连长山群岛 | —",
            "大连市 | 国家首批制造业新技术改造城市试点 | 大连市 | 首批",
            "本溪市 | 国家5A级旅游景区 | 本溪五女山 | —",
            "沈阳市 | 全国首批“5G+工业互联网”融合应用试点城市 | 沈阳市 | 首批",
            "沈阳市 | 国家中欧班列集结中心 | 沈阳市 | —",
            "沈阳市 | 国家先进制造业集群 | 沈阳航空 | —",
            "沈阳市 | 国家首批制造业新技术改造城市试点 | 沈阳市 | 首批",
            "盘锦市 | 国家中小企业数字化转型城市试点 | 盘锦市 | —",
            "辽宁省 | 全国质量强链十大标志性项目 | 工业机器人产业 | —",
            "辽宁省 | 国家先进制造业集群 | 大盘绿色石化 | —",
            "辽宁省 | 国家科技奖 | 15个科研项目 | —",
        ],
    ),
    Case(
        "figures-of-cities",
        names="city value unit",
        rows=["大连市 | 6257.3 | 万笔", "大连市 | 285 | 亿元", "大连市 | 20 | 个"],
    ),
    Case(
        "figures-of-cities",
        names="city what value unit",
        rows=[
            "大连市 | 备案登记：大连融金征信 | — | —",
            "本溪市 | 本溪五女山：国家5A级旅游景区 | — | —",
            "沈阳市 | 沈阳：国家中欧班列集结中心 | — | —",
            "盘锦市 | 盘锦：国家中小企业数字化转型城市试点 | — | —",
        ],
    ),
    Case(
        "outlook-by-topic",
        names="topic announced who period",
        rows=[
            "养老金融 | 做好金融“五篇大文章” | 金融系统 | 2025",
            "利率 | 畅通利率传导 | 金融系统 | 2025",
            "房地产 | 防范化解重点领域风险 | — | 2025",
            "货币政策 | 实施适度宽松的货币政策 | 金融系统 | 2025",
            "贷款 | 保持信贷合理增长 | 金融系统 | 2025",
            "重点领域和薄弱环节 | 引导资源投向重点领域 | 金融系统 | 2025",
            "金融稳定 | 守住不发生系统性区域性风险底线 | 金融系统 | 2025",
        ],
    ),
    Case(
        "who-wrote-the-report",
        names="role name",
        count=35,
        rows=[
            "总纂 | 周海",
            "统稿 | 董研",
            "统稿 | 孙树强",
            "执笔 | 年海石",
            "执笔 | 李植",
            "提供材料 | 马笛",
            "提供材料 | 金兵兵",
        ],
    ),
    Case(
        "structure-of-the-report",
        names="kind title within page source",
        rows=[
            "章节 | 一、经济运行情况 | 辽宁省金融运行报告（2025） | 4 | —",
            "章节 | （一）内需稳定增长，外需稳步恢复 | 一、经济运行情况 | 4 | —",
            "图 | 图3 社会消费品零售总额及其增长率 | 2.消费品市场持续回暖 | 4 | 辽宁省统计局",
            "章节 | 二、金融运行情况 | 辽宁省金融运行报告（2025） | 6 | —",
            "章节 | 三、预测与展望 | 辽宁省金融运行报告（2025） | 12 | —",
            "章节 | （一）2024 年辽宁省经济金融大事记 | 附录： | 14 | —",
            "表 | 表 2 2024 年辽宁省主要经济指标 | （二）2024 年辽宁省主要经济金融指标 | — | 辽宁省统计局",
        ],
    ),
    Case(
        "charts-and-sources",
        names="chart page source",
        count=9,
        rows=[
            "图1 地区生产总值及其增长率 | 4 | 辽宁省统计局",
            "图2 固定资产投资（不含农户）增长率 | 4 | 辽宁省统计局",
            "图 4 外贸进出口变动情况 | 5 | 辽宁省统计局",
            "图6 金融机构人民币存款增长情况 | 7 | 中国人民银行辽宁省分行",
            "图 9 社会融资规模分布结构 | 10 | 中国人民银行辽宁省分行",
        ],
    ),
    Case(
        "evidence-of-an-event",
        names="event start end part",
        count=6,
        rows=[
            "合并：辽宁农村商业银行 | 1836 | 1861 | [内容摘要]",
            "合并：辽宁农村商业银行 | 7601 | 7651 | 表 1 2024 年银行业金融机构情况表",
            "合并：辽宁农村商业银行 | 9064 | 9089 | 6.地区金融改革化险稳步推进",
            "合并：辽宁农村商业银行 | 17165 | 17218 | （一）2024 年辽宁省经济金融大事记",
            "合并：辽沈银行 | 1862 | 1878 | [内容摘要]",
        ],
    ),
    Case(
        "where-a-name-is-printed",
        names="start part",
        count=5,
        rows=[
            "1933 | [内容摘要]",
            "11053 | 三、完善普惠金融服务举措，提质增效服务民生",
            "16960 | （一）2024 年辽宁省经济金融大事记",
        ],
    ),
    Case(
        "institutions-by-kind",
        names="kindName institution names",
        rows=[
            "交易所 | 大连商品交易所 | 1",
            "农村商业银行 | 辽宁农村商业银行 | 4",
            "农村商业银行 | 辽宁新民农村商业银行 | 2",
            "城市商业银行 | 辽沈银行 | 2",
            "大型商业银行 | 中国建设银行 | 1",
            "征信机构 | 大连融金征信 | 1",
            "银行分支机构 | 交通银行辽宁省分行 | 1",
        ],
    ),
    Case(
        "institutions-by-kind",
        names="institution names",
        given={"kind": "institution-kind:platform"},
        rows=["辽信通 | 5", "中征应收账款融资服务平台 | 1", "创投辽宁 | 1"],
    ),
]


@pytest.fixture(scope="session")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


@pytest.mark.parametrize("case", ROWS, ids=name_case)
def test_rows_are_among_the_answer_in_order(engine: LocalEngine, case: Case) -> None:
    check_rows(engine, case)


def test_every_question_has_expected_figures() -> None:
    cases = [*COLUMNS, *TABLE_ROWS, *PROSE_ROWS, *AUDIT_ROWS, *ROWS]
    assert {case.question for case in cases} | MAY_BE_SILENT == set(QUESTIONS)


def test_there_are_enough_questions() -> None:
    assert len({case.question for case in [*PROSE_ROWS, *ROWS]}) >= 28


def test_tools_sectors_and_amounts_are_five_triple_patterns(engine: LocalEngine) -> None:
    text = QUESTIONS["tools-and-sectors"].text
    prefixes = "\n".join(line for line in text.splitlines() if line.startswith("PREFIX"))
    core = text.partition("WHERE {\n")[2].partition("\n\n")[0]
    _, rows = engine.select(Query(f"{prefixes}\nSELECT * WHERE {{{core}}}"))
    assert sum(line.endswith((" ;", " .")) for line in core.splitlines()) == 5
    assert rows
