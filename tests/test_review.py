"""Review: what a reviewer is shown, and that what is decided reads back as it was meant."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.curation import REVIEW_RULE, Entry, load_curation
from provfin.document import Span
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.review import append_entry, describe_fields, find_doubts, write_entry
from provfin.vocabulary import load_vocabulary

ENTRY = Entry(Span(3, 7), "12 家", "a name", "name")


def test_what_is_doubtful_is_shown_in_reading_order(example: Extraction) -> None:
    doubts = find_doubts(example)
    assert [doubt.span for doubt in doubts] == sorted(doubt.span for doubt in doubts)
    source = example.document.source
    for doubt in doubts:
        assert source[doubt.span.start : doubt.span.end] == doubt.exact
        assert doubt.why
        assert "\n" not in doubt.before + doubt.behind
        assert max(len(doubt.before), len(doubt.behind)) <= 40


def test_candidates_contradictions_and_gaps_are_doubtful_and_nothing_of_a_table(example: Extraction) -> None:
    why = {doubt.exact: doubt.why for doubt in find_doubts(example)}
    assert why["212 万吨"] == "candidate"
    assert why["64.5 亿元"] == "the report prints it in another way elsewhere"
    assert why["3 种"].startswith("prose-not-clear: ")
    assert not {"88", "12.3", "9488 亿元", "62.0 亿元"} & set(why)


def test_everything_is_every_figure_of_prose_that_no_reviewer_has_seen(liaoning: Extraction) -> None:
    shown = {doubt.span for doubt in find_doubts(liaoning, everything=True) if doubt.mention}
    mentions = [mention for fact in liaoning.facts for mention in fact.mentions if mention.origin == "prose"]
    assert shown == {mention.span for mention in mentions if mention.rule != REVIEW_RULE}


def test_the_fields_of_a_figure_are_those_an_entry_takes(example: Extraction) -> None:
    (doubt,) = (doubt for doubt in find_doubts(example, everything=True) if doubt.exact == "0.6 个百分点")
    assert doubt.mention is not None
    assert describe_fields(doubt.mention) == {
        "indicator": "gross-regional-product",
        "measure": "diff_pp",
        "period": "2023-01/2023-06",
        "area": "unknown",
        "value": "-0.6",
        "unit": "percentage-point",
        "members": {"comparisonBase": "nation"},
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
CODES = st.sampled_from(sorted(load_vocabulary().indicators)[:5])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "indicator": CODES,
        "value": st.decimals(-99, 99, places=1).map(str),
        "qualifier": TEXTS,
        "members": st.dictionaries(st.sampled_from(["actor", "maturity"]), TEXTS, min_size=1),
    },
)


@given(st.lists(st.builds(Entry, st.just(Span(3, 7)), TEXTS, TEXTS, st.just("") | TEXTS, FIELDS), max_size=4))
def test_what_is_decided_reads_back(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = tmp_path_factory.mktemp("review") / "curation" / "some.toml"
    for entry in entries:
        append_entry(path, entry)
    assert load_curation(path) == tuple(entries)


def test_an_entry_goes_to_the_end_and_the_rest_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_text(f"# By hand.\n\n{write_entry(ENTRY)}", encoding="utf-8")
    append_entry(path, Entry(Span(9, 12), "5.1%", "of the year before", "", {"period": "2022"}))
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# By hand.\n\n{write_entry(ENTRY)}\n[[figure]]\n")
    assert [entry.exact for entry in load_curation(path)] == ["12 家", "5.1%"]


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"some\.toml: cannot be written .*; check the folder"):
        append_entry(tmp_path / "file" / "some.toml", ENTRY)
