"""Second, hand-made reading of the seven tables of the Liaoning 2025 financial report.

Nothing is inferred from the report here: every line of every table is written down by hand,
in print order, with what each of its cells means.  The source only supplies the printed cell
texts and their offsets, and each hand-written key must equal what stands at the line's start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DASH = "—"
LEVEL, COUNT, SHARE, RATE = "level", "count", "share", "rate"
GROWTH, CHANGE = "yoy_growth", "mom_change_abs"


@dataclass(frozen=True)
class Cell:
    """One printed data cell and its meaning."""

    start: int
    end: int
    exact: str
    value: str | None
    unit: str
    measure: str
    period: str
    label: str
    dims: dict[str, str]
    table: str


@dataclass(frozen=True)
class Meaning:
    """What one cell is said to mean."""

    label: str
    measure: str
    unit: str
    dims: dict[str, str]
    period: str


@dataclass(frozen=True)
class Line:
    """One expected printed line: its leading text and the meanings of its data cells."""

    key: str
    lead: int
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True)
class Table:
    """One expected table: its code, its whole caption line and its lines in print order."""

    code: str
    caption: str
    lines: tuple[Line, ...]


def heading(text: str) -> Line:
    """A line without data; its cells, joined with a bar, must read as given."""
    return Line(text, text.count("|") + 1, ())


# --- columns, by hand ---------------------------------------------------------------------

MONTHS = (
    "2024-01",
    "2024-02",
    "2024-03",
    "2024-04",
    "2024-05",
    "2024-06",
    "2024-07",
    "2024-08",
    "2024-09",
    "2024-10",
    "2024-11",
    "2024-12",
)
MONTH_ENDS = (
    "2024-01-31",
    "2024-02-29",
    "2024-03-31",
    "2024-04-30",
    "2024-05-31",
    "2024-06-30",
    "2024-07-31",
    "2024-08-31",
    "2024-09-30",
    "2024-10-31",
    "2024-11-30",
    "2024-12-31",
)
YEAR_TO_DATE = (
    "2024-01",
    "2024-01/2024-02",
    "2024-01/2024-03",
    "2024-01/2024-04",
    "2024-01/2024-05",
    "2024-01/2024-06",
    "2024-01/2024-07",
    "2024-01/2024-08",
    "2024-01/2024-09",
    "2024-01/2024-10",
    "2024-01/2024-11",
    "2024",
)
MONTH_HEADS = "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月"


# --- 表 1: banking institutions ------------------------------------------------------------

# (printed first cell, institution type; empty for the total)
T1_ROWS = (
    ("一、大型商业银行", "大型商业银行"),
    ("二、国家开发银行和政策性银行", "国家开发银行和政策性银行"),
    ("三、股份制商业银行", "股份制商业银行"),
    ("四、城市商业银行", "城市商业银行"),
    ("五、城市信用社", "城市信用社"),
    ("六、小型农村金融机构", "小型农村金融机构"),
    ("七、财务公司", "财务公司"),
    ("八、信托公司", "信托公司"),
    ("九、邮政储蓄", "邮政储蓄"),
    ("十、外资银行", "外资银行"),
    ("十一、新型农村机构", "新型农村机构"),
    ("十二、其他", "其他"),
    ("合 计", ""),
)
# (end of the label, measure, unit)
T1_COLUMNS = (
    ("营业网点机构个数", COUNT, "个"),
    ("营业网点从业人数", COUNT, "人"),
    ("营业网点资产总额", LEVEL, "亿元"),
    ("法人机构个数", COUNT, "个"),
)
T1_NAMES = {"": "银行业金融机构", "其他": "其他银行业金融机构"}


def table_1() -> Table:
    """表 1: a row per institution type, a column per indicator."""
    lines = [
        heading("机构类别|营业网点|||法人机构 (个)"),  # 上行
        heading("|机构个数 (个)|从业人数 (人)|资产总额 (亿元)|"),  # 下行
    ]
    for key, kind in T1_ROWS:
        dims = {"institutionType": kind} if kind else {}
        name = T1_NAMES.get(kind, kind)
        meanings = (Meaning(name + tail, how, unit, dims, "2024-12-31") for tail, how, unit in T1_COLUMNS)
        lines.append(Line(key, 1, tuple(meanings)))
    return Table("1", "表 1 2024 年银行业金融机构情况表", tuple(lines))


# --- 表 2: loan shares by rate band ---------------------------------------------------------

# (the two printed first cells, rate band; empty for the total)
T2_ROWS = (
    ("合计|", ""),
    ("LPR减点|", "LPR减点"),
    ("LPR|", "LPR"),
    ("LPR加 点|小计", "LPR加点"),
    ("|(LPR, LPR+0.5%)", "(LPR, LPR+0.5%)"),
    ("|(LPR+0.5%, LPR+1.5%)", "(LPR+0.5%, LPR+1.5%)"),
    ("|(LPR+1.5%, LPR+3%)", "(LPR+1.5%, LPR+3%)"),
    ("|(LPR+3%, LPR+5%)", "(LPR+3%, LPR+5%)"),
    ("|LPR+5%及以上", "LPR+5%及以上"),
)


def rate_band_block(head: str, months: Sequence[str]) -> Iterator[Line]:
    """One half-year of 表 2."""
    yield heading(head)
    for key, band in T2_ROWS:
        dims = {"rateBand": band} if band else {}
        label = f"金融机构一般贷款{band or '各利率区间合计'}占比"
        yield Line(key, 2, tuple(Meaning(label, SHARE, "%", dims, month) for month in months))


def table_2() -> Table:
    """表 2: two blocks of six months."""
    first = rate_band_block("项目||1月|2月|3月|4月|5月|6月", MONTHS[:6])
    second = rate_band_block("项目||7月|8月|9月|10月|11月|12月", MONTHS[6:])
    return Table("2", "表 2 2024 年金融机构一般贷款各利率区间占比情况表", (*first, *second))


# --- 表 3 and 表 4: bills -------------------------------------------------------------------

BANK_BILL = {"billType": "银行承兑汇票"}
FIRM_BILL = {"billType": "商业承兑汇票"}
# (printed quarter, stock date, year to date)
T3_ROWS = (
    ("1", "2024-03-31", "2024-01/2024-03"),
    ("2", "2024-06-30", "2024-01/2024-06"),
    ("3", "2024-09-30", "2024-01/2024-09"),
    ("4", "2024-12-31", "2024"),
)
# (printed quarter, quarter as a range of months)
T4_ROWS = (
    ("1", "2024-01/2024-03"),
    ("2", "2024-04/2024-06"),
    ("3", "2024-07/2024-09"),
    ("4", "2024-10/2024-12"),
)
T4_COLUMNS = (
    ("银行承兑汇票贴现利率", BANK_BILL),
    ("商业承兑汇票贴现利率", FIRM_BILL),
    ("票据买断转贴现利率", {"billTrade": "票据买断"}),
    ("票据回购转贴现利率", {"billTrade": "票据回购"}),
)


def bill_volumes(stock: str, flow: str) -> tuple[Meaning, ...]:
    """The six amounts of one quarter in 表 3."""
    return (
        Meaning("银行承兑汇票承兑余额", LEVEL, "亿元", BANK_BILL, stock),
        Meaning("银行承兑汇票承兑累计发生额", LEVEL, "亿元", BANK_BILL, flow),
        Meaning("银行承兑汇票贴现余额", LEVEL, "亿元", BANK_BILL, stock),
        Meaning("银行承兑汇票贴现累计发生额", LEVEL, "亿元", BANK_BILL, flow),
        Meaning("商业承兑汇票贴现余额", LEVEL, "亿元", FIRM_BILL, stock),
        Meaning("商业承兑汇票贴现累计发生额", LEVEL, "亿元", FIRM_BILL, flow),
    )


def table_3() -> Table:
    """表 3: a row per quarter."""
    heads = (
        heading("季度|银行承兑汇票承兑||贴 现|||"),  # 上行
        heading("|||银行承兑汇票||商业承兑汇票|"),  # 中行
        heading("|余额|累计发生额|余额|累计发生额|余额|累计发生额"),  # 下行
    )
    rows = (Line(key, 1, bill_volumes(stock, flow)) for key, stock, flow in T3_ROWS)
    return Table("3", "表 3 2024 年金融机构票据业务量统计表", (*heads, *rows))


def table_4() -> Table:
    """表 4: a row per quarter."""
    lines = [
        heading("季度|贴 现||转贴现|"),  # 上行
        heading("|银行承兑汇票|商业承兑汇票|票据买断|票据回购"),  # 下行
    ]
    for key, quarter in T4_ROWS:
        meanings = (Meaning(label, RATE, "%", dims, quarter) for label, dims in T4_COLUMNS)
        lines.append(Line(key, 1, tuple(meanings)))
    return Table("4", "表 4 2024 年金融机构票据贴现、转贴现利率", tuple(lines))


# --- 表 5: payment systems ------------------------------------------------------------------

LARGE = {"paymentSystem": "大额"}
SMALL = {"paymentSystem": "小额"}


def payment_upper(year: str) -> tuple[Meaning, ...]:
    """The five cells of one year in the upper block of 表 5."""
    year_end = year + "-12-31"
    return (
        Meaning("支付系统直接参与方", COUNT, "个", {}, year_end),
        Meaning("支付系统间接参与方", COUNT, "个", {}, year_end),
        Meaning("支付清算系统覆盖率", RATE, "%", {}, year_end),
        Meaning("大额支付系统处理业务数", COUNT, "万笔", LARGE, year),
        Meaning("大额支付系统处理业务数", GROWTH, "%", LARGE, year),
    )


def payment_lower(year: str) -> tuple[Meaning, ...]:
    """The six cells of one year in the lower block of 表 5."""
    return (
        Meaning("大额支付系统业务金额", LEVEL, "亿元", LARGE, year),
        Meaning("大额支付系统业务金额", GROWTH, "%", LARGE, year),
        Meaning("小额支付系统处理业务数", COUNT, "万笔", SMALL, year),
        Meaning("小额支付系统处理业务数", GROWTH, "%", SMALL, year),
        Meaning("小额支付系统业务金额", LEVEL, "亿元", SMALL, year),
        Meaning("小额支付系统业务金额", GROWTH, "%", SMALL, year),
    )


def table_5() -> Table:
    """表 5: two blocks of two years; the upper block ends in an empty column."""
    upper = "年份|支付系统直接参与方（个）"  # 前两列
    upper += "|支付系统间接参与方（个）"  # 第三列
    upper += "|支付清算系统覆盖率（%）"  # 第四列
    upper += "|当年大额支付系统处理业务数（万笔）|同比增长（%）|"  # 其余
    lower = "年份|当年大额支付系统业务金额（亿元）"  # 前两列
    lower += "|同比增长（%）|当年小额支付系统处理业务数（万笔）"  # 中间
    lower += "|同比增长（%）|当年小额支付系统业务金额（亿元）|同比增长（%）"  # 其余
    lines = (
        heading(upper),
        Line("2023", 1, payment_upper("2023")),
        Line("2024", 1, payment_upper("2024")),
        heading(lower),
        Line("2023", 1, payment_lower("2023")),
        Line("2024", 1, payment_lower("2024")),
    )
    return Table("5", "表 5 支付体系建设情况表", lines)


# --- appendix 表 1: deposits and loans ------------------------------------------------------

RMB = {"currencyScope": "人民币"}
FOREIGN = {"currencyScope": "外币"}
HOUSEHOLD = {"institutionalSector": "住户"}
FIRM = {"institutionalSector": "非金融企业"}
SHORT = {"maturity": "短期"}
LONG = {"maturity": "中长期"}

# (the two printed first cells, label, measure, unit, dims)
IndicatorRow = tuple[str, str, str, str, dict[str, str]]
A1_ROWS: tuple[IndicatorRow, ...] = (
    ("本外币|金融机构各项存款余额（亿元）", "金融机构本外币各项存款余额", LEVEL, "亿元", {}),
    ("|其中：住户存款", "金融机构本外币住户存款余额", LEVEL, "亿元", HOUSEHOLD),
    ("|非金融企业存款", "金融机构本外币非金融企业存款余额", LEVEL, "亿元", FIRM),
    ("|各项存款余额比上月增加（亿元）", "金融机构本外币各项存款余额", CHANGE, "亿元", {}),
    ("|金融机构各项存款同比增长（%）", "金融机构本外币各项存款余额", GROWTH, "%", {}),
    ("|金融机构各项贷款余额（亿元）", "金融机构本外币各项贷款余额", LEVEL, "亿元", {}),
    ("|其中：短期", "金融机构本外币短期贷款余额", LEVEL, "亿元", SHORT),
    ("|中长期", "金融机构本外币中长期贷款余额", LEVEL, "亿元", LONG),
    ("|票据融资", "金融机构本外币票据融资余额", LEVEL, "亿元", {}),
    ("|各项贷款余额比上月增加（亿元）", "金融机构本外币各项贷款余额", CHANGE, "亿元", {}),
    ("|其中：短期", "金融机构本外币短期贷款余额", CHANGE, "亿元", SHORT),
    ("|中长期", "金融机构本外币中长期贷款余额", CHANGE, "亿元", LONG),
    ("|票据融资", "金融机构本外币票据融资余额", CHANGE, "亿元", {}),
    ("|金融机构各项贷款同比增长（%）", "金融机构本外币各项贷款余额", GROWTH, "%", {}),
    ("|其中：短期", "金融机构本外币短期贷款余额", GROWTH, "%", SHORT),
    ("|中长期", "金融机构本外币中长期贷款余额", GROWTH, "%", LONG),
    ("|票据融资", "金融机构本外币票据融资余额", GROWTH, "%", {}),
    ("人民币|金融机构各项存款余额（亿元）", "金融机构人民币各项存款余额", LEVEL, "亿元", RMB),
    ("|其中：住户存款", "金融机构人民币住户存款余额", LEVEL, "亿元", RMB | HOUSEHOLD),
    ("|非金融企业存款", "金融机构人民币非金融企业存款余额", LEVEL, "亿元", RMB | FIRM),
    ("|各项存款余额比上月增加（亿元）", "金融机构人民币各项存款余额", CHANGE, "亿元", RMB),
    ("|其中：住户存款", "金融机构人民币住户存款余额", CHANGE, "亿元", RMB | HOUSEHOLD),
    ("|非金融企业存款", "金融机构人民币非金融企业存款余额", CHANGE, "亿元", RMB | FIRM),
    ("|各项存款同比增长（%）", "金融机构人民币各项存款余额", GROWTH, "%", RMB),
    ("|其中：住户存款", "金融机构人民币住户存款余额", GROWTH, "%", RMB | HOUSEHOLD),
    ("|非金融企业存款", "金融机构人民币非金融企业存款余额", GROWTH, "%", RMB | FIRM),
    ("|金融机构各项贷款余额（亿元）", "金融机构人民币各项贷款余额", LEVEL, "亿元", RMB),
    ("|其中：个人消费贷款", "金融机构人民币个人消费贷款余额", LEVEL, "亿元", RMB),
    ("|票据融资", "金融机构人民币票据融资余额", LEVEL, "亿元", RMB),
    ("|各项贷款余额比上月增加（亿元）", "金融机构人民币各项贷款余额", CHANGE, "亿元", RMB),
    ("|其中：个人消费贷款", "金融机构人民币个人消费贷款余额", CHANGE, "亿元", RMB),
    ("|票据融资", "金融机构人民币票据融资余额", CHANGE, "亿元", RMB),
    ("|金融机构各项贷款同比增长（%）", "金融机构人民币各项贷款余额", GROWTH, "%", RMB),
    ("|其中：个人消费贷款", "金融机构人民币个人消费贷款余额", GROWTH, "%", RMB),
    ("|票据融资", "金融机构人民币票据融资余额", GROWTH, "%", RMB),
    ("外币|金融机构外币存款余额（亿美元）", "金融机构外币存款余额", LEVEL, "亿美元", FOREIGN),
    # 增速
    ("|金融机构外币存款同比增长（%）", "金融机构外币存款余额", GROWTH, "%", FOREIGN),
    ("|金融机构外币贷款余额（亿美元）", "金融机构外币贷款余额", LEVEL, "亿美元", FOREIGN),
    ("|金融机构外币贷款同比增长（%）", "金融机构外币贷款余额", GROWTH, "%", FOREIGN),
)


def indicator_line(row: IndicatorRow, periods: Sequence[str]) -> Line:
    """One appendix row: a single indicator through twelve months."""
    key, label, how, unit, dims = row
    meanings = tuple(Meaning(label, how, unit, dims, period) for period in periods)
    return Line(key, key.count("|") + 1, meanings)


def table_a1() -> Table:
    """Appendix 表 1: stocks and their growth at month ends, changes over single months."""
    lines = [heading("||" + MONTH_HEADS)]
    lines += [indicator_line(row, MONTHS if row[2] == CHANGE else MONTH_ENDS) for row in A1_ROWS]
    return Table("A1", "表 1 2024 年辽宁省主要存贷款指标", tuple(lines))


# --- appendix 表 2: the economy -------------------------------------------------------------

FIRST = {"activity": "第一产业"}
SECOND = {"activity": "第二产业"}
THIRD = {"activity": "第三产业"}
A2_LEVELS: tuple[IndicatorRow, ...] = (
    ("地区生产总值（亿元）", "地区生产总值", LEVEL, "亿元", {}),
    ("第一产业", "第一产业增加值", LEVEL, "亿元", FIRST),
    ("第二产业", "第二产业增加值", LEVEL, "亿元", SECOND),
    ("第三产业", "第三产业增加值", LEVEL, "亿元", THIRD),
    ("工业增加值（亿元）", "工业增加值", LEVEL, "亿元", {}),
    ("固定资产投资（亿元）", "固定资产投资", LEVEL, "亿元", {}),
    ("房地产开发投资", "房地产开发投资", LEVEL, "亿元", {}),
    ("社会消费品零售总额（亿元）", "社会消费品零售总额", LEVEL, "亿元", {}),
    ("外贸进出口总额（亿元）", "外贸进出口总额", LEVEL, "亿元", {}),
    ("进口", "外贸进口总额", LEVEL, "亿元", {}),
    ("出口", "外贸出口总额", LEVEL, "亿元", {}),
    ("进出口差额（出口 — 进口）", "外贸进出口差额", LEVEL, "亿元", {}),
    ("实际使用外资（亿美元）", "实际使用外资", LEVEL, "亿美元", {}),
    ("地方财政收支差额（亿元）", "地方财政收支差额", LEVEL, "亿元", {}),
    ("地方财政收入", "地方财政收入", LEVEL, "亿元", {}),
    ("地方财政支出", "地方财政支出", LEVEL, "亿元", {}),
)
A2_UNEMPLOYMENT: IndicatorRow = ("城镇登记失业率（%）（季度）", "城镇登记失业率", RATE, "%", {})
A2_GROWTHS: tuple[IndicatorRow, ...] = (
    ("地区生产总值", "地区生产总值", GROWTH, "%", {}),
    ("第一产业", "第一产业增加值", GROWTH, "%", FIRST),
    ("第二产业", "第二产业增加值", GROWTH, "%", SECOND),
    ("第三产业", "第三产业增加值", GROWTH, "%", THIRD),
    ("工业增加值", "工业增加值", GROWTH, "%", {}),
    ("固定资产投资", "固定资产投资", GROWTH, "%", {}),
    ("房地产开发投资", "房地产开发投资", GROWTH, "%", {}),
    ("社会消费品零售总额", "社会消费品零售总额", GROWTH, "%", {}),
    ("外贸进出口总额", "外贸进出口总额", GROWTH, "%", {}),
    ("进口", "外贸进口总额", GROWTH, "%", {}),
    ("出口", "外贸出口总额", GROWTH, "%", {}),
    ("实际使用外资", "实际使用外资", GROWTH, "%", {}),
    ("地方财政收入", "地方财政收入", GROWTH, "%", {}),
    ("地方财政支出", "地方财政支出", GROWTH, "%", {}),
)


def table_a2() -> Table:
    """Appendix 表 2: year-to-date amounts, then their growth."""
    lines = [heading("|" + MONTH_HEADS), heading("|绝对值（自年初累计）" + "|" * 11)]
    lines += [indicator_line(row, YEAR_TO_DATE) for row in A2_LEVELS]
    lines += [indicator_line(A2_UNEMPLOYMENT, MONTH_ENDS), heading("|同比累计增长率（%）" + "|" * 11)]
    lines += [indicator_line(row, YEAR_TO_DATE) for row in A2_GROWTHS]
    return Table("A2", "表 2 2024 年辽宁省主要经济指标", tuple(lines))


# --- laying the hand-written tables over the source -----------------------------------------


def printed_lines(source: str, caption: str) -> list[tuple[int, str]]:
    """The run of tabbed lines after the one line that is wholly the caption, with offsets."""
    marker = f"\n{caption}\n"
    assert source.count(marker) == 1, caption
    offset = source.index(marker) + len(marker)
    found: list[tuple[int, str]] = []
    for text in source[offset:].split("\n"):
        if "\t" in text:
            found.append((offset, text))
        elif found:
            break
        offset += len(text) + 1
    return found


def read_line(offset: int, text: str, line: Line, table: str) -> Iterator[Cell]:
    """Lay one hand-written line over one printed line."""
    parts = text.split("\t")
    assert "|".join(parts[: line.lead]) == line.key, (table, line.key, text)
    assert not any(parts[line.lead + len(line.meanings) :]), (table, "unread cells", text)
    position = offset + sum(len(part) + 1 for part in parts[: line.lead])
    # Cells behind the last meaning are empty, as asserted above; a row cut short is caught by `read_table`.
    for exact, meaning in zip(parts[line.lead :], line.meanings, strict=False):
        end = position + len(exact)
        assert exact, (table, text)
        assert exact == exact.strip(), (table, text)
        value = None if exact == DASH else exact
        yield Cell(position, end, exact, value, meaning.unit, meaning.measure, meaning.period,
                   meaning.label, dict(meaning.dims), table)  # fmt: skip
        position = end + 1


def read_table(source: str, table: Table) -> Iterator[Cell]:
    """All cells of one table, in print order."""
    printed = printed_lines(source, table.caption)
    for (offset, text), line in zip(printed, table.lines, strict=True):
        cells = list(read_line(offset, text, line, table.code))
        assert len(cells) == len(line.meanings), (table.code, line.key)
        yield from cells


def expected_cells(source: str) -> list[Cell]:
    """Every data cell of the seven tables, in print order."""
    tables = (table_1(), table_2(), table_3(), table_4(), table_5(), table_a1(), table_a2())
    return [cell for table in tables for cell in read_table(source, table)]
