"""Owns in which form names are compared: without case, accents, width or punctuation, cut into what can be looked up.

Chinese is written without spaces, so that its names are cut into pairs of characters, and single ones; what has an
alphabet into words. A long name of an area stands for its short one. Refuses to change what is shown.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}]+|[0-9]+(?:\.[0-9]+)+|[^\W_{_HAN}]+")
_BETWEEN = re.compile(rf"(?<=[{_HAN}])[^\w\s]+(?=[{_HAN}])")
# What decomposing leaves of accents: https://www.unicode.org/charts/PDF/U0300.pdf.
_ACCENTS = re.compile("[\u0300-\u036f]")
_IS_HAN = re.compile(rf"[{_HAN}]")


@dataclass(frozen=True)
class Spelling:
    """A text as it is compared: its runs of Chinese characters or of letters and digits.

    >>> spell("“Café”、５G 网络 LPR+0.5").runs
    ('cafe', '5g', '网络', 'lpr', '0.5')
    """

    runs: tuple[str, ...]

    @property
    def key(self) -> str:
        """All of it; texts that say the same have the same."""
        return " ".join(self.runs)

    @property
    def pairs(self) -> str:
        """The pairs of Chinese characters that stand side by side, in order."""
        return " ".join(pair for run in self.runs for pair in list_pairs(run))

    @property
    def signs(self) -> str:
        """Its Chinese characters."""
        return " ".join(sign for run in self.runs if is_han(run) for sign in dict.fromkeys(run))

    @property
    def words(self) -> str:
        """Its words and numbers in letters and digits."""
        return " ".join(run for run in self.runs if not is_han(run))


class Speller:
    """Spells texts where long names of areas stand for their short ones."""

    def __init__(self, short_names: Iterable[tuple[str, str]] = ()) -> None:
        self._short = dict(short_names)
        longest_first = sorted(self._short, key=len, reverse=True)
        self._long = re.compile("|".join(map(re.escape, longest_first))) if self._short else None

    def spell(self, text: str) -> Spelling:
        """Return a text as it is compared."""
        plain = fold(text)
        if self._long is not None:
            plain = self._long.sub(lambda match: self._short[match[0]], plain)
        return Spelling(tuple(_RUN.findall(plain)))


def spell(text: str) -> Spelling:
    """Return a text as it is compared, areas left as they are named."""
    return Speller().spell(text)


def fold(text: str) -> str:
    """Return a text without case, accents, width and the punctuation between Chinese characters.

    >>> fold("支农、支小再贷款"), fold("Ｒ＆Ｄ")
    ('支农支小再贷款', 'r&d')
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return _BETWEEN.sub("", plain)


def is_han(run: str) -> bool:
    """Tell whether a run is of Chinese characters."""
    return _IS_HAN.match(run) is not None


def list_pairs(run: str) -> Iterator[str]:
    """Yield the pairs of neighbours in a run of Chinese characters; none in other runs.

    >>> list(list_pairs("再贷款")), list(list_pairs("5g"))
    (['再贷', '贷款'], [])
    """
    if is_han(run):
        yield from ("".join(pair) for pair in pairwise(run))
