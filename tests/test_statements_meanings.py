"""What a figure says of its topic."""

import pytest

from provfin.statements.context import Said
from provfin.statements.figures import FigureReader
from provfin.statements.grammar import load_grammar
from provfin.statements.meanings import MeaningReader
from provfin.statements.predicates import PredicateReader
from provfin.statements.topics import Topic
from provfin.vocabulary import load_vocabulary

GRAMMAR, VOCABULARY = load_grammar(), load_vocabulary()
FIGURES = FigureReader(GRAMMAR, VOCABULARY)
PREDICATES = PredicateReader(GRAMMAR)
READER = MeaningReader(VOCABULARY, GRAMMAR)


def tell(words: str, figure: str, topic: Topic, said: Said | None = None, *, is_open: bool = False) -> str:
    """Return measure, sign and base of a figure behind words."""
    (printed,) = FIGURES.read(figure)[0]
    meaning = READER.read(printed, PREDICATES.read(words), topic, said or Said(), is_open=is_open)
    return f"{meaning.measure} {meaning.sign} {meaning.base}" if meaning else "-"


@pytest.mark.parametrize(
    ("words", "figure", "name", "expected"),
    [
        ("同比增长", "3%", "茶叶产量", "yoy_growth 1 _T"),
        ("环比增长", "3%", "茶叶产量", "other 1 previous-month"),
        ("比年初增加", "3亿元", "茶业贷款", "change_since_year_start 1 start-of-year"),
        ("比上月减少", "3亿元", "茶业贷款", "mom_change_abs -1 previous-month"),
        ("同比少", "3亿元", "茶业贷款", "yoy_change_abs -1 _T"),
        ("为", "3%", "茶业利率", "rate 1 _T"),
        ("为", "3%", "茶业占比", "share 1 _T"),
        ("为", "3%", "茶业贡献率", "share 1 _T"),
        ("提高", "3个百分点", "茶业占比", "share_change_pp 1 _T"),
        ("下降", "3个百分点", "茶业利率", "rate_change_pp -1 _T"),
        ("高于全国", "3个百分点", "茶业增速", "diff_pp 1 nation"),
        ("", "三成", "茶业", "-"),
        ("为", "3", "茶业", "-"),
        ("", "5%-6%", "茶业占比", "-"),
        ("居", "3位", "茶业", "ranking 1 _T"),
    ],
)
def test_words_and_unit_tell_the_measure(words: str, figure: str, name: str, expected: str) -> None:
    meaning = tell(words, figure, Topic(name))
    assert meaning == expected or meaning.rsplit(" ", 1)[0] == expected.rsplit(" ", 1)[0]


def test_a_change_in_points_is_of_what_was_said_last() -> None:
    topic = Topic("茶业", is_carried=True)
    assert tell("比上年提高", "1个百分点", topic, Said("yoy_growth")) == "growth_change_pp 1 _T"
    assert tell("比上年提高", "1个百分点", topic, Said("share")) == "share_change_pp 1 _T"
    assert tell("收窄", "1个百分点", topic, Said("yoy_growth", is_negative=True)) == "growth_change_pp 1 _T"
    assert tell("扩大", "1个百分点", topic, Said("yoy_growth", is_negative=True)) == "growth_change_pp -1 _T"


def test_a_percentage_without_words_has_the_measure_said_last() -> None:
    assert tell("", "1%", Topic("茶业", is_carried=True), Said("share")) == "share 1 _T"
    assert tell("", "1%", Topic("红茶"), Said("yoy_growth", is_negative=True)) == "yoy_growth -1 _T"
    assert tell("", "-1%", Topic("红茶"), Said("rate")) == "yoy_growth 1 _T"


def test_a_percentage_of_something_unnamed_is_not_clear() -> None:
    assert tell("", "1%", Topic("茶业", is_carried=True), Said("share"), is_open=True) == "-"


def test_a_signed_amount_has_the_measure_of_the_increase_before() -> None:
    assert tell("", "+3亿元", Topic("红茶"), Said("change_since_year_start")).startswith("change_since_year_start 1")
