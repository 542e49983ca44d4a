"""The form of a sentence that phrases are matched against, and where its pieces end."""

from provfin.document import Passage, Span
from provfin.statements.clauses import split_at_bracket
from provfin.statements.grammar import load_grammar
from provfin.statements.plain import cut_spans, make_plain

GRAMMAR = load_grammar()


def cut(text: str, boundary: str, figures: tuple[int, ...] = ()) -> list[str]:
    return [text[start:end] for start, end in cut_spans(text, GRAMMAR, boundary, figures)]


def test_white_space_marks_and_emphasis_are_no_part_of_the_plain_text() -> None:
    source = "前**存 款**[3]１２\n亿元后"
    plain = make_plain(Passage.cut(source, Span(1, len(source) - 1)), GRAMMAR)
    assert plain.text == "存款12亿元"
    assert plain.exact(2, 6) == "１２\n亿元"
    assert source[plain.span(0, 2).start : plain.span(0, 2).end] == "存 款"


def test_clauses_end_at_commas_outside_of_numbers_and_brackets() -> None:
    assert cut("甲1,234元,乙(丙,丁),戊", "clause") == ["甲1,234元", "乙(丙,丁)", "戊"]


def test_clauses_end_in_a_bracket_behind_a_figure_of_it() -> None:
    assert cut("甲3元(4%,高5点),乙", "clause", (1, 4)) == ["甲3元(4%", "高5点)", "乙"]


def test_sentences_end_at_stops_and_never_inside_a_ratio() -> None:
    assert cut("甲。乙！丙", "sentence") == ["甲", "乙", "丙"]
    assert cut("比为4:45", "clause") == ["比为4:45"]


def test_brackets_that_do_not_match_are_no_hindrance() -> None:
    assert cut("甲(乙,丙", "clause") == ["甲(乙,丙"]
    assert cut("甲)乙,丙", "clause") == ["甲)乙", "丙"]
    assert split_at_bracket("))甲((乙") == (2, ")甲(", "乙")
    assert split_at_bracket("甲(乙)丙") == (0, "甲(乙)丙", "")
