"""Owns the list of institutions: which there are, of what kind, and how much reports tell of each.

Made once for a release. Found by any name they are known by, in any spelling of its spaces and capitals. Refuses to
leave out what no report speaks of, but only shows it when asked.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from provfin.queries import Query
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts
from provfin.web.explore.named import Named, name_thing
from provfin.web.lookup import Texts
from provfin.web.site import Site

_KIND = "institution-kind/"
_SEVERAL = 2


@dataclass(frozen=True)
class Institution:
    """An institution: its kind, its place, what it belongs to, how much of what is told of it, what it is found by."""

    named: Named
    kind: str
    place: Named | None
    above: Named | None
    counts: Mapping[str, int]
    spellings: str

    @property
    def is_told(self) -> bool:
        """Whether a report speaks of it, or it issued what reports speak of."""
        return any(self.counts.values())


@dataclass(frozen=True)
class Kind:
    """A kind of institution: its code, the wider one's IRI or nothing, how deep it is below the widest."""

    named: Named
    wider: str
    depth: int

    @property
    def code(self) -> str:
        """As it stands in an address, such as `bank`."""
        return find_path(self.named.iri).removeprefix(_KIND)


@dataclass(frozen=True)
class Group:
    """The institutions of one kind, and those of the kinds within it."""

    kind: Kind
    shelves: Sequence[tuple[Kind, Sequence[Institution]]]

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(len(institutions) for _, institutions in self.shelves)


@dataclass(frozen=True)
class Institutions:
    """All institutions of a release and their kinds, a kind before those within it; `query` is what counted."""

    institutions: Sequence[Institution]
    kinds: Mapping[str, Kind]
    query: Query

    @cached_property
    def number_told(self) -> int:
        """How many reports speak of."""
        return sum(institution.is_told for institution in self.institutions)

    def find_kind(self, code: str) -> Kind | None:
        """Return a kind by its code."""
        return next((kind for kind in self.kinds.values() if kind.code == code), None)

    def choose(self, kind: Kind | None, text: str, *, is_all: bool) -> list[Institution]:
        """Return those of a kind, or of one within it, that a text is in a name of; only those told of, or all."""
        wanted = fold(text)
        return [
            each
            for each in self.institutions
            if (is_all or each.is_told)
            and wanted in each.spellings
            and (kind is None or kind.named.iri in self.list_wider(each.kind))
        ]

    def group(self, institutions: Sequence[Institution], language: str) -> list[Group]:
        """Return institutions by their widest kind and their own, those most is told of first."""
        shelves: dict[str, list[Institution]] = {}
        for each in sorted(institutions, key=lambda each: (-sum(each.counts.values()), each.named.write(language))):
            shelves.setdefault(each.kind, []).append(each)
        groups: dict[str, list[tuple[Kind, Sequence[Institution]]]] = {}
        for iri, kind in self.kinds.items():
            if iri in shelves:
                groups.setdefault(self.list_wider(iri)[-1], []).append((kind, shelves[iri]))
        found = [Group(self.kinds[widest], shelves) for widest, shelves in groups.items()]
        # Kinds that are told apart further come first.
        return sorted(found, key=lambda group: (len(group.shelves) < _SEVERAL, -group.number))

    def list_wider(self, iri: str) -> list[str]:
        """Return a kind and those it is within, the widest last."""
        found = [iri]
        while (wider := self.kinds[found[-1]].wider) and wider not in found:
            found.append(wider)
        return found


async def load_institutions(site: Site) -> Institutions:
    """Return the institutions of a release; ask for it by `Site.once`."""
    listed, kinds, labels, counted = await asyncio.gather(
        *(ask_page(site, f"institution-{name}") for name in ("list", "kinds", "labels", "counts"))
    )
    counts: dict[str, dict[str, int]] = {}
    for row in counted.rows:
        counts.setdefault(row["institution"].text, {})[row["what"].text] = int(row["number"].number)
    spellings: dict[str, list[str]] = {}
    for row in labels.rows:
        spellings.setdefault(row["institution"].text, []).append(fold(row["name"].text))
    iris = {cell.text for row in (*listed.rows, *kinds.rows) for cell in row.values()}
    texts = await find_texts(site, iris)
    first = {row["institution"].text: row for row in reversed(listed.rows)}
    institutions = [
        _read_institution(row, texts, counts.get(iri, {}), "\n".join(spellings.get(iri, ())))
        for iri, row in sorted(first.items())
    ]
    return Institutions(institutions, _read_kinds(kinds.rows, texts), counted.query)


def fold(text: str) -> str:
    """Return a name without what spellings differ in.

    >>> fold("Bank of  China"), fold("央行")
    ('bankofchina', '央行')
    """
    return "".join(text.casefold().split())


def _read_institution(row: Row, texts: Mapping[str, Texts], counts: Mapping[str, int], spellings: str) -> Institution:
    place, above = (name_thing(row[name].text, texts) if name in row else None for name in ("place", "above"))
    return Institution(name_thing(row["institution"].text, texts), row["kind"].text, place, above, counts, spellings)


def _read_kinds(rows: Sequence[Row], texts: Mapping[str, Texts]) -> dict[str, Kind]:
    wider = {row["kind"].text: row["wider"].text if "wider" in row else "" for row in rows}

    def walk(above: str, depth: int) -> Iterator[Kind]:
        for iri in sorted(kind for kind, over in wider.items() if over == above):
            yield Kind(name_thing(iri, texts), above, depth)
            yield from walk(iri, depth + 1)

    return {kind.named.iri: kind for kind in walk("", 0)}
