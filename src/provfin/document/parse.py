"""Owns walking through the lines of a report and putting each where it belongs."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from provfin.document.contents import Contents, find_contents, squeeze
from provfin.document.genre import Genre, load_genre
from provfin.document.lines import cut_lines, cut_sentences, is_broken_off
from provfin.document.model import (
    Credit,
    Document,
    Footnote,
    Gap,
    Line,
    Mark,
    Paragraph,
    Part,
    Passage,
    Span,
    TableBlock,
)
from provfin.document.outline import Outline, tidy_title
from provfin.document.title import find_title
from provfin.quantity import fold_width

_LONGEST_CAPTION_REST = 16
_REPAIR = "check the conversion of the source to text at this place"


def parse_document(source: str, genre: Genre | None = None) -> Document:
    """Take a report apart. Never raises on odd text: what cannot be placed becomes a gap with its offsets."""
    genre = genre or load_genre()
    lines = cut_lines(source)
    return _Walk(source, lines, genre, find_contents(lines, genre)).run()


class _Walk:
    """One pass over the lines; what is still open (a caption, a note, a paragraph) is its state."""

    def __init__(self, source: str, lines: list[Line], genre: Genre, contents: Contents) -> None:
        self.source = source
        self.lines = lines
        self.genre = genre
        self.contents = contents
        self.outline = Outline(genre, contents)
        self.title, self.title_lines = find_title(source, lines, genre)
        self.prose: list[tuple[Passage, Part | None]] = []
        self.tables: list[TableBlock] = []
        self.footnotes: list[Footnote] = []
        self.credits: list[Credit] = []
        self.gaps: list[Gap] = []
        self.figure_sources: dict[str, str] = {}
        self.caption: Part | None = None
        self.unit: str | None = None
        self.pending_source: str | None = None
        self.last_figure: str | None = None
        self.marks: list[Mark] = []
        self.heading = ""
        self.after_table = False
        self.next_note = 0
        self.previous = "blank"
        self.takers: dict[str, Callable[[Line, re.Match[str]], bool]] = {
            "page": self._take_page,
            "abstract": self._take_abstract,
            "appendix": self._take_appendix,
            "box": self._take_box,
            "unit": self._take_unit,
            "source": self._take_source,
            "note": self._take_note,
            "note_item": self._take_note_item,
            "table": self._take_table_caption,
            "figure": self._take_figure_caption,
            "footnote": self._take_footnote,
            "credit": self._take_credit,
        }

    def run(self) -> Document:
        """Walk to the end and return what was found."""
        number = 0
        while number < len(self.lines):
            line = self.lines[number]
            if line.is_blank or number in self.contents.line_numbers or number in self.title_lines:
                self.previous = "blank"
                self._mark(line, "contents" if number in self.contents.line_numbers else "title")
                number += 1
            elif _is_row(line):
                number = self._take_rows(number)
            else:
                self.previous = self._take_line(line)
                self._mark(line, self.previous)
                number += 1
        self._drop_caption()
        return Document(
            source=self.source,
            title=self.title,
            parts=tuple(self.outline.parts),
            paragraphs=tuple(Paragraph(text, part, tuple(cut_sentences(text))) for text, part in self.prose),
            tables=tuple(self.tables),
            footnotes=tuple(self.footnotes),
            credits=tuple(self.credits),
            gaps=tuple(self.gaps),
            figure_sources=self.figure_sources,
            marks=tuple(self.marks),
            pages={part.path: page for part in self.outline.parts if (page := self._find_page(part))},
        )

    def _find_page(self, part: Part) -> int | None:
        titles = (part.title, self.source[part.span.start : part.span.end])
        pages = (self.contents.pages.get(squeeze(fold_width(title))) for title in titles)
        return next((page for page in pages if page), None)

    def _mark(self, line: Line, kind: str) -> None:
        if not line.is_blank:
            self.marks.append(Mark(line.span, kind))

    # Tables

    def _take_rows(self, number: int) -> int:
        rows = []
        while number < len(self.lines) and _is_row(self.lines[number]):
            rows.append(self.lines[number])
            self._mark(self.lines[number], "row")
            number += 1
        self.previous = "rows"
        if self.caption is None and self.after_table and not self.next_note:
            self._replace_table(rows=self.tables[-1].rows + tuple(rows))
        elif self.caption is None and len(rows) == 1:
            self._add_gap("stray-row", rows[0].span, "a line with cell borders belongs to no table")
        else:
            part = self.caption or self.outline.add_captioned("table", "", "", rows[0].span)
            self.tables.append(TableBlock(part, tuple(rows), self.unit, heading=self.heading))
            self.caption, self.unit = None, None
            self.after_table, self.next_note = True, 0
        return number

    def _replace_table(self, **changes: Any) -> None:
        self.tables[-1] = replace(self.tables[-1], **changes)

    def _drop_caption(self) -> None:
        if self.caption is not None:
            self._add_gap(
                "caption-without-table", self.caption.span, f"no table follows the caption {self.caption.title}"
            )
        self.caption, self.unit = None, None

    # Lines. Each taker returns whether the line was for it.

    def _take_line(self, line: Line) -> str:
        for name, take in self.takers.items():
            match = self.genre.line[name].fullmatch(line.folded)
            if match is not None and take(line, match):
                return name
        if self.previous == "credit":
            credit = self.credits[-1]
            self.credits[-1] = Credit(
                credit.role, f"{credit.names} {line.text}", Span(credit.span.start, line.span.end)
            )
            return "credit"
        if self._continue_caption(line):
            return "table"
        return self._take_text(line)

    def _take_page(self, _line: Line, _match: re.Match[str]) -> bool:
        return self.previous == "blank"

    def _take_abstract(self, line: Line, _match: re.Match[str]) -> bool:
        self.outline.open_front("abstract", line)
        return True

    def _take_appendix(self, line: Line, _match: re.Match[str]) -> bool:
        self.outline.open_front("appendix", line)
        return True

    def _take_box(self, line: Line, match: re.Match[str]) -> bool:
        if len(line.text) > self.genre.longest_heading:
            return False
        self.outline.open_box(match["number"], line)
        return True

    def _take_unit(self, line: Line, match: re.Match[str]) -> bool:
        self.unit = line.text[match.start("unit") : match.end("unit")].strip()
        return True

    def _take_source(self, line: Line, match: re.Match[str]) -> bool:
        text = line.text[match.start("text") :].rstrip("。")
        if self.after_table:
            self._replace_table(source=text)
            self._leave_table()
        elif self.last_figure is not None and self.last_figure not in self.figure_sources:
            self.figure_sources[self.last_figure] = text
        else:
            self.pending_source = text
        return True

    def _take_note(self, line: Line, match: re.Match[str]) -> bool:
        if self.after_table:
            self._add_note(line, match)
            self.next_note = 2
        return self.after_table

    def _take_note_item(self, line: Line, match: re.Match[str]) -> bool:
        belongs = self.next_note > 0 and int(match["number"]) == self.next_note
        if belongs:
            self._add_note(line, match)
            self.next_note += 1
        return belongs

    def _add_note(self, line: Line, match: re.Match[str]) -> None:
        span = Span(line.span.start + match.start("text"), line.span.start + match.end("text"))
        self._replace_table(notes=(*self.tables[-1].notes, Passage.cut(self.source, span)))

    def _take_table_caption(self, line: Line, match: re.Match[str]) -> bool:
        if not self._looks_like_caption(line):
            return False
        self._drop_caption()
        self._leave_table()
        self.caption = self.outline.add_captioned("table", match["number"] or "", tidy_title(line.text), line.span)
        return True

    def _continue_caption(self, line: Line) -> bool:
        is_rest = self._looks_like_caption(line) and len(line.text) <= _LONGEST_CAPTION_REST
        if self.caption is None or not is_rest or self.outline.read_heading(line):
            return False
        whole = replace(
            self.caption,
            title=tidy_title(self.caption.title + line.text),
            span=Span(self.caption.span.start, line.span.end),
        )
        self.outline.parts[self.outline.parts.index(self.caption)] = whole
        self.caption = whole
        return True

    def _take_figure_caption(self, line: Line, match: re.Match[str]) -> bool:
        if not self._looks_like_caption(line):
            return False
        part = self.outline.add_captioned("figure", match["number"] or "", tidy_title(line.text), line.span)
        if self.pending_source:
            self.figure_sources[part.path] = self.pending_source
        self.pending_source, self.last_figure = None, part.path
        return True

    def _looks_like_caption(self, line: Line) -> bool:
        return len(line.text) <= self.genre.longest_heading and not line.text.endswith(("。", "；", "，"))

    def _take_footnote(self, line: Line, match: re.Match[str]) -> bool:
        mark = match["bracket"] or match["mark"]
        span = Span(line.span.start + match.start("text"), line.span.end)
        self.footnotes.append(Footnote(mark, Passage.cut(self.source, span)))
        return True

    def _take_credit(self, line: Line, match: re.Match[str]) -> bool:
        names = line.text[match.start("names") :]
        self.credits.append(Credit(squeeze(match["role"]), names, line.span))
        return True

    def _take_text(self, line: Line) -> str:
        self._drop_caption()
        self._leave_table()
        self.last_figure = None
        self.heading = line.text if self._looks_like_caption(line) else ""
        if self.outline.open_heading(line):
            return "heading"
        self._add_prose(line)
        return "prose"

    def _add_prose(self, line: Line) -> None:
        passage = Passage.cut(self.source, line.span)
        last, place = self.prose[-1] if self.prose else (None, None)
        goes_on = last is not None and place == self.outline.current and is_broken_off(last)
        starts_anew = self.outline.open_subsection(line, follows_broken_text=goes_on)
        if last is not None and goes_on and not starts_anew:
            self.prose[-1] = (last.joined(passage), place)
        else:
            self.prose.append((passage, self.outline.current))

    def _leave_table(self) -> None:
        self.after_table, self.next_note = False, 0

    def _add_gap(self, reason: str, span: Span, message: str) -> None:
        part = self.outline.current
        self.gaps.append(Gap(reason, span, message, _REPAIR, part.trail if part else ""))


def _is_row(line: Line) -> bool:
    return "\t" in line.text or (line.text.startswith("|") and line.text.endswith("|") and len(line.text) > 1)
