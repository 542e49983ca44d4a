"""Owns what a report tells beside figures: events, honours, announcements, documents, contributors, names.

Everything carries where it is told. What the vocabulary does not know keeps its printed name and has no concept.
"""

from dataclasses import dataclass, field

from provfin.document import Gap, Part, Span
from provfin.entities import Kind
from provfin.vocabulary import Concept

# Labels are names, never sentences of a report.
LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place where a thing is told, in its part, and the rule that read it."""

    span: Span
    part: Part | None
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A date as precise as it is told: `2024-06-20`, `2024-06` or `2024`; `until` is the end of a run of days."""

    date: str
    until: str = ""

    @property
    def precision(self) -> str:
        """`day`, `month` or `year`."""
        return {4: "year", 7: "month"}.get(len(self.date), "day")

    def covers(self, other: "Moment") -> bool:
        """Tell whether another moment may be this one told more precisely."""
        return other.date.startswith(self.date)


@dataclass(frozen=True, slots=True)
class Participant:
    """Who or what takes part in an event, in a role; `count` is how many the printed name stands for (十一部门)."""

    role: str
    label: str
    concept: Concept | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Institutions that are told of together: what they are called, how many, and those named."""

    label: str
    count: int | None
    members: tuple[Participant, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A document with its printed title, its number such as 银发〔2024〕6号, and who issued it."""

    title: str
    number: str
    issuer: Concept | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `subjects` name what it is about: tellings of one event share one of them."""

    kind: str
    moment: Moment
    label: str
    slug: str
    subjects: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    participants: tuple[Participant, ...] = ()
    areas: tuple[Concept, ...] = ()
    documents: tuple[PolicyDocument, ...] = ()
    group: Group | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Designation:
    """A title or honour and the one that received it; `level` is a code such as `national`, `batch` as printed."""

    recipient: Participant
    title: str
    level: str
    batch: str
    year: int
    label: str
    evidence: tuple[Evidence, ...]
    areas: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlookStatement:
    """What is announced for the year to come: by whom, and the topics it is about, the main one first."""

    commitment: str
    label: str
    topics: tuple[str, ...]
    actor: Participant | None
    year: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A person named on the credits page and the role, as printed without inner spaces."""

    role: str
    name: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class NameMention:
    """A place where an institution or instrument is named."""

    span: Span
    exact: str
    concept: Concept
    kind: Kind
    part: Part | None


@dataclass(frozen=True)
class Chronicle:
    """All that a report tells beside figures, each kind in reading order."""

    events: tuple[Event, ...] = ()
    designations: tuple[Designation, ...] = ()
    outlook: tuple[OutlookStatement, ...] = ()
    documents: tuple[PolicyDocument, ...] = ()
    groups: tuple[Group, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    gaps: tuple[Gap, ...] = ()
    name_mentions: tuple[NameMention, ...] = field(default=(), repr=False)
