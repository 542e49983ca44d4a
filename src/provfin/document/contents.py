"""Owns the table of contents: which lines it takes, and the headings it announces."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from provfin.document.genre import Genre
from provfin.document.model import Line

_ENTRY = re.compile(r"(?P<title>.*?\S)(?:\s*\t\s*|\s*[.…·]{3,}\s*|\s{2,})(?P<page>\d{1,3})")


@dataclass(frozen=True)
class Contents:
    """The lines a table of contents takes and the titles in it, without spaces."""

    line_numbers: frozenset[int] = frozenset()
    titles: frozenset[str] = frozenset()
    # The printed page of each title.
    pages: Mapping[str, int] = field(default_factory=dict)

    def announces(self, heading: str) -> bool:
        """Tell whether a heading stands in the contents; spaces do not matter."""
        return squeeze(heading) in self.titles


def squeeze(text: str) -> str:
    """Drop all white space.

    >>> squeeze("表 1\\t2024 年")
    '表12024年'
    """
    return "".join(text.split())


def find_contents(lines: list[Line], genre: Genre) -> Contents:
    """Return the table of contents, or an empty one when the report has none."""
    opening = next((n for n, line in enumerate(lines) if genre.line["contents"].fullmatch(line.folded)), None)
    if opening is None:
        return Contents()
    pages: dict[str, int] = {}
    last, start = opening, ""
    for number in range(opening + 1, len(lines)):
        line = lines[number]
        entry = _ENTRY.fullmatch(line.folded)
        if entry is not None:
            # The line before an entry is a label such as 表, or the start of the same entry.
            pages[squeeze(entry["title"])] = pages[squeeze(start + entry["title"])] = int(entry["page"])
            last, start = number, ""
        elif not line.is_blank and (start.strip() or genre.line["abstract"].fullmatch(line.folded)):
            break
        elif not line.is_blank:
            start = line.folded
    return Contents(frozenset(range(opening, last + 1)), frozenset(pages), pages)
