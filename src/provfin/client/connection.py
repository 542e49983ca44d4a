"""Owns the connection: what is asked of it and what it gives.

Refuses to guess what a name means, and to change anything: a release is read-only.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import rdflib

from provfin.client import series
from provfin.client.concepts import Concepts
from provfin.client.endpoints import RESULTS, Endpoint, HttpEndpoint, open_installation, open_path
from provfin.client.frames import import_pandas, read_results
from provfin.client.terms import bind_values, make_term
from provfin.errors import InputError
from provfin.queries import find_question
from provfin.turtle import BASE, PREFIXES

if TYPE_CHECKING:
    import pandas as pd

_PF = PREFIXES["pf"]
_AREA = f"{PREFIXES['sdmx-dimension']}refArea"
_LANGUAGES = ("en", "zh")
_INDEX = ["start", "end", "code"]
_GRAPH_FORMATS = {
    "application/n-triples": "nt",
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}


def connect(source: str | Path | None = None, *, language: str = "en", seconds: int = 60) -> "Connection":
    """Return a connection to an endpoint (`http://…`), to a path, or to the data of this installation.

    A path is a release's folder, a `.nq` or `.nq.gz` file, or a folder of Turtle. Of an address that ends in a slash
    or has no path, the endpoint is `sparql` below it. `language` (`en` or `zh`) is that of names in answers, `seconds`
    how long a server may take. Raises `InputError` when there is nothing to connect to.
    """
    if language not in _LANGUAGES:
        raise InputError("no such language", where=language, repair=f"one of: {', '.join(_LANGUAGES)}")
    if source is None:
        return Connection(open_installation(), language)
    if isinstance(source, str) and re.match(r"https?://", source):
        return Connection(HttpEndpoint(source, seconds), language)
    return Connection(open_path(Path(source)), language)


class Connection:
    """A connection to one graph. Use it in a `with` statement, or close it."""

    def __init__(self, endpoint: Endpoint, language: str = "en") -> None:
        self._endpoint: Endpoint | None = endpoint
        self._language = language
        # Names do not change while a release is served, and are asked for again and again.
        self._find_concepts = cache(self._load_concepts)
        self._list_dimensions = cache(self._load_dimensions)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the graph; a closed connection answers no more."""
        self._endpoint = None

    @property
    def release(self) -> str | None:
        """The hash of the release; None for a folder of Turtle and for endpoints that do not tell."""
        return self._open().release

    def _open(self) -> Endpoint:
        if self._endpoint is None:
            raise InputError("the connection is closed", where="provfin.connect", repair="connect again")
        return self._endpoint

    def query(self, sparql: str, **parameters: Any) -> "pd.DataFrame | bool | rdflib.Graph":
        """Return what a query answers: of SELECT a frame, of ASK a truth value, of CONSTRUCT and DESCRIBE a graph.

        Parameters bind variables of the query to whole terms: Python's numbers, dates, truth values, texts; a text
        that starts with http:// or https:// is an IRI. Columns: `xsd:decimal` is `decimal.Decimal`, whole numbers are
        Int64 (larger ones Python's), dates datetime64, IRIs and texts string; unbound is pd.NA, mixed columns are
        objects. Raises `InputError` when it cannot be answered.
        """
        answer = self._open().ask(bind_values(sparql, parameters))
        if answer.media_type in _GRAPH_FORMATS:
            graph = rdflib.Graph()
            return graph.parse(data=answer.body, format=_GRAPH_FORMATS[answer.media_type])
        if answer.media_type not in {RESULTS, "application/json"}:
            repair = "give the address of a SPARQL endpoint"
            raise InputError(f"the answer is {answer.media_type or 'of no type'}", where="answer", repair=repair)
        return read_results(answer.body)

    def _select(self, sparql: str, **parameters: Any) -> "pd.DataFrame":
        return _check_table(self.query(sparql, **parameters))

    def question(self, name: str, **parameters: Any) -> "pd.DataFrame":
        """Return the answer to a competency question; its parameters are those of its header, as text or values.

        The question is that of the server where it has one of this name, else that of this installation. Raises
        `InputError` for a name or parameter that is not there, naming those that are.
        """
        given = {key: item if isinstance(item, str) else make_term(item).value for key, item in parameters.items()}
        answer = self._open().ask_question(name, given)
        return (
            self._select(find_question(name).bind(given).text)
            if answer is None
            else _check_table(read_results(answer.body))
        )

    def series(
        self,
        indicator: str,
        measure: str = "level",
        area: str | None = None,
        report: str | None = None,
        **breakdowns: str,
    ) -> "pd.DataFrame":
        """Return the figures of an indicator under a measure, by period (start, end, code).

        Each is named by its code, IRI or a name in Chinese or English. A breakdown is a dimension of the cube
        (`institutionType` or `institution_type`) and the code it is limited to, `total` for the whole; whatever is not
        limited comes whole, with a column for each breakdown in which the figures differ. Values are
        `decimal.Decimal`, in `unit`. Raises `InputError` for a name that nothing has, or several things.
        """
        bound = {"indicator": self._find("Indicator", indicator), "measure": self._find("Measure", measure)}
        limits = {"place": (_AREA, area), "source": (f"{_PF}report", report)}
        for key, (dimension, name) in limits.items():
            if name is not None:
                bound[key] = self._find_member(bound["indicator"], dimension, name)
        variables = {}
        for place, (key, name) in enumerate(breakdowns.items()):
            dimension = self._find_dimension(key)
            variables[dimension] = f"breakdown{place}"
            bound[f"breakdown{place}"] = self._find_member(bound["indicator"], dimension, name)
        found = self._select(series.write_series(variables, self._language), **bound)
        if found.empty:
            self._check_measure(indicator, measure, bound)
        return self._add_members(found, variables, bound).set_index(_INDEX)

    def _check_measure(self, indicator: str, measure: str, bound: Mapping[str, str]) -> None:
        codes = list(self._select(series.MEASURES, indicator=bound["indicator"])["code"])
        if bound["measure"].rsplit("/", 1)[-1] not in codes:
            repair = f"it has: {', '.join(codes) or 'no figures'}"
            raise InputError(f"no figures under the measure {measure}", where=indicator, repair=repair)

    def _add_members(
        self, found: "pd.DataFrame", variables: Mapping[str, str], bound: Mapping[str, str]
    ) -> "pd.DataFrame":
        """Add a column for each breakdown in which the figures differ."""
        asked = series.write_members(variables, self._list_dimensions())
        told = self._select(asked, **bound)
        codes: dict[str, dict[str, str]] = {}
        for observation, dimension, code in told.itertuples(index=False):
            codes.setdefault(_cut(dimension), {})[observation] = code
        for name, by_observation in sorted(codes.items()):
            column = found["observation"].map(by_observation).astype("string")
            if column.nunique(dropna=False) > 1:
                found[name] = column
        return found

    def _find(self, kind: str, name: str) -> str:
        return self._find_concepts(kind).find(name)

    def _load_concepts(self, kind: str) -> Concepts:
        found = self._select(series.CONCEPTS, kind=f"{_PF}{kind}")
        return Concepts(kind.lower(), zip(found["concept"], found["name"], strict=True))

    def _find_member(self, indicator: str, dimension: str, name: str) -> str:
        found = self._select(series.MEMBERS, dimension=dimension, indicator=indicator)
        return Concepts(_cut(dimension), zip(found["concept"], found["name"], strict=True)).find(name)

    def _load_dimensions(self) -> tuple[str, ...]:
        return tuple(iri for iri in self._select(series.DIMENSIONS)["dimension"] if iri not in series.COMMON)

    def _find_dimension(self, name: str) -> str:
        first, *rest = name.split("_")
        wanted = first + "".join(word.capitalize() for word in rest)
        found = [iri for iri in self._list_dimensions() if _cut(iri) == wanted]
        if not found:
            known = ", ".join(map(_cut, self._list_dimensions()))
            raise InputError("no such breakdown", where=name, repair=f"one of: {known}")
        return found[0]

    def provenance(self, figure: Any) -> "pd.DataFrame":
        """Return the places a figure is printed at: report, section, start, end, exact text, what read it, origin.

        `read_by` is `rule` or `reviewer` and `rule` the code of the rule, as in the tables that can be downloaded. The
        figure is the IRI of an observation or a row that has one as `observation`. Places are in code points of the
        report's untouched source. Raises `InputError` when there is no such observation.
        """
        observation = _read_observation(figure)
        found = self._select(series.MENTIONS, observation=observation)
        if found.empty:
            raise InputError("no such observation", where=observation, repair="give one that series or query answered")
        parts = self._select(series.PARTS, observation=observation)
        titles = dict(zip(parts["part"], parts["title"], strict=True))
        wholes = dict(zip(parts["part"], parts["whole"], strict=True))
        found["section"] = [_write_trail(part, titles, wholes) for part in found["part"]]
        found["read_by"] = (
            found["rule"].str.startswith("review").map({True: "reviewer", False: "rule"}).astype("string")
        )
        columns = ["report", "section", "start", "end", "exact", "read_by", "rule", "origin", "mention"]
        return found[columns]


def _check_table(found: "pd.DataFrame | bool | rdflib.Graph") -> "pd.DataFrame":
    if isinstance(found, bool | rdflib.Graph):
        raise InputError("the answer is no table", where="answer", repair="give the address of a SPARQL endpoint")
    return found


def _cut(iri: str) -> str:
    return re.split("[/#]", iri)[-1]


def _read_observation(figure: Any) -> str:
    if isinstance(figure, str):
        return figure if figure.startswith(("http://", "https://")) else f"{BASE}{figure}"
    pandas = import_pandas()
    row = figure if isinstance(figure, Mapping | pandas.Series) else getattr(figure, "_asdict", dict)()
    observation = row.get("observation")
    if not isinstance(observation, str):
        repair = "give the IRI of an observation, or a row that series answered"
        raise InputError("no observation", where="provenance", repair=repair)
    return observation


def _write_trail(part: str, titles: Mapping[str, str], wholes: Mapping[str, str]) -> str:
    """Return the titles of a part and of all that hold it, the widest first."""
    trail: list[str] = []
    while part in titles and len(trail) < len(titles):
        trail.append(titles[part])
        part = wholes[part]
    return " / ".join(reversed(trail))
