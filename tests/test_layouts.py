"""Layouts of tables: which captions they are for, and what they may not say."""

from pathlib import Path

import pytest

from provfin.errors import InputError
from provfin.layouts import Layout, Meaning, find_layout, load_layouts
from provfin.vocabulary import load_vocabulary

LAYOUTS = {layout.slug: layout for layout in load_layouts()}
VOCABULARY = load_vocabulary()
MINIMAL = """title = "Minimal"
caption = '情况'
labels = 1
[rows]
time = "year"
"""


def load(folder: Path, content: str) -> Layout:
    (folder / "some.toml").write_text(content, encoding="utf-8")
    (layout,) = load_layouts(folder)
    return layout


@pytest.mark.parametrize(
    ("caption", "slug"),
    [
        ("表 1 2023 年末银行业金融机构情况", "banking-institutions"),
        ("表 1 银行业 金融机构情况表", "banking-institutions"),
        ("表 2 一般贷款各档利率区间占比", "loan-rate-bands"),
        ("表 3 票据业务量", "bill-volumes"),
        ("表 4 票据贴现与转贴现利率", "bill-rates"),
        ("表 5 支付体系建设情况", "payment-systems"),
        ("附表 1 主要存贷款指标", "credit-by-month"),
        ("附表 2 主要经济指标", "economy-by-month"),
    ],
)
def test_a_caption_has_one_layout(caption: str, slug: str) -> None:
    found = find_layout(caption, tuple(LAYOUTS.values()))
    assert found is not None
    assert found.slug == slug
    assert [layout for layout in LAYOUTS.values() if find_layout(caption, (layout,))] == [found]


@pytest.mark.parametrize("caption", ["", "表 6 2023 年典当行情况", "图 1 地区生产总值"])
def test_other_captions_have_none(caption: str) -> None:
    assert find_layout(caption, tuple(LAYOUTS.values())) is None


@pytest.mark.parametrize(
    ("slug", "time"),
    [
        ("banking-institutions", "year"),
        ("bill-rates", "quarter"),
        ("credit-by-month", "month"),
        ("payment-systems", "year"),
    ],
)
def test_a_layout_tells_its_unit_of_time(slug: str, time: str) -> None:
    assert LAYOUTS[slug].time == time


@pytest.mark.parametrize(
    ("text", "measure"),
    [("绝对值（自年初累计）", None), ("绝对值", None), ("同比累计增长率", "yoy_growth"), ("同比 增长", "yoy_growth")],
)
def test_a_heading_row_opens_a_half(text: str, measure: str | None) -> None:
    opened = LAYOUTS["economy-by-month"].find_bar(text)
    assert opened is not None
    assert (opened.measure, opened.flow) == (measure, "year-to-date")


def test_another_heading_row_opens_nothing() -> None:
    assert LAYOUTS["economy-by-month"].find_bar("环比增长率") is None
    assert LAYOUTS["bill-rates"].find_bar("绝对值") is None


def test_what_is_said_first_stays() -> None:
    deposits, loans = VOCABULARY.indicators["deposits"], VOCABULARY.indicators["loans"]
    cny, foreign = (VOCABULARY.dimensions["currencyScope"].find(text) for text in ("人民币", "外币"))
    short = VOCABULARY.dimensions["maturity"].find("短期")
    assert cny is not None
    assert foreign is not None
    assert short is not None
    first = Meaning(deposits, "yoy_growth", members={"currencyScope": cny})
    second = Meaning(loans, "level", "period", {"currencyScope": foreign, "maturity": short})
    both = {"currencyScope": cny, "maturity": short}
    assert first.merged(second) == Meaning(deposits, "yoy_growth", "period", both)
    assert Meaning().merged(second) == second


def test_a_minimal_layout_is_read(tmp_path: Path) -> None:
    layout = load(tmp_path, MINIMAL)
    assert (layout.slug, layout.flow, layout.defaults, layout.bars) == ("some", "period", Meaning(), ())


def test_a_folder_without_layouts_has_none(tmp_path: Path) -> None:
    assert load_layouts(tmp_path) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("title = ", "TOMLDecodeError"),
        ("", "KeyError: 'title'"),
        (MINIMAL.replace("labels = 1", "labels = 'one'"), "invalid literal"),
        (MINIMAL.replace("'情况'", "'(情况'"), "missing \\)"),
        (MINIMAL.replace('"year"', '"week"'), "'week' is none of year, quarter, month"),
        (MINIMAL + 'dimension = "continent"\n', "continent"),
        (MINIMAL + 'unknown = "level"\n', "'level' is none of stock, flow"),
        (MINIMAL + '[defaults]\nindicator = "happiness"\n', "happiness"),
        (MINIMAL + '[defaults]\nmeasure = "feeling"\n', "feeling"),
        (MINIMAL + '[defaults]\nindikator = "loans"\n', "unknown key indikator"),
        (MINIMAL + '[defaults]\nmembers = { maturity = "eternal" }\n', "eternal is no code of maturity"),
        (MINIMAL + "[[columns.rule]]\nindicator = 'loans'\n", "KeyError: 'path'"),
        (MINIMAL + "[[columns.rule]]\npath = '.*'\nof = 'right'\n", "'right' is none of left"),
        (MINIMAL + "[[bars]]\nmatch = '.*'\nflow = 'weekly'\n", "'weekly' is none of period, year-to-date"),
    ],
)
def test_a_layout_that_names_what_is_not_known_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"some\.toml: not a layout .*{said}"):
        load(tmp_path, content)


def test_a_value_where_a_table_belongs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load(tmp_path, "defaults = 1\n" + MINIMAL)


def test_a_text_where_a_table_belongs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load(tmp_path, 'columns = "month"\n' + MINIMAL)


@pytest.mark.parametrize("line", ['flwo = "year-to-date"\n', "[row]\n", "[columns]\ntiem = 'month'\n"])
def test_a_misspelt_key_is_refused(tmp_path: Path, line: str) -> None:
    content = line + MINIMAL if line.startswith("flwo") else MINIMAL + line
    with pytest.raises(InputError):
        load(tmp_path, content)
