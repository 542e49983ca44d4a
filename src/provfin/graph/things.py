"""Owns the RDF of what a report tells beside figures: events, designations, outlook, documents, contributors, names.

IRIs are made from meaning: the report, the date, the kind and the name of what is told.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pyoxigraph as ox

from provfin.chronicle import (
    LONGEST_LABEL,
    Chronicle,
    Contribution,
    Designation,
    Event,
    Evidence,
    Group,
    NameMention,
    OutlookStatement,
    Participant,
    PolicyDocument,
)
from provfin.entities import load_scheme
from provfin.facts import Fact
from provfin.graph.observations import describe_periods, observation_iri
from provfin.graph.report import credits_iri, part_iri, report_iri, rule_iri
from provfin.graph.terms import Object, describe, make_iri, make_text, make_typed, make_whole
from provfin.reports import Report
from provfin.turtle import BASE
from provfin.vocabulary import Concept, escape_iri, normalise

_DATATYPES = {"day": "date", "month": "gYearMonth", "year": "gYear"}
_OTHER_ROLE = "contributor"
_RULES = {
    "chronology": "Entries of the chronology",
    "credits": "Names of the credits page",
    "designations": "Titles and honours",
    "events": "Happenings in running text",
    "names": "Names of institutions and instruments",
    "outlook": "What is announced",
}

Pair = tuple[str, Object | None]


@dataclass(frozen=True)
class _Figures:
    """Where observations are printed in prose, to find those inside the telling of a thing."""

    starts: list[int]
    places: list[tuple[int, int, str]]

    @classmethod
    def of(cls, report: Report, facts: Iterable[Fact]) -> "_Figures":
        places = sorted(
            (mention.span.start, mention.span.end, observation_iri(report.id, fact))
            for fact in facts
            for mention in fact.mentions
            if mention.origin == "prose"
        )
        return cls([start for start, _, _ in places], places)

    def inside(self, evidence: Iterable[Evidence]) -> list[str]:
        found = set()
        for place in evidence:
            for start, end, iri in self.places[bisect_left(self.starts, place.span.start) :]:
                if start >= place.span.end:
                    break
                if end <= place.span.end:
                    found.add(iri)
        return sorted(found)


def describe_chronicle(report: Report, chronicle: Chronicle, facts: Iterable[Fact] = ()) -> Iterator[ox.Triple]:
    """Yield all that a report tells beside figures; `facts` are those whose figures are printed where it is told."""
    figures = _Figures.of(report, facts)
    for event in chronicle.events:
        yield from _describe_event(report, event, figures)
    documents = {document_iri(report, item): item for event in chronicle.events for item in event.documents}
    for document in documents.values():
        yield from _describe_document(report, document)
    for designation in chronicle.designations:
        yield from _describe_designation(report, designation, figures)
    for statement in chronicle.outlook:
        yield from _describe_outlook(report, statement, figures)
    for contribution in chronicle.contributions:
        yield from _describe_contribution(report, contribution)
    for mention in chronicle.name_mentions:
        yield from _describe_name_mention(report, mention)
    yield from _describe_surroundings(report, chronicle)


# What all have in common


def _describe_place(report: Report, evidence: Evidence) -> list[Pair]:
    # What is told before the first heading is told in the report as a whole.
    part = make_iri(part_iri(report.id, evidence.part) if evidence.part else report_iri(report.id))
    return [
        ("oa:end", make_whole(evidence.span.end)),
        ("oa:start", make_whole(evidence.span.start)),
        ("pf:part", part),
        ("pf:report", make_iri(report_iri(report.id))),
    ]


def _describe_source(report: Report, evidence: Evidence) -> list[Pair]:
    return [*_describe_place(report, evidence), ("pf:readBy", make_iri(_rule_iri(evidence.rule)))]


def _describe_telling(report: Report, evidence: tuple[Evidence, ...], figures: _Figures) -> list[Pair]:
    """Return the place that tells a thing best, and all places that tell it."""
    return [
        *_describe_source(report, evidence[0]),
        *(("pf:evidence", make_iri(_evidence_iri(report, item))) for item in evidence),
        *(("pf:figure", make_iri(iri)) for iri in figures.inside(evidence)),
    ]


def _describe_evidence(report: Report, evidence: Evidence) -> Iterator[ox.Triple]:
    classes = ["pf:Evidence", "oa:TextPositionSelector"]
    yield from describe(_evidence_iri(report, evidence), classes, _describe_place(report, evidence))


def _evidence_iri(report: Report, evidence: Evidence) -> str:
    return f"{BASE}evidence/{report.id}/{evidence.span.start}-{evidence.span.end}"


def _rule_iri(rule: str) -> str:
    return rule_iri(f"chronicle-{rule}")


def _make_step(text: str) -> str:
    """Return a name as a step of an IRI: its letters, digits and hyphens."""
    return escape_iri("".join(character for character in text if character.isalnum() or character == "-")) or "unnamed"


def _describe_surroundings(report: Report, chronicle: Chronicle) -> Iterator[ox.Triple]:
    """Yield what the things point to: places, rules, candidates and the years announced for."""
    places = set(_list_evidence(chronicle))
    for evidence in places:
        yield from _describe_evidence(report, evidence)
    rules = {item.rule for item in places} | {item.evidence.rule for item in chronicle.contributions}
    rules |= {"names"} if chronicle.name_mentions else set()
    for rule in sorted(rules):
        label = make_text(_RULES.get(rule, rule), "en")
        yield from describe(_rule_iri(rule), ["pf:ReadingRule", "prov:Plan"], [("rdfs:label", label)])
    for year in sorted({statement.year for statement in chronicle.outlook}):
        yield from describe_periods(replace(report, year=year), [])
    yield from _describe_candidates(chronicle)


def _list_evidence(chronicle: Chronicle) -> Iterator[Evidence]:
    for event in chronicle.events:
        yield from event.evidence
    for designation in chronicle.designations:
        yield from designation.evidence
    for statement in chronicle.outlook:
        yield from statement.evidence


def _describe_candidates(chronicle: Chronicle) -> Iterator[ox.Triple]:
    concepts = [item.concept for event in chronicle.events for item in event.participants]
    concepts += [item.concept for group in chronicle.groups for item in group.members]
    concepts += [document.issuer for document in chronicle.documents]
    for concept in concepts:
        if concept is not None and concept.is_candidate:
            pairs: list[Pair] = [
                ("skos:inScheme", make_iri(concept.scheme)),
                ("skos:notation", make_text(concept.code)),
                ("skos:prefLabel", make_text(concept.label, "zh")),
            ]
            yield from describe(concept.iri, ["pf:Institution", "pf:Candidate", "skos:Concept"], pairs)


# Events


def event_iri(report_id: str, event: Event) -> str:
    """Return the IRI of an event, made from its date, kind and name."""
    return f"{BASE}event/{report_id}/{event.moment.date}/{event.slug}"


def _describe_event(report: Report, event: Event, figures: _Figures) -> Iterator[ox.Triple]:
    changes = list(_describe_change(report, event))
    yield from describe(
        event_iri(report.id, event),
        ["pf:Event", *(["org:ChangeEvent"] if changes else [])],
        [
            *(("dcterms:spatial", make_iri(area.iri)) for area in event.areas),
            *changes,
            ("pf:date", make_typed(event.moment.date, _DATATYPES[event.moment.precision])),
            ("pf:datePrecision", make_text(event.moment.precision)),
            ("pf:until", _write_until(event)),
            *(("pf:document", make_iri(document_iri(report, item))) for item in event.documents),
            ("pf:eventKind", make_iri(f"{BASE}event-kind/{event.kind}")),
            ("pf:isFirst", make_typed("true", "boolean") if event.is_first else None),
            *(("pf:participation", make_iri(_participation_iri(report, event, item))) for item in _list_told(event)),
            ("rdfs:label", make_text(event.label, "zh")),
            *_describe_telling(report, event.evidence, figures),
        ],
    )
    for participant in _list_told(event):
        yield from _describe_participation(report, event, participant)
    if event.group is not None:
        yield from _describe_group(report, event, event.group)


def _write_until(event: Event) -> ox.Literal | None:
    return make_typed(event.moment.until, _DATATYPES[event.moment.precision]) if event.moment.until else None


def _list_told(event: Event) -> list[Participant]:
    return [item for item in event.participants if item.concept is not None or item.count is not None]


def _describe_change(report: Report, event: Event) -> Iterator[Pair]:
    """Yield what a merger was before and after, when both are known."""
    after = [item.concept.iri for item in event.participants if item.concept and item.role == "absorbing"]
    before = [item.concept.iri for item in event.participants if item.concept and item.role == "absorbed"]
    before += [_group_iri(report, event)] if event.group is not None else []
    if before and after:
        yield from (("org:originalOrganization", make_iri(iri)) for iri in before)
        yield from (("org:resultingOrganization", make_iri(iri)) for iri in after)


def _participation_iri(report: Report, event: Event, participant: Participant) -> str:
    name = participant.concept.slug if participant.concept else f"{participant.count}"
    return f"{BASE}participation/{report.id}/{event.moment.date}/{event.slug}/{participant.role}-{name}"


def _describe_participation(report: Report, event: Event, participant: Participant) -> Iterator[ox.Triple]:
    is_group = event.group is not None and participant.role == "absorbed" and participant.concept is None
    iri = _group_iri(report, event) if is_group else participant.concept.iri if participant.concept else None
    yield from describe(
        _participation_iri(report, event, participant),
        ["pf:Participation"],
        [
            ("pf:participant", make_iri(iri) if iri else None),
            ("pf:participantCount", make_whole(participant.count) if participant.count else None),
            ("pf:role", make_iri(f"{BASE}participant-role/{participant.role}")),
        ],
    )


def _group_iri(report: Report, event: Event) -> str:
    return f"{BASE}institution-group/{report.id}/{event.moment.date}-{event.slug}"


def _describe_group(report: Report, event: Event, group: Group) -> Iterator[ox.Triple]:
    yield from describe(
        _group_iri(report, event),
        ["pf:InstitutionGroup", "org:Organization"],
        [
            *(("org:hasMember", make_iri(item.concept.iri)) for item in group.members if item.concept),
            ("pf:memberCount", make_whole(group.count) if group.count else None),
            ("rdfs:label", make_text(group.label[:LONGEST_LABEL], "zh")),
        ],
    )


# Documents


def document_iri(report: Report, document: PolicyDocument) -> str:
    """Return the IRI of a document: its number under its issuer, else its title under the report."""
    issuer = document.issuer.slug if document.issuer is not None else ""
    if document.number and issuer.isascii() and issuer:
        return f"{BASE}document/{issuer}/{_make_step(document.number)}"
    return f"{BASE}document/{report.id}/{_make_step(document.number or document.title)}"


def _describe_document(report: Report, document: PolicyDocument) -> Iterator[ox.Triple]:
    yield from describe(
        document_iri(report, document),
        ["pf:PolicyDocument"],
        [
            ("dcterms:identifier", make_text(document.number)),
            ("dcterms:title", make_text(document.title, "zh")),
            ("pf:issuer", make_iri(document.issuer.iri) if document.issuer else None),
        ],
    )


# Designations


def designation_iri(report_id: str, designation: Designation) -> str:
    """Return the IRI of a designation: its recipient and the title."""
    recipient = designation.recipient
    step = recipient.concept.slug if recipient.concept else _make_step(recipient.label)
    return f"{BASE}designation/{report_id}/{step}/{_make_step(designation.title)}"


def _describe_designation(report: Report, designation: Designation, figures: _Figures) -> Iterator[ox.Triple]:
    recipient = designation.recipient
    yield from describe(
        designation_iri(report.id, designation),
        ["pf:Designation"],
        [
            *(("dcterms:spatial", make_iri(area.iri)) for area in designation.areas),
            ("pf:batch", make_text(designation.batch)),
            ("pf:date", make_typed(f"{designation.year:04d}", "gYear")),
            ("pf:datePrecision", make_text("year")),
            ("pf:designationTitle", make_text(designation.title)),
            ("pf:level", make_text(designation.level)),
            ("pf:recipient", make_iri(recipient.concept.iri) if recipient.concept else None),
            ("pf:recipientLabel", None if recipient.concept else make_text(recipient.label)),
            ("rdfs:label", make_text(designation.label, "zh")),
            *_describe_telling(report, designation.evidence, figures),
        ],
    )


# Outlook


def _outlook_iri(report: Report, statement: OutlookStatement) -> str:
    part = statement.evidence[0].part
    section = part.path.removeprefix("section/").split("/")[0] if part else "report"
    return f"{BASE}outlook/{report.id}/{section}/{statement.commitment}"


def _describe_outlook(report: Report, statement: OutlookStatement, figures: _Figures) -> Iterator[ox.Triple]:
    topics = load_scheme("topics")
    announcer = statement.actor.concept if statement.actor else None
    yield from describe(
        _outlook_iri(report, statement),
        ["pf:OutlookStatement"],
        [
            ("dcterms:creator", make_iri(announcer.iri) if announcer else None),
            *(("pf:about", make_iri(topics[code].iri)) for code in statement.topics if code in topics),
            ("rdfs:label", make_text(statement.label, "zh")),
            ("sdmx-dimension:refPeriod", make_iri(f"{BASE}period/{statement.year:04d}")),
            *_describe_telling(report, statement.evidence, figures),
        ],
    )


# Contributors and names


def _find_role(printed: str) -> Concept | None:
    roles = load_scheme("contributor-roles")
    wanted = normalise(printed)
    return next((role for role in roles.values() if wanted in role.names), roles.get(_OTHER_ROLE))


def _describe_contribution(report: Report, contribution: Contribution) -> Iterator[ox.Triple]:
    role = _find_role(contribution.role)
    step = role.slug if role else _make_step(contribution.role)
    iri = f"{BASE}contribution/{report.id}/{step}/{_make_step(contribution.name)}"
    label = f"{contribution.role}：{contribution.name}"[:LONGEST_LABEL]
    yield from describe(
        iri,
        ["pf:Contribution"],
        [
            ("pf:contributorName", make_text(contribution.name)),
            ("pf:contributorRole", make_iri(role.iri) if role else None),
            ("rdfs:label", make_text(label, "zh")),
            *(pair for pair in _describe_source(report, contribution.evidence) if pair[0] != "pf:part"),
            ("pf:part", make_iri(credits_iri(report.id))),
        ],
    )
    yield from describe(report_iri(report.id), [], [("dcterms:contributor", make_iri(iri))])


def _describe_name_mention(report: Report, mention: NameMention) -> Iterator[ox.Triple]:
    if mention.part is None:
        # Before the first heading nothing can say where in the report a name stands.
        return
    evidence = Evidence(mention.span, mention.part, "names")
    yield from describe(
        f"{BASE}name-mention/{report.id}/{mention.span.start}-{mention.span.end}",
        ["pf:NameMention", "oa:TextPositionSelector"],
        [
            ("oa:exact", make_text(mention.exact)),
            ("pf:refersTo", make_iri(mention.concept.iri)),
            ("rdfs:label", make_text(f"提及：{mention.concept.label}", "zh")),
            *_describe_source(report, evidence),
        ],
    )
