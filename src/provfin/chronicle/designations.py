"""Owns reading titles and honours: who was given which, one designation for each that received it.

A telling that only counts the recipients is one more piece of evidence where they are named elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from provfin.chronicle.dates import find_moment
from provfin.chronicle.model import Designation, Evidence, Participant
from provfin.chronicle.reading import Reading, list_readings
from provfin.chronicle.setting import Setting, make_label
from provfin.vocabulary import normalise

_LONGEST_NAME = 24


@dataclass(frozen=True)
class _Telling:
    """One sentence's designation; `is_counted` when it says only how many received it."""

    designation: Designation
    is_counted: bool


def read_designations(setting: Setting) -> tuple[Designation, ...]:
    """Return every designation of a document, each with all places that tell it."""
    tellings = [telling for reading in list_readings(setting.document) for telling in _read(reading, setting)]
    found: dict[tuple[str, str], Designation] = {}
    for telling in (*_named(tellings), *_counted(tellings)):
        recipient = telling.designation.recipient
        title = _squeeze(telling.designation.title)
        same = [key for key in found if key[1] == title] if telling.is_counted else []
        key = (recipient.concept.iri if recipient.concept else _squeeze(recipient.label), title)
        for known in same or [key]:
            found[known] = _join(found.get(known), telling.designation)
    return tuple(sorted(found.values(), key=lambda item: min(evidence.span for evidence in item.evidence)))


def _squeeze(text: str) -> str:
    return "".join(character for character in normalise(text) if character.isalnum())


def _named(tellings: list[_Telling]) -> Iterator[_Telling]:
    return (telling for telling in tellings if not telling.is_counted)


def _counted(tellings: list[_Telling]) -> Iterator[_Telling]:
    return (telling for telling in tellings if telling.is_counted)


def _join(known: Designation | None, other: Designation) -> Designation:
    if known is None:
        return other
    # The place that names the recipient is the first piece of evidence; others follow.
    new = tuple(evidence for evidence in other.evidence if evidence not in known.evidence)
    return replace(known, evidence=known.evidence + new)


def _read(reading: Reading, setting: Setting) -> Iterator[_Telling]:
    for match in setting.rules.designation.finditer(reading.text):
        evidence = setting.point_to(reading.span(match.start(), match.end()), reading.part, "designations")
        title = reading.printed[match.start("title") : match.end("title")]
        recipients = reading.printed[match.start("recipients") : match.end("recipients")]
        names, is_counted = _list_recipients(recipients, setting)
        year = int(find_moment(reading.text[: match.start()], setting.report.year, setting.rules.dates).date[:4])
        for name in names:
            yield _Telling(_make(name, title, year, evidence, setting), is_counted)


def _list_recipients(text: str, setting: Setting) -> tuple[list[str], bool]:
    text = setting.trim(text)
    counted = setting.rules.names.counted.match(text)
    if counted is None:
        return setting.split_names(text), False
    names = setting.split_names(counted["names"])
    return (names, False) if names else ([text], True)


def _make(name: str, title: str, year: int, evidence: Evidence, setting: Setting) -> Designation:
    batch = setting.rules.batch.search(title)
    concepts = (setting.entities.read(name, "area"), setting.entities.read(name, "actor"))
    concept = next((concept for concept in concepts if concept is not None), None)
    return Designation(
        recipient=Participant("recipient", name, concept),
        title=title,
        level=_find_level(title, setting),
        batch=batch[0] if batch else "",
        year=year,
        label=make_label(name[:_LONGEST_NAME], [title, *_shorten(title)]),
        evidence=(evidence,),
        areas=setting.list_areas(name) or (setting.report.area,),
    )


def _find_level(title: str, setting: Setting) -> str:
    return next((code for code, pattern in setting.rules.levels if pattern.search(title)), "")


def _shorten(title: str) -> Iterator[str]:
    """Yield shorter forms of a title: without what a quotation or bracket adds."""
    yield re.sub("“[^”]*”|[(（][^)）]*[)）]", "", title)
