"""The graph of a report: what every node says, and that nothing it names is left undescribed."""

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox
import pytest

from provfin.assets import find_assets
from provfin.extraction import Extraction, extract_text
from provfin.graph import build_graph, observation_iri, report_iri
from provfin.graph.report import part_iri
from provfin.layouts import load_layouts
from provfin.turtle import ALL_PREFIXES, BASE, PREFIXES, TYPE, read_turtle

FILES = ["audit.ttl", "mentions.ttl", "observations.ttl", "report.ttl", "things.ttl"]
SMALL = "吉林省金融运行报告（2024）\n\n一、甲\n\n表 4 票据贴现利率\n\n单位：%\n\n季度\t贴现\n\t银行承兑汇票\n1\t2.31\n"

Description = dict[str, set[str]]


def shorten(term: ox.NamedNode | ox.Literal) -> str:
    """Return an IRI behind its prefix, or a literal as Turtle has it."""
    if isinstance(term, ox.Literal):
        text, _, kind = str(term).partition("^^")
        return f"{text}^^{shorten(ox.NamedNode(kind[1:-1]))}" if kind else text
    prefixes = sorted(ALL_PREFIXES.items(), key=lambda item: -len(item[1]))
    return next(
        (f"{name}:{term.value.removeprefix(iri)}" for name, iri in prefixes if term.value.startswith(iri)), term.value
    )


def describe(triples: Iterable[ox.Triple]) -> dict[str, Description]:
    """Return what triples say of each subject: its predicates, each with its objects."""
    described: dict[str, Description] = defaultdict(lambda: defaultdict(set))
    for triple in triples:
        assert isinstance(triple.subject, ox.NamedNode)
        assert isinstance(triple.object, ox.NamedNode | ox.Literal)
        described[triple.subject.value]["a" if triple.predicate.value == TYPE else shorten(triple.predicate)].add(
            shorten(triple.object)
        )
    return described


def gather(extraction: Extraction) -> list[ox.Triple]:
    return [triple for triples in build_graph(extraction).values() for triple in triples]


@pytest.fixture(scope="module")
def triples(example: Extraction) -> list[ox.Triple]:
    """All triples of the invented report."""
    return gather(example)


@pytest.fixture(scope="module")
def nodes(triples: list[ox.Triple]) -> dict[str, Description]:
    """What they say of each node."""
    return describe(triples)


def list_nodes(nodes: dict[str, Description], kind: str) -> list[str]:
    return sorted(node for node, said in nodes.items() if kind in said["a"])


# The whole


def test_a_report_is_five_files(example: Extraction) -> None:
    assert sorted(build_graph(example)) == FILES


def test_every_fact_is_an_observation_and_every_mention_a_mention(
    example: Extraction, nodes: dict[str, Description]
) -> None:
    observations = {observation_iri("example-2024", fact) for fact in example.facts}
    assert set(list_nodes(nodes, "pf:Observation")) == observations
    assert len(observations) == len(example.facts)
    assert len(list_nodes(nodes, "pf:Mention")) == sum(len(fact.mentions) for fact in example.facts)


def test_a_node_is_described_in_one_file_alone(example: Extraction) -> None:
    subjects = [set(describe(triples)) for triples in build_graph(example).values()]
    twice = {subject for subject in set.union(*subjects) if sum(subject in file for file in subjects) > 1}
    # The report is described in one file; another says who contributed to it. The year to come may be told of in both.
    assert {iri for iri in twice if "/period/" not in iri and "/date/" not in iri} == {report_iri("example-2024")}


def test_everything_that_is_named_is_described(triples: list[ox.Triple]) -> None:
    ontology = [triple for path in find_assets().ontology.rglob("*.ttl") for triple in read_turtle(path)]
    described = {triple.subject for triple in [*triples, *ontology]}
    own = (BASE, PREFIXES["pf"], PREFIXES["sdmx-code"], PREFIXES["sdmx-attribute"], PREFIXES["sdmx-dimension"])
    named = {
        term
        for triple in triples
        for term in (triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(own)
    }
    assert sorted(term.value for term in named - described) == []


def test_names_are_made_from_meaning(triples: list[ox.Triple]) -> None:
    assert all(isinstance(triple.subject, ox.NamedNode) for triple in triples)
    assert all(triple.subject.value.startswith(BASE) for triple in triples if isinstance(triple.subject, ox.NamedNode))


def test_a_line_more_above_a_table_changes_no_observation(example: Extraction) -> None:
    source = example.document.source.replace("全年经济走势平缓", "还有一句。全年经济走势平缓")
    moved = extract_text(source, "example-2024")
    observations = [{t.subject for t in build_graph(x)["observations.ttl"]} for x in (example, moved)]
    assert observations[0] == observations[1]


def test_no_text_of_a_report_is_in_its_graph_but_headings_and_figures(triples: list[ox.Triple]) -> None:
    literals = [triple.object.value for triple in triples if isinstance(triple.object, ox.Literal)]
    assert not any("。" in text for text in literals)


# Its nodes


def test_the_report_says_what_it_is(nodes: dict[str, Description], example: Extraction) -> None:
    assert nodes[report_iri("example-2024")] == {
        "a": {"pf:Report", "prov:Entity"},
        "dcterms:identifier": {'"example-2024"'},
        "dcterms:title": {'"示例省金融运行报告（2024）"@zh'},
        "dcterms:language": {'"zh"'},
        "dcterms:spatial": {"area:unknown"},
        "dcterms:temporal": {"period:2023"},
        "dcterms:contributor": {
            f"{BASE}contribution/example-2024/{step}"
            for step in ("general-editor/甲某", "general-editor/乙某", "drafter/丙某", "drafter/丁某", "drafter/戊某")
        },
        "pf:sha256": {f'"{example.report.sha256}"'},
    }


def test_every_part_leads_to_the_report(nodes: dict[str, Description], example: Extraction) -> None:
    report = shorten(ox.NamedNode(report_iri("example-2024")))
    for part in example.document.parts:
        said = nodes[part_iri("example-2024", part)]
        whole = part_iri("example-2024", part.parent) if part.parent else report
        assert said["dcterms:isPartOf"] == {whole}
        assert said["pf:report"] == {report}
        assert said["dcterms:title"] == {f'"{part.title}"@zh'}


def test_tables_and_figures_have_their_source(nodes: dict[str, Description]) -> None:
    sources = {
        part.removeprefix(f"{BASE}part/example-2024/"): said["dc:source"]
        for part, said in nodes.items()
        if "dc:source" in said
    }
    assert sources["figure/2"] == {'"云溪市农事站"@zh'}
    assert sources["table/1"] == {'"示例省虚构监管处"@zh'}
    assert set(sources) == {
        "figure/1", "figure/2", "table/1", "table/2", "table/3", "table/5", "appendix/table/1", "appendix/table/2",
    }  # fmt: skip


def test_a_figure_is_a_numeric_observation(nodes: dict[str, Description], example: Extraction) -> None:
    start = example.document.source.index("－５．４")
    key = "unknown/2023-12-31/loans/medium-and-long-term/yoy_growth"
    assert nodes[f"{BASE}observation/example-2024/{key}"] == {
        "a": {"pf:Observation", "pf:NumericObservation", "qb:Observation"},
        "qb:dataSet": {f"{BASE}dataset/example-2024/credit"},
        "pf:indicator": {"indicator:loans"},
        "pf:measure": {"measure:yoy_growth"},
        "sdmx-dimension:refArea": {"area:unknown"},
        "sdmx-dimension:refPeriod": {"period:2023-12-31"},
        "pf:currencyScope": {"currency-scope:total"},
        "pf:institutionalSector": {"sector:total"},
        "pf:maturity": {"maturity:medium-and-long-term"},
        "pf:comparisonBase": {"comparison-base:total"},
        "pf:unit": {"unit:percent"},
        "sdmx-attribute:unitMeasure": {"unit:percent"},
        "sdmx-attribute:unitMult": {'"0"^^xsd:integer'},
        "sdmx-attribute:obsStatus": {"sdmx-code:obsStatus-A"},
        "sdmx-attribute:decimals": {'"1"^^xsd:integer'},
        "sdmx-measure:obsValue": {'"-5.4"^^xsd:decimal'},
        "pf:valueInBaseUnit": {'"-5.4"^^xsd:decimal'},
        "pf:lowerBound": {'"-5.45"^^xsd:decimal'},
        "pf:upperBound": {'"-5.35"^^xsd:decimal'},
        "rdfs:label": {
            '"金融机构本外币中长期贷款余额"@zh',
            '"Loans outstanding (Medium and long-term)"@en',
        },
        "pf:report": {f"{BASE}report/example-2024"},
        "pf:mention": {f"{BASE}mention/example-2024/{start}-{start + 4}"},
    }
    assert nodes[f"{BASE}mention/example-2024/{start}-{start + 4}"] == {
        "a": {"pf:Mention", "oa:TextPositionSelector"},
        "oa:start": {f'"{start}"^^xsd:integer'},
        "oa:end": {f'"{start + 4}"^^xsd:integer'},
        "oa:exact": {'"－５．４"'},
        "pf:origin": {'"table"'},
        "pf:part": {f"{BASE}part/example-2024/appendix/table/1"},
        "pf:printedDecimals": {'"1"^^xsd:integer'},
        "pf:printedValue": {'"-5.4"^^xsd:decimal'},
        "pf:readBy": {"rule:credit-by-month"},
        "pf:report": {f"{BASE}report/example-2024"},
        "pf:unit": {"unit:percent"},
        "prov:wasGeneratedBy": {f"{BASE}reading/example-2024/credit-by-month"},
    }


def test_a_dash_is_an_observation_without_a_value(nodes: dict[str, Description]) -> None:
    said = nodes[f"{BASE}observation/example-2024/unknown/2023-07--2023-09/bill-discount-rate/commercial-accepted/rate"]
    assert said["a"] == {"pf:Observation", "pf:MissingObservation", "qb:Observation"}
    assert said["qb:dataSet"] == {f"{BASE}dataset/example-2024/bills-missing"}
    assert said["pf:missingReason"] == {"missing-reason:not-printed"}
    assert said["sdmx-attribute:obsStatus"] == {"sdmx-code:obsStatus-M"}
    assert not {"sdmx-measure:obsValue", "pf:lowerBound", "pf:upperBound", "pf:valueInBaseUnit"} & set(said)
    (mention,) = said["pf:mention"]
    assert nodes[mention]["oa:exact"] == {'"—"'}
    assert not {"pf:printedValue", "pf:printedDecimals"} & set(nodes[mention])


def test_an_observation_belongs_to_the_dataset_of_its_structure(nodes: dict[str, Description]) -> None:
    for observation in list_nodes(nodes, "pf:Observation"):
        (dataset,) = nodes[observation]["qb:dataSet"]
        is_missing = "pf:MissingObservation" in nodes[observation]["a"]
        assert dataset.endswith("-missing") is is_missing
        assert nodes[dataset]["qb:structure"] == {f"structure:{dataset.rsplit('/', 1)[1]}"}
        assert nodes[dataset]["dcterms:license"] == {"cc:by/4.0/"}


def test_a_candidate_type_is_described(nodes: dict[str, Description]) -> None:
    assert nodes[f"{BASE}institution-type/candidate-民间互助公司"] == {
        "a": {"pf:InstitutionType", "pf:Candidate", "skos:Concept"},
        "skos:inScheme": {"scheme:institution-types"},
        "skos:notation": {'"candidate-民间互助公司"'},
        "skos:prefLabel": {'"民间互助公司"@zh'},
    }


def test_a_candidate_indicator_is_described(nodes: dict[str, Description]) -> None:
    said = nodes[f"{BASE}indicator/candidate-茶园贷款余额"]
    assert {predicate: objects for predicate, objects in said.items() if "default" not in predicate} == {
        "a": {"pf:Indicator", "pf:Candidate", "skos:Concept"},
        "skos:inScheme": {"scheme:indicators"},
        "skos:notation": {'"candidate-茶园贷款余额"'},
        "skos:prefLabel": {'"茶园贷款余额"@zh'},
        "pf:nature": {"nature:stock"},
        "pf:structure": {"structure:credit"},
    }


@pytest.mark.parametrize("name", ["茶园贷款余额", "露营装备销售额"])
def test_a_candidate_indicator_has_the_unit_and_measure_of_its_amounts(
    nodes: dict[str, Description], name: str
) -> None:
    said = nodes[f"{BASE}indicator/candidate-{name}"]
    assert said["pf:defaultUnit"] == {"unit:hundred-million-cny"}
    assert said["pf:defaultMeasure"] == {"measure:level"}


def test_the_candidates_are_those_the_gaps_tell(nodes: dict[str, Description], example: Extraction) -> None:
    told = [gap for gap in example.gaps if gap.reason == "candidate-concept"]
    assert len(list_nodes(nodes, "pf:Candidate")) == len(told) > 3
    assert all(said["skos:inScheme"] for node, said in nodes.items() if "pf:Candidate" in said["a"])


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (
            "2023-01--2023-06",
            "time:ProperInterval",
            {"time:hasBeginning": {f"{BASE}date/2023-01-01"}, "time:hasEnd": {f"{BASE}date/2023-06-30"}},
        ),
        ("2023-02-28", "time:Instant", {"time:inXSDDate": {'"2023-02-28"^^xsd:date'}}),
    ],
)
def test_a_period_is_one_of_owl_time(nodes: dict[str, Description], code: str, kind: str, said: Description) -> None:
    period = nodes[f"{BASE}period/{code}"]
    assert period["a"] == {"pf:Period", kind}
    assert said.items() <= period.items()
    assert period["skos:notation"] == {f'"{code.replace("--", "/")}"'}


def test_every_reading_tells_who_and_by_what_rule(nodes: dict[str, Description]) -> None:
    readings = list_nodes(nodes, "pf:Reading")
    rules = {reading.rsplit("/", 1)[1] for reading in readings}
    assert {rule for rule in rules if not rule.startswith("prose-")} == {layout.slug for layout in load_layouts()}
    assert {rule for rule in rules if rule.startswith("prose-")} == {
        "prose-number", "prose-ratio", "prose-record", "prose-streak"
    }  # fmt: skip
    for reading in readings:
        (association,) = nodes[reading]["prov:qualifiedAssociation"]
        assert nodes[reading]["prov:wasAssociatedWith"] == {f"{BASE}agent/provfin"}
        assert nodes[association]["prov:hadPlan"] == {f"rule:{reading.rsplit('/', 1)[1]}"}


# Odd reports


def test_a_report_with_nothing_to_read_is_a_graph_all_the_same() -> None:
    nodes = describe(gather(extract_text("某份报告\n", "some")))
    (period,) = nodes[report_iri("some")]["dcterms:temporal"]
    assert period.replace("period:", f"{BASE}period/") in nodes


def test_a_table_without_a_caption_has_a_title() -> None:
    nodes = describe(gather(extract_text("吉林省金融运行报告（2024）\n\n季度\t甲\n1\t2\n", "some")))
    (table,) = list_nodes(nodes, "pf:Table")
    assert nodes[table]["dcterms:title"] == {'"（无题名）"@zh'}


def test_mentions_of_one_fact_are_all_told() -> None:
    again = SMALL + "\n表 5 票据贴现利率\n\n单位：%\n\n季度\t贴现\n\t银行承兑汇票\n1\t2.3\n"
    nodes = describe(gather(extract_text(again, "some")))
    (observation,) = list_nodes(nodes, "pf:Observation")
    assert nodes[observation]["sdmx-measure:obsValue"] == {'"2.31"^^xsd:decimal'}
    assert len(nodes[observation]["pf:mention"]) == 2


# What prose says


def find_node(nodes: dict[str, Description], exact: str) -> tuple[Description, Description]:
    """Return the only mention printed as `exact` and its observation."""
    (mention,) = (node for node in list_nodes(nodes, "pf:Mention") if nodes[node]["oa:exact"] == {f'"{exact}"'})
    (observation,) = (node for node in list_nodes(nodes, "pf:Observation") if mention in nodes[node]["pf:mention"])
    return nodes[mention], nodes[observation]


def test_a_figure_of_prose_says_how_it_was_read(nodes: dict[str, Description]) -> None:
    mention, observation = find_node(nodes, "0.6 个百分点")
    assert mention["pf:origin"] == {'"prose"'}
    assert mention["pf:readBy"] == {"rule:prose-number"}
    assert mention["pf:part"] == {f"{BASE}part/example-2024/section/1"}
    assert mention["prov:wasGeneratedBy"] == {f"{BASE}reading/example-2024/prose-number"}
    assert observation["pf:comparisonBase"] == {"comparison-base:nation"}
    assert observation["rdfs:label"] >= {'"地区生产总值（与全国相比）"@zh'}


@pytest.mark.parametrize(("exact", "word"), [("420 户", "超"), ("90 万人次", "近"), ("0.55 万亿元", "约")])
def test_a_word_beside_a_figure_is_kept(nodes: dict[str, Description], exact: str, word: str) -> None:
    mention, _ = find_node(nodes, exact)
    assert mention["pf:qualifier"] == {f'"{word}"'}


def test_an_open_figure_has_an_open_interval(nodes: dict[str, Description]) -> None:
    _, observation = find_node(nodes, "420 户")
    assert observation["pf:lowerBound"] == {'"420"^^xsd:decimal'}
    assert observation["pf:upperBound"] == {'"430"^^xsd:decimal'}


def test_an_observation_says_who_with_what_and_for_whom(nodes: dict[str, Description]) -> None:
    _, observation = find_node(nodes, "2.3 亿元")
    assert {name: observation[f"pf:{name}"] for name in ("actor", "instrument", "target")} == {
        "actor": {"institution:village-banks"},
        "instrument": {"instrument:agriculture-relending"},
        "target": {"target:small-and-micro-enterprises"},
    }


def test_the_most_precise_of_three_mentions_leads(nodes: dict[str, Description]) -> None:
    said = nodes[f"{BASE}observation/example-2024/unknown/2023-12-31/deposits/level"]
    assert said["sdmx-measure:obsValue"] == {'"9488.2"^^xsd:decimal'}
    assert len(said["pf:mention"]) == 3
    assert "pf:disputedBy" not in said
    assert said["sdmx-attribute:obsStatus"] == {"sdmx-code:obsStatus-A"}


def test_what_is_disputed_is_of_low_reliability(nodes: dict[str, Description]) -> None:
    first, said = find_node(nodes, "62.0 亿元")
    second, same = find_node(nodes, "64.5 亿元")
    assert said == same
    assert said["sdmx-attribute:obsStatus"] == {"sdmx-code:obsStatus-U"}
    assert said["sdmx-measure:obsValue"] == {'"62.0"^^xsd:decimal'}
    assert [nodes[node] for node in said["pf:disputedBy"]] == [second]
    assert first["pf:printedValue"] == {'"62.0"^^xsd:decimal'}
    statuses = [nodes[node]["sdmx-attribute:obsStatus"] for node in list_nodes(nodes, "pf:Observation")]
    assert statuses.count({"sdmx-code:obsStatus-U"}) == 1


def test_a_use_leads_to_its_figures(nodes: dict[str, Description], example: Extraction) -> None:
    use = f"{BASE}use/example-2024/agriculture-relending/village-banks/small-and-micro-enterprises/2023"
    assert sorted(list_nodes(nodes, "pf:InstrumentUse")) == [
        f"{BASE}use/example-2024/agriculture-relending/any/any/2023-12-31", use
    ]  # fmt: skip
    _, count = find_node(nodes, "420 户")
    said = nodes[use]
    assert [nodes[node] for node in said["pf:entityCount"]] == [count]
    assert said["pf:instrument"] == {"instrument:agriculture-relending"}
    assert said["pf:intermediary"] == {"institution:village-banks"}
    assert said["pf:target"] == {"target:small-and-micro-enterprises"}
    assert said["sdmx-dimension:refPeriod"] == {"period:2023"}
    assert said["rdfs:label"] == {'"支农再贷款→小微企业"@zh'}
    start, end = (int(next(iter(said[name])).split('"')[1]) for name in ("oa:start", "oa:end"))
    assert example.document.source[start:end].startswith("1.5 亿元")
    assert example.document.source[start:end].endswith("2.3 亿元")


def test_notes_and_credits_are_parts(nodes: dict[str, Description]) -> None:
    titles = {kind: sorted(next(iter(nodes[node]["dcterms:title"])) for node in list_nodes(nodes, f"pf:{kind}"))
              for kind in ("Footnote", "Credits")}  # fmt: skip
    assert titles == {"Footnote": ['"注1"@zh', '"注2"@zh', '"脚注²"@zh'], "Credits": ['"署名"@zh']}


def test_an_event_a_title_and_an_announcement_are_things(nodes: dict[str, Description]) -> None:
    assert {next(iter(nodes[node]["pf:date"])) for node in list_nodes(nodes, "pf:Event")} == {
        '"2023-03-02"^^xsd:date', '"2023-05-09"^^xsd:date'
    }  # fmt: skip
    (designation,) = list_nodes(nodes, "pf:Designation")
    assert nodes[designation]["pf:recipientLabel"] == {'"云溪市"'}
    for outlook in list_nodes(nodes, "pf:OutlookStatement"):
        assert nodes[outlook]["sdmx-dimension:refPeriod"] == {"period:2024"}
    assert list_nodes(nodes, "pf:OutlookStatement")


@pytest.mark.parametrize(
    "text",
    ["粮食总产量 212 万吨。\n", "一、甲\n\n好。\n\n² 粮食总产量 212 万吨。\n"],
    ids=["before the first heading", "in a footnote"],
)
def test_a_figure_outside_of_all_parts_has_a_part_that_is_described(text: str) -> None:
    extraction = extract_text(f"吉林省金融运行报告（2024）\n\n{text}", "some")
    assert len(extraction.facts) == 1
    nodes = describe(gather(extraction))
    (mention,) = list_nodes(nodes, "pf:Mention")
    (part,) = nodes[mention]["pf:part"]
    assert "pf:Report" in nodes[part]["a"]
