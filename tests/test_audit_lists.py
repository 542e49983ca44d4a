"""Announced counts and the lists they come with: found, compared, and left alone where the words leave it open."""

import re
from pathlib import Path

import pytest

from provfin.audit.lists import EnumeratedCount, ListFinding, check_lists, load_list_phrases
from provfin.document import Document, Paragraph, Part, Passage, Span, load_genre, parse_document
from provfin.errors import InputError

ROOT = Path(__file__).parent.parent
# Reports that lie beside a list of the faults put into them are not asked to be without one.
INVENTED = [
    path
    for path in sorted((ROOT / "tests" / "reports").glob("*.txt"))
    if not path.with_name(f"{path.stem}.faults.jsonl").exists()
]
PART = Part("section", "section/1", "甲", Span(0, 0))

AGREEING = [
    # Names before the count.
    ("聚焦甲项、乙项和丙项三个方面。", "甲项|乙项|丙项"),
    ("聚焦“甲、乙、丙、丁”四大场景，增设网点。", "甲|乙|丙|丁"),
    ("东河造船、西岭制药、南湖纺织 3 个集群获评先进。", "东河造船|西岭制药|南湖纺织"),
    ("云溪市、雁鸣市两地贡献过半。", "云溪市|雁鸣市"),
    ("个人、企业、政府等三大部门均增。", "个人|企业|政府"),
    ("加大对甲的支持、强化对乙的保障、助力丙业发展三个重点领域。", "加大对甲的支持|强化对乙的保障|助力丙业发展"),
    ("甲和乙两大支柱稳固。", "甲|乙"),
    ("教育、卫生、文化和旅游三个领域。", "教育|卫生|文化和旅游"),
    ("教育、卫生、文化和旅游四个领域。", "教育|卫生|文化|旅游"),
    ("住宿和餐饮、批发和零售两大行业。", "住宿和餐饮|批发和零售"),
    ("甲、乙、丙“三驾马车”齐动。", "甲|乙|丙"),
    ("甲、乙、丙“新三样”出口增长。", "甲|乙|丙"),
    ("“甲”“乙”“丙”三个品牌。", "“甲”|“乙”|“丙”"),
    ("印发《甲意见》《关于一、二、三的办法》两个文件。", "《甲意见》|《关于一、二、三的办法》"),
    ("甲（乙、丙）、丁、戊三个园区开工。", "甲（乙、丙）|丁|戊"),
    ("推动云溪、雁鸣建设造船、制药、纺织3个集群。", "造船|制药|纺织"),
    ("围绕甲、乙、丙这三个方面发力。", "甲|乙|丙"),
    ("甲产业、乙产业突破千亿，丙、丁、戊、己四大产业增长。", "丙|丁|戊|己"),
    ("一是甲、乙、丙、丁 ４ 个\n\n省级平台建成。", "一是甲|乙|丙|丁"),
    # Names behind the count.
    ("“三地”是指甲地、乙地、丙地。", "甲地|乙地|丙地"),
    ("“三新”经济是指新业、新态和新式。", "新业|新态|新式"),
    ("三个中心，即甲中心、乙中心和丙中心。", "甲中心|乙中心|丙中心"),
    ("三家银行分别为甲行、乙行、丙行。", "甲行|乙行|丙行"),
    ("六家大行（甲行、乙行、丙行、丁行、戊行、己行）合计放款。", "甲行|乙行|丙行|丁行|戊行|己行"),
    ("三个方面：甲项、乙项、丙项。", "甲项|乙项|丙项"),
    # A numbered series.
    ("做好以下三点：一是增收；二是节支；三是防险。", "一是增收|二是节支|三是防险"),
    ("采取三项措施。一是增收。二是节支。¶三是防险。", "一是增收|二是节支|三是防险"),
    ("采取三项措施：¶一是增收。¶二是节支。¶三是防险。", "一是增收|二是节支|三是防险"),
    ("重点做好三个方面：（一）甲；（二）乙；（三）丙。", "（一）甲|（二）乙|（三）丙"),
]

CONTRADICTING = [
    ("聚焦甲项、乙项和丙项四个方面。", 4, 3),
    ("聚焦甲项、乙项和丙项两个方面。", 2, 3),
    ("聚焦“甲、乙、丙、丁”五大场景，增设网点。", 5, 4),
    ("东河造船、西岭制药、南湖纺织 4 个集群获评先进。", 4, 3),
    ("东河造船、西岭制药、南湖纺织2个集群获评先进。", 2, 3),
    ("云溪市、雁鸣市、松口市两地贡献过半。", 2, 3),
    ("甲、乙、丙等两大领域。", 2, 3),
    ("“三地”是指甲地、乙地、丙地和丁地。", 3, 4),
    ("“四地”指甲地、乙地、丙地。", 4, 3),
    ("三个中心分别是甲中心、乙中心。", 3, 2),
    ("四个方面：甲项、乙项、丙项。", 4, 3),
    ("做好以下四点：一是增收；二是节支；三是防险。", 4, 3),
    ("采取两项措施：¶一是增收。¶二是节支。¶三是防险。", 2, 3),
    ("存在两方面问题：第一，甲。第二，乙。第三，丙。", 2, 3),
]

INCOMPLETE = [
    ("甲、乙、丙等五大领域。", 5, 3),
    ("加大对甲业的支持、强化对乙业的保障、助力丙业发展等四大重点领域。", 4, 3),
    ("在甲、乙等3个园区试行。", 3, 2),
    ("六大行动，包括甲行动、乙行动、丙行动、丁行动、戊行动。", 6, 5),
]

OPEN_TO_DOUBT = [
    # Examples, not a list.
    "工商银行等六家银行参加。",
    "新民银行等 36 家机构合并。",
    "甲、乙等12家银行参加。",
    "甲、乙、丙等5家银行参加。",
    "甲市分行、乙局、丙局等十一部门联合印发。",
    "六家大行（含甲行、乙行）。",
    # The names tell where, for whom or of what sort.
    "云溪市、雁鸣市 5 个园区开工。",
    "云溪市、雁鸣市、松口市 4 个集群获评先进。",
    "国家级、省级、市级5个实验室获评优秀。",
    "农商行、村镇银行、城商行 4 家机构入选。",
    "建设充电桩、换电站、加氢站 4 个站点。",
    "建设充电桩、换电站共5个站点。",
    "新增汽车、家电、家居5个专业市场。",
    "五个园区（造船、制药、纺织、化工）。",
    "甲银行、乙银行及丙县两家村镇银行。",
    # What the number is near is no list of it.
    "推动小麦、玉米三大粮食作物保险。",
    "三大粮食作物完全成本保险。",
    "云溪、雁鸣入选国家首批试点。",
    "东河、西岭入选全国十大景区。",
    "有力、有序、有效推进两项改革。",
    "学习、宣传、贯彻五大理念。",
    "在云溪、雁鸣召开甲方、乙方、丙方、丁方两场会议。",
    "甲与乙、丙与丁五类。",
    "甲和乙三大支柱。",
    "聚焦甲，乙、丙、丁四个方面。",
    "推动“三大工程”、保障房建设。",
    "贯彻二十大、二十届二中、三中全会精神。",
    "三个特点：消费、投资稳步增长。",
    # Figures.
    "灌区27个、农田316万亩。",
    "主板54家、科创板8家、创业板17家。",
    "提高 6.6 个、1.3 个、5.3 个百分点。",
    "甲、乙、丙2个百分点。",
    "四个季度，增速分别为 15.3%、11.8%、8.9%。",
    "甲、乙、丙20余个部门。",
    "甲、乙、丙各2个项目。",
    "云溪、雁鸣、松口两市一县。",
    # A series within a series.
    "两项措施：一是甲，包括两项工作：一是乙，二是丙；二是丁；三是戊。",
]


def parse(text: str) -> Document:
    """Return a document of one part with a paragraph for each piece between ¶."""
    spans, start = [], 0
    for piece in text.split("¶"):
        spans.append(Span(start, start + len(piece)))
        start += len(piece) + 1
    paragraphs = tuple(Paragraph(Passage.cut(text, span), PART, ()) for span in spans)
    return Document(text, None, (), paragraphs, ())


def check(text: str) -> list[ListFinding]:
    return check_lists(parse(text))


def quote(source: str, count: EnumeratedCount) -> str:
    return "|".join(source[item.start : item.end] for item in count.items)


def summarise(findings: list[ListFinding]) -> list[tuple[str, int, int]]:
    return [(finding.status, finding.count.announced, len(finding.count.items)) for finding in findings]


@pytest.mark.parametrize(("text", "names"), AGREEING)
def test_a_list_of_the_announced_length_agrees(text: str, names: str) -> None:
    (finding,) = check(text)
    assert finding.status == "agrees"
    assert quote(text, finding.count) == names


@pytest.mark.parametrize(("text", "announced", "named"), CONTRADICTING)
def test_a_list_of_another_length_contradicts(text: str, announced: int, named: int) -> None:
    assert summarise(check(text)) == [("contradicts", announced, named)]


@pytest.mark.parametrize(("text", "announced", "named"), INCOMPLETE)
def test_an_open_list_may_name_fewer(text: str, announced: int, named: int) -> None:
    (finding,) = check(text)
    assert summarise([finding]) == [("incomplete", announced, named)]
    assert finding.count.is_open


@pytest.mark.parametrize("text", OPEN_TO_DOUBT)
def test_what_can_be_explained_otherwise_is_not_reported(text: str) -> None:
    assert not [finding for finding in check(text) if finding.status != "agrees"]


def test_the_places_are_those_of_the_source() -> None:
    text = "聚焦甲项、乙\n\n项 和丙项三 个方面。"
    (finding,) = check(text)
    count = finding.count
    assert text[count.count_span.start : count.count_span.end] == "三 个"
    assert text[count.list_span.start : count.list_span.end] == "甲项、乙\n\n项 和丙项"
    assert quote(text, count) == "甲项|乙\n\n项|丙项"
    assert (count.part, count.is_open) == (PART, False)


def test_a_series_does_not_go_on_in_another_part() -> None:
    text = "三项措施：一是甲；二是乙。¶三是丙。"
    document = parse(text)
    other = Part("section", "section/2", "乙", Span(0, 0))
    first, second = document.paragraphs
    moved = Document(text, None, (), (first, Paragraph(second.passage, other, ())), ())
    assert [summarise(check_lists(item)) for item in (document, moved)] == [
        [("agrees", 3, 3)],
        [("contradicts", 3, 2)],
    ]


def test_brackets_and_quotes_that_do_not_match_are_no_hindrance() -> None:
    texts = ["甲）、乙、丙三个方面", "“甲、乙、丙三个方面", "甲”、乙、丙三个方面", "三个方面（甲、乙", "、、三个方面"]
    assert not [finding for text in texts for finding in check(text) if finding.status != "agrees"]


def test_phrases_that_do_not_compile_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "lists.toml"
    broken.write_text("[count]\nphrase = '('\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(str(broken))):
        load_list_phrases(broken)


def write_like(number: int, printed: str) -> str:
    return str(number) if printed[0].isdecimal() else "零一二三四五六七八九"[number]


def change(text: str, finding: ListFinding, step: int) -> list[ListFinding]:
    """Return what is found where the number of a count is changed, at its place."""
    place = finding.count.count_span.start
    number = write_like(finding.count.announced + step, text[place])
    changed = text[:place] + number + text[place + 1 :]
    return [item for item in check(changed) if item.count.count_span.start == place]


@pytest.mark.parametrize("step", [-1, 1])
def test_most_changed_counts_are_found(step: int) -> None:
    changed = [change(text, finding, step) for text, _ in AGREEING for finding in check(text)]
    found = [findings for findings in changed if findings and findings[0].status != "agrees"]
    assert len(found) * 2 > len(changed) > 0


# Whole reports


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_no_list_of_an_invented_report_is_called_wrong(path: Path) -> None:
    findings = check_lists(parse_document(path.read_text(encoding="utf-8"), load_genre()))
    assert [finding for finding in findings if finding.status != "agrees"] == []


@pytest.mark.parametrize(("name", "announced"), [("example-2024", [2]), ("prose-b-2021", [3, 2, 2, 3])])
def test_the_lists_of_invented_reports_are_found(name: str, announced: list[int]) -> None:
    source = (ROOT / "tests" / "reports" / f"{name}.txt").read_text(encoding="utf-8")
    findings = check_lists(parse_document(source, load_genre()))
    assert summarise(findings) == [("agrees", number, number) for number in announced]


def test_the_lists_of_the_real_report(liaoning_source: str) -> None:
    findings = check_lists(parse_document(liaoning_source, load_genre()))
    assert summarise(findings) == [
        ("agrees", 5, 5),
        ("agrees", 3, 3),
        ("agrees", 5, 5),
        ("agrees", 8, 8),
        ("agrees", 3, 3),
        ("incomplete", 6, 5),
        ("agrees", 5, 5),
        ("agrees", 6, 6),
    ]


@pytest.mark.parametrize("step", [-1, 1])
def test_a_changed_count_of_the_real_report_is_found(liaoning_source: str, step: int) -> None:
    missed = []
    for finding in check_lists(parse_document(liaoning_source, load_genre())):
        place, announced = finding.count.count_span.start, finding.count.announced
        number = write_like(announced + step, liaoning_source[place])
        changed = liaoning_source[:place] + number + liaoning_source[place + 1 :]
        found = [
            item.status
            for item in check_lists(parse_document(changed, load_genre()))
            if item.count.count_span.start == place and item.count.announced == announced + step
        ]
        # The open list that names five of six agrees with five.
        expected = "contradicts" if finding.status == "agrees" else {-1: "agrees", 1: "incomplete"}[step]
        missed += [] if found == [expected] else [(announced, found)]
    assert missed == []
