"""Owns a thing as a page speaks of it: its IRI and its names, and the one of them a language has.

Refuses to leave a thing without a name: what has none is called by its IRI.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from provfin.web.lookup import Texts
from provfin.web.views import shorten


@dataclass(frozen=True)
class Named:
    """A thing and its names by language; without an IRI it is only printed somewhere."""

    iri: str
    texts: Texts

    def write(self, language: str) -> str:
        """Return its name in a language where there is one, else in another."""
        return choose_name(self.texts, language)


def name_thing(iri: str, texts: Mapping[str, Texts]) -> Named:
    """Return a thing with the names that are known of it."""
    return Named(iri, texts.get(iri) or {"": shorten(iri)})


def choose_name(texts: Texts, language: str) -> str:
    """Return the name in a language where there is one, else in another; empty where there is none.

    >>> choose_name({"zh": "合并"}, "en"), choose_name({}, "en")
    ('合并', '')
    """
    return texts.get(language) or texts.get("") or next((texts[code] for code in sorted(texts)), "")
