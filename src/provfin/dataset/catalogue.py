"""Owns the catalogue: DCAT's account of the whole and of each report's graph, in Chinese and English.

It says what the graphs say: titles, places and times are those of the reports. Refuses to name a server: where the data
can be had is known only to who serves it. https://www.w3.org/TR/vocab-dcat-3/
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from provfin.dataset.census import Census
from provfin.dataset.partitions import count_extent
from provfin.dataset.terms import (
    AGENT,
    CATALOGUE,
    CATALOGUE_GRAPH,
    DATASET,
    NAMESPACES,
    ONTOLOGY,
    Object,
    Properties,
    expand,
    make_node,
    make_texts,
    tell,
)
from provfin.turtle import BASE, TYPE

_GRAPH = f"{BASE}graph/"
_EXAMPLES = ("Report", "NumericObservation", "Mention", "Event", "InstrumentUse", "Indicator", "Institution")
_TEXTS: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    CATALOGUE: (
        {"en": "ProvFin catalogue", "zh": "ProvFin 数据目录"},
        {"en": "What a release of ProvFin holds.", "zh": "ProvFin 一次发布所含的数据。"},
    ),
    DATASET: (
        {"en": "ProvFin: regional financial operation reports", "zh": "ProvFin：区域金融运行报告"},
        {
            "en": "Figures, institutions, policy tools, events and dates of the regional financial operation reports "
            "of the People’s Bank of China, each traceable to the characters it was printed with.",
            "zh": "中国人民银行区域金融运行报告中的数值、机构、政策工具、事件与日期，均可追溯至所印字符。",
        },
    ),
    f"{_GRAPH}alignments": (
        {"en": "Alignments", "zh": "术语对齐"},
        {"en": "What our terms are in other vocabularies.", "zh": "本项目术语与其他词汇的对应。"},
    ),
    f"{_GRAPH}entailments": (
        {"en": "Entailments", "zh": "推论"},
        {"en": "What follows from the other graphs.", "zh": "由其余各图推出者。"},
    ),
    f"{_GRAPH}ontology": (
        {"en": "Ontology", "zh": "本体"},
        {"en": "Classes, properties and cube structures.", "zh": "类、特性与数据结构。"},
    ),
    f"{_GRAPH}vocabulary": (
        {"en": "Vocabulary", "zh": "词汇"},
        {
            "en": "Code lists, and the periods, days and rules that reports share.",
            "zh": "代码表，及各报告共用的时期、日期与规则。",
        },
    ),
}
# DCAT asks for languages as resources; reports have them as codes of ISO 639-1.
# https://op.europa.eu/en/web/eu-vocabularies/dataset/-/resource?uri=http://publications.europa.eu/resource/dataset/language
_LANGUAGES = {
    code: make_node(f"http://publications.europa.eu/resource/authority/language/{name}")
    for code, name in {"en": "ENG", "zh": "ZHO"}.items()
}
# What a report tells of itself that its dataset has in common with it.
_SHARED = ("dcterms:title", "dcterms:identifier", "dcterms:language", "dcterms:spatial", "dcterms:temporal")

Told = Mapping[str, Mapping[str, list[Object]]]


def describe_catalogue(quads: Iterable[ox.Quad], census: Census) -> Iterator[ox.Triple]:
    """Yield the catalogue, the dataset as a whole, and each named graph as a part of it."""
    told = _gather_told(quads)
    licences: Properties = {
        "dcterms:license": list(map(make_node, census.list_values(expand("dcterms:license").value)))
    }
    makers: Properties = {"dcterms:publisher": make_node(AGENT), "dcterms:creator": make_node(AGENT)}
    reports = {_name_graph(report): report for report in _list_reports(told)}
    parts = list(map(make_node, census.graphs))
    yield from tell(AGENT, {"rdf:type": expand("foaf:Agent"), "foaf:name": ox.Literal("ProvFin")})
    yield from _describe_whole(parts, [make_node(name) for name in reports], {**makers, **licences})
    yield from _describe_examples(census)
    for name, extent in census.graphs.items():
        texts = _tell_texts(name) if name in _TEXTS else {}
        yield from tell(name, {"rdf:type": expand("void:Dataset"), **texts, **count_extent(extent), **licences})
    for name, report in reports.items():
        yield from _describe_report(name, report, told, makers)


def _describe_whole(parts: list[ox.NamedNode], reports: list[ox.NamedNode], made: Properties) -> Iterator[ox.Triple]:
    whole = make_node(DATASET)
    yield from tell(
        CATALOGUE,
        {
            "rdf:type": expand("dcat:Catalog"),
            "dcat:dataset": [whole, *reports],
            "dcterms:language": [*_LANGUAGES.values()],
            **_tell_texts(CATALOGUE),
            **made,
        },
    )
    yield from tell(
        CATALOGUE_GRAPH,
        {
            "rdf:type": expand("void:DatasetDescription"),
            "dcterms:title": make_texts({"en": "Description of the dataset", "zh": "数据集说明"}),
            "foaf:primaryTopic": whole,
        },
    )
    yield from tell(
        DATASET,
        {
            "rdf:type": [expand("dcat:Dataset"), expand("void:Dataset")],
            "void:subset": parts,
            "void:uriSpace": ox.Literal(BASE),
            "dcterms:conformsTo": make_node(ONTOLOGY),
            "dcterms:hasPart": reports,
            **_tell_texts(DATASET),
            **made,
        },
    )


def _describe_examples(census: Census) -> Iterator[ox.Triple]:
    found = [census.find_first(NAMESPACES["pf"] + name) for name in _EXAMPLES]
    yield from tell(DATASET, {"void:exampleResource": [make_node(iri) for iri in found if iri is not None]})


def _describe_report(name: str, report: str, told: Told, makers: Properties) -> Iterator[ox.Triple]:
    """Yield what the graph of a report has of the report: its title, place and time; the report is its source."""
    shared = {key: told[report].get(expand(key).value, []) for key in _SHARED}
    shared["dcterms:language"] = [_LANGUAGES.get(code.value, code) for code in shared["dcterms:language"]]
    yield from tell(name, {"rdf:type": expand("dcat:Dataset"), "dcterms:source": make_node(report), **shared, **makers})
    for place in shared["dcterms:spatial"]:
        yield from tell(place.value, {"rdf:type": expand("dcterms:Location")})
    for period in shared["dcterms:temporal"]:
        yield from _describe_period(period.value, told)


def _describe_period(period: str, told: Told) -> Iterator[ox.Triple]:
    values = told[period]
    ends = {
        name: values.get(expand(of).value, [])
        for name, of in (("dcat:startDate", "pf:periodStart"), ("dcat:endDate", "pf:periodEnd"))
    }
    yield from tell(period, {"rdf:type": expand("dcterms:PeriodOfTime"), **ends})


def _tell_texts(name: str) -> Properties:
    title, description = _TEXTS[name]
    return {"dcterms:title": make_texts(title), "dcterms:description": make_texts(description)}


def _gather_told(quads: Iterable[ox.Quad]) -> Told:
    """Return what is told of reports and periods, by property."""
    names = {TYPE, *(expand(key).value for key in (*_SHARED, "pf:periodStart", "pf:periodEnd"))}
    told: dict[str, dict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value, _ in quads:
        if (
            predicate.value in names
            and isinstance(subject, ox.NamedNode)
            and isinstance(value, ox.NamedNode | ox.Literal)
        ):
            told[subject.value][predicate.value].append(value)
    return told


def _list_reports(told: Told) -> list[str]:
    report = expand("pf:Report")
    return sorted(subject for subject, values in told.items() if report in values.get(TYPE, []))


def _name_graph(report: str) -> str:
    return _GRAPH + report.rsplit("/", 1)[1]
