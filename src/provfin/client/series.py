"""Owns the queries behind a connection's own questions: names of concepts, series of an indicator, places of a figure.

All are plain SPARQL 1.1 over the model, so that any endpoint that holds a release answers them.
"""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from provfin.turtle import PREFIXES

_PROLOGUE = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n"
    for name in ("dcterms", "oa", "pf", "qb", "rdfs", "sdmx-dimension", "sdmx-measure", "skos")
)
_NAMES = "skos:notation|skos:prefLabel|skos:altLabel|rdfs:label|dcterms:identifier|dcterms:title"
# What every figure has; the other dimensions are breakdowns.
COMMON = {f"{PREFIXES['pf']}{name}" for name in ("indicator", "measure")} | {
    f"{PREFIXES['sdmx-dimension']}{name}" for name in ("refArea", "refPeriod")
}

DIMENSIONS = f"{_PROLOGUE}SELECT DISTINCT ?dimension WHERE {{ ?component qb:dimension ?dimension }} ORDER BY ?dimension"
CONCEPTS = f"{_PROLOGUE}SELECT DISTINCT ?concept ?name WHERE {{ ?concept a ?kind ; {_NAMES} ?name }}"
MEMBERS = f"""{_PROLOGUE}SELECT DISTINCT ?concept ?name WHERE {{
  ?observation ?dimension ?concept ; pf:indicator ?indicator .
  ?concept {_NAMES} ?name
}}"""
MEASURES = f"""{_PROLOGUE}SELECT DISTINCT ?code WHERE {{
  ?observation pf:indicator ?indicator ; pf:measure/skos:notation ?code
}} ORDER BY ?code"""

MENTIONS = f"""{_PROLOGUE}SELECT DISTINCT ?mention ?report ?part ?start ?end ?exact ?rule ?origin WHERE {{
  ?observation pf:mention ?mention .
  ?mention pf:report/dcterms:identifier ?report ; pf:part ?part ; oa:start ?start ; oa:end ?end ; oa:exact ?exact ;
    pf:readBy ?reader ; pf:origin ?origin .
  BIND(REPLACE(STR(?reader), "^.*/", "") AS ?rule)
}} ORDER BY ?report ?start"""
PARTS = f"""{_PROLOGUE}SELECT DISTINCT ?part ?title ?whole WHERE {{
  ?observation pf:mention/pf:part/dcterms:isPartOf* ?part .
  ?part dcterms:title ?title ; dcterms:isPartOf ?whole .
}}"""


def write_series(breakdowns: Mapping[str, str], language: str) -> str:
    """Return the query for the figures of `?indicator` under `?measure`; of breakdowns, variables by dimension."""
    return f"""{_PROLOGUE}SELECT DISTINCT ?start ?end ?code ?value ?unit ?area ?label ?report ?observation WHERE {{
  {_write_pattern(breakdowns)}
  ?observation sdmx-dimension:refPeriod ?period ; sdmx-measure:obsValue ?value ; rdfs:label ?label ;
    pf:unit/skos:prefLabel ?unit .
  ?place skos:notation ?area . ?source dcterms:identifier ?report .
  ?period skos:notation ?code ; pf:periodStart ?start ; pf:periodEnd ?end .
  FILTER(LANG(?label) = "{language}" && LANG(?unit) = "{language}")
}} ORDER BY ?end ?start ?label ?area ?report ?observation"""


def write_members(breakdowns: Mapping[str, str], dimensions: Iterable[str]) -> str:
    """Return the query for the codes those figures have in these dimensions."""
    terms = " ".join(str(ox.NamedNode(iri)) for iri in dimensions)
    return f"""{_PROLOGUE}SELECT DISTINCT ?observation ?dimension ?code WHERE {{
  {_write_pattern(breakdowns)}
  VALUES ?dimension {{ {terms} }}
  ?observation ?dimension ?concept . ?concept skos:notation ?code .
}}"""


def _write_pattern(breakdowns: Mapping[str, str]) -> str:
    limits = "".join(f" ; {ox.NamedNode(dimension)} ?{variable}" for dimension, variable in breakdowns.items())
    return (
        "?observation pf:indicator ?indicator ; pf:measure ?measure ; sdmx-dimension:refArea ?place ; "
        f"pf:report ?source{limits} ."
    )
