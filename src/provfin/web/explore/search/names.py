"""Owns finding things by any of their names: an index in memory, made once for a release.

The full-text index of SQLite holds names cut as `names_spelling` cuts them, and finds candidates; which of them comes
first is decided here: an exact name, then names that begin so, then aliases, then what merely contains it, each the
higher the more reports tell of it. What a reader typed never reaches the index as it is. Refuses to find what has no
name.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fastapi.concurrency import run_in_threadpool

from provfin.web.explore.asking import Row, ask_page
from provfin.web.explore.search.spelling import Speller, Spelling, is_han, list_pairs
from provfin.web.lookup import Texts
from provfin.web.site import Site

# The kinds of things in the order they are offered, and how much each counts for before any name is looked at: what
# only sorts other things comes after them.
KINDS: Mapping[str, int] = {
    "indicator": 14, "institution": 10, "instrument": 10, "programme": 9, "event": 20, "area": 12, "target": 6,
    "topic": -50, "document": 12, "designation": 9, "outlook": 6, "report": 12, "part": 3, "question": 4,
    "finding": 2, "code": -70, "contribution": 2, "term": -60,
}  # fmt: skip
_ORDER = tuple(KINDS)
# What a name counts for by how it is one and by how it fits.
_FITS: Mapping[tuple[str, str], int] = {
    ("name", "exact"): 110, ("alias", "exact"): 100, ("spelling", "exact"): 60,
    ("name", "start"): 50, ("alias", "start"): 40, ("spelling", "start"): 25,
    ("name", "inside"): 34, ("alias", "inside"): 28, ("spelling", "inside"): 18,
    ("name", "apart"): 24, ("alias", "apart"): 20, ("spelling", "apart"): 12,
    ("name", "near"): 0, ("alias", "near"): 0, ("spelling", "near"): 0,
}  # fmt: skip
_HOWS = ("name", "alias", "spelling")
# No report tells of it.
_UNTOLD = -15
# Of what is asked for, a name that fits only partly has at least one in so many.
_NEAR_ENOUGH = 2
# What a word counts for beside a Chinese character.
_WORD = 2
# Beyond these a search answers no better, only later.
_LONGEST = 100
_MOST_RUNS = 12
_MOST_CANDIDATES = 5000
# With fewer results than these, what fits only partly is looked for as well.
_FEW = 3


@dataclass(frozen=True)
class Thing:
    """What can be found: its names by language, its kind and class, in which report, how much is told of it."""

    iri: str
    kind: str
    class_iri: str
    texts: Texts
    report: str = ""
    figures: int = 0
    links: int = 0

    @property
    def weight(self) -> int:
        """How much it counts for, whatever it is asked for by."""
        told = self.figures + self.links
        return KINDS[self.kind] + (4 * told.bit_length() if told else _UNTOLD if self.is_code else 0)

    @property
    def is_code(self) -> bool:
        """Whether it is in the vocabulary, which reports may speak of or not."""
        return self.kind in ("indicator", "institution", "instrument", "programme", "target", "area", "topic")


@dataclass(frozen=True)
class Label:
    """A name of a thing: how it is one (name, alias, spelling), its language, and as it is compared."""

    thing: int
    how: str
    text: str
    language: str
    spelling: Spelling


@dataclass(frozen=True)
class Hit:
    """A thing that was found, the label it was found by, how that fits, and how high it counts."""

    thing: Thing
    label: Label | None
    fit: str
    score: int

    @property
    def alias(self) -> str:
        """The other name it was found by; empty where it was found by its name, or by a code for programs."""
        is_alias = self.label is not None and self.label.how == "alias" and self.thing.kind != "question"
        return self.label.text if self.label is not None and is_alias else ""


class Names:
    """An index of the names of things."""

    def __init__(self, things: Sequence[Thing], labels: Sequence[tuple[int, str, str, str]], speller: Speller) -> None:
        self.things = things
        self._speller = speller
        ordered = sorted(labels, key=lambda label: (_HOWS.index(label[1]), -things[label[0]].weight, label[0]))
        self._labels = [Label(*label, speller.spell(label[2])) for label in ordered]
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("CREATE VIRTUAL TABLE label USING fts5(pairs, signs, words, content='', prefix='1 2 3')")
        rows = ((n, each.spelling.pairs, each.spelling.signs, each.spelling.words) for n, each in self._number())
        self._index.executemany("INSERT INTO label (rowid, pairs, signs, words) VALUES (?, ?, ?, ?)", rows)

    def _number(self) -> Iterator[tuple[int, Label]]:
        return enumerate(self._labels)

    def search(self, text: str) -> list[Hit]:
        """Return what a text finds, the best first; nothing for a text without a letter or digit."""
        asked = Spelling(self._speller.spell(text[:_LONGEST]).runs[:_MOST_RUNS])
        if not asked.runs:
            return []
        found = self._rank(asked, _match_all(asked))
        if len(found) < _FEW:
            whole = {hit.thing.iri for hit in found}
            found += [hit for hit in self._rank(asked, _match_any(asked)) if hit.thing.iri not in whole]
        return found

    def browse(self, kind: str) -> list[Hit]:
        """Return all things of a kind, those first that reports tell most of."""
        hits = [Hit(thing, None, "", thing.weight) for thing in self.things if thing.kind == kind]
        return sorted(hits, key=_order)

    def count(self) -> Counter[str]:
        """Return how many things there are of each kind."""
        return Counter(thing.kind for thing in self.things)

    def _rank(self, asked: Spelling, expression: str) -> list[Hit]:
        best: dict[int, Hit] = {}
        for label in self._match(expression):
            fit, closeness = _find_fit(asked, label.spelling)
            if fit is None:
                continue
            thing = self.things[label.thing]
            hit = Hit(thing, label, fit, _FITS[label.how, fit] + closeness + thing.weight)
            known = best.get(label.thing)
            if known is None or hit.score > known.score:
                best[label.thing] = hit
        return sorted(best.values(), key=_order)

    def _match(self, expression: str) -> Iterator[Label]:
        rows = self._index.execute(
            "SELECT rowid FROM label WHERE label MATCH ? LIMIT ?", (expression, _MOST_CANDIDATES)
        )
        return (self._labels[number] for (number,) in rows)


def _order(hit: Hit) -> tuple[int, int, str]:
    return -hit.score, len(next(iter(hit.thing.texts.values()), "")), hit.thing.iri


def _match_all(asked: Spelling) -> str:
    """Return the expression that finds names that have all runs: https://www.sqlite.org/fts5.html#full_text_query_syntax.

    Runs are of letters and digits alone, so that none of them can be an operator or end a string.
    """
    return " AND ".join(map(_match_run, asked.runs))


def _match_run(run: str) -> str:
    if not is_han(run):
        return f'words : "{run}" *'
    return f'pairs : "{" ".join(list_pairs(run))}"' if len(run) > 1 else f'signs : "{run}"'


def _match_any(asked: Spelling) -> str:
    return " OR ".join(map(_match_run, _list_pieces(asked)))


def _list_pieces(asked: Spelling) -> list[str]:
    """Return what can be looked for one by one: pairs of Chinese characters, words."""
    return list(dict.fromkeys(piece for run in asked.runs for piece in (list(list_pairs(run)) or [run])))


def _find_fit(asked: Spelling, label: Spelling) -> tuple[str | None, int]:
    """Return how a name fits what is asked for, and how close the two are, of ten."""
    wanted, key = asked.key, label.key
    closeness = 10 * len(wanted) // max(len(key), len(wanted))
    if key == wanted:
        return "exact", closeness
    if key.startswith(wanted):
        return "start", closeness
    if wanted in key:
        return "inside", closeness
    if all(_has(label, run) for run in asked.runs):
        return "apart", closeness
    had, all_of_it = _measure(asked, label)
    return ("near", 20 * had // all_of_it) if had * _NEAR_ENOUGH >= all_of_it else (None, 0)


def _measure(asked: Spelling, label: Spelling) -> tuple[int, int]:
    """Return how much of what is asked for a name has, and how much there is: in characters, a word for two."""
    had = whole = 0
    for run in asked.runs:
        if is_han(run) and len(run) > 1:
            pairs = [_has(label, pair) for pair in list_pairs(run)]
            had += sum(before or after for before, after in pairwise((False, *pairs, False)))
            whole += len(run)
        else:
            had += _WORD * _has(label, run)
            whole += _WORD
    return had, whole


def _has(label: Spelling, run: str) -> bool:
    if is_han(run):
        return any(run in other for other in label.runs)
    return any(other.startswith(run) for other in label.runs)


async def load_names(site: Site) -> Names:
    """Return the index of a release; ask for it by `Site.once`."""
    told, figures, links = await asyncio.gather(
        ask_page(site, "search-names"), ask_page(site, "search-figures-of"), ask_page(site, "search-links-to")
    )
    return await run_in_threadpool(make_names, told.rows, _read_numbers(figures.rows), _read_numbers(links.rows))


def _read_numbers(rows: Iterable[Row]) -> dict[str, int]:
    return {row["thing"].text: int(row["number"].text) for row in rows if "thing" in row}


def make_names(rows: Iterable[Row], figures: Mapping[str, int], links: Mapping[str, int]) -> Names:
    """Return the index of things as `queries/pages/search-names.rq` tells of them, with how much is told of each."""
    labels: dict[str, dict[tuple[str, str, str], None]] = {}
    kinds: dict[str, Row] = {}
    for row in rows:
        iri = row["thing"].text
        # Of several kinds a thing is of that which is offered first.
        kinds[iri] = min(kinds.get(iri, row), row, key=_rank_kind)
        labels.setdefault(iri, {})[row["how"].text, row["name"].text, row["name"].language] = None
    things = [
        Thing(
            iri,
            row["kind"].text,
            row["class"].text,
            {language: text for how, text, language in sorted(labels[iri]) if how == "name"},
            row["report"].text if "report" in row else "",
            figures.get(iri, 0),
            links.get(iri, 0),
        )
        for iri, row in kinds.items()
    ]
    numbered = [(number, *label) for number, iri in enumerate(kinds) for label in labels[iri]]
    return Names(things, numbered, Speller(_list_short_names(things, labels)))


def _rank_kind(row: Row) -> tuple[int, str]:
    return _ORDER.index(row["kind"].text), row["class"].text


def _list_short_names(
    things: Iterable[Thing], labels: Mapping[str, Iterable[tuple[str, str, str]]]
) -> Iterator[tuple[str, str]]:
    """Yield long names of areas with their short ones: an alias that the name begins with."""
    for thing in things:
        for how, alias, language in labels[thing.iri] if thing.kind == "area" else ():
            name = thing.texts.get(language, "")
            if how == "alias" and name.startswith(alias) and name != alias and is_han(alias):
                yield name, alias
