"""Owns turning what was read into RDF: Data Cube observations, mentions, parts, provenance.

IRIs are made from meaning, never from counters, and there are no blank nodes. Refuses to look into the source again:
what is not in the extraction is not in the graph.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from provfin.document import Part
from provfin.extraction import Extraction, Report
from provfin.facts import Fact
from provfin.layouts import load_layouts
from provfin.mentions import Mention
from provfin.periods import Period, months
from provfin.quantity import write_decimal
from provfin.turtle import BASE, PREFIXES, TYPE
from provfin.vocabulary import Concept, Indicator, load_vocabulary

XSD = PREFIXES["xsd"]
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
AGENT = f"{BASE}agent/provfin"
_PART_CLASSES = {"section": "Section", "box": "Box", "table": "Table", "figure": "Figure"}

Object = ox.NamedNode | ox.Literal
Pairs = Iterable[tuple[str, Object | None]]


def report_iri(report_id: str) -> str:
    """Return the IRI of a report."""
    return f"{BASE}report/{report_id}"


def observation_iri(report_id: str, fact: Fact) -> str:
    """Return the IRI of an observation, made from its place in the cube."""
    return f"{BASE}observation/{report_id}/{fact.claim.key}"


def build_graph(extraction: Extraction) -> dict[str, list[ox.Triple]]:
    """Return the triples of a report under the names of the files they go to."""
    report, facts = extraction.report, extraction.facts
    return {
        "report.ttl": [
            *_describe_report(report),
            *_describe_parts(extraction),
            *_describe_datasets(report, facts),
            *_describe_readings(report, facts),
            *_describe_periods(report, facts),
            *_describe_candidates(facts),
        ],
        "observations.ttl": [triple for fact in facts for triple in _describe_observation(report, fact)],
        "mentions.ttl": [
            triple for fact in facts for mention in fact.mentions for triple in _describe_mention(report, mention)
        ],
    }


# Terms


def _iri(text: str) -> ox.NamedNode:
    prefix, colon, local = text.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local if colon and prefix in PREFIXES else text)


def _text(text: str, language: str | None = None) -> ox.Literal | None:
    if not text:
        return None
    return ox.Literal(text, language=language) if language else ox.Literal(text)


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def _whole(number: int) -> ox.Literal:
    return _typed(str(number), "integer")


def _describe(subject: str, classes: Iterable[str], pairs: Pairs) -> Iterator[ox.Triple]:
    node = ox.NamedNode(subject)
    for name in classes:
        yield ox.Triple(node, ox.NamedNode(TYPE), _iri(name))
    for predicate, value in pairs:
        if value is not None:
            yield ox.Triple(node, _iri(predicate), value)


# The report and its parts


def _describe_report(report: Report) -> Iterator[ox.Triple]:
    yield from _describe(
        report_iri(report.id),
        ["pf:Report", "prov:Entity"],
        [
            ("dcterms:identifier", _text(report.id)),
            ("dcterms:title", _text(report.title, "zh")),
            ("dcterms:title", _text(report.title_en, "en")),
            ("dc:publisher", _text(report.publisher, "zh")),
            ("dc:publisher", _text(report.publisher_en, "en")),
            ("dcterms:language", _text("zh")),
            ("dcterms:spatial", _iri(report.area.iri)),
            ("dcterms:temporal", _iri(_year_iri(report))),
            ("pf:sha256", _text(report.sha256)),
        ],
    )


def _year_iri(report: Report) -> str:
    return f"{BASE}period/{report.year:04d}"


def part_iri(report_id: str, part: Part) -> str:
    """Return the IRI of a part, made from the report's own numbering."""
    return f"{BASE}part/{report_id}/{part.path}"


def _describe_parts(extraction: Extraction) -> Iterator[ox.Triple]:
    report_id = extraction.report.id
    sources = {block.part.path: block.source for block in extraction.document.tables if block.source}
    sources.update(extraction.document.figure_sources)
    for part in extraction.document.parts:
        whole = part_iri(report_id, part.parent) if part.parent else report_iri(report_id)
        yield from _describe(
            part_iri(report_id, part),
            [f"pf:{_PART_CLASSES[part.kind]}", "pf:DocumentPart"],
            [
                ("dc:source", _text(sources.get(part.path, ""), "zh")),
                ("dcterms:isPartOf", _iri(whole)),
                ("dcterms:title", _text(part.title or "（无题名）", "zh")),
                ("oa:end", _whole(part.span.end)),
                ("oa:start", _whole(part.span.start)),
                ("pf:report", _iri(report_iri(report_id))),
            ],
        )


def _dataset_iri(report_id: str, fact: Fact) -> str:
    structure = fact.claim.indicator.structure
    assert structure is not None
    return f"{BASE}dataset/{report_id}/{structure.slug}{'' if fact.value is not None else '-missing'}"


def _describe_datasets(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    for iri in sorted({_dataset_iri(report.id, fact) for fact in facts}):
        slug = iri.rsplit("/", 1)[1]
        yield from _describe(
            iri,
            ["qb:DataSet"],
            [
                ("dcterms:license", _iri(LICENSE)),
                ("dcterms:source", _iri(report_iri(report.id))),
                ("qb:structure", _iri(f"{BASE}structure/{slug}")),
                ("rdfs:label", _text(f"{report.id}: {slug}", "en")),
                ("rdfs:label", _text(f"{report.title}：{slug}", "zh")),
            ],
        )


def _describe_readings(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    titles = {layout.slug: layout.title for layout in load_layouts()}
    yield from _describe(AGENT, ["prov:SoftwareAgent", "prov:Agent"], [("rdfs:label", _text("ProvFin", "en"))])
    for rule in sorted({mention.rule for fact in facts for mention in fact.mentions}):
        reading = _reading_iri(report.id, rule)
        yield from _describe(
            reading,
            ["pf:Reading", "prov:Activity"],
            [
                ("prov:qualifiedAssociation", _iri(f"{reading}/association")),
                ("prov:used", _iri(report_iri(report.id))),
                ("prov:wasAssociatedWith", _iri(AGENT)),
            ],
        )
        yield from _describe(
            f"{reading}/association",
            ["prov:Association"],
            [("prov:agent", _iri(AGENT)), ("prov:hadPlan", _iri(_rule_iri(rule)))],
        )
        yield from _describe(
            _rule_iri(rule), ["pf:ReadingRule", "prov:Plan"], [("rdfs:label", _text(titles.get(rule, rule), "en"))]
        )


def _reading_iri(report_id: str, rule: str) -> str:
    return f"{BASE}reading/{report_id}/{rule}"


def _rule_iri(rule: str) -> str:
    return f"{BASE}rule/{rule}"


# Periods


def _describe_periods(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    periods = {fact.claim.period for fact in facts} | {months(report.year, 1, 12)}
    for period in sorted(periods):
        yield from _describe_period(period)


def _describe_period(period: Period) -> Iterator[ox.Triple]:
    kind = "time:Instant" if period.is_date else "time:ProperInterval"
    common: list[tuple[str, Object | None]] = [
        ("pf:periodEnd", _typed(period.end.isoformat(), "date")),
        ("pf:periodStart", _typed(period.start.isoformat(), "date")),
        ("rdfs:label", _text(period.code, "en")),
        ("rdfs:label", _text(period.label_zh, "zh")),
        ("skos:notation", _text(period.code)),
    ]
    if period.is_date:
        common.append(("time:inXSDDate", _typed(period.end.isoformat(), "date")))
    else:
        for predicate, day in (("time:hasBeginning", period.start), ("time:hasEnd", period.end)):
            date = f"{BASE}date/{day.isoformat()}"
            common.append((predicate, _iri(date)))
            yield from _describe(date, ["time:Instant"], [("time:inXSDDate", _typed(day.isoformat(), "date"))])
    yield from _describe(f"{BASE}period/{period.slug}", ["pf:Period", kind], common)


# Candidates


def _describe_candidates(facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    concepts: dict[str, tuple[Concept, str]] = {}
    for fact in facts:
        indicator = fact.claim.indicator
        # What is said of a candidate follows from its rows: that of its amounts goes before that of its growth.
        if indicator.iri not in concepts or fact.claim.measure == indicator.measure:
            concepts[indicator.iri] = (indicator, "pf:Indicator")
        for name, member in fact.claim.members:
            concepts[member.iri] = (member, f"pf:{name[0].upper()}{name[1:]}")
    for iri, (concept, kind) in sorted(concepts.items()):
        if concept.is_candidate:
            yield from _describe(
                iri,
                [_class_of(kind), "pf:Candidate", "skos:Concept"],
                [
                    ("skos:inScheme", _iri(concept.scheme)),
                    ("skos:notation", _text(concept.code)),
                    ("skos:prefLabel", _text(concept.label, "zh")),
                    *(_describe_candidate_indicator(concept) if isinstance(concept, Indicator) else []),
                ],
            )


def _class_of(kind: str) -> str:
    # The one class whose name is not that of its property.
    return "pf:EconomicActivity" if kind == "pf:Activity" else kind


def _describe_candidate_indicator(indicator: Indicator) -> Iterator[tuple[str, Object | None]]:
    assert indicator.structure is not None
    assert indicator.unit is not None
    yield "pf:nature", _iri(f"{BASE}nature/{'stock' if indicator.is_stock else 'flow'}")
    yield "pf:structure", _iri(indicator.structure.iri)
    yield "pf:defaultUnit", _iri(indicator.unit.iri)
    yield "pf:defaultMeasure", _iri(f"{BASE}measure/{indicator.measure}")


# Observations and mentions


def _describe_observation(report: Report, fact: Fact) -> Iterator[ox.Triple]:
    claim, unit = fact.claim, fact.unit
    base = load_vocabulary().units[unit.base]
    kind = "pf:MissingObservation" if fact.value is None else "pf:NumericObservation"
    yield from _describe(
        observation_iri(report.id, fact),
        ["pf:Observation", kind, "qb:Observation"],
        [
            ("qb:dataSet", _iri(_dataset_iri(report.id, fact))),
            ("pf:indicator", _iri(claim.indicator.iri)),
            ("pf:measure", _iri(f"{BASE}measure/{claim.measure}")),
            ("sdmx-dimension:refArea", _iri(claim.area.iri)),
            ("sdmx-dimension:refPeriod", _iri(f"{BASE}period/{claim.period.slug}")),
            *((f"pf:{name}", _iri(member.iri)) for name, member in claim.members),
            ("pf:unit", _iri(unit.iri)),
            ("sdmx-attribute:unitMeasure", _iri(base.iri)),
            ("sdmx-attribute:unitMult", _whole(unit.exponent)),
            *_describe_value(fact),
            ("rdfs:label", _text(claim.name, "zh")),
            ("rdfs:label", _text(claim.name_en, "en")),
            ("pf:report", _iri(report_iri(report.id))),
            *(("pf:mention", _iri(_mention_iri(report.id, mention))) for mention in fact.mentions),
        ],
    )


def _describe_value(fact: Fact) -> Iterator[tuple[str, Object | None]]:
    first = fact.mentions[0]
    if fact.value is None or fact.interval is None or fact.base_value is None:
        assert first.missing is not None
        yield "pf:missingReason", _iri(first.missing.iri)
        yield "sdmx-attribute:obsStatus", _iri("sdmx-code:obsStatus-M")
        return
    yield "sdmx-measure:obsValue", _typed(write_decimal(fact.value), "decimal")
    yield "sdmx-attribute:obsStatus", _iri("sdmx-code:obsStatus-A")
    yield "sdmx-attribute:decimals", _whole(first.decimals)
    yield "pf:valueInBaseUnit", _typed(write_decimal(fact.base_value), "decimal")
    yield "pf:lowerBound", _typed(write_decimal(fact.interval.lower), "decimal")
    yield "pf:upperBound", _typed(write_decimal(fact.interval.upper), "decimal")


def _mention_iri(report_id: str, mention: Mention) -> str:
    return f"{BASE}mention/{report_id}/{mention.span.start}-{mention.span.end}"


def _describe_mention(report: Report, mention: Mention) -> Iterator[ox.Triple]:
    has_value = mention.value is not None
    yield from _describe(
        _mention_iri(report.id, mention),
        ["pf:Mention", "oa:TextPositionSelector"],
        [
            ("oa:start", _whole(mention.span.start)),
            ("oa:end", _whole(mention.span.end)),
            ("oa:exact", _text(mention.exact)),
            ("pf:origin", _text(mention.origin)),
            ("pf:part", _iri(part_iri(report.id, mention.part))),
            ("pf:printedDecimals", _whole(mention.decimals) if has_value else None),
            ("pf:printedValue", _typed(write_decimal(mention.value), "decimal") if mention.value is not None else None),
            ("pf:readBy", _iri(_rule_iri(mention.rule))),
            ("pf:report", _iri(report_iri(report.id))),
            ("pf:unit", _iri(mention.unit.iri)),
            ("prov:wasGeneratedBy", _iri(_reading_iri(report.id, mention.rule))),
        ],
    )
