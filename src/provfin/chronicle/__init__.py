"""Owns what a report tells beside figures: events, honours, announcements, documents, contributors, names.

How the genre tells them is declared in `data/chronicle.toml`. Reading never raises on odd text. Refuses to read
figures: the statements do.
"""

from provfin.chronicle.credits import read_contributions
from provfin.chronicle.designations import read_designations
from provfin.chronicle.events import list_gaps, read_tellings
from provfin.chronicle.mentions import list_name_mentions
from provfin.chronicle.merging import merge_events
from provfin.chronicle.model import (
    LONGEST_LABEL,
    Chronicle,
    Contribution,
    Designation,
    Event,
    Evidence,
    Group,
    Moment,
    NameMention,
    OutlookStatement,
    Participant,
    PolicyDocument,
)
from provfin.chronicle.outlook import read_outlook
from provfin.chronicle.setting import Setting
from provfin.document import Document
from provfin.reports import Report

__all__ = [
    "LONGEST_LABEL",
    "Chronicle",
    "Contribution",
    "Designation",
    "Event",
    "Evidence",
    "Group",
    "Moment",
    "NameMention",
    "OutlookStatement",
    "Participant",
    "PolicyDocument",
    "read_chronicle",
]


def read_chronicle(document: Document, report: Report) -> Chronicle:
    """Read what a document tells beside figures; never raises on what the text says."""
    setting = Setting.of(document, report)
    events = merge_events(read_tellings(setting))
    outlook = read_outlook(setting)
    return Chronicle(
        events=events,
        designations=read_designations(setting),
        outlook=tuple(outlook.statements.values()),
        documents=_list_documents(events),
        groups=tuple(event.group for event in events if event.group is not None),
        contributions=_list_contributions(setting),
        gaps=(*list_gaps(events), *outlook.gaps),
        name_mentions=tuple(list_name_mentions(setting)),
    )


def _list_contributions(setting: Setting) -> tuple[Contribution, ...]:
    found: dict[tuple[str, str], Contribution] = {}
    for contribution in read_contributions(setting):
        found.setdefault((contribution.role, contribution.name), contribution)
    return tuple(found.values())


def _list_documents(events: tuple[Event, ...]) -> tuple[PolicyDocument, ...]:
    found = {(document.title, document.number): document for event in events for document in event.documents}
    return tuple(found.values())
