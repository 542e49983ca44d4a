"""Reading a whole report: what it is, what is told when something is wrong, and what no damage may do to it."""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provfin.document import Gap, Line, Span
from provfin.errors import InputError
from provfin.extraction import (
    Extraction,
    extract,
    extract_text,
    make_report_id,
    read_source,
    refuse_stale_curation,
)
from provfin.facts import Fact
from provfin.graph import build_graph
from provfin.ledger import make_ledger
from provfin.mentions import Mention

TABLE = "表 4 票据贴现利率\n单位：%\n季度\t贴现\n\t银行承兑汇票\n1\t2.31\n"
ECONOMY = "表 2 主要经济指标\n\t1月\t2月\n\t绝对值\t\n进口（亿元）\t1.0\t2.0\n"


# What is told of prose: names the vocabulary lacks, figures it does not explain, figures that contradict each other.
# Of a damaged text the decisions of reviewers no longer hold; where they stood may be behind its end.
STALE = "curation-does-not-match"
OF_PROSE = {"candidate-concept", "mentions-disagree", "prose-not-clear", "prose-not-read", STALE}


def list_mentions(extraction: Extraction) -> list[Mention]:
    return sorted((mention for fact in extraction.facts for mention in fact.mentions), key=lambda m: m.span)


def list_values(facts: Iterable[Fact]) -> dict[str, tuple[str, str]]:
    """Return the value and unit that tables print of facts under their keys; what is disputed is no value."""
    return {
        fact.claim.key: (str(mention.value), mention.unit.code)
        for fact in facts
        for mention in fact.mentions
        if mention.origin == "table" and not fact.disputed
    }


def list_said(mentions: Iterable[Mention]) -> set[tuple[int, int, str, str]]:
    """Return the place, value and measure of the mentions of prose."""
    return {
        (mention.span.start, mention.span.end, str(mention.value), mention.claim.measure)
        for mention in mentions
        if mention.origin == "prose"
    }


def count_reasons(extraction: Extraction) -> Counter[str]:
    return Counter(gap.reason for gap in extraction.gaps)


def list_reasons(extraction: Extraction) -> set[str]:
    return set(count_reasons(extraction)) - OF_PROSE


def check_places(extraction: Extraction) -> None:
    source = extraction.document.source
    mentions = list_mentions(extraction)
    assert all(source[mention.span.start : mention.span.end] == mention.exact for mention in mentions)
    assert len({mention.span for mention in mentions}) == len(mentions)
    told = [gap for gap in extraction.gaps if gap.reason != STALE]
    assert all(0 <= gap.span.start <= gap.span.end <= len(source) for gap in told)
    keys = [fact.claim.key for fact in extraction.facts]
    assert len(keys) == len(set(keys))


def find_unplaced(extraction: Extraction) -> Counter[str]:
    """Return the numbers of a report that the ledger knows nothing of."""
    return Counter(line.exact for line in make_ledger(extraction) if line.reason == "nothing was made of it")


# Files


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        ("\ufeff\n".encode(), "the file is empty"),
        ("辽宁".encode("gb18030"), r"not UTF-8 text \(byte 0 of 4\)"),
        ("辽宁省".encode("utf-16"), r"not UTF-8 text \(byte 0 of 8\)"),
        (b"%PDF-1.7\x00\x01", r"not text \(a control character at 8\)"),
        ("辽\x1b宁".encode(), r"not text \(a control character at 1\)"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"report\.txt: {said}; (give|convert)"):
        read_source(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: cannot be read \(No such file or directory\)"):
        read_source(tmp_path / "none.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_source(tmp_path)


@pytest.mark.parametrize("text", ["一\r\n二\r三\n", "\ufeff一\n", "一\x85二\u2028三", "一\t\x0c二"])
def test_a_text_is_kept_untouched(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(text.encode())
    assert read_source(path) == text


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("liaoning-2025.txt", None, "liaoning-2025"),
        ("Jilin_2024.TXT", None, "jilin-2024"),
        ("报告.txt", "hebei-2023", "hebei-2023"),
    ],
)
def test_a_report_is_called_by_its_file_or_as_one_says(name: str, given: str | None, wanted: str) -> None:
    assert make_report_id(Path(name), given) == wanted


@pytest.mark.parametrize("name", ["报告.txt", "a b.txt", "-a.txt", "a--b.txt", "..", "A/é.txt"])
def test_a_name_that_makes_no_id_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="is no report id; give --report-id"):
        make_report_id(Path(name), None)


@pytest.mark.parametrize("report_id", ["", "A", "a/b", "../a", "a-", "a\n", "辽宁"])
def test_an_id_of_bad_form_is_refused(report_id: str) -> None:
    with pytest.raises(InputError, match="is no report id"):
        make_report_id(Path("a.txt"), report_id)


def test_a_file_is_read_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "jilin-2024.txt"
    path.write_text(f"吉林省金融运行报告（2024）\n\n{TABLE}", encoding="utf-8")
    extraction = extract(path)
    assert extraction.report.id == "jilin-2024"
    assert extraction.report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(list_values(extraction.facts)) == ["CN-JL/2023-01--2023-03/bill-discount-rate/bank-accepted/rate"]


# What a report is


@pytest.mark.parametrize(
    ("title", "area", "year"),
    [
        ("吉林省金融运行报告（2024）", "CN-JL", 2023),
        ("吉林省 金融运行报告 (2024)", "CN-JL", 2023),
        ("吉林金融运行报告（２０２４）", "CN-JL", 2023),
        ("广西壮族自治区金融运行报告（2019）", "CN-GX", 2018),
        ("上海市区域金融运行报告（2021）", "CN-SH", 2020),
        ("2023年吉林省金融运行报告", "CN-JL", 2023),
        ("2023 吉林省金融运行报告", "CN-JL", 2023),
    ],
)
def test_the_title_names_the_area_and_the_year_told_of(title: str, area: str, year: int) -> None:
    extraction = extract_text(f"{title}\n\n好。\n", "some")
    assert (extraction.report.area.code, extraction.report.year, extraction.gaps) == (area, year, ())


def test_an_area_that_is_not_known_is_told(example: Extraction) -> None:
    assert example.report.area.code == "unknown"
    (gap,) = (gap for gap in example.gaps if gap.reason == "area-not-known")
    assert "示例省金融运行报告（2024）" in gap.message
    assert "data/reports/example-2024.toml" in gap.repair


def test_a_year_that_the_title_does_not_name_is_the_commonest_one() -> None:
    extraction = extract_text("某份报告\n\n2021 年好，2022年更好，2022 年最好。\n", "some")
    assert extraction.report.year == 2022
    assert [gap.reason for gap in extraction.gaps[:2]] == ["area-not-known", "year-not-known"]


@pytest.mark.parametrize("edition", ["0000", "0001"])
def test_an_impossible_year_in_the_title_is_no_error(edition: str) -> None:
    for text in (TABLE, "好。\n"):
        build_graph(extract_text(f"吉林省金融运行报告（{edition}）\n\n{text}", "some"))


def test_the_title_may_stand_behind_a_cover_line() -> None:
    assert extract_text("示例银行研究室\n\n吉林省金融运行报告（2024）\n\n好。\n", "some").report.area.code == "CN-JL"


def test_what_is_declared_of_a_report_goes_before_what_it_prints() -> None:
    report = extract_text("某份报告\n\n好。\n", "liaoning-2025").report
    assert (report.area.code, report.year, report.title_en) == (
        "CN-LN", 2024, "Financial Operation Report of Liaoning Province (2025)",
    )  # fmt: skip


def test_another_text_than_the_one_declared_is_told() -> None:
    assert "source-differs" in list_reasons(extract_text("某份报告\n\n好。\n", "liaoning-2025"))


@pytest.mark.parametrize(
    "text", ["", "好", "\t\t", "1\t2\n3\t4\n", "目录", "专栏", "表 1 银行业金融机构情况", "注：1.好。"]
)
def test_hardly_any_text_is_read_too(text: str) -> None:
    extraction = extract_text(text, "some")
    check_places(extraction)
    assert extraction.facts == ()


# Nothing is lost


def test_every_number_of_prose_and_notes_is_told(example: Extraction) -> None:
    document = example.document
    passages = [paragraph.passage for paragraph in document.paragraphs]
    passages += [note for table in document.tables for note in table.notes]
    passages += [footnote.passage for footnote in document.footnotes]
    numbers = [
        passage.span(*match.span()) for passage in passages for match in re.finditer(r"\d+(?:[.,]\d+)*", passage.text)
    ]
    told = [mention.span for mention in list_mentions(example) if mention.origin == "prose"]
    told += [item.span for item in example.dismissals]
    told += [gap.span for gap in example.gaps if gap.reason in {"prose-not-clear", "prose-not-read"}]
    for number in numbers:
        assert sum(span.start <= number.start and number.end <= span.end for span in told) == 1, number
    assert len(numbers) > 60


def test_every_value_of_a_table_is_a_fact_or_a_gap(example: Extraction) -> None:
    placed = {mention.span.start for mention in list_mentions(example)}
    gaps = [gap.span for gap in example.gaps]
    for table in example.document.tables:
        for row in table.rows:
            for match in re.finditer(r"(?<=[\t|])\s*([－−-]?[\d０-９][\d０-９,.．，]*|—)[①*]?\s*(?=[\t|]|$)", row.text):
                start = row.span.start + match.start(1)
                assert start in placed or any(gap.start <= start <= gap.end for gap in gaps), match[0]


@pytest.mark.parametrize(
    "text",
    [
        "全年新增 77 家。\n",
        f"{TABLE}\n注：另有 77 家。\n",
        "一、甲情况\n\n好。\n\n² 另有 77 家。\n",
        "季度\t77\n",
        "表 6 典当行\n\n地区\t数量\n云溪市\t77\n",
        "一、新增企业 77 家\n\n好。\n",
        "专栏 1 帮助 77 家小店\n\n好。\n",
    ],
)
def test_no_number_is_lost_wherever_it_stands(text: str) -> None:
    assert "77" not in find_unplaced(extract_text(f"吉林省金融运行报告（2024）\n\n{text}", "some"))


def test_a_candidate_is_told_once() -> None:
    rows = "||1月|2月\n本外币|茶园贷款余额（亿元）|1.0|2.0\n|茶园贷款同比增长（%）|3.0|4.0\n".replace("|", "\t")
    extraction = extract_text(f"吉林省金融运行报告（2024）\n\n表 1 存贷款指标\n{rows}", "some")
    assert count_reasons(extraction) == {"candidate-concept": 1}
    assert "茶园贷款余额" in extraction.gaps[0].message


def test_gaps_are_in_reading_order(example: Extraction) -> None:
    places = [gap.span for gap in example.gaps]
    assert places == sorted(places)


def test_gaps_say_where_they_are_and_what_to_do(example: Extraction) -> None:
    assert all(gap.message and gap.repair for gap in example.gaps)
    # The title stands in no part, and a footnote at the foot of a page.
    foot = example.document.footnotes[0].passage.offsets[0]
    assert all(gap.place for gap in example.gaps if 0 < gap.span.start < foot)


# Damage

SNIPPETS = st.sampled_from(
    [
        "",
        "\t",
        "\n",
        "\n\n",
        "|",
        "—",
        "-",
        "1",
        "9.9",
        "，",
        "。",
        "：",
        "（",
        "）",
        "表 1 ",
        "其中：",
        "专栏 2 甲\n",
        "目录\n",
        "月",
        "%",
        "亿元",
    ]
) | st.text(max_size=3)
EDITS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 60), SNIPPETS), min_size=1, max_size=10)


@settings(max_examples=60)
@given(EDITS)
def test_a_randomly_edited_report_is_read(example: Extraction, edits: list[tuple[int, int, str]]) -> None:
    source = example.document.source
    for start, length, text in edits:
        source = source[:start] + text + source[start + length :]
    extraction = extract_text(source, "example-2024")
    check_places(extraction)
    build_graph(extraction)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8))
def test_a_report_with_its_lines_moved_is_read(example: Extraction, moves: list[tuple[int, int]]) -> None:
    lines = example.document.source.splitlines(keepends=True)
    for old, new in moves:
        lines.insert(new % len(lines), lines.pop(old % len(lines)))
    check_places(extract_text("".join(lines), "example-2024"))


# Damage to the real report


def find_data_rows(extraction: Extraction, path: str) -> list[list[Line]]:
    """Return the rows with figures of a table, those between two headings together."""
    (block,) = (table for table in extraction.document.tables if table.part.path == path)
    starts = [mention.span.start for mention in list_mentions(extraction) if mention.part.path == path]
    runs: list[list[Line]] = [[]]
    for row in block.rows:
        if any(row.span.start <= start < row.span.end for start in starts):
            runs[-1].append(row)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def shuffle_rows(source: str, rows: list[Line], seed: int) -> str:
    """Return a source with rows in another order: for seed 0 in the reverse one."""
    shuffled = random.Random(seed).sample(rows, len(rows)) if seed else rows[::-1]
    for row, other in sorted(zip(rows, shuffled, strict=True), key=lambda pair: -pair[0].span.start):
        source = source[: row.span.start] + other.text + source[row.span.end :]
    return source


CHINESE_NUMBER = re.compile("[一二两三四五六七八九十]")
SENTENCE_END = re.compile("[。！？]")
TABLES = ["table/1", "table/2", "table/3", "table/4", "table/5", "appendix/table/1", "appendix/table/2"]


@pytest.mark.parametrize("part", range(1, 41))
def test_what_is_read_of_a_report_cut_off_is_true(liaoning: Extraction, part: int) -> None:
    source = liaoning.document.source
    end = len(source) * part // 41
    extraction = extract_text(source[:end], "liaoning-2025")
    check_places(extraction)
    assert list_values(extraction.facts).items() <= list_values(liaoning.facts).items()
    whole = [mention for mention in list_mentions(extraction) if SENTENCE_END.search(source, mention.span.end, end)]
    assert list_said(whole) <= list_said(list_mentions(liaoning))
    assert list_reasons(extraction) <= {
        "source-differs", "cut-off", "event-kind-not-known", "caption-without-table",
        "heading-without-rows", "row-cut-short", "row-without-figures", "figure-cut-off", "blank-cell", "not-a-figure",
        "table-not-known",
    }  # fmt: skip


@pytest.mark.parametrize("path", TABLES)
def test_a_last_cell_cut_off_is_not_read_as_another_figure(liaoning: Extraction, path: str) -> None:
    ends = {row.span.end for run in find_data_rows(liaoning, path) for row in run}
    last = [mention for mention in list_mentions(liaoning) if mention.span.end in ends and len(mention.exact) > 1]
    for cut in range(last[-1].span.start + 1, last[-1].span.end):
        extraction = extract_text(liaoning.document.source[:cut], "liaoning-2025")
        assert list_values(extraction.facts).items() <= list_values(liaoning.facts).items()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", TABLES[:5])
def test_rows_that_say_all_themselves_may_stand_in_any_order(liaoning: Extraction, path: str, seed: int) -> None:
    source = liaoning.document.source
    for run in find_data_rows(liaoning, path):
        source = shuffle_rows(source, run, seed)
    shuffled = extract_text(source, "liaoning-2025")
    assert list_values(shuffled.facts) == list_values(liaoning.facts)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", TABLES)
def test_no_figure_of_a_table_is_lost_when_its_rows_are_shuffled(liaoning: Extraction, path: str, seed: int) -> None:
    rows = [row for run in find_data_rows(liaoning, path) for row in run]
    shuffled = extract_text(shuffle_rows(liaoning.document.source, rows, seed), "liaoning-2025")
    check_places(shuffled)
    assert find_unplaced(shuffled) <= find_unplaced(liaoning)


@pytest.mark.parametrize("path", TABLES)
def test_a_table_with_its_headings_shuffled_too_is_read(liaoning: Extraction, path: str) -> None:
    (block,) = (table for table in liaoning.document.tables if table.part.path == path)
    check_places(extract_text(shuffle_rows(liaoning.document.source, list(block.rows), 1), "liaoning-2025"))


def test_a_report_without_its_figures_has_gaps_instead(liaoning: Extraction) -> None:
    source = liaoning.document.source
    for mention in reversed(list_mentions(liaoning)):
        if mention.value is not None:
            source = source[: mention.span.start] + source[mention.span.end :]
    extraction = extract_text(source, "liaoning-2025")
    dashes = {fact.claim.key for fact in liaoning.facts if fact.value is None}
    assert set(list_values(extraction.facts)) <= dashes
    assert list_reasons(extraction) == {"source-differs", "blank-cell", "row-without-figures"}


def test_a_report_without_a_digit_has_no_facts_with_a_value(liaoning: Extraction) -> None:
    extraction = extract_text(re.sub(r"\d", "", liaoning.document.source), "liaoning-2025")
    check_places(extraction)
    spelled = [mention for mention in list_mentions(extraction) if mention.value is not None]
    assert all(mention.origin == "prose" and CHINESE_NUMBER.search(mention.exact) for mention in spelled)
    assert all(fact.value is None for fact in extraction.facts if fact.mentions[0].origin == "table")


def test_a_report_without_tabs_has_captions_without_tables(liaoning: Extraction) -> None:
    extraction = extract_text(liaoning.document.source.replace("\t", ""), "liaoning-2025")
    check_places(extraction)
    assert list_values(extraction.facts) == {}
    # The contents are none without tabs either, so the captions in them are told as well.
    assert count_reasons(extraction)["caption-without-table"] >= len(TABLES)


def test_line_ends_of_windows_change_nothing_but_places(liaoning: Extraction) -> None:
    extraction = extract_text(liaoning.document.source.replace("\n", "\r\n"), "liaoning-2025")
    check_places(extraction)
    assert list_values(extraction.facts) == list_values(liaoning.facts)
    assert list_reasons(extraction) - list_reasons(liaoning) == {"source-differs"}
    assert list_lines(extraction) == list_lines(liaoning)


def list_lines(extraction: Extraction) -> list[int]:
    """Return the lines of the figures of prose, and those that gaps give for what is disputed."""
    source = extraction.document.source
    figures = [source.count("\n", 0, m.span.start) for m in list_mentions(extraction) if m.origin == "prose"]
    gaps = (gap for gap in extraction.gaps if gap.reason == "mentions-disagree")
    return [*figures, *(gap.as_record(source)["line"] for gap in gaps)]


def test_a_byte_order_mark_moves_every_place_by_one(liaoning: Extraction) -> None:
    extraction = extract_text("\ufeff" + liaoning.document.source, "liaoning-2025")
    assert list_values(extraction.facts) == list_values(liaoning.facts)
    moved = [mention.span.start - 1 for mention in list_mentions(extraction)]
    assert moved == [mention.span.start for mention in list_mentions(liaoning)]


def test_another_province_and_year_are_read_alike(liaoning: Extraction) -> None:
    source = liaoning.document.source.replace("辽宁", "吉林")
    for old in (2023, 2024, 2025):
        source = re.sub(rf"(?<![\d.]){old}(?![\d.])", str(old - 1), source)
    extraction = extract_text(source, "jilin-2024")
    moved = {}
    for key, value in list_values(liaoning.facts).items():
        shifted = key.replace("CN-LN/", "CN-JL/").replace("2023", "2022").replace("2024", "2023")
        moved[shifted.replace("2023-02-29", "2023-02-28")] = value
    assert (extraction.report.area.code, extraction.report.year) == ("CN-JL", 2023)
    assert list_values(extraction.facts) == moved
    assert list_reasons(extraction) == set()


def test_a_report_read_twice_is_the_same(liaoning: Extraction) -> None:
    again = extract_text(liaoning.document.source, "liaoning-2025")
    assert again.facts == liaoning.facts
    assert again.gaps == liaoning.gaps


# Not the reverse order (seed 0): it exchanges the halves of table 2 and keeps the order within both alike.
@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize("path", TABLES)
def test_shuffled_rows_give_gaps_and_no_wrong_fact(liaoning: Extraction, path: str, seed: int) -> None:
    rows = [row for run in find_data_rows(liaoning, path) for row in run]
    shuffled = extract_text(shuffle_rows(liaoning.document.source, rows, seed), "liaoning-2025")
    assert list_values(shuffled.facts).items() <= list_values(liaoning.facts).items()
    lost = len(list_values(liaoning.facts)) - len(list_values(shuffled.facts))
    assert lost <= len([gap for gap in shuffled.gaps if gap.reason not in OF_PROSE]) * 12


# Prose beside tables


def test_what_prose_and_tables_say_of_one_thing_is_one_fact(example: Extraction) -> None:
    fact = next(fact for fact in example.facts if fact.claim.key == "unknown/2023-12-31/deposits/level")
    assert [(mention.exact, mention.origin) for mention in fact.mentions] == [
        ("9,488.2", "table"), ("9488 亿元", "prose"), ("0.95 万亿元", "prose"),
    ]  # fmt: skip
    assert fact.disputed == ()


def test_what_prose_says_twice_and_otherwise_is_disputed(example: Extraction) -> None:
    (fact,) = (fact for fact in example.facts if fact.disputed)
    assert fact.claim.key == "unknown/2023/tourism-revenue/level"
    assert [(mention.exact, mention in fact.disputed) for mention in fact.mentions] == [
        ("62.0 亿元", False), ("64.5 亿元", True)
    ]  # fmt: skip
    told = [gap.span for gap in example.gaps if gap.reason == "mentions-disagree"]
    assert told == sorted(mention.span for mention in fact.mentions)


@pytest.mark.parametrize(
    ("rule", "exact", "key"),
    [
        ("prose-number", "0.6 个百分点", "2023-01--2023-06/gross-regional-product/nation/diff_pp"),
        ("prose-number", "1.3 个百分点", "2023/housing-sales-area/growth_change_pp"),
        ("prose-ratio", "37.1", "2023-01--2023-06/gross-regional-product/secondary-industry/ratio"),
        ("prose-record", "5 年", "2023-12-31/deposits/ranking"),
        ("prose-streak", "3 个月", "2023/housing-sales-area/streak"),
    ],
)
def test_the_forms_of_figures_are_all_in_the_invented_report(
    example: Extraction, rule: str, exact: str, key: str
) -> None:
    found = [
        (mention.rule, mention.exact)
        for fact in example.facts
        if fact.claim.key == f"unknown/{key}"
        for mention in fact.mentions
    ]
    assert found == [(rule, exact)]


def test_a_figure_at_the_very_end_of_the_file_may_have_lost_some_of_it() -> None:
    text = "吉林省金融运行报告（2024）\n\n粮食总产量 212 万吨"
    whole, cut = extract_text(f"{text}。\n", "some"), extract_text(text, "some")
    assert [mention.exact for mention in list_mentions(whole)] == ["212 万吨"]
    assert (cut.facts, count_reasons(cut)) == ((), {"cut-off": 1})


def test_a_figure_that_a_page_break_splits_is_at_its_place() -> None:
    lead = "这是一段写得相当长的虚构文字，为的是让它在页末断开而不成句，粮食总产量达到"
    extraction = extract_text(f"吉林省金融运行报告（2024）\n\n一、甲\n\n{lead} 212\n\n— 3 —\n\n万吨。\n", "some")
    assert len(extraction.facts) == 1
    check_places(extraction)


def test_prose_is_read_with_how_sure_the_rules_are(example: Extraction) -> None:
    figures = [mention for mention in list_mentions(example) if mention.origin == "prose"]
    assert (example.share.right, example.share.wrong, example.share.missed) == (len(figures), 0, 0)


def test_decisions_on_another_text_are_refused(liaoning: Extraction) -> None:
    refuse_stale_curation(liaoning)
    stale = Gap("curation-does-not-match", Span(7, 9), "the curation expects 'a' here", "review the report anew")
    with pytest.raises(InputError, match="liaoning-2025, 7: the curation expects 'a' here; review the report anew"):
        refuse_stale_curation(replace(liaoning, gaps=(*liaoning.gaps, stale)))
