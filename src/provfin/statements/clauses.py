"""Owns how the figures of a clause belong together, and which words stand before and behind each group of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from provfin.document import Span
from provfin.statements.figures import PrintedFigure
from provfin.statements.grammar import Grammar
from provfin.statements.plain import Plain

_JOINTS = {"、", "合计", "共计", "总计", "和", "与", "及", "以及", ":", "∶", "", ",和"}


@dataclass(frozen=True)
class Sentence:
    """A sentence in its form for matching, with where it begins in the plain text of its paragraph."""

    plain: Plain
    start: int
    text: str
    figures: list[PrintedFigure]


@dataclass(frozen=True)
class Clause:
    """A clause of a sentence; places are those of the sentence."""

    sentence: Sentence
    start: int
    end: int
    figures: Sequence[PrintedFigure]

    @property
    def text(self) -> str:
        """Its words and figures."""
        return self.sentence.text[self.start : self.end]

    @property
    def tail(self) -> str:
        """What stands behind its last figure."""
        return self.sentence.text[self.figures[-1].end : self.end] if self.figures else self.text

    def span(self, figure: PrintedFigure) -> Span:
        """Return where a figure stands in the source."""
        return self.sentence.plain.span(self.sentence.start + figure.start, self.sentence.start + figure.end)

    def exact(self, figure: PrintedFigure) -> str:
        """Return a figure as printed."""
        return self.sentence.plain.exact(self.sentence.start + figure.start, self.sentence.start + figure.end)


@dataclass(frozen=True)
class Group:
    """Figures of a clause that stand in one list, with the words before the first and behind the last."""

    figures: tuple[PrintedFigure, ...]
    before: str
    behind: str


class ClauseReader:
    """Gathers the figures of clauses with the grammar's joints and the ends of nouns."""

    def __init__(self, grammar: Grammar) -> None:
        self.joint = grammar.subject["joint"]
        self._noun_end = grammar.subject["noun-end"]
        self._honour = grammar.subject["honour"]
        self._noun_goes_on = grammar.subject["noun-goes-on"]
        self._no_noun = grammar.subject["no-noun"]

    def group(self, clause: Clause) -> Iterator[Group]:
        """Gather the figures of a clause that nothing but a joint stands between; the others open a new group."""
        text, figures = clause.sentence.text, clause.figures
        start, lead = clause.start, ""
        n = 0
        while n < len(figures):
            last = n
            while last + 1 < len(figures) and text[figures[last].end : figures[last + 1].start] in _JOINTS:
                last += 1
            before = lead + text[start : figures[n].start]
            end = figures[last + 1].start if last + 1 < len(figures) else clause.end
            behind = text[figures[last].end : end]
            yield Group(tuple(figures[n : last + 1]), before, behind)
            # The words before a counted noun go on behind it: 助力 15.2 万户 企业融资 2326 亿元.
            lead = before if self.find_noun(behind) and not self.joint.match(behind) else ""
            start = figures[last].end
            n = last + 1

    def find_noun(self, behind: str) -> str:
        """Return the noun that stands right behind a counted figure, or nothing."""
        text = behind.split(")")[0] if behind.startswith(")") else behind
        match = self._noun_end.search(text, 1)
        noun = text[: match.start()] if match and not self._honour.match(match[0]) else text
        end = self._noun_end.match(text)
        if end is not None and not self._noun_goes_on.fullmatch(end[0]):
            return ""
        return "" if self.joint.match(noun) or self._no_noun.match(noun) else noun


def split_at_bracket(text: str) -> tuple[int, str, str]:
    """Return how many brackets a text closes that it did not open, and what stands outside and inside an open one.

    >>> split_at_bracket("),汽车(增长")
    (1, ',汽车', '增长')
    """
    closed, open_places, last_closed = 0, [], -1
    for n, character in enumerate(text):
        if character == "(":
            open_places.append(n)
        elif character == ")" and open_places:
            open_places.pop()
        elif character == ")":
            closed, last_closed = closed + 1, n
    rest = text[last_closed + 1 :] if last_closed <= 0 else text[:last_closed] + text[last_closed + 1 :]
    if not open_places:
        return closed, rest, ""
    place = open_places[-1] - (len(text) - len(rest))
    return closed, rest[:place], rest[place + 1 :]
