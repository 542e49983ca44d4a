"""Owns the form of a sentence that phrases are matched against: half width, no white space, note marks or emphasis.

Every character knows its place in the passage it comes from, so that spans point into the source.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from provfin.document import Passage, Span
from provfin.quantity import fold_width
from provfin.statements.grammar import Grammar


@dataclass(frozen=True)
class Plain:
    """Text for matching and, for each of its characters, the offset in the passage."""

    text: str
    offsets: tuple[int, ...]
    passage: Passage

    def span(self, start: int, end: int) -> Span:
        """Return where characters `start` to before `end` stand in the source."""
        return self.passage.span(self.offsets[start], self.offsets[end - 1] + 1)

    def exact(self, start: int, end: int) -> str:
        """Return what is printed from `start` to before `end`, white space and notes included."""
        return self.passage.text[self.offsets[start] : self.offsets[end - 1] + 1]


def make_plain(passage: Passage, grammar: Grammar) -> Plain:
    """Return a passage without what is printed in sentences and is no part of them."""
    folded = fold_width(passage.text)
    noise = {offset for match in grammar.noise.finditer(folded) for offset in range(*match.span())}
    kept = [n for n, character in enumerate(folded) if n not in noise and not character.isspace()]
    return Plain("".join(folded[n] for n in kept), tuple(kept), passage)


def cut_spans(text: str, grammar: Grammar, boundary: str, figures: Sequence[int] = ()) -> list[tuple[int, int]]:
    """Return the pieces between boundaries of a kind (`sentence`, `clause`).

    Clauses end outside of brackets only, or behind one of the `figures` inside. A boundary belongs to no piece; commas
    between digits are none.
    """
    opened: list[int] = []
    start = 0
    pieces = []
    for n, character in enumerate(text):
        if character in grammar.opening:
            opened.append(n)
        elif character in grammar.closing:
            del opened[-1:]
        elif grammar.cut[boundary].match(character) and not _is_inside_number(text, n):
            if boundary == "clause" and opened and bisect(figures, opened[-1]) == bisect(figures, n):
                continue
            pieces.append((start, n))
            start, opened = n + 1, [] if boundary == "sentence" else opened
    pieces.append((start, len(text)))
    return [(first, last) for first, last in pieces if last > first]


def _is_inside_number(text: str, n: int) -> bool:
    before, behind = text[n - 1 : n], text[n + 1 : n + 2]
    if not (before.isdigit() and behind.isdigit()):
        return False
    return text[n] == ":" or (text[n] == "," and text[n + 1 : n + 4].isdigit() and not text[n + 4 : n + 5].isdigit())
