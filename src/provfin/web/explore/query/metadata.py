"""Owns what a query can be written of: prefixes, classes, properties and codes of a release, for an editor to offer.

All of it is asked of the release itself: its description counts what it holds, its vocabulary names it. Refuses what
has no prefix: such a name is not typed but pasted.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provfin.dataset import NAMESPACES
from provfin.turtle import TYPE
from provfin.web.explore.asking import Asked, ask_page
from provfin.web.site import Site

# The local names an editor can write behind a prefix as they are: https://www.w3.org/TR/sparql11-query/#rPN_LOCAL.
_LOCAL = re.compile(r"\w(?:[\w.-]*[\w-])?")
_ALIAS = NAMESPACES["skos"] + "altLabel"
# A property that leads to more kinds of codes than these leads to anything.
_MOST_VALUES = 6
_QUERIES = ("prefixes", "classes", "properties", "ways", "codes", "kinds", "uses")

Prefixes = Mapping[str, str]
Entry = dict[str, Any]


async def read_metadata(site: Site) -> Mapping[str, Any]:
    """Return what an editor offers; ask for it by `Site.once`. Raises as `Site.ask` does.

    `prefixes` by name; `classes`, `properties` and `codes` each as entries with a prefixed `name`, its `names` by
    language and how often it is used (`n`). Classes have the places of their `properties`, properties the prefixes of
    the codes they lead to (`values`), codes what they are `also` called.
    """
    found = await asyncio.gather(*(ask_page(site, f"query-{name}") for name in _QUERIES))
    asked = dict(zip(_QUERIES, found, strict=True))
    prefixes = {row["prefix"].text: row["namespace"].text for row in asked["prefixes"].rows}
    namer = _Namer(prefixes)
    properties = _list_terms(asked["properties"], "property", namer)
    codes = _list_codes(asked["codes"], asked["uses"], namer)
    _add_values(properties, asked["ways"], asked["kinds"], namer)
    classes = _list_terms(asked["classes"], "class", namer)
    _add_properties(classes, properties, asked["ways"], namer)
    return {
        "prefixes": prefixes,
        "classes": list(classes.values()),
        "properties": list(properties.values()),
        "codes": list(codes.values()),
    }


class _Namer:
    """Gives IRIs their prefixed names."""

    def __init__(self, prefixes: Prefixes) -> None:
        self._prefix_of = {namespace: prefix for prefix, namespace in prefixes.items()}

    def name(self, iri: str) -> str:
        """Return the prefixed name of an IRI, empty where it has none that can be typed."""
        place = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix, local = self._prefix_of.get(iri[:place]), iri[place:]
        return f"{prefix}:{local}" if prefix is not None and _LOCAL.fullmatch(local) else ""


def _list_terms(asked: Asked, variable: str, namer: _Namer) -> dict[str, Entry]:
    """Return classes or properties by IRI, those used most first."""
    found: dict[str, Entry] = {}
    for row in asked.rows:
        iri = row[variable].text
        name = namer.name(iri)
        if name:
            entry = found.setdefault(iri, {"name": name, "names": {}, "n": int(row["number"].number)})
            if "name" in row:
                entry["names"].setdefault(row["name"].language, row["name"].text)
    return found


def _list_codes(asked: Asked, uses: Asked, namer: _Namer) -> dict[str, Entry]:
    numbers = {row["code"].text: int(row["number"].number) for row in uses.rows}
    found: dict[str, Entry] = {}
    for row in asked.rows:
        iri, text = row["code"].text, row["name"]
        name = namer.name(iri)
        if not name:
            continue
        entry = found.setdefault(iri, {"name": name, "names": {}, "n": numbers.get(iri, 0)})
        if row["by"].text == _ALIAS:
            entry.setdefault("also", []).append(text.text)
        else:
            entry["names"].setdefault(text.language, text.text)
    return found


def _add_properties(classes: Mapping[str, Entry], properties: Mapping[str, Entry], ways: Asked, namer: _Namer) -> None:
    places = {iri: place for place, iri in enumerate(properties)}
    had: dict[str, set[int]] = defaultdict(set)
    for row in ways.rows:
        if row["property"].text in places:
            had[row["class"].text].add(places[row["property"].text])
    for iri, entry in classes.items():
        entry["properties"] = sorted(had[iri])


def _add_values(properties: Mapping[str, Entry], ways: Asked, kinds: Asked, namer: _Namer) -> None:
    """Tell of each property which prefixes the codes it leads to have: those of its narrowest classes."""
    prefixes: dict[str, set[str]] = defaultdict(set)
    for row in kinds.rows:
        name = namer.name(row["code"].text)
        if name:
            prefixes[row["class"].text].add(name.partition(":")[0])
    targets: dict[str, set[str]] = defaultdict(set)
    for iri, target in _list_targets(ways):
        targets[iri].add(target)
    for iri, entry in properties.items():
        sets = [prefixes[target] for target in targets[iri] if target in prefixes]
        narrowest = [found for found in sets if not any(other < found for other in sets)]
        values = set().union(*narrowest)
        if 0 < len(values) <= _MOST_VALUES and iri != TYPE:
            entry["values"] = sorted(values)


def _list_targets(ways: Asked) -> Iterator[tuple[str, str]]:
    rows: Iterable[Mapping[str, Any]] = ways.rows
    return ((row["property"].text, row["target"].text) for row in rows if "target" in row)
