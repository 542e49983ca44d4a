"""Owns how the genre marks up its text: the regular expressions of `data/genre.toml`, compiled."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from provfin.assets import find_assets
from provfin.errors import InputError

Patterns = dict[str, re.Pattern[str]]

_CHINESE_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九十", start=1)}


@dataclass(frozen=True)
class Genre:
    """Compiled patterns of lines, headings, report titles and tables."""

    line: Patterns
    heading: Patterns
    title: Patterns
    table: Patterns
    longest_heading: int


@lru_cache
def load_genre(path: Path | None = None) -> Genre:
    """Read the patterns of a genre file; raises `InputError` naming the file when one does not compile."""
    path = path or find_assets().root / "data" / "genre.toml"
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        longest = int(declared["heading"].pop("longest"))
        compiled = {
            name: {key: re.compile(pattern) for key, pattern in declared[name].items()}
            for name in ("line", "heading", "title", "table")
        }
    except (OSError, KeyError, ValueError, re.error) as error:
        raise InputError(
            f"not a genre file ({error})", where=str(path), repair="restore it from the project"
        ) from error
    return Genre(**compiled, longest_heading=longest)


def read_chinese_number(text: str) -> int:
    """Read a Chinese number from one to ninety-nine, as headings are numbered; 0 if it is none.

    >>> [read_chinese_number(text) for text in ("三", "十", "十二", "二十一", "零")]
    [3, 10, 12, 21, 0]
    """
    if len(text) == 1:
        return _CHINESE_DIGITS.get(text, 0)
    tens, ten, ones = text.partition("十")
    if not ten or any(character not in _CHINESE_DIGITS for character in tens + ones):
        return 0
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(ones, 0)
