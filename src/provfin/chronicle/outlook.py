"""Owns reading what a report announces for the year to come, clause by clause.

One commitment told several times is one statement. Refuses preambles: whose spirit is followed announces nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from provfin.chronicle.entries import is_entry
from provfin.chronicle.model import Evidence, OutlookStatement, Participant
from provfin.chronicle.reading import Reading
from provfin.chronicle.rules import Commitment
from provfin.chronicle.setting import Setting
from provfin.document import Gap, Paragraph, Part, Span
from provfin.entities import load_scheme
from provfin.vocabulary import Concept

# Shorter names of topics, such as 服务, are parts of many other words.
_SHORTEST_TOPIC = 3


@dataclass
class Outlook:
    """The statements found so far, and clauses that announce something unknown."""

    statements: dict[str, OutlookStatement]
    gaps: list[Gap]


def read_outlook(setting: Setting) -> Outlook:
    """Return what the chapter on the outlook announces, then what the end of the abstract does."""
    found = Outlook({}, [])
    paragraphs = setting.document.paragraphs
    for paragraph in (
        item for item in paragraphs if _is_in_outlook(item.part, setting) and not is_entry(item, setting)
    ):
        _read_paragraph(paragraph, setting, found)
    for paragraph in (item for item in paragraphs if _ends_abstract(item, setting)):
        _read_paragraph(paragraph, setting, found)
    return found


def _is_in_outlook(part: Part | None, setting: Setting) -> bool:
    while part is not None:
        if part.kind == "section" and setting.rules.outlook.search("".join(part.title.split())):
            return True
        part = part.parent
    return False


def _ends_abstract(paragraph: Paragraph, setting: Setting) -> bool:
    text = "".join(paragraph.passage.text.split())
    speaks_ahead = text.startswith(f"{setting.report.year + 1}年") or setting.rules.outlook.match(text)
    return paragraph.part is not None and paragraph.part.path == "abstract" and bool(speaks_ahead)


def _read_paragraph(paragraph: Paragraph, setting: Setting, found: Outlook) -> None:
    readings = [Reading.of(sentence, paragraph.part) for sentence in paragraph.sentences]
    actor = next((actor for reading in readings if (actor := _find_actor(reading, setting))), None)
    for reading in readings:
        for start, end in reading.clauses():
            clause = reading.cut(start, end)
            span = clause.span(0, len(clause.text))
            if setting.rules.outlook_unless.search(clause.text):
                continue
            matching = [item for item in setting.rules.commitments if item.pattern.search(clause.text)]
            if matching:
                evidence = setting.point_to(span, paragraph.part, "outlook")
                _add(found, _make_statement(matching, clause, actor, setting, evidence))
            elif setting.rules.outlook_verbs.search(clause.text):
                found.gaps.append(_make_gap(span, paragraph.part))


def _find_actor(reading: Reading, setting: Setting) -> Participant | None:
    match = setting.rules.outlook_actor.search(reading.text)
    if match is None:
        return None
    name = setting.trim(match["actor"])
    named = next(iter(setting.entities.find_outermost(name, ("actor",))), None)
    return Participant("announcer", named.concept.label if named else name, named.concept if named else None)


def _make_statement(
    matching: list[Commitment], clause: Reading, actor: Participant | None, setting: Setting, evidence: Evidence
) -> OutlookStatement:
    topics = [topic for item in matching for topic in item.topics]
    topics += [code for code, topic in load_scheme("topics").items() if any(_is_named(topic, clause))]
    first, year = matching[0], setting.report.year + 1
    return OutlookStatement(first.code, first.label, tuple(dict.fromkeys(topics)), actor, year, (evidence,))


def _is_named(topic: Concept, clause: Reading) -> Iterator[bool]:
    return (len(name) >= _SHORTEST_TOPIC and name in clause.text for name in topic.names)


def _add(found: Outlook, statement: OutlookStatement) -> None:
    known = found.statements.get(statement.commitment)
    if known is None:
        found.statements[statement.commitment] = statement
        return
    topics = tuple(dict.fromkeys((*known.topics, *statement.topics)))
    evidence = (*known.evidence, *statement.evidence)
    found.statements[statement.commitment] = replace(known, topics=topics, evidence=evidence)


def _make_gap(span: Span, part: Part | None) -> Gap:
    message = "something is announced here whose topic is not known"
    repair = "declare the commitment in data/chronicle.toml"
    return Gap("commitment-not-known", span, message, repair, part.trail if part else "")
