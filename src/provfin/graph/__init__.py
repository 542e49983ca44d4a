"""Owns turning what was read into RDF: Data Cube observations, mentions, parts, provenance.

IRIs are made from meaning, never from counters, and there are no blank nodes. Refuses to look into the source again:
what is not in the extraction is not in the graph.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from provfin.audit import AuditFinding
from provfin.extraction import Extraction
from provfin.graph.audits import describe_audit_finding
from provfin.graph.observations import (
    describe_candidates,
    describe_mention,
    describe_observation,
    describe_periods,
    observation_iri,
)
from provfin.graph.report import (
    describe_datasets,
    describe_notes,
    describe_parts,
    describe_readings,
    describe_report,
    report_iri,
)
from provfin.graph.things import describe_chronicle
from provfin.graph.uses import describe_use
from provfin.uses import find_uses

__all__ = ["build_graph", "observation_iri", "report_iri"]


def build_graph(extraction: Extraction, findings: Iterable[AuditFinding] = ()) -> dict[str, list[ox.Triple]]:
    """Return the triples of a report, and of what its audit found, under the names of the files they go to."""
    report, facts = extraction.report, extraction.facts
    return {
        "audit.ttl": [triple for item in findings for triple in describe_audit_finding(report.id, item)],
        "report.ttl": [
            *describe_report(report),
            *describe_parts(extraction),
            *describe_notes(extraction),
            *describe_datasets(report, facts),
            *describe_readings(report, facts),
            *describe_periods(report, facts),
            *describe_candidates(facts),
        ],
        "things.ttl": [
            *describe_chronicle(report, extraction.chronicle, facts),
            *(triple for use in find_uses(facts) for triple in describe_use(report, use)),
        ],
        "observations.ttl": [triple for fact in facts for triple in describe_observation(report, fact)],
        "mentions.ttl": [
            triple for fact in facts for mention in fact.mentions for triple in describe_mention(report, mention)
        ],
    }
