"""What the name of a thing stands for."""

import pytest

from provfin.names import load_names
from provfin.statements.grammar import load_grammar
from provfin.statements.topics import Topic, TopicReader, make_candidate
from provfin.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
READER = TopicReader(load_grammar(), VOCABULARY, load_names())


def test_a_known_name_is_its_indicator() -> None:
    topic = READER.read("地区生产总值", [])
    assert topic.indicator is not None
    assert not topic.indicator.is_candidate


def test_a_name_is_read_beside_what_was_spoken_of() -> None:
    deposits = READER.read("各项存款余额", [])
    households = READER.read("住户", [deposits])
    assert households.indicator == deposits.indicator
    assert "institutionalSector" in households.members


@pytest.mark.parametrize("phrase", ["月", "比", "上年", "增速依次", "高点", "前三季度", "名义", "后者", ""])
def test_words_that_name_nothing_are_no_topic(phrase: str) -> None:
    topic = READER.read(phrase, [])
    assert (topic.phrase, topic.indicator) == ("", None)


@pytest.mark.parametrize(
    ("phrase", "tidy"),
    [("其中,茶叶产量累计", "茶叶产量"), ("“茶叶”产量首次", "茶叶产量"), ("茶叶产量仍", "茶叶产量"), ("户均", "户均")],
)
def test_words_around_a_name_are_dropped(phrase: str, tidy: str) -> None:
    assert READER.tidy(phrase) == tidy


def test_a_list_is_split_into_complete_names() -> None:
    assert READER.split("甜菜、亚麻种植面积", 2) == ["甜菜种植面积", "亚麻种植面积"]
    assert READER.split("甲贷款、乙贷款余额", 2) == ["甲贷款余额", "乙贷款余额"]
    assert READER.split("甲、乙、丙产量", 2) == ["甲、乙产量", "丙产量"]
    assert READER.split("甲", 2) == []


def test_a_side_takes_the_head_of_the_whole() -> None:
    assert READER.read("中长期", [Topic("茶业贷款")]).name.endswith("贷款")


def test_a_share_is_of_a_part_in_a_whole() -> None:
    assert READER.read_whole(Topic("茶叶产量"), "农业产量", []).name == "茶叶产量占农业产量的比重"
    assert READER.read_whole(Topic("茶叶占比"), "", []).name == "茶叶占比"


def test_what_is_added_to_a_stock_is_another_thing() -> None:
    deposits = READER.read("各项存款余额", [])
    increase = READER.read_increase(deposits)
    assert increase != deposits
    assert "新增" in increase.name or (increase.indicator and "新增" in increase.indicator.label)
    assert READER.read_increase(Topic("茶叶产量")) == Topic("茶叶产量")


def test_a_candidate_keeps_its_name_and_its_nature() -> None:
    unit = VOCABULARY.units["percent"]
    candidate = make_candidate(Topic("茶叶占比"), unit, "share", VOCABULARY, is_stock=True, with_roles=False)
    assert (candidate.label, candidate.is_candidate, candidate.is_stock, candidate.measure) == (
        "茶叶占比", True, True, "share",
    )  # fmt: skip
    long = make_candidate(Topic("很长的名字" * 9), unit, "rate", VOCABULARY, is_stock=False, with_roles=True)
    assert len(long.label) < 20
