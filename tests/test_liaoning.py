"""The tables of the report of Liaoning, read by two routes: the reader's, and one written down by hand; all agree."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from exporting import export_records
from provfin.assets import find_assets
from provfin.building import render_graph
from provfin.exports.records import Record
from provfin.extraction import Extraction
from provfin.facts import Fact
from provfin.quantity import Interval
from provfin.turtle import ALL_PREFIXES, read_turtle
from second_route import Cell, expected_cells

ROOT = Path(__file__).parent.parent
GRAPH = find_assets().graphs / "liaoning-2025"
CELLS = 1062

# Where the reader names a thing otherwise than the hand-written route, and why that is the same thing.
EQUIVALENTS = [
    # By definition the assets are those on the books of the outlets; the indicator does not say it again.
    (r"营业网点资产总额$", "资产总额"),
    # The type 其他 stands by itself in names, so it says of what it is the rest.
    (r"^其他银行业金融机构", "其他银行业机构"),
    # General loans are always those of financial institutions.
    (r"^金融机构一般贷款", "一般贷款"),
    # A bare LPR is the band at the rate itself.
    (r"款LPR占比$", "款等于LPR占比"),
    # The bands in brackets are those below the label that the first column carries down.
    (r"款(\(LPR.+)$", r"款LPR加点\1"),
    # What text and figure 5 say of enterprises above designated size, with the same growth.
    (r"^工业增加值$", "规模以上工业增加值"),
    # Revenue and expenditure of local finance are those of the general public budget; other budgets exist.
    (r"^地方财政(收入|支出)$", r"地方财政\1（一般公共预算\1）"),
    # The same words in the order of the table's headings.
    (r"^票据(买断|回购)转贴现利率$", r"转贴现票据\1利率"),
    # All deposits or loans in foreign currency: the other currencies print 各项 for it.
    (r"^(金融机构外币)(存款|贷款)余额$", r"\1各项\2余额"),
]

DIMENSIONS = {"billTrade": "transferType"}
MEMBERS = {
    "institutionType": {
        "外资银行": "foreign-banks",
        "其他": "other",
        "大型商业银行": "large-commercial-banks",
        "股份制商业银行": "joint-stock-commercial-banks",
        "城市商业银行": "city-commercial-banks",
        "国家开发银行和政策性银行": "policy-banks",
        "城市信用社": "urban-credit-cooperatives",
        "邮政储蓄": "postal-savings",
        "小型农村金融机构": "small-rural-institutions",
        "新型农村机构": "new-rural-institutions",
        "财务公司": "finance-companies",
        "信托公司": "trust-companies",
    },
    "rateBand": {
        "LPR减点": "below-lpr",
        "LPR": "at-lpr",
        "LPR加点": "above-lpr",
        "(LPR, LPR+0.5%)": "lpr-to-lpr-plus-0.5",
        "(LPR+0.5%, LPR+1.5%)": "lpr-plus-0.5-to-1.5",
        "(LPR+1.5%, LPR+3%)": "lpr-plus-1.5-to-3",
        "(LPR+3%, LPR+5%)": "lpr-plus-3-to-5",
        "LPR+5%及以上": "lpr-plus-5-and-over",
    },
    "billType": {"银行承兑汇票": "bank-accepted", "商业承兑汇票": "commercial-accepted"},
    "transferType": {"票据买断": "outright", "票据回购": "repo"},
    "paymentSystem": {"大额": "high-value", "小额": "bulk"},
    "currencyScope": {"人民币": "cny", "外币": "foreign"},
    "institutionalSector": {"住户": "households", "非金融企业": "non-financial-corporations"},
    "maturity": {"短期": "short-term", "中长期": "medium-and-long-term"},
    "activity": {"第一产业": "primary-industry", "第二产业": "secondary-industry", "第三产业": "tertiary-industry"},
}
# What every cell of a table is broken down by, also where its row or column says nothing of it.
BREAKDOWNS = {
    "1": [["institutionType"]],
    "2": [["rateBand"]],
    "3": [["billType", "transferType"]],
    "4": [["billType", "transferType"]],
    "5": [["paymentSystem"]],
    "A1": [["currencyScope", "institutionalSector", "maturity"]],
    "A2": [[], ["activity"]],
}
PARTS = {
    "1": "table/1", "2": "table/2", "3": "table/3", "4": "table/4", "5": "table/5",
    "A1": "appendix/table/1", "A2": "appendix/table/2",
}  # fmt: skip
BASES = {
    "亿元": ("元", 8), "亿美元": ("美元", 8), "万笔": ("笔", 4), "个": ("个", 0), "人": ("人", 0), "%": ("%", 0)
}  # fmt: skip

Pair = tuple[Cell, Record]


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """The records of the tables in the committed graph."""
    return [
        record for record in export_records() if record["report"] == "liaoning-2025" and record["origin"] == "table"
    ]


@pytest.fixture(scope="module")
def pairs(liaoning_source: str, records: list[Record]) -> list[Pair]:
    """The hand-written cells with the records at the same places."""
    by_place = {(record["start"], record["end"]): record for record in records}
    return [(cell, by_place[cell.start, cell.end]) for cell in expected_cells(liaoning_source)]


def translate_label(label: str) -> str:
    for pattern, replacement in EQUIVALENTS:
        label = re.sub(pattern, replacement, label)
    return label


def translate_dimensions(cell: Cell) -> dict[str, str]:
    translated = {}
    for name, text in cell.dims.items():
        dimension = DIMENSIONS.get(name, name)
        translated[dimension] = MEMBERS[dimension][text]
    return translated


def find_fact(extraction: Extraction, key: str) -> Fact:
    return next(fact for fact in extraction.facts if fact.claim.key == f"CN-LN/{key}")


# The two routes


def test_the_second_route_reads_every_cell(liaoning_source: str) -> None:
    cells = expected_cells(liaoning_source)
    assert len(cells) == CELLS
    assert Counter(cell.value is None for cell in cells) == {False: 929, True: 133}
    assert all(liaoning_source[cell.start : cell.end] == cell.exact for cell in cells)


def test_the_second_route_says_nothing_twice(liaoning_source: str) -> None:
    cells = expected_cells(liaoning_source)
    said = {(cell.label, cell.measure, cell.period, cell.unit, *sorted(cell.dims.items())) for cell in cells}
    assert len(said) == CELLS


def test_both_routes_read_the_same_places(liaoning_source: str, records: list[Record]) -> None:
    places = {(cell.start, cell.end) for cell in expected_cells(liaoning_source)}
    assert {(record["start"], record["end"]) for record in records} == places
    assert len(records) == CELLS


@pytest.mark.parametrize("field", ["exact", "value", "unit", "measure", "period"])
def test_both_routes_agree_on_a_field_of_every_cell(pairs: list[Pair], field: str) -> None:
    assert [(cell.start, record[field]) for cell, record in pairs] == [
        (cell.start, getattr(cell, field)) for cell, _ in pairs
    ]


def test_both_routes_agree_on_every_label_or_say_why_not(pairs: list[Pair]) -> None:
    assert [record["indicator_label"] for _, record in pairs] == [translate_label(cell.label) for cell, _ in pairs]


@pytest.mark.parametrize("rule", EQUIVALENTS, ids=[pattern for pattern, _ in EQUIVALENTS])
def test_no_equivalent_is_idle(liaoning_source: str, rule: tuple[str, str]) -> None:
    labels = {cell.label for cell in expected_cells(liaoning_source)}
    before = EQUIVALENTS[: EQUIVALENTS.index(rule)]
    for pattern, replacement in before:
        labels = {re.sub(pattern, replacement, label) for label in labels}
    assert any(re.search(rule[0], label) for label in labels)


def test_both_routes_agree_on_every_breakdown(pairs: list[Pair]) -> None:
    for cell, record in pairs:
        specific = {name: code for name, code in record["dimensions"].items() if code != "_T"}
        assert specific == translate_dimensions(cell), cell


def test_every_cell_is_broken_down_as_its_table_is(pairs: list[Pair]) -> None:
    for cell, record in pairs:
        # What it is compared with is told of every figure, and of no cell is it anything special.
        assert sorted(set(record["dimensions"]) - {"comparisonBase"}) in BREAKDOWNS[cell.table], cell
        assert record["dimensions"]["comparisonBase"] == "_T"


def test_every_cell_is_in_its_table(pairs: list[Pair], liaoning: Extraction) -> None:
    for cell, record in pairs:
        assert record["section"] == {part.path: part for part in liaoning.document.parts}[PARTS[cell.table]].trail


def test_every_cell_is_brought_to_its_base_unit(pairs: list[Pair]) -> None:
    for cell, record in pairs:
        base, exponent = BASES[cell.unit]
        value = None if cell.value is None else Decimal(cell.value).scaleb(exponent)
        assert record["base_unit"] == base
        assert (record["value_base"] and Decimal(record["value_base"])) == value


def test_every_cell_is_of_liaoning_and_read_by_rule_from_a_table(records: list[Record]) -> None:
    assert {(record["area"], record["origin"], record["read_by"]) for record in records} == {("CN-LN", "table", "rule")}


# The committed graph


def test_the_committed_graph_is_what_is_read_today(liaoning: Extraction) -> None:
    committed = {path.name: path.read_bytes() for path in GRAPH.iterdir()}
    fresh = render_graph(liaoning)
    assert sorted(committed) == sorted(fresh)
    stale = [name for name in fresh if committed[name] != fresh[name]]
    assert stale == [], "run provfin build"


def test_the_source_is_the_declared_one(liaoning: Extraction, liaoning_source: str) -> None:
    assert liaoning.report.sha256 == hashlib.sha256(liaoning_source.encode()).hexdigest()
    # The report says three things twice and otherwise; each is shown, and nothing else is.
    assert {gap.reason for gap in liaoning.gaps} == {"mentions-disagree"}


def test_every_figure_of_a_table_is_read(liaoning: Extraction) -> None:
    mentions = [mention for fact in liaoning.facts for mention in fact.mentions if mention.origin == "table"]
    assert len({mention.claim.key for mention in mentions}) == len(mentions) == CELLS
    assert Counter(mention.rule for mention in mentions) == {
        "banking-institutions": 52, "loan-rate-bands": 108, "bill-volumes": 24, "bill-rates": 16,
        "payment-systems": 22, "credit-by-month": 468, "economy-by-month": 372,
    }  # fmt: skip


def test_no_indicator_is_a_candidate(liaoning: Extraction) -> None:
    members = [member for fact in liaoning.facts for _, member in fact.claim.members]
    assert not any(concept.is_candidate for concept in [*members, *(fact.claim.indicator for fact in liaoning.facts)])


def test_the_outline_is_that_of_the_contents(liaoning: Extraction) -> None:
    kinds = Counter(part.kind for part in liaoning.document.parts)
    assert (kinds["table"], kinds["figure"], kinds["box"]) == (7, 9, 2)
    paths = {part.path for part in liaoning.document.parts if part.kind == "section"}
    assert paths >= {f"section/{number}" for number in (1, 2, 3)}
    assert not any("-at-" in path for path in paths)
    subsections = Counter(path.rsplit("/", 1)[0] for path in paths if path.count("/") == 3)
    assert subsections == {
        "section/1/1": 3, "section/1/2": 4, "section/1/3": 4,
        "section/2/1": 7, "section/2/2": 4, "section/2/3": 3, "section/2/4": 2,
    }  # fmt: skip
    assert {path for path in paths if path.startswith("box/")} == {
        *(f"box/1/{number}" for number in range(1, 6)),
        *(f"box/2/{number}" for number in range(1, 4)),
    }
    assert liaoning.document.gaps == ()
    assert len(liaoning.document.figure_sources) == 9
    assert [len(table.notes) for table in liaoning.document.tables] == [3, 0, 0, 0, 0, 0, 0]
    assert all(table.source for table in liaoning.document.tables)


# Intervals


@pytest.mark.parametrize(
    ("key", "lower", "upper"),
    [
        # Decimals that never say anything: whole numbers.
        ("2024/payment-transactions/high-value/count", "2082.5", "2083.5"),
        ("2023/payment-transactions/high-value/count", "2148.5", "2149.5"),
        ("2024/payment-amount/high-value/level", "1321880.5", "1321881.5"),
        ("2023/payment-amount/high-value/level", "1235704.5", "1235705.5"),
        # Decimals that do.
        ("2024/payment-transactions/bulk/count", "15217.75", "15217.85"),
        ("2023/payment-transactions/bulk/count", "14358.25", "14358.35"),
        ("2024/payment-amount/high-value/yoy_growth", "6.95", "7.05"),
        ("2024-12-31/bill-discounts-outstanding/commercial-accepted/level", "279.95", "280.05"),
        # Counts of single things are what they are; amounts in whole units are not.
        ("2024-12-31/banking-legal-entities/count", "74", "74"),
        ("2024-12-31/banking-assets/level", "110370.5", "110371.5"),
    ],
)
def test_a_figure_stands_for_its_interval(liaoning: Extraction, key: str, lower: str, upper: str) -> None:
    assert find_fact(liaoning, key).interval == Interval(Decimal(lower), Decimal(upper))


# Three observations, checked by hand

PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in ALL_PREFIXES.items())
PLACES = "@base <https://w3id.org/provfin/id/> .\n"
OUTPUT = """
<observation/liaoning-2025/CN-LN/2024/gross-regional-product/level>
    a pf:Observation , pf:NumericObservation , qb:Observation ;
    qb:dataSet <dataset/liaoning-2025/national-accounts> ;
    pf:indicator indicator:gross-regional-product ;
    pf:measure measure:level ;
    sdmx-dimension:refArea area:CN-LN ;
    sdmx-dimension:refPeriod period:2024 ;
    pf:activity activity:total ;
    pf:comparisonBase comparison-base:total ;
    pf:unit unit:hundred-million-cny ;
    sdmx-attribute:unitMeasure unit:cny ;
    sdmx-attribute:unitMult 8 ;
    sdmx-attribute:obsStatus sdmx-code:obsStatus-A ;
    sdmx-attribute:decimals 1 ;
    sdmx-measure:obsValue 32612.7 ;
    pf:valueInBaseUnit "3261270000000"^^xsd:decimal ;
    pf:lowerBound 32612.65 ;
    pf:upperBound 32612.75 ;
    rdfs:label "地区生产总值"@zh , "Gross regional product"@en ;
    pf:report <report/liaoning-2025> ;
    pf:mention <mention/liaoning-2025/PLACE> , <mention/liaoning-2025/400-407> , <mention/liaoning-2025/3072-3079> .
"""
GROWTH = """
<observation/liaoning-2025/CN-LN/2024-12-31/loans/foreign/yoy_growth>
    a pf:Observation , pf:NumericObservation , qb:Observation ;
    qb:dataSet <dataset/liaoning-2025/credit> ;
    pf:indicator indicator:loans ;
    pf:measure measure:yoy_growth ;
    sdmx-dimension:refArea area:CN-LN ;
    sdmx-dimension:refPeriod period:2024-12-31 ;
    pf:currencyScope currency-scope:foreign ;
    pf:institutionalSector sector:total ;
    pf:maturity maturity:total ;
    pf:comparisonBase comparison-base:total ;
    pf:unit unit:percent ;
    sdmx-attribute:unitMeasure unit:percent ;
    sdmx-attribute:unitMult 0 ;
    sdmx-attribute:obsStatus sdmx-code:obsStatus-A ;
    sdmx-attribute:decimals 1 ;
    sdmx-measure:obsValue -23.1 ;
    pf:valueInBaseUnit -23.1 ;
    pf:lowerBound -23.15 ;
    pf:upperBound -23.05 ;
    rdfs:label "金融机构外币各项贷款余额"@zh , "Loans outstanding (Foreign currencies)"@en ;
    pf:report <report/liaoning-2025> ;
    pf:mention <mention/liaoning-2025/PLACE> .
"""
DASH = """
<observation/liaoning-2025/CN-LN/2024-12-31/payment-coverage/rate>
    a pf:Observation , pf:MissingObservation , qb:Observation ;
    qb:dataSet <dataset/liaoning-2025/payments-missing> ;
    pf:indicator indicator:payment-coverage ;
    pf:measure measure:rate ;
    sdmx-dimension:refArea area:CN-LN ;
    sdmx-dimension:refPeriod period:2024-12-31 ;
    pf:paymentSystem payment-system:total ;
    pf:comparisonBase comparison-base:total ;
    pf:unit unit:percent ;
    sdmx-attribute:unitMeasure unit:percent ;
    sdmx-attribute:unitMult 0 ;
    sdmx-attribute:obsStatus sdmx-code:obsStatus-M ;
    pf:missingReason missing-reason:not-printed ;
    rdfs:label "支付清算系统覆盖率"@zh , "Coverage of payment and clearing systems"@en ;
    pf:report <report/liaoning-2025> ;
    pf:mention <mention/liaoning-2025/PLACE> .
"""


@pytest.mark.parametrize(
    ("turtle", "row", "exact"),
    [(OUTPUT, "\t32612.7\n", "32612.7"), (GROWTH, "\t-31.6\t-23.1\n", "-23.1"), (DASH, "\t6288\t—\t2083.0\t", "—")],
    ids=["output", "growth", "dash"],
)
def test_an_observation_is_what_was_checked_by_hand(liaoning_source: str, turtle: str, row: str, exact: str) -> None:
    assert liaoning_source.count(row) == 1
    start = liaoning_source.index(row) + row.index(exact)
    text = PLACES + PREFIXES + turtle.replace("PLACE", f"{start}-{start + len(exact)}")
    expected = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)}
    (subject,) = {triple.subject for triple in expected}
    said = {triple for triple in read_turtle(GRAPH / "observations.ttl") if triple.subject == subject}
    assert {str(triple) for triple in said ^ expected} == set()


# The report itself

WORDS = re.compile(r"[\u4e00-\u9fff]+")
LONGEST_QUOTATION = 30
TEXT_FILES = {".cff", ".html", ".json", ".jsonl", ".md", ".py", ".rq", ".toml", ".ttl", ".txt", ".yml"}


def list_text_files() -> list[Path]:
    """Return the files of the project, not those that tools leave in it."""
    folders = ["benchmarks", "data", "docs", "ontology", "queries", "shapes", "src", "tests"]
    paths = [*ROOT.iterdir(), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    return sorted(path for path in paths if path.suffix in TEXT_FILES and path.is_file())


def keep_words(text: str) -> str:
    """Return the Chinese of a text: spaces, figures and punctuation do not make a quotation another one."""
    return "".join(WORDS.findall(text))


def test_no_sentence_of_the_report_is_in_the_repository(liaoning_source: str) -> None:
    words = keep_words(liaoning_source)
    runs = {words[start : start + LONGEST_QUOTATION] for start in range(len(words) - LONGEST_QUOTATION + 1)}
    paths = list_text_files()
    assert len(paths) > 100
    for path in paths:
        text = keep_words(path.read_text(encoding="utf-8"))
        quoted = (text[start : start + LONGEST_QUOTATION] for start in range(len(text) - LONGEST_QUOTATION + 1))
        assert [run for run in quoted if run in runs] == [], path


def test_the_prose_of_the_invented_report_is_invented(liaoning_source: str) -> None:
    """The headings of tables are those of the genre; the running text shares no run of twenty characters."""
    lines = (ROOT / "tests" / "reports" / "example-2024.txt").read_text(encoding="utf-8").splitlines()
    text = keep_words("".join(line for line in lines if "\t" not in line and "|" not in line))
    words = keep_words(liaoning_source)
    assert [run for start in range(len(text) - 19) if (run := text[start : start + 20]) in words] == []


def test_where_the_reports_are_promised_a_missing_one_fails(tmp_path: Path) -> None:
    environment = {**os.environ, "PROVFIN_REPORTS": str(tmp_path), "PYTEST_ADDOPTS": ""}
    test = f"{__file__}::test_the_source_is_the_declared_one"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "liaoning-2025.txt is missing; set PROVFIN_REPORTS" in run.stdout
