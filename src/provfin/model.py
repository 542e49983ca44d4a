"""Owns looking things up in the whole graph: which things a class has, what is told of them, how they are written.

For pages about the graph. What other vocabularies make of our terms is left out, for nothing follows from it; the class
expressions a release leaves out are taken in. Refuses prefixes it does not know and queries that are no SELECT.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

import pyoxigraph as ox

from provfin.assets import Assets
from provfin.dataset import CATALOGUE_GRAPH
from provfin.errors import InputError
from provfin.findings import Text
from provfin.release import ALIGNMENTS_GRAPH, read_quads
from provfin.turtle import ALL_PREFIXES, BASE, PREFIXES, TYPE, read_turtle

Term = ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple

MODEL_PREFIXES = {
    **ALL_PREFIXES,
    "owl": "http://www.w3.org/2002/07/owl#",
    "quantitykind": "http://qudt.org/vocab/quantitykind/",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_LOCAL = re.compile(r"\w(?:[\w.-]*\w)?")
_BARE = {f"{PREFIXES['xsd']}{name}" for name in ("boolean", "decimal", "integer")}


def expand(name: str) -> str:
    """Return the IRI of a prefixed name, or of a path below the base of all resources.

    Raises `InputError` for a prefix that is not known.

    >>> expand("pf:Event"), expand("period/2024")
    ('https://w3id.org/provfin/def#Event', 'https://w3id.org/provfin/id/period/2024')
    """
    prefix, colon, local = name.partition(":")
    if not colon:
        return BASE + name
    if prefix not in MODEL_PREFIXES:
        raise InputError(f"no prefix {prefix}", where=name, repair=f"one of {', '.join(MODEL_PREFIXES)}")
    return MODEL_PREFIXES[prefix] + local


def shorten(iri: str) -> str:
    """Return an IRI as SPARQL writes it under the prefixes and base of the model.

    >>> shorten("https://w3id.org/provfin/id/period/2024"), shorten("https://w3id.org/provfin/id/date/2024-12-31")
    ('period:2024', '<date/2024-12-31>')
    """
    for prefix, namespace in MODEL_PREFIXES.items():
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri.removeprefix(BASE)}>"


def write_term(term: Term, longest: int) -> str:
    """Return a term as SPARQL writes it; a text longer than so many characters ends in an ellipsis.

    >>> write_term(ox.Literal("first batch", language="en"), 5)
    '"first…"@en'
    """
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if not isinstance(term, ox.Literal):
        return str(term)
    if term.datatype.value in _BARE:
        return term.value
    text = f'"{clip(term.value, longest)}"'
    if term.language:
        return f"{text}@{term.language}"
    return text if term.datatype.value == f"{PREFIXES['xsd']}string" else f"{text}^^{shorten(term.datatype.value)}"


def clip(text: str, longest: int) -> str:
    """Return a text cut to so many characters, with an ellipsis where something is left out.

    >>> clip("first batch", 5), clip("first", 5)
    ('first…', 'first')
    """
    return text if len(text) <= longest else f"{text[:longest].rstrip()}…"


def write_prologue() -> str:
    """Return base and prefixes as the lines that stand before a query."""
    names = [f"PREFIX {name}: <{iri}>" for name, iri in MODEL_PREFIXES.items()]
    return "\n".join([f"BASE <{BASE}>", *names])


def find_key(term: Term) -> str:
    """Return the IRI of a node, the label of a blank one, or the text of a literal."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


class Model:
    """The whole graph with the ontology's class expressions, to look things up in and to ask."""

    def __init__(self, assets: Assets) -> None:
        # The page tells of the data; what a release says of itself is told in words.
        catalogue = ox.NamedNode(CATALOGUE_GRAPH)
        quads = [quad for quad in read_quads(assets) if quad.graph_name != catalogue]
        self._store = ox.Store()
        self._store.extend(quads)
        self._values: dict[str, dict[str, list[Term]]] = {}
        self._things: dict[str, list[str]] = {}
        aligned = ox.NamedNode(ALIGNMENTS_GRAPH)
        told = {quad.triple for quad in quads if quad.graph_name != aligned}
        self._take_in(told.union(read_turtle(assets.ontology / "provfin.ttl")))

    def _take_in(self, triples: Iterable[ox.Triple]) -> None:
        for triple in sorted(triples, key=str):
            subject, predicate = find_key(triple.subject), triple.predicate.value
            self._values.setdefault(subject, {}).setdefault(predicate, []).append(triple.object)
            if predicate == TYPE:
                self._things.setdefault(find_key(triple.object), []).append(subject)

    def list_things(self, of_class: str) -> list[str]:
        """Return the things of a class, in order."""
        return self._things.get(of_class, [])

    def list_predicates(self, thing: str) -> list[str]:
        """Return the predicates that tell something of a thing, but for its types."""
        return [predicate for predicate in self._values.get(thing, {}) if predicate != TYPE]

    def list_values(self, thing: str, predicate: str) -> list[Term]:
        """Return the values of a thing, in order."""
        return self._values.get(thing, {}).get(predicate, [])

    def list_names(self, thing: str, predicate: str) -> list[str]:
        """Return the values of a thing that have an IRI."""
        return [term.value for term in self.list_values(thing, predicate) if isinstance(term, ox.NamedNode)]

    def list_subjects(self, predicate: str, value: str) -> list[str]:
        """Return the things that have a node as a value, in order."""
        found = self._store.quads_for_pattern(None, ox.NamedNode(predicate), ox.NamedNode(value))
        return sorted({find_key(quad.subject) for quad in found})

    def read_text(self, thing: str, *predicates: str) -> Text:
        """Return the texts of the first of these predicates that has any; a language without one is empty."""
        for predicate in predicates:
            terms = [term for term in self.list_values(thing, predicate) if isinstance(term, ox.Literal)]
            if terms:
                texts = {term.language: term.value for term in terms}
                return Text(texts.get("en", ""), texts.get("zh", ""))
        return Text("", "")

    def read_name(self, thing: str) -> Text:
        """Return what a thing is called."""
        return self.read_text(thing, *map(expand, ("skos:prefLabel", "rdfs:label", "dcterms:title")))

    @cached_property
    def uses(self) -> Counter[str]:
        """How many triples have a node as their object, its types apart."""
        return Counter(
            find_key(term)
            for values in self._values.values()
            for predicate, terms in values.items()
            for term in terms
            if predicate != TYPE and not isinstance(term, ox.Literal)
        )

    def list_all_above(self, of_class: str) -> set[str]:
        """Return all classes above a class."""
        above = self.list_names(of_class, expand("rdfs:subClassOf"))
        return set(above).union(*map(self.list_all_above, above))

    def pick_example(self, of_class: str) -> str | None:
        """Return a thing of a class to show, or None when it has none.

        Of concepts the most used that is no total; else the thing of which most is told. Shortest IRIs come first.
        """
        things = self.list_things(of_class)
        things = [thing for thing in things if not thing.endswith("/total")] or things
        weights = self.uses
        if not set(things) <= set(self.list_things(expand("skos:Concept"))):
            weights = Counter({thing: len(self.list_predicates(thing)) for thing in things})
        return min(things, key=lambda thing: (-weights[thing], len(thing), thing), default=None)

    def select(self, text: str) -> tuple[list[str], list[list[Term | None]]]:
        """Return variables and rows of a SELECT over the union of all graphs, under base and prefixes of the model.

        Raises `InputError` for bad SPARQL and for another form of query.
        """
        try:
            found = self._store.query(f"{write_prologue()}\n{text}", use_default_graph_as_union=True)
        except SyntaxError as error:
            raise InputError(f"not SPARQL ({error.msg})", where=text, repair="mend the query") from error
        if not isinstance(found, ox.QuerySolutions):
            raise InputError("no table", where=text, repair="write a SELECT query")
        names = [variable.value for variable in found.variables]
        return names, [[solution[name] for name in names] for solution in found]
