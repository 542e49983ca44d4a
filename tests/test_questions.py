"""Competency questions: every one answers, and those about tables answer what the report prints.

The expected figures are copied from the printed tables, row by row; ratios are worked out from them by hand. What the
report tells in words is in `test_questions_prose.py` and `test_questions_told.py`.
"""

import pyoxigraph as ox
import pytest

from asking import MAY_BE_SILENT, QUESTIONS, Case, ask, check_rows, name_case, read_cell
from provfin.assets import find_assets
from provfin.queries import Question
from provfin.release import read_quads
from provfin.store import LocalEngine
from provfin.turtle import BASE

MONTH_ENDS = (
    "2024-01-31 2024-02-29 2024-03-31 2024-04-30 2024-05-31 2024-06-30 "
    "2024-07-31 2024-08-31 2024-09-30 2024-10-31 2024-11-30 2024-12-31"
)
MONTHS = "2024-01 2024-02 2024-03 2024-04 2024-05 2024-06 2024-07 2024-08 2024-09 2024-10 2024-11 2024-12"
QUARTERS = "2024-01/2024-03 2024-04/2024-06 2024-07/2024-09 2024-10/2024-12"
YEAR_TO_DATE = (
    "2024-01/2024-02 2024-01/2024-03 2024-01/2024-04 2024-01/2024-05 2024-01/2024-06 2024-01/2024-07 "
    "2024-01/2024-08 2024-01/2024-09 2024-01/2024-10 2024-01/2024-11 2024"
)
# What to ask for when a question must have nothing to say.
ELSEWHERE = {
    "area": "area:CN-BJ",
    "ceiling": "-1000",
    "currency": "currency-scope:none",
    "billType": "bill-type:none",
    "class": "pf:Period",
    "date": "1949-10-01",
    "family": "instrument:none",
    "floor": "1000",
    "indicator": "indicator:none",
    "institution": "institution:none",
    "instrument": "instrument:none",
    "kind": "event-kind:none",
    "level": "none",
    "measure": "measure:ranking",
    "period": "period:1949",
    "prices": "indicator:none",
    "rateBand": "rate-band:none",
    "report": f"{BASE}report/none",
    "thing": "institution:none",
    "times": "1000",
    "topic": "topic:none",
    "whole": "indicator:none",
    "year": "1949",
}

# Columns hold one printed table row each, words split at spaces.
COLUMNS = [
    Case(
        "monthly-household-deposits",
        {
            "month": MONTH_ENDS,
            "deposits": "58183.7 58874.3 59690.3 59474.2 59699.2 60157.4 "
            "60404.4 60650.2 61169.5 61201.1 61438.3 62109.6",
            "growth": "9.5 10.0 9.5 9.3 9.0 8.3 8.8 8.6 8.3 8.3 8.0 8.0",
        },
    ),
    Case(
        "monthly-household-deposits",
        {"deposits": "58527.9 59220.1 60041.7 59832.0 60057.4 60516.8 60770.4 61020.8 61535.0 61570.1 61813.0 62501.3"},
        given={"currency": "currency-scope:total"},
    ),
    Case(
        "deposit-and-loan-growth",
        {
            "month": MONTH_ENDS,
            "depositGrowth": "5.4 5.3 5.4 5.8 5.8 5.0 5.3 6.1 5.6 5.7 5.5 5.8",
            "loanGrowth": "1.1 0.5 0.6 0.4 -0.8 -1.8 -1.4 -1.0 -0.9 -0.9 -5.5 -4.8",
        },
    ),
    Case(
        "deposit-and-loan-growth",
        {
            "depositGrowth": "-6.6 -3.7 -1.0 -0.8 -2.2 -1.0 11.4 16.3 13.9 9.9 4.9 12.4",
            "loanGrowth": "-22.1 -23.6 -23.2 -33.0 -34.0 -35.2 -35.3 -30.1 -29.8 -30.3 -31.6 -23.1",
        },
        given={"currency": "currency-scope:foreign"},
    ),
    Case(
        "deposit-loan-ratio",
        {
            "month": MONTH_ENDS,
            "deposits": "81166.1 81260.7 82295.6 82259.3 83005.6 83006.7 "
            "83254.7 84128.1 83608.6 84617.9 84487.1 84967.0",
            "loans": "55268.1 55263.7 55997.9 55741.8 54946.1 55191.8 55157.9 55251.7 55662.9 55290.2 52288.1 52284.9",
            "ratio": "68.1 68.0 68.0 67.8 66.2 66.5 66.3 65.7 66.6 65.3 61.9 61.5",
        },
    ),
    Case(
        "deposit-loan-ratio",
        {
            "deposits": "80339.6 80433.9 81452.2 81416.9 82149.6 82159.9 "
            "82334.2 83195.0 82717.0 83727.2 83605.2 84046.6",
            "loans": "54863.2 54860.9 55605.8 55395.2 54608.6 54859.4 54828.3 54925.0 55348.5 54976.7 51978.6 51956.1",
            "ratio": "68.3 68.2 68.3 68.0 66.5 66.8 66.6 66.0 66.9 65.7 62.2 61.8",
        },
        given={"currency": "currency-scope:cny"},
    ),
    Case(
        "loan-increments-by-month",
        {
            "month": MONTHS,
            "loans": "358.8 -4.4 734.2 -256.1 -795.8 245.8 -33.9 93.7 411.2 -372.7 -3002.1 -3.2",
            "bills": "-223.2 -127.2 110.2 29.3 -62.1 36.0 -2.0 123.3 14.2 -37.5 -20.5 190.8",
            "otherLoans": "582.0 122.8 624.0 -285.4 -733.7 209.8 -31.9 -29.6 397.0 -335.2 -2981.6 -194.0",
        },
    ),
    Case(
        "loan-increments-by-month",
        {
            "loans": "375.0 -2.3 744.9 -210.6 -786.5 250.8 -31.1 96.7 423.5 -371.8 -2998.1 -22.5",
            "bills": "-223.2 -127.2 110.2 29.3 -62.1 36.0 -2.0 123.3 14.2 -37.5 -20.5 190.8",
        },
        given={"currency": "currency-scope:cny"},
    ),
    Case(
        "consumption-loans-by-month",
        {
            "month": MONTH_ENDS,
            "loans": "11179.8 11110.5 11148.4 11094.2 11090.6 11164.2 11166.5 11228.2 11351.5 11442.3 11457.4 11465.8",
            "increase": "26.1 -69.3 37.9 -54.2 -3.6 73.6 2.3 61.8 123.2 90.8 15.1 8.4",
        },
    ),
    Case(
        "loan-rate-spread",
        {
            "month": MONTHS,
            "below": "54.6 58.4 65.9 71.7 70.1 62.2 79.7 70.5 63.1 76.1 79.0 72.6",
            "at": "7.5 6.4 5.5 12.7 8.5 5.1 3.6 6.5 4.4 4.1 4.0 7.8",
            "above": "37.9 35.2 28.6 15.6 21.4 32.7 16.8 23.0 32.5 19.8 17.0 19.6",
        },
    ),
    Case(
        "bill-discount-rates-by-quarter",
        {"quarter": QUARTERS, "bankAccepted": "2.15 1.44 1.21 0.96", "commercialAccepted": "2.90 2.14 2.70 2.38"},
    ),
    Case(
        "bill-transfer-rates-by-quarter",
        {
            "form": "票据买断 票据回购 票据买断 票据回购 票据买断 票据回购 票据买断 票据回购",
            "rate": "1.78 1.89 1.37 1.41 1.20 1.23 0.73 0.82",
        },
    ),
    Case(
        "bill-volumes-by-quarter",
        {"amount": "286.2 922.9 336.0 1737.2 292.3 2265.4 280.0 2853.9"},
        given={"billType": "bill-type:commercial-accepted"},
    ),
    Case(
        "trade-by-month",
        {
            "period": YEAR_TO_DATE,
            "exports": "539.6 864.8 1165.9 1445.6 1757.3 2066.1 2399.0 2753.9 3088.6 3416.2 3776.7",
            "imports": "563.3 942.5 1330.3 1663.6 1945.6 2288.2 2617.9 2981.8 3252.3 3528.6 3853.8",
            "balance": "-23.7 -77.7 -164.4 -218.0 -188.3 -222.1 -218.8 -227.9 -163.7 -112.4 -77.1",
        },
    ),
    Case(
        "fiscal-gap",
        {
            "period": YEAR_TO_DATE,
            "revenue": "588.8 893.3 1133.5 1334.6 1620.5 1855.9 2030.0 2293.7 2520.4 2685.5 2905.8",
            "expenditure": "1121.2 1716.1 2155.0 2565.0 3187.8 3695.7 4156.6 4815.6 5299.9 5879.7 6853.2",
            "balance": "-532.4 -822.8 -1021.5 -1230.5 -1567.3 -1839.8 -2126.6 -2521.9 -2779.5 -3194.2 -3947.4",
        },
    ),
    Case(
        "real-estate-investment-growth",
        {
            "period": YEAR_TO_DATE,
            "realEstate": "-20.3 -21.4 -23.4 -20.6 -19.0 -18.5 -17.8 -17.3 -18.5 -19.9 -20.0",
            "fixedAssets": "15.1 9.3 4.9 4.8 2.5 3.4 3.4 4.8 4.2 3.9 5.3",
        },
    ),
    Case(
        "retail-sales-by-month",
        {
            "period": YEAR_TO_DATE,
            "sales": "1671.1 2486.9 3265.5 4144.2 5088.3 5960.0 6913.4 7952.1 8930.8 9843.3 10778.3",
            "growth": "5.8 6.1 5.0 5.2 4.9 4.4 4.1 4.2 3.9 3.8 4.0",
        },
    ),
    Case(
        "foreign-investment-by-month",
        {
            "period": YEAR_TO_DATE,
            "investment": "6.5 10.0 11.1 11.8 12.7 13.1 13.6 26.4 26.9 27.9 30.7",
            "growth": "-59.3 -47.9 -44.4 -47.3 -46.5 -47.4 -49.9 -12.2 -12.9 -13.4 -9.2",
        },
    ),
    Case(
        "series-of-an-indicator",
        {
            "period": YEAR_TO_DATE,
            "value": "1671.1 2486.9 3265.5 4144.2 5088.3 5960.0 6913.4 7952.1 8930.8 9843.3 10778.3",
            "unit": " ".join(["亿元"] * 11),
        },
    ),
    Case(
        "series-of-an-indicator",
        # Those of all maturities by month, and after them the short-term ones of the text.
        {"period": f"{MONTH_ENDS} 2024-12-31", "value": "1.3 0.9 0.7 0.7 0.7 0.9 1.2 1.6 1.8 2.7 2.8 2.8 36.4"},
        given={"indicator": "indicator:personal-consumption-loans", "measure": "measure:yoy_growth"},
    ),
    Case(
        "largest-institution-type",
        {
            "institution": "大型商业银行 城市商业银行 股份制商业银行 小型农村金融机构 国家开发银行和政策性银行 "
            "邮政储蓄 新型农村机构 财务公司 外资银行 其他银行业机构 信托公司",
            "assets": "39930 36631 11047 8357 6483 4279 1741 813 569 397 123",
            "staff": "66007 33398 16022 28133 2244 17459 3435 137 997 648 111",
        },
    ),
    Case(
        "outlets-and-staff-per-type",
        {
            "institution": "财务公司 国家开发银行和政策性银行 信托公司 城市商业银行 股份制商业银行 银行业金融机构 "
            "其他银行业机构 大型商业银行 外资银行 新型农村机构 小型农村金融机构 邮政储蓄",
            "outlets": "— 65 — 1220 564 8473 — 2909 15 127 1903 1670",
            "staff": "137 2244 111 33398 16022 168591 648 66007 997 3435 28133 17459",
            "assetsPerPerson": "593.4 288.9 110.8 109.7 68.9 65.5 61.3 60.5 57.1 50.7 29.7 24.5",
        },
    ),
    Case(
        "foreign-currency-balances",
        {
            "balance": "116.3 57.0 116.4 56.7 118.9 55.3 118.5 48.8 120.4 47.5 118.8 46.6 "
            "129.0 46.2 131.2 45.9 127.2 44.9 125.0 44.0 122.7 43.1 128.0 45.7",
            "unit": " ".join(["亿美元"] * 24),
        },
    ),
    Case(
        "gdp-by-sector-and-quarter",
        {
            "sector": " ".join(["全部产业 第三产业 第二产业 第一产业"] * 4),
            "value": "6961.2 3995.7 2641.2 324.4 14547.0 7878.6 5700.0 968.4 "
            "22549.9 12128.4 8876.4 1545.1 32612.7 18543.7 11503.3 2565.7",
            "growth": "5.4 5.0 5.9 5.3 5.0 5.2 4.4 5.3 4.9 4.7 5.1 4.8 5.1 5.0 5.3 4.2",
        },
    ),
]

# Rows are cells split at " | ", under the names of their columns.
ROWS = [
    Case(
        "deposits-by-sector",
        names="month sector deposits",
        count=36,
        rows=[
            "2024-01-31 | 全部部门 | 81166.1",
            "2024-01-31 | 住户部门 | 58527.9",
            "2024-01-31 | 非金融企业部门 | 10969.5",
            "2024-06-30 | 非金融企业部门 | 10355.6",
            "2024-12-31 | 全部部门 | 84967.0",
            "2024-12-31 | 住户部门 | 62501.3",
            "2024-12-31 | 非金融企业部门 | 10658.6",
        ],
    ),
    Case(
        "deposits-by-sector",
        names="month sector deposits",
        count=36,
        given={"currency": "currency-scope:cny"},
        rows=["2024-02-29 | 非金融企业部门 | 10235.5", "2024-11-30 | 住户部门 | 61438.3"],
    ),
    Case(
        "loan-structure-by-maturity",
        names="month maturity loans share",
        count=24,
        rows=[
            "2024-01-31 | 中长期 | 34906.7 | 63.2",
            "2024-01-31 | 短期 | 15146.1 | 27.4",
            "2024-08-31 | 短期 | 14337.9 | 26.0",
            "2024-10-31 | 中长期 | 35369.5 | 64.0",
            "2024-12-31 | 中长期 | 33040.2 | 63.2",
            "2024-12-31 | 短期 | 13692.4 | 26.2",
        ],
    ),
    Case(
        "new-loans-above-lpr-bands",
        names="month band share",
        count=60,
        rows=[
            "2024-01 | LPR加点(LPR, LPR+0.5%) | 29.6",
            "2024-01 | LPR加点(LPR+0.5%, LPR+1.5%) | 6.0",
            "2024-01 | LPR加点(LPR+1.5%, LPR+3%) | 2.1",
            "2024-01 | LPR加点(LPR+3%, LPR+5%) | 0.2",
            "2024-01 | LPR+5%及以上 | 0.0",
            "2024-09 | LPR加点(LPR+0.5%, LPR+1.5%) | 18.3",
            "2024-09 | LPR加点(LPR, LPR+0.5%) | 12.3",
            "2024-12 | LPR加点(LPR+1.5%, LPR+3%) | 2.5",
            "2024-12 | LPR+5%及以上 | 0.1",
        ],
    ),
    Case(
        "bill-volumes-by-quarter",
        names="quarterEnd figure amount",
        count=16,
        rows=[
            "2024-03-31 | 银行承兑汇票承兑余额 | 3487.6",
            "2024-03-31 | 银行承兑汇票承兑累计发生额 | 1253.4",
            "2024-03-31 | 银行承兑汇票贴现余额 | 4055.9",
            "2024-03-31 | 银行承兑汇票贴现累计发生额 | 7485.3",
            "2024-06-30 | 银行承兑汇票承兑累计发生额 | 2920.5",
            "2024-12-31 | 银行承兑汇票贴现余额 | 4405.7",
            "2024-12-31 | 银行承兑汇票贴现累计发生额 | 36413.3",
        ],
    ),
    Case(
        "payment-systems-by-year",
        names="year figure measure value unit",
        rows=[
            "2023 | 大额支付系统业务金额 | 同比增长率 | 11.4 | %",
            "2023 | 大额支付系统业务金额 | 水平 | 1235705.0 | 亿元",
            "2023 | 大额支付系统处理业务数 | 同比增长率 | -1.8 | %",
            "2023 | 小额支付系统处理业务数 | 数量 | 14358.3 | 万笔",
            "2023 | 支付系统间接参与方 | 数量 | 6284 | 个",
            "2024 | 大额支付系统业务金额 | 水平 | 1321881.0 | 亿元",
            "2024 | 大额支付系统处理业务数 | 数量 | 2083.0 | 万笔",
            "2024 | 小额支付系统业务金额 | 同比增长率 | 2.4 | %",
            "2024 | 支付系统直接参与方 | 数量 | 17 | 个",
        ],
    ),
    Case(
        "what-is-shrinking",
        names="figure growth",
        rows=[
            "金融机构外币各项贷款余额 | -23.1",
            "房地产开发投资 | -20.0",
            "实际使用外资 | -9.2",
            "金融机构本外币短期贷款余额 | -8.2",
            "外贸进口总额 | -6.7",
            "大额支付系统处理业务数 | -3.1",
            "外贸进出口总额 | -0.5",
        ],
    ),
    Case(
        "what-is-shrinking",
        names="figure growth",
        count=3,
        given={"date": "2024-06-30", "ceiling": "-10.0"},
        rows=["实际使用外资 | -46.5", "金融机构外币各项贷款余额 | -35.2", "房地产开发投资 | -19.0"],
    ),
    Case(
        "indicators-available",
        names="indicator measure unit observations first last",
        rows=[
            "一般贷款各利率区间占比 | 构成占比 | % | 108 | 2024-01-31 | 2024-12-31",
            "外贸进出口差额 | 水平 | 亿元 | 11 | 2024-02-29 | 2024-12-31",
            "支付系统间接参与方 | 数量 | 个 | 2 | 2023-12-31 | 2024-12-31",
            "票据贴现利率 | 比率 | % | 8 | 2024-03-31 | 2024-12-31",
            "银行业营业网点机构个数 | 数量 | 个 | 9 | 2024-12-31 | 2024-12-31",
        ],
    ),
    Case(
        "missing-values",
        names="figure measure period reason",
        # Table 1: 11, table 5: 2, appendix table 2: 78 levels and 42 growth rates.
        count=133,
        rows=[
            "信托公司营业网点机构个数 | 数量 | 2024-12-31 | 未列示",
            "固定资产投资 | 同比增长率 | 2024-01 | 未列示",
            "固定资产投资 | 水平 | 2024-01 | 未列示",
            "固定资产投资 | 水平 | 2024 | 未列示",
            "城市信用社资产总额 | 水平 | 2024-12-31 | 未列示",
            "城镇登记失业率 | 比率 | 2024-06-30 | 未列示",
            "支付清算系统覆盖率 | 比率 | 2023-12-31 | 未列示",
            "邮政储蓄法人机构个数 | 数量 | 2024-12-31 | 未列示",
        ],
    ),
    Case(
        "completeness-by-indicator",
        names="indicator measure cells missing",
        rows=[
            "地区生产总值 | 水平 | 48 | 32",
            "固定资产投资 | 水平 | 12 | 12",
            "城镇登记失业率 | 比率 | 12 | 12",
            "银行业法人机构个数 | 数量 | 13 | 5",
            "银行业营业网点机构个数 | 数量 | 13 | 4",
            "支付清算系统覆盖率 | 比率 | 2 | 2",
            "外贸进出口差额 | 水平 | 12 | 1",
        ],
    ),
    Case(
        "evidence-of-a-figure",
        names="figure measure exact start end part",
        rows=[
            "地区生产总值 | 水平 | 32612.7 | 21026 | 21033 | 表 2 2024 年辽宁省主要经济指标",
            "第一产业增加值 | 水平 | 2565.7 | 21074 | 21080 | 表 2 2024 年辽宁省主要经济指标",
            "地区生产总值 | 同比增长率 | 5.1 | 22203 | 22206 | 表 2 2024 年辽宁省主要经济指标",
            "第三产业增加值 | 同比增长率 | 5.0 | 22314 | 22317 | 表 2 2024 年辽宁省主要经济指标",
        ],
    ),
    Case(
        "evidence-of-a-figure",
        names="figure measure exact start end",
        count=2,
        given={"indicator": "indicator:bill-discount-rate", "period": "period:2024-01--2024-03"},
        rows=[
            "银行承兑汇票贴现利率 | 比率 | 2.15 | 13065 | 13069",
            "商业承兑汇票贴现利率 | 比率 | 2.90 | 13070 | 13074",
        ],
    ),
    Case(
        "tables-and-sources",
        names="table source cells",
        count=7,
        rows=[
            "表 1 2024 年银行业金融机构情况表 | 国家金融监督管理总局辽宁监管局、大连监管局 | 52",
            "表 2 2024 年金融机构一般贷款各利率区间占比情况表 | 中国人民银行辽宁省分行 | 108",
            "表 3 2024 年金融机构票据业务量统计表 | 中国人民银行辽宁省分行 | 24",
            "表 4 2024 年金融机构票据贴现、转贴现利率统计表 | 中国人民银行辽宁省分行 | 16",
            "表 5 支付体系建设情况表 | 中国人民银行辽宁省分行 | 22",
            "表 1 2024 年辽宁省主要存贷款指标 | 中国人民银行辽宁省分行 | 468",
            "表 2 2024 年辽宁省主要经济指标 | 辽宁省统计局 | 372",
        ],
    ),
]
PARAMETERS = [(question, name) for question in QUESTIONS for name in (p.name for p in QUESTIONS[question].parameters)]


@pytest.fixture(scope="session")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


@pytest.fixture(scope="session")
def doubled() -> LocalEngine:
    """Answer over periods that two graphs hold, as two reports of a year do: Oxigraph's union repeats such triples."""
    store = ox.Store()
    for quad in read_quads(find_assets()):
        store.add(quad)
        if str(quad.subject).startswith(f"<{BASE}period/"):
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(f"{BASE}graph/another-report")))
    return LocalEngine(store)


@pytest.mark.parametrize("case", COLUMNS, ids=name_case)
def test_columns_are_the_printed_rows(engine: LocalEngine, case: Case) -> None:
    answer = ask(engine, case.question, case.given)
    for name, printed in case.columns.items():
        assert [row[name] for row in answer] == [read_cell(word) for word in printed.split()], name


@pytest.mark.parametrize("case", ROWS, ids=name_case)
def test_rows_are_among_the_answer_in_order(engine: LocalEngine, case: Case) -> None:
    check_rows(engine, case)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_a_question_answers_by_default_without_repeats(engine: LocalEngine, question: Question) -> None:
    _, rows = engine.select(question.bind())
    assert rows or question.name in MAY_BE_SILENT
    assert len({tuple(row) for row in rows}) == len(rows)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_headers_are_full_in_both_languages(question: Question) -> None:
    texts = [question.titles, question.descriptions, *(parameter.help for parameter in question.parameters)]
    assert all(text[language].strip() for text in texts for language in ("en", "zh"))
    assert question.titles["zh"].endswith("？")
    assert question.titles["en"].endswith("?")


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_every_question_asks_of_an_area_or_a_report(question: Question) -> None:
    names = {parameter.name for parameter in question.parameters}
    assert names & {"area", "report"}
    assert all(parameter.parse(parameter.default) for parameter in question.parameters)


@pytest.mark.parametrize(("question", "parameter"), PARAMETERS)
def test_every_parameter_matters(engine: LocalEngine, question: str, parameter: str) -> None:
    assert ask(engine, question, {parameter: ELSEWHERE[parameter]}) == []


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_what_two_graphs_hold_counts_once(engine: LocalEngine, doubled: LocalEngine, question: Question) -> None:
    assert doubled.select(question.bind()) == engine.select(question.bind())
