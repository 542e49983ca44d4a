"""Owns telling which places tell one and the same event, and joining them.

Two tellings are of one event when their kinds agree, their dates do not contradict each other and what they are about
has a name in common. Refuses to join mergers that count different numbers of institutions.
"""

from collections.abc import Iterable
from dataclasses import replace

from provfin.chronicle.model import Event, Group, Participant
from provfin.chronicle.participants import unite

_SHORTEST_PART = 6


def merge_events(tellings: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events of the tellings, each with all its evidence, in the order they are first told."""
    events: list[Event] = []
    for telling in tellings:
        number = next((n for n, event in enumerate(events) if _are_one(event, telling)), None)
        if number is None:
            events.append(telling)
        else:
            events[number] = _join(events[number], telling)
    return _name_apart(sorted(events, key=lambda event: min(evidence.span for evidence in event.evidence)))


def _are_one(one: Event, other: Event) -> bool:
    if one.kind != other.kind or not (one.moment.covers(other.moment) or other.moment.covers(one.moment)):
        return False
    if one.group and other.group and one.group.count != other.group.count:
        return False
    return any(_are_names_of_one(name, another) for name in one.subjects for another in other.subjects)


def _are_names_of_one(name: str, other: str) -> bool:
    shorter, longer = sorted((name, other), key=len)
    return shorter == longer or (len(shorter) >= _SHORTEST_PART and shorter in longer)


def _join(one: Event, other: Event) -> Event:
    fuller, lesser = (other, one) if _rank(other) > _rank(one) else (one, other)
    new = tuple(item for item in lesser.evidence if item.span not in {known.span for known in fuller.evidence})
    documents = fuller.documents or lesser.documents
    return replace(
        fuller,
        subjects=tuple(dict.fromkeys((*fuller.subjects, *lesser.subjects))),
        evidence=(*fuller.evidence, *sorted(new, key=lambda item: item.span)),
        participants=_join_participants(fuller, lesser),
        documents=documents,
        group=_join_groups(fuller.group, lesser.group),
        is_first=fuller.is_first or lesser.is_first,
    )


def _rank(event: Event) -> tuple[int, int, int, bool]:
    """Return how fully a telling tells: the precision of its date, its participants; the chronology is made for it."""
    members = len(event.group.members) if event.group else 0
    in_chronology = any(item.rule == "chronology" for item in event.evidence)
    return len(event.moment.date), members, len(event.participants), in_chronology


def _join_participants(fuller: Event, lesser: Event) -> tuple[Participant, ...]:
    known = {(item.role, item.count) for item in fuller.participants if item.concept is None}
    new = (item for item in lesser.participants if item.concept or (item.role, item.count) not in known)
    return unite((*fuller.participants, *new))


def _join_groups(one: Group | None, other: Group | None) -> Group | None:
    if one is None or other is None:
        return one or other
    return one if len(one.members) >= len(other.members) else other


def _name_apart(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events whose names differ within a date: a second one of a name says where it is told."""
    taken: set[tuple[str, str]] = set()
    apart = []
    for event in events:
        is_taken = (event.moment.date, event.slug) in taken
        slug = f"{event.slug}-at-{event.evidence[0].span.start}" if is_taken else event.slug
        taken.add((event.moment.date, slug))
        apart.append(replace(event, slug=slug))
    return tuple(apart)
