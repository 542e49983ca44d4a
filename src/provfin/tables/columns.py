"""Owns what the columns of a table mean, from the heading rows above them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from provfin.layouts import Layout, Meaning, TimeUnit
from provfin.tables.grid import Row, find_heading_paths, split_unit
from provfin.vocabulary import Unit, Vocabulary, normalise

_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True)
class When:
    """The year, and which quarter or month of it, that a label names; None where it says nothing."""

    year: int | None = None
    number: int | None = None


@dataclass(frozen=True)
class Column:
    """What a column's heading says. `is_headed` is False for a column with nothing above it."""

    path: str
    is_headed: bool
    meaning: Meaning
    when: When | None
    unit: Unit | None


def read_when(text: str, unit: TimeUnit, patterns: Mapping[str, re.Pattern[str]]) -> When | None:
    """Read a label such as 3月, 第三季度, 3 (a quarter) or 2024年 by the genre's pattern for its unit of time."""
    match = patterns[unit].fullmatch(normalise(text))
    if match is None:
        return None
    groups = match.groupdict()
    year = int(groups["year"]) if groups.get("year") else None
    if unit == "year":
        return When(year=year)
    number = _QUARTERS.get(groups[unit]) or int(groups[unit])
    return When(year, number) if 1 <= number <= (4 if unit == "quarter" else 12) else None


def read_columns(
    rows: list[Row], labels: int, layout: Layout, vocabulary: Vocabulary, patterns: Mapping[str, re.Pattern[str]]
) -> list[Column]:
    """Return what each column means; label columns are in the list, unread, so that numbers agree with cells."""
    width = max(len(row.cells) for row in rows)
    columns: list[Column] = []
    for number, path in enumerate(find_heading_paths(rows, width, labels)):
        column = _read_column(path if number >= labels else (), layout, vocabulary, patterns)
        if column.meaning.takes_left and columns:
            column = replace(column, meaning=column.meaning.merged(_without_measure(columns[-1].meaning)))
        columns.append(column)
    return columns


def _without_measure(meaning: Meaning) -> Meaning:
    return replace(meaning, measure=None, takes_left=False)


def _read_column(
    path: tuple[str, ...], layout: Layout, vocabulary: Vocabulary, patterns: Mapping[str, re.Pattern[str]]
) -> Column:
    pieces = [split_unit(text, vocabulary) for text in path]
    bare = "/".join(text for text, _ in pieces)
    printed_unit = next((unit for _, unit in reversed(pieces) if unit), None)
    meaning = Meaning()
    for rule in layout.columns.rules:
        if rule.pattern.fullmatch(bare):
            meaning = meaning.merged(rule.meaning)
    return Column(
        path=bare,
        is_headed=bool(path),
        meaning=meaning,
        when=read_when(path[-1], layout.columns.time, patterns) if layout.columns.time and path else None,
        unit=vocabulary.find_unit(printed_unit) if printed_unit else None,
    )
