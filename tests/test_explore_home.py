"""The page to start from: its headline figures are those of the report, and it holds for any number of reports."""

import datetime as dt
import html
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from altering import copy_report, list_lines, list_lines_without_report, serve, write_name
from linking import Client, Page
from provfin.periods import Period, month_end, months
from provfin.queries import load_questions
from provfin.web.explore.figures import Shown
from provfin.web.explore.home.headlines import Headline, Told, make_headline
from provfin.web.explore.home.home import _EXAMPLES
from provfin.web.explore.home.sparkline import FEWEST, HEIGHT, WIDTH, draw_sparkline

CARD = re.compile(r'<li class="card headline">.*?</li>', re.DOTALL)
FIGURE = re.compile(r'<a href="(?P<address>[^"]+)#evidence"><data [^>]*value="(?P<exact>[^"]+)"')
TITLE = re.compile(r'<h3><a href="/id/indicator/(?P<code>[^"]+)">(?P<name>.*?)</a></h3>', re.DOTALL)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("home"), list_lines())


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A server of three reports: the real one, and two that say the same of others."""
    copies = [*copy_report("jilin-2025", "CN-JL", "2024"), *copy_report("hebei-2024", "CN-HE", "2023")]
    return serve(tmp_path_factory.mktemp("several"), [*list_lines(), *copies])


def read_cards(client: Client, path: str = "/?lang=zh") -> dict[str, list[tuple[str, str]]]:
    """Return the figures of each card with their addresses, by the code of its indicator."""
    cards = {}
    for card in CARD.findall(client.get(path).text):
        title = TITLE.search(card)
        assert title is not None
        cards[title["code"]] = [(html.unescape(match["exact"]), match["address"]) for match in FIGURE.finditer(card)]
    return cards


def read_row(source: str, name: str, after: str = "") -> list[str]:
    """Return the cells of a row of the report's own tables."""
    row = next(
        line for line in source[source.index(after) :].splitlines() if re.search(rf"(^|\t){re.escape(name)}\t", line)
    )
    return row.partition(f"{name}\t")[2].split("\t")


# What the report says


@pytest.mark.parametrize(
    ("code", "level", "growth"),
    [
        ("gross-regional-product", "地区生产总值（亿元）", "地区生产总值"),
        ("deposits", "金融机构各项存款余额（亿元）", "金融机构各项存款同比增长（%）"),
        ("loans", "金融机构各项贷款余额（亿元）", "金融机构各项贷款同比增长（%）"),
        ("retail-sales", "社会消费品零售总额（亿元）", "社会消费品零售总额"),
        ("foreign-trade", "外贸进出口总额（亿元）", "外贸进出口总额"),
        ("fiscal-revenue", "地方财政收入", "地方财政收入"),
        ("industrial-value-added", "", "工业增加值"),
        ("fixed-asset-investment", "", "固定资产投资"),
    ],
)
def test_a_headline_is_what_the_tables_of_the_report_print(
    client: Client, liaoning_source: str, code: str, level: str, growth: str
) -> None:
    shown = [exact for exact, _ in read_cards(client)[code]]
    amounts = "绝对值（自年初累计）" if code not in ("deposits", "loans") else "主要存贷款指标"
    rates = "同比累计增长率（%）" if code not in ("deposits", "loans") else amounts
    begun = liaoning_source.rindex("主要存贷款指标\n")
    appendix = liaoning_source[begun - len("主要存贷款指标") :]
    series = [Decimal(cell) for cell in read_row(appendix, growth, rates) if cell not in ("—", "")]
    if level:
        last = Decimal(read_row(appendix, level, amounts)[11])
        assert Decimal(shown[0].removesuffix(" 亿元").replace(",", "")) == last
        assert as_number(shown[1]) == series[-1]
    else:
        assert as_number(shown[0]) == series[-1]
    # The ends of the line are the first and the last that are printed.
    assert [as_number(each) for each in shown[-2:]] == [series[0], series[-1]]


def as_number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.-]", "", text.replace("\u2212", "-")))


@pytest.mark.parametrize(
    ("code", "said", "shown"),
    [
        (
            "general-loan-rate",
            "加权平均利率为 3.61%，同比下降 0.46 个百分点",
            ["3.61%", "\u22120.46 个百分点"],
        ),
        ("consumer-price-index", "（CPI）同比上涨0.2%，比上年扩大0.1个百分点", ["+0.2%", "+0.1 个百分点"]),
        ("producer-price-index", "（PPI）同比下降2.8%，降幅比上年收窄0.6个百分点", ["\u22122.8%", "+0.6 个百分点"]),
        ("urban-income", "人均可支配收入47982元，同比增长4.5%", ["47,982 元", "+4.5%"]),
    ],
)
def test_a_headline_is_what_the_text_of_the_report_prints(
    client: Client, liaoning_source: str, code: str, said: str, shown: list[str]
) -> None:
    assert said in liaoning_source
    assert [exact for exact, _ in read_cards(client)[code]] == shown


def test_every_figure_leads_to_where_it_is_printed(client: Client) -> None:
    addresses = {address for figures in read_cards(client).values() for _, address in figures}
    assert len(addresses) > 30
    for address in sorted(addresses)[::3]:
        page = client.get(f"{address}?lang=zh", "text/html")
        assert page.status_code == 200, address
        assert 'id="evidence"' in page.text, address


def test_the_page_is_in_the_language_of_its_reader(client: Client) -> None:
    english, chinese = (client.get(f"/?lang={language}").text for language in ("en", "zh"))
    assert "3.26 trillion yuan" in english
    assert "3.26 万亿元" in chinese
    # English has no other Chinese than the name of the language, and that of search words.
    assert set(re.findall(r"[\u4e00-\u9fff]+", re.sub(r'value="[^"]*"', "", english))) == {"中文"}


def test_the_page_tells_how_much_there_is_and_where(client: Client) -> None:
    text = client.get("/?lang=en").text
    figures = sum(b"#type> <https://w3id.org/provfin/def#NumericObservation>" in line for line in list_lines())
    assert f">{figures:,}</a>" in text
    assert f">{len(list_lines()):,}</a>" in text
    for path in ("/sparql", "/openapi.json", "/catalog", "/health", "/id/report/liaoning-2025"):
        assert path in text
    assert len(_EXAMPLES) == len([name for name in load_questions() if f'href="/questions/{name}"' in text])


def test_the_page_keeps_to_its_policy(client: Client) -> None:
    page = Page()
    page.feed(client.get("/?lang=en").text)
    assert page.styled == []
    assert len(page.ids) == len(set(page.ids))
    assert (page.tags["h1"], page.tags["svg"]) == (1, len(CARD.findall(client.get("/").text)) - 4)


# Any number of reports


def test_of_several_reports_one_is_chosen(several: Client) -> None:
    text = several.get("/?report=hebei-2024&lang=en").text
    assert re.findall(r'<option value="([^"]+)"(?: selected)?>', text) == ["jilin-2025", "liaoning-2025", "hebei-2024"]
    assert '<option value="hebei-2024" selected>' in text
    figures = read_cards(several, "/?report=hebei-2024")
    assert all("/hebei-2024/CN-HE/" in address for told in figures.values() for _, address in told)
    assert len(figures) == 12


def test_the_newest_report_is_shown_unless_another_is_chosen(several: Client) -> None:
    assert all("/jilin-2025/" in address for told in read_cards(several).values() for _, address in told)
    assert several.get("/").text.count('href="/?report=') == 3


def test_a_report_there_is_not_is_missed_in_words(client: Client) -> None:
    page = client.get('/?report=<b>"nowhere"</b>&lang=en')
    assert page.status_code == 404
    assert "There is no report &lt;b&gt;&#34;nowhere&#34;&lt;/b&gt; in this release." in page.text
    assert 'href="/?report=liaoning-2025#headlines"' in page.text


def test_without_a_report_the_page_says_so(tmp_path: Path) -> None:
    page = serve(tmp_path, list_lines_without_report()).get("/?lang=en")
    assert page.status_code == 200
    assert "This release holds no report yet." in page.text
    assert "card headline" not in page.text


def test_a_hostile_name_is_only_a_name(tmp_path: Path) -> None:
    hostile = '"><script>alert(1)</script>{{ 7 * 7 }}'
    lines = [
        line for line in list_lines() if b"measure/yoy_growth> <http://www.w3.org/2004/02/skos/core#pref" not in line
    ]
    names = [write_name("measure/yoy_growth", "prefLabel", hostile, language) for language in ("en", "zh")]
    page = serve(tmp_path, [*lines, *names]).get("/?lang=en").text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}") > 10


# Which figure is the headline


def tell(code: str, period: Period, value: str = "1") -> Told:
    return Told(f"o/{code}/{period.slug}", f"m/{code}", code, period, Decimal(value), Shown(value, value))


def make(*figures: Told) -> Headline:
    headline = make_headline("i", figures)
    assert headline is not None
    return headline


YEAR = months(2024, 1, 12)


def test_what_ends_last_is_the_headline_and_of_that_the_whole_year() -> None:
    december = months(2024, 12, 12)
    assert make(tell("level", december), tell("level", YEAR), tell("level", months(2024, 1, 3))).main.period == YEAR
    # An amount of an earlier time is no news beside the growth of the year.
    assert make(tell("level", months(2024, 1, 3)), tell("yoy_growth", YEAR)).main.code == "yoy_growth"
    assert make_headline("i", [tell("ranking", YEAR)]) is None


def test_a_change_is_that_of_the_same_period() -> None:
    other = months(2024, 1, 3)
    assert make(tell("level", YEAR), tell("yoy_growth", other)).change is None
    assert make(tell("rate", YEAR), tell("yoy_growth", YEAR), tell("rate_change_pp", YEAR)).change == tell(
        "rate_change_pp", YEAR
    )


def test_a_line_has_periods_of_one_kind() -> None:
    running = [tell("yoy_growth", months(2024, 1, last)) for last in (2, 3, 6, 12)]
    single = [tell("yoy_growth", months(2024, month, month)) for month in (2, 3)]
    series = make(*running, *single).series
    assert series is not None
    assert (list(series.figures), series.kind) == (running, "cumulative")
    assert make(*single).series is None
    dates = [tell("level", month_end(2024, month), str(month)) for month in (1, 2, 3)]
    by_date = make(*dates).series
    assert by_date is not None
    assert (by_date.least, by_date.greatest) == (dates[0], dates[2])
    assert by_date.write_period(0, "en") == "31 Jan 2024"
    assert dates[0].period == Period(dt.date(2024, 1, 31), dt.date(2024, 1, 31), is_date=True)


# The line


VALUES = st.lists(st.decimals(-10_000, 10_000, places=2), min_size=FEWEST, max_size=60)


@given(VALUES)
def test_a_line_stays_in_its_drawing_and_goes_as_its_values_go(values: list[Decimal]) -> None:
    line = draw_sparkline(values)
    assert line is not None
    assert len(line.points) == len(values)
    assert all(0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in line.points)
    assert [point.x for point in line.points] == sorted(point.x for point in line.points)
    for point, value in zip(line.points, values, strict=True):
        assert all(point.y >= other.y for other, height in zip(line.points, values, strict=True) if height > value)
    assert (line.zero is not None) == (min(values) < 0 < max(values))
    assert sum(point.width for point in line.points) == WIDTH


def test_what_does_not_move_is_a_level_line_and_two_values_are_none() -> None:
    level = draw_sparkline([Decimal(5)] * 4)
    assert level is not None
    assert {point.y for point in level.points} == {HEIGHT // 2}
    assert draw_sparkline([Decimal(1), Decimal(2)]) is None
