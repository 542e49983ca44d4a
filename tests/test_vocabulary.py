"""The vocabulary: every name stands for one thing, every code has what reading needs."""

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.vocabulary import Concept, Vocabulary, escape_iri, load_vocabulary, normalise

VOCABULARY = load_vocabulary()
PROVINCES = [
    *("BJ", "TJ", "HE", "SX", "NM", "LN", "JL", "HL", "SH", "JS", "ZJ", "AH", "FJ", "JX", "SD", "HA"),
    *("HB", "HN", "GD", "GX", "HI", "CQ", "SC", "GZ", "YN", "XZ", "SN", "GS", "QH", "NX", "XJ"),
]

KINDS = {
    "count": {"Count"},
    "level": {
        "Area",
        "Currency",
        "CurrencyPerUnit",
        "Dimensionless",
        "Energy",
        "LengthMass",
        "Mass",
        "Power",
        "Volume",
    },
    "rate": {"DimensionlessRatio"},
    "ratio": {"Dimensionless"},
    "share": {"DimensionlessRatio"},
    "yoy_growth": {"DimensionlessRatio"},
}


def list_shared_names(concepts: Iterable[Concept]) -> list[str]:
    names = Counter(name for concept in concepts for name in concept.names)
    return sorted(name for name, number in names.items() if number > 1)


# One name, one thing


@pytest.mark.parametrize("kind", ["indicators", "units", "areas", "missing_reasons"])
def test_no_name_stands_for_two_codes(kind: str) -> None:
    concepts: Mapping[str, Concept] = getattr(VOCABULARY, kind)
    assert list_shared_names(concepts.values()) == []


@pytest.mark.parametrize("name", sorted(VOCABULARY.dimensions))
def test_no_name_stands_for_two_members(name: str) -> None:
    assert list_shared_names(VOCABULARY.dimensions[name].members) == []


def test_no_phrase_stands_for_two_measures() -> None:
    phrases = [phrase for phrase, _ in VOCABULARY.measure_phrases]
    assert len(phrases) == len(set(phrases))


def test_a_longer_phrase_is_tried_before_a_shorter_one() -> None:
    phrases = [phrase for phrase, _ in VOCABULARY.measure_phrases]
    assert phrases == sorted(phrases, key=lambda phrase: -len(phrase)), phrases


def test_a_slug_is_used_once_in_its_list() -> None:
    lists: list[Iterable[Concept]] = [
        VOCABULARY.indicators.values(),
        VOCABULARY.units.values(),
        VOCABULARY.areas.values(),
        VOCABULARY.measures.values(),
        *(dimension.members for dimension in VOCABULARY.dimensions.values()),
    ]
    for concepts in lists:
        slugs = [concept.slug for concept in concepts]
        assert len(slugs) == len(set(slugs))


# What reading needs


def test_the_measures_are_those_that_exports_promise() -> None:
    promised = (
        "level yoy_growth growth_change_pp diff_pp share share_change_pp yoy_change_abs mom_change_abs "
        "change_since_year_start multiple streak count rate rate_change_pp ratio ranking other"
    )
    assert sorted(VOCABULARY.measures) == sorted(promised.split())


def test_every_province_of_the_mainland_is_an_area_of_iso_3166_2() -> None:
    assert set(VOCABULARY.areas) >= {f"CN-{code}" for code in PROVINCES}


@pytest.mark.parametrize(
    ("text", "code"),
    [("辽宁省", "CN-LN"), ("辽宁", "CN-LN"), ("内蒙古自治区", "CN-NM"), ("上海市", "CN-SH"), ("西藏", "CN-XZ")],
)
def test_an_area_is_found_by_its_long_and_short_name(text: str, code: str) -> None:
    area = VOCABULARY.find_area(text)
    assert area is not None
    assert area.code == code


def test_an_area_that_is_not_there_is_none() -> None:
    assert VOCABULARY.find_area("示例省") is None


@pytest.mark.parametrize("name", sorted(VOCABULARY.dimensions))
def test_every_dimension_has_a_code_for_the_whole(name: str) -> None:
    dimension = VOCABULARY.dimensions[name]
    assert dimension.total.is_total
    assert [member.code for member in dimension.members].count("_T") == 1


@pytest.mark.parametrize("code", sorted(VOCABULARY.units))
def test_a_unit_leads_to_its_base_unit(code: str) -> None:
    unit = VOCABULARY.units[code]
    base = VOCABULARY.units[unit.base]
    assert unit.factor == Decimal(10) ** unit.exponent
    assert (base.base, base.factor, base.exponent) == (base.code, Decimal(1), 0)
    assert unit.kind == base.kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("亿元", "hundred-million-cny"),
        (" 亿 元 ", "hundred-million-cny"),
        ("％", "percent"),
        ("个百分点", "percentage-point"),
        ("bp", "basis-point"),
        ("万笔", "ten-thousand-transactions"),
        ("亿美元", "hundred-million-usd"),
    ],
)
def test_a_unit_is_found_as_printed(text: str, code: str) -> None:
    unit = VOCABULARY.find_unit(text)
    assert unit is not None
    assert unit.code == code


@pytest.mark.parametrize("text", ["", "亿", "亿马力", "亿元、%"])
def test_what_is_no_unit_is_none(text: str) -> None:
    assert VOCABULARY.find_unit(text) is None


@pytest.mark.parametrize("text", ["—", "－", "–", "-", "--", "…", "……", " — "])
def test_a_mark_for_a_missing_figure_is_known(text: str) -> None:
    reason = VOCABULARY.find_missing_reason(text)
    assert reason is not None
    assert reason.code == "not-printed"


@pytest.mark.parametrize("text", ["", "0", "无", "*"])
def test_other_text_is_no_mark_for_a_missing_figure(text: str) -> None:
    assert VOCABULARY.find_missing_reason(text) is None


@pytest.mark.parametrize("code", sorted(VOCABULARY.indicators))
def test_the_unit_of_an_indicator_fits_its_measure(code: str) -> None:
    indicator = VOCABULARY.indicators[code]
    assert indicator.unit is not None
    assert indicator.unit.kind in KINDS[indicator.measure]
    assert indicator.measure in VOCABULARY.measures


@pytest.mark.parametrize("code", sorted(VOCABULARY.indicators))
def test_an_indicator_has_labels_in_both_languages_and_a_topic(code: str) -> None:
    indicator = VOCABULARY.indicators[code]
    assert indicator.label
    assert indicator.label_en
    assert indicator.topics
    assert indicator.structure is not None


@pytest.mark.parametrize("name", sorted(VOCABULARY.dimensions))
def test_what_is_written_of_a_member_is_one_of_its_names(name: str) -> None:
    unread = [
        member.code
        for member in VOCABULARY.dimensions[name].members
        if member.name_part and normalise(member.name_part) not in member.names
    ]
    assert unread == []


# Names and candidates


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("民营银行", "private-banks"),
        ("合　计", "total"),
        ("国有大型商业银行", "large-commercial-banks"),
        ("其 他", "other"),
    ],
)
def test_a_member_is_found_by_any_of_its_names(text: str, wanted: str) -> None:
    member = VOCABULARY.dimensions["institutionType"].find(text)
    assert member is not None
    assert member.slug == wanted


def test_a_member_that_is_not_there_becomes_a_candidate_of_the_list() -> None:
    dimension = VOCABULARY.dimensions["institutionType"]
    assert dimension.find("民间互助公司") is None
    candidate = dimension.candidate("民间 互助公司")
    assert candidate.iri == "https://w3id.org/provfin/id/institution-type/candidate-民间互助公司"
    assert (candidate.label, candidate.name_part, candidate.scheme) == (
        "民间互助公司",
        "民间互助公司",
        dimension.scheme,
    )
    assert candidate.is_candidate
    assert not candidate.is_total


@given(st.text(min_size=1))
def test_an_escaped_name_may_stand_in_an_iri_and_reads_back(text: str) -> None:
    step = escape_iri(text)
    assert ox.NamedNode(f"https://w3id.org/provfin/id/x/{step}").value.endswith(step)
    assert "/" not in step
    assert unquote(step) == text


@given(st.text())
def test_a_normal_form_is_normal(text: str) -> None:
    wanted = normalise(text)
    assert normalise(f" {text}\t") == wanted
    assert not any(character.isspace() for character in wanted)


# Bad vocabularies


@pytest.fixture
def ontology(tmp_path: Path) -> Path:
    """A copy of the ontology that a test may spoil."""
    return Path(shutil.copytree(find_assets().ontology, tmp_path / "ontology"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "vocabulary" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_vocabulary_of_another_folder_is_read(ontology: Path) -> None:
    spoil(ontology, "institution-types.ttl", '"民营银行"@zh', '"民办银行"@zh')
    spoilt: Vocabulary = load_vocabulary(ontology)
    assert spoilt.dimensions["institutionType"].find("民办银行") is not None


def test_a_file_that_is_not_turtle_is_named(ontology: Path) -> None:
    spoil(ontology, "units.ttl", "@prefix", "@prefox")
    with pytest.raises(InputError, match=r"units\.ttl: not readable as Turtle"):
        load_vocabulary(ontology)


@pytest.mark.parametrize(
    ("name", "line", "missing"),
    [
        ("units.ttl", '    skos:notation "cny" ;\n', "cny has no notation"),
        ("units.ttl", "    pf:factor 0.01 ;\n", "basis-point has no factor"),
        ("indicators.ttl", "    pf:nature nature:stock ;\n", "has no nature"),
        ("indicators.ttl", "    pf:defaultUnit unit:item ;\n", "has no defaultUnit"),
    ],
)
def test_a_concept_that_lacks_what_reading_needs_is_named(ontology: Path, name: str, line: str, missing: str) -> None:
    spoil(ontology, name, line, "")
    with pytest.raises(InputError, match=missing):
        load_vocabulary(ontology)


@pytest.mark.parametrize(("old", "new"), [("unit:item ;", "unit:itme ;"), ("structure:credit", "structure:credti")])
def test_a_concept_that_names_what_is_not_there_is_named(ontology: Path, old: str, new: str) -> None:
    spoil(ontology, "indicators.ttl", old, new)
    with pytest.raises(InputError):
        load_vocabulary(ontology)


# Names in running text


@pytest.mark.parametrize("code", sorted(code for code, item in VOCABULARY.indicators.items() if item.context_names))
def test_a_name_that_needs_its_context_belongs_to_something(code: str) -> None:
    indicator = VOCABULARY.indicators[code]
    assert indicator.kin
    assert not indicator.context_names & indicator.names


def test_the_kin_of_an_indicator_are_indicators() -> None:
    strangers = {code for item in VOCABULARY.indicators.values() for code in item.kin} - set(VOCABULARY.indicators)
    assert strangers == set()


@pytest.mark.parametrize("name", sorted(VOCABULARY.structures))
def test_every_structure_says_what_a_figure_is_compared_with(name: str) -> None:
    names = [dimension.name for dimension in VOCABULARY.structures[name].dimensions]
    assert names[-1] == "comparisonBase"


@pytest.mark.parametrize("name", ["operations", "operations-missing"])
def test_operations_say_who_with_what_and_for_whom(name: str) -> None:
    names = [dimension.name for dimension in VOCABULARY.structures[name].dimensions]
    assert names == ["actor", "instrument", "target", "comparisonBase"]


@pytest.mark.parametrize(
    ("text", "code"), [("全国", "nation"), ("年初", "start-of-year"), ("上月", "previous-month"), ("昨天", None)]
)
def test_a_base_of_comparison_is_found_as_printed(text: str, code: str | None) -> None:
    base = VOCABULARY.dimensions["comparisonBase"].find(text)
    assert (base and base.code) == code
