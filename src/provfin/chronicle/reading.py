"""Owns text as the rules of the chronicle read it: without spaces and emphasis marks, in half-width characters.

Every character still knows its place in the source, and how it was printed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provfin.document import Document, Part, Passage, Span
from provfin.quantity import fold_width

_LEFT_OUT = "*"
_CLAUSE_END = re.compile(r"[,;。!?:](?![^“《(]{0,40}[”》)])")


@dataclass(frozen=True, slots=True)
class Reading:
    """A piece of prose to be matched: `text` is folded, `printed` is not, and both are of one length."""

    text: str
    printed: str
    offsets: tuple[int, ...]
    part: Part | None

    @classmethod
    def of(cls, passage: Passage, part: Part | None) -> "Reading":
        """Return a passage as the rules read it."""
        kept = [n for n, character in enumerate(passage.text) if not character.isspace() and character not in _LEFT_OUT]
        printed = "".join(passage.text[n] for n in kept)
        return cls(fold_width(printed), printed, tuple(passage.offsets[n] for n in kept), part)

    def span(self, start: int, end: int) -> Span:
        """Return where characters `start` to before `end` stand in the source."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def cut(self, start: int, end: int) -> "Reading":
        """Return a piece of this reading."""
        return Reading(self.text[start:end], self.printed[start:end], self.offsets[start:end], self.part)

    def joined(self, other: "Reading") -> "Reading":
        """Return this reading with another one behind it."""
        return Reading(self.text + other.text, self.printed + other.printed, self.offsets + other.offsets, self.part)

    def clauses(self) -> Iterator[tuple[int, int]]:
        """Yield where each clause begins and ends; marks inside quotation marks and brackets end none."""
        start = 0
        for match in _CLAUSE_END.finditer(self.text):
            if match.start() > start:
                yield start, match.start()
            start = match.end()
        if start < len(self.text):
            yield start, len(self.text)


def list_readings(document: Document) -> Iterator[Reading]:
    """Yield every sentence of the prose, of the notes to tables and of the footnotes, in this order."""
    for paragraph in document.paragraphs:
        yield from _keep_text(Reading.of(sentence, paragraph.part) for sentence in paragraph.sentences)
    for block in document.tables:
        yield from _keep_text(Reading.of(note, block.part) for note in block.notes)
    yield from _keep_text(Reading.of(footnote.passage, None) for footnote in document.footnotes)


def _keep_text(readings: Iterator[Reading]) -> Iterator[Reading]:
    return (reading for reading in readings if reading.text)
