"""Owns reading what happened: the dated entries of a chronology, and happenings told in running text.

An entry of the chronology is one event. In running text only what a rule knows is an event.
"""

import re
from collections.abc import Iterator

from provfin.chronicle.dates import find_moment
from provfin.chronicle.entries import MARKS, list_entries
from provfin.chronicle.model import Event, Moment
from provfin.chronicle.reading import Reading, list_readings
from provfin.chronicle.rules import Happening
from provfin.chronicle.setting import Setting
from provfin.chronicle.telling import Telling, make_event
from provfin.document import Gap, Span
from provfin.entities import load_scheme

UNKNOWN_KIND = "event"
_DESIGNATION = "designation"


def read_tellings(setting: Setting) -> Iterator[Event]:
    """Yield an event for every place that tells one: running text first, then the chronology."""
    entries = list(list_entries(setting))
    taken = {offset for _, entry in entries for offset in entry.offsets}
    for reading in list_readings(setting.document):
        if taken.isdisjoint(reading.offsets):
            yield from _read_sentence(reading, setting)
    for moment, entry in entries:
        yield _read_entry(moment, entry, setting)


# The chronology


def _read_entry(moment: Moment, entry: Reading, setting: Setting) -> Event:
    evidence = setting.point_to(entry.span(0, len(entry.text)), entry.part, "chronology")
    for rule in setting.rules.happenings:
        match = next(_match(rule, entry, setting), None)
        if match is not None:
            start, end = _place_object(rule, match, entry, setting)
            return make_event(Telling(entry, rule, _actor_of(match, entry), start, end, moment, evidence), setting)
    end = len(entry.text.rstrip(MARKS)) or len(entry.text)
    rule = _rule_for(_find_kind(entry.text, setting))
    return make_event(Telling(entry, rule, "", 0, end, moment, evidence), setting)


def _find_kind(text: str, setting: Setting) -> str:
    """Return the kind whose signal stands last: what is said of a thing ends the sentence."""
    if setting.rules.designation.search(text):
        return _DESIGNATION
    found = [
        (text.rfind(name) + len(name), len(name), code)
        for code, concept in load_scheme("event-kinds").items()
        for name in concept.names
        if name in text
    ]
    return max(found)[2] if found else UNKNOWN_KIND


def _rule_for(kind: str) -> Happening:
    nothing = re.compile("")
    never = re.compile("(?!)")
    return Happening(kind, (), nothing, "", "", "", nothing, never, "", False, False, False, False)


# Running text


def _read_sentence(reading: Reading, setting: Setting) -> Iterator[Event]:
    for start, end in _list_windows(reading):
        moment = find_moment(reading.text[:start], setting.report.year, setting.rules.dates)
        if reading.text[start:end].strip():
            yield from _read_window(reading.cut(start, end), Moment(moment.date), setting)


def _list_windows(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield clauses; one that tells by whose leave belongs to the next."""
    held: int | None = None
    for start, end in reading.clauses():
        begin = start if held is None else held
        held = begin if reading.text.startswith("经", start) else None
        if held is None:
            yield begin, end
    if held is not None:
        yield held, len(reading.text)


def _read_window(window: Reading, moment: Moment, setting: Setting) -> Iterator[Event]:
    own = find_moment(window.text, setting.report.year, setting.rules.dates)
    moment = own if len(own.date) > len(moment.date) else moment
    taken: list[tuple[int, int]] = []
    for rule in setting.rules.happenings:
        if rule.only:
            continue
        free = [match for match in _match(rule, window, setting) if not _overlaps(match.span(), taken)]
        taken.extend(match.span() for match in free)
        for number, match in enumerate(free):
            after = free[number + 1 : number + 2]
            limit = _place_object(rule, after[0], window, setting)[0] if after else len(window.text)
            for start, end in _list_objects(rule, match, window, setting):
                span = _find_span(rule, start, end, limit, window)
                evidence = setting.point_to(span, window.part, "events")
                telling = Telling(window, rule, _actor_of(match, window), start, end, moment, evidence)
                yield make_event(telling, setting)


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)


def _find_span(rule: Happening, start: int, end: int, limit: int, window: Reading) -> Span:
    """Return the clause, or of a clause that tells several events the piece about this one."""
    if rule.each:
        return window.span(start, end)
    if rule.widen:
        length = len(window.text[start:limit].rstrip("、和及与")) or 1
        return window.span(start, start + length)
    return window.span(0, len(window.text))


# Matching


def _match(rule: Happening, window: Reading, setting: Setting) -> Iterator[re.Match[str]]:
    if rule.unless.search(window.text) or not rule.needs.search(window.text):
        return
    for match in rule.pattern.finditer(window.text):
        place = match.groupdict().get("place")
        if not rule.in_area or (place and setting.entities.find(place, ("area",))):
            yield match


def _actor_of(match: re.Match[str], window: Reading) -> str:
    if not match.groupdict().get("actor"):
        return ""
    return window.printed[match.start("actor") : match.end("actor")]


def _place_object(rule: Happening, match: re.Match[str], window: Reading, setting: Setting) -> tuple[int, int]:
    start, end = match.span("object")
    if rule.widen:
        start = _widen(window, match.start(), setting)
    return start, end


def _widen(window: Reading, start: int, setting: Setting) -> int:
    """Return where the scope before 首 begins: 省内首单, or the name of an area."""
    before = window.text[:start]
    scope = setting.rules.names.scope.search(before)
    areas = [item.start for item in setting.entities.find(before, ("area",)) if item.end == start]
    return min([start, *areas, *([scope.start()] if scope else [])])


def _list_objects(
    rule: Happening, match: re.Match[str], window: Reading, setting: Setting
) -> Iterator[tuple[int, int]]:
    start, end = _place_object(rule, match, window, setting)
    if not rule.each:
        yield start, end
        return
    for name in setting.split_names(window.printed[start:end]):
        place = window.printed.find(name, start, end)
        if place >= 0:
            yield place, place + len(name)


# What could not be told


def list_gaps(events: tuple[Event, ...]) -> Iterator[Gap]:
    """Yield a gap for every entry of the chronology whose kind no rule tells."""
    for event in events:
        if event.kind == UNKNOWN_KIND:
            first = event.evidence[0]
            message = "an entry of the chronology tells an event of no known kind"
            repair = "name the kind in ontology/vocabulary/event-kinds.ttl, or a rule in data/chronicle.toml"
            yield Gap("event-kind-not-known", first.span, message, repair, first.part.trail if first.part else "")
