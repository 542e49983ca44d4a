"""Owns reading who takes part in an event: by the phrases that tell it, in the roles those phrases give."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provfin.chronicle.model import Participant
from provfin.chronicle.setting import Setting, read_count


@dataclass(frozen=True)
class Cast:
    """The participants found by phrases, and where behind the leading phrase the rest begins."""

    participants: tuple[Participant, ...]
    head_end: int


def find_cast(text: str, start: int, setting: Setting) -> Cast:
    """Return who the phrases of `text` tell; `start` is where the name of what happened begins, or may begin."""
    found: list[Participant] = []
    head_end = 0
    for rule in setting.rules.participations:
        for match in rule.pattern.finditer(text):
            groups = match.groupdict()
            # A leading verb inside the name of what happened, as in 支持某某座谈会, leads nothing.
            if rule.is_head and match.end() > start and match.start() < start:
                continue
            named = list(_list_participants(groups, rule.role, setting))
            found.extend(named)
            if rule.is_head and (named or groups.get("name")) and match.start() <= start:
                head_end = max(head_end, match.end())
            if rule.is_head:
                break
    return Cast(unite(found), head_end)


def _list_participants(groups: dict[str, str | None], role: str, setting: Setting) -> Iterator[Participant]:
    name, count = groups.get("name"), groups.get("count")
    if name:
        yield from setting.list_actors(name, role)
    if count and (number := read_count(count)):
        yield Participant(role, count, None, number)


def unite(participants: Iterable[Participant]) -> tuple[Participant, ...]:
    """Return participants without repeats: who has one role with a name does not have it again."""
    found: dict[tuple[str, str], Participant] = {}
    for participant in participants:
        name = participant.concept.iri if participant.concept else f"{participant.label}/{participant.count}"
        found.setdefault((participant.role, name), participant)
    return tuple(found.values())
