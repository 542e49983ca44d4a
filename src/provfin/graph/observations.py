"""Owns the RDF of observations and of the mentions that are their evidence, of their periods and candidate concepts."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from provfin.facts import Fact
from provfin.graph.report import dataset_iri, part_iri, reading_iri, report_iri, rule_iri
from provfin.graph.terms import Object, describe, make_iri, make_text, make_typed, make_whole
from provfin.mentions import Mention
from provfin.periods import Period, months
from provfin.quantity import write_decimal
from provfin.reports import Report
from provfin.turtle import BASE
from provfin.vocabulary import Concept, Indicator, load_vocabulary


def observation_iri(report_id: str, fact: Fact) -> str:
    """Return the IRI of an observation, made from its place in the cube."""
    return f"{BASE}observation/{report_id}/{fact.claim.key}"


# Periods


def describe_periods(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    """Yield every period the facts refer to, and the year of the report."""
    periods = {fact.claim.period for fact in facts} | {months(report.year, 1, 12)}
    for period in sorted(periods):
        yield from _describe_period(period)


def _describe_period(period: Period) -> Iterator[ox.Triple]:
    kind = "time:Instant" if period.is_date else "time:ProperInterval"
    common: list[tuple[str, Object | None]] = [
        ("pf:periodEnd", make_typed(period.end.isoformat(), "date")),
        ("pf:periodStart", make_typed(period.start.isoformat(), "date")),
        ("rdfs:label", make_text(period.code, "en")),
        ("rdfs:label", make_text(period.label_zh, "zh")),
        ("skos:notation", make_text(period.code)),
    ]
    if period.is_date:
        common.append(("time:inXSDDate", make_typed(period.end.isoformat(), "date")))
    else:
        for predicate, day in (("time:hasBeginning", period.start), ("time:hasEnd", period.end)):
            date = f"{BASE}date/{day.isoformat()}"
            common.append((predicate, make_iri(date)))
            yield from describe(date, ["time:Instant"], [("time:inXSDDate", make_typed(day.isoformat(), "date"))])
    yield from describe(f"{BASE}period/{period.slug}", ["pf:Period", kind], common)


# Candidates


def describe_candidates(facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    """Yield the concepts that the vocabulary lacks and the report uses."""
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
            yield from describe(
                iri,
                [_class_of(kind), "pf:Candidate", "skos:Concept"],
                [
                    ("skos:inScheme", make_iri(concept.scheme)),
                    ("skos:notation", make_text(concept.code)),
                    ("skos:prefLabel", make_text(concept.label, "zh")),
                    *(_describe_candidate_indicator(concept) if isinstance(concept, Indicator) else []),
                ],
            )


def _class_of(kind: str) -> str:
    # The classes whose names are not those of their properties.
    return {"pf:Activity": "pf:EconomicActivity", "pf:Actor": "pf:Institution"}.get(kind, kind)


def _describe_candidate_indicator(indicator: Indicator) -> Iterator[tuple[str, Object | None]]:
    assert indicator.structure is not None
    assert indicator.unit is not None
    yield "pf:nature", make_iri(f"{BASE}nature/{'stock' if indicator.is_stock else 'flow'}")
    yield "pf:structure", make_iri(indicator.structure.iri)
    yield "pf:defaultUnit", make_iri(indicator.unit.iri)
    yield "pf:defaultMeasure", make_iri(f"{BASE}measure/{indicator.measure}")


# Observations and mentions


def describe_observation(report: Report, fact: Fact) -> Iterator[ox.Triple]:
    """Yield an observation of the cube with its mentions."""
    claim, unit = fact.claim, fact.unit
    base = load_vocabulary().units[unit.base]
    kind = "pf:MissingObservation" if fact.value is None else "pf:NumericObservation"
    yield from describe(
        observation_iri(report.id, fact),
        ["pf:Observation", kind, "qb:Observation"],
        [
            ("qb:dataSet", make_iri(dataset_iri(report.id, fact))),
            ("pf:indicator", make_iri(claim.indicator.iri)),
            ("pf:measure", make_iri(f"{BASE}measure/{claim.measure}")),
            ("sdmx-dimension:refArea", make_iri(claim.area.iri)),
            ("sdmx-dimension:refPeriod", make_iri(f"{BASE}period/{claim.period.slug}")),
            *((f"pf:{name}", make_iri(member.iri)) for name, member in claim.members),
            ("pf:unit", make_iri(unit.iri)),
            ("sdmx-attribute:unitMeasure", make_iri(base.iri)),
            ("sdmx-attribute:unitMult", make_whole(unit.exponent)),
            *_describe_value(fact),
            ("rdfs:label", make_text(claim.name, "zh")),
            ("rdfs:label", make_text(claim.name_en, "en")),
            ("pf:report", make_iri(report_iri(report.id))),
            *_describe_compared(fact),
            *(("pf:disputedBy", make_iri(_mention_iri(report.id, mention))) for mention in fact.disputed),
            *(("pf:mention", make_iri(_mention_iri(report.id, mention))) for mention in fact.mentions),
        ],
    )


def _describe_compared(fact: Fact) -> Iterator[tuple[str, Object | None]]:
    if fact.compared is not None:
        yield "pf:comparedWith", make_iri(fact.compared.indicator.iri)


def _describe_value(fact: Fact) -> Iterator[tuple[str, Object | None]]:
    first = fact.mentions[0]
    if fact.value is None or fact.interval is None or fact.base_value is None:
        assert first.missing is not None
        yield "pf:missingReason", make_iri(first.missing.iri)
        yield "sdmx-attribute:obsStatus", make_iri("sdmx-code:obsStatus-M")
        return
    yield "sdmx-measure:obsValue", make_typed(write_decimal(fact.value), "decimal")
    # What the report prints in two ways that cannot both be true is of low reliability (SDMX CL_OBS_STATUS).
    yield "sdmx-attribute:obsStatus", make_iri(f"sdmx-code:obsStatus-{'U' if fact.disputed else 'A'}")
    yield "sdmx-attribute:decimals", make_whole(first.decimals)
    yield "pf:valueInBaseUnit", make_typed(write_decimal(fact.base_value), "decimal")
    yield "pf:lowerBound", make_typed(write_decimal(fact.interval.lower), "decimal")
    yield "pf:upperBound", make_typed(write_decimal(fact.interval.upper), "decimal")


def _mention_iri(report_id: str, mention: Mention) -> str:
    return f"{BASE}mention/{report_id}/{mention.span.start}-{mention.span.end}"


def describe_mention(report: Report, mention: Mention) -> Iterator[ox.Triple]:
    """Yield a mention: its place, its figure as printed, and how it was read."""
    has_value = mention.value is not None
    yield from describe(
        _mention_iri(report.id, mention),
        ["pf:Mention", "oa:TextPositionSelector"],
        [
            ("oa:start", make_whole(mention.span.start)),
            ("oa:end", make_whole(mention.span.end)),
            ("oa:exact", make_text(mention.exact)),
            ("pf:origin", make_text(mention.origin)),
            ("pf:part", make_iri(part_iri(report.id, mention.part))),
            ("pf:printedDecimals", make_whole(mention.decimals) if has_value else None),
            ("pf:printedValue", _printed_value(mention)),
            ("pf:qualifier", make_text(mention.qualifier)),
            ("pf:readBy", make_iri(rule_iri(mention.rule))),
            ("pf:report", make_iri(report_iri(report.id))),
            ("pf:unit", make_iri(mention.unit.iri)),
            ("prov:wasGeneratedBy", make_iri(reading_iri(report.id, mention.rule))),
        ],
    )


def _printed_value(mention: Mention) -> Object | None:
    return None if mention.value is None else make_typed(write_decimal(mention.value), "decimal")
