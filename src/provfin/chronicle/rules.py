"""Owns the rules by which things told are read: `data/chronicle.toml`, compiled.

Refuses a file that lacks a part or has a pattern that does not compile, naming the file.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from provfin.assets import find_assets
from provfin.errors import InputError

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class NamePatterns:
    """How names stand in phrases: what is before and behind them, how they are listed and counted."""

    leading: Pattern
    trailing: Pattern
    slogan: Pattern
    institution: Pattern
    separators: Pattern
    joined: Pattern
    counted: Pattern
    scope: Pattern


@dataclass(frozen=True)
class DatePatterns:
    """How dates are printed."""

    day: Pattern
    month: Pattern
    year: Pattern
    same_day: Pattern
    same_month: Pattern


@dataclass(frozen=True)
class ParticipationRule:
    """A phrase that tells who takes part in a role; what the event is about stands behind one that is a head."""

    role: str
    pattern: Pattern
    is_head: bool


@dataclass(frozen=True)
class Happening:
    """A phrase that tells an event of a kind; `actor`, `object` and `subject` are roles, empty where there is none."""

    kind: str
    kinds: tuple[str, ...]
    pattern: Pattern
    actor: str
    object: str
    subject: str
    needs: Pattern
    unless: Pattern
    only: str
    each: bool
    widen: bool
    in_area: bool
    is_first: bool


@dataclass(frozen=True)
class Commitment:
    """A clause that announces something: its code, what we call it, and its topics."""

    code: str
    label: str
    topics: tuple[str, ...]
    pattern: Pattern


@dataclass(frozen=True)
class Rules:
    """All rules of the chronicle, in the order they are tried."""

    chronology: Pattern
    longest_entry: int
    outlook: Pattern
    dates: DatePatterns
    names: NamePatterns
    participations: tuple[ParticipationRule, ...]
    happenings: tuple[Happening, ...]
    designation: Pattern
    batch: Pattern
    levels: tuple[tuple[str, Pattern], ...]
    outlook_actor: Pattern
    outlook_unless: Pattern
    outlook_verbs: Pattern
    commitments: tuple[Commitment, ...]


@lru_cache
def load_rules(path: Path | None = None) -> Rules:
    """Read the rules (this installation's by default); raises `InputError` naming the file when it is no rules file."""
    path = path or find_assets().root / "data" / "chronicle.toml"
    try:
        return _compile_rules(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, re.error) as error:
        raise InputError(f"no rules of a chronicle ({error})", where=str(path), repair="mend the file") from error


def _compile_rules(declared: dict[str, Any]) -> Rules:
    designation, outlook = declared["designation"], declared["outlook"]
    return Rules(
        chronology=re.compile(declared["parts"]["chronology"]),
        longest_entry=int(declared["parts"]["longest_entry"]),
        outlook=re.compile(declared["parts"]["outlook"]),
        dates=DatePatterns(**_compile_all(declared["dates"])),
        names=NamePatterns(**_compile_all(declared["names"])),
        participations=tuple(
            ParticipationRule(item["role"], re.compile(item["pattern"]), item.get("head", False))
            for item in declared["participation"]
        ),
        happenings=tuple(_compile_happening(item) for item in declared["happening"]),
        designation=re.compile(designation["pattern"]),
        batch=re.compile(designation["batch"]),
        levels=tuple((item["code"], re.compile(item["pattern"])) for item in designation["level"]),
        outlook_actor=re.compile(outlook["actor"]),
        outlook_unless=re.compile(outlook["unless"]),
        outlook_verbs=re.compile(outlook["verbs"]),
        commitments=tuple(
            Commitment(item["code"], item["label"], tuple(item["topics"]), re.compile(item["pattern"]))
            for item in declared["commitment"]
        ),
    )


def _compile_all(patterns: dict[str, str]) -> dict[str, Pattern]:
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


def _compile_happening(declared: dict[str, Any]) -> Happening:
    return Happening(
        kind=declared["kind"],
        kinds=tuple(declared.get("kinds", ())),
        pattern=re.compile(declared["pattern"]),
        actor=declared.get("actor", ""),
        object=declared.get("object", ""),
        subject=declared.get("subject", ""),
        needs=re.compile(declared.get("needs", "")),
        # A pattern that never matches where nothing is excluded.
        unless=re.compile(declared.get("unless", "(?!)")),
        only=declared.get("only", ""),
        each=declared.get("each", False),
        widen=declared.get("widen", False),
        in_area=declared.get("in_area", False),
        is_first=declared.get("is_first", False),
    )
