"""Owns the phrases in which the genre states figures: the declarations of `data/prose.toml`, compiled.

Refuses a file that does not compile, naming it; knows nothing of what the phrases are used for.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from provfin.assets import find_assets
from provfin.errors import InputError

Patterns = dict[str, re.Pattern[str]]


@dataclass(frozen=True)
class Token:
    """A class of words that can stand between the name of a thing and its figure."""

    name: str
    pattern: re.Pattern[str]
    sign: int = 0
    base: str = ""
    metric: str = ""
    # Tried only where no other class fits: its beginning is open.
    is_last: bool = False


@dataclass(frozen=True)
class Grammar:
    """The compiled phrases, by what they are for."""

    noise: re.Pattern[str]
    cut: Patterns
    opening: str
    closing: str
    figure: Patterns
    dismissed: Patterns
    time: Patterns
    tokens: tuple[Token, ...]
    scene: Patterns
    former: Patterns
    subject: Patterns
    # Words for several sides of a thing, with the sides (城乡 = 城镇|农村).
    pairs: dict[str, str]
    heads: tuple[str, ...]
    record: Patterns
    leeway: Patterns


def _compile_token(declared: dict[str, Any]) -> Token:
    return Token(
        declared["name"],
        re.compile(f"(?:{declared['pattern']})$"),
        declared.get("sign", 0),
        declared.get("base", ""),
        declared.get("metric", ""),
        declared.get("last", False),
    )


def _compile(section: dict[str, str]) -> Patterns:
    return {name: re.compile(pattern) for name, pattern in section.items()}


@lru_cache
def load_grammar(path: Path | None = None) -> Grammar:
    """Read the phrases of a grammar file; raises `InputError` naming the file when one does not compile."""
    path = path or find_assets().root / "data" / "prose.toml"
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        return Grammar(
            noise=re.compile(declared["clean"]["noise"]),
            cut=_compile({name: declared["cut"][name] for name in ("sentence", "clause", "anew")}),
            opening=declared["cut"]["opening"],
            closing=declared["cut"]["closing"],
            figure=_compile(declared["figure"]),
            dismissed=_compile(declared["dismissed"]),
            time=_compile(declared["time"]),
            tokens=tuple(_compile_token(token) for token in declared["token"]),
            scene=_compile(declared["scene"]),
            former=_compile(declared["former"]),
            subject=_compile(declared["subject"]),
            pairs=dict(declared["pairs"]),
            heads=tuple(sorted(declared["subject"]["heads"].split("|"), key=lambda head: (-len(head), head))),
            record=_compile(declared["record"]),
            leeway=_compile(declared["leeway"]),
        )
    except (OSError, KeyError, ValueError, re.error) as error:
        raise InputError(f"not a grammar of prose ({error})", where=str(path), repair="mend the file") from error


def find_leeway(qualifier: str) -> str:
    """Return which way a word beside a number leaves open: `above`, `below`, `about`, or nothing.

    >>> find_leeway("近"), find_leeway("")
    ('below', '')
    """
    return next((way for way, words in load_grammar().leeway.items() if words.fullmatch(qualifier)), "")
