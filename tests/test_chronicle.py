"""Events, honours, announcements, documents, contributors and names, in invented reports and in the real one."""

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.chronicle import Chronicle, Event, read_chronicle
from provfin.chronicle.rules import load_rules
from provfin.document import parse_document
from provfin.entities import load_scheme
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.graph.things import describe_chronicle, designation_iri, event_iri
from provfin.reports import identify
from provfin.turtle import BASE, PREFIXES
from provfin.vocabulary import load_vocabulary

# Invented: nothing of it happened.
INVENTED = """吉林省金融运行报告（2023）

[内容摘要]

松花江商业银行吸收合并 4 家村镇银行。2 个园区获评国家示范园区。

2023 年，吉林省金融系统将执行好稳健的货币政策，降低融资成本。

一、经济

（一）产业

1.产业平稳。甲园区、乙园区 2 个园区获评国家示范园区，某小镇荣获第三批全国名镇称号。长春入选国家首批样板城市。\
举办第二届虚构冰灯论坛、2022 假想粮食博览会。省内首单假想林权票据落地，另有 3 单在办。全国首家虚构实验室由本省命名。

二、金融

（一）银行

1.机构有变。2022 年 8 月，松花江商业银行吸收合并 4 家村镇银行。经吉林省地方金融管理局批准同意，长白农村商业银行吸收合并\
白桦村镇银行等 5 家农村小机构。指导假想征信公司取得企业征信备案。会同吉林省财政厅等 6 部门联合开展虚构排查行动。

专栏 1 虚构的松针贷

中国人民银行吉林省分行讲述一件没有发生的事。

一、做法

召开松针贷款对接会，出台《松针抵押办法》。启动 12 个松针示范项目。

三、来年展望

2023 年是虚构之年。吉林省将保持信贷总量平稳增长，守住不发生区域性风险的底线。建设全新的月球集市。

总 纂：甲 乙 丙丁戊
己 庚

附录：

（一）2022 年大事记

1 月 5 日至 7 日，中国人民银行吉林省分行联合三部门举办虚构结算培训班。

2 月 30 日，日历上没有的一天开会。

3 月 8 日，吉林省地方金融管理局等七部门联合印发《假想园区办法》（吉金发〔2022〕3 号）。

3 月，假想平台正式上线。

同月，推动首笔假想碳汇贷款落地。

2021 年 12 月 31 日，某地添了一口井。

12 月，松花江商业银行吸收合并 2 家村镇银行。
"""


def read(source: str, report_id: str = "invented") -> Chronicle:
    document = parse_document(source)
    return read_chronicle(document, identify(report_id, document, load_vocabulary())[0])


@pytest.fixture(scope="module")
def invented() -> Chronicle:
    return read(INVENTED)


@pytest.fixture(scope="module")
def told(liaoning: Extraction) -> Chronicle:
    return read_chronicle(liaoning.document, liaoning.report)


def find_event(chronicle: Chronicle, kind: str, part_of_label: str = "") -> Event:
    (event,) = (item for item in chronicle.events if item.kind == kind and part_of_label in item.label)
    return event


def list_roles(event: Event) -> list[tuple[str, str, int | None]]:
    return [(item.role, item.concept.code if item.concept else "", item.count) for item in event.participants]


def list_titles(chronicle: Chronicle) -> list[tuple[str, str]]:
    return [(item.recipient.label, item.title) for item in chronicle.designations]


# Dates


def test_an_entry_has_the_date_it_is_printed_with(invented: Chronicle) -> None:
    dated = {(event.moment.date, event.moment.until, event.kind) for event in invented.events}
    assert dated >= {
        ("2022-01-05", "2022-01-07", "training"),
        ("2022-03-08", "", "document-issued"),
        ("2022-03", "", "launch"),
        ("2022-03", "", "first"),
        ("2021-12-31", "", "event"),
    }


def test_a_day_no_calendar_has_is_told_by_its_month_or_year(invented: Chronicle) -> None:
    event = next(item for item in invented.events if "日历" in item.label)
    assert event.moment.date in {"2022", "2022-02"}


def test_what_has_no_date_happened_in_the_year_of_the_report(invented: Chronicle) -> None:
    assert find_event(invented, "forum").moment.date == "2022"
    assert find_event(invented, "forum").moment.precision == "year"


# Mergers


def test_tellings_of_one_merger_are_one_event(invented: Chronicle) -> None:
    event = next(item for item in invented.events if item.group and item.group.count == 4)
    assert event.moment.date == "2022-08"
    assert len(event.evidence) == 2
    assert [item.role for item in event.participants] == ["absorbing", "absorbed"]


def test_mergers_of_different_size_are_different_events(invented: Chronicle) -> None:
    counts = sorted(item.group.count or 0 for item in invented.events if item.kind == "merger" and item.group)
    assert counts == [2, 4, 5]


def test_a_merger_tells_who_approved_it_and_who_is_named(invented: Chronicle) -> None:
    event = next(item for item in invented.events if item.group and item.group.count == 5)
    assert {item.role: item.label for item in event.participants} == {
        "approver": "吉林省地方金融管理局", "absorbing": "长白农村商业银行", "absorbed": "农村小机构",
    }  # fmt: skip
    assert event.group is not None
    assert [item.label for item in event.group.members] == ["白桦村镇银行"]


# Other events


def test_each_meeting_of_a_list_is_an_event(invented: Chronicle) -> None:
    assert find_event(invented, "forum").label == "论坛：第二届虚构冰灯论坛"
    assert find_event(invented, "exhibition").label == "展会：2022假想粮食博览会"


def test_a_first_has_its_scope_and_needs_to_have_happened(invented: Chronicle) -> None:
    firsts = [event for event in invented.events if event.is_first]
    assert [event.subjects[0] for event in firsts] == ["省内首单假想林权票据", "首笔假想碳汇贷款"]
    assert {event.kind for event in firsts} == {"first"}


def test_a_filing_is_called_after_the_applicant(invented: Chronicle) -> None:
    event = find_event(invented, "filing")
    assert event.label.endswith("假想征信公司")
    assert [item.role for item in event.participants] == ["applicant"]


def test_joint_actors_are_counted(invented: Chronicle) -> None:
    assert ("partner", "", 6) in list_roles(find_event(invented, "joint-action"))
    training = find_event(invented, "training")
    assert ("partner", "", 3) in list_roles(training)
    assert ("organiser", "pboc-jilin", None) in list_roles(training)


def test_a_document_has_its_number_and_issuers(invented: Chronicle) -> None:
    event = next(item for item in invented.events if item.documents and item.documents[0].number)
    (document,) = event.documents
    assert (document.title, document.number) == ("假想园区办法", "吉金发〔2022〕3号")
    assert ("issuer", "", 7) in list_roles(event)
    assert document.issuer is not None
    assert document.issuer.label == "吉林省地方金融管理局"


def test_who_is_unsaid_in_a_box_is_whom_the_box_speaks_of(invented: Chronicle) -> None:
    event = find_event(invented, "document-issued", "松针")
    assert list_roles(event) == [("issuer", "pboc-jilin", None)]
    assert ("organiser", "pboc-jilin", None) in list_roles(find_event(invented, "launch", "松针"))
    assert ("organiser", "pboc-jilin", None) in list_roles(find_event(invented, "meeting", "松针"))


def test_an_entry_of_no_known_kind_is_an_event_and_a_gap(invented: Chronicle) -> None:
    assert find_event(invented, "event", "一口井").participants == ()
    assert "event-kind-not-known" in {gap.reason for gap in invented.gaps}


def test_short_paragraphs_that_begin_with_a_day_are_entries_without_a_title() -> None:
    source = (
        "湖南省金融运行报告（2022）\n\n一、展望\n\n明年再说。\n\n4 月 2 日，假想的“竹联通”平台上线，当日无人登录。\n"
    )
    chronicle = read(source)
    assert [(event.moment.date, event.kind) for event in chronicle.events] == [("2021-04-02", "launch")]


# Designations


def test_each_recipient_has_a_designation(invented: Chronicle) -> None:
    assert list_titles(invented) == [
        ("甲园区", "国家示范园区"),
        ("乙园区", "国家示范园区"),
        ("某小镇", "第三批全国名镇称号"),
        ("长春", "国家首批样板城市"),
    ]


def test_a_telling_that_only_counts_is_evidence_for_all_that_are_named(invented: Chronicle) -> None:
    first, second = invented.designations[:2]
    assert len(first.evidence) == len(second.evidence) == 2
    # The place that names them goes before the abstract.
    assert first.evidence[0].span > first.evidence[1].span


def test_a_title_tells_its_level_and_batch(invented: Chronicle) -> None:
    assert [(item.level, item.batch) for item in invented.designations] == [
        ("national", ""), ("national", ""), ("national", "第三批"), ("national", "首批"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["首批贷款获得 3 家支持", "获得贷款 7 亿元", "获批贷款 20 万元", "列入预算"])
def test_what_is_no_title_is_no_designation(text: str) -> None:
    assert read(f"一、某章\n\n某企业{text}。\n").designations == ()


# Outlook


def test_a_commitment_told_twice_is_one_statement(invented: Chronicle) -> None:
    found = {item.commitment: item for item in invented.outlook}
    assert list(found) == ["credit-growth", "regional-risk", "prudent-monetary-policy", "financing-costs"]
    assert {item.year for item in invented.outlook} == {2023}
    twice = read(INVENTED.replace("降低融资成本", "保持信贷总量合理增长"))
    assert [len(item.evidence) for item in twice.outlook if item.commitment == "credit-growth"] == [2]


def test_an_announcement_of_an_unknown_topic_is_a_gap(invented: Chronicle) -> None:
    gaps = [gap for gap in invented.gaps if gap.reason == "commitment-not-known"]
    assert [INVENTED[gap.span.start : gap.span.end] for gap in gaps] == ["建设全新的月球集市"]


# Credits and names


def test_single_characters_of_the_credits_make_one_name(invented: Chronicle) -> None:
    assert [item.name for item in invented.contributions] == ["甲乙", "丙丁戊", "己庚"]
    for item in invented.contributions:
        span = item.evidence.span
        assert "".join(INVENTED[span.start : span.end].split()) == item.name


def test_names_are_found_in_prose_headings_and_chronology(invented: Chronicle) -> None:
    places = [item.span.start for item in invented.name_mentions if item.concept.code == "pboc-jilin"]
    assert len(places) == INVENTED.count("中国人民银行吉林省分行") == 2
    for item in invented.name_mentions:
        assert INVENTED[item.span.start : item.span.end] == item.exact


def test_the_example_report_tells_one_event_and_its_contributors(example: Extraction) -> None:
    chronicle = read_chronicle(example.document, example.report)
    assert [event.moment.date for event in chronicle.events] == ["2023-03-02", "2023-05-09"]
    assert [item.name for item in chronicle.contributions] == ["甲某", "乙某", "丙某", "丁某", "戊某"]
    assert [item.title for item in chronicle.designations] == ["国家级虚构便民示范城市"]


# The rules and the vocabulary


def test_every_kind_and_role_of_the_rules_is_in_the_vocabulary() -> None:
    rules = load_rules()
    kinds = {rule.kind for rule in rules.happenings} | {kind for rule in rules.happenings for kind in rule.kinds}
    roles = {role for rule in rules.happenings for role in (rule.actor, rule.object, rule.subject) if role}
    assert kinds <= set(load_scheme("event-kinds"))
    assert roles | {rule.role for rule in rules.participations} <= set(load_scheme("participant-roles"))


def test_every_topic_of_the_rules_is_in_the_vocabulary() -> None:
    assert {topic for item in load_rules().commitments for topic in item.topics} <= set(load_scheme("topics"))


def test_a_file_that_holds_no_rules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chronicle.toml"
    for text in ("", "[parts]\nchronicle = '('", "not toml ="):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"chronicle\.toml"):
            load_rules(path)


# The graph


def list_triples(extraction: Extraction) -> set[ox.Triple]:
    chronicle = read_chronicle(extraction.document, extraction.report)
    return set(describe_chronicle(extraction.report, chronicle, extraction.facts))


def list_objects(triples: set[ox.Triple], subject: str, predicate: str) -> list[str]:
    prefix, local = predicate.split(":")
    wanted = (BASE + subject, PREFIXES[prefix] + local)
    return sorted(
        triple.object.value
        for triple in triples
        if isinstance(triple.subject, ox.NamedNode)
        and (triple.subject.value, triple.predicate.value) == wanted
        and isinstance(triple.object, ox.NamedNode | ox.Literal)
    )


def check_names(triples: set[ox.Triple]) -> None:
    """Check that no two things share an IRI: each has one place, one label, and no blank node is among them."""
    said = [item for item in triples if not (isinstance(item.object, ox.Literal) and item.object.language == "en")]
    for predicate in ("oa:start", "oa:end", "pf:date", "pf:role", "rdfs:label", "pf:eventKind", "pf:designationTitle"):
        prefix, local = predicate.split(":")
        counts = Counter(str(item.subject) for item in said if item.predicate.value == PREFIXES[prefix] + local)
        assert not [subject for subject, count in counts.items() if count > 1], predicate
    assert all(isinstance(item.subject, ox.NamedNode) for item in triples)


def list_labels(chronicle: Chronicle) -> list[str]:
    labels = [event.label for event in chronicle.events]
    labels += [designation.label for designation in chronicle.designations]
    return labels + [statement.label for statement in chronicle.outlook]


def check_labels(chronicle: Chronicle) -> None:
    assert not [label for label in list_labels(chronicle) if not 0 < len(label) <= 24]


def test_no_two_things_have_one_name(example: Extraction, invented: Chronicle) -> None:
    check_names(list_triples(example))
    document = parse_document(INVENTED)
    report, _ = identify("invented", document, load_vocabulary())
    check_names(set(describe_chronicle(report, invented)))
    check_labels(invented)


def test_a_merger_says_what_was_before_and_after(invented: Chronicle) -> None:
    document = parse_document(INVENTED)
    report, _ = identify("invented", document, load_vocabulary())
    triples = set(describe_chronicle(report, invented))
    event = next(item for item in invented.events if item.group and item.group.count == 5)
    subject = event_iri("invented", event).removeprefix(BASE)
    (group,) = list_objects(triples, subject, "org:originalOrganization")
    (after,) = list_objects(triples, subject, "org:resultingOrganization")
    assert after == f"{BASE}institution/candidate-长白农村商业银行"
    assert list_objects(triples, group.removeprefix(BASE), "pf:memberCount") == ["5"]
    assert list_objects(triples, group.removeprefix(BASE), "org:hasMember") == [
        f"{BASE}institution/candidate-白桦村镇银行"
    ]


# Odd texts

WORDS = [
    "吸收合并", "等", "3 家", "银行", "村镇银行", "经", "批准", "获评", "入选", "首批", "首单", "落地",
    "《", "》", "（", "）",
    "“", "”", "印发", "联合", "会同", "十一部门", "举办", "论坛", "、", "和", "，", "。", "：", "2 月 30 日",
    "同日", "3 月 1 日至 2 日", "2024 年", "9999 年 1 月", "将", "风险", "**", "\n\n", "\n", " ", "附录：",
    "（一）大事记", "三、展望", "[内容摘要]", "总 纂：", "甲", "专栏 1 某事", "1.小节。", "（一）一节", "一、一章",
    "推动", "启动", "试点", "作为", "取得", "备案", "〇", "㋿", "\t", "大连",
]  # fmt: skip


@given(text=st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=60).map("".join)))
def test_any_text_can_be_read_and_described(text: str) -> None:
    document = parse_document(text)
    report, _ = identify("odd", document, load_vocabulary())
    chronicle = read_chronicle(document, report)
    check_labels(chronicle)
    check_names(set(describe_chronicle(report, chronicle)))


# The real report


def test_the_chronology_of_the_real_report_has_ten_dated_events(told: Chronicle) -> None:
    dated = [(event.moment.date[5:], event.kind) for event in told.events if event.moment.precision == "day"]
    assert sorted(dated) == [
        ("04-25", "launch"), ("05-17", "document-issued"), ("05-30", "launch"), ("06-06", "landing"),
        ("06-20", "merger"), ("07-09", "rollout"), ("09-03", "ceremony"), ("09-20", "first"),
        ("09-29", "meeting"), ("11-26", "first"),
    ]  # fmt: skip


def test_the_great_merger_of_the_real_report_is_one_event(told: Chronicle) -> None:
    great, small = (event for event in told.events if event.kind == "merger")
    assert great.group is not None
    assert small.group is not None
    assert (great.moment.date, great.group.count, len(great.evidence)) == ("2024-06-20", 36, 4)
    assert [item.concept.code for item in great.group.members if item.concept] == [
        "liaoning-xinmin-rural-commercial-bank"
    ]
    assert list_roles(great)[:2] == [("approver", "nfra", None), ("absorbing", "liaoning-rural-commercial-bank", None)]
    assert (small.moment.date, small.group.count, len(small.evidence)) == ("2024", 3, 2)


def test_joint_actors_of_the_real_report(told: Chronicle) -> None:
    counts = {event.moment.date[5:]: count for event in told.events for _, _, count in list_roles(event) if count}
    assert {day: counts[day] for day in ("04-25", "05-17", "07-09")} == {"04-25": 6, "05-17": 11, "07-09": 3}
    assert [document.number for document in told.documents] == ["", "", "辽银发〔2024〕66号"]


def test_events_told_in_the_body_of_the_real_report(told: Chronicle) -> None:
    kinds = Counter(event.kind for event in told.events if event.moment.precision == "year")
    assert kinds == {
        "document-issued": 2, "establishment": 2, "exhibition": 1, "filing": 1, "first": 4, "forum": 1,
        "joint-action": 2, "landing": 1, "launch": 2, "meeting": 1, "merger": 1, "pilot": 1, "training": 1,
    }  # fmt: skip
    assert [gap.reason for gap in told.gaps] == []


def test_designations_of_the_real_report(told: Chronicle) -> None:
    recipients = Counter(item.recipient.label for item in told.designations)
    assert recipients == {
        "沈阳": 3, "大连": 1, "盘锦": 1, "大连长山群岛": 1, "本溪五女山": 1, "沈阳航空": 1, "沈大工业母机": 1,
        "大盘绿色石化": 1, "工业机器人产业": 1, "15个科研项目": 1,
    }  # fmt: skip
    assert {item.level for item in told.designations} == {"national"}
    assert sum(item.batch == "首批" for item in told.designations) == 3
    assert sum(len(item.evidence) == 2 for item in told.designations) == 4


def test_the_outlook_of_the_real_report(told: Chronicle) -> None:
    twice = {item.commitment for item in told.outlook if {len(item.evidence)} & {2, 3}}
    assert twice >= {
        "credit-growth", "financing-costs", "five-priorities", "interest-rate-transmission",
        "moderately-loose-monetary-policy", "priority-areas", "regional-risk", "risk-prevention",
        "structural-instruments",
    }  # fmt: skip
    assert len(told.outlook) == 14
    assert {item.year for item in told.outlook} == {2025}


def test_the_contributors_of_the_real_report(told: Chronicle) -> None:
    assert Counter(item.role for item in told.contributions) == {"总纂": 2, "统稿": 4, "执笔": 4, "提供材料": 25}
    assert all(2 <= len(item.name) <= 3 for item in told.contributions)


def test_the_graph_of_the_real_report_names_things_once(liaoning: Extraction, told: Chronicle) -> None:
    triples = list_triples(liaoning)
    check_names(triples)
    check_labels(told)
    iris = [event_iri("liaoning-2025", event) for event in told.events]
    iris += [designation_iri("liaoning-2025", item) for item in told.designations]
    assert len(set(iris)) == len(iris)


def test_no_label_of_the_real_report_is_a_sentence_of_it(liaoning_source: str, told: Chronicle) -> None:
    words = "".join(liaoning_source.split())
    assert not [label for label in list_labels(told) if label in words and len(label) > 16]
