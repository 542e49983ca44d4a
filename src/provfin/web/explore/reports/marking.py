"""Owns turning a text and what is known of its places into markup: every character stays, in its order.

Lines become paragraphs, lines with tabs rows of a table, and the characters between them stand between the elements:
who takes the tags off has the text again. Marks may lie in one another or across; where they cross, one is cut. The
text is data: all of it is escaped. Refuses to put a link into a link.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from markupsafe import escape

# The kind of a mark that is a printed figure.
FIGURE = "hit"
_TAB = "\t"
_NUMBER = re.compile(r"\s*(?:[-+\u2212]?[0-9][0-9,]*(?:\.[0-9]+)?%?|[-\u2013\u2014]+)\s*")
_DEEPEST = 6
# How some conversions to text write what is printed bold.
_STRESSED = re.compile(r"\*\*(?=\S)[^*\n]+?(?<=\S)\*\*")
_UNPLACED = frozenset(("stressed", "sign"))
_STRONG = frozenset(("run-in", "stressed"))


@dataclass(frozen=True)
class Mark:
    """Characters from `start` to before `end`, how they are marked, where they lead, and what hovering tells.

    A mark that is `pointed` has its link behind its last character, for other links may lie in it.
    """

    start: int
    end: int
    kind: str
    address: str = ""
    title: str = ""
    is_pointed: bool = False

    @property
    def anchor(self) -> str:
        """Its place, as `m400-407`."""
        return f"m{self.start}-{self.end}"


@dataclass(frozen=True)
class Title:
    """A heading of the text: its characters, and its level from 2; 0 for a caption, which is none of the outline."""

    start: int
    end: int
    level: int

    @property
    def mark(self) -> Mark:
        """It as a mark within a line that goes on behind it."""
        return Mark(self.start, self.end, "run-in")


@dataclass
class Marked:
    """A text as it is being written: its marks by their first character, and the places that have an anchor yet."""

    source: str
    marks: Sequence[Mark]
    titles: Mapping[int, Title]
    label: str
    anchored: set[str] = field(default_factory=set)
    starts: list[int] = field(default_factory=list)
    longest: int = 0


def write_text(source: str, marks: Iterable[Mark], titles: Iterable[Title], label: str) -> str:
    """Return the markup of a text; `label` is what its tables are called to those who do not see them."""
    lines = list(_cut_lines(source))
    wholes = {title.start: title for title in titles if _is_line(title, source, lines)}
    within = [*(title.mark for title in titles if title.start not in wholes), *_list_stressed(source)]
    kept = [mark for mark in (*marks, *within) if 0 <= mark.start < mark.end <= len(source)]
    ordered = sorted(_give_way(kept), key=lambda mark: (mark.start, -mark.end, mark.kind == FIGURE))
    text = Marked(source, ordered, wholes, label)
    text.starts = [mark.start for mark in ordered]
    text.longest = max((mark.end - mark.start for mark in ordered), default=0)
    return "".join(_write_blocks(text, lines))


def _list_stressed(source: str) -> Iterator[Mark]:
    for match in _STRESSED.finditer(source):
        start, end = match.span()
        yield Mark(start, end, "stressed")
        yield Mark(start, start + 2, "sign")
        yield Mark(end - 2, end, "sign")


def _give_way(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield marks, those that figures lie in with their links behind them: a figure is always a link itself."""
    figures = sorted((mark.start, mark.end) for mark in marks if mark.kind == FIGURE)
    for mark in marks:
        place = bisect_left(figures, (mark.end, 0)) - 1
        is_over = place >= 0 and figures[place][1] > mark.start and mark.kind != FIGURE
        yield replace(mark, is_pointed=True) if is_over and mark.address else mark


def _cut_lines(source: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each line begins, where it ends, and where the next begins."""
    start = 0
    for line in source.splitlines(keepends=True):
        content = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        yield start, start + len(content), start + len(line)
        start += len(line)


def _is_line(title: Title, source: str, lines: Sequence[tuple[int, int, int]]) -> bool:
    place = bisect_right(lines, (title.start, len(source), len(source))) - 1
    start, end, _ = lines[place] if lines else (0, 0, 0)
    return source[start:end].strip() == source[title.start : title.end].strip() and title.end <= end


def _write_blocks(text: Marked, lines: Sequence[tuple[int, int, int]]) -> Iterator[str]:
    for kind, run in groupby(lines, lambda line: _tell_kind(text.source[line[0] : line[1]])):
        if kind == "row":
            yield _write_table(text, list(run))
            continue
        for start, end, after in run:
            yield _write_line(text, start, end) if kind == "text" else _escape(text.source[start:end])
            yield _escape(text.source[end:after])


def _tell_kind(line: str) -> str:
    return "blank" if not line.strip() else "row" if _TAB in line else "text"


def _write_line(text: Marked, start: int, end: int) -> str:
    first = start + len(text.source[start:end]) - len(text.source[start:end].lstrip())
    title = text.titles.get(first)
    content = _write_inline(text, start, end)
    if title is None:
        return f"<p>{content}</p>"
    name = _claim(text, f"m{title.start}-{title.end}")
    if title.level == 0:
        return f'<p class="caption"{name}>{content}</p>'
    level = min(title.level, _DEEPEST)
    return f"<h{level}{name}>{content}</h{level}>"


def _write_table(text: Marked, lines: Sequence[tuple[int, int, int]]) -> str:
    rows = (f"<tr>{_write_row(text, start, end)}</tr>{_escape(text.source[end:after])}" for start, end, after in lines)
    region = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(text.label)}">'
    return f'{region}<table class="rows">{"".join(rows)}</table></div>'


def _write_row(text: Marked, start: int, end: int) -> str:
    cells = []
    for cell in text.source[start:end].split(_TAB):
        kind = ' class="number"' if _NUMBER.fullmatch(cell) else ""
        cells.append(f"<td{kind}>{_write_inline(text, start, start + len(cell))}</td>")
        start += len(cell) + 1
    return _TAB.join(cells)


def _write_inline(text: Marked, start: int, end: int) -> str:
    """Return the characters from `start` to before `end` with their marks."""
    marks = _find_marks(text, start, end)
    if not marks:
        return _escape(text.source[start:end])
    places = {start, end}
    for mark in marks:
        places |= {max(start, mark.start), min(end, mark.end)}
    written = _Inline(text, end)
    for here, there in pairwise(sorted(places)):
        written.add(here, there, [mark for mark in marks if mark.start <= here and there <= mark.end])
    return written.finish()


def _find_marks(text: Marked, start: int, end: int) -> list[Mark]:
    first = bisect_left(text.starts, start - text.longest)
    last = bisect_left(text.starts, end)
    return [mark for mark in text.marks[first:last] if mark.end > start]


class _Inline:
    """Writes a run of characters: opens and closes marks so that elements never cross."""

    def __init__(self, text: Marked, end: int) -> None:
        self._text = text
        self._end = end
        self._parts: list[str] = []
        self._open: list[tuple[Mark, str]] = []
        self._pointers: list[Mark] = []

    def add(self, start: int, end: int, marks: Sequence[Mark]) -> None:
        """Write characters that all have the same marks, the outermost first."""
        kept = 0
        while kept < len(self._open) and kept < len(marks) and self._open[kept][0] is marks[kept]:
            kept += 1
        self._close_down_to(kept)
        for mark in marks[kept:]:
            self._open_one(mark)
        self._parts.append(_escape(self._text.source[start:end]))
        self._pointers += [mark for mark in marks if mark.is_pointed and mark.end == end]

    def finish(self) -> str:
        """Close what is open; return what was written."""
        self._close_down_to(0)
        return "".join(self._parts)

    def _open_one(self, mark: Mark) -> None:
        is_link = bool(mark.address) and not mark.is_pointed and all(tag != "a" for _, tag in self._open)
        tag = "a" if is_link else "strong" if mark.kind in _STRONG else "span"
        address = f' href="{escape(mark.address)}"' if is_link else ""
        title = f' title="{escape(mark.title)}"' if mark.title else ""
        name = "" if mark.kind in _UNPLACED else _claim(self._text, mark.anchor)
        self._parts.append(f'<{tag} class="{escape(mark.kind)}"{name}{address}{title}>')
        self._open.append((mark, tag))

    def _close_down_to(self, number: int) -> None:
        while len(self._open) > number:
            self._parts.append(f"</{self._open.pop()[1]}>")
        if all(tag != "a" for _, tag in self._open):
            self._parts += map(_write_pointer, self._pointers)
            self._pointers = []


def _write_pointer(mark: Mark) -> str:
    kind, address, title = escape(f"to {mark.kind}-to"), escape(mark.address), escape(mark.title)
    return f'<a class="{kind}" href="{address}" title="{title}" aria-label="{title}"></a>'


def _claim(text: Marked, anchor: str) -> str:
    """Return the attribute that makes an element the place of an anchor, nothing where another is it already."""
    if anchor in text.anchored:
        return ""
    text.anchored.add(anchor)
    return f' id="{anchor}"'


def _escape(text: str) -> str:
    # A browser takes a carriage return for a line feed unless it is written as a reference.
    return str(escape(text)).replace("\r", "&#13;")
