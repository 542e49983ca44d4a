"""Owns how indicators with their breakdowns are written and read in Chinese.

A template of the vocabulary serves both ways: `[金融机构]{currencyScope}{institutionalSector,maturity|各项}存款[余额]`
writes 金融机构人民币住户存款余额 and reads 住户存款. Refuses text that a name does not cover wholly.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from provfin.vocabulary import Concept, Dimension, Indicator, Vocabulary, load_vocabulary, normalise

_TOKEN = re.compile(r"\[(?P<optional>[^\]]*)\]|\{(?P<names>[^|}]*)(?:\|(?P<otherwise>[^}]*))?\}|(?P<plain>[^\[{]+)")

# How many answers a reader remembers: the names of a few reports.
_MOST_KNOWN = 50_000

Members = dict[str, Concept]


@dataclass(frozen=True)
class Named:
    """An indicator and the codes that its printed name gives."""

    indicator: Indicator
    members: Members


def write_name(indicator: Indicator, members: Mapping[str, Concept]) -> str:
    """Return the self-contained Chinese name of an indicator with its breakdown; totals are left unsaid.

    Codes that no template has a place for follow in brackets, so that nothing is lost.
    """
    specific = {name for name, member in members.items() if not member.is_total}
    for template in indicator.templates:
        places = {name for match in _TOKEN.finditer(template) for name in _names_of(match)}
        if specific <= places and (specific or _speaks_of_totals(template, members)):
            return "".join(_write_token(match, members) for match in _TOKEN.finditer(template))
    extra = "、".join(members[name].label for name in members if name in specific)
    return f"{indicator.label}（{extra}）" if extra else indicator.label


def _speaks_of_totals(template: str, members: Mapping[str, Concept]) -> bool:
    matches = list(_TOKEN.finditer(template))
    return any(match["otherwise"] or match["optional"] for match in matches) or any(
        members[name].name_part for match in matches for name in _names_of(match) if name in members
    )


def _names_of(match: re.Match[str]) -> list[str]:
    return match["names"].split(",") if match["names"] else []


def _write_token(match: re.Match[str], members: Mapping[str, Concept]) -> str:
    if match["plain"] or match["optional"]:
        return match["plain"] or match["optional"]
    parts = [members[name].name_part for name in _names_of(match) if name in members]
    return "".join(parts) or match["otherwise"] or ""


class NameReader:
    """Reads printed names: every label and template of every indicator, compiled once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._literal = {name: item for item in vocabulary.indicators.values() for name in item.names}
        self._patterns = [
            (re.compile(_compile_template(template, item)), item)
            for item in vocabulary.indicators.values()
            for template in item.templates
        ]
        # Most texts are no name: one pattern without groups tells so before each is tried.
        bodies = (re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in self._patterns)
        self._any = re.compile("|".join(bodies))
        self._known: dict[str, Named | None] = {}

    def read(self, text: str) -> Named | None:
        """Return the indicator and codes a printed name stands for, or None when none is known by it."""
        wanted = normalise(text)
        if wanted not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[wanted] = self._read(wanted)
        return self._known[wanted]

    def _read(self, wanted: str) -> Named | None:
        if self._any.fullmatch(wanted):
            for pattern, indicator in self._patterns:
                match = pattern.fullmatch(wanted)
                if match is not None:
                    return Named(indicator, _members_of(match, indicator))
        literal = self._literal.get(wanted)
        return Named(literal, {}) if literal else None


def _members_of(match: re.Match[str], indicator: Indicator) -> Members:
    printed = match.groupdict()
    found = ((dimension.name, dimension.find(printed.get(dimension.name) or "")) for dimension in indicator.dimensions)
    return {name: member for name, member in found if member is not None}


def _compile_template(template: str, indicator: Indicator) -> str:
    dimensions = {dimension.name: dimension for dimension in indicator.dimensions}
    return "".join(_compile_token(match, dimensions) for match in _TOKEN.finditer(template))


def _compile_token(match: re.Match[str], dimensions: Mapping[str, Dimension]) -> str:
    if match["plain"]:
        return re.escape(normalise(match["plain"]))
    if match["optional"]:
        return f"(?:{re.escape(normalise(match['optional']))})?"
    groups = "".join(f"(?P<{name}>{_alternatives(dimensions[name])})?" for name in _names_of(match))
    otherwise = f"(?:{re.escape(normalise(match['otherwise']))})?" if match["otherwise"] else ""
    return groups + otherwise


def _alternatives(dimension: Dimension) -> str:
    names = {name for member in dimension.members for name in member.names}
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


@lru_cache
def load_names() -> NameReader:
    """Return the reader of this installation's vocabulary."""
    return NameReader(load_vocabulary())
