"""What tests of exports write and compare: a small graph with awkward figures, the real data, and what SPARQL says."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.exports import ReleaseContent
from provfin.exports.records import Record, make_records
from provfin.folders import gather_folder
from provfin.queries import Query
from provfin.release import gather_content
from provfin.store import LocalEngine
from provfin.turtle import ALL_PREFIXES, BASE

# More digits than decimals are reckoned with by default, and than a column of Parquet has.
LONG = Decimal("1234567890123456789012345678901234567890")
PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in ALL_PREFIXES.items())
# How a text may look that a spreadsheet runs, a reader of CSV splits or a reader of XML loses.
TEXTS = {
    "equals": '=HYPERLINK("http://x.example","a")',
    "plus": "+1-1",
    "at": "@SUM(A1)",
    "quotes": 'a "quoted", 值',
    "lines": "one\ntwo\r\nthree",
    "tab": "\ta ",
    "escape": "_x0041_ & <b>",
}
VALUES = {
    "equals": "0.10",
    "plus": "-3.5",
    "at": str(LONG),
    "quotes": "0",
    "lines": "-0.05",
    "tab": "32612.7",
    "escape": "100",
}


def _write_text(text: str) -> str:
    return str(ox.Literal(text))


def _count_places(value: str) -> int:
    return -int(Decimal(value).as_tuple().exponent)


def _write_value(value: str) -> str:
    number, places = Decimal(value), _count_places(value)
    typed = '"{:f}"^^xsd:decimal'.format
    with localcontext(prec=100):
        half = Decimal(5).scaleb(-places - 1)
        base, lower, upper = number * 10**8, number - half, number + half
    return (
        f'sdmx-measure:obsValue "{value}"^^xsd:decimal ; pf:valueInBaseUnit {typed(base)} ;'
        f"sdmx-attribute:decimals {places} ; sdmx-attribute:obsStatus sdmx-code:obsStatus-A ;"
        f"pf:lowerBound {typed(lower)} ; pf:upperBound {typed(upper)}"
    )


def _write_observation(name: str, place: int, text: str, value: str | None) -> str:
    missing = "pf:missingReason missing-reason:not-printed ; sdmx-attribute:obsStatus sdmx-code:obsStatus-M"
    printed = f'; pf:printedValue "{value}"^^xsd:decimal ; pf:printedDecimals {_count_places(value)}' if value else ""
    return f"""
<{BASE}observation/tiny-2020/CN/2020/{name}> a qb:Observation ; qb:dataSet <{BASE}dataset/tiny-2020/credit> ;
  pf:indicator indicator:loans ; pf:measure measure:level ; sdmx-dimension:refArea area:CN ;
  sdmx-dimension:refPeriod period:2020 ; pf:currencyScope currency-scope:cny ; pf:maturity maturity:total ;
  pf:institutionalSector sector:total ; pf:comparisonBase comparison-base:total ;
  pf:unit unit:hundred-million-cny ; sdmx-attribute:unitMeasure unit:cny ; sdmx-attribute:unitMult 8 ;
  rdfs:label {_write_text(text)}@zh ; pf:report <{BASE}report/tiny-2020> ;
  pf:mention <{BASE}mention/tiny-2020/{place}> ; {_write_value(value) if value else missing} .
<{BASE}mention/tiny-2020/{place}> a pf:Mention ; oa:start {place} ; oa:end {place + 1} ;
  oa:exact {_write_text(text)} ; pf:origin "prose" ; pf:part <{BASE}part/tiny-2020/section/1> ;
  pf:readBy rule:review ; pf:report <{BASE}report/tiny-2020> ; pf:unit unit:hundred-million-cny {printed} .
"""


def write_tiny(values: Mapping[str, str] = VALUES) -> str:
    """Return the Turtle of a report whose figures and texts are awkward; each is named by what is awkward about it."""
    parts = [
        f"""
<{BASE}report/tiny-2020> a pf:Report ; pf:sha256 "00" ; dcterms:identifier "tiny-2020" ; dcterms:title "小"@zh ;
  dcterms:temporal period:2020 ; dcterms:spatial area:CN .
<{BASE}dataset/tiny-2020/credit> a qb:DataSet ; qb:structure structure:credit ; rdfs:label "Tiny"@en ;
  dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
<{BASE}part/tiny-2020/section/1> dcterms:title "一、=1+1"@zh ; dcterms:isPartOf <{BASE}report/tiny-2020> .
period:2020 a pf:Period, time:ProperInterval ; skos:notation "2020" ; rdfs:label "2020年"@zh ;
  pf:periodStart "2020-01-01"^^xsd:date ; pf:periodEnd "2020-12-31"^^xsd:date .
rule:review a pf:ReadingRule ; rdfs:label "Figures a reviewer has set right"@en .
"""
    ]
    for place, (name, text) in enumerate(TEXTS.items()):
        parts.append(_write_observation(name, place, text, values[name]))
    parts.append(_write_observation("missing", len(TEXTS), "—", None))
    return PREFIXES + "".join(parts)


def gather_turtle(text: str) -> ReleaseContent:
    """Return the content of a release of one report in Turtle and the ontology."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "tiny.ttl").write_text(text, encoding="utf-8", newline="")
        return ReleaseContent.from_content(gather_folder(Path(folder)))


def export_records(folder: Path | None = None) -> list[Record]:
    """Return the records of a folder of Turtle, by default of the repository's own data."""
    content = gather_real() if folder is None else ReleaseContent.from_content(gather_folder(folder))
    return make_records(content.observations)


@lru_cache(maxsize=1)
def gather_tiny() -> ReleaseContent:
    """Return the content with awkward figures."""
    return gather_turtle(write_tiny())


@lru_cache(maxsize=1)
def gather_candidate() -> ReleaseContent:
    """Return a content whose indicator the vocabulary lacks: its IRI and those of its figures have Chinese in them."""
    text = (
        write_tiny().replace("indicator:loans", f"<{BASE}indicator/candidate-余额>").replace("/2020/at>", "/2020/余额>")
    )
    return gather_turtle(
        f"""{text}
<{BASE}indicator/candidate-余额> a pf:Indicator, pf:Candidate, skos:Concept ; skos:notation "candidate-余额" ;
  skos:inScheme <{BASE}scheme/indicator> ; skos:prefLabel "余额"@zh ."""
    )


@lru_cache(maxsize=1)
def gather_real() -> ReleaseContent:
    """Return the content of the repository's own data."""
    return ReleaseContent.from_content(gather_content(find_assets()))


CONTENTS: dict[str, Callable[[], ReleaseContent]] = {"tiny": gather_tiny, "real": gather_real}


def make_content(*lines: str) -> ReleaseContent:
    """Return a content of a few lines of N-Quads."""
    data = "".join(sorted(f"{line}\n" for line in lines)).encode()
    return ReleaseContent(hashlib.sha256(data).hexdigest(), data)


# What SPARQL says of the same quads


@dataclass(frozen=True)
class Fact:
    """What must come back from any export: a figure with its unit, period and area."""

    value: Decimal | None
    unit: str
    period: str
    area: str


@lru_cache(maxsize=2)
def load_engine(name: str) -> LocalEngine:
    """Return an engine over one of the contents."""
    store = ox.Store()
    store.bulk_load(CONTENTS[name]().data, format=ox.RdfFormat.N_QUADS)
    return LocalEngine(store)


def select(name: str, query: str) -> list[list[str | None]]:
    """Return the rows of a query over one of the contents."""
    return load_engine(name).select(Query(PREFIXES + query))[1]


def to_decimal(text: object) -> Decimal | None:
    """Return a cell as a decimal; nothing for nothing."""
    return None if text in (None, "") else Decimal(str(text))


@lru_cache(maxsize=2)
def ask_facts(name: str) -> dict[str, Fact]:
    """Return every observation with its figure, by IRI."""
    rows = select(
        name,
        """SELECT ?iri ?value ?unit ?period ?area WHERE {
             ?iri a qb:Observation ; pf:unit/skos:notation ?unit ; sdmx-dimension:refPeriod/skos:notation ?period ;
                  sdmx-dimension:refArea/skos:notation ?area .
             OPTIONAL { ?iri sdmx-measure:obsValue ?value } }""",
    )
    return {
        str(iri): Fact(to_decimal(value), str(unit), str(period), str(area)) for iri, value, unit, period, area in rows
    }


@lru_cache(maxsize=2)
def ask_mentions(name: str) -> set[tuple[object, ...]]:
    """Return every mention: observation, mention, start, end, exact, value, unit, origin, rule."""
    rows = select(
        name,
        """SELECT ?observation ?iri ?start ?end ?exact ?value ?unit ?origin ?rule WHERE {
             ?observation pf:mention ?iri .
             ?iri oa:start ?start ; oa:end ?end ; oa:exact ?exact ; pf:unit/skos:notation ?unit ; pf:origin ?origin ;
                  pf:readBy ?rule . OPTIONAL { ?iri pf:printedValue ?value } }""",
    )
    return {
        (seen, iri, int(str(start)), int(str(end)), exact, to_decimal(value), unit, origin, str(rule).rsplit("/", 1)[1])
        for seen, iri, start, end, exact, value, unit, origin, rule in rows
    }


MENTION_CELLS = ("observation", "mention", "start", "end", "exact", "value", "unit", "origin", "rule")
