"""Owns what a report consists of, with the place of every piece in the untouched source.

All offsets are code points of the decoded source; a span runs from `start` to before `end`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A run of code points of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be read: why, where, and what would repair it. Never dropped, always shown."""

    reason: str
    span: Span
    message: str
    repair: str
    place: str = ""

    def as_record(self, source: str) -> dict[str, Any]:
        """Return the gap as one JSON-ready record."""
        return {
            "reason": self.reason,
            "start": self.span.start,
            "end": self.span.end,
            "line": len(f"{source[: self.span.start]}.".splitlines()),
            "exact": source[self.span.start : self.span.end],
            "section": self.place,
            "message": self.message,
            "repair": self.repair,
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """Text for reading whose every character knows its offset; page breaks inside it are gone."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Return where characters `start` to before `end` of the passage stand in the source."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    @classmethod
    def cut(cls, source: str, span: Span) -> "Passage":
        """Return a piece of the source as a passage."""
        return cls(source[span.start : span.end], tuple(range(span.start, span.end)))

    def joined(self, other: "Passage") -> "Passage":
        """Return this passage with another one behind it."""
        return Passage(self.text + other.text, self.offsets + other.offsets)


@dataclass(frozen=True, slots=True)
class Part:
    """A headed part of a report. `path` identifies it by the report's own numbers, such as `section/2/1`."""

    kind: str
    path: str
    title: str
    span: Span
    parent: "Part | None" = None

    @property
    def trail(self) -> str:
        """The titles from the outermost part to this one."""
        return f"{self.parent.trail} / {self.title}" if self.parent else self.title


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of prose in its part, cut into sentences."""

    passage: Passage
    part: Part | None
    sentences: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note at the foot of a page and the mark that calls it."""

    mark: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the source without its surrounding space; `folded` is it in half-width characters."""

    text: str
    folded: str
    span: Span

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing on the line."""
        return not self.text


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A printed table: its rows as lines of the source, and what stands around them."""

    part: Part
    rows: tuple[Line, ...]
    unit: str | None = None
    notes: tuple[Passage, ...] = ()
    source: str | None = None
    heading: str = ""

    @property
    def caption(self) -> str:
        """The caption, else the short line right above the table, which may serve as one."""
        return self.part.title or self.heading


@dataclass(frozen=True, slots=True)
class Credit:
    """A line of the credits page: a role and the names as printed."""

    role: str
    names: str
    span: Span


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line of the source was taken for: `prose`, `row`, `heading`, `contents`, `page` and so on."""

    span: Span
    kind: str


@dataclass(frozen=True)
class Document:
    """A report taken apart; nothing of it is lost: what has no place is a gap."""

    source: str
    title: Line | None
    parts: tuple[Part, ...]
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[TableBlock, ...]
    footnotes: tuple[Footnote, ...] = ()
    credits: tuple[Credit, ...] = ()
    gaps: tuple[Gap, ...] = ()
    figure_sources: dict[str, str] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    # The page the table of contents gives for a part, by its path.
    pages: dict[str, int] = field(default_factory=dict)

    def passages(self) -> Iterator[tuple[Passage, Part | None]]:
        """Yield the texts that are prose, each in its part: paragraphs, notes to tables, footnotes."""
        for paragraph in self.paragraphs:
            yield paragraph.passage, paragraph.part
        for block in self.tables:
            yield from ((note, block.part) for note in block.notes)
        for footnote in self.footnotes:
            yield footnote.passage, None
