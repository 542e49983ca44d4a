"""Owns what a check says: findings, each with its rule, its repair and the places of the source it points at.

Every check, of a graph or of a report, yields the same kind of finding, so that all are printed, counted and ordered
alike. Refuses severities nobody knows, and places that end before they start.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

SEVERITIES = ("violation", "warning", "info")
"""The severities of SHACL (https://www.w3.org/TR/shacl/#severity), worst first."""

RULE_PAGES = "https://github.com/provfin/provfin/blob/main/docs/rules/"
"""Where the page of each rule is read."""


class Text(NamedTuple):
    """A text in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Rule:
    """What a check promises to find: its stable code, what it holds, why it matters and how to repair a fault.

    `bad` and `good` are examples and `path` is what a shape looks at, each empty where there is none.
    """

    code: str
    severity: str
    name: Text
    what: Text
    why: Text
    repair: Text
    bad: str = ""
    good: str = ""
    path: str = ""

    @property
    def help_uri(self) -> str:
        """The page of the rule."""
        return f"{RULE_PAGES}{self.code}.md"


@dataclass(frozen=True, order=True)
class Place:
    """A span of a source: `start` and `end` in code points, half-open; lines and columns from 1, the end column behind.

    `start` and `end` are None where only the line is known, as of a node of a Turtle file. `text` is the few characters
    that stand there.
    """

    file: str
    start: int | None = None
    end: int | None = None
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    text: str = ""

    def __post_init__(self) -> None:
        if (self.end_line, self.end_column) < (self.line, self.column):
            raise ValueError(f"{self} ends before it starts")
        if self.start is not None and (self.end is None or self.end < self.start):
            raise ValueError(f"{self} ends before it starts")


@dataclass(frozen=True)
class Finding:
    """One broken promise: the rule's code and repair, the node it was found at, and the path and value at fault.

    `path` and `value` are empty where the rule has none; `source` is the report, its folder, or `vocabulary`. `places`
    are where the fault stands, the likeliest first. `details` is what else the check has to say; it is not compared.
    """

    severity: str
    code: str
    message_en: str
    message_zh: str
    focus: str
    path: str
    value: str
    source: str
    places: tuple[Place, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def fault(self) -> str:
        """What is wrong in one line: the node, and the path and value where there are any."""
        return " ".join(part for part in (self.focus, self.path, self.value) if part)

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"{self.severity} is no severity: one of {', '.join(SEVERITIES)}")


class Lines:
    """The lines of a text, to name its spans by line and column."""

    def __init__(self, text: str) -> None:
        """Count the lines of a text; a line ends behind its `\\n`."""
        self.text = text
        lengths = [len(line) + 1 for line in text.split("\n")]
        self._starts = [0, *accumulate(lengths[:-1])]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a code point.

        >>> Lines("one\\ntwo").locate(5)
        (2, 2)
        """
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def make_place(self, file: str, start: int, end: int) -> Place:
        """Return the place of `text[start:end]` in the file.

        >>> Lines("GDP\\n5.1").make_place("a.txt", 4, 7)
        Place(file='a.txt', start=4, end=7, line=2, column=1, end_line=2, end_column=4, text='5.1')
        """
        return Place(file, start, end, *self.locate(start), *self.locate(end), self.text[start:end])


def order_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings without repetition in a fixed order: by source, rule, node, path, value and place."""
    return sorted(
        set(findings), key=lambda item: (item.source, item.code, item.focus, item.path, item.value, item.places)
    )


def is_as_bad(finding: Finding, threshold: str) -> bool:
    """Return whether a finding is of the severity of the threshold or worse.

    >>> is_as_bad(Finding("warning", "PF-REP-005", "", "", "", "", "", ""), "info")
    True
    """
    return SEVERITIES.index(finding.severity) <= SEVERITIES.index(threshold)
