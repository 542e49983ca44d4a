"""Owns which concept of a list is below which, with the names of all: instruments, sectors and groups, areas.

Refuses to go round in circles: a concept that is said to be above itself is shown once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from provfin.web.explore.asking import ask_page, find_texts, name_term
from provfin.web.lookup import Texts
from provfin.web.site import Site

# The code for all, in every list that has one.
_WHOLE = "/total"


@dataclass(frozen=True)
class Hierarchy:
    """The concepts of a class: what is above each, and what each is called."""

    above: Mapping[str, str]
    names: Mapping[str, Texts]

    @cached_property
    def _below(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for concept, above in self.above.items():
            if above in self.above:
                found[above].append(concept)
        return dict(found)

    def list_above(self, concept: str) -> list[str]:
        """Return the wider concepts, the nearest first."""
        found: list[str] = []
        above = self.above.get(concept, "")
        while above and above not in (concept, *found):
            found.append(above)
            above = self.above.get(above, "")
        return found

    def list_below(self, concept: str, language: str) -> list[str]:
        """Return the concepts one step narrower, by name."""
        return self.sort(self._below.get(concept, ()), language)

    def is_within(self, concept: str, whole: str) -> bool:
        """Tell whether a concept is another or below it."""
        return concept == whole or whole in self.list_above(concept)

    def sort(self, concepts: Iterable[str], language: str) -> list[str]:
        """Return concepts by name."""
        return sorted(concepts, key=lambda concept: (self.name(concept, language), concept))

    def name(self, concept: str, language: str) -> str:
        """Return what a concept is called, in another language where it has no name in this, else its code."""
        texts = self.names.get(concept, {})
        return texts.get(language) or next((texts[code] for code in sorted(texts)), "") or concept.rpartition("/")[2]

    def list_roots(self, language: str) -> list[str]:
        """Return the concepts below no other, by name, the code for all left out."""
        roots = (concept for concept, above in self.above.items() if above not in self.above)
        return self.sort((concept for concept in roots if not is_whole(concept)), language)

    def walk(self, kept: Collection[str], language: str) -> Iterator[tuple[int, str]]:
        """Yield those kept and all above them as in an outline: how deep each is, and its IRI."""
        shown = {each for concept in kept for each in (concept, *self.list_above(concept))}
        for root in self.list_roots(language):
            yield from self._walk(root, 0, shown, language)

    def _walk(self, concept: str, depth: int, shown: Collection[str], language: str) -> Iterator[tuple[int, str]]:
        if concept in shown:
            yield depth, concept
            for below in self.list_below(concept, language):
                yield from self._walk(below, depth + 1, shown, language)


def is_whole(concept: str) -> bool:
    """Tell whether a concept is the code for all of its list.

    >>> is_whole("https://w3id.org/provfin/id/target/total")
    True
    """
    return concept.endswith(_WHOLE)


async def load_instruments(site: Site) -> Hierarchy:
    """Return the instruments; ask for them by `Site.once`."""
    return await _load(site, "Instrument")


async def load_targets(site: Site) -> Hierarchy:
    """Return the sectors and groups finance is meant for; ask for them by `Site.once`."""
    return await _load(site, "Target")


async def load_areas(site: Site) -> Hierarchy:
    """Return the areas; ask for them by `Site.once`."""
    return await _load(site, "Area")


async def _load(site: Site, local: str) -> Hierarchy:
    asked = await ask_page(site, "flows-tree", {"class": name_term(local)})
    above = {row["concept"].text: row["above"].text if "above" in row else "" for row in asked.rows}
    return Hierarchy(above, await find_texts(site, above))
