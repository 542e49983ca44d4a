"""Owns what the words right before a figure say of it: growth or fall, share of what, compared with what.

They are stripped from the right until a word of none of the classes comes; what is left is the name of the thing.
"""

import re
from dataclasses import dataclass, field

from provfin.statements.grammar import Grammar, Token

# Words that only make sense behind one of these when they stand alone are names, not predicates.
_APART = {"高", "低", "快", "慢", "高出", "多", "少"}
_CHANGES = {"verb", "narrow", "widen", "compound"}


@dataclass
class Predicate:
    """The words before a figure, by class; `rest` is what they leave over."""

    rest: str
    found: set[str] = field(default_factory=set)
    sign: int = 0
    verb: str = ""
    base: str | None = None
    bases: tuple[str, ...] = ()
    other: str = ""
    metric: str = ""
    whole: str = ""

    @property
    def is_change(self) -> bool:
        """Whether the figure says how much something has changed or differs."""
        return bool(self.found & _CHANGES) and "reached" not in self.found

    @property
    def is_bare(self) -> bool:
        """Whether nothing is said of the figure but that it is one."""
        return not self.found - {"link", "each", "before", "light"}


class PredicateReader:
    """Strips predicates with the grammar's token classes."""

    def __init__(self, grammar: Grammar) -> None:
        self._tokens = grammar.tokens
        self._many = re.compile(r"和|、|与|及")

    def read(self, text: str) -> Predicate:
        """Return the predicate that ends `text` and what stands before it."""
        predicate = Predicate(text)
        while True:
            step = self._match_longest(predicate)
            if step is None:
                return predicate
            token, match = step
            self._take(predicate, token, match)
            predicate.rest = predicate.rest[: match.start()]

    def _match_longest(self, predicate: Predicate) -> tuple[Token, re.Match[str]] | None:
        best: tuple[Token, re.Match[str]] | None = None
        for token in self._tokens:
            if not _may_follow(token, predicate):
                continue
            match = _search_last(token, predicate)
            if match is not None and match[0] and (best is None or _rank(token, match) > _rank(*best)):
                best = token, match
        return best

    def _take(self, predicate: Predicate, token: Token, match: re.Match[str]) -> None:
        is_new = token.name not in predicate.found
        predicate.found.add(token.name)
        if token.name in _CHANGES and is_new and not predicate.verb:
            predicate.sign, predicate.verb = token.sign, match[0]
        elif token.name == "compare" and predicate.base is None:
            predicate.base = token.base
            predicate.sign = predicate.sign or _find_direction(match[0])
        elif token.name == "compare-many":
            predicate.bases = tuple(self._many.split(match["list"]))
        elif token.name in {"compare-other", "compare-over"}:
            predicate.other = match["other"]
            predicate.sign = predicate.sign or _find_direction(match[0])
        elif token.name == "metric":
            predicate.metric = token.metric
        elif token.name == "share-of":
            predicate.whole = match["whole"]


def _find_direction(text: str) -> int:
    """Return whether a comparison such as 低于全国 itself says that something is more or less."""
    if text.startswith(("低", "慢")):
        return -1
    return 1 if text.startswith(("高", "快", "优")) else 0


def _rank(token: Token, match: re.Match[str]) -> tuple[bool, int]:
    return not token.is_last, len(match[0])


def _may_follow(token: Token, predicate: Predicate) -> bool:
    """Tell whether a class may stand before what was already stripped."""
    found = predicate.found
    if token.name == "compare-other":
        return predicate.verb in _APART and not found & {"compare", "compare-many", "compare-other"}
    if token.name == "compare-over":
        return not found & {*_CHANGES, "compare", "compare-many", "compare-other", "compare-over"}
    if token.name == "verb":
        return not found & {"reached", "narrow", "widen", "compound", "share", "share-of", "rank", "metric"} and (
            "verb" not in found
        )
    if token.name in {"narrow", "widen", "compound"}:
        return not found & {*_CHANGES, "share", "share-of", "metric"}
    if token.name == "share-of":
        return not found & {"verb", "share", "share-of"} or ("compare" in found and "share-of" not in found)
    if token.name in {"link", "light"}:
        return not found & {"share", "metric", "share-of"}
    return True


def _search_last(token: Token, predicate: Predicate) -> re.Match[str] | None:
    """Return the match of a token at the end of the text; where its start is free, the shortest one."""
    match = token.pattern.search(predicate.rest)
    if match is None or (not token.is_last and token.name != "share-of"):
        return match
    start = match.start()
    while True:
        later = token.pattern.search(predicate.rest, start + 1)
        if later is None:
            return match
        match, start = later, later.start()
