"""Owns finding the title of a report, which tells its place and year."""

from provfin.document.contents import squeeze
from provfin.document.genre import Genre
from provfin.document.model import Line, Span
from provfin.quantity import fold_width

_LINES_SEARCHED = 40


def find_title(source: str, lines: list[Line], genre: Genre) -> tuple[Line | None, frozenset[int]]:
    """Return the title and the numbers of the lines it takes: one line, or two where it is broken.

    A title is what the genre says one looks like; where nothing does, it is the first line that is not blank.
    """
    printed = [number for number, line in enumerate(lines) if not line.is_blank][:_LINES_SEARCHED]
    for length in (1, 2):
        for first in range(len(printed) - length + 1):
            numbers = printed[first : first + length]
            title = _join(source, lines, numbers)
            if any(pattern.fullmatch(squeeze(title.folded)) for pattern in genre.title.values()):
                return title, frozenset(numbers)
    first_line = lines[printed[0]].text if printed else ""
    is_text = bool(first_line) and "\t" not in first_line and not _is_prose(first_line, genre)
    return (lines[printed[0]], frozenset(printed[:1])) if is_text else (None, frozenset())


def _is_prose(text: str, genre: Genre) -> bool:
    """Tell whether a line is a sentence and no title, so that its figures are read."""
    return text.endswith(("。", "；")) or len(text) > genre.longest_heading


def _join(source: str, lines: list[Line], numbers: list[int]) -> Line:
    span = Span(lines[numbers[0]].span.start, lines[numbers[-1]].span.end)
    text = squeeze(source[span.start : span.end]) if len(numbers) > 1 else lines[numbers[0]].text
    return Line(text, fold_width(text), span)
