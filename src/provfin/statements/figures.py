"""Owns finding the figures of a sentence: numbers with their units, and numbers that are none, with the reason.

A number in a date, a name or a condition is dismissed here; whatever else has digits is a figure, with or without a
unit. Refuses to look at the words that say what a figure means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from provfin.document import read_chinese_number
from provfin.statements.grammar import Grammar
from provfin.vocabulary import Unit, Vocabulary

_LONGEST_UNIT = 12
# A minus sign, where it does not join two numbers or words.
_MINUS = re.compile(r"(?<![0-9A-Za-z月日年])[-−–]$")


@dataclass(frozen=True)
class Token:
    """A number at its place in the plain text; `end` includes the unit."""

    start: int
    end: int


@dataclass(frozen=True)
class PrintedFigure(Token):
    """A number that may state a fact. `kind` is `number`, `streak`, `record`, `ratio` or `fraction`."""

    value: Decimal = Decimal(0)
    decimals: int = 0
    unit: Unit | None = None
    qualifier: str = ""
    kind: str = "number"


@dataclass(frozen=True)
class Dismissed(Token):
    """A number that states no fact, and why."""

    reason: str = ""


class FigureReader:
    """Finds figures with the grammar's patterns and the vocabulary's units."""

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self._grammar = grammar
        self._vocabulary = vocabulary

    def read(self, text: str) -> tuple[list[PrintedFigure], list[Dismissed]]:
        """Return the figures of a plain sentence and the numbers that are none, each in reading order."""
        special = list(self._find_special(text))
        taken = {n for figure in special for n in range(figure.start, figure.end)}
        dismissed = list(self._find_dismissed(text, taken))
        taken |= {n for item in dismissed for n in range(item.start, item.end)}
        numbers = [figure for figure in self._find_numbers(text) if figure.start not in taken]
        return sorted([*special, *numbers], key=_place), sorted(dismissed, key=_place)

    # Numbers of a form of their own

    def _find_special(self, text: str) -> Iterator[PrintedFigure]:
        yield from self._find_streaks(text)
        yield from self._find_records(text)
        yield from self._find_ratios(text)
        yield from self._find_fractions(text)

    def _find_streaks(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.record["streak"].finditer(text):
            number, word = _read_whole(match["number"]), match["unit"]
            unit = self._vocabulary.find_unit(word) or self._vocabulary.find_unit(f"个{word}")
            yield PrintedFigure(match.start("number"), match.end(), Decimal(number), 0, unit, "", "streak")

    def _find_records(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.record["years"].finditer(text):
            before, behind = text[max(0, match.start() - 8) : match.start()], text[match.end() :]
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
        for match in self._grammar.figure["tenths"].finditer(text):
            value = Decimal(10 * read_chinese_number(match["tenths"]) + (5 if match["half"] else 0))
            yield self._qualify(text, PrintedFigure(match.start(), match.end(), value, 0, unit, "", "fraction"))

    # Numbers that are none

    def _find_dismissed(self, text: str, taken: set[int]) -> Iterator[Dismissed]:
        for match in self._find_times(text):
            if match.start() not in taken:
                yield Dismissed(match.start(), match.end(), "date")
        for reason, pattern in self._grammar.dismissed.items():
            for match in pattern.finditer(text):
                start, end = match.span("n") if match.groupdict().get("n") else match.span()
                if any(c.isdigit() for c in text[start:end]) and not taken & set(range(start, end)):
                    yield Dismissed(start, end, reason)

    def _find_times(self, text: str) -> Iterator[re.Match[str]]:
        for pattern in self._grammar.time.values():
            for match in pattern.finditer(text):
                if any(character.isdigit() for character in match[0]):
                    yield match

    # Plain numbers

    def _find_numbers(self, text: str) -> Iterator[PrintedFigure]:
        for match in self._grammar.figure["number"].finditer(text):
            value, decimals = _read_number(match[0])
            start = match.start()
            if _MINUS.search(text[:start]):
                start, value = start - 1, -value
            figure = PrintedFigure(start, match.end(), value, decimals)
            yield self._qualify(text, self._add_unit(text, figure))

    def _add_unit(self, text: str, figure: PrintedFigure) -> PrintedFigure:
        start = figure.end
        multiplier = re.compile(f"(?:{self._grammar.figure['multiplier'].pattern})?").match(text, start)
        assert multiplier is not None
        more = self._grammar.figure["more"].match(text, multiplier.end())
        if more is not None:
            unit, end = self._find_unit(text, more.end(), multiplier[0])
            end = end if unit else more.end()
            return replace(figure, end=end, unit=unit, qualifier=more[0])
        unit, end = self._find_unit(text, start, "")
        return replace(figure, end=end, unit=unit)

    def _find_unit(self, text: str, start: int, multiplier: str) -> tuple[Unit | None, int]:
        for length in range(min(_LONGEST_UNIT, len(text) - start), 0, -1):
            unit = self._vocabulary.find_unit(multiplier + text[start : start + length])
            if unit is not None:
                return unit, start + length
        return None, start

    def _qualify(self, text: str, figure: PrintedFigure) -> PrintedFigure:
        if figure.qualifier:
            return figure
        before = re.compile(f"(?:{self._grammar.figure['before'].pattern})$").search(text[: figure.start])
        if before is not None:
            return replace(figure, qualifier=before[0])
        behind = self._grammar.figure["behind"].match(text, figure.end)
        return replace(figure, qualifier=behind[0]) if behind else figure


def _place(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _read_number(text: str) -> tuple[Decimal, int]:
    plain = text.replace(",", "")
    return Decimal(plain), len(plain.partition(".")[2])


def _read_whole(text: str) -> int:
    return int(text) if text.isdigit() else read_chinese_number(text.replace("两", "二"))
