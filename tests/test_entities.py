"""Finding who and what is named: longest names, printed variants, what a report calls itself."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.entities import KINDS, EntityReader, Naming, _Name, load_entities, load_relations, load_scheme
from provfin.vocabulary import Concept, load_vocabulary

PUBLISHER = "中国人民银行江苏省分行货币政策分析小组"


@pytest.fixture(scope="module")
def reader() -> EntityReader:
    return load_entities()


@pytest.fixture(scope="module")
def own_reader(reader: EntityReader) -> EntityReader:
    return reader.speaking_for(load_vocabulary().areas["CN-JS"], PUBLISHER)


def list_codes(namings: tuple[Naming, ...]) -> list[tuple[str, str]]:
    return [(naming.exact, naming.concept.code) for naming in namings]


def test_an_area_is_found_at_its_place(reader: EntityReader) -> None:
    text = "江苏省的港口与大连港"
    assert list_codes(reader.find(text, ["area"])) == [("江苏省", "CN-JS"), ("大连", "CN-210200")]
    assert [(naming.start, naming.end) for naming in reader.find(text, ["area"])] == [(0, 3), (7, 9)]


@pytest.mark.parametrize("text", ["江 苏 省", "江\n苏省", "“江苏”省", "江苏　省"])
def test_spaces_and_quotation_marks_inside_a_name_do_not_matter(reader: EntityReader, text: str) -> None:
    (naming,) = reader.find(f"在{text}试行", ["area"])
    assert naming.concept.code == "CN-JS"
    assert f"在{text}试行"[naming.start : naming.end] == naming.exact


def test_full_width_letters_are_read_as_half_width(reader: EntityReader) -> None:
    (naming,) = reader.find("新增ＰＳＬ若干", ["instrument"])
    assert (naming.exact, naming.concept.code) == ("ＰＳＬ", "pledged-supplementary-lending")


def test_the_longest_name_is_meant(reader: EntityReader) -> None:
    text = "由交通银行辽宁省分行与交通银行办理"
    assert list_codes(reader.find(text, ["actor"])) == [
        ("交通银行辽宁省分行", "bocom-liaoning"),
        ("交通银行", "bocom"),
    ]


def test_namings_of_different_kinds_may_overlap(reader: EntityReader) -> None:
    text = "大连商品交易所"
    assert {naming.kind for naming in reader.find(text)} >= {"actor", "area"}
    assert list_codes(reader.find_outermost(text)) == [(text, "dalian-commodity-exchange")]


def test_the_later_of_two_names_that_share_a_word_is_meant() -> None:
    office, bond = (Concept(f"x:{code}", code, code, "x:scheme") for code in ("office", "bond"))
    reader = EntityReader({"actor": [_Name("某省政府", office)], "instrument": [_Name("政府债券", bond)]})
    assert list_codes(reader.find("某省政府债券")) == [("某省政府", "office"), ("政府债券", "bond")]
    assert list_codes(reader.find_outermost("某省政府债券")) == [("政府债券", "bond")]
    assert list_codes(reader.find_outermost("某省政府的")) == [("某省政府", "office")]


def test_the_whole_is_no_name(reader: EntityReader) -> None:
    assert not reader.find("全部或未指明")


def test_a_report_names_its_own_area(own_reader: EntityReader) -> None:
    assert list_codes(own_reader.find("全省和我省，全市除外", ["area"])) == [("全省", "CN-JS"), ("我省", "CN-JS")]


@pytest.mark.parametrize(
    ("text", "names"),
    [("我行指导各行", ["我行"]), ("会同省分行走访", ["省分行"]), ("某某省分行走访", []), ("日本行业不景气", [])],
)
def test_a_report_names_its_publisher(own_reader: EntityReader, text: str, names: list[str]) -> None:
    found = own_reader.find(text, ["actor"])
    assert [naming.exact for naming in found if naming.concept.code == "pboc-jiangsu"] == names


def test_a_report_by_nobody_known_names_no_publisher(reader: EntityReader) -> None:
    nobody = reader.speaking_for(load_vocabulary().areas["CN-JS"], "一个没有的机构")
    assert not nobody.find("我行", ["actor"])


def test_a_text_as_a_whole_names_a_concept_or_none(reader: EntityReader) -> None:
    found = reader.read("江 苏", "area")
    assert found is not None
    assert found.code == "CN-JS"
    assert reader.read("江苏的", "area") is None
    assert reader.read("", "area") is None


def test_relations_tell_what_kind_an_institution_is() -> None:
    actors = {member.code: member.iri for member in load_vocabulary().dimensions["actor"].members}
    relations = load_relations("actor")
    assert relations[actors["bocom-liaoning"]].area.endswith("/CN-LN")
    assert relations[actors["rural-commercial-banks"]].kind.endswith("/actor-group")
    assert load_relations("area") == {}


def test_a_code_list_that_is_not_there_is_empty() -> None:
    assert load_scheme("no-such-list") == {}
    assert load_scheme("event-kinds")["merger"].label == "合并"


PIECES = st.lists(
    st.sampled_from(["江苏", "交通银行", "辽宁省", "分行", "“", "”", " ", "\n", "全省", "我行", "Ⅷ", "ﬁ", "𠀀", "İ"])
)


@given(text=st.one_of(st.text(), PIECES.map("".join)))
def test_any_text_can_be_searched(text: str) -> None:
    found = load_entities().speaking_for(load_vocabulary().areas["CN-JS"], PUBLISHER).find(text)
    for naming in found:
        assert text[naming.start : naming.end] == naming.exact
    for kind in KINDS:
        places = [(naming.start, naming.end) for naming in found if naming.kind == kind]
        assert all(end <= start for (_, end), (start, _) in pairwise(places))
