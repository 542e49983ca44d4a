"""Taking a report apart: every piece in its place, and every place in the source."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provfin.document import Document, Gap, Passage, Span, load_genre, parse_document
from provfin.document.genre import read_chinese_number
from provfin.document.lines import cut_lines
from provfin.errors import InputError
from provfin.extraction import Extraction

TITLE = "示例省金融运行报告（2024）\n\n"
TABLE = "季度\t余额\n1\t2.0\n"
BOX = "专栏 1 小店\n\n引子。\n\n一、先借\n\n借了。\n\n二、后还\n\n还了。\n\n"

# Pieces that mean something to the parser, so that random texts reach all of it.
PIECES = st.sampled_from(
    [
        "\n", "\n\n", "\r\n", "\t", " ", "\u3000", "\ufeff", "|", "。", "！”", "目录\n", "[内容摘要]\n", "附录：\n",
        "**", "专栏 1 小店\n", "一、经济", "（二）金融", "1.网点。", "12 家。", "表 1 情况", "图2 产量\n",
        "单位：亿元\n", "数据来源：某处。\n", "注：1.甲。\n", "2.乙。\n", "² 注文。\n", "[3] 注文。\n", "执 笔：甲\n",
        "- 3 -\n", "季度\t1\n", "| 甲 | 2 |\n", "……9\n", "2023 年", "5.1%",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join))


def list_paths(document: Document) -> list[str]:
    return [part.path for part in document.parts]


def list_prose(document: Document) -> list[str]:
    return [paragraph.passage.text for paragraph in document.paragraphs]


def list_gaps(document: Document) -> list[tuple[str, str]]:
    return [(gap.reason, document.source[gap.span.start : gap.span.end]) for gap in document.gaps]


def list_passages(document: Document) -> list[Passage]:
    paragraphs = [passage for p in document.paragraphs for passage in (p.passage, *p.sentences)]
    notes = [note for table in document.tables for note in table.notes]
    return [*paragraphs, *notes, *(note.passage for note in document.footnotes)]


def check_places(document: Document) -> None:
    source = document.source
    for passage in list_passages(document):
        assert [source[offset] for offset in passage.offsets] == list(passage.text)
        assert list(passage.offsets) == sorted(set(passage.offsets))
    spans = [*(part.span for part in document.parts), *(gap.span for gap in document.gaps)]
    spans += [credit.span for credit in document.credits]
    assert all(0 <= span.start < span.end <= len(source) for span in spans)
    for table in document.tables:
        assert all(source[row.span.start : row.span.end] == row.text for row in table.rows)


# Any text


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_is_taken_apart_and_every_piece_knows_its_place(text: str) -> None:
    check_places(parse_document(text))


@settings(max_examples=300)
@given(TEXTS)
def test_lines_lie_one_behind_the_other_in_the_source(text: str) -> None:
    position = 0
    for line in cut_lines(text):
        assert line.is_blank or text[line.span.start : line.span.end] == line.text
        assert position <= line.span.start
        position = line.span.start


@settings(max_examples=300)
@given(TEXTS)
def test_sentences_make_up_their_paragraph(text: str) -> None:
    for paragraph in parse_document(text).paragraphs:
        together = "".join(sentence.text for sentence in paragraph.sentences)
        assert together.split() == paragraph.passage.text.split()


@given(TEXTS)
def test_the_same_text_is_taken_apart_in_the_same_way(text: str) -> None:
    assert parse_document(text) == parse_document(text)


# The invented report


def test_the_parts_are_those_the_contents_announce(example: Extraction) -> None:
    assert list_paths(example.document) == [
        "abstract",
        "section/1", "figure/1", "section/1/1", "section/1/1/1", "section/1/1/2", "section/1/2", "section/1/2/1",
        "figure/2",
        "section/2", "section/2/1", "section/2/1/1", "table/1", "section/2/1/2", "table/2", "box/1", "box/1/1",
        "box/1/2", "section/2/2", "section/2/2/1", "table/3", "table/4", "section/2/2/2", "table/5", "table/6",
        "section/3",
        "appendix", "appendix/1", "appendix/2", "appendix/table/1", "appendix/table/2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "trail"),
    [
        ("section/1/1/2", "一、经济怎么样 / （一）需求 / 2.盖的房子少了"),
        ("box/1/2", "二、金融怎么样 / （一）银行 / 专栏 1 一家虚构小店的贷款故事 / 二、按月还钱"),
        ("table/2", "二、金融怎么样 / （一）银行 / 2.贷款利率有高有低 / 表 2 2023 年一般贷款各档利率区间占比"),
        ("appendix/table/1", "附录： / （二）数字一览 / 表 1 2023 年虚构的存贷款指标"),
    ],
)
def test_a_trail_leads_from_the_outermost_part(example: Extraction, path: str, trail: str) -> None:
    assert {part.path: part for part in example.document.parts}[path].trail == trail


def test_the_first_line_is_the_title(example: Extraction) -> None:
    assert example.document.title is not None
    assert example.document.title.text == "示例省金融运行报告（2024）"
    assert example.document.title.span == Span(0, 15)


def test_every_piece_of_the_invented_report_knows_its_place(example: Extraction) -> None:
    check_places(example.document)


def test_a_sentence_that_a_page_break_splits_is_joined(example: Extraction) -> None:
    document = example.document
    sentences = [sentence for paragraph in document.paragraphs for sentence in paragraph.sentences]
    joined = next(sentence for sentence in sentences if "夜间商铺" in sentence.text)
    assert joined.text == "市集之外，夜间商铺多开了两成，雁鸣港的仓库也添了 16 座。"
    start = joined.text.index("多开了两成")
    span = joined.span(start, start + 5)
    assert document.source[span.start : span.end] == "多开了\n\n— 3 —\n\n两成"


def test_the_contents_and_page_numbers_are_no_prose(example: Extraction) -> None:
    prose = "".join(list_prose(example.document))
    assert "……" not in prose
    assert "— 3 —" not in prose
    assert "\t" not in prose


def test_figures_have_the_source_above_their_caption(example: Extraction) -> None:
    assert example.document.figure_sources == {"figure/1": "示例省统计处", "figure/2": "云溪市农事站"}


def test_tables_have_their_unit_and_source(example: Extraction) -> None:
    assert [(table.part.path, table.unit, table.source) for table in example.document.tables] == [
        ("table/1", None, "示例省虚构监管处"),
        ("table/2", "％", "示例银行云溪分行"),
        ("table/3", "亿元", "示例银行云溪分行"),
        ("table/4", "%", None),
        ("table/5", None, "示例银行云溪分行"),
        ("table/6", "家", None),
        ("appendix/table/1", None, "示例银行云溪分行"),
        ("appendix/table/2", None, "示例省统计处"),
    ]


def test_a_table_runs_on_behind_a_page_break(example: Extraction) -> None:
    assert len(example.document.tables[0].rows) == 10


def test_notes_stay_with_their_table(example: Extraction) -> None:
    notes = [note.text for note in example.document.tables[0].notes]
    assert len(notes) == 2
    assert notes[0].endswith("本表数字是编出来的，不含总部。")
    assert notes[1] == "农村合作机构含 9 家虚构的合作社，其资产未列。"


def test_notes_are_all_without_their_numbers(example: Extraction) -> None:
    assert not any(re.match(r"\d", note.text) for note in example.document.tables[0].notes)


def test_footnotes_have_their_mark(example: Extraction) -> None:
    notes = [(note.mark, note.passage.text) for note in example.document.footnotes]
    assert notes == [("²", "便民点是本虚构报告自造的叫法，共 3 种。")]


def test_credits_run_over_lines(example: Extraction) -> None:
    credits_page = [(credit.role, credit.names) for credit in example.document.credits]
    assert credits_page == [("总纂", "甲某 乙某"), ("执笔", "丙某 丁某 戊某")]
    span = example.document.credits[1].span
    assert example.document.source[span.start : span.end] == "执 笔：丙某\n丁某 戊某"


def test_the_appendix_numbers_its_tables_anew(example: Extraction) -> None:
    parts = {part.path: part for part in example.document.parts}
    assert parts["table/1"].title != parts["appendix/table/1"].title
    assert parts["appendix/table/1"].parent == parts["appendix/2"]


def test_the_invented_report_is_well_formed(example: Extraction) -> None:
    assert example.document.gaps == ()


# Contents and boxes


@pytest.mark.parametrize("leader", ["\t", " \t ", "......", "…………", "······"])
def test_contents_lines_end_in_a_page_number(leader: str) -> None:
    contents = f"目 录\n\n一、经济怎样{leader}2\n二、金融怎样{leader}13\n\n"
    document = parse_document(f"{TITLE}{contents}一、经济怎样\n\n好。\n\n二、金融怎样\n\n稳。\n")
    assert list_paths(document) == ["section/1", "section/2"]
    assert list_prose(document) == ["好。", "稳。"]


def test_a_heading_of_the_contents_closes_a_box() -> None:
    contents = "目录\n\n一、经济怎样\t2\n二、金融怎样\t3\n三、来年怎样\t5\n\n"
    document = parse_document(f"{TITLE}{contents}二、金融怎样\n\n{BOX}三、来年怎样\n\n再说。\n")
    assert list_paths(document) == ["section/2", "box/1", "box/1/1", "box/1/2", "section/3"]


def test_without_contents_a_box_ends_where_the_numbers_do_not_go_on() -> None:
    document = parse_document(f"{TITLE}四、金融\n\n{BOX}五、来年\n\n再说。\n")
    assert list_paths(document) == ["section/4", "box/1", "box/1/1", "box/1/2", "section/5"]


def test_a_second_box_closes_the_first() -> None:
    document = parse_document(f"{TITLE}一、金融\n\n{BOX}专栏 2 大店\n\n也借。\n")
    assert {part.path: part for part in document.parts}["box/2"].parent == {part.path: part for part in document.parts}[
        "section/1"
    ]


def test_parts_with_the_same_number_have_paths_of_their_own() -> None:
    document = parse_document(f"{TITLE}一、甲\n\n好。\n\n一、乙\n\n稳。\n")
    first, second = list_paths(document)
    assert first == "section/1"
    assert re.fullmatch(r"section/1-at-\d+", second)


def test_a_numbered_line_outside_a_section_opens_no_part() -> None:
    assert list_paths(parse_document(f"{TITLE}1.甲。乙。\n")) == []


@pytest.mark.parametrize(
    "line", ["2023 年，好。", "3.5 亿元。", "12 月，好。", "1.没有句号的一段", "3、" + "长" * 60 + "。"]
)
def test_a_line_that_begins_with_a_figure_is_no_subsection(line: str) -> None:
    assert list_paths(parse_document(f"{TITLE}一、甲\n\n（一）乙\n\n{line}\n")) == ["section/1", "section/1/1"]


def test_a_sentence_may_go_on_with_a_figure_behind_a_page_break() -> None:
    start = "1.企业。全省企业数量不断增加，结构不断改善，规模不断扩大，全年新增"
    document = parse_document(f"{TITLE}一、甲\n\n（一）乙\n\n{start}\n\n20 家企业上市。\n")
    assert list_prose(document) == [f"{start}20 家企业上市。"]


def test_the_abstract_may_stand_behind_the_contents() -> None:
    document = parse_document(f"{TITLE}目录\n\n一、经济怎样\t2\n\n内容摘要\n\n平稳。\n\n一、经济怎样\n\n好。\n")
    assert list_paths(document) == ["abstract", "section/1"]


def test_page_numbers_of_the_contents_may_stand_behind_spaces() -> None:
    document = parse_document(f"{TITLE}目录\n\n一、经济怎样    2\n二、金融怎样    3\n\n一、经济怎样\n\n好。\n")
    assert list_paths(document) == ["section/1"]


def test_a_short_heading_behind_the_contents_is_a_heading() -> None:
    document = parse_document(f"{TITLE}目录\n\n一、经济\t2\n二、金融\t3\n\n一、经济\n\n好。\n\n二、金融\n\n稳。\n")
    assert list_paths(document) == ["section/1", "section/2"]


def test_an_entry_of_the_contents_may_be_broken_over_two_lines() -> None:
    contents = "目录\n\n一、经济怎样\t2\n专栏 1 一家小店怎样借到了钱又怎样\n按月还清\t3\n二、金融怎样\t4\n\n"
    document = parse_document(f"{TITLE}{contents}一、经济怎样\n\n好。\n\n二、金融怎样\n\n稳。\n")
    assert list_paths(document) == ["section/1", "section/2"]


# Captions


def test_a_caption_runs_over_two_lines() -> None:
    document = parse_document(f"{TITLE}表 4 2023 年票据\n\n利率表\n\n单位：%\n\n{TABLE}")
    (table,) = document.tables
    assert (table.part.title, table.unit) == ("表 4 2023 年票据利率表", "%")
    assert document.source[table.part.span.start : table.part.span.end] == "表 4 2023 年票据\n\n利率表"


@pytest.mark.parametrize("line", ["表 1 说明了一切。", "表外业务减少", "图书多了", "表明态度"])
def test_prose_that_begins_like_a_caption_is_prose(line: str) -> None:
    assert list_prose(parse_document(f"{TITLE}一、甲\n\n{line}\n")) == [line]


def test_a_caption_without_a_table_is_a_gap() -> None:
    document = parse_document(f"{TITLE}表 1 甲的情况\n\n这里没有表，只有一句话，说的是别的事情。\n")
    assert list_gaps(document) == [("caption-without-table", "表 1 甲的情况")]


def test_a_single_row_without_a_caption_is_a_gap() -> None:
    document = parse_document(f"{TITLE}甲\t1\n")
    assert list_gaps(document) == [("stray-row", "甲\t1")]


def test_rows_without_a_caption_are_a_table_all_the_same() -> None:
    (table,) = parse_document(f"{TITLE}一、甲\n\n{TABLE}").tables
    assert table.part.title == ""
    assert table.part.path.startswith("table/")


def test_a_new_caption_ends_a_table() -> None:
    document = parse_document(f"{TITLE}表 1 甲\n{TABLE}表 2 乙\n{TABLE}")
    assert [len(table.rows) for table in document.tables] == [2, 2]


def test_a_heading_is_not_the_rest_of_a_caption() -> None:
    document = parse_document(f"{TITLE}一、经济\n\n表 6 一张图片\n\n二、金融\n\n稳。\n")
    assert list_paths(document) == ["section/1", "table/6", "section/2"]


def test_a_source_below_its_figure_is_not_that_of_the_next() -> None:
    document = parse_document(f"{TITLE}一、甲\n\n图1 子\n\n数据来源：此处。\n\n好。\n\n图2 丑\n\n数据来源：彼处。\n")
    assert document.figure_sources.get("figure/2") != "此处"


def test_a_source_is_given_to_one_figure() -> None:
    document = parse_document(f"{TITLE}一、甲\n\n数据来源：此处。\n\n图1 子\n\n好。\n\n图2 丑\n\n稳。\n")
    assert document.figure_sources == {"figure/1": "此处"}


# Lines and sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("好。稳。", ["好。", "稳。"]),
        ("“天天好。”他说。", ["“天天好。”", "他说。"]),
        ("真好！真的吗？真的……", ["真好！", "真的吗？", "真的……"]),
        ("增长 5.1%；下降 0.3%", ["增长 5.1%；下降 0.3%"]),
    ],
)
def test_sentences_end_at_full_stops(text: str, sentences: list[str]) -> None:
    (paragraph,) = parse_document(f"{TITLE}一、甲\n\n{text}\n").paragraphs
    assert [sentence.text for sentence in paragraph.sentences] == sentences


def test_opening_emphasis_belongs_to_the_sentence_it_opens() -> None:
    (paragraph,) = parse_document(f"{TITLE}一、甲\n\n过半。**一是平稳。**够用。\n").paragraphs
    assert [sentence.text for sentence in paragraph.sentences] == ["过半。", "**一是平稳。**", "够用。"]


def test_short_lines_are_not_joined() -> None:
    assert list_prose(parse_document(f"{TITLE}一、甲\n\n短的一行\n\n又一行\n")) == ["短的一行", "又一行"]


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("\n", "\r"), ("\n", "\u2028"), ("", "\ufeff")])
def test_line_ends_and_byte_order_marks_change_nothing_but_places(example: Extraction, change: tuple[str, str]) -> None:
    old, new = change
    source = example.document.source
    document = parse_document(source.replace(old, new) if old else new + source)
    check_places(document)
    assert list_paths(document) == list_paths(example.document)
    assert list_prose(document) == list_prose(example.document)


def test_a_gap_says_on_which_line_it_is() -> None:
    gap = Gap("reason", Span(4, 6), "what", "how", "where")
    assert gap.as_record("一\r\n\n二三") == {
        "reason": "reason", "start": 4, "end": 6, "line": 3, "exact": "二三",
        "section": "where", "message": "what", "repair": "how",
    }  # fmt: skip


def test_lines_are_counted_as_they_are_cut() -> None:
    assert Gap("reason", Span(2, 3), "what", "how").as_record("一\r二")["line"] == 2


# The genre


def write_chinese_number(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{digits[tens]}十")
    return head + (digits[ones] if ones else "")


@pytest.mark.parametrize("number", range(1, 100))
def test_headings_are_numbered_up_to_ninety_nine(number: int) -> None:
    assert read_chinese_number(write_chinese_number(number)) == number


@pytest.mark.parametrize("text", ["", "零", "百", "十百", "一二", "3"])
def test_what_is_no_chinese_number_is_zero(text: str) -> None:
    assert read_chinese_number(text) == 0


@pytest.mark.parametrize(
    "content", ["", "not toml =", "[line]\n", "[line]\na = '('\n[heading]\nlongest = 3\n[title]\n[table]\n"]
)
def test_a_bad_genre_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "genre.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"genre\.toml: not a genre file"):
        load_genre(path)


def test_a_missing_genre_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        load_genre(tmp_path / "none.toml")
