"""Owns what one release says of a resource: its statements, its names, and, of an observation, the figure.

Refuses to look at what only follows from other statements: a difference is one of what is asserted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from provfin.dataset import CATALOGUE_GRAPH
from provfin.differences.sources import SortedQuads
from provfin.entailments import ENTAILMENTS_GRAPH
from provfin.errors import InputError
from provfin.turtle import PREFIXES, TYPE

PF = PREFIXES["pf"]
MENTION = f"{PF}mention"
OBSERVATION_TYPES = {f"{PF}Observation", f"{PREFIXES['qb']}Observation"}
AREA = f"{PREFIXES['sdmx-dimension']}refArea"
PERIOD = f"{PREFIXES['sdmx-dimension']}refPeriod"
VALUE = f"{PREFIXES['sdmx-measure']}obsValue"
STATUS = f"{PREFIXES['sdmx-attribute']}obsStatus"
_NOTATION = f"{PREFIXES['skos']}notation"
_LABELS = (f"{PREFIXES['rdfs']}label", f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['dcterms']}title")
# What the ontology makes of statements, and what a release tells of itself: counts, which change with every statement.
_FOLLOWS = tuple(f"<{graph}> .".encode() for graph in (ENTAILMENTS_GRAPH, CATALOGUE_GRAPH))

Terms = ox.NamedNode | ox.Literal
Description = Mapping[str, frozenset[Terms]]


@dataclass(frozen=True)
class Named:
    """A resource with its code and its names by language."""

    iri: str
    code: str
    labels: Mapping[str, str]

    def name(self, language: str) -> str:
        """Return its name in a language, else in any, else its code."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.code)


@dataclass(frozen=True)
class Place:
    """Where a report prints a figure: characters from `start` to before `end`, in code points of the source."""

    mention: str
    start: int | None
    end: int | None
    exact: str
    part: Named | None


@dataclass(frozen=True)
class Figure:
    """An observation as one release has it; values are in the words of the graph, None where it has none."""

    this: Named
    report: Named | None
    indicator: Named | None
    measure: Named | None
    area: Named | None
    period: Named | None
    unit: Named | None
    value: str | None
    base_value: str | None
    lower: str | None
    upper: str | None
    status: Named | None
    missing: Named | None
    places: tuple[Place, ...]


class Edition:
    """The statements of one release, by subject; what is asked for is found in its sorted quads and kept."""

    def __init__(self, quads: SortedQuads) -> None:
        self.quads = quads
        self._known: dict[str, Description] = {}

    def learn(self, lines: Iterable[bytes]) -> list[str]:
        """Take in all lines of some subjects at once; return their IRIs."""
        found: dict[str, dict[str, set[Terms]]] = defaultdict(lambda: defaultdict(set))
        data = b"".join(line for line in lines if not line.rstrip().endswith(_FOLLOWS))
        try:
            for quad in ox.parse(data, format=ox.RdfFormat.N_QUADS):
                found[_name(quad.subject)][quad.predicate.value].add(_narrow(quad.object))
        except SyntaxError as error:
            repair = "give N-Quads, one statement a line"
            raise InputError(f"not N-Quads ({error.msg})", where=self.quads.origin.name, repair=repair) from error
        self._known |= {name: {key: frozenset(terms) for key, terms in item.items()} for name, item in found.items()}
        return list(found)

    def describe(self, iri: str) -> Description:
        """Return what is asserted of a resource, by predicate; empty when nothing is."""
        if iri not in self._known:
            self.learn(self.quads.find(f"<{iri}>".encode()))
        return self._known.setdefault(iri, {})

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """The properties that identify an observation within a report, from the cube structures."""
        links = self.quads.list_links(f"{PREFIXES['qb']}dimension")
        return frozenset(target[1:-1].decode() for _, target in links)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The SHA-256 of the text that each report was read from, by its IRI."""
        texts = self.quads.list_texts(f"{PF}sha256")
        return {subject[1:-1].decode(): text[1:-1].decode() for subject, text in texts}

    def list_mentioning(self, mentions: Iterable[str]) -> list[str]:
        """Return the observations that have one of these mentions."""
        wanted = {f"<{iri}>".encode() for iri in mentions}
        if not wanted:
            return []
        found = {subject for subject, target in self.quads.list_links(MENTION) if target in wanted}
        return sorted(subject[1:-1].decode() for subject in found)

    def name(self, iri: str) -> Named:
        """Return a resource with its code and names."""
        description = self.describe(iri)
        code = _text(description, _NOTATION) or iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        literals = [term for key in _LABELS for term in description.get(key, ()) if isinstance(term, ox.Literal)]
        labels = {term.language or "": term.value for term in sorted(literals, key=str, reverse=True)}
        return Named(iri, code, dict(sorted(labels.items())))

    def read_figure(self, iri: str) -> Figure:
        """Return an observation with the names of all it is about and the places it is printed at."""
        told = self.describe(iri)
        linked = {
            name: self._follow(told, key)
            for name, key in {
                "report": f"{PF}report",
                "indicator": f"{PF}indicator",
                "measure": f"{PF}measure",
                "area": AREA,
                "period": PERIOD,
                "unit": f"{PF}unit",
                "status": STATUS,
                "missing": f"{PF}missingReason",
            }.items()
        }
        places = sorted(
            map(self._read_place, list_iris(told, MENTION)), key=lambda place: (place.start or 0, place.mention)
        )
        return Figure(
            this=self.name(iri),
            value=_text(told, VALUE),
            base_value=_text(told, f"{PF}valueInBaseUnit"),
            lower=_text(told, f"{PF}lowerBound"),
            upper=_text(told, f"{PF}upperBound"),
            places=tuple(places),
            **linked,
        )

    def _follow(self, told: Description, predicate: str) -> Named | None:
        iris = list_iris(told, predicate)
        return self.name(iris[0]) if iris else None

    def _read_place(self, mention: str) -> Place:
        told = self.describe(mention)
        start, end = (_text(told, PREFIXES["oa"] + edge) for edge in ("start", "end"))
        return Place(
            mention,
            None if start is None else int(start),
            None if end is None else int(end),
            _text(told, PREFIXES["oa"] + "exact") or "",
            self._follow(told, f"{PF}part"),
        )

    def find_key(self, iri: str) -> frozenset[tuple[str, str]]:
        """Return the report and dimensions of an observation; totals do not count, so that a new breakdown may join."""
        told = self.describe(iri)
        keys = {f"{PF}report", *self.dimensions} & set(told)
        pairs = ((key, code) for key in keys for code in list_iris(told, key))
        return frozenset(pair for pair in pairs if _text(self.describe(pair[1]), _NOTATION) != "_T")

    def list_classes(self, iri: str) -> list[str]:
        """Return the classes a resource is asserted to belong to, its own ontology's before others'."""
        classes = list_iris(self.describe(iri), TYPE)
        return [name for name in classes if name.startswith(PF)] or classes


def is_observation(told: Description) -> bool:
    """Tell whether what is told is told of an observation."""
    return any(term.value in OBSERVATION_TYPES for term in told.get(TYPE, ()))


def list_iris(told: Description, predicate: str) -> list[str]:
    """Return the resources a predicate leads to, in order."""
    return sorted(term.value for term in told.get(predicate, ()) if isinstance(term, ox.NamedNode))


def _text(told: Description, predicate: str) -> str | None:
    values = sorted(term.value for term in told.get(predicate, ()))
    return values[0] if values else None


def _name(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _narrow(term: object) -> Terms:
    # Releases hold no blank nodes; those of other files keep their label as a name.
    return term if isinstance(term, ox.NamedNode | ox.Literal) else ox.NamedNode(str(term))
