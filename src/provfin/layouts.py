"""Owns the declared layouts of tables: `data/layouts/*.toml`, checked and compiled.

A layout says which captions it is for, how the labels of rows and columns are read, and what they mean. It lists no
cells, so a table of another province or year with other rows or months reads with the same layout.
Refuses a layout that names what the vocabulary does not know.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.vocabulary import Concept, Dimension, Indicator, Vocabulary, load_vocabulary, normalise

TimeUnit = Literal["year", "quarter", "month"]
Flow = Literal["period", "year-to-date"]

_TIME_UNITS = ("year", "quarter", "month")
_LAYOUT_KEYS = {"title", "caption", "labels", "rows", "columns", "defaults", "flow", "bars"}
_AXIS_KEYS = {"time", "dimension", "names", "group", "unknown", "strip", "rule"}
_MEANING_KEYS = {"indicator", "measure", "flow", "members", "of"}
_NATURES = ("stock", "flow")
_FLOWS = ("period", "year-to-date")


@dataclass(frozen=True)
class Meaning:
    """What a label says of the cells it stands for; what it leaves open is None."""

    indicator: Indicator | None = None
    measure: str | None = None
    flow: Flow | None = None
    members: dict[str, Concept] = field(default_factory=dict)
    takes_left: bool = False

    def merged(self, other: "Meaning") -> "Meaning":
        """Return this meaning with what the other one adds; what is already said stays."""
        return Meaning(
            self.indicator or other.indicator,
            self.measure or other.measure,
            self.flow or other.flow,
            {**other.members, **self.members},
            self.takes_left or other.takes_left,
        )


@dataclass(frozen=True)
class Rule:
    """A pattern over a column's heading path (or a heading row) and what it means."""

    pattern: re.Pattern[str]
    meaning: Meaning


@dataclass(frozen=True)
class Axis:
    """How the labels of rows or of columns are read, and of what nature names are that the vocabulary lacks."""

    time: TimeUnit | None = None
    dimension: Dimension | None = None
    names: bool = False
    group: Dimension | None = None
    strip: re.Pattern[str] | None = None
    rules: tuple[Rule, ...] = ()
    unknown_are_stocks: bool = False


@dataclass(frozen=True)
class Layout:
    """A declared way to read tables of one kind."""

    slug: str
    title: str
    caption: re.Pattern[str]
    labels: int
    rows: Axis
    columns: Axis
    defaults: Meaning
    flow: Flow
    bars: tuple[Rule, ...]

    @property
    def time(self) -> TimeUnit:
        """The unit of time that labels give; a table without one is of the year in its caption."""
        return self.rows.time or self.columns.time or "year"

    def find_bar(self, text: str) -> Meaning | None:
        """Return what a heading row inside the table opens, or None when it is not declared."""
        wanted = normalise(text)
        return next((bar.meaning for bar in self.bars if bar.pattern.fullmatch(wanted)), None)


@lru_cache
def load_layouts(folder: Path | None = None) -> tuple[Layout, ...]:
    """Read all layouts of a folder (this installation's by default), in the order of their file names.

    Raises `InputError` naming the file when one is not a layout.
    """
    vocabulary = load_vocabulary()
    folder = folder or find_assets().layouts
    layouts = []
    for path in sorted(folder.glob("*.toml")):
        try:
            layouts.append(_make_layout(path.stem, tomllib.loads(path.read_text(encoding="utf-8")), vocabulary))
        except (AttributeError, KeyError, TypeError, ValueError, re.error) as error:
            repair = "see the other layouts, and the vocabulary for codes"
            raise InputError(
                f"not a layout ({type(error).__name__}: {error})", where=str(path), repair=repair
            ) from error
    return tuple(layouts)


def find_layout(caption: str, layouts: tuple[Layout, ...]) -> Layout | None:
    """Return the layout for a caption, or None when none is declared."""
    wanted = normalise(caption)
    return next((layout for layout in layouts if layout.caption.search(wanted)), None)


def _make_layout(slug: str, declared: dict[str, Any], vocabulary: Vocabulary) -> Layout:
    _refuse_unknown_keys(declared, _LAYOUT_KEYS)
    return Layout(
        slug=slug,
        title=str(declared["title"]),
        caption=_compile(declared["caption"]),
        labels=int(declared["labels"]),
        rows=_make_axis(declared["rows"], vocabulary),
        columns=_make_axis(declared.get("columns", {}), vocabulary),
        defaults=_make_meaning(declared.get("defaults", {}), vocabulary),
        flow=_one_of(_FLOWS, declared.get("flow", "period")),
        bars=tuple(
            Rule(_compile(bar.pop("match")), _make_meaning(bar, vocabulary)) for bar in declared.get("bars", [])
        ),
    )


def _make_axis(declared: dict[str, Any], vocabulary: Vocabulary) -> Axis:
    _refuse_unknown_keys(declared, _AXIS_KEYS)
    return Axis(
        time=_one_of(_TIME_UNITS, declared["time"]) if "time" in declared else None,
        dimension=vocabulary.dimensions[declared["dimension"]] if "dimension" in declared else None,
        names=bool(declared.get("names", False)),
        group=vocabulary.dimensions[declared["group"]] if "group" in declared else None,
        unknown_are_stocks=_one_of(_NATURES, declared.get("unknown", "flow")) == "stock",
        strip=_compile(declared["strip"]) if "strip" in declared else None,
        rules=tuple(
            Rule(_compile(rule.pop("path")), _make_meaning(rule, vocabulary)) for rule in declared.get("rule", [])
        ),
    )


def _make_meaning(declared: dict[str, Any], vocabulary: Vocabulary) -> Meaning:
    _refuse_unknown_keys(declared, _MEANING_KEYS)
    measure = declared.get("measure")
    return Meaning(
        indicator=vocabulary.indicators[declared["indicator"]] if "indicator" in declared else None,
        measure=vocabulary.measures[measure].code if measure else None,
        flow=_one_of(_FLOWS, declared["flow"]) if "flow" in declared else None,
        members={
            name: _member(vocabulary.dimensions[name], code) for name, code in declared.get("members", {}).items()
        },
        takes_left=_one_of(("left",), declared["of"]) == "left" if "of" in declared else False,
    )


def _refuse_unknown_keys(declared: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(declared) - known)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}; known are {', '.join(sorted(known))}")


def _member(dimension: Dimension, slug: str) -> Concept:
    found = next((member for member in dimension.members if member.slug == slug), None)
    if found is None:
        raise ValueError(f"{slug} is no code of {dimension.name}")
    return found


def _one_of(allowed: tuple[Any, ...], value: Any) -> Any:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
    return value


def _compile(pattern: str) -> re.Pattern[str]:
    # Labels are compared in normal form, where Latin letters are small and there is no space.
    return re.compile(pattern, re.IGNORECASE)
