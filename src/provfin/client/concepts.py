"""Owns finding what people call things: a concept by its code, its IRI or one of its names in any language.

Refuses to guess: a name that several concepts share, or none has, is an error with the nearest names.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable

from provfin.errors import InputError
from provfin.turtle import shorten_iri

_MOST_NAMES = 8


class Concepts:
    """The concepts that may stand in one place, by what they are called."""

    def __init__(self, kind: str, rows: Iterable[tuple[str, str]]) -> None:
        self._kind = kind
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._spelled: dict[str, str] = {}
        for iri, name in rows:
            for code in (iri, iri.rsplit("/", 1)[-1], shorten_iri(iri)):
                self._codes[code].add(iri)
            self._names[_fold(name)].add(iri)
            self._spelled.setdefault(_fold(name), name)

    def find(self, name: str) -> str:
        """Return the IRI of the concept that is called so; raises `InputError` when none is, or several are."""
        found = self._codes.get(name) or self._names.get(_fold(name)) or set()
        if len(found) == 1:
            return next(iter(found))
        if found:
            codes = ", ".join(sorted(iri.rsplit("/", 1)[-1] for iri in found))
            raise InputError(f"several are called {name}", where=self._kind, repair=f"give one of: {codes}")
        raise InputError(f"none is called {name}", where=self._kind, repair=f"such as: {self._list_nearest(name)}")

    def _list_nearest(self, name: str) -> str:
        key = _fold(name)
        within = sorted((text for text in self._names if key in text), key=lambda text: (len(text), text))
        near = difflib.get_close_matches(key, sorted({*self._names, *self._codes}), _MOST_NAMES)
        nearest = list(dict.fromkeys([*within, *near]))[:_MOST_NAMES]
        chosen = nearest or sorted(code for code in self._codes if ":" not in code)[:_MOST_NAMES]
        return ", ".join(self._spelled.get(text, text) for text in chosen)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
