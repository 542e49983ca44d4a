"""The queries servers are compared by: eight kinds a reader of the graph asks, each with constants that vary.

They are written for the report of a release and asked of its copies by naming those; the constants come from the
release itself. All servers get the same sequence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from generated import Edition, Pattern

from provfin.queries import find_question
from provfin.turtle import BASE, PREFIXES

RESULTS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
VARIANTS = 16

# Something that would run for ages, whatever the data.
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

_NAMESPACES = ("dcterms", "oa", "pf", "rdfs", "sdmx-dimension", "sdmx-measure", "skos")
_PROLOGUE = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in _NAMESPACES)

_BY_SECTOR = """SELECT ?sector ?value WHERE {{
  ?o pf:indicator <{base}indicator/gross-regional-product> ; pf:measure <{base}measure/level> ;
    sdmx-dimension:refArea <{base}area/{area}> ; sdmx-dimension:refPeriod <{base}period/{year}> ;
    pf:activity/skos:prefLabel ?sector ; sdmx-measure:obsValue ?value .
  FILTER(LANG(?sector) = "{language}")
}} ORDER BY DESC(?value)"""
_SERIES = """SELECT ?name ?month ?value ?unit WHERE {{
  ?o pf:indicator <{indicator}> ; pf:measure <{base}measure/level> ; pf:report <{base}report/{report}> ;
    rdfs:label ?name ; sdmx-dimension:refPeriod ?period ; sdmx-measure:obsValue ?value ; pf:unit/skos:prefLabel ?unit .
  ?period skos:notation ?month ; pf:periodEnd ?end .
  FILTER(LANG(?name) = "zh" && LANG(?unit) = "zh")
}} ORDER BY ?end ?name ?value"""
# The question tools-and-sectors but for its OPTIONAL, which rdflib does not get through in any useful time.
_TOOLS = """SELECT ?tool ?sector ?amount ?unit WHERE {{
  ?use pf:report <{base}report/{report}> ; pf:instrument ?instrument ; pf:target/skos:prefLabel ?sector ; pf:figure ?o .
  ?instrument skos:prefLabel ?tool ; skos:broader* <{family}> .
  ?o sdmx-measure:obsValue ?amount ; pf:unit/skos:prefLabel ?unit .
  FILTER(LANG(?tool) = "zh" && LANG(?sector) = "zh" && LANG(?unit) = "zh")
}} ORDER BY ?tool ?sector ?amount"""
_PER_INDICATOR = """SELECT ?indicator (COUNT(*) AS ?figures) (MIN(?value) AS ?least) (MAX(?value) AS ?most) WHERE {{
  ?o pf:indicator ?indicator ; pf:measure <{measure}> ; sdmx-measure:obsValue ?value .
}} GROUP BY ?indicator"""
_WITH_EVIDENCE = """CONSTRUCT {{ <{observation}> ?p ?o . ?mention ?q ?r }} WHERE {{
  <{observation}> ?p ?o ; pf:mention ?mention . ?mention ?q ?r
}}"""

# By name: what is asked, and whether it is light: a lookup, in milliseconds.
KINDS = {
    "observation": ("all triples of an observation, by its IRI", True),
    "dimensions": ("regional product by sector, by area, year, indicator and measure", True),
    "series": ("a report's series of an indicator with months, names and units", True),
    "tools": ("which tools of a family reached whom, with what amounts: joins, a path, labels", True),
    "evidence": ("the question evidence-of-a-figure: where an indicator is printed", True),
    "aggregate": ("count, least and greatest value per indicator, over all reports", False),
    "count": ("COUNT(*) of everything", False),
    "construct": ("CONSTRUCT of an observation and its mentions", True),
}


@dataclass(frozen=True)
class Asked:
    """A query of a kind, and the media type its answer is asked for in."""

    kind: str
    text: str
    accept: str

    @property
    def is_light(self) -> bool:
        """Tell whether it is a lookup."""
        return KINDS[self.kind][1]

    def render(self, path: str, port: int) -> bytes:
        """Return the bytes of a GET request over a connection that is kept."""
        lines = [
            f"GET {path}?query={quote(self.text, safe='')} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Accept: {self.accept}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Constants:
    """IRIs of the release that there is something to be found for, each list evenly drawn from all there are."""

    observations: Sequence[str]
    series: Sequence[str]
    indicators: Sequence[str]
    families: Sequence[str]
    measures: Sequence[str]

    @classmethod
    def find(cls, pattern: Pattern, data_path: Path) -> "Constants":
        """Find them in the N-Quads of the release the copies are made of."""
        store = ox.Store()
        store.bulk_load(path=str(data_path), format=ox.RdfFormat.N_QUADS)
        dated = "?o pf:indicator ?x ; sdmx-measure:obsValue [] ; sdmx-dimension:refPeriod"
        tools = "[] pf:target [] ; pf:figure/sdmx-measure:obsValue [] ; pf:instrument/skos:broader* ?x"
        return cls(
            _draw(store, "?x a pf:NumericObservation ; pf:mention []"),
            _draw(store, f"{dated} ?p ; pf:measure <{BASE}measure/level>", "HAVING(COUNT(DISTINCT ?p) > 3)"),
            _draw(store, f"{dated} <{BASE}period/{pattern.own.year}>"),
            _draw(store, tools),
            _draw(store, "?o pf:measure ?x ; sdmx-measure:obsValue []", "HAVING(COUNT(?o) > 9)"),
        )


def _draw(store: ox.Store, pattern: str, having: str = "") -> list[str]:
    """Return an even share of what a pattern finds."""
    text = f"{_PROLOGUE}SELECT ?x WHERE {{ {pattern} }} GROUP BY ?x {having} ORDER BY STR(?x)"
    found = store.query(text, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = [row["x"].value for row in found if isinstance(row["x"], ox.NamedNode)]
    assert names, pattern
    return names[:: max(1, len(names) // VARIANTS)]


def make_cycles(pattern: Pattern, copies: int, constants: Constants, cycles: int = VARIANTS) -> list[list[Asked]]:
    """Return cycles of one query of each kind, each with other constants, and of other reports where there are any."""
    editions = pattern.list_editions(copies)
    share = max(1, len(editions) // cycles)
    return [
        list(_make_cycle(pattern.own, editions[number * share % len(editions)], number, constants))
        for number in range(cycles)
    ]


def _make_cycle(own: Edition, edition: Edition, number: int, constants: Constants) -> Iterator[Asked]:
    def pick(names: Sequence[str]) -> str:
        return names[number % len(names)]

    observation = pick(constants.observations).replace(f"/{own.report}/", f"/{edition.report}/")
    report, indicator = f"{BASE}report/{edition.report}", pick(constants.indicators)
    series = pick(constants.series)
    language = ("zh", "en")[number % 2]
    place = {"base": BASE, "area": edition.area, "year": edition.year, "report": edition.report}
    period = f"{BASE}period/{edition.year}"
    evidence = find_question("evidence-of-a-figure").bind({"report": report, "indicator": indicator, "period": period})
    texts = {
        "observation": f"SELECT ?p ?o WHERE {{ <{observation}> ?p ?o }}",
        "dimensions": _PROLOGUE + _BY_SECTOR.format(language=language, **place),
        "series": _PROLOGUE + _SERIES.format(indicator=series, **place),
        "tools": _PROLOGUE + _TOOLS.format(family=pick(constants.families), **place),
        "evidence": evidence.text,
        "aggregate": _PROLOGUE + _PER_INDICATOR.format(measure=pick(constants.measures)),
        "count": f"SELECT (COUNT(*) AS ?triples{number}) WHERE {{ ?s ?p ?o }}",
        "construct": _PROLOGUE + _WITH_EVIDENCE.format(observation=observation),
    }
    for kind, text in texts.items():
        yield Asked(kind, text, TRIPLES if kind == "construct" else RESULTS)
