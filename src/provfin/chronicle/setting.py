"""Owns what the rules need to know around a sentence: the report, its names, its part, and who speaks there."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from provfin.chronicle.model import LONGEST_LABEL, Evidence, Participant
from provfin.chronicle.rules import Rules, load_rules
from provfin.document import Document, Part, Span, read_chinese_number
from provfin.entities import LONGEST_NAME, EntityReader, Naming, load_entities, load_relations, load_scheme
from provfin.reports import Report
from provfin.vocabulary import Concept, load_vocabulary, normalise

_COUNTRY = "CN"
_CLASS_OF_INSTITUTIONS = "/actor-group"
_QUOTED = re.compile("[“‘《]([^“”‘’《》]*)[”’》]")


@dataclass(frozen=True)
class Setting:
    """A document, the report it is, and the rules and names it is read with."""

    document: Document
    report: Report
    rules: Rules
    entities: EntityReader

    @classmethod
    def of(cls, document: Document, report: Report) -> "Setting":
        """Return the setting of a document with this installation's rules and vocabulary."""
        entities = load_entities().speaking_for(report.area, report.publisher)
        return cls(document, report, load_rules(), entities)

    @cached_property
    def _headings(self) -> list[Part]:
        kept = (part for part in self.document.parts if part.kind not in ("table", "figure"))
        return sorted(kept, key=lambda part: part.span.start)

    @cached_property
    def _starts(self) -> list[int]:
        return [part.span.start for part in self._headings]

    def find_part(self, start: int) -> Part | None:
        """Return the part whose heading is the last before a place."""
        number = bisect_right(self._starts, start)
        return self._headings[number - 1] if number else None

    def point_to(self, span: Span, part: Part | None, rule: str) -> Evidence:
        """Return the evidence that a span is; a place outside all parts is in the one before it."""
        return Evidence(span, part or self.find_part(span.start), rule)

    @cached_property
    def _box_subjects(self) -> dict[str, Concept]:
        found: dict[str, Concept] = {}
        for paragraph in self.document.paragraphs:
            box = _find_box(paragraph.part)
            if box and box not in found:
                named = self.entities.find(paragraph.passage.text, ("actor",))
                if named:
                    found[box] = named[0].concept
        return found

    def find_subject(self, part: Part | None) -> Concept | None:
        """Return who a box speaks of where a sentence of it names nobody: whom it names first."""
        return self._box_subjects.get(_find_box(part))

    # Names

    def trim(self, text: str) -> str:
        """Cut what a phrase has around a name."""
        names = self.rules.names
        bare = names.trailing.sub("", names.leading.sub("", text))
        quoted = _QUOTED.fullmatch(bare)
        return quoted[1] if quoted else bare

    def split_names(self, text: str) -> list[str]:
        """Return the names of a list; 和 parts names only behind other separators or between two known names."""
        items = [item for item in self.rules.names.separators.split(text) if item]
        if not items:
            return []
        last = self.rules.names.joined.split(items[-1])
        if len(last) > 1 and (len(items) > 1 or all(self._is_known(item) for item in last)):
            items[-1:] = last
        return [name for item in items if (name := self.trim(item.removesuffix("等")))]

    def drop_slogans(self, names: list[str]) -> list[str]:
        """Return the names that name something; all when none does."""
        return [name for name in names if not self.rules.names.slogan.match(name)] or names

    def _is_known(self, text: str) -> bool:
        return any(self.entities.read(self.trim(text), kind) for kind in ("area", "actor"))

    def list_actors(self, text: str, role: str) -> Iterator[Participant]:
        """Yield the institutions named in a phrase; one the vocabulary does not have is a candidate if it looks so."""
        counted = self.rules.names.counted.match(text)
        guessed = list(self._guess_names(counted["names"] if counted else text.partition("等")[0]))
        namings = self.entities.find_outermost(text, ("actor",))
        seen = set()
        for naming in namings:
            longer = next((name for name in guessed if _is_end_of(naming, name)), None)
            concept = make_candidate(longer) if longer else naming.concept
            if concept.iri not in seen:
                seen.add(concept.iri)
                yield Participant(role, concept.label, concept)
        if not namings:
            yield from (Participant(role, name, make_candidate(name)) for name in guessed)

    def _guess_names(self, text: str) -> Iterator[str]:
        for name in self.split_names(text):
            if self.rules.names.institution.search(name) and len(name) <= LONGEST_LABEL:
                yield name

    def list_areas(self, *texts: str) -> tuple[Concept, ...]:
        """Return the areas below the country named in the first text that names any."""
        for text in texts:
            namings = self.entities.find_outermost(text, ("area",))
            named = {naming.concept.iri: naming.concept for naming in namings if naming.concept.code != _COUNTRY}
            if named:
                return tuple(named.values())
        return ()

    def locate(self, participants: Iterable[Participant]) -> tuple[Concept, ...]:
        """Return the areas of institutions, those below the country, else the area of the report."""
        areas = {area.iri: area for area in load_vocabulary().areas.values() if area.code != _COUNTRY}
        known = load_relations("actor")
        places = [known[item.concept.iri].area for item in participants if item.concept and item.concept.iri in known]
        return tuple({iri: areas[iri] for iri in places if iri in areas}.values()) or (self.report.area,)

    def name_things(self, text: str) -> list[Concept]:
        """Return the institutions and instruments named in a text, each once."""
        namings = self.entities.find_outermost(text, ("actor", "instrument"), LONGEST_NAME)
        return list({naming.concept.iri: naming.concept for naming in namings}.values())


def _is_end_of(naming: Naming, name: str) -> bool:
    """Tell whether a naming of a class of institutions is the end of a longer name that is not known."""
    kind = load_relations("actor").get(naming.concept.iri)
    is_class = kind is not None and kind.kind.endswith(_CLASS_OF_INSTITUTIONS)
    return is_class and name.endswith(naming.exact) and len(name) > len(naming.exact)


def _find_box(part: Part | None) -> str:
    while part is not None and part.kind != "box":
        part = part.parent
    return part.path if part is not None else ""


def make_candidate(name: str) -> Concept:
    """Return an institution that the vocabulary does not have."""
    dimension = load_vocabulary().dimensions["actor"]
    return dimension.candidate(name)


def read_count(text: str) -> int | None:
    """Return how many a printed number says, in digits or Chinese numerals; None for no number above zero."""
    count = int(text) if text.isdecimal() and len(text) < 10 else read_chinese_number(text.replace("两", "二"))
    return count or None


def make_label(head: str, things: list[str]) -> str:
    """Return a name of at most 24 characters: a kind or actor, and the first of `things` that is short enough.

    >>> make_label("启动", ["很长很长很长很长很长很长很长很长很长很长的名字", "短名"])
    '启动：短名'
    """
    head = head[: LONGEST_LABEL - 4]
    room = LONGEST_LABEL - len(head) - 1
    fitting = next((thing for thing in things if 0 < len(thing) <= room), None)
    if fitting is None:
        longest = next((thing for thing in things if thing), "")
        fitting = f"{longest[: room - 1]}…" if longest else ""
    return f"{head}：{fitting}" if fitting else head


def name_kind(scheme: str, code: str) -> str:
    """Return the Chinese name of a code, or the code where the vocabulary does not have it."""
    concept = load_scheme(scheme).get(code)
    return concept.label if concept else code


def squeeze_name(text: str) -> str:
    """Return a name in the form tellings of one thing are compared in: without quotation marks."""
    return "".join(character for character in normalise(text) if character not in "“”‘’\"'《》")
