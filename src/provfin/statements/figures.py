"""Owns finding the figures of a sentence: numbers with their units, and numbers that are none, with the reason.

A number in a date, a name or a condition is dismissed here; whatever else has digits is a figure, with or without a
unit. No two of them overlap, and none is passed over. Refuses to look at the words that say what a figure means.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from provfin.document import read_chinese_number
from provfin.statements.grammar import Grammar
from provfin.vocabulary import Unit, Vocabulary

# A run of digits as it is counted: figures, dismissals and gaps together cover every one.
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

_LONGEST_UNIT = 12
# How far back the words that qualify a figure are looked for.
_REACH = 12


@dataclass(frozen=True)
class Token:
    """A number at its place in the plain text; `end` includes the unit."""

    start: int
    end: int


@dataclass(frozen=True)
class PrintedFigure(Token):
    """A number that may state a fact. `kind` is `number`, `streak`, `record`, `ratio`, `fraction` or `unclear`."""

    value: Decimal = Decimal(0)
    decimals: int = 0
    unit: Unit | None = None
    qualifier: str = ""
    kind: str = "number"
    # What a streak is measured against, as a code of the comparison bases.
    base: str = ""
    # Printed with a sign of its own, which then tells a change.
    is_signed: bool = False
    # What is printed of a unit whose rest stands behind a later figure: the 万 of 98万、57万、296万亩.
    multiplier: str = ""


@dataclass(frozen=True)
class Dismissed(Token):
    """A number that states no fact, and why."""

    reason: str = ""


T = TypeVar("T", bound=Token)


class FigureReader:
    """Finds figures with the grammar's patterns and the vocabulary's units."""

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary
        self._before = re.compile(f"(?:{grammar.figure['before'].pattern})$")

    def read(self, text: str) -> tuple[list[PrintedFigure], list[Dismissed]]:
        """Return the figures of a plain sentence and the numbers that are none, each in reading order."""
        special = _keep_apart(self._find_special(text))
        taken = _list_places(special)
        dismissed = self._find_dismissed(text, taken)
        taken |= _list_places(dismissed)
        numbers = self._find_numbers(text, taken)
        return sorted([*special, *numbers], key=_place), sorted(dismissed, key=_place)

    # Numbers of a form of their own

    def _find_special(self, text: str) -> Iterator[PrintedFigure]:
        yield from self._find_streaks(text)
        yield from self._find_records(text)
        yield from self._find_ratios(text)
        yield from self._find_fractions(text)
        yield from self._find_tenths(text)
        yield from self._find_times(text)
        for match in self._grammar.figure["unclear"].finditer(text):
            yield PrintedFigure(match.start(), match.end(), kind="unclear")

    def _find_streaks(self, text: str) -> Iterator[PrintedFigure]:
        for name in ("streak", "unchanged"):
            for match in self._grammar.record[name].finditer(text):
                number, word = _read_whole(match["number"]), match["unit"]
                unit = self._vocabulary.find_unit(word) or self._vocabulary.find_unit(f"个{word}")
                base = "nation" if self._grammar.record["against-nation"].search(text[match.end() :]) else ""
                place = match.start("number"), match.end("unit")
                yield PrintedFigure(*place, Decimal(number), 0, unit, "", "streak", base)
        for match in self._grammar.record["row"].finditer(text):
            number = _read_whole(match["number"])
            yield PrintedFigure(*match.span("number"), Decimal(number), 0, self._vocabulary.units["year"], "", "streak")

    def _find_records(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.record["years"].finditer(text):
            before, behind = text[max(0, match.start() - _REACH) : match.start()], text[match.end() :][:_REACH]
            if self._grammar.record["behind"].search(behind) and self._grammar.record["before"].search(before):
                number = _read_whole(match["number"])
                unit = self._vocabulary.find_unit(match["unit"])
                yield PrintedFigure(match.start(), match.end(), Decimal(number), 0, unit, "", "record")

    def _find_ratios(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.figure["ratio"].finditer(text):
            for part in re.finditer(r"\d+(?:\.\d+)?", match[0]):
                start = match.start() + part.start()
                value, decimals = _read_number(part[0])
                yield PrintedFigure(start, start + len(part[0]), value, decimals, None, "", "ratio")

    def _find_fractions(self, text: str) -> Iterator[PrintedFigure]:
        unit = self._vocabulary.find_unit("%")
        for match in self._grammar.figure["fraction"].finditer(text):
            below, above = read_chinese_number(match["below"]), read_chinese_number(match["above"])
            value = (Decimal(100) * above / below).quantize(Decimal("0.01"))
            yield self._qualify(text, PrintedFigure(match.start(), match.end(), value, 2, unit, "", "fraction"))

    def _find_tenths(self, text: str) -> Iterator[PrintedFigure]:
        unit = self._vocabulary.find_unit("%")
        for match in self._grammar.figure["tenths"].finditer(text):
            rest = match["rest"] or ""
            value = Decimal(10 * _read_whole(match["tenths"]) + (5 if rest == "半" else read_chinese_number(rest)))
            yield self._qualify(text, PrintedFigure(match.start(), match.end(), value, 0, unit, "", "fraction"))

    def _find_times(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.figure["times"].finditer(text):
            value, unit = Decimal(_read_whole(match["number"])), self._vocabulary.units["times"]
            yield self._qualify(text, PrintedFigure(match.start(), match.end(), value, 0, unit))

    # Numbers that are none

    def _find_dismissed(self, text: str, taken: set[int]) -> list[Dismissed]:
        """Return what is dismissed, the longest first taking its place; of the others what is left."""
        wanted = sorted(self._list_dismissed(text), key=lambda item: (item.start - item.end, item.start))
        found: list[Dismissed] = []
        used = set(taken)
        for item in wanted:
            for start, end in _list_free(used, item.start, item.end):
                if any(character.isdecimal() for character in text[start:end]):
                    found.append(Dismissed(start, end, item.reason))
                    used |= set(range(start, end))
        return found

    def _list_dismissed(self, text: str) -> Iterator[Dismissed]:
        for pattern in self._grammar.time.values():
            for match in pattern.finditer(text):
                yield Dismissed(match.start(), match.end(), "date")
        for reason, pattern in self._grammar.dismissed.items():
            for match in pattern.finditer(text):
                start, end = match.span("n") if match.groupdict().get("n") else match.span()
                yield Dismissed(start, end, reason)

    # Plain numbers

    def _find_numbers(self, text: str, taken: set[int]) -> Iterator[PrintedFigure]:
        last = 0
        for start, end in _list_free(taken, 0, len(text)):
            for match in NUMBER.finditer(text, start, end):
                if self._grammar.figure["number"].fullmatch(match[0]) is None:
                    yield PrintedFigure(match.start(), match.end(), kind="unclear")
                    continue
                figure = self._read_number(text, match, max(start, last))
                last = figure.end
                yield figure

    def _read_number(self, text: str, match: re.Match[str], first: int) -> PrintedFigure:
        value, decimals = _read_number(match[0])
        start = match.start()
        sign = self._grammar.figure["sign"].search(text[max(0, start - 2) : start])
        if sign is not None and start > first:
            value = value if sign[0] == "+" else -value
            start -= 1
        figure = PrintedFigure(start, match.end(), value, decimals, is_signed=start < match.start())
        return self._qualify(text, self._add_unit(text, figure))

    def _add_unit(self, text: str, figure: PrintedFigure) -> PrintedFigure:
        start = figure.end
        multiplier = self._grammar.figure["multiplier"].match(text, start)
        printed, behind = (multiplier[0], multiplier.end()) if multiplier else ("", start)
        more = self._grammar.figure["more"].match(text, behind)
        if more is not None:
            unit, end = self._find_unit(text, more.end(), printed)
            end = end if unit else more.end()
            return replace(figure, end=end, unit=unit, qualifier=more[0], multiplier="" if unit else printed)
        unit, end = self._find_unit(text, start, "")
        if unit is None:
            return replace(figure, end=behind, multiplier=printed)
        tail = self._grammar.figure["tail"].match(text, end)
        return replace(figure, end=tail.end() if tail else end, unit=unit, qualifier=tail[0] if tail else "")

    def _find_unit(self, text: str, start: int, multiplier: str) -> tuple[Unit | None, int]:
        for length in range(min(_LONGEST_UNIT, len(text) - start), 0, -1):
            unit = self._vocabulary.find_unit(multiplier + text[start : start + length])
            if unit is not None:
                return unit, start + length
        return None, start

    def _qualify(self, text: str, figure: PrintedFigure) -> PrintedFigure:
        if figure.qualifier:
            return figure
        before = self._before.search(text[max(0, figure.start - _REACH) : figure.start])
        if before is not None:
            return replace(figure, qualifier=before[0])
        behind = self._grammar.figure["behind"].match(text, figure.end)
        return replace(figure, qualifier=behind[0]) if behind else figure


def share_unit(figures: list[PrintedFigure], vocabulary: Vocabulary) -> list[PrintedFigure]:
    """Give the figures of a list the unit that only the last one is printed with (6.6个、1.3个百分点; 98万、57万亩)."""
    unit = figures[-1].unit
    if unit is None:
        return figures
    is_points = unit.code == "percentage-point"
    stem = max(sorted(unit.names), key=len) if unit.names else ""
    shared = []
    for figure in figures:
        if figure.multiplier:
            known = vocabulary.find_unit(figure.multiplier + stem.lstrip("百千万亿"))
            shared.append(replace(figure, unit=known))
        elif figure.unit is None or (is_points and figure.unit.code == "item"):
            shared.append(replace(figure, unit=unit))
        else:
            shared.append(figure)
    return shared


def _place(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _keep_apart(tokens: Iterable[T]) -> list[T]:
    """Drop the tokens that begin inside an earlier or longer one."""
    kept: list[T] = []
    for token in sorted(tokens, key=lambda token: (token.start, -token.end)):
        if not kept or token.start >= kept[-1].end:
            kept.append(token)
    return kept


def _list_places(tokens: Iterable[Token]) -> set[int]:
    return {n for token in tokens for n in range(token.start, token.end)}


def _list_free(taken: set[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of places that are not taken."""
    first = start
    for n in range(start, end + 1):
        if n == end or n in taken:
            if first < n:
                yield first, n
            first = n + 1


def _read_number(text: str) -> tuple[Decimal, int]:
    plain = text.replace(",", "")
    return Decimal(plain), len(plain.partition(".")[2])


def _read_whole(text: str) -> int:
    return int(text) if text.isdecimal() else read_chinese_number(text.replace("两", "二"))
