"""Curation: what reviewers decide is read from their file, applied whole or not at all, and counted."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exporting import export_records
from provfin.building import render_graph, write_files
from provfin.curation import (
    Curated,
    Entry,
    ReadingShare,
    apply_curation,
    describe_share,
    find_curation,
    find_mismatches,
    load_curation,
)
from provfin.document import Span, parse_document
from provfin.errors import InputError
from provfin.extraction import Extraction, extract_text
from provfin.mentions import Mention
from provfin.quantity import Interval
from provfin.reports import identify
from provfin.review import describe_fields, write_entry
from provfin.statements import read_prose
from provfin.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
SOURCE = """吉林省金融运行报告（2024）

一、甲

粮食总产量 212 万吨，旅游收入超 62 亿元。开了 3 场大会。

共 77 种。

表 4 票据贴现利率

单位：%

季度\t贴现
\t银行承兑汇票
1\t2.31

注：另有粮食总产量 9 万吨。

² 便民点共 5 个。
"""


def make_entry(exact: str, not_a_fact: str = "", **fields: Any) -> Entry:
    start = SOURCE.index(exact)
    return Entry(Span(start, start + len(exact)), exact, "because", not_a_fact, fields)


def curate(*entries: Entry) -> Curated:
    document = parse_document(SOURCE)
    report, _ = identify("some", document, VOCABULARY)
    readings = read_prose(document, report, VOCABULARY)
    return apply_curation(readings, entries, document, VOCABULARY, report.area, "some.toml")


def find_mention(curated: Curated, entry: Entry) -> Mention:
    (mention,) = (mention for mention in curated.readings.mentions if mention.span == entry.span)
    return mention


ADDED = make_entry("77 种", indicator="grain-output", measure="level", period="2023", value="77", unit="tonne")


# Decisions


def test_without_decisions_all_is_as_the_rules_read_it() -> None:
    curated = curate()
    assert [mention.exact for mention in curated.readings.mentions][:2] == ["212 万吨", "62 亿元"]
    assert curated.share == ReadingShare(len(curated.readings.mentions), 0, 0)
    assert curated.gaps == ()


def test_a_correction_changes_the_fields_it_names_and_no_other() -> None:
    entry = make_entry("212 万吨", period="2022", measure="yoy_change_abs")
    before, after = find_mention(curate(), entry), find_mention(curate(entry), entry)
    assert (after.claim.period.code, after.claim.measure, after.rule) == ("2022", "yoy_change_abs", "review")
    assert (after.claim.indicator, after.claim.area) == (before.claim.indicator, before.claim.area)
    assert (after.value, after.decimals, after.unit, after.exact) == (Decimal(212), 0, before.unit, "212 万吨")
    assert after.part == before.part
    assert after.doubt == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"indicator": "autumn-grain-output"}, {"indicator": "autumn-grain-output"}),
        ({"area": "CN-LN"}, {"area": "CN-LN"}),
        ({"value": "-21.20"}, {"value": "-21.20"}),
        ({"unit": "tonne"}, {"unit": "tonne"}),
        ({"measure": "diff_pp", "members": {"comparisonBase": "nation"}}, {"members": {"comparisonBase": "nation"}}),
    ],
)
def test_each_field_may_be_corrected(fields: dict[str, Any], said: dict[str, Any]) -> None:
    entry = make_entry("212 万吨", **fields)
    assert said.items() <= describe_fields(find_mention(curate(entry), entry)).items()


def test_the_decimals_of_a_value_are_those_it_is_written_with() -> None:
    entry = make_entry("212 万吨", value="212.50")
    assert find_mention(curate(entry), entry).decimals == 2


def test_a_figure_that_the_rules_missed_is_added() -> None:
    curated = curate(ADDED)
    mention = find_mention(curated, ADDED)
    assert (mention.exact, mention.value, mention.unit.code) == ("77 种", Decimal(77), "tonne")
    assert (mention.claim.key, mention.origin, mention.rule) == ("CN-JL/2023/grain-output/level", "prose", "review")
    assert mention.part.path == "section/1"
    assert ADDED.span in {gap.span for gap in curate().readings.gaps}
    assert ADDED.span not in {gap.span for gap in curated.readings.gaps}


def test_mentions_stay_in_reading_order() -> None:
    spans = [mention.span for mention in curate(ADDED, make_entry("212 万吨", period="2022")).readings.mentions]
    assert spans == sorted(spans)


@pytest.mark.parametrize("exact", ["212 万吨", "77 种"])
def test_a_figure_that_states_no_fact_is_dismissed(exact: str) -> None:
    entry = make_entry(exact, "name")
    curated = curate(entry)
    assert entry.span not in {mention.span for mention in curated.readings.mentions}
    assert entry.span not in {gap.span for gap in curated.readings.gaps}
    assert ("name", entry.span) in {(item.reason, item.span) for item in curated.readings.dismissals}


def test_a_number_that_the_rules_dismissed_may_state_a_fact() -> None:
    source = SOURCE.replace("3 场大会", "2021 年大会")
    document = parse_document(source)
    report, _ = identify("some", document, VOCABULARY)
    readings = read_prose(document, report, VOCABULARY)
    (dismissal,) = (item for item in readings.dismissals if source[item.span.start : item.span.end] == "2021 年")
    fields = {"indicator": "grain-output", "measure": "level", "period": "2023", "value": "2021", "unit": "tonne"}
    entry = Entry(dismissal.span, "2021 年", "because", "", fields)
    curated = apply_curation(readings, [entry], document, VOCABULARY, report.area, "some.toml")
    assert entry.span not in {item.span for item in curated.readings.dismissals}
    assert find_mention(curated, entry).value == Decimal(2021)


def test_a_figure_of_a_note_is_corrected_in_its_table() -> None:
    entry = make_entry("9 万吨", period="2022")
    assert find_mention(curate(entry), entry).part.path == "table/4"


def test_a_figure_of_a_footnote_may_be_decided_too() -> None:
    entry = make_entry("5 个", indicator="banking-outlets", measure="count", period="2023", value="5", unit="item")
    assert find_mention(curate(entry), entry).value == Decimal(5)


def test_a_correction_of_part_of_a_figure_takes_its_place() -> None:
    """Two mentions of one figure would count it twice."""
    entry = make_entry("212", indicator="grain-output", measure="level", period="2022", value="212", unit="tonne")
    places = [mention.span for mention in curate(entry).readings.mentions if mention.span.start == entry.span.start]
    assert places == [entry.span]


def test_a_reviewed_count_of_single_things_is_exact() -> None:
    entry = make_entry("77 种", indicator="banking-outlets", measure="count", period="2023", value="77", unit="item")
    assert find_mention(curate(entry), entry).interval == Interval(Decimal(77), Decimal(77))


def test_a_reviewed_qualifier_opens_the_interval() -> None:
    entry = make_entry("212 万吨", qualifier="超")
    mention = find_mention(curate(entry), entry)
    assert mention.qualifier == "超"
    assert mention.interval == Interval(Decimal(212), Decimal(213))


def test_a_reviewed_qualifier_may_be_taken_away() -> None:
    entry = make_entry("62 亿元", qualifier="")
    assert find_mention(curate(), entry).interval == Interval(Decimal(62), Decimal(63))
    assert find_mention(curate(entry), entry).interval == Interval(Decimal("61.5"), Decimal("62.5"))


# Texts that were not reviewed


def test_one_entry_that_does_not_match_leaves_all_unapplied() -> None:
    good, bad = make_entry("212 万吨", period="2022"), Entry(Span(3, 5), "12", "because", "name")
    curated = curate(good, bad)
    assert curated.readings == curate().readings
    assert curated.share == curate().share
    (gap,) = curated.gaps
    assert (gap.reason, gap.span) == ("curation-does-not-match", Span(3, 5))
    assert gap.message == f"the curation expects '12' here; the text has {SOURCE[3:5]!r}"


def test_every_entry_that_does_not_match_is_a_gap() -> None:
    entries = [Entry(Span(n, n + 1), "12", "because") for n in (0, 5, 10_000)]
    assert [gap.span for gap in find_mismatches(entries, SOURCE)] == [entry.span for entry in entries]


# How the rules did


def test_the_share_counts_what_was_right_wrong_and_missed() -> None:
    number = len(curate().readings.mentions)
    wrong = make_entry("212 万吨", period="2022")
    dismissed = make_entry("9 万吨", "name")
    confirmed = make_entry("62 亿元", period="2023")
    never = make_entry("2.31", "name")
    assert curate(wrong).share == ReadingShare(number - 1, 1, 0)
    assert curate(ADDED).share == ReadingShare(number, 0, 1)
    assert curate(confirmed).share == ReadingShare(number, 0, 0)
    assert curate(never).share == ReadingShare(number, 0, 0)
    assert curate(wrong, ADDED, confirmed, never).share == ReadingShare(number - 1, 1, 1)
    assert curate(dismissed).share == ReadingShare(number - 1, 1, 0)


def test_a_confirmed_figure_was_read_right_and_is_a_reviewers() -> None:
    entry = make_entry("212 万吨")
    assert find_mention(curate(entry), entry).rule == "review"
    assert curate(entry).share == curate().share


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (ReadingShare(0, 0, 0), "prose: no figures"),
        (ReadingShare(2, 1, 1), "prose: 4 figures, of which the rules alone read 2 (50.0%) right, 1 (25.0%) wrong"),
    ],
)
def test_the_share_is_told_in_words(share: ReadingShare, said: str) -> None:
    assert describe_share(share).startswith(said)


# Bad entries


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"indicator": "no-such"}, "names 'no-such', which the vocabulary lacks"),
        ({"area": "CN-XX"}, "names 'CN-XX', which the vocabulary lacks"),
        ({"unit": "furlong"}, "names 'furlong', which the vocabulary lacks"),
        ({"measure": "growth"}, "names 'growth', which the vocabulary lacks"),
        ({"members": {"maturity": "short-term"}}, "names 'maturity', which the vocabulary lacks"),
        ({"members": {"comparisonBase": "moon"}}, "names 'moon', which the vocabulary lacks"),
        ({"period": "2023-13"}, "gives '2023-13' as period"),
        ({"period": "soon"}, "gives 'soon' as period"),
        ({"period": "2023-02-30"}, "gives '2023-02-30' as period"),
        ({"value": "twelve"}, "gives 'twelve' as value"),
        ({"value": ""}, "gives '' as value"),
        ({"value": "NaN"}, "gives 'NaN' as value"),
        ({"period": 2023}, "gives 2023 as period"),
        ({"value": 5.1}, "gives 5.1 as value"),
    ],
)
def test_a_bad_field_is_one_clear_error(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        curate(make_entry("212 万吨", **fields))
    message = str(caught.value)
    assert said in message
    assert message.startswith(f"some.toml, the entry of '212 万吨' at {SOURCE.index('212 万吨')}: ")
    assert "\n" not in message


def test_an_added_figure_needs_all_of_its_fields() -> None:
    with pytest.raises(InputError, match="the entry lacks measure, period, unit; the rules read nothing here"):
        curate(make_entry("77 种", indicator="grain-output", value="77"))


@pytest.mark.parametrize("exact", ["2.31", "一、甲"])
def test_what_is_no_prose_cannot_be_decided(exact: str) -> None:
    fields = {"indicator": "grain-output", "measure": "level", "period": "2023", "value": "77", "unit": "tonne"}
    with pytest.raises(InputError, match=r"some\.toml, the entry of"):
        curate(make_entry(exact, **fields))


def test_two_entries_of_one_figure_are_one_clear_error() -> None:
    with pytest.raises(InputError, match=r"some\.toml"):
        curate(make_entry("212 万吨", period="2022"), make_entry("212 万吨", period="2021"))


# Files


def write_curation(folder: Path, text: str) -> Path:
    path = folder / "some.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_is_no_decisions(tmp_path: Path) -> None:
    assert load_curation(tmp_path / "none.toml") == ()
    assert find_curation("jilin-2024").parts[-3:] == ("data", "curation", "jilin-2024.toml")


def test_a_file_without_entries_has_no_decisions(tmp_path: Path) -> None:
    assert load_curation(write_curation(tmp_path, "# Nothing yet.\n")) == ()


def test_entries_are_read_in_their_order(tmp_path: Path) -> None:
    entries = (
        Entry(Span(3, 7), "12 家", "it is a name", "name"),
        Entry(Span(9, 12), "5.1%", "of the year before", "", {"period": "2022", "members": {"maturity": "short-term"}}),
    )
    path = write_curation(tmp_path, "\n".join(write_entry(entry) for entry in entries))
    assert load_curation(path) == entries


GOOD = 'span = [3, 7]\nexact = "12 家"\nreason = "a name"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[figure]\n", "not TOML"),
        (f'[[figure]]\n{GOOD}colour = "red"\n', r"entry 1 has unknown fields \['colour'\]"),
        ('[[figure]]\nspan = [3, 7]\nexact = "12 家"\n', r"entry 1 lacks \['reason'\]"),
        (f'[[figure]]\n{GOOD}[[figure]]\nexact = "1"\n', r"entry 2 lacks \['reason', 'span'\]"),
        ('[[figure]]\nspan = [3]\nexact = "12"\nreason = "x"\n', "entry 1"),
        ('[[figure]]\nspan = 3\nexact = "12"\nreason = "x"\n', "entry 1"),
        ('[[figure]]\nspan = ["a", "b"]\nexact = "12"\nreason = "x"\n', "entry 1"),
        ('[[figure]]\nspan = [3, 7]\nexact = 12\nreason = "x"\n', "entry 1"),
        ('figure = "12"\n', "entry"),
        ("[[figur]]\nspan = [3, 7]\n", "figur"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        load_curation(write_curation(tmp_path, text))
    assert str(caught.value).startswith(str(tmp_path / "some.toml"))


def test_a_file_that_is_no_utf_8_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_bytes("[[figure]]\nexact = '家'\n".encode("gbk"))
    with pytest.raises(InputError, match="not TOML"):
        load_curation(path)


# Whole reports


@pytest.fixture
def reviewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Extraction:
    """A report of which one figure was corrected, one added and one dismissed."""
    entries = [make_entry("212 万吨", value="213"), ADDED, make_entry("9 万吨", "name")]
    path = write_curation(tmp_path, "\n".join(write_entry(entry) for entry in entries))
    monkeypatch.setattr("provfin.extraction.find_curation", lambda _report_id: path)
    return extract_text(SOURCE, "some")


def test_decisions_are_in_the_facts(reviewed: Extraction) -> None:
    mentions = {mention.exact: mention for fact in reviewed.facts for mention in fact.mentions}
    assert (mentions["212 万吨"].value, mentions["77 种"].value) == (Decimal(213), Decimal(77))
    assert "9 万吨" not in mentions
    assert (reviewed.share.wrong, reviewed.share.missed) == (2, 1)


def test_the_graph_says_what_a_reviewer_read(reviewed: Extraction, tmp_path: Path) -> None:
    write_files(tmp_path / "graph", render_graph(reviewed))
    read_by = {record["exact"]: record["read_by"] for record in export_records(tmp_path / "graph")}
    assert (read_by["212 万吨"], read_by["77 种"], read_by["62 亿元"]) == ("reviewer", "reviewer", "rule")


@pytest.mark.usefixtures("reviewed")
def test_decisions_on_another_text_are_told_and_not_applied() -> None:
    moved = extract_text(SOURCE.replace("一、甲", "一、甲乙"), "some")
    mentions = {mention.exact: mention for fact in moved.facts for mention in fact.mentions}
    assert mentions["212 万吨"].value == Decimal(212)
    assert [gap.reason for gap in moved.gaps].count("curation-does-not-match") == 3


def test_the_curation_of_the_real_report_matches_it(liaoning: Extraction) -> None:
    entries = load_curation(find_curation("liaoning-2025"))
    assert find_mismatches(entries, liaoning.document.source) == []
    reviewed = [m.span for fact in liaoning.facts for m in fact.mentions if m.rule == "review"]
    assert sorted(reviewed) == sorted(entry.span for entry in entries if not entry.not_a_fact)
    assert liaoning.share.facts == sum(m.origin == "prose" for fact in liaoning.facts for m in fact.mentions)
