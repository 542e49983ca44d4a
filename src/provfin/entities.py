"""Owns finding who and what is named in running text: institutions, tools, targets and areas of the vocabulary.

Names are compared in half-width characters; spaces and quotation marks inside a printed name do not matter. What a
report calls its own area or its publisher (全省, 我行) is read through the words of `data/entities.toml`. Refuses to
guess: a name the vocabulary does not have is not found.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from rdflib import Graph, Namespace, URIRef
from rdflib import Literal as Text
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.vocabulary import ID, PF, Concept, load_vocabulary, normalise

Kind = Literal["actor", "instrument", "target", "area"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_ORG = Namespace("http://www.w3.org/ns/org#")
# Where the codes of a kind stand in ontology/vocabulary.
_SCHEMES: dict[Kind, str] = {"actor": "institutions", "instrument": "instruments", "target": "targets"}
_SHORTEST = 2
_NO_LIMIT = 1000
# No name of the genre is longer; what is, is a list of names or a phrase.
LONGEST_NAME = 28


@dataclass(frozen=True, slots=True)
class Naming:
    """A place of a text where a concept is named: `exact` is `text[start:end]`."""

    start: int
    end: int
    exact: str
    concept: Concept
    kind: Kind

    def encloses(self, other: "Naming") -> bool:
        """Tell whether another naming lies inside this longer one, as a city does in the name of its port."""
        is_longer = self.end - self.start > other.end - other.start
        return is_longer and self.start <= other.start and other.end <= self.end

    def cuts_off(self, other: "Naming") -> bool:
        """Tell whether another naming ends inside this one: in Chinese the later name is the one that is meant."""
        return other.start < self.start < other.end < self.end


@dataclass(frozen=True, slots=True)
class Relations:
    """What the vocabulary says of an institution, instrument or target beyond its names; IRIs, empty where untold."""

    kind: str = ""
    parent: str = ""
    area: str = ""
    issuer: str = ""
    # What it joins (skos:related): the code of several tools that are spoken of together.
    joined: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Name:
    text: str
    concept: Concept
    # Where the name may not begin or end, for short names that are parts of other words.
    behind: re.Pattern[str] | None = None
    before: re.Pattern[str] | None = None


@dataclass(frozen=True)
class _Compact:
    """A text as names are compared, and where each of its characters stands in the text it was made of."""

    text: str
    places: tuple[int, ...]


class EntityReader:
    """Finds the concepts a text names, the longest name first, from left to right."""

    def __init__(self, names: Mapping[Kind, Iterable[_Name]]) -> None:
        self._names = {kind: tuple(names.get(kind, ())) for kind in KINDS}
        self._by_start = {kind: _sort_names(found) for kind, found in self._names.items()}
        self._ignored = _load_ignored()

    def find(self, text: str, kinds: Iterable[Kind] = KINDS, longest: int = _NO_LIMIT) -> tuple[Naming, ...]:
        """Return the namings in `text`, in order of place; those of one kind do not overlap one another.

        Names of more than `longest` characters are left aside: the vocabulary has phrases among its hidden labels.
        """
        compact = _compact(text, self._ignored)
        found = (naming for kind in kinds for naming in self._find_kind(text, compact, kind, longest))
        return tuple(sorted(found, key=lambda naming: (naming.start, -naming.end, naming.kind)))

    def find_outermost(self, text: str, kinds: Iterable[Kind] = KINDS, longest: int = _NO_LIMIT) -> tuple[Naming, ...]:
        """Return the namings in `text` that are no part of another name.

        What is named as a target may name an institution or instrument as well, so targets hide no others.
        """
        everything = self.find(text, longest=longest)
        wanted = set(kinds)
        return tuple(
            naming
            for naming in everything
            if naming.kind in wanted and not any(_hides(other, naming) for other in everything)
        )

    def read(self, text: str, kind: Kind) -> Concept | None:
        """Return the concept that `text` as a whole names, or None."""
        wanted = _compact(text, self._ignored).text
        names = self._by_start[kind].get(wanted[:1], ())
        return next((name.concept for name in names if name.text == wanted), None)

    def speaking_for(self, area: Concept, publisher: str = "") -> "EntityReader":
        """Return a reader that also knows what a report on `area`, by `publisher`, calls itself."""
        words = _load_words()
        own = [word for suffix, group in words["area"].items() if area.label.endswith(suffix) for word in group]
        names: dict[Kind, tuple[_Name, ...]] = dict(self._names)
        names["area"] += tuple(_Name(normalise(word), area) for word in own)
        branch = re.sub(str(words["publisher"]["unit"]), "", publisher)
        institution = next(iter(self.find(branch, ("actor",))), None)
        if institution is not None:
            names["actor"] += tuple(_name_publisher(words["publisher"], institution.concept))
        return EntityReader(names)

    def _find_kind(self, text: str, compact: _Compact, kind: Kind, longest: int) -> Iterator[Naming]:
        position = 0
        while position < len(compact.text):
            name = self._name_at(compact.text, position, kind, longest)
            if name is None:
                position += 1
                continue
            last = position + len(name.text) - 1
            start, end = compact.places[position], compact.places[last] + 1
            yield Naming(start, end, text[start:end], name.concept, kind)
            position = last + 1

    def _name_at(self, text: str, position: int, kind: Kind, longest: int) -> _Name | None:
        for name in self._by_start[kind].get(text[position], ()):
            if len(name.text) > longest:
                continue
            if text.startswith(name.text, position) and _stands_alone(name, text, position):
                return name
        return None


def _hides(other: Naming, naming: Naming) -> bool:
    if other.kind == "target" and naming.kind != "target":
        return False
    return other.encloses(naming) or (other.kind != "area" and other.cuts_off(naming))


def _stands_alone(name: _Name, text: str, position: int) -> bool:
    if name.behind is not None and name.behind.search(text[:position]):
        return False
    return name.before is None or name.before.match(text, position + len(name.text)) is None


def _sort_names(names: Iterable[_Name]) -> dict[str, tuple[_Name, ...]]:
    by_start: dict[str, list[_Name]] = {}
    for name in sorted(names, key=lambda name: (-len(name.text), name.text, name.concept.iri)):
        by_start.setdefault(name.text[0], []).append(name)
    return {start: tuple(found) for start, found in by_start.items()}


def _compact(text: str, ignored: str) -> _Compact:
    kept = [
        (folded, place)
        for place, character in enumerate(text)
        for folded in (normalise(character),)
        if len(folded) == 1 and character not in ignored
    ]
    return _Compact("".join(folded for folded, _ in kept), tuple(place for _, place in kept))


def _name_publisher(words: Mapping[str, str | list[str]], publisher: Concept) -> Iterator[_Name]:
    allowed = "".join(f"(?<!{re.escape(word)})" for word in words["but_behind"])
    behind = re.compile(f"{words['not_behind']}{allowed}$")
    before = re.compile(str(words["not_before"]))
    yield from (_Name(normalise(name), publisher, behind, before) for name in words["names"])


@lru_cache
def load_entities() -> EntityReader:
    """Return the reader of this installation's vocabulary; raises `InputError` when a file of it cannot be read."""
    vocabulary = load_vocabulary()
    ignored = _load_ignored()
    names: dict[Kind, tuple[_Name, ...]] = {"area": tuple(_list_names(vocabulary.areas.values(), ignored))}
    for kind, scheme in _SCHEMES.items():
        dimension = vocabulary.dimensions.get(kind)
        members = dimension.members if dimension else tuple(load_scheme(scheme).values())
        names[kind] = tuple(_list_names(members, ignored))
    return EntityReader(names)


def _list_names(concepts: Iterable[Concept], ignored: str) -> Iterator[_Name]:
    for concept in concepts:
        texts = {_compact(name, ignored).text for name in concept.names}
        if not concept.is_total:
            yield from (_Name(text, concept) for text in sorted(texts) if len(text) >= _SHORTEST)


@lru_cache
def load_scheme(name: str) -> dict[str, Concept]:
    """Return the codes of `ontology/vocabulary/<name>.ttl` under their notations; none when there is no such file.

    Raises `InputError` when the file is not Turtle.
    """
    graph = _load_turtle(name)
    nodes = sorted(set(graph.subjects(SKOS.inScheme, ID[f"scheme/{name}"])), key=str)
    concepts = (_read_concept(graph, node, name) for node in nodes)
    return {concept.code: concept for concept in concepts}


@lru_cache
def load_relations(kind: Kind) -> dict[str, Relations]:
    """Return what is told of the codes of a kind beyond their names, under their IRIs."""
    graph = _load_turtle(_SCHEMES[kind]) if kind in _SCHEMES else Graph()
    return {
        str(node): Relations(
            kind=_one(graph, node, PF.institutionKind) or _one(graph, node, PF.instrumentKind),
            parent=_one(graph, node, URIRef(_ORG.subOrganizationOf)) or _one(graph, node, SKOS.broader),
            area=_one(graph, node, DCTERMS.spatial),
            issuer=_one(graph, node, PF.issuer),
            joined=frozenset(str(other) for other in graph.objects(node, SKOS.related)),
        )
        for node in sorted(set(graph.subjects(SKOS.inScheme)), key=str)
    }


def find_joint(kind: Kind, concepts: Iterable[Concept]) -> Concept | None:
    """Return the code that joins all of several concepts, the one that joins the fewest others; None if there is none.

    A code joins what it is related to when it is no part of one of them.
    """
    wanted = {concept.iri for concept in concepts}
    relations = load_relations(kind)
    fitting = [(len(told.joined), iri) for iri, told in relations.items() if wanted <= told.joined]
    if len(wanted) < _SHORTEST or not fitting:
        return None
    known = {concept.iri: concept for concept in load_scheme(_SCHEMES[kind]).values()}
    return known.get(min(fitting)[1])


def _load_turtle(name: str) -> Graph:
    path = find_assets().ontology / "vocabulary" / f"{name}.ttl"
    graph = Graph()
    if path.is_file():
        try:
            graph.parse(path, format="turtle")
        except Exception as error:  # rdflib raises many kinds for bad Turtle
            raise InputError(f"not readable as Turtle ({error})", where=str(path), repair="mend the file") from error
    return graph


def _read_concept(graph: Graph, node: Node, scheme: str) -> Concept:
    labels = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    names = {normalise(text) for predicate in labels for text in _texts(graph, node, predicate, "zh")}
    code = _one(graph, node, SKOS.notation) or str(node).rsplit("/", 1)[1]
    label = next(_texts(graph, node, SKOS.prefLabel, "zh"), code)
    label_en = next(_texts(graph, node, SKOS.prefLabel, "en"), "")
    return Concept(str(node), code, label, str(ID[f"scheme/{scheme}"]), frozenset(names), label_en=label_en)


def _texts(graph: Graph, node: Node, predicate: URIRef, language: str) -> Iterator[str]:
    for value in sorted(graph.objects(node, predicate), key=str):
        if isinstance(value, Text) and value.language == language:
            yield str(value)


def _one(graph: Graph, node: Node, predicate: URIRef) -> str:
    return next((str(value) for value in sorted(graph.objects(node, predicate), key=str)), "")


def _load_ignored() -> str:
    return str(_load_words()["matching"]["ignored"])


@lru_cache
def _load_words() -> dict[str, dict[str, list[str] | str]]:
    path = find_assets().root / "data" / "entities.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"not readable ({error})", where=str(path), repair="restore it from the project") from error
