"""Owns cutting a source into lines and prose into sentences, offsets kept."""

import re
from collections.abc import Iterator

from provfin.document.model import Line, Passage, Span
from provfin.quantity import fold_width

_BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_SENTENCE = re.compile(r"[^。！？!?]*(?:[。！？!?]+[”’」』）)]*|$)", re.DOTALL)
_FINISHED = re.compile(r"[。！？!?；;：:][”’」』）)\]*]*$")
_SHORTEST_BROKEN = 30


def cut_lines(source: str) -> list[Line]:
    """Return the lines of a source, blank ones as empty lines, with their surrounding space outside the span.

    >>> [(line.text, line.span.start) for line in cut_lines("一\\n\\n 二 ")]
    [('一', 0), ('', 2), ('二', 4)]
    """
    lines = []
    position = 0
    for raw in source.splitlines(keepends=True):
        lines.append(_make_line(source, position, position + len(raw.rstrip(_BREAKS))))
        position += len(raw)
    return lines


def _make_line(source: str, start: int, end: int) -> Line:
    # Tabs are cell borders: a row may begin or end with an empty cell, so they are not stripped.
    raw = source[start:end]
    if not raw.strip():
        return Line("", "", Span(start, start))
    start += len(raw) - len(raw.lstrip(" \u3000\xa0\ufeff"))
    end -= len(raw) - len(raw.rstrip(" \u3000\xa0"))
    text = source[start:end]
    return Line(text, fold_width(text), Span(start, end))


def is_broken_off(passage: Passage) -> bool:
    """Tell whether a paragraph stops in mid-sentence, as at a page break.

    Short lines are not: they may be labels.
    """
    return len(passage.text) >= _SHORTEST_BROKEN and _FINISHED.search(passage.text) is None


def cut_sentences(passage: Passage) -> Iterator[Passage]:
    """Yield the sentences of a paragraph; closing quotes and emphasis marks stay with their sentence."""
    start = 0
    for match in _SENTENCE.finditer(passage.text):
        end = match.end()
        # Emphasis marks come in pairs: behind a full stop they close the one that is open, or open the next sentence.
        if passage.text.startswith("**", end) and passage.text.count("**", 0, end) % 2:
            end += 2
        if passage.text[start:end].strip():
            yield Passage(passage.text[start:end], passage.offsets[start:end])
        start = max(start, end)
