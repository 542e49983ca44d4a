"""What the words before a figure say of it, and what they leave over as its name."""

import pytest

from provfin.statements.grammar import load_grammar
from provfin.statements.predicates import PredicateReader

READER = PredicateReader(load_grammar())


@pytest.mark.parametrize(
    ("text", "rest", "found", "sign"),
    [
        ("茶叶产量同比增长", "茶叶产量", {"compare", "verb"}, 1),
        ("茶叶产量比上年下降", "茶叶产量", {"compare", "verb"}, -1),
        ("茶叶产量为", "茶叶产量", {"link"}, 0),
        ("茶叶产量不降反升", "茶叶产量", {"verb"}, 1),
        ("降幅比上年收窄", "", {"metric", "compare", "narrow"}, 0),
        ("茶叶产量降至", "茶叶产量", {"reached"}, 0),
        ("同比多增", "", {"compare", "compound"}, 1),
        ("同比少赚", "", {"compare", "compound"}, -1),
        ("茶叶产量增速依次为", "茶叶产量", {"metric", "link"}, 0),
        ("人口自然增长率为", "人口自然增长率", {"link"}, 0),
        ("茶叶产量居全国第", "茶叶产量", {"rank"}, 0),
        ("户均", "户均", set(), 0),
    ],
)
def test_words_are_stripped_by_class(text: str, rest: str, found: set[str], sign: int) -> None:
    predicate = READER.read(text)
    assert (predicate.rest, predicate.sign) == (rest, sign)
    assert predicate.found >= found


def test_a_share_tells_of_what() -> None:
    predicate = READER.read("茶叶产量占农业产量的比重为")
    assert (predicate.rest, predicate.whole) == ("茶叶产量", "农业产量")


def test_comparisons_tell_with_what() -> None:
    assert READER.read("增速比上月末和上年同期高").bases == ("上月末", "上年同期")
    assert READER.read("降幅较一季度、上半年、前三季度收窄").bases == ("一季度", "上半年", "前三季度")
    assert READER.read("比同类贷款低").other == "同类贷款"
    assert READER.read("快出城镇").other == "城镇"
    assert READER.read("低于全国").base == "nation"
    assert READER.read("低于全国").sign == -1


def test_a_bare_predicate_says_nothing_of_its_figure() -> None:
    assert READER.read("茶叶产量为").is_bare
    assert not READER.read("茶叶产量增长").is_bare
    assert not READER.read("茶叶产量增长到").is_change
