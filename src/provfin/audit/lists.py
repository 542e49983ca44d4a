"""Owns list lengths: a report that announces six things and then names them should name six.

A count is compared with the names before it (甲、乙和丙三个方面), behind it (“三地”是指甲、乙和丙) or with the
numbered series that follows it (以下三点:一是…). Like a rounded figure, a list may stand for several numbers: 和 joins
two names or is part of one, a clause before the list may run into it. A list contradicts its count only if none fits.
Refuses to judge where the words leave open whether the list names what is counted.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from provfin.assets import find_assets
from provfin.document import Document, Part, Span, read_chinese_number
from provfin.errors import InputError
from provfin.statements.grammar import load_grammar
from provfin.statements.plain import Plain, make_plain
from provfin.statements.prose import list_passages
from provfin.vocabulary import load_vocabulary

Status = Literal["agrees", "incomplete", "contradicts"]
Piece = tuple[int, int]
Pieces = tuple[Piece, ...]

_OPENING, _CLOSING = "(《“〔[「『【‘", ")》”〕]」』】’"
_CLAUSE_ENDS = ",;:。!?…—"
_NUMERALS = "一二三四五六七八九十"
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class EnumeratedCount:
    """A printed count and the names of the list it comes with; `is_open` if it ends in 等 or is but included (包括)."""

    announced: int
    items: tuple[Span, ...]
    count_span: Span
    list_span: Span
    is_open: bool
    part: Part


@dataclass(frozen=True, slots=True)
class ListFinding:
    """A list and whether it has the announced length; `incomplete` is an open list that names fewer."""

    status: Status
    count: EnumeratedCount


@dataclass(frozen=True)
class Phrases:
    """The compiled phrases of `data/lists.toml`, by what they are for."""

    count: dict[str, re.Pattern[str]]
    list: dict[str, re.Pattern[str]]
    leads: tuple[re.Pattern[str], ...]
    behind: dict[str, re.Pattern[str]]
    series: dict[str, re.Pattern[str]]
    # For each style of numbering its marks in order.
    marks: tuple[tuple[str, ...], ...]
    limits: dict[str, int]


@dataclass(frozen=True)
class _Names:
    """A run of names, the other ways to cut it, and what the words allow to conclude from it."""

    readings: tuple[Pieces, ...]
    is_open: bool = False
    # Whether a list that names fewer, or more, than announced cannot be explained otherwise.
    is_whole: bool = True
    is_alone: bool = True


@dataclass(frozen=True)
class _Text:
    """The text of a passage, its part, and the texts behind it in that part."""

    plain: Plain
    part: Part
    before: str = ""
    following: tuple[Plain, ...] = ()


@lru_cache
def load_list_phrases(path: Path | None = None) -> Phrases:
    """Read how lists and their counts are phrased; raises `InputError` naming the file when one does not compile."""
    path = path or find_assets().root / "data" / "lists.toml"
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        leads = declared["list"].pop("leads")
        series = declared["series"]
        styles = series.pop("marks")
        return Phrases(
            count=_compile(declared["count"]),
            list=_compile(declared["list"]),
            leads=tuple(re.compile(lead) for lead in leads),
            behind=_compile(declared["behind"]),
            marks=tuple(tuple(style.format(numeral) for numeral in _NUMERALS) for style in styles),
            series=_compile(series),
            limits={name: int(limit) for name, limit in declared["limits"].items()},
        )
    except (OSError, KeyError, ValueError, AttributeError, re.error) as error:
        raise InputError(f"no phrases of lists ({error})", where=str(path), repair="mend the file") from error


def _compile(section: dict[str, Any]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in section.items()}


def check_lists(document: Document) -> list[ListFinding]:
    """Compare each announced count with the list it comes with, in the order of the report."""
    return [ListFinding(judge_length(count), count) for count in read_lists(document)]


def judge_length(count: EnumeratedCount) -> Status:
    """Tell whether a list has the announced length; a list left open may name fewer, never more."""
    if len(count.items) == count.announced:
        return "agrees"
    return "incomplete" if count.is_open and len(count.items) < count.announced else "contradicts"


def read_lists(document: Document) -> Iterator[EnumeratedCount]:
    """Yield the counts that come with a list; where the words leave open what the list names, nothing."""
    reader = ListReader(load_list_phrases())
    grammar = load_grammar()
    texts = [(make_plain(passage, grammar), part) for passage, part in list_passages(document)]
    for n, (plain, part) in enumerate(texts):
        before = "".join(other.text for other, place in texts[:n] if place == part)
        following = tuple(other for other, place in texts[n + 1 :] if place == part)
        yield from reader.read(_Text(plain, part, before, following))


class ListReader:
    """Finds counts in a passage and the names they come with."""

    def __init__(self, phrases: Phrases) -> None:
        self._count = phrases.count
        self._list = phrases.list
        self._leads = phrases.leads
        self._behind = phrases.behind
        self._series = phrases.series
        self._marks = phrases.marks
        self._limits = phrases.limits
        areas = load_vocabulary().areas.values()
        self._areas = tuple(sorted({name for area in areas for name in area.names if len(name) > 1}))

    def read(self, text: _Text) -> Iterator[EnumeratedCount]:
        """Yield the counts of a passage with their lists."""
        for match in self._count["phrase"].finditer(text.plain.text):
            found = self._read_count(text, match)
            if found is not None:
                yield found

    def _read_count(self, text: _Text, match: re.Match[str]) -> EnumeratedCount | None:
        announced, string = _read_number(match["number"]), text.plain.text
        if announced < _FEWEST or self._count["measure"].match(string, match.end()):
            return None
        series = self._read_series(text, match, announced)
        if series is not None:
            return series
        for names in (self._find_before(string, match), self._find_behind(string, match)):
            pieces = self._settle(names, announced, match) if names else None
            if names and pieces:
                return _make_count(text, match, announced, pieces, is_open=names.is_open)
        return None

    def _settle(self, names: _Names, announced: int, match: re.Match[str]) -> Pieces | None:
        """Return the reading that fits; where none does the usual one, if the words allow no other explanation."""
        fitting = next((reading for reading in names.readings if len(reading) == announced), None)
        if fitting is not None:
            return fitting
        usual, lengths = names.readings[0], [len(reading) for reading in names.readings]
        if min(lengths) > announced and names.is_alone:
            return usual
        if max(lengths) >= announced or len(usual) < _FEWEST:
            return None
        missing, is_of_kinds = announced - len(usual), self._is_of_kinds(match)
        if names.is_open:
            is_near = missing <= self._limits["others"]
            is_near = is_near or (is_of_kinds and len(usual) * self._limits["examples"] >= announced)
            return usual if names.is_alone and is_near else None
        return usual if names.is_whole and (is_of_kinds or missing <= self._limits["missing"]) else None

    def _is_of_kinds(self, match: re.Match[str]) -> bool:
        return self._count["kinds"].match(match.string, match.start("kind")) is not None

    # Names before the count

    def _find_before(self, text: str, match: re.Match[str]) -> _Names | None:
        if not self._has_noun(text, match):
            return None
        link = self._list["link"].search(text, 0, match.start())
        end, is_open = (link.start(), bool(link["open"])) if link else (match.start(), False)
        if end <= 0 or self._list["ended"].search(text, max(end - 4, 0), end):
            return None
        quoted = _find_quoted_list(text, end)
        if quoted:
            return self._name(text, quoted, is_open=is_open)
        start, pieces = _cut_backwards(text, end)
        if not pieces or self._has_figures(text, pieces):
            return None
        names = self._name(text, (self._trim(text, pieces[0]), *pieces[1:]), is_open=is_open)
        return self._doubt(text, names, match, start) if names else None

    def _has_noun(self, text: str, match: re.Match[str]) -> bool:
        behind = text[match.end() : match.end() + 1]
        return "一" <= behind <= "鿿" or self._count["bare"].fullmatch(match["kind"]) is not None

    def _has_figures(self, text: str, pieces: Pieces) -> bool:
        patterns = (self._list["figure"], self._count["phrase"])
        return any(pattern.search(text[start:end]) for pattern in patterns for start, end in pieces)

    def _trim(self, text: str, piece: Piece) -> Piece:
        """Cut what stands before the first name."""
        found = (lead.match(text[slice(*piece)]) for lead in self._leads)
        return next(((piece[0] + match.end(), piece[1]) for match in found if match), piece)

    def _name(self, text: str, pieces: Pieces, *, is_open: bool) -> _Names | None:
        """Return the readings of a run of names: each joint may part two names or be in one."""
        if not all(end > start for start, end in pieces):
            return None
        readings = _split_at_joints(text, pieces, self._list["joint"])
        if len(pieces) == 1:
            # Without 、 a joint tells nothing for sure.
            is_list = len(readings) > 1
            return _Names(readings[::-1], is_open, is_whole=False, is_alone=False) if is_list else None
        if len(readings) == 1 or readings[1][: len(pieces) - 1] != pieces[:-1]:
            return _Names(readings, is_open)
        # A joint before the last name, and nowhere else: it ends the list if that makes the names alike.
        is_compound = self._list["compound"].search(text[slice(*pieces[-1])])
        is_sure = not readings[2:] and not is_compound and _is_parallel(text, readings[1])
        return _Names((readings[1],) if is_sure else (readings[1], pieces, *readings[2:]), is_open)

    def _doubt(self, text: str, names: _Names, match: re.Match[str], start: int) -> _Names:
        """Weigh what else the names before a count may be: places of it, sorts of it, the end of another clause."""
        usual = names.readings[0]
        starts = self._find_beginnings(text, usual)
        is_vague = any(
            (
                len(usual) - 1 in starts,
                self._list["doing"].search(text[slice(*usual[-1])][-4:]) and text[usual[-1][1] : match.start()] == "",
                self._count["sum"].match(text, match.end()),
                self._count["listed"].match(text, match.end()),
                self._tells_sorts(text, usual) and not self._is_of_kinds(match),
                self._tells_places(text, usual[-1:]) and not self._count["places"].match(text, match.start("kind")),
            )
        )
        is_told = self._is_of_kinds(match) or self._count["told"].match(text, match.end())
        is_list = is_told and len(usual) >= self._limits["named"] and not self._goes_on(text, start, usual)
        return replace(
            names,
            readings=(*names.readings, *(self._begin_at(text, usual, n) for n in starts if n < len(usual) - 1)),
            is_whole=bool(names.is_whole and not is_vague and is_list),
            is_alone=names.is_alone and not is_vague,
        )

    def _begin_at(self, text: str, pieces: Pieces, n: int) -> Pieces:
        """Return the names from the `n`th on, without the clause that ends in it."""
        (start, end), *rest = pieces[n:]
        inner = [found.end() for found in self._list["inner"].finditer(text[start:end]) if start + found.end() < end]
        return ((start + max(inner, default=0), end), *rest)

    def _find_beginnings(self, text: str, pieces: Pieces) -> list[int]:
        """Return which names but the first may hold the end of a clause, so that the list begins in them."""
        words = [text[start:end] for start, end in pieces]
        if len(words) > 1 and all(self._list["verb"].match(word) for word in words[1:]):
            return []
        return [n for n, word in enumerate(words) if n and (self._has_inner(word) or self._is_long(n, words))]

    def _has_inner(self, word: str) -> bool:
        return any(found.start() > 0 and found.end() < len(word) for found in self._list["inner"].finditer(word))

    def _is_long(self, n: int, words: Sequence[str]) -> bool:
        others = [len(word) for place, word in enumerate(words) if place != n]
        return len(words[n]) > max(others) + self._limits["longer"]

    def _tells_sorts(self, text: str, pieces: Pieces) -> bool:
        return all(self._list["modifier"].fullmatch(text[start:end]) for start, end in pieces)

    def _tells_places(self, text: str, pieces: Pieces) -> bool:
        words = (text[start:end] for start, end in pieces)
        return all(self._list["place"].fullmatch(word) or word.endswith(self._areas) for word in words)

    def _goes_on(self, text: str, start: int, pieces: Pieces) -> bool:
        """Tell whether the clause before a comma may hold more names; not so if words lead to the first one."""
        if text[start - 1 : start] != "," or start < 1 or pieces[0][0] > start:
            return False
        before = re.split(r"[,;:。!?]", text[: start - 1])[-1]
        return "、" in before or len(before) <= self._limits["short"]

    # Names behind the count

    def _find_behind(self, text: str, match: re.Match[str]) -> _Names | None:
        for form in ("exact", "loose", "colon", "bracket"):
            found = self._behind[form].match(text, match.end())
            if found is not None and not self._behind["clause"].search(found["noun"]):
                return self._read_behind(text, match, found.end(), form)
        return None

    def _read_behind(self, text: str, match: re.Match[str], start: int, form: str) -> _Names | None:
        pieces, is_plain = _cut_forwards(text, start, is_bracket=form == "bracket")
        if len(pieces) < _FEWEST or self._has_figures(text, pieces):
            return None
        last = self._behind["open"].search(text[slice(*pieces[-1])])
        if last:
            pieces = (*pieces[:-1], (pieces[-1][0], pieces[-1][0] + last.start()))
        names = self._name(text, pieces, is_open=bool(last) or form == "loose")
        if names is None or not is_plain:
            return names and replace(names, is_whole=False, is_alone=False, is_open=False)
        if form == "exact":
            return names
        usual = names.readings[0]
        is_vague = bool(self._find_beginnings(text, usual)) or self._tells_places(text, usual)
        is_sure = self._is_of_kinds(match) and not is_vague and len(usual) >= self._limits["named"]
        return replace(names, is_whole=is_sure, is_alone=is_sure)

    # A numbered series behind the count

    def _read_series(self, text: _Text, match: re.Match[str], announced: int) -> EnumeratedCount | None:
        for marks in self._marks:
            first = self._find_first(text, match.end(), marks[0])
            if first is None:
                continue
            found, is_cut = self._follow(first, marks)
            is_sure = not is_cut and marks[0] not in text.before + text.plain.text[: match.start()]
            if len(found) == announced or (is_sure and len(found) > 1):
                return EnumeratedCount(
                    announced,
                    tuple(found),
                    text.plain.span(match.start("number"), match.end("kind")),
                    Span(found[0].start, found[-1].end),
                    is_open=False,
                    part=text.part,
                )
        return None

    def _find_first(self, text: _Text, start: int, mark: str) -> list[tuple[Plain, int]] | None:
        """Return the texts in which a series goes on and where, if its first mark stands right behind the count."""
        place = text.plain.text.find(mark, start)
        rest = text.plain.text[start : place if place >= 0 else None]
        if self._series["before"].fullmatch(rest) is None:
            return None
        following = [(plain, 0) for plain in text.following]
        if place >= 0:
            return [(text.plain, place), *following]
        return following if following and following[0][0].text.startswith(mark) else None

    def _follow(self, texts: list[tuple[Plain, int]], marks: Sequence[str]) -> tuple[list[Span], bool]:
        """Return the clauses that the marks of a series open, in order, and whether the first mark comes again."""
        found: list[Span] = []
        for plain, start in texts:
            for place in self._find_marks(plain.text, start, marks):
                if found and plain.text.startswith(marks[0], place):
                    return found, True
                if len(found) < len(marks) and plain.text.startswith(marks[len(found)], place):
                    found.append(plain.span(place, _find_end(plain.text, place + len(marks[0]))))
        return found, False

    def _find_marks(self, text: str, start: int, marks: Sequence[str]) -> Iterator[int]:
        for found in re.compile("|".join(map(re.escape, marks))).finditer(text, start):
            place = found.start()
            if place == 0 or self._series["behind"].match(text, place - 1):
                yield place


def _make_count(text: _Text, match: re.Match[str], announced: int, pieces: Pieces, *, is_open: bool) -> EnumeratedCount:
    plain = text.plain
    return EnumeratedCount(
        announced,
        tuple(plain.span(start, end) for start, end in pieces),
        plain.span(match.start("number"), match.end("kind")),
        plain.span(pieces[0][0], pieces[-1][1]),
        is_open,
        text.part,
    )


def _read_number(text: str) -> int:
    """Read a count from two to ninety-nine.

    >>> [_read_number(text) for text in ("两", "十一", "8")]
    [2, 11, 8]
    """
    return int(text) if text.isdecimal() else read_chinese_number(text.replace("两", "二"))


def _find_quoted_list(text: str, end: int) -> Pieces:
    """Return the names in the quotation marks that close at `end`, if they hold a list (“甲、乙”) and are no name."""
    if text[end - 1] != "”":
        return ()
    start = text.rfind("“", 0, end)
    is_one_of_many = text[start - 1 : start] in {"、", "”", "和", "与", "及"} and start > 0
    if start < 0 or is_one_of_many or "、" not in text[start:end]:
        return ()
    return _cut_at_commas(text, start + 1, end - 1)


def _cut_backwards(text: str, end: int) -> tuple[int, Pieces]:
    """Return where the clause that ends at `end` begins, and its pieces between 、 outside of quotes and brackets."""
    depth, start = 0, end
    while start > 0:
        character = text[start - 1]
        if character in _CLOSING:
            depth += 1
        elif character in _OPENING and not depth:
            break
        elif character in _OPENING:
            depth -= 1
        elif (not depth and character in _CLAUSE_ENDS) or character in "。!?":
            break
        start -= 1
    return (start, ()) if depth else (start, _cut_at_commas(text, start, end))


def _cut_forwards(text: str, start: int, *, is_bracket: bool) -> tuple[Pieces, bool]:
    """Return the pieces of the list that begins at `start`, and whether nothing but 、 parts them."""
    end = _find_end(text, start, ends="。!?")
    if is_bracket and text[end : end + 1] != ")":
        return (), False
    clauses = [start, *(n + 1 for n in _find_outside(text, start, end, ",;:")), end + 1]
    if len(clauses) == _FEWEST:
        return _cut_at_commas(text, start, end), True
    return tuple((first, last - 1) for first, last in pairwise(clauses)), False


def _cut_at_commas(text: str, start: int, end: int) -> Pieces:
    """Return the pieces between 、, or between quotation marks that touch (“甲”“乙”)."""
    cuts = [(n, n + 1) for n in _find_outside(text, start, end, "、")]
    touching = [n for n in range(start + 1, end) if text[n - 1 : n + 1] in {"”“", "》《"}]
    edges = [(start, start), *sorted([*cuts, *((n, n) for n in touching)]), (end, end)]
    return tuple((before[1], behind[0]) for before, behind in pairwise(edges))


def _find_outside(text: str, start: int, end: int, wanted: str) -> Iterator[int]:
    """Yield where one of the wanted characters stands outside of quotes and brackets."""
    depth = 0
    for n in range(start, end):
        depth += (text[n] in _OPENING) - (text[n] in _CLOSING)
        if not depth and text[n] in wanted:
            yield n


def _find_end(text: str, start: int, ends: str = ",;:。!?") -> int:
    """Return where one of the `ends` or a bracket that closes nothing stands, else the end of the text."""
    depth = 0
    for n in range(start, len(text)):
        depth += (text[n] in _OPENING) - (text[n] in _CLOSING)
        if depth < 0 or (not depth and text[n] in ends):
            return n
    return len(text)


def _split_at_joints(text: str, pieces: Pieces, joint: re.Pattern[str]) -> tuple[Pieces, ...]:
    """Return the pieces as they are, then with one joint more taken apart each time, the last one first."""
    readings = [pieces]
    for n in range(len(pieces) - 1, -1, -1):
        start, end = pieces[n]
        inside = [found.span() for found in joint.finditer(text[start:end]) if found.start() > 0]
        for first, last in reversed([(start + a, start + b) for a, b in inside if start + b < end]):
            if _is_outside(text, start, first):
                head = readings[-1][:n]
                cut = readings[-1][n]
                readings.append((*head, (cut[0], first), (last, cut[1]), *readings[-1][n + 1 :]))
    return tuple(readings)


def _is_outside(text: str, start: int, place: int) -> bool:
    return not sum((character in _OPENING) - (character in _CLOSING) for character in text[start:place])


def _is_parallel(text: str, pieces: Pieces) -> bool:
    """Tell whether the names are built alike: all of one length, or with the same end.

    The first one is not asked for its length: words that lead to the list may stand before it.
    """
    words = [text[start:end] for start, end in pieces]
    return len({len(word) for word in words[1:]}) == 1 or len({word[-1] for word in words}) == 1
